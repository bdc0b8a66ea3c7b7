package match

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/mention"
)

// signAt says whether a required sign stands at text[i:], and how long it is.
func (r *run) signAt(i int, sign string) (int, bool) {
	switch sign {
	case dash:
		c, size := utf8.DecodeRuneInString(r.text[i:])
		return size, isDash(c)
	case and:
		return r.andAt(i)
	}
	if sign == "," && i < len(r.text) && r.text[i] == '.' || sign == "." && i < len(r.text) && r.text[i] == ',' {
		return len(sign), r.isDecimal(i) // 36,6 and 36.6
	}
	return len(sign), strings.HasPrefix(r.text[i:], sign)
}

// isDecimal says whether digits stand around text[i].
func (r *run) isDecimal(i int) bool {
	return i > 0 && isDigit(r.text[i-1]) && i+1 < len(r.text) && isDigit(r.text[i+1])
}

// andAt says whether & or, between spaces or hyphens, a word for it stands at text[i:].
// English writes n, in apostrophes or not.
func (r *run) andAt(i int) (int, bool) {
	if strings.HasPrefix(r.text[i:], "&") {
		return len("&"), true
	}
	from := i
	i, hyphen := r.skipOne(i, isLink)
	i, _ = r.skipOne(i, mention.Apostrophe)
	t, ok := r.set.fold.wordAt(r.text, i)
	if !ok {
		return 0, false
	}
	end, _ := r.skipOne(t.end, mention.Apostrophe)
	if hyphen {
		end, hyphen = r.skipOne(end, isLink)
		return end - from, r.set.and[t.hash] && hyphen
	}
	return end - from, r.set.and[t.hash] && r.skipSpace(end) > end
}

// signs checks the signs a term requires and that numbers are whole (rule 15).
func (r *run) signs(t *term, p *place) verdict {
	f := r.set.fold
	if t.prefix != "" {
		if !strings.HasSuffix(r.text[:p.start], t.prefix) {
			return verdict{15, "the sign before the name is missing"}
		}
		p.start -= len(t.prefix)
		if v, _, _ := f.before(r.text, p.start); v&kindWord != 0 {
			return verdict{5, "a letter or digit is glued to the sign before the name"}
		}
	}
	last, lastRune, _ := f.before(r.text, p.end)
	next, nextRune, _ := f.at(r.text, p.end)
	if last == 0 { // the term ends with a sign
		switch {
		case next&kindWord != 0:
			return verdict{5, "a letter or digit is glued to the name"}
		case nextRune == lastRune && !t.bang:
			return verdict{15, "the sign is repeated, so it is another sign"}
		}
		return counts
	}
	first, _, _ := f.at(r.text, p.start)
	if last&kindDigit != 0 && (r.numberGoesOn(p.end) || t.arithmetic && (nextRune == '=' || nextRune == '+')) {
		return verdict{15, "the number goes on"}
	}
	signs := ".,"
	if t.arithmetic {
		signs = ".,+" // 1+1+1
	}
	if first&kindDigit != 0 && p.start >= 2 && strings.IndexByte(signs, r.text[p.start-1]) >= 0 && isDigit(r.text[p.start-2]) {
		return verdict{15, "the number begins earlier"}
	}
	return counts
}

// numberGoesOn says whether the number that ends at i has decimals (66.5), minutes
// (17:30), a per cent sign or thousands set apart (66 000).
func (r *run) numberGoesOn(i int) bool {
	rest := r.text[i:]
	if len(rest) >= 2 && (rest[0] == '.' || rest[0] == ',') && isDigit(rest[1]) {
		return true
	}
	if len(rest) >= 3 && rest[0] == ':' && isDigit(rest[1]) && isDigit(rest[2]) || strings.HasPrefix(rest, "%") {
		return true
	}
	c, size := utf8.DecodeRuneInString(rest)
	if !unicode.IsSpace(c) || c == '\n' {
		return false
	}
	rest = rest[size:]
	if len(rest) < 3 || !isDigit(rest[0]) || !isDigit(rest[1]) || !isDigit(rest[2]) || len(rest) > 3 && isDigit(rest[3]) {
		return false
	}
	return c != ' ' || rest[:3] == "000"
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }
