package match

import (
	"strings"
	"unicode/utf8"
)

// lexicon holds phrases: the index tells which words a token may be, the graph
// which words make a phrase.
type lexicon struct {
	index index
	root  []int32          // first word to node; -1: no phrase begins with it
	edges map[uint64]int32 // edge of a node and a word to the next node
	nodes []node
}

// node is a place inside a phrase, after some of its words.
type node struct {
	accept []int32    // phrases that end here
	signs  []signEdge // required signs that may follow
	more   bool       // words may follow
	stop   bool       // after «dr»: a dot may stand behind it
	quotes bool       // beside «банк», or where the term has them: the rest may stand in quotes of its own
}

type signEdge struct {
	text   string
	spaced bool
	next   int32
}

// lexiconBuilder makes a lexicon of the readings of terms.
type lexiconBuilder struct {
	*writer
	lex   lexicon
	words map[wordKey]int32
	jobs  []job   // the forms still to be entered
	path  []int32 // room for the nodes of the reading under work
	// anyQuotes lets quotes stand between the words of every phrase, as they do
	// in what people ignore: чай «Ромашка».
	anyQuotes bool
}

func newLexicon(w *writer) *lexiconBuilder {
	return &lexiconBuilder{
		writer: w,
		lex:    lexicon{edges: map[uint64]int32{}, nodes: make([]node, 1)},
		words:  map[wordKey]int32{},
	}
}

// done enters the forms of all words, builds the index and gives the lexicon.
func (b *lexiconBuilder) done() lexicon {
	b.lex.index.build(b.spellAll())
	b.jobs = nil
	return b.lex
}

// neighbours lets some of the words of a name be written as one while the others
// stand apart: НоваПошта Глобал. path holds the node before each element and the one
// behind the last, so what follows is the same as if they stood apart.
func (b *lexiconBuilder) neighbours(r reading, path []int32, p parsed, of langs) {
	if len(r.elements) > maxJoined {
		return
	}
	for from := range r.elements {
		for to := from; to < min(from+maxNeighbours, len(r.elements)) && b.mayJoin(r, to); to++ {
			if to > from && to-from+1 < len(r.elements) {
				b.link(path[from], b.asOne(r, from, to+1, p, of), path[to+1])
			}
		}
	}
}

// How many words of a longer name are written as one, and how long such a name may be:
// nobody does that to a slogan.
const (
	maxNeighbours = 4
	maxJoined     = 6
	shortSpeech   = 3 // letters of и, под, для; but перший is the beginning of a name
)

// mayJoin says whether a word of a name may be written as one with its neighbours. A
// sign may not, nor a short word of speech: Кот и Пёс is not in «коти пес».
func (b *lexiconBuilder) mayJoin(r reading, i int) bool {
	e := r.elements[i]
	return !e.sign && (r.capitals || utf8.RuneCountInString(e.text) > shortSpeech || !b.common.function[b.fold.foldWord(e.text)])
}

// asOne gives the number of the word that the words of a name from element from to to make
// when they are written as one. Its text tells which words they are, so that equal numbers
// lead to equal nodes.
func (b *lexiconBuilder) asOne(r reading, from, to int, p parsed, of langs) int32 {
	var name strings.Builder
	parts := make([]wordKey, 0, to-from)
	for i := from; i < to; i++ {
		key := b.keyOf(r.elements[i], p, of, b.followed(r, i), true)
		key.part, key.counted = true, b.counted(r, i)
		name.WriteString(key.text)
		if key.short {
			name.WriteByte('.')
		}
		if key.counted {
			name.WriteByte(',')
		}
		name.WriteByte(' ')
		parts = append(parts, key)
	}
	followed := parts[len(parts)-1].followed
	return b.numbered(wordKey{text: name.String(), langs: of, exact: p.exact, several: to-from < len(r.elements), followed: followed, capitals: r.capitals}, parts)
}

// followed says whether a word comes behind element i at once.
func (b *lexiconBuilder) followed(r reading, i int) bool {
	return i+1 < len(r.elements) && !r.elements[i+1].sign
}

// counted says whether a number stands before element i that asks for its genitive: Три Пирога.
func (b *lexiconBuilder) counted(r reading, i int) bool {
	return i > 0 && b.beside["few"][b.fold.foldWord(r.elements[i-1].text)]
}

// numbered gives the number of a word; a new one has its forms entered by done.
func (b *lexiconBuilder) numbered(key wordKey, parts []wordKey) int32 {
	if id, ok := b.words[key]; ok {
		return id
	}
	id := int32(len(b.words))
	b.words[key] = id
	b.jobs = append(b.jobs, job{id: id, key: key, parts: parts})
	return id
}

// isClass says whether a word of a name says what a thing is, or whose it is by law: банк, ООО.
func (b *lexiconBuilder) isClass(e element) bool {
	word := b.fold.foldWord(e.text)
	return b.beside["class"][word] || b.beside["legal"][word]
}

// add puts phrase id under all readings of a term.
func (b *lexiconBuilder) add(id int32, p parsed) {
	of := b.languages(p)
	for _, r := range p.readings {
		at := int32(0)
		path := append(b.path[:0], 0)
		class := b.anyQuotes
		for i, e := range r.elements {
			if e.sign {
				at = b.sign(at, e)
				path = append(path, at)
				continue
			}
			key := b.keyOf(e, p, of, b.followed(r, i), len(r.elements) > 1)
			key.counted = b.counted(r, i)
			at = b.step(at, b.numbered(key, nil))
			path = append(path, at)
			class = class || b.isClass(e)
			n := &b.lex.nodes[at]
			n.quotes = n.quotes || class || e.quote || i+1 < len(r.elements) && b.isClass(r.elements[i+1])
			n.stop = n.stop || b.beside["stop"][b.fold.foldWord(e.text)] || r.capitals && utf8.RuneCountInString(e.text) == 1
		}
		b.accept(at, id)
		b.path = path
		b.neighbours(r, path, p, of)
		if r.capitals && !r.article || r.spaced || r.words() < 2 {
			continue
		}
		for _, one := range b.glued(r) {
			b.accept(b.step(0, b.asOne(one, 0, len(one.elements), p, of)), id)
		}
	}
}

func (b *lexiconBuilder) accept(at, id int32) {
	n := &b.lex.nodes[at]
	if len(n.accept) == 0 || n.accept[len(n.accept)-1] != id {
		n.accept = append(n.accept, id)
	}
}

func (b *lexiconBuilder) node() int32 {
	b.lex.nodes = append(b.lex.nodes, node{})
	return int32(len(b.lex.nodes) - 1)
}

// step gives the node after at by a word.
func (b *lexiconBuilder) step(at, word int32) int32 {
	if at == 0 {
		first := b.first(word)
		if *first < 0 {
			*first = b.node()
		}
		return *first
	}
	key := edge(at, word)
	next, ok := b.lex.edges[key]
	if !ok {
		next = b.node()
		b.lex.edges[key] = next
		b.lex.nodes[at].more = true
	}
	return next
}

// link lets a word lead from one node to another that stands already.
func (b *lexiconBuilder) link(at, word, next int32) {
	if at == 0 {
		*b.first(word) = next
		return
	}
	b.lex.edges[edge(at, word)] = next
	b.lex.nodes[at].more = true
}

// first is where the node stands that a phrase comes to by its first word.
func (b *lexiconBuilder) first(word int32) *int32 {
	for int(word) >= len(b.lex.root) {
		b.lex.root = append(b.lex.root, -1)
	}
	return &b.lex.root[word]
}

func edge(at, word int32) uint64 { return uint64(at)<<32 | uint64(word) }

// sign gives the node after at by a required sign.
func (b *lexiconBuilder) sign(at int32, e element) int32 {
	for _, s := range b.lex.nodes[at].signs {
		if s.text == e.text && s.spaced == e.spaced {
			return s.next
		}
	}
	next := b.node()
	b.lex.nodes[at].signs = append(b.lex.nodes[at].signs, signEdge{e.text, e.spaced, next})
	return next
}

// next gives the node after at by a word, or -1.
func (l *lexicon) next(at, word int32) int32 {
	if at == 0 {
		if int(word) < len(l.root) {
			return l.root[word]
		}
		return -1
	}
	if next, ok := l.edges[edge(at, word)]; ok {
		return next
	}
	return -1
}
