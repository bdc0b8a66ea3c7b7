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
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/door"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/cmd/earshot/internal/listen"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/websub"
	"github.com/earshot/earshot/monitor"
	"github.com/earshot/earshot/monitor/river"
	"github.com/earshot/earshot/reply"
	"github.com/earshot/earshot/store"
	"github.com/earshot/earshot/web"
	"github.com/earshot/earshot/web/auth"
)

// Options are what a daemon is made of. All but Who, Exit and Secrets are required.
type Options struct {
	Watchlist watchlist.List // as Check returned it
	Out       io.Writer      // where alerts of the route "console" are printed
	Colour    bool           // Out is a terminal that shows colours
	Version   string         // goes into the User-Agent and the health page
	Host      string         // by which people know this replica among others
	Revision  string         // of the source it was built from; may be empty
	Log       *slog.Logger
	Now       func() time.Time

	// Who says who looks at the inbox; nil: those who sign in, as the watchlist says.
	Who web.Who

	// Exit is the way of the process's own client, which some services of doors use; nil:
	// they take nothing.
	Exit *door.Exit

	// Secrets is told what Log and Out may not show, also after a reload; nil: only
	// what the daemon itself answers and posts is kept clean.
	Secrets *config.Redactor
}

// Daemon is earshot at work: every part, made from one watchlist.
type Daemon struct {
	id        string // of this process among the replicas
	log       *slog.Logger
	now       func() time.Time // the database's clock
	started   time.Time
	version   string
	secrets   *config.Redactor
	texts     *i18n.Catalog
	phrases   func() *i18n.Phrases // English sentences by which saidIn finds those of a language
	store     *store.Store
	key       []byte // digests of sources are made with it
	seen      *seenSet
	planner   *plan.Planner
	notifiers *notifiers
	lease     *lease
	roster    *roster  // of replicas
	signals   *signals // between replicas
	clock     *sharedClock
	desk      *desk.Desk
	answers   *reply.Engine
	monitor   *monitor.Monitor
	engine    monitor.Engine // runs monitor
	queue     *river.Engine  // the same where the work is shared; nil: this process polls alone
	metrics   *metrics
	states    *states
	inbox     *web.Inbox // nil: nobody may look
	web       *listen.Server
	hubs      *websub.Subscriber // nil without web.listen and web.public_url
	pushed    *listen.PushDoors

	inUse atomic.Pointer[prepared]     // the watchlist in use, or waiting
	fetch atomic.Pointer[fetch.Client] // of the sources that are polled

	unread    atomic.Pointer[error]     // why the database could not be read when last asked
	mended    atomic.Pointer[time.Time] // when a good watchlist was last taken after one that was refused
	reloading sync.Mutex                // held while a watchlist is taken into use, or out of it
	works     atomic.Bool               // its sources are polled

	gap gap // in which nobody polled before the start
}

// Open opens what needs opening and wires the parts; nothing runs yet. The errors
// are those of the database, of Redis's address and of the watchlist's parts.
func Open(ctx context.Context, opt Options) (d *Daemon, err error) {
	d = &Daemon{id: rand.Text(), log: opt.Log, version: opt.Version, secrets: opt.Secrets}
	if d.secrets == nil {
		d.secrets = &config.Redactor{}
	}
	if d.texts, err = i18n.New(); err != nil {
		return nil, err
	}
	d.phrases = sync.OnceValue(func() *i18n.Phrases {
		return d.texts.Phrases([]string{"within"}, "mistake", "remedy", "fault", "seen", "place")
	})
	cfg := opt.Watchlist.Config
	d.secrets.Take(cfg)
	d.clock = &sharedClock{now: opt.Now, log: d.log}
	d.now = d.clock.Now
	d.store, err = store.Open(ctx, store.Options{Database: cfg.Database(), Log: d.log, Now: d.now})
	if err != nil {
		return nil, err
	}
	opened := d // a return of an error makes d nil
	defer func() {
		if err != nil {
			opened.close()
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
	d.clock.measure = func(ctx context.Context) (time.Duration, error) {
		more, err := d.store.ClockAhead(ctx) // of what it is taken for now
		return time.Duration(d.clock.ahead.Load()) + more, err
	}
	d.clock.set(ctx)
	d.started = d.now()
	if err := d.findGap(ctx); err != nil {
		return nil, err
	}
	d.wire(opt)
	if err = d.openEngine(ctx, cfg.Database()); err != nil {
		return nil, err
	}
	first, err := d.prepare(ctx, opt.Watchlist)
	if err != nil {
		return nil, err
	}
	d.commit(first)
	d.fetch.Store(first.client)
	if err = d.openWeb(opt); err != nil {
		return nil, err
	}
	return d, nil
}

// openWeb makes what answers over HTTP, the inbox and the way into it among it.
func (d *Daemon) openWeb(opt Options) error {
	cfg := opt.Watchlist.Config
	pair, err := listen.NewKeyPair(cfg.Web.TLS, d.log, d.now)
	if err != nil {
		return err
	}
	people, err := d.newAuth(cfg)
	if err != nil {
		return err
	}
	who := opt.Who
	if who == nil {
		who = d.inboxWho(people)
	}
	if d.inbox, err = d.newInbox(who, sessionOf(people)); err != nil {
		return err
	}
	d.web = &listen.Server{
		Web: cfg.Web,
		Asked: func(r *http.Request) i18n.Lang {
			return d.texts.Asked(r.Header.Get("Accept-Language"), d.config().Language)
		},
		Auth:         people,
		Log:          d.log,
		Pair:         pair,
		Health:       listen.Hiding(d.secrets, http.HandlerFunc(d.health)),
		Well:         &listen.Well{Ask: d.usable, Now: d.now},
		Ready:        listen.Hiding(d.secrets, http.HandlerFunc(d.ready)),
		Metrics:      listen.Hiding(d.secrets, d.metrics.handler()),
		Interactions: d.notifiers.interactions,
		Hubs:         d.hubs,
		Pushed:       d.pushed,
	}
	if d.inbox != nil {
		d.web.Inbox = d.inbox.Handler()
		if opt.Who == nil {
			d.web.Inbox = people.Require(d.web.Inbox)
		}
	}
	return nil
}

// wire makes the parts that stay the same for the life of the process.
func (d *Daemon) wire(opt Options) {
	d.planner = plan.NewPlanner(alerts.Rules{}) // commit fills it
	d.notifiers = newNotifiers(opt, d.metrics.trouble, d.metrics.slackCalled)
	d.lease = newLease(leaseOptions{
		db: d.store, shared: d.store.Shared(), holder: d.id, begin: d.newDelivery, log: d.log, now: opt.Now,
		may:      d.works.Load,
		mayBegin: func(ctx context.Context) bool { return d.roster.see(ctx) == nil && d.roster.isNewest() },
	})
	d.roster = &roster{
		db: d.store, shared: d.store.Shared(), trouble: func() map[string]string { return d.ownTroubles(i18n.Lang{}) }, log: d.log, now: d.now, poke: make(chan struct{}, 1),
		me: store.Replica{ID: d.id, Host: opt.Host, Version: opt.Version, Started: d.started},
	}
	d.signals = newSignals(d.store, d.called, d.log)
	d.desk = desk.NewDesk(measuredCases{d.store, d.metrics.meters}, d.lang, d.now, d.caseChanged)
	d.answers = reply.New(reply.Options{Outbox: d.store, Reader: d.store, Desk: d.desk, Way: d.wayTo, Log: d.log, Now: d.now, Changed: d.caseChanged})
	d.notifiers.slackTakes(slack.Options{
		Desk:    d.desk,
		Reader:  d.store,
		Replies: d.replies,
		Answers: d.answers,
		Roles:   d.slackRoles,
		Listed:  d.lists,

		SaveTemplate: d.store.SaveTemplate,
		Cases:        d.store,
		Sources:      sourcesAsked{d},
		Proposals:    proposals{d},
		Inbox:        d.inboxAddress,
		Spoken:       d.lang,
		Now:          d.now,
		Zone:         func() *time.Location { return d.planner.Rules().Zone },
		Language:     d.texts.In,
	})
	d.hubs = newHubs(opt, hubClient{&d.fetch, d.config}, d.store, d.now, d.pollNow)
	d.monitor = d.newMonitor()
	d.pushed = &listen.PushDoors{Receive: d.monitor.Receive, Log: d.log}
	d.states = &states{shared: d.store.Shared(), own: d.monitor.Status, db: d.store, names: d.sourceNames, now: d.now}
	d.metrics.registry.MustRegister(&sourceCollector{sources: d.sources, db: d.store, troubles: d.troubles, replicas: d.replicaCounts, now: d.now})
	stands := &storeCollector{database: opt.Watchlist.Database()}
	if opt.Watchlist.Store.Redis.IsSet() {
		stands.redis = d.seen.health
	}
	d.metrics.registry.MustRegister(stands, &answerCollector{times: d.store.ReplyTimes, network: d.networkOf, networks: d.answeredNetworks, now: d.now})
}

// config is the watchlist in use.
func (d *Daemon) config() *config.Config { return d.inUse.Load().list.Config }

// lang is the language of those who read a route.
func (d *Daemon) lang(route string) i18n.Lang { return d.planner.Rules().Lang(route) }

// staffLang is the language of those who are told about earshot itself.
func (d *Daemon) staffLang() i18n.Lang { return d.lang(d.notifiers.opsRoute()) }

// stage begins work that ends together: do adds to it, its context outlives ctx, and end ends it and returns
// when all of it has.
func stage(ctx context.Context) (until context.Context, do func(work func(context.Context)), end func()) {
	until, stop := context.WithCancel(context.WithoutCancel(ctx))
	var all sync.WaitGroup
	return until, func(work func(context.Context)) { all.Go(func() { work(until) }) }, func() { stop(); all.Wait() }
}

// every does something at once and then again and again, until ctx ends.
func every(ctx context.Context, pause time.Duration, do func()) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		do()
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// poke wakes who waits for the channel, which holds one call; who is woken already is not woken twice.
func poke(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run works until ctx ends and then stops in one order: first nothing new is
// heard, then nothing new is decided, then what is on its way goes out, then another
// replica may deliver and the stores close. follow watches the watchlist for changes until its context ends.
func (d *Daemon) Run(ctx context.Context, follow func(context.Context) error) error {
	defer d.close()
	if err := d.web.Listen(); err != nil {
		return err
	}
	listening, hear, stopHearing := stage(ctx)
	_, decide, stopDeciding := stage(ctx)
	_, send, stopSending := stage(ctx)
	_, keep, stopKeeping := stage(ctx)
	keep(d.lease.keep)
	send(func(ctx context.Context) { d.lease.whileHolding(ctx, d.send) })
	send(func(ctx context.Context) {
		d.lease.whileHolding(ctx, func(ctx context.Context, _ *delivery) { d.answers.Run(ctx) })
	})
	send(d.clock.keep)
	decide(d.notifiers.run)
	decide(d.web.Serve)
	if d.inbox != nil {
		decide(d.inbox.Run)
	}
	decide(func(ctx context.Context) { d.lease.whileHolding(ctx, d.decide) })
	decide(d.alarmLoop)
	decide(d.seen.keep)
	hear(d.pauseLoop)
	hear(func(ctx context.Context) {
		if err := d.engine.Run(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("sources are not polled any more; restart earshot", "err", err)
		}
	})
	if d.hubs != nil {
		hear(d.hubs.Run)
		hear(func(ctx context.Context) {
			d.lease.whileHolding(ctx, func(ctx context.Context, _ *delivery) { d.hubs.Ask(ctx) })
		})
	}
	d.reloading.Lock()
	d.poll(listening, d.inUse.Load())
	d.reloading.Unlock()
	if d.store.Shared() {
		send(d.signals.run)
		keep(func(ctx context.Context) { d.roster.run(ctx, func() { d.turned(listening) }) })
		d.signals.call(callReplicas)
	}
	hear(func(ctx context.Context) {
		if err := follow(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("the watchlist is not followed any more; restart to take changes", "err", err)
		}
	})
	<-ctx.Done()
	d.log.Info("stopping")
	stopHearing()
	stopDeciding()
	stopSending()
	stopKeeping()
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
	if d.queue != nil {
		d.queue.Close()
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

// prune erases what is older than the retention time.
func (d *Daemon) prune(ctx context.Context) {
	now := d.now()
	retention := d.config().Store.Retention
	keep := store.DefaultRetention(now)
	keep.Posts, keep.Mentions = now.Add(-min(postsKept, retention)), now.Add(-retention)
	if gone, err := d.store.Prune(ctx, keep); err != nil && ctx.Err() == nil {
		d.log.Error("old posts cannot be erased", "err", err)
	} else if gone.Posts+gone.Mentions > 0 {
		d.log.Info("old texts erased", "posts", gone.Posts, "mentions", gone.Mentions)
	}
	if d.store.Shared() {
		if err := d.store.Leave(ctx, ""); err != nil && ctx.Err() == nil {
			d.log.Error("replicas that are gone cannot be forgotten", "err", err)
		}
	}
	if _, err := d.store.PruneSessions(ctx, now.Add(-auth.Idle), now.Add(-auth.Longest)); err != nil && ctx.Err() == nil {
		d.log.Error("old sessions cannot be deleted", "err", err)
	}
}
