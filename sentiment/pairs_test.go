package sentiment_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

// pairFloors are what must be heard, and left alone, of pairs that say the same fault words once as
// a complaint and once not, in each language. The first were read, and the rows mended by them, in
// November 2026: they guard what was mended. Nobody has read the errors of the sealed ones. Two fits on
// the same posts differ by two or three pairs of a hundred. Of 28 Ukrainian pairs as people and papers say
// it, which came later, 21 are heard: the floor of what is heard is lower for them, and the other one higher.
var pairFloors = []struct {
	files  string
	least  int // pairs in each language
	floors map[string][2]float64
}{
	{"pairs-??.tsv", 80, map[string][2]float64{"en": {0.92, 0.75}, "ru": {0.88, 0.75}, "uk": {0.85, 0.80}, "bg": {0.90, 0.74}}},
	{"sealed-pairs-??.tsv", 45, map[string][2]float64{"en": {0.77, 0.90}, "ru": {0.84, 0.75}, "uk": {0.84, 0.75}, "bg": {0.80, 0.84}}},
}

// pairCount counts pairs of one language: whose complaint is heard, whose twin is left alone, and
// where the complaint stands above its twin.
type pairCount struct{ pairs, heard, alone, order int }

// TestPairs prints what is heard and left alone of pairs, and holds it to the floors.
func TestPairs(t *testing.T) {
	s := scorerOf(t, sentiment.Options{})
	places := stream.NewPlaces()
	for _, set := range pairFloors {
		files, err := filepath.Glob("testdata/stream/" + set.files)
		if err != nil {
			t.Fatal(err)
		}
		if set.files == "pairs-??.tsv" {
			files = append(files, filepath.Join(testkit.SharedDir(t), "eval", "stream", "pairs.tsv"))
		}
		counts := map[string]*pairCount{}
		for _, file := range files {
			countPairs(t, s, places, file, counts)
		}
		for lang, floor := range set.floors {
			c := counts[lang]
			if c == nil || c.pairs < set.least {
				t.Errorf("%s: %s: %+v, want %d pairs", set.files, lang, c, set.least)
				continue
			}
			heard, alone := share(c.heard, c.pairs), share(c.alone, c.pairs)
			t.Logf("%s: %s: %d pairs, heard %.2f, twins left alone %.2f, complaint above its twin %.2f", set.files, lang, c.pairs, heard, alone, share(c.order, c.pairs))
			if heard < floor[0] || alone < floor[1] {
				t.Errorf("%s: %s: heard %.2f, left alone %.2f; the floor is %.2f and %.2f", set.files, lang, heard, alone, floor[0], floor[1])
			}
		}
	}
}

// countPairs adds the pairs of a file, where it is there: the shared one may not be.
func countPairs(t *testing.T, s *sentiment.Scorer, places *stream.Places, file string, counts map[string]*pairCount) {
	t.Helper()
	b, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return
	} else if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	col := map[string]int{}
	for i, name := range strings.Split(lines[0], "\t") {
		col[name] = i
	}
	for n, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) < len(col) {
			t.Errorf("%s:%d: %d columns, want %d", file, n+2, len(cells), len(col))
			continue
		}
		lang := cells[col["lang"]]
		score := func(text string) float64 {
			in := sentiment.Input{Text: text, Lang: lang, Kind: mention.Social}
			if at, ok := col["brand"]; ok {
				if in.Spans, err = places.Find(cells[at], text); err != nil {
					t.Fatal(err)
				}
			}
			return s.Score(in).Complaint
		}
		c := counts[lang]
		if c == nil {
			c = &pairCount{}
			counts[lang] = c
		}
		yes, no, at := score(cells[col["complaint"]]), score(cells[col["twin"]]), s.AlertAt(mention.Social)
		c.pairs++
		if yes >= at {
			c.heard++
		}
		if no < at {
			c.alone++
		}
		if yes > no {
			c.order++
		}
	}
}

// heldFloors are what must be heard of complaints, and left alone of the rest: in the streams, in their hard
// cases, and in files where nothing is hidden: dull complaints that nobody would forgive to miss, what people write
// to a company when nothing is wrong, what they tell of it without praise or anger, and what people
// post of no company at all, beside complaints that name none. What is told to companies and of them
// hides much: a third are twins. So do forums, comments and papers, of which nothing is fitted on.
var heldFloors = []struct {
	files        string
	least        int // posts that each file measures
	heard, alone float64
}{
	{"??.tsv", 900, 0.80, 0.88},
	{"hard-??.tsv", 500, 0.62, 0.83},
	{"plain-??.tsv", 30, 0.75, 0},
	{"polite-??.tsv", 50, 0.52, 0.83},
	{"neutral-??.tsv", 35, 0.58, 0.80},
	{"moods-??.tsv", 70, 0.50, 0.70},
	{"told-??.tsv", 150, 0.70, 0.75},
	{"sealed-folk-??.tsv", 350, 0.68, 0.83},
}

// TestHeld: complaints are heard, and what is none is left alone. No weight saw the posts that are counted here.
func TestHeld(t *testing.T) {
	s := scorerOf(t, sentiment.Options{})
	places := stream.NewPlaces()
	for _, floor := range heldFloors {
		files, err := filepath.Glob("testdata/stream/" + floor.files)
		if err != nil || len(files) != len(s.Languages()) {
			t.Fatalf("%s: %d files (%v), want one a language", floor.files, len(files), err)
		}
		var held []tested
		for _, file := range files {
			posts := readPosts(t, places, file)
			var here []tested
			for _, p := range posts {
				if p.Held() {
					here = append(here, judge(s, p))
				}
			}
			m := measure(here)
			t.Logf("%s: %s", filepath.Base(file), &m)
			if m.n < floor.least || m.recall() < floor.heard {
				t.Errorf("%s: heard %d of %d complaints among %d posts, want %.2f among at least %d", file, m.tp, m.yes, m.n, floor.heard, floor.least)
			}
			held = append(held, here...)
		}
		if m := measure(held); m.n < 40 || m.falseAlarms() > 100*(1-floor.alone) {
			t.Errorf("%s: %d of %d that are no complaints are alerts; %.2f must be left alone", floor.files, m.fp, m.n-m.yes, floor.alone)
		}
	}
}
