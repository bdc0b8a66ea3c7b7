package sentiment

import "slices"

// layOut builds the table's hash of forms, the stems and the shared infos, and
// returns the interner, which knows the sets of symbols that infos refer to.
func (c *compiler) layOut(t *table) *interner {
	c.symbolsToMeanings()
	forms := c.wordForms(t)
	most := 1 + len(forms) + len(c.meanings) + len(c.stemMean) + len(c.d.words)
	t.infos = append(make([]info, 0, most), info{word: -1})
	in := &interner{t: t, sets: [][]symbol{nil}, bits: []uint64{0}, index: map[string]uint32{"": 0}, infos: map[info]uint32{}}
	in.reserve(c.placeSyms)

	stems := stems{}
	for i := range c.d.words { // those of words.tsv first: those of patterns join them
		if w := &c.d.words[i]; w.prefix {
			stems.add(w.forms[0], int32(i), c.lemmaSyms[i], c.stemMean[w.forms[0]])
		}
	}
	for stem, m := range c.stemMean {
		stems.add(stem, -1, m.symbols, m)
	}
	t.stems = stems.intern(in)

	t.forms = newHashTable(len(forms) + len(c.meanings))
	var scratch []symbol
	for form, wi := range forms {
		scratch = scratch[:0]
		if wi >= 0 {
			scratch = append(scratch, c.lemmaSyms[int(wi)]...)
		}
		t.forms.put(hashString(form), c.infoOf(in, form, wi, scratch))
	}
	for form := range c.meanings {
		if _, done := forms[form]; !done {
			t.forms.put(hashString(form), c.infoOf(in, form, -1, scratch[:0]))
		}
	}
	t.infos = slices.Clone(t.infos) // in the room they need
	t.setHeavy(forms, c.meanings)
	t.numInfo = t.forms.find(hashString(anyDigits))
	return in
}

// infoOf joins what a form is by itself, as a form of its lemmas and by its stem.
func (c *compiler) infoOf(in *interner, form string, wi int32, symbols []symbol) uint32 {
	var m meaning
	if own := c.meanings[form]; own != nil {
		m = *own
		symbols = append(symbols, own.symbols...)
	}
	if id := in.t.stems.longest([]rune(form)); id != 0 {
		stem := &in.t.infos[id]
		symbols = append(symbols, in.sets[stem.set]...)
		m.inherit(stem)
		if stem.word >= 0 && (wi < 0 || !c.d.words[wi].own && in.t.words[wi].weight == 0 && in.t.words[wi].not == 0 && in.t.words[wi].lack == 0) {
			wi = stem.word
		}
	}
	return in.info(wi, symbols, &m)
}

// symbolsToMeanings moves the symbols asked of forms and stems to their meanings.
func (c *compiler) symbolsToMeanings() {
	move := func(from map[string][]symbol, to map[string]*meaning) {
		for key, symbols := range from {
			meaningOf(to, key).symbols = symbols
		}
	}
	c.formSyms[anyDigits] = appendSymbol(c.formSyms[anyDigits], symNum)
	for form := range c.formSyms { // a number that a pattern names is a number still
		if form[0] >= '0' && form[0] <= '9' {
			for _, s := range c.formSyms[anyDigits] {
				c.formSyms[form] = appendSymbol(c.formSyms[form], s)
			}
		}
	}
	move(c.formSyms, c.meanings)
	move(c.stemSyms, c.stemMean)
}

// wordForms maps every form to its heaviest entry, or to the user's. Lemmas that share
// a form all give it their symbols.
func (c *compiler) wordForms(t *table) map[string]int32 {
	total := 0
	for i := range c.d.words {
		total += len(c.d.words[i].forms)
	}
	forms := make(map[string]int32, total)
	t.words = make([]word, len(c.d.words))
	for i := range c.d.words {
		w := &c.d.words[i]
		t.words[i] = word{
			weight: float32(w.weight), not: float32(w.not), lack: float32(w.lack),
			topic: uint8(w.topic), flags: w.flags, line: int32(w.at.Line),
			ownNot: w.not != defaultNot(w.weight), ownLack: w.lack != defaultLack(w.weight),
		}
		if w.flags&wordObscene != 0 {
			for _, f := range w.forms {
				t.masks = append(t.masks, mask{[]rune(foldWord(f)), w.prefix})
			}
		}
		if w.prefix {
			continue
		}
		for _, f := range w.forms {
			c.claim(forms, foldWord(f), int32(i))
		}
	}
	return forms
}

func (c *compiler) claim(forms map[string]int32, form string, wi int32) {
	old, taken := forms[form]
	if !taken {
		forms[form] = wi
		return
	}
	if old == wi {
		return
	}
	heavy, light := wi, old
	if a, b := &c.d.words[old], &c.d.words[wi]; a.own && !b.own || a.own == b.own && abs(a.weight) >= abs(b.weight) {
		heavy, light = old, wi
	}
	forms[form] = heavy
	for _, s := range c.lemmaSyms[int(light)] {
		m := meaningOf(c.meanings, form)
		m.symbols = appendSymbol(slices.Clip(m.symbols), s)
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
	t     *table
	sets  [][]symbol
	bits  []uint64 // by set: its place in filters
	index map[string]uint32
	infos map[info]uint32
	key   []byte
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

func (in *interner) info(word int32, symbols []symbol, m *meaning) uint32 {
	slices.Sort(symbols)
	symbols = slices.Compact(symbols)
	in.key = in.key[:0]
	for _, s := range symbols {
		in.key = append(in.key, byte(s), byte(s>>8))
	}
	set, ok := in.index[string(in.key)]
	if !ok {
		set = uint32(len(in.sets))
		in.sets = append(in.sets, slices.Clone(symbols))
		in.index[string(in.key)] = set
		in.bits = append(in.bits, filterBit(set, m.function))
	}
	x := info{
		set: set, bit: in.bits[set], word: word, roles: m.roles, boost: m.boost, number: m.number, scope: m.scope, function: m.function,
		themes: m.themes, leans: m.leans, everyday: m.everyday,
	}
	if len(in.t.everydayNames) == 0 {
		x.everyday = min(x.everyday, 1) // words that say the same are the same
	}
	id, ok := in.infos[x]
	if !ok {
		id = uint32(len(in.t.infos))
		in.t.infos = append(in.t.infos, x)
		in.infos[x] = id
	}
	return id
}
