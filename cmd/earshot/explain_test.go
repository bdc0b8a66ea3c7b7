package main

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

// TestReasonsAreOfWhatDecides: where alert_below lets the score decide, words are the reasons, since no feature of the
// verdict is.
func TestReasonsAreOfWhatDecides(t *testing.T) {
	scorer, err := sentiment.New(sentiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	in := sentiment.Input{Text: "Romashka is nice. But they stole my money and nobody answers", Kind: mention.Forum}
	for _, x := range []struct {
		rules        alerts.Rules
		want, absent string
	}{
		{alerts.Rules{}, "for it", "silence: "},
		{alerts.Rules{AlertBelow: map[mention.PostKind]float64{mention.Forum: -0.5}}, "silence: “nobody answers”  [support]", "for it"},
		{alerts.Rules{AlertBelow: map[mention.PostKind]float64{mention.Review: -0.5}}, "for it", "silence: "},
	} {
		var out strings.Builder
		speech{}.explainVerdict(&out, "", scorer, x.rules, in, scorer.Score(in))
		if got := out.String(); !strings.Contains(got, x.want) || strings.Contains(got, x.absent) {
			t.Errorf("with alert_below %v, want %q and no %q:\n%s", x.rules.AlertBelow, x.want, x.absent, got)
		}
	}
}
