// Package peers_test holds earshot beside other people's work: the same texts,
// one process, one run. It is a module of its own so that what is only compared
// with is no part of what is shipped.
package peers_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jonreiter/govader"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

// sample is one labelled text; the label is neg, neu or pos.
type sample struct{ label, text string }

// tally counts how "negative" is found among samples.
type tally struct{ tp, fp, fn, pos, praiseFlagged int }

func (c *tally) add(want string, negative bool) {
	switch {
	case negative && want == "neg":
		c.tp++
	case negative:
		c.fp++
	case want == "neg":
		c.fn++
	}
	if want == "pos" {
		c.pos++
		if negative {
			c.praiseFlagged++
		}
	}
}

func ratio(a, b int) float64 { return float64(a) / float64(max(b, 1)) }

func (c *tally) f1() float64 { return ratio(2*c.tp, 2*c.tp+c.fp+c.fn) }

func (c *tally) String() string {
	return fmt.Sprintf("P %.3f  R %.3f  F1 %.3f  praise flagged %.3f", ratio(c.tp, c.tp+c.fp), ratio(c.tp, c.tp+c.fn), c.f1(), ratio(c.praiseFlagged, c.pos))
}

// read reads a labelled TSV; columns are found by the names in its first line
// that is no comment.
func read(t testing.TB, file string) []sample {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []sample
	label, text := -1, -1
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		cells := strings.Split(lines.Text(), "\t")
		switch {
		case lines.Text() == "" || strings.HasPrefix(lines.Text(), "#"):
		case label < 0:
			label, text = slices.Index(cells, "label"), slices.Index(cells, "text")
			if label < 0 || text < 0 {
				t.Fatalf("%s: no columns label and text", file)
			}
		case len(cells) <= max(label, text):
			t.Fatalf("%s: a line of %d columns", file, len(cells))
		default:
			out = append(out, sample{cells[label], cells[text]})
		}
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		t.Fatalf("%s: %d texts, %v", file, len(out), err)
	}
	return out
}

// files are the English texts: hand-written ones of this repository, and those of
// the shared evaluation where they are present.
func files(t testing.TB) (hand, shared []string) {
	t.Helper()
	dir := os.Getenv("EARSHOT_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	hand, _ = filepath.Glob(filepath.Join("..", "..", "sentiment", "testdata", "hand", "en*.tsv"))
	shared, _ = filepath.Glob(filepath.Join(dir, "eval", "en-*.tsv"))
	if len(hand) == 0 {
		t.Fatal("the hand-written texts are not here")
	}
	return hand, shared
}

func scorer(t testing.TB) *sentiment.Scorer {
	t.Helper()
	s, err := sentiment.New(sentiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// homeGround is the set that VADER's authors made their lexicon with.
const homeGround = "en-vader-tweets.tsv"

// luck is what two fits of the weights differ by in F1 on a set of some thousand texts (docs/sentiment.md).
const luck = .003

// TestSentiment prints the figures of both on every set and fails where earshot's
// F1 falls below govader's (VADER in Go, which cuts where VADER's authors do) by more than luck.
func TestSentiment(t *testing.T) {
	own, peer := scorer(t), govader.NewSentimentIntensityAnalyzer()
	hand, shared := files(t)
	for _, file := range append(hand, shared...) {
		var ours, theirs tally
		for _, x := range read(t, file) {
			ours.add(x.label, own.Score(sentiment.Input{Text: x.text, Lang: "en"}).Label == mention.Negative)
			theirs.add(x.label, peer.PolarityScores(x.text).Compound <= -0.05)
		}
		name := filepath.Base(file)
		t.Logf("%-24s earshot %s", name, &ours)
		t.Logf("%-24s govader %s", "", &theirs)
		if name != homeGround && ours.f1() < theirs.f1()-luck {
			t.Errorf("%s: F1 %.3f is below govader's %.3f", name, ours.f1(), theirs.f1())
		}
	}
}

// BenchmarkEnglish scores the same texts on one thread, the shared ones where they are
// present, else the hand-written, which are shorter. earshot finds the language by
// itself and gives the whole verdict.
func BenchmarkEnglish(b *testing.B) {
	hand, shared := files(b)
	if len(shared) == 0 {
		shared = hand
	}
	var texts []string
	for _, file := range shared {
		for _, x := range read(b, file) {
			texts = append(texts, x.text)
		}
	}
	run := func(name string, score func(text string)) {
		b.Run(name, func(b *testing.B) {
			for _, text := range texts {
				score(text) // a language is loaded at its first text; a scorer of a running daemon has them all
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				score(texts[i%len(texts)])
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
		})
	}
	own, peer := scorer(b), govader.NewSentimentIntensityAnalyzer()
	var dst mention.Score
	run("earshot", func(text string) { own.ScoreInto(&dst, sentiment.Input{Text: text}) })
	run("govader", func(text string) { peer.PolarityScores(text) })
}
