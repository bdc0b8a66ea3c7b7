package match

import (
	"strings"
	"unicode"
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

func notWord(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }

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

// signReach is how many words of the sentence to either side may be of service.
const signReach = 8

// near is a word next to a place.
type near struct {
	text    string
	hash    uint64 // 0: there is none
	near    bool   // only spaces or quotes stand between it and the next word towards the place
	capital bool
	long    bool // more than the one letter of I and Я
}

// sentence holds the words around a place that are in its sentence, nearest first.
type sentence struct {
	left, right   [signReach]near
	lefts, rights int
}

// count says how many of words stand in the sentence.
func (s *sentence) count(words map[uint64]bool) int {
	n := 0
	for _, side := range [...][]near{s.left[:s.lefts], s.right[:s.rights]} {
		for _, w := range side {
			if words[w.hash] {
				n++
			}
		}
	}
	return n
}

// sentenceBytes bounds how far the words of a sentence are looked for.
const sentenceBytes = 240

// sentence reads the words around a place.
func (r *run) sentence(p *place) sentence {
	var s sentence
	r.readLeft(p, &s)
	r.readRight(p, &s)
	return s
}

func (r *run) readLeft(p *place, s *sentence) {
	from := max(0, p.start-sentenceBytes)
	for from < p.start && !utf8.RuneStart(r.text[from]) {
		from++
	}
	text := r.text[:p.start]
	last := from // where the word before ends
	var t token
	for i := from; r.set.fold.next(text, i, &t); i = t.end {
		gap := text[last:t.start]
		if opensSentence(gap) {
			s.lefts = 0
		}
		s.left[0].near = s.lefts > 0 && onlySpace(gap)
		copy(s.left[1:], s.left[:])
		s.left[0] = r.nearWord(&t)
		s.lefts = min(s.lefts+1, signReach)
		last = t.end
	}
	if opensSentence(text[last:]) {
		s.lefts = 0
	}
	s.left[0].near = onlySpace(text[last:])
	clear(s.left[s.lefts:])
}

func (r *run) readRight(p *place, s *sentence) {
	last := p.end
	var t token
	for i := p.end; s.rights < signReach && r.set.fold.next(r.text, i, &t); i = t.end {
		gap := r.text[last:t.start]
		if endsSentence(gap) || t.start-p.end > sentenceBytes {
			return
		}
		w := r.nearWord(&t)
		w.near = onlySpace(gap)
		s.right[s.rights] = w
		s.rights++
		last = t.end
	}
}

func (r *run) nearWord(t *token) near {
	word := r.text[t.start:t.end]
	c, size := utf8.DecodeRuneInString(word)
	return near{text: word, hash: t.hash, capital: unicode.IsUpper(c), long: size < len(word) && !strings.HasPrefix(word, "I'") && !strings.HasPrefix(word, "I’")}
}

// onlySpace says whether nothing but spaces and quotes stands in s.
func onlySpace(s string) bool {
	return strings.TrimFunc(s, func(c rune) bool { return unicode.IsSpace(c) && c != '\n' || isQuote(c) }) == ""
}

// opensSentence says whether a sentence, or a line or speech like one, begins
// behind s, which stands between two words.
func opensSentence(s string) bool {
	return endsSentence(s) || strings.ContainsAny(s, ":•")
}
