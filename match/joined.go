package match

import "unicode/utf8"

// joined enters the forms of a name of several words that is written as one
// (#РомашкаБанк): only the last word inflected, only the first, or all of them in
// the same case.
func (s *speller) joined(as job) {
	parts := as.parts
	forms := make([][]spelled, len(parts))
	own := folded(0)
	for i, key := range parts {
		forms[i] = s.cached(key)
		own |= s.fold.kindsOf(s.fold.foldWord(key.text))
	}
	scripts := []folded{kindCyrillic, kindLatin}
	if own&kindCyrillic != 0 && own&kindLatin != 0 {
		scripts = append(scripts, 0) // as written
	}
	for len(s.sorted) < len(parts) {
		s.sorted = append(s.sorted, new(bySlot))
	}
	for _, script := range scripts {
		j := joiner{speller: s, id: as.id, words: s.sorted[:len(parts)], some: as.key.several, capitals: as.key.capitals}
		for i := range forms {
			s.inScript(j.words[i], forms[i], script)
		}
		j.enterAll()
	}
}

// bySlot holds the spellings of a word, the dictionary form under 0, the forms of
// slot i under i+1, and all inflected forms once under anySlot.
type bySlot [slots + 2][]spelled

const anySlot = slots + 1

// inScript sorts the spellings of a word in one alphabet by slot into out; 0 is
// the alphabet the word is written in. Digits go with both.
func (s *speller) inScript(out *bySlot, in []spelled, script folded) {
	for i := range out {
		out[i] = out[i][:0]
	}
	clear(s.seen)
	for _, sp := range in {
		kinds := alphabetOf(sp.text)
		if sp.flags&flagStem != 0 || script == 0 && sp.flags&flagForeign != 0 || script != 0 && kinds != 0 && kinds != script {
			continue
		}
		out[sp.slot+1] = append(out[sp.slot+1], sp)
		if sp.slot < 0 || s.seen[sp.text] {
			continue
		}
		s.seen[sp.text] = true
		out[anySlot] = append(out[anySlot], sp)
	}
}

// joiner enters the joined forms of one name in one alphabet.
type joiner struct {
	*speller
	id    int32
	words []*bySlot
	limit int // how many more may be entered in this round

	some     bool // only some words of the name, so fewer forms
	capitals bool // counts only with capitals, so any word may be hit by chance
}

// How many joined forms one way of inflecting may add: enough for the spellings
// people use, few enough to hold the index small.
const (
	joinedBases  = 24
	joinedForms  = 160
	joinedAgreed = 12
)

// And where other words of the name stand apart: such spellings are rarer, and a name of
// four words has five of them.
const (
	someBases  = 8
	someForms  = 20
	someAgreed = 6
)

func (j *joiner) enterAll() {
	bases, forms, agreed := joinedBases, joinedForms, joinedAgreed
	if j.some {
		bases, forms, agreed = someBases, someForms, someAgreed
	}
	last := len(j.words) - 1
	j.round(bases, func(int) int { return 0 })
	j.round(forms, func(i int) int { return pickSlot(i == last, anySlot) })
	j.round(forms, func(i int) int { return pickSlot(i == 0, anySlot) })
	for slot := 1; slot <= slots; slot++ {
		j.round(agreed, func(i int) int { return pickSlot(len(j.words[i][slot]) > 0, slot) })
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
	for i, w := range j.words {
		if len(w[in(i)]) == 0 {
			return // else every beginning would be tried, and none comes to an end
		}
	}
	j.limit = limit
	j.join(hashSeed, 0, 0, flagBase|flagTail|flagPossess, in)
}

func (j *joiner) join(h uint64, i, runes int, flags uint32, in func(int) int) {
	if i == len(j.words) {
		h = hashEnd(h)
		if j.capitals || runes >= 3 && !j.common.short[h] {
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
