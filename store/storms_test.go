package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// testStorms: the messages of storms in their order, and the complaints of one.
func testStorms(t *testing.T, open opener) {
	s := open(t)
	alert := func(id string, kind mention.AlertKind, at time.Time) mention.Alert {
		a := notice(id, mention.Critical, at)
		a.Kind = kind
		return a
	}
	enqueue(t, s, alert("second", mention.Burst, t0.Add(time.Minute)), alert("first", mention.Burst, t0), alert("old", mention.Burst, t0.Add(-time.Hour)), alert("no storm", mention.Notice, t0))
	want(t, "storms", ids(must(s.Storms(background, t0))(t)), "first second")

	in := intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka"), heard(post(3), "Chamomile"))
	ingest(t, s, in)
	cases := func(from, gathered, to time.Time) string {
		out := ""
		for _, c := range must(s.StormCases(background, "Romashka", from, gathered, to))(t) {
			out += fmt.Sprint(c.Status, " ")
			if !c.HeardAt.Equal(in.At) || c.ID == "" {
				t.Errorf("complaint %+v, heard at %s", c, in.At)
			}
		}
		return out
	}
	at := in.At
	want(t, "those of the watch", cases(at, at, at.Add(time.Second)), "open open ")
	want(t, "heard before", cases(at.Add(time.Second), at, at.Add(2*time.Second)), "")
	want(t, "heard later", cases(at.Add(-time.Second), at, at), "")
	want(t, "after the storm was known, on their own", cases(at, at.Add(-time.Second), at.Add(time.Second)), "")
}
