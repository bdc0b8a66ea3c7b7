package match

import (
	"unicode"
	"unicode/utf8"
)

// run is one pass of one lexicon over one text. It is reused, so that a text
// without hits costs no allocation.
type run struct {
	set    *Set
	lex    *lexicon
	text   string // the part under work: the title, or the text
	part   int8
	accept func(r *run, phrase int32, p place) // judges and keeps a phrase
	hits   []found
	trace  *tracer // nil unless somebody asked for reasons
}

// found is a phrase that stands in a text.
type found struct {
	phrase     int32
	part       int8 // 0 the title, 1 the text
	clue       clue // what stood in for a context word
	start, end int  // in the part
}

// place is where a phrase stands and how it got there.
type place struct {
	start, end int
	base       bool   // all words stand in their dictionary form
	ended      bool   // they do, but for an ending or 's behind the last: booking.com's
	shy        bool   // counts only as an address, account or tag
	langs      uint32 // flagLangs of the one word: of which languages it is a form; 0 for any
	surname    bool   // the one word is a genitive plural that is a surname, too
	tail       bool   // the last word has taken no ending and may take one behind a hyphen
	quotes     bool   // something else than one space stands where quotes may stand
	given      bool   // the one word is a first name with an 's that the term does not have
}

// scan runs over one part.
func (r *run) scan(part int8, text string) {
	r.part, r.text = part, text
	f := r.set.fold
	ix := &r.lex.index
	var t token
	accounts := r.lex == &r.set.names && len(r.set.handles) > 0
	for i := 0; f.next(text, i, &t); i = t.end {
		if accounts && t.start > 0 && (text[t.start-1] == '@' || text[t.start-1] == '/' || text[t.start-1] == '_') {
			r.account(t.start)
		}
		if t.apoEnd|t.tail == 0 && !t.mixed() {
			// The way of nearly all tokens: one look into the filter.
			if posts := ix.lookup(t.hash); len(posts) > 0 {
				r.follow(0, posts, plain, &t, place{start: t.start, base: true})
			}
		} else {
			r.odd(0, &t, place{start: t.start, base: true})
		}
		if t.end < len(text) && mayBeApostrophe[text[t.end]] {
			r.stray(0, &t, place{start: t.start, base: true})
		}
	}
}

// manner is how a token relates to the form it was looked up by.
type manner uint8

const (
	plain    manner = iota // the token is the form
	ending                 // the form and a Cyrillic ending behind an apostrophe or at once
	possess                // the form and 's, 'll
	needless               // the form, and an apostrophe that the term does not have
)

// odd looks a token up that has an apostrophe inside or mixes alphabets.
func (r *run) odd(at int32, t *token, p place) {
	ix := &r.lex.index
	r.follow(at, ix.lookup(t.hash), plain, t, p)
	if t.apoEnd > 0 {
		r.apostrophe(at, t, p)
		r.needless(at, t, p)
	}
	if t.tail > 0 && t.apoEnd == 0 && r.set.endings[r.set.fold.hashOf(r.text[t.tail:t.end])] {
		r.follow(at, ix.lookup(t.tailHash), ending, t, p)
	}
	if t.mixed() {
		hashes, n := r.set.fold.lookAlikeHashes(r.text[t.start:t.end])
		for _, h := range hashes[:n] {
			if h != t.hash {
				r.follow(at, ix.lookup(h), plain, t, p)
			}
		}
	}
}

// apostrophe looks up what stands before the apostrophe inside a token.
func (r *run) apostrophe(at int32, t *token, p place) {
	posts := r.lex.index.lookup(t.apoHash)
	if len(posts) == 0 {
		return
	}
	var behind token
	r.set.fold.word(r.text, t.apoEnd, &behind)
	if r.set.english[behind.hash] {
		r.follow(at, posts, possess, t, p)
	}
	if r.isEnding(t.apo, &behind) {
		r.follow(at, posts, ending, t, p)
	}
}

// follow goes on in the graph by every word the token may be a form of.
func (r *run) follow(at int32, posts []posting, how manner, t *token, p place) {
	for _, post := range posts {
		flags := post.flags()
		switch {
		case how == plain && flags&flagStem != 0,
			how == ending && flags&(flagTail|flagStem) == 0,
			how == possess && flags&flagPossess == 0,
			how == needless && (flags&(flagStem|flagForeign) != 0 || flags == flagBase): // the last is an exact term
			continue
		}
		next := r.lex.next(at, post.word())
		if next < 0 {
			continue
		}
		q := p
		q.end = t.end
		own := p.base && flags&flagBase != 0
		q.base, q.ended = own && how == plain, own && how != plain
		q.given = at == 0 && p.given
		q.shy = at == 0 && flags&flagShy != 0
		q.langs = 0
		if at == 0 {
			q.langs = flags & flagLangs
		}
		q.surname = at == 0 && flags&flagSurname != 0
		q.tail = how == plain && flags&flagTail != 0
		r.arrive(next, q)
	}
}

// arrive handles the node that a word led to.
func (r *run) arrive(at int32, p place) {
	n := &r.lex.nodes[at]
	r.take(n, p)
	if !n.more {
		return
	}
	i := p.end
	if n.stop && i < len(r.text) && r.text[i] == '.' {
		r.word(at, r.skipSpace(i+1), p)
	} else if i, ok := r.joint(i, n.quotes); ok {
		p.quotes = p.quotes || n.quotes && r.text[p.end:i] != " "
		r.word(at, i, p)
	}
}

// afterSign handles the node that a required sign led to, behind which p ends.
func (r *run) afterSign(s signEdge, p place) {
	n := &r.lex.nodes[s.next]
	r.take(n, p)
	if !n.more {
		return
	}
	i := p.end
	if s.spaced {
		i = r.skipSpace(i)
	}
	r.word(s.next, i, p)
}

// take accepts the phrases that end at a node, and goes on by the signs that may follow there.
func (r *run) take(n *node, p place) {
	for _, phrase := range n.accept {
		r.accept(r, phrase, p)
	}
	for _, s := range n.signs {
		i := p.end
		if s.spaced {
			i = r.skipSpace(i)
		}
		if size, ok := r.signAt(i, s.text); ok {
			q := p
			q.end, q.tail = i+size, true
			r.afterSign(s, q)
		}
	}
}

// word goes on with the word that must stand at text[i:].
func (r *run) word(at int32, i int, p place) {
	t, ok := r.set.fold.wordAt(r.text, r.set.fold.skipHidden(r.text, i))
	if !ok {
		return
	}
	r.odd(at, &t, p)
	if t.end < len(r.text) && mayBeApostrophe[r.text[t.end]] {
		r.stray(at, &t, p)
	}
}

// joint reads what may stand between the words of a name from text[i:] on:
// spaces with at most one line end, one hyphen or one underscore. quotes lets a
// quote open or close there.
func (r *run) joint(i int, quotes bool) (int, bool) {
	start := i
	i = r.set.fold.skipHidden(r.text, i)
	c, size := utf8.DecodeRuneInString(r.text[i:])
	switch {
	case i >= len(r.text):
		return i, false
	case c == '_':
		return i + size, true
	case isHyphen(c) || c == '–':
		i += size
		if i < len(r.text) && (r.text[i] == '\n' || r.text[i] == '\r') {
			i = r.skipSpace(i)
		}
		return i, true
	}
	if quotes && r.isQuoteMark(c) {
		i += size
	}
	i = r.skipSpace(i)
	if quotes {
		if c, size = utf8.DecodeRuneInString(r.text[i:]); r.isQuoteMark(c) {
			i += size
		}
	}
	return i, i > start
}

// skipSpace goes over spaces and at most one line end.
func (r *run) skipSpace(i int) int {
	lines := 0
	for i < len(r.text) {
		c, size := utf8.DecodeRuneInString(r.text[i:])
		switch {
		case c == '\n':
			if lines++; lines > 1 {
				return i
			}
		case unicode.IsSpace(c), r.set.fold.rune(c)&kindIgnorable != 0:
		default:
			return i
		}
		i += size
	}
	return i
}

// skipOne goes over the rune at text[i:] if it is of a kind.
func (r *run) skipOne(i int, of func(rune) bool) (int, bool) {
	if c, size := utf8.DecodeRuneInString(r.text[i:]); size > 0 && of(c) {
		return i + size, true
	}
	return i, false
}

// back gives the border of a rune at most n bytes before text[i:].
func (r *run) back(i, n int) int {
	from := max(0, i-n)
	for from < i && !utf8.RuneStart(r.text[from]) {
		from++
	}
	return from
}

// isLink says whether a sign joins the words of a name.
func isLink(c rune) bool { return c == '_' || isHyphen(c) }

// isQuoteMark says whether c is a quote, or an apostrophe that may be one: 'Рила'.
func (r *run) isQuoteMark(c rune) bool {
	return isQuote(c) || r.set.fold.rune(c)&kindApostrophe != 0
}

// isHyphen, isQuote and breaksAddress are asked of every letter around a name: strings.ContainsRune
// for their switches makes a post with a name a fifth dearer.
func isHyphen(c rune) bool {
	switch c {
	case '-', '‐', '‑', '−', '﹣', '－':
		return true
	}
	return false
}
