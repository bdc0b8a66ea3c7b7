package sentiment

import (
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/lang"
	"github.com/earshot/earshot/internal/tsv"
)

// member is one choice of a pattern element or of a class.
type member struct {
	kind memberKind
	text string // folded
}

type placedMember struct {
	member
	at tsv.Place
}

type memberKind uint8

const (
	memberForm memberKind = iota
	memberLemma
	memberPrefix
	memberClass
)

// element is one place of a pattern.
type element struct {
	choices  []member
	gap      int   // > 0: up to that many words of any kind, and no choices
	id       int32 // among those of its language
	optional bool
}

// patternEntry is a line of patterns.tsv or of function.tsv.
type patternEntry struct {
	elements   []element
	start, end bool // anchored to the sentence
	weight     float64
	rule       int // index of common.rules
	topic      int // index of common.topics
	flags      patternFlag
	role       role
	value      float64
	frame      int // index of common.frames; 0 for what is no cue
	cue        cueFlag
	at         tsv.Place
	text       string
}

type patternFlag uint8

const (
	patternFirm patternFlag = 1 << iota
	patternAsk
	patternNoAsk
	patternNoIf
	patternGuard
)

var patternFlags = map[string]patternFlag{
	"firm": patternFirm, "ask": patternAsk, "noask": patternNoAsk, "noif": patternNoIf, "guard": patternGuard,
}

// role is what a closed-class word does to its neighbours.
type role uint8

const (
	roleNone role = iota
	roleNegator
	roleAbsence
	roleNotNeg
	roleBoost
	roleDamp
	roleBut
	roleConcede
	roleIf
	roleAsk
	roleAccuse
	roleNews
	roleThanks
	roleIrony
	rolePros
	roleCons
	roleNothing
	roleMe
	rolePast
	roleTurn
	roleNumber
	roleStar
	roleOf
	roleRival
	roleLink
	roleLike
	roleAbbr
	roleShort
	roleTitle
	roleCount
)

// negating are the roles of words that negate what stands beside them.
const negating = 1<<roleNegator | 1<<roleAbsence

var roles = map[string]role{
	"negator": roleNegator, "absence": roleAbsence, "notneg": roleNotNeg, "boost": roleBoost, "damp": roleDamp,
	"but": roleBut, "concede": roleConcede, "if": roleIf, "ask": roleAsk, "accuse": roleAccuse, "news": roleNews,
	"thanks": roleThanks, "irony": roleIrony, "pros": rolePros, "cons": roleCons, "none": roleNothing, "me": roleMe,
	"past": rolePast, "turn": roleTurn, "number": roleNumber, "star": roleStar, "of": roleOf, "rival": roleRival,
	"link": roleLink, "like": roleLike, "abbr": roleAbbr, "short": roleShort, "title": roleTitle,
}

// wordEntry is a line of words.tsv with its forms built.
type wordEntry struct {
	word   string
	forms  []string // folded; the prefix itself for a prefix entry
	prefix bool
	weight float64
	not    float64 // weight under negation
	lack   float64 // weight after an absence word
	topic  int
	flags  wordFlag
	own    bool // a user's, which wins over ours of whatever weight
	at     tsv.Place
}

type wordFlag uint8

const (
	wordBare wordFlag = 1 << iota
	wordFirm
	wordObscene
	wordMood
	wordHint
)

var wordFlags = map[string]wordFlag{"bare": wordBare, "firm": wordFirm, "obscene": wordObscene, "mood": wordMood, "hint": wordHint}

// names is a closed list of names in the order of the file.
type names struct {
	list  []string
	index map[string]int
}

func newNames() names { return names{[]string{""}, map[string]int{"": 0}} }

func (n *names) add(name string) {
	if _, ok := n.index[name]; !ok {
		n.index[name] = len(n.list)
		n.list = append(n.list, name)
	}
}

// common is what all languages share.
type common struct {
	langs     []string // as in languages.tsv
	cyrillic  []bool   // the script of each
	topics    names
	rules     names
	ruleTopic []int
	emoji     []tsv.Row
	emoticons []tsv.Row
	letters   []tsv.Row

	frames     []frameValue // from 1
	frameIndex map[string]int
	whose      [maxFrameValues]whose // by value: of whom a fault is told where a cue speaks for it
	isAbout    [maxFrameValues]bool
	happened   uint64 // sets of values
	unreal     uint64
	settled    uint64
	valuesOf   [maxFrameValues]group // by value: all of its frame
	ends       group
	themes     []string
	features   []string
	lengths    []float32
	models     verdictModels
}

func readCommon(src source, errs *tsv.Errors) *common {
	c := &common{topics: newNames(), rules: newNames(), ruleTopic: []int{0}, lengths: lengths()}
	c.readLanguages(src(lang.File), errs)
	for _, r := range src.rows("common/topics.tsv", "topic note", errs) {
		c.topics.add(r.Cell(0))
		if len(c.topics.list) > maxTopics {
			errs.Add(r.At(0), "more than %d topics", maxTopics-1)
		}
	}
	for _, r := range src.rows("common/rules.tsv", "rule topic note", errs) {
		if _, ok := c.rules.index[r.Cell(0)]; ok {
			errs.Add(r.At(0), "rule %q stands twice", r.Cell(0))
			continue
		}
		c.rules.add(r.Cell(0))
		c.ruleTopic = append(c.ruleTopic, c.topic(&r, 1, errs))
	}
	c.readFrames(src, errs)
	c.readThemes(src, errs)
	c.readVerdict(src, errs)
	c.emoji = src.rows("common/emoji.tsv", "emoji weight note", errs)
	c.emoticons = src.rows("common/emoticons.tsv", "emoticon emoji note", errs)
	c.letters = src.rows("common/letters.tsv", "cue lang weight note", errs)
	return c
}

// maxLanguages bounds the votes that a word casts.
const maxLanguages = lang.Max

func (c *common) readLanguages(src string, errs *tsv.Errors) {
	for _, l := range lang.Read(src, errs) {
		c.langs = append(c.langs, l.Code)
		c.cyrillic = append(c.cyrillic, l.Cyrillic)
	}
}

// language returns the index of a BCP 47 tag's language, -1 when it is none of ours.
func (c *common) language(tag string) int {
	if len(tag) < 2 || len(tag) > 2 && tag[2] != '-' && tag[2] != '_' {
		return -1
	}
	for i, l := range c.langs {
		if tag[0]|0x20 == l[0] && tag[1]|0x20 == l[1] {
			return i
		}
	}
	return -1
}

func (c *common) topic(r *tsv.Row, i int, errs *tsv.Errors) int {
	t, ok := c.topics.index[r.Cell(i)]
	if !ok {
		errs.Add(r.At(i), "unknown topic %q; one of %s", r.Cell(i), strings.Join(c.topics.list[1:], ", "))
	}
	return t
}

// dictionary is one language as read, before it is compiled.
type dictionary struct {
	common    *common
	lang      string
	paradigms map[string]paradigm
	words     []wordEntry
	byWord    map[string]int // word → index into words; prefix entries with their *
	classes   map[string][]member

	classMembers []placedMember // the members of classes.tsv, to be checked when all is read

	patterns []patternEntry     // of patterns.tsv, function.tsv and frames.tsv
	elements map[string]element // of patterns, as they are written
	endings  []cueEnding
	langid   []tsv.Row

	everyday   []everydayWord
	byEveryday map[string]int // by name

	// What is read into, and what is kept of it.
	fields  []string
	scratch []element
	kept    arena[element]
	members arena[member]
	forms   arena[string]
	places  []int
}

func readDictionary(lang string, src source, c *common, errs *tsv.Errors) *dictionary {
	d := &dictionary{common: c, lang: lang, classes: map[string][]member{}}
	rows := func(name, header string) []tsv.Row { return src.rows(lang+"/"+name, header, errs) }
	d.paradigms = readParadigms(rows("paradigms.tsv", "tag strip endings note"), errs)
	words := rows("words.tsv", "word forms weight topic flags note")
	d.words, d.byWord = make([]wordEntry, 0, len(words)), make(map[string]int, len(words))
	for _, r := range words {
		d.addWord(r, errs, false)
	}
	for _, r := range rows("classes.tsv", "class members note") {
		d.addClass(r, errs)
	}
	patterns, function := rows("patterns.tsv", "pattern weight rule topic flags note"), rows("function.tsv", "words role value note")
	cues := rows("frames.tsv", "pattern frame value weight flags note")
	lines := len(patterns) + len(function) + len(cues)
	d.patterns, d.elements = make([]patternEntry, 0, lines), make(map[string]element, lines)
	for _, r := range patterns {
		d.addPattern(r, errs)
	}
	for _, r := range function {
		d.addFunction(r, errs)
	}
	themes, everyday := rows("themes.tsv", "theme words note"), rows("everyday.tsv", "words note")
	d.langid = rows("langid.tsv", "word weight note")
	d.makeEveryday(themes, everyday)
	for _, r := range themes {
		d.addThemes(r, errs)
	}
	for _, r := range everyday {
		d.addEveryday(&r, 0, errs)
	}
	for _, r := range cues {
		d.addCue(r, errs)
	}
	for _, r := range rows("endings.tsv", "ending frame value weight note") {
		d.addEnding(r, errs)
	}
	d.checkReferences(d.patterns, errs)
	for _, r := range d.langid {
		d.addEveryday(&r, 0, errs)
	}
	for _, r := range rows(leaningsFile, "word "+strings.Join(Leanings[:], " ")+" note") {
		d.addLeaning(r, errs)
	}
	return d
}

// addWord reads a line of words.tsv; own says that it is a user's, which takes the
// place of one of ours.
func (d *dictionary) addWord(r tsv.Row, errs *tsv.Errors, own bool) {
	w := wordEntry{word: untagged(strings.ToLower(r.Cell(0))), at: r.At(0), own: own}
	if w.word == "" || strings.ContainsRune(w.word, ' ') {
		errs.Add(r.At(0), "%q is not one word: several words are a pattern", r.Cell(0))
		return
	}
	known, twice := d.byWord[w.word]
	if twice && !own {
		errs.Add(r.At(0), "%q stands twice, first in line %d", w.word, d.words[known].at.Line)
		return
	}
	w.weight = r.Weight(2, -4, 4, errs)
	w.topic = d.common.topic(&r, 3, errs)
	w.not, w.lack = defaultNot(w.weight), defaultLack(w.weight)
	w.readFlags(&r, errs)
	if stem, ok := strings.CutSuffix(w.word, "*"); ok {
		w.prefix = true
		if utf8.RuneCountInString(stem) < 4 && w.flags&wordObscene == 0 {
			errs.Add(r.At(0), "%q: a prefix entry needs 4 letters at least", w.word)
		}
		w.forms = append(w.forms, foldWord(stem))
	} else {
		w.forms = d.formsOf(&r, w.word, errs)
	}
	if own {
		checkReadable(w.forms, r.At(0), errs)
	}
	if twice {
		d.words[known] = w
		return
	}
	d.byWord[w.word] = len(d.words)
	d.words = append(d.words, w)
}

func defaultNot(w float64) float64 {
	if w > 0 {
		return -0.9 * w
	}
	return -0.35 * w
}

func defaultLack(w float64) float64 {
	switch {
	case w > 0:
		return -0.8 * w
	case w < 0:
		return 1.2
	}
	return 0
}

func (w *wordEntry) readFlags(r *tsv.Row, errs *tsv.Errors) {
	for f := range strings.FieldsSeq(r.Cell(4)) {
		key, value, hasValue := strings.Cut(f, "=")
		switch {
		case key == "not" && hasValue:
			w.not = tsv.Weight(value, r.At(4), -4, 4, errs)
		case key == "lack" && hasValue:
			w.lack = tsv.Weight(value, r.At(4), -4, 4, errs)
		case !hasValue && wordFlags[key] != 0:
			w.flags |= wordFlags[key]
		default:
			errs.Add(r.At(4), "unknown flag %q; a word has not=W lack=W bare firm obscene mood hint", f)
		}
	}
}

// formsOf builds every form of a word.
func (d *dictionary) formsOf(r *tsv.Row, word string, errs *tsv.Errors) []string {
	raw := append(d.fields[:0], word)
	for f := range strings.FieldsSeq(strings.ToLower(r.Cell(1))) {
		if extra, ok := strings.CutPrefix(f, "+"); ok {
			raw = append(raw, extra)
			continue
		}
		if f == "=" {
			continue
		}
		if d.paradigms[f] == nil {
			errs.Add(r.At(1), "no paradigm %q in %s/paradigms.tsv (one form is written +form)", f, d.lang)
			continue
		}
		var ok bool
		if raw, ok = bend(d.paradigms, word, f, raw, 0); !ok {
			errs.Add(r.At(1), "%q fits no line of paradigm %q", word, f)
		}
	}
	d.fields = raw
	return d.forms.keep(raw)
}

func (d *dictionary) addClass(r tsv.Row, errs *tsv.Errors) {
	name := strings.Trim(strings.ToLower(r.Cell(0)), "<>")
	if name == "" || r.Cell(1) == "" {
		errs.Add(r.At(0), "a class needs a name and members")
		return
	}
	if builtinClass(name) {
		errs.Add(r.At(0), "<%s> is built in", name)
		return
	}
	at := r.At(1)
	members := d.classes[name]
	for w := range strings.FieldsSeq(strings.ToLower(r.Cell(1))) {
		if m, ok := parseMember(w, at, errs); ok {
			members = append(members, m)
			d.classMembers = append(d.classMembers, placedMember{m, at})
		}
	}
	d.classes[name] = members
}

func builtinClass(name string) bool {
	return name == "num" || name == "any" || name == "not" || name == "me" || placeClasses[name] != noPlace
}

// untagged is a hashtag's word: texts are read without the sign.
func untagged(w string) string { return strings.TrimLeft(w, "#") }

func parseMember(w string, at tsv.Place, errs *tsv.Errors) (member, bool) {
	switch w = untagged(w); {
	case strings.HasPrefix(w, "<"):
		if !strings.HasSuffix(w, ">") || len(w) < 3 {
			errs.Add(at, "%q: a class is written <name>", w)
			return member{}, false
		}
		return member{memberClass, w[1 : len(w)-1]}, true
	case strings.HasPrefix(w, "~"):
		return member{memberLemma, w[1:]}, len(w) > 1
	case strings.HasSuffix(w, "*"):
		stem := foldWord(w[:len(w)-1])
		if strings.HasSuffix(stem, "*") {
			errs.Add(at, "%q: a prefix ends with one star", w)
			return member{}, false
		}
		if utf8.RuneCountInString(stem) < 2 {
			errs.Add(at, "%q: a prefix needs 2 letters at least", w)
			return member{}, false
		}
		return member{memberPrefix, stem}, true
	}
	f := foldWord(w)
	if f == "" {
		errs.Add(at, "%q holds no letters", w)
		return member{}, false
	}
	return member{memberForm, f}, true
}
