package slack

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// What a stranger wrote goes into rich text elements of type text and into plain
// text objects only: Slack parses no markup in either, so it cannot ping, link or
// format. Links are made from http and https permalinks, pings from the watchlist's
// own notify. Text is cut on runes before it is escaped.

// Slack's limits, as documented, and what is kept free of the undocumented one.
const (
	// maxBlocksJSON is the size of all blocks of a message as JSON, in runes.
	// Somewhere above 13,000 characters Slack answers msg_blocks_too_long.
	maxBlocksJSON = 12000
	// maxQuote is the longest quote of a post; less when the JSON grows too long.
	maxQuote = 8000
	// maxFallback is the text for notifications, search and clients without blocks.
	maxFallback = 3000
	maxURL      = 3000 // of a button
	maxContext  = 300  // of one line under the quote
	maxName     = 80   // of an author, a watch, a person
)

// noWords stands where there is nothing to say: Slack refuses empty texts.
func noWords(l i18n.Lang) string { return l.Text("alert.nothing_to_say") }

// drawn is a message as Slack takes it.
type drawn struct {
	blocks []api.Block
	text   string // escaped
}

// ping is a person or a group whose id is known.
type ping struct {
	user, group string
	name        string // said as text when neither is known
}

// draw lays a message out within Slack's limits.
func draw(m alerts.Message, notify ping) drawn { return drawWithin(m, notify, maxBlocksJSON) }

// drawWithin is draw for so many characters of JSON.
func drawWithin(m alerts.Message, notify ping, room int) drawn {
	d := drawn{text: fallback(m)}
	for limit := maxQuote; ; limit /= 2 {
		d.blocks = layout(m, notify, limit)
		b, err := json.Marshal(d.blocks)
		if err == nil && utf8.RuneCount(b) <= room || limit < 50 {
			return d
		}
	}
}

// bare is a message without blocks, for what Slack refuses to lay out. It names whom it should
// all the same.
func bare(m alerts.Message, notify ping) drawn {
	return drawn{text: fallback(m) + notify.text()}
}

// unthreaded is draw for what belongs under another message and cannot stand there: it says
// which complaint it is about. What of it is never redrawn has no buttons of the complaint,
// which would show an old state of it for ever.
func unthreaded(m alerts.Message, notify ping, room int) drawn {
	replied := m.Alert.ThreadOf != ""
	m.Alert.ThreadOf = "" // an escalation then shows the whole complaint
	m.Thread = alerts.Place{}
	d := drawWithin(m, notify, room)
	if m.Alert.Kind == mention.Changed && replied {
		about := api.NewRichTextBlock("about", api.NewRichTextSection(bold(cmp.Or(text.Line(m.Mention.Watch, maxName), m.Lang.Text("alert.about_complaint")))))
		d.blocks = append([]api.Block{about}, d.blocks...)
	}
	if m.Alert.Kind == mention.Escalation && replied && m.Mention.ID != "" {
		d.blocks = slices.DeleteFunc(d.blocks, isAction)
	}
	return d
}

func isAction(b api.Block) bool { return b.BlockType() == api.MBTAction }

func layout(m alerts.Message, notify ping, limit int) []api.Block {
	switch m.Alert.Kind {
	case mention.Complaint, mention.Duplicate:
		return complaint(m, notify, limit)
	case mention.Changed:
		return changed(m, notify, limit)
	case mention.Escalation:
		return escalation(m, notify, limit)
	case mention.Digest:
		if m.Details.Summary != nil {
			return digest(m, limit)
		}
	}
	return plain(m, notify, limit)
}

// complaint is the alert itself.
func complaint(m alerts.Message, notify ping, limit int) []api.Block {
	text := api.NewRichTextBlock("words", head(m, notify), who(m), quote(m, limit))
	return append(append([]api.Block{text}, under(m)...), buttons(m)...)
}

// head is the first line: how loud, whom it concerns, where it stands.
func head(m alerts.Message, notify ping) api.RichTextElement {
	mark, c := "●", m.Case
	switch {
	case c.Status == mention.Replied && c.AnswerVerified:
		mark = "✓"
	case c.Status == mention.Claimed, c.Status == mention.Replied:
		mark = "◐"
	case c.Status == mention.Dismissed:
		mark = "○"
	case alerts.Overdue(c):
		mark = "🔴"
	}
	title := mark + " " + m.Lang.Word("severity_title", m.Severity().String()) + " · " + text.Line(m.Mention.Watch, maxName)
	if m.Alert.Kind == mention.Duplicate {
		title += " · " + m.Lang.Text("alert.same_words")
	}
	line := append([]api.RichTextSectionElement{bold(title)}, state(m)...)
	if c.Status == mention.Open {
		line = append(line, textElement(" · "), ago(m.Lang, alerts.Since(m.Mention, c), m.Now))
	}
	if m.Repeat {
		line = append(line, italic("  ("+m.Lang.Text("alert.may_repeat_because")+")"))
	}
	return api.NewRichTextSection(append(line, notify.elements()...)...)
}

// state is alerts.State, its moments in the reader's own zone.
func state(m alerts.Message) []api.RichTextSectionElement {
	l := m.Lang
	if c := m.Case; alerts.Overdue(c) {
		return around(l, "    "+l.Text("case.overdue", "when", moment), c.OverdueSince)
	}
	if c := m.Case; c.Snoozed() {
		words := l.Text("case.snoozed", "who", text.Line(c.SnoozedBy.Name, maxName), "when", moment)
		if c.Status == mention.Claimed {
			words = l.Text("case.claimed_snoozed", "who", text.Line(c.Owner.Name, maxName), "snoozed", words)
		}
		return around(l, "    "+words, c.SnoozedUntil)
	}
	return []api.RichTextSectionElement{textElement("    " + text.Line(alerts.State(l, m.Zone, m.Mention, m.Case), 3*maxName))}
}

// moment stands in a sentence for a moment that every reader's Slack shows in his own
// zone. No name holds it: names are cleaned.
const moment = "\x00"

// around is a sentence with its moment as an element of its own.
func around(l i18n.Lang, words string, at time.Time) []api.RichTextSectionElement {
	before, after, _ := strings.Cut(words, moment)
	line := []api.RichTextSectionElement{textElement(before), date(l, at)}
	if after != "" {
		line = append(line, textElement(after))
	}
	return line
}

// who is the second line: the author, the place, the stars, the record.
func who(m alerts.Message) api.RichTextElement {
	p := m.Mention.Post
	l := m.Lang
	line := []api.RichTextSectionElement{textElement(whoWhere(l, p, somebody(l)))}
	if stars := alerts.Stars(l, p.Rating); stars != "" {
		line = append(line, textElement("  ("+stars+")"))
	}
	if p.IsReply && p.Title != "" {
		line = append(line, textElement(" "+l.Text("alert.in", "title", text.Line(p.Title, 2*maxName))))
	}
	if !m.Mention.EditedAt.IsZero() && !p.Deleted {
		line = append(line, italic("  "+l.Text("alert.edited")))
	}
	if record := m.Details.Record(l); record != "" {
		line = append(line, italic("    "+record))
	}
	return api.NewRichTextSection(line...)
}

// quote is what the author wrote, the decisive words bold.
func quote(m alerts.Message, limit int) api.RichTextElement {
	q := &api.RichTextQuote{Type: api.RTEQuote}
	if gone := alerts.Gone(m.Lang, m.Mention); gone != "" {
		q.Elements = append(q.Elements, italic(gone))
		return q
	}
	words, cut := alerts.Quote(m.Mention, limit)
	for _, w := range words {
		if w.Strong {
			q.Elements = append(q.Elements, bold(w.Text))
		} else {
			q.Elements = append(q.Elements, textElement(w.Text))
		}
	}
	if cut > 0 {
		q.Elements = append(q.Elements, italic(m.Lang.Plural("alert.cut", cut)))
	}
	if len(q.Elements) == 0 {
		q.Elements = append(q.Elements, italic(m.Lang.Text("alert.no_words")))
	}
	return q
}

// under is the line of reasons.
func under(m alerts.Message) []api.Block {
	var parts []string
	l := m.Lang
	if told := m.ToldElsewhere(); told != "" {
		parts = append(parts, told)
	}
	if answer := m.AnswerWords(); answer != "" {
		parts = append(parts, answer)
	}
	if why := alerts.Why(l, m.Mention.Score); len(why) > 0 {
		parts = append(parts, l.Text("alert.why", "why", strings.Join(why, " · ")))
	}
	if told := alerts.Told(l, m.Mention.Score); len(told) > 0 {
		parts = append(parts, text.Capital(strings.Join(told, " · ")))
	}
	if conflict := m.Mention.Score.Conflict; conflict != "" {
		parts = append(parts, l.Word("conflict", conflict))
	}
	if why := m.Severe(); len(why) > 0 {
		parts = append(parts, l.Word("severity_title", m.Severity().String())+": "+strings.Join(why, ", "))
	}
	if topics := alerts.Topics(l, m.Mention.Score); len(topics) > 0 {
		parts = append(parts, l.Text("alert.topics", "topics", strings.Join(topics, ", ")))
	}
	parts = append(parts, alerts.Verdict(l, m.Mention.Score))
	if n := m.Case.Duplicates; n > 0 {
		parts = append(parts, l.Plural("alert.copies", n))
	}
	var elements []api.MixedElement
	for _, p := range parts {
		elements = append(elements, plainText(text.Line(p, maxContext)))
	}
	return []api.Block{api.NewContextBlock("why", elements...)}
}

// changed is the reply in the thread that tells what happened to a post, and names who has to act.
func changed(m alerts.Message, notify ping, limit int) []api.Block {
	line := []api.RichTextSectionElement{textElement(cmp.Or(text.Line(m.NewsAbove(), maxContext), noWords(m.Lang)))}
	if link := webLink(m.Details.Link); link != "" {
		line = append(line, textElement(" "), api.NewRichTextSectionLinkElement(link, m.Lang.Text("alert.see_answer"), nil))
	}
	line = append(line, notify.elements()...)
	elements := []api.RichTextElement{api.NewRichTextSection(line...)}
	switch m.Details.Change {
	case alerts.Edited, alerts.Worse, alerts.Better:
		elements = append(elements, quote(m, limit))
	case alerts.Answered, alerts.NamesakeAnswered, alerts.SeemsAnswered:
		if words := text.Cut(text.Clean(m.Details.Text), limit); words != "" {
			elements = append(elements, &api.RichTextQuote{Type: api.RTEQuote, Elements: []api.RichTextSectionElement{textElement(words)}})
		}
	}
	return []api.Block{api.NewRichTextBlock("words", elements...)}
}

// escalation names people in the thread, or tells another channel, which gets the
// whole complaint with its buttons.
func escalation(m alerts.Message, notify ping, limit int) []api.Block {
	words := textElement(cmp.Or(text.Line(m.Details.Text, maxContext), noWords(m.Lang)))
	if m.Alert.ThreadOf != "" {
		line := append([]api.RichTextSectionElement{words}, notify.elements()...)
		return append([]api.Block{api.NewRichTextBlock("words", api.NewRichTextSection(line...))}, takeAll(m)...)
	}
	if m.Mention.ID == "" { // of a whole storm
		return plain(m, notify, limit)
	}
	first := api.NewRichTextSection(textElement(text.Line(m.Details.Text, maxContext) + "\n"))
	blocks := []api.Block{api.NewRichTextBlock("words", first, head(m, notify), who(m), quote(m, limit))}
	return append(append(blocks, under(m)...), buttons(m)...)
}

// plain is a message that is only a text of our own.
func plain(m alerts.Message, notify ping, limit int) []api.Block {
	line := []api.RichTextSectionElement{textElement(cmp.Or(text.Cut(text.Clean(m.Details.Text), limit), noWords(m.Lang)))}
	return append([]api.Block{api.NewRichTextBlock("words", api.NewRichTextSection(append(line, notify.elements()...)...))}, takeAll(m)...)
}

// escaped is text that Slack shows as it is.
func escaped(s string) string { return slackutilsx.EscapeMessage(s) }

// text is the ping where there are no blocks.
func (p ping) text() string {
	switch {
	case p.user != "":
		return "  <@" + p.user + ">"
	case p.group != "":
		return "  <!subteam^" + p.group + ">"
	case p.name != "":
		return "  " + escaped(text.Line(p.name, maxName))
	}
	return ""
}

func (p ping) elements() []api.RichTextSectionElement {
	switch {
	case p.user != "":
		return []api.RichTextSectionElement{textElement("  "), api.NewRichTextSectionUserElement(p.user, nil)}
	case p.group != "":
		return []api.RichTextSectionElement{textElement("  "), api.NewRichTextSectionUserGroupElement(p.group)}
	case p.name != "":
		return []api.RichTextSectionElement{textElement("  " + text.Line(p.name, maxName))}
	}
	return nil
}

func textElement(s string) api.RichTextSectionElement {
	return api.NewRichTextSectionTextElement(s, nil)
}

func bold(s string) api.RichTextSectionElement {
	return api.NewRichTextSectionTextElement(s, &api.RichTextSectionTextStyle{Bold: true})
}

func italic(s string) api.RichTextSectionElement {
	return api.NewRichTextSectionTextElement(s, &api.RichTextSectionTextStyle{Italic: true})
}

// ago is a moment that every reader's Slack shows as "3 minutes ago" and keeps
// fresh without an update.
func ago(l i18n.Lang, at, now time.Time) api.RichTextSectionElement {
	words := l.Ago(now.Sub(at))
	return api.NewRichTextSectionDateElement(at.Unix(), "{ago}", nil, &words)
}

// date is a day and a moment of it in the reader's own zone.
func date(l i18n.Lang, at time.Time) api.RichTextSectionElement {
	words := l.Time("time.day_time_zone", at.UTC())
	return api.NewRichTextSectionDateElement(at.Unix(), "{date_short_pretty} {time}", nil, &words)
}

func plainText(s string) *api.TextBlockObject {
	return api.NewTextBlockObject(api.PlainTextType, s, false, false)
}
