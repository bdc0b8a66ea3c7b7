package river

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/monitor"
	"github.com/earshot/earshot/store"
)

// Drills with several engines. Their long forms run with EARSHOT_DRILL=full and tell the
// figures of docs/scaling.md.

// plan is what a child process polls.
type plan struct {
	Address  string // of the database
	Site     string // of the sites, all of them
	Hosts    int
	Pages    int // on each host
	Every    time.Duration
	Gap      time.Duration
	Workers  int
	Requests int // of a poll, with the gap between them; 0: one
}

func (p plan) sources() (list []monitor.Source) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	for h := range p.Hosts {
		for i := range p.Pages {
			host := fmt.Sprintf("host%d", h)
			name := fmt.Sprintf("%s-%d", host, i)
			list = append(list, monitor.Source{Name: name, Key: "key of " + name, Place: "p", Settings: "s", Group: host, Gap: p.Gap, Every: p.Every, Fixed: true,
				Crawler: remote{client, p.Site + "/" + host + "/" + name, max(1, p.Requests), p.Gap}})
		}
	}
	return list
}

// remote is a crawler that asks the test's site.
type remote struct {
	client   *http.Client
	address  string
	requests int
	gap      time.Duration
}

// Poll implements crawlers.Crawler.
func (r remote) Poll(ctx context.Context, _ crawlers.Cursor) (crawlers.Batch, error) {
	for i := range r.requests {
		if i > 0 {
			time.Sleep(r.gap + r.gap/10)
		}
		if err := r.ask(ctx); err != nil {
			return crawlers.Batch{}, err
		}
	}
	return crawlers.Batch{Unchanged: true, Next: "c", Observed: crawlers.Observation{Bytes: 1, Items: 1}}, nil
}

func (r remote) ask(ctx context.Context) error {
	if err := Mine(ctx); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.address, nil)
	if err != nil {
		return err
	}
	res, err := r.client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close())
}

// serve answers for all hosts of a site.
func (s *site) serve(t testing.TB) string {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		part := strings.Split(r.URL.Path, "/")
		leave := s.enter(part[1], part[2])
		time.Sleep(s.takes)
		leave()
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// child is a process with an engine. It ends when its standard input does.
func child(text string) {
	var p plan
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	fail(json.Unmarshal([]byte(text), &p))
	ctx, stop := context.WithCancel(context.Background())
	s, err := store.Open(ctx, store.Options{Database: p.Address})
	fail(err)
	opt := options(s)
	opt.Dues = s
	m := monitor.New(opt)
	e, err := Open(ctx, Options{Address: p.Address, Turns: m, Log: quiet(), Now: time.Now, Workers: p.Workers})
	fail(err)
	fail(e.Apply(ctx, p.sources()))
	ended := make(chan struct{})
	go func() { defer close(ended); fail(e.Run(ctx)) }()
	_, _ = io.Copy(io.Discard, os.Stdin)
	stop()
	<-ended
	e.Close()
	fail(s.Close())
}

// process is a child.
type process struct {
	*exec.Cmd
	in io.Closer
}

func (p plan) start(t testing.TB) *process {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "EARSHOT_RIVER_CHILD="+string(text))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &process{cmd, in}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return c
}

// end stops the process in good order and returns its processor time.
func (c *process) end(t testing.TB) time.Duration {
	t.Helper()
	_ = c.in.Close()
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime()
}

// prepare makes the database and names the sources, as the first daemon does.
func (p plan) prepare(t testing.TB) {
	t.Helper()
	e := shared(t, p.Address)
	e.apply(t, p.sources()...)
}

// testSeveralEngines: three engines ask a site no more than one does, one at a time and
// with its gap, also while they come and go.
func testSeveralEngines(t *testing.T, server string) {
	hosts, every, runs := 8, time.Second, 3*time.Second
	if full() {
		hosts, every, runs = 100, 10*time.Second, 3*time.Minute
	}
	counts := make(map[int]int)
	var mu sync.Mutex
	run := func(t *testing.T, engines int) {
		s := newSite(20*time.Millisecond, 100*time.Millisecond)
		p := plan{Address: testkit.Database(t, server), Site: s.serve(t), Hosts: hosts, Pages: 2, Every: every, Gap: s.gap}
		p.prepare(t)
		var all []*process
		for range engines {
			all = append(all, p.start(t))
		}
		testkit.Eventually(t, "the first polls", time.Minute, func() bool { return s.total() >= 2*hosts })
		from, before := time.Now(), s.total()
		if full() && engines == 3 {
			time.Sleep(runs / 3)
			all[0].end(t) // one leaves, another comes
			all[0] = p.start(t)
		}
		time.Sleep(runs - time.Since(from))
		mu.Lock()
		counts[engines] = s.total() - before
		mu.Unlock()
		for _, c := range all {
			c.end(t)
		}
		s.keptPromises(t)
		s.keptRhythm(t, every, p.sources())
	}
	t.Run("together", func(t *testing.T) {
		for _, engines := range []int{1, 3} {
			t.Run(fmt.Sprint(engines), func(t *testing.T) { t.Parallel(); run(t, engines) })
		}
	})
	t.Logf("%d requests with one engine, %d with three, in %s", counts[1], counts[3], runs)
	if off := math.Abs(float64(counts[3])/float64(counts[1]) - 1); full() && off > 0.02 {
		t.Errorf("three engines made %d requests, one %d", counts[3], counts[1])
	}
}

// testDeath: of three processes one is killed and one stands still, both in the middle of
// their polls. The third polls their groups within the time that signs of life take, and
// the one that goes on after it stood still asks for nothing beside it.
func testDeath(t *testing.T, server string) {
	const groups = 8
	s := newSite(300*time.Millisecond, 100*time.Millisecond)
	p := plan{Address: testkit.Database(t, server), Site: s.serve(t), Hosts: groups, Pages: 1, Every: time.Hour, Gap: s.gap, Workers: groups / 2, Requests: 400}
	p.prepare(t)
	polled := func() (n int) {
		for h := range groups {
			n += min(1, s.count(fmt.Sprintf("host%d-0", h)))
		}
		return n
	}
	dies := p.start(t)
	testkit.Eventually(t, "the polls of the first begin", time.Minute, func() bool { return polled() == groups/2 })
	stops := p.start(t)
	testkit.Eventually(t, "those of the second begin", time.Minute, func() bool { return polled() == groups })
	p.Workers = groups
	lives := p.start(t)
	_ = stops.Process.Signal(syscall.SIGSTOP)
	_ = dies.Process.Signal(syscall.SIGKILL)
	began, before, again := time.Now(), map[string]int{}, map[string]time.Duration{}
	time.Sleep(2 * s.takes) // what was under way has been answered
	for _, src := range p.sources() {
		before[src.Name] = s.count(src.Name)
	}
	testkit.Eventually(t, "all groups are polled again", 40*time.Second, func() bool {
		for name, n := range before {
			if _, known := again[name]; !known && s.count(name) > n {
				again[name] = time.Since(began)
			}
		}
		return len(again) == groups
	})
	t.Logf("polled again after %v", again)
	_ = stops.Process.Signal(syscall.SIGCONT)
	time.Sleep(time.Second)
	stops.end(t)
	lives.end(t)
	s.keptPromises(t)
}

// testNobodyLeads: what is due is polled while none of the processes leads River.
func testNobodyLeads(t *testing.T, server string) {
	address := testkit.Database(t, server)
	e := shared(t, address)
	ask(t, address, `INSERT INTO earshot_river.river_leader (leader_id, elected_at, expires_at) VALUES ('one that died', now(), now() + interval '1 h')`)
	s := newSite(10*time.Millisecond, 50*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, s.source("a", "page", time.Hour))
	testkit.Eventually(t, "it waits for an hour", time.Minute, func() bool {
		return number(t, address, `SELECT COUNT(*) FROM earshot_river.river_job WHERE state = 'scheduled'`) == 1
	})
	ask(t, address, `UPDATE sources SET due_at = 1; UPDATE earshot_river.river_job SET scheduled_at = now() + interval '1 s'`)
	testkit.Eventually(t, "the next poll", time.Minute, func() bool { return s.count("page") == 2 })
}

// TestThroughput tells how many polls one, two and three processes do of sites that take
// 200 ms, and what each costs. Each takes 8 turns at once, so that the sites are the bound
// and not the processors of this machine, which they share.
func TestThroughput(t *testing.T) {
	if !full() {
		t.Skip("minutes: EARSHOT_DRILL=full")
	}
	server := postgres(t)
	const runs = 20 * time.Second
	rate := map[int]float64{}
	for _, processes := range []int{1, 2, 3} {
		s := newSite(200*time.Millisecond, 0)
		p := plan{Address: testkit.Database(t, server.URL), Site: s.serve(t), Hosts: 600, Pages: 1, Every: time.Second, Workers: 8}
		p.prepare(t)
		var all []*process
		for range processes {
			all = append(all, p.start(t))
		}
		testkit.Eventually(t, "all are at work", time.Minute, func() bool { return s.total() > 300*processes })
		had, before, began := commits(t, p.Address), s.total(), time.Now()
		time.Sleep(runs)
		polls, took := s.total()-before, time.Since(began)
		spent := commits(t, p.Address) - had
		rate[processes] = float64(polls) / took.Seconds()
		var cpu time.Duration
		for _, c := range all {
			cpu += c.end(t)
		}
		t.Logf("%d processes: %.1f polls/s, %.2f times one; %.2f transactions a poll; %.1f ms of their processor time a poll", processes, rate[processes], rate[processes]/rate[1],
			float64(spent)/float64(polls), cpu.Seconds()*1000/float64(s.total()))
		s.keptPromises(t)
	}
	if rate[3] < 2.7*rate[1] {
		t.Errorf("three processes poll %.2f times as much as one, want 2.7", rate[3]/rate[1])
	}
}

// commits is how many transactions were committed in the database.
func commits(t testing.TB, address string) (n int64) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	time.Sleep(1100 * time.Millisecond) // backends tell their counts once a second
	if err := pool.QueryRow(t.Context(), `SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// idle is Turns without a source: what River itself costs.
type idle struct {
	groups int
	turns  chan struct{}
}

func (i idle) Take([]monitor.Source) {}

func (i idle) Groups() (list []monitor.Group) {
	for g := range i.groups {
		list = append(list, monitor.Group{Name: fmt.Sprint("g", g)})
	}
	return list
}

func (i idle) Turn(context.Context, string) time.Time {
	i.turns <- struct{}{}
	return time.Now()
}

func (i idle) Overdue(context.Context) ([]string, error) { return nil, nil }

func (i idle) Ask(context.Context, string) (string, error) { return "", nil }

// TestRiversCost tells what River costs a poll, without the poll.
func TestRiversCost(t *testing.T) {
	if !full() {
		t.Skip("figures: EARSHOT_DRILL=full")
	}
	server := postgres(t)
	address := testkit.Database(t, server.URL)
	turns := idle{groups: 400, turns: make(chan struct{}, 1<<20)}
	e, err := Open(t.Context(), Options{Address: address, Turns: turns, Log: quiet(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Apply(t.Context(), make([]monitor.Source, 1)); err != nil {
		t.Fatal(err)
	}
	one := &engine{Engine: e}
	one.run()
	defer one.halt()
	testkit.Eventually(t, "turns", time.Minute, func() bool { return len(turns.turns) > 400 })
	spent, before, cpu, began := commits(t, address), len(turns.turns), testkit.Processor(t), time.Now()
	time.Sleep(10 * time.Second)
	n, took := len(turns.turns)-before, time.Since(began)
	cpu = testkit.Processor(t) - cpu
	t.Logf("%.0f empty turns a second with %d workers, %.2f transactions and %.2f ms of processor time a turn", float64(n)/took.Seconds(), defaultWorkers,
		float64(commits(t, address)-spent)/float64(n), cpu.Seconds()*1000/float64(n))
}

// testManySources tells what 100,000 sources on as many hosts cost: at the start, in
// memory, and each half minute.
func testManySources(t *testing.T, server string) {
	n := 500
	if full() {
		n = 100_000
	}
	address := testkit.Database(t, server)
	s := newSite(time.Millisecond, 0)
	sources := s.sources(n, 1, 24*time.Hour)
	e := shared(t, address, func(o *Options) { o.Workers = 1 })
	before := heap()
	began := time.Now()
	e.apply(t, sources...)
	named := time.Since(began)
	e.run()
	defer e.halt()
	r := e.Engine.(*Engine)
	began = time.Now()
	testkit.Eventually(t, "a job for each", 5*time.Minute, func() bool {
		there, err := r.present(t.Context())
		return err == nil && len(there) == n
	})
	inserted := time.Since(began)
	after := heap()
	time.Sleep(time.Second)
	began, cpu := time.Now(), testkit.Processor(t)
	if err := r.reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d sources: named in %s, jobs in %s, %.0f bytes of memory a source, a check in %s with %s of processor time (and PostgreSQL's)", n,
		named.Round(time.Millisecond), inserted.Round(time.Millisecond), float64(after-before)/float64(n), time.Since(began).Round(time.Millisecond), (testkit.Processor(t) - cpu).Round(time.Millisecond))
	if there, err := r.present(t.Context()); err != nil || len(there) != n {
		t.Errorf("%d jobs after a check, want %d: %v", len(there), n, err)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
