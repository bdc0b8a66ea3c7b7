package daemon

import (
	"context"
	"sync"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/digest"
	"github.com/earshot/earshot/alerts/outbox"
	"github.com/earshot/earshot/mention"
)

// delivery is what only the holder of the lease does. It is made anew for each term.
type delivery struct {
	sender    *outbox.Sender
	routes    *routes
	deadlines *desk.Deadlines
	digests   *digest.Digester
}

func (d *Daemon) newDelivery() *delivery {
	del := &delivery{}
	del.sender = outbox.NewSender(outbox.Options{
		Queue:       d.store,
		Writer:      d.store,
		Reader:      d.store,
		Gathered:    d.store.Gathered,
		Join:        d.join,
		NotifierFor: d.notifiers.notifierFor,
		Log:         d.log,
		Now:         d.now,
		LostSince:   d.lostSince,
		Lang:        d.lang,
		Zone:        func() *time.Location { return d.planner.Rules().Zone },
		Doors:       d.toldBy,
		Answer:      d.answerOf,
		Accepted:    d.metrics.accepted,
		Trouble:     func(route string, err error) { del.routes.trouble(route, err) },
	})
	del.routes = newRoutes(routesOptions{
		outbox:      d.store,
		rules:       d.planner.Rules,
		notifierFor: d.notifiers.notifierFor,
		closed:      d.notifiers.takesNothing,
		metrics:     d.metrics,
		log:         d.log,
		now:         d.now,
		wake:        del.sender.Wake,
		hide:        d.secrets.Redact,
	})
	del.deadlines = desk.NewDeadlines(desk.DeadlineOptions{
		Cases:   d.store,
		Rules:   d.planner.Rules,
		Refused: del.sender.Refused,
		Log:     d.log,
		Now:     d.now,
		Changed: del.sender.Wake,
	})
	del.digests = digest.NewDigester(digest.Options{
		Numbers: d.store,
		Rules:   d.planner.Rules,
		Log:     d.log,
		Now:     d.now,
		Changed: del.sender.Wake,
	})
	return del
}

// end forgets the troubles that only who delivers can know.
func (del *delivery) end() { del.routes.forget() }

// send brings messages out until ctx ends.
func (d *Daemon) send(ctx context.Context, del *delivery) { _ = del.sender.Run(ctx) } // ends with its context only

// decide takes the steps that time demands until ctx ends.
func (d *Daemon) decide(ctx context.Context, del *delivery) {
	var all sync.WaitGroup
	all.Go(func() { every(ctx, pruneEvery, func() { d.prune(ctx) }) })
	all.Go(func() { del.routes.run(ctx) })
	all.Go(func() { _ = del.deadlines.Run(ctx) }) // ends with its context only
	all.Go(func() { _ = del.digests.Run(ctx) })   // ends with its context only
	all.Wait()
}

// routeAgain routes all that waits by the rules in use.
func (d *Daemon) routeAgain(ctx context.Context) { d.lease.delivery().routes.again(ctx) }

// opsRoute is where notices about earshot itself go.
func (d *Daemon) opsRoute() string {
	return d.lease.delivery().routes.opsRoute(d.notifiers.opsRoute())
}

// join implements outbox.Options.Join.
func (d *Daemon) join(ctx context.Context, list []mention.Alert) (bool, error) {
	route := list[0].Route
	one := alerts.Together(d.lang(route), list, d.sourcesSeenAt(route))
	return d.store.Join(ctx, one, list)
}

// sourcesSeenAt is where those who read a route see how all sources stand.
func (d *Daemon) sourcesSeenAt(route string) string {
	if inbox := d.inboxAddress(); inbox != "" {
		return inbox + "/sources"
	}
	if d.notifiers.slackInUse() != nil && ofSlack(route) {
		return "/earshot status"
	}
	return "/healthz"
}
