package sentiment

import (
	"fmt"
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

// Languages returns the codes of the languages the scorer knows.
func (s *Scorer) Languages() []string { return slices.Clone(s.common.langs) }
