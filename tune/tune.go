// Package tune turns what staff said of alerts into proposals: lines for the
// user's words file, and phrases for the ignore list of a watch, each with its
// effect on everything staff ever labelled, as the real scorer and the real
// matcher see it.
//
// It changes nothing. It must not open a store or a file, read a clock, or know
// how a text is scored or matched: texts with their verdicts come in, and a
// scorer and a matcher to try changes on.
//
// Propose cuts the texts into words (tokens.go) and makes the three parts of a Plan:
//
//	words    evidence.go: what spoke in false alarms gives candidates, each a line for the
//	         words file (file.go); words.go tries them on all texts and takes the best
//	ignore   ignore.go tries the phrases around the names of namesakes in the same way
//	weights  weights.go measures what a learner learns on texts it did not learn from
//
// write.go tells people of the plan.
package tune

import (
	"context"
	"math/bits"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// Verdict is what staff said of an alerted mention.
type Verdict string

// The verdicts that teach. Spam and muted authors say nothing about words.
const (
	NotNegative Verdict = mention.NotNegative // a false alarm
	NotUs       Verdict = mention.NotUs       // somebody else of the same name
	Confirmed   Verdict = "confirmed"         // claimed or answered: a complaint
)

// Example is one text with its verdict. The mention needs its Watch, Simhash and
// the Kind, Title and Text of its post; Rating, IsReply and Spans make its score
// the same as it was when they are known.
type Example struct {
	Mention mention.Mention
	Verdict Verdict
}

// Scorer scores a mention; its evidence points into the post's Body.
type Scorer interface {
	Score(mention.Mention) mention.Score
}

// Lexicon makes scorers, to try changed words.
type Lexicon interface {
	// Scorer returns the scorer that has words as the user's words file. It is
	// called up to a few hundred times.
	Scorer(words string) (Scorer, error)
	// Reads reports whether a text can hold this as one word: a line of the words file with
	// another is a mistake in it.
	Reads(word string) bool
}

// Matcher makes watches with further ignore phrases, to try these.
type Matcher interface {
	// Try returns a function that says, for each of the lists, whether the post
	// still names the watch when its ignore phrases are joined by that list. A
	// phrase that cannot be matched ignores nothing.
	Try(watch string, lists [][]string) (func(mention.Post) []bool, error)
}

// Watch is a watch as the watchlist has it.
type Watch struct {
	Name   string
	Where  string   // file:line:column
	Ignore []string // its phrases so far
}

// Input is what proposals are made of.
type Input struct {
	Examples []Example
	Others   []mention.Mention // heard, and judged by nobody: most of them raised no alert
	Watches  []Watch           // the watches of today; verdicts on others teach no ignore phrase
	// Margin says by how much a post of the kind with this score is a complaint, in
	// thresholds of 0 to 1 or -1 to 1; below 0 it is none.
	Margin func(mention.PostKind, mention.Score) float64
	Words  string // the user's words file as it is; empty when there is none
	File   string // its name, for the diff
	New    bool   // there is no words file yet

	Weights     string // the user's weights file as it is; empty when there is none
	WeightsFile string // its name, or the one to give it

	MayLose int // how many confirmed complaints the proposals may lose together

	Says i18n.Lang // the language of the plan and of the notes in its lines

	Going func(Step, int) // told before each attempt of a step its number, from 1; nil tells nobody
}

// Step is a part of the work of Propose.
type Step int

// The steps, in their order.
const (
	TryingWords Step = iota
	TryingPhrases
	Learning // Lessons times at most
)

// going counts the attempts of a step and tells of them.
func (in *Input) going(step Step) func() {
	n := 0
	return func() {
		if n++; in.Going != nil {
			in.Going(step, n)
		}
	}
}

// How many distinct texts it takes. Fewer say more about chance than about words.
const (
	MinNotNegative = 5  // for changes of words
	MinConfirmed   = 10 // for changes of words: without complaints "none is lost" means nothing
	MinNotUs       = 3  // of one watch, for its ignore phrases
	MinUs          = 5  // of one watch, for its ignore phrases
	support        = 3  // distinct texts that must share a word: two do so by chance
	phraseSupport  = 2  // distinct texts that must share a phrase around the name
)

// Plan is what is proposed, and what it would do to the labelled texts.
type Plan struct {
	Labels  Labels   `json:"labels"`
	TooFew  []string `json:"too_few,omitempty"` // what cannot be proposed for want of labels, in plain words
	Before  Effect   `json:"before"`
	After   Effect   `json:"after"` // with all Words taken
	Words   []Change `json:"words"`
	Left    []Left   `json:"left,omitempty"`
	Ignore  []Ignore `json:"ignore"`
	File    string   `json:"file"`
	NewFile bool     `json:"new_file,omitempty"`
	Diff    string   `json:"diff,omitempty"` // unified, of File; empty when Words is

	Weights *Weights `json:"weights,omitempty"`
	Kept    string   `json:"weights_kept,omitempty"` // why weights that would end false alarms are not proposed

	says    i18n.Lang // as in the input
	mayLose int
}

// Labels counts distinct texts: the same text on several sites is one.
type Labels struct {
	NotNegative int `json:"not_negative"`
	Confirmed   int `json:"confirmed"`
	NotUs       int `json:"not_us"`
}

// Effect counts the labelled texts that score as complaints.
type Effect struct {
	FalseAlarms int `json:"false_alarms"` // of those called not negative
	Complaints  int `json:"complaints"`   // of the confirmed
	Weak        int `json:"weak"`         // of the confirmed: missed, or hardly found
}

// alerts is how many of the labelled texts are alerts.
func (e *Effect) alerts() int { return e.FalseAlarms + e.Complaints }

// count adds a text with its verdict.
func (e *Effect) count(v Verdict, margin float64) {
	if v != Confirmed {
		e.FalseAlarms += one(margin >= 0)
		return
	}
	e.Complaints += one(margin >= 0)
	e.Weak += one(margin < weakBy)
}

// Kinds of Change.
const (
	Neutral = "neutral" // the words decide nothing any more
	Lighter = "lighter" // they decide less
	Heavier = "heavier" // they decide more
)

// Change is one line for the words file.
type Change struct {
	Kind     string   `json:"kind"`
	Lang     string   `json:"lang"`
	Phrase   string   `json:"phrase"`
	Line     string   `json:"line"`               // as in the words file
	Replaces int      `json:"replaces,omitempty"` // the line of the words file it replaces, from 1
	InFalse  int      `json:"in_not_negative"`    // distinct texts called not negative where the words counted
	InTrue   int      `json:"in_confirmed"`
	Removes  int      `json:"removes"` // false alarms that come back when this line alone is left out
	Loses    int      `json:"loses"`   // confirmed complaints that come back with them
	Firms    int      `json:"firms"`   // weak confirmed complaints that become clear ones
	Examples []string `json:"examples,omitempty"`
}

// Left are words that were often wrong and are left as they are.
type Left struct {
	Lang    string `json:"lang"`
	Phrase  string `json:"phrase"`
	InFalse int    `json:"in_not_negative"`
	InTrue  int    `json:"in_confirmed"`
	Loses   int    `json:"loses"` // confirmed complaints it would cost; 0: it would change too little
}

// Ignore is a phrase for a watch.
type Ignore struct {
	Watch    string   `json:"watch"`
	Where    string   `json:"where"`
	Phrase   string   `json:"phrase"`
	So       []string `json:"ignore"`  // the whole list with every phrase proposed so far
	Removes  int      `json:"removes"` // posts that are not us and would not be heard of again
	Loses    int      `json:"loses"`   // posts that are us and would be lost
	Of       int      `json:"of"`      // posts that are us
	Examples []string `json:"examples,omitempty"`
}

// Propose makes the plan. It is deterministic. Without a learner (nil) no weights are
// proposed. An error is one of the scorer's, the matcher's or the learner's, or ctx
// ending.
func Propose(ctx context.Context, in Input, lex Lexicon, match Matcher, learner Learner) (Plan, error) {
	texts := prepare(in.Examples)
	p := Plan{Labels: count(texts), File: in.File, NewFile: in.New, Words: []Change{}, Ignore: []Ignore{}, says: in.Says, mayLose: in.MayLose}
	t := &trial{in: in, lex: lex, texts: texts, index: indexWords(texts), file: readFile(in.Words, in.Says), known: map[string]state{}, going: in.going(TryingWords)}
	if err := t.words(ctx, &p); err != nil {
		return Plan{}, err
	}
	if err := proposeIgnore(ctx, &p, in, texts, match); err != nil {
		return Plan{}, err
	}
	if err := proposeWeights(ctx, &p, in, texts, learner); err != nil {
		return Plan{}, err
	}
	return p, nil
}

// labelled is an example made ready.
type labelled struct {
	Example
	tokens []token
	same   int // index of the first text with this verdict and nearly these words
}

// nearBits is the distance of simhashes up to which two texts are one.
const nearBits = 3

// prepare cuts the texts into words and finds out which are the same.
func prepare(examples []Example) []labelled {
	var texts []labelled
	for _, e := range examples {
		if e.Mention.Post.Title == "" && e.Mention.Post.Text == "" {
			continue // erased by retention
		}
		t := labelled{Example: e, tokens: tokenize(e.Mention.Post.Body()), same: len(texts)}
		for i := range texts {
			if o := &texts[i]; o.Verdict == t.Verdict && o.same == i && isNearDuplicate(o, &t) {
				t.same = i
				break
			}
		}
		texts = append(texts, t)
	}
	return texts
}

func isNearDuplicate(a, b *labelled) bool {
	x, y := a.Mention.Simhash, b.Mention.Simhash
	if x != 0 && y != 0 {
		return bits.OnesCount64(x^y) <= nearBits
	}
	return a.Mention.Post.Body() == b.Mention.Post.Body()
}

func count(texts []labelled) Labels {
	var l Labels
	for i, t := range texts {
		switch {
		case t.same != i:
		case t.Verdict == NotNegative:
			l.NotNegative++
		case t.Verdict == Confirmed:
			l.Confirmed++
		case t.Verdict == NotUs:
			l.NotUs++
		}
	}
	return l
}
