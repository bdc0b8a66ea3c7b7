package alerts

import (
	"cmp"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
)

// Summary is what a digest shows: how long people waited in one period, beside the
// period before, and who waits still.
type Summary struct {
	Period  string           `json:"period"` // Daily or Weekly
	Report  report.Report    `json:"report"`
	Before  report.Report    `json:"before"`
	Waiting []UnansweredCase `json:"waiting"` // the longest waiting first
	Waits   int              `json:"waits"`   // how many wait in all
}

// The periods of a digest.
const (
	Daily  = "daily"
	Weekly = "weekly"
)

// UnansweredCase is a complaint without an answer at the end of the period.
type UnansweredCase struct {
	Watch  string    `json:"watch"`
	Author string    `json:"author"`
	Site   string    `json:"site"`
	URL    string    `json:"url"`
	Since  time.Time `json:"since"` // publication, where the site says it
	Owner  string    `json:"owner,omitempty"`

	SnoozedBy    string    `json:"snoozed_by,omitempty"`
	SnoozedUntil time.Time `json:"snoozed_until,omitzero"` // in the digest's zone
}

// Empty reports whether there is nothing to say: nothing was heard and nobody waits.
func (s Summary) Empty() bool { return s.Report.Heard == 0 && s.Before.Heard == 0 && s.Waits == 0 }

// Title says what the digest is about: "Daily digest, 16 Nov", "Weekly digest, 9 to
// 16 Nov".
func (s Summary) Title(l i18n.Lang) string {
	since, until := s.Report.Since, s.Report.Until
	if s.Period == Daily {
		return l.Text("digest.daily", "day", l.Time("time.weekday", until))
	}
	return l.Text("digest.weekly", "from", l.Time("time.day", since), "to", l.Time("time.day", until))
}

// Brief is the digest in a few words: "9 complaints heard, waiting for an answer now, in all: 15".
func (s Summary) Brief(l i18n.Lang) string {
	return l.Plural("digest.brief", s.Report.Heard, "waits", s.Waits)
}

// Words is the whole digest as plain text: for the terminal, for other systems, and
// for what cannot show blocks.
func (s Summary) Words(l i18n.Lang, now time.Time) string {
	var b strings.Builder
	b.WriteString(s.Title(l) + "\n\n")
	_ = s.Report.Text(&b, l, &s.Before) // a strings.Builder takes everything
	if s.Waits > 0 {
		b.WriteString("\n" + l.Text("digest.waiting", "n", s.Waits) + "\n")
	}
	for _, w := range s.Waiting {
		b.WriteString(strings.TrimSpace(w.Who(l, now)+" "+w.URL) + "\n")
	}
	return b.String()
}

// Who says who waits where, for how long, and who has it.
func (w UnansweredCase) Who(l i18n.Lang, now time.Time) string {
	who := l.Text("alert.on", "author", cmp.Or(text.Line(w.Author, 60), l.Text("alert.somebody")), "site", w.Site)
	return l.Text("digest.waits", "who", who, "span", l.Span(now.Sub(w.Since)), "has", w.Has(l))
}

// Has says who has the complaint, or who put it off.
func (w UnansweredCase) Has(l i18n.Lang) string {
	has := l.Text("case.nobody")
	if w.Owner != "" {
		has = l.Text("case.has", "who", text.Line(w.Owner, 60))
	}
	if w.SnoozedBy == "" {
		return has
	}
	put := l.Text("case.snoozed", "who", text.Line(w.SnoozedBy, 60), "when", l.Time("time.weekday_time", w.SnoozedUntil))
	if w.Owner != "" {
		put = l.Text("case.has_snoozed", "has", has, "snoozed", put)
	}
	return put
}
