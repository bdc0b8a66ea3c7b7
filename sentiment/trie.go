package sentiment

import (
	"cmp"
	"maps"
	"slices"
)

// trie holds all patterns. Node 0 is the root; from a node, exits lead over a gap
// and a word to other nodes. A word is known by the number of its set of symbols,
// so that one probe finds every way on. The first two words of a pattern, of which
// texts are full, are looked up together.
type trie struct {
	nodes      []trieNode
	exits      []trieExit // the ways on from the nodes, grouped by node
	links      []int32    // nodes, grouped by exit and set
	roots      []root     // by set: the ways from the root
	firsts     []span     // by root.first: part of afterFirst
	afterFirst []trieNode // after a pattern's first word: where one ends, or goes on over an exit that the bits of the next words cannot tell of
	pairs      pairTable
	slots      []slot
	ends       []int32 // pattern ids, grouped by node
	patterns   []pattern
}

type trieNode struct {
	sets          uint64 // of all its exits; all ones when near cannot tell
	endAt, exitAt uint32
	endN, exitN   uint16
}

// root is the ways from the root by a set.
type root struct {
	bits   uint64 // of the sets that may come next over the exits that are not far
	first  uint16 // which patterns it begins: equal for sets that begin the same; 0 for none
	second uint16 // the same as a pair's second word
}

// trieExit is the ways on from a node that allow the same gap.
type trieExit struct {
	sets uint64 // the filter bits of the sets that lead on
	any  int32  // the node after <any>, 0 for none
	gap  uint8
}

// far reports whether the bits of the next words cannot tell that the exit is shut.
func (e *trieExit) far() bool { return e.any != 0 || int(e.gap) >= nearWords }

// span is a part of a list.
type span struct{ at, n uint32 }

// slot answers where a set leads over an exit; a key of 0 is an empty slot.
type slot struct {
	key  uint32 // exit<<16 | set
	link uint32 // at<<8 | n, in links
}

// next returns the nodes that a word with this set leads to. The caller has asked
// the exit's sets already.
func (t *trie) next(exit, set uint32) []int32 {
	m := uint32(len(t.slots) - 1)
	key := exit<<16 | set
	for i := slotOf(key) & m; ; i = (i + 1) & m {
		switch x := t.slots[i]; x.key {
		case key:
			at := x.link >> 8
			return t.links[at : at+x.link&255]
		case 0:
			return nil
		}
	}
}

func slotOf(key uint32) uint32 { return key * 0x9e3779b1 >> 11 }

// trieBuilder collects sequences of steps.
type trieBuilder struct {
	nodes []buildNode
}

type buildNode struct {
	ends  []int32
	edges map[step]int32
}

func newTrieBuilder() trieBuilder { return trieBuilder{nodes: []buildNode{{}}} }

func (b *trieBuilder) add(steps []step, id int32) {
	if len(steps) == 0 {
		return
	}
	at := int32(0)
	for _, s := range steps {
		next, ok := b.nodes[at].edges[s]
		if !ok {
			next = int32(len(b.nodes))
			b.nodes = append(b.nodes, buildNode{})
			if b.nodes[at].edges == nil {
				b.nodes[at].edges = map[step]int32{}
			}
			b.nodes[at].edges[s] = next
		}
		at = next
	}
	if !slices.Contains(b.nodes[at].ends, id) {
		b.nodes[at].ends = append(b.nodes[at].ends, id)
	}
}

// edge is a way on: over exit, by a word with a symbol, to a node.
type edge struct {
	exit uint32
	to   int32
}

// build lays the trie out for the sets of symbols that words carry. The root is
// exit 0.
func (b *trieBuilder) build(patterns []pattern, sets [][]symbol, bits []uint64) trie {
	t := trie{patterns: patterns, nodes: make([]trieNode, len(b.nodes)), exits: make([]trieExit, 1)}
	var top symbol
	for _, n := range b.nodes {
		for s := range n.edges {
			top = max(top, s.sym)
		}
	}
	bySymbol := make([][]edge, int(top)+1)
	for s, to := range b.nodes[0].edges {
		bySymbol[s.sym] = append(bySymbol[s.sym], edge{0, to})
	}
	for i, n := range b.nodes {
		t.nodes[i] = trieNode{endAt: uint32(len(t.ends)), endN: uint16(len(n.ends)), exitAt: uint32(len(t.exits))}
		t.ends = append(t.ends, n.ends...)
		if i > 0 {
			b.exits(&t, i, bySymbol)
		}
	}
	pairs := t.link(sets, bits, bySymbol)
	t.filter()
	pairs.build()
	return t
}

// filter fills in what the next words must hold.
func (t *trie) filter() {
	for i := range t.nodes {
		n := &t.nodes[i]
		for _, e := range t.exits[n.exitAt : n.exitAt+uint32(n.exitN)] {
			n.sets |= e.sets
			if e.far() {
				n.sets = ^uint64(0)
			}
		}
	}
}

// maxGap bounds the gaps that optional elements between gaps add up to.
const maxGap = 12

// exits numbers the exits of node i, one for each gap, in the same order each time: a search that is cut short
// has found the same.
func (b *trieBuilder) exits(t *trie, i int, bySymbol [][]edge) {
	var numbers [maxGap + 1]uint32
	edges := b.nodes[i].edges
	steps := slices.SortedFunc(maps.Keys(edges), func(a, b step) int { return cmp.Or(cmp.Compare(a.gap, b.gap), cmp.Compare(a.sym, b.sym)) })
	for _, s := range steps {
		to := edges[s]
		exit := numbers[s.gap]
		if exit == 0 {
			exit = uint32(len(t.exits))
			numbers[s.gap] = exit
			t.exits = append(t.exits, trieExit{gap: s.gap})
			t.nodes[i].exitN++
		}
		if s.sym == symAny {
			t.exits[exit].any = to
		} else {
			bySymbol[s.sym] = append(bySymbol[s.sym], edge{exit, to})
		}
	}
}

// link finds, for every set and exit, where a word with this set leads, and returns the pairs of first words.
func (t *trie) link(sets [][]symbol, bits []uint64, bySymbol [][]edge) *pairBuilder {
	t.roots = make([]root, len(sets))
	var afterFirst []edge
	for _, list := range bySymbol {
		for _, e := range list {
			if e.exit == 0 {
				afterFirst = append(afterFirst, e)
			}
		}
	}
	p := newPairBuilder(t, afterFirst)
	var groups []slot
	var edges []edge
	for set, symbols := range sets {
		edges = edges[:0]
		for _, s := range symbols {
			if int(s) < len(bySymbol) {
				edges = append(edges, bySymbol[s]...)
			}
		}
		slices.SortFunc(edges, func(a, b edge) int {
			if a.exit != b.exit {
				return int(a.exit) - int(b.exit)
			}
			return int(a.to - b.to)
		})
		p.add(set, edges)
		for i := 0; i < len(edges); {
			at, exit := uint32(len(t.links)), edges[i].exit
			t.exits[exit].sets |= bits[set]
			for ; i < len(edges) && edges[i].exit == exit; i++ {
				if !p.paired[exit] {
					t.links = append(t.links, edges[i].to)
				}
			}
			if n := uint32(len(t.links)) - at; n > 0 {
				groups = append(groups, slot{exit<<16 | uint32(set), at<<8 | n})
			}
		}
	}
	size := 16
	for size*3 < 4*len(groups) {
		size *= 2
	}
	t.slots = make([]slot, size)
	m := uint32(size - 1)
	for _, g := range groups {
		i := slotOf(g.key) & m
		for t.slots[i].key != 0 {
			i = (i + 1) & m
		}
		t.slots[i] = g
	}
	return p
}
