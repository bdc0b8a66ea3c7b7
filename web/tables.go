package web

import (
	"slices"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// maxReportRows bounds the tables of the page; the table to download has all rows.
const maxReportRows = 50

// reportTable is one table of a report: a name and numbers.
type reportTable struct {
	ID, Title string
	Of        string   // what its rows are: the head of their names
	Head      []string // of the columns behind the name
	Trend     string   // the head of the column of lines; empty without
	Rows      []reportRow
	More      int // rows that are only in the table to download
}

type reportRow struct {
	Name, Link string
	Place      string // of an author
	Flag       string // what must not be overlooked
	Cells      []string
	Spark      *spark
}

func reportTables(l i18n.Lang, ask reportAsk, now report.Report) []reportTable {
	to := func(f filter) string { return ask.inbox(f, now).path() }
	t := tabler{l, now.Kept.Of > 0}
	return slices.DeleteFunc([]reportTable{
		t.of("places", l.Text("web.report.places"), l.Text("report.place"), now.Places, asItIs, func(r report.Row) string { return to(filter{Source: r.Name, Status: mention.ListAll}) }),
		t.of("topics", l.Text("web.report.topics"), l.Text("report.topic"), now.Topics, said(l, "topic"), func(r report.Row) string { return to(filter{Topic: r.Name, Status: mention.ListAll}) }),
		t.of("people", l.Text("report.people"), l.Text("report.person"), now.People, asItIs, nil),
		t.of("watches", l.Text("web.report.watches"), l.Text("report.watch"), now.Watches, asItIs, func(r report.Row) string { return to(filter{Watch: r.Name, Status: mention.ListAll}) }),
		t.of("langs", l.Text("web.report.langs"), l.Text("report.language"), now.Langs, said(l, "web.language"), nil),
		t.authors(now.Authors, func(a report.Author) string {
			return to(filter{Author: a.Name, Source: a.Source, Status: mention.ListAll})
		}),
		sentTable(l, now.Sent),
	}, func(t reportTable) bool { return len(t.Rows) == 0 })
}

// sentTable is the table of the answers that were sent from here.
func sentTable(l i18n.Lang, all []report.Sent) reportTable {
	out := reportTable{ID: "sent", Title: text.Capital(l.Text("report.network")), Of: text.Capital(l.Text("report.place")), Head: report.SentHead(l), More: max(0, len(all)-maxReportRows)}
	for _, s := range all[:len(all)-out.More] {
		out.Rows = append(out.Rows, reportRow{Name: text.Line(s.Network, maxLine), Cells: s.Cells(l)})
	}
	return out
}

// tabler makes the tables of a report.
type tabler struct {
	l   i18n.Lang
	due bool // there is a deadline for answers
}

// of makes one; to is where a row leads, nil: nowhere.
func (t tabler) of(id, title, of string, rows []report.Row, name func(string) string, to func(report.Row) string) reportTable {
	l := t.l
	topics, heard := id == "topics", report.HeardKnown(rows)
	out := reportTable{ID: id, Title: title, Of: text.Capital(of), Head: []string{l.Text("report.complaints"), l.Text("report.answered"), l.Text("report.unanswered")}}
	if topics {
		out.Head = append(out.Head, l.Text("report.before"))
	}
	if t.due {
		out.Head = append(out.Head, l.Text("web.report.kept"))
	}
	out.Head = append(out.Head, l.Text("report.median"), l.Text("report.p90"))
	if heard {
		out.Head = append(out.Head, l.Text("report.hear_p90"))
	}
	out.More = max(0, len(rows)-maxReportRows)
	for _, r := range rows[:len(rows)-out.More] {
		row := reportRow{Name: text.Line(name(r.Name), maxLine), Cells: []string{l.Number(r.Complaints), l.Number(r.Answered), l.Number(r.Unanswered())}}
		if to != nil {
			row.Link = to(r)
		}
		if id == "places" && r.Silent() {
			row.Flag = l.Text("web.report.silent")
		}
		if topics {
			row.Cells = append(row.Cells, l.Number(r.Before))
			row.Spark = newSpark(l, r.Trend)
		}
		row.Cells = append(row.Cells, t.waits(r)...)
		if heard {
			row.Cells = append(row.Cells, r.Hear.P90Words(l))
		}
		out.Rows = append(out.Rows, row)
	}
	if topics {
		out.Trend = l.Text("web.report.trend")
	}
	return out
}

// waits are the last cells of a row.
func (t tabler) waits(r report.Row) (cells []string) {
	if t.due {
		kept := "–"
		if share, ok := r.Kept.Share(); ok {
			kept = t.l.Percent(share)
		}
		cells = append(cells, kept)
	}
	return append(cells, r.Overall.MedianWords(t.l), r.Overall.P90Words(t.l))
}

func (t tabler) authors(list []report.Author, to func(report.Author) string) reportTable {
	rows := make([]report.Row, len(list))
	for i, a := range list {
		rows[i] = a.Row
	}
	out := t.of("authors", t.l.Text("web.report.authors"), t.l.Text("web.filter.author"), rows, asItIs, nil)
	for i := range out.Rows {
		out.Rows[i].Place, out.Rows[i].Link = text.Line(list[i].Source, maxLine), to(list[i])
	}
	return out
}
