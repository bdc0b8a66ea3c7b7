package sentiment

import (
	"path/filepath"
	"sort"
	"testing"

	"github.com/jonreiter/govader"

	"github.com/earshot/earshot/mention"
)

// TestPeers prints the figures of govader and of this scorer on the same English
// texts. It is a report, not a check.
func TestPeers(t *testing.T) {
	files, _ := filepath.Glob("testdata/hand/en*.tsv")
	sets := map[string][]sample{}
	for _, f := range files {
		x := readSamples(t, f)
		sets[x[0].set] = x
	}
	if dir, err := filepath.Glob("../../shared/eval/en-*.tsv"); err == nil {
		for _, f := range dir {
			x := readSamples(t, f)
			sets[x[0].set] = x
		}
	}
	names := make([]string, 0, len(sets))
	for name := range sets {
		names = append(names, name)
	}
	sort.Strings(names)
	own, peer := newScorer(t), govader.NewSentimentIntensityAnalyzer()
	for _, name := range names {
		var ours, theirs tally
		for _, x := range sets[name] {
			ours.add(x.label, own.Score(Input{Text: x.text, Lang: "en"}).Label)
			theirs.add(x.label, vaderLabel(peer.PolarityScores(x.text).Compound))
		}
		t.Logf("%-20s earshot %s", name, &ours)
		t.Logf("%-20s govader %s", "", &theirs)
	}
}

// vaderLabel cuts where VADER's authors do.
func vaderLabel(compound float64) mention.Label {
	switch {
	case compound <= -0.05:
		return mention.Negative
	case compound >= 0.05:
		return mention.Positive
	}
	return mention.Neutral
}
