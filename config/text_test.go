package config

import (
	"strings"
	"testing"
)

// TestTextWithout: comments, layout around the entries and entries left out make no
// difference; every other word does, and no secret is put in.
func TestTextWithout(t *testing.T) {
	const file = `contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources:
  - {push: crm, token: "${env:TOKEN}"}
store: {database: "sqlite:e.db"}
web:
  listen: 127.0.0.1:8080
routes:
  - to: "#a"
`
	text := func(src string) string {
		t.Helper()
		c, err := Parse("w.yaml", []byte(src), func(string) (string, bool) { return "xoxb-secret", true }, Kinds{"push": nil})
		if err != nil {
			t.Fatal(err)
		}
		return c.TextWithout("store", "web")
	}
	is := text(file)
	for _, want := range []string{"a@example.com", "Romashka", "${env:TOKEN}", "#a"} {
		if !strings.Contains(is, want) {
			t.Errorf("%q is not in the text:\n%s", want, is)
		}
	}
	if strings.Contains(is, "secret") || strings.Contains(is, "8080") {
		t.Errorf("too much is in the text:\n%s", is)
	}
	for _, c := range []struct {
		old, new string
		same     bool
	}{
		{"contact:", "# a comment\n\ncontact:", true},
		{"terms: [Romashka]}]", "terms: [Romashka]}] # ours", true},
		{"e.db", "other.db", true},
		{"8080", "9090", true},
		{"web:\n  listen: 127.0.0.1:8080\n", "", true},
		{"\"#a\"", "\"#b\"", false},
		{"[Romashka]", "[Romashka, Daisy]", false},
		{"env:TOKEN", "env:OTHER", false},
		{"contact:", "fetch: {gap: 9s}\ncontact:", false},
		{"  - to: \"#a\"\n", "  - {to: console, kind: review}\n  - to: \"#a\"\n", false},
	} {
		if got := text(strings.Replace(file, c.old, c.new, 1)); (got == is) != c.same {
			t.Errorf("%q to %q: same %v, want %v:\n%s", c.old, c.new, got == is, c.same, got)
		}
	}
}
