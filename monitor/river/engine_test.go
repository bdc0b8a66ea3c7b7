package river

import (
	"context"
	"strings"
	"testing"
	"time"
)

// contract is what every engine keeps.
var contract = map[string]func(t *testing.T, e *engine){
	"rhythm and gap":      testRhythm,
	"poll now":            testPollNow,
	"asked during a poll": testAskedDuringAPoll,
	"added and removed":   testAddedAndRemoved,
	"a clean stop":        testCleanStop,
}

func TestInProcess(t *testing.T) {
	for name, test := range contract {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, inProcess(t))
		})
	}
}

func TestShared(t *testing.T) {
	server := postgres(t)
	t.Run("contract", func(t *testing.T) { // ends before the server does
		for name, test := range contract {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, shared(t, database(t, server.URL)))
			})
		}
	})
}

func testRhythm(t *testing.T, e *engine) {
	const every, runs = 1500 * time.Millisecond, 7 * time.Second
	s := newSite(30*time.Millisecond, 200*time.Millisecond)
	sources := s.sources(6, 3, every)
	e.run()
	e.apply(t, sources...)
	time.Sleep(runs)
	e.halt()
	s.keptPromises(t)
	for _, src := range sources {
		// Polls come a little late, never early: the rhythm's jitter is a tenth.
		if n := s.count(src.Name); n < 2 || n > 6 {
			t.Errorf("%s was polled %d times in %s, want about %d", src.Name, n, runs, runs/every)
		}
		if gaps := s.gaps(src.Name); len(gaps) > 0 && gaps[0] < every*9/10-50*time.Millisecond {
			t.Errorf("%s was polled again after %s, want %s", src.Name, gaps[0], every)
		}
	}
}

func testPollNow(t *testing.T, e *engine) {
	s := newSite(10*time.Millisecond, 100*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, s.sources(2, 2, time.Hour)...)
	eventually(t, "the first polls", 10*time.Second, func() bool { return s.total() == 4 })
	time.Sleep(300 * time.Millisecond)
	e.PollNow(t.Context(), "nobody is called that")
	e.PollNow(t.Context(), "host1/1")
	eventually(t, "the poll that was asked for", 4*time.Second, func() bool { return s.count("host1/1") == 2 })
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
	eventually(t, "the first poll begins", 10*time.Second, func() bool { return s.count("page") == 1 })
	e.PollNow(t.Context(), "page")
	eventually(t, "a second poll", 5*time.Second, func() bool { return s.count("page") == 2 })
	s.keptPromises(t)
}

func testAddedAndRemoved(t *testing.T, e *engine) {
	s := newSite(10*time.Millisecond, 50*time.Millisecond)
	a, b, c := s.source("a", "a", 300*time.Millisecond), s.source("a", "b", 300*time.Millisecond), s.source("c", "c", 300*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, a, c)
	eventually(t, "a and c", 10*time.Second, func() bool { return s.count("a") > 1 && s.count("c") > 1 })
	e.apply(t, a, b)
	time.Sleep(200 * time.Millisecond) // for what is under way
	gone, stays := s.count("c"), s.count("a")
	eventually(t, "a and b", 10*time.Second, func() bool { return s.count("a") > stays+1 && s.count("b") > 1 })
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

// testCleanStop: a poll under way ends with the engine, and is done again by the next.
func testCleanStop(t *testing.T, e *engine) {
	s := newSite(10*time.Millisecond, 300*time.Millisecond)
	long, short := s.source("a", "long", time.Hour), s.source("b", "short", time.Hour)
	long.Crawler = page{site: s, host: "a", source: "long", takes: time.Minute}
	e.run()
	e.apply(t, long, short)
	eventually(t, "both", 10*time.Second, func() bool { return s.count("long") == 1 && s.count("short") == 1 })
	time.Sleep(100 * time.Millisecond)
	began := time.Now()
	e.halt()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the stop took %s", took)
	}
	long.Crawler = page{site: s, host: "a", source: "long"}
	time.Sleep(s.gap) // a process that polls alone leaves what was before it to its start
	e.run()
	defer e.halt()
	e.apply(t, long, short)
	eventually(t, "the interrupted poll", 5*time.Second, func() bool { return s.count("long") == 2 })
	s.keptPromises(t)
}

// TestHandOver: what one engine began another does, after the gap, however the first ended.
func TestHandOver(t *testing.T) {
	server := postgres(t)
	t.Run("clean", func(t *testing.T) {
		address := database(t, server.URL)
		one, other := shared(t, address), shared(t, address)
		s := newSite(10*time.Millisecond, 500*time.Millisecond)
		src := s.source("a", "page", time.Hour)
		long := src
		long.Crawler = page{site: s, host: "a", source: "page", takes: time.Minute}
		one.run()
		one.apply(t, long)
		eventually(t, "the first poll begins", 10*time.Second, func() bool { return s.count("page") == 1 })
		other.run()
		defer other.halt()
		other.apply(t, src)
		time.Sleep(300 * time.Millisecond)
		if n := s.count("page"); n != 1 {
			t.Fatalf("%d polls while one is under way", n)
		}
		one.halt()
		eventually(t, "the other one's poll", 5*time.Second, func() bool { return s.count("page") == 2 })
		s.keptPromises(t)
	})
}

// child is another process's engine; see the drills.
func child(address string) { _, _ = address, context.Background() }
