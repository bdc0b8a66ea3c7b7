package sentiment

import (
	"cmp"
	"math/bits"
	"slices"
)

// match is a pattern found in the text.
type match struct {
	pattern    int32
	slot       uint8
	start, end int32  // tokens, end included
	cover      uint64 // bit i: token start+i is one of its words
	rank       float32
}

// maxMatches bounds what one text can find; hostile texts repeat one cue for ever.
const maxMatches = 2000

// maxSteps bounds the search that starts at one word: one word said over and over
// fits the gaps of a pattern in very many ways.
const maxSteps = 2000

// search finds the patterns of the text's languages and the cues of frames, and keeps of patterns that share
// words the heaviest.
func (s *scratch) search() {
	s.matches, s.cues = s.matches[:0], s.cues[:0]
	for slot, t := range s.tables {
		if t == nil {
			continue
		}
		if s.places != 0 {
			s.lex.placeSets(t, slot)
		}
		s.lex.lookAhead(slot)
		s.walk(t, slot)
		s.readEndings(t, slot)
	}
	s.settle()
	slices.SortFunc(s.matches, func(a, b match) int {
		if a.start != b.start {
			return int(a.start - b.start)
		}
		return int(a.end - b.end)
	})
}

// walk finds all patterns of t in the tokens.
func (s *scratch) walk(t *table, slot int) {
	words := s.lex.sets[slot]
	for i := range words {
		w := &words[i]
		s.steps = maxSteps
		if w.firsts {
			s.firsts(t, slot, w.first, i)
		}
		if w.starts&w.near != 0 {
			s.pairs(t, slot, w.starts, w.first, i)
		}
		if w.place != 0 {
			r := &t.trie.roots[w.place]
			s.firsts(t, slot, r.first, i)
			s.pairs(t, slot, r.bits, r.first, i)
		}
	}
}

// firsts takes the patterns of the single word at i, and those whose second word
// may be any or stand far off.
func (s *scratch) firsts(t *table, slot int, first uint16, i int) {
	of := t.trie.firsts[first]
	nodes := t.trie.afterFirst[of.at : of.at+of.n]
	for k := range nodes {
		n := &nodes[k]
		if n.endN > 0 {
			s.finish(t, slot, n, i, i, 1)
		}
		for e := n.exitAt; e < n.exitAt+uint32(n.exitN); e++ {
			if t.trie.exits[e].far() { // over the others pairs go
				s.cross(t, slot, e, i, i, 1)
			}
		}
	}
}

// pairs takes the patterns that begin with the word at i and one near it.
func (s *scratch) pairs(t *table, slot int, starts uint64, first uint16, i int) {
	words := s.lex.sets[slot]
	words = words[i+1 : i+1+int(words[i].reach)]
	pairs := &t.trie.pairs
	for k := range words {
		w := &words[k]
		if w.bit&starts == 0 {
			continue
		}
		if key := pairKey(first, w.second); pairs.maySee(key) {
			s.pair(t, slot, way(pairs.ways.find(key)), i, i+1+k)
		}
		if w.place != 0 {
			if key := pairKey(first, t.trie.roots[w.place].second); pairs.maySee(key) {
				s.pair(t, slot, way(pairs.ways.find(key)), i, i+1+k)
			}
		}
	}
}

// pair follows the ways of two words.
func (s *scratch) pair(t *table, slot int, x way, i, j int) {
	if x&wayList == 0 {
		if x != noWay && x.spans(j-i-1) {
			s.way(t, slot, x, i, j)
		}
		return
	}
	for _, x := range t.trie.pairs.lists[x&wayTo:] {
		if x.spans(j - i - 1) {
			s.way(t, slot, x, i, j)
		}
		if x&wayMore == 0 {
			return
		}
	}
}

func (s *scratch) way(t *table, slot int, x way, i, j int) {
	if x&wayWhole == 0 {
		s.follow(t, slot, int32(x&wayTo), i, j, 1|1<<(j-i))
		return
	}
	if s.steps--; s.steps >= 0 {
		s.found(t, slot, int32(x&wayTo), i, j, 1|1<<(j-i))
	}
}

// follow goes on from a node that was reached with the word at last.
func (s *scratch) follow(t *table, slot int, node int32, first, last int, cover uint64) {
	if s.steps--; s.steps < 0 {
		return
	}
	n := &t.trie.nodes[node]
	if n.endN > 0 {
		s.finish(t, slot, n, first, last, cover)
	}
	near := s.lex.sets[slot][last].near
	if n.sets&near == 0 && n.sets != ^uint64(0) {
		return
	}
	for e := n.exitAt; e < n.exitAt+uint32(n.exitN); e++ {
		if exit := &t.trie.exits[e]; exit.sets&near != 0 || exit.far() {
			s.cross(t, slot, e, first, last, cover)
		}
	}
}

// finish notes the patterns that end at the node.
func (s *scratch) finish(t *table, slot int, n *trieNode, first, last int, cover uint64) {
	for _, id := range t.trie.ends[n.endAt : n.endAt+uint32(n.endN)] {
		s.found(t, slot, id, first, last, cover)
	}
}

// cross goes on over an exit from the word at last.
func (s *scratch) cross(t *table, slot int, e uint32, first, last int, cover uint64) {
	words := s.lex.sets[slot]
	exit := &t.trie.exits[e]
	top := min(last+1+int(exit.gap), len(words)-1, first+63)
	for j := last + 1; j <= top; j++ {
		w := &words[j]
		if w.breaks || len(s.matches) >= maxMatches {
			break
		}
		if exit.any != 0 && s.lex.toks[j].kind == wordToken {
			s.follow(t, slot, exit.any, first, j, cover|1<<(j-first))
		}
		if exit.sets&w.bit == 0 {
			continue
		}
		for _, next := range t.trie.next(e, w.set) {
			s.follow(t, slot, next, first, j, cover|1<<(j-first))
		}
		if w.place != 0 {
			for _, next := range t.trie.next(e, w.place) {
				s.follow(t, slot, next, first, j, cover|1<<(j-first))
			}
		}
	}
}

func (s *scratch) found(t *table, slot int, id int32, first, last int, cover uint64) {
	p := &t.trie.patterns[id]
	toks := s.lex.toks
	if p.start && first > 0 && toks[first].before != sentenceBreak {
		return
	}
	if p.end && last+1 < len(toks) && toks[last+1].before != sentenceBreak {
		return
	}
	if p.frame != 0 {
		s.foundCue(p, slot, id, first, last, cover)
		return
	}
	if len(s.matches) >= maxMatches || toks[first].roles&negating != 0 && s.crossesComma(first, last) {
		return
	}
	if p.weight > 0 && s.negators(first, last)&^cover != 0 { // "would … recommend" with a "never" in its gap
		return
	}
	rank := abs(p.weight)
	if p.flags&patternGuard != 0 {
		rank = guardRank
	}
	rank += 0.25 * float32(ones(cover)-1) // the longer one knows more
	if p.role != roleNone {
		rank = roleRank
	}
	s.matches = append(s.matches, match{id, uint8(slot), int32(first), int32(last), cover, rank})
}

// crossesComma reports whether a comma parts the words: "no waiting, clean" does
// not say "not clean".
func (s *scratch) crossesComma(first, last int) bool {
	for i := first + 1; i <= last; i++ {
		if s.lex.toks[i].before != noBreak {
			return true
		}
	}
	return false
}

// negators has bit i where token first+i negates; a pattern is 64 words long at most.
func (s *scratch) negators(first, last int) (at uint64) {
	for i := first; i <= last; i++ {
		if s.lex.toks[i].roles&negating != 0 {
			at |= 1 << (i - first)
		}
	}
	return at
}

const (
	guardRank = 2.6 // a guard gives way to heavier cues
	roleRank  = 100 // roles are settled before weights
)

// settle gives roles their tokens and keeps, of the patterns that share words,
// the heaviest.
func (s *scratch) settle() {
	slices.SortFunc(s.matches, compareMatches)
	toks := s.lex.toks
	kept := s.matches[:0]
	for _, m := range s.matches {
		p := &s.tables[m.slot].trie.patterns[m.pattern]
		if p.role != roleNone {
			s.giveRole(p, &m)
			continue
		}
		if s.taken(&m) {
			continue
		}
		for i := m.start; i <= m.end; i++ {
			if m.cover&(1<<(i-m.start)) != 0 {
				toks[i].covered = true
			}
		}
		kept = append(kept, m)
	}
	s.matches = kept
}

func (s *scratch) taken(m *match) bool {
	for i := m.start; i <= m.end; i++ {
		if m.cover&(1<<(i-m.start)) != 0 && s.lex.toks[i].covered {
			return true
		}
	}
	return false
}

// giveRole marks the last word of a closed-class phrase. What looks like a
// negation and is none loses the role of its words.
func (s *scratch) giveRole(p *pattern, m *match) {
	toks := s.lex.toks
	if p.role == roleNotNeg {
		for i := m.start; i <= m.end; i++ {
			toks[i].roles &^= negating
		}
		return
	}
	t := &toks[m.end]
	t.roles |= 1 << p.role
	switch p.role {
	case roleBoost, roleDamp:
		t.boost = p.value
	case roleNumber:
		t.num = p.value
	case roleNegator:
		t.scope = uint8(p.value)
	case roleBut, roleConcede, roleIf, roleAsk, roleAccuse, roleNews, roleThanks, roleIrony, rolePast, roleTurn, roleOf:
		if m.end > m.start { // the phrase counts as one word of this role
			toks[m.start].roles |= 1 << p.role
		}
	}
}

// compareMatches orders by rank, then by how many words agree, then by place.
func compareMatches(a, b match) int {
	if a.rank != b.rank {
		return cmp.Compare(b.rank, a.rank)
	}
	return cmp.Or(ones(b.cover)-ones(a.cover), cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end),
		cmp.Compare(a.slot, b.slot), cmp.Compare(a.pattern, b.pattern))
}

func ones(x uint64) int { return bits.OnesCount64(x) }
