package slack

import (
	"maps"
	"sync"
	"time"
)

// proposalsAnHour bounds what one person brings to the watchlist's owner: each is a
// message in a channel.
const proposalsAnHour = 10

// proposed counts the proposals of each person in the last hour. It is safe for concurrent
// use; its zero value is ready.
type proposed struct {
	mu sync.Mutex
	by map[string][]time.Time
}

// take says whether a person may propose something more, and counts it.
func (p *proposed) take(person string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	old := func(at time.Time) bool { return now.Sub(at) >= time.Hour }
	maps.DeleteFunc(p.by, func(_ string, times []time.Time) bool { return old(times[len(times)-1]) })
	if p.by == nil {
		p.by = map[string][]time.Time{}
	}
	var lately []time.Time
	for _, at := range p.by[person] {
		if !old(at) {
			lately = append(lately, at)
		}
	}
	if len(lately) >= proposalsAnHour {
		return false
	}
	p.by[person] = append(lately, now)
	return true
}
