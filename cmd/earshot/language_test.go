package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
)

// problemLine is a problem as config's expected outputs have it.
var problemLine = regexp.MustCompile(`(?m)^[\w.-]+\.yaml(?::\d+:\d+)?: (?:warning: )?(.*)$`)

// fromElsewhere are messages of packages that have no words in the catalogue: what hours
// say of a time, the system of a file, YAML of what it cannot read.
var fromElsewhere = regexp.MustCompile(`^(deadlines\.|deadlines|quiet_hours|hours|daily|weekly|holidays)[\w.]*:|^hours: `)

// TestMistakesAreTranslated: every mistake of config's own cases is known by a code and said
// in each language, its remedy too.
func TestMistakesAreTranslated(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	mistakes := texts.Phrases("within", "mistake", "remedy")
	files, err := filepath.Glob("../../config/testdata/*valid/*.want")
	if err != nil || len(files) < 50 {
		t.Fatalf("only %d cases (%v)", len(files), err)
	}
	seen, known := 0, map[string]bool{}
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range problemLine.FindAllStringSubmatch(string(raw), -1) {
			msg, hint, _ := strings.Cut(found[1], " — ")
			seen++
			for _, english := range []string{msg, hint} {
				if english == "" || fromElsewhere.MatchString(english) {
					continue
				}
				for _, code := range []string{"uk", "ru", "bg"} {
					said, key := mistakes.In(texts.In(code), english)
					if key == "" {
						t.Errorf("%s: not in the catalogue: %q", filepath.Base(path), english)
						break
					}
					known[key] = true
					if said == english && len(testkit.English(english)) > 3 || strings.Contains(said, "{1}") && !strings.Contains(english, "{1}") {
						t.Errorf("%s: %q is said %q", code, english, said)
					}
				}
			}
		}
	}
	if seen < 100 || len(known) < 100 {
		t.Errorf("%d problems, %d texts: are the cases still read?", seen, len(known))
	}
	t.Logf("%d problems, %d texts of the catalogue", seen, len(known))
}

// TestSpeech: the flag decides, then the environment as programs know it; English is the
// default and what is said for languages that nobody translated.
func TestSpeech(t *testing.T) {
	for _, c := range []struct {
		flag string
		env  map[string]string
		want string
	}{
		{"", nil, "en"},
		{"bg", map[string]string{"LANG": "uk_UA.UTF-8"}, "bg"},
		{"", map[string]string{"LANG": "uk_UA.UTF-8"}, "uk"},
		{"", map[string]string{"LC_ALL": "C.UTF-8", "LANG": "uk_UA.UTF-8"}, "en"},
		{"", map[string]string{"LC_ALL": "", "LC_MESSAGES": "ru_RU", "LANG": "bg_BG"}, "ru"},
		{"", map[string]string{"LANG": "de_DE.UTF-8"}, "en"},
		{"", map[string]string{"LANG": "x"}, "en"},
	} {
		s, err := languageFlag{Lang: c.flag}.speech(func(name string) (string, bool) { v, ok := c.env[name]; return v, ok })
		if err != nil || s.Code() != c.want {
			t.Errorf("%q in %v: %s (%v), want %s", c.flag, c.env, s.Code(), err, c.want)
		}
	}
}
