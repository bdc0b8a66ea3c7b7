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

// latinReader reads a Latin spelling back into the letters of a language.
type latinReader struct {
	ways     []latinWay
	softSign bool // ь may be left out
}

type latinWay struct {
	latin  []rune
	letter rune
}

func newLatinReader(t *translit) *latinReader {
	r := &latinReader{}
	for letter, ways := range t.variants {
		for _, w := range ways {
			if w == "" {
				r.softSign = true
				continue
			}
			r.ways = append(r.ways, latinWay{[]rune(w), letter})
		}
	}
	sortWays(r.ways)
	return r
}

// softened are the letters that ь stands behind.
const softened = "тлндсшзрмв"

// maxReadings bounds the search for one word.
const maxReadings = 300

// find prefers a reading that is a form to one that only begins like a word ("kradci" is крадци, whatever begins with
// крадк), and of those the one that shares most letters with a word.
func (r *latinReader) find(t *table, rs []rune) uint32 {
	var buf [maxRunes + 8]rune
	left := reading{budget: maxReadings}
	if id := r.search(t, rs, buf[:0], &left); id != 0 {
		return id
	}
	return left.stem
}

// reading is what is left of a search: how many steps, and the longest stem met.
type reading struct {
	budget  int
	stem    uint32
	letters int // of the stem
}

func (r *latinReader) search(t *table, rest, read []rune, left *reading) uint32 {
	if left.budget--; left.budget < 0 || len(read) > maxRunes {
		return 0
	}
	if len(rest) == 0 {
		if len(read) < 2 {
			return 0
		}
		if id := t.forms.find(hashRunes(read)); id != 0 {
			return id
		}
		if len(read) >= 5 {
			if id, n := t.stems.longestOf(read); n > left.letters {
				left.stem, left.letters = id, n
			}
		}
		return 0
	}
	for i := range r.ways {
		w := &r.ways[i]
		if len(w.latin) > len(rest) || !slices.Equal(rest[:len(w.latin)], w.latin) {
			continue
		}
		next := append(read, w.letter)
		if id := r.search(t, rest[len(w.latin):], next, left); id != 0 {
			return id
		}
		if r.softSign && strings.ContainsRune(softened, w.letter) {
			if id := r.search(t, rest[len(w.latin):], append(next, 'ь'), left); id != 0 {
				return id
			}
		}
	}
	return 0
}
