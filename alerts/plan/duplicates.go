package plan

import (
	"context"
	"fmt"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// gathered is the message that a twin goes under.
type gathered struct {
	root     mention.AlertID
	route    string
	severity mention.Severity
	first    mention.Stored // the mention of the root message, or a twin of it
	isRoot   bool
}

// alike looks for the same words heard before. It returns what to gather under,
// or the verdict of staff that still holds, or neither.
func (p *plan) alike(ctx context.Context, m mention.Mention) (under *gathered, verdict string, err error) {
	if m.Simhash == 0 {
		return nil, "", nil
	}
	for _, d := range p.done {
		if p.copies(d.Mention, m) {
			s := mention.Stored{Mention: d.Mention, Case: d.Case, Alert: own(d).ID}
			return gather(under, s, own(d)), "", nil
		}
	}
	if verdict, err = p.verdict(ctx, m); err != nil || verdict != "" {
		return nil, verdict, err
	}
	stored, err := p.view.Twins(ctx, m.Watch, m.Simhash, nearWords, p.now.Add(-twinWindow))
	if err != nil {
		return nil, "", fmt.Errorf("twins: %w", err)
	}
	for _, s := range stored {
		if !p.copies(s.Mention, m) || (under != nil && under.isRoot) {
			continue
		}
		a, ok, err := p.view.AlertOf(ctx, s.Mention.ID)
		if err != nil {
			return nil, "", fmt.Errorf("alert of a twin: %w", err)
		}
		if ok {
			under = gather(under, s, a)
		}
	}
	return under, "", nil
}

// verdict returns what staff said of the same words before, if it says that
// nobody wants to hear them again.
func (p *plan) verdict(ctx context.Context, m mention.Mention) (string, error) {
	stored, err := p.view.Twins(ctx, m.Watch, m.Simhash, sameWords, p.now.Add(-memory))
	if err != nil {
		return "", fmt.Errorf("verdicts: %w", err)
	}
	for _, s := range stored {
		c := s.Case
		if c.Status == mention.Dismissed && c.Reason != mention.MutedAuthor && p.copies(s.Mention, m) {
			return fmt.Sprintf("%s, as %s said of the same words before", c.Reason, c.Owner.Name), nil
		}
	}
	return "", nil
}

// copies reports whether two different mentions of one watch tell the same.
func (p *plan) copies(a, b mention.Mention) bool {
	return a.ID != b.ID && a.Watch == b.Watch &&
		distance(a.Simhash, b.Simhash) <= nearWords && near(a.Post, b.Post)
}

// gather prefers a message of its own to one that was gathered itself.
func gather(have *gathered, s mention.Stored, a mention.Alert) *gathered {
	if a.ThreadOf == "" {
		return &gathered{root: a.ID, route: a.Route, severity: a.Severity, first: s, isRoot: true}
	}
	if have != nil {
		return have
	}
	return &gathered{root: a.ThreadOf, route: a.Route, severity: a.Severity, first: s}
}

// twin is the reply under the first message of the same text, which counts it and
// is redrawn. Where the first was already dealt with, or was quieter, the reply is
// shown in the channel too: this copy still needs an answer where it stands.
func (p *plan) twin(m mention.Mention, under *gathered, facts alerts.Facts) mention.Alert {
	facts.Broadcast = under.first.Case.Status == mention.Replied || m.Severity > max(under.severity, mention.High)
	if under.isRoot {
		c := p.cases.of(under.first)
		c.Twins++
		p.cases.raise(c)
	}
	return mention.Alert{
		ID: mention.NewAlertID(mention.Twin, string(m.ID), under.route), Kind: mention.Twin, MentionID: m.ID,
		ThreadOf: under.root, Route: under.route, Severity: m.Severity, Status: mention.Pending,
		CreatedAt: p.now, Payload: facts.Encode(),
	}
}
