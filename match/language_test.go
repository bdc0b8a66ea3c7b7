package match

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/lang"
)

// polish is a language that earshot does not know: a few words of it.
var polish = map[string]string{
	lang.File: lang.Table() + "pl\tlatin\tPolish\n",
	"pl/words.tsv": "kind\tword\nfunction\tnie\nfunction\tjest\nfunction\tsię\nfunction\tdla\nfunction\todzieży\n" +
		"noun\tlipa\nnoun\tjelonka\n",
	"pl/letters.tsv": "letters\tuse\nąęłńśźż\town\n",
	"pl/paradigms.tsv": "kind\tending\tgen\tdat\tacc\tins\tloc\tvoc\tnom_pl\tgen_pl\tdat_pl\tacc_pl\tins_pl\tloc_pl\nnoun\tka\tki\tce\tkę\tką\tce\tko\tki\tek\tkom\tki\tkami\tkach\n" +
		"noun\ta\ty\tie\tę\tą\tie\to\ty\t0\tom\ty\tami\tach\n",
	"pl/exceptions.tsv": "word\tstem\tforms\nrybka\t=\trybeńki\n",
	"pl/names.tsv":      "kind\tword\nfirst\tzbigniew\n",
	"pl/legal.tsv":      "kind\tword\nclass\tsklep\nlegal\tspółka\n",
	"pl/endings.tsv":    "kind\twritten\nending\tiem\n",
}

// TestNewLanguage adds a language by data alone: it is inflected, told from the
// other languages of a text, and its words are known.
func TestNewLanguage(t *testing.T) {
	watches := []Watch{
		{Name: "b", Terms: []Term{{Text: "Stokrotka"}}},
		{Name: "r", Terms: []Term{{Text: "Rybka"}}},
		{Name: "l", Terms: []Term{{Text: "Lipa"}}},
		{Name: "k", Terms: []Term{{Text: "Zbigniew Zielarz"}, {Text: "Zielarz"}}},
	}
	l, err := readLanguages(overlay(polish))
	if err != nil {
		t.Fatal(err)
	}
	set, problems, err := l.Compile(watches)
	if err != nil {
		t.Fatal(err)
	}
	common := false
	for _, p := range problems {
		common = common || strings.Contains(p.Message, `"Lipa" is a common word in Polish`)
	}
	if !common {
		t.Errorf("no warning of a common word: %v", problems)
	}
	old := mustCompile(t, watches)
	for _, c := range []struct {
		text, want, before string
	}{
		{"Nie polecam sklepu Stokrotka", "b", "b"},
		{"Kupiłem to w Stokrotce i nie jest dobre", "b", ""},
		{"Kupiłem Stokrotkę i nie jest dobre", "b", "b"},                                             // as a form typed in Latin letters
		{"The staff of the Stokrotkach was not there and they were rude to us, that is all", "", ""}, // English has no such form
		{"W Rybeńki nie ma nic", "r", ""},
		{"Nie ma Lip w tym sklepie, nie polecam", "l", ""}, // the bare stem
		{"Sklep \"Stokrotka\" jest zamknięty", "b", "b"},
		{"Zbigniew Zielarz nie odpowiada", "k", "k"},
	} {
		if got := watchesOf(set.Match("", c.text)); got != c.want {
			t.Errorf("%q names %q, want %q", c.text, got, c.want)
		}
		if got := watchesOf(old.Match("", c.text)); got != c.before {
			t.Errorf("without Polish %q names %q, want %q", c.text, got, c.before)
		}
	}
}

func watchesOf(hits []Hit) string {
	var names []string
	for _, h := range hits {
		names = append(names, h.Watch)
	}
	return strings.Join(names, " ")
}

// TestLanguageList: every language of the list has its folder, and every folder
// is of the list.
func TestLanguageList(t *testing.T) {
	dirs, err := data.ReadDir("data")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"common": true}
	for _, l := range lang.All() {
		known[l.Code] = true
		if builtin(l.Code+"/words.tsv") == "" {
			t.Errorf("%s has no words", l.Code)
		}
	}
	for _, d := range dirs {
		if d.IsDir() && !known[d.Name()] {
			t.Errorf("folder %s is of no language in %s", d.Name(), lang.File)
		}
	}
}

// TestLanguagesOf: what the letters of a word say about its language.
func TestLanguagesOf(t *testing.T) {
	sp := newSpeech(newTables(builtin))
	for word, want := range map[string]string{
		"ромашка": "ru uk bg", "рынок": "ru", "ёлка": "ru", "Київ": "uk", "Ґанок": "uk", "ъгъл": "ru bg",
		"ыі": "ru", "іъ": "uk", "объезды": "ru",
	} {
		var got []string
		for i, code := range sp.langs {
			if sp.languagesOf(word)&(1<<i) != 0 {
				got = append(got, code)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is of %v, want %s", word, got, want)
		}
	}
}
