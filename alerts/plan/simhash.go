package plan

import (
	"hash/maphash"
	"iter"
	"math/bits"
	"slices"
	"strings"
	"unicode"

	"github.com/earshot/earshot/mention"
)

// Near-duplicates are found in two steps: a 64-bit simhash finds candidates
// through an index, then the words themselves are compared, because few bits say
// little about short texts.

const (
	// shingle is the number of words that make one feature: single words are shared by
	// all complaints about a topic, three in a row rarely are.
	shingle = 3
	// sameWords is the distance up to which the store's index of four 16-bit bands finds
	// everything at any age; texts so near differ in hardly a word.
	sameWords = 3
	// nearWords is the distance of texts that share about two thirds of their features.
	// Finding them means a walk over the recent ones, whose words are compared then.
	nearWords = 12
	// ownWords is the length from which the text alone, without the title, is compared: the
	// same words stand under different headlines on different sites.
	ownWords = 8
	// fewWords is the length below which the same words say nothing: "ужасный банк" is
	// written by many people.
	fewWords = 6
	// ownersWords is the length from which the same words are hardly somebody else's, or about
	// something else: "не работает приложение, уже второй день жду ответа" is true of many days.
	ownersWords = 12
)

// postSimhash returns the simhash of the words of a post; 0 for a post without words.
func postSimhash(p mention.Post) uint64 { return simhash(ownText(p)) }

// ownText returns the folded words by which a post is compared with others.
func ownText(p mention.Post) []string {
	words := fold(p.Text)
	if len(words) >= ownWords || p.IsReply {
		return words
	}
	return append(fold(p.Title), words...)
}

// fold splits text into lower-case words of letters and digits, ё written as е.
func fold(text string) []string {
	return strings.FieldsFunc(strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case r == 'ё':
			return 'е'
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return r
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
			return -1 // accents written apart and invisible characters do not part words
		}
		return ' '
	}, text), func(r rune) bool { return r == ' ' })
}

func simhash(words []string) uint64 {
	var sums [64]int
	n := 0
	for g := range shingles(words) {
		h := fnv64(g)
		for bit := range sums {
			if h>>bit&1 == 1 {
				sums[bit]++
			} else {
				sums[bit]--
			}
		}
		n++
	}
	if n == 0 {
		return 0
	}
	var out uint64
	for bit, sum := range sums {
		if sum > 0 {
			out |= 1 << bit
		}
	}
	if out == 0 {
		return 1 // 0 is kept for "no words"
	}
	return out
}

// fnv64 is FNV-1a with a final mix. It is stored, so it must never change.
func fnv64(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	return h ^ h>>33
}

// shingles yields every run of three words once per place, or all words when there
// are fewer.
func shingles(words []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if len(words) > 0 && len(words) < shingle {
			yield(strings.Join(words, " "))
			return
		}
		for i := 0; i+shingle <= len(words); i++ {
			if !yield(strings.Join(words[i:i+shingle], " ")) {
				return
			}
		}
	}
}

// wording is what a post's words are compared by.
type wording struct {
	words []string
	runs  []uint64 // hashes of the shingles, sorted, each once
}

// seed keeps who writes posts from choosing words whose hashes are equal.
var seed = maphash.MakeSeed()

func wordingOf(words []string) wording {
	w := wording{words: words}
	for run := range shingles(words) {
		w.runs = append(w.runs, maphash.String(seed, run))
	}
	slices.Sort(w.runs)
	w.runs = slices.Compact(w.runs)
	return w
}

// similarity is the share of three-word runs that two texts have in common, 0..1.
func (w wording) similarity(other wording) float64 {
	a, b := w.runs, other.runs
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	both := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			both, i, j = both+1, i+1, j+1
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// isNearDuplicate reports whether a, in the words wa, tells the same as b: the same post
// elsewhere, or the same author again. Two people of one site who use the same few words are two
// complaints.
func isNearDuplicate(a, b mention.Post, wa, wb wording) bool {
	namedAlike := !mention.IsNobody(a.Author) && strings.EqualFold(a.Author, b.Author)
	switch {
	case len(wa.words) == 0 || len(wb.words) == 0:
		return false
	case len(wa.words) < fewWords || len(wb.words) < fewWords:
		return namedAlike && slices.Equal(wa.words, wb.words)
	case a.Origin() != b.Origin() || namedAlike:
		return wa.similarity(wb) >= 0.7
	}
	return wa.similarity(wb) >= 0.85
}

// distance is the number of bits in which two simhashes differ.
func distance(a, b uint64) int { return bits.OnesCount64(a ^ b) }
