package outbox

import (
	"maps"
	"time"

	"github.com/earshot/earshot/alerts"

	"golang.org/x/time/rate"

	"github.com/earshot/earshot/mention"
)

// method is what is asked of a door; doors limit each on its own.
type method int

const (
	toPost method = iota
	toFind
	toDraw
)

// Paced is what a Notifier may also be, to be called no faster than this for one
// route. Redraws and searches are held to the same pace over all routes, with a
// larger burst: several people press at once.
type Paced interface {
	Pace() (perSecond float64, burst int)
}

// drawBurst is how many redraws or searches may come at once.
const drawBurst = 10

const (
	firstBackoff = time.Second
	lastBackoff  = 30 * time.Second
	// refusedFirst and refusedLast bound how often what was refused is tried again
	// without a change of the watchlist: somebody may have invited the app meanwhile.
	refusedFirst, refusedLast = 30 * time.Second, 5 * time.Minute
)

// gates say when what may be tried. They live in memory: after a restart all is
// tried once at once. The sender's lock guards them.
type gates struct {
	silence map[doorMethod]time.Time  // the door asked for silence, or is away
	away    map[doorMethod]int        // times in a row that it could not be reached
	refused map[string]*trial         // routes that do not work
	trials  map[alertMethod]*trial    // single alerts that failed
	lanes   map[laneKey]*rate.Limiter // pace
	out     map[laneKey]outgoing      // the request last sent on its way
	told    map[string]string         // trouble already told, by route
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

type doorMethod struct {
	door alerts.Notifier
	m    method
}

type alertMethod struct {
	id mention.AlertID
	m  method
}

type laneKey struct {
	door  alerts.Notifier
	m     method
	route string
}

// trial is something that failed some times in a row.
type trial struct {
	fails int
	until time.Time
}

func newGates() *gates {
	return &gates{
		silence: make(map[doorMethod]time.Time), away: make(map[doorMethod]int),
		refused: make(map[string]*trial), trials: make(map[alertMethod]*trial),
		lanes: make(map[laneKey]*rate.Limiter), out: make(map[laneKey]outgoing), told: make(map[string]string),
	}
}

// wait returns how long the method must not be used for this alert; 0 means it
// may be used now, and that its turn in the lane is taken.
func (g *gates) wait(door alerts.Notifier, m method, a mention.Alert, now time.Time) time.Duration {
	until := g.silence[doorMethod{door, m}]
	if t := g.trials[alertMethod{a.ID, m}]; t != nil && t.until.After(until) {
		until = t.until
	}
	if t := g.refused[a.Route]; t != nil && m != toFind && t.until.After(until) {
		until = t.until
	}
	if left := until.Sub(now); left > 0 {
		return left
	}
	return g.turn(door, m, a.Route, now)
}

// turn takes a turn in the lane, or says how long until there is one.
func (g *gates) turn(door alerts.Notifier, m method, route string, now time.Time) time.Duration {
	paced, ok := door.(Paced)
	if !ok {
		return 0
	}
	key := lane(door, m, route)
	if left := g.alone(key, now); left > 0 {
		return left
	}
	pace := g.lanes[key]
	if pace == nil {
		perSecond, burst := paced.Pace()
		if m != toPost {
			burst = max(burst, drawBurst)
		}
		pace = rate.NewLimiter(rate.Limit(perSecond), burst)
		g.lanes[key] = pace
	}
	turn := pace.ReserveN(now, 1)
	left := turn.DelayFrom(now)
	if left > 0 {
		turn.CancelAt(now)
	}
	return left
}

// lane is what shares a pace: posts of one route, and redraws or searches of all.
func lane(door alerts.Notifier, m method, route string) laneKey {
	if m != toPost {
		route = ""
	}
	return laneKey{door, m, route}
}

// alone returns how long the request that is on its way in this lane has it for
// itself.
func (g *gates) alone(key laneKey, now time.Time) time.Duration {
	last, ok := g.out[key]
	if !ok {
		return 0
	}
	return max(last.since.Add(outAlone).Sub(now), 0)
}

// leave notes that a request goes on its way, land that it was answered.
func (g *gates) leave(door alerts.Notifier, m method, a mention.Alert, now time.Time) {
	if _, paced := door.(Paced); paced {
		g.out[lane(door, m, a.Route)] = outgoing{a.ID, now}
	}
}

func (g *gates) land(id mention.AlertID) {
	maps.DeleteFunc(g.out, func(_ laneKey, o outgoing) bool { return o.id == id })
}

// fail counts a failure of one alert and returns how many there were in a row.
func (g *gates) fail(a mention.Alert, m method, now time.Time) int {
	t := g.trial(a, m, true)
	t.fails++
	t.until = now.Add(backoff(t.fails, firstBackoff, lastBackoff))
	return t.fails
}

// trial returns the trial of one alert, or of its whole route.
func (g *gates) trial(a mention.Alert, m method, one bool) *trial {
	if !one {
		if g.refused[a.Route] == nil {
			g.refused[a.Route] = &trial{}
		}
		return g.refused[a.Route]
	}
	key := alertMethod{a.ID, m}
	if g.trials[key] == nil {
		g.trials[key] = &trial{}
	}
	return g.trials[key]
}

// works forgets the troubles of an alert, its route and its door. It returns
// whether the route had one that was told.
func (g *gates) works(door alerts.Notifier, a mention.Alert) (told bool) {
	delete(g.refused, a.Route)
	for _, m := range []method{toPost, toFind, toDraw} {
		delete(g.trials, alertMethod{a.ID, m})
		delete(g.away, doorMethod{door, m})
	}
	_, told = g.told[a.Route]
	delete(g.told, a.Route)
	return told
}

// forgive lets everything be tried again but what a door asked for.
func (g *gates) forgive() {
	clear(g.refused)
	clear(g.trials)
	clear(g.told)
}

// backoff doubles from first to last.
func backoff(n int, first, last time.Duration) time.Duration {
	d := first
	for ; n > 1 && d < last; n-- {
		d *= 2
	}
	return min(d, last)
}

// hold keeps the method closed as the door asked, or backs off from a door that
// cannot be reached. It returns until when.
func (s *Sender) hold(door alerts.Notifier, m method, a mention.Alert, e *alerts.RetryError, now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := doorMethod{door, m}
	wait := e.After
	if !e.Method { // nobody asked for silence: the door is away
		if !s.gates.silence[key].After(now) { // attempts under way together are one failure
			s.gates.away[key]++
		}
		wait = max(wait, backoff(s.gates.away[key], firstBackoff, lastBackoff))
		s.trouble(a.Route, e.Err)
	}
	until := now.Add(wait)
	if until.After(s.gates.silence[key]) {
		s.gates.silence[key] = until
	}
	return until
}

// refuse keeps a route, or one message, closed until somebody acts, and tries
// again slowly.
func (s *Sender) refuse(a mention.Alert, m method, e *alerts.RefusedError, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.gates.trial(a, m, e.One)
	if t.until.After(now) {
		return // another alert of the route already said so
	}
	t.fails++
	t.until = now.Add(backoff(t.fails, refusedFirst, refusedLast))
	if e.One {
		s.opt.Log.Error("a message is refused; it is kept", "alert", a.ID, "route", a.Route, "err", e)
		return
	}
	s.trouble(a.Route, e)
}

// later backs off from one alert: the store, or a redraw, failed.
func (s *Sender) later(a mention.Alert, m method, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gates.fail(a, m, s.opt.Now())
	if err != nil {
		s.opt.Log.Warn("an alert must wait", "alert", a.ID, "route", a.Route, "err", err)
	}
}

// trouble says once that a route does not work. The lock is held.
func (s *Sender) trouble(route string, err error) {
	if s.gates.told[route] == err.Error() {
		return
	}
	_, before := s.gates.told[route]
	s.gates.told[route] = err.Error()
	s.opt.Trouble(route, err)
	if !before {
		s.opt.Log.Error("alerts cannot be delivered; they are kept", "route", route, "err", err)
	}
}

// fine says once that a route works again.
func (s *Sender) fine(a mention.Alert) {
	s.mu.Lock()
	defer s.mu.Unlock()
	door, _ := s.opt.Door(a.Route)
	if s.gates.works(door, a) {
		s.opt.Trouble(a.Route, nil)
		s.opt.Log.Info("alerts are delivered again", "route", a.Route)
	}
}
