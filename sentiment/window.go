package sentiment

import (
	"unicode/utf8"

	"github.com/earshot/earshot/mention"
)

// A text longer than maxText is read in windows: its head, its tail and what
// stands around the watch's spans. Complaints come to the point at one of them.
const (
	maxText    = 16 << 10
	headWindow = 8 << 10
	tailWindow = 4 << 10
	spanWindow = 1 << 10
)

// readText cuts the text into tokens.
func (s *scratch) readText(text string, spans []mention.Span) {
	s.lex.reset()
	if len(text) <= maxText {
		from, to := insideQuotes(text)
		s.lex.lex(text, from, to, maxTokens)
		return
	}
	w := s.windows[:0]
	open := func(from, to int) {
		switch from, to = runeStart(text, from), runeStart(text, to); {
		case from >= to: // it is no place of the text
		case len(w) > 0 && from <= w[len(w)-1][1]:
			w[len(w)-1][1] = max(w[len(w)-1][1], to)
		default:
			w = append(w, [2]int{from, to})
		}
	}
	open(0, headWindow)
	for _, sp := range spans {
		if len(w) == cap(w)-1 {
			break
		}
		open(sp.Start-spanWindow, max(sp.End, 0)+spanWindow)
	}
	open(len(text)-tailWindow, len(text))
	left := 0
	for _, x := range w {
		left += x[1] - x[0]
	}
	for _, x := range w { // each has its part of the tokens: a head of nothing but signs leaves the tail its own
		if size := x[1] - x[0]; size > 0 {
			s.lex.lex(text, x[0], x[1], len(s.lex.toks)+(maxTokens-len(s.lex.toks))*size/left)
			left -= size
		}
	}
}

// runeStart moves i back to the beginning of a rune.
func runeStart(text string, i int) int {
	i = min(max(i, 0), len(text))
	for n := 0; i > 0 && i < len(text) && !utf8.RuneStart(text[i]) && n < utf8.UTFMax; n++ {
		i--
	}
	return i
}
