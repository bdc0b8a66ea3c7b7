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
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// Cases changes cases.
type Cases interface {
	StormCases
	// UpdateCase changes one case by compare-and-set on its version, together
	// with its events and alerts. change may run more than once and must have no
	// side effects; its error is returned as it is and nothing is written.
	UpdateCase(ctx context.Context, id mention.ID, change func(*mention.Case) ([]mention.Event, []mention.Alert, error)) (mention.Case, error)
	// AlertOf returns the message a mention got of its own; ok is false when it got none.
	AlertOf(ctx context.Context, id mention.ID) (a mention.Alert, ok bool, err error)
}

// Desk is the one place where people's verbs are decided. Whatever they press, in
// whichever channel and process, ends here, and the store's compare-and-set lets
// exactly one of them win.
type Desk struct {
	cases   Cases
	lang    func(route string) i18n.Lang
	now     func() time.Time
	changed func()
}

// NewDesk returns a desk. lang is the language of those who read a route; nil: English.
// changed is called after every change, so that messages are updated soon; it must not block.
func NewDesk(cases Cases, lang func(route string) i18n.Lang, now func() time.Time, changed func()) *Desk {
	if lang == nil {
		lang = func(string) i18n.Lang { return i18n.Lang{} }
	}
	return &Desk{cases: cases, lang: lang, now: now, changed: changed}
}

// Do applies an action to the case of a mention. a.At is set by the desk. The error is
// a *mention.TakenError when somebody else was first, mention.ErrNothingToDo when
// it is already so, mention.ErrNotFound for an unknown id; Refusal says each in words.
func (d *Desk) Do(ctx context.Context, id mention.ID, a mention.Action) (mention.Case, error) {
	a.At = d.now()
	var own mention.Alert
	if handsOver(a.Verb) {
		var err error
		if own, _, err = d.cases.AlertOf(ctx, id); err != nil {
			return mention.Case{}, fmt.Errorf("%s: %w", a.Verb, err)
		}
	}
	c, err := d.cases.UpdateCase(ctx, id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		before := c.Owner
		if err := c.Apply(a); err != nil {
			return nil, nil, err
		}
		switch {
		case a.Verb == mention.Release:
			c.Steps = mention.Steps{GivenBack: true} // who was told that nobody had it has seen it taken since
		case a.Verb == mention.Claim || handsOver(a.Verb):
			c.Steps.Reminded, c.Steps.Doubted = false, false // the next owner is nudged anew
		}
		events := []mention.Event{{MentionID: id, Kind: string(a.Verb), By: a.By, At: a.At, Detail: alerts.ActionDetail(a, before)}}
		return events, handedOver(d.lang(own.Route), own, c, a, before), nil
	})
	if err != nil {
		return c, fmt.Errorf("%s: %w", a.Verb, err)
	}
	d.changed()
	return c, nil
}

func handsOver(v mention.Verb) bool { return v == mention.TakeOver || v == mention.Assign }

// handedOver tells in the thread who has the complaint now, and names those who were
// not there: the old owner, the new one, or both.
func handedOver(l i18n.Lang, own mention.Alert, c *mention.Case, a mention.Action, before mention.Person) []mention.Alert {
	var words string
	whom := before
	switch {
	case own.ID == "":
	case a.Verb == mention.TakeOver && before.Name != "":
		words = l.Text("desk.took_over", "who", a.By.Name, "from", before.Name)
	case a.Verb == mention.Assign && a.To.ID != a.By.ID:
		words, whom = l.Text("desk.gave", "who", a.By.Name, "to", a.To.Name), a.To
	case a.Verb == mention.Assign && before.Name != "":
		words = l.Text("desk.took_over", "who", a.By.Name, "from", before.Name)
	}
	if words == "" {
		return nil
	}
	line := reply(own, c, words, a.At)
	line.Notify = alerts.SlackID(whom)
	if whom == before || before.Name == "" || before.ID == a.By.ID {
		return []mention.Alert{line}
	}
	had := reply(own, c, l.Text("desk.had", "from", before.Name, "to", a.To.Name), a.At)
	had.ID = mention.NewAlertID(mention.Escalation, string(own.MentionID), fmt.Sprint(c.Version), "had")
	had.Notify = alerts.SlackID(before)
	return []mention.Alert{line, had}
}
