package slack

import (
	"cmp"
	"slices"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
)

const (
	// maxLabel is the longest name in a chart, maxChartTitle the longest title.
	maxLabel, maxChartTitle = 20, 50
	// maxBars is how many places a chart has on its axis.
	maxBars = 20
)

// digest shows how long people waited: the numbers, charts where the reader's
// Slack has them, and who waits still. limit shortens the lists.
func digest(m alerts.Message, limit int) []api.Block {
	s, l := m.Details.Summary, m.Lang
	blocks := []api.Block{api.NewHeaderBlock(plainText(s.Title(l)))}
	first := []api.RichTextSectionElement{textElement(headline(l, s))}
	if m.Repeat {
		first = append(first, italic("  ("+l.Text("alert.may_repeat_because")+")"))
	}
	numbers := append([]api.RichTextElement{api.NewRichTextSection(first...)}, clocks(l, s)...)
	blocks = append(blocks, api.NewRichTextBlock("numbers", numbers...))
	blocks = append(blocks, charts(l, s)...)
	rows := max(limit/1000, 1)
	var lists []api.RichTextElement
	lists = append(lists, table(l, l.Text("digest.slowest"), slow(s.Report.Places), rows)...)
	lists = append(lists, table(l, l.Text("digest.topics"), topicRows(l, s.Report.Topics), rows)...)
	lists = append(lists, table(l, l.Text("report.people"), answering(s.Report.People), rows)...)
	lists = append(lists, waiting(m, limit/500)...)
	if len(lists) > 0 {
		blocks = append(blocks, api.NewRichTextBlock("lists", lists...))
	}
	return blocks
}

// headline is the digest in two or three sentences.
func headline(l i18n.Lang, s *alerts.Summary) string {
	r, b := s.Report, s.Before
	if r.Heard == 0 {
		return l.Text("digest.none_heard", "before", b.Heard)
	}
	words := l.Plural("digest.heard", r.Heard, "before", b.Heard, "answered", r.Answered, "proved", r.Proved, "dismissed", r.Dismissed, "unanswered", r.Unanswered)
	switch median, p90 := l.Span(r.Overall.Median), l.Span(r.Overall.P90); {
	case r.Overall.Of == 0:
	case b.Overall.Of == 0:
		words += " " + l.Text("digest.half", "median", median, "p90", p90)
	default:
		words += " " + l.Text("digest.half_before", "median", median, "p90", p90, "median_before", l.Span(b.Overall.Median), "p90_before", l.Span(b.Overall.P90))
	}
	if r.Kept.Of+b.Kept.Of > 0 { // else there is no such deadline
		words += " " + l.Text("digest.kept", "kept", r.Kept.Words(l), "before", b.Kept.Words(l))
	}
	return words
}

// clocks are the three parts of a wait, and the whole, each beside that of before; none where nobody waited in
// either period. They are lines and no table: five columns of a fixed width do not fit a phone.
func clocks(l i18n.Lang, s *alerts.Summary) []api.RichTextElement {
	var lines []api.RichTextElement
	for _, c := range []struct {
		name      string
		now, then report.Spread
	}{
		{l.Text("report.hear"), s.Report.Hear, s.Before.Hear},
		{l.Text("report.claim"), s.Report.Claim, s.Before.Claim},
		{l.Text("report.answer"), s.Report.Answer, s.Before.Answer},
		{l.Text("report.overall"), s.Report.Overall, s.Before.Overall},
	} {
		words := c.now.Words(l)
		switch {
		case c.now.Of+c.then.Of == 0:
			continue
		case c.then.Of > 0:
			words = l.Text("digest.wait", "now", words, "median", l.Span(c.then.Median), "p90", l.Span(c.then.P90))
		}
		lines = append(lines, api.NewRichTextSection(bold(c.name), textElement(": "+words)))
	}
	if len(lines) == 0 {
		return nil
	}
	return titled(l.Text("report.waits"), lines)
}

// charts are at most two, as many as Slack takes in a message.
func charts(l i18n.Lang, s *alerts.Summary) []api.Block {
	var blocks []api.Block
	wasHeard, wasAnswered := l.Text("report.heard"), l.Text("report.answered")
	add := func(title string, chart api.DataVisualizationChart) {
		b := api.NewDataVisualizationBlock(title, chart)
		if b.Validate() == nil { // its numbers stand in the text too
			blocks = append(blocks, b)
		}
	}
	if days := s.Report.Days; s.Period == alerts.Weekly && s.Report.Heard > 0 {
		heard, answered := make([]bar, len(days)), make([]bar, len(days))
		for i, d := range days {
			label := d.Date
			if at, err := time.Parse(time.DateOnly, d.Date); err == nil {
				label = l.Time("time.weekday", at)
			}
			heard[i], answered[i] = bar{label, d.Heard}, bar{label, d.Answered}
		}
		add(l.Text("digest.chart_days"), barChart(heard, wasHeard, answered, wasAnswered))
	}
	if topics := topicRows(l, s.Report.Topics); len(topics) > 0 {
		heard, answered := make([]bar, len(topics)), make([]bar, len(topics))
		for i, r := range topics {
			heard[i], answered[i] = bar{r.Name, r.Complaints}, bar{r.Name, r.Answered}
		}
		add(l.Text("digest.chart_topics"), barChart(heard, wasHeard, answered, wasAnswered))
	}
	return blocks
}

type bar struct {
	label string
	n     int
}

func barChart(a []bar, aName string, b []bar, bName string) api.DataVisualizationChart {
	a, b = a[:min(len(a), maxBars)], b[:min(len(b), maxBars)]
	var labels []string
	points := func(bars []bar) (out []api.DataVisualizationDataPoint) {
		for _, p := range bars {
			out = append(out, api.NewDataVisualizationDataPoint(text.Line(p.label, maxLabel), float64(p.n)))
		}
		return out
	}
	for _, p := range a {
		labels = append(labels, text.Line(p.label, maxLabel))
	}
	return api.NewDataVisualizationBarChart(api.NewDataVisualizationAxisConfig(labels...),
		api.NewDataVisualizationDataSeries(aName, points(a)...), api.NewDataVisualizationDataSeries(bName, points(b)...))
}

// topicRows are the rows with the names of their topics as people read them.
func topicRows(l i18n.Lang, rows []report.Row) []report.Row {
	out := slices.Clone(rows)
	for i := range out {
		out[i].Name = l.Word("topic", out[i].Name)
	}
	return out
}

// slow leaves out the places where nobody waited: all was dismissed.
func slow(rows []report.Row) []report.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r report.Row) bool { return r.Overall.Of == 0 && r.Unanswered() == 0 })
}

// answering leaves out who answered nothing.
func answering(rows []report.Row) []report.Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r report.Row) bool { return r.Answered == 0 })
}

// table is a list with its title, one row a line.
func table(l i18n.Lang, title string, rows []report.Row, most int) []api.RichTextElement {
	if len(rows) == 0 {
		return nil
	}
	var lines []api.RichTextElement
	for _, r := range rows[:min(len(rows), most)] {
		words := ": " + l.Plural("digest.row", r.Complaints, "answered", r.Answered)
		if r.Answered == 0 {
			words = ": " + l.Plural("digest.row_none", r.Complaints)
		}
		if r.Overall.Of > 0 {
			words += ", " + r.Overall.Words(l)
		}
		lines = append(lines, api.NewRichTextSection(bold(cmp.Or(text.Line(r.Name, maxName), "–")), textElement(words)))
	}
	return titled(title, lines)
}

// waiting lists who waits longest, each with the link to the post.
func waiting(m alerts.Message, most int) []api.RichTextElement {
	s, l := m.Details.Summary, m.Lang
	if s.Waits == 0 {
		return nil
	}
	shown := s.Waiting[:min(len(s.Waiting), max(most, 1))]
	title := l.Text("digest.waiting", "n", s.Waits)
	if len(shown) < s.Waits {
		title = l.Text("digest.waiting_longest", "n", s.Waits, "shown", len(shown))
	}
	var lines []api.RichTextElement
	for _, w := range shown {
		who := l.Text("alert.on", "author", cmp.Or(text.Line(w.Author, maxName), somebody(l)), "site", text.Line(w.Site, maxName))
		line := []api.RichTextSectionElement{textElement(who)}
		if link := webLink(w.URL); link != "" {
			line[0] = api.NewRichTextSectionLinkElement(link, who, nil)
		}
		lines = append(lines, api.NewRichTextSection(append(line, textElement(", "), ago(l, w.Since, m.Now), textElement(", "+w.Has(l)))...))
	}
	return titled(title, lines)
}

// titled is a list under its title; the title alone when the list is empty, which
// Slack refuses.
func titled(title string, lines []api.RichTextElement) []api.RichTextElement {
	out := []api.RichTextElement{api.NewRichTextSection(bold("\n" + title))}
	if len(lines) > 0 {
		out = append(out, api.NewRichTextList(api.RTEListBullet, 0, lines...))
	}
	return out
}
