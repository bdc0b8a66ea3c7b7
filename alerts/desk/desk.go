// Package desk decides what people do about complaints, and what time demands when
// they do nothing: every change of a case that is not a change of the post.
//
// It knows no store and no channel, and sends nothing itself: what is to be said is
// an alert, written together with the change of the case.
package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// Cases changes cases.
type Cases interface {
	// UpdateCase changes one case by compare-and-set on its version, together
	// with its events and alerts. change may run more than once and must have no
	// side effects; its error is returned as it is and nothing is written.
	UpdateCase(ctx context.Context, id mention.ID, change func(*mention.Case) ([]mention.Event, []mention.Alert, error)) (mention.Case, error)
}

// Desk is the one place where people's verbs are decided. Whatever they press, in
// whichever channel and process, ends here, and the store's compare-and-set lets
// exactly one of them win.
type Desk struct {
	cases   Cases
	now     func() time.Time
	changed func()
}

// NewDesk returns a desk. changed is called after every change, so that messages
// are updated soon; it must not block.
func NewDesk(cases Cases, now func() time.Time, changed func()) *Desk {
	return &Desk{cases: cases, now: now, changed: changed}
}

// Do applies an action to the case of a mention. a.At is set by the desk. The error is
// a *mention.TakenError when somebody else was first, mention.ErrNothingToDo when
// it is already so, mention.ErrNotFound for an unknown id; Refusal says each in words.
func (d *Desk) Do(ctx context.Context, id mention.ID, a mention.Action) (mention.Case, error) {
	a.At = d.now()
	c, err := d.cases.UpdateCase(ctx, id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		if err := c.Apply(a); err != nil {
			return nil, nil, err
		}
		if a.Verb == mention.Claim || a.Verb == mention.Release {
			c.Level %= alerts.LevelReminded // the next owner is nudged anew
		}
		return []mention.Event{{MentionID: id, Kind: string(a.Verb), By: a.By, At: a.At, Detail: detail(a)}}, nil, nil
	})
	if err != nil {
		return c, fmt.Errorf("%s: %w", a.Verb, err)
	}
	d.changed()
	return c, nil
}

func detail(a mention.Action) string {
	switch a.Verb {
	case mention.Dismiss:
		return a.Reason
	case mention.Snooze:
		return "until " + a.Until.UTC().Format(time.RFC3339)
	}
	return ""
}
