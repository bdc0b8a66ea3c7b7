package match

import "strings"

// joined gives the number of the word that a name of several words makes when it
// is written as one (#РомашкаБанк), and enters its forms: only the last word
// inflected, only the first, or all of them in the same case.
func (m *maker) joined(r reading, p parsed, langs string) int32 {
	var name strings.Builder
	for _, e := range r.elements {
		name.WriteString(strings.ToLower(e.text))
		name.WriteByte(' ')
	}
	key := wordKey{text: name.String(), langs: langs, exact: p.exact, joined: true}
	if id, ok := m.words[key]; ok {
		return id
	}
	id := int32(len(m.words))
	m.words[key] = id
	forms := make([][]spelled, len(r.elements))
	own := folded(0)
	for i, e := range r.elements {
		k := m.keyOf(e, p, langs, i+1 < len(r.elements), true)
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

// cached gives the spellings of a word for joining, fewer than a word of its
// own has.
func (m *maker) cached(key wordKey) []spelled {
	if s, ok := m.cache[key]; ok {
		return s
	}
	s := m.spellings(key, joinedSpellings)
	m.cache[key] = s
	return s
}

// bySlot holds the spellings of a word, the dictionary form under 0, the forms of
// slot i under i+1.
type bySlot [slots + 1][]spelled

// inScript sorts the spellings of a word in one alphabet by slot; 0 is the
// alphabet the word is written in. Digits go with both.
func (m *maker) inScript(in []spelled, script folded) *bySlot {
	out := new(bySlot)
	for _, s := range in {
		kinds := m.kindsOf(s.text) &^ kindDigit
		if s.flags&flagStem != 0 || script == 0 && s.flags&flagForeign != 0 || script != 0 && kinds != 0 && kinds != script {
			continue
		}
		out[s.slot+1] = append(out[s.slot+1], s)
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
	joinedForms  = 240
	joinedAgreed = 12
)

func (j *joiner) enterAll() {
	last := len(j.words) - 1
	j.round(joinedBases, func(int) (int, int) { return 0, 0 })
	j.round(joinedForms, func(i int) (int, int) {
		if i == last {
			return 1, slots
		}
		return 0, 0
	})
	j.round(joinedForms, func(i int) (int, int) {
		if i == 0 {
			return 1, slots
		}
		return 0, 0
	})
	for slot := 1; slot <= slots; slot++ {
		j.round(joinedAgreed, func(i int) (int, int) {
			if len(j.words[i][slot]) == 0 {
				return 0, 0
			}
			return slot, slot
		})
	}
}

// round enters the joined forms where word i stands in one of the slots that
// from gives.
func (j *joiner) round(limit int, from func(i int) (lo, hi int)) {
	j.limit = limit
	j.join(hashSeed, 0, 0, flagBase|flagTail|flagPossess, from)
}

func (j *joiner) join(h uint64, i, runes int, flags uint32, from func(int) (int, int)) {
	if i == len(j.words) {
		h = hashEnd(h)
		if j.limit > 0 && runes >= 3 && !(runes <= 6 && j.common.short[h]) {
			j.limit--
			j.entries = append(j.entries, entry{h, uint32(j.id)<<flagBits | flags})
		}
		return
	}
	lo, hi := from(i)
	for slot := lo; slot <= hi; slot++ {
		for _, s := range j.words[i][slot] {
			if j.limit == 0 {
				return
			}
			next, n := h, runes
			for _, r := range s.text {
				next = hashRune(next, folded(r))
				n++
			}
			j.join(next, i+1, n, flags&s.flags, from)
		}
	}
}
