package store

import (
	"errors"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// testSourcePauses: one pause a place, which ends by itself or before its time.
func testSourcePauses(t *testing.T, open opener) {
	s := open(t)
	p := mention.SourcePause{Place: "p1", Source: "forum", By: mention.Person{ID: "slack:U0000IRA", Name: "Ira"}, At: t0, Until: t0.Add(time.Hour)}
	for range 2 {
		mustDo(t, s.PauseSource(background, p))
	}
	standing := must(s.SourcePauses(background, t0))(t)
	want(t, "standing", len(standing), 1)
	want(t, "the pause", standing[0], p)
	want(t, "over", len(must(s.SourcePauses(background, p.Until))(t)), 0)
	if err := s.ResumeSource(background, "p1", p.Until); !errors.Is(err, ErrNotFound) {
		t.Errorf("resumed after its end: %v", err)
	}
	mustDo(t, s.ResumeSource(background, "p1", t0))
	if err := s.ResumeSource(background, "p1", t0); !errors.Is(err, ErrNotFound) {
		t.Errorf("resumed twice: %v", err)
	}
	mustDo(t, s.PauseSource(background, p))
	must(s.Prune(background, Retention{Mentions: p.Until.Add(time.Minute)}))(t)
	want(t, "kept for good", len(must(s.SourcePauses(background, time.Time{}))(t)), 0)
}
