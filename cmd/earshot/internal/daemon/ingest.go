package daemon

import (
	"context"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
	"github.com/earshot/earshot/store"
)

// ledger is the store as the monitor sees it: what is alerted is decided inside
// the transaction, and the sender is woken when something is.
type ledger struct {
	store   *store.Store
	planner *plan.Planner
	wake    func()
}

// Ingest implements monitor.Ledger.
func (l ledger) Ingest(ctx context.Context, in mention.PollResult) (mention.IngestResult, error) {
	receipt, err := l.store.Ingest(ctx, in, func(ctx context.Context, tx *store.Tx, drafts []*mention.PendingMention) error {
		return l.planner.Plan(ctx, tx, in.At, drafts)
	})
	if err == nil && len(receipt.Alerts) > 0 {
		l.wake()
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

// enqueuer is the part of the store that takes alerts about earshot itself.
type enqueuer interface {
	Enqueue(ctx context.Context, list ...mention.Alert) error
}

// opsNotifier puts what people must know about a source into the outbox.
type opsNotifier struct {
	outbox enqueuer
	route  func() string
	wake   func()
}

// Notify implements monitor.OpsNotifier.
func (o opsNotifier) Notify(ctx context.Context, n monitor.Notice) error {
	a := alerts.NewNotice(n.Source, string(n.State), n.Since, n.Text, o.route())
	if err := o.outbox.Enqueue(ctx, a); err != nil {
		return err
	}
	o.wake()
	return nil
}
