package sentiment

import "testing"

// TestSoftenedStems: a stem is also met where its last letter softens, unless the table of the language says that
// what it would soften to is another word.
func TestSoftenedStems(t *testing.T) {
	s, err := newFrom(builtinBut(map[string]string{
		"uk/themes.tsv":   "theme\twords\tnote\nparcels\tскриньк* підлог* задух* подруг* друг* столик* бійк* дорог* монет* листівк* листівці\n",
		"uk/everyday.tsv": "words\tnote\nскринь*\t\n",
		"uk/leanings.tsv": "word\tcomplaint\tevent\tother\tus\tnote\n",
		"bg/themes.tsv":   "theme\twords\tnote\nparcels\tсписък* доставчик* технолог* звук* столик* кутийк* резерв*\n",
		"bg/everyday.tsv": "words\tnote\nспи*\t\n",
		"bg/leanings.tsv": "word\tcomplaint\tevent\tother\tus\tnote\n",
	}), Options{Unfitted: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ lang, text, want string }{
		{"uk", "скриньці", "скриньк*"},
		{"uk", "скриня", ""},
		{"uk", "підлозі", "підлог*"},
		{"uk", "задусі", "задух*"},
		{"uk", "подрузі", "подруг*"},
		{"uk", "листівці", "листівці"}, // what stands there by itself goes first
		{"uk", "монеті", "монет*"},
		{"uk", "друзі", ""},   // друг* is of "другий"
		{"uk", "столиці", ""}, // the capital
		{"uk", "бійці", ""},   // fighters
		{"uk", "дорозі", ""},  // the way; дорог* is dear
		{"bg", "списъци", "списък*"},
		{"bg", "списъците", "списък*"},
		{"bg", "доставчиците", "доставчик*"},
		{"bg", "технолози", "технолог*"},
		{"bg", "звуци", "звук*"},
		{"bg", "столици", ""},
	} {
		got := ""
		for _, w := range s.Words(Input{Text: c.text, Lang: c.lang}) {
			if w.Lang == c.lang {
				got = w.Text
			}
		}
		if got != c.want {
			t.Errorf("%s %q is met as %q, want %q", c.lang, c.text, got, c.want)
		}
	}
}
