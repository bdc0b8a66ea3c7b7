package sentiment_test

import (
	"path/filepath"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

// realStreams are public sets that are most like what a monitor sees, with the F1
// and the average precision of "negative" by the complaint that must hold: what was
// written for a test is not the world.
var realStreams = []struct {
	name   string
	kind   mention.PostKind
	f1, ap float64
}{
	{"en-airline-tweets", mention.Social, 0.78, 0.85},
	{"ru-sentirueval-banks", mention.Social, 0.63, 0.67},
	{"ru-sentirueval-telecom", mention.Social, 0.76, 0.80},
	{"ru-tg-ok-human", mention.Social, 0.73, 0.74},
}

// TestReal measures the verdict on real texts.
func TestReal(t *testing.T) {
	eval := filepath.Join(testkit.Shared(t), "eval")
	s := scorerOf(t, sentiment.Options{})
	places := stream.NewPlaces()
	for _, set := range realStreams {
		file := filepath.Join(eval, set.name+".tsv")
		posts := readPosts(t, places, file)
		var list, words []tested
		for _, p := range posts {
			p.Complaint = "no"
			if p.Label == "neg" {
				p.Complaint = "yes"
			}
			p.Input.Kind, p.Input.Stars = set.kind, 0
			x := judge(s, p)
			list = append(list, x)
			x.score.Complaint = -x.score.Value
			x.alert = x.score.Label == mention.Negative
			words = append(words, x)
		}
		m := measure(list)
		t.Logf("%-24s by complaint %s", set.name, &m)
		byScore := measure(words)
		t.Logf("%-24s by score     %s", "", &byScore)
		if m.best < set.f1 || m.ap < set.ap {
			t.Errorf("%s: best F1 %.3f and AP %.3f; they may not fall below %.2f and %.2f", set.name, m.best, m.ap, set.f1, set.ap)
		}
	}
}
