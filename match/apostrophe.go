package match

import (
	"strings"
	"unicode/utf8"
)

// mayBeApostrophe holds the first bytes of the signs that people type where the
// keyboard has no apostrophe: п"ять, п*ять, and what text programs make of the former.
var mayBeApostrophe = [256]bool{'"': true, '*': true, 0xE2: true}

// iotated are the letters that an apostrophe stands before in Ukrainian.
const iotated = "яюєїЯЮЄЇ"

// strayApostrophe says whether such a sign stands at s[i:], before a letter that an
// apostrophe stands before in Ukrainian, and how long it is.
func strayApostrophe(s string, i int) (size int, ok bool) {
	c, size := utf8.DecodeRuneInString(s[i:])
	if !strings.ContainsRune(`"*”“″`, c) {
		return 0, false
	}
	return size, strings.ContainsRune(iotated, firstRune(s[i+size:]))
}

// stray looks a word up whose apostrophe is another sign, as in М"ясна лавка. The
// sign stays a border, too: ТОВ"Яблуко" is two words.
func (r *run) stray(at int32, t *token, p place) {
	f := r.set.fold
	size, ok := strayApostrophe(r.text, t.end)
	if !ok {
		return
	}
	var rest token
	f.word(r.text, t.end+size, &rest)
	hash := hashString(f.foldWord(r.text[t.start:t.end]) + "'" + f.foldWord(r.text[rest.start:rest.end]))
	r.follow(at, r.lex.index.lookup(hash), plain, &rest, p)
}

// needless looks a word up without its apostrophe, which people who name a watch leave out
// more often than those who write of it: McDonalds, Мята. In Latin letters it stands behind
// one letter (L'Oreal) or before an s, and not in everyday words (I'll, it's, the window's).
func (r *run) needless(at int32, t *token, p place) {
	f := r.set.fold
	hash := hashSeed
	for i := t.start; i < t.end; {
		v, _, size := f.at(r.text, i)
		if v&(kindMark|kindSlow) != 0 {
			return // rare enough
		}
		if v&kindWord != 0 {
			hash = hashRune(hash, v&runeBits)
		}
		i += size
	}
	posts := r.lex.index.lookup(hashEnd(hash))
	if len(posts) == 0 {
		return
	}
	if t.kinds&kindCyrillic == 0 {
		head, tail, _ := strings.Cut(f.foldWord(r.text[t.start:t.end]), "'")
		switch {
		case tail == "s" && len(head) >= leastWord && r.set.common.language(head) == "":
			p.given = r.set.first[t.apoHash]
		case len(head) == 1 && len(tail) >= leastWord:
		default:
			return
		}
	}
	r.follow(at, posts, needless, t, p)
}
