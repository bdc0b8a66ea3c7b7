package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTerminalThatNamesNoLanguage: in a container or a service, whose environment says C or nothing, commands
// speak the language of the watchlist, also of a wrong one; a terminal that names a language is believed.
func TestTerminalThatNamesNoLanguage(t *testing.T) {
	dir := t.TempDir()
	file := func(name, rest string) string {
		path := filepath.Join(dir, name)
		text := "contact: a@b.example\nlanguage: uk\nwatch: [{name: Ромашка, terms: [Ромашка Банк]}]\nsources: [{feed: https://u.example/}]\n" + rest
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, wrong := file("good.yaml", ""), file("wrong.yaml", "rout: []\n")
	for env, ours := range map[string]bool{"": true, "C": true, "C.UTF-8": true, "POSIX": true, "en_US.UTF-8": false, "de_DE.UTF-8": false} {
		for _, c := range []struct {
			args          []string
			ours, english string
		}{
			{[]string{"check", "-c", good}, "1 джерело", "1 source"},
			{[]string{"check", "-c", wrong}, "невідомий ключ", "unknown key"},
			{[]string{"check", "-c", good, "--lang", "en"}, "1 source", "1 source"},
			{[]string{"crawl", "-c", wrong}, "невідомий ключ", "unknown key"},
			{[]string{"run", "-c", wrong}, "невідомий ключ", "unknown key"},
			{[]string{"crawl", "-c", good, "no such"}, "немає джерела", "no source"},
		} {
			want := c.english
			if ours {
				want = c.ours
			}
			if out, errs, _ := ran(t, inLang(env), c.args...); !strings.Contains(out+errs, want) {
				t.Errorf("%q: %q: no %q in\n%s%s", env, c.args, want, out, errs)
			}
		}
	}
}
