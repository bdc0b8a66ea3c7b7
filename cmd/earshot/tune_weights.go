package main

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/tune"
)

// writeWeights writes the weights that are proposed to the file of --weights.
func (c *tuneCmd) writeWeights(s speech, plan tune.Plan) error {
	switch {
	case c.Weights == "":
		return nil
	case plan.Weights == nil:
		return errors.New(s.Text("tune.no_weights", "file", c.Weights))
	}
	if err := writeWhole(c.Weights, plan.Weights.Text, 0o644); err != nil { // what was learned before stays then
		return errors.New(s.Text("cli.not_written", "file", c.Weights, "why", s.cause(err)))
	}
	return nil
}

// learner implements tune.Learner with the real scorer. What is learned replaces what
// was learned before: changes do not add up.
type learner struct {
	words string // the user's words file as it is
	lex   lexicon
}

// Learn implements tune.Learner.
func (l learner) Learn(examples []tune.Example, others []mention.Mention) (string, error) {
	s, err := sentiment.New(sentiment.Options{Words: l.words, WordsFile: l.lex.in.File, Tables: l.lex.tables})
	if err != nil {
		return "", err
	}
	var taught []sentiment.Example
	for _, e := range examples {
		taught = append(taught, sentiment.Example{Input: l.input(e.Mention), Complaint: e.Verdict == tune.Confirmed})
	}
	for _, m := range others {
		taught = append(taught, sentiment.Example{Input: l.input(m), Unjudged: true})
	}
	return s.Learn(taught), nil
}

// input is what the scorer reads of a mention.
func (l learner) input(m mention.Mention) sentiment.Input {
	in, _ := watchlist.Input(m.Post, l.lex.places[m.ID])
	return in
}

// Weighing implements tune.Learner.
func (l learner) Weighing(weights string) (tune.Scorer, error) { return l.lex.with(l.words, weights) }

// Changes implements tune.Learner.
func (l learner) Changes(weights string) []tune.WeightChange {
	says := speech{Lang: l.lex.in.Says}
	out := []tune.WeightChange{}
	for line := range strings.Lines(weights) {
		cells := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(cells) < 2 || strings.HasPrefix(line, "#") {
			continue
		}
		if by, err := strconv.ParseFloat(cells[1], 64); err == nil {
			out = append(out, tune.WeightChange{Feature: cells[0], Says: says.feature(cells[0]), By: by})
		}
	}
	slices.SortStableFunc(out, func(a, b tune.WeightChange) int { return cmp.Compare(math.Abs(b.By), math.Abs(a.By)) })
	return out
}
