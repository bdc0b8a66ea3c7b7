package jsonapi

import "time"

// pulse is how often a stream brings events. A server that lost what it repeats goes on to
// take connections and to give the last seconds again: only its pulse tells it from a
// stream that has nothing to say.
type pulse struct {
	Events int       `json:"n,omitempty"` // from Since to Last
	Since  time.Time `json:"since,omitzero"`
	Last   time.Time `json:"last,omitzero"` // when an event came last
}

const (
	pulseSpan   = 24 * time.Hour   // how far a pulse looks back
	pulseLeast  = 10 * time.Minute // the shortest time that tells a pulse, and the shortest silence that is one
	pulseMissed = 10_000           // events that should have come: what brings so many is not silent at night
)

// with is the pulse after a reading that brought so many new events.
func (p pulse) with(events int, now time.Time) pulse {
	if events == 0 {
		return p
	}
	if p.Since.IsZero() {
		p.Since = now
	}
	if p.Last.Sub(p.Since) > pulseSpan { // the older half counts no more
		p.Since, p.Events = p.Since.Add(p.Last.Sub(p.Since)/2), p.Events/2
	}
	p.Events, p.Last = p.Events+events, now
	return p
}

// silence is how long nothing has come, if that cannot be chance; else 0.
func (p pulse) silence(now time.Time) time.Duration {
	span, silence := p.Last.Sub(p.Since), now.Sub(p.Last).Truncate(time.Minute)
	if span < pulseLeast || silence < pulseLeast || float64(p.Events)*float64(silence)/float64(span) < pulseMissed {
		return 0
	}
	return silence
}

// perMinute is how many events a minute came.
func (p pulse) perMinute() int { return int(float64(p.Events) / p.Last.Sub(p.Since).Minutes()) }
