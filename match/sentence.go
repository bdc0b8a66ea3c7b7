package match

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sentence holds the words around a place that are in its sentence, nearest first.
type sentence struct {
	left, right   [sideWords]neighbour
	lefts, rights int
}

// neighbour is a word next to a place.
type neighbour struct {
	text    string
	hash    uint64 // 0: there is none
	near    bool   // only spaces or quotes stand between it and the next word towards the place
	capital bool
	long    bool // more than the one letter of I and Я
}

// sideWords is how many words of the sentence to either side may be of service.
const sideWords = 8

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
	from := r.back(p.start, sentenceBytes)
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
		s.left[0] = r.neighbour(&t)
		s.lefts = min(s.lefts+1, sideWords)
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
	for i := p.end; s.rights < sideWords && r.set.fold.next(r.text, i, &t); i = t.end {
		gap := r.text[last:t.start]
		if endsSentence(gap) || t.start-p.end > sentenceBytes {
			return
		}
		w := r.neighbour(&t)
		w.near = onlySpace(gap)
		s.right[s.rights] = w
		s.rights++
		last = t.end
	}
}

func (r *run) neighbour(t *token) neighbour {
	word := r.text[t.start:t.end]
	c, size := utf8.DecodeRuneInString(word)
	return neighbour{text: word, hash: t.hash, capital: unicode.IsUpper(c), long: size < len(word) && !strings.HasPrefix(word, "I'") && !strings.HasPrefix(word, "I’")}
}

// count says how many of words stand in the sentence.
func (s *sentence) count(words map[uint64]bool) int {
	n := 0
	for _, side := range [...][]neighbour{s.left[:s.lefts], s.right[:s.rights]} {
		for _, w := range side {
			if words[w.hash] {
				n++
			}
		}
	}
	return n
}

// onlySpace says whether nothing but spaces and quotes stands in s.
func onlySpace(s string) bool {
	return strings.TrimFunc(s, func(c rune) bool { return unicode.IsSpace(c) && c != '\n' || isQuote(c) }) == ""
}

func notWord(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }

// opensSentence says whether a sentence, or a line or speech like one, begins
// behind s, which stands between two words.
func opensSentence(s string) bool {
	return endsSentence(s) || strings.ContainsAny(s, ":•")
}

// endsSentence says whether a sentence ends somewhere in s.
func endsSentence(s string) bool {
	for i, c := range s {
		switch c {
		case '\n', '!', '?', '…':
			return true
		case '.':
			if rest := s[i+1:]; rest == "" || rest[0] == ' ' || rest[0] == '\n' || rest[0] == '.' {
				return true
			}
		}
	}
	return false
}
