package sentiment

import "slices"

// layOut builds the table's hash of forms, the stems and the shared infos, and
// returns the interner, which knows the sets of symbols that infos refer to.
func (c *compiler) layOut(t *table) *interner {
	c.askNumbers()
	c.wordForms(t)
	c.wordStems()
	c.soften()
	forms := c.forms.list
	in := newInterner(t, 1+len(forms)+len(c.stems.list))
	in.reserve(c.placeSyms)
	t.stems = c.internStems(in)

	t.forms = newHashTable(len(forms))
	for i := range forms {
		t.forms.put(hashString(forms[i].text), c.infoOf(in, &forms[i]))
	}
	t.infos = slices.Clone(t.infos) // in the room they need
	t.setHeavy(forms)
	t.numInfo = t.forms.find(hashString(anyDigits))
	return in
}

// infoOf joins what a form is by itself, as a form of its lemmas and by its stem.
func (c *compiler) infoOf(in *interner, form *meaning) uint32 {
	m := *form
	symbols := in.scratch[:0]
	if m.word >= 0 {
		symbols = c.appendSymbols(symbols, c.lemmas[m.word])
	}
	symbols = c.appendSymbols(symbols, m.symbols)
	for _, as := range [...]string{m.stem, m.text} {
		id := in.t.stems.longest([]rune(as))
		if id == 0 {
			continue
		}
		stem := &in.t.infos[id]
		symbols = append(symbols, in.sets[stem.set]...)
		m.inherit(stem)
		if stem.word >= 0 && (m.word < 0 || !c.d.words[m.word].own && in.t.words[m.word].isLight()) {
			m.word = stem.word
		}
	}
	in.scratch = symbols
	return in.info(symbols, &m)
}

// isLight: the word is there for its lemma alone.
func (w *word) isLight() bool { return w.weight == 0 && w.not == 0 && w.lack == 0 }

// askNumbers: a number that a pattern names is a number still.
func (c *compiler) askNumbers() {
	c.ask(&c.forms.of(anyDigits).symbols, symNum)
	digits := c.appendSymbols(nil, c.forms.of(anyDigits).symbols)
	for i := range c.forms.list {
		if m := &c.forms.list[i]; m.symbols != 0 && m.text[0] >= '0' && m.text[0] <= '9' {
			for _, s := range digits {
				c.ask(&m.symbols, s)
			}
		}
	}
}

// formRoom is how many forms there are at most, but for those of patterns.
func (d *dictionary) formRoom() int {
	n := len(d.everyday)
	for i := range d.words {
		n += len(d.words[i].forms)
	}
	return n
}

// wordForms gives every form its heaviest entry, or the user's. Lemmas that share
// a form all give it their symbols.
func (c *compiler) wordForms(t *table) {
	t.words = make([]word, len(c.d.words))
	for i := range c.d.words {
		w := &c.d.words[i]
		t.words[i] = word{
			weight: float32(w.weight), not: float32(w.not), lack: float32(w.lack),
			topic: uint8(w.topic), flags: w.flags, line: int32(w.at.Line),
			ownNot: w.not != defaultNot(w.weight), ownLack: w.lack != defaultLack(w.weight),
		}
		for _, f := range w.forms {
			form := foldWord(f)
			if w.flags&wordObscene != 0 {
				t.masks = append(t.masks, mask{[]rune(form), w.prefix})
			}
			if !w.prefix {
				c.claim(c.forms.of(form), int32(i))
			}
		}
	}
}

func (c *compiler) claim(form *meaning, wi int32) {
	old := form.word
	form.word = wi
	if old < 0 || old == wi {
		return
	}
	light := old
	if a, b := &c.d.words[old], &c.d.words[wi]; a.own && !b.own || a.own == b.own && abs(a.weight) >= abs(b.weight) {
		form.word, light = old, wi
	}
	for i := c.lemmas[light]; i != 0; i = c.lists[i].before {
		c.ask(&form.symbols, c.lists[i].symbol)
	}
}

func abs[T float32 | float64](x T) T {
	if x < 0 {
		return -x
	}
	return x
}

// interner gives equal meanings one info, and equal sets of symbols one number.
type interner struct {
	t       *table
	sets    [][]symbol
	bits    []uint64 // by set: its place in filters
	numbers *numbering
	infos   *numbering
	kept    arena[symbol]
	scratch []symbol
}

func newInterner(t *table, most int) *interner {
	t.infos = append(make([]info, 0, most), info{word: -1})
	return &interner{t: t, sets: [][]symbol{nil}, bits: []uint64{0}, numbers: newNumbering(uint32(placeKinds)), infos: newNumbering(1)}
}

// filterBit keeps function words, of which texts are full, apart from the others,
// so that they do not make the filters let everything through.
func filterBit(set uint32, function bool) uint64 {
	if function {
		return 1 << (set % 40)
	}
	return 1 << (40 + set%24)
}

// reserve gives the places their sets, numbered as they are.
func (in *interner) reserve(places [placeKinds][]symbol) {
	for p := brandPlace; p < placeKinds; p++ {
		var bit uint64
		if len(places[p]) > 0 {
			bit = filterBit(uint32(p), false)
		}
		in.sets = append(in.sets, places[p])
		in.bits = append(in.bits, bit)
		in.t.placeBits[p] = bit
	}
}

// info is that of a meaning with these symbols, which it sorts.
func (in *interner) info(symbols []symbol, m *meaning) uint32 {
	set := in.set(symbols, m.function)
	x := info{
		set: set, bit: in.bits[set], word: m.word, roles: m.roles, boost: m.boost, number: m.number, scope: m.scope, function: m.function,
		themes: m.themes, leans: m.leans, everyday: m.everyday,
	}
	if len(in.t.everydayNames) == 0 {
		x.everyday = min(x.everyday, 1) // words that say the same are the same
	}
	h := uint64(x.word)<<32 ^ uint64(set) ^ uint64(x.themes)*hashPrime
	for _, lean := range x.leans {
		h = h*hashPrime ^ uint64(lean)
	}
	id, known := in.infos.number(hashDone(h^uint64(x.everyday)), func(i uint32) bool { return in.t.infos[i] == x })
	if !known {
		in.t.infos = append(in.t.infos, x)
	}
	return id
}

// set numbers a set of symbols.
func (in *interner) set(symbols []symbol, function bool) uint32 {
	if len(symbols) == 0 {
		return 0
	}
	slices.Sort(symbols)
	symbols = slices.Compact(symbols)
	h := uint64(hashSeed)
	for _, s := range symbols {
		h = (h ^ uint64(s)) * hashPrime
	}
	set, known := in.numbers.number(hashDone(h), func(i uint32) bool { return slices.Equal(in.sets[i], symbols) })
	if !known {
		in.sets = append(in.sets, in.kept.keep(symbols))
		in.bits = append(in.bits, filterBit(set, function))
	}
	return set
}
