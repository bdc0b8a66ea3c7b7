package slack

import (
	"net/http"
	"sync"
	"time"
)

const (
	// measured is how far a message's time may lie outside of its attempt when Slack's
	// clock was measured: its machines differ, and a request may lie in a queue.
	measured = time.Minute
	// unmeasured is the same when it was not.
	unmeasured = time.Hour
	// oldAnswer is how long an answer may be on its way and still tell the time.
	oldAnswer = 10 * time.Second
	// farOff is a difference that no clock has, but a broken gateway.
	farOff = 365 * 24 * time.Hour
)

// clock knows how far Slack's clock is ahead of ours, from the Date of its answers.
type clock struct {
	now func() time.Time

	mu    sync.Mutex
	known bool
	// The smallest and the largest difference that was seen: ours may have been set
	// between an attempt and the search for its message.
	low, high time.Duration
}

// read takes the time of an answer to a request that was sent at the given time.
func (c *clock) read(h http.Header, sent time.Time) {
	received := c.now()
	date, err := http.ParseTime(h.Get("Date"))
	took := received.Sub(sent)
	if err != nil || took < 0 || took > oldAnswer {
		return
	}
	ahead := date.Sub(sent.Add(took / 2))
	if ahead < -farOff || ahead > farOff {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known {
		c.known, c.low, c.high = true, ahead, ahead
	}
	c.low, c.high = min(c.low, ahead), max(c.high, ahead)
}

// window returns in which times by Slack's clock the messages of attempts between two
// times by ours stand.
func (c *clock) window(since, until time.Time) (oldest, latest time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	margin := measured
	if !c.known {
		margin = unmeasured
	}
	return since.Add(c.low - margin), until.Add(c.high + margin)
}
