package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fault"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// A click is decided first, acknowledged second, and everything else comes after
// (steps 9 and 10). Slack wants the acknowledgement within 3 s, so it is given
// when the decision takes too long, and the decision goes on.

const (
	// ackWithin leaves a second of Slack's three for the way back.
	ackWithin = 2 * time.Second
	// decideWithin bounds a decision that outlives its acknowledgement.
	decideWithin = 10 * time.Second
	// takeAllWithin is decideWithin for all complaints of a storm: thousands are as many
	// small changes, between which others go on.
	takeAllWithin = 2 * time.Minute
	// afterwards bounds what is done after the acknowledgement: telling the loser may
	// have to wait for a Retry-After.
	afterwards = 2 * time.Minute
)

// click is what Slack sends of an interaction, as far as earshot reads it. It is
// read here and not by slack-go, which drops actions without a block_id.
type click struct {
	Type        string `json:"type"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	AppID       string `json:"api_app_id"`
	Team        struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Username string `json:"username"`
		TeamID   string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		ChannelID string `json:"channel_id"`
	} `json:"container"`
	Message struct {
		TS       string `json:"ts"`
		ThreadTS string `json:"thread_ts"`
	} `json:"message"`
	Actions []action `json:"actions"`
	lang    string   // code of the language, where a window remembers it or a person has one; else the message says it
	View    struct {
		Type            string `json:"type"`
		ID              string `json:"id"`
		CallbackID      string `json:"callback_id"`
		PrivateMetadata string `json:"private_metadata"`
		State           struct {
			Values answers `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

type action struct {
	ActionID       string `json:"action_id"`
	BlockID        string `json:"block_id"`
	Value          string `json:"value"`
	SelectedOption struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

// entry reads which entry of the menu was chosen, and on which mention.
func (a action) entry() (verb string, id mention.ID) {
	verb, rest, _ := strings.Cut(a.SelectedOption.Value, ":")
	return verb, mention.ID(rest)
}

func (c click) channel() string { return cmp.Or(c.Channel.ID, c.Container.ChannelID) }

// lang is the language of the window or the message that was pressed, in which the person is answered.
func (n *Notifier) lang(c click) i18n.Lang {
	code := c.lang
	if code == "" && len(c.Actions) > 0 {
		code = langOf(c.Actions[0].BlockID)
	}
	return n.opt.Language(code)
}

func (c click) origin() origin { return origin{app: c.AppID, team: c.Team.ID, userTeam: c.User.TeamID} }

// person is who clicked, by the id Slack has for them and the name colleagues know.
func (n *Notifier) person(ctx context.Context, c click) mention.Person {
	name := text.Line(cmp.Or(c.User.Username, c.User.Name, c.User.ID), maxName)
	return n.Person(ctx, c.User.ID, name)
}

// interaction treats one payload. acknowledge is called exactly once, within ackWithin, with
// what becomes of the window that was sent; nil: it closes, or there is none.
// What is left to do goes on in the background.
func (n *Notifier) interaction(ctx context.Context, payload []byte, acknowledge func(window *api.ViewSubmissionResponse)) {
	var c click
	ack := func() { acknowledge(nil) }
	switch err := json.Unmarshal(payload, &c); {
	case err != nil:
		n.opt.Log.Warn("an interaction from slack cannot be read", "err", err)
		ack()
	case c.User.ID == "":
		ack()
	case c.Type == "block_actions" && len(c.Actions) > 0:
		n.button(ctx, c, c.Actions[0], ack)
	case c.Type == "view_submission":
		n.submission(ctx, c, acknowledge)
	default: // a closed window …
		ack()
	}
}

// button treats a press of a button, or the choice of an entry of a menu.
func (n *Notifier) button(ctx context.Context, c click, act action, ack func()) {
	if a, id, ok := verbOf(act); ok {
		n.settle(ctx, c, string(id), decideWithin, ack, func(ctx context.Context) string { return n.decide(ctx, c, id, a) })
		return
	}
	if act.ActionID == actTakeAll && act.Value != "" {
		n.settle(ctx, c, act.Value, takeAllWithin, ack, func(ctx context.Context) string { return n.takeAll(ctx, c, mention.AlertID(act.Value)) })
		return
	}
	ack() // nothing is decided: a window is opened or changed, or a link was followed
	switch window, id := windowOf(act); {
	case id != "":
		n.after(func(ctx context.Context) {
			if words, ok := n.admit(ctx, c); ok {
				n.open(ctx, c, window, id)
			} else if words != "" {
				n.ephemeral(ctx, c, words)
			}
		})
	case act.ActionID == actSave && n.opt.SaveTemplate != nil:
		n.after(func(ctx context.Context) { n.openTemplate(ctx, c, act.Value) })
	case verdicts[act.ActionID] != "":
		n.after(func(ctx context.Context) { n.decideAnswer(ctx, c, act) })
	}
}

// submission treats a window that was sent.
func (n *Notifier) submission(ctx context.Context, c click, acknowledge func(window *api.ViewSubmissionResponse)) {
	ack := func() { acknowledge(nil) }
	from, ours := c.under()
	if !ours {
		ack()
		return
	}
	decided := func(decide func(ctx context.Context) string) {
		n.settle(ctx, c, string(from.ID), decideWithin, ack, decide)
	}
	switch window := c.View.CallbackID; {
	case window == askAnswer, window == sendAnswer:
		n.settleWindow(ctx, c, from, acknowledge, func(ctx context.Context) answered { return n.written(ctx, c, from) })
	case window == askApprove:
		n.settleWindow(ctx, c, from, acknowledge, func(ctx context.Context) answered { return n.approve(ctx, c, from) })
	case window == askTemplate && n.opt.SaveTemplate != nil:
		decided(func(ctx context.Context) string { return n.saveTemplate(ctx, c, from) })
	default:
		a, refusal := n.asks(c, from)
		if a.Verb != "" {
			decided(func(ctx context.Context) string { return n.decide(ctx, c, from.ID, a) })
			return
		}
		ack()
		if refusal != "" {
			n.after(func(ctx context.Context) { n.ephemeral(ctx, c, refusal) })
		}
	}
}

// settle has the desk decide about what was pressed by one of ours, acknowledges in time, and tells the
// person the words that decide returns, if any.
func (n *Notifier) settle(ctx context.Context, c click, what string, within time.Duration, ack func(), decide func(ctx context.Context) (words string)) {
	type answer struct {
		words string
		ours  bool
	}
	decided := make(chan answer, 1)
	n.later.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
		defer cancel()
		words, ours := n.admit(ctx, c)
		if ours {
			words = decide(ctx)
		}
		decided <- answer{words, ours}
	})
	late := time.NewTimer(ackWithin)
	defer late.Stop()
	var got answer
	select {
	case got = <-decided:
		fault.At("click-decided")
		ack()
		fault.At("click-acknowledged")
	case <-late.C:
		n.opt.Log.Warn("a click is acknowledged before it is decided: the database is slow", "of", what)
		ack()
		got = <-decided
	}
	if c.inHome() { // it is open, though this process may not have seen it opened
		n.wantHome(c.User.ID, got.words, got.ours)
		return
	}
	n.wantHome(c.User.ID, "", false)
	if got.words != "" {
		n.after(func(ctx context.Context) { n.ephemeral(ctx, c, got.words) })
	}
}

// takeAll asks the desk for a whole storm, and tells how much of it was taken.
func (n *Notifier) takeAll(ctx context.Context, c click, id mention.AlertID) (words string) {
	by := n.person(ctx, c)
	taken, err := n.opt.Desk.TakeAll(ctx, id, by)
	n.opt.Log.Info("a button was pressed", "who", by.ID, "name", by.Name, "verb", "take all", "alert", id, "won", taken.Won, "lost", taken.Lost, "err", err)
	l := n.lang(c)
	switch {
	case err == nil:
		return taken.Words(l)
	case taken.Won > 0:
		return taken.Words(l) + " " + l.Text("storm.taken_failed")
	}
	return alerts.Refusal(l, err, n.opt.Now())
}

// decide asks the desk; words are what to tell the person, if anything.
func (n *Notifier) decide(ctx context.Context, c click, id mention.ID, a mention.Action) (words string) {
	a.By = n.person(ctx, c)
	if a.Verb == mention.Snooze && a.Until.IsZero() { // a message of an earlier earshot: "Snooze for an hour"
		a.Until = alerts.SnoozeUntil(alerts.SnoozeHour, n.opt.Now(), time.UTC)
	}
	if a.Verb == mention.Assign {
		if !n.colleague(ctx, a.To.ID) {
			n.pressed(a.By, string(a.Verb), id, "to nobody of ours")
			return n.lang(c).Text("slack.assign.stranger", "who", n.people.name(ctx, a.To.ID, a.To.ID))
		}
		a.To = n.Person(ctx, a.To.ID, a.To.ID)
	}
	verb := string(a.Verb)
	if a.Reason != "" {
		verb += " (" + a.Reason + ")"
	}
	if words = n.refuses(ctx, n.lang(c), a.By, func(r Roles) bool { return r.allows(a) }).words; words != "" {
		n.pressed(a.By, verb, id, "may not")
		return words
	}
	_, err := n.opt.Desk.Do(ctx, id, a)
	var taken *mention.TakenError
	switch {
	case err == nil:
		n.pressed(a.By, verb, id, "done")
	case errors.As(err, &taken):
		n.pressed(a.By, verb, id, taken.Error())
	case errors.Is(err, mention.ErrNothingToDo):
		n.pressed(a.By, verb, id, "already so")
	case errors.Is(err, mention.ErrUntil):
		n.pressed(a.By, verb, id, "refused")
	case errors.Is(err, mention.ErrNotFound):
		n.pressed(a.By, verb, id, "not in this database")
	default:
		n.pressed(a.By, verb, id, "failed")
		n.opt.Log.Error("a click cannot be decided", "mention", id, "verb", a.Verb, "err", err)
	}
	return alerts.Refusal(n.lang(c), err, n.opt.Now())
}

// pressed writes a press into the log, and what came of it.
func (n *Notifier) pressed(by mention.Person, verb string, id mention.ID, outcome string) {
	n.opt.Log.Info("a button was pressed", "who", by.ID, "name", by.Name, "verb", verb, "mention", id, "outcome", outcome)
}

// after does something once the click is acknowledged, few at a time.
func (n *Notifier) after(do func(ctx context.Context)) {
	n.later.Go(func() {
		select {
		case n.slots <- struct{}{}:
			defer func() { <-n.slots }()
		case <-n.life.Done():
			return
		}
		ctx, cancel := context.WithTimeout(n.life, afterwards)
		defer cancel()
		do(ctx)
	})
}
