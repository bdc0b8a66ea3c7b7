package sentiment

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is only form and says nothing: marks of bold, quotation marks around the whole text,
// numbers of a list's items, ends of short lines, flags of two letters.

// closingMarks are the signs that close what a quotation mark opens.
var closingMarks = map[rune]string{'"': "\"", '«': "»", '“': "”", '„': "“”"}

// insideQuotes is where the text stands within quotation marks around the whole of it, as
// sites or authors put them around a review: what is said in them is not told of others.
func insideQuotes(text string) (from, to int) {
	all := strings.TrimSpace(text)
	opening, size := utf8.DecodeRuneInString(all)
	closing := closingMarks[opening]
	if closing == "" {
		return 0, len(text)
	}
	all = strings.TrimRight(all[size:], " .")
	last, n := utf8.DecodeLastRuneInString(all)
	inside := all[:len(all)-n]
	if !strings.ContainsRune(closing, last) || strings.ContainsAny(inside, "\"«»“”„") {
		return 0, len(text)
	}
	from = strings.Index(text, inside)
	return from, from + len(inside)
}

// lineGoesOn reports whether a line that ends at i without a sign goes on in the next one,
// which begins with a small letter: somebody's lines are short.
func lineGoesOn(text string, i, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(strings.TrimSuffix(text[:i], "\r"))
	after, _ := utf8.DecodeRuneInString(text[i+1 : to])
	return (unicode.IsLetter(before) || before == ',') && unicode.IsLower(after)
}

// itemNumber returns where the text of a list's item begins whose number stands at the
// beginning of the line i ("1. ", "2) "); 0 when none does.
func itemNumber(text string, i, to int) int {
	j := i
	for j < to && j < i+2 && text[j] >= '0' && text[j] <= '9' {
		j++
	}
	if j+1 < to && (text[j] == '.' || text[j] == ')') && text[j+1] == ' ' {
		return j + 2
	}
	return 0
}

// mostAsterisks is how many open what is bold, and slanted, at the most.
const mostAsterisks = 3

// asterisks counts those in a row from i on.
func asterisks(text string, i, to int) int {
	j := i
	for j < to && text[j] == '*' {
		j++
	}
	return j - i
}

// closesBold reports whether what opened as bold ends behind the word that ends at i:
// **refund** is no word with letters hidden.
func (l *lexer) closesBold(text string, i, to int) bool {
	if l.bold == 0 {
		return false
	}
	n := asterisks(text, i, min(to, i+l.bold+1)) // it is asked at each of them
	return n == l.bold && !letterAfter(text, i+n, to)
}

func isFlagLetter(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
