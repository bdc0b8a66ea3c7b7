package monitor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is everything around the monitor, recording the order of what it is asked.
type world struct {
	mu      sync.Mutex
	calls   []string
	states  map[string]mention.SourceState
	seen    map[mention.PostKey]uint32
	intakes []mention.PollResult
	notices []Notice

	lookupErr, markErr, ingestErr, saveErr error
}

func newWorld() *world {
	return &world{states: map[string]mention.SourceState{}, seen: map[mention.PostKey]uint32{}}
}

func (w *world) note(format string, args ...any) {
	w.calls = append(w.calls, fmt.Sprintf(format, args...))
}

func (w *world) Lookup(_ context.Context, keys []mention.PostKey) ([]uint32, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lookupErr != nil {
		return nil, w.lookupErr
	}
	out := make([]uint32, len(keys))
	for i, k := range keys {
		out[i] = w.seen[k]
	}
	return out, nil
}

func (w *world) Mark(_ context.Context, keys []mention.PostKey, hashes []uint32) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note("mark %d", len(keys))
	if w.markErr != nil {
		return w.markErr
	}
	for i, k := range keys {
		w.seen[k] = hashes[i]
	}
	return nil
}

func (w *world) Ingest(_ context.Context, in mention.PollResult) (mention.IngestResult, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note("ingest %d baseline=%v", len(in.Posts), in.Baseline)
	if w.ingestErr != nil {
		return mention.IngestResult{}, w.ingestErr
	}
	w.intakes = append(w.intakes, in)
	r := mention.IngestResult{New: len(in.Posts)}
	if in.Past {
		r.Past = r.New
	}
	return r, nil
}

func (w *world) Source(_ context.Context, name string) (mention.SourceState, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	state := w.states[name]
	state.Name = name
	return state, nil
}

func (w *world) SaveSource(_ context.Context, s mention.SourceState) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note("save cursor=%s", s.Cursor)
	if w.saveErr != nil {
		return w.saveErr
	}
	w.states[cmp.Or(s.Key, s.Name)] = s
	return nil
}

func (w *world) Analyze(p mention.Post) []mention.Mention { return nil }

func (w *world) Notify(_ context.Context, n Notice) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notices = append(w.notices, n)
	return nil
}

func (w *world) monitor(workers int) *Monitor {
	return New(Options{Seen: w, Ledger: w, Analyzer: w, Ops: w, Log: slog.New(slog.DiscardHandler), Now: time.Now, Workers: workers})
}

// site is a crawler whose answers a test scripts.
type site struct {
	mu     sync.Mutex
	polls  []time.Time
	since  []crawlers.Cursor
	answer func(n int) (crawlers.Batch, error)
	takes  time.Duration
	active *activity
}

// activity counts polls under way in one group.
type activity struct {
	mu       sync.Mutex
	now, top int
}

func (a *activity) add(n int) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now += n
	a.top = max(a.top, a.now)
}

func (s *site) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	s.active.add(1)
	defer s.active.add(-1)
	s.mu.Lock()
	n := len(s.polls)
	s.polls = append(s.polls, time.Now())
	s.since = append(s.since, since)
	s.mu.Unlock()
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return crawlers.Batch{}, ctx.Err()
	}
	s.mu.Lock()
	answer := s.answer
	s.mu.Unlock()
	return answer(n)
}

// becomes changes what the site answers while it is polled.
func (s *site) becomes(answer func(int) (crawlers.Batch, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *site) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.polls)
}

func post(source, id string) mention.Post {
	return mention.Post{Source: source, ID: id, Text: "words of post " + id}
}

func always(batch crawlers.Batch) func(int) (crawlers.Batch, error) {
	return func(int) (crawlers.Batch, error) { return batch, nil }
}

// runFor runs the monitor over the sources for d of bubble time.
func runFor(t *testing.T, monitor *Monitor, d time.Duration, sources ...Source) {
	t.Helper()
	m := NewInProcess(monitor)
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = m.Run(ctx) }()
	if err := m.Apply(ctx, sources); err != nil {
		t.Fatal(err)
	}
	<-ended
}

func items(source string, n int, prefix string) []mention.Post {
	var posts []mention.Post
	for i := range n {
		posts = append(posts, post(source, fmt.Sprintf("%s-%d", prefix, i)))
	}
	return posts
}

func page(posts ...mention.Post) crawlers.Batch {
	return crawlers.Batch{Posts: posts, Next: "c", Observed: crawlers.Observation{Items: len(posts), Bytes: 900}}
}

// run runs m until the test says stop; steps work with sources as reloads do.
func run(t *testing.T, m *InProcess, steps func(ctx context.Context)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = m.Run(ctx) }()
	steps(ctx)
	cancel()
	<-ended
}

// refusing takes the notices only after so many tries.
type refusing struct {
	*world
	tries, taken int
}

func (r *refusing) Notify(ctx context.Context, n Notice) error {
	if r.tries--; r.tries >= 0 {
		return errors.New("database is busy")
	}
	r.taken++
	return r.world.Notify(ctx, n)
}
