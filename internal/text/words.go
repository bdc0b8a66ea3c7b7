package text

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Count says a number of things; noun is the English word for one of them.
func Count(n int, noun string) string {
	if n != 1 {
		noun = many(noun)
	}
	return strconv.Itoa(n) + " " + noun
}

func many(noun string) string {
	for _, end := range [...]string{"s", "x", "ch", "sh"} {
		if strings.HasSuffix(noun, end) {
			return noun + "es"
		}
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.ContainsAny(stem[max(len(stem)-1, 0):], "aeou") {
		return stem + "ies"
	}
	return noun + "s"
}

// ShellWord is s as one word of a shell, whatever stands in it.
func ShellWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// SameButCase reports whether a and b are the same but for upper and lower case, which are as long. What else
// Unicode folds (the sign of the Kelvin to a k, the long s to an s) makes another's name or address.
func SameButCase(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }

// Capital writes the first letter of s as a capital.
func Capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// ByWord turns a table of words by what they mean round: what each of them means. No word may
// mean two things.
func ByWord(table map[string]string) map[string]string {
	out := map[string]string{}
	for meaning, words := range table {
		for _, word := range strings.Fields(words) {
			out[word] = meaning
		}
	}
	return out
}

// maxWord bounds the words that are compared: nobody mistypes a longer key.
const maxWord = 40

// Nearest returns the known word that was probably meant, or "". One slip is
// allowed in a short word, two in one of six letters, three from ten on.
func Nearest(word string, known []string) string {
	w := []rune(strings.ToLower(word))
	if len(w) > maxWord {
		return ""
	}
	best, least := "", 1+min(3, max(1, len(w)/3))
	if len(w) < 3 {
		least = 1
	}
	for _, k := range known {
		r := []rune(strings.ToLower(k))
		if len(r) > maxWord {
			continue
		}
		if d := distance(w, r); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with the next
// one to make b of a.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
