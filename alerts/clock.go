package alerts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/earshot/earshot/internal/fault"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Deadline is one set of clocks. A zero duration means no such clock.
type Deadline struct {
	Claim      time.Duration // somebody must have taken the complaint
	Reply      time.Duration // a public answer must stand
	Notify     string        // who is named first
	EscalateTo string        // the channel that is told next
	Hours      hours.Hours   // the clocks run only while these are open; zero: always
}

// Case.Level says which steps were taken. They are numbers in the database, so they
// must keep their meaning: the last digit counts what was done because nobody had
// the complaint; the others are added once each.
const (
	levelNamed    = 1 // somebody was named in the thread
	levelTold     = 2 // the other channel was told
	levelNudged   = 10
	levelUnproved = 100 // "replied", but no answer is to be seen
)

const (
	// clockEvery is how often the clocks are read: well below the shortest deadline
	// that makes sense.
	clockEvery = 5 * time.Second
	// patience is the least time between the nudge and the release.
	patience = 5 * time.Minute
	// proofWithin is how long after "replied" the answer must be seen on the site.
	proofWithin = time.Hour
	// unprovedFor bounds the search for answers that were never seen.
	unprovedFor = 7 * 24 * time.Hour
)

// Living lists the cases whose clocks run.
type Living interface {
	List(ctx context.Context, q mention.Query) (mention.Page, error)
	AlertOf(ctx context.Context, id mention.ID) (a mention.Alert, ok bool, err error)
}

// Clock takes the steps that time demands. Any number of processes may run one:
// each step is a compare-and-set on the case, so it happens once.
type Clock struct {
	Cases   Cases
	Living  Living
	Planner *Planner // whose rules hold the deadlines
	Log     *slog.Logger
	Now     func() time.Time
	Changed func() // called after every step; must not block
}

// Run steps until ctx ends.
func (k *Clock) Run(ctx context.Context) error {
	ticker := time.NewTicker(clockEvery)
	defer ticker.Stop()
	for {
		if err := k.Step(ctx); err != nil && ctx.Err() == nil {
			k.Log.Error("deadlines cannot be read; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Step takes every step that is due now.
func (k *Clock) Step(ctx context.Context) error {
	rules := *k.Planner.rules.Load()
	queries := []mention.Query{{Unproved: true, Alerted: true, Since: k.Now().Add(-unprovedFor)}}
	if len(rules.Deadlines) > 0 {
		queries = append(queries, mention.Query{Unanswered: true, Alerted: true})
	}
	for _, q := range queries {
		for more := true; more; more = q.After != "" {
			page, err := k.Living.List(ctx, q)
			if err != nil {
				return fmt.Errorf("living cases: %w", err)
			}
			for _, e := range page.Entries {
				if err := k.entry(ctx, rules, e.Mention, e.Case); err != nil {
					return err
				}
			}
			q.After = page.Next
		}
	}
	return nil
}

// entry takes the due steps of one case.
func (k *Clock) entry(ctx context.Context, rules Rules, m mention.Mention, c mention.Case) error {
	s := steps{rules: rules, mention: m, deadline: rules.Deadlines[m.Severity], now: k.Now()}
	if s.due(c) == nil {
		return nil
	}
	own, ok, err := k.Living.AlertOf(ctx, m.ID)
	if err != nil || !ok || own.Status != mention.Posted || own.Kind == mention.Twin {
		return err // not shown yet; or a copy, whose first message has the clock
	}
	s.own = own
	for {
		_, err := k.Cases.UpdateCase(ctx, m.ID, s.take)
		if errors.Is(err, mention.ErrNothingToDo) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("step of %s: %w", m.ID, err)
		}
		fault.At("deadline-stepped")
		k.Changed()
	}
}

// steps decides about one case. It is pure.
type steps struct {
	rules    Rules
	mention  mention.Mention
	deadline Deadline
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
		return s.unproved(c)
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
	case level < levelNamed && s.passed(start, d.Claim):
		return s.name
	case level < levelTold && d.EscalateTo != "" && s.passed(start, 2*d.Claim):
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
	switch nudged := c.Level/10%10 > 0; {
	case !nudged && !s.now.Before(due):
		return s.nudge
	case nudged && s.passed(due, max(d.Claim, patience)):
		return s.release
	}
	return nil
}

func (s steps) unproved(c mention.Case) step {
	if c.AnswerSeen || c.Level >= levelUnproved || len(s.rules.Official[s.mention.Watch]) == 0 || s.now.Before(c.RepliedAt.Add(proofWithin)) {
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
	c.Level += levelNamed
	c.OverdueSince = s.deadline.Hours.Add(s.start(*c), s.deadline.Claim)
	a := s.reply(c, fmt.Sprintf("Nobody has taken this complaint for %s.", text.Span(s.now.Sub(s.start(*c)))))
	a.Notify = s.deadline.Notify
	return "nobody took it: " + or(a.Notify, "said in the thread"), a
}

func (s steps) tell(c *mention.Case) (string, mention.Alert) {
	c.Level = c.Level/10*10 + levelTold
	a := s.reply(c, fmt.Sprintf("Nobody in %s has taken this complaint for %s.", s.own.Route, text.Span(s.now.Sub(s.start(*c)))))
	a.ThreadOf, a.Route = "", s.deadline.EscalateTo
	return "nobody took it: told " + a.Route, a
}

func (s steps) nudge(c *mention.Case) (string, mention.Alert) {
	c.Level += levelNudged
	a := s.reply(c, fmt.Sprintf("%s, you took this %s ago, and no public answer is to be seen.", c.Owner.Name, text.Span(s.now.Sub(c.ClaimedAt))))
	a.Notify = strings.TrimPrefix(c.Owner.ID, "slack:")
	if a.Notify == c.Owner.ID { // came through another door: Slack knows nobody of that id
		a.Notify = ""
	}
	return "nudged " + c.Owner.Name, a
}

func (s steps) release(c *mention.Case) (string, mention.Alert) {
	who, took := c.Owner.Name, text.Span(s.now.Sub(c.ClaimedAt))
	c.Status, c.Owner, c.ClaimedAt = mention.Open, mention.Person{}, time.Time{}
	c.Level = max(c.Level%10, levelNamed)
	if c.OverdueSince.IsZero() {
		c.OverdueSince = s.now
	}
	a := s.reply(c, fmt.Sprintf("%s had this for %s without an answer. It is open again.", who, took))
	a.Notify = s.deadline.Notify
	return "released from " + who, a
}

func (s steps) doubt(c *mention.Case) (string, mention.Alert) {
	c.Level += levelUnproved
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
		Status: mention.Pending, CreatedAt: s.now, Payload: Facts{Text: words}.encode(),
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
