package dates

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// languages are the files of the program with more beside them.
func languages(t *testing.T, more map[string]string) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	files, err := fs.Glob(wordFiles, "words/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatalf("no words: %v", err)
	}
	for _, name := range files {
		src, err := fs.ReadFile(wordFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(name, "words/")] = &fstest.MapFile{Data: src}
	}
	for name, src := range more {
		all[name] = &fstest.MapFile{Data: []byte(src)}
	}
	return all
}

// TestAnotherLanguage: a language is a file and nothing else. This one is made up.
func TestAnotherLanguage(t *testing.T) {
	v, err := readWords(languages(t, map[string]string{"xx.tsv": "role\tvalue\twords\n" +
		"month\t9\tseptar\nday\t1\tyesteru\nnow\t-\tnowu\nago\t-\tbeforu\nago\thinted\tназад\nunit\thour\thoru horuj\ncount\t2\tdu\n" +
		"filler\t-\tatu\nday-first\t-\txx\nhalf-day\tpm\teveu\nspelling\teveu\te.u.\n"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ text, lang, want string }{
		{"22 septar 2026 atu 14:05", "", "2026-09-22T14:05:00Z"},
		{"yesteru 2:05 e.u.", "", "2026-09-22T14:05:00Z"},
		{"nowu", "", "2026-09-23T12:00:00Z"},
		{"du horuj beforu", "", "2026-09-23T10:00:00Z"},
		{"2 horuj назад", "xx", "2026-09-23T10:00:00Z"},
		{"2 horuj назад", "ru", ""},
		{"3 horuj", "xx-YY", "2026-09-23T09:00:00Z"},
		{"03/04/2026", "xx", "2026-04-03T00:00:00Z"},
		{"03/04/2026", "", "2026-03-04T00:00:00Z"},
		{"2 години тому", "uk", "2026-09-23T10:00:00Z"},
	} {
		got, _, ok := v.parse(test.text, readAt, time.UTC, test.lang)
		show := ""
		if ok {
			show = got.Format(time.RFC3339)
		}
		if show != test.want {
			t.Errorf("%q (%s): got %q, want %q", test.text, test.lang, show, test.want)
		}
	}
}

func TestWordMistakes(t *testing.T) {
	for _, test := range []struct{ row, want string }{
		{"months\t1\ta", `words/xx.tsv:2:1: unknown role "months"`},
		{"month\t13\tz", `words/xx.tsv:2:7: "13": want a number from 1 to 12`},
		{"month\t1\tmay", `words/xx.tsv:2:9: "may" means something else already`},
		{"unit\tfortnight\tz", "want one of [day half-hour hour minute month second week year]"},
		{"ago\t-\tтому", `"тому" is a word of uk already: hinted`},
		{"now\t-\t", "a row without words"},
	} {
		_, err := readWords(languages(t, map[string]string{"xx.tsv": "role\tvalue\twords\n" + test.row + "\n"}))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: got %v, want %q", test.row, err, test.want)
		}
	}
}
