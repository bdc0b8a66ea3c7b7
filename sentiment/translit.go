package sentiment

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
)

// translit is how people write a language in Latin letters.
type translit struct {
	variants map[rune][]string
}

// maxVariants bounds the spellings of one word.
const maxVariants = 12

func newTranslit(rows []tsv.Row, errs *tsv.Errors) *translit {
	t := &translit{variants: map[rune][]string{}}
	for _, r := range rows {
		letter, size := utf8.DecodeRuneInString(strings.ToLower(r.Cell(0)))
		if size != len(strings.ToLower(r.Cell(0))) || r.Cell(1) == "" {
			errs.Add(r.At(0), "one letter and the ways to write it are wanted")
			continue
		}
		for _, latin := range strings.Fields(r.Cell(1)) {
			if latin == "0" && letter == 'ь' {
				latin = ""
			}
			t.variants[foldRune(letter)] = append(t.variants[foldRune(letter)], latin)
		}
	}
	return t
}

// each calls f with the hashes of the Latin spellings of a folded word, the commonest first.
func (t *translit) each(word string, f func(hash uint64)) {
	if len(t.variants) == 0 {
		return
	}
	var room [maxVariants]uint64
	out := append(room[:0], hashSeed)
	for _, r := range word {
		ways := t.variants[r]
		if len(ways) == 0 {
			return
		}
		n := len(out)
		for k := 1; k < len(ways); k++ {
			for i := 0; i < n && len(out) < maxVariants; i++ {
				out = append(out, hashMore(out[i], ways[k]))
			}
		}
		for i := range n {
			out[i] = hashMore(out[i], ways[0])
		}
	}
	for _, h := range out {
		if h != hashSeed { // of no letters
			f(hashDone(h))
		}
	}
}

// sortWays puts longer spellings first, so that "sht" is tried before "s".
func sortWays(ways []latinWay) {
	slices.SortFunc(ways, func(a, b latinWay) int {
		if d := len(b.latin) - len(a.latin); d != 0 {
			return d
		}
		return int(a.letter - b.letter)
	})
}
