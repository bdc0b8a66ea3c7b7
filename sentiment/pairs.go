package sentiment

import "slices"

// A pair is the first two words of a pattern with what may stand between them. Most
// pairs of words begin none, so a small table of bits is asked first, and only then
// the one that knows where the pair leads.
type pairTable struct {
	seen  []uint64 // a bit for each pair
	slots []pair   // open addressing; a key of 0 is an empty slot
	lists []way    // of pairs that lead to several nodes
}

type pair struct {
	key uint32 // pairKey of the two words
	way way    // or, with wayList, where in lists the ways stand
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

func pairHash(key uint32) uint64 { return uint64(key) * 0x9e3779b97f4a7c15 }

// maySee is false for the hashes of most pairs that lead nowhere.
func (p *pairTable) maySee(h uint64) bool {
	bit := h >> 40 & uint64(len(p.seen)*64-1)
	return p.seen[bit>>6]>>(bit&63)&1 != 0
}

// find returns the way of a pair whose hash is h, noWay when it leads nowhere.
func (p *pairTable) find(key uint32, h uint64) way {
	m := uint64(len(p.slots) - 1)
	for i := h >> 32 & m; ; i = (i + 1) & m {
		switch x := &p.slots[i]; x.key {
		case key:
			return x.way
		case 0:
			return noWay
		}
	}
}

// pairBuilder gathers pairs. Sets that begin the same, or go on the same, share a
// number, which keeps the pairs few.
type pairBuilder struct {
	t       *trie
	paired  []bool // by exit: the second word of a pattern is met over it
	firsts  map[string]uint16
	seconds map[string]uint16
	nodes   [][]int32      // by first: where it leads from the root
	over    [][]secondNode // by exit
	key     []byte
}

// secondNode is where words of one kind lead over an exit.
type secondNode struct {
	second uint16
	to     int32
}

func newPairBuilder(t *trie, afterFirst []edge) *pairBuilder {
	b := &pairBuilder{
		t: t, paired: make([]bool, len(t.exits)), over: make([][]secondNode, len(t.exits)),
		firsts: map[string]uint16{}, seconds: map[string]uint16{}, nodes: [][]int32{nil},
	}
	for _, e := range afterFirst {
		n := &t.nodes[e.to]
		for at := n.exitAt; at < n.exitAt+uint32(n.exitN); at++ {
			b.paired[at] = !t.exits[at].far()
		}
	}
	return b
}

// add takes the ways of a set, which are sorted.
func (b *pairBuilder) add(set int, edges []edge) {
	from := 0
	for from < len(edges) && edges[from].exit == 0 {
		from++
	}
	r := &b.t.roots[set]
	if from > 0 {
		var known bool
		if r.first, known = b.number(b.firsts, edges[:from]); !known {
			nodes := make([]int32, from)
			for i := range nodes {
				nodes[i] = edges[i].to
			}
			b.nodes = append(b.nodes, nodes)
		}
	}
	var paired []edge
	for _, e := range edges[from:] {
		if b.paired[e.exit] {
			paired = append(paired, e)
		}
	}
	if len(paired) > 0 {
		var known bool
		if r.second, known = b.number(b.seconds, paired); !known {
			for _, e := range paired {
				b.over[e.exit] = append(b.over[e.exit], secondNode{r.second, e.to})
			}
		}
	}
}

// number numbers lists of edges from 1.
func (b *pairBuilder) number(of map[string]uint16, edges []edge) (n uint16, known bool) {
	b.key = b.key[:0]
	for _, e := range edges {
		b.key = append(b.key, byte(e.exit), byte(e.exit>>8), byte(e.exit>>16), byte(e.to), byte(e.to>>8), byte(e.to>>16))
	}
	if n, known = of[string(b.key)]; !known {
		n = uint16(len(of) + 1)
		of[string(b.key)] = n
	}
	return n, known
}

// build lays out the pairs and what else a first word leads to.
func (b *pairBuilder) build() {
	t := b.t
	t.firsts = make([]span, len(b.nodes))
	bits := make([]uint64, len(b.nodes))
	ways := make([][]way, len(b.seconds)+1)
	var met []uint16
	pairs := make([]pair, 0, 64*len(b.nodes)) // about as many as there are
	for first := 1; first < len(b.nodes); first++ {
		of := &t.firsts[first]
		of.at = uint32(len(t.afterFirst))
		met = met[:0]
		for _, node := range b.nodes[first] {
			n := &t.nodes[node]
			whole := n.endN > 0
			for at := n.exitAt; at < n.exitAt+uint32(n.exitN); at++ {
				e := &t.exits[at]
				if e.far() {
					whole = true
					continue
				}
				bits[first] |= e.sets
				for _, s := range b.over[at] {
					if len(ways[s.second]) == 0 {
						met = append(met, s.second)
					}
					ways[s.second] = append(ways[s.second], way(e.gap)<<wayGap|t.wayTo(s.to))
				}
			}
			if whole {
				t.afterFirst = append(t.afterFirst, *n)
				of.n++
			}
		}
		for _, second := range met {
			slices.Sort(ways[second]) // sets are numbered as a map has them
			pairs = append(pairs, pair{pairKey(uint16(first), second), t.pairs.list(ways[second])})
			ways[second] = ways[second][:0]
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

func (p *pairTable) set(pairs []pair) {
	size := 64
	for size*3 < 4*len(pairs) {
		size *= 2
	}
	p.slots, p.seen = make([]pair, size), make([]uint64, size/16)
	m, bits := uint64(size-1), uint64(len(p.seen)*64-1)
	for _, x := range pairs {
		h := pairHash(x.key)
		p.seen[h>>40&bits>>6] |= 1 << (h >> 40 & bits & 63)
		i := h >> 32 & m
		for p.slots[i].key != 0 {
			i = (i + 1) & m
		}
		p.slots[i] = x
	}
}
