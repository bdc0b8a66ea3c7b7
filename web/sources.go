package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Source is how one source stands.
type Source struct {
	Name   string // as in the watchlist
	Kind   string // feed, page, forum, …, or a network's own
	State  string // ok, new, failing, blocked, suspended, quiet, empty, off
	Why    string // why it cannot be read, in a word of the catalogue's part trouble; empty when there is none
	Answer int    // the status that the site answered with it
	Error  string // the error itself; empty when the last poll succeeded
	// NotStored says that posts were read and could not be stored.
	NotStored string

	LastPoll, NextPoll, LastNew time.Time
	Until                       time.Time // the end of a pause, or of being left alone
	Days                        []int     // new posts a day, the oldest first
}

// sourcesPage is the page of sources.
type sourcesPage struct {
	frame
	Brief   string // how many need somebody
	Asked   string // what was just asked to be polled
	Sources []sourceRow
}

// sourceRow is one source in words.
type sourceRow struct {
	Raw, Name, Kind, State, Said string // Raw is the name as it is
	Trouble                      bool   // it needs somebody
	Why, Do                      string // what is wrong, and what to do
	Last, Next, New              string
	Posts, Complaints            string // of seven days
	Answered                     string
	Lag                          string // from publication to the moment it was heard, the median
	Link                         string // its complaints
	Spark                        *spark
	Pollable                     bool
	Pushed                       bool // never polled: what is heard there is handed in
}

// sourceDays is how many days of posts are counted.
const sourceDays = 7

// sources shows how every source stands; those in trouble first.
func (in *Inbox) sources(w http.ResponseWriter, r *http.Request, v visit) error {
	if !v.who.Sources {
		return errMayNot
	}
	scope := report.Scope{Since: v.now.In(v.team).AddDate(0, 0, -sourceDays), Until: v.now, Zone: v.team}
	cases, err := in.opt.Numbers.Times(r.Context(), scope.Since, scope.Until)
	if err != nil {
		return err
	}
	places := map[string]report.Row{}
	for _, row := range report.New(cases, scope).Places {
		places[row.Name] = row
	}
	list := in.opt.Sources()
	slices.SortStableFunc(list, func(a, b Source) int { return urgency(a) - urgency(b) })
	out := sourcesPage{frame: v.frame("sources", v.lang.Text("web.sources"))}
	trouble := 0
	for _, s := range list {
		row := newSourceRow(v, s, places[s.Name])
		if row.Trouble {
			trouble++
		}
		out.Sources = append(out.Sources, row)
	}
	out.Brief = v.lang.Plural("web.sources.well", len(list))
	if trouble > 0 {
		out.Brief = v.lang.Plural("web.sources.trouble", trouble, "all", len(list))
	}
	if asked := r.URL.Query().Get("asked"); slices.ContainsFunc(list, func(s Source) bool { return s.Name == asked }) {
		out.Asked = v.lang.Text("web.sources.asked", "source", text.Line(asked, maxLine))
	}
	return in.show(w, http.StatusOK, "sources", out)
}

// urgency orders sources: those that need somebody, those that rest, the others.
func urgency(s Source) int {
	switch {
	case s.NotStored != "", slices.Contains([]string{"blocked", "failing", "suspended", "quiet", "empty", "partly"}, s.State):
		return 0
	case s.State == "off":
		return 2
	}
	return 1
}

func newSourceRow(v visit, s Source, place report.Row) sourceRow {
	l := v.lang
	ago := func(t time.Time) string {
		if t.IsZero() {
			return l.Text("source.never")
		}
		return l.Ago(v.now.Sub(t))
	}
	sum := 0
	for _, n := range s.Days[max(0, len(s.Days)-sourceDays):] {
		sum += n
	}
	row := sourceRow{Raw: s.Name, Name: text.Line(s.Name, maxLine), Kind: l.Word("web.source_kind", s.Kind), State: s.State, Trouble: urgency(s) == 0, Said: l.Word("web.source", s.State), Last: ago(s.LastPoll), New: ago(s.LastNew), Next: "–",
		Posts: l.Number(sum), Complaints: l.Number(place.Complaints), Answered: "–", Lag: place.Hear.MedianWords(l), Spark: newSpark(l, s.Days), Pollable: s.State != "off" && s.Kind != "push", Pushed: s.Kind == "push",
		Link: filter{Source: s.Name, Status: mention.ListAll, From: v.now.In(v.team).AddDate(0, 0, -sourceDays).Format(time.DateOnly)}.path()}
	if n := place.Complaints - place.Dismissed; n > 0 {
		row.Answered = l.Percent(float64(place.Answered) / float64(n))
	}
	switch wait := s.NextPoll.Sub(v.now); {
	case !row.Pollable || s.NextPoll.IsZero():
	case wait <= 0:
		row.Next = l.Text("web.sources.due")
	default:
		row.Next = l.Text("web.sources.in", "span", l.Span(wait))
	}
	switch {
	case s.State == "off" && !s.Until.IsZero():
		row.Said = l.Text("web.sources.paused", "until", l.DateTime(s.Until.In(v.zone)))
	case s.State == "new" && row.Pushed:
		row.Said = l.Text("web.sources.nothing")
	}
	row.Why, row.Do = whyOf(l, v.zone, s)
	return row
}

// whyOf says what is wrong with a source, and what to do about it.
func whyOf(l i18n.Lang, zone *time.Location, s Source) (why, do string) {
	switch {
	case s.NotStored != "":
		return l.Text("web.sources.not_stored"), ""
	case s.State == "off" && !s.Until.IsZero():
		return "", "" // it goes on by itself
	case s.State == "off":
		return "", l.Text("web.sources.resume")
	case s.State == "quiet":
		return l.Text("web.sources.quiet"), l.Text("web.sources.look")
	case s.State == "empty":
		return l.Text("web.sources.empty"), l.Text("web.sources.look")
	case s.State == "partly":
		return l.Text("web.sources.partly"), l.Text("web.sources.look")
	case s.Error == "":
		return "", ""
	}
	why = text.Line(s.Error, 2*maxLine)
	if s.Why != "" {
		why = l.Text("trouble."+s.Why, "status", s.Answer)
	} else if l.Code() != "en" {
		why = l.Text("trouble.other") + " (" + why + ")"
	}
	if !s.Until.IsZero() {
		do = l.Text("web.sources.alone", "until", l.DateTime(s.Until.In(zone)))
	}
	return text.Capital(why), do
}

// pollNow asks for a poll. A site that asked for a pause keeps it; one that refused is asked once more.
func (in *Inbox) pollNow(w http.ResponseWriter, r *http.Request, v visit) error {
	name := strings.TrimSpace(r.PostForm.Get("source"))
	known := slices.ContainsFunc(in.opt.Sources(), func(s Source) bool { return s.Name == name && s.State != "off" && s.Kind != "push" })
	switch {
	case !v.who.Sources:
		return errMayNot
	case !known:
		return no(http.StatusNotFound, "web.sources.gone")
	}
	in.opt.Log.Info("a poll was asked for", "who", v.who.ID, "name", v.who.Name, "source", name)
	in.opt.PollNow(r.Context(), name)
	http.Redirect(w, r, "/sources?asked="+url.QueryEscape(name), http.StatusSeeOther)
	return nil
}
