package plan

import (
	"context"
	"fmt"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// Two things gather complaints under one message in the channel, each complaint
// with its own words and buttons in the thread: quiet hours, and storms. What is
// critical is never gathered.

const (
	// stormWindow is the time in which a storm is counted.
	stormWindow = 30 * time.Minute
	// stormLeast is the number of complaints in the window below which nothing is a
	// storm: a channel carries as many on their own.
	stormLeast = 20
	// stormTimes is how many times the usual number makes a storm.
	stormTimes = 5
	// stormMemory is what the usual number is measured over.
	stormMemory = 7 * 24 * time.Hour
	// stormLength is how long one storm message gathers; a longer storm gets another.
	stormLength = 6 * time.Hour
)

// gathering returns the message that a complaint goes under, or nil for one of its
// own. The same gathering has the same id whoever makes it, so the store keeps one.
func (p *plan) gathering(ctx context.Context, m mention.Mention, a mention.Alert) (*mention.Alert, error) {
	if m.Severity >= mention.Critical {
		return nil, nil
	}
	if !a.NotBefore.IsZero() {
		return p.morning(a), nil
	}
	n, usual, err := p.rate(ctx, m.Watch)
	if err != nil || n < stormLeast || float64(n) < stormTimes*usual {
		return nil, err
	}
	return p.storm(m, a, n, usual), nil
}

// morning is the one message after the quiet hours.
func (p *plan) morning(a mention.Alert) *mention.Alert {
	end := a.NotBefore.UTC().Format(time.RFC3339)
	text := "Heard during the quiet hours: the complaints are in the thread, each with its buttons."
	return &mention.Alert{
		ID: mention.NewAlertID(mention.Digest, "quiet hours", a.Route, end), Kind: mention.Digest, Route: a.Route, Severity: mention.Normal,
		Status: mention.Pending, CreatedAt: p.now, NotBefore: a.NotBefore, Payload: alerts.Facts{Text: text}.Encode(),
	}
}

// rate counts the complaints about a watch now, this one included, and says how
// many are usual in so long.
func (p *plan) rate(ctx context.Context, watch string) (now int, usual float64, err error) {
	since := p.now.Add(-stormWindow)
	now, err = p.view.HeardRate(ctx, watch, since, p.now.Add(time.Second))
	if err != nil {
		return 0, 0, fmt.Errorf("rate of complaints: %w", err)
	}
	for _, d := range p.done {
		if d.Mention.Watch == watch {
			now++
		}
	}
	if now++; now < stormLeast {
		return now, 0, nil
	}
	before, err := p.view.HeardRate(ctx, watch, since.Add(-stormMemory), since)
	if err != nil {
		return 0, 0, fmt.Errorf("usual rate of complaints: %w", err)
	}
	return now, float64(before) * float64(stormWindow) / float64(stormMemory), nil
}

// storm is the critical message that gathers what comes in a storm.
func (p *plan) storm(m mention.Mention, a mention.Alert, n int, usual float64) *mention.Alert {
	began := p.now.Truncate(stormLength).UTC().Format(time.RFC3339)
	text := fmt.Sprintf("A storm about %s: %d complaints in 30 minutes, %s. The next ones are gathered in this thread, each with its buttons.", m.Watch, n, usually(usual))
	return &mention.Alert{
		ID: mention.NewAlertID(mention.Storm, m.Watch, a.Route, began), Kind: mention.Storm, Route: a.Route, Notify: a.Notify, Severity: mention.Critical,
		Status: mention.Pending, CreatedAt: p.now, Payload: alerts.Facts{Text: text}.Encode(),
	}
}

func usually(n float64) string {
	if n < 0.1 {
		return "usually hardly any"
	}
	return fmt.Sprintf("usually %.1f", n)
}
