package sentiment

// Typing errors are looked for only where a text says nothing else, and only the
// cheap ones: a letter too many, two letters swapped, a double letter written once.
const (
	typoLetters = 6   // shorter words are one letter away from too much
	typoWeight  = 1.8 // only what is worth a guess
	typoShare   = 0.8
	typoWords   = 6 // of one text
)

// mendTypos adds the strongly felt words that are misspelt.
func (s *scratch) mendTypos() {
	left := typoWords
	for i := range s.lex.toks {
		t := &s.lex.toks[i]
		if t.kind != wordToken || t.info != [2]uint32{} || t.runeN < typoLetters || t.runeN >= maxRunes || t.firm() {
			continue
		}
		if left--; left < 0 {
			return
		}
		w := s.mend(s.lex.runesOf(t))
		if w == nil || t.caps && !s.lex.shouting() {
			continue
		}
		s.add(unit{start: int32(i), end: int32(i), weight: w.weight * typoShare, rule: s.rule.word, topic: w.topic, sentence: s.sentenceOf(int32(i))})
	}
}

// shouting: most of the text is in capitals, so that they do not mark a name.
func (l *lexer) shouting() bool { return l.upper*2 > len(l.toks) }

// mend finds a heavy word one slip away from rs.
func (s *scratch) mend(rs []rune) *word {
	t := s.tables[0]
	heavy := t.heavy
	letters := lettersOf(rs)
	swap := heavy.holds(letters)
	var buf [maxRunes + 1]rune
	for i := 1; i < len(rs); i++ {
		if heavy.holds(letters - letterSign(rs[i])) {
			dropped := append(append(buf[:0], rs[:i]...), rs[i+1:]...)
			if w := t.heavyWord(hashRunes(dropped)); w != nil {
				return w
			}
		}
		if heavy.holds(letters + letterSign(rs[i])) {
			doubled := append(append(append(buf[:0], rs[:i]...), rs[i]), rs[i:]...)
			if w := t.heavyWord(hashRunes(doubled)); w != nil {
				return w
			}
		}
		if swap && i+1 < len(rs) && rs[i] != rs[i+1] {
			swapped := append(buf[:0], rs...)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			if w := t.heavyWord(hashRunes(swapped)); w != nil {
				return w
			}
		}
	}
	return nil
}

// letterSet answers, without looking at their order, whether letters may be those of
// a heavy word: nearly every slip that is tried makes none. It is a bit for each sum
// of letterSign.
type letterSet []uint64

func letterSign(r rune) uint64 { return uint64(r) * uint64(r) * hashPrime * 0x9e3779b97f4a7c15 }

func lettersOf(rs []rune) (sum uint64) {
	for _, r := range rs {
		sum += letterSign(r)
	}
	return sum
}

func (l letterSet) place(letters uint64) (word, bit uint64) {
	x := letters >> 32 & uint64(len(l)*64-1)
	return x >> 6, x & 63
}

func (l letterSet) holds(letters uint64) bool {
	word, bit := l.place(letters)
	return l[word]>>bit&1 != 0
}

// setHeavy notes the letters of the forms that typing errors are mended to.
func (t *table) setHeavy(forms []meaning) {
	var sums []uint64
	for i := range forms {
		if text := forms[i].text; t.heavyWord(hashString(text)) != nil {
			sums = append(sums, lettersOf([]rune(text)))
		}
	}
	size := 1
	for size*64 < 16*len(sums) {
		size *= 2
	}
	t.heavy = make(letterSet, size)
	for _, sum := range sums {
		word, bit := t.heavy.place(sum)
		t.heavy[word] |= 1 << bit
	}
}

// heavyWord is the word with this form that is heavy enough to be worth a guess, nil for none.
func (t *table) heavyWord(form uint64) *word {
	if w := t.infos[t.forms.find(form)].word; w >= 0 && abs(t.words[w].weight) >= typoWeight {
		return &t.words[w]
	}
	return nil
}
