package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
)

// TestCheckSaysWhatIsNotFoundByEar: check says how a name may be written so that it is not found,
// until that stands under terms; nothing of names that are found, are wanted letter by letter, or rest.
func TestCheckSaysWhatIsNotFoundByEar(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ watch, lang, want string }{
		{`terms: [СДЭК]`, "ru", "пишут СДЕК"},
		{`terms: [СДЭК, сдек]`, "ru", ""},
		{`terms: ["Нова пошта"]`, "uk", ""}, // as of nearly every name
		{`terms: ["Дім книги Кобзар"]`, "uk", "пишуть ДКК"},
		{`terms: ["Дім книги Кобзар", ДКК]`, "uk", ""},
		{`terms: ["Green Tree Insurance"]`, "en", "people write GTI"},
		{`terms: [Сільпо]`, "uk", "пишуть Сильпо"}, // who writes Russian in Ukraine
		{`terms: [Київстар]`, "uk", "пишуть Киевстар"},
		{`terms: [Епіцентр]`, "ru", "пишут Эпицентр"},
		{`terms: [Сільпо, Сильпо]`, "uk", ""},
		{`terms: ["Затишна оселя"]`, "uk", ""}, // of everyday words are other ones
		{`terms: [Nike]`, "bg", "само латиница"},
		{`terms: [Nike]`, "en", ""},
		{`terms: [Nike, Найк]`, "ru", ""},
		{`terms: ["=СДЭК"]`, "ru", ""},
		{`terms: [СДЭК], enabled: false`, "ru", ""},
		{`terms: ["@nova_poshta", Новапошта]`, "uk", ""},
		{`terms: ["Нова пошта", Пошта плюс дім], context: [посилка]`, "uk", "пишуть ППД"},
		{`any: [СДЭК]`, "ru", ""},
		{`terms: [Иван Петров]`, "ru", ""}, // ИП is every firm of one person
		{`terms: ["ООО Ромбанк", Ромбанк]`, "ru", ""},
		{`terms: ["ТОВ Дім книги Кобзар"]`, "uk", "пишуть ДКК"},
		{`terms: ["ООО Рога и Копыта"]`, "ru", "пишут РИК"},
	} {
		list := "contact: a@romashka.example\nwatch: [{name: Ours, " + c.watch + "}, {name: Other, terms: [Романтика]}]\nsources: [{feed: \"https://news.example/rss\"}]\n"
		cfg, err := config.Parse("w.yaml", []byte(list), noEnv, watchlist.Kinds())
		checked, err := watchlist.Check(cfg, err)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		byEar(&out, languageFlag{Lang: c.lang}.speech(noEnv), checked, time.Now())
		if said := out.String(); c.want == "" && said != "" || !strings.Contains(said, c.want) {
			t.Errorf("%s (%s): said %q, want %q", c.watch, c.lang, said, c.want)
		}
	}
	path := filepath.Join(t.TempDir(), "w.yaml")
	if err := os.WriteFile(path, []byte("contact: a@romashka.example\nwatch: [{name: Ours, terms: [СДЭК]}]\nsources: [{feed: \"https://news.example/rss\"}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := ran(t, inLang("ru"), "check", "-c", path); code != exitDone || !strings.Contains(out, "пишут СДЕК") {
		t.Errorf("check: exit %d, said %q and %q", code, out, errs)
	}
}

// TestWrongWordsAreNotGood: a watchlist whose file of words is wrong is not called good before that is said,
// and is a wrong watchlist to whoever looks at the status alone, in each command that reads it.
func TestWrongWordsAreNotGood(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"w.yaml":    "contact: a@example.com\nwatch: [{name: Nike, terms: [Nike]}]\nsources: [{feed: \"https://news.example/rss\"}]\nsentiment: {words: words.tsv}\nroutes: [{to: console}]\n",
		"words.tsv": "en\tword\tfoo\t=\t-5\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, errs, code := ran(t, noEnv, "check", "-c", "w.yaml"); code != exitWrong || out != "" || !strings.Contains(errs, "words.tsv:1:15") {
		t.Errorf("status %d, said %q and %q", code, out, errs)
	}
	for _, args := range [][]string{{"run"}, {"match", "--explain"}} {
		var out, errs strings.Builder
		code := run(t.Context(), append(args, "-c", "w.yaml"), terminal{in: strings.NewReader("Nike\n"), out: &out, err: &errs, lookup: noEnv})
		if code != exitWrong || !strings.Contains(errs.String(), "words.tsv:1:15") {
			t.Errorf("%s: status %d, said %q", args[0], code, errs.String())
		}
	}
}
