package river

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/testkit"
)

// testLongWalk: a poll that takes longer than a turn may be silent is nobody else's.
func testLongWalk(t *testing.T, server string) {
	address := testkit.Database(t, server)
	one, other := shared(t, address), shared(t, address)
	s := newSite(0, 100*time.Millisecond)
	src := s.source("a", "walk", time.Hour)
	src.Crawler = page{site: s, host: "a", source: "walk", takes: time.Hour} // until it is stopped
	one.run()
	defer one.halt()
	one.apply(t, src)
	testkit.Eventually(t, "the walk begins", time.Minute, func() bool { return s.count("walk") == 1 })
	const since = `SELECT (EXTRACT(EPOCH FROM attempted_at) * 1000)::bigint FROM earshot_river.river_job WHERE state = 'running'`
	begun := number(t, address, since)
	other.run()
	defer other.halt()
	other.apply(t, src)
	testkit.Eventually(t, "a sign of life", time.Minute, func() bool { return number(t, address, since) > begun })
	if full() {
		time.Sleep(2*deadAfter + 30*time.Second)
		const age = `SELECT EXTRACT(EPOCH FROM now() - attempted_at)::bigint FROM earshot_river.river_job WHERE state = 'running'`
		if old := number(t, address, age); old >= int64(deadAfter/time.Second) {
			t.Errorf("the job looks %d s old; later it would be put back", old)
		}
	}
	if n := s.count("walk"); n != 1 {
		t.Errorf("the walk was begun %d times", n)
	}
}

// testLeftBehind: the turn of a process that says nothing any more is put back under
// another job. When it goes on after all, what it says of the old job does not give the
// group to a third.
func testLeftBehind(t *testing.T, server string) {
	address := testkit.Database(t, server)
	through, way := testkit.ProxyTo(t, address)
	s := newSite(10*time.Millisecond, 100*time.Millisecond)
	goes := make(chan struct{})
	src := s.source("a", "page", time.Hour)
	src.Crawler = unhearing{goes}
	one, other := shared(t, through), shared(t, address)
	one.run()
	one.apply(t, src)
	testkit.Eventually(t, "the first begins", time.Minute, func() bool { return number(t, address, jobsRunning) == 1 })
	way.SetDown(true) // and it stands still: its turn sees no end of its context
	was := number(t, address, `SELECT id FROM earshot_river.river_job`)
	ask(t, address, `UPDATE earshot_river.river_job SET attempted_at = now() - interval '11 s'`)

	src.Crawler = page{site: s, host: "a", source: "page", takes: time.Minute}
	other.run()
	defer other.halt()
	other.apply(t, src)
	testkit.Eventually(t, "another has it", time.Minute, func() bool { return s.count("page") == 1 })
	if is := number(t, address, `SELECT id FROM earshot_river.river_job`); is == was {
		t.Error("the turn goes on under the job that the first may still close")
	}
	way.SetDown(false)
	close(goes)
	one.halt() // it has told what became of its turn
	if n := number(t, address, jobsRunning); n != 1 {
		t.Errorf("%d turns under way after the first one's end, want that of the other", n)
	}
}

// testLocksLeftBehind: a process stands still in the middle of inserting its jobs. What it
// has locked, others wait for no longer than for its polls.
func testLocksLeftBehind(t *testing.T, server string) {
	address := testkit.Database(t, server)
	s := newSite(10*time.Millisecond, 100*time.Millisecond)
	src := s.source("a", "page", time.Hour)
	one, other := shared(t, address), shared(t, address)
	queue := one.Engine.(*Engine)
	client, err := queue.newClient()
	if err != nil {
		t.Fatal(err)
	}
	tx, err := queue.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if _, err := client.InsertTx(t.Context(), tx, pollArgs{"a"}, nil); err != nil {
		t.Fatal(err)
	}
	other.run()
	defer other.halt()
	other.apply(t, src)
	testkit.Eventually(t, "another polls the group", deadAfter+20*time.Second, func() bool { return s.count("page") == 1 })
}

const jobsRunning = `SELECT COUNT(*) FROM earshot_river.river_job WHERE state = 'running'`

// unhearing is a crawler that hears of no end, as a process that stands still.
type unhearing struct{ goes chan struct{} }

// Poll implements crawlers.Crawler.
func (c unhearing) Poll(ctx context.Context, _ crawlers.Cursor) (crawlers.Batch, error) {
	<-c.goes
	return crawlers.Batch{}, ctx.Err()
}

// TestMine: a turn may ask its sites while the last sign of life is young, by the clock.
func TestMine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends, cancel := context.WithCancelCause(t.Context())
		c := &claim{said: time.Now(), timer: time.NewTimer(time.Hour), cancel: cancel}
		ctx := context.WithValue(ends, claimKey{}, c)
		may := func(what string, want bool) {
			t.Helper()
			if err := Mine(ctx); (err == nil) != want {
				t.Errorf("%s: %v", what, err)
			}
		}
		time.Sleep(signOfLife - time.Second)
		may("in time", true)
		c.heard(time.Now())
		time.Sleep(signOfLife - time.Second)
		may("heard again", true)
		time.Sleep(time.Second)
		if may("too late", false); ctx.Err() == nil {
			t.Error("it goes on all the same")
		}
		c.timer.Stop()
		c.heard(time.Now())
		may("heard after its end", false)
		ctx = t.Context()
		may("no turn", true)
	})
}
