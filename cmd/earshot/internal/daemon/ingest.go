package daemon

import (
	"context"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// planner is what decides about the mentions of a poll.
type planner interface {
	Plan(ctx context.Context, v plan.View, now time.Time, pending []*mention.PendingMention) error
	// Rules returns the rules in use; others after every reload.
	Rules() *alerts.Rules
}

// ledger is the store as the monitor sees it: what is alerted is decided inside
// the transaction, and the sender is woken when something is.
type ledger struct {
	store   *store.Store
	planner planner
	wake    func()
	again   func(context.Context) // routes what waits once more
	meters  *meters
}

func (d *Daemon) ledger() ledger {
	return ledger{store: d.store, planner: d.planner, wake: d.wakeSender, again: d.routeAgain, meters: d.metrics.meters}
}

// Ingest implements monitor.Ledger. Alerts that were planned by the rules of before a
// reload, and committed after what waited was routed by the new ones, are routed once more.
func (l ledger) Ingest(ctx context.Context, in mention.PollResult) (mention.IngestResult, error) {
	rules := l.planner.Rules()
	var planned []*mention.PendingMention
	receipt, err := l.store.Ingest(ctx, in, func(ctx context.Context, tx *store.Tx, drafts []*mention.PendingMention) error {
		planned = drafts // of the last try
		return l.planner.Plan(ctx, tx, in.At, drafts)
	})
	if err == nil {
		l.meters.ingested(planned)
	}
	if err == nil && len(receipt.Alerts) > 0 {
		if l.planner.Rules() != rules {
			l.again(ctx)
		}
		l.wake()
	}
	return receipt, err
}

// Source implements monitor.Ledger.
func (l ledger) Source(ctx context.Context, key string) (mention.SourceState, error) {
	return l.store.Source(ctx, key)
}

// SaveSource implements monitor.Ledger.
func (l ledger) SaveSource(ctx context.Context, state mention.SourceState) error {
	return l.store.SaveSource(ctx, state)
}
