package match

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Set is a compiled watchlist. It never changes and may be used by many
// goroutines at once.
type Set struct {
	*known
	watches []watch
	names   lexicon // the terms
	terms   []term
	handles map[string][]int32 // account names to terms
	side    lexicon            // context, ignore and none: read only when a term stands in the text
	phrases []phrase

	runs sync.Pool // *scratch
}

// known is what is known of the languages, whatever is watched. It never changes.
type known struct {
	fold     *folder
	endings  map[uint64]bool // by hash
	english  map[uint64]bool
	particle map[uint64]bool
	prefix   map[uint64]bool
	speech   *speech
	surnames map[string]bool // see data/README.md
	first    map[uint64]bool // first names in all forms
	street   map[uint64]bool // the words for a street
	legal    map[string]bool
	forms    map[string]bool // those of them that a name may have or not
	opens    map[string]bool // prepositions that a name may begin with
	and      map[uint64]bool // the words for &
	plus     map[string]bool // the words for +
	hosts    map[string]map[string]bool
	common   commonWords
	signs    signWords
}

// watch is a compiled Watch.
type watch struct {
	Watch
	context []int32 // phrases
	ignore  []int32
	rivals  []int32
	any     []cond
	all     []cond
	none    []cond
	primary bool // some term of Terms names the watch; else those of any and all do
}

// cond is a compiled Expr: a leaf is a term of names, or a phrase of side when
// it stands under none.
type cond struct {
	term           int32 // -1: a group
	phrase         int32 // -1: not a phrase
	any, all, none []cond
}

// term is a compiled Term that may name a watch.
type term struct {
	Term
	watch      int32
	role       role
	parsed     parsed
	reading             // the first of the readings it goes by
	preposed   bool     // begins with a preposition, and the rest are everyday words: На связи
	letters    bool     // begins or ends with a word of one letter that is one of speech, too: Таврія В
	tiny       bool     // a word of it has one or two letters
	spoken     bool     // begins with a word of speech, which has a capital by itself: Ваш
	given      []uint64 // the watch's own first names, when this is their surname alone
	initials   []folded // and their first letters
	surname    bool     // its genitive plural is a frequent surname
	arithmetic bool     // holds signs: 1+1
	bang       bool     // ends with a sign that may repeat: Yahoo!
	leaf       int32    // the number the term goes by; its reading with capitals is a term of its own, and shares it
}

// phrase is a compiled context, ignore or none term; equal ones are one.
type phrase struct {
	text   string
	role   role
	prefix string
	handle bool
}

// Languages are what Compile knows of the languages: whoever compiles many short lists
// reads it once, which is nearly all of the work. It may be used by many goroutines at once.
type Languages struct {
	known    *known
	compiler *compiler
}

// NewLanguages reads the tables, in about 20 ms.
func NewLanguages() (*Languages, error) { return readLanguages(builtin) }

// readLanguages is NewLanguages with the tables of text.
func readLanguages(text func(name string) string) (*Languages, error) {
	t := newTables(text)
	f := newFolder()
	endings := t.sets("endings.tsv", "kind written")
	legal := t.sets("legal.tsv", "kind word")
	maps.Copy(legal["legal"], legal["form"])
	names := t.sets("names.tsv", "kind word")
	sp := newSpeech(t)
	c := &compiler{
		fold:    f,
		speech:  sp,
		grammar: newGrammar(t, sp),
		script:  newScript(t, sp),
		legal:   legal,
		ands:    slices.Sorted(maps.Keys(legal["and"])),
		common:  readCommon(t, f, sp),
	}
	k := &known{
		fold:     f,
		speech:   sp,
		endings:  hashes(f, endings["ending"]),
		english:  hashes(f, endings["english"]),
		particle: hashes(f, endings["particle"]),
		prefix:   hashes(f, endings["prefix"]),
		legal:    legal["legal"],
		forms:    legal["form"],
		opens:    legal["opens"],
		and:      hashes(f, legal["and"]),
		plus:     legal["plus"],
		hosts:    t.sets("hosts.tsv", "kind word"),
		common:   c.common,
		surnames: names["surname"],
		first:    firstNames(c, names["first"]),
		street:   hashes(f, names["street"]),
		signs:    readSigns(t, c),
	}
	if err := t.errs.Err(); err != nil {
		return nil, fmt.Errorf("match: tables: %w", err)
	}
	return &Languages{known: k, compiler: c}, nil
}

// Compile prepares watches for matching. Problems are worth showing whether or
// not err is nil; err is not nil exactly when one of them is Fatal, or the names are too many.
func (l *Languages) Compile(watches []Watch) (*Set, []Problem, error) {
	c := l.compiler.fork()
	b := &builder{names: newMaker(c), side: newMaker(c), sideIDs: map[phrase]int32{}}
	b.side.anyQuotes = true
	set := &Set{known: l.known, handles: map[string][]int32{}}
	b.set = set
	for i, w := range watches {
		b.watch(int32(i), w)
	}
	set.names, set.side = b.names.done(), b.side.done()
	set.runs.New = func() any { return newScratch(set) } // holds the set alone: the builder is large
	if n := max(len(b.names.words), len(b.side.words)); n > maxWords {
		return nil, nil, fmt.Errorf("match: the watches have %d different words, at most %d fit", n, maxWords)
	}
	problems := b.check()
	var errs []error
	for _, p := range problems {
		if p.Fatal {
			errs = append(errs, errors.New(p.String()))
		}
	}
	if len(errs) > 0 {
		return nil, problems, errors.Join(errs...)
	}
	return set, problems, nil
}

// String gives the problem as file:line:column: what, and what to do.
func (p Problem) String() string {
	s := p.Message
	if p.Pos != "" {
		s = p.Pos + ": " + s
	}
	if p.Hint != "" {
		s += ": " + p.Hint
	}
	return s
}

// builder makes a Set.
type builder struct {
	set      *Set
	names    *maker
	side     *maker
	sideIDs  map[phrase]int32
	problems []Problem
}

func hashes(f *folder, words map[string]bool) map[uint64]bool {
	out := make(map[uint64]bool, len(words))
	for w := range words {
		out[f.hashOf(w)] = true
	}
	return out
}

// firstNames gives the hashes of all singular forms of the first names we know.
func firstNames(c *compiler, names map[string]bool) map[uint64]bool {
	out := map[uint64]bool{}
	for name := range names {
		base := c.fold.foldWord(name)
		out[hashString(base)] = true
		for _, f := range c.grammar.forms(base, c.speech.languagesOf(name), false, false) {
			if f.slot < pluralSlot {
				out[hashString(f.text)] = true
			}
		}
		for _, s := range c.script.toLatin(name, anyLang, joinedSpellings) {
			out[hashString(s)] = true
		}
	}
	return out
}

func (b *builder) watch(i int32, w Watch) {
	c := watch{Watch: w}
	for _, t := range w.Terms {
		if b.name(i, t, roleName) >= 0 {
			c.primary = true
		}
	}
	for _, t := range w.Context {
		c.context = b.phrase(c.context, t, roleContext)
	}
	for _, t := range w.Ignore {
		c.ignore = b.phrase(c.ignore, t, roleIgnore)
	}
	for _, t := range w.Rivals {
		if len(b.set.parseTerm(t.Text).readings) > 0 { // else what looks for rivals says what is wrong with it
			c.rivals = b.phrase(c.rivals, t, roleIgnore)
		}
	}
	c.any, c.all, c.none = b.conds(i, w.Any, true), b.conds(i, w.All, true), b.conds(i, w.None, false)
	b.set.watches = append(b.set.watches, c)
	b.surnames(i)
}

// conds compiles operands; positive ones are terms that may name the watch.
func (b *builder) conds(i int32, list []Expr, positive bool) []cond {
	var out []cond
	for _, e := range list {
		c := cond{term: -1, phrase: -1}
		switch {
		case e.Term.Text != "" && positive:
			c.term = b.name(i, e.Term, roleOperand)
		case e.Term.Text != "":
			if ids := b.phrase(nil, e.Term, roleOperand); len(ids) > 0 {
				c.phrase = ids[0]
			}
		default:
			c.any, c.all, c.none = b.conds(i, e.Any, positive), b.conds(i, e.All, positive), b.conds(i, e.None, false)
		}
		out = append(out, c)
	}
	return out
}

// name enters a term that may name watch i and gives its number, -1 when it
// cannot be matched.
func (b *builder) name(i int32, t Term, as role) int32 {
	p := b.set.parseTerm(t.Text)
	id := int32(len(b.set.terms))
	c := term{Term: t, watch: i, role: as, parsed: p, leaf: id}
	switch {
	case p.handle != "":
		b.set.handles[p.handle] = append(b.set.handles[p.handle], id)
		b.set.terms = append(b.set.terms, c)
		return id
	case len(p.readings) == 0:
		b.problem(t, true, fmt.Sprintf("the term %q has no letter or digit", t.Text), "write the name as people write it")
		return -1
	}
	c.read(p.readings[0])
	c.letters = b.set.edgeLetters(c.reading)
	c.preposed = !p.exact && b.set.preposed(c.reading)
	c.surname = b.set.surnames[b.set.fold.foldWord(c.elements[0].text)]
	last := len(p.readings) - 1
	loose := p.readings[last].capitals // no other does
	if loose {
		p.readings = p.readings[:last]
	}
	b.set.terms = append(b.set.terms, c)
	b.names.add(id, p)
	if loose {
		p.readings = c.parsed.readings[last:]
		c.read(p.readings[0])
		c.spoken = b.set.common.function[b.set.fold.foldWord(c.elements[0].text)]
		b.set.terms = append(b.set.terms, c)
		b.names.add(id+1, p)
	}
	return id
}

func (t *term) read(r reading) {
	t.reading = r
	for _, e := range r.elements {
		t.tiny = t.tiny || !e.sign && utf8.RuneCountInString(e.text) < 3 && !isDigit(e.text[0])
	}
	last := r.elements[len(r.elements)-1]
	t.arithmetic = len(r.elements) > t.words()
	t.bang = last.sign && last.text == "!" && utf8.RuneCountInString(r.elements[0].text) > 2
}

// edgeLetters says whether a name of several words begins or ends with a capital that is
// a word of speech in small letters.
func (k *known) edgeLetters(r reading) bool {
	first, last := r.elements[0], r.elements[len(r.elements)-1]
	return len(r.elements) > 1 && (k.speechLetter(first) || k.speechLetter(last))
}

func (k *known) speechLetter(e element) bool {
	c, size := utf8.DecodeRuneInString(e.text)
	return !e.sign && size == len(e.text) && unicode.IsUpper(c) && k.common.function[k.fold.foldWord(e.text)]
}

// preposed says whether a name is a phrase of everyday speech: a preposition, and words that
// are everyday ones or written small.
func (k *known) preposed(r reading) bool {
	if len(r.elements) < 2 || !k.opens[k.fold.foldWord(r.elements[0].text)] {
		return false
	}
	return !slices.ContainsFunc(r.elements[1:], func(e element) bool {
		return e.sign || !unicode.IsLower(firstRune(e.text)) && !k.common.everyday(k.fold.foldWord(e.text))
	})
}

// IsLegalForm says whether a word is a legal form, as ООО and Ltd are: found in posts about any firm.
func (s *Set) IsLegalForm(word string) bool { return s.legal[s.fold.foldWord(word)] }

// phrase adds the number of a side phrase to ids.
func (b *builder) phrase(ids []int32, t Term, as role) []int32 {
	p := b.set.parsePhrase(t.Text)
	if p.handle != "" {
		p.readings = []reading{splitTerm(b.set.fold, p.handle)}
	}
	if len(p.readings) == 0 || len(p.readings[0].elements) == 0 {
		b.problem(t, true, fmt.Sprintf("%q has no letter or digit", t.Text), "write a word or a phrase")
		return ids
	}
	key := phrase{text: t.Text, role: as, prefix: p.readings[0].prefix, handle: p.handle != ""}
	id, ok := b.sideIDs[key]
	if !ok {
		id = int32(len(b.set.phrases))
		b.sideIDs[key] = id
		b.set.phrases = append(b.set.phrases, key)
		b.side.add(id, p)
	}
	return append(ids, id)
}

// surnames finds the terms of watch i that are the surname alone of a person
// another term names in full, and tells them the person's first names (rule 16).
func (b *builder) surnames(i int32) {
	var full []parsed
	var at int
	for at = len(b.set.terms); at > 0 && b.set.terms[at-1].watch == i; at-- {
		t := &b.set.terms[at-1]
		if t.words() == 2 && b.set.first[b.set.fold.hashOf(t.parsed.readings[0].elements[0].text)] {
			full = append(full, t.parsed)
		}
	}
	for k := at; k < len(b.set.terms); k++ {
		t := &b.set.terms[k]
		if t.words() != 1 || t.parsed.handle != "" {
			continue
		}
		own := b.set.fold.foldWord(t.parsed.readings[0].elements[0].text)
		for _, p := range full {
			e := p.readings[0].elements
			if b.set.fold.foldWord(e[1].text) == own {
				key := b.names.keyOf(e[0], p, b.names.languages(p), true, true)
				key.part = true
				for _, s := range b.names.cached(key) {
					t.given = append(t.given, hashString(s.text))
					t.initials = append(t.initials, b.set.fold.rune([]rune(s.text)[0])&runeBits)
				}
			}
		}
	}
}

func (b *builder) problem(t Term, fatal bool, message, hint string) {
	b.problems = append(b.problems, Problem{Pos: t.Pos, Message: message, Hint: hint, Fatal: fatal})
}
