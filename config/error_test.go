package config

import "testing"

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
