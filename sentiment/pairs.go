package sentiment

import "slices"

// A pair is the first two words of a pattern with what may stand between them. Most
// pairs of words begin none, so a small table of bits is asked first, and only then
// the one that knows where the pair leads.
type pairTable struct {
	seen  []uint64 // a bit for each pair
	ways  keyTable // by pairKey: the way, or, with wayList, where in lists the ways stand
	lists []way    // of pairs that lead to several nodes
}

// pairKey is of root.first of one word and root.second of the other.
func pairKey(first, second uint16) uint32 { return uint32(first)<<16 | uint32(second) }

// way leads to a node, or, where nothing goes on from there, to the pattern that
// ends: in the low bits is its number.
type way uint32

const (
	wayGap   = 30      // the highest bits are how many words may be skipped
	wayList  = 1 << 29 // of a slot: the number is a place in lists
	wayMore  = 1 << 28 // in lists: another one follows
	wayWhole = 1 << 27 // the number is a pattern's
	wayTo    = 1<<27 - 1
)

// noWay leads to the root, where no pair leads.
const noWay way = 0

// spans reports whether so many words may stand between the two.
func (x way) spans(words int) bool { return int(x>>wayGap) >= words }

// maySee is false for most pairs that lead nowhere.
func (p *pairTable) maySee(key uint32) bool {
	bit := p.bit(key)
	return p.seen[bit>>6]>>(bit&63)&1 != 0
}

func (p *pairTable) bit(key uint32) uint64 { return keyHash(key) >> 40 & uint64(len(p.seen)*64-1) }

// pairBuilder gathers pairs. Sets that begin the same, or go on the same, share a
// number, which keeps the pairs few.
type pairBuilder struct {
	t       *trie
	paired  []bool // by exit: the second word of a pattern is met over it
	firsts  *edgeLists
	seconds *edgeLists
	over    []uint32     // by exit: the last one of nodes that a word leads to
	nodes   []secondNode // from 1
	scratch []edge
}

// secondNode is where words of one kind lead over an exit.
type secondNode struct {
	before uint32 // another one of the exit, 0 for none
	to     int32
	second uint16
}

// edgeLists numbers lists of edges.
type edgeLists struct {
	numbers *numbering
	lists   [][]edge
	kept    arena[edge]
}

func newEdgeLists() *edgeLists { return &edgeLists{numbers: newNumbering(1), lists: make([][]edge, 1)} }

func (l *edgeLists) number(list []edge) (n uint16, known bool) {
	h := uint64(hashSeed)
	for _, e := range list {
		h = (h ^ uint64(e)) * hashPrime
	}
	number, known := l.numbers.number(hashDone(h), func(i uint32) bool { return slices.Equal(l.lists[i], list) })
	if !known {
		l.lists = append(l.lists, l.kept.keep(list))
	}
	return uint16(number), known
}

func newPairBuilder(t *trie, all []edge) *pairBuilder {
	b := &pairBuilder{
		t: t, paired: make([]bool, len(t.exits)), over: make([]uint32, len(t.exits)),
		firsts: newEdgeLists(), seconds: newEdgeLists(), nodes: make([]secondNode, 1, 4*len(t.exits)),
	}
	for _, e := range all {
		if e.exit() == 0 {
			n := &t.nodes[e.to()]
			for at := n.exitAt; at < n.exitAt+uint32(n.exitN); at++ {
				b.paired[at] = !t.exits[at].far()
			}
		}
	}
	return b
}

// add takes the ways of a set, which are sorted.
func (b *pairBuilder) add(set int, edges []edge) {
	from := 0
	for from < len(edges) && edges[from].exit() == 0 {
		from++
	}
	r := &b.t.roots[set]
	if from > 0 {
		r.first, _ = b.firsts.number(edges[:from])
	}
	b.scratch = b.scratch[:0]
	for _, e := range edges[from:] {
		if b.paired[e.exit()] {
			b.scratch = append(b.scratch, e)
		}
	}
	if len(b.scratch) == 0 {
		return
	}
	var known bool
	if r.second, known = b.seconds.number(b.scratch); !known {
		for _, e := range b.scratch {
			b.nodes = append(b.nodes, secondNode{b.over[e.exit()], e.to(), r.second})
			b.over[e.exit()] = uint32(len(b.nodes) - 1)
		}
	}
}

// build lays out the pairs and what else a first word leads to.
func (b *pairBuilder) build() {
	t, firsts := b.t, b.firsts.lists
	t.firsts = make([]span, len(firsts))
	bits := make([]uint64, len(firsts))
	var met []uint64 // second<<32 | the way to it
	var ways []way
	pairs := make([]keySlot, 0, 64*len(firsts)) // about as many as there are
	for first := 1; first < len(firsts); first++ {
		of := &t.firsts[first]
		of.at = uint32(len(t.afterFirst))
		met = met[:0]
		for _, edge := range firsts[first] {
			n := &t.nodes[edge.to()]
			whole := n.endN > 0
			for at := n.exitAt; at < n.exitAt+uint32(n.exitN); at++ {
				e := &t.exits[at]
				if e.far() {
					whole = true
					continue
				}
				bits[first] |= e.sets
				for i := b.over[at]; i != 0; i = b.nodes[i].before {
					s := &b.nodes[i]
					met = append(met, uint64(s.second)<<32|uint64(way(e.gap)<<wayGap|t.wayTo(s.to)))
				}
			}
			if whole {
				t.afterFirst = append(t.afterFirst, *n)
				of.n++
			}
		}
		slices.Sort(met)
		for i := 0; i < len(met); {
			second := met[i] >> 32
			for ways = ways[:0]; i < len(met) && met[i]>>32 == second; i++ {
				ways = append(ways, way(met[i]))
			}
			pairs = append(pairs, keySlot{pairKey(uint16(first), uint16(second)), uint32(t.pairs.list(ways))})
		}
	}
	for set := range t.roots {
		t.roots[set].bits = bits[t.roots[set].first]
	}
	t.pairs.set(pairs)
}

// wayTo is the way to a node without its gap.
func (t *trie) wayTo(node int32) way {
	if n := &t.nodes[node]; n.endN == 1 && n.exitN == 0 {
		return wayWhole | way(t.ends[n.endAt])
	}
	return way(node)
}

// list returns one way as it is, and a place in lists for several.
func (p *pairTable) list(ways []way) way {
	if len(ways) == 1 {
		return ways[0]
	}
	at := len(p.lists)
	for i, w := range ways {
		if i < len(ways)-1 {
			w |= wayMore
		}
		p.lists = append(p.lists, w)
	}
	return wayList | way(at)
}

func (p *pairTable) set(pairs []keySlot) {
	p.ways = newKeyTable(len(pairs))
	p.seen = make([]uint64, len(p.ways)/16)
	for _, x := range pairs {
		bit := p.bit(x.key)
		p.seen[bit>>6] |= 1 << (bit & 63)
		p.ways.put(x.key, x.value)
	}
}
