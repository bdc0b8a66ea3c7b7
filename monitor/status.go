package monitor

import (
	"sort"
	"sync"
	"time"

	"github.com/earshot/earshot/mention"
)

// SourceStatus is how a source stands, for health pages and metrics.
type SourceStatus struct {
	Name           string
	LastPoll       time.Time
	LastSuccess    time.Time
	LastNew        time.Time
	LastError      string // empty when the last poll succeeded
	Failures       int
	SuspendedUntil time.Time
	State          State // what people were told of: StateBlocked, StateFailing, StateQuiet, StateEmpty; "" when well
	Polls          int64 // since the start of the process
	NewPosts       int64
	Unchanged      int64         // polls whose body had not changed
	Took           time.Duration // of the last poll
}

// StateAt is the one word for how the source stands: what people were told of, or
// else what the last polls say.
func (s SourceStatus) StateAt(now time.Time) State {
	switch {
	case s.State != "":
		return s.State
	case s.SuspendedUntil.After(now):
		return StateSuspended
	case s.Failures > 0:
		return StateFailing
	case s.LastSuccess.IsZero():
		return StateNew
	}
	return StateOK
}

// statusTable keeps the status of every source for readers in other goroutines.
type statusTable struct {
	mu   sync.Mutex
	rows map[string]*SourceStatus
}

func newStatusTable() *statusTable { return &statusTable{rows: map[string]*SourceStatus{}} }

// set records the state; out is nil when the source was not polled.
func (b *statusTable) set(src Source, state mention.SourceState, out *outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	row := b.rows[src.key()]
	if row == nil {
		row = &SourceStatus{}
		b.rows[src.key()] = row
	}
	row.Name = src.Name
	row.LastPoll, row.LastSuccess, row.LastNew = state.LastPoll, state.LastSuccess, state.LastNew
	row.LastError, row.Failures, row.SuspendedUntil = state.LastError, state.Failures, state.SuspendedUntil
	row.State = remember(state).Reported
	if out == nil {
		return
	}
	row.Polls++
	row.NewPosts += int64(out.newPosts)
	row.Took = out.took
	if out.batch.Unchanged {
		row.Unchanged++
	}
}

// keep drops the rows of sources that left the watchlist, and names the others; names
// are by key.
func (b *statusTable) keep(names map[string]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, row := range b.rows {
		name, ok := names[key]
		if !ok {
			delete(b.rows, key)
			continue
		}
		row.Name = name
	}
}

func (b *statusTable) list() []SourceStatus {
	b.mu.Lock()
	defer b.mu.Unlock()
	rows := make([]SourceStatus, 0, len(b.rows))
	for _, row := range b.rows {
		rows = append(rows, *row)
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].Name < rows[j].Name })
	return rows
}
