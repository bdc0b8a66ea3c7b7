package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
)

// Text writes the report for a terminal. before is the period before, for
// comparison; nil leaves it out.
func (r Report) Text(w io.Writer, l i18n.Lang, before *Report) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	from, to := l.DateTime(r.Since), l.Time("time.date_time_zone", r.Until)
	fmt.Fprintf(t, "%s\n\n", l.Text("report.period", "from", from, "to", to))
	if before != nil {
		fmt.Fprintf(t, "\t%s\t%s\n", l.Text("report.this"), l.Text("report.before"))
	}
	for _, line := range r.Lines(l, before) {
		fmt.Fprintf(t, "%s\t%s\t%s\n", line.Name, line.Value, line.Before)
	}
	for _, s := range r.sections() {
		if len(s.rows) == 0 {
			continue
		}
		fmt.Fprintf(t, "\n%s\n", strings.Join(s.columns(l), "\t"))
		for _, row := range s.rows {
			fmt.Fprintln(t, strings.Join(s.cells(l, row), "\t"))
		}
	}
	if note := r.Nameless(l); note != "" {
		fmt.Fprintf(t, "\n%s\n", note)
	}
	for i, row := range r.sentTable(l) {
		if i == 0 {
			fmt.Fprintln(t)
		}
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	return t.Flush()
}

// Markdown writes the report as tables for a wiki or a mail.
func (r Report) Markdown(w io.Writer, l i18n.Lang, before *Report) error {
	var b strings.Builder
	title := l.Text("report.title", "from", l.DateTime(r.Since), "to", l.Time("time.date_time_zone", r.Until))
	fmt.Fprintf(&b, "## %s\n\n| | %s | %s |\n|---|---|---|\n", title, l.Text("report.this"), l.Text("report.before"))
	for _, line := range r.Lines(l, before) {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", line.Name, line.Value, line.Before)
	}
	for _, s := range r.sections() {
		if len(s.rows) == 0 {
			continue
		}
		columns := s.columns(l)
		fmt.Fprintf(&b, "\n| %s |\n%s|\n", strings.Join(columns, " | "), strings.Repeat("|---", len(columns)))
		for _, row := range s.rows {
			fmt.Fprintf(&b, "| %s |\n", strings.Join(escapedName(s.cells(l, row)), " | "))
		}
	}
	if note := r.Nameless(l); note != "" {
		fmt.Fprintf(&b, "\n%s\n", note)
	}
	for i, row := range r.sentTable(l) {
		if i == 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(escapedName(row), " | "))
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(row)) + "|\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// CSV writes one line a row of every table, waits in seconds. Answers that were sent from
// earshot are rows of the table answers_sent, whose wait is that from Send to seen; the parts of the
// wait are rows of the table wait, and the answers that were seen on the site that of the table proved.
func (r Report) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	_ = c.Write(csvHead) // errors come with Flush
	write := func(table string, row Row) {
		_ = c.Write([]string{table, Defused(row.Name), strconv.Itoa(row.Complaints), strconv.Itoa(row.Answered), row.Overall.seconds(row.Overall.Median), row.Overall.seconds(row.Overall.P90),
			strconv.Itoa(row.Dismissed), strconv.Itoa(row.Unanswered()), strconv.Itoa(row.Kept.InTime), strconv.Itoa(row.Kept.Of), "", "", "", "", "", "", row.Hear.seconds(row.Hear.Median), row.Hear.seconds(row.Hear.P90)})
	}
	write("all", Row{Name: "all", Complaints: r.Heard, Answered: r.Answered, Dismissed: r.Dismissed, Hear: r.Hear, Overall: r.Overall, Kept: r.Kept})
	for _, s := range r.sections() {
		for _, row := range s.rows {
			write(s.table, row)
		}
	}
	for _, s := range r.Sent {
		row := append([]string{"answers_sent", Defused(s.Network), "", "", s.ToSeen.seconds(s.ToSeen.Median), s.ToSeen.seconds(s.ToSeen.P90), "", "", "", ""}, s.csv()...)
		_ = c.Write(append(row, "", ""))
	}
	for _, cells := range r.csvFew() {
		_ = c.Write(append(cells, make([]string, len(csvHead)-len(cells))...))
	}
	c.Flush()
	return c.Error()
}

// csvHead are the columns, which programs read.
var csvHead = []string{"table", "name", "complaints", "answered", "median_s", "p90_s", "dismissed", "unanswered", "in_time", "due", "sent", "reached", "seen", "refused", "unknown", "under_way", "heard_median_s", "heard_p90_s"}

// csvFew are the rows that have the first columns alone.
func (r Report) csvFew() [][]string {
	rows := [][]string{{"proved", "proved", "", strconv.Itoa(r.Proved)}}
	for _, part := range []struct {
		name string
		wait Spread
	}{{"published_heard", r.Hear}, {"heard_claimed", r.Claim}, {"claimed_answered", r.Answer}, {"published_answered", r.Overall}} {
		rows = append(rows, []string{"wait", part.name, "", "", part.wait.seconds(part.wait.Median), part.wait.seconds(part.wait.P90)})
	}
	for _, day := range r.Days {
		rows = append(rows, []string{"day", day.Date, strconv.Itoa(day.Heard), strconv.Itoa(day.Answered)})
	}
	return rows
}

// Nameless says what is missing where names are erased; empty when nothing is.
func (r Report) Nameless(l i18n.Lang) string {
	if r.NamesSince.IsZero() {
		return ""
	}
	return l.Text("report.names_since", "date", l.Date(r.NamesSince))
}

// Line is one headline number in words.
type Line struct {
	Name   string
	Value  string
	Before string // of the period before; empty when there is none to compare with
}

// Lines are the headline numbers, beside those of the period before.
func (r Report) Lines(l i18n.Lang, before *Report) []Line {
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
	number := func(name string, now, then int) Line { return line(name, l.Number(now), l.Number(then)) }
	clock := func(name string, now, then Spread) Line { return line(name, now.Words(l), then.Words(l)) }
	lines := []Line{
		number(l.Text("report.complaints_heard"), r.Heard, old.Heard),
		number(l.Text("report.answered"), r.Answered, old.Answered),
		number("  "+l.Text("report.proved"), r.Proved, old.Proved),
		number(l.Text("report.unanswered"), r.Unanswered, old.Unanswered),
		number(l.Text("report.dismissed"), r.Dismissed, old.Dismissed),
		clock(l.Text("report.hear"), r.Hear, old.Hear),
		clock(l.Text("report.claim"), r.Claim, old.Claim),
		clock(l.Text("report.answer"), r.Answer, old.Answer),
		clock(l.Text("report.overall"), r.Overall, old.Overall),
	}
	if r.Kept.Of+old.Kept.Of > 0 { // else there is no such deadline
		lines = append(lines, line(l.Text("report.kept"), r.Kept.Words(l), old.Kept.Words(l)))
	}
	return lines
}

// Words says how many answers came in time, "–" when none was due.
func (k Kept) Words(l i18n.Lang) string {
	share, ok := k.Share()
	if !ok {
		return "–"
	}
	return l.Text("report.kept_of", "share", l.Percent(share), "n", k.InTime, "of", k.Of)
}

// section is one table. Its word goes into CSV as it is, which programs read.
type section struct {
	table string
	title string // a key of the catalogue
	rows  []Row
}

func (r Report) sections() []section {
	return []section{
		{"place", "report.place", r.Places},
		{"topic", "report.topic", r.Topics},
		{"person", "report.person", r.People},
		{"watch", "report.watch", r.Watches},
		{"language", "report.language", r.Langs},
		{"hour", "report.hour", heardIn(r.Hours)},
		{"author", "report.author", named(r.Authors)},
	}
}

// heardIn are the hours in which something was heard.
func heardIn(hours []Row) []Row {
	return slices.DeleteFunc(slices.Clone(hours), func(r Row) bool { return r.Complaints == 0 })
}

// named are the authors, each with the place.
func named(authors []Author) []Row {
	rows := make([]Row, len(authors))
	for i, a := range authors {
		rows[i] = a.Row
		rows[i].Name = a.Name + " · " + a.Source
	}
	return rows
}

// HeardKnown reports whether how soon it is heard is known of a row: then the table says it of each.
func HeardKnown(rows []Row) bool {
	return slices.ContainsFunc(rows, func(r Row) bool { return r.Hear.Of > 0 })
}

// columns are the heads of the table.
func (s section) columns(l i18n.Lang) []string {
	columns := []string{l.Text(s.title), l.Text("report.complaints"), l.Text("report.answered"), l.Text("report.median"), l.Text("report.p90")}
	if HeardKnown(s.rows) {
		columns = append(columns, l.Text("report.hear_p90"))
	}
	return columns
}

// cells are a row as people read it, under the columns.
func (s section) cells(l i18n.Lang, row Row) []string {
	cells := []string{text.OneLine(s.said(l, row)), l.Number(row.Complaints), l.Number(row.Answered), row.Overall.MedianWords(l), row.Overall.P90Words(l)}
	if HeardKnown(s.rows) {
		cells = append(cells, row.Hear.P90Words(l))
	}
	return cells
}

// said is the name of a row as people read it.
func (s section) said(l i18n.Lang, row Row) string {
	switch s.table {
	case "topic":
		return l.Word("topic", row.Name)
	case "language":
		return l.Word("web.language", row.Name)
	case "hour":
		return row.Name + ":00"
	}
	return row.Name
}

// Words says the spread, "–" when nothing is known.
func (s Spread) Words(l i18n.Lang) string {
	if s.Of == 0 {
		return "–"
	}
	return l.Text("report.spread", "median", l.Span(s.Median), "p90", l.Span(s.P90))
}

// MedianWords is the median as people say it, "–" when nothing is known.
func (s Spread) MedianWords(l i18n.Lang) string { return s.span(l, s.Median) }

// P90Words is the 90th percentile as people say it.
func (s Spread) P90Words(l i18n.Lang) string { return s.span(l, s.P90) }

func (s Spread) span(l i18n.Lang, d time.Duration) string {
	if s.Of == 0 {
		return "–"
	}
	return l.Span(d)
}

func (s Spread) seconds(d time.Duration) string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", d.Seconds())
}

// escapedName keeps the name of a row, its first cell, a name: strangers choose those of authors,
// and a wiki makes links, pictures and HTML of what they write, or calls whom they name.
func escapedName(row []string) []string {
	row[0] = inMarkdown.Replace(row[0])
	return row
}

var inMarkdown = strings.NewReplacer(`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `\<`, `>`, `\>`, `|`, `\|`, `~`, `\~`, `&`, `\&`,
	"@", "@\u200b") // nothing that is seen: a sign before it does not keep a name from being called

// Defused makes a formula a text: a spreadsheet runs what begins so, and strangers write
// these cells. A number below zero stays one. Where the comma is for decimals, as in Ukraine,
// Russia and Bulgaria, Excel parts what it opens by semicolons, and its lines where quotes
// hold nothing together, so that a cell may begin behind each of them.
func Defused(cell string) string {
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return cell
	}
	var b strings.Builder
	begins := true
	for i, r := range cell {
		if begins && (formula(cell[i:]) || i == 0 && (r == '\r' || r == '\n')) {
			b.WriteByte('\'')
		}
		b.WriteRune(r)
		begins = r == ';' || r == '\r' || r == '\n'
	}
	return b.String()
}

// formula reports whether a cell is one, in quotes or without. "-)" is none, but the end of a face.
func formula(cell string) bool {
	cell = strings.TrimLeft(cell, `"`)
	first, _ := utf8.DecodeRuneInString(cell)
	return strings.ContainsRune("=+-@\t＝＋－＠", first) && !strings.HasPrefix(cell, "-)")
}
