package alerts

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Digests say when the summary comes, and where to. A zero moment never comes.
type Digests struct {
	To     string
	Daily  hours.Moment
	Weekly hours.Moment
}

// Summary is what a digest shows: how long people waited in one period, beside the
// period before, and who waits still.
type Summary struct {
	Period  string        `json:"period"` // Daily or Weekly
	Report  report.Report `json:"report"`
	Before  report.Report `json:"before"`
	Waiting []Waiting     `json:"waiting"` // the longest waiting first
	Waits   int           `json:"waits"`   // how many wait in all
}

// The periods of a digest.
const (
	Daily  = "daily"
	Weekly = "weekly"
)

// Waiting is a complaint without an answer at the end of the period.
type Waiting struct {
	Watch  string    `json:"watch"`
	Author string    `json:"author"`
	Site   string    `json:"site"`
	URL    string    `json:"url"`
	Since  time.Time `json:"since"` // publication, where the site says it
	Owner  string    `json:"owner,omitempty"`
}

const (
	// digestEvery is how often the moments are looked at.
	digestEvery = 10 * time.Second
	// digestLate is how late a digest is still sent, after earshot was down.
	digestLate = 24 * time.Hour
	// digestOnTime is how late a digest may be that has nothing to say.
	digestOnTime = 5 * time.Minute
	// maxWaiting, maxRows bound what one message lists.
	maxWaiting, maxRows = 15, 8
	// maxWaitingPages bounds the search for those who wait longest.
	maxWaitingPages = 100
)

// Numbers are what a digest counts.
type Numbers interface {
	Times(ctx context.Context, since, until time.Time) ([]mention.Times, error)
	List(ctx context.Context, q mention.Query) (mention.Page, error)
	// Alert returns one alert; ok is false when there is none.
	Alert(ctx context.Context, id mention.AlertID) (a mention.Alert, ok bool, err error)
	// Enqueue adds alerts; an id that is there already changes nothing.
	Enqueue(ctx context.Context, list ...mention.Alert) error
}

// Digester puts a digest into the outbox at its moments. A digest's id is made of
// its moment, so that it comes once, however many processes and restarts there are.
type Digester struct {
	Numbers Numbers
	Planner *Planner // whose rules say when and where to
	Log     *slog.Logger
	Now     func() time.Time
	Changed func() // called when there is something to send; must not block
}

// Run looks at the moments until ctx ends.
func (g *Digester) Run(ctx context.Context) error {
	ticker := time.NewTicker(digestEvery)
	defer ticker.Stop()
	for {
		if err := g.Step(ctx); err != nil && ctx.Err() == nil {
			g.Log.Error("a digest cannot be made; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Step enqueues the digests whose moment has come.
func (g *Digester) Step(ctx context.Context) error {
	plan := g.Planner.rules.Load().Digests
	for period, moment := range map[string]hours.Moment{Daily: plan.Daily, Weekly: plan.Weekly} {
		if err := g.one(ctx, plan.To, period, moment); err != nil {
			return fmt.Errorf("%s digest: %w", period, err)
		}
	}
	return nil
}

// one enqueues one digest if it is due and not there yet.
func (g *Digester) one(ctx context.Context, to, period string, moment hours.Moment) error {
	now := g.Now()
	end := moment.Last(now)
	if to == "" || end.IsZero() || now.Sub(end) > digestLate {
		return nil
	}
	a := mention.Alert{
		ID: mention.NewAlertID(mention.Digest, period, to, end.UTC().Format(time.RFC3339)), Kind: mention.Digest, Route: to,
		Severity: mention.Normal, Status: mention.Pending, CreatedAt: now,
	}
	if _, there, err := g.Numbers.Alert(ctx, a.ID); err != nil || there {
		return err
	}
	s, err := g.summary(ctx, period, moment, end)
	if err != nil {
		return err
	}
	if s.empty() && now.Sub(end) > digestOnTime {
		return nil // a fresh installation has no period behind it
	}
	a.Payload = Facts{Text: s.Words(now), Summary: &s}.encode()
	if err := g.Numbers.Enqueue(ctx, a); err != nil {
		return err
	}
	g.Changed()
	return nil
}

// summary counts the period that ended, and the one before it. Periods go from
// moment to moment, so they are right when the clock changes.
func (g *Digester) summary(ctx context.Context, period string, moment hours.Moment, end time.Time) (Summary, error) {
	since := moment.Last(end.Add(-time.Second))
	before := moment.Last(since.Add(-time.Second))
	s := Summary{Period: period}
	for _, p := range []struct {
		into        *report.Report
		since, till time.Time
	}{{&s.Report, since, end}, {&s.Before, before, since}} {
		cases, err := g.Numbers.Times(ctx, p.since, p.till)
		if err != nil {
			return s, err
		}
		*p.into = short(report.New(cases, p.since, p.till, end.Location()))
	}
	return s, g.waiting(ctx, &s)
}

// short keeps the rows that a message has room for.
func short(r report.Report) report.Report {
	for _, rows := range []*[]report.Row{&r.Places, &r.Topics, &r.Watches, &r.People} {
		*rows = (*rows)[:min(len(*rows), maxRows)]
	}
	return r
}

// waiting lists who waits longest. The list of the store is newest first.
func (g *Digester) waiting(ctx context.Context, s *Summary) error {
	q := mention.Query{Unanswered: true, Alerted: true, Until: s.Report.Until}
	var oldest []mention.Stored
	for range maxWaitingPages {
		page, err := g.Numbers.List(ctx, q)
		if err != nil {
			return err
		}
		s.Waits += len(page.Entries)
		oldest = append(oldest, page.Entries...)
		oldest = oldest[max(len(oldest)-maxWaiting, 0):]
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	for _, e := range slices.Backward(oldest) {
		p := e.Mention.Post
		s.Waiting = append(s.Waiting, Waiting{Watch: e.Mention.Watch, Author: p.Author, Site: Site(p), URL: p.URL, Since: Since(e.Mention, e.Case), Owner: e.Case.Owner.Name})
	}
	return nil
}

func (s Summary) empty() bool { return s.Report.Heard == 0 && s.Before.Heard == 0 && s.Waits == 0 }

// Title says what the digest is about: "Daily digest, 16 Nov", "Weekly digest, 9 to
// 16 Nov".
func (s Summary) Title() string {
	since, until := s.Report.Since, s.Report.Until
	if s.Period == Daily {
		return "Daily digest, " + until.Format("Mon 2 Jan")
	}
	return "Weekly digest, " + since.Format("2 Jan") + " to " + until.Format("2 Jan")
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
func (w Waiting) Who(now time.Time) string {
	return fmt.Sprintf("%s on %s, %s, %s", or(text.Line(w.Author, 60), "somebody"), w.Site, text.Span(now.Sub(w.Since)), w.Has())
}

// Has says who has the complaint.
func (w Waiting) Has() string {
	if w.Owner == "" {
		return "nobody has it"
	}
	return text.Line(w.Owner, 60) + " has it"
}
