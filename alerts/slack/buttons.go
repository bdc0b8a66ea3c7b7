package slack

import (
	"strings"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// The action ids. They are in messages that stand in channels for years, so they
// must not change.
const (
	actClaim   = "claim"
	actRelease = "release"
	actReplied = "replied"
	actReopen  = "reopen"
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
	optSnooze      = "snooze"
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
	case mention.Replied, mention.Dismissed:
		add(actReopen, "Reopen", api.StyleDefault)
	}
	if open {
		row = append(row, menu(id, m.Mention.Post.Author))
	}
	if len(row) == 0 {
		return nil
	}
	return []api.Block{api.NewActionBlock(deskBlock, row...)}
}

// menu offers no muting of nobody: it would silence every guest.
func menu(id, author string) *api.OverflowBlockElement {
	option := func(verb, label string) *api.OptionBlockObject {
		return api.NewOptionBlockObject(verb+":"+id, plainText(label), nil)
	}
	options := []*api.OptionBlockObject{option(optNotNegative, "Not negative"), option(optNotUs, "Not us"), option(optSpam, "Spam")}
	if !mention.IsNobody(author) {
		options = append(options, option(optMute, "Mute this author"))
	}
	return api.NewOverflowBlockElement(actMore, append(options, option(optSnooze, "Snooze for an hour"))...)
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
	case actMore:
		verb, rest, _ := strings.Cut(c.SelectedOption.Value, ":")
		id = mention.ID(rest)
		a.Verb = mention.Dismiss
		switch verb {
		case optNotNegative:
			a.Reason = mention.NotNegative
		case optNotUs:
			a.Reason = mention.NotUs
		case optSpam:
			a.Reason = mention.Spam
		case optMute:
			a.Reason = mention.MutedAuthor
		case optSnooze:
			a.Verb = mention.Snooze
		default:
			return a, "", false
		}
	default:
		return a, "", false
	}
	return a, id, id != ""
}
