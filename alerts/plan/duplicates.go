package plan

import (
	"context"
	"fmt"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// group is the message that a duplicate goes under.
type group struct {
	root     mention.AlertID
	route    string
	severity mention.Severity
	first    mention.MentionRecord // the first complaint with these words, or a duplicate of it
	isFirst  bool
	gathered bool // under the message of the quiet hours or of a storm, or a copy itself

	heldUntil time.Time
}

// findDuplicate looks for the same words heard before. It returns what to group under,
// or the verdict of staff that still holds, or neither.
func (p *plan) findDuplicate(ctx context.Context, m mention.Mention) (under *group, verdict string, err error) {
	if m.Simhash == 0 {
		return nil, "", nil
	}
	for _, d := range p.done {
		if p.copies(d.Mention, m) {
			s := mention.MentionRecord{Mention: d.Mention, Case: d.Case, Alert: ownAlert(d).ID}
			return preferFirst(under, s, ownAlert(d)), "", nil
		}
	}
	if verdict, err = p.verdict(ctx, m); err != nil || verdict != "" {
		return nil, verdict, err
	}
	stored, err := p.view.Duplicates(ctx, m.Watch, m.Simhash, nearWords, p.now.Add(-duplicateWindow))
	if err != nil {
		return nil, "", fmt.Errorf("duplicates: %w", err)
	}
	for _, s := range stored {
		if !p.copies(s.Mention, m) || (under != nil && under.isFirst) {
			continue
		}
		a, ok, err := p.view.AlertOf(ctx, s.Mention.ID)
		if err != nil {
			return nil, "", fmt.Errorf("alert of a duplicate: %w", err)
		}
		if ok {
			under = preferFirst(under, s, a)
		}
	}
	return under, "", nil
}

// verdict returns what staff said of the same words before, if it says that
// nobody wants to hear them again.
func (p *plan) verdict(ctx context.Context, m mention.Mention) (string, error) {
	memory := verdictMemory
	if len(p.wording(m).words) < ownersWords {
		memory = duplicateWindow
	}
	stored, err := p.view.Duplicates(ctx, m.Watch, m.Simhash, sameWords, p.now.Add(-memory))
	if err != nil {
		return "", fmt.Errorf("verdicts: %w", err)
	}
	for _, s := range stored {
		c := s.Case
		if saidOfWords(c) && p.copies(s.Mention, m) {
			return alerts.QuietSaid(c.Reason, c.Owner.Name), nil
		}
	}
	return "", nil
}

// saidOfWords reports whether staff said of the words that they are no complaint, or none of theirs.
func saidOfWords(c mention.Case) bool {
	return c.Status == mention.Dismissed && mention.OfWords(c.Reason)
}

// copies reports whether two different mentions of one watch tell the same.
func (p *plan) copies(a, b mention.Mention) bool {
	return a.ID != b.ID && a.Watch == b.Watch &&
		distance(a.Simhash, b.Simhash) <= nearWords && isNearDuplicate(a.Post, b.Post, p.wording(a), p.wording(b))
}

// wording folds each text once: what is stored is compared with all that is new.
func (p *plan) wording(m mention.Mention) wording {
	key := reading{m.ID, m.Simhash}
	w, ok := p.wordings[key]
	if !ok {
		w = wordingOf(ownText(m.Post))
		if len(p.wordings) >= wordingsKept {
			clear(p.wordings)
		}
		p.wordings[key] = w
	}
	return w
}

// reading is a mention as it read once: an edited one has other words.
type reading struct {
	id      mention.ID
	simhash uint64
}

// wordingsKept bounds what one plan remembers; a poll is planned a hundred posts at a time.
const wordingsKept = 500

// preferFirst prefers the first complaint with the words, wherever it stands, to a copy of it.
func preferFirst(have *group, s mention.MentionRecord, a mention.Alert) *group {
	if have != nil && a.Kind != mention.Complaint {
		return have
	}
	return &group{root: a.Thread(), route: a.Route, severity: a.Severity, first: s, isFirst: a.Kind == mention.Complaint, gathered: a.ThreadOf != "", heldUntil: a.NotBefore}
}

// duplicate is the reply under the first message of the same text, which counts it and
// is updated. Where the first was answered or dismissed, or was quieter, the reply is
// shown in the channel too, and rings: this copy still needs an answer where it stands.
func (p *plan) duplicate(d *mention.PendingMention, under *group, details alerts.Details) mention.Alert {
	m, first := d.Mention, under.first.Case.Status
	louder := m.Severity > max(under.severity, mention.High)
	details.Broadcast = first == mention.Replied || first == mention.Dismissed || louder
	if under.isFirst {
		c := p.cases.of(under.first)
		c.Duplicates++
		p.cases.bumpVersion(c)
	}
	a := p.message(mention.Duplicate, m.ID, under.route, m.Severity, details)
	a.ThreadOf = under.root
	if details.Broadcast && !(louder && p.tellWhereLoud(d, a, m, details.Why)) {
		_, a.Notify = p.rules.RouteFor(m)
	}
	return a
}
