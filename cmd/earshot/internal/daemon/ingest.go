package daemon

import (
	"context"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
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

// enqueuer is the part of the store that takes alerts about earshot itself.
type enqueuer interface {
	Enqueue(ctx context.Context, list ...mention.Alert) error
}

// opsNotifier puts what people must know about a source into the outbox. It waits for the
// end of the quiet hours, as all that is not critical, and is told then if it is still true.
type opsNotifier struct {
	outbox interface {
		EnqueueInstead(ctx context.Context, over mention.AlertID, both bool, a mention.Alert) error
	}
	route func() string
	rules func() *alerts.Rules
	now   func() time.Time
	wake  func()
	hide  func(string) string
}

func (d *Daemon) ops() opsNotifier {
	return opsNotifier{outbox: d.store, route: d.opsRoute, rules: d.planner.Rules, now: d.now, wake: d.wakeSender, hide: d.secrets.Redact}
}

// Notify implements monitor.OpsNotifier.
func (o opsNotifier) Notify(ctx context.Context, n monitor.Notice) error {
	a := alerts.NewNotice(n.Source, string(n.State), n.Since, "", "") // it is the same wherever it goes
	a.Payload = alerts.Details{Text: o.hide(n.Text), Same: &alerts.Same{Name: o.hide(n.Source), What: string(n.State), Why: n.Why, Status: n.Answer}}.Encode()
	a.Route, a.CreatedAt = o.route(), o.now() // that a state is over is told after that it began
	a.NotBefore = o.rules().HeldUntil(a.Severity, a.CreatedAt)
	var over mention.AlertID
	if n.Over != "" {
		over = alerts.NewNotice(n.Source, string(n.Over), n.OverSince, "", "").ID
	}
	if err := o.outbox.EnqueueInstead(ctx, over, n.First, a); err != nil {
		return err
	}
	o.wake()
	return nil
}
