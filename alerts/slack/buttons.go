package slack

import (
	"strings"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// The action ids. They are in messages that stand in channels for years, so they
// must not change.
const (
	actClaim   = "claim"
	actRelease = "release"
	actReplied = "replied"
	actReopen  = "reopen"
	actTake    = "take_over"  // its value is the mention's id and the owner whom people see
	actTakeAll = "take_all"   // of a storm; its value is the id of the message's alert
	actAssign  = "assign"     // opens the window that asks whom to
	actMore    = "more"       // the menu; its options carry the verb
	actText    = "reply_text" // opens the reply templates
	actOpen    = "open"       // a link; Slack reports it all the same
)

// The options of the menu, before the mention's id.
const (
	optNotNegative = "not_negative"
	optNotUs       = "not_us"
	optSpam        = "spam"
	optMute        = "mute"
	optSnooze      = "snooze"     // for an hour; in messages of earlier earshots
	optSnoozeFor   = "snooze_for" // opens the window that asks how long
	optWake        = "wake"
)

// deskBlock is the block_id of the buttons: without one, Slack's libraries do not
// read a click as a block action.
const deskBlock = "desk"

// buttons are the verbs that make sense in the case's state. Every value is the
// mention's id: no click depends on what a process remembers.
func buttons(m alerts.Message) []api.Block {
	id := string(m.Mention.ID)
	var row []api.BlockElement
	add := func(action, label string, style api.Style) {
		row = append(row, api.NewButtonBlockElement(action, id, plainText(label)).WithStyle(style))
	}
	open := m.Case.Status == mention.Open || m.Case.Status == mention.Claimed
	switch m.Case.Status {
	case mention.Open:
		add(actClaim, "Claim", api.StylePrimary)
	case mention.Claimed:
		add(actReplied, "Replied", api.StylePrimary)
	}
	if link := webLink(m.Mention.Post.URL); link != "" {
		row = append(row, api.NewButtonBlockElement(actOpen, id, plainText("Open post ↗")).WithURL(link))
	}
	if open {
		add(actText, "Reply text", api.StyleDefault)
	}
	switch m.Case.Status {
	case mention.Open:
		add(actReplied, "Replied", api.StyleDefault)
	case mention.Claimed:
		add(actRelease, "Release", api.StyleDefault)
		row = append(row, takeOver(m))
	case mention.Replied, mention.Dismissed:
		add(actReopen, "Reopen", api.StyleDefault)
	}
	if open {
		add(actAssign, "Assign…", api.StyleDefault)
		row = append(row, menu(m))
	}
	if len(row) == 0 {
		return nil
	}
	return []api.Block{api.NewActionBlock(deskBlock, row...)}
}

// takeAll is the one button of a message about a storm. It asks first: nobody wants two
// hundred complaints by a slip.
func takeAll(m alerts.Message) []api.Block {
	if m.Details.Storm == nil || m.Alert.ID == "" {
		return nil
	}
	question := &api.ConfirmationBlockObject{Title: plainText("Take all?"), Text: plainText("Every complaint of this storm that nobody has becomes yours."),
		Confirm: plainText("Take all"), Deny: plainText("No")}
	button := api.NewButtonBlockElement(actTakeAll, string(m.Alert.ID), plainText("Take all")).WithConfirm(question).WithStyle(api.StylePrimary)
	return []api.Block{api.NewActionBlock(deskBlock, button)}
}

// takeOver asks first, and names the owner: the press holds only against this one.
func takeOver(m alerts.Message) api.BlockElement {
	who := text.Line(m.Case.Owner.Name, maxName)
	question := &api.ConfirmationBlockObject{Title: plainText("Take over?"), Text: plainText("Take over from " + who + "? " + who + " reads it in the thread."),
		Confirm: plainText("Take over"), Deny: plainText("No")}
	return api.NewButtonBlockElement(actTake, string(m.Mention.ID)+" "+m.Case.Owner.ID, plainText("Take over")).WithConfirm(question)
}

// menu offers no muting of nobody: it would silence every guest.
func menu(m alerts.Message) *api.OverflowBlockElement {
	option := func(verb, label string) *api.OptionBlockObject {
		return api.NewOptionBlockObject(verb+":"+string(m.Mention.ID), plainText(label), nil)
	}
	entries := []*api.OptionBlockObject{option(optNotNegative, "Not negative"), option(optNotUs, "Not us"), option(optSpam, "Spam")}
	if !mention.IsNobody(m.Mention.Post.Author) {
		entries = append(entries, option(optMute, "Mute this author…"))
	}
	if m.Case.Snoozed() {
		entries = append(entries, option(optWake, "End the snooze"))
	} else {
		entries = append(entries, option(optSnoozeFor, "Snooze…"))
	}
	return api.NewOverflowBlockElement(actMore, entries...)
}

// verbOf reads which verb on which mention a click means. ok is false for what
// changes nothing and for what is not ours.
func verbOf(c action) (a mention.Action, id mention.ID, ok bool) {
	id = mention.ID(c.Value)
	switch c.ActionID {
	case actClaim:
		a.Verb = mention.Claim
	case actRelease:
		a.Verb = mention.Release
	case actReplied:
		a.Verb = mention.Reply
	case actReopen:
		a.Verb = mention.Reopen
	case actTake:
		of, owner, _ := strings.Cut(c.Value, " ")
		a.Verb, a.From, id = mention.TakeOver, owner, mention.ID(of)
	case actMore:
		var verb string
		verb, id = c.entry()
		a.Verb = mention.Dismiss
		switch verb {
		case optNotNegative:
			a.Reason = mention.NotNegative
		case optNotUs:
			a.Reason = mention.NotUs
		case optSpam:
			a.Reason = mention.Spam
		case optSnooze:
			a.Verb = mention.Snooze
		case optWake:
			a.Verb = mention.Wake
		default:
			return a, "", false
		}
	default:
		return a, "", false
	}
	return a, id, id != ""
}
