package sentiment

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

// TestTreesSay: what the trees say when they are read by feature is what one walk down each of
// them, as it stands in the file, comes to.
func TestTreesSay(t *testing.T) {
	s := shippedScorer(t)
	index := map[string]int{}
	for i, f := range s.common.features {
		index[f] = i
	}
	said := map[float32]bool{}
	for _, lang := range s.Languages() {
		for _, x := range readSamples(t, "testdata/hand/"+lang+".tsv") {
			sc := s.scored(Input{Text: x.text})
			w := walker{lines: strings.Split(strings.TrimSpace(builtin(treesFile)), "\n")[treesHead:], index: index, x: sc.x}
			var want float32
			for len(w.lines) > 0 {
				want += w.walk()
			}
			got := s.common.models.forest.say(sc.held)
			if math.Abs(float64(got-want)) > 1e-4 {
				t.Errorf("%q: the trees say %.4f, by walking %.4f", x.text, got, want)
			}
			said[got] = true
			s.pool.Put(sc)
		}
	}
	if len(said) < 100 {
		t.Errorf("the trees say only %d different things", len(said))
	}
}

const treesHead = 4 // lines: three of comment, one of names

// walker reads a tree row by row and says what it comes to for the features x.
type walker struct {
	lines []string // that are left
	index map[string]int
	x     []float32
}

func (w *walker) walk() float32 {
	cells := strings.Split(w.lines[0], "\t")
	w.lines = w.lines[1:]
	if cells[1] == "" {
		return number(cells[3])
	}
	no := w.walk()
	if yes := w.walk(); w.x[w.index[cells[1]]] > number(cells[2]) {
		return yes
	}
	return no
}

func number(s string) float32 {
	f, err := strconv.ParseFloat(s, 32)
	if err != nil {
		panic(err)
	}
	return float32(f)
}

// TestTreesFile: mistakes in the file are told with their place.
func TestTreesFile(t *testing.T) {
	const head = "depth\tfeature\tabove\tweight\tnote\n"
	for name, c := range map[string]struct{ rows, want string }{
		"good":    {"0\tasks\t0.5\t0\n1\t\t\t-1\n1\t\t\t1\n", ""},
		"short":   {"0\tasks\t0.5\t0\n1\t\t\t-1\n", "cut short"},
		"deep":    {"0\tasks\t0.5\t0\n2\t\t\t-1\n1\t\t\t1\n", "trees.tsv:3:1: depth 2, want 1"},
		"unknown": {"0\task\t0.5\t0\n1\t\t\t-1\n1\t\t\t1\n", `trees.tsv:2:3: unknown feature "ask"`},
		"above":   {"0\tasks\t2\t0\n1\t\t\t-1\n1\t\t\t1\n", "trees.tsv:2"},
		"many":    {strings.Repeat("0\t\t\t1\n", maxTrees+1), "more than 64 trees"},
		"leaves":  {chain(maxLeaves + 1), "more than 32 leaves"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newFrom(builtinBut(map[string]string{treesFile: head + c.rows}), Options{})
			wantMistake(t, err, c.want)
		})
	}
}

// chain is a tree of so many leaves, each one deeper than the one before.
func chain(leaves int) string {
	var b strings.Builder
	for d := range leaves - 1 {
		b.WriteString(strconv.Itoa(d) + "\tasks\t0.5\t0\n" + strconv.Itoa(d+1) + "\t\t\t1\n")
	}
	b.WriteString(strconv.Itoa(leaves-1) + "\t\t\t1\n")
	return b.String()
}
