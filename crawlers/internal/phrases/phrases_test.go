package phrases

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEveryLanguageHasEveryRole(t *testing.T) {
	names, err := fs.Glob(files, "words/*.tsv")
	if err != nil || len(names) < 4 {
		t.Fatalf("languages %v, %v", names, err)
	}
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, role := range roles {
			if !strings.Contains(string(src), "\n"+string(role)+"\t") {
				t.Errorf("%s has no %s", name, role)
			}
		}
	}
}

func TestPattern(t *testing.T) {
	for role, texts := range map[Role][]string{
		QuoteVerb:  {"wrote", "написала", "пише", "каза"},
		ReplyMark:  {"Re", "ОТВЕТ", "відповідь", "Отг"},
		Membership: {"Member since", "зарегистрирован", "реєстрація", "присъединен"},
		SummerTime: {"DST", "летнее", "літній", "лятно"},
		TimeZone:   {"times are", "Часовой пояс", "часова зона"},
	} {
		re := regexp.MustCompile("(?i)" + Pattern(role))
		for _, text := range texts {
			if !re.MatchString(text) {
				t.Errorf("%s does not find %q", role, text)
			}
		}
		if re.MatchString("xyz") {
			t.Errorf("%s finds anything", role)
		}
	}
}

func TestTitles(t *testing.T) {
	for _, c := range []struct{ title, author, want string }{
		{"Comment on Lost by Anna", "", "Lost"},
		{"Comment on Stand by me by Anna", "", "Stand by me"},
		{"Комментарий к записи «Потеряли» (Анна)", "", "Потеряли"},
		{"Комментарий к Потеряли от Анна", "", "Потеряли"},
		{"Коментар до Загубили від Ганна", "", "Загубили"},
		{"Коментар към Изгубиха от Анна", "", "Изгубиха"},
		{"Lost", "", ""},
		{"Коментар до Ромашка банк, автор Олена", "Олена", "Ромашка банк"},
		{"Коментар до Ромашка банк, автор Олена", "", "Ромашка банк"},
		{"Комментарий к «Ромашка банк», Олена", "Олена", "Ромашка банк"},
		{"Комментарий к «Ромашка банк», Олена", "", "Ромашка банк"},
		{"Комментарий к записи Ответ от банка (Анна)", "Анна", "Ответ от банка"},
		{"Коментар за Ромашка банк от Олена", "Олена", "Ромашка банк"},
		{"Comment on Waiting by Anna by Anna", "Anna", "Waiting by Anna"},
		{"Comment on Gone by A. by J.", "A. by J.", "Gone"},
	} {
		if got, ok := CommentOn(c.title, c.author); got != c.want || ok != (c.want != "") {
			t.Errorf("%q: %q, %v, want %q", c.title, got, ok, c.want)
		}
	}
	for _, c := range []struct{ title, want string }{
		{"Comments on: Lost", "Lost"}, {"Комментарии к записи Потеряли", "Потеряли"}, {"Коментарі до: Загубили", "Загубили"},
		{"Коментари към: Изгубиха", "Изгубиха"}, {"News", ""},
	} {
		if got, ok := CommentsOn(c.title); got != c.want || ok != (c.want != "") {
			t.Errorf("%q: %q, %v, want %q", c.title, got, ok, c.want)
		}
	}
}

func TestMistakes(t *testing.T) {
	for src, want := range map[string]string{
		"quote\t-\tx":         `words/xx.tsv:2:1: unknown role "quote"`,
		"reply-mark\t-\t":     "a phrase is missing",
		"reply-mark\t-\ta\tb": "4 columns, at most 3",
	} {
		_, err := read(fstest.MapFS{"words/xx.tsv": &fstest.MapFile{Data: []byte("role\tvalue\tphrases\n" + src + "\n")}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", src, err, want)
		}
	}
}

func TestCompanyAnswers(t *testing.T) {
	for heading, want := range map[string]bool{
		"Response from the owner": true, "— Reply from Romashka Ltd, 2 days ago": true, "Official response": true, "Response from my bank": false,
		"Ответ компании": true, "Ответ от магазина, 28 ноября": true, "ОТВЕТ ПРОДАВЦА": true, "Ответ компании пришёл": false, "Ответ": false,
		"Відповідь представника компанії «Ромашка»": true, "Відповідь від Ромашки": true, "Відповідь банку чекала": false,
		"Отговор от търговеца": true, "Отговор от екипа на Ромашка": true, "Отговор от тях няма": false, "": false,
	} {
		if got := IsCompanyAnswer(heading); got != want {
			t.Errorf("%q: %v", heading, got)
		}
	}
}
