package sentiment

// trie holds all patterns. Nodes 0 is the root; an edge leads from a node over a
// gap and a symbol to another.
type trie struct {
	roots    []int32 // by symbol: the node after the first word, 0 for none
	nodes    []trieNode
	exits    []trieExit // gap groups of the nodes
	keys     []uint64   // exit<<16 | symbol
	to       []int32
	ends     []int32 // pattern ids, grouped by node
	patterns []pattern
}

type trieNode struct {
	endAt, exitAt uint32
	endN, exitN   uint8
}

// trieExit is the ways on from a node that allow the same gap.
type trieExit struct {
	gap uint8
	any int32 // the node after <any>, 0 for none
}

func (t *trie) next(exit uint32, s symbol) int32 {
	m := uint64(len(t.keys) - 1)
	key := uint64(exit)<<16 | uint64(s)
	for i := (key * 0x9e3779b97f4a7c15 >> 20) & m; ; i = (i + 1) & m {
		switch t.keys[i] {
		case key:
			return t.to[i]
		case ^uint64(0):
			return 0
		}
	}
}

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
	for _, e := range b.nodes[at].ends {
		if e == id {
			return
		}
	}
	b.nodes[at].ends = append(b.nodes[at].ends, id)
}

// starts reports whether a pattern begins with s.
func (b *trieBuilder) starts(s symbol) bool {
	_, ok := b.nodes[0].edges[step{0, s}]
	return ok
}

func (b *trieBuilder) build(patterns []pattern) trie {
	t := trie{patterns: patterns, nodes: make([]trieNode, len(b.nodes))}
	edges := 0
	var top symbol
	for _, n := range b.nodes {
		edges += len(n.edges)
		for s := range n.edges {
			top = max(top, s.sym)
		}
	}
	size := 16
	for size < 2*edges {
		size *= 2
	}
	t.keys, t.to = make([]uint64, size), make([]int32, size)
	for i := range t.keys {
		t.keys[i] = ^uint64(0)
	}
	t.roots = make([]int32, int(top)+1)
	for s, to := range b.nodes[0].edges {
		t.roots[s.sym] = to
	}
	for i, n := range b.nodes {
		t.nodes[i] = trieNode{endAt: uint32(len(t.ends)), endN: uint8(len(n.ends)), exitAt: uint32(len(t.exits))}
		t.ends = append(t.ends, n.ends...)
		if i > 0 {
			b.exits(&t, i)
		}
	}
	return t
}

// exits lays the edges of node i out by their gap.
func (b *trieBuilder) exits(t *trie, i int) {
	for gap := uint8(0); gap <= 12; gap++ {
		exit := uint32(len(t.exits))
		found := false
		for s, to := range b.nodes[i].edges {
			if s.gap != gap {
				continue
			}
			if !found {
				found = true
				t.exits = append(t.exits, trieExit{gap: gap})
				t.nodes[i].exitN++
			}
			if s.sym == symAny {
				t.exits[exit].any = to
				continue
			}
			key := uint64(exit)<<16 | uint64(s.sym)
			m := uint64(len(t.keys) - 1)
			at := (key * 0x9e3779b97f4a7c15 >> 20) & m
			for t.keys[at] != ^uint64(0) {
				at = (at + 1) & m
			}
			t.keys[at], t.to[at] = key, to
		}
	}
}
