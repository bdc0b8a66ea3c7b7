// Package outbox brings the messages out, each exactly once as far as the channel
// lets us know, in the order of their loudness and at the pace the channel bears.
//
// It decides nothing about what a message says or who gets it, and it knows no
// store and no channel: both come in behind small interfaces.
package outbox

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fault"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// The rules of the way out, which every change here must keep:
//
//   - A message is sent only by the one who moved its alert from pending to posting.
//   - It is sent again only when the other side surely did not take it: it said so, or
//     it was never reached, or its history, read InDoubt after the attempt, has no such message.
//   - When the history cannot be read, the message is sent again and says that it may be a repeat.
//   - Nothing is sent to a method that asked for silence before that has passed.
//   - One alert in trouble holds up no other, except those that share its trouble.

const (
	// inDoubtAfter is how long after an attempt the history is taken as complete.
	inDoubtAfter = 20 * time.Second
	// postTimeout bounds one attempt, from its t0 on. It must stay below inDoubtAfter, so that no
	// attempt is under way any more when the history is read.
	postTimeout = 10 * time.Second
	// grace is what attempts under way may still take when earshot stops.
	grace = 3 * time.Second
	// markTimeout bounds writing down the end of an attempt.
	markTimeout = 5 * time.Second
	// tick is how often the outbox is read when nobody calls Wake: for messages held
	// until a time, and for those that other processes enqueue.
	tick = time.Second
	// firstLook and lastLook bound how many due alerts, or outdated messages, are read
	// at once: more only when all that were read must wait for something.
	firstLook, lastLook = 200, 20000
)

// inFlight bounds the tasks under way at the same time in one way out, by method: slow
// updates hold up no new alert, and a webhook or channel that hangs no other.
var inFlight = [...]int{toPost: 8, toFind: 4, toUpdate: 4}

// Queue is the reading half of the outbox, as the store keeps it.
type Queue interface {
	// DueAlerts returns pending alerts whose NotBefore has passed and whose
	// ThreadOf, if any, is posted; louder first, then older, but complaints gathered in a
	// thread after all other messages, and copies after those.
	DueAlerts(ctx context.Context, now time.Time, limit int) ([]mention.Alert, error)
	// InDoubt returns alerts in state posting whose attempt began before the time, the oldest
	// attempt first.
	InDoubt(ctx context.Context, before time.Time) ([]mention.Alert, error)
	// Outdated returns posted messages that show a case older than it is now: those in a channel
	// before those in threads, and what happened last first.
	Outdated(ctx context.Context, limit int) ([]mention.Alert, error)
	// Alert returns one alert; ok is false when there is none.
	Alert(ctx context.Context, id mention.AlertID) (a mention.Alert, ok bool, err error)
}

// Writer is the writing half of the outbox. Every change is a compare-and-set: ok is
// false when the alert was not in the state the caller believed, so somebody else moved
// it and there is nothing to do.
type Writer interface {
	// BeginPosting moves pending → posting, raises Attempts and sets PostingAt.
	BeginPosting(ctx context.Context, id mention.AlertID, t0 time.Time) (ok bool, err error)
	// MarkPosted moves posting → posted.
	MarkPosted(ctx context.Context, id mention.AlertID, channel, ts string, rendered int64) (ok bool, err error)
	// BackToPending moves posting → pending if Attempts is still the given one:
	// an attempt that another process began since is not undone.
	BackToPending(ctx context.Context, id mention.AlertID, attempts int, notBefore time.Time, why string) (ok bool, err error)
	// Detach lets the replies that wait for the alert go on their own.
	Detach(ctx context.Context, root mention.AlertID) error
	// Orphan lets what was told in threads about a complaint, or waits to be, stand for itself: it
	// shows the case from then on, for the complaint's own message does no more where people look.
	// more is true while some of it is on its way, and has to be asked for again.
	Orphan(ctx context.Context, of mention.ID) (more bool, err error)
	// SetRendered records which version of the case a posted message shows.
	SetRendered(ctx context.Context, id mention.AlertID, version int64) error
}

// Options are what a Sender needs. All but Gathered, Join, InDoubt, LostSince, Lang, Zone, Doors, Answer,
// Accepted and Trouble are required.
type Options struct {
	Queue  Queue
	Writer Writer
	Reader alerts.Reader
	// Gathered says what waits for a message that groups complaints, to go into its thread:
	// their watches, how many there are, and the loudest.
	Gathered func(ctx context.Context, root mention.AlertID) (watches []string, n int, loudest mention.ID, err error)
	// Join puts one alert in place of some of a route that say the same and wait. ok is false when
	// that is not true of all any more, and nothing was changed. Nil: each is told alone.
	Join func(ctx context.Context, list []mention.Alert) (ok bool, err error)
	// NotifierFor returns the way out for a route. It is asked for every message, so a
	// changed watchlist counts at once. ok is false for a route that leads nowhere.
	NotifierFor func(route string) (n alerts.Notifier, ok bool)
	Log         *slog.Logger
	Now         func() time.Time
	// InDoubt is the wait before the history is read; 0 means 20 s. Tests shorten it.
	InDoubt time.Duration
	// LostSince is when the database may have lost what was posted since, as after a
	// restore; zero when it has lost nothing. Nil: never.
	LostSince func() time.Time
	// Lang is the language of those who read a route; nil: English.
	Lang func(route string) i18n.Lang
	// Zone is that of the people who act; nil: UTC.
	Zone func() *time.Location
	// Doors returns the doors through which an alert was told while its route took nothing;
	// nil: there are none.
	Doors func(ctx context.Context, a mention.Alert) ([]alerts.ToldBy, error)
	// Answer says how a post can be answered from here, and what became of it; nil: not at all.
	Answer func(ctx context.Context, m mention.Mention) (alerts.Answer, error)
	// Accepted is told of every message that was taken, for metrics.
	Accepted func(m alerts.Message, at time.Time)
	// Trouble is told when a route stops working, and with a nil error when it works
	// again.
	Trouble func(route string, err error)
}

// Sender brings the outbox out.
type Sender struct {
	opt   Options
	wake  chan struct{}
	tasks sync.WaitGroup

	mu       sync.Mutex
	busy     map[mention.AlertID]wayOut // what is under way
	running  map[wayOut]int             // tasks under way
	ended    [][]mention.AlertID        // tasks that ended since the last look, by what they claimed
	throttle *throttle
	look     int                 // how many due alerts to read
	lookBack int                 // how many outdated messages to read
	overtook map[string]int      // messages in a row that went before the one that waits longest, by route
	reloaded time.Time           // when the watchlist changed last
	together map[bunch]time.Time // when bunches were last told of
	standing standing
}

// NewSender returns a sender; Run starts it.
func NewSender(opt Options) *Sender {
	if opt.InDoubt == 0 {
		opt.InDoubt = inDoubtAfter
	}
	if opt.Accepted == nil {
		opt.Accepted = func(alerts.Message, time.Time) {}
	}
	if opt.Lang == nil {
		opt.Lang = func(string) i18n.Lang { return i18n.Lang{} }
	}
	if opt.Zone == nil {
		opt.Zone = func() *time.Location { return time.UTC }
	}
	if opt.LostSince == nil {
		opt.LostSince = func() time.Time { return time.Time{} }
	}
	if opt.Trouble == nil {
		opt.Trouble = func(string, error) {}
	}
	return &Sender{opt: opt, wake: make(chan struct{}, 1), busy: make(map[mention.AlertID]wayOut), running: make(map[wayOut]int), overtook: make(map[string]int), together: make(map[bunch]time.Time), throttle: newThrottle(), look: firstLook, lookBack: firstLook,
		standing: standing{found: map[mention.AlertID]alerts.Place{}, looked: map[place]map[mention.AlertID]bool{}}}
}

// Wake makes the sender look at the outbox now. It never blocks.
func (s *Sender) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Reload forgets what was refused before: the watchlist changed, so it is tried
// again at once. A route that still does not work is told anew.
func (s *Sender) Reload() {
	s.mu.Lock()
	for route := range s.throttle.reported {
		s.opt.Trouble(route, nil)
	}
	s.throttle.forgive()
	s.reloaded = s.opt.Now()
	s.mu.Unlock()
	s.Wake()
}

// Run sends until ctx ends, then waits a little for the attempts under way. It
// must be called once.
func (s *Sender) Run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	for ctx.Err() == nil {
		timer := time.NewTimer(s.step(ctx, work))
		select {
		case <-ctx.Done():
		case <-s.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
	last := time.AfterFunc(grace, stop)
	defer last.Stop()
	s.tasks.Wait()
	return nil
}

// step starts what may be started now and returns how long nothing else can.
func (s *Sender) step(ctx, work context.Context) time.Duration {
	s.free()
	now := s.opt.Now()
	wait := tick
	for _, part := range []func(context.Context, context.Context, time.Time) (time.Duration, error){s.doubts, s.dues, s.updates} {
		next, err := part(ctx, work, now)
		if err != nil && ctx.Err() == nil {
			s.opt.Log.Error("outbox cannot be read; trying again", "err", err)
		}
		wait = min(wait, next)
	}
	return max(wait, time.Millisecond)
}

// dues starts attempts for pending alerts.
func (s *Sender) dues(ctx, work context.Context, now time.Time) (time.Duration, error) {
	due, err := s.opt.Queue.DueAlerts(ctx, now, s.look)
	if err != nil {
		return tick, err
	}
	read, started := len(due), 0
	due, bunches, wait := s.gather(due, now)
	due, longest := s.turns(due, now)
	for _, a := range due {
		notifier, next, ok := s.take(a, toPost, now)
		wait = min(wait, next)
		if !ok {
			continue
		}
		started++
		s.passed(a, longest[a.Route])
		s.begun(a, now)
		if bunch := bunches[a.ID]; len(bunch) > 1 {
			s.tasks.Go(func() { s.join(work, bunch) })
			continue
		}
		s.tasks.Go(func() { s.post(work, notifier, a) })
	}
	full, before := read == s.look, s.look
	s.look = looked(s.look, read, started)
	if full && (started > 0 || s.look > before) {
		wait = 0 // others may wait behind those that were read
	}
	return wait, nil
}

// looked returns how many to read next time: more when all that were read must wait,
// so that they do not hide others behind them.
func looked(limit, read, started int) int {
	switch {
	case read == limit && started == 0:
		return min(limit*4, lastLook)
	case read < firstLook:
		return firstLook
	}
	return limit
}

// take claims an alert for one task, if its channel, its method and its limiter are
// free. next is how long it takes until they may be.
func (s *Sender) take(a mention.Alert, m method, now time.Time) (notifier alerts.Notifier, next time.Duration, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.idle(a.ID) {
		return nil, tick, false
	}
	notifier, ok = s.opt.NotifierFor(a.Route)
	if !ok {
		s.trouble(a.Route, errNoRoute)
		return nil, tick, false
	}
	way := wayOut{notifier, m, a.Route}
	if s.running[way] >= s.throttle.slots(way) {
		return nil, tick, false // the end of a task wakes the sender
	}
	if next := s.throttle.wait(notifier, m, a, now); next > 0 {
		return nil, next, false
	}
	s.busy[a.ID] = way
	s.running[way]++
	s.throttle.leave(notifier, m, a, now)
	return notifier, tick, true
}

// idle reports whether nothing is under way for the alert. The lock is held.
func (s *Sender) idle(id mention.AlertID) bool {
	_, busy := s.busy[id]
	return !busy
}

var errNoRoute = &alerts.RefusedError{Code: "no_route", Err: &alerts.Advice{Key: "way.no_route"}}

// Refused reports whether an alert that waits is refused, and not merely late: its route, or the
// message itself, will not be taken before somebody acts.
func (s *Sender) Refused(a mention.Alert) bool {
	if _, ok := s.opt.NotifierFor(a.Route); !ok {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.throttle.failures[alertMethod{a.ID, toPost}]
	return s.throttle.refused[a.Route] != nil || one != nil && one.refused
}

// release ends one task and what it claimed, from the next look on.
func (s *Sender) release(ids ...mention.AlertID) {
	s.mu.Lock()
	s.ended = append(s.ended, ids)
	s.mu.Unlock()
	s.Wake()
}

// free gives back what tasks that ended had claimed. It is called between two looks at the
// outbox: in the middle of one, a turn that falls free would go to the next in the order and
// not to the first that waits, and another would be spent on what was read and is sent by now.
func (s *Sender) free() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ids := range s.ended {
		way := s.busy[ids[0]]
		if s.running[way]--; s.running[way] == 0 {
			delete(s.running, way)
		}
		for _, id := range ids {
			delete(s.busy, id)
			s.throttle.land(id)
		}
	}
	s.ended = nil
}

// post is one attempt: steps 6 to 8.
func (s *Sender) post(ctx context.Context, notifier alerts.Notifier, a mention.Alert) {
	defer s.release(a.ID)
	m, err := s.message(ctx, a)
	if err != nil {
		s.later(a, toPost, err)
		return
	}
	if s.adopt(ctx, notifier, m) || s.told(ctx, m) || s.asleep(ctx, m) {
		return
	}
	// The attempt's time begins with t0, whatever the writing down takes: a history
	// that is read for t0 is searched until postTimeout after it.
	t0 := s.opt.Now()
	attempt, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	if !s.begin(attempt, a, t0) {
		return
	}
	if moved, err := s.moved(ctx, a); err != nil || moved {
		a.Attempts++
		s.back(ctx, a, t0, errMoved)
		return
	}
	if until := s.silence(notifier); until.After(s.opt.Now()) {
		a.Attempts++
		s.back(ctx, a, until, errSilence)
		return
	}
	m.Alert.Attempts++
	m.Alert.PostingAt = t0
	place, err := notifier.Post(attempt, m)
	var part *alerts.PartError
	if err == nil || errors.As(err, &part) {
		fault.At("message-posted")
		s.posted(ctx, m, place, m.Case.Version, part)
		return
	}
	s.notPosted(ctx, notifier, m, err)
}

// begin moves an alert to posting. It reports whether it is this sender's to post now.
func (s *Sender) begin(ctx context.Context, a mention.Alert, t0 time.Time) bool {
	ok, err := s.opt.Writer.BeginPosting(ctx, a.ID, t0)
	if err != nil {
		s.later(a, toPost, err)
		return false
	}
	if ok {
		fault.At("posting-marked")
	}
	return ok
}

// marking is the time for writing down the end of an attempt, also while stopping.
func marking(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), markTimeout)
}

var errSilence = errors.New("not sent: the channel asked for silence meanwhile")

// silence is until when nothing may be posted there: another attempt may have been told so
// while this one was written down.
func (s *Sender) silence(notifier alerts.Notifier) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.throttle.retryAfter[notifierMethod{notifier, toPost}]
}

var errMoved = errors.New("not sent: it goes elsewhere now")

// moved reports whether the alert got another place between being read and being taken.
// From here on it keeps its place.
func (s *Sender) moved(ctx context.Context, a mention.Alert) (bool, error) {
	is, ok, err := s.opt.Queue.Alert(ctx, a.ID)
	return ok && (is.Route != a.Route || is.ThreadOf == "" && a.ThreadOf != ""), err
}

// posted writes down that a message stands in its channel; part says for whom it does not.
func (s *Sender) posted(ctx context.Context, m alerts.Message, at alerts.Place, rendered int64, part *alerts.PartError) {
	a := m.Alert
	mark, cancel := marking(ctx)
	defer cancel()
	if _, err := s.opt.Writer.MarkPosted(mark, a.ID, at.Channel, at.TS, rendered); err != nil {
		// It stays in doubt, is found in the history, and marked then.
		s.opt.Log.Error("a message was accepted but cannot be marked; it will be looked for", "alert", a.ID, "err", err)
		return
	}
	fault.At("posted-marked")
	if a.Kind == mention.Escalation && a.MentionID != "" && m.Thread.TS != "" && at.Channel != m.Thread.Channel { // its channel is gone
		if _, err := s.opt.Writer.Orphan(mark, a.MentionID); err != nil {
			s.opt.Log.Error("a message that left its thread gets no buttons", "alert", a.ID, "err", err)
		}
	}
	a.Channel = at.Channel
	s.fine(a, part)
	s.opt.Accepted(m, s.opt.Now())
}

// notPosted sorts the ways in which an attempt can fail.
func (s *Sender) notPosted(ctx context.Context, notifier alerts.Notifier, m alerts.Message, err error) {
	a, now := m.Alert, s.opt.Now()
	var again *alerts.RetryError
	var refused *alerts.RefusedError
	switch {
	case errors.As(err, &again):
		s.back(ctx, a, s.hold(notifier, toPost, a, again, now), err)
	case errors.As(err, &refused):
		s.refuse(a, toPost, refused, now)
		s.back(ctx, a, now, err)
		if refused.One {
			s.detach(ctx, a)
		}
	default:
		s.timedOut(wayOut{notifier, toPost, a.Route}, err, now)
		s.doubted(a, err)
		s.opt.Log.Warn("a message is in doubt; its channel will be read", "alert", a.ID, "route", a.Route, "err", err)
	}
}

// back returns an alert that was surely not taken to the queue.
func (s *Sender) back(ctx context.Context, a mention.Alert, notBefore time.Time, why error) {
	text := why.Error()
	if a.LastError == mention.UnreadableHistory {
		text = mention.UnreadableHistory // still true of the attempt before this one
	}
	s.backWith(ctx, a, notBefore, text)
}

// detach lets replies go whose first message is refused, though their channel is not.
func (s *Sender) detach(ctx context.Context, a mention.Alert) {
	mark, cancel := marking(ctx)
	defer cancel()
	if err := s.opt.Writer.Detach(mark, a.ID); err != nil { // again at its next refusal
		s.opt.Log.Error("replies to a refused message cannot be freed", "alert", a.ID, "err", err)
	}
}

func (s *Sender) backWith(ctx context.Context, a mention.Alert, notBefore time.Time, why string) {
	mark, cancel := marking(ctx)
	defer cancel()
	if _, err := s.opt.Writer.BackToPending(mark, a.ID, a.Attempts, notBefore, why); err != nil {
		s.opt.Log.Error("an alert cannot be put back; it will be looked for", "alert", a.ID, "err", err)
	}
}
