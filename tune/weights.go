package tune

import (
	"context"
	"fmt"
	"strconv"

	"github.com/earshot/earshot/mention"
)

// Learner makes weights of the verdict that agree better with what staff said.
type Learner interface {
	// Learn returns the text of a weights file, learned from these examples and
	// nothing else; "" when nothing should change. It makes no more alerts of the
	// examples and the others, which nobody judged, than there are without it.
	Learn(examples []Example, others []mention.Mention) (string, error)
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
	Others  int            `json:"others"` // posts that nobody judged
	Comes   int            `json:"comes"`  // of these alerts that were none, each by what was learned from the others
	Goes    int            `json:"goes"`   // of these alerts that are none any more
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
// was not learned from, costs no complaint beyond what the user allows, and makes no
// more alerts: staff judge alerts alone, so the posts that raised none have their say too.
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
	all, err := learner.Learn(l.examples(everyText), in.Others)
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
	w := &Weights{File: in.WeightsFile, Text: all, Before: before, After: after, Others: len(in.Others), Changes: learner.Changes(all)}
	if err := l.unseen(ctx, w); err != nil {
		return err
	}
	ends, lost := before.FalseAlarms-w.Unseen.FalseAlarms, before.Complaints-min(after.Complaints, w.Unseen.Complaints)
	switch more := w.Comes - w.Goes; {
	case ends <= 0:
		return nil
	case more > before.alerts()-w.Unseen.alerts():
		p.Kept = p.says.Text("tune.kept_louder", "end", p.says.Plural("tune.kept_ends", ends), "more", p.says.Plural("tune.kept_more", more))
		return nil
	case lost > in.MayLose:
		p.Kept = p.says.Text("tune.kept", "end", p.says.Plural("tune.kept_ends", ends), "cost", p.says.Plural("tune.kept_costs", lost), "may_lose", strconv.Itoa(lost))
		return nil
	}
	p.Weights = w
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

// unseen judges each text with weights learned from the others, and so the posts that nobody judged.
func (l *lesson) unseen(ctx context.Context, w *Weights) error {
	today, err := l.alarms(l.in.Weights, l.in.Others)
	if err != nil {
		return err
	}
	for fold := range learnFolds {
		if err := ctx.Err(); err != nil {
			return err
		}
		l.going()
		kept := func(t *labelled) bool { return t.same%learnFolds == fold }
		aside, rest := apart(l.in.Others, fold)
		weights, err := l.learner.Learn(l.examples(func(t *labelled) bool { return !kept(t) }), rest)
		if err != nil {
			return fmt.Errorf("tune: learn weights: %w", err)
		}
		e, err := l.measure(weights, kept)
		if err != nil {
			return err
		}
		w.Unseen.FalseAlarms, w.Unseen.Complaints, w.Unseen.Weak = w.Unseen.FalseAlarms+e.FalseAlarms, w.Unseen.Complaints+e.Complaints, w.Unseen.Weak+e.Weak
		then, err := l.alarms(weights, aside)
		if err != nil {
			return err
		}
		for _, m := range aside {
			w.Comes += one(then[m.ID] && !today[m.ID])
			w.Goes += one(!then[m.ID] && today[m.ID])
		}
	}
	return nil
}

// apart are the posts of a fold, and those of the others.
func apart(posts []mention.Mention, fold int) (aside, rest []mention.Mention) {
	for i, m := range posts {
		if i%learnFolds == fold {
			aside = append(aside, m)
		} else {
			rest = append(rest, m)
		}
	}
	return aside, rest
}

// alarms says which of the posts are alerts with the weights.
func (l *lesson) alarms(weights string, posts []mention.Mention) (map[mention.ID]bool, error) {
	scorer, err := l.learner.Weighing(weights)
	if err != nil {
		return nil, fmt.Errorf("tune: %w", err)
	}
	out := map[mention.ID]bool{}
	for _, m := range posts {
		out[m.ID] = l.in.Margin(m.Post.Kind, scorer.Score(m)) >= 0
	}
	return out, nil
}
