package alerts

import (
	"context"
	"fmt"
	"time"

	"github.com/earshot/earshot/mention"
)

// Desk is the one place where people's verbs are decided. Every door (Slack by
// socket, Slack by HTTP, the web inbox, of this or another process) calls it, and
// the store's compare-and-set lets exactly one of them win.
type Desk struct {
	cases   Cases
	now     func() time.Time
	changed func()
}

// NewDesk returns a desk. changed is called after every change, so that messages
// are redrawn soon; it must not block.
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
			c.Level %= levelNudged // the next owner is nudged anew
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
