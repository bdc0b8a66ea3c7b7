package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// joined gives the number of the word that a name of several words makes when it
// is written as one (#РомашкаБанк), and enters its forms: only the last word
// inflected, only the first, or all of them in the same case.
func (m *maker) joined(r reading, p parsed, of langs) int32 {
	var name strings.Builder
	for _, e := range r.elements {
		name.WriteString(strings.ToLower(e.text))
		name.WriteByte(' ')
	}
	key := wordKey{text: name.String(), langs: of, exact: p.exact, joined: true}
	if id, ok := m.words[key]; ok {
		return id
	}
	id := int32(len(m.words))
	m.words[key] = id
	forms := make([][]spelled, len(r.elements))
	own := folded(0)
	for i, e := range r.elements {
		k := m.keyOf(e, p, of, i+1 < len(r.elements), true)
		forms[i] = m.cached(k)
		own |= m.kindsOf(m.fold.foldWord(k.text))
	}
	scripts := []folded{kindCyrillic, kindLatin}
	if own&kindCyrillic != 0 && own&kindLatin != 0 {
		scripts = append(scripts, 0) // as written
	}
	for _, script := range scripts {
		j := joiner{maker: m, id: id}
		for i := range forms {
			j.words = append(j.words, m.inScript(forms[i], script))
		}
		j.enterAll()
	}
	return id
}

// cachedWords bounds the words kept for the next name; «банк» comes again soon.
const cachedWords = 256

// cached gives the spellings of a word for joining, fewer than a word of its
// own has.
func (m *maker) cached(key wordKey) []spelled {
	if s, ok := m.cache[key]; ok {
		return s
	}
	s := slices.Clone(m.spellings(key, joinedSpellings, true))
	if len(m.cache) >= cachedWords {
		clear(m.cache)
	}
	m.cache[key] = s
	return s
}

// bySlot holds the spellings of a word, the dictionary form under 0, the forms of
// slot i under i+1, and all inflected forms once under anySlot.
type bySlot [slots + 2][]spelled

const anySlot = slots + 1

// inScript sorts the spellings of a word in one alphabet by slot; 0 is the
// alphabet the word is written in. Digits go with both.
func (m *maker) inScript(in []spelled, script folded) *bySlot {
	out := new(bySlot)
	seen := map[string]bool{}
	for _, s := range in {
		kinds := alphabetOf(s.text)
		if s.flags&flagStem != 0 || script == 0 && s.flags&flagForeign != 0 || script != 0 && kinds != 0 && kinds != script {
			continue
		}
		out[s.slot+1] = append(out[s.slot+1], s)
		if s.slot < 0 || seen[s.text] {
			continue
		}
		seen[s.text] = true
		out[anySlot] = append(out[anySlot], s)
	}
	return out
}

// joiner enters the joined forms of one name in one alphabet.
type joiner struct {
	*maker
	id    int32
	words []*bySlot
	limit int // how many more may be entered in this round
}

// How many joined forms one way of inflecting may add: enough for the spellings
// people use, few enough to hold the index small.
const (
	joinedBases  = 24
	joinedForms  = 160
	joinedAgreed = 12
)

func (j *joiner) enterAll() {
	last := len(j.words) - 1
	j.round(joinedBases, func(int) int { return 0 })
	j.round(joinedForms, func(i int) int { return pickSlot(i == last, anySlot) })
	j.round(joinedForms, func(i int) int { return pickSlot(i == 0, anySlot) })
	for slot := 1; slot <= slots; slot++ {
		j.round(joinedAgreed, func(i int) int { return pickSlot(len(j.words[i][slot]) > 0, slot) })
	}
}

func pickSlot(yes bool, slot int) int {
	if yes {
		return slot
	}
	return 0
}

// round enters the joined forms where word i stands in the slot that in gives.
func (j *joiner) round(limit int, in func(i int) int) {
	j.limit = limit
	j.join(hashSeed, 0, 0, flagBase|flagTail|flagPossess, in)
}

func (j *joiner) join(h uint64, i, runes int, flags uint32, in func(int) int) {
	if i == len(j.words) {
		h = hashEnd(h)
		if j.limit > 0 && runes >= 3 && !(runes <= 6 && j.common.short[h]) {
			j.limit--
			j.entries.add(h, uint32(j.id)<<flagBits|flags)
		}
		return
	}
	for _, s := range j.words[i][in(i)] {
		if j.limit == 0 {
			return
		}
		next, n := h, runes
		for _, r := range s.text {
			next = hashRune(next, folded(r))
			n++
		}
		j.join(next, i+1, n, flags&s.flags, in)
	}
}

// alphabetOf tells the alphabet of a folded word by its first letter; 0 when it
// has digits only.
func alphabetOf(s string) folded {
	for i := range len(s) {
		switch b := s[i]; {
		case b >= utf8.RuneSelf:
			return kindCyrillic
		case b >= 'a' && b <= 'z':
			return kindLatin
		}
	}
	return 0
}
