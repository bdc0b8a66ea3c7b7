package daemon

import (
	"context"
	"time"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
	"github.com/earshot/earshot/monitor/river"
	"github.com/earshot/earshot/store"
)

// newMonitor makes the monitor. Where the work is shared, what is due is kept in the
// database.
func (d *Daemon) newMonitor() *monitor.Monitor {
	opt := monitor.Options{
		Seen:     d.seen,
		Ledger:   d.ledger(),
		Analyzer: liveAnalyzer{d},
		Ops:      sourceNotices{d},
		Threads:  threadSource{followKeeper: d.store, cases: d.store, now: d.now},
		Bound:    func(ctx context.Context) context.Context { return fetch.WithHostBudget(ctx, fetch.PollHosts) },
		Hubs:     hubOffers(d.hubs),
		Lang:     d.staffLang,
		Zone:     func() *time.Location { return d.planner.Rules().Zone },
		Said:     d.saidIn,
		Log:      d.log,
		Now:      d.now,
	}
	if d.store.Shared() {
		opt.Dues = d.store
		opt.Bound = func(ctx context.Context) context.Context {
			return fetch.While(fetch.WithHostBudget(ctx, fetch.PollHosts), func() error { return river.Mine(ctx) })
		}
		opt.Pause = func(ctx context.Context) time.Duration { return d.fetch.Load().Pause(ctx) }
	}
	return monitor.New(opt)
}

// openEngine makes what runs the monitor: River where the work is shared.
func (d *Daemon) openEngine(ctx context.Context, address string) (err error) {
	if !d.store.Shared() {
		d.engine = monitor.NewInProcess(d.monitor)
		return nil
	}
	d.queue, err = river.Open(ctx, river.Options{Address: address, Turns: d.monitor, Log: d.log, Now: d.now, Bound: store.BoundSilence})
	d.engine = d.queue
	return err
}

// pollAsked is pollNow for a person, who may have got leave from a site that refused.
func (d *Daemon) pollAsked(ctx context.Context, source string) {
	if err := d.monitor.Retry(ctx, source); err != nil {
		d.log.Warn("that a site refused is still remembered; it is left alone as before", "source", source, "err", err)
	}
	d.pollNow(ctx, source)
}

// pollNow makes a source due now, whichever replica polls it. One that waits for its
// watchlist knows no sources, and tells the others.
func (d *Daemon) pollNow(ctx context.Context, source string) {
	if d.store.Shared() && !d.works.Load() {
		d.signals.call(callPoll + source)
		return
	}
	d.engine.PollNow(ctx, source)
}

// liveAnalyzer is the analyzer of the watchlist in use.
type liveAnalyzer struct{ d *Daemon }

// Analyze implements monitor.Analyzer.
func (l liveAnalyzer) Analyze(post mention.Post) []mention.Mention {
	return l.d.inUse.Load().analyzer.Analyze(post)
}
