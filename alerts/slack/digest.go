package slack

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/report"
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
	s := m.Details.Summary
	blocks := []api.Block{api.NewHeaderBlock(plainText(s.Title()))}
	first := []api.RichTextSectionElement{textElement(headline(s))}
	if m.Repeat {
		first = append(first, italic("  (may be a repeat: the channel's history could not be read)"))
	}
	numbers := &api.RichTextPreformatted{Type: api.RTEPreformatted, Elements: []api.RichTextSectionElement{textElement(clocks(s))}}
	blocks = append(blocks, api.NewRichTextBlock("numbers", api.NewRichTextSection(first...), numbers))
	blocks = append(blocks, charts(s)...)
	rows := max(limit/1000, 1)
	var lists []api.RichTextElement
	lists = append(lists, table("Slowest places", slow(s.Report.Places), rows)...)
	lists = append(lists, table("What it is about", s.Report.Topics, rows)...)
	lists = append(lists, table("Who answered", answering(s.Report.People), rows)...)
	lists = append(lists, waiting(m, limit/500)...)
	if len(lists) > 0 {
		blocks = append(blocks, api.NewRichTextBlock("lists", lists...))
	}
	return blocks
}

// headline is the digest in two sentences.
func headline(s *alerts.Summary) string {
	r, b := s.Report, s.Before
	if r.Heard == 0 {
		return fmt.Sprintf("No complaint was heard (before: %d).", b.Heard)
	}
	words := fmt.Sprintf("%s heard (before: %d): %d answered, %d of them seen on the site, %d dismissed, %d unanswered.",
		text.Count(r.Heard, "complaint"), b.Heard, r.Answered, r.Proved, r.Dismissed, r.Unanswered)
	if r.Overall.Of > 0 {
		words += fmt.Sprintf(" Half of the answers stood within %s of publication, nine of ten within %s", text.Span(r.Overall.Median), text.Span(r.Overall.P90))
		if b.Overall.Of > 0 {
			words += fmt.Sprintf(" (before: %s and %s)", text.Span(b.Overall.Median), text.Span(b.Overall.P90))
		}
		words += "."
	}
	return words
}

// clocks is the table of the three parts of a wait, and of the whole.
func clocks(s *alerts.Summary) string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\tmedian\tp90\tmedian before\tp90 before\n")
	for _, c := range []struct {
		name      string
		now, then report.Spread
	}{
		{"published → heard", s.Report.Hear, s.Before.Hear},
		{"heard → claimed", s.Report.Claim, s.Before.Claim},
		{"claimed → answered", s.Report.Answer, s.Before.Answer},
		{"published → answered", s.Report.Overall, s.Before.Overall},
	} {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", c.name, c.now.MedianWords(), c.now.P90Words(), c.then.MedianWords(), c.then.P90Words())
	}
	_ = t.Flush() // a strings.Builder takes everything
	return strings.TrimRight(b.String(), "\n")
}

// charts are at most two, as many as Slack takes in a message.
func charts(s *alerts.Summary) []api.Block {
	var blocks []api.Block
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
				label = at.Format("Mon 2 Jan")
			}
			heard[i], answered[i] = bar{label, d.Heard}, bar{label, d.Answered}
		}
		add("Complaints by day", barChart(heard, "heard", answered, "answered"))
	}
	if topics := s.Report.Topics; len(topics) > 0 {
		heard, answered := make([]bar, len(topics)), make([]bar, len(topics))
		for i, r := range topics {
			heard[i], answered[i] = bar{r.Name, r.Complaints}, bar{r.Name, r.Answered}
		}
		add("What the complaints are about", barChart(heard, "heard", answered, "answered"))
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

// slow leaves out the places where nobody waited: all was dismissed.
func slow(rows []report.Row) (out []report.Row) {
	for _, r := range rows {
		if r.Overall.Of > 0 || r.Unanswered() > 0 {
			out = append(out, r)
		}
	}
	return out
}

// answering leaves out who answered nothing.
func answering(rows []report.Row) (out []report.Row) {
	for _, r := range rows {
		if r.Answered > 0 {
			out = append(out, r)
		}
	}
	return out
}

// table is a list with its title, one row a line.
func table(title string, rows []report.Row, most int) []api.RichTextElement {
	if len(rows) == 0 {
		return nil
	}
	var lines []api.RichTextElement
	for _, r := range rows[:min(len(rows), most)] {
		words := fmt.Sprintf(": %s, %d answered", text.Count(r.Complaints, "complaint"), r.Answered)
		if r.Answered == 0 {
			words = fmt.Sprintf(": %s, none answered", text.Count(r.Complaints, "complaint"))
		}
		if r.Overall.Of > 0 {
			words += fmt.Sprintf(", median %s, p90 %s", text.Span(r.Overall.Median), text.Span(r.Overall.P90))
		}
		lines = append(lines, api.NewRichTextSection(bold(or(text.Line(r.Name, maxName), "–")), textElement(words)))
	}
	return titled(title, lines)
}

// waiting lists who waits longest, each with the link to the post.
func waiting(m alerts.Message, most int) []api.RichTextElement {
	s := m.Details.Summary
	if s.Waits == 0 {
		return nil
	}
	shown := s.Waiting[:min(len(s.Waiting), max(most, 1))]
	title := fmt.Sprintf("Unanswered: %d", s.Waits)
	if len(shown) < s.Waits {
		title += fmt.Sprintf(", the %d that wait longest", len(shown))
	}
	var lines []api.RichTextElement
	for _, w := range shown {
		who := text.Line(w.Author, maxName)
		line := []api.RichTextSectionElement{textElement(or(who, "Somebody") + " on " + text.Line(w.Site, maxName))}
		if link := webLink(w.URL); link != "" {
			line[0] = api.NewRichTextSectionLinkElement(link, or(who, "Somebody")+" on "+text.Line(w.Site, maxName), nil)
		}
		lines = append(lines, api.NewRichTextSection(append(line, textElement(", "), ago(w.Since, m.Now), textElement(", "+w.Has()))...))
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
