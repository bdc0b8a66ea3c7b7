package sentiment

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/earshot/earshot/internal/tsv"
)

// The weighted sum takes each feature by itself. What features mean together (many stars, but
// told of another; a fault, but asked about) small decision trees say, each fitted to what the
// sum and the trees before it left unexplained. The program in fit/ writes the file: a row a
// node, the rows below a node its "no", then its "yes".

const (
	treesFile = "common/trees.tsv"
	maxTrees  = 64
	maxLeaves = 32
)

// treeNode asks whether a feature is above a number.
type treeNode struct {
	feature int16 // -1 for a leaf
	yes     int16 // the node after a yes; after a no it is the next one
	above   float32
	weight  float32 // of a leaf what the tree says, of others the mean of what is below
}

// forest is the trees, and the same laid out by feature: most features are 0, and at 0 every
// question is answered by no.
type forest struct {
	nodes  [][]treeNode // by tree, to tell how its answer came about
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

// TreesShare is how much of the trees' answer counts in the verdict of a row, which begins with
// the features: half where no place of the brand is known, else all. Without one the sum alone
// orders real texts better, but posts on a company's own page worse.
func TreesShare[F float32 | float64](row []F) F {
	if row[fUnplaced] > 0 {
		return 0.5
	}
	return 1
}

// readTrees reads the trees. The names of features stand in index.
func (c *common) readTrees(src func(string) string, index map[string]int, errs *tsv.Errors) {
	r := treeReader{rows: tsv.Read(treesFile, src(treesFile), "depth feature above weight note", errs), index: index, errs: errs}
	f := &c.models.forest
	byFeature := make([][]turn, len(c.features))
	for len(r.rows) > 0 {
		if len(f.nodes) == maxTrees {
			errs.Add(r.rows[0].At(0), "more than %d trees", maxTrees)
			return
		}
		r.nodes, r.leaves = nil, nil
		if !r.node(0, byFeature, uint32(len(f.nodes))) {
			return
		}
		copy(f.leaves[len(f.nodes)][:], r.leaves)
		f.nodes = append(f.nodes, r.nodes)
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
	nodes  []treeNode
	leaves []float32
}

// node reads a node and all below it. It reports whether the rest can be read.
func (r *treeReader) node(depth int, byFeature [][]turn, tree uint32) bool {
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
	at, weight := len(r.nodes), float32(row.Weight(3, -30, 30, r.errs))
	if row.Cell(1) == "" {
		if len(r.leaves) == maxLeaves {
			r.errs.Add(row.At(0), "a tree of more than %d leaves", maxLeaves)
			return false
		}
		r.leaves = append(r.leaves, weight)
		r.nodes = append(r.nodes, treeNode{feature: -1, weight: weight})
		return true
	}
	feature, ok := r.index[row.Cell(1)]
	if !ok {
		r.errs.Add(row.At(1), "unknown feature %q", row.Cell(1))
		return false
	}
	above := float32(row.Weight(2, 0, 1, r.errs))
	r.nodes = append(r.nodes, treeNode{feature: int16(feature), above: above, weight: weight})
	from := len(r.leaves)
	if !r.node(depth+1, byFeature, tree) {
		return false
	}
	no := uint32(1<<len(r.leaves) - 1<<from)
	byFeature[feature] = append(byFeature[feature], turn{above, tree, no})
	r.nodes[at].yes = int16(len(r.nodes))
	return r.node(depth+1, byFeature, tree)
}

// say is what the trees say of the features of sc.
func (f *forest) say(sc *scratch) float32 {
	if len(f.nodes) == 0 {
		return 0
	}
	var shut [maxTrees]uint32
	for _, h := range sc.held {
		for _, t := range f.turns[f.from[h.at]:f.from[h.at+1]] {
			if t.above >= h.x {
				break
			}
			shut[t.tree%maxTrees] |= t.shuts
		}
	}
	var sum float32
	for t := range f.nodes {
		sum += f.leaves[t][bits.TrailingZeros32(^shut[t])%maxLeaves] // the first that is open
	}
	return sum * TreesShare(sc.x)
}

// tell gives each feature what the trees' answers owe to it: at every node, by how much the
// mean of what is below it changes by the answer.
func (f *forest) tell(x []float32, gave func(feature int, weight float32)) {
	share := TreesShare(x)
	for _, nodes := range f.nodes {
		i := 0
		for nodes[i].feature >= 0 {
			n := &nodes[i]
			if i++; x[n.feature] > n.above {
				i = int(n.yes)
			}
			gave(int(n.feature), share*(nodes[i].weight-n.weight))
		}
	}
}
