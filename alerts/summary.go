package alerts

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts/report"
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
func (s Summary) Title() string {
	since, until := s.Report.Since, s.Report.Until
	if s.Period == Daily {
		return "Daily digest, " + until.Format("Mon 2 Jan")
	}
	return "Weekly digest, " + since.Format("2 Jan") + " to " + until.Format("2 Jan")
}

// Brief is the digest in a few words: "9 complaints, 5 unanswered".
func (s Summary) Brief() string {
	return fmt.Sprintf("%s, %d unanswered", text.Count(s.Report.Heard, "complaint"), s.Waits)
}

// Words is the whole digest as plain text: for the terminal, for other systems, and
// for what cannot show blocks.
func (s Summary) Words(now time.Time) string {
	var b strings.Builder
	b.WriteString(s.Title() + "\n\n")
	_ = s.Report.Text(&b, &s.Before) // a strings.Builder takes everything
	if s.Waits > 0 {
		fmt.Fprintf(&b, "\nunanswered: %d\n", s.Waits)
	}
	for _, w := range s.Waiting {
		fmt.Fprintf(&b, "%s\n", strings.TrimSpace(w.Who(now)+" "+w.URL))
	}
	return b.String()
}

// Who says who waits where, for how long, and who has it.
func (w UnansweredCase) Who(now time.Time) string {
	return fmt.Sprintf("%s on %s, %s, %s", cmp.Or(text.Line(w.Author, 60), "somebody"), w.Site, text.Span(now.Sub(w.Since)), w.Has())
}

// Has says who has the complaint, or who put it off.
func (w UnansweredCase) Has() string {
	has := "nobody has it"
	if w.Owner != "" {
		has = text.Line(w.Owner, 60) + " has it"
	}
	if w.SnoozedBy == "" {
		return has
	}
	put := fmt.Sprintf("snoozed by %s until %s", text.Line(w.SnoozedBy, 60), w.SnoozedUntil.Format("Mon 2 Jan 15:04"))
	if w.Owner != "" {
		put = has + ", " + put
	}
	return put
}
