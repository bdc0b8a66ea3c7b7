package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// testLease: of any number that ask for a lease at once one gets it, keeps it by renewing,
// and another has it when it is given up. A SQLite file has one daemon, who holds all.
func testLease(t *testing.T, open opener) {
	s := open(t)
	if !s.Shared() {
		for _, holder := range []string{"a", "b"} {
			if held, err := s.Lease(background, "deliver", holder, time.Second); !held || err != nil {
				t.Errorf("%s: %v, %v", holder, held, err)
			}
		}
		return
	}
	other := openAt(t, Options{Database: addressOf(s)})
	other.now = func() time.Time { return t0.Add(5 * time.Hour) } // whose clock is wrong
	var got atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			held, err := []*Store{s, other}[i%2].Lease(background, "deliver", fmt.Sprint(i), time.Minute)
			if err != nil {
				t.Error(err)
			}
			if held {
				got.Add(1)
			}
		})
	}
	all.Wait()
	want(t, "holders", got.Load(), 1)

	lease := func(s *Store, name, holder string, wanted bool) {
		t.Helper()
		held, err := s.Lease(background, name, holder, time.Minute)
		if err != nil || held != wanted {
			t.Errorf("%s for %s: %v, %v, want %v", name, holder, held, err, wanted)
		}
	}
	lease(s, "other", "a", true)
	lease(s, "other", "a", true)
	lease(other, "other", "b", false)
	if err := other.EndLease(background, "other", "b"); err != nil { // not b's to end
		t.Error(err)
	}
	lease(other, "other", "b", false)
	if err := s.EndLease(background, "other", "a"); err != nil {
		t.Error(err)
	}
	lease(other, "other", "b", true)
	lease(s, "other", "a", false)
}

// testLeaseEnds: a lease that nobody renews is the next one's, and not a moment sooner,
// by the database's clock.
func testLeaseEnds(t *testing.T, open opener) {
	s := open(t)
	if !s.Shared() {
		return
	}
	const ttl = 300 * time.Millisecond
	began := time.Now() // before: the lease runs from somewhere in the call
	if held, err := s.Lease(background, "deliver", "a", ttl); !held || err != nil {
		t.Fatal(held, err)
	}
	for {
		held, err := s.Lease(background, "deliver", "b", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if held {
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatal("the lease never ends")
		}
	}
	if took := time.Since(began); took < ttl-50*time.Millisecond {
		t.Errorf("taken over after %s, want %s", took, ttl)
	}
	if held, err := s.Lease(background, "deliver", "a", ttl); held || err != nil {
		t.Errorf("renewed by the one before: %v, %v", held, err)
	}
}

// TestReplicas: each replica sees all that said lately that they are there, by which
// watchlist they work, and who delivers.
func TestReplicas(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	server := testkit.Postgres(t)
	s := openAt(t, Options{Database: testkit.Database(t, server.URL)})
	attend := func(r Replica) string {
		t.Helper()
		mustDo(t, s.Attend(background, r))
		all, err := s.Replicas(background, "deliver")
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, r := range all {
			words = append(words, fmt.Sprintf("%s:%d:%v:%v", r.ID, r.Turn, r.Delivers, r.Trouble["redis"]))
		}
		return strings.Join(words, " ")
	}
	announce := func(digest string, wanted bool) {
		t.Helper()
		turn, err := s.Announce(background, digest, wanted)
		if err != nil || turn == 0 {
			t.Error(turn, err)
		}
	}
	announce("old", false)
	a := Replica{ID: "a", Host: "db\x001", Version: "1", Watchlist: "old", Started: t0}
	want(t, "one", attend(a), "a:1:false:")
	if held, err := s.Lease(background, "deliver", "a", time.Minute); !held || err != nil {
		t.Fatal(held, err)
	}
	announce("new", false)
	b := Replica{ID: "b", Watchlist: "new", Started: t0.Add(time.Minute), Trouble: map[string]string{"redis": "away"}}
	want(t, "two", attend(b), "a:1:true: b:2:false:away")
	announce("old", false) // a starts again with the old file
	want(t, "an old file stays old", attend(a), "a:1:true: b:2:false:away")
	announce("old", true) // b is given the old file on purpose
	b.Watchlist = "old"
	want(t, "it is the newest now", attend(b), "a:3:true: b:3:false:away")
	announce("old", true)
	want(t, "once is enough", attend(b), "a:3:true: b:3:false:away")
	mustDo(t, s.Leave(background, "a"))
	want(t, "a left", attend(b), "b:3:false:away")
	must(s.exec(background, "test", `UPDATE replicas SET seen_at = seen_at - 31000000`))(t)
	want(t, "b is silent", attend(a), "a:3:true:")

	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() { announce(fmt.Sprint("file ", i), false) })
	}
	all.Wait()
	var turns, most int
	mustDo(t, s.read.QueryRowContext(background, `SELECT COUNT(DISTINCT turn), MAX(turn) FROM watchlists`).Scan(&turns, &most))
	want(t, "each has a turn of its own", turns, 22)
	want(t, "the last", most, 23)
}

// TestWake: a process hears what another says, at once, and notices when its connection is
// lost.
func TestWake(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	server := testkit.Postgres(t)
	through, proxy := testkit.ProxyTo(t, server.URL)
	a := openAt(t, Options{Database: server.URL})
	b := openAt(t, Options{Database: through})
	heard, ended := make(chan string, 100), make(chan error, 1)
	go func() { ended <- b.Heard(background, func(word string) { heard <- word }) }()
	for word := ""; word != "outbox"; { // until it listens
		mustDo(t, a.WakeOthers(background, "outbox"))
		select {
		case word = <-heard:
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(50 * time.Millisecond):
		}
	}
	proxy.Cut()
	select {
	case err := <-ended:
		wantError(t, "cut", err, "the connection was lost")
	case <-time.After(time.Minute):
		t.Fatal("a lost connection is not noticed")
	}
	ctx, cancel := context.WithCancel(background)
	cancel()
	if err := b.Heard(ctx, func(string) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}

// testOlderReader: a program that does not know the newest schema works on, where that
// schema says that it may, and is refused where it does not.
func testOlderReader(t *testing.T, open opener) {
	s := open(t)
	for _, c := range []struct {
		version, reader int
		want            string
	}{{98, firstReader, ""}, {99, 98, "upgrade earshot"}} {
		must(s.exec(background, "test", `INSERT INTO schema_versions (version, applied_at, min_reader) VALUES ($1, 0, $2)`, c.version, c.reader))(t)
		r, err := Open(context.Background(), Options{Database: addressOf(s), ReadOnly: true})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("schema %d for readers of %d: %v, want %q", c.version, c.reader, err, c.want)
		}
		if err == nil {
			_ = r.Close()
		}
	}
}
