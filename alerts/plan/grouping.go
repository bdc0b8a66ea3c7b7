package plan

import (
	"context"
	"fmt"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// Two things group complaints under one message in the channel, each complaint
// with its own words and buttons in the thread: quiet hours, and bursts. What is
// critical is never grouped.

const (
	burstWindow, burstLeast, burstLength = alerts.StormWindow, alerts.StormLeast, alerts.StormLength
	// burstTimes is how many times the usual number makes a burst.
	burstTimes = 5
	// burstMemory is what the usual number is measured over.
	burstMemory = 7 * 24 * time.Hour
)

// group returns the message that a complaint goes under, or nil for one of its
// own. The same group has the same id whoever makes it, so the store keeps one.
func (p *plan) group(ctx context.Context, m mention.Mention, a mention.Alert) (*mention.Alert, error) {
	if m.Severity >= mention.Critical {
		return nil, nil
	}
	if !a.NotBefore.IsZero() {
		return p.quietHours(a), nil
	}
	n, usual, err := p.rate(ctx, m.Watch)
	if err != nil || n < burstLeast || float64(n) < burstTimes*usual {
		return nil, err
	}
	return p.burst(m, a, n, usual), nil
}

// quietHours is the one message after the quiet hours.
func (p *plan) quietHours(a mention.Alert) *mention.Alert {
	end := a.NotBefore.UTC().Format(time.RFC3339)
	text := p.rules.Lang(a.Route).Text("alert.quiet_hours")
	return &mention.Alert{
		ID: mention.NewAlertID(mention.Digest, "quiet hours", a.Route, end), Kind: mention.Digest, Route: a.Route, Severity: mention.Normal,
		Status: mention.Pending, CreatedAt: p.now, NotBefore: a.NotBefore, Payload: alerts.Details{Text: text}.Encode(),
	}
}

// rate counts the complaints about a watch now, this one included, and says how
// many are usual in so long.
func (p *plan) rate(ctx context.Context, watch string) (now int, usual float64, err error) {
	since := p.now.Add(-burstWindow)
	now, err = p.view.HeardRate(ctx, watch, since, p.now.Add(time.Second))
	if err != nil {
		return 0, 0, fmt.Errorf("rate of complaints: %w", err)
	}
	for _, d := range p.done {
		if d.Mention.Watch == watch {
			now++
		}
	}
	if now++; now < burstLeast {
		return now, 0, nil
	}
	before, err := p.view.HeardRate(ctx, watch, since.Add(-burstMemory), since)
	if err != nil {
		return 0, 0, fmt.Errorf("usual rate of complaints: %w", err)
	}
	return now, float64(before) * float64(burstWindow) / float64(burstMemory), nil
}

// burst is the critical message that groups what comes in a burst.
func (p *plan) burst(m mention.Mention, a mention.Alert, n int, usual float64) *mention.Alert {
	storm := alerts.Storm{Watch: m.Watch, Span: p.now.Truncate(burstLength).UTC()}
	l := p.rules.Lang(a.Route)
	text := l.Plural("storm.begins", n, "watch", m.Watch, "usually", usually(l, usual))
	return &mention.Alert{
		ID: mention.NewAlertID(mention.Burst, m.Watch, a.Route, storm.Span.Format(time.RFC3339)), Kind: mention.Burst, Route: a.Route, Notify: a.Notify, Severity: mention.Critical,
		Status: mention.Pending, CreatedAt: p.now, Payload: alerts.Details{Text: text, Storm: &storm}.Encode(),
	}
}

func usually(l i18n.Lang, n float64) string {
	if n < 0.1 {
		return l.Text("storm.usually_none")
	}
	return l.Text("storm.usually", "n", l.Decimal(n, 1))
}
