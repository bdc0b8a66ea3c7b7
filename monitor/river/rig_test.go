package river

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
	"go.uber.org/goleak"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
	"github.com/earshot/earshot/store"
)

func TestMain(m *testing.M) {
	if address := os.Getenv("EARSHOT_RIVER_CHILD"); address != "" {
		child(address)
		return
	}
	goleak.VerifyTestMain(m)
}

// full asks for the long form of the drills.
func full() bool { return os.Getenv("EARSHOT_DRILL") == "full" }

// site is the sites of a test as they see earshot: which host is asked when.
type site struct {
	takes time.Duration
	gap   time.Duration // least time between the end of a request and the next one's start

	mu    sync.Mutex
	hosts map[string]*host
	polls map[string][]time.Time // starts, by source
	wrong []string               // what broke a promise
}

type host struct {
	now   int
	ended time.Time
}

func newSite(takes, gap time.Duration) *site {
	return &site{takes: takes, gap: gap, hosts: map[string]*host{}, polls: map[string][]time.Time{}}
}

// enter notes a request; the answer is called at its end.
func (s *site) enter(hostName, source string) (leave func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.hosts[hostName]
	if h == nil {
		h = &host{}
		s.hosts[hostName] = h
	}
	now := time.Now()
	if h.now > 0 {
		s.wrong = append(s.wrong, fmt.Sprintf("%s is asked for %s while it is being asked", hostName, source))
	}
	if rest := now.Sub(h.ended); !h.ended.IsZero() && rest < s.gap {
		s.wrong = append(s.wrong, fmt.Sprintf("%s is asked for %s after a rest of %s, want %s", hostName, source, rest, s.gap))
	}
	h.now++
	s.polls[source] = append(s.polls[source], now)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		h.now--
		h.ended = time.Now()
	}
}

// quiet waits until none of the sources, or none at all, was polled for a second: what was
// under way when they were taken away may come first, and later on a busy machine.
func (s *site) quiet(t *testing.T, what string, sources ...string) {
	t.Helper()
	polls := func() (n int) {
		for _, source := range sources {
			n += s.count(source)
		}
		if len(sources) == 0 {
			n = s.total()
		}
		return n
	}
	for range 10 {
		before := polls()
		time.Sleep(time.Second)
		if polls() == before {
			return
		}
	}
	t.Errorf("%s: polls go on", what)
}

func (s *site) count(source string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.polls[source])
}

func (s *site) total() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, polls := range s.polls {
		n += len(polls)
	}
	return n
}

// keptPromises fails the test for each request that came too early.
func (s *site) keptPromises(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, w := range s.wrong {
		if i == 5 {
			t.Errorf("and %d more", len(s.wrong)-5)
			break
		}
		t.Error(w)
	}
}

// keptRhythm fails the test for each source that was polled more often than it may be: a
// rhythm's jitter is a tenth of it. That one is late a busy machine may be blamed for, and
// the next one then seems early by as much: it is given a seventh.
func (s *site) keptRhythm(t *testing.T, every time.Duration, sources []monitor.Source) {
	t.Helper()
	for _, src := range sources {
		if gaps := s.gaps(src.Name); len(gaps) > 0 && gaps[0] < every*9/10-every/7 {
			t.Errorf("%s was polled again after %s, want %s", src.Name, gaps[0], every)
		}
	}
}

// page is a crawler of one page of the site.
type page struct {
	site         *site
	host, source string
	takes        time.Duration // instead of the site's
}

// Poll implements crawlers.Crawler.
func (p page) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	defer p.site.enter(p.host, p.source)()
	wait := p.site.takes
	if p.takes > 0 {
		wait = p.takes
	}
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return crawlers.Batch{}, ctx.Err()
	}
	return crawlers.Batch{Unchanged: true, Next: "c", Observed: crawlers.Observation{Bytes: 1, Items: 1}}, nil
}

// sources are n pages on each of some hosts.
func (s *site) sources(hosts, n int, every time.Duration) (list []monitor.Source) {
	for h := range hosts {
		for i := range n {
			list = append(list, s.source(fmt.Sprintf("host%d", h), fmt.Sprintf("host%d/%d", h, i), every))
		}
	}
	return list
}

func (s *site) source(host, name string, every time.Duration) monitor.Source {
	return monitor.Source{Name: name, Key: "key of " + name, Place: "p", Settings: "s", Group: host, Gap: s.gap, Every: every, Fixed: true,
		Crawler: page{site: s, host: host, source: name}}
}

// ledger is a store whose mentions nobody plans.
type ledger struct{ *store.Store }

// Ingest implements monitor.Ledger.
func (l ledger) Ingest(ctx context.Context, in mention.PollResult) (mention.IngestResult, error) {
	return l.Store.Ingest(ctx, in, func(context.Context, *store.Tx, []*mention.PendingMention) error { return nil })
}

// nobody finds no mentions and is told nothing.
type nobody struct{}

// Analyze implements monitor.Analyzer.
func (nobody) Analyze(mention.Post) []mention.Mention { return nil }

// Notify implements monitor.OpsNotifier.
func (nobody) Notify(context.Context, monitor.Notice) error { return nil }

// engine is one process's engine with its store.
type engine struct {
	monitor.Engine
	monitor *monitor.Monitor
	store   *store.Store
	stop    context.CancelFunc
	ended   chan struct{}
}

// run starts the engine; halt stops it.
func (e *engine) run() {
	ctx, stop := context.WithCancel(context.Background())
	e.stop, e.ended = stop, make(chan struct{})
	go func() { defer close(e.ended); _ = e.Run(ctx) }()
}

func (e *engine) halt() { e.stop(); <-e.ended }

// apply names the sources to the store, as the daemon does, and hands them over.
func (e *engine) apply(t testing.TB, sources ...monitor.Source) {
	t.Helper()
	states := make([]mention.SourceState, len(sources))
	for i, src := range sources {
		states[i] = mention.SourceState{Key: src.Key, Name: src.Name, Place: src.Place}
	}
	if err := e.store.NameSources(t.Context(), states); err != nil {
		t.Fatal(err)
	}
	if err := e.Apply(t.Context(), sources); err != nil {
		t.Fatal(err)
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func openStore(t testing.TB, address string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Database: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func options(s *store.Store) monitor.Options {
	return monitor.Options{Seen: s.Seen(), Ledger: ledger{s}, Analyzer: nobody{}, Ops: nobody{}, Log: quiet(), Now: time.Now}
}

// inProcess is the engine of a process that polls alone.
func inProcess(t *testing.T) *engine {
	s := openStore(t, "sqlite:"+t.TempDir()+"/e.db")
	m := monitor.New(options(s))
	return &engine{Engine: monitor.NewInProcess(m), monitor: m, store: s}
}

// shared is one of several engines on a database.
func shared(t testing.TB, address string, change ...func(*Options)) *engine {
	t.Helper()
	s := openStore(t, address)
	opt := options(s)
	opt.Dues = s
	m := monitor.New(opt)
	o := Options{Address: address, Turns: m, Log: quiet(), Now: time.Now, Bound: store.BoundSilence}
	for _, c := range change {
		c(&o)
	}
	e, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return &engine{Engine: e, monitor: m, store: s}
}

// gaps are the times between the polls of a source.
func (s *site) gaps(source string) (list []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	polls := s.polls[source]
	for i := 1; i < len(polls); i++ {
		list = append(list, polls[i].Sub(polls[i-1]))
	}
	slices.Sort(list)
	return list
}

// ask runs a statement of the test on a database.
func ask(t testing.TB, address, query string, args ...any) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// number and text are the one value that a query of the test returns.
func number(t testing.TB, address, query string) (n int64) {
	t.Helper()
	scan(t, address, query, &n)
	return n
}

func text(t testing.TB, address, query string) (s string) {
	t.Helper()
	scan(t, address, query, &s)
	return s
}

func scan(t testing.TB, address, query string, into any) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := pool.QueryRow(t.Context(), query).Scan(into); err != nil {
		t.Fatal(err)
	}
}

func postgres(t testing.TB) *testkit.PostgresServer {
	t.Helper()
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	return testkit.Postgres(t)
}
