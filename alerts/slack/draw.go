package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"

	"github.com/earshot/earshot/alerts"
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
const noWords = "earshot has something to say, but no words for it"

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

func layout(m alerts.Message, notify ping, limit int) []api.Block {
	switch m.Alert.Kind {
	case mention.Complaint, mention.Duplicate:
		return complaint(m, notify, limit)
	case mention.Changed:
		return changed(m, limit)
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
	title := mark + " " + capital(m.Alert.Severity.String()) + " · " + text.Line(m.Mention.Watch, maxName)
	if m.Alert.Kind == mention.Duplicate {
		title += " · the same words elsewhere"
	}
	line := append([]api.RichTextSectionElement{bold(title)}, state(m)...)
	if c.Status == mention.Open {
		line = append(line, textElement(" · "), ago(alerts.Since(m.Mention, c), m.Now))
	}
	if m.Repeat {
		line = append(line, italic("  (may be a repeat: the channel's history could not be read)"))
	}
	return api.NewRichTextSection(append(line, notify.elements()...)...)
}

// state is alerts.State, its moments in the reader's own zone.
func state(m alerts.Message) []api.RichTextSectionElement {
	if c := m.Case; alerts.Overdue(c) {
		return []api.RichTextSectionElement{textElement("    overdue since "), date(c.OverdueSince), textElement(": nobody has it")}
	}
	if c := m.Case; c.Snoozed() {
		words := "    "
		if c.Status == mention.Claimed {
			words += text.Line(c.Owner.Name, maxName) + " has it · "
		}
		return []api.RichTextSectionElement{textElement(words + "snoozed by " + text.Line(c.SnoozedBy.Name, maxName) + " until "), date(c.SnoozedUntil)}
	}
	return []api.RichTextSectionElement{textElement("    " + text.Line(alerts.State(m.Mention, m.Case), 3*maxName))}
}

// who is the second line: the author, the place, the stars, the record.
func who(m alerts.Message) api.RichTextElement {
	p := m.Mention.Post
	author := text.Line(p.Author, maxName)
	if author == "" {
		author = "Somebody"
	}
	line := []api.RichTextSectionElement{textElement(author + " on " + alerts.Site(p))}
	if stars := alerts.Stars(p.Rating); stars != "" {
		line = append(line, textElement("  ("+stars+")"))
	}
	if p.IsReply && p.Title != "" {
		line = append(line, textElement(" in «"+text.Line(p.Title, 2*maxName)+"»"))
	}
	if !m.Mention.EditedAt.IsZero() && !p.Deleted {
		line = append(line, italic("  edited"))
	}
	if record := m.Details.Record(); record != "" {
		line = append(line, italic("    "+record))
	}
	return api.NewRichTextSection(line...)
}

// quote is what the author wrote, the decisive words bold.
func quote(m alerts.Message, limit int) api.RichTextElement {
	q := &api.RichTextQuote{Type: api.RTEQuote}
	if m.Mention.Post.Deleted {
		q.Elements = append(q.Elements, italic("The post is gone from the site."))
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
		q.Elements = append(q.Elements, italic(fmt.Sprintf("… (%d more characters: open the post)", cut)))
	}
	if len(q.Elements) == 0 {
		q.Elements = append(q.Elements, italic("No words, only the rating."))
	}
	return q
}

// under is the line of reasons.
func under(m alerts.Message) []api.Block {
	var parts []string
	if why := alerts.Why(m.Mention.Score); len(why) > 0 {
		parts = append(parts, "Why: "+strings.Join(why, " · "))
	}
	if told := alerts.Told(m.Mention.Score); len(told) > 0 {
		parts = append(parts, capital(strings.Join(told, " · ")))
	}
	if m.Mention.Score.Conflict != "" {
		parts = append(parts, m.Mention.Score.Conflict)
	}
	if m.Alert.Severity >= mention.High && len(m.Details.Why) > 0 {
		parts = append(parts, capital(m.Alert.Severity.String())+": "+strings.Join(m.Details.Why, ", "))
	}
	if topics := m.Mention.Score.Topics; len(topics) > 0 {
		parts = append(parts, "Topics: "+strings.Join(topics, ", "))
	}
	parts = append(parts, alerts.Verdict(m.Mention.Score))
	switch n := m.Case.Duplicates; {
	case n == 1:
		parts = append(parts, "The same words stand in one more place: see the thread")
	case n > 1:
		parts = append(parts, fmt.Sprintf("The same words stand in %d more places: see the thread", n))
	}
	var elements []api.MixedElement
	for _, p := range parts {
		elements = append(elements, plainText(text.Line(p, maxContext)))
	}
	return []api.Block{api.NewContextBlock("why", elements...)}
}

// changed is the reply in the thread that tells what happened to a post.
func changed(m alerts.Message, limit int) []api.Block {
	line := []api.RichTextSectionElement{textElement(or(text.Line(m.News(), maxContext), noWords))}
	if link := webLink(m.Details.Link); link != "" {
		line = append(line, textElement(" "), api.NewRichTextSectionLinkElement(link, "See the answer", nil))
	}
	elements := []api.RichTextElement{api.NewRichTextSection(line...)}
	switch m.Details.Change {
	case alerts.Edited, alerts.Worse, alerts.Better:
		elements = append(elements, quote(m, limit))
	case alerts.Answered, alerts.NamesakeAnswered:
		if words := text.Cut(text.Clean(m.Details.Text), limit); words != "" {
			elements = append(elements, &api.RichTextQuote{Type: api.RTEQuote, Elements: []api.RichTextSectionElement{textElement(words)}})
		}
	}
	return []api.Block{api.NewRichTextBlock("words", elements...)}
}

// escalation names people in the thread, or tells another channel, which gets the
// whole complaint with its buttons.
func escalation(m alerts.Message, notify ping, limit int) []api.Block {
	words := textElement(or(text.Line(m.Details.Text, maxContext), noWords))
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
	line := []api.RichTextSectionElement{textElement(or(text.Cut(text.Clean(m.Details.Text), limit), noWords))}
	return append([]api.Block{api.NewRichTextBlock("words", api.NewRichTextSection(append(line, notify.elements()...)...))}, takeAll(m)...)
}

// escaped is text that Slack shows as it is.
func escaped(s string) string { return slackutilsx.EscapeMessage(s) }

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
func ago(at, now time.Time) api.RichTextSectionElement {
	words := text.Span(now.Sub(at)) + " ago"
	return api.NewRichTextSectionDateElement(at.Unix(), "{ago}", nil, &words)
}

// date is a day and a moment of it in the reader's own zone.
func date(at time.Time) api.RichTextSectionElement {
	words := at.UTC().Format("2 Jan 15:04 MST")
	return api.NewRichTextSectionDateElement(at.Unix(), "{date_short_pretty} {time}", nil, &words)
}

func plainText(s string) *api.TextBlockObject {
	return api.NewTextBlockObject(api.PlainTextType, s, false, false)
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
