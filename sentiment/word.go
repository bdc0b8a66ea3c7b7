package sentiment

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// word reads one word at text[i:], folding it into l.runes, and returns the
// offset after it.
func (l *lexer) word(text string, i, to int) int {
	if text[i]|0x20 == 'h' && isAddress(text[i:to]) || text[i]|0x20 == 'w' && strings.HasPrefix(text[i:to], "www.") {
		return l.address(text, i, to)
	}
	t := token{start: int32(i), runeAt: int32(len(l.runes)), quoted: l.quote}
	end, uppers, letters := i, 0, 0
	for i < to {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:to])
		}
		f := foldRune(r)
		switch {
		case 'a' <= f && f <= 'z' || 'а' <= f && f <= 'я' || f == 'і' || f == 'ї' || f == 'є':
		case f < 0:
			l.combine(r, &t)
			i += size
			end = i
			continue
		case f == '\'':
			if !letterAfter(text, i+size, to) {
				goto done
			}
		case '0' <= f && f <= '9':
			t.digits = true
		case f == '*' || f == '#' || f == '@' || f == '$':
			if l.closesBold(text, i, to) || !l.maskGoesOn(text, i, to, byte(f)) {
				goto done
			}
			t.masked = true
		case f >= utf8.RuneSelf && unicode.IsLetter(f):
		default:
			goto done
		}
		if unicode.IsUpper(r) {
			uppers++
		}
		letters++
		if isCyrillic(f) {
			t.cyrillic = true
		}
		l.push(&t, f)
		i += size
		end = i
	}
done:
	t.end = int32(end)
	t.caps = uppers >= 2 && uppers == letters
	l.finish(&t)
	l.toks = append(l.toks, t)
	l.joinLast(letters)
	return end
}

// joinLast joins the last word, of so many letters as it is written, to what stands before it.
func (l *lexer) joinLast(letters int) {
	t := &l.toks[len(l.toks)-1]
	if t.caps && letters > 2 {
		l.upper++
	}
	t.before = l.take()
	if l.hyphen {
		l.joinHyphen()
		l.hyphen = false
	}
}

// plainWord reads a word of ASCII letters and nothing else, which is what most of
// a Latin text consists of. It returns 0 when the word needs more care.
func (l *lexer) plainWord(text string, i, to int) int {
	at := len(l.runes)
	word := text[i:min(to, i+maxRunes)]
	rs := l.runes[at : at+len(word)] // lex made room for a rune a byte
	h := uint64(hashSeed)
	var last, lastButOne byte
	n := 0
	for n < len(word) && n < len(rs) {
		c := word[n] | 0x20
		if c-'a' > 'z'-'a' { // bytes of other letters too
			break
		}
		if c == last && c == lastButOne {
			return 0
		}
		lastButOne, last = last, c
		rs[n] = rune(c)
		h = hashRune(h, rune(c))
		n++
	}
	j := i + n
	if n == len(word) && j < to {
		return 0
	}
	if j < to && text[j] != ' ' && l.goesOn(text[i], text[j]) {
		return 0
	}
	l.runes = l.runes[:at+n]
	l.toks = append(l.toks, token{})
	t := &l.toks[len(l.toks)-1]
	t.start, t.end = int32(i), int32(j)
	t.runeAt, t.runeN = int32(at), uint8(n)
	t.hash = hashDone(h)
	t.quoted, t.small = l.quote, text[i] >= 'a'
	t.caps = n > 1 && text[i+1] < 'a' && capitals(text[i:j])
	l.joinLast(n)
	return j
}

// plainCyrillic reads a word of common Cyrillic letters and nothing else, as plainWord
// does.
func (l *lexer) plainCyrillic(text string, i, to int) int {
	at := len(l.runes)
	rs := l.runes[at:min(cap(l.runes), at+maxRunes)]
	h := uint64(hashSeed)
	var last, lastButOne uint16
	n, folds, j := 0, 0, i
	for ; j+1 < to && text[j]&^1 == 0xd0; n++ {
		low := text[j+1]
		if low&0xc0 != 0x80 || n == len(rs) {
			return 0
		}
		at := text[j]&1<<6 | low&0x3f
		c := l.folded[at&0x7f]
		if c == 0 || c == last && c == lastButOne {
			return 0
		}
		lastButOne, last = last, c
		if c != 0x400+uint16(at) {
			folds++
		}
		rs[n] = rune(c)
		h = hashRune(h, rune(c))
		j += 2
	}
	if j < to && text[j] != ' ' && (text[j]-'0' <= 9 || text[j]|0x20-'a' <= 'z'-'a' || l.goesOn('a', text[j])) {
		return 0
	}
	for _, r := range rs[:n] {
		if l.cues.holds(r) {
			l.letters.cue[l.cues[r-cueFrom]]++
		}
	}
	l.letters.cyrillic += int32(n)
	l.runes = l.runes[:at+n]
	l.toks = append(l.toks, token{})
	t := &l.toks[len(l.toks)-1]
	t.start, t.end = int32(i), int32(j)
	t.runeAt, t.runeN = int32(at), uint8(n)
	t.hash = hashDone(h)
	t.quoted, t.cyrillic, t.small = l.quote, true, rs[0] == 0x400+rune(text[i]&1)<<6+rune(text[i+1]&0x3f)
	t.caps = folds >= 2 && folds == n
	l.joinLast(n)
	return j
}

// capitals reports whether ASCII letters are all upper case.
func capitals(word string) bool {
	for i := range len(word) {
		if word[i] >= 'a' {
			return false
		}
	}
	return true
}

// goesOn reports whether a word that begins with first may go on with c after its
// ASCII letters, or be an address.
func (l *lexer) goesOn(first, c byte) bool {
	switch c {
	case '\'', '*', '#', '@', '$', '`':
		return true
	case ':', '.':
		return first|0x20 == 'h' || first|0x20 == 'w'
	}
	return c >= utf8.RuneSelf || '0' <= c && c <= '9'
}

// joinHyphen gives the word before the last one the hash of both with their
// hyphen.
func (l *lexer) joinHyphen() {
	n := len(l.toks) - 2
	if n < 0 || l.toks[n+1].before != noBreak || l.toks[n].kind != wordToken {
		return
	}
	p, t := &l.toks[n], &l.toks[n+1]
	h := uint64(hashSeed)
	for _, r := range l.runesOf(p) {
		h = hashRune(h, r)
	}
	h = hashRune(h, '-')
	for _, r := range l.runesOf(t) {
		h = hashRune(h, r)
	}
	p.joined = hashDone(h)
}

// push adds a folded letter, keeping at most two of a kind in a row.
func (l *lexer) push(t *token, f rune) {
	n := len(l.runes)
	if t.runeN >= 2 && l.runes[n-1] == f && l.runes[n-2] == f {
		t.long = true
		return
	}
	if t.runeN < maxRunes {
		l.runes = append(l.runes, f)
		t.runeN++
	}
}

// combine joins a combining mark to the letter before it: и + breve is й.
func (l *lexer) combine(r rune, t *token) {
	if t.runeN == 0 {
		return
	}
	last := &l.runes[len(l.runes)-1]
	switch {
	case r == 0x306 && *last == 'и':
		*last = 'й'
	case r == 0x308 && *last == 'і':
		*last = 'ї'
	}
}

func letterAfter(text string, i, to int) bool {
	if i >= to {
		return false
	}
	r, _ := utf8.DecodeRuneInString(text[i:to])
	return unicode.IsLetter(r)
}

// maskGoesOn reports whether the sign at i stands inside or at the end of a
// masked word (f***, х#й) and is not a footnote, a tag or markup.
func (l *lexer) maskGoesOn(text string, i, to int, c byte) bool {
	if i+1 < to && text[i+1] == c && c != '$' {
		return true
	}
	if letterAfter(text, i+1, to) {
		return true
	}
	return i > 0 && text[i-1] == c && c == '*'
}

func isAddress(s string) bool {
	return len(s) > 8 && (strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "HTTP"))
}

func (l *lexer) address(text string, i, to int) int {
	j := i
	for j < to && text[j] > ' ' {
		j++
	}
	l.toks = append(l.toks, token{start: int32(i), end: int32(j), kind: nameToken, before: l.take()})
	return j
}

// finish brings the word to the form of the tables and hashes it.
func (l *lexer) finish(t *token) {
	rs := l.runes[t.runeAt:]
	if t.cyrillic {
		rs = l.cyrillicOnly(t, rs)
	} else {
		rs = cutTail(rs)
		t.runeN = uint8(len(rs))
		l.runes = l.runes[:int(t.runeAt)+len(rs)]
	}
	t.hash = hashRunes(rs)
}

// cyrillicOnly turns Latin look-alikes into Cyrillic letters, drops apostrophes,
// and counts the letters that tell languages apart.
func (l *lexer) cyrillicOnly(t *token, rs []rune) []rune {
	n := 0
	for _, r := range rs {
		if r == '\'' {
			continue
		}
		if tw := twin(r); tw != 0 {
			r = tw
		} else if isCyrillic(r) {
			l.letters.cyrillic++
			if l.cues.holds(r) {
				l.letters.cue[l.cues[r-cueFrom]]++
			}
		}
		rs[n] = r
		n++
	}
	t.runeN = uint8(n)
	l.runes = l.runes[:int(t.runeAt)+n]
	return rs[:n]
}

// cutTail cuts one of englishTails off, and the apostrophe out of "n't".
func cutTail(rs []rune) []rune {
	if n := len(rs); n > 3 && rs[n-2] == '\'' && rs[n-1] == 't' && rs[n-3] == 'n' {
		rs[n-2] = 't'
		return rs[:n-1]
	}
	for _, tail := range englishTails {
		if n := len(rs) - len(tail); n > 0 && rs[n] == '\'' && string(rs[n:]) == tail {
			return rs[:n]
		}
	}
	return rs
}
