package slack

import (
	"strings"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
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
	actAnswer  = "answer"     // opens the window that answers on the site
	actOpen    = "open"       // a link; Slack reports it all the same
)

// The options of the menu, before the mention's id.
const (
	optNotNegative = "not_negative"
	optNotUs       = "not_us"
	optSpam        = "spam"
	optGone        = "gone"
	optMute        = "mute"
	optSnooze      = "snooze"     // for an hour; in messages of earlier earshots
	optSnoozeFor   = "snooze_for" // opens the window that asks how long
	optWake        = "wake"
)

// deskBlock is the block_id of the buttons: without one, Slack's libraries do not
// read a click as a block action.
const deskBlock = "desk"

// deskIn is the block_id of buttons in a language. It says in which one to answer who
// presses: no click depends on what a process remembers.
func deskIn(l i18n.Lang) string {
	if l.Code() == (i18n.Lang{}).Code() {
		return deskBlock
	}
	return deskBlock + " " + l.Code()
}

// langOf reads the code of the language from a block_id; empty for English, and for what is
// not ours.
func langOf(blockID string) string {
	code, ours := strings.CutPrefix(blockID, deskBlock+" ")
	if !ours {
		return ""
	}
	code, _, _ = strings.Cut(code, " ") // in the App Home the mention's id is next
	return code
}

// buttons are the verbs that make sense in the case's state. Every value is the
// mention's id: no click depends on what a process remembers.
func buttons(m alerts.Message) []api.Block {
	id, l := string(m.Mention.ID), m.Lang
	var row []api.BlockElement
	add := func(action, label string, style api.Style) {
		row = append(row, api.NewButtonBlockElement(action, id, plainText(label)).WithStyle(style))
	}
	waits := m.Case.Waits()
	switch m.Case.Status {
	case mention.Open:
		add(actClaim, l.Text("verb.claim"), api.StylePrimary)
	case mention.Claimed:
		add(actReplied, l.Text("verb.replied"), api.StylePrimary)
	}
	last := m.Answer.Last
	if waits && (last.Status.Open() || m.Answer.Way && !last.Holds(m.Case)) { // what is open can be settled without a way
		label := l.Text("slack.button.answer")
		if m.Answer.Way && last.AwaitsApproval() {
			label = l.Text("slack.button.approve")
		}
		add(actAnswer, label, api.StyleDefault)
	}
	if link := webLink(m.Mention.Post.URL); link != "" {
		row = append(row, api.NewButtonBlockElement(actOpen, id, plainText(l.Text("press.open"))).WithURL(link))
	}
	if waits {
		add(actText, l.Text("reply.text"), api.StyleDefault)
	}
	switch m.Case.Status {
	case mention.Open:
		add(actReplied, l.Text("verb.replied"), api.StyleDefault)
	case mention.Claimed:
		add(actRelease, l.Text("verb.release"), api.StyleDefault)
		row = append(row, takeOver(m))
	case mention.Replied, mention.Dismissed:
		add(actReopen, l.Text("verb.reopen"), api.StyleDefault)
	}
	if waits {
		add(actAssign, l.Text("slack.button.assign"), api.StyleDefault)
		row = append(row, menu(m))
	}
	if len(row) == 0 {
		return nil
	}
	return []api.Block{api.NewActionBlock(deskIn(l), row...)}
}

// takeAll is the one button of a message about a storm. It asks first: nobody wants two
// hundred complaints by a slip.
func takeAll(m alerts.Message) []api.Block {
	if m.Details.Storm == nil || m.Alert.ID == "" {
		return nil
	}
	l := m.Lang
	button := asksFirst(l, actTakeAll, string(m.Alert.ID), l.Text("slack.button.take_all"), l.Text("slack.take_all.title"), l.Text("slack.take_all.text"))
	return []api.Block{api.NewActionBlock(deskIn(l), button.WithStyle(api.StylePrimary))}
}

// takeOver asks first, and names the owner: the press holds only against this one.
func takeOver(m alerts.Message) api.BlockElement {
	l, who := m.Lang, text.Line(m.Case.Owner.Name, maxName)
	return asksFirst(l, actTake, string(m.Mention.ID)+" "+m.Case.Owner.ID, l.Text("verb.takeover"), l.Text("slack.take_over.title"), l.Text("slack.take_over.text", "who", who))
}

// asksFirst is a button of which Slack asks a question before it sends the press.
func asksFirst(l i18n.Lang, action, value, label, title, words string) *api.ButtonBlockElement {
	question := &api.ConfirmationBlockObject{Title: plainText(title), Text: plainText(words), Confirm: plainText(label), Deny: plainText(l.Text("slack.button.no"))}
	return api.NewButtonBlockElement(action, value, plainText(label)).WithConfirm(question)
}

// menu offers no muting of nobody: it would silence every guest. Of a post that is gone there are no words that
// anybody could call not negative; Slack takes five entries.
func menu(m alerts.Message) *api.OverflowBlockElement {
	l := m.Lang
	option := func(verb, label string) *api.OptionBlockObject {
		return api.NewOptionBlockObject(verb+":"+string(m.Mention.ID), plainText(label), nil)
	}
	first := option(optNotNegative, l.Text("dismiss.not_negative"))
	if m.Mention.Post.Deleted {
		first = option(optGone, l.Text("dismiss.gone"))
	}
	entries := []*api.OptionBlockObject{first, option(optNotUs, l.Text("dismiss.not_us")), option(optSpam, l.Text("dismiss.spam"))}
	if !mention.IsNobody(m.Mention.Post.Author) {
		entries = append(entries, option(optMute, l.Text("slack.menu.mute")))
	}
	if m.Case.Snoozed() {
		entries = append(entries, option(optWake, l.Text("verb.wake")))
	} else {
		entries = append(entries, option(optSnoozeFor, l.Text("slack.menu.snooze")))
	}
	return api.NewOverflowBlockElement(actMore, entries...)
}

// verbs are what the buttons ask the desk for, entries what the entries of the menu do.
var (
	verbs   = map[string]mention.Verb{actClaim: mention.Claim, actRelease: mention.Release, actReplied: mention.Reply, actReopen: mention.Reopen}
	entries = map[string]mention.Action{
		optNotNegative: {Verb: mention.Dismiss, Reason: mention.NotNegative},
		optNotUs:       {Verb: mention.Dismiss, Reason: mention.NotUs},
		optSpam:        {Verb: mention.Dismiss, Reason: mention.Spam},
		optGone:        {Verb: mention.Dismiss, Reason: mention.Gone},
		optSnooze:      {Verb: mention.Snooze},
		optWake:        {Verb: mention.Wake},
	}
)

// verbOf reads which verb on which mention a click means. ok is false for what
// changes nothing and for what is not ours.
func verbOf(c action) (a mention.Action, id mention.ID, ok bool) {
	switch c.ActionID {
	case actTake:
		of, owner, _ := strings.Cut(c.Value, " ")
		a.Verb, a.From, id = mention.TakeOver, owner, mention.ID(of)
	case actMore:
		var entry string
		entry, id = c.entry()
		a = entries[entry]
	default:
		a.Verb, id = verbs[c.ActionID], mention.ID(c.Value)
	}
	return a, id, a.Verb != "" && id != ""
}
