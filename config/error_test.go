package config

import (
	"strings"
	"testing"
)

// A warning is no problem: people count what they must mend.
func TestSummaryCountsWarningsApart(t *testing.T) {
	both := &Errors{List: []Error{{Msg: "soft", Warning: true}, {Msg: "hard"}, {Msg: "harder"}}}
	if got := both.Summary(); got != "2 problems, 1 warning. Nothing was changed." {
		t.Error(got)
	}
	if got := (&Errors{List: []Error{{Msg: "soft", Warning: true}}}).Error(); got != "warning: soft" {
		t.Error(got)
	}
}

// People write yes where YAML wants true.
func TestBackfillYes(t *testing.T) {
	for word, want := range map[string]bool{"yes": true, "no": false} {
		c, err := Parse("w.yaml", []byte("contact: a@b.example\nwatch: [{name: Acme, terms: [Acme]}]\nsources: [{feed: \"https://news.example/rss\", backfill: "+word+"}]\n"), nil, Kinds{"feed": nil})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Sources[0].Backfill == BackfillAll; got != want {
			t.Errorf("backfill: %s is %v", word, c.Sources[0].Backfill)
		}
	}
}

// TestDatabaseOfAWrongWatchlist: a mistake elsewhere leaves no doubt which database is meant.
func TestDatabaseOfAWrongWatchlist(t *testing.T) {
	for text, want := range map[string]string{
		"routs: []\nstore: {database: \"sqlite:/e.db\"}\n":       "sqlite:/e.db",
		"fetch: {gap: soon}\nstore:\n  database: sqlite:/e.db\n": "sqlite:/e.db",
		"store:\n  retention: long\n  database: sqlite:/e.db\n":  "",
		"routs: []\n":                                                                             "", // the default, or store is misspelt
		"stroe: {database: \"sqlite:/e.db\"}\n":                                                   "",
		"routs: []\nstore: {database: [sqlite:/e.db]}\n":                                          "",
		"routs: []\nstore: {database: \"mysql://h/n\"}\n":                                         "",
		"routs: []\nstore: {database: \"postgres://u:${env:ABSENT}@h/n\"}\n":                      "",
		"store: {database: \"sqlite:/e.db\"}\nroutes: [\n":                                        "",
		"store: {database: \"sqlite:/a.db\"}\nstore: {database: \"sqlite:/e.db\"}\n":              "",
		"store: {database: \"sqlite:/e.db\"}\nroutes:\n" + strings.Repeat("  - x\n", maxErrors+1): "",
	} {
		_, err := ParseForReading([]File{{"w.yaml", []byte(text)}}, nil, testKinds())
		e := &Errors{}
		if e.Add(err); e.Err() == nil {
			t.Errorf("%s: nothing is wrong", text)
		} else if got := e.Database(); got != want {
			t.Errorf("%s: %q, not %q: %v", text, got, want, err)
		}
	}
}
