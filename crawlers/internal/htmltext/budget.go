package htmltext

import "sync"

// Parsing takes many times the bytes that are parsed: gofeed about 23 times,
// an HTML tree about 30, JSON in maps 12. The budget bounds the sum over all crawlers of the
// process, so that ten hostile bodies at once cost no more memory than one.
const (
	FeedCost = 23
	JSONCost = 12
	pageCost = 30
	// parseBytes leaves room for several ordinary pages (3 MB of tree for 100 KB
	// of HTML) and for one body of the largest size alone.
	parseBytes = 96 << 20
)

// parseBudget is one for the process because memory is.
var parseBudget = budget{free: parseBytes}

// ReserveMemory waits until what parsing may cost is free and returns what gives
// it back. Whoever holds some must not ask for more: two that wait for each other's
// would wait for ever.
func ReserveMemory(cost int) (release func()) { return parseBudget.take(cost) }

// budget is a counting gate. What costs more than the whole budget waits for all
// of it and goes alone.
type budget struct {
	mu   sync.Mutex
	cond *sync.Cond
	free int
}

// take waits until cost bytes are free and returns what gives them back. Parsing
// is short and always ends, so there is no context.
func (b *budget) take(cost int) (release func()) {
	cost = min(cost, parseBytes)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cond == nil {
		b.cond = sync.NewCond(&b.mu)
	}
	for b.free < cost {
		b.cond.Wait()
	}
	b.free -= cost
	return func() {
		b.mu.Lock()
		b.free += cost
		b.mu.Unlock()
		b.cond.Broadcast()
	}
}
