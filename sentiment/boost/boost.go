// Package boost fits small decision trees, each to what the ones before it left
// unexplained (gradient boosting for a yes or no). It knows no text and no
// feature by name. The same examples give the same trees to the bit on one machine:
// what is summed up are whole numbers.
package boost

import "math"

// Example is a row of features from 0 to 1, the answer and what it counts.
type Example struct {
	X      []float64
	Yes    bool
	Weight float64
}

// Node asks whether a feature is above a number; a leaf asks nothing.
type Node struct {
	Feature int     // -1 for a leaf
	Above   float64 // from 0 to 1
	No, Yes int     // where to go on: nodes of the same tree
	Weight  float64 // of a leaf: what it adds to the log odds
}

// Tree is its nodes: the first is the root, and what follows a node is its No.
type Tree []Node

// At is what the tree adds for a row.
func (t Tree) At(x []float64) float64 {
	i := 0
	for t[i].Feature >= 0 {
		if float32(x[t[i].Feature]) > float32(t[i].Above) {
			i = t[i].Yes
		} else {
			i = t[i].No
		}
	}
	return t[i].Weight
}

// Sum is what all trees add for a row.
func Sum(trees []Tree, x []float64) float64 {
	var sum float64
	for _, t := range trees {
		sum += t.At(x)
	}
	return sum
}

// Options say how the trees grow.
type Options struct {
	Trees  int     // how many
	Leaves int     // of a tree, at most
	Rate   float64 // the share of its answer that a tree may give
	Ridge  float64 // how much evidence of no difference is held against every leaf
	Least  float64 // evidence (sum of p(1-p) by weight) that a leaf rests on at least
	Share  float64 // of the examples that each tree sees; 0 for all
}

// steps are how finely features are cut: a node asks for more than k/steps.
const steps = 50

// one is the whole number that 1 is counted as.
const one = 1 << 20

// Fit grows the trees.
func Fit(examples []Example, features int, o Options) []Tree {
	g := newGrower(examples, features, o)
	trees := make([]Tree, 0, o.Trees)
	for n := range o.Trees {
		t := g.tree(uint64(n))
		trees = append(trees, t)
		for i := range examples {
			g.odds[i] += t.At(examples[i].X)
		}
	}
	return trees
}

// cell is a feature of a row that is above 0, and how many cuts it is above.
type cell struct{ feature, above uint8 }

// pair are the sums of slopes and of bends (first and second derivatives) of the
// likelihood, in parts of one.
type pair struct{ slope, bend int64 }

func (p *pair) add(q pair) { p.slope += q.slope; p.bend += q.bend }

func (p pair) less(q pair) pair { return pair{p.slope - q.slope, p.bend - q.bend} }

type grower struct {
	Options
	examples []Example
	features int
	cells    [][]cell  // of each example
	cuts     [][]uint8 // by feature and example: the same, to look up
	odds     []float64
	pairs    []pair
}

func newGrower(examples []Example, features int, o Options) *grower {
	g := &grower{Options: o, examples: examples, features: features}
	g.cells, g.odds, g.pairs = make([][]cell, len(examples)), make([]float64, len(examples)), make([]pair, len(examples))
	g.cuts = make([][]uint8, features)
	for f := range g.cuts {
		g.cuts[f] = make([]uint8, len(examples))
	}
	for i := range examples {
		for f, x := range examples[i].X {
			if n := cutsBelow(x); n > 0 {
				g.cells[i] = append(g.cells[i], cell{uint8(f), uint8(n)})
				g.cuts[f][i] = uint8(n)
			}
		}
	}
	return g
}

// cut is the k-th number that nodes ask for, from 0 on.
func cut(k int) float64 { return float64(k) / steps }

// cutsBelow is how many of the cuts are below x.
func cutsBelow(x float64) int {
	n := 0
	for n < steps && float32(x) > float32(cut(n)) {
		n++
	}
	return n
}

// leaf is a leaf of a tree that grows, with the best way to part it.
type leaf struct {
	node    int
	members []int32
	sums    []pair // by feature and number of cuts below; what is not above 0 is left out
	total   pair
	gain    float64
	feature int
	above   int
}

// mix scatters numbers (the last step of splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (g *grower) tree(number uint64) Tree {
	var members []int32
	for i := range g.examples {
		if g.Share > 0 && float64(mix(number<<32|uint64(i))>>40)/(1<<24) >= g.Share {
			continue
		}
		members = append(members, int32(i))
		e := &g.examples[i]
		p := 1 / (1 + math.Exp(-g.odds[i]))
		y := 0.0
		if e.Yes {
			y = 1
		}
		g.pairs[i] = pair{int64(math.Round(e.Weight * (y - p) * one)), int64(math.Round(e.Weight * p * (1 - p) * one))}
	}
	root := g.newLeaf(0, members)
	leaves := []*leaf{root}
	nodes := []Node{{Feature: -1, Weight: g.answer(root.total)}}
	for len(leaves) < g.Leaves {
		best := 0
		for i, l := range leaves {
			if l.gain > leaves[best].gain {
				best = i
			}
		}
		l := leaves[best]
		if l.gain <= 0 {
			break
		}
		no, yes := g.part(l, len(nodes))
		nodes[l.node] = Node{Feature: l.feature, Above: cut(l.above), No: no.node, Yes: yes.node}
		nodes = append(nodes, Node{Feature: -1, Weight: g.answer(no.total)}, Node{Feature: -1, Weight: g.answer(yes.total)})
		leaves[best] = no
		leaves = append(leaves, yes)
	}
	return inOrder(nodes, 0, nil)
}

// part parts a leaf; the sums of the bigger part are what the smaller one leaves.
func (g *grower) part(l *leaf, next int) (no, yes *leaf) {
	var below, above []int32
	cuts := g.cuts[l.feature]
	for _, m := range l.members {
		if int(cuts[m]) > l.above {
			above = append(above, m)
		} else {
			below = append(below, m)
		}
	}
	rest := func(node int, members []int32, other *leaf) *leaf {
		r := &leaf{node: node, members: members, sums: l.sums, total: l.total.less(other.total)}
		for i := range r.sums {
			r.sums[i] = r.sums[i].less(other.sums[i])
		}
		g.seek(r)
		return r
	}
	if len(below) < len(above) {
		no = g.newLeaf(next, below)
		return no, rest(next+1, above, no)
	}
	yes = g.newLeaf(next+1, above)
	return rest(next, below, yes), yes
}

func (g *grower) newLeaf(node int, members []int32) *leaf {
	l := &leaf{node: node, members: members, sums: make([]pair, g.features*(steps+1))}
	for _, m := range members {
		p := g.pairs[m]
		l.total.add(p)
		for _, c := range g.cells[m] {
			l.sums[int(c.feature)*(steps+1)+int(c.above)].add(p)
		}
	}
	g.seek(l)
	return l
}

// seek finds the question that parts a leaf best; of equal ones the first.
func (g *grower) seek(l *leaf) {
	whole := g.worth(l.total)
	least := int64(g.Least * one)
	for f := range g.features {
		sums := l.sums[f*(steps+1) : (f+1)*(steps+1)]
		var yes pair
		for k := steps - 1; k >= 0; k-- {
			if sums[k+1] == (pair{}) {
				continue
			}
			yes.add(sums[k+1])
			no := l.total.less(yes)
			if yes.bend < least || no.bend < least {
				continue
			}
			if gain := g.worth(yes) + g.worth(no) - whole; gain > l.gain+1e-9 {
				l.gain, l.feature, l.above = gain, f, k
			}
		}
	}
}

// worth is by how much a leaf's own answer raises the likelihood.
func (g *grower) worth(p pair) float64 {
	slope := float64(p.slope) / one
	return slope * slope / (float64(p.bend)/one + g.Ridge)
}

// answer is what a leaf adds to the log odds, to three places.
func (g *grower) answer(p pair) float64 {
	return math.Round(1000*g.Rate*(float64(p.slope)/one)/(float64(p.bend)/one+g.Ridge)) / 1000
}

// inOrder lists the nodes with each No right behind its node.
func inOrder(nodes []Node, i int, out Tree) Tree {
	n, at := nodes[i], len(out)
	out = append(out, n)
	if n.Feature >= 0 {
		out[at].No = len(out)
		out = inOrder(nodes, n.No, out)
		out[at].Yes = len(out)
		out = inOrder(nodes, n.Yes, out)
	}
	return out
}
