package sentiment

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/earshot/earshot/internal/tsv"
)

// Small decision trees ask one feature after another (few stars? asked about? told of another?),
// each fitted to what the trees before it left unexplained. The program in fit/ writes the file: a
// row a node, the rows below a node its "no", then its "yes".

const (
	treesFile = "common/trees.tsv"
	maxTrees  = 64
	maxLeaves = 32
)

// forest is the trees, laid out by feature: most features are 0, and at 0 every question is
// answered by no.
type forest struct {
	trees  int
	leaves [maxTrees][maxLeaves]float32
	turns  []turn
	from   []int32 // by feature: where its turns begin, lowest first; one more at the end
}

// turn is a node whose answer is yes when its feature is above a number: then the leaves
// under its no are shut.
type turn struct {
	above float32
	tree  uint32
	shuts uint32 // bit i: leaf i of the tree, from the no side on
}

// readTrees reads the trees. The names of features stand in index.
func (c *common) readTrees(src source, index map[string]int, errs *tsv.Errors) {
	r := treeReader{rows: src.rows(treesFile, "depth feature above weight note", errs), index: index, errs: errs}
	f := &c.models.forest
	byFeature := make([][]turn, len(c.features))
	for len(r.rows) > 0 {
		if f.trees == maxTrees {
			errs.Add(r.rows[0].At(0), "more than %d trees", maxTrees)
			return
		}
		r.leaves = 0
		if !r.node(0, byFeature, f) {
			return
		}
		f.trees++
	}
	for _, list := range byFeature {
		slices.SortStableFunc(list, func(a, b turn) int { return cmp.Compare(a.above, b.above) })
		f.from = append(f.from, int32(len(f.turns)))
		f.turns = append(f.turns, list...)
	}
	f.from = append(f.from, int32(len(f.turns)))
}

// treeReader reads one tree after another.
type treeReader struct {
	rows   []tsv.Row      // that are left
	index  map[string]int // of features
	errs   *tsv.Errors
	leaves int // of this tree, so far
}

// node reads a node and all below it. It reports whether the rest can be read.
func (r *treeReader) node(depth int, byFeature [][]turn, f *forest) bool {
	if len(r.rows) == 0 {
		r.errs.Add(tsv.Place{File: treesFile}, "the last tree is cut short")
		return false
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	if int(row.Weight(0, 0, maxLeaves, r.errs)) != depth {
		r.errs.Add(row.At(0), "depth %s, want %d", row.Cell(0), depth)
		return false
	}
	if row.Cell(1) == "" {
		if r.leaves == maxLeaves {
			r.errs.Add(row.At(0), "a tree of more than %d leaves", maxLeaves)
			return false
		}
		f.leaves[f.trees][r.leaves] = float32(row.Weight(3, -30, 30, r.errs))
		r.leaves++
		return true
	}
	feature, ok := r.index[row.Cell(1)]
	if !ok {
		r.errs.Add(row.At(1), "unknown feature %q", row.Cell(1))
		return false
	}
	above, from := float32(row.Weight(2, 0, 1, r.errs)), r.leaves
	if !r.node(depth+1, byFeature, f) {
		return false
	}
	no := uint32(1<<r.leaves - 1<<from)
	byFeature[feature] = append(byFeature[feature], turn{above, uint32(f.trees), no})
	return r.node(depth+1, byFeature, f)
}

// say is what the trees say of the features that are not 0, in log odds.
func (f *forest) say(held []heldFeature) float32 {
	var shut [maxTrees]uint32
	for _, h := range held {
		for _, t := range f.turns[f.from[h.at]:f.from[h.at+1]] {
			if t.above >= h.x {
				break
			}
			shut[t.tree%maxTrees] |= t.shuts
		}
	}
	var sum float32
	for t := range f.trees {
		sum += f.leaves[t%maxTrees][bits.TrailingZeros32(^shut[t%maxTrees])%maxLeaves] // the first that is open
	}
	return sum
}
