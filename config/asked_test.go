package config

import (
	"strings"
	"testing"
	"time"
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

func TestZone(t *testing.T) {
	const head = "contact: a@example.com\nwatch: [{name: R, terms: [Ромашка]}]\nsources: [{feed: \"https://news.example/rss\"}]\n"
	for _, c := range []struct{ text, want string }{
		{"", "Local"},
		{"digest: {to: console, daily: 09:00 Europe/Sofia}\n", "Europe/Sofia"},
		{"quiet_hours: 22:00-08:00 Europe/Kyiv\ndigest: {to: console, weekly: Mon 09:00 Europe/Sofia}\n", "Europe/Kyiv"},
		{"deadlines: {claim: 5m, hours: always America/New_York}\nquiet_hours: 22:00-08:00 Europe/Kyiv\n", "America/New_York"},
		{"deadlines: {claim: 5m, severity: {low: {hours: Mon-Fri 09:00-18:00 Asia/Tbilisi}, high: {hours: always}}}\nquiet_hours: 22:00-08:00 Europe/Kyiv\n", "Asia/Tbilisi"},
		{"deadlines: {claim: 5m, hours: always}\ndigest: {to: console, daily: 09:00 Australia/Lord_Howe}\n", "Australia/Lord_Howe"},
	} {
		cfg, err := Parse("w.yaml", []byte(head+c.text), testEnv, testKinds())
		if err != nil {
			t.Fatal(err)
		}
		if got := cfg.Zone().String(); got != c.want {
			t.Errorf("%q is in %s, want %s", c.text, got, c.want)
		}
	}
}

// TestAlwaysHasNoHolidays: who has critical complaints looked at always, as the page's example does, has
// them looked at on holidays, too; those of the other severities wait until the day is over in their zone.
func TestAlwaysHasNoHolidays(t *testing.T) {
	c, err := Parse("w.yaml", []byte("contact: a@example.com\nwatch: [{name: Ромашка, terms: [Ромашка]}]\nsources: [{feed: 'https://news.example/rss'}]\n"+
		"deadlines:\n  claim: 5m\n  hours: Mon-Fri 09:00-21:00 Europe/Kyiv\n  holidays: [01-01, 12-25]\n  severity:\n    critical: {claim: 2m, hours: always}\n    high: {hours: always Europe/Kyiv}\n"), testEnv, testKinds())
	if err != nil {
		t.Fatal(err)
	}
	christmas := time.Date(2026, 12, 25, 12, 0, 0, 0, time.UTC) // a Friday
	for severity, want := range map[string]string{"critical": "2026-12-25T12:02:00Z", "high": "2026-12-25T22:05:00Z", "normal": "2026-12-28T07:05:00Z"} {
		d := c.Deadlines.For(severity)
		if got := d.Hours.Add(christmas, d.Claim).UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s: told at %s, want %s", severity, got, want)
		}
	}
}
