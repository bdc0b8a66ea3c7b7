package sentiment

import (
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
	sets       keyTable // by exit<<16 | set: at<<8 | n, in links
	ends       []int32  // pattern ids, grouped by node
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

// next returns the nodes that a word with this set leads to. The caller has asked
// the exit's sets already.
func (t *trie) next(exit, set uint32) []int32 {
	link := t.sets.find(exit<<16 | set)
	return t.links[link>>8 : link>>8+link&255]
}

// trieBuilder collects sequences of steps.
type trieBuilder struct {
	next map[wayOn]int32 // the node that is reached; they are numbered as they come
	ends []uint64        // node<<32 | the pattern that ends there
}

// wayOn is from a node over a step: node<<24 | gap<<16 | symbol.
type wayOn uint64

func (b *trieBuilder) add(steps []step, id int32) {
	if len(steps) == 0 {
		return
	}
	at := int32(0)
	for _, s := range steps {
		way := wayOn(at)<<24 | wayOn(s.gap)<<16 | wayOn(s.sym)
		next, ok := b.next[way]
		if !ok {
			next = int32(len(b.next) + 1)
			b.next[way] = next
		}
		at = next
	}
	b.ends = append(b.ends, uint64(at)<<32|uint64(id))
}

// edge is a way on by a word with a symbol: exit<<24 | the node it leads to, so that they are sorted by exits.
type edge uint64

func (e edge) exit() uint32 { return uint32(e >> 24) }
func (e edge) to() int32    { return int32(e & (1<<24 - 1)) }

// edges are all edges, grouped by symbol.
type edges struct {
	list []edge
	from []uint32 // by symbol, and the end of the list
}

// of returns the edges of a symbol.
func (e *edges) of(s symbol) []edge {
	if int(s)+1 >= len(e.from) {
		return nil
	}
	return e.list[e.from[s]:e.from[s+1]]
}

// newEdges takes edges with their symbols above them.
func newEdges(bySymbol []uint64) *edges {
	slices.Sort(bySymbol)
	all := &edges{list: make([]edge, 0, len(bySymbol))}
	for _, x := range bySymbol {
		for len(all.from) <= int(x>>48) {
			all.from = append(all.from, uint32(len(all.list)))
		}
		all.list = append(all.list, edge(x&(1<<48-1)))
	}
	all.from = append(all.from, uint32(len(all.list)))
	return all
}

// build lays the trie out for the sets of symbols that words carry. The root is
// exit 0. Exits are numbered by node and gap, the same each time: a search that is cut short has found the same.
func (b *trieBuilder) build(patterns []pattern, sets [][]symbol, bits []uint64) trie {
	t := trie{patterns: patterns, nodes: make([]trieNode, len(b.next)+1), exits: make([]trieExit, 1)}
	ways := slices.Sorted(maps.Keys(b.next))
	slices.Sort(b.ends)
	ends := slices.Compact(b.ends)
	bySymbol := make([]uint64, 0, len(ways))
	for i := range t.nodes {
		n := &t.nodes[i]
		n.endAt, n.exitAt = uint32(len(t.ends)), uint32(len(t.exits))
		for ; len(ends) > 0 && ends[0]>>32 == uint64(i); ends = ends[1:] {
			t.ends = append(t.ends, int32(uint32(ends[0])))
			n.endN++
		}
		for ; len(ways) > 0 && ways[0]>>24 == wayOn(i); ways = ways[1:] {
			gap, sym, to := uint8(ways[0]>>16), symbol(ways[0]), b.next[ways[0]]
			exit := len(t.exits) - 1
			switch {
			case i == 0:
				exit = 0
			case n.exitN == 0 || t.exits[exit].gap != gap:
				exit++
				t.exits = append(t.exits, trieExit{gap: gap})
				n.exitN++
			}
			if i > 0 && sym == symAny {
				t.exits[exit].any = to
			} else {
				bySymbol = append(bySymbol, uint64(sym)<<48|uint64(exit)<<24|uint64(to))
			}
		}
	}
	pairs := t.link(sets, bits, newEdges(bySymbol))
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

// link finds, for every set and exit, where a word with this set leads, and returns the pairs of first words.
func (t *trie) link(sets [][]symbol, bits []uint64, all *edges) *pairBuilder {
	t.roots = make([]root, len(sets))
	p := newPairBuilder(t, all.list)
	const ways = 8 // about as many as a set leads to, at most
	t.links = make([]int32, 0, ways*len(sets))
	groups := make([]keySlot, 0, ways*len(sets))
	var list []edge
	for set, symbols := range sets {
		list = list[:0]
		for _, s := range symbols {
			list = append(list, all.of(s)...)
		}
		slices.Sort(list)
		p.add(set, list)
		for i := 0; i < len(list); {
			at, exit := uint32(len(t.links)), list[i].exit()
			t.exits[exit].sets |= bits[set]
			for ; i < len(list) && list[i].exit() == exit; i++ {
				if !p.paired[exit] {
					t.links = append(t.links, list[i].to())
				}
			}
			if n := uint32(len(t.links)) - at; n > 0 {
				groups = append(groups, keySlot{exit<<16 | uint32(set), at<<8 | n})
			}
		}
	}
	t.sets = newKeyTable(len(groups))
	for _, g := range groups {
		t.sets.put(g.key, g.value)
	}
	return p
}
