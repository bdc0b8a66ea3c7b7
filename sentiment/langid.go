package sentiment

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
)

// votes is how much a cue speaks for each language.
type votes [maxLanguages]float32

// identifier tells languages apart by function words, letters and endings.
type identifier struct {
	langs    []string
	cyrillic []bool // the script of each
	latin    int    // the first language in Latin letters

	words   voters
	ends    voters   // the last 2 to 4 letters of words, from the last one on
	cues    cueIndex // the letters that are counted
	letters []votes  // what each of them says, by its number in cues
	any     votes    // for every Cyrillic text
}

// voters are words, or ends of words, with what they say.
type voters struct {
	hashTable         // places in votes; 0 is of nothing
	votes     []votes // most words say the same as many others
}

func newIdentifier(c *common, langs []langWords, errs *tsv.Errors) *identifier {
	id := &identifier{langs: c.langs, cyrillic: c.cyrillic, letters: make([]votes, 1)}
	id.latin = max(slices.Index(c.cyrillic, false), 0)
	room := 0
	for _, l := range langs {
		room += spellings * len(l.words)
	}
	said := make(map[uint64]votes, room)
	add := func(h uint64, lang int, w float32) {
		v := said[h]
		v[lang] = max(v[lang], w)
		said[h] = v
	}
	for li, l := range langs {
		for _, r := range l.words {
			w := float32(r.Weight(1, -5, 5, errs))
			form := foldWord(r.Cell(0))
			if form == "" {
				errs.Add(r.At(0), "an empty word")
				continue
			}
			add(hashString(form), li, w)
			if c.cyrillic[li] && utf8.RuneCountInString(form) > 1 {
				l.translit.each(form, func(latin uint64) { add(latin, li, w*0.7) })
			}
		}
	}
	id.words = newVoters(said)
	ends := map[string]votes{}
	for _, r := range c.letters {
		id.addCue(r, ends, errs)
	}
	id.ends = newEnds(ends)
	return id
}

// spellings is about how many a word has, in Latin letters too.
const spellings = 8

func newVoters(said map[uint64]votes) voters {
	all := voters{newHashTable(len(said)), make([]votes, 1)}
	known := map[votes]uint32{}
	for h, v := range said {
		n, ok := known[v]
		if !ok {
			n = uint32(len(all.votes))
			known[v] = n
			all.votes = append(all.votes, v)
		}
		all.put(h, n)
	}
	return all
}

func newEnds(said map[string]votes) voters {
	all := voters{votes: make([]votes, 1)}
	ends := newAffixes(longestEnding * len(said))
	for end, v := range said {
		letters := []rune(end)
		slices.Reverse(letters)
		ends.add(letters, uint32(len(all.votes)))
		all.votes = append(all.votes, v)
	}
	all.hashTable = ends.table()
	return all
}

// langWords is what a language brings to identification.
type langWords struct {
	words    []tsv.Row
	translit *translit
}

func (id *identifier) addCue(r tsv.Row, ends map[string]votes, errs *tsv.Errors) {
	lang := slices.Index(id.langs, r.Cell(1))
	if lang < 0 {
		errs.Add(r.At(1), "unknown language %q", r.Cell(1))
		return
	}
	w := float32(r.Weight(2, -10, 10, errs))
	cue := strings.ToLower(r.Raw(0))
	if cue == "*" {
		id.any[lang] += w
		return
	}
	if end, ok := strings.CutPrefix(cue, "-"); ok && utf8.RuneCountInString(end) >= 2 && utf8.RuneCountInString(end) <= longestEnd {
		v := ends[end]
		v[lang] += w
		ends[end] = v
		return
	}
	letter, size := utf8.DecodeRuneInString(cue)
	if size == len(cue) && id.cues.holds(letter) {
		n := id.cues[letter-cueFrom]
		if n == 0 {
			if len(id.letters) > maxCues {
				errs.Add(r.At(0), "more than %d letters are counted", maxCues)
				return
			}
			n = uint8(len(id.letters))
			id.cues[letter-cueFrom] = n
			id.letters = append(id.letters, votes{})
		}
		id.letters[n][lang] += w
		return
	}
	errs.Add(r.At(0), "%q is neither * nor a Cyrillic letter nor an ending -xx of 2 to 4 letters", cue)
}

// detected is what identification found.
type detected struct {
	lang     int
	second   int     // the other language a mixed text may be in, -1 for none
	sure     float32 // 0 … 1
	translit bool    // written in Latin letters
	votes    votes   // of a Cyrillic text
}

// identify judges the tokens of l.
func (id *identifier) identify(l *lexer) detected {
	var all [2]votes // of words in Latin letters, and of those in Cyrillic
	n := min(len(id.langs), maxLanguages)
	latinWords, cyrillicWords := 0, 0
	homes, toks := l.room(), l.toks
	for ti := range toks { // all are read before the first is looked at, so that they are fetched together
		homes[ti] = id.words.hashTable[id.words.home(toks[ti].hash)]
	}
	for ti := range toks {
		t := &toks[ti]
		if t.kind != wordToken {
			continue
		}
		script := 0
		if t.cyrillic {
			script = 1
			cyrillicWords++
		} else if t.runeN > 1 {
			latinWords++
		}
		if word := id.words.findFrom(t.hash, homes[ti]); word != 0 {
			some, v := all[script][:n], &id.words.votes[word]
			for k := range some {
				some[k] += v[k%maxLanguages]
			}
		}
	}
	sum := all[0]
	for k := range sum {
		sum[k] += all[1][k]
	}
	if cyrillicWords == 0 || latinWords > 6*cyrillicWords || latinWords > cyrillicWords && id.latinSpeaks(&sum) {
		return id.latinText(&sum, latinWords)
	}
	if latinWords > cyrillicWords { // "Chakam veche tri sedmici … Виж повече"
		if v := id.latinText(&all[0], latinWords); v.translit {
			return v
		}
	}
	for i := 1; i < len(id.letters); i++ {
		if n := float32(min(l.letters.cue[i], 6)); n > 0 {
			for k := range sum {
				sum[k] += n * id.letters[i][k]
			}
		}
	}
	for k := range sum {
		sum[k] += id.any[k]
	}
	id.endings(l, sum[:n])
	return id.best(&sum, l.letters.cyrillic)
}

// latinSpeaks: the function words are of a language in Latin letters, so that what is Cyrillic are names.
func (id *identifier) latinSpeaks(sum *votes) bool {
	latin, cyrillic := float32(0), float32(0)
	for k := range id.langs {
		if id.cyrillic[k] {
			cyrillic = max(cyrillic, sum[k])
		} else {
			latin = max(latin, sum[k])
		}
	}
	return latin > cyrillic+2
}

// latinText judges a text in Latin letters: a language written so, or one in
// Cyrillic that is transliterated.
func (id *identifier) latinText(sum *votes, words int) detected {
	v := detected{lang: id.latin, second: -1, sure: 1, votes: *sum}
	other := -1
	for k := range id.langs {
		switch {
		case id.cyrillic[k]:
			if other < 0 || sum[k] > sum[other] {
				other = k
			}
		case sum[k] > sum[v.lang]:
			v.lang = k
		}
	}
	if other >= 0 && sum[other] > 2.5 && sum[other] > 1.3*sum[v.lang] && sum[other]*3 > float32(words) {
		v.lang, v.translit, v.sure = other, true, 0.7
	}
	return v
}

const longestEnd = 4

// endings adds what the last 2 to 4 letters of longer words say, of which one stands before them at least.
func (id *identifier) endings(l *lexer, sum []float32) {
	for ti := range l.toks {
		t := &l.toks[ti]
		if !t.cyrillic || t.runeN < 4 {
			continue
		}
		rs := l.runesOf(t)
		h := uint64(hashSeed)
		for n := 1; n <= longestEnd && n < len(rs); n++ {
			h = hashRune(h, rs[len(rs)-n])
			end := id.ends.find(hashDone(h))
			if end == 0 {
				break
			}
			if end == goesOn {
				continue
			}
			v := &id.ends.votes[end]
			for k := range sum {
				sum[k] += v[k%maxLanguages]
			}
		}
	}
}

// best takes the Cyrillic language with most votes, and the next one too where
// they are close.
func (id *identifier) best(sum *votes, letters int32) detected {
	first, second := -1, -1
	for k := range id.langs {
		switch {
		case !id.cyrillic[k]:
		case first < 0 || sum[k] > sum[first]:
			first, second = k, first
		case second < 0 || sum[k] > sum[second]:
			second = k
		}
	}
	v := detected{lang: max(first, 0), second: -1, sure: 1, votes: *sum}
	if second < 0 {
		return v
	}
	gap := sum[first] - sum[second]
	if v.sure = gap / (gap + 2); letters == 0 {
		v.sure = 0
	}
	if gap < 3 || sum[second] > 4 && sum[second] > 0.4*sum[first] {
		v.second = second
	}
	return v
}

// cueIndex numbers the Cyrillic letters that are counted, from 1; 0 is not counted.
type cueIndex [0x60]uint8

const (
	cueFrom = 0x430
	maxCues = 15
)

func (c *cueIndex) holds(r rune) bool { return r >= cueFrom && r < cueFrom+rune(len(c)) }
