package river

import (
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// contract is what every engine keeps.
var contract = map[string]func(t *testing.T, e *engine){
	"rhythm and gap":      testRhythm,
	"poll now":            testPollNow,
	"asked during a poll": testAskedDuringAPoll,
	"added and removed":   testAddedAndRemoved,
	"a clean stop":        testCleanStop,
	"an empty list":       testEmptyList,
}

func TestInProcess(t *testing.T) {
	t.Parallel()
	for name, test := range contract {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, inProcess(t))
		})
	}
}

func TestShared(t *testing.T) {
	t.Parallel()
	server := postgres(t)
	t.Run("all", func(t *testing.T) { // ends before the server does
		for name, test := range contract {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, shared(t, testkit.Database(t, server.URL)))
			})
		}
		for name, test := range ofSeveral {
			t.Run(name, func(t *testing.T) {
				if name != "several engines" { // its processes need most of the server's connections
					t.Parallel()
				}
				test(t, server.URL)
			})
		}
	})
}

// ofSeveral is what engines on one database keep together.
var ofSeveral = map[string]func(t *testing.T, server string){
	"handed over":               testHandOver,
	"one has no sources":        testOneHasNone,
	"several engines":           testSeveralEngines,
	"many sources":              testManySources,
	"a long walk":               testLongWalk,
	"a group nobody knows":      testStranger,
	"tables of a newer version": testNewerTables,
	"tables of another program": testForeignTables,
	"three begin at once":       testBeginAtOnce,
	"tables take long to make":  testSlowTables,
	"a watchlist meanwhile":     testWatchlistMeanwhile,
	"a database that goes":      testDatabaseGoes,
	"a clock is wrong":          testClockIsWrong,
	"left behind":               testLeftBehind,
	"locks left behind":         testLocksLeftBehind,
	"death":                     testDeath,
	"nobody leads":              testNobodyLeads,
	"a standby":                 testStandby,
	"refused":                   testRefused,
	"stopped by itself":         testStoppedByItself,
}

func testRhythm(t *testing.T, e *engine) {
	const every = 2 * time.Second
	s := newSite(30*time.Millisecond, 100*time.Millisecond)
	sources := s.sources(6, 3, every)
	e.run()
	e.apply(t, sources...)
	testkit.Eventually(t, "each source is polled again and again", time.Minute, func() bool {
		for _, src := range sources {
			if s.count(src.Name) < 3 {
				return false
			}
		}
		return true
	})
	e.halt()
	s.keptPromises(t)
	s.keptRhythm(t, every, sources)
}

func testPollNow(t *testing.T, e *engine) {
	s := newSite(10*time.Millisecond, 100*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, s.sources(2, 2, time.Hour)...)
	testkit.Eventually(t, "the first polls", time.Minute, func() bool { return s.total() == 4 })
	time.Sleep(300 * time.Millisecond)
	e.PollNow(t.Context(), "nobody is called that")
	e.PollNow(t.Context(), "host1/1")
	testkit.Eventually(t, "the poll that was asked for", time.Minute, func() bool { return s.count("host1/1") == 2 })
	time.Sleep(time.Second)
	if n := s.total(); n != 5 {
		t.Errorf("%d polls, want the first 4 and the one that was asked for", n)
	}
	s.keptPromises(t)
}

// testAskedDuringAPoll: what the poll under way read may be older than the wish.
func testAskedDuringAPoll(t *testing.T, e *engine) {
	s := newSite(600*time.Millisecond, 100*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, s.source("host", "page", time.Hour))
	testkit.Eventually(t, "the first poll begins", time.Minute, func() bool { return s.count("page") == 1 })
	e.PollNow(t.Context(), "page")
	testkit.Eventually(t, "a second poll", time.Minute, func() bool { return s.count("page") == 2 })
	s.keptPromises(t)
}

func testAddedAndRemoved(t *testing.T, e *engine) {
	s := newSite(10*time.Millisecond, 50*time.Millisecond)
	a, b, c := s.source("a", "a", 300*time.Millisecond), s.source("a", "b", 300*time.Millisecond), s.source("c", "c", 300*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, a, c)
	testkit.Eventually(t, "a and c", time.Minute, func() bool { return s.count("a") > 1 && s.count("c") > 1 })
	e.apply(t, a, b)
	s.quiet(t, "c was removed", "c")
	gone, stays := s.count("c"), s.count("a")
	testkit.Eventually(t, "a and b", time.Minute, func() bool { return s.count("a") > stays+1 && s.count("b") > 1 })
	if n := s.count("c"); n != gone {
		t.Errorf("c was polled %d times after it was removed", n-gone)
	}
	var names []string
	for _, st := range e.monitor.Status() {
		names = append(names, st.Name)
	}
	if got := strings.Join(names, " "); got != "a b" {
		t.Errorf("status of %q, want a b", got)
	}
	s.keptPromises(t)
}

// testEmptyList: without sources nothing is polled, and with some again all is.
func testEmptyList(t *testing.T, e *engine) {
	s := newSite(10*time.Millisecond, 50*time.Millisecond)
	sources := s.sources(2, 2, 300*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t)
	e.apply(t, sources...)
	testkit.Eventually(t, "polls", time.Minute, func() bool { return s.total() > 6 })
	e.apply(t)
	s.quiet(t, "no sources")
	polls := s.total()
	e.apply(t, sources...)
	testkit.Eventually(t, "polls again", time.Minute, func() bool { return s.total() > polls+6 })
	s.keptPromises(t)
}

// testOneHasNone: an engine without sources takes no turn from the others, and its turn
// under way is theirs.
func testOneHasNone(t *testing.T, server string) {
	address := testkit.Database(t, server)
	one, other := shared(t, address), shared(t, address)
	s := newSite(10*time.Millisecond, 100*time.Millisecond)
	const every = 500 * time.Millisecond
	short, src := s.sources(4, 1, every), s.source("a", "page", time.Hour)
	long := src
	long.Crawler = page{site: s, host: "a", source: "page", takes: time.Minute}
	one.run()
	defer one.halt()
	one.apply(t, append(short, long)...)
	testkit.Eventually(t, "the first begins", time.Minute, func() bool { return s.count("page") == 1 })
	other.run()
	defer other.halt()
	other.apply(t, append(short, src)...)
	one.apply(t)
	testkit.Eventually(t, "the other has what was under way", time.Minute, func() bool { return s.count("page") == 2 })
	began := time.Now()
	testkit.Eventually(t, "the other polls them all", time.Minute, func() bool {
		for _, src := range short {
			if s.count(src.Name) < 6 {
				return false
			}
		}
		return true
	})
	if took := time.Since(began); took > 40*time.Second { // a job whose engine is gone is left for a minute
		t.Errorf("6 polls took %s", took)
	}
	s.keptPromises(t)
}

// testCleanStop: a poll under way ends with the engine, and is done again by the next.
func testCleanStop(t *testing.T, e *engine) {
	s := newSite(10*time.Millisecond, 300*time.Millisecond)
	long, short := s.source("a", "long", time.Hour), s.source("b", "short", time.Hour)
	long.Crawler = page{site: s, host: "a", source: "long", takes: time.Minute}
	e.run()
	e.apply(t, long, short)
	testkit.Eventually(t, "both", time.Minute, func() bool { return s.count("long") == 1 && s.count("short") == 1 })
	time.Sleep(100 * time.Millisecond)
	began := time.Now()
	e.halt()
	if took := time.Since(began); took > 30*time.Second { // the poll takes a minute
		t.Errorf("the stop took %s", took)
	}
	long.Crawler = page{site: s, host: "a", source: "long"}
	time.Sleep(s.gap) // a process that polls alone leaves what was before it to its start
	e.run()
	defer e.halt()
	e.apply(t, long, short)
	testkit.Eventually(t, "the interrupted poll", time.Minute, func() bool { return s.count("long") == 2 })
	s.keptPromises(t)
}

// testHandOver: what one engine began another does, after the gap.
func testHandOver(t *testing.T, server string) {
	address := testkit.Database(t, server)
	one, other := shared(t, address), shared(t, address)
	s := newSite(10*time.Millisecond, 500*time.Millisecond)
	src := s.source("a", "page", time.Hour)
	long := src
	long.Crawler = page{site: s, host: "a", source: "page", takes: time.Minute}
	one.run()
	one.apply(t, long)
	testkit.Eventually(t, "the first poll begins", time.Minute, func() bool { return s.count("page") == 1 })
	other.run()
	defer other.halt()
	other.apply(t, src)
	time.Sleep(300 * time.Millisecond)
	if n := s.count("page"); n != 1 {
		t.Fatalf("%d polls while one is under way", n)
	}
	one.halt()
	testkit.Eventually(t, "the other one's poll", time.Minute, func() bool { return s.count("page") == 2 })
	s.keptPromises(t)
}

// testStranger: the job of a group that nobody knows goes to others, and ends after an
// hour; then there may be another.
func testStranger(t *testing.T, server string) {
	address := testkit.Database(t, server)
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	e := shared(t, address, func(o *Options) { o.Now = now })
	s := newSite(time.Millisecond, 0)
	a, b := s.source("a", "a", time.Second), s.source("b", "b", 200*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, a, b)
	testkit.Eventually(t, "both", time.Minute, func() bool { return s.count("a") > 0 && s.count("b") > 0 })
	e.apply(t, a)
	state := func(group string) string {
		return text(t, address, `SELECT string_agg(state::text, ' ' ORDER BY id) FROM earshot_river.river_job WHERE args->>'group' = '`+group+`'`)
	}
	testkit.Eventually(t, "it waits for others", time.Minute, func() bool { return state("b") == "scheduled" })
	ahead.Store(int64(strangerEnds + time.Minute))
	ask(t, address, `UPDATE earshot_river.river_job SET state = 'available', scheduled_at = now() WHERE args->>'group' = 'b'`)
	testkit.Eventually(t, "it ends", time.Minute, func() bool { return state("b") == "cancelled" })
	polls := s.count("b")
	ahead.Store(0)
	e.apply(t, a, b)
	testkit.Eventually(t, "another job", time.Minute, func() bool { return s.count("b") > polls })
	if got := state("a"); strings.Contains(got, " ") {
		t.Errorf("jobs of the group that stayed: %s", got)
	}
}

// testDatabaseGoes: polls go on when the database is back, and what was read meanwhile is
// read again.
func testDatabaseGoes(t *testing.T, server string) {
	through, proxy := testkit.ProxyTo(t, testkit.Database(t, server))
	e := shared(t, through)
	s := newSite(10*time.Millisecond, 50*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, s.sources(3, 1, 500*time.Millisecond)...)
	testkit.Eventually(t, "polls", time.Minute, func() bool { return s.total() > 6 })
	proxy.SetDown(true)
	time.Sleep(2 * time.Second)
	proxy.SetDown(false)
	back := s.total()
	testkit.Eventually(t, "polls again", time.Minute, func() bool { return s.total() > back+6 })
	s.keptPromises(t)
}

// testClockIsWrong: by a clock that was set wrong and not measured since, every turn seems
// to be old when it begins. It is asked for, and polls go on.
func testClockIsWrong(t *testing.T, server string) {
	address := testkit.Database(t, server)
	e := shared(t, address, func(o *Options) { o.Now = func() time.Time { return time.Now().Add(-5 * time.Minute) } })
	s := newSite(10*time.Millisecond, 50*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, s.sources(2, 1, 300*time.Millisecond)...)
	testkit.Eventually(t, "polls", time.Minute, func() bool { return s.total() > 4 })
	s.keptPromises(t)
}

// testStandby: while the database takes no writes nothing is polled, because nobody could
// know of it; polls go on afterwards.
func testStandby(t *testing.T, server string) {
	address := testkit.Database(t, server)
	e := shared(t, address)
	s := newSite(10*time.Millisecond, 50*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, s.sources(3, 1, 500*time.Millisecond)...)
	testkit.Eventually(t, "polls", time.Minute, func() bool { return s.total() > 6 })
	become := func(readOnly string) {
		ask(t, server, `ALTER DATABASE `+nameOf(t, address)+` SET default_transaction_read_only = `+readOnly)
		ask(t, server, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '`+nameOf(t, address)+`'`)
	}
	become("on")
	s.quiet(t, "nobody can know of them")
	polls := s.total()
	become("off")
	testkit.Eventually(t, "polls again", time.Minute, func() bool { return s.total() > polls+6 })
	s.keptPromises(t)
}

// testRefused: a queue whose tables are gone while the database answers is told of for as long
// as that lasts, also by a process that begins meanwhile.
func testRefused(t *testing.T, server string) {
	address := testkit.Database(t, server)
	e, later := shared(t, address), shared(t, address)
	s := newSite(10*time.Millisecond, 50*time.Millisecond)
	sources := s.sources(2, 1, 300*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, sources...)
	testkit.Eventually(t, "polls", time.Minute, func() bool { return s.total() > 4 })
	trouble := func(of *engine) error { return of.Engine.(*Engine).Trouble() }
	if err := trouble(e); err != nil {
		t.Errorf("all is well: %v", err)
	}
	ask(t, address, `ALTER SCHEMA earshot_river RENAME TO aside`)
	later.run()
	defer later.halt()
	later.apply(t, sources...)
	for _, of := range []*engine{e, later} {
		testkit.Eventually(t, "told", time.Minute, func() bool { return trouble(of) != nil })
	}
	ask(t, address, `ALTER SCHEMA aside RENAME TO earshot_river`)
	for _, of := range []*engine{e, later} {
		testkit.Eventually(t, "over", time.Minute, func() bool { return trouble(of) == nil })
	}
	polls := s.total()
	testkit.Eventually(t, "polls again", time.Minute, func() bool { return s.total() > polls+4 })
	s.keptPromises(t)
	ask(t, address, `ALTER SCHEMA earshot_river RENAME TO aside`)
	testkit.Eventually(t, "told again", time.Minute, func() bool { return trouble(later) != nil })
	later.apply(t)
	testkit.Eventually(t, "nobody needs it", time.Minute, func() bool { return trouble(later) == nil })
}

// testStoppedByItself: River that stopped is started again.
func testStoppedByItself(t *testing.T, server string) {
	e := shared(t, testkit.Database(t, server))
	s := newSite(10*time.Millisecond, 50*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, s.sources(2, 1, 300*time.Millisecond)...)
	testkit.Eventually(t, "polls", time.Minute, func() bool { return s.total() > 4 })
	if err := e.Engine.(*Engine).client.Load().Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	polls := s.total()
	testkit.Eventually(t, "polls again", time.Minute, func() bool { return s.total() > polls+4 })
	s.keptPromises(t)
}

func nameOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(u.Path, "/")
}
