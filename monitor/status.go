package monitor

import (
	"slices"
	"strings"
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
	Next           time.Time // when it is due; zero when that is not known
	LastError      string    // empty when the last poll succeeded
	Why            string    // the same in the word of crawlers.Reason; empty when that has none
	Answer         int       // the status that the site answered with it; 0 for none
	Failures       int
	SuspendedUntil time.Time
	State          State  // what people were told of: StateBlocked, StateFailing, StateQuiet, StateEmpty, StatePartly; "" when well
	Day            string // the day that PerDay[0] counts, UTC
	PerDay         []int  // new posts a day, the newest first; none while nothing is known
	Polls          int64  // since the start of the process
	NewPosts       int64
	NotStored      string // why the last posts could not be stored; empty when they were
}

// StatusOf is how a source stands by what is stored of it, for a process that does not
// poll it. Of what polls count it holds nothing.
func StatusOf(state mention.SourceState) SourceStatus {
	row := SourceStatus{Name: state.Name}
	row.take(state)
	if row.Next = state.Due; !row.Next.IsZero() {
		return row
	}
	if row.Next = state.SuspendedUntil; row.Next.IsZero() && !state.LastPoll.IsZero() && state.Failures == 0 {
		row.Next = state.LastPoll.Add(state.Every) // about: who polls it knows
	}
	return row
}

func (s *SourceStatus) take(state mention.SourceState) {
	m := remember(state)
	s.LastPoll, s.LastSuccess, s.LastNew = state.LastPoll, state.LastSuccess, state.LastNew
	s.LastError, s.Failures, s.SuspendedUntil = state.LastError, state.Failures, state.SuspendedUntil
	s.State, s.Why, s.Answer, s.Day, s.PerDay = m.Reported, m.Why, m.Answer, m.Day, m.PerDay
}

// Days are the new posts a day of the last n days, the oldest first, as of now.
func (s SourceStatus) Days(n int, now time.Time) []int {
	out := make([]int, n)
	last, err := time.Parse(time.DateOnly, s.Day)
	if err != nil {
		return out
	}
	ago := int(now.UTC().Sub(last).Hours() / 24)
	for i, count := range s.PerDay {
		if at := n - 1 - ago - i; at >= 0 && at < n {
			out[at] = count
		}
	}
	return out
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
	row.take(state)
	if out == nil {
		return
	}
	row.NotStored = ""
	row.Polls++
	row.NewPosts += int64(out.newPosts)
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

// keyOf is the key of the source that is called so.
func (b *statusTable) keyOf(name string) (key string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, row := range b.rows {
		if row.Name == name {
			return key, true
		}
	}
	return "", false
}

// due records when the source is polled next.
func (b *statusTable) due(src Source, next time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.row(src).Next = next
}

// notStored records that what a poll found could not be stored.
func (b *statusTable) notStored(src Source, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.row(src).NotStored = err.Error()
}

// name gives the rows the present names of their sources.
func (b *statusTable) name(sources []Source) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, src := range sources {
		if row := b.rows[src.key()]; row != nil {
			row.Name = src.Name
		}
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
	slices.SortFunc(rows, func(a, b SourceStatus) int { return strings.Compare(a.Name, b.Name) })
	return rows
}
