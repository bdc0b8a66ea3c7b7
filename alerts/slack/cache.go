package slack

import (
	"sync"
	"time"
)

// maxCached bounds the cache: a workspace's people, not a stream of invented ids.
const maxCached = 5000

// cache keeps strings for a while.
type cache struct {
	mu      sync.Mutex
	entries map[string]entry
}

type entry struct {
	value string
	until time.Time
}

func (c *cache) get(key string, now time.Time) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	return e.value, ok && e.until.After(now)
}

func (c *cache) put(key, value string, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= maxCached {
		clear(c.entries)
	}
	c.entries[key] = entry{value: value, until: until}
}
