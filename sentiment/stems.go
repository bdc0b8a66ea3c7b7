package sentiment

import (
	"cmp"
	"maps"
	"slices"
)

// stems are what words are known by that begin so ("обман*"). Stems nest: the info of a longer one holds the
// symbols of the shorter ones too.
type stems map[string]*stem

type stem struct {
	word    int32
	symbols []symbol
	mean    meaning
}

func (s stems) add(text string, word int32, symbols []symbol, m *meaning) {
	b := s[text]
	if b == nil {
		b = &stem{word: -1}
		s[text] = b
	}
	if word >= 0 {
		b.word = word
	}
	b.symbols = append(b.symbols, symbols...)
	if m != nil {
		b.mean = *m
	}
}

// intern lays out which info each stem has, shortest first, so that each takes over what its own shorter
// stem means.
func (s stems) intern(in *interner) hashTable {
	texts := slices.SortedFunc(maps.Keys(s), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	known, all := map[string]uint32{}, affixes{}
	for _, text := range texts {
		b := s[text]
		symbols := slices.Clone(b.symbols)
		for end := len(text) - 1; end > 0; end-- {
			id, ok := known[text[:end]]
			if !ok {
				continue
			}
			shorter := &in.t.infos[id]
			symbols = append(symbols, in.sets[shorter.set]...)
			b.mean.inherit(shorter)
			if b.word < 0 {
				b.word = shorter.word
			}
			break
		}
		known[text] = in.info(b.word, symbols, &b.mean)
		all.add([]rune(text), known[text])
	}
	return all.table()
}
