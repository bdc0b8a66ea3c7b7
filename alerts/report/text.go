package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/earshot/earshot/internal/text"
)

// Text writes the report for a terminal. before is the period before, for
// comparison; nil leaves it out.
func (r Report) Text(w io.Writer, before *Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s to %s\n\n", r.Since.Format("2 Jan 2006 15:04"), r.Until.Format("2 Jan 2006 15:04 MST"))
	if before != nil {
		fmt.Fprintf(t, "\tnow\tbefore\n")
	}
	for _, l := range r.Lines(before) {
		fmt.Fprintf(t, "%s\t%s\t%s\n", l.Name, l.Value, l.Before)
	}
	for _, s := range r.sections() {
		if len(s.rows) == 0 {
			continue
		}
		fmt.Fprintf(t, "\n%s\tcomplaints\tanswered\tmedian\tp90\n", s.title)
		for _, row := range s.rows {
			fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\n", text.OneLine(row.Name), row.Complaints, row.Answered, row.Overall.MedianWords(), row.Overall.P90Words())
		}
	}
	return t.Flush()
}

// Markdown writes the report as tables for a wiki or a mail.
func (r Report) Markdown(w io.Writer, before *Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## Complaints from %s to %s\n\n| | now | before |\n|---|---|---|\n", r.Since.Format("2 Jan 2006"), r.Until.Format("2 Jan 2006"))
	for _, l := range r.Lines(before) {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", l.Name, l.Value, l.Before)
	}
	for _, s := range r.sections() {
		if len(s.rows) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n| %s | complaints | answered | median | p90 |\n|---|---|---|---|---|\n", s.title)
		for _, row := range s.rows {
			fmt.Fprintf(&b, "| %s | %d | %d | %s | %s |\n", cell(row.Name), row.Complaints, row.Answered, row.Overall.MedianWords(), row.Overall.P90Words())
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// CSV writes one line a row of every table, waits in seconds.
func (r Report) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	_ = c.Write([]string{"table", "name", "complaints", "answered", "median_s", "p90_s"}) // errors come with Flush
	write := func(table string, row Row) {
		_ = c.Write([]string{table, spreadsheetSafe(row.Name), fmt.Sprint(row.Complaints), fmt.Sprint(row.Answered), row.Overall.seconds(row.Overall.Median), row.Overall.seconds(row.Overall.P90)})
	}
	write("all", Row{Name: "all", Complaints: r.Heard, Answered: r.Answered, Overall: r.Overall})
	for _, s := range r.sections() {
		for _, row := range s.rows {
			write(s.title, row)
		}
	}
	c.Flush()
	return c.Error()
}

// Line is one headline number in words.
type Line struct {
	Name   string
	Value  string
	Before string // of the period before; empty when there is none to compare with
}

// Lines are the headline numbers, beside those of the period before.
func (r Report) Lines(before *Report) []Line {
	var old Report
	if before != nil {
		old = *before
	}
	line := func(name, now, then string) Line {
		if before == nil {
			then = ""
		}
		return Line{Name: name, Value: now, Before: then}
	}
	number := func(name string, now, then int) Line { return line(name, fmt.Sprint(now), fmt.Sprint(then)) }
	clock := func(name string, now, then Spread) Line { return line(name, now.String(), then.String()) }
	return []Line{
		number("complaints heard", r.Heard, old.Heard),
		number("answered", r.Answered, old.Answered),
		number("  answer seen on the site", r.Proved, old.Proved),
		number("unanswered", r.Unanswered, old.Unanswered),
		number("dismissed", r.Dismissed, old.Dismissed),
		clock("published → heard", r.Hear, old.Hear),
		clock("heard → claimed", r.Claim, old.Claim),
		clock("claimed → answered", r.Answer, old.Answer),
		clock("published → answered", r.Overall, old.Overall),
	}
}

type section struct {
	title string
	rows  []Row
}

func (r Report) sections() []section {
	return []section{{"place", r.Places}, {"topic", r.Topics}, {"person", r.People}, {"watch", r.Watches}}
}

// String says the spread in words, "–" when nothing is known.
func (s Spread) String() string {
	if s.Of == 0 {
		return "–"
	}
	return fmt.Sprintf("median %s, p90 %s", text.Span(s.Median), text.Span(s.P90))
}

// MedianWords is the median as people say it, "–" when nothing is known.
func (s Spread) MedianWords() string {
	if s.Of == 0 {
		return "–"
	}
	return text.Span(s.Median)
}

// P90Words is the 90th percentile as people say it.
func (s Spread) P90Words() string {
	if s.Of == 0 {
		return "–"
	}
	return text.Span(s.P90)
}

func (s Spread) seconds(d time.Duration) string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", d.Seconds())
}

// cell keeps a name from breaking a Markdown table.
func cell(s string) string {
	return strings.ReplaceAll(text.OneLine(s), "|", "\\|")
}

// spreadsheetSafe keeps a foreign name from being read as a formula.
func spreadsheetSafe(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
