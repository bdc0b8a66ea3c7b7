package tune

import (
	"context"
	"fmt"
	"strconv"
)

// Learner makes weights of the verdict that agree better with what staff said.
type Learner interface {
	// Learn returns the text of a weights file, learned from these examples and
	// nothing else; "" when nothing should change.
	Learn(examples []Example) (string, error)
	// Weighing returns the scorer that has this text as its weights file.
	Weighing(weights string) (Scorer, error)
	// Changes says what the text of a weights file changes, the most first.
	Changes(weights string) []WeightChange
}

// WeightChange is one feature of the verdict that weighs otherwise.
type WeightChange struct {
	Feature string  `json:"feature"`
	Says    string  `json:"says"` // in people's words
	By      float64 `json:"by"`   // above 0: it speaks for a complaint more than it did
}

// Weights is a weights file that is proposed. Its effects count false alarms among
// all texts that staff called not negative or not us.
type Weights struct {
	File    string         `json:"file"`
	Text    string         `json:"text"` // of the whole file
	Before  Effect         `json:"before"`
	After   Effect         `json:"after"`  // on all that staff ever labelled: it was learned from them
	Unseen  Effect         `json:"unseen"` // each text judged by what was learned from the others
	Changes []WeightChange `json:"changes"`
}

const (
	// MinTaught is how many different texts of each side it takes before weights are
	// learned.
	MinTaught = 10
	// learnFolds is how often a part of the texts is kept aside to see what was
	// learned on texts it was not learned from.
	learnFolds = 5
	// Lessons is how often is learned: from all texts, and from those that are left each time.
	Lessons = 1 + learnFolds
)

// proposeWeights proposes a weights file where it ends false alarms on texts that it
// was not learned from, and costs no complaint beyond what the user allows.
func proposeWeights(ctx context.Context, p *Plan, in Input, texts []labelled, learner Learner) error {
	if learner == nil {
		return nil
	}
	if no := p.Labels.NotNegative + p.Labels.NotUs; no < MinTaught || p.Labels.Confirmed < MinTaught {
		p.TooFew = append(p.TooFew, p.says.Text("tune.few_weights", "wrong", p.says.Plural("tune.few_either", no),
			"right", p.says.Plural("tune.few_right", p.Labels.Confirmed), "least", MinTaught))
		return nil
	}
	l := lesson{in: in, texts: texts, learner: learner, going: in.going(Learning)}
	before, err := l.measure(in.Weights, everyText)
	if err != nil {
		return err
	}
	l.going()
	all, err := learner.Learn(l.examples(everyText))
	if err != nil {
		return fmt.Errorf("tune: learn weights: %w", err)
	}
	if all == "" || all == in.Weights {
		return nil
	}
	after, err := l.measure(all, everyText)
	if err != nil {
		return err
	}
	unseen, err := l.unseen(ctx)
	if err != nil {
		return err
	}
	ends, lost := before.FalseAlarms-unseen.FalseAlarms, before.Complaints-min(after.Complaints, unseen.Complaints)
	switch {
	case ends <= 0:
		return nil
	case lost > in.MayLose:
		p.Kept = p.says.Text("tune.kept", "end", p.says.Plural("tune.kept_ends", ends), "cost", p.says.Plural("tune.kept_costs", lost), "may_lose", strconv.Itoa(lost))
		return nil
	}
	p.Weights = &Weights{File: in.WeightsFile, Text: all, Before: before, After: after, Unseen: unseen, Changes: learner.Changes(all)}
	return nil
}

// lesson is what weights are learned from.
type lesson struct {
	in      Input
	texts   []labelled
	learner Learner
	going   func() // learning begins once more
}

func everyText(*labelled) bool { return true }

// examples are the different texts, each once.
func (l *lesson) examples(use func(*labelled) bool) []Example {
	var out []Example
	for i := range l.texts {
		if t := &l.texts[i]; t.same == i && use(t) {
			out = append(out, t.Example)
		}
	}
	return out
}

// measure counts what would be alarms with the weights.
func (l *lesson) measure(weights string, use func(*labelled) bool) (Effect, error) {
	scorer, err := l.learner.Weighing(weights)
	if err != nil {
		return Effect{}, fmt.Errorf("tune: %w", err)
	}
	var e Effect
	for _, x := range l.examples(use) {
		e.count(x.Verdict, l.in.Margin(x.Mention.Post.Kind, scorer.Score(x.Mention)))
	}
	return e, nil
}

// unseen judges each text with weights learned from the others.
func (l *lesson) unseen(ctx context.Context) (Effect, error) {
	var sum Effect
	for fold := range learnFolds {
		if err := ctx.Err(); err != nil {
			return Effect{}, err
		}
		l.going()
		kept := func(t *labelled) bool { return t.same%learnFolds == fold }
		weights, err := l.learner.Learn(l.examples(func(t *labelled) bool { return !kept(t) }))
		if err != nil {
			return Effect{}, fmt.Errorf("tune: learn weights: %w", err)
		}
		e, err := l.measure(weights, kept)
		if err != nil {
			return Effect{}, err
		}
		sum.FalseAlarms, sum.Complaints, sum.Weak = sum.FalseAlarms+e.FalseAlarms, sum.Complaints+e.Complaints, sum.Weak+e.Weak
	}
	return sum, nil
}
