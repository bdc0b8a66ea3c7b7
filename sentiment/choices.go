package sentiment

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
)

// Rules of this file: it finds what a pattern says and who wrote it surely did not mean. Such a row can be
// read and counts, so nothing is refused where it is used; the lint of the lexicon refuses a new one, and
// earshot check tells a user.

// doubtChoices tells of the choices in the pattern that cell 0 of a row holds.
func doubtChoices(r *tsv.Row, doubts *tsv.Errors) {
	text := r.Cell(0)
	words := strings.Fields(strings.ToLower(text))
	tell := func(i int, format string, args ...any) {
		at := r.At(0)
		at.Column += columnOf(text, i)
		doubts.Add(at, format, args...)
	}
	for _, i := range idleChoices(words) {
		tell(i, "%q: the ? is for all of these choices, and at the edge of a pattern they then ask for nothing: take it away, or leave them out", words[i])
	}
	for _, i := range partedChoices(words) {
		tell(i, "%q: a choice is one word, and a blank parts one here: write a row for each", strings.Join(words[i-1:i+2], " "))
	}
}

// columnOf is how many characters stand before field i of a text.
func columnOf(text string, i int) int {
	rest := strings.TrimLeftFunc(text, unicode.IsSpace)
	for range i {
		rest = strings.TrimLeftFunc(rest[strings.IndexFunc(rest, unicode.IsSpace):], unicode.IsSpace)
	}
	return utf8.RuneCountInString(text) - utf8.RuneCountInString(rest)
}

// idleChoices are the choices beyond which, on one side, no word has to stand, and that may be left out
// themselves: "vanished .1 overnight|without|from?" is found wherever something vanished.
func idleChoices(words []string) (idle []int) {
	from := func(order []int) {
		for _, i := range order {
			switch w := words[i]; {
			case w[0] == '.': // a gap
			case !strings.HasSuffix(w, "?") || len(w) == 1: // a word, or where the sentence ends
				return
			case strings.Contains(w, "|") && !slices.Contains(idle, i):
				idle = append(idle, i)
			}
		}
	}
	order := make([]int, len(words))
	for i := range order {
		order[i] = i
	}
	from(order)
	slices.Reverse(order)
	from(order)
	slices.Sort(idle)
	return idle
}

// partedChoices are choices of which one would be a word twice, beside a word that the other wants: of
// "after this|after that" is made "after", one of "this" and "after", "that".
func partedChoices(words []string) (parted []int) {
	for i := 1; i < len(words)-1; i++ {
		before, w, behind := words[i-1], words[i], words[i+1]
		choices := strings.Split(w, "|")
		if len(choices) < 2 || before[0] == '.' || behind[0] == '.' || strings.HasSuffix(w, "?") {
			continue
		}
		if choices[len(choices)-1] == before || choices[0] == behind {
			parted = append(parted, i)
		}
	}
	return parted
}
