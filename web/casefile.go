package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// casePage is one case with all that is known of it.
type casePage struct {
	frame
	Row      row
	List     string // the list that the case was opened from
	Cut      int    // characters of the words that are not shown
	Evidence []evidence
	Told     []string
	Severe   []string
	Score    string
	Conflict string
	Clocks   []clock
	Replies  []replyText
	Answer   *answerForm      // nil: the person cannot write to the site from here, or somebody has
	Unsent   string           // what the person wrote, where no form takes it any more
	Sent     []siteReply      // what was written to the site
	People   []mention.Person // whom it can be given to
	History  []moment
	Copies   []row
	Earlier  []row
	Least    string // the earliest moment of a snooze, as the browser's own picker wants it
	Most     int    // characters of a note
}

// evidence is one reason for the score: the author's words and what they are a sign of.
type evidence struct {
	Words, Rule, Weight string
	Against             bool // it speaks against a complaint
}

// replyText is a proposed reply with its number, which those who hear the page tell it by.
type replyText struct {
	Nth  int
	Text string
}

// clock is one moment of the case and how long after the publication it came.
type clock struct{ Name, At, Stamp, After string }

// moment is one line of the history.
type moment struct {
	At, Stamp, Who, What, Detail string
	Note                         bool
}

// caseFile shows one case, or with ?part=row its row alone.
func (in *Inbox) caseFile(w http.ResponseWriter, r *http.Request, v visit) error {
	file, err := in.file(r.Context(), mention.ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	back := listOf(r.URL.Query().Get("back"))
	if partOf(r) == "row" {
		return in.show(w, http.StatusOK, "row", newRow(v, file.MentionRecord, back))
	}
	out := in.casePage(r.Context(), v, file, back)
	if partOf(r) != "case" {
		if _, out.Since, err = in.opt.Cases.ChangeRange(r.Context()); err != nil {
			return err
		}
		out.Live = true
	}
	return in.showCase(w, r, http.StatusOK, out)
}

// file reads a case.
func (in *Inbox) file(ctx context.Context, id mention.ID) (mention.CaseFile, error) {
	file, err := in.opt.Cases.CaseFile(ctx, id)
	if errors.Is(err, mention.ErrNotFound) {
		err = errNoCase
	}
	return file, err
}

// showCase writes the page of a case, or what changes of it where the script asks for that.
func (in *Inbox) showCase(w http.ResponseWriter, r *http.Request, status int, out casePage) error {
	if partOf(r) == "case" {
		return in.show(w, status, "case-body", out)
	}
	return in.show(w, status, "case", out)
}

// partOf is which part of a page the script asks for: row or case; empty for the page.
func partOf(r *http.Request) string { return r.URL.Query().Get("part") }

func (in *Inbox) casePage(ctx context.Context, v visit, file mention.CaseFile, back string) casePage {
	m, c, l := file.Mention, file.Case, v.lang
	details := alerts.ReadDetails(file.Details)
	out := casePage{Row: newRow(v, file.MentionRecord, back), Most: mention.MaxNote, Clocks: clocks(v, m, c), Evidence: evidenceOf(l, m.Score)}
	out.frame = v.frame("case", l.Text("alert.on", "author", out.Row.Author, "site", out.Row.Site))
	out.List = back
	out.Row.Back, out.Row.Part, out.Row.Target = "/case/"+string(m.ID)+"?back="+url.QueryEscape(back), "?part=case", "#case"
	out.Row.Words, out.Cut = alerts.Quote(m, maxQuote)
	for _, f := range m.Score.Frames {
		words := alerts.FrameWords(l, f.Frame, f.Value)
		if f.Text != "" {
			words += " (" + l.Quote(text.Line(f.Text, 60)) + ")"
		}
		out.Told = append(out.Told, words)
	}
	out.Severe = details.Severe(l)
	out.Score = l.Decimal(m.Score.Value, 2)
	if m.Score.Conflict != "" {
		out.Conflict = l.Word("conflict", m.Score.Conflict)
	}
	var offered []string
	if c.Waits() {
		offered = in.opt.Replies(m, v.who.Name)
		for i, words := range offered {
			out.Replies = append(out.Replies, replyText{i + 1, words})
		}
		out.People, _ = in.colleagues(ctx, v) // without them there is nobody to give it to
		out.People = slices.DeleteFunc(slices.Clone(out.People), func(p mention.Person) bool { return p.ID == c.Owner.ID && c.Status == mention.Claimed })
	}
	out.Answer, out.Sent = in.answers(ctx, v, m, c, offered)
	out.Least = v.now.In(v.zone).Add(time.Minute).Format("2006-01-02T15:04")
	for _, e := range file.History {
		out.History = append(out.History, newMoment(v, e))
	}
	slices.Reverse(out.History) // the newest is what people look for
	for _, e := range file.Copies {
		out.Copies = append(out.Copies, newRow(v, e, back))
	}
	for _, e := range file.Earlier {
		out.Earlier = append(out.Earlier, newRow(v, e, back))
	}
	return out
}

func evidenceOf(l i18n.Lang, s mention.Score) (out []evidence) {
	for _, h := range s.Why {
		rule := ""
		if h.Rule != "" && h.Rule != "word" {
			rule = l.Word("why", h.Rule)
		}
		sign := ""
		if h.Weight > 0 {
			sign = "+"
		}
		out = append(out, evidence{Words: text.Line(h.Text, maxLine), Rule: rule, Weight: sign + l.Decimal(h.Weight, 2), Against: h.Weight >= 0})
	}
	return out
}

func clocks(v visit, m mention.Mention, c mention.Case) (out []clock) {
	published := m.Post.Published
	add := func(key string, at time.Time) {
		if at.IsZero() {
			return
		}
		each := clock{Name: v.lang.Text(key), At: v.lang.DateTime(at.In(v.zone)), Stamp: at.UTC().Format(time.RFC3339)}
		if since := alerts.Since(m, c); at.After(since) && at != published {
			each.After = v.lang.Text("web.after", "span", v.lang.Span(at.Sub(since)))
		}
		out = append(out, each)
	}
	if day := m.Post.Day(); m.Post.DateOnly && !published.IsZero() {
		out = append(out, clock{Name: v.lang.Text("web.clock.published"), At: v.lang.Date(day), Stamp: day.Format(time.DateOnly)})
	} else {
		add("web.clock.published", published)
	}
	add("web.clock.heard", m.HeardAt)
	add("web.clock.edited", m.EditedAt)
	add("web.clock.reopened", c.ReopenedAt)
	add("web.clock.claimed", c.ClaimedAt)
	add("web.clock.overdue", c.OverdueSince)
	add("web.clock.replied", c.RepliedAt)
	add("web.clock.dismissed", c.DismissedAt)
	return out
}

// newMoment says one entry of the history.
func newMoment(v visit, e mention.Event) moment {
	note, detail := e.Kind == string(mention.Note), alerts.EventDetail(v.lang, e, v.zone)
	if !note { // that is shown whole
		detail = text.Line(detail, 2*maxLine)
	}
	return moment{At: v.lang.DateTime(e.At.In(v.zone)), Stamp: e.At.UTC().Format(time.RFC3339), Who: text.Line(e.By.Name, maxLine),
		What: v.lang.Word("web.event", e.Kind), Detail: detail, Note: note}
}
