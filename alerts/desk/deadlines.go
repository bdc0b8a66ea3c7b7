package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/text"

	"github.com/earshot/earshot/internal/fault"
	"github.com/earshot/earshot/mention"
)

const (
	// lookEvery is how often the clocks are read: well below the shortest deadline
	// that makes sense.
	lookEvery = 5 * time.Second
	// escalationDelay is the least time between the nudge and the release.
	escalationDelay = 5 * time.Minute
	// verifyWithin is how long after "replied" the answer must be seen on the site.
	verifyWithin = time.Hour
	// unverifiedFor bounds the search for answers that were never seen.
	unverifiedFor = 7 * 24 * time.Hour
)

// OpenCases lists the cases whose deadlines run.
type OpenCases interface {
	// List returns one page of cases, newest heard first.
	List(ctx context.Context, q mention.Query) (mention.Page, error)
	// AlertOf returns the message a mention got of its own; ok is false when it got none.
	AlertOf(ctx context.Context, id mention.ID) (a mention.Alert, ok bool, err error)
}

// DeadlineOptions are what Deadlines need; all are required.
type DeadlineOptions struct {
	Cases   Cases
	Open    OpenCases
	Rules   func() *alerts.Rules // asked at every look, so a changed watchlist counts at once
	Log     *slog.Logger
	Now     func() time.Time
	Changed func() // called after every step; must not block
}

// Deadlines take the steps that time demands. Any number of processes may run them:
// each step is a compare-and-set on the case, so it happens once.
type Deadlines struct{ opt DeadlineOptions }

// NewDeadlines returns deadlines; Run starts them.
func NewDeadlines(opt DeadlineOptions) *Deadlines { return &Deadlines{opt: opt} }

// Run steps until ctx ends.
func (d *Deadlines) Run(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if err := d.step(ctx); err != nil && ctx.Err() == nil {
			d.opt.Log.Error("deadlines cannot be read; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// step takes every step that is due now.
func (d *Deadlines) step(ctx context.Context) error {
	rules := *d.opt.Rules()
	queries := []mention.Query{{Unverified: true, Alerted: true, Since: d.opt.Now().Add(-unverifiedFor)}}
	if len(rules.Deadlines) > 0 {
		queries = append(queries, mention.Query{Unanswered: true, Alerted: true})
	}
	for _, q := range queries {
		for more := true; more; more = q.After != "" {
			page, err := d.opt.Open.List(ctx, q)
			if err != nil {
				return fmt.Errorf("open cases: %w", err)
			}
			for _, e := range page.Entries {
				if err := d.entry(ctx, rules, e.Mention, e.Case); err != nil {
					return err
				}
			}
			q.After = page.Next
		}
	}
	return nil
}

// entry takes the due steps of one case.
func (d *Deadlines) entry(ctx context.Context, rules alerts.Rules, m mention.Mention, c mention.Case) error {
	s := steps{rules: rules, mention: m, deadline: rules.Deadlines[m.Severity], now: d.opt.Now()}
	if s.due(c) == nil {
		return nil
	}
	own, ok, err := d.opt.Open.AlertOf(ctx, m.ID)
	if err != nil || !ok || own.Status != mention.Posted || own.Kind == mention.Duplicate {
		return err // not shown yet; or a copy, whose first message has the clock
	}
	s.own = own
	for {
		_, err := d.opt.Cases.UpdateCase(ctx, m.ID, s.take)
		if errors.Is(err, mention.ErrNothingToDo) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("step of %s: %w", m.ID, err)
		}
		fault.At("deadline-stepped")
		d.opt.Changed()
	}
}

// steps decides about one case. It is pure.
type steps struct {
	rules    alerts.Rules
	mention  mention.Mention
	deadline alerts.Deadline
	own      mention.Alert // the message the thread hangs under
	now      time.Time
}

// step is one thing that time demands.
type step func(c *mention.Case) (event string, alert mention.Alert)

// due returns the step that is due, if any.
func (s steps) due(c mention.Case) step {
	switch c.Status {
	case mention.Open:
		return s.unclaimed(c)
	case mention.Claimed:
		return s.silent(c)
	case mention.Replied:
		return s.unverified(c)
	}
	return nil
}

// start is when the clocks of a case begin: when people could see it, and not
// while it is snoozed.
func (s steps) start(c mention.Case) time.Time {
	at := c.OpenedAt
	for _, t := range []time.Time{s.own.NotBefore, c.SnoozedUntil} {
		if t.After(at) {
			at = t
		}
	}
	return at
}

func (s steps) passed(from time.Time, d time.Duration) bool {
	return d > 0 && !s.now.Before(s.deadline.Hours.Add(from, d))
}

func (s steps) unclaimed(c mention.Case) step {
	d, start := s.deadline, s.start(c)
	switch level := c.Level % 10; {
	case level < alerts.LevelNamed && s.passed(start, d.Claim):
		return s.name
	case level < alerts.LevelTold && d.EscalateTo != "" && s.passed(start, 2*d.Claim):
		return s.tell
	}
	return nil
}

// silent is a case somebody has and does not answer. Who takes it late still has
// half the time.
func (s steps) silent(c mention.Case) step {
	d := s.deadline
	if d.Reply <= 0 {
		return nil
	}
	due := d.Hours.Add(s.start(c), d.Reply)
	if late := d.Hours.Add(c.ClaimedAt, d.Reply/2); late.After(due) {
		due = late
	}
	switch reminded := c.Level/10%10 > 0; {
	case !reminded && !s.now.Before(due):
		return s.remind
	case reminded && s.passed(due, max(d.Claim, escalationDelay)):
		return s.release
	}
	return nil
}

func (s steps) unverified(c mention.Case) step {
	if c.AnswerVerified || c.Level >= alerts.LevelUnverified || len(s.rules.Official[s.mention.Watch]) == 0 || s.now.Before(c.RepliedAt.Add(verifyWithin)) {
		return nil
	}
	return s.doubt
}

// take is the change of the case for UpdateCase: the step is chosen anew on what
// the store holds now.
func (s steps) take(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
	do := s.due(*c)
	if do == nil {
		return nil, nil, mention.ErrNothingToDo
	}
	c.Version++
	event, alert := do(c)
	return []mention.Event{{MentionID: s.mention.ID, Kind: "escalated", At: s.now, Detail: event}}, []mention.Alert{alert}, nil
}

func (s steps) name(c *mention.Case) (string, mention.Alert) {
	c.Level += alerts.LevelNamed
	c.OverdueSince = s.deadline.Hours.Add(s.start(*c), s.deadline.Claim)
	a := s.reply(c, fmt.Sprintf("Nobody has taken this complaint for %s.", text.Span(s.now.Sub(s.start(*c)))))
	a.Notify = s.deadline.Notify
	return "nobody took it: " + cmp.Or(a.Notify, "said in the thread"), a
}

func (s steps) tell(c *mention.Case) (string, mention.Alert) {
	c.Level = c.Level/10*10 + alerts.LevelTold
	a := s.reply(c, fmt.Sprintf("Nobody in %s has taken this complaint for %s.", s.own.Route, text.Span(s.now.Sub(s.start(*c)))))
	a.ThreadOf, a.Route = "", s.deadline.EscalateTo
	return "nobody took it: told " + a.Route, a
}

func (s steps) remind(c *mention.Case) (string, mention.Alert) {
	c.Level += alerts.LevelReminded
	a := s.reply(c, fmt.Sprintf("%s, you took this %s ago, and no public answer is to be seen.", c.Owner.Name, text.Span(s.now.Sub(c.ClaimedAt))))
	a.Notify = strings.TrimPrefix(c.Owner.ID, "slack:")
	if a.Notify == c.Owner.ID { // came through another channel: Slack knows nobody of that id
		a.Notify = ""
	}
	return "nudged " + c.Owner.Name, a
}

func (s steps) release(c *mention.Case) (string, mention.Alert) {
	who, took := c.Owner.Name, text.Span(s.now.Sub(c.ClaimedAt))
	c.Status, c.Owner, c.ClaimedAt = mention.Open, mention.Person{}, time.Time{}
	c.Level = max(c.Level%10, alerts.LevelNamed)
	if c.OverdueSince.IsZero() {
		c.OverdueSince = s.now
	}
	a := s.reply(c, fmt.Sprintf("%s had this for %s without an answer. It is open again.", who, took))
	a.Notify = s.deadline.Notify
	return "released from " + who, a
}

func (s steps) doubt(c *mention.Case) (string, mention.Alert) {
	c.Level += alerts.LevelUnverified
	return "no answer seen", s.reply(c, fmt.Sprintf("%s said %s ago that this is answered, but no answer of yours is to be seen on the site.", c.RepliedBy, text.Span(s.now.Sub(c.RepliedAt))))
}

// reply is a message in the thread of the complaint. Its id holds the version of
// the case, so that a complaint that is opened again has steps again.
func (s steps) reply(c *mention.Case, words string) mention.Alert {
	thread := s.own.ID
	if s.own.ThreadOf != "" {
		thread = s.own.ThreadOf
	}
	return mention.Alert{
		ID:   mention.NewAlertID(mention.Escalation, string(s.mention.ID), fmt.Sprint(c.Version), fmt.Sprint(c.Level)),
		Kind: mention.Escalation, MentionID: s.mention.ID, ThreadOf: thread, Route: s.own.Route, Severity: s.mention.Severity,
		Status: mention.Pending, CreatedAt: s.now, Payload: alerts.Details{Text: words}.Encode(),
	}
}
