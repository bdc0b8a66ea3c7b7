package sentiment

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
)

type tokenKind uint8

const (
	wordToken tokenKind = iota
	numberToken
	emojiToken
	nameToken // @somebody, an address: never a feeling
)

// breakKind is what stands between a token and the one before it.
type breakKind uint8

const (
	noBreak    breakKind = iota
	commaBreak           // , ; – ( ) …
	sentenceBreak
)

// token is one word, number or emoji of the text. Offsets are bytes of the text
// as it was given.
type token struct {
	start, end int32
	hash       uint64
	joined     uint64 // hash of this word, a hyphen and the next one; 0 when there is no hyphen
	runeAt     int32  // its folded letters in lexer.runes
	runeN      uint8
	kind       tokenKind
	before     breakKind
	function   bool // a function word: does not use up a negation's scope
	caps       bool
	long       bool // a letter stands three times in a row
	cyrillic   bool
	digits     bool // letters and digits mixed
	masked     bool // letters and *#@ mixed
	tagged     bool // a # stands before it
	quoted     bool
	colon      bool      // a colon follows
	dot        bool      // one full stop stands right behind it
	small      bool      // a word that begins with a small letter, as far as it was looked at
	info       [2]uint32 // what it means in the first and the second language
	word       int32     // its entry's index + 1 in the table of wordSlot; 0 for none
	wordSlot   uint8
	roles      uint32  // bit i: role i
	scope      uint8   // of a negator
	num, of    float32 // a number, and N of "M/N"
	boost      float32
	covered    bool // by a pattern
	place      placeKind
}

// mark is expressive punctuation, in the order of the text.
type mark struct {
	at int32 // byte offset of the last one
	r  rune  // '?' '!' ')' '('
	n  int32 // that many in a row
}

const (
	maxRunes  = 40   // longer words are noise
	maxTokens = 8000 // more than the windows of a text in words hold: 24 KB, in three bytes a word
)

// wordSet is what the search for patterns needs of a token, kept together so that
// it stays in the processor's cache.
type wordSet struct {
	set    uint32 // of symbols, in one language
	place  uint32 // the reserved set of what it names; 0 for none
	bit    uint64 // the set's place in filters; 0 for the empty set
	near   uint64 // the bits of the next words
	starts uint64 // as root.bits
	first  uint16 // as root.first
	second uint16 // as root.second
	firsts bool   // trie.firsts has some of first
	breaks bool   // a sentence begins here
	reach  uint8  // so many words, of nearWords at most, stand after it in its sentence
}

// nearWords is how many words ahead near looks: enough for all but the widest gaps.
const nearWords = 4

// lookAhead fills near and reach.
func (l *lexer) lookAhead(slot int) {
	words := l.sets[slot]
	var a, b, c, d uint64
	reach := uint8(0)
	for i := len(words) - 1; i >= 0; i-- {
		w := &words[i]
		w.near, w.reach = a|b|c|d, reach
		a, b, c, d = w.bit, a, b, c
		reach = min(reach+1, nearWords)
		if w.breaks {
			a, b, c, d, reach = 0, 0, 0, 0, 0
		}
	}
}

// lexer turns text into tokens. It lives in the scratch and is reused.
type lexer struct {
	cues        *cueIndex
	folded      *foldedCyrillic
	emoticons   emoticons
	toks        []token
	runes       []rune
	punctuation []mark
	sets        [2][]wordSet
	homes       []uint64 // for each token what stands where a table is asked for it first
	letters     letterCount
	pending     breakKind
	quote       bool
	upper       int // words in capitals
	hyphen      bool
	numbers     bool // some token is a number in digits
	bold        int  // so many asterisks opened what is bold; 0 for nothing
}

type letterCount struct {
	cyrillic int32
	cue      [maxCues + 1]int32 // by the number in the cueIndex; 0 gathers the rest
}

func (l *lexer) reset() {
	l.toks, l.runes, l.punctuation = l.toks[:0], l.runes[:0], l.punctuation[:0]
	l.letters = letterCount{}
	l.pending, l.quote, l.upper, l.hyphen, l.numbers, l.bold = sentenceBreak, false, 0, false, false, 0
}

// runesOf are the folded letters of a token.
func (l *lexer) runesOf(t *token) []rune {
	return l.runes[t.runeAt : int(t.runeAt)+int(t.runeN)]
}

// room returns a place for each token in homes.
func (l *lexer) room() []uint64 {
	if cap(l.homes) < len(l.toks) {
		l.homes = make([]uint64, 2*len(l.toks))
	}
	return l.homes[:len(l.toks)]
}

// lex adds the tokens of text[from:to], until there are most.
func (l *lexer) lex(text string, from, to, most int) {
	l.pending = sentenceBreak
	l.runes = slices.Grow(l.runes, to-from)
	i := from
	for i < to && len(l.toks) < most {
		c := text[i]
		switch {
		case c == ' ':
			i++
			l.hyphen = false
			continue
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			end := l.plainWord(text, i, to)
			if end == 0 {
				end = l.word(text, i, to)
			}
			if i = end; i < to && text[i] == ' ' { // as above, without asking what it is again
				i++
				l.hyphen = false
			}
			continue
		case '0' <= c && c <= '9':
			if i == from || text[i-1] == '\n' {
				if end := itemNumber(text, i, to); end > 0 {
					i = end
					continue
				}
			}
			i = l.number(text, i, to)
			continue
		case c < utf8.RuneSelf:
			i = l.ascii(text, i, to)
			continue
		}
		if c == 0xd0 || c == 0xd1 {
			if end := l.plainCyrillic(text, i, to); end > 0 {
				i = end
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(text[i:to])
		if beginsWord(r) {
			i = l.word(text, i, to)
			continue
		}
		if isFlagLetter(r) { // two of them draw a flag
			if second, n := utf8.DecodeRuneInString(text[i+size : to]); isFlagLetter(second) {
				size += n
			}
		}
		l.other(r, i, size)
		i += size
	}
}

// beginsWord: a letter does, and no apostrophe, though Unicode calls one of them a letter (ʼ).
func beginsWord(r rune) bool { return unicode.IsLetter(r) && foldRune(r) != '\'' }

func (l *lexer) soft() {
	if l.pending < commaBreak {
		l.pending = commaBreak
	}
	l.hyphen = false
}

func (l *lexer) mark(r rune, at int) {
	if n := len(l.punctuation); n > 0 && l.punctuation[n-1].r == r && int(l.punctuation[n-1].at) == at-1 {
		l.punctuation[n-1].at++
		l.punctuation[n-1].n++
		return
	}
	l.punctuation = append(l.punctuation, mark{int32(at), r, 1})
}

func (l *lexer) ascii(text string, i, to int) int {
	c := text[i]
	switch c {
	case '\n':
		if l.bold = 0; l.pending == sentenceBreak || !lineGoesOn(text, i, to) {
			l.stop(-1)
			l.quote = false
		} else {
			l.soft()
		}
	case '.':
		if i+1 < to && text[i+1] == '.' { // an ellipsis trails on, it does not end
			for i+1 < to && text[i+1] == '.' {
				i++
			}
			l.soft()
			break
		}
		l.stop(i)
	case '?', '!':
		l.stop(-1)
		l.mark(rune(c), i)
	case ',', ';':
		l.soft()
	case ':':
		if n := len(l.toks); n > 0 && l.pending == noBreak {
			l.toks[n-1].colon = true
		}
		if n := l.emoticon(text, i, to); n > 0 {
			return i + n
		}
		l.soft()
	case '(', ')':
		l.soft()
		l.mark(rune(c), i)
	case '"':
		l.quote = !l.quote
		l.hyphen = false
	case '-':
		if i > 0 && i+1 < to && text[i-1] != ' ' && text[i+1] != ' ' && text[i-1] != '-' && text[i+1] != '-' {
			l.hyphen = true
		} else {
			l.soft()
		}
	case '@':
		return l.name(text, i, to)
	case '#':
		l.hyphen = false
		return l.tag(text, i+1, to)
	case '$', '%':
		l.symbol(rune(c), i, 1)
	case '*':
		n := asterisks(text, i, to)
		if l.bold == n {
			l.bold = 0
		} else if n > 1 && n <= mostAsterisks && i+n < to && text[i+n] > ' ' {
			l.bold = n
		}
		l.hyphen = false
		return i + n
	case '\'', '_', '&', '/', '+', '=', '<', '>':
		if c == '<' || c == '=' || c == '>' {
			if n := l.emoticon(text, i, to); n > 0 {
				return i + n
			}
		}
		l.hyphen = false
	default:
		if c == '\t' || c == '\r' {
			l.hyphen = false
		}
	}
	return i + 1
}

// other takes punctuation, symbols and emoji beyond ASCII.
func (l *lexer) other(r rune, i, size int) {
	switch r {
	case '…', '–', '—', '·', '•', '−':
		l.soft()
	case '«', '“', '„':
		l.quote, l.hyphen = true, false
	case '»', '”':
		l.quote, l.hyphen = false, false
	case '\u00a0', '\u2009', '\u202f':
		l.hyphen = false
	case '\u2028', '\u2029', '。', '！', '？':
		l.pending = sentenceBreak
	case '€', '£', '₽', '₴', '¥':
		l.symbol(r, i, size)
	default:
		if r >= 0x2190 && r < 0x3000 || r >= 0x1f000 && r < 0x1fb00 {
			if r >= 0x1f3fb && r <= 0x1f3ff { // skin tones belong to the emoji before
				return
			}
			l.toks = append(l.toks, token{
				start: int32(i), end: int32(i + size), hash: hashDone(hashRune(hashSeed, r)), kind: emojiToken, before: l.take(),
			})
		}
	}
}

// take returns the break before the next token and forgets it.
func (l *lexer) take() breakKind {
	b := l.pending
	l.pending = noBreak
	return b
}

func (l *lexer) symbol(r rune, i, size int) {
	at := len(l.runes)
	l.runes = append(l.runes, r)
	l.toks = append(l.toks, token{
		start: int32(i), end: int32(i + size), hash: hashDone(hashRune(hashSeed, r)), runeAt: int32(at), runeN: 1, before: l.take(), quoted: l.quote,
	})
	l.hyphen = false
}

// name skips @somebody: a name must not be read as a word.
func (l *lexer) name(text string, i, to int) int {
	j := i + 1
	for j < to && (text[j] == '_' || text[j] >= '0' && text[j] <= '9' || text[j]|0x20 >= 'a' && text[j]|0x20 <= 'z') {
		j++
	}
	if j > i+1 {
		l.toks = append(l.toks, token{start: int32(i), end: int32(j), kind: nameToken, before: l.take()})
	}
	l.hyphen = false
	return j
}

// tag reads the words of #ATagLikeThis, which capitals part: no names, though they begin with one. Another tag
// is one word.
func (l *lexer) tag(text string, i, to int) int {
	if !letterAfter(text, i, to) {
		return i
	}
	from, end, at := i, i, len(l.toks)
	small := false
	for j, r := range text[i:to] {
		if !unicode.IsLetter(r) {
			break
		}
		if small && unicode.IsUpper(r) {
			l.word(text, from, i+j)
			from = i + j
		}
		small, end = unicode.IsLower(r), i+j+utf8.RuneLen(r)
	}
	if from == i {
		end = l.word(text, i, to)
		l.toks[at].tagged = true
		return end
	}
	l.word(text, from, end)
	for ; at < len(l.toks); at++ {
		l.toks[at].small = true
	}
	return end
}

// emoticon reads :) :-( :'( =D <3 and the like, as common/emoticons.tsv lists
// them, and returns its length. Between eyes and mouth may stand up to two signs
// for a nose or a tear, and the mouth may be drawn out.
func (l *lexer) emoticon(text string, i, to int) int {
	j := i + 1
	for j < to && j < i+3 && (text[j] == '-' || text[j] == '\'') {
		j++
	}
	if j >= to || text[i] == ':' && !l.beginsEmoticon(text, i) {
		return 0
	}
	mouth := text[j]
	name, ok := l.emoticons[[2]byte{text[i], mouth}]
	if !ok || mouth >= '0' && mouth <= '9' && j > i+1 || j+1 < to && runsOn(mouth, text[j+1]) {
		return 0
	}
	for j+1 < to && text[j+1] == mouth {
		j++
	}
	l.toks = append(l.toks, token{start: int32(i), end: int32(j + 1), hash: name, kind: emojiToken, before: l.take()})
	return j + 1 - i
}

// beginsEmoticon: a colon glued to a word is one only with the mouth right after
// it: "thanks:)" and not "size:D".
func (l *lexer) beginsEmoticon(text string, i int) bool {
	if i == 0 || text[i-1] == ' ' || text[i-1] == '\n' || text[i-1] == '.' || text[i-1] == '!' {
		return true
	}
	return text[i+1] == ')' || text[i+1] == '('
}

// runsOn reports whether what follows shows that this is no mouth: "://", "=Done".
func runsOn(mouth, next byte) bool {
	switch {
	case mouth == '/' || mouth == '\\' || mouth == '|':
		return next == '/'
	case mouth|0x20 >= 'a' && mouth|0x20 <= 'z':
		return next|0x20 >= 'a' && next|0x20 <= 'z'
	}
	return false
}

// emoticons are the emoji that two signs stand for, by eyes and mouth.
type emoticons map[[2]byte]uint64

func newEmoticons(rows []tsv.Row, errs *tsv.Errors) emoticons {
	out := emoticons{}
	for i := range rows {
		r := &rows[i]
		signs := r.Cell(0)
		if len(signs) != 2 || strings.IndexByte(":=<>", signs[0]) < 0 || signs[1] >= utf8.RuneSelf {
			errs.Add(r.At(0), "%q: an emoticon is one of : = < > and a mouth", signs)
			continue
		}
		name, _ := utf8.DecodeRuneInString(r.Cell(1))
		out[[2]byte{signs[0], signs[1]}] = hashDone(hashRune(hashSeed, name))
	}
	return out
}

// number reads digits with their points and commas, "4/5" as a rating, and the
// letters glued to it as a word of their own.
func (l *lexer) number(text string, i, to int) int {
	t := token{start: int32(i), kind: numberToken, quoted: l.quote}
	value, end := digits(text, i, to)
	t.num = value
	if end+1 < to && text[end] == '/' && text[end+1] >= '0' && text[end+1] <= '9' {
		t.of, end = digits(text, end+1, to)
	}
	t.end = int32(end)
	t.before = l.take()
	t.runeAt = int32(len(l.runes))
	for k := i; k < end && k < i+12; k++ {
		l.runes = append(l.runes, rune(text[k]))
		t.runeN++
	}
	t.hash = hashRunes(l.runes[t.runeAt:])
	l.toks = append(l.toks, t)
	l.hyphen, l.numbers = false, true
	return end
}

func digits(text string, i, to int) (v float32, end int) {
	scale := float32(0)
digits:
	for ; i < to; i++ {
		c := text[i]
		switch {
		case '0' <= c && c <= '9':
			if v < 1e7 {
				v = v*10 + float32(c-'0')
				scale *= 10
			}
		case (c == '.' || c == ',') && scale == 0 && i+1 < to && text[i+1] >= '0' && text[i+1] <= '9':
			scale = 1
		case c == ':' && i+1 < to && text[i+1] >= '0' && text[i+1] <= '9':
		default:
			break digits
		}
	}
	if scale > 1 {
		v /= scale
	}
	return v, i
}
