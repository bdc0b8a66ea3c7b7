package match

import (
	"unicode"
	"unicode/utf8"
)

// hashSeed and hashStep make the running hash of a token's folded runes. Any odd
// constant with well mixed bits does; this is 2^64 divided by the golden ratio.
const (
	hashSeed uint64 = 0x243F6A8885A308D3
	hashStep uint64 = 0x9E3779B97F4A7C15
)

func hashRune(h uint64, r folded) uint64 { return (h ^ uint64(r)) * hashStep }

// hashEnd spreads the bits of a finished running hash.
func hashEnd(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	return h ^ h>>29
}

func hashString(s string) uint64 {
	h := hashSeed
	for _, r := range s {
		h = hashRune(h, folded(r))
	}
	return hashEnd(h)
}

// hashOf is the hash of the one word that s holds, as a text would have it; 0 when it holds
// none, or several.
func (f *folder) hashOf(s string) uint64 {
	var t, more token
	if !f.next(s, 0, &t) || f.next(s, t.end, &more) {
		return 0
	}
	return t.hash
}

// token is a run of letters and digits, with apostrophes between letters inside.
type token struct {
	start, end int
	hash       uint64 // of the whole
	kinds      folded // the kinds of its runes, or-ed
	// The last apostrophe inside: where the part before it ends, where the part
	// after it starts, and the hash of the part before. apoEnd is 0 without one.
	apo, apoEnd int
	apoHash     uint64
	// Where Latin letters (and digits) are followed by Cyrillic ones, and the
	// hash of what stands before. tail is 0 when the token does not start so.
	tail     int
	tailHash uint64
}

// next reads the first token at or after s[i:]. It returns false at the end.
func (f *folder) next(s string, i int, t *token) bool {
	for i < len(s) {
		b := s[i]
		if b < utf8.RuneSelf {
			if f.two[b]&kindWord != 0 {
				f.word(s, i, t)
				return true
			}
			i++
			continue
		}
		if v, _, size := f.at(s, i); v&kindWord != 0 {
			f.word(s, i, t)
			return true
		} else {
			i += size
		}
	}
	return false
}

// word reads the token that starts at s[i:], where a letter or digit stands.
func (f *folder) word(s string, i int, t *token) {
	h, prev := hashSeed, hashSeed
	var kinds, last folded
	t.start, t.end, t.apoEnd, t.tail = i, i, 0, 0
	for i < len(s) {
		b := s[i]
		var v folded
		size := 1
		switch {
		case b < utf8.RuneSelf:
			v = f.two[b]
		case b < 0xE0 && b >= 0xC2 && i+1 < len(s) && s[i+1]&0xC0 == 0x80:
			v = f.two[uint32(b&0x1F)<<6|uint32(s[i+1]&0x3F)]
			size = 2
		default:
			v, _, size = f.at(s, i)
		}
		switch {
		case v&kindWord != 0 && v&kindSlow == 0:
			if v&kindCyrillic != 0 && kinds&kindCyrillic == 0 && kinds&(kindLatin|kindDigit) != 0 {
				t.tail, t.tailHash = i, hashEnd(h)
			}
			kinds |= v
			last = v & runeBits
			prev = h
			h = hashRune(h, last)
			t.end = i + size
		case v&kindSlow != 0:
			for _, r := range multi[unicode.ToLower(firstRune(s[i:]))] {
				prev, last = h, folded(r)
				h = hashRune(h, last)
			}
			kinds |= v
			t.end = i + size
		case v&kindMark != 0:
			if c := folded(compose(rune(last), firstRune(s[i:]))); c != last {
				last = c
				h = hashRune(prev, c)
			}
			t.end = i + size
		case v&kindApostrophe != 0:
			after, ok := f.letterAfter(s, i+size)
			if !ok {
				t.finish(h, kinds)
				return
			}
			t.apo, t.apoEnd, t.apoHash = i, after, hashEnd(h)
			prev, last = h, '\''
			h = hashRune(h, '\'')
			size = after - i
		case v == 0:
			t.finish(h, kinds)
			return
		}
		i += size
	}
	t.finish(h, kinds)
}

func (t *token) finish(h uint64, kinds folded) {
	t.hash = hashEnd(h)
	t.kinds = kinds & kindWord
}

// wordAt reads the token at s[i:]; ok is false where none begins.
func (f *folder) wordAt(s string, i int) (t token, ok bool) {
	if v, _, _ := f.at(s, i); v&kindWord == 0 {
		return t, false
	}
	f.word(s, i, &t)
	return t, true
}

// skipHidden goes over what is ignored at s[i:].
func (f *folder) skipHidden(s string, i int) int {
	for {
		v, _, size := f.at(s, i)
		if size == 0 || v&kindIgnorable == 0 {
			return i
		}
		i += size
	}
}

// letterAfter finds the letter at s[i:], over signs that are ignored. An
// apostrophe stays inside a word only between two letters.
func (f *folder) letterAfter(s string, i int) (int, bool) {
	i = f.skipHidden(s, i)
	v, _, _ := f.at(s, i)
	return i, v&(kindWord&^kindDigit) != 0
}

// mixed says that the token mixes letters of two alphabets.
func (t *token) mixed() bool {
	k := t.kinds &^ kindDigit
	return k&(k-1) != 0
}
