package sentiment

import (
	"strings"
	"unicode/utf8"
)

const (
	english = iota
	russian
	ukrainian
	bulgarian
	languageCount
)

// votes is how much a cue speaks for each language.
type votes [languageCount]float32

// identifier tells languages apart by function words, letters and endings.
type identifier struct {
	keys    []uint64
	vals    []uint32
	votes   []votes
	letters [len(cueLetters)]votes
	any     votes            // for every Cyrillic text
	ends    map[uint64]votes // hash of the last 2 to 4 letters
}

func newIdentifier(c *common, langs []langWords, errs *dataErrors) *identifier {
	id := &identifier{ends: map[uint64]votes{}, votes: make([]votes, 1)}
	n := 0
	for _, l := range langs {
		n += len(l.words) * (1 + 4*len(l.translit.variants))
	}
	size := 1024
	for size < 2*n {
		size *= 2
	}
	id.keys, id.vals = make([]uint64, size), make([]uint32, size)
	for li, l := range langs {
		for _, r := range l.words {
			w := float32(r.weight(1, -5, 5, errs))
			form := foldWord(r.cell(0))
			if form == "" {
				errs.add(r.at, "an empty word")
				continue
			}
			id.add(hashString(form), li, w)
			if li != english && utf8.RuneCountInString(form) > 1 {
				l.translit.each(form, func(latin string) { id.add(hashString(latin), li, w*0.7) })
			}
		}
	}
	for _, r := range c.letters {
		id.addCue(r, errs)
	}
	return id
}

// langWords is what a language brings to identification.
type langWords struct {
	words    []row
	translit *translit
}

func (id *identifier) add(h uint64, lang int, w float32) {
	m := uint64(len(id.keys) - 1)
	i := h & m
	for id.keys[i] != 0 && id.keys[i] != h {
		i = (i + 1) & m
	}
	if id.keys[i] == 0 {
		id.keys[i] = h
		id.vals[i] = uint32(len(id.votes))
		id.votes = append(id.votes, votes{})
	}
	v := &id.votes[id.vals[i]]
	v[lang] = max(v[lang], w)
}

func (id *identifier) addCue(r row, errs *dataErrors) {
	lang := -1
	for i, l := range Languages {
		if l == r.cell(1) {
			lang = i
		}
	}
	if lang < 0 {
		errs.add(r.place(1), "unknown language %q", r.cell(1))
		return
	}
	w := float32(r.weight(2, -10, 10, errs))
	cue := strings.ToLower(r.cells[0])
	if cue == "*" {
		id.any[lang] += w
		return
	}
	if end, ok := strings.CutPrefix(cue, "-"); ok && utf8.RuneCountInString(end) >= 2 && utf8.RuneCountInString(end) <= 4 {
		h := hashString(end)
		v := id.ends[h]
		v[lang] += w
		id.ends[h] = v
		return
	}
	for i, c := range cueLetters {
		if cue == string(c) {
			id.letters[i][lang] += w
			return
		}
	}
	errs.add(r.at, "%q is neither * nor one of the letters that are counted nor an ending -xx of 2 to 4 letters", cue)
}

// verdict is what identification found.
type verdict struct {
	lang     int
	second   int     // the other language a mixed text may be in, -1 for none
	sure     float32 // 0 … 1
	translit bool    // written in Latin letters
}

// identify judges the tokens of l.
func (id *identifier) identify(l *lexer) verdict {
	var sum votes
	m := uint64(len(id.keys) - 1)
	latinWords, cyrillicWords := 0, 0
	for ti := range l.toks {
		t := &l.toks[ti]
		if t.kind != wordToken {
			continue
		}
		if t.cyrillic {
			cyrillicWords++
		} else if t.runeN > 1 {
			latinWords++
		}
		for i := t.hash & m; id.keys[i] != 0; i = (i + 1) & m {
			if id.keys[i] == t.hash {
				v := &id.votes[id.vals[i]]
				for k := range sum {
					sum[k] += v[k]
				}
				break
			}
		}
	}
	if cyrillicWords == 0 || latinWords > 6*cyrillicWords {
		return id.latinVerdict(&sum, latinWords)
	}
	for i := range id.letters {
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
	sum[english] = -1e6
	return best(&sum, l.letters.cyrillic)
}

func (id *identifier) latinVerdict(sum *votes, words int) verdict {
	v := verdict{lang: english, second: -1, sure: 1}
	top := russian
	for k := russian; k < languageCount; k++ {
		if sum[k] > sum[top] {
			top = k
		}
	}
	if sum[top] > 2.5 && sum[top] > 1.3*sum[english] && sum[top]*3 > float32(words) {
		v.lang, v.translit, v.sure = top, true, 0.7
	}
	return v
}

// endings adds what the ends of longer words say.
func (id *identifier) endings(l *lexer, sum *votes) {
	if len(id.ends) == 0 {
		return
	}
	for ti := range l.toks {
		t := &l.toks[ti]
		if !t.cyrillic || t.runeN < 4 {
			continue
		}
		rs := l.runes[t.runeAt : int(t.runeAt)+int(t.runeN)]
		for n := 2; n <= 4 && n < len(rs); n++ {
			if v, ok := id.ends[hashRunes(rs[len(rs)-n:])]; ok {
				for k := range sum {
					sum[k] += v[k]
				}
			}
		}
	}
}

func best(sum *votes, letters int32) verdict {
	first, second := russian, ukrainian
	if sum[ukrainian] > sum[russian] {
		first, second = second, first
	}
	if sum[bulgarian] > sum[first] {
		first, second = bulgarian, first
	} else if sum[bulgarian] > sum[second] {
		second = bulgarian
	}
	gap := sum[first] - sum[second]
	v := verdict{lang: first, second: -1, sure: gap / (gap + 2)}
	if letters == 0 {
		v.sure = 0
	}
	if gap < 3 || sum[second] > 4 && sum[second] > 0.4*sum[first] {
		v.second = second
	}
	return v
}
