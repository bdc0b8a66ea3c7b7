package alerts_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// TestEveryFrameHasWords keeps the words of alerts as many as the scorer's answers.
func TestEveryFrameHasWords(t *testing.T) {
	raw, err := os.ReadFile("../sentiment/lexicon/common/frames.tsv")
	if err != nil {
		t.Fatal(err)
	}
	answers := 0
	for line := range strings.Lines(string(raw)) {
		cells := strings.Split(line, "\t")
		if strings.HasPrefix(line, "#") || len(cells) < 3 || cells[0] == "frame" {
			continue
		}
		answers++
		if got := alerts.FrameWords(i18n.Lang{}, cells[0], cells[1]); got == cells[0]+" "+cells[1] && got != "about us" {
			t.Errorf("people read %q", got)
		}
	}
	if answers < 10 {
		t.Errorf("only %d answers found", answers)
	}
}

func TestTold(t *testing.T) {
	s := mention.Score{Lang: "uk", Value: -0.81, Complaint: 0.9999, Frames: []mention.Frame{
		{Frame: "end", Value: "open"}, {Frame: "about", Value: "us"}, {Frame: "event", Value: "yes", Text: "Третій\nтиждень"}, {Frame: "mood", Value: "sour"},
	}}
	if got, want := alerts.Told(i18n.Lang{}, s), []string{"mood sour", "told as happened (“Третій тиждень”)", "about us", "still open"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	if got := alerts.Verdict(i18n.Lang{}, s); got != "Ukrainian, 99% likely a complaint, −0.81" {
		t.Errorf("verdict %q", got)
	}
	if got := alerts.Verdict(i18n.Lang{}, mention.Score{Value: 0.5}); got != "0.50" {
		t.Errorf("of a score alone: %q", got)
	}
}
