package sentiment

import (
	"cmp"
	"slices"
)

// resolve looks the words up in the table of one language, slot 0 for the first
// and 1 for the second, and joins hyphenated words that stand in the table as one.
// It goes over the words several times: what one pass reads does not hang on what
// the word before was found to be, so that it is fetched for many words together.
func (l *lexer) resolve(t *table, slot int, untranslit *latinReader) {
	homes, toks := l.room(), l.toks
	for i := range toks {
		homes[i] = t.forms[t.forms.home(toks[i].hash)]
	}
	out := 0
	for i := 0; i < len(l.toks); i++ {
		tok := &l.toks[i]
		var id uint32
		if tok.kind == wordToken && tok.joined == 0 {
			if id = t.forms.findFrom(tok.hash, homes[i]); id == 0 {
				id = l.guess(t, tok, untranslit)
			}
		} else {
			var joins bool
			if id, joins = l.entry(t, i, slot, untranslit); joins {
				tok.end = l.toks[i+1].end
				i++
			}
		}
		if tok.caps && t.infos[id].roles&(1<<roleAbbr) != 0 && l.capsAlone(out, i) {
			id = 0
		}
		tok.info[slot] = id
		if out > 0 && tok.before == sentenceBreak && l.shortened(t, out-1, slot, tok) {
			tok.before = noBreak
		}
		if out < i {
			l.toks[out] = *tok
		}
		out++
	}
	l.toks = l.toks[:out]
	sets := slices.Grow(l.sets[slot][:0], out)[:out]
	for i := range sets {
		tok, set := &l.toks[i], &sets[i]
		in := &t.infos[tok.info[slot]]
		*set = wordSet{
			set: in.set, bit: in.bit, starts: in.starts, first: in.first, second: in.second, firsts: in.firsts, breaks: tok.before == sentenceBreak,
		}
		if in.roles != 0 && (slot == 0 || tok.roles == 0) { // "ни" says "us" here and "nor" in the other language: the first knows it
			tok.giveRoles(in)
		}
		if tok.word == 0 && tok.kind == wordToken {
			tok.word, tok.wordSlot = in.word+1, uint8(slot)
		}
		if in.function {
			tok.function = true
		}
	}
	l.sets[slot] = sets
}

// capsAlone: the words before and after token i are not in capitals; out tokens were read before it.
func (l *lexer) capsAlone(out, i int) bool {
	return (out == 0 || !l.toks[out-1].caps) && (i+1 == len(l.toks) || !l.toks[i+1].caps)
}

// giveRoles adds what a closed-class word does; the first language's numbers stay.
func (tok *token) giveRoles(in *info) {
	tok.roles |= in.roles
	if tok.boost == 0 {
		tok.boost = in.boost
	}
	if tok.scope == 0 {
		tok.scope = in.scope
	}
	if in.roles&(1<<roleNumber) != 0 && tok.kind == wordToken {
		tok.num = in.number
	}
}

// entry finds what token i is; joins means that it takes in the token after it.
func (l *lexer) entry(t *table, i, slot int, untranslit *latinReader) (id uint32, joins bool) {
	tok := &l.toks[i]
	switch tok.kind {
	case numberToken:
		if untranslit != nil && i+1 < len(l.toks) && l.toks[i+1].kind == wordToken && l.toks[i+1].start == tok.end {
			if id := untranslit.find(t, l.glued(tok, &l.toks[i+1])); id != 0 {
				tok.kind = wordToken
				return id, true
			}
		}
		if id := t.forms.find(tok.hash); id != 0 {
			return id, false
		}
		return t.numInfo, false
	case wordToken:
		if tok.joined != 0 && slot == 0 && i+1 < len(l.toks) {
			if id := t.forms.find(tok.joined); id != 0 {
				return id, true
			}
		}
		if id := t.forms.find(tok.hash); id != 0 {
			return id, false
		}
		return l.guess(t, tok, untranslit), false
	}
	return 0, false
}

func (l *lexer) glued(a, b *token) []rune {
	return l.runes[a.runeAt : int(b.runeAt)+int(b.runeN)]
}

// guess finds a word that does not stand in the table as it is: with letters not
// repeated, read as transliteration, unmasked, with digits read as letters, or by
// its stem.
func (l *lexer) guess(t *table, tok *token, untranslit *latinReader) uint32 {
	rs := l.runesOf(tok)
	if tok.long {
		if id := t.forms.find(hashRunesOnce(rs)); id != 0 {
			return id
		}
	}
	if untranslit != nil && !tok.cyrillic {
		if id := untranslit.find(t, rs); id != 0 {
			return id
		}
	}
	if tok.masked {
		if id := t.unmask(rs); id != 0 {
			return id
		}
	}
	if tok.digits || tok.masked {
		var buf [maxRunes]rune
		leet := latinLeet
		if tok.cyrillic {
			leet = cyrillicLeet
		}
		if id := t.look(unleet(buf[:0], rs, leet)); id != 0 {
			return id
		}
	}
	if tok.tagged {
		if id := t.tagEnd(rs); id != 0 {
			return id
		}
	}
	return t.stems.longest(rs)
}

// A tag is as bad as the word it ends with: #epicfail, #brandsucks.
const (
	tagHead   = 3 // letters before that word at least
	tagWord   = 4 // letters of it at least
	tagWeight = -1.5
)

// tagEnd finds the longest bad word that a tag ends with.
func (t *table) tagEnd(rs []rune) uint32 {
	for at := tagHead; at <= len(rs)-tagWord; at++ {
		if id := t.forms.find(hashRunes(rs[at:])); id != 0 && t.infos[id].word >= 0 && t.words[t.infos[id].word].weight <= tagWeight {
			return id
		}
	}
	return 0
}

func (t *table) look(rs []rune) uint32 {
	if id := t.forms.find(hashRunes(rs)); id != 0 {
		return id
	}
	return t.stems.longest(rs)
}

// hashRunesOnce hashes a word with every run of a letter taken once.
func hashRunesOnce(rs []rune) uint64 {
	h := uint64(hashSeed)
	for i, r := range rs {
		if i == 0 || rs[i-1] != r {
			h = hashRune(h, r)
		}
	}
	return hashDone(h)
}

// What digits and signs inside a word stand for, in Cyrillic letters and in Latin ones.
var (
	cyrillicLeet = map[rune]rune{'0': 'о', '1': 'і', '3': 'з', '4': 'ч', '6': 'б', '@': 'а'}
	latinLeet    = map[rune]rune{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's'}
)

// unleet reads digits and signs inside a word as the letters they stand for.
func unleet(buf, rs []rune, leet map[rune]rune) []rune {
	for _, r := range rs {
		buf = append(buf, cmp.Or(leet[r], r))
	}
	return buf
}

// unmask compares f***, х#й and the like with the obscene words.
func (t *table) unmask(rs []rune) uint32 {
	for i := range t.masks {
		if m := &t.masks[i]; fitsMask(rs, m) {
			if id := t.look(m.runes); id != 0 {
				return id
			}
		}
	}
	return 0
}

// fitsMask: the first letter must show, every shown letter must agree, and a run
// of signs stands for one letter or more.
func fitsMask(rs []rune, m *mask) bool {
	if len(rs) < 2 || rs[0] != m.runes[0] {
		return false
	}
	shown := 0
	for _, r := range rs {
		if !maskSign(r) {
			shown++
		}
	}
	if shown == len(rs) || shown == 1 && len(rs) < 3 {
		return false
	}
	return wild(rs, m.runes, m.prefix)
}

func maskSign(r rune) bool { return r == '*' || r == '#' || r == '@' || r == '$' }

// wild matches with each run of signs standing for one to four letters.
func wild(rs, form []rune, prefix bool) bool {
	for len(rs) > 0 {
		if !maskSign(rs[0]) {
			if len(form) == 0 {
				return prefix
			}
			if form[0] != rs[0] {
				return false
			}
			rs, form = rs[1:], form[1:]
			continue
		}
		for len(rs) > 0 && maskSign(rs[0]) {
			rs = rs[1:]
		}
		for n := 1; n <= 4 && n <= len(form); n++ {
			if wild(rs, form[n:], prefix) {
				return true
			}
		}
		return false
	}
	return len(form) == 0 || prefix
}
