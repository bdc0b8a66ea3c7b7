package sentiment

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
	"github.com/earshot/earshot/mention"
)

// Options are what a Scorer is made from.
type Options struct {
	Words     string // a user's own words and patterns, as in lexicon/README.md; empty for none
	WordsFile string // the name that mistakes in Words are reported with

	Learned     string // what an installation's staff taught: lines of Learn; empty for nothing
	LearnedFile string // the name that mistakes in Learned are reported with

	Unfitted bool // without what is fitted, for the program that makes it; Words knows words then

	Tables *Tables // shared with other scorers, of which none may be unfitted; nil for tables of its own
}

// Input is one text to be scored.
type Input struct {
	Text  string
	Lang  string         // en, ru, uk, bg, with or without a region; anything else is detected
	Stars float64        // the author's own rating, 1 to 5; 0 when there is none
	Spans []mention.Span // where the watch is named; empty scores the text as a whole
	Kind  mention.PostKind

	Rivals []mention.Span // where a rival of the watch is named
}

// Scorer scores texts. It is safe for concurrent use. The tables of a language
// are built when a text first needs them.
type Scorer struct {
	src       source
	common    *common
	id        *identifier
	emoji     map[uint64]float32
	emoticons emoticons
	langs     []lazyTable
	rule      engineRules
	pool      sync.Pool
	own       []ownRow
	doubts    tsv.Errors // see Doubts
	tables    *Tables
	curve     *curve
	shares    shares
	unfitted  bool
	outdated  string // see Outdated
}

// lazyTable is a language that is compiled on first use.
type lazyTable struct {
	once     sync.Once
	ready    atomic.Bool
	table    *table
	translit *translit
	latin    *latinReader
}

// engineRules are the rules the engine itself speaks in.
type engineRules struct {
	word, hint, negation, absence, lack, emoji, rating, irony, accusing, solved uint8
}

// scratch is what one scoring needs; scorers reuse them.
type scratch struct {
	lex       lexer
	matches   []match
	units     []unit
	hints     []hint
	sentences []sentence
	tables    [2]*table
	common    *common
	emoji     map[uint64]float32
	rule      engineRules
	k         *shares
	verdict   verdict
	steps     int
	topics    [maxTopics]float32
	windows   [8][2]int
	cues      []cueHit
	bad       []badUnit
	parties   []party
	strides   []int32               // by token: its distance from the first one, as a fault's from a party
	x         []float32             // the features
	held      []heldFeature         // those that are not 0
	met       themeSet              // themes that the text speaks of
	spokenOf  [maxThemes]float32    // by theme: words
	leaning   [leaningKinds]int32   // the sums of leans
	named     bool                  // somebody said where the brand is
	places    uint8                 // bit i: a token is of placeKind i
	roles     uint32                // of all tokens
	spoken    uint64                // bit i: a cue speaks for value i of a frame
	loudest   [maxFrameValues]int32 // of those values: the heaviest cue
	blamed    uint32                // bit i: topics has something at i
	answers   []answer
	p         []float32 // what the network answers, in log odds
}

// New builds a scorer. The error lists every mistake in the user's words with
// its file, line and column.
func New(o Options) (*Scorer, error) {
	src := source(builtin)
	if o.Unfitted {
		src = func(name string) string {
			if name == verdictFile || name == treesFile || strings.HasSuffix(name, leaningsFile) {
				return ""
			}
			return builtin(name)
		}
	}
	return newFrom(src, o)
}

// newFrom builds a scorer from tables that src reads by name.
func newFrom(src source, o Options) (*Scorer, error) {
	var errs tsv.Errors
	s := &Scorer{src: src, common: readCommon(src, &errs), emoji: map[uint64]float32{}, curve: newCurve(), shares: shipped, unfitted: o.Unfitted, tables: o.Tables}
	folded := newFoldedCyrillic()
	s.pool.New = func() any {
		sc := &scratch{lex: lexer{cues: &s.id.cues, folded: folded, emoticons: s.emoticons}, common: s.common, emoji: s.emoji, rule: s.rule, k: &s.shares}
		sc.x, sc.held = make([]float32, len(s.common.features)), make([]heldFeature, len(s.common.features))
		sc.p = make([]float32, len(s.common.models.answers))
		return sc
	}
	s.findRules()
	for _, r := range s.common.emoji {
		first, _ := utf8.DecodeRuneInString(r.Cell(0))
		s.emoji[hashDone(hashRune(hashSeed, first))] = float32(r.Weight(1, -4, 4, &errs))
	}
	s.emoticons = newEmoticons(s.common.emoticons, &errs)
	var words []langWords
	s.langs = make([]lazyTable, len(s.common.langs))
	for i, lang := range s.common.langs {
		s.langs[i].translit = newTranslit(src.rows(lang+"/translit.tsv", "letter latin note", &errs), &errs)
		words = append(words, langWords{src.rows(lang+"/langid.tsv", "word weight note", &errs), s.langs[i].translit})
	}
	s.id = newIdentifier(s.common, words, &errs)
	if err := errs.Err(); err != nil {
		return nil, fmt.Errorf("sentiment: lexicon: %w", err)
	}
	if err := s.readOwn(o); err != nil {
		return nil, err
	}
	if err := s.readLearned(o); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Scorer) findRules() {
	id := func(name string) uint8 { return uint8(s.common.rules.index[name]) }
	s.rule = engineRules{
		word: id("word"), hint: id("small sign"), negation: id("negation"), absence: id("praise by absence"), lack: id("lack"),
		emoji: id("emoji"), rating: id("rating"), irony: id("irony"), accusing: id("accusing question"), solved: id("solved"),
	}
}

// table returns the compiled language i.
func (s *Scorer) table(i int) *table {
	l := &s.langs[i]
	l.once.Do(func() {
		l.table = s.tables.compiled(i, s.ownOf(i), func() *table {
			var errs tsv.Errors // TestLexicon and readOwn have seen to it that there are none
			return compile(s.dictionary(i, &errs), s.unfitted)
		})
		l.latin = newLatinReader(l.translit)
		l.ready.Store(true)
	})
	return l.table
}

// dictionary reads language i, with the user's words.
func (s *Scorer) dictionary(i int, errs *tsv.Errors) *dictionary {
	d := readDictionary(s.common.langs[i], s.src, s.common, errs)
	s.addOwn(d, errs)
	return d
}

// Score scores one text.
func (s *Scorer) Score(in Input) mention.Score {
	var out mention.Score
	s.ScoreInto(&out, in)
	return out
}

// ScoreInto scores one text into dst, whose slices are reused: with the same dst
// it does not allocate once they have grown.
func (s *Scorer) ScoreInto(dst *mention.Score, in Input) {
	sc := s.pool.Get().(*scratch)
	defer s.pool.Put(sc)
	s.scoreWith(sc, dst, in)
}

// scored is what scoring a text leaves behind, for those who ask what was found; they put it back into the pool.
func (s *Scorer) scored(in Input) *scratch {
	var out mention.Score
	sc := s.pool.Get().(*scratch)
	s.scoreWith(sc, &out, in)
	return sc
}

func (s *Scorer) scoreWith(sc *scratch, dst *mention.Score, in Input) {
	sc.lex.reset()
	sc.matches, sc.cues = sc.matches[:0], sc.cues[:0]
	sc.named = len(in.Spans) > 0
	sc.readText(in.Text, in.Spans)
	v := s.languageOf(sc, in.Lang)
	sc.verdict = v
	sc.tables = [2]*table{s.table(v.lang), nil}
	var latin *latinReader
	if v.translit {
		latin = s.latin(v.lang)
	}
	sc.lex.resolve(sc.tables[0], 0, latin)
	if v.second >= 0 {
		sc.tables[1] = s.table(v.second)
		sc.lex.resolve(sc.tables[1], 1, nil)
	}
	sc.markPlaces(in.Text, in.Spans, in.Rivals)
	for slot, t := range sc.tables {
		if t != nil {
			if sc.places != 0 {
				sc.lex.placeSets(t, slot)
			}
			sc.lex.lookAhead(slot)
			sc.walk(t, slot)
			sc.readEndings(t, slot)
		}
	}
	sc.settle()
	sortByStart(sc.matches)
	sc.evaluate()
	s.deliver(dst, sc, &in)
}

// Languages returns the codes of the languages the scorer knows.
func (s *Scorer) Languages() []string { return slices.Clone(s.common.langs) }

// A text longer than maxText is read in windows: its head, its tail and what
// stands around the watch's spans. Complaints come to the point at one of them.
const (
	maxText    = 16 << 10
	headWindow = 8 << 10
	tailWindow = 4 << 10
	spanWindow = 1 << 10
)

func (s *scratch) readText(text string, spans []mention.Span) {
	if len(text) <= maxText {
		from, to := insideQuotes(text)
		s.lex.lex(text, from, to, maxTokens)
		return
	}
	w := append(s.windows[:0], [2]int{0, runeStart(text, headWindow)})
	for _, sp := range spans {
		if len(w) == cap(s.windows)-1 {
			break
		}
		from, to := runeStart(text, max(sp.Start-spanWindow, 0)), runeStart(text, min(max(sp.End, 0)+spanWindow, len(text)))
		if from >= to { // it names no place of the text
			continue
		}
		if last := &w[len(w)-1]; from <= last[1] {
			last[1] = max(last[1], to)
		} else {
			w = append(w, [2]int{from, to})
		}
	}
	from := runeStart(text, len(text)-tailWindow)
	if last := &w[len(w)-1]; from <= last[1] {
		last[1] = len(text)
	} else {
		w = append(w, [2]int{from, len(text)})
	}
	left := 0
	for _, x := range w {
		left += x[1] - x[0]
	}
	for _, x := range w { // each has its part of the tokens: a head of nothing but signs leaves the tail its own
		if size := x[1] - x[0]; size > 0 {
			s.lex.lex(text, x[0], x[1], len(s.lex.toks)+(maxTokens-len(s.lex.toks))*size/left)
			left -= size
		}
	}
}

// runeStart moves i back to the beginning of a rune.
func runeStart(text string, i int) int {
	i = min(max(i, 0), len(text))
	for n := 0; i > 0 && i < len(text) && !utf8.RuneStart(text[i]) && n < utf8.UTFMax; n++ {
		i--
	}
	return i
}

func sortByStart(ms []match) {
	if len(ms) < 2 {
		return
	}
	slices.SortFunc(ms, func(a, b match) int {
		if d := a.start - b.start; d != 0 {
			return int(d)
		}
		return int(a.end - b.end)
	})
}

// deliver sums the units up and writes the score.
func (s *Scorer) deliver(dst *mention.Score, sc *scratch, in *Input) {
	sc.aim(in.Spans)
	var sum float64
	sc.topics, sc.blamed = [maxTopics]float32{}, 0
	for i := range sc.units {
		u := &sc.units[i]
		sum += float64(u.weight)
		if u.topic != 0 {
			sc.topics[u.topic%maxTopics] += max(-u.weight, 0.1)
			sc.blamed |= 1 << (u.topic % maxTopics)
		}
	}
	dst.Value = sum / math.Sqrt(sum*sum+spread)
	dst.Lang = s.common.langs[sc.verdict.lang]
	dst.Conflict = ""
	dst.Why = s.evidence(dst.Why[:0], sc, in.Text)
	sc.features(in, dst.Value)
	s.decide(dst, sc, in)
	s.useStars(dst, in.Stars)
	dst.Label = label(dst.Value, dst.Complaint)
	dst.Topics = dst.Topics[:0]
	if dst.Value < 0 {
		dst.Topics = s.topTopics(dst.Topics, sc)
	}
}

// aim makes what stands near the watch's spans weigh more than the rest.
func (s *scratch) aim(spans []mention.Span) {
	if len(spans) == 0 || len(s.sentences) < 3 {
		return
	}
	s.measure(spans)
	for i := range s.units {
		u := &s.units[i]
		switch away := s.sentences[u.sentence].away; {
		case away == 0:
			u.weight *= 1.25
		case away == 1:
		case away <= 3:
			u.weight *= 0.8
		default:
			u.weight *= 0.5
		}
	}
}

// measure notes for each sentence how many sentences away the nearest span is. A post may name the watch
// in every word: each span is looked at once.
func (s *scratch) measure(spans []mention.Span) {
	list := s.sentences
	for i := range list {
		list[i].away = int32(len(list))
	}
	for _, sp := range spans {
		list[s.sentenceAt(sp.Start)].away = 0
	}
	for i := 1; i < len(list); i++ {
		list[i].away = min(list[i].away, list[i-1].away+1)
	}
	for i := len(list) - 2; i >= 0; i-- {
		list[i].away = min(list[i].away, list[i+1].away+1)
	}
}

// maxWhy bounds the evidence of one score: nobody reads more.
const maxWhy = 60

// evidence tells, in the order of the text, which units decided: of very many the heaviest.
func (s *Scorer) evidence(why []mention.Hit, sc *scratch, text string) []mention.Hit {
	toks := sc.lex.toks
	for i := range sc.units {
		u := &sc.units[i]
		if u.weight > -0.005 && u.weight < 0.005 || u.flags&unitHidden != 0 {
			continue
		}
		from, to := u.start, u.end
		if u.flags&unitBytes == 0 {
			from, to = toks[u.start].start, toks[u.end].end
		}
		why = append(why, mention.Hit{
			Start: int(from), End: int(to), Text: text[from:to],
			Rule: s.common.rules.list[u.rule], Weight: round(u.weight), Topic: s.common.topics.list[u.topic],
		})
	}
	if len(why) > maxWhy {
		slices.SortStableFunc(why, func(a, b mention.Hit) int { return cmp.Compare(abs(b.Weight), abs(a.Weight)) })
		clear(why[maxWhy:])
		why = why[:maxWhy]
	}
	if !slices.IsSortedFunc(why, byStart) {
		slices.SortStableFunc(why, byStart)
	}
	return why
}

func byStart(a, b mention.Hit) int { return a.Start - b.Start }

// round keeps two places: staff read the weights.
func round(w float32) float64 { return math.Round(float64(w)*100) / 100 }

// maxTopics bounds common/topics.tsv.
const maxTopics = 24

func (s *Scorer) topTopics(out []string, sc *scratch) []string {
	for len(out) < 4 && sc.blamed != 0 {
		top := bits.TrailingZeros32(sc.blamed)
		for rest := sc.blamed; rest != 0; rest &= rest - 1 {
			if i := bits.TrailingZeros32(rest); sc.topics[i] > sc.topics[top] {
				top = i
			}
		}
		out = append(out, s.common.topics.list[top])
		sc.blamed &^= 1 << top
	}
	return out
}
