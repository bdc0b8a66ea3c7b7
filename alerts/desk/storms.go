package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// A storm is told as one: one nudge, one escalation, one reminder for each who took some
// of it, each once an hour at most, and one word when it is over. Every complaint keeps its
// own case and its own steps; only what is said is said once, because its id is that of the storm.

const (
	// stormsOf bounds how old a storm may be whose complaints still have deadlines.
	stormsOf = 14 * 24 * time.Hour
	// overWithin bounds how late it is said that a storm is over: after a longer absence
	// nobody asks any more.
	overWithin = 24 * time.Hour
	// overEvery is how often it is asked whether a storm is over.
	overEvery = time.Minute
)

// StormCases finds the storms and what belongs to them.
type StormCases interface {
	// Storms returns the messages of kind storm made since, the oldest first.
	Storms(ctx context.Context, since time.Time) ([]mention.Alert, error)
	// StormCases returns the complaints about the watch, but the critical ones, that were
	// heard from (inclusive) to (exclusive), the oldest first. One that was heard after
	// gathered counts only if it stands in a thread.
	StormCases(ctx context.Context, watch string, from, gathered, to time.Time) ([]mention.StormCase, error)
	// Alert returns one alert; ok is false when there is none.
	Alert(ctx context.Context, id mention.AlertID) (a mention.Alert, ok bool, err error)
}

// storm is one storm with its complaints, which are read when they are first asked for.
type storm struct {
	alerts.Storm
	first mention.Alert // its first message, in whichever channel
	open  StormCases
	read  bool
	all   []mention.StormCase
	last  map[said]time.Time // when the last complaint was heard that a step comes to now
}

func (s *storm) from() time.Time { return s.first.CreatedAt.Add(-alerts.StormWindow) }
func (s *storm) ends() time.Time { return s.Span.Add(alerts.StormLength) }

// holds reports whether a complaint with this message belongs to the storm. What was heard
// just before it was known to be one does. Keep it in step with StormCases.
func (s *storm) holds(m mention.Mention, own mention.Alert) bool {
	return m.Watch == s.Watch && m.Severity < mention.Critical && !m.HeardAt.Before(s.from()) && m.HeardAt.Before(s.ends()) &&
		(own.ThreadOf != "" || !m.HeardAt.After(s.first.CreatedAt))
}

// said is a step that is said of a whole storm.
type said struct {
	step   string
	of     mention.Status // how the complaints stand that it comes to
	within time.Duration  // how long after it was heard it comes to one
}

// hourly is the step, said once of what was heard in each hour of the storm: somebody may have taken all that was
// there, and left, before the rest came. Where it comes to complaints of several hours at once, as when the quiet
// hours end, it is said of the last.
func (s steps) hourly(is said) []string {
	last, known := s.storm.last[is]
	if !known {
		for _, c := range slices.Backward(s.storm.all) {
			if c.Status == is.of && !s.after(c.HeardAt, is.within).After(s.now) {
				last = c.HeardAt
				break
			}
		}
		s.storm.last[is] = last
	}
	last = mention.Later(last, s.mention.HeardAt)
	if hour := int(last.Sub(s.storm.first.CreatedAt).Hours()); hour > 0 {
		return []string{is.step, strconv.Itoa(hour)}
	}
	return []string{is.step}
}

func (s *storm) cases(ctx context.Context) ([]mention.StormCase, error) {
	if s.read {
		return s.all, nil
	}
	var err error
	if s.all, err = s.open.StormCases(ctx, s.Watch, s.from(), s.first.CreatedAt, s.ends()); err != nil {
		return nil, fmt.Errorf("complaints of the storm about %s: %w", s.Watch, err)
	}
	s.read = true
	return s.all, nil
}

// waiting counts the complaints that nobody has.
func (s *storm) waiting(ctx context.Context) (n int, err error) {
	all, err := s.cases(ctx)
	for _, c := range all {
		if c.Status == mention.Open {
			n++
		}
	}
	return n, err
}

// storms reads the storms since a time, each once however many channels have its message.
func storms(ctx context.Context, open StormCases, since time.Time) ([]*storm, error) {
	list, err := open.Storms(ctx, since)
	if err != nil {
		return nil, fmt.Errorf("storms: %w", err)
	}
	var out []*storm
	known := make(map[mention.AlertID]bool)
	for _, a := range list {
		is := alerts.ReadDetails(a.Payload).Storm
		if is == nil || known[is.Said()] { // nil: of an earlier earshot
			continue
		}
		known[is.Said()] = true
		out = append(out, &storm{Storm: *is, first: a, open: open, last: map[said]time.Time{}})
	}
	return out, nil
}

// inStorm returns the storm a complaint belongs to, or nil. One that was opened again, or
// whose author is not gathered, is told on its own.
func (d *Deadlines) inStorm(m mention.Mention, c mention.Case, own mention.Alert) *storm {
	if !c.ReopenedAt.IsZero() {
		return nil
	}
	for _, s := range d.storms {
		if s.holds(m, own) {
			return s
		}
	}
	return nil
}

// settled reports whether a complaint of a storm was given back before this step. Who took all of it gives all of it
// back at once, one case after the other, also where several earshots do: how many nobody has is known afterwards.
func (d *Deadlines) settled(id mention.ID, version int64) bool {
	if d.given[id] == version {
		return true
	}
	d.given[id] = version
	return false
}

// ofStorm makes what is said of a complaint what is said of its whole storm.
func (s steps) ofStorm(a mention.Alert, is said, words string, takeAll bool) mention.Alert {
	if s.storm == nil {
		return a
	}
	details := alerts.Details{Text: words}
	if takeAll {
		details.Storm = &s.storm.Storm
	}
	a.ID, a.MentionID, a.Payload = s.storm.Said(s.hourly(is)...), "", details.Encode()
	if a.ThreadOf != "" {
		a.ThreadOf, a.Route = s.storm.first.ID, s.storm.first.Route
	}
	return a
}

// nobody says how many complaints of the storm nobody has.
func (s steps) nobody(l i18n.Lang, c mention.Case) string {
	if s.storm == nil {
		return ""
	}
	key := "desk.storm_nobody"
	if c.Steps.GivenBack {
		key = "desk.storm_nobody_now"
	}
	return l.Plural(key, s.waiting, "watch", s.storm.Watch, "span", l.Span(s.waits(c)))
}

// endStorms says of every storm that is over that it is.
func (d *Deadlines) endStorms(ctx context.Context) error {
	now := d.opt.Now()
	if now.Sub(d.endsAsked) < overEvery {
		return nil
	}
	d.endsAsked = now
	var failed []error
	for _, s := range d.storms {
		if now.Sub(s.first.CreatedAt) < overWithin && !d.goesOn(s) {
			failed = append(failed, d.endStorm(ctx, s, now))
		}
	}
	return errors.Join(failed...)
}

// goesOn reports whether the storm has a message of the next span.
func (d *Deadlines) goesOn(s *storm) bool {
	return slices.ContainsFunc(d.storms, func(next *storm) bool { return next.Watch == s.Watch && next.Span.Equal(s.ends()) })
}

func (d *Deadlines) endStorm(ctx context.Context, s *storm, now time.Time) error {
	id := s.Said("over")
	if _, told, err := d.opt.Cases.Alert(ctx, id); err != nil || told {
		return err
	}
	all, err := s.cases(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	recent, open := 0, 0
	for _, c := range all {
		if now.Sub(c.HeardAt) < alerts.StormWindow {
			recent++
		}
		if c.Status == mention.Open {
			open++
		}
	}
	if recent >= alerts.StormLeast {
		return nil
	}
	lasted := all[len(all)-1].HeardAt.Sub(all[0].HeardAt)
	l := d.opt.Rules().Lang(s.first.Route)
	words := l.Plural("desk.storm_over", len(all), "watch", s.Watch, "span", l.Span(lasted), "open", open)
	err = d.opt.Cases.Enqueue(ctx, mention.Alert{
		ID: id, Kind: mention.Notice, Route: s.first.Route, Severity: mention.Normal, Status: mention.Pending, CreatedAt: now,
		NotBefore: d.opt.Rules().HeldUntil(mention.Normal, now), Payload: alerts.Details{Text: words}.Encode(),
	})
	if err == nil {
		d.opt.Changed()
	}
	return err
}

// TakeAll claims for a person every open complaint of the storm that a message is about,
// each by compare-and-set: whoever was first with one has it. The error is
// mention.ErrNotFound when the message is about no storm; what was taken before another
// error stays taken, and is counted.
func (d *Desk) TakeAll(ctx context.Context, id mention.AlertID, by mention.Person) (taken alerts.Taken, err error) {
	a, ok, err := d.cases.Alert(ctx, id)
	if err != nil {
		return taken, fmt.Errorf("take all: %w", err)
	}
	is := alerts.ReadDetails(a.Payload).Storm
	if !ok || is == nil {
		return taken, fmt.Errorf("take all of %s: %w", id, mention.ErrNotFound)
	}
	list, err := storms(ctx, d.cases, is.Span)
	if err != nil {
		return taken, err
	}
	for _, s := range list {
		if s.Said() != is.Said() {
			continue
		}
		all, err := s.cases(ctx)
		if err != nil {
			return taken, err
		}
		for _, c := range all {
			if c.Status != mention.Open {
				continue
			}
			_, err := d.Do(ctx, c.ID, mention.Action{Verb: mention.Claim, By: by})
			var other *mention.TakenError
			switch {
			case err == nil:
				taken.Won++
			case errors.As(err, &other):
				taken.Lost++
			case !errors.Is(err, mention.ErrNothingToDo) && !errors.Is(err, mention.ErrNotFound):
				return taken, err
			}
		}
	}
	return taken, nil
}
