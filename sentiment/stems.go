package sentiment

import (
	"slices"
	"sort"
	"unicode/utf8"
)

// stemTree finds the longest stem ("обман*") that a word begins with. Stems nest:
// the info of a longer one holds the symbols of the shorter ones too.
type stemTree struct {
	nodes []stemNode
	first [firstRunes]int32 // the root's children, by rune
	min   int               // runes of the shortest stem
	build map[string]*stemBuild
}

type stemNode struct {
	r       rune
	info    uint32 // 0: no stem ends here
	kid     int32  // first child, 0 for none
	sibling int32
	kids    uint64 // the low bits of its children's runes: most words have none of them
}

type stemBuild struct {
	word    int32
	symbols []symbol
	mean    meaning
}

func newStemTree() stemTree {
	return stemTree{nodes: make([]stemNode, 1), min: 99, build: map[string]*stemBuild{}}
}

func (s *stemTree) add(stem string, word int32, symbols []symbol, m *meaning) {
	b := s.build[stem]
	if b == nil {
		b = &stemBuild{word: -1}
		s.build[stem] = b
		s.min = min(s.min, utf8.RuneCountInString(stem))
	}
	if word >= 0 {
		b.word = word
	}
	b.symbols = append(b.symbols, symbols...)
	if m != nil {
		b.mean = *m
	}
}

// intern puts the stems into the tree, shortest first, so that each takes over
// what its own shorter stems mean.
func (s *stemTree) intern(in *interner) {
	stems := make([]string, 0, len(s.build))
	for stem := range s.build {
		stems = append(stems, stem)
	}
	sort.Slice(stems, func(i, j int) bool {
		if len(stems[i]) != len(stems[j]) {
			return len(stems[i]) < len(stems[j])
		}
		return stems[i] < stems[j]
	})
	for _, stem := range stems {
		b := s.build[stem]
		symbols := slices.Clone(b.symbols)
		if id := s.longest(stem); id != 0 {
			shorter := &in.t.infos[id]
			symbols = append(symbols, in.sets[shorter.set]...)
			b.mean.inherit(shorter, in.t.everydays[shorter.everyday])
			if b.word < 0 {
				b.word = shorter.word
			}
		}
		s.insert(stem, in.info(b.word, symbols, &b.mean))
	}
	s.build = nil
}

func (s *stemTree) insert(stem string, id uint32) {
	at := int32(0)
	for _, r := range stem {
		next := s.child(at, r)
		if next == 0 {
			next = int32(len(s.nodes))
			s.nodes = append(s.nodes, stemNode{r: r, sibling: s.nodes[at].kid})
			if at == 0 && r < firstRunes {
				s.first[r] = next
			}
			s.nodes[at].kid = next
			s.nodes[at].kids |= 1 << (r & 63)
		}
		at = next
	}
	s.nodes[at].info = id
}

// firstRunes covers Latin and Cyrillic.
const firstRunes = 0x530

func (s *stemTree) child(at int32, r rune) int32 {
	if at == 0 && r < firstRunes {
		return s.first[r]
	}
	if s.nodes[at].kids>>(r&63)&1 == 0 {
		return 0
	}
	for k := s.nodes[at].kid; k != 0; k = s.nodes[k].sibling {
		if s.nodes[k].r == r {
			return k
		}
	}
	return 0
}

func (s *stemTree) longest(word string) uint32 { return s.longestRunes([]rune(word)) }

func (s *stemTree) longestRunes(word []rune) uint32 {
	at, found := int32(0), uint32(0)
	for _, r := range word {
		if at = s.child(at, r); at == 0 {
			break
		}
		if s.nodes[at].info != 0 {
			found = s.nodes[at].info
		}
	}
	return found
}
