package outbox

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/earshot/earshot/alerts"

	"golang.org/x/time/rate"

	"github.com/earshot/earshot/mention"
)

// method is what is asked of a channel; channels limit each on its own.
type method int

const (
	toPost method = iota
	toFind
	toUpdate
)

// Paced is what a Notifier may also be, to be called no faster than this for one
// route. Updates and searches are held to the same pace over all routes, with a
// larger burst: several people press at once.
type Paced interface {
	Pace() (perSecond float64, burst int)
}

// OneChannel is what a Paced may also be whose routes all lead into one channel.
type OneChannel interface{ OneChannel() }

// updateBurst is how many updates or searches may come at once.
const updateBurst = 10

const (
	firstBackoff = time.Second
	lastBackoff  = 30 * time.Second
	// refusedFirst and refusedLast bound how often what was refused is tried again
	// without a change of the watchlist: somebody may have invited the app meanwhile.
	refusedFirst, refusedLast = 30 * time.Second, 5 * time.Minute
	// longestSilence bounds the silence that a channel may ask for, and toldSilence is how long
	// one is that people must know of: what waits in it is told to nobody.
	longestSilence, toldSilence = time.Hour, time.Minute
)

// throttle say when what may be tried. They live in memory: after a restart all is
// tried once at once. The sender's lock guards them.
type throttle struct {
	retryAfter map[notifierMethod]time.Time // the channel asked for silence, or is away
	away       map[notifierMethod]int       // times in a row that it could not be reached
	refused    map[string]*failures         // routes that do not work, and channels whose updates do not
	hung       map[wayOut]*failures         // ways out that did not answer in time
	failures   map[alertMethod]*failures    // single alerts that failed
	limiters   map[limiterKey]*rate.Limiter // pace
	out        map[limiterKey]outgoing      // the request last sent on its way
	reported   map[string]error             // trouble already told, by route
	doubts     map[string]int               // attempts in a row that nothing tells the fate of, by route
}

// outgoing is a request on its way, not yet answered.
type outgoing struct {
	id    mention.AlertID
	since time.Time
}

// outAlone is how long a request is on its way alone. A channel that asks for
// silence must get nothing that was sent meanwhile, so the next one waits for the
// answer; but not for long: one in doubt holds up no other.
const outAlone = 2 * time.Second

type notifierMethod struct {
	notifier alerts.Notifier
	m        method
}

// wayOut is what hangs on its own: one method of one webhook, or of one channel of a
// notifier that has many. A slow post to one Slack channel says nothing about the others.
type wayOut struct {
	notifier alerts.Notifier
	m        method
	route    string
}

type alertMethod struct {
	id mention.AlertID
	m  method
}

// limiterKey is a way out, but without a route where all routes share the pace.
type limiterKey = wayOut

// failures is something that failed some times in a row.
type failures struct {
	count   int
	until   time.Time
	refused bool      // by the channel, not by chance
	silent  time.Time // of a search: since when it has been asked for silence
}

// again counts one more, which closes it for twice as long, from first to last.
func (f *failures) again(now time.Time, first, last time.Duration) {
	f.count++
	f.until = now.Add(backoff(f.count, first, last))
}

// failuresOf returns those of a key, which may have none yet.
func failuresOf[K comparable](all map[K]*failures, key K) *failures {
	if all[key] == nil {
		all[key] = &failures{}
	}
	return all[key]
}

func newThrottle() *throttle {
	return &throttle{
		retryAfter: make(map[notifierMethod]time.Time), away: make(map[notifierMethod]int),
		refused: make(map[string]*failures), hung: make(map[wayOut]*failures), failures: make(map[alertMethod]*failures),
		limiters: make(map[limiterKey]*rate.Limiter), out: make(map[limiterKey]outgoing), reported: make(map[string]error),
		doubts: make(map[string]int),
	}
}

// wait returns how long the method must not be used for this alert; 0 means it
// may be used now, and that its turn in the limiter is taken.
func (g *throttle) wait(notifier alerts.Notifier, m method, a mention.Alert, now time.Time) time.Duration {
	until := g.retryAfter[notifierMethod{notifier, m}]
	closed := []*failures{g.failures[alertMethod{a.ID, m}], g.hung[wayOut{notifier, m, a.Route}]}
	if m != toFind {
		closed = append(closed, g.refused[a.Route], g.refused[refusedKey(a, m)])
	}
	for _, f := range closed {
		if f != nil {
			until = mention.Later(until, f.until)
		}
	}
	if left := until.Sub(now); left > 0 {
		return left
	}
	return g.turn(notifier, m, a.Route, now)
}

// turn takes a turn in the limiter, or says how long until there is one.
func (g *throttle) turn(notifier alerts.Notifier, m method, route string, now time.Time) time.Duration {
	paced, ok := notifier.(Paced)
	if !ok {
		return 0
	}
	key := limiterOf(notifier, m, route)
	if left := g.alone(key, now); left > 0 {
		return left
	}
	pace := g.limiters[key]
	if pace == nil {
		perSecond, burst := paced.Pace()
		if m != toPost {
			burst = max(burst, updateBurst)
		}
		pace = rate.NewLimiter(rate.Limit(perSecond), burst)
		g.limiters[key] = pace
	}
	turn := pace.ReserveN(now, 1)
	left := turn.DelayFrom(now)
	if left > 0 {
		turn.CancelAt(now)
	}
	return left
}

// limiterOf is what shares a pace: posts of one route, or into one channel, and updates or searches of
// all.
func limiterOf(notifier alerts.Notifier, m method, route string) limiterKey {
	if _, one := notifier.(OneChannel); one || m != toPost {
		route = ""
	}
	return limiterKey{notifier, m, route}
}

// alone returns how long the request that is on its way in this limiter has it for
// itself.
func (g *throttle) alone(key limiterKey, now time.Time) time.Duration {
	last, ok := g.out[key]
	if !ok {
		return 0
	}
	return max(last.since.Add(outAlone).Sub(now), 0)
}

// leave notes that a request goes on its way, land that it was answered.
func (g *throttle) leave(notifier alerts.Notifier, m method, a mention.Alert, now time.Time) {
	if _, paced := notifier.(Paced); paced {
		g.out[limiterOf(notifier, m, a.Route)] = outgoing{a.ID, now}
	}
}

func (g *throttle) land(id mention.AlertID) {
	maps.DeleteFunc(g.out, func(_ limiterKey, o outgoing) bool { return o.id == id })
}

// fail counts a failure of one alert and returns how many there were in a row.
func (g *throttle) fail(a mention.Alert, m method, now time.Time) int {
	f := failuresOf(g.failures, alertMethod{a.ID, m})
	f.again(now, firstBackoff, lastBackoff)
	return f.count
}

// refusedKey is what a refusal closes: for a post its route; for an update only the
// updates of the channel where the message stands, which a route may have left since.
func refusedKey(a mention.Alert, m method) string {
	if m == toUpdate {
		return "updates of " + a.Channel
	}
	return a.Route
}

// works forgets the troubles of an alert, its route and its channel. It returns
// whether the route had one that was told.
func (g *throttle) works(notifier alerts.Notifier, a mention.Alert) (told bool) {
	delete(g.refused, a.Route)
	delete(g.refused, refusedKey(a, toUpdate))
	for _, m := range []method{toPost, toFind, toUpdate} {
		delete(g.failures, alertMethod{a.ID, m})
		delete(g.away, notifierMethod{notifier, m})
	}
	delete(g.hung, wayOut{notifier, toPost, a.Route})
	delete(g.doubts, a.Route)
	_, told = g.reported[a.Route]
	delete(g.reported, a.Route)
	return told
}

// broken reports whether a route takes nothing now, as far as was told: one that reaches a part of its
// people alone does.
func (g *throttle) broken(route string) bool {
	why, told := g.reported[route]
	var part *alerts.PartError
	return told && !errors.As(why, &part)
}

// forgive lets everything be tried again but what a channel asked for.
func (g *throttle) forgive() {
	clear(g.refused)
	clear(g.hung)
	clear(g.failures)
	clear(g.reported)
	clear(g.doubts)
}

// slots is how many tasks the way out may have under way. One that hung is tried with
// one at a time until it answers.
func (g *throttle) slots(way wayOut) int {
	if g.hung[way] != nil {
		return 1
	}
	return inFlight[way.m]
}

// timedOut backs off from a way out that did not answer in time: what is sent there next
// would most likely hang as well, and be in doubt.
func (s *Sender) timedOut(way wayOut, err error, now time.Time) {
	if !errors.Is(err, context.DeadlineExceeded) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := failuresOf(s.throttle.hung, way); !f.until.After(now) { // attempts under way together are one failure
		f.again(now, firstBackoff, lastBackoff)
	}
}

// doubted is told of an attempt that may have been taken or not. One is a hiccup, which the
// history settles; several in a row are a channel through which nothing flows.
func (s *Sender) doubted(a mention.Alert, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.throttle.doubts[a.Route]++; s.throttle.doubts[a.Route] >= 2 {
		s.trouble(a.Route, err)
	}
}

// backoff doubles from first to last.
func backoff(n int, first, last time.Duration) time.Duration {
	d := first
	for ; n > 1 && d < last; n-- {
		d *= 2
	}
	return min(d, last)
}

// hold keeps the method closed as the channel asked, or backs off from a channel that
// cannot be reached. It returns until when.
func (s *Sender) hold(notifier alerts.Notifier, m method, a mention.Alert, e *alerts.RetryError, now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.One {
		f := failuresOf(s.throttle.failures, alertMethod{a.ID, m})
		if e.After <= 0 {
			f.again(now, refusedFirst, refusedLast)
		} else {
			f.until = now.Add(min(e.After, longestSilence))
		}
		return f.until
	}
	key := notifierMethod{notifier, m}
	wait := min(max(e.After, firstBackoff), longestSilence)
	if m != toUpdate && wait > toldSilence {
		s.trouble(a.Route, e.Err)
	}
	if !e.Method { // nobody asked for silence: the channel is away
		if !s.throttle.retryAfter[key].After(now) { // attempts under way together are one failure
			s.throttle.away[key]++
		}
		wait = max(wait, backoff(s.throttle.away[key], firstBackoff, lastBackoff))
		s.trouble(a.Route, e.Err)
	}
	until := now.Add(wait)
	s.throttle.retryAfter[key] = mention.Later(s.throttle.retryAfter[key], until)
	return until
}

// refuse keeps a route, or one message, closed until somebody acts, and tries
// again slowly.
func (s *Sender) refuse(a mention.Alert, m method, e *alerts.RefusedError, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m == toPost && a.PostingAt.Before(s.reloaded) {
		return // asked before the watchlist changed: a token that was right since is not refused
	}
	var f *failures
	if e.One {
		f = failuresOf(s.throttle.failures, alertMethod{a.ID, m})
	} else {
		f = failuresOf(s.throttle.refused, refusedKey(a, m))
	}
	if f.until.After(now) {
		return // another alert of the route already said so
	}
	f.again(now, refusedFirst, refusedLast)
	f.refused = true
	switch {
	case m == toUpdate: // nothing is lost, and the route may work: it is no trouble of it
		if f.count == 1 {
			s.opt.Log.Error("a message cannot be redrawn and shows an old state; trying again", "alert", a.ID, "route", a.Route, "channel", a.Channel, "err", e)
		}
	case e.One:
		s.opt.Log.Error("a message is refused; it is kept", "alert", a.ID, "route", a.Route, "err", e)
	default:
		s.trouble(a.Route, e)
	}
}

// later backs off from one alert: the store, or an update, failed.
func (s *Sender) later(a mention.Alert, m method, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.throttle.fail(a, m, s.opt.Now())
	if err != nil {
		s.opt.Log.Warn("an alert must wait", "alert", a.ID, "route", a.Route, "err", err)
	}
}

// trouble says once that a route does not work. The lock is held.
func (s *Sender) trouble(route string, err error) {
	if before := s.throttle.reported[route]; before != nil && before.Error() == err.Error() {
		return
	}
	before := s.throttle.broken(route)
	s.throttle.reported[route] = err
	s.opt.Trouble(route, err)
	if !before {
		s.opt.Log.Error("alerts cannot be delivered; they are kept", "route", route, "err", err)
	}
}

// fine says once that a route works again, or that it does for a part of its people alone.
func (s *Sender) fine(a mention.Alert, part *alerts.PartError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	notifier, _ := s.opt.NotifierFor(a.Route)
	var before *alerts.PartError
	errors.As(s.throttle.reported[a.Route], &before)
	told := s.throttle.works(notifier, a)
	switch {
	case part != nil:
		s.throttle.reported[a.Route] = part
		if before == nil || before.Who != part.Who {
			s.opt.Trouble(a.Route, part)
			s.opt.Log.Error("alerts do not reach everybody of a route", "route", a.Route, "err", part)
		}
	case told:
		s.opt.Trouble(a.Route, nil)
		s.opt.Log.Info("alerts are delivered again", "route", a.Route)
	}
}
