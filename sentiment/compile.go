package sentiment

import (
	"slices"
	"strings"
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
	d        *dictionary
	symIndex map[string]symbol // key of a choice set → its symbol
	nextSym  symbol

	formSyms  map[string][]symbol // folded form → symbols asked of it
	stemSyms  map[string][]symbol
	lemmaSyms map[int][]symbol
	meanings  map[string]*meaning // forms with roles or symbols of their own
	stemMean  map[string]*meaning
	trie      trieBuilder
	patterns  []pattern
	placeSyms [placeKinds][]symbol // what <brand> and its like were asked for as
}

// meaning is what is gathered for one form or stem.
type meaning struct {
	roles    uint32
	boost    float32
	number   float32
	scope    uint8
	function bool
	symbols  []symbol
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

// meaningOf is what is gathered for a form or stem, from nothing on.
func meaningOf(all map[string]*meaning, key string) *meaning {
	m := all[key]
	if m == nil {
		m = &meaning{}
		all[key] = m
	}
	return m
}

// compile lays the language out; the names of everyday words are kept for those who ask which a text holds.
func compile(d *dictionary, keepNames bool) *table {
	c := &compiler{
		d: d, symIndex: map[string]symbol{}, nextSym: symFirst,
		formSyms: map[string][]symbol{}, stemSyms: map[string][]symbol{}, lemmaSyms: map[int][]symbol{},
		meanings: make(map[string]*meaning, len(d.everyday)), stemMean: make(map[string]*meaning, len(d.everyday)), trie: newTrieBuilder(),
	}
	c.asClass("num", symNum)
	for _, r := range d.langid {
		c.meanings[foldWord(r.Cell(0))] = &meaning{function: true}
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
	var key strings.Builder
	for _, m := range choices {
		key.WriteByte('0' + byte(m.kind))
		key.WriteString(m.text)
		key.WriteByte('|')
	}
	if s, ok := c.symIndex[key.String()]; ok {
		return s
	}
	s := c.nextSym
	c.nextSym++
	c.symIndex[key.String()] = s
	for _, m := range choices {
		c.attach(m, s, 0)
	}
	return s
}

func (c *compiler) asClass(name string, s symbol) {
	for _, m := range c.d.classes[name] {
		c.attach(m, s, 0)
	}
}

// attach makes every form that satisfies m carry s. Classes nest a few levels.
func (c *compiler) attach(m member, s symbol, depth int) {
	switch m.kind {
	case memberForm:
		c.formSyms[m.text] = appendSymbol(c.formSyms[m.text], s)
	case memberPrefix:
		c.stemSyms[m.text] = appendSymbol(c.stemSyms[m.text], s)
	case memberLemma:
		if i, ok := c.d.byWord[m.text]; ok {
			c.lemmaSyms[i] = appendSymbol(c.lemmaSyms[i], s)
		}
	case memberClass:
		if p := placeClasses[m.text]; p != noPlace {
			c.placeSyms[p] = appendSymbol(c.placeSyms[p], s)
			return
		}
		if m.text == "num" && depth == 0 {
			c.formSyms[anyDigits] = appendSymbol(c.formSyms[anyDigits], s)
		}
		if depth < 4 {
			for _, inner := range c.d.classes[m.text] {
				if inner.kind == memberClass && inner.text == "num" {
					c.formSyms[anyDigits] = appendSymbol(c.formSyms[anyDigits], s)
				}
				c.attach(inner, s, depth+1)
			}
		}
	}
}

// anyDigits is the form that numbers in digits share; no text holds it.
const anyDigits = "#"

func appendSymbol(list []symbol, s symbol) []symbol {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

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
	c.addSequence(p.elements, nil, 0, int32(len(c.patterns)-1))
}

// addRole gives a single closed-class word its role.
func (c *compiler) addRole(m member, p *patternEntry, depth int) {
	give := func(all map[string]*meaning, key string) {
		x := meaningOf(all, key)
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
		give(c.meanings, m.text)
	case memberPrefix:
		give(c.stemMean, m.text)
	case memberLemma:
		w := c.d.words[c.d.byWord[m.text]]
		for _, f := range w.forms {
			if w.prefix {
				give(c.stemMean, f)
			} else {
				give(c.meanings, foldWord(f))
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
	with := append(slices.Clip(steps), step{uint8(min(gap, maxGap)), c.symbolOf(e.choices)})
	c.addSequence(rest[1:], with, 0, id)
}
