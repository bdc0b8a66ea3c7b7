package daemon

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// storedStates is a database that holds these states.
type storedStates []mention.SourceState

func (s storedStates) Sources(context.Context) ([]mention.SourceState, error) { return s, nil }

// TestNextPollOfOthers: where replicas share the work, the next poll of a source is shown
// whichever of them polls it, and at once where somebody asked for it.
func TestNextPollOfOthers(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	last, next := now.Add(-time.Minute), now.Add(4*time.Minute)
	stored := func(name string, due time.Time) mention.SourceState {
		return mention.SourceState{Key: name, Name: name, LastPoll: last, Failures: 3, LastError: "answer 500", Every: time.Minute, Due: due}
	}
	s := &states{shared: true, now: func() time.Time { return now },
		names: func() []string { return []string{"asked", "elsewhere", "failing", "mine", "new", "same"} },
		db:    storedStates{stored("asked", time.UnixMicro(-1)), stored("elsewhere", next), stored("failing", time.Time{}), stored("mine", next), {Key: "new", Name: "new", Due: next}, stored("same", next)},
		own: func() []monitor.SourceStatus {
			return []monitor.SourceStatus{{Name: "elsewhere", LastPoll: last.Add(-time.Hour), Next: now.Add(-50 * time.Minute)}, {Name: "mine", LastPoll: last, Next: now.Add(time.Minute)}, {Name: "new"}, {Name: "same", LastPoll: last}}
		}}
	want := map[string]time.Time{"asked": time.UnixMicro(-1), "elsewhere": next, "failing": {}, "mine": now.Add(time.Minute), "new": next, "same": next}
	for _, row := range s.all() {
		if !row.Next.Equal(want[row.Name]) {
			t.Errorf("%s: next poll %s, want %s", row.Name, row.Next, want[row.Name])
		}
		delete(want, row.Name)
	}
	if len(want) > 0 {
		t.Errorf("left out: %v", want)
	}
}

// awayStates is a database that does not answer, and counts who waits for it.
type awayStates struct{ asked int }

func (s *awayStates) Sources(context.Context) ([]mention.SourceState, error) {
	s.asked++
	return nil, errSilent
}

// TestStatesAreAskedOnce: a database that stands still is waited for at each question, so whoever looks
// at the sources waits once.
func TestStatesAreAskedOnce(t *testing.T) {
	d := open(t, strings.Replace(quietWatchlist, "DIR", t.TempDir(), 1))
	db := &awayStates{}
	d.states.shared, d.states.db = true, db
	for what, look := range map[string]func(){
		"/healthz":            func() { healthOf(t, d) },
		"/earshot status":     func() { sourcesAsked{d}.Stand(d.staffLang()) },
		"the page of sources": func() { d.webSources() },
	} {
		db.asked = 0
		if look(); db.asked != 1 {
			t.Errorf("%s waits %d times", what, db.asked)
		}
	}
}
