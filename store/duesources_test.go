package store

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// testDues: a poll stores when the next one is due, and never undoes that somebody asked
// for one meanwhile.
func testDues(t *testing.T, open opener) {
	s := open(t)
	mustDo(t, s.NameSources(background, []mention.SourceState{{Key: "a", Name: "forum"}, {Key: "b", Name: "reviews"}}))
	due := func(key string) mention.SourceDue {
		t.Helper()
		list, err := s.Dues(background, []string{key, "nobody"})
		if err != nil || len(list) != 1 {
			t.Fatalf("due of %s: %+v %v", key, list, err)
		}
		return list[0]
	}
	want(t, "a source that was never polled", due("a"), mention.SourceDue{Key: "a"})
	next := mention.SourceDue{Key: "a", At: t0.Add(time.Hour), For: "p s 1h", Rest: t0.Add(2 * time.Minute), Threads: t0.Add(time.Minute)}
	mustDo(t, s.SaveDue(background, due("a"), next))
	// A rest is told by the database's clock, where there is one, and not to the second.
	same := func(what string, got, wanted mention.SourceDue) {
		t.Helper()
		if off := got.Rest.Sub(wanted.Rest); s.Shared() && off.Abs() < 30*time.Second {
			got.Rest = wanted.Rest
		}
		want(t, what, got, wanted)
	}
	same("stored", due("a"), next)
	mustDo(t, s.SaveSource(background, mention.SourceState{Key: "a", Name: "forum", Cursor: "c"}))
	same("after its state was stored alone", due("a"), next)

	// Somebody asks while it is polled: the poll's own time does not undo that.
	was := due("a")
	mustDo(t, s.DueNow(background, "a"))
	asked := due("a")
	want(t, "asked for", asked.At.Before(time.Unix(0, 0)), true)
	want(t, "the list of what was asked for", strings.Join(must(s.Asked(background))(t), " "), "a")
	later := next
	later.At, later.Rest = t0.Add(2*time.Hour), t0.Add(4*time.Minute)
	mustDo(t, s.SavePolled(background, mention.SourceState{Key: "a", Name: "forum", Cursor: "c2", Baselined: true}, was, later))
	later.At = asked.At
	same("after the poll that began before", due("a"), later)
	mustDo(t, s.DueNow(background, "a"))
	want(t, "asked for once more", due("a").At.Before(asked.At), true)
	mustDo(t, s.SavePolled(background, mention.SourceState{Key: "a", Name: "forum", Cursor: "c3"}, due("a"), next))
	same("after the poll that answers it", due("a"), next)
	st := must(s.Source(background, "a"))(t)
	want(t, "cursor of the polls", st.Cursor, "c3")
	want(t, "baselined by the polls", st.Baselined, true)
	want(t, "due, as its state says", st.Due, next.At)
	for _, st := range must(s.Sources(background))(t) {
		want(t, "due, in the list", st.Due, due(st.Key).At)
	}
	want(t, "nothing is asked for", len(must(s.Asked(background))(t)), 0)

	mustDo(t, s.DueNow(background, "nobody"))
	mustDo(t, s.SavePolled(background, mention.SourceState{Key: "c", Name: "new"}, mention.SourceDue{}, mention.SourceDue{Key: "c", At: t0}))
	want(t, "a source that had no row", due("c").At, t0)
}

// testRest: a site rests as long for every process, whatever their clocks say and however
// they were set since.
func testRest(t *testing.T, open opener) {
	s := open(t)
	if !s.Shared() {
		return // alone with its clock
	}
	mustDo(t, s.NameSources(background, []mention.SourceState{{Key: "a", Name: "forum"}}))
	var at time.Time
	clock := func() time.Time { return at }
	other := openAt(t, Options{Database: addressOf(s), Now: clock})
	s.now = clock
	left := func(of *Store) time.Duration {
		t.Helper()
		list, err := of.Dues(background, []string{"a"})
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if list[0].Rest.IsZero() {
			return 0
		}
		return list[0].Rest.Sub(at)
	}
	for _, off := range []time.Duration{-time.Hour, 0, time.Hour} {
		at = t0
		mustDo(t, s.SaveDue(background, mention.SourceDue{}, mention.SourceDue{Key: "a", Rest: at.Add(2 * time.Minute)}))
		at = t0.Add(off)
		if rest := left(other); rest > 2*time.Minute || rest < time.Minute {
			t.Errorf("by a clock that is off by %s the site rests for %s, want two minutes", off, rest)
		}
	}
	mustDo(t, s.SaveDue(background, mention.SourceDue{}, mention.SourceDue{Key: "a", Rest: at.Add(-time.Second)}))
	if rest := left(other); rest > 0 {
		t.Errorf("a site whose rest is over rests for %s", rest)
	}
}
