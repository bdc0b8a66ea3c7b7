package mention

import "testing"

func TestIsNobody(t *testing.T) {
	for _, name := range []string{
		"", " ", "—", "Guest", "guest_4711", "Гость", "ГОСТЬ 12", "Гість", "Гост", "Аноним", "Анонім", "Анонимен", "Anonymous", "Anonymous (not verified)",
		"A Google user", "Пользователь Google", "[deleted]", "Deleted Account", "DELETED", "deleted_user_99", "Удалённый пользователь", "Видалений акаунт", "Изтрит профил",
	} {
		if !IsNobody(name) {
			t.Errorf("%q is somebody", name)
		}
	}
	for _, name := range []string{"Олена", "Guesthouse Sofia", "Гостев", "Анонимов Пётр", "12345", "User of Guest", "Гостьова кімната", "anna"} {
		if IsNobody(name) {
			t.Errorf("%q is nobody", name)
		}
	}
}
