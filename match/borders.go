package match

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// verdict is the number of the rule that cancels a place, 0 for none, and why.
type verdict struct {
	rule   int
	reason string
}

var counts = verdict{}

// acceptTerm judges a term that stands at a place and keeps it if it counts.
func (r *run) acceptTerm(id int32, p place) {
	t := &r.set.terms[id]
	v := r.judge(t, &p)
	hit := found{phrase: id, part: r.part, start: p.start, end: p.end}
	if v.rule == 0 {
		r.hits = append(r.hits, hit)
	} else if r.trace != nil {
		r.trace.cancelled(hit, v)
	}
}

// acceptPhrase keeps a phrase of context, ignore or none. Context and ignore
// count inside longer names, too: they only tell what a text is about.
func (r *run) acceptPhrase(id int32, p place) {
	ph := &r.set.phrases[id]
	t := term{reading: reading{prefix: ph.prefix}}
	if ph.role == roleOperand {
		if r.judge(&t, &p).rule != 0 {
			return
		}
	} else if r.signs(&t, &p).rule != 0 {
		return
	}
	if ph.role == roleContext {
		if v, _ := r.address(&p, false); v.rule != 0 {
			return
		}
	}
	if ph.handle && (p.start == 0 || r.text[p.start-1] != '@') {
		return
	}
	r.hits = append(r.hits, found{phrase: id, part: r.part, start: p.start, end: p.end})
}

// judge says whether a term counts at a place; it moves the end of the place
// over an ending behind a hyphen.
func (r *run) judge(t *term, p *place) verdict {
	if v := r.signs(t, p); v.rule != 0 {
		return v
	}
	if v := r.inCapitals(t, p); v.rule != 0 {
		return v
	}
	if t.letters && r.speechAtEdge(p) {
		return verdict{3, "the letter of the name needs its capital: here it is a word of the sentence"}
	}
	if t.parsed.domain {
		r.takeEnding(p)
	}
	v, where := r.address(p, t.parsed.domain)
	if v.rule != 0 {
		return v
	}
	if where == inHost || where == inAccount {
		if !p.base && !p.ended {
			return verdict{8, "an address or account counts only when it is the name itself, not a form of it"}
		}
		return counts
	}
	if v, done := r.tagOrAccount(t, p); done {
		return v
	}
	if p.shy && (p.start == 0 || r.text[p.start-1] != '#') {
		return verdict{10, "it spells an everyday English word"}
	}
	if t.preposed && r.smallPhrase(p) {
		return verdict{3, "without a capital it is a phrase of the sentence"}
	}
	if v := r.hyphens(p); v.rule != 0 {
		return v
	}
	if p.langs != 0 && !r.speaks(p) {
		return verdict{2, "a form of another language than the text's: here it is another word"}
	}
	if v := r.people(t, p); v.rule != 0 {
		return v
	}
	if r.inStreet(p) {
		return verdict{16, "here it is a street"}
	}
	return r.quoted(p)
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

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

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

// inCapitals judges a reading of a name that asks for capitals (rule 4).
func (r *run) inCapitals(t *term, p *place) verdict {
	switch {
	case !t.capitals:
	case t.initial:
		_, size := utf8.DecodeRuneInString(r.text[p.start:])
		if unicode.IsSpace(firstRune(r.text[p.start+size:])) {
			return verdict{4, "the letter that the name begins with may be set apart only by a hyphen"}
		}
	case r.capitalised(p), r.apart(t, p):
	case t.article:
		return verdict{4, "without its article the name needs its capitals"}
	default:
		return verdict{4, "a name written in CamelCase or with a dot inside may be written apart only with capitals"}
	}
	return counts
}

// capitalised says whether every word of the place begins with a capital or a
// digit.
func (r *run) capitalised(p *place) bool {
	start := true
	for _, c := range r.text[p.start:p.end] {
		v := r.set.fold.rune(c)
		if v&kindWord == 0 {
			start = start || v&(kindIgnorable|kindApostrophe) == 0
			continue
		}
		if start && unicode.IsLower(c) {
			return false
		}
		start = false
	}
	return true
}

// apart says whether a name taken apart counts without all of its capitals: in
// hyphens (приват-банк), which chance does not set, or where the first word has one
// inside a sentence (в Приват банке) and is no word that manners or a list give one
// (Ваш дом).
func (r *run) apart(t *term, p *place) bool {
	word := r.text[p.start:p.end]
	if strings.IndexFunc(word, unicode.IsSpace) < 0 {
		return !t.article || strings.IndexFunc(word, isLink) < 0
	}
	if t.tiny || t.spoken || !unicode.IsUpper(firstRune(word)) {
		return false
	}
	return r.sentence(p).left[0].hash != 0
}

// speechAtEdge says whether a place begins or ends with a small letter set apart, as in
// «таврія в Одесі». One in hyphens or quotes is no word of the sentence; and who begins
// without a capital sets none to names.
func (r *run) speechAtEdge(p *place) bool {
	word := r.text[p.start:p.end]
	first, n := utf8.DecodeRuneInString(word)
	last, m := utf8.DecodeLastRuneInString(word)
	small := unicode.IsLower(first) && unicode.IsSpace(firstRune(word[n:])) || unicode.IsLower(last) && unicode.IsSpace(lastRune(word[:len(word)-m]))
	return small && r.beginsWithCapital() && !r.inQuotes(p)
}

// smallPhrase says whether a place is words of a sentence: none of them has a capital or
// quotes, they are not written as one, and who wrote the text sets capitals.
func (r *run) smallPhrase(p *place) bool {
	word := r.text[p.start:p.end]
	apart := strings.IndexFunc(word, func(c rune) bool { return unicode.IsSpace(c) || isHyphen(c) }) >= 0
	return apart && strings.IndexFunc(word, unicode.IsUpper) < 0 && r.beginsWithCapital() && !r.inQuotes(p)
}

// beginsWithCapital says whether the first letter of the text is a capital.
func (r *run) beginsWithCapital() bool {
	i := strings.IndexFunc(r.text, unicode.IsLetter)
	return i >= 0 && unicode.IsUpper(firstRune(r.text[i:]))
}

// runAround gives the run of letters, digits and underscores around a place,
// without underscores at its edges that only set the word in italics; of one that goes on
// beyond runReach, as no tag or account does, what is near.
func (r *run) runAround(p *place) (left, right int) {
	f := r.set.fold
	left, right = p.start, p.end
	for i := p.start; i > 0 && p.start-i < runReach; {
		v, c, size := f.before(r.text, i)
		if v&(kindWord|kindIgnorable) == 0 && c != '_' {
			break
		}
		if i -= size; v&kindWord != 0 {
			left = i
		}
	}
	for i := p.end; i < len(r.text) && i-p.end < runReach; {
		v, c, size := f.at(r.text, i)
		if v&(kindWord|kindIgnorable) == 0 && c != '_' {
			break
		}
		if i += size; v&kindWord != 0 {
			right = i
		}
	}
	return left, right
}

// runReach is how many bytes of a tag or account to either side of a name are looked at.
const runReach = 300

// tagOrAccount judges a place inside #tag or @account (rule 7) and names glued by
// underscores to something longer (rule 6). done is false when neither is the case.
func (r *run) tagOrAccount(t *term, p *place) (v verdict, done bool) {
	left, right := r.runAround(p)
	whole := left == p.start && right == p.end
	switch lastRune(r.text[:left]) {
	case '#', '＃':
		if !whole {
			return verdict{7, "the hashtag is longer than the name"}, true
		}
	case '@', '＠':
		if !whole || r.accountGoesOn(right) {
			return verdict{7, "a longer account name is another account"}, true
		}
		if !p.base && !p.ended {
			return verdict{7, "an account counts only when it is the name itself, not a form of it"}, true
		}
		return counts, true
	default:
		if t.parsed.tag {
			return verdict{7, "the term is a hashtag, and this is none"}, true
		}
	}
	if !whole {
		return verdict{6, "the name is a part of a longer one joined by underscores"}, true
	}
	return counts, false
}

// accountGoesOn says whether an account name goes on with a dot behind i.
func (r *run) accountGoesOn(i int) bool {
	return i+1 < len(r.text) && r.text[i] == '.' && isAccountByte(r.text[i+1])
}

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

// amongBytes is how far a Cyrillic letter is looked for: a word or two.
const amongBytes = 40

// amongCyrillic says whether Cyrillic letters stand near text[from:to].
func (r *run) amongCyrillic(from, to int) bool {
	cyrillic := func(c rune) bool { return r.set.fold.rune(c)&kindCyrillic != 0 }
	return strings.IndexFunc(r.text[max(0, from-amongBytes):from], cyrillic) >= 0 || strings.IndexFunc(r.text[to:min(len(r.text), to+amongBytes)], cyrillic) >= 0
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
