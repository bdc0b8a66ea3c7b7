package match

import (
	"strings"
	"unicode/utf8"
)

// clue is what stands in for a context word (rule 12); noClue when one of the
// context words is near, or none is asked for.
type clue uint8

const (
	noClue clue = iota
	clueAddress
	clueTag
	clueSubject
	clueQuotes
	clueCapital
	clueTopic
	cluePlace
)

var clueReasons = [...]string{
	clueAddress: "it is a site, an address or an account",
	clueTag:     "it is a hashtag with a capital",
	clueSubject: "the title of a short post is nothing but the name",
	clueQuotes:  "it stands in quotes with a capital",
	clueCapital: "it has a capital inside a sentence",
	clueTopic:   "it has a capital, and a verb or two nouns of service stand near",
	cluePlace:   "a preposition of place stands before it, and a verb of service near",
}

// clueWords are the words that tell a name from the common word it is spelled
// like: see clues.tsv in data/README.md. All by hash.
type clueWords struct {
	noun  map[uint64]bool // nouns of service
	verb  map[uint64]bool // and verbs
	place map[uint64]bool // prepositions
	other map[uint64]bool // what else has names: film, song
	thing map[uint64]bool // behind the common word: juice
}

func readClues(t *tables, w *writer) clueWords {
	words := t.sets("clues.tsv", "kind words")
	return clueWords{
		noun:  inflected(w, words["noun"], slots),
		verb:  hashes(w.fold, words["verb"]),
		place: hashes(w.fold, words["place"]),
		other: inflected(w, words["other"], slots),
		thing: hashes(w.fold, words["thing"]),
	}
}

// clue gives what speaks for a hit that has no context word near.
func (sc *scratch) clue(h found) clue {
	r := &sc.names
	r.part, r.text = h.part, sc.parts[h.part]
	t := &sc.set.terms[h.phrase]
	if t.parsed.handle != "" || t.parsed.domain {
		return clueAddress
	}
	p := place{start: h.start, end: h.end}
	if _, where := r.address(&p, false); where != inProse {
		return clueAddress
	}
	word := r.text[h.start:h.end]
	capital := r.onlyFirstUpper(&p) || isAbbreviation(strings.TrimPrefix(t.Text, "=")) && strings.ToUpper(word) == word
	switch lead := lastRune(r.text[:h.start]); {
	case lead == '@':
		return clueAddress
	case lead == '#':
		if capital {
			return clueTag
		}
		return noClue
	case capital && h.part == 0 && isShort(sc.parts[1]) && strings.TrimFunc(r.text[:h.start]+r.text[h.end:], notWord) == "":
		return clueSubject
	}
	return r.clueInSentence(&p, capital)
}

// clueInSentence looks at the words around a place.
func (r *run) clueInSentence(p *place, capital bool) clue {
	s := r.sentence(p)
	w := &r.set.clues
	before, after := s.left[0], s.right[0]
	switch {
	case w.other[before.hash] && before.near, w.thing[after.hash] && after.near:
		return noClue // фильм «Звезда», orange juice
	case !capital:
		if before.near && w.place[before.hash] && s.count(w.verb) > 0 {
			return cluePlace
		}
		return noClue
	case r.inQuotes(p):
		return clueQuotes
	case before.near && before.capital && !r.mayOpen(&s, before), after.near && after.capital && after.long:
		return noClue // Agent Orange, Orange County
	case r.set.first[r.set.fold.hashOf(r.text[p.start:p.end])]:
		return noClue // Вера is a woman
	case before.hash != 0:
		return clueCapital
	case s.count(w.verb) > 0, s.count(w.noun) > 1:
		return clueTopic
	}
	return noClue
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
func (r *run) mayOpen(s *sentence, w neighbour) bool {
	if s.left[1].hash != 0 {
		return false
	}
	word := r.set.fold.foldWord(w.text)
	if r.set.clues.verb[w.hash] || r.set.clues.place[w.hash] || r.set.common.function[word] || r.set.beside["speech"][word] {
		return true
	}
	return word[0] >= utf8.RuneSelf && !r.set.looksAdjective(w.text) && !r.set.first[w.hash]
}
