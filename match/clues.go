package match

import (
	"strings"
	"unicode/utf8"
)

// sign is what stands in for a context word (rule 12); noSign when one of the
// context words is near, or none is asked for.
type sign uint8

const (
	noSign sign = iota
	signAddress
	signTag
	signSubject
	signQuotes
	signCapital
	signTopic
	signPlace
)

var signReasons = [...]string{
	signAddress: "it is a site, an address or an account",
	signTag:     "it is a hashtag with a capital",
	signSubject: "the title of a short post is nothing but the name",
	signQuotes:  "it stands in quotes with a capital",
	signCapital: "it has a capital inside a sentence",
	signTopic:   "it has a capital, and a verb or two nouns of service stand near",
	signPlace:   "a preposition of place stands before it, and a verb of service near",
}

// signWords are the words that tell a name from the common word it is spelled
// like: see signs.tsv in data/README.md. All by hash.
type signWords struct {
	noun  map[uint64]bool // nouns of service
	verb  map[uint64]bool // and verbs
	place map[uint64]bool // prepositions
	other map[uint64]bool // what else has names: film, song
	thing map[uint64]bool // behind the common word: juice
}

func readSigns(t *tables, c *compiler) signWords {
	words := t.sets("signs.tsv", "kind words")
	s := signWords{noun: map[uint64]bool{}, verb: hashes(c.fold, words["verb"]), place: hashes(c.fold, words["place"]), other: map[uint64]bool{}, thing: hashes(c.fold, words["thing"])}
	inflected := func(into map[uint64]bool, list map[string]bool) {
		for w := range list {
			base := c.fold.foldWord(w)
			into[hashString(base)] = true
			for _, f := range c.grammar.forms(base, c.speech.languagesOf(w), false, false) {
				into[hashString(f.text)] = true
			}
		}
	}
	inflected(s.noun, words["noun"])
	inflected(s.other, words["other"])
	return s
}

// sign gives what speaks for a hit that has no context word near.
func (sc *scratch) sign(h found) sign {
	r := &sc.names
	r.part, r.text = h.part, sc.parts[h.part]
	t := &sc.set.terms[h.phrase]
	if t.parsed.handle != "" || t.parsed.domain {
		return signAddress
	}
	p := place{start: h.start, end: h.end}
	if _, where := r.address(&p, false); where != inProse {
		return signAddress
	}
	word := r.text[h.start:h.end]
	capital := r.onlyFirstUpper(&p) || isAbbreviation(strings.TrimPrefix(t.Text, "=")) && strings.ToUpper(word) == word
	switch lead := lastRune(r.text[:h.start]); {
	case lead == '@':
		return signAddress
	case lead == '#':
		if capital {
			return signTag
		}
		return noSign
	case capital && h.part == 0 && isShort(sc.parts[1]) && strings.TrimFunc(r.text[:h.start]+r.text[h.end:], notWord) == "":
		return signSubject
	}
	return r.signInSentence(&p, capital)
}

// signInSentence looks at the words around a place.
func (r *run) signInSentence(p *place, capital bool) sign {
	s := r.sentence(p)
	w := &r.set.signs
	before, after := s.left[0], s.right[0]
	switch {
	case w.other[before.hash] && before.near, w.thing[after.hash] && after.near:
		return noSign // фильм «Звезда», orange juice
	case !capital:
		if before.near && w.place[before.hash] && s.count(w.verb) > 0 {
			return signPlace
		}
		return noSign
	case r.inQuotes(p):
		return signQuotes
	case before.near && before.capital && !r.mayOpen(&s, before), after.near && after.capital && after.long:
		return noSign // Agent Orange, Orange County
	case r.set.first[r.set.fold.hashOf(r.text[p.start:p.end])]:
		return noSign // Вера is a woman
	case before.hash != 0:
		return signCapital
	case s.count(w.verb) > 0, s.count(w.noun) > 1:
		return signTopic
	}
	return noSign
}

// inQuotes says whether quotes hold a place and nothing else.
func (r *run) inQuotes(p *place) bool {
	from, ok := r.openQuote(p.start)
	if !ok || from != p.start {
		return false
	}
	to, ok := r.closeQuote(p.end)
	return ok && to == p.end
}

// mayOpen says whether a word with a capital before a name only opens the
// sentence and is no part of a longer name: В Ромашке, Звонила Ромашка.
func (r *run) mayOpen(s *sentence, w near) bool {
	if s.left[1].hash != 0 {
		return false
	}
	low := strings.ToLower(w.text)
	if r.set.signs.verb[w.hash] || r.set.signs.place[w.hash] || r.set.common.function[r.set.fold.foldWord(low)] || strings.Contains(speechStarts, " "+low+" ") {
		return true
	}
	return low[0] >= utf8.RuneSelf && !looksAdjective(low) && !r.set.first[w.hash]
}
