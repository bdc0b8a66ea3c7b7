package slack

import (
	"sync"
	"time"
)

// maxCached bounds the cache: a workspace's people, not a stream of invented ids.
const maxCached = 5000

// cache keeps what Slack says of people for a while.
type cache struct {
	mu      sync.Mutex
	entries map[string]entry // by the person's id
}

type entry struct {
	who   profile
	ok    bool // Slack said it
	until time.Time
}

func (c *cache) get(id string, now time.Time) (entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[id]
	return e, ok && e.until.After(now)
}

func (c *cache) put(id string, e entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= maxCached {
		clear(c.entries)
	}
	c.entries[id] = e
}
