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
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.NameSources(background, []mention.SourceState{{Key: "a", Name: "forum"}, {Key: "b", Name: "reviews"}}); err != nil {
		t.Fatal(err)
	}
	due := func(key string) mention.SourceDue {
		t.Helper()
		list, err := s.Dues(background, []string{key, "nobody"})
		if err != nil || len(list) != 1 {
			t.Fatalf("due of %s: %+v %v", key, list, err)
		}
		return list[0]
	}
	want(t, "a source that was never polled", due("a"), mention.SourceDue{Key: "a"})
	next := mention.SourceDue{Key: "a", At: t0.Add(time.Hour), For: "p s 1h", Rest: t0.Add(time.Second), Threads: t0.Add(time.Minute)}
	ok(s.SaveDue(background, due("a"), next))
	want(t, "stored", due("a"), next)
	ok(s.SaveSource(background, mention.SourceState{Key: "a", Name: "forum", Cursor: "c"}))
	want(t, "after its state was stored alone", due("a"), next)

	// Somebody asks while it is polled: the poll's own time does not undo that.
	was := due("a")
	ok(s.DueNow(background, "a"))
	asked := due("a")
	want(t, "asked for", asked.At.Before(time.Unix(0, 0)), true)
	want(t, "the list of what was asked for", strings.Join(must(s.Asked(background))(t), " "), "a")
	later := next
	later.At, later.Rest = t0.Add(2*time.Hour), t0.Add(3*time.Second)
	ok(s.SavePolled(background, mention.SourceState{Key: "a", Name: "forum", Cursor: "c2", Baselined: true}, was, later))
	later.At = asked.At
	want(t, "after the poll that began before", due("a"), later)
	ok(s.DueNow(background, "a"))
	want(t, "asked for once more", due("a").At.Before(asked.At), true)
	ok(s.SavePolled(background, mention.SourceState{Key: "a", Name: "forum", Cursor: "c3"}, due("a"), next))
	want(t, "after the poll that answers it", due("a"), next)
	st := must(s.Source(background, "a"))(t)
	want(t, "cursor of the polls", st.Cursor, "c3")
	want(t, "baselined by the polls", st.Baselined, true)
	want(t, "due, as its state says", st.Due, next.At)
	for _, st := range must(s.Sources(background))(t) {
		want(t, "due, in the list", st.Due, due(st.Key).At)
	}
	want(t, "nothing is asked for", len(must(s.Asked(background))(t)), 0)

	ok(s.DueNow(background, "nobody"))
	ok(s.SavePolled(background, mention.SourceState{Key: "c", Name: "new"}, mention.SourceDue{}, mention.SourceDue{Key: "c", At: t0}))
	want(t, "a source that had no row", due("c").At, t0)
}
