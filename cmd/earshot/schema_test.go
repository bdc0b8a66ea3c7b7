package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/i18n"
)

// TestSchemaInEveryLanguage: every explanation of a key is in the catalogue, and with it in every
// language, and the catalogue explains nothing else.
func TestSchemaInEveryLanguage(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	phrases := texts.Phrases(nil, "schema")
	explained := map[string]bool{}
	_, err = config.Schema(watchlist.Kinds(), func(english string) string {
		said, key := phrases.In(texts.In("en"), english)
		switch {
		case key == "":
			t.Errorf("internal/i18n/schema.en.tsv and its three sisters do not have: %s", english)
		case said != english:
			t.Errorf("%s is taken for %s: %s", english, key, said)
		}
		explained[key] = true
		for _, code := range []string{"ru", "uk", "bg"} {
			if said, _ := phrases.In(texts.In(code), english); strings.Contains(said, "{1}") {
				t.Errorf("%s: %s is said as %s", code, english, said)
			}
		}
		return english
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := os.ReadFile("../../internal/i18n/schema.en.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(rows)) {
		if key, _, _ := strings.Cut(line, "\t"); strings.HasPrefix(key, "schema.") && !explained[key] {
			t.Errorf("%s explains no key: delete it in all languages", key)
		}
	}
}

// TestSchemaSpeaks: the command explains in the language of the terminal, or in the one asked for,
// and the same keys in each.
func TestSchemaSpeaks(t *testing.T) {
	print := func(lang, env string) string {
		var out bytes.Buffer
		term := terminal{out: &out, lookup: func(name string) (string, bool) { return env, name == "LANG" && env != "" }}
		if err := (&schemaCmd{languageFlag{lang}}).Run(term); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	english := print("", "C.UTF-8")
	for lang, want := range map[string]string{
		"en": "Reply texts offered beside an alert", "ru": "Тексты ответов", "uk": "Тексти відповідей", "bg": "Текстове за отговор",
	} {
		got := print(lang, "en_US.UTF-8")
		if !strings.Contains(got, want) {
			t.Errorf("%s: nothing is said of replies", lang)
		}
		if got != print("", lang+"_XX.UTF-8") {
			t.Errorf("%s: the terminal's language is not that of --lang", lang)
		}
		if a, b := strings.Count(got, "\n"), strings.Count(english, "\n"); a != b {
			t.Errorf("%s: %d lines, English has %d", lang, a, b)
		}
	}
}
