package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/digest"
	"github.com/earshot/earshot/alerts/outbox"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/websub"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
	"github.com/earshot/earshot/store"
)

type runCmd struct {
	watchlistFlag
	Verbose bool `short:"v" help:"Say more in the log."`
}

// Run listens until it is told to stop.
func (c *runCmd) Run(ctx context.Context, term terminal) error {
	cfg, err := loadWatchlist(c.Config)
	if err != nil {
		return err
	}
	log := newLog(term, c.Verbose)
	for _, w := range cfg.Warnings {
		log.Warn(w.Error())
	}
	d, err := openDaemon(ctx, cfg, term, log)
	if err != nil {
		return err
	}
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	return d.run(ctx, func(ctx context.Context) error {
		return config.Follow(ctx, config.Following{Path: c.Config, Kinds: kindOptions(), Start: cfg, Reload: hup, Log: log}, func(next *config.Config) error {
			if _, err := completeCheck(next, nil); err != nil {
				return err
			}
			return d.apply(ctx, next)
		})
	})
}

// daemon is earshot at work: every part, made from one watchlist.
type daemon struct {
	term    terminal
	log     *slog.Logger
	now     func() time.Time
	store   *store.Store
	seen    *seenSet
	planner *plan.Planner
	doors   *doors
	sender  *outbox.Sender
	desk    *desk.Desk
	clock   *desk.Deadlines
	digests *digest.Digester
	monitor *monitor.Monitor
	metrics *metrics
	web     *webServer
	hubs    *websub.Subscriber // nil without web.listen and web.public_url

	ears   atomic.Pointer[ears]
	fetch  atomic.Pointer[fetch.Client]
	config atomic.Pointer[config.Config]
}

// openDaemon opens what needs opening and wires the parts; nothing runs yet.
func openDaemon(ctx context.Context, cfg *config.Config, term terminal, log *slog.Logger) (d *daemon, err error) {
	d = &daemon{term: term, log: log, now: time.Now}
	d.store, err = store.Open(ctx, store.Options{Database: cfg.Store.Database.Reveal(), Log: log, Now: d.now})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	d.seen, err = openSeen(ctx, cfg, d.store, log)
	if err != nil {
		return nil, err
	}
	d.planner = plan.NewPlanner(alerts.Rules{}) // use fills it
	d.metrics = newMetrics()
	d.doors = newDoors(term, log, d.metrics.trouble)
	d.sender = outbox.NewSender(outbox.Options{
		Queue: d.store, Writer: d.store, Reader: d.store, NotifierFor: d.doors.door, Log: log, Now: d.now,
		Accepted: d.metrics.accepted, Trouble: d.metrics.trouble,
	})
	d.desk = desk.NewDesk(d.store, d.now, d.sender.Wake)
	d.clock = desk.NewDeadlines(desk.DeadlineOptions{Cases: d.store, Open: d.store, Rules: d.planner.Rules, Log: log, Now: d.now, Changed: d.sender.Wake})
	d.digests = digest.NewDigester(digest.Options{Numbers: d.store, Rules: d.planner.Rules, Log: log, Now: d.now, Changed: d.sender.Wake})
	d.hubs = newHubs(d, cfg)
	d.monitor = monitor.New(monitor.Options{Seen: d.seen, Ledger: ledger{d}, Ear: listener{d}, Staff: staff{d}, Living: living{d}, Hubs: d.offers(), Log: log, Now: d.now})
	d.metrics.watch(d.monitor, d.store)
	d.web = newWebServer(d)
	if err := d.use(cfg); err != nil {
		return nil, err
	}
	return d, nil
}

// use makes the parts that depend on the watchlist and swaps them in. It changes
// nothing when one of them cannot be made.
func (d *daemon) use(cfg *config.Config) error {
	ears, err := newEars(cfg, d.planner.OfficialFor)
	if err != nil {
		return err
	}
	d.doors.use(cfg, d.desk, d.store)
	d.planner.Use(newRules(cfg))
	d.ears.Store(ears)
	d.config.Store(cfg)
	return nil
}

// apply takes a changed watchlist while running. What is bound to the process
// (store, web) keeps its old value, and the log says so.
func (d *daemon) apply(ctx context.Context, cfg *config.Config) error {
	old := d.config.Load()
	if err := d.use(cfg); err != nil {
		return err
	}
	if old.Store.Database.Reveal() != cfg.Store.Database.Reveal() || old.Store.Redis.Reveal() != cfg.Store.Redis.Reveal() || old.Web != cfg.Web {
		d.log.Warn("store and web are taken at the next start; restart earshot to use the new values")
	}
	if err := d.listenTo(ctx, cfg); err != nil {
		return err
	}
	d.sender.Reload()
	return nil
}

// listenTo hands the sources of a watchlist to the monitor, with a client of its
// manners.
func (d *daemon) listenTo(ctx context.Context, cfg *config.Config) error {
	client := newFetch(cfg, d.log)
	sources, err := newSources(cfg, client, d.log)
	if err != nil {
		return err
	}
	if before := d.fetch.Swap(client); before != nil {
		defer before.Close()
	}
	if d.hubs != nil {
		d.hubs.Keep(sourceNames(sources)) // first: a source is offered by its first poll
	}
	if err := d.monitor.Apply(ctx, sources); err != nil {
		return err
	}
	d.log.Info("watchlist in use", "watches", len(cfg.Watches), "sources", len(cfg.Sources))
	return nil
}

// run works until ctx ends and then stops in one order: first nothing new is
// heard, then nothing new is decided, then what is on its way goes out, then the
// stores close. follow watches the watchlist for changes.
func (d *daemon) run(ctx context.Context, follow func(context.Context) error) error {
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
	decide.Go(func() { d.doors.run(deciding) })
	decide.Go(func() { d.web.serve(deciding) })
	decide.Go(func() { d.keepHouse(deciding) })
	decide.Go(func() { _ = d.clock.Run(deciding) })   // ends with its context only
	decide.Go(func() { _ = d.digests.Run(deciding) }) // ends with its context only
	hear.Go(func() { d.monitor.Run(listening) })
	if d.hubs != nil {
		hear.Go(func() { d.hubs.Run(listening) })
	}
	if err := d.listenTo(listening, d.config.Load()); err != nil {
		return fmt.Errorf("start: %w", err)
	}
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
func (d *daemon) close() {
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

// houseEvery is how often old texts are erased.
const houseEvery = time.Hour

// postsKept is how long posts that name no watch keep their words: long enough to
// try a changed watchlist against them.
const postsKept = 30 * 24 * time.Hour

// keepHouse erases what is older than the retention time, until ctx ends.
func (d *daemon) keepHouse(ctx context.Context) {
	ticker := time.NewTicker(houseEvery)
	defer ticker.Stop()
	for {
		now := d.now()
		keep := store.DefaultRetention(now)
		keep.Posts, keep.Mentions = now.Add(-min(postsKept, d.config.Load().Store.Retention)), now.Add(-d.config.Load().Store.Retention)
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

// ledger is the store as the monitor sees it: what is alerted is decided inside
// the transaction, and the sender is woken when something is.
type ledger struct{ *daemon }

// Ingest implements monitor.Ledger.
func (l ledger) Ingest(ctx context.Context, in mention.PollResult) (mention.IngestResult, error) {
	receipt, err := l.store.Ingest(ctx, in, func(ctx context.Context, tx *store.Tx, drafts []*mention.PendingMention) error {
		return l.planner.Plan(ctx, tx, in.At, drafts)
	})
	if err == nil && len(receipt.Alerts) > 0 {
		l.sender.Wake()
	}
	return receipt, err
}

// Source implements monitor.Ledger.
func (l ledger) Source(ctx context.Context, name string) (mention.SourceState, error) {
	return l.store.Source(ctx, name)
}

// SaveSource implements monitor.Ledger.
func (l ledger) SaveSource(ctx context.Context, state mention.SourceState) error {
	return l.store.SaveSource(ctx, state)
}

// listener is the ears in use.
type listener struct{ *daemon }

// Hear implements monitor.Ear.
func (l listener) Hear(post mention.Post) []mention.Mention { return l.ears.Load().Hear(post) }

// staff puts what people must know about a source into the outbox.
type staff struct{ *daemon }

// Tell implements monitor.Staff.
func (s staff) Tell(ctx context.Context, n monitor.Notice) error {
	a := alerts.NewNotice(n.Source, n.State, n.Since, n.Text, s.doors.staffRoute())
	if err := s.store.Enqueue(ctx, a); err != nil {
		return err
	}
	s.sender.Wake()
	return nil
}
