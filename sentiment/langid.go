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

	words   []uint64 // open addressing by the hash of a word: its high bits, then an index into votes; 0 is empty
	votes   []votes  // what words say; most say the same as many others
	cues    cueIndex // the letters that are counted
	letters []votes  // what each of them says, by its number in cues
	any     votes    // for every Cyrillic text
	ends    endTable // what the last 2 to 4 letters say
}

func newIdentifier(c *common, langs []langWords, errs *tsv.Errors) *identifier {
	id := &identifier{langs: c.langs, cyrillic: c.cyrillic, letters: make([]votes, 1)}
	id.latin = max(slices.Index(c.cyrillic, false), 0)
	said := map[uint64]votes{}
	add := func(word string, lang int, w float32) {
		h := hashString(word)
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
			add(form, li, w)
			if c.cyrillic[li] && utf8.RuneCountInString(form) > 1 {
				l.translit.each(form, func(latin string) { add(latin, li, w*0.7) })
			}
		}
	}
	id.setWords(said, errs)
	for _, r := range c.letters {
		id.addCue(r, errs)
	}
	return id
}

// voteBits is what an index into votes takes of a slot.
const voteBits = 16

// setWords lays out what words say.
func (id *identifier) setWords(said map[uint64]votes, errs *tsv.Errors) {
	size := 16
	for size < 2*len(said) {
		size *= 2
	}
	id.words, id.votes = make([]uint64, size), make([]votes, 1)
	index := map[votes]int{}
	for h, v := range said {
		n, ok := index[v]
		if !ok {
			n = len(id.votes)
			index[v] = n
			id.votes = append(id.votes, v)
		}
		m := uint64(size - 1)
		i := h >> voteBits & m
		for id.words[i] != 0 {
			i = (i + 1) & m
		}
		id.words[i] = h>>voteBits<<voteBits | uint64(n)
	}
	if len(id.votes) > 1<<voteBits {
		errs.Add(tsv.Place{File: "langid.tsv"}, "more than %d kinds of words", 1<<voteBits)
	}
}

// home is where a word's slot is looked for first.
func (id *identifier) home(h uint64) uint64 { return h >> voteBits & uint64(len(id.words)-1) }

// find returns what a word says, by its hash; 0 is nothing. x is the slot at its home.
func (id *identifier) find(h, x uint64) uint64 {
	for i := id.home(h); ; {
		if (x^h)>>voteBits == 0 {
			return x & (1<<voteBits - 1)
		}
		if x == 0 {
			return 0
		}
		i = (i + 1) & uint64(len(id.words)-1)
		x = id.words[i]
	}
}

// langWords is what a language brings to identification.
type langWords struct {
	words    []tsv.Row
	translit *translit
}

func (id *identifier) addCue(r tsv.Row, errs *tsv.Errors) {
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
	if end, ok := strings.CutPrefix(cue, "-"); ok && utf8.RuneCountInString(end) >= 2 && utf8.RuneCountInString(end) <= 4 {
		id.ends.add(end, lang, w)
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

// verdict is what identification found.
type verdict struct {
	lang     int
	second   int     // the other language a mixed text may be in, -1 for none
	sure     float32 // 0 … 1
	translit bool    // written in Latin letters
	votes    votes   // of a Cyrillic text
}

// identify judges the tokens of l.
func (id *identifier) identify(l *lexer) verdict {
	var all [2]votes // of words in Latin letters, and of those in Cyrillic
	n := min(len(id.langs), maxLanguages)
	latinWords, cyrillicWords := 0, 0
	homes, toks := l.room(), l.toks
	for ti := range toks { // all are read before the first is looked at, so that they are fetched together
		homes[ti] = id.words[id.home(toks[ti].hash)]
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
		if word := id.find(t.hash, homes[ti]); word != 0 {
			some, v := all[script][:n], &id.votes[word]
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
		return id.latinVerdict(&sum, latinWords)
	}
	if latinWords > cyrillicWords { // "Chakam veche tri sedmici … Виж повече"
		if v := id.latinVerdict(&all[0], latinWords); v.translit {
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
	id.endings(l, &sum)
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

// latinVerdict judges a text in Latin letters: a language written so, or one in
// Cyrillic that is transliterated.
func (id *identifier) latinVerdict(sum *votes, words int) verdict {
	v := verdict{lang: id.latin, second: -1, sure: 1, votes: *sum}
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

// endings adds what the ends of longer words say.
func (id *identifier) endings(l *lexer, sum *votes) {
	if len(id.ends.slots) == 0 {
		return
	}
	for ti := range l.toks {
		t := &l.toks[ti]
		if !t.cyrillic || t.runeN < 4 {
			continue
		}
		rs := l.runes[t.runeAt : int(t.runeAt)+int(t.runeN)]
		id.ends.vote(rs, sum[:min(len(id.langs), len(sum))])
	}
}

// endTable finds the ends of words by their letters.
type endTable struct {
	slots []endSlot // open addressing; a key of 0 is an empty slot
	used  int
	votes []votes
}

// endSlot is an end of a word or, with votes of 0, the last letters of longer ones.
type endSlot struct {
	key   uint64 // the letters, 16 bits each, the last one highest
	votes uint32 // a place in endTable.votes, from 1; 0 for none
}

const longestEnd = 4

// endKey adds a letter to the key of those behind it; 0 for one that no end has.
func endKey(key uint64, r rune) uint64 {
	if r > 0xffff {
		return 0
	}
	return key<<16 | uint64(r)
}

func (e *endTable) at(key uint64) *endSlot {
	m := uint64(len(e.slots) - 1)
	i := key * hashPrime >> 20 & m
	for e.slots[i].key != 0 && e.slots[i].key != key {
		i = (i + 1) & m
	}
	return &e.slots[i]
}

func (e *endTable) add(end string, lang int, w float32) {
	rs := []rune(end)
	key := uint64(0)
	for n := 1; n <= len(rs); n++ {
		if 4*e.used >= len(e.slots) {
			e.grow()
		}
		key = endKey(key, rs[len(rs)-n])
		s := e.at(key)
		if s.key == 0 {
			s.key = key
			e.used++
		}
		if n == len(rs) {
			if s.votes == 0 {
				e.votes = append(e.votes, votes{})
				s.votes = uint32(len(e.votes))
			}
			e.votes[s.votes-1][lang] += w
		}
	}
}

func (e *endTable) grow() {
	old := e.slots
	e.slots = make([]endSlot, max(64, 2*len(old)))
	for _, s := range old {
		if s.key != 0 {
			*e.at(s.key) = s
		}
	}
}

// vote adds what the last 2 to 4 letters of a word say, of which one stands before
// them at least.
func (e *endTable) vote(rs []rune, sum []float32) {
	key := uint64(0)
	for n := 1; n <= longestEnd && n < len(rs); n++ {
		if key = endKey(key, rs[len(rs)-n]); key == 0 {
			return
		}
		if n == 1 {
			continue
		}
		s := e.at(key)
		if s.key == 0 {
			return
		}
		if s.votes != 0 {
			v := &e.votes[s.votes-1]
			for k := range sum {
				sum[k] += v[k%maxLanguages]
			}
		}
	}
}

// best takes the Cyrillic language with most votes, and the next one too where
// they are close.
func (id *identifier) best(sum *votes, letters int32) verdict {
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
	v := verdict{lang: max(first, 0), second: -1, sure: 1, votes: *sum}
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
