package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// What people are told of earshot itself goes through the outbox, like every alert.

// sourceNotices implements monitor.OpsNotifier.
type sourceNotices struct{ d *Daemon }

// Notify implements monitor.OpsNotifier.
func (s sourceNotices) Notify(ctx context.Context, n monitor.Notice) error {
	hide := s.d.secrets.Redact
	a := alerts.NewNotice(n.Source, string(n.State), n.Since, "", "")
	a.Payload = alerts.Details{Text: hide(n.Text), Same: &alerts.Same{Name: hide(n.Source), What: string(n.State), Why: n.Why, Status: n.Answer}}.Encode()
	var over mention.AlertID
	if n.Over != "" {
		over = alerts.NewNotice(n.Source, string(n.Over), n.OverSince, "", "").ID
	}
	return s.d.tellByDay(ctx, over, n.First, a)
}

// tellByDay stores a notice that has time: it waits for the end of the quiet hours, as all that is not
// critical. over is one that it makes untrue, and goes if nobody was told of it yet: both go then, if
// they say that something was and is no more. Health says of an error, and it is tried again.
func (d *Daemon) tellByDay(ctx context.Context, over mention.AlertID, both bool, a mention.Alert) error {
	a.Route = d.opsRoute() // not before: it is the same wherever it goes
	a.CreatedAt = d.now()  // that it is over is told after that it began
	a.NotBefore = d.planner.Rules().HeldUntil(a.Severity, a.CreatedAt)
	if err := d.store.EnqueueInstead(ctx, over, both, a); err != nil {
		return err
	}
	d.wakeSender()
	return nil
}

// tellTimeout bounds one notice, and enqueueTimeout the part of it that is the database's.
const (
	tellTimeout    = 15 * time.Second
	enqueueTimeout = 5 * time.Second
)

// tell tells staff about earshot itself, through the outbox, or past it when it takes
// nothing either. It reports whether that is done: a message that may have been taken is
// not sent again.
func (d *Daemon) tell(ctx context.Context, subject, state string, since time.Time, words string) bool {
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	a := alerts.NewNotice(subject, state, since, d.secrets.Redact(words), d.notifiers.opsRoute())
	a.Route = d.opsRoute() // not before: it is the same wherever it goes
	a.CreatedAt = d.now()  // that it is over is told after that it began
	soon, cancelSoon := context.WithTimeout(ctx, enqueueTimeout)
	defer cancelSoon()
	err := d.store.Enqueue(soon, a)
	if err == nil {
		d.wakeSender()
		return true
	}
	to, ok := d.notifiers.notifierFor(a.Route)
	if !ok {
		d.log.Error("staff cannot be told", "about", subject, "err", err)
		return false
	}
	_, err = to.Post(ctx, alerts.Message{Alert: a, Details: alerts.ReadDetails(a.Payload), Now: d.now(), Lang: d.lang(a.Route)})
	var again *alerts.RetryError
	var refused *alerts.RefusedError
	if errors.As(err, &again) || errors.As(err, &refused) {
		d.log.Error("staff cannot be told", "about", subject, "err", err)
		return false
	}
	return true
}
