package store

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// testPreferences: what a person chose is there, the last choice counts, a choice of nothing
// is forgotten, and who is gone leaves nothing.
func testPreferences(t *testing.T, open opener) {
	s := open(t)
	ira := mention.Preference{PersonID: "slack:ira", Lang: "uk", Zone: "Europe/Kyiv", At: t0}
	want(t, "nothing chosen", must(s.Preference(background, ira.PersonID))(t), mention.Preference{PersonID: ira.PersonID})
	mustDo(t, s.SetPreference(background, ira))
	want(t, "chosen", must(s.Preference(background, ira.PersonID))(t), ira)
	ira.Lang, ira.At = "bg", t0.Add(time.Hour)
	oleh := mention.Preference{PersonID: "slack:oleh", Zone: "UTC", At: t0}
	for _, p := range []mention.Preference{ira, oleh} {
		mustDo(t, s.SetPreference(background, p))
	}
	want(t, "chosen again", must(s.Preference(background, ira.PersonID))(t), ira)

	for n, way := range []string{"slack", "link", "once"} {
		mustDo(t, s.AddSession(background, mention.Session{Hash: [32]byte{byte(n)}, Way: way, Person: person("ira"), MadeAt: t0, SeenAt: t0.Add(time.Duration(n) * time.Minute)}))
	}
	var ways []string
	for _, a := range must(s.SessionsOf(background, ira.PersonID))(t) {
		ways = append(ways, a.Way)
	}
	want(t, "sessions", fmt.Sprint(ways), "[once slack]")
	want(t, "of nobody", len(must(s.SessionsOf(background, "slack:nobody"))(t)), 0)

	must(s.Prune(background, Retention{Mentions: t0.Add(2 * time.Hour)}))(t)
	want(t, "signed in still", must(s.Preference(background, ira.PersonID))(t), ira)
	want(t, "gone", must(s.Preference(background, oleh.PersonID))(t), mention.Preference{PersonID: oleh.PersonID})
	mustDo(t, s.SetPreference(background, mention.Preference{PersonID: ira.PersonID, At: t0}))
	want(t, "taken back", must(s.Preference(background, ira.PersonID))(t), mention.Preference{PersonID: ira.PersonID})
}

// testSessions: what is signed in is found by its hash, seen, and ended alone or with all
// others of the person.
func testSessions(t *testing.T, open opener) {
	s := open(t)
	ira := mention.Person{ID: "slack:U0000IRA", Name: "Ira \x00Ірина"}
	add := func(n byte, who mention.Person, at time.Time) mention.Session {
		t.Helper()
		a := mention.Session{Hash: [32]byte{n, 255, 0}, Way: "slack", Person: who, Email: "ira@romashka.example", MadeAt: at, SeenAt: at}
		mustDo(t, s.AddSession(background, a))
		return a
	}
	first := add(1, ira, t0)
	add(2, ira, t0.Add(time.Hour))
	add(3, mention.Person{ID: "slack:U000OLEH", Name: "Oleh"}, t0)
	got := must(s.Session(background, first.Hash))(t)
	first.Person.Name = clean(first.Person.Name)
	want(t, "session", got, first)
	if _, err := s.Session(background, [32]byte{1}); !errors.Is(err, ErrNotFound) {
		t.Errorf("another hash: %v", err)
	}
	if err := s.AddSession(background, first); err == nil {
		t.Error("one hash is two sessions")
	}
	for _, at := range []time.Time{t0.Add(2 * time.Hour), t0.Add(time.Hour)} { // the later one counts
		mustDo(t, s.SeeSession(background, first.Hash, at))
	}
	want(t, "seen", must(s.Session(background, first.Hash))(t).SeenAt, t0.Add(2*time.Hour))
	want(t, "pruned", must(s.PruneSessions(background, t0.Add(90*time.Minute), t0.Add(-time.Hour)))(t), 2) // Ira's second, and Oleh's
	want(t, "too old", must(s.PruneSessions(background, t0, t0.Add(time.Minute)))(t), 1)

	add(1, ira, t0)
	add(2, ira, t0)
	add(3, mention.Person{ID: "slack:U000OLEH", Name: "Oleh"}, t0)
	want(t, "ended", must(s.EndSessions(background, ira.ID))(t), 2)
	want(t, "the other's", must(s.Session(background, [32]byte{3, 255, 0}))(t).Person.Name, "Oleh")
}

// testSessionIsTakenOnce: a link is used by one of those who open it at once.
func testSessionIsTakenOnce(t *testing.T, open opener) {
	s := open(t)
	link := mention.Session{Hash: [32]byte{7}, Way: "link", Person: mention.Person{ID: "cli:root", Name: "root"}, MadeAt: t0, SeenAt: t0}
	mustDo(t, s.AddSession(background, link))
	var taken atomic.Int64
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			got, err := s.TakeSession(background, link.Hash)
			switch {
			case err == nil && got == link:
				taken.Add(1)
			case !errors.Is(err, ErrNotFound):
				t.Errorf("taken: %+v, %v", got, err)
			}
		})
	}
	all.Wait()
	want(t, "taken", taken.Load(), 1)
}
