// Package daemon makes one running earshot of a watchlist: it opens the stores,
// wires crawlers, monitor, analysis, alerts and the ways out together, and swaps
// what depends on the watchlist when that changes.
//
// How a source is read, a name matched, a text scored, an alert routed or a case
// decided belongs to the packages that are wired here, not into this one. It reads
// no command line, no environment and no terminal: Options say everything.
package daemon

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/digest"
	"github.com/earshot/earshot/alerts/outbox"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/websub"
	"github.com/earshot/earshot/monitor"
	"github.com/earshot/earshot/store"
	"github.com/earshot/earshot/web"
)

// Options are what a daemon is made of. All but Who and Secrets are required.
type Options struct {
	Watchlist Watchlist // as Check returned it
	Out       io.Writer // where alerts of the route "console" are printed
	Colour    bool      // Out is a terminal that shows colours
	Version   string    // goes into the User-Agent and the health page
	Revision  string    // of the source it was built from; may be empty
	Log       *slog.Logger
	Now       func() time.Time

	// Who says who looks at the inbox; nil: there is none.
	Who web.Who

	// Secrets is told what Log and Out may not show, also after a reload; nil: only
	// what the daemon itself answers and posts is kept clean.
	Secrets *config.Redactor
}

// Daemon is earshot at work: every part, made from one watchlist.
type Daemon struct {
	log       *slog.Logger
	now       func() time.Time
	started   time.Time
	version   string
	secrets   *config.Redactor
	texts     *i18n.Catalog
	store     *store.Store
	key       []byte // digests of sources are made with it
	seen      *seenSet
	planner   *plan.Planner
	notifiers *notifiers
	sender    *outbox.Sender
	routes    *routes
	clock     *sharedClock // of the ways out
	desk      *desk.Desk
	deadlines *desk.Deadlines
	digests   *digest.Digester
	monitor   *monitor.Monitor
	metrics   *metrics
	inbox     *web.Inbox // nil: nobody may look
	web       *webServer
	hubs      *websub.Subscriber // nil without web.listen and web.public_url
	doors     *pushDoors

	analyzer atomic.Pointer[Analyzer]
	fetch    atomic.Pointer[fetch.Client]
	config   atomic.Pointer[config.Config]
	restedAt atomic.Pointer[time.Time] // which entries rest was looked up then

	reloading sync.Mutex // held while a watchlist is taken
	first     *next      // what Run begins with
	lastPoll  time.Time  // of the process before, as the database knows it
}

// Open opens what needs opening and wires the parts; nothing runs yet. The errors
// are those of the database, of Redis's address and of the watchlist's parts.
func Open(ctx context.Context, opt Options) (d *Daemon, err error) {
	d = &Daemon{log: opt.Log, now: opt.Now, started: opt.Now(), version: opt.Version, secrets: opt.Secrets}
	if d.secrets == nil {
		d.secrets = &config.Redactor{}
	}
	if d.texts, err = i18n.New(); err != nil {
		return nil, err
	}
	cfg := opt.Watchlist.Config
	d.secrets.Take(cfg)
	d.store, err = store.Open(ctx, store.Options{Database: cfg.Database(), Log: d.log, Now: d.now})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	if d.key, err = d.store.PlaceKey(ctx); err != nil {
		return nil, err
	}
	d.metrics = newMetrics()
	d.metrics.build(d.metrics.registry, opt.Version, opt.Revision)
	d.metrics.inUse(true, d.now())
	d.seen, err = openSeen(ctx, cfg, d.store, d.log, d.metrics.redisAsked)
	if err != nil {
		return nil, err
	}
	d.clock = &sharedClock{now: d.now, measure: d.store.ClockAhead, log: d.log}
	d.clock.set(ctx)
	d.wire(opt)
	d.first, err = d.prepare(ctx, opt.Watchlist)
	if err != nil {
		return nil, err
	}
	d.commit(d.first)
	d.fetch.Store(d.first.client)
	if d.inbox, err = d.newInbox(opt.Who); err != nil {
		return nil, err
	}
	pair, err := newKeyPair(cfg.Web.TLS, d.log, d.now)
	if err != nil {
		return nil, err
	}
	d.web = &webServer{
		web:          cfg.Web,
		log:          d.log,
		pair:         pair,
		health:       hiding(d.secrets, http.HandlerFunc(d.health)),
		well:         &well{ask: d.usable, now: d.now},
		ready:        hiding(d.secrets, http.HandlerFunc(d.ready)),
		metrics:      hiding(d.secrets, d.metrics.handler()),
		interactions: d.notifiers.interactions,
		hubs:         d.hubs,
		pushed:       d.doors,
	}
	if d.inbox != nil {
		d.web.inbox = d.inbox.Handler()
	}
	return d, nil
}

// wire makes the parts that stay the same for the life of the process.
func (d *Daemon) wire(opt Options) {
	d.planner = plan.NewPlanner(alerts.Rules{}) // commit fills it
	d.notifiers = newNotifiers(opt, d.metrics.trouble, d.metrics.slackCalled)
	d.sender = outbox.NewSender(outbox.Options{
		Queue:       d.store,
		Writer:      d.store,
		Reader:      d.store,
		Gathered:    d.store.Gathered,
		NotifierFor: d.notifiers.notifierFor,
		Log:         d.log,
		Now:         d.clock.Now,
		LostSince:   d.lostSince,
		Lang:        d.lang,
		Accepted:    d.metrics.accepted,
		Trouble:     func(route string, err error) { d.routes.trouble(route, err) },
	})
	d.routes = newRoutes(routesOptions{
		outbox:      d.store,
		rules:       d.planner.Rules,
		notifierFor: d.notifiers.notifierFor,
		metrics:     d.metrics,
		log:         d.log,
		now:         d.now,
		wake:        d.sender.Wake,
		hide:        d.secrets.Redact,
	})
	d.desk = desk.NewDesk(measuredCases{d.store, d.metrics.meters}, d.lang, d.now, d.caseChanged)
	d.notifiers.slackTakes(slack.Options{
		Desk:     d.desk,
		Reader:   d.store,
		Replies:  d.replies,
		Now:      d.clock.Now,
		Zone:     func() *time.Location { return d.planner.Rules().Zone },
		Language: d.texts.In,
	})
	d.deadlines = desk.NewDeadlines(desk.DeadlineOptions{
		Cases:   d.store,
		Open:    d.store,
		Rules:   d.planner.Rules,
		Refused: d.sender.Refused,
		Log:     d.log,
		Now:     d.now,
		Changed: d.sender.Wake,
	})
	d.digests = digest.NewDigester(digest.Options{
		Numbers: d.store,
		Rules:   d.planner.Rules,
		Log:     d.log,
		Now:     d.now,
		Changed: d.sender.Wake,
	})
	pollNow := func(ctx context.Context, source string) { d.monitor.PollNow(ctx, source) }
	d.hubs = newHubs(opt, hubClient{&d.fetch, &d.config}, pollNow)
	d.monitor = monitor.New(monitor.Options{
		Seen:     d.seen,
		Ledger:   d.ledger(),
		Analyzer: liveAnalyzer{&d.analyzer},
		Ops:      d.ops(),
		Threads:  threadSource{followKeeper: d.store, cases: d.store, now: d.now},
		Bound:    func(ctx context.Context) context.Context { return fetch.WithHostBudget(ctx, fetch.PollHosts) },
		Hubs:     hubOffers(d.hubs),
		Lang:     d.staffLang,
		Log:      d.log,
		Now:      d.now,
	})
	d.doors = &pushDoors{receive: d.monitor.Receive, log: d.log}
	d.metrics.watch(d.monitor, d.store, d.troubles)
	stands := &storeCollector{database: opt.Watchlist.Database()}
	if opt.Watchlist.Store.Redis.IsSet() {
		stands.redis = d.seen.health
	}
	d.metrics.registry.MustRegister(stands)
}

// lang is the language of those who read a route.
func (d *Daemon) lang(route string) i18n.Lang { return d.planner.Rules().Lang(route) }

// staffLang is the language of those who are told about earshot itself.
func (d *Daemon) staffLang() i18n.Lang { return d.lang(d.notifiers.opsRoute()) }

// Run works until ctx ends and then stops in one order: first nothing new is
// heard, then nothing new is decided, then what is on its way goes out, then the
// stores close. follow watches the watchlist for changes until its context ends.
func (d *Daemon) Run(ctx context.Context, follow func(context.Context) error) error {
	defer d.close()
	listening, stopListening := context.WithCancel(context.WithoutCancel(ctx))
	deciding, stopDeciding := context.WithCancel(context.WithoutCancel(ctx))
	sending, stopSending := context.WithCancel(context.WithoutCancel(ctx))
	defer stopListening()
	defer stopDeciding()
	defer stopSending()
	if err := d.web.listen(); err != nil {
		return err
	}
	var hear, decide, send sync.WaitGroup
	send.Go(func() { _ = d.sender.Run(sending) }) // ends with its context only
	send.Go(func() { d.clock.keep(sending) })
	decide.Go(func() { d.notifiers.run(deciding) })
	decide.Go(func() { d.web.serve(deciding) })
	if d.inbox != nil {
		decide.Go(func() { d.inbox.Run(deciding) })
	}
	decide.Go(func() { d.pruneLoop(deciding) })
	decide.Go(func() { d.routes.run(deciding) })
	decide.Go(func() { d.alarmLoop(deciding) })
	decide.Go(func() { d.seen.keep(deciding) })
	hear.Go(func() { d.pauseLoop(listening) })
	decide.Go(func() { _ = d.deadlines.Run(deciding) }) // ends with its context only
	decide.Go(func() { _ = d.digests.Run(deciding) })   // ends with its context only
	hear.Go(func() { d.monitor.Run(listening) })
	if d.hubs != nil {
		hear.Go(func() { d.hubs.Run(listening) })
	}
	d.poll(listening, d.first)
	hear.Go(func() {
		if err := follow(listening); err != nil && listening.Err() == nil {
			d.log.Error("the watchlist is not followed any more; restart to take changes", "err", err)
		}
	})
	<-ctx.Done()
	d.log.Info("stopping")
	stopListening()
	hear.Wait()
	stopDeciding()
	decide.Wait()
	stopSending()
	send.Wait()
	d.log.Info("stopped")
	return nil
}

// close closes the stores and the network, in that it was opened.
func (d *Daemon) close() {
	if client := d.fetch.Load(); client != nil {
		client.Close()
	}
	if d.seen != nil {
		if err := d.seen.close(); err != nil {
			d.log.Error("redis cannot be closed cleanly", "err", err)
		}
	}
	if err := d.store.Close(); err != nil {
		d.log.Error("database cannot be closed cleanly", "err", err)
	}
}

// pruneEvery is how often old texts are erased.
const pruneEvery = time.Hour

// postsKept is how long posts that name no watch keep their words: long enough to
// try a changed watchlist against them.
const postsKept = 30 * 24 * time.Hour

// pruneLoop erases what is older than the retention time, until ctx ends.
func (d *Daemon) pruneLoop(ctx context.Context) {
	ticker := time.NewTicker(pruneEvery)
	defer ticker.Stop()
	for {
		now := d.now()
		retention := d.config.Load().Store.Retention
		keep := store.DefaultRetention(now)
		keep.Posts, keep.Mentions = now.Add(-min(postsKept, retention)), now.Add(-retention)
		if gone, err := d.store.Prune(ctx, keep); err != nil && ctx.Err() == nil {
			d.log.Error("old posts cannot be erased", "err", err)
		} else if gone.Posts+gone.Mentions > 0 {
			d.log.Info("old texts erased", "posts", gone.Posts, "mentions", gone.Mentions)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
