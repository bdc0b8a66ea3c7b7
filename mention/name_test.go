package mention

import "testing"

// TestNameKey: a name is the same however its apostrophe, a letter of two parts and what
// nobody sees are written; another name is another.
func TestNameKey(t *testing.T) {
	for _, same := range [][]string{
		{"Anna Petrenko", "@anna  petrenko", "\u00a0ANNA\u202fPetrenko ", "\u200eAnna Petrenko\u200f", "Anna Pet\u00adrenko"},
		{"Мар'яна Лук'янова", "Мар’яна Лук’янова", "Марʼяна Лукʼянова", "Мар`яна Лук‘янова", "Марʻяна Лук＇янова"},
		{"Андрій Їжак", "Андріи\u0306 І\u0308жак"},
		{"Семён Шоў", "Семе\u0308н Шоу\u0306"},
		{"❤️ Ира", "❤ Ира"},
	} {
		for _, name := range same[1:] {
			if got, want := NameKey(name), NameKey(same[0]); got != want {
				t.Errorf("%+q: %+q, want %+q", name, got, want)
			}
		}
	}
	for _, two := range [][2]string{{"Андрий", "Андрии"}, {"Anna", "Anna B"}, {"Лук'ян", "Лукян"}, {"Семён", "Семен"}} {
		if NameKey(two[0]) == NameKey(two[1]) {
			t.Errorf("%s is %s", two[0], two[1])
		}
	}
	for _, nobody := range []string{"", " ", "@", "\u200b"} {
		if key := NameKey(nobody); key != "" {
			t.Errorf("%+q has the key %+q", nobody, key)
		}
	}
}
