package sentiment

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// wordStems gathers the stems of words.tsv beside those of patterns, classes and everyday words.
func (c *compiler) wordStems() {
	for i := range c.d.words {
		if w := &c.d.words[i]; w.prefix {
			m := c.stems.of(w.forms[0])
			m.word = int32(i)
			for s := c.lemmas[i]; s != 0; s = c.lists[s].before {
				c.ask(&m.symbols, c.lists[s].symbol)
			}
		}
	}
}

// soften makes a form of what the end of a stem softens to ("посилк*": посилці). It is known by what the stem is
// known by, beside what it is by itself.
func (c *compiler) soften() {
	var forms []string
	for i := range c.stems.list {
		stem := c.stems.list[i].text
		forms = c.d.softened(stem, forms[:0])
		for _, f := range forms {
			c.forms.of(f).stem = stem
		}
	}
}

// internStems lays out what words are known by that begin so ("обман*"). Stems nest: the info of a longer one holds
// the symbols of the shorter ones too, so that the shortest are laid out first.
func (c *compiler) internStems(in *interner) hashTable {
	stems, letters := c.stems.list, 0
	slices.SortFunc(stems, func(a, b meaning) int {
		return cmp.Or(cmp.Compare(len(a.text), len(b.text)), cmp.Compare(a.text, b.text))
	})
	for i := range stems {
		letters += utf8.RuneCountInString(stems[i].text)
	}
	all := newAffixes(letters)
	for i := range stems {
		m, text := &stems[i], []rune(stems[i].text)
		symbols := c.appendSymbols(in.scratch[:0], m.symbols)
		if id := all.longest(text); id != 0 {
			shorter := &in.t.infos[id]
			symbols = append(symbols, in.sets[shorter.set]...)
			m.inherit(shorter)
			if m.word < 0 {
				m.word = shorter.word
			}
		}
		all.add(text, in.info(symbols, m))
		in.scratch = symbols
	}
	return all.table()
}
