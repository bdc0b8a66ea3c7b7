package sentiment

import (
	"slices"
)

// symbol is what pattern edges are labelled with: a form, a lemma, a stem, a
// class or a choice of them. A word of a text carries all symbols it satisfies.
type symbol = uint16

const (
	symNone symbol = iota
	symAny         // every word
	symNum         // digits, and the number words of function.tsv
	symFirst
)

// table is one language, compiled: read-only and shared by all goroutines.
type table struct {
	lang  string
	forms hashTable // of folded forms: places in infos
	stems hashTable // of the beginnings of words, too
	infos []info    // of what nothing is known of is the first
	words []word
	trie  trie

	everydayNames []string // by info.everyday - 1; none unless the table is for fitting

	masks   []mask
	numInfo uint32 // what a number in digits is

	ends        hashTable // of the last letters of words, from the last one on: places in endings
	endings     []cueEnding
	lastLetters uint64    // of the endings, by their low bits
	heavy       letterSet // of the forms that typing errors are mended to

	placeBits [placeKinds]uint64 // by place: the filter bit of its reserved set
}

// info is what a form means. Forms that mean the same share one. What is read of every word of a text stands
// together: it fills one line of the processor's cache.
type info struct {
	bit      uint64 // as in wordSet, like set, starts, first, second and firsts
	starts   uint64
	themes   themeSet
	leans    leans
	set      uint32
	word     int32  // index into words, -1 for none
	everyday int32  // its number in the dictionary, from 1, or 1 for all where nobody asks which; 0 for no everyday word
	roles    uint32 // bit i: role i
	boost    float32
	number   float32
	first    uint16
	second   uint16
	firsts   bool
	scope    uint8
	function bool // a word of langid.tsv
}

// word is a compiled wordEntry.
type word struct {
	weight, not, lack float32
	topic             uint8
	flags             wordFlag
	ownNot, ownLack   bool  // the line says not= or lack= itself
	line              int32 // of words.tsv
}

// mask is an obscene form that masked spellings are compared with.
type mask struct {
	runes  []rune
	prefix bool
}

// compiler gathers what each form means before the table is laid out.
type compiler struct {
	d         *dictionary
	symbols   *numbering // of choices
	choices   [][]member // by symbol
	elements  []symbol   // by element.id, 0 for one not met yet
	forms     gathering
	stems     gathering
	lemmas    []symbolList // by word
	lists     []symbolLink
	trie      trieBuilder
	steps     [maxElements]step
	patterns  []pattern
	placeSyms [placeKinds][]symbol // what <brand> and its like were asked for as
}

// gathering is what is gathered of forms or stems, in the order they were met.
type gathering struct {
	places map[string]int32
	list   []meaning
}

// meaning is what is gathered for one form or stem.
type meaning struct {
	text     string
	stem     string // of a form: what it is met under, if it does not begin so
	word     int32  // as in info
	roles    uint32
	boost    float32
	number   float32
	scope    uint8
	function bool
	symbols  symbolList
	themes   themeSet
	leans    leans
	everyday int32 // as in info
}

// inherit joins what the stem that the form or stem begins with is by itself: all of its themes, and how it leans
// if the longer one does not say itself.
func (m *meaning) inherit(stem *info) {
	m.roles |= stem.roles
	if m.boost == 0 {
		m.boost = stem.boost
	}
	if m.scope == 0 {
		m.scope = stem.scope
	}
	m.themes |= stem.themes
	if m.everyday == 0 {
		m.leans, m.everyday = stem.leans, stem.everyday
	}
}

func newGathering(room int) gathering {
	return gathering{make(map[string]int32, room), make([]meaning, 0, room)}
}

// of is what is gathered of a form or stem, from nothing on. It is good until another one is asked for.
func (g *gathering) of(text string) *meaning {
	i, ok := g.places[text]
	if !ok {
		i = int32(len(g.list))
		g.places[text] = i
		g.list = append(g.list, meaning{text: text, word: -1})
	}
	return &g.list[i]
}

// symbolList is the symbols asked of a form, a stem or a word: the place of the last one in compiler.lists, 0 for none.
type symbolList int32

type symbolLink struct {
	symbol symbol
	before symbolList
}

// ask adds a symbol to a list.
func (c *compiler) ask(list *symbolList, s symbol) {
	if *list == 0 || c.lists[*list].symbol != s {
		c.lists = append(c.lists, symbolLink{s, *list})
		*list = symbolList(len(c.lists) - 1)
	}
}

// appendSymbols appends what a list holds.
func (c *compiler) appendSymbols(to []symbol, list symbolList) []symbol {
	for ; list != 0; list = c.lists[list].before {
		to = append(to, c.lists[list].symbol)
	}
	return to
}

// compile lays the language out; the names of everyday words are kept for those who ask which a text holds.
func compile(d *dictionary, keepNames bool) *table {
	c := &compiler{
		d: d, symbols: newNumbering(uint32(symFirst)), choices: make([][]member, symFirst), elements: make([]symbol, len(d.elements)),
		forms: newGathering(d.formRoom()), stems: newGathering(len(d.everyday) / 2),
		lemmas: make([]symbolList, len(d.words)), lists: make([]symbolLink, 1, 1+8*len(d.elements)), trie: trieBuilder{next: map[wayOn]int32{}},
	}
	for _, m := range d.classes["num"] {
		c.attach(m, symNum, 0)
	}
	for _, r := range d.langid {
		c.forms.of(foldWord(r.Cell(0))).function = true
	}
	for i := range d.patterns {
		c.addPattern(&d.patterns[i])
	}
	c.addEverydays()
	t := &table{lang: d.lang}
	if keepNames {
		for i := range d.everyday {
			t.everydayNames = append(t.everydayNames, d.everyday[i].name())
		}
	}
	in := c.layOut(t)
	t.setEndings(d.endings)
	t.trie = c.trie.build(c.patterns, in.sets, in.bits)
	for i := range t.infos {
		x := &t.infos[i]
		r := &t.trie.roots[x.set]
		x.starts, x.first, x.second, x.firsts = r.bits, r.first, r.second, t.trie.firsts[r.first].n > 0
	}
	return t
}

// symbolOf returns the symbol that the choices share, making it when it is new.
func (c *compiler) symbolOf(choices []member) symbol {
	if len(choices) == 1 && choices[0].kind == memberClass {
		switch choices[0].text {
		case "any":
			return symAny
		case "num":
			return symNum
		}
	}
	h := uint64(hashSeed)
	for _, m := range choices {
		h = (h ^ hashString(m.text) + uint64(m.kind)) * hashPrime
	}
	number, known := c.symbols.number(hashDone(h), func(i uint32) bool { return slices.Equal(c.choices[i], choices) })
	s := symbol(number)
	if !known {
		c.choices = append(c.choices, choices)
		for _, m := range choices {
			c.attach(m, s, 0)
		}
	}
	return s
}

// attach makes every form that satisfies m carry s. Classes nest a few levels.
func (c *compiler) attach(m member, s symbol, depth int) {
	switch m.kind {
	case memberForm:
		c.ask(&c.forms.of(m.text).symbols, s)
	case memberPrefix:
		c.ask(&c.stems.of(m.text).symbols, s)
	case memberLemma:
		if i, ok := c.d.byWord[m.text]; ok {
			c.ask(&c.lemmas[i], s)
		}
	case memberClass:
		if p := placeClasses[m.text]; p != noPlace {
			if !slices.Contains(c.placeSyms[p], s) {
				c.placeSyms[p] = append(c.placeSyms[p], s)
			}
			return
		}
		if m.text == "num" && depth == 0 {
			c.ask(&c.forms.of(anyDigits).symbols, s)
		}
		if depth < 4 {
			for _, inner := range c.d.classes[m.text] {
				if inner.kind == memberClass && inner.text == "num" {
					c.ask(&c.forms.of(anyDigits).symbols, s)
				}
				c.attach(inner, s, depth+1)
			}
		}
	}
}

// anyDigits is the form that numbers in digits share; no text holds it.
const anyDigits = "#"

// pattern is a compiled line of patterns.tsv, or of function.tsv with a role.
type pattern struct {
	weight     float32
	rule       uint8
	topic      uint8
	flags      patternFlag
	role       role
	value      float32
	start, end bool
	frame      uint8
	cue        cueFlag
	line       int32 // of its file
}

func (c *compiler) addPattern(p *patternEntry) {
	if p.role != roleNone && len(p.elements) == 1 && !p.start && !p.end {
		for _, m := range p.elements[0].choices {
			c.addRole(m, p, 0)
		}
		return
	}
	c.patterns = append(c.patterns, pattern{
		weight: float32(p.weight), rule: uint8(p.rule), topic: uint8(p.topic), flags: p.flags,
		role: p.role, value: float32(p.value), start: p.start, end: p.end, frame: uint8(p.frame), cue: p.cue, line: int32(p.at.Line),
	})
	c.addSequence(p.elements, c.steps[:0], 0, int32(len(c.patterns)-1))
}

// addRole gives a single closed-class word its role.
func (c *compiler) addRole(m member, p *patternEntry, depth int) {
	give := func(all *gathering, text string) {
		x := all.of(text)
		x.roles |= 1 << p.role
		switch p.role {
		case roleBoost, roleDamp:
			x.boost = float32(p.value)
		case roleNumber:
			x.number = float32(p.value)
		case roleNegator:
			x.scope = uint8(min(p.value, 10))
		}
	}
	switch m.kind {
	case memberForm:
		give(&c.forms, m.text)
	case memberPrefix:
		give(&c.stems, m.text)
	case memberLemma:
		w := &c.d.words[c.d.byWord[m.text]]
		for _, f := range w.forms {
			if w.prefix {
				give(&c.stems, f)
			} else {
				give(&c.forms, foldWord(f))
			}
		}
	case memberClass:
		if depth < 4 {
			for _, inner := range c.d.classes[m.text] {
				c.addRole(inner, p, depth+1)
			}
		}
	}
}

// step is one edge of a pattern: skip up to gap words, then a word with sym.
type step struct {
	gap uint8
	sym symbol
}

// addSequence walks the elements, with and without each optional one.
func (c *compiler) addSequence(rest []element, steps []step, gap int, id int32) {
	for len(rest) > 0 && rest[0].gap > 0 {
		gap += rest[0].gap
		rest = rest[1:]
	}
	if len(rest) == 0 {
		c.trie.add(steps, id)
		return
	}
	e := rest[0]
	if e.optional {
		c.addSequence(rest[1:], steps, gap, id)
	}
	if len(steps) == 0 {
		gap = 0 // a gap before the first word means nothing
	}
	sym := &c.elements[e.id]
	if *sym == symNone {
		*sym = c.symbolOf(e.choices)
	}
	c.addSequence(rest[1:], append(steps, step{uint8(min(gap, maxGap)), *sym}), 0, id)
}
