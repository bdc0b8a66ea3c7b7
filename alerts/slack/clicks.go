package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fault"
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
	// afterwards bounds what is done after the acknowledgement: telling the loser may
	// have to wait for a Retry-After.
	afterwards = 2 * time.Minute
	// snooze is what the menu's "Snooze for an hour" means.
	snooze = time.Hour
)

// click is what Slack sends of an interaction, as far as earshot reads it. It is
// read here and not by slack-go, which drops actions without a block_id.
type click struct {
	Type        string `json:"type"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	User        struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Username string `json:"username"`
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
}

type action struct {
	ActionID       string `json:"action_id"`
	Value          string `json:"value"`
	SelectedOption struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

func (c click) channel() string { return or(c.Channel.ID, c.Container.ChannelID) }

// person is who clicked, by the id Slack has for them and the name colleagues know.
func (n *Notifier) person(ctx context.Context, c click) mention.Person {
	name := text.Line(or(c.User.Username, or(c.User.Name, c.User.ID)), maxName)
	return mention.Person{ID: "slack:" + c.User.ID, Name: n.people.name(ctx, c.User.ID, name)}
}

// interaction treats one payload. ack is called exactly once, within ackWithin.
// What is left to do goes on in the background.
func (n *Notifier) interaction(ctx context.Context, payload []byte, ack func()) {
	var c click
	if err := json.Unmarshal(payload, &c); err != nil {
		n.opt.Log.Warn("an interaction from slack cannot be read", "err", err)
		ack()
		return
	}
	if c.Type != "block_actions" || len(c.Actions) == 0 || c.User.ID == "" {
		ack() // a closed modal, a link that was opened …
		return
	}
	act := c.Actions[0]
	a, id, ok := verbOf(act)
	if !ok {
		ack()
		if act.ActionID == actText {
			n.after(func(ctx context.Context) { n.showReplies(ctx, c, mention.ID(act.Value)) })
		}
		return
	}
	decided := make(chan error, 1)
	n.later.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), decideWithin)
		defer cancel()
		decided <- n.decide(ctx, c, id, a)
	})
	late := time.NewTimer(ackWithin)
	defer late.Stop()
	var err error
	select {
	case err = <-decided:
		fault.At("click-decided")
		ack()
		fault.At("click-acknowledged")
	case <-late.C:
		n.opt.Log.Warn("a click is acknowledged before it is decided: the database is slow", "mention", id)
		ack()
		err = <-decided
	}
	if words := alerts.Refusal(err, n.opt.Now()); words != "" {
		n.after(func(ctx context.Context) { n.ephemeral(ctx, c, words) })
	}
}

// decide asks the desk.
func (n *Notifier) decide(ctx context.Context, c click, id mention.ID, a mention.Action) error {
	a.By = n.person(ctx, c)
	if a.Verb == mention.Snooze {
		a.Until = n.opt.Now().Add(snooze).Truncate(time.Minute)
	}
	_, err := n.opt.Desk.Do(ctx, id, a)
	verb := string(a.Verb)
	if a.Reason != "" {
		verb += " (" + a.Reason + ")"
	}
	var taken *mention.TakenError
	switch {
	case err == nil:
		n.pressed(a.By, verb, id, "done")
	case errors.As(err, &taken):
		n.pressed(a.By, verb, id, taken.Error())
	case errors.Is(err, mention.ErrNothingToDo):
		n.pressed(a.By, verb, id, "already so")
	case errors.Is(err, mention.ErrNotFound):
		n.pressed(a.By, verb, id, "not in this database")
	default:
		n.pressed(a.By, verb, id, "failed")
		n.opt.Log.Error("a click cannot be decided", "mention", id, "verb", a.Verb, "err", err)
	}
	return err
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

// showReplies opens a window with the reply templates, filled in and ready to
// copy, and the link to the place where the answer goes.
func (n *Notifier) showReplies(ctx context.Context, c click, id mention.ID) {
	short, cancel := context.WithTimeout(ctx, nameWithin)
	me := n.person(short, c)
	cancel()
	m, _, err := n.opt.Reader.Mention(ctx, id)
	if err != nil {
		n.pressed(me, replyText, id, "failed")
		n.ephemeral(ctx, c, alerts.Refusal(err, n.opt.Now()))
		return
	}
	_, err = n.api.OpenViewContext(ctx, c.TriggerID, repliesView(m, n.opt.Replies(m, me.Name)))
	if err == nil {
		n.pressed(me, replyText, id, "done")
	} else {
		n.pressed(me, replyText, id, "failed")
		n.opt.Log.Warn("the reply texts cannot be shown", "mention", id, "err", n.sort("views.open", "", err))
		n.ephemeral(ctx, c, "Slack did not open the window with the reply texts. Please press again.")
	}
}

// replyText is what the log calls the button that opens the reply templates.
const replyText = "reply text"

// nameWithin is how long Slack is asked for the name of who will answer: the window must
// open within three seconds of the press.
const nameWithin = time.Second

// maxReplyText is what an input of a modal holds.
const maxReplyText = 3000

func repliesView(m mention.Mention, replies []string) api.ModalViewRequest {
	var blocks []api.Block
	intro := "Copy a text, change what needs changing, and post it under the complaint."
	if len(replies) == 0 {
		intro = fmt.Sprintf("The watchlist has no reply template for these topics in this language (%s). Add one under replies:.", or(m.Score.Lang, "unknown"))
	}
	blocks = append(blocks, api.NewSectionBlock(plainText(intro), nil, nil))
	for i, r := range replies[:min(len(replies), 2)] {
		box := api.NewPlainTextInputBlockElement(nil, fmt.Sprintf("text%d", i)).WithMultiline(true).
			WithInitialValue(text.Cut(r, maxReplyText))
		label := plainText(fmt.Sprintf("Text %d", i+1))
		input := api.NewInputBlock(fmt.Sprintf("reply%d", i), label, nil, box)
		input.Optional = true
		blocks = append(blocks, input)
	}
	if link := webLink(m.Post.URL); link != "" {
		blocks = append(blocks, api.NewActionBlock("where", api.NewButtonBlockElement(actOpen, string(m.ID), plainText("Open post ↗")).WithURL(link)))
	}
	return api.ModalViewRequest{Type: api.VTModal, Title: plainText("Reply text"), Close: plainText("Close"), Blocks: api.Blocks{BlockSet: blocks}}
}
