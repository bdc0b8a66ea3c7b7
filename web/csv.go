package web

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/mention"
)

// csvPage is how many cases are read at once, csvSlack how long it may take to send them.
const (
	csvPage  = 500
	csvSlack = 30 * time.Second
)

// csvHead are the columns; programs read them, so they are the same in every language.
var csvHead = []string{"id", "status", "severity", "watch", "source", "kind", "lang", "topics", "author", "stars", "complaint", "score",
	"published", "heard", "claimed", "answered", "answer_seen", "owner", "answered_by", "reason", "copies", "title", "text", "url"}

// csv is the list as a table, one row a case, all pages of it.
func (in *Inbox) csv(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := readFilter(r.URL.Query())
	if err != nil {
		return err
	}
	q := f.first().query(v.who.ID, v.team)
	q.Limit = csvPage
	control := http.NewResponseController(w)
	var out *csv.Writer
	for page, err := range mention.Pages(r.Context(), in.opt.Cases.List, q) {
		switch {
		case err != nil && out == nil:
			return err
		case err != nil:
			in.opt.Log.Error("a table ended half way", "err", err)
			panic(http.ErrAbortHandler) // a table that only looks whole is worse than none
		case out == nil:
			beginTable(w, "earshot-"+v.now.In(v.zone).Format(time.DateOnly))
			out = csv.NewWriter(w)
			_ = out.Write(csvHead) // the asker is gone if this fails, which Error says below
		}
		_ = control.SetWriteDeadline(time.Now().Add(csvSlack)) // that of the server is for one page
		for _, e := range page.Entries {
			_ = out.Write(csvRow(e))
		}
		if out.Flush(); out.Error() != nil {
			return nil
		}
	}
	return nil
}

// beginTable begins a file that a browser keeps under the name.
func beginTable(w http.ResponseWriter, name string) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	_, _ = w.Write([]byte("\ufeff")) // so that Excel reads it as UTF-8
}

func csvRow(e mention.MentionRecord) []string {
	c := alerts.NewListed(e)
	stars, seen := "", ""
	if c.Stars > 0 {
		stars = strconv.FormatFloat(c.Stars, 'f', -1, 64)
	}
	if c.AnswerSeen {
		seen = "yes"
	}
	row := []string{c.ID, c.Status, c.Severity, c.Watch, c.Source, c.Kind, c.Lang, strings.Join(c.Topics, " "), c.Author, stars,
		strconv.FormatFloat(c.Complaint, 'f', 2, 64), strconv.FormatFloat(c.Score, 'f', 2, 64),
		c.Published, c.Heard, c.Claimed, c.Answered, seen, c.Owner, c.AnsweredBy, c.Reason, strconv.Itoa(c.Copies), c.Title, c.Text, c.URL}
	for i := range row {
		row[i] = report.Defused(row[i])
	}
	return row
}
