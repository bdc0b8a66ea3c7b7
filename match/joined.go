package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// joinedSpellings bounds how many ways one word of a joined name is taken in,
// per alphabet and form: #ромашкабанк is typed in the usual ways.
const joinedSpellings = 4

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
	for _, script := range [...]folded{kindCyrillic, kindLatin, 0} {
		words := make([][]spelled, len(r.elements))
		for i, e := range r.elements {
			words[i] = m.inScript(m.keyOf(e, p, langs, i+1 < len(r.elements), true), script)
		}
		for _, s := range joinWords(words) {
			if utf8.RuneCountInString(s.text) >= 3 && !m.common.english[s.text] && !m.common.function[s.text] {
				m.enter(id, s)
			}
		}
	}
	return id
}

// inScript gives the spellings of a word in one alphabet, 0 for the one it is
// written in. Digits go with both.
func (m *maker) inScript(key wordKey, script folded) []spelled {
	var out []spelled
	base := m.fold.foldWord(key.text)
	own := m.kindsOf(base) &^ kindDigit
	count := map[int]int{}
	for _, s := range m.cached(key) {
		kinds := m.kindsOf(s.text) &^ kindDigit
		switch {
		case s.flags&flagStem != 0:
			continue
		case script == 0 && kinds != own:
			continue
		case script != 0 && kinds != 0 && kinds != script:
			continue
		}
		if kinds != own {
			if count[s.slot]++; count[s.slot] > joinedSpellings {
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// cached gives the spellings of a word that several readings ask for.
func (m *maker) cached(key wordKey) []spelled {
	if s, ok := m.cache[key]; ok {
		return s
	}
	s := m.spellings(key)
	m.cache[key] = s
	return s
}

// joinWords joins one spelling of each word.
func joinWords(words [][]spelled) []spelled {
	bases := []spelled{{flags: flagBase | flagTail | flagPossess}}
	for _, w := range words {
		if len(w) == 0 {
			return nil
		}
		bases = product(bases, only(w, -1), 16)
	}
	out := bases
	n := len(words)
	front, rest := []spelled{{}}, []spelled{{}}
	for i := range n - 1 {
		front = product(front, only(words[i], -1), 4)
		rest = product(rest, only(words[i+1], -1), 4)
	}
	out = append(out, product(front, inflected(words[n-1]), 400)...)
	out = append(out, product(inflected(words[0]), rest, 400)...)
	for slot := range slots {
		agree := []spelled{{}}
		for _, w := range words {
			forms := only(w, slot)
			if len(forms) == 0 {
				forms = only(w, -1)
			}
			agree = product(agree, forms, 24)
		}
		out = append(out, agree...)
	}
	slices.SortFunc(out, func(a, b spelled) int {
		if c := strings.Compare(a.text, b.text); c != 0 {
			return c
		}
		return int(b.flags) - int(a.flags)
	})
	return slices.CompactFunc(out, func(a, b spelled) bool { return a.text == b.text })
}

func only(in []spelled, slot int) []spelled {
	var out []spelled
	for _, s := range in {
		if s.slot == slot {
			out = append(out, s)
		}
	}
	return out
}

func inflected(in []spelled) []spelled {
	var out []spelled
	for _, s := range in {
		if s.slot >= 0 {
			out = append(out, s)
		}
	}
	return out
}

// product joins every a with every b, up to limit; the flags hold only when they
// hold for both.
func product(a, b []spelled, limit int) []spelled {
	out := make([]spelled, 0, min(limit, len(a)*len(b)))
	for _, x := range a {
		for _, y := range b {
			if len(out) == limit {
				return out
			}
			out = append(out, spelled{x.text + y.text, y.slot, x.flags & y.flags &^ (flagForeign | flagSurname)})
		}
	}
	return out
}
