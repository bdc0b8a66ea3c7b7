package match

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hyphens judges what hangs on a name by hyphens (rule 6).
func (r *run) hyphens(p *place) verdict {
	f := r.set.fold
	longer := verdict{6, "a longer hyphenated name is another name"}
	if _, c, start := r.skipBack(p.start); isHyphen(c) {
		if v, _, _ := r.skipBack(start); v&kindWord != 0 && !r.prefixed(p, start) {
			return longer
		}
	}
	for end, tail := p.end, p.tail; ; {
		behind, hyphen := r.skipOne(f.skipHidden(r.text, end), isHyphen)
		t, ok := f.wordAt(r.text, behind)
		if !hyphen || !ok {
			return counts
		}
		switch {
		case r.set.particle[t.hash]:
		case tail && r.isEnding(end, &t):
			p.end = t.end
		case end == p.end && r.isThing(p, &t):
		default:
			return longer
		}
		end, tail = t.end, false
	}
}

// prefixed says whether the word that ends at i, before a hyphen, only says how somebody stands
// to the name: the ex-Acme courier. It is in small letters and the name is not: Non-Stop and
// anti-age are words by themselves.
func (r *run) prefixed(p *place, i int) bool {
	from := i
	for from > 0 && i-from < amongBytes {
		c, size := utf8.DecodeLastRuneInString(r.text[:from])
		if !unicode.IsLower(c) {
			break
		}
		from -= size
	}
	before := lastRune(r.text[:from])
	alone := from == 0 || unicode.IsSpace(before) || isQuote(before) || before == '('
	return alone && unicode.IsUpper(firstRune(r.text[p.start:])) && r.set.prefix[r.set.fold.hashOf(r.text[from:i])]
}

// skipBack gives the last rune before i that is not ignorable, and where it
// starts.
func (r *run) skipBack(i int) (v folded, c rune, start int) {
	for {
		var size int
		v, c, size = r.set.fold.before(r.text, i)
		i -= size
		if size == 0 || v&kindIgnorable == 0 {
			return v, c, i
		}
	}
}

// isEnding says whether t, behind a hyphen or apostrophe at end, is the ending of a
// name. It may be typed in Latin letters that look the same (eMAG-a), for nobody
// sees that, but not in an English text; and it has no capital of its own (Формула-Е).
func (r *run) isEnding(end int, t *token) bool {
	if unicode.IsUpper(firstRune(r.text[t.start:])) && unicode.IsLower(lastRune(r.text[:end])) {
		return false
	}
	if r.set.endings[t.hash] {
		return true
	}
	if t.kinds != kindLatin || !r.amongCyrillic(end, t.end) {
		return false
	}
	hashes, n := r.set.fold.lookAlikeHashes(r.text[t.start:t.end])
	return slices.ContainsFunc(hashes[:n], func(h uint64) bool { return r.set.endings[h] })
}

// amongBytes is how far a Cyrillic letter is looked for: a word or two.
const amongBytes = 40

// amongCyrillic says whether Cyrillic letters stand near text[from:to].
func (r *run) amongCyrillic(from, to int) bool {
	cyrillic := func(c rune) bool { return r.set.fold.rune(c)&kindCyrillic != 0 }
	return strings.IndexFunc(r.text[max(0, from-amongBytes):from], cyrillic) >= 0 || strings.IndexFunc(r.text[to:min(len(r.text), to+amongBytes)], cyrillic) >= 0
}

// isThing says whether t, behind a hyphen at the end of a place, only says what of the firm is
// meant: Glovo-кур'єр, БМД-лихвата. No name changes its alphabet or its capitals there.
func (r *run) isThing(p *place, t *token) bool {
	last, _, _ := r.set.fold.before(r.text, p.end)
	thing := r.text[t.start:t.end]
	return (last&kindLatin != 0 || isAbbreviation(r.text[p.start:p.end])) &&
		t.kinds == kindCyrillic && unicode.IsLower(firstRune(thing)) && utf8.RuneCountInString(thing) >= thingLetters
}

// thingLetters keeps что-то and парк out of it; авто and банк are parts of names.
const thingLetters = 5

// takeEnding moves the end of a place over a Cyrillic ending behind a hyphen, which
// no host has: на booking.com-е.
func (r *run) takeEnding(p *place) {
	if !p.tail || p.end == len(r.text) || r.text[p.end] != '-' {
		return
	}
	t, _ := r.set.fold.wordAt(r.text, p.end+1)
	if t.kinds == kindCyrillic && r.set.endings[t.hash] {
		p.end = t.end
	}
}
