package monitor

import (
	"cmp"
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
	NotStored      string        // why the last posts could not be stored; empty when they were
}

// StatusOf is how a source stands by what is stored of it, for a process that does not
// poll it. Of what polls count it holds nothing.
func StatusOf(state mention.SourceState) SourceStatus {
	return SourceStatus{
		Name: state.Name, LastPoll: state.LastPoll, LastSuccess: state.LastSuccess, LastNew: state.LastNew, LastError: state.LastError,
		Failures: state.Failures, SuspendedUntil: state.SuspendedUntil, State: remember(state).Reported,
	}
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
	row := b.row(src)
	row.LastPoll, row.LastSuccess, row.LastNew = state.LastPoll, state.LastSuccess, state.LastNew
	row.LastError, row.Failures, row.SuspendedUntil = state.LastError, state.Failures, state.SuspendedUntil
	row.State = remember(state).Reported
	if out == nil {
		return
	}
	row.NotStored = ""
	row.Polls++
	row.NewPosts += int64(out.newPosts)
	row.Took = out.took
	if out.batch.Unchanged {
		row.Unchanged++
	}
}

// row is the source's, with its present name. The caller holds mu.
func (b *statusTable) row(src Source) *SourceStatus {
	row := b.rows[src.key()]
	if row == nil {
		row = &SourceStatus{}
		b.rows[src.key()] = row
	}
	row.Name = src.Name
	return row
}

// notStored records that what a poll found could not be stored.
func (b *statusTable) notStored(src Source, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.row(src).NotStored = err.Error()
}

// name gives the rows the present names of their sources; names are by key.
func (b *statusTable) name(names map[string]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, row := range b.rows {
		row.Name = cmp.Or(names[key], row.Name)
	}
}

// drop removes the row of a source that left the watchlist.
func (b *statusTable) drop(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.rows, key)
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
