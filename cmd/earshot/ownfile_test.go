package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/tsv"
	"github.com/earshot/earshot/sentiment"
)

// TestMistakesOfOwnWordsHaveWords: what is wrong with a line of the words file is said where it
// stands, in the language of whoever wrote it, as what is wrong with the watchlist is.
func TestMistakesOfOwnWordsHaveWords(t *testing.T) {
	file := filepath.Join(t.TempDir(), "our-words.tsv")
	lines := []string{
		"ua\tword\tсором\t=\t-3", "uk\tverb\tсором\t=\t-3", "uk\tword\tсором\t=\tбагато", "uk\tword\tдва слова\t=\t-1", "uk\tword\tсором\tnosuch\t-1",
		"uk\tword\tсором\t=\t-9", "uk\tword\tсором\t=\t-1\tnosuch", "uk\tword\tсором\t=\t-1\t-\tгучно", "uk\tpattern\tчекаю .9 годин\t-2\twaiting",
		"uk\tpattern\tчекаю на\t-2\tочікування", "uk\tpattern\t~немає на\t-2\twaiting", "uk\tpattern\t<немає> на\t-2\twaiting", "uk\tpattern\tчекаю? на\t-2\tfraud",
		"uk\tword\tаб*\t=\t-2", "uk\tword", "uk\tpattern\tхто/що мовчать\t-2\tsilence", "uk word сором = -2", "uk\tpattern\tчекаю\t-2\twaiting\t-\tгучно",
		"uk\tpattern\tчекаю?\t-2\twaiting", "uk\tpattern\tа|| чекаю\t-2\twaiting", "uk\tpattern\tа?|б чекаю\t-2\twaiting", "uk\tpattern\t<а чекаю\t-2\twaiting",
		"uk\tpattern\tа* чекаю\t-2\twaiting", "uk\tpattern\tчека** на\t-2\twaiting", "uk\tpattern\t# чекаю\t-2\twaiting", "uk\tpattern\t" + strings.Repeat("чекаю ", 20) + "\t-2\twaiting", "\xff\tword",
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := watchlist.NewScorer(file, "")
	var wrong *config.Errors
	if !errors.As(err, &wrong) || len(wrong.List) < len(lines) {
		t.Fatalf("%d lines are wrong, told: %v", len(lines), err)
	}
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	mistakes := texts.Phrases([]string{"within"}, "mistake", "remedy")
	for i, p := range wrong.List {
		if p.Pos.File != file || p.Pos.Line == 0 || i > 0 && p.Pos.Line < wrong.List[i-1].Pos.Line {
			t.Errorf("%s: not in the order of the file", p)
		}
		for _, code := range []string{"ru", "uk", "bg"} {
			if said, key := mistakes.In(texts.In(code), p.Msg); key == "" {
				t.Errorf("not in the catalogue: %q (said %q)", p.Msg, said)
			}
		}
	}
}

// TestDoubtsOfOwnWordsAreTold: what a pattern says and surely does not mean is told by check, where it
// stands and in the language, and keeps nothing from running.
func TestDoubtsOfOwnWordsAreTold(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "our-words.tsv")
	for name, text := range map[string]string{
		"our-words.tsv": "# our words\nuk\tpattern\tвкрали .1 мій депозит|гроші?\t-2\tfraud\nen\tpattern\tnot sent|not received\t-2\tnot delivered\n" +
			"ru\tword\tсливать\t+сливает\t-3\nru\tword\tСливать\t=\t1\nru\tword\tслив\t+сливает +слива\t-2\nuk\tpattern\tвкрали .1 мій депозит|гроші?\t0\tguard\nuk\tword\tсливать\t=\t1\n",
		"w.yaml": "contact: a@b.example\nwatch: [{name: Ромашка Банк, terms: [Ромашка Банк]}]\nsources: [{feed: \"https://n.example/rss\"}]\nsentiment: {words: our-words.tsv}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for lang, want := range map[string][5]string{
		"en": {"warning: \"депозит|гроші?\": the ? is for all of these choices", "warning: \"not sent|not received\": a choice is one word", "\"сливать\" stands in line 4 already: this line takes the place of that one", "\"сливает\" stands in line 4 already: the heavier of the two counts", "\"вкрали .1 мій депозит|гроші?\" stands in line 2 already: the heavier"},
		"ru": {"\"депозит|гроші?\": знак ? относится ко всем этим вариантам", "\"not sent|not received\": вариант — это одно слово", "\"сливать\" уже есть в строке 4: эта строка её заменяет", "\"сливает\" уже есть в строке 4: считается та, где вес больше", "уже есть в строке 2: считается"},
		"uk": {"\"депозит|гроші?\": знак ? стосується всіх цих варіантів", "\"not sent|not received\": варіант — це одне слово", "\"сливать\" уже є в рядку 4: цей рядок його замінює", "\"сливает\" уже є в рядку 4: рахується той, де вага більша", "уже є в рядку 2: рахується"},
		"bg": {"\"депозит|гроші?\": знакът ? важи за всички тези варианти", "\"not sent|not received\": вариантът е една дума", "\"сливать\" го има вече на ред 4: този ред го замества", "\"сливает\" го има вече на ред 4: брои се редът с по-голямата тежест", "го има вече на ред 2: брои се"},
	} {
		var out, errs strings.Builder
		term := terminal{out: &out, err: &errs, lookup: func(string) (string, bool) { return "", false }}
		cmd := checkCmd{watchlistFlag: watchlistFlag{Config: []string{filepath.Join(dir, "w.yaml")}}, languageFlag: languageFlag{lang}}
		if err := cmd.Run(t.Context(), term); err != nil {
			t.Fatalf("%s: %v\n%s", lang, err, errs.String())
		}
		said := errs.String()
		for i, place := range []string{file + ":2:26: ", file + ":3:16: ", file + ":5:9: ", file + ":6:14: ", file + ":7:12: "} {
			if !strings.Contains(said, place) || !strings.Contains(said, want[i]) {
				t.Errorf("%s: no %s%s in\n%s", lang, place, want[i], said)
			}
		}
		if strings.Contains(said, file+":8:") {
			t.Errorf("%s: a word of another language stands twice:\n%s", lang, said)
		}
	}
}

// TestRulesOfWordsAreListed: the guide's page of own words names, in each language, every rule that a pattern may
// have, with what staff read, and its example is a words file.
func TestRulesOfWordsAreListed(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../../sentiment/lexicon/common/rules.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var wrong tsv.Errors
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	rules := tsv.Read("rules.tsv", string(src), "rule topic note", &wrong)
	for _, lang := range []string{"en", "ru", "uk", "bg"} {
		path := "../../docs/guide/" + lang + "/words.md"
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rules {
			named := "`" + r.Cell(0) + "`"
			if lang != "en" {
				named += " " + texts.In(lang).Word("why", strings.ReplaceAll(r.Cell(0), " ", "_"))
			}
			if !strings.Contains(string(page), named) {
				t.Errorf("%s does not name the rule %q", path, named)
			}
		}
		_, example, _ := strings.Cut(string(page), "```\n# ")
		example, _, _ = strings.Cut(example, "```")
		s, err := sentiment.New(sentiment.Options{Words: "# " + example, WordsFile: path})
		if err != nil || strings.Count(example, "\n"+lang+"\t") != 3 {
			t.Fatalf("%s: the example is %q: %v", path, example, err)
		}
		if err := s.Doubts(); err != nil {
			t.Error(err)
		}
		_, post, _ := strings.Cut(string(page), "our-words.tsv \"") // the last line of the example hears it
		post, _, _ = strings.Cut(post, "\"")
		if got := s.Score(sentiment.Input{Text: post, Lang: lang}); got.Value > -0.5 || got.Complaint < s.AlertAt("") {
			t.Errorf("%s: %q is no complaint: %+v", path, post, got)
		}
	}
}

// TestCommonNames: check warns of every name that is a word of ordinary posts, for it would bring
// posts that mean no firm, and of no other.
func TestCommonNames(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "w.yaml")
	list := "contact: a@b.example\nsources: [{feed: \"https://n.example/rss\"}]\nwatch:\n"
	common := map[string]string{"Светофор": "Russian", "Победа": "Russian", "П’ятниця": "Ukrainian", "Рукавичка": "Ukrainian", "Волт": "Bulgarian", "Wise": "English", "=Three": "English", "Лента": "Russian"}
	for name := range common {
		list += "  - {name: \"" + name + "\", terms: [\"" + name + "\"]}\n"
	}
	for _, name := range []string{"Wildberries", "Приходько", "Київстар", "Кауфланд", "Сбер", "@wise", "#победа", "wise.com", "Три Карасі"} {
		list += "  - {name: \"" + name + "\", terms: [\"" + name + "\"]}\n"
	}
	list += "  - {name: с контекстом, terms: [Самокат], context: [доставка]}\n"
	list += "  - {name: сам себе, terms: [Ракета], context: [ракета, доставка]}\n"
	list += "  - {name: один из двух, terms: [Пятница, пятницабар], context: [пятницабар, доставка]}\n"
	if err := os.WriteFile(file, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	_, said, code := ran(t, noEnv, "check", "-c", file)
	if code != exitDone {
		t.Fatalf("%d: %s", code, said)
	}
	if strings.Count(said, "is under terms too") != 1 || !strings.Contains(said, `"ракета" is under terms too`) {
		t.Errorf("a name is not its own context, and one that nobody writes by chance may be that of another:\n%s", said)
	}
	if n := strings.Count(said, "is a common word"); n != len(common) {
		t.Errorf("%d names are warned of, want %d", n, len(common))
	}
	for name, language := range common {
		if want := `"` + name + `" is a common word in ` + language + " and has no context"; strings.Count(said, want) != 1 {
			t.Errorf("not once: %s\n%s", want, said)
		}
	}
}
