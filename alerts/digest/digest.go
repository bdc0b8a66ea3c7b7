// Package digest puts the daily and the weekly summary into the outbox at their
// moments.
//
// It counts nothing itself (alerts/report does) and draws nothing (the channels do).
package digest

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/mention"
)

const (
	// digestEvery is how often the moments are looked at.
	digestEvery = 10 * time.Second
	// digestLate is how late a digest is still sent, after earshot was down.
	digestLate = 24 * time.Hour
	// digestOnTime is how late a digest may be that has nothing to say.
	digestOnTime = 5 * time.Minute
	// maxWaiting, maxRows bound what one message lists.
	maxWaiting, maxRows = 15, 8
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

// Options are what a Digester needs; all are required.
type Options struct {
	Numbers Numbers
	Rules   func() *alerts.Rules // say when and where to; asked at every look
	Log     *slog.Logger
	Now     func() time.Time
	Changed func() // called when there is something to send; must not block
}

// Digester puts a digest into the outbox at its moments. A digest's id is made of
// its moment, so that it comes once, however many processes and restarts there are.
type Digester struct {
	opt  Options
	seen map[string]plan // by period, as the watchlist had it at the last look
}

// plan is when and where to the digest of one period comes.
type plan struct {
	to     string
	moment hours.Moment
	after  time.Time // only what ends later: what ended before was told by another plan
}

// NewDigester returns a digester; Run starts it.
func NewDigester(opt Options) *Digester { return &Digester{opt: opt, seen: map[string]plan{}} }

// Run looks at the moments until ctx ends.
func (g *Digester) Run(ctx context.Context) error {
	ticker := time.NewTicker(digestEvery)
	defer ticker.Stop()
	for {
		if err := g.step(ctx); err != nil && ctx.Err() == nil {
			g.opt.Log.Error("a digest cannot be made; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// step enqueues the digests whose moment has come.
func (g *Digester) step(ctx context.Context) error {
	rules := g.opt.Rules()
	plan := rules.Digests
	for period, moment := range map[string]hours.Moment{alerts.Daily: plan.Daily, alerts.Weekly: plan.Weekly} {
		if err := g.one(ctx, rules, period, moment); err != nil {
			return fmt.Errorf("%s digest: %w", period, err)
		}
	}
	return nil
}

// one enqueues one digest if it is due and not there yet.
func (g *Digester) one(ctx context.Context, rules *alerts.Rules, period string, moment hours.Moment) error {
	now, to := g.opt.Now(), rules.Digests.To
	after, err := g.after(ctx, period, to, moment)
	if err != nil {
		return err
	}
	end := moment.Last(now)
	if to == "" || end.IsZero() || now.Sub(end) > digestLate || !end.After(after) {
		return nil
	}
	a := mention.Alert{ID: alertID(period, to, end), Kind: mention.Digest, Route: to, Severity: mention.Normal, Status: mention.Pending, CreatedAt: now}
	if _, there, err := g.opt.Numbers.Alert(ctx, a.ID); err != nil || there {
		return err
	}
	s, err := g.summary(ctx, rules, period, moment, end)
	if err != nil {
		return err
	}
	if s.Empty() && now.Sub(end) > digestOnTime {
		return nil // a fresh installation has no period behind it
	}
	a.Payload = alerts.Details{Text: s.Words(rules.Lang(to), now), Summary: &s}.Encode()
	if err := g.opt.Numbers.Enqueue(ctx, a); err != nil {
		return err
	}
	g.opt.Changed()
	return nil
}

func alertID(period, to string, end time.Time) mention.AlertID {
	return mention.NewAlertID(mention.Digest, period, to, end.UTC().Format(time.RFC3339))
}

// after is when the last digest of a period must have ended to be told no more: where the watchlist names another
// hour or channel since and the digest was told by the one before, people have it.
func (g *Digester) after(ctx context.Context, period, to string, moment hours.Moment) (time.Time, error) {
	now := g.opt.Now()
	was, looked := g.seen[period]
	is := plan{to: to, moment: moment, after: was.after}
	if end := was.moment.Last(now); looked && !end.IsZero() && (was.to != to || !end.Equal(moment.Last(now))) {
		_, told, err := g.opt.Numbers.Alert(ctx, alertID(period, was.to, end))
		if err != nil {
			return time.Time{}, err
		}
		if told {
			is.after = now
		}
	}
	g.seen[period] = is
	return is.after, nil
}

// summary counts the period that ended, and the one before it. Periods go from
// moment to moment, so they are right when the clock changes.
func (g *Digester) summary(ctx context.Context, rules *alerts.Rules, period string, moment hours.Moment, end time.Time) (alerts.Summary, error) {
	since := moment.Last(end.Add(-time.Second))
	before := moment.Last(since.Add(-time.Second))
	s, zone := alerts.Summary{Period: period}, rules.Zone
	if zone == nil {
		zone = end.Location()
	}
	for _, p := range []struct {
		into        *report.Report
		since, till time.Time
	}{{&s.Report, since, end}, {&s.Before, before, since}} {
		cases, err := g.opt.Numbers.Times(ctx, p.since, p.till)
		if err != nil {
			return s, err
		}
		*p.into = short(report.New(cases, report.Scope{Since: p.since, Until: p.till, Zone: zone, Now: g.opt.Now(), Reply: rules.ReplyWithin}))
	}
	return s, g.waiting(ctx, &s)
}

// short keeps the rows that a message has room for. Who complains is in no message but that
// of the complaint.
func short(r report.Report) report.Report {
	r.Langs, r.Hours, r.Authors = nil, nil, nil
	for _, rows := range []*[]report.Row{&r.Places, &r.Topics, &r.Watches, &r.People} {
		*rows = (*rows)[:min(len(*rows), maxRows)]
		for i := range *rows {
			(*rows)[i].Trend = nil
		}
	}
	return r
}

// waiting lists who waits longest.
func (g *Digester) waiting(ctx context.Context, s *alerts.Summary) error {
	q := mention.Query{Unanswered: true, Alerted: true, Until: s.Report.Until}
	longest, all, err := alerts.LongestWaiting(ctx, g.opt.Numbers.List, q, maxWaiting)
	if err != nil {
		return err
	}
	s.Waits = all
	for _, e := range longest {
		p := e.Mention.Post
		s.Waiting = append(s.Waiting, alerts.UnansweredCase{Watch: e.Mention.Watch, Author: p.Author, Site: alerts.Site(p), URL: p.URL, Since: alerts.Since(e.Mention, e.Case), Owner: e.Case.Owner.Name,
			SnoozedBy: e.Case.SnoozedBy.Name, SnoozedUntil: e.Case.SnoozedUntil.In(s.Report.Until.Location())})
	}
	return nil
}
