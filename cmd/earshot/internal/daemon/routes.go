package daemon

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

const (
	// awayFor is how long a channel must be out of reach before people are told elsewhere:
	// most are back within seconds. A refusal is told at once, unless all who could be told are away.
	awayFor = time.Minute
	// lookAgain is how often what waits is routed once more while a route refuses; for
	// 10,000 alerts that takes most of a second.
	lookAgain = 10 * time.Second
	// maxWho is how many characters of the names are said of those whom a route does not reach: room
	// for all recipients that a door may have, whose reasons may be cut.
	maxWho = 1500
	// settles is how long a refused alert may take to be back among those that wait.
	settles = 200 * time.Millisecond
)

// waitingAlerts is the part of the store that moves alerts which wait.
type waitingAlerts interface {
	// Enqueue takes alerts about earshot itself.
	Enqueue(ctx context.Context, list ...mention.Alert) error
	// Reroute asks for every alert that waits and surely stands nowhere where it goes now.
	Reroute(ctx context.Context, to func(a mention.Alert, m mention.Mention) (route, notify string)) (int, error)
	// Hold lets all that is held for the quiet hours now wait until then; a zero time: no longer.
	Hold(ctx context.Context, now, until time.Time) (int, error)
	// Waiting says what waits for a route: how many, since when, and how loud.
	Waiting(ctx context.Context, route string, now time.Time) (n int, since time.Time, loudest mention.Severity, err error)
	// Untold returns what waits for a route and would ring there, the loudest first, and has no
	// alert of the id yet that tells of it elsewhere. The id is empty for those that have one.
	Untold(ctx context.Context, route string, now time.Time, limit int, elsewhere func(mention.Alert) mention.AlertID) ([]mention.Alert, error)
}

// routesOptions are what routes need; all are required.
type routesOptions struct {
	outbox      waitingAlerts
	rules       func() *alerts.Rules
	notifierFor func(route string) (alerts.Notifier, bool)
	closed      func(route string) bool // it is known to take nothing, though nothing was tried
	metrics     *metrics
	log         *slog.Logger
	now         func() time.Time
	wake        func()
	hide        func(string) string // keeps secrets out of what people are told
}

// routes keep alerts off the ways that do not work: what waits is routed again when the
// rules change, and a broken way is told in one that works.
type routes struct {
	opt     routesOptions
	changed chan struct{} // a route broke

	passing sync.Mutex // one pass at a time
	mu      sync.Mutex
	broken  map[string]*breakage
	parts   map[string]*breakage     // routes that work, but reach a part of their people alone
	told    map[mention.AlertID]bool // that are known to be told through a door
}

// breakage is a route that does not work.
type breakage struct {
	err   error
	since time.Time
	told  bool
}

// refused reports whether somebody must act, so that the route will not be back by itself.
func (b *breakage) refused() bool {
	var refused *alerts.RefusedError
	return errors.As(b.err, &refused)
}

// away reports whether the route is out of reach, which most are for seconds.
func (b *breakage) away() bool { return !b.refused() }

func newRoutes(opt routesOptions) *routes {
	return &routes{opt: opt, changed: make(chan struct{}, 1), broken: make(map[string]*breakage), parts: make(map[string]*breakage), told: make(map[mention.AlertID]bool)}
}

// trouble implements outbox.Options.Trouble. It is called under the sender's lock, so it
// only writes down what happened.
func (r *routes) trouble(route string, err error) {
	var part *alerts.PartError
	r.mu.Lock()
	defer r.mu.Unlock()
	if errors.As(err, &part) {
		r.opt.metrics.trouble(route, nil) // nothing waits
		delete(r.broken, route)
		r.parts[route] = &breakage{err: err, since: r.opt.now()} // of others than before
		poke(r.changed)
		return
	}
	r.opt.metrics.trouble(route, err)
	delete(r.parts, route)
	switch b := r.broken[route]; {
	case err == nil:
		delete(r.broken, route)
		return
	case b == nil:
		r.broken[route] = &breakage{err: err, since: r.opt.now()}
	default:
		b.err = err
	}
	poke(r.changed)
}

// forget drops what is known of broken routes.
func (r *routes) forget() {
	r.mu.Lock()
	routes := slices.AppendSeq(slices.Collect(maps.Keys(r.broken)), maps.Keys(r.parts))
	r.mu.Unlock()
	for _, route := range routes {
		r.trouble(route, nil)
	}
}

// run routes again what waited over a restart, and tells of broken routes, until ctx ends.
func (r *routes) run(ctx context.Context) {
	r.again(ctx)
	ticker := time.NewTicker(lookAgain)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-r.changed:
			ticker.Reset(settles)
			continue
		}
		ticker.Reset(lookAgain)
		r.tellParts(ctx)
		if broken := r.snapshot(); len(broken) > 0 {
			if some(broken, (*breakage).refused) { // one that is out of reach comes back, and what waits for it with it
				r.again(ctx)
			}
			for route, b := range broken {
				err := errors.Join(r.look(ctx, route, b, broken), r.fallBack(ctx, route, b))
				if err != nil && ctx.Err() == nil {
					r.opt.log.Error("a broken route cannot be told elsewhere; trying again", "route", route, "err", err)
				}
			}
		}
	}
}

// some reports whether one of the routes is broken in this way.
func some(broken map[string]breakage, so func(*breakage) bool) bool {
	for _, b := range broken {
		if so(&b) {
			return true
		}
	}
	return false
}

func (r *routes) snapshot() map[string]breakage {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make(map[string]breakage, len(r.broken))
	for route, b := range r.broken {
		out[route] = *b
	}
	return out
}

// again routes all that waits by the rules in use, and holds it as they say. Notices of earshot
// itself go around routes that do not work.
func (r *routes) again(ctx context.Context) {
	r.passing.Lock()
	defer r.passing.Unlock()
	rules, broken := *r.opt.rules(), r.snapshot()
	n, err := r.opt.outbox.Reroute(ctx, func(a mention.Alert, m mention.Mention) (string, string) {
		to, notify := rules.RouteAgain(a, m)
		if a.Kind == mention.Notice {
			to = r.around(to, rules, a.Severity, broken)
		}
		return to, notify
	})
	if err != nil && ctx.Err() == nil {
		r.opt.log.Error("alerts that wait cannot be routed by the new watchlist; trying again while their route does not work", "err", err)
	}
	now := r.opt.now()
	held, err := r.opt.outbox.Hold(ctx, now, rules.HeldUntil(mention.Normal, now))
	if err != nil && ctx.Err() == nil {
		r.opt.log.Error("alerts that wait for the end of the quiet hours still do so by those of before", "err", err)
	}
	if n > 0 {
		r.opt.log.Info("alerts that waited go where the watchlist says now", "alerts", n)
	}
	if n+held > 0 {
		r.opt.wake()
	}
}

// look tells of a broken route once, or forgets it when nothing goes there any more.
func (r *routes) look(ctx context.Context, route string, b breakage, broken map[string]breakage) error {
	rules, now := *r.opt.rules(), r.opt.now()
	n, since, loudest, err := r.opt.outbox.Waiting(ctx, route, now)
	loudest = max(loudest, mention.Normal)
	passes := b.away() // or somebody can be told in a moment who could not now
	if !passes && r.working(rules, loudest, broken) == watchlist.ConsoleRoute {
		passes = some(broken, (*breakage).away)
	}
	switch {
	case err != nil:
		return err
	case n == 0 && !rules.Names(route):
		r.trouble(route, nil)
		return nil
	case n == 0 || b.told || passes && now.Sub(b.since) < awayFor:
		return nil
	}
	if err := r.tell(ctx, route, b.err, n, since, loudest, broken); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if is := r.broken[route]; is != nil && is.since.Equal(b.since) {
		is.told = true
	}
	return nil
}

// tell stores a notice about a broken route, to be shown in one that works. A trouble is
// known by the oldest alert that waits because of it, so that it is told once, whoever
// finds it and however often earshot starts.
func (r *routes) tell(ctx context.Context, route string, why error, n int, since time.Time, s mention.Severity, broken map[string]breakage) error {
	rules := r.opt.rules()
	to := r.working(*rules, s, broken)
	l := rules.Lang(to)
	words := l.Plural("notice.route", n, "route", route, "why", r.why(l, why))
	return r.notice(ctx, alerts.NewNotice(route, "refused", since, words, ""), to, s)
}

// why is what people are told of an error.
func (r *routes) why(l i18n.Lang, err error) string {
	return text.Line(r.opt.hide(alerts.Reason(l, err)), 500)
}

// notice stores a notice as loud as this.
func (r *routes) notice(ctx context.Context, a mention.Alert, to string, s mention.Severity) error {
	a.CreatedAt, a.Severity = r.opt.now(), s
	a.Route, a.NotBefore = to, r.opt.rules().HeldUntil(s, a.CreatedAt)
	if err := r.opt.outbox.Enqueue(ctx, a); err != nil {
		return err
	}
	r.opt.wake()
	return nil
}

// tellParts tells of routes that reach a part of their people alone: of the same people once, and of
// one day once however often earshot starts.
func (r *routes) tellParts(ctx context.Context) {
	untold := map[string]breakage{}
	r.mu.Lock()
	for route, b := range r.parts {
		if !b.told {
			untold[route] = *b
		}
	}
	r.mu.Unlock()
	for route, b := range untold {
		rules := r.opt.rules()
		to := r.working(*rules, mention.Normal, r.snapshot())
		l := rules.Lang(to)
		var part *alerts.PartError
		errors.As(b.err, &part)
		words := l.Text("notice.route_part", "route", route, "who", text.Line(r.opt.hide(part.Who), maxWho), "why", r.why(l, part))
		if err := r.notice(ctx, alerts.NewNotice(route, "part "+part.Who, b.since.UTC().Truncate(24*time.Hour), words, ""), to, mention.Normal); err != nil {
			if ctx.Err() == nil {
				r.opt.log.Error("whom a route does not reach cannot be told; trying again", "route", route, "err", err)
			}
			continue
		}
		r.mu.Lock()
		if is := r.parts[route]; is != nil && is.err == b.err {
			is.told = true
		}
		r.mu.Unlock()
	}
}

// opsRoute is where a notice goes that is meant for a route.
func (r *routes) opsRoute(route string) string {
	return r.around(route, *r.opt.rules(), mention.Normal, r.snapshot())
}

// around returns the route, or one that works when it does not. One that is out of reach comes back, which
// is better than the terminal.
func (r *routes) around(route string, rules alerts.Rules, s mention.Severity, broken map[string]breakage) string {
	if _, bad := broken[route]; !bad && !r.opt.closed(route) {
		return route
	}
	to := r.working(rules, s, broken)
	if to == watchlist.ConsoleRoute && r.away(route, broken) {
		return route
	}
	return to
}

// working is where people look when a route does not work: where deadlines are told, else the last route
// of the watchlist that works, else another door, else the terminal.
func (r *routes) working(rules alerts.Rules, s mention.Severity, broken map[string]breakage) string {
	candidates := []string{rules.Deadlines[s].EscalateTo}
	for severity := mention.Critical; severity >= mention.Low; severity-- {
		candidates = append(candidates, rules.Deadlines[severity].EscalateTo)
	}
	candidates = append(candidates, rules.Otherwise)
	for i := len(rules.Routes) - 1; i >= 0; i-- {
		candidates = append(candidates, rules.Routes[i].To)
	}
	candidates = append(candidates, rules.Fallback.Route)
	for _, other := range rules.Routes {
		candidates = append(candidates, rules.FallbackOf(other.To).Route)
	}
	for _, route := range candidates {
		if route != "" && r.works(route, broken) {
			return route
		}
	}
	return watchlist.ConsoleRoute
}

// works reports whether nothing is known against a route.
func (r *routes) works(route string, broken map[string]breakage) bool {
	_, bad := broken[route]
	_, ok := r.opt.notifierFor(route)
	return ok && !bad && !r.opt.closed(route) && !r.away(route, broken)
}

// away reports whether a route is out of reach. A channel that is, is so for all its routes.
func (r *routes) away(route string, broken map[string]breakage) bool {
	notifier, ok := r.opt.notifierFor(route)
	for other, b := range broken {
		if its, has := r.opt.notifierFor(other); ok && has && its == notifier && b.away() {
			return true
		}
	}
	return false
}
