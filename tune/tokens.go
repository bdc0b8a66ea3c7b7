package tune

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// token is a word of a text.
type token struct {
	start, end int    // bytes of the body
	word       string // folded; digits are <num>, as patterns write it
	apart      bool   // a sign stands before it that ends a phrase
}

// number is how patterns write any number.
const number = "<num>"

// tokenize cuts a text into words: letters, digits and what stands inside words.
func tokenize(body string) []token {
	var list []token
	apart := true
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRuneInString(body[i:])
		if !wordRune(r) {
			apart = apart || !unicode.IsSpace(r) && r != '-' && !quote(r) || r == '\n'
			i += size
			continue
		}
		start := i
		for i < len(body) {
			r, size = utf8.DecodeRuneInString(body[i:])
			if !wordRune(r) && !(mention.Apostrophe(r) && followedByLetter(body[i+size:])) {
				break
			}
			i += size
		}
		list = append(list, token{start, i, foldWord(body[start:i]), apart})
		apart = false
	}
	return list
}

func wordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r))
}

// quote says whether r is a quote of one of the languages: a name in quotes has its
// neighbours all the same.
func quote(r rune) bool { return strings.ContainsRune(`"«»„“”‟‹›‚`, r) }

func followedByLetter(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return unicode.IsLetter(r)
}

func foldWord(w string) string {
	if strings.IndexFunc(w, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
		return number
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case mention.Apostrophe(r):
			return '\''
		}
		if r = unicode.ToLower(r); r == 'ё' {
			return 'е'
		}
		return r
	}, w)
}

// within returns the tokens from the one that holds byte start to the one that
// holds the byte before end; ok is false when there are none.
func within(tokens []token, start, end int) (from, to int, ok bool) {
	from = -1
	for i, t := range tokens {
		if t.end > start && t.start < end {
			if from < 0 {
				from = i
			}
			to = i + 1
		}
	}
	return from, to, from >= 0
}

// phraseOf writes tokens as the elements of a pattern; ok is false when a sign
// between them ends the phrase.
func phraseOf(tokens []token) (elements []string, ok bool) {
	for i, t := range tokens {
		if i > 0 && t.apart {
			return nil, false
		}
		elements = append(elements, t.word)
	}
	return elements, len(elements) > 0
}

// holds says whether the phrase stands in the text. An element may be a choice a|b.
func holds(tokens []token, phrase []string) bool {
	for i := 0; i+len(phrase) <= len(tokens); i++ {
		if fits(tokens[i:], phrase) {
			return true
		}
	}
	return false
}

func fits(tokens []token, phrase []string) bool {
	for i, element := range phrase {
		if i > 0 && tokens[i].apart || !oneOf(element, tokens[i].word) {
			return false
		}
	}
	return true
}

func oneOf(element, word string) bool {
	for len(element) > len(word) {
		choice, rest, more := strings.Cut(element, "|")
		if choice == word {
			return true
		}
		if !more {
			return false
		}
		element = rest
	}
	return element == word
}

// excerptRoom is how much of a text is shown on either side of the words.
const excerptRoom = 40

// excerpt shows where the words stand, on one line, without signs that could play
// tricks with a terminal.
func excerpt(body string, start, end int) string {
	from, to := start, end
	for n := 0; n < excerptRoom && from > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(body[:from])
		from -= size
	}
	for n := 0; n < excerptRoom && to < len(body); n++ {
		_, size := utf8.DecodeRuneInString(body[to:])
		to += size
	}
	s := body[from:start] + "[" + body[start:end] + "]" + body[end:to]
	if from > 0 {
		s = "…" + s
	}
	if to < len(body) {
		s += "…"
	}
	return text.OneLine(s)
}
