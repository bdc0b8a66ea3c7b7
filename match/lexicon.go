package match

import "strings"

// lexicon holds phrases: the index tells which words a token may be, the graph
// which words make a phrase.
type lexicon struct {
	index index
	root  []int32          // first word to node; -1: no phrase begins with it
	edges map[uint64]int32 // node<<32 | word to node
	nodes []node
}

// node is a place inside a phrase, after some of its words.
type node struct {
	accept []int32    // phrases that end here
	signs  []signEdge // required signs that may follow
	more   bool       // words may follow
	stop   bool       // after «dr»: a dot may stand behind it
	quotes bool       // after «банк», or where the term has them: the rest may stand in quotes of its own
}

type signEdge struct {
	text   string
	spaced bool
	next   int32
}

// maker builds a lexicon.
type maker struct {
	*compiler
	lex   lexicon
	words map[wordKey]int32
	jobs  []job // the forms still to be entered
	// anyQuotes lets quotes stand between the words of every phrase, as they do
	// in what people ignore: чай «Ромашка».
	anyQuotes bool
}

func newMaker(c *compiler) *maker {
	return &maker{
		compiler: c,
		lex:      lexicon{edges: map[uint64]int32{}, nodes: make([]node, 1)},
		words:    map[wordKey]int32{},
	}
}

// done enters the forms of all words, builds the index and gives the lexicon.
func (m *maker) done() lexicon {
	m.lex.index.build(m.spellAll())
	m.jobs = nil
	return m.lex
}

// word gives the number of a word.
func (m *maker) word(key wordKey) int32 { return m.numbered(key, nil) }

// joined gives the number of the word that a name of several words makes when it
// is written as one.
func (m *maker) joined(r reading, p parsed, of langs) int32 {
	var name strings.Builder
	parts := make([]wordKey, len(r.elements))
	for i, e := range r.elements {
		name.WriteString(strings.ToLower(e.text))
		name.WriteByte(' ')
		parts[i] = m.keyOf(e, p, of, i+1 < len(r.elements), true)
	}
	return m.numbered(wordKey{text: name.String(), langs: of, exact: p.exact, joined: true}, parts)
}

// numbered gives the number of a word; a new one has its forms entered by done.
func (m *maker) numbered(key wordKey, parts []wordKey) int32 {
	if id, ok := m.words[key]; ok {
		return id
	}
	id := int32(len(m.words))
	m.words[key] = id
	m.jobs = append(m.jobs, job{id: id, key: key, parts: parts})
	return id
}

// add puts phrase id under all readings of a term.
func (m *maker) add(id int32, p parsed) {
	of := m.languages(p)
	for _, r := range p.readings {
		at := int32(0)
		words := 0
		class := m.anyQuotes
		for i, e := range r.elements {
			if e.sign {
				at = m.sign(at, e)
				continue
			}
			followed := i+1 < len(r.elements) && !r.elements[i+1].sign
			at = m.step(at, m.word(m.keyOf(e, p, of, followed, len(r.elements) > 1)))
			words++
			class = class || m.legal["class"][m.fold.foldWord(e.text)]
			if class || e.quote {
				m.lex.nodes[at].quotes = true
			}
			m.lex.nodes[at].stop = m.lex.nodes[at].stop || m.legal["stop"][m.fold.foldWord(e.text)]
		}
		m.accept(at, id)
		if one, ok := glued(r); ok && words > 1 && !r.capitals {
			m.accept(m.step(0, m.joined(one, p, of)), id)
		}
	}
}

func (m *maker) accept(at, id int32) {
	n := &m.lex.nodes[at]
	if len(n.accept) == 0 || n.accept[len(n.accept)-1] != id {
		n.accept = append(n.accept, id)
	}
}

func (m *maker) node() int32 {
	m.lex.nodes = append(m.lex.nodes, node{})
	return int32(len(m.lex.nodes) - 1)
}

// step gives the node after at by a word.
func (m *maker) step(at, word int32) int32 {
	if at == 0 {
		for int(word) >= len(m.lex.root) {
			m.lex.root = append(m.lex.root, -1)
		}
		if m.lex.root[word] < 0 {
			m.lex.root[word] = m.node()
		}
		return m.lex.root[word]
	}
	key := uint64(at)<<32 | uint64(word)
	next, ok := m.lex.edges[key]
	if !ok {
		next = m.node()
		m.lex.edges[key] = next
		m.lex.nodes[at].more = true
	}
	return next
}

// sign gives the node after at by a required sign.
func (m *maker) sign(at int32, e element) int32 {
	for _, s := range m.lex.nodes[at].signs {
		if s.text == e.text && s.spaced == e.spaced {
			return s.next
		}
	}
	next := m.node()
	m.lex.nodes[at].signs = append(m.lex.nodes[at].signs, signEdge{e.text, e.spaced, next})
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
	if next, ok := l.edges[uint64(at)<<32|uint64(word)]; ok {
		return next
	}
	return -1
}
