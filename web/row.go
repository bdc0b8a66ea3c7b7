package web

import (
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

const (
	maxLine    = 120  // characters of a name or a title
	maxExcerpt = 280  // of the words in a list
	maxQuote   = 8000 // of the words on the page of a case
)

// row is one case in a list, in words.
type row struct {
	T        i18n.Lang
	ID       mention.ID
	Version  int64
	Status   mention.Status
	Severity string // low, normal, high, critical
	Watch    string
	State    string // who has it, since when
	Runs     *runs  // the same where it tells of a span that grows; nil: it tells of none
	Overdue  bool
	Snoozed  bool
	Since    string // RFC 3339: when it began to wait
	Waits    string // how long it waits
	Author   string
	Site     string
	Stars    string
	StarsOf  string // the same for those who hear the page
	Record   string
	Title    string // of the thread, when the post is a reply
	Words    []alerts.Piece
	Cut      bool
	Gone     bool
	Missing  string // why its words are not shown; empty while they are
	Why      []string
	Topics   []string
	Verdict  string
	Copies   int
	On       string // the day it was heard
	Rank     string // the priority and its parts, in a line
	Link     string
	Mutable  bool // the author is somebody
	Mine     bool
	Owner    string // id
	Undo     bool
	Back     string // where a form leads back to
	Refused  string // why the last verb was not done
	Part     string // of the page that a verb answers to a script: empty for the row
	Target   string // the element that the answer replaces
}

func newRow(v visit, r mention.MentionRecord, back string) row {
	m, c := r.Mention, r.Case
	details := alerts.ReadDetails(r.Details)
	words, cut := alerts.Quote(m, maxExcerpt)
	out := row{
		T: v.lang, ID: m.ID, Version: c.Version, Status: c.Status, Severity: m.Severity.String(), Watch: text.Line(m.Watch, maxLine),
		Overdue: alerts.Overdue(c), Snoozed: c.Snoozed(),
		Author: text.Line(m.Post.Author, maxLine), Site: alerts.Site(m.Post), Stars: alerts.Stars(v.lang, m.Post.Rating),
		Record: details.Record(v.lang), Words: words, Cut: cut > 0, Gone: m.Post.Deleted, Missing: alerts.Gone(v.lang, m), Copies: c.Duplicates,
		Why: alerts.Why(v.lang, m.Score), Topics: alerts.Topics(v.lang, m.Score), Verdict: alerts.Likely(v.lang, m.Score), Link: webLink(m.Post.URL),
		Mutable: !mention.IsNobody(m.Post.Author), Mine: c.Owner.ID == v.who.ID && c.Status == mention.Claimed, Owner: c.Owner.ID,
		On: v.lang.Date(m.HeardAt.In(v.zone)), Undo: c.Undoable(v.who.Person, v.now), Back: back, Target: "#c-" + string(m.ID),
	}
	out.State, out.Runs = state(v, m, c)
	if out.Author == "" {
		out.Author = text.Capital(v.lang.Text("alert.somebody"))
	}
	if out.Stars != "" {
		out.StarsOf = v.lang.Text("web.stars", "value", alerts.Points(v.lang, m.Post.Rating.Value), "best", alerts.Points(v.lang, m.Post.Rating.Best))
	}
	if m.Post.IsReply {
		out.Title = text.Line(m.Post.Title, maxLine)
	}
	if c.Waits() {
		out.Rank = priority(v, m, c, details)
		since := alerts.Since(m, c) // from where the script in the page counts on
		out.Since, out.Waits = since.UTC().Format(time.RFC3339), v.lang.Span(v.now.Sub(since))
	}
	return out
}

// to is where a verb is sent.
func (r row) to(verb string) string { return "/case/" + string(r.ID) + "/" + verb + r.Part }

// runs is a sentence with a span that grows while the page is open.
type runs struct{ Before, Span, After, Since string }

// hole is where the span stands in such a sentence: no name holds this sign.
const hole = "\x00"

func running(v visit, at time.Time, sentence string) (string, *runs) {
	out := runs{Span: v.lang.Span(v.now.Sub(at)), Since: at.UTC().Format(time.RFC3339)}
	out.Before, out.After, _ = strings.Cut(sentence, hole)
	return out.Before + out.Span + out.After, &out
}

// state says where a case stands, and, other than in a message, how long ago that came.
func state(v visit, m mention.Mention, c mention.Case) (string, *runs) {
	l, who := v.lang, text.Line(c.Owner.Name, maxLine)
	switch {
	case c.Status == mention.Claimed && !c.Snoozed():
		return running(v, c.HadSince(), l.Text("web.state.claimed", "who", who, "ago", l.Text("span.ago", "span", hole)))
	case alerts.Overdue(c) && !c.Snoozed():
		return running(v, c.OverdueSince, l.Text("web.state.overdue", "span", hole))
	}
	return settled(v, m, c), nil
}

// settled is the state of a case in which no span grows.
func settled(v visit, m mention.Mention, c mention.Case) string {
	l, who := v.lang, text.Line(c.Owner.Name, maxLine)
	after := func(at time.Time) string { return l.Span(at.Sub(alerts.Since(m, c))) }
	switch {
	case c.Waits() && c.Snoozed():
		put := l.Text("case.snoozed", "who", text.Line(c.SnoozedBy.Name, maxLine), "when", l.DateTime(c.SnoozedUntil.In(v.zone)))
		if c.Status == mention.Claimed {
			return l.Text("case.claimed_snoozed", "who", who, "snoozed", put)
		}
		return put
	case c.Status == mention.Open:
		return l.Text("case.nobody")
	case c.Status == mention.Replied && !c.AnswerVerified:
		return l.Text("case.replied_unseen", "who", text.Line(c.RepliedBy, maxLine), "after", after(c.RepliedAt))
	case c.Status == mention.Replied && who != "" && c.Owner.Name != c.RepliedBy:
		return l.Text("case.answered_claimed", "after", after(c.RepliedAt), "who", text.Line(c.RepliedBy, maxLine), "owner", who)
	case c.Status == mention.Replied:
		return l.Text("case.answered", "after", after(c.RepliedAt), "who", text.Line(c.RepliedBy, maxLine))
	case c.Status == mention.Dismissed:
		return l.Text("case.dismissed", "who", who, "reason", l.Word("dismissed", c.Reason))
	}
	return l.Text("web.state.quiet")
}

// priority says why the case stands where it stands.
func priority(v visit, m mention.Mention, c mention.Case, d alerts.Details) string {
	waited, start := v.now.Sub(c.Begins()), c.HeadStart()
	p := alerts.PriorityOf(m, d)
	all := []string{v.lang.Text("web.rank.heard", "span", v.lang.Span(waited))}
	if p.HeadStart() == start { // else the weights were others when it was heard
		for _, each := range []struct {
			key   string
			start time.Duration
		}{{"severity", p.Severity}, {"verdict", p.Verdict}, {"stars", p.Stars}, {"place", p.Place}, {"repeat", p.Repeat}} {
			if each.start != 0 {
				all = append(all, v.lang.Word("web.rank_part", each.key)+" "+signed(v.lang, each.start))
			}
		}
	} else if start != 0 {
		all = append(all, v.lang.Text("web.rank.before")+" "+signed(v.lang, start))
	}
	return v.lang.Text("web.rank.line", "sum", v.lang.Span(waited+start), "parts", strings.Join(all, ", "))
}

func signed(l i18n.Lang, d time.Duration) string {
	if d < 0 {
		return "−" + l.Span(-d)
	}
	return "+" + l.Span(d)
}

// webLink is the address of a post, when a browser may follow it: a stranger's must not
// become a script.
func webLink(address string) string {
	switch scheme, _, _ := strings.Cut(address, "://"); strings.ToLower(scheme) {
	case "https", "http":
		return address
	}
	return ""
}
