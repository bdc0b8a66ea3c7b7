package plan

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// Two things group complaints under one message in the channel, each complaint
// with its own words and buttons in the thread: quiet hours, and bursts. What is
// critical is never grouped.

const (
	// burstTimes is how many times the usual number makes a burst.
	burstTimes = 5
	// burstMemory is what the usual number is measured over.
	burstMemory = 7 * 24 * time.Hour
)

// group returns the message that a complaint goes under, or nil for one of its
// own. The same group has the same id whoever makes it, so the store keeps one.
// A storm is critical and waits for no morning.
func (p *plan) group(ctx context.Context, m mention.Mention, a mention.Alert) (*mention.Alert, error) {
	held := !a.NotBefore.IsZero()
	if m.Severity >= mention.Critical || held && p.late(m.Post) {
		return p.quietHours(a), nil
	}
	n, usual, err := p.rate(ctx, m.Watch, held)
	switch {
	case err != nil:
		return nil, err
	case n >= alerts.StormLeast && float64(n) >= burstTimes*usual:
		return p.burst(m, a, n, usual), nil
	}
	return p.quietHours(a), nil
}

// manyCopies keeps copies from ringing one by one where they are many. So many people may say the same words that
// it is a storm, which is told as one; the copies stay under the first one, unless that waits for the morning. Who
// says them alone, again and again, makes no storm.
func (p *plan) manyCopies(ctx context.Context, d *mention.PendingMention, a *mention.Alert, first *group, by mention.Author) error {
	if a.Severity >= mention.Critical {
		return nil
	}
	if by.Lately >= floodFrom {
		onlyInThread(a)
		return nil
	}
	over, err := p.group(ctx, d.Mention, *a)
	if err != nil || over == nil || over.Kind != mention.Burst {
		return err
	}
	if first.heldUntil.After(p.now) {
		a.ThreadOf = over.ID
	}
	onlyInThread(a)
	return p.inStorm(ctx, d, a, *over)
}

// onlyInThread lets a copy stand in its thread and nowhere else.
func onlyInThread(a *mention.Alert) {
	details := alerts.ReadDetails(a.Payload)
	details.Broadcast = false
	a.Notify, a.Payload = "", details.Encode()
}

// inStorm lets a complaint be told with its storm: at whatever hour, for who was named reads what it is about, and
// without a name. Whom the message of the storm does not name, because other complaints began it, is named in
// its thread, once.
func (p *plan) inStorm(ctx context.Context, d *mention.PendingMention, a *mention.Alert, over mention.Alert) error {
	d.Alerts = append(d.Alerts, over)
	a.NotBefore, a.Notify = time.Time{}, ""
	named, asked := p.storms[over.ID]
	if !asked {
		stored, ok, err := p.view.Alert(ctx, over.ID)
		if err != nil {
			return fmt.Errorf("the message of a storm: %w", err)
		}
		if named = over.Notify; ok {
			named = stored.Notify
		}
		p.storms[over.ID] = named
	}
	if over.Notify == "" || over.Notify == named {
		return nil
	}
	said := over
	details := alerts.ReadDetails(over.Payload)
	said.ID = mention.NewAlertID(mention.Escalation, string(over.ID), over.Notify)
	said.Kind, said.ThreadOf = mention.Escalation, over.ID
	said.Payload = alerts.Details{Text: strings.TrimSpace(strings.TrimSuffix(details.Text, details.Thread))}.Encode()
	d.Alerts = append(d.Alerts, said)
	return nil
}

// late reports whether a post was published well before it was heard, as after a site was away for the
// day: nobody gets up for a storm that was yesterday's.
func (p *plan) late(post mention.Post) bool {
	return !post.Published.IsZero() && p.now.Sub(latest(post)) > alerts.StormLength
}

// ungathered is a message that waits to be gathered as one of its own, in the place where
// complaints as loud as m go; ok is false when m is not critical, or nothing has to be done.
// The store changes the one that waits; it keeps its id.
func (p *plan) ungathered(a mention.Alert, m mention.Mention, why []string) (own mention.Alert, ok bool) {
	if m.Severity < mention.Critical || a.Status != mention.Pending || a.ThreadOf == "" {
		return a, false
	}
	details := alerts.ReadDetails(a.Payload)
	details.Why = why
	a.Route, a.Notify = p.rules.RouteFor(m)
	a.ThreadOf, a.NotBefore, a.Severity, a.Payload = "", time.Time{}, m.Severity, details.Encode()
	return a, true
}

// quietHours is the one message after the quiet hours; nil for a complaint that is not held.
func (p *plan) quietHours(a mention.Alert) *mention.Alert {
	if a.NotBefore.IsZero() {
		return nil
	}
	end := a.NotBefore.UTC().Format(time.RFC3339)
	text := p.rules.Lang(a.Route).Text("alert.quiet_hours")
	return &mention.Alert{
		ID: mention.NewAlertID(mention.Digest, "quiet hours", a.Route, end), Kind: mention.Digest, Route: a.Route, Severity: mention.Normal,
		Status: mention.Pending, CreatedAt: p.now, NotBefore: a.NotBefore, Payload: alerts.Details{Text: text}.Encode(),
	}
}

// rate counts the complaints about a watch now, this one included, and says how
// many are usual in so long. Those that are late can be left out.
func (p *plan) rate(ctx context.Context, watch string, noneLate bool) (now int, usual float64, err error) {
	key := rateKey{watch, noneLate}
	stored, ok := p.rates[key]
	if !ok {
		if stored, err = p.storedRate(ctx, watch, noneLate); err != nil {
			return 0, 0, err
		}
		p.rates[key] = stored
	}
	now = stored.now + 1
	for _, d := range p.done {
		if d.Mention.Watch == watch && !(noneLate && p.late(d.Mention.Post)) {
			now++
		}
	}
	if now < alerts.StormLeast {
		return now, 0, nil
	}
	return now, float64(stored.before) * float64(alerts.StormWindow) / float64(burstMemory), nil
}

// rate is how many complaints about a watch are stored: of the burst window, and of the memory
// before it. One transaction sees the same ones all along.
type rate struct{ now, before int }

// rateKey is what a rate was asked for by.
type rateKey struct {
	watch    string
	noneLate bool
}

func (p *plan) storedRate(ctx context.Context, watch string, noneLate bool) (r rate, err error) {
	since, published := p.now.Add(-alerts.StormWindow), time.Time{}
	if noneLate {
		published = p.now.Add(-alerts.StormLength)
	}
	if r.now, err = p.view.HeardRate(ctx, watch, since, p.now.Add(time.Second), published); err != nil {
		return r, fmt.Errorf("rate of complaints: %w", err)
	}
	if r.before, err = p.view.HeardRate(ctx, watch, since.Add(-burstMemory), since, time.Time{}); err != nil {
		return r, fmt.Errorf("usual rate of complaints: %w", err)
	}
	return r, nil
}

// burst is the critical message that groups what comes in a burst.
func (p *plan) burst(m mention.Mention, a mention.Alert, n int, usual float64) *mention.Alert {
	storm := alerts.Storm{Watch: m.Watch, Span: p.now.Truncate(alerts.StormLength).UTC()}
	l := p.rules.Lang(a.Route)
	thread := l.Text("storm.thread")
	text := l.Plural("storm.begins", n, "watch", m.Watch, "usually", usually(l, usual)) + " " + thread
	return &mention.Alert{
		ID: mention.NewAlertID(mention.Burst, m.Watch, a.Route, storm.Span.Format(time.RFC3339)), Kind: mention.Burst, Route: a.Route, Notify: p.loudest(m, a), Severity: mention.Critical,
		Status: mention.Pending, CreatedAt: p.now, Payload: alerts.Details{Text: text, Thread: thread, Storm: &storm}.Encode(),
	}
}

// loudest is whom the loudest complaint would name that goes where this one does: what a storm gathers names
// nobody more.
func (p *plan) loudest(m mention.Mention, a mention.Alert) string {
	for m.Severity = mention.Critical; m.Severity >= a.Severity; m.Severity-- {
		if to, notify := p.rules.RouteFor(m); to == a.Route && notify != "" {
			return notify
		}
	}
	return a.Notify
}

func usually(l i18n.Lang, n float64) string {
	if n < 0.1 {
		return l.Text("storm.usually_none")
	}
	return l.Text("storm.usually", "n", l.Decimal(n, 1))
}
