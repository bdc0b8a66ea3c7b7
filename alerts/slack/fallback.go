package slack

import (
	"cmp"
	"strings"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// maxNews is the longest quote in the fallback of a message that has something else to
// say first.
const maxNews = 600

// fallback is the whole message in one escaped text: what notifications show and
// the search finds. It begins with what a locked screen must tell: what happened,
// about which brand, where, and how often.
func fallback(m alerts.Message) string {
	var b strings.Builder
	if m.Repeat {
		b.WriteString("(" + m.Lang.Text("alert.may_repeat") + ") ")
	}
	switch m.Alert.Kind {
	case mention.Complaint, mention.Duplicate:
		b.WriteString(complaintWords(m, maxFallback-600))
	case mention.Escalation:
		b.WriteString(text.Clean(m.Details.Text))
		if m.Mention.ID != "" {
			b.WriteString("\n" + complaintWords(m, maxNews))
		}
	case mention.Changed:
		b.WriteString(changedWords(m))
	case mention.Digest:
		b.WriteString(digestWords(m))
	default:
		b.WriteString(text.Clean(m.Details.Text))
	}
	if told := m.ToldElsewhere(); told != "" {
		b.WriteString("\n" + told)
	}
	return escaped(text.Cut(cmp.Or(b.String(), noWords(m.Lang)), maxFallback))
}

// complaintWords is a complaint: how loud, about whom, where, its state, its words.
func complaintWords(m alerts.Message, limit int) string {
	p := m.Mention.Post
	l := m.Lang
	words := strings.Join([]string{l.Word("severity_title", m.Severity().String()), text.Line(m.Mention.Watch, maxName), whoWhere(l, p, ""), text.Line(alerts.State(l, m.Zone, m.Mention, m.Case), 3*maxName)}, " · ")
	words += "\n" + postWords(l, m.Mention, limit)
	if link := webLink(p.URL); link != "" && len(link) < 500 {
		words += "\n" + link
	}
	return words
}

// changedWords is news about a complaint: which one, what happened, what it says now.
func changedWords(m alerts.Message) string {
	words := m.NewsAbove()
	if m.Mention.ID != "" {
		words = about(m.Lang, m.Mention) + ": " + words
	}
	switch m.Details.Change {
	case alerts.Edited, alerts.Worse, alerts.Better:
		words += "\n" + postWords(m.Lang, m.Mention, maxNews)
	case alerts.Answered:
		words += "\n" + text.Cut(text.Clean(m.Details.Text), maxNews)
	}
	return strings.TrimSpace(words)
}

// digestWords is a summary, or the message that gathers what was heard in the quiet hours.
func digestWords(m alerts.Message) string {
	said := text.Clean(m.Details.Text)
	if s := m.Details.Summary; s != nil {
		return s.Brief(m.Lang) + " · " + said
	}
	g := m.Gathered
	if g.Count == 0 {
		return said
	}
	words := m.Lang.Plural("alert.gathered", g.Count, "watches", text.Line(strings.Join(g.Watches, ", "), 3*maxName)) + " " + said
	if g.Loudest.ID != "" {
		words += "\n" + about(m.Lang, g.Loudest) + ": " + postWords(m.Lang, g.Loudest, maxNews)
	}
	return words
}

// about names a complaint in a few words.
func about(l i18n.Lang, m mention.Mention) string {
	return text.Line(m.Watch, maxName) + " · " + whoWhere(l, m.Post, somebody(l))
}

// somebody is an author without a name, at the beginning of a line.
func somebody(l i18n.Lang) string { return text.Capital(l.Text("alert.somebody")) }

// whoWhere is the author and the place.
func whoWhere(l i18n.Lang, p mention.Post, nobody string) string {
	if author := cmp.Or(text.Line(p.Author, maxName), nobody); author != "" {
		return l.Text("alert.on", "author", author, "site", alerts.Site(p))
	}
	return alerts.Site(p)
}

// postWords is what the author wrote, cut to so many runes.
func postWords(l i18n.Lang, m mention.Mention, limit int) string {
	if gone := alerts.Gone(l, m); gone != "" {
		return gone
	}
	var b strings.Builder
	words, _ := alerts.Quote(m, limit)
	for _, w := range words {
		b.WriteString(w.Text)
	}
	return cmp.Or(b.String(), l.Text("alert.no_words"))
}
