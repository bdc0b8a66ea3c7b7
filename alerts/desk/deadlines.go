package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fault"
	"github.com/earshot/earshot/mention"
)

// lookEvery is how often the clocks are read: well below the shortest deadline
// that makes sense.
const lookEvery = 5 * time.Second

// OpenCases are the cases whose deadlines run, by when they must be looked at.
type OpenCases interface {
	Cases
	// DueCases returns cases that are due, the longest due first. A case becomes due
	// when it changes and when its message is posted.
	DueCases(ctx context.Context, now time.Time, limit int) ([]mention.MentionRecord, error)
	// SetDue notes when to look again; it leaves cases alone that changed since.
	SetDue(ctx context.Context, list []mention.Due) error
	// ResetDue makes every case due that may have a deadline.
	ResetDue(ctx context.Context) error
	// Enqueue adds alerts; an id that is there already changes nothing.
	Enqueue(ctx context.Context, list ...mention.Alert) error
	// AnswerUnseen reports whether an answer to the post of a mention need not be seen: the site shows
	// none, as far as is known. held is since when a moderator has one; zero: none has.
	AnswerUnseen(ctx context.Context, id mention.ID) (unseen bool, held time.Time, err error)
	// Alive reports whether the complaint an alert belongs to still waits. ended is since when it
	// does not; zero when nobody knows.
	Alive(ctx context.Context, id mention.AlertID) (alive bool, ended time.Time, err error)
}

// DeadlineOptions are what Deadlines need; all but Refused are required.
type DeadlineOptions struct {
	Cases OpenCases
	Rules func() *alerts.Rules // asked at every look, so a changed watchlist counts at once
	// Refused reports whether an alert that waits will not be posted before somebody acts;
	// nil: none is. All other that wait are merely late.
	Refused func(a mention.Alert) bool
	Log     *slog.Logger
	Now     func() time.Time
	Changed func() // called after every step; must not block
}

// Deadlines take the steps that time demands. Any number of processes may run them:
// each step is a compare-and-set on the case, so it happens once.
type Deadlines struct {
	opt   DeadlineOptions
	rules *alerts.Rules // by which the cases' moments were reckoned

	storms    []*storm // as this step found them
	endsAsked time.Time
	given     map[mention.ID]int64 // versions in which complaints of storms were given back
}

// NewDeadlines returns deadlines; Run starts them.
func NewDeadlines(opt DeadlineOptions) *Deadlines {
	if opt.Refused == nil {
		opt.Refused = func(mention.Alert) bool { return false }
	}
	return &Deadlines{opt: opt, given: map[mention.ID]int64{}}
}

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

const (
	// atOnce is how many cases are looked at in one go.
	atOnce = 100
	// notShown is when a case is looked at again whose message is not posted. Its being
	// posted makes it due, but may be noticed a moment too early.
	notShown = time.Minute
	// copied is when a copy is looked at again whose first complaint has the clock.
	copied = 5 * time.Minute
)

// step takes every step that is due now.
func (d *Deadlines) step(ctx context.Context) error {
	rules := d.opt.Rules()
	if d.rules != rules {
		if err := d.opt.Cases.ResetDue(ctx); err != nil {
			return err
		}
		d.rules = rules
	}
	var err error
	if d.storms, err = storms(ctx, d.opt.Cases, d.opt.Now().Add(-stormsOf)); err != nil {
		return err
	}
	if len(d.storms) == 0 {
		clear(d.given)
	}
	return errors.Join(d.cases(ctx, rules), d.endStorms(ctx))
}

// cases takes the steps of all cases that are due now.
func (d *Deadlines) cases(ctx context.Context, rules *alerts.Rules) error {
	for {
		list, err := d.opt.Cases.DueCases(ctx, d.opt.Now(), atOnce)
		if err != nil {
			return fmt.Errorf("open cases: %w", err)
		}
		var looked []mention.Due
		var failed []error
		for _, e := range list {
			at, err := d.entry(ctx, *rules, e.Mention, e.Case)
			if err != nil { // it costs itself a minute, and no other case anything
				failed = append(failed, err)
				at = d.opt.Now().Add(time.Minute)
			}
			looked = append(looked, mention.Due{ID: e.Mention.ID, Version: e.Case.Version, At: at})
		}
		if err := errors.Join(errors.Join(failed...), d.opt.Cases.SetDue(ctx, looked)); err != nil {
			return err
		}
		if len(list) < atOnce {
			return nil
		}
	}
}

// entry takes the due steps of one case and returns when to look again; never is the
// zero time.
func (d *Deadlines) entry(ctx context.Context, rules alerts.Rules, m mention.Mention, c mention.Case) (time.Time, error) {
	s := steps{rules: rules, mention: m, deadline: rules.Deadlines[m.Severity], now: d.opt.Now()}
	if m.Severity == 0 || s.never(c) {
		return time.Time{}, nil
	}
	own, again, err := d.ownMessage(ctx, s, c)
	if err != nil || !again.IsZero() {
		return again, err
	}
	s.own = own
	at, do := s.due(c)
	if soon := s.now.Add(notShown); s.unseen() && (at.IsZero() || at.After(soon)) {
		return soon, nil
	}
	if do == nil || s.now.Before(at) {
		return at, nil
	}
	if c.Status == mention.Replied { // that it is not seen there says nothing, and nobody's word is doubted
		unseen, held, err := d.opt.Cases.AnswerUnseen(ctx, m.ID)
		if err != nil || unseen {
			return time.Time{}, err
		}
		if let := held.Add(moderated); !held.IsZero() && s.now.Before(let) {
			return let, nil
		}
	}
	// A snooze ends when the person asked for it, whatever the hour.
	if held := rules.HeldUntil(m.Severity, s.now); !held.IsZero() && c.SnoozedUntil.IsZero() {
		return held, nil
	}
	if s.storm = d.inStorm(m, c, own); s.storm != nil {
		if c.Status == mention.Open && c.Steps.GivenBack && !d.settled(m.ID, c.Version) {
			return s.now.Add(lookEvery), nil
		}
		s.looked = c.Version
		if s.waiting, err = s.storm.waiting(ctx); err != nil {
			return time.Time{}, err
		}
	}
	_, err = d.opt.Cases.UpdateCase(ctx, m.ID, s.take)
	if err != nil && !errors.Is(err, mention.ErrNothingToDo) {
		return time.Time{}, fmt.Errorf("step of %s: %w", m.ID, err)
	}
	if err == nil {
		fault.At("deadline-stepped")
		d.opt.Changed()
	}
	return s.now, nil // the change made it due; or somebody else changed it
}

// ownMessage returns the message with whose PostedAt the clocks of a case begin, or when to look again
// where they do not run yet.
func (d *Deadlines) ownMessage(ctx context.Context, s steps, c mention.Case) (own mention.Alert, again time.Time, err error) {
	own, ok, err := d.opt.Cases.AlertOf(ctx, s.mention.ID)
	switch {
	case err != nil:
	case !ok:
		again = s.now.Add(notShown)
	case own.Status != mention.Posted && !d.opt.Refused(own):
		if own.PostedAt, err = d.toldElsewhere(ctx, s.rules, own); own.PostedAt.IsZero() {
			again = s.now.Add(notShown)
		}
	case own.Kind == mention.Duplicate:
		alive, ended, err := d.opt.Cases.Alive(ctx, own.ThreadOf)
		if err != nil || alive && c.SnoozedUntil.IsZero() {
			return own, s.now.Add(copied), err // the first message has the clock
		}
		own.PostedAt = mention.Later(own.PostedAt, ended) // it had the clock until then
	}
	return own, again, err
}

// toldElsewhere is when people were told of a message that waits through the other door of its route; zero:
// they were not.
func (d *Deadlines) toldElsewhere(ctx context.Context, rules alerts.Rules, own mention.Alert) (time.Time, error) {
	door := rules.FallbackOf(own.Route).Route
	if door == "" {
		return time.Time{}, nil
	}
	told, _, err := d.opt.Cases.Alert(ctx, alerts.FallbackID(own.ID, door))
	if told.Status != mention.Posted || told.TS == "" { // it waits, or was given up
		return time.Time{}, err
	}
	return told.PostedAt, err
}
