package sentiment

import (
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/mention"
)

// placeKind is what a token names. Patterns ask for it by <brand>, <rival>,
// <name> and <link>. The words of a brand or a rival mean nothing else ("Fix It", "No Problem", "Мрія"); a word that
// names another keeps its own meaning beside it.
type placeKind uint8

const (
	noPlace placeKind = iota
	brandPlace
	rivalPlace
	namePlace // another name, or @somebody
	linkPlace
	placeKinds
)

// placeClasses are the built-in classes for them.
var placeClasses = map[string]placeKind{"brand": brandPlace, "rival": rivalPlace, "name": namePlace, "link": linkPlace}

// markPlaces finds what the tokens name, and lets the search for patterns know.
func (s *scratch) markPlaces(text string, brand, rivals []mention.Span) {
	s.places, s.named = 0, len(brand) > 0
	s.markSpans(text, brand, brandPlace)
	s.markSpans(text, rivals, rivalPlace)
	toks := s.lex.toks
	for i := range toks {
		t := &toks[i]
		if t.small { // most words are no names
			continue
		}
		switch {
		case t.place != noPlace:
			continue
		case t.kind == nameToken && text[t.start] == '@':
			t.place = namePlace
		case t.kind == nameToken:
			t.place = linkPlace
		case t.kind == wordToken && s.isName(text, i):
			t.place = namePlace
		}
		s.places |= 1 << t.place
	}
	s.places &^= 1 << noPlace
}

// firm reports whether the token is of a brand or a rival.
func (t *token) firm() bool { return t.place == brandPlace || t.place == rivalPlace }

// mentions reports whether a token names something of the kind.
func (s *scratch) mentions(kind placeKind) bool { return s.places&(1<<kind) != 0 }

// markSpans takes the tokens of spans as names; a span that is not in the text names nothing.
func (s *scratch) markSpans(text string, spans []mention.Span, kind placeKind) {
	toks := s.lex.toks
	i := 0
	for _, sp := range spans {
		if sp.Start < 0 || sp.End > len(text) {
			continue
		}
		for i > 0 && int(toks[i-1].end) > sp.Start { // spans need not be in order
			i--
		}
		for ; i < len(toks) && int(toks[i].start) < sp.End; i++ {
			if t := &toks[i]; int(t.end) > sp.Start && t.place == noPlace {
				t.place = kind
				s.places |= 1 << kind
				s.lex.forget(i)
			}
		}
	}
}

// forget leaves of token i that it stands there.
func (l *lexer) forget(i int) {
	t := &l.toks[i]
	t.info, t.word, t.function = [2]uint32{}, 0, false
	t.roles, t.scope, t.boost = 0, 0, 0
	for slot := range l.sets {
		if words := l.sets[slot]; i < len(words) {
			words[i] = wordSet{breaks: words[i].breaks}
		}
	}
}

// isName: a capital inside a sentence that is not all in capitals, at a word with
// no weight and no closed-class role; or one inside a word (PayFast).
func (s *scratch) isName(text string, i int) bool {
	t := &s.lex.toks[i]
	if t.function || t.roles != 0 || t.runeN < 2 || t.caps && s.lex.upper*3 > len(s.lex.toks) {
		return false
	}
	r, size := utf8.DecodeRuneInString(text[t.start:t.end])
	if !unicode.IsUpper(r) {
		return false
	}
	if t.word != 0 && s.tables[t.wordSlot].words[t.word-1].weight != 0 {
		return false
	}
	if i > 0 && t.before != sentenceBreak {
		return true
	}
	for j := int(t.start) + size; j < int(t.end); { // a capital inside the word
		r, size = utf8.DecodeRuneInString(text[j:t.end])
		if unicode.IsUpper(r) {
			return !t.caps
		}
		j += size
	}
	return false
}

// placeSets tells the search for patterns which of the reserved sets the tokens
// carry beside their own.
func (l *lexer) placeSets(t *table, slot int) {
	words := l.sets[slot]
	for i := range l.toks {
		if p := l.toks[i].place; p != noPlace {
			words[i].place = uint32(p)
			words[i].bit |= t.placeBits[p]
		}
	}
}
