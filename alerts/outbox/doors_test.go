package outbox_test

import (
	"slices"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// TestToldAlready: what people have seen by one way is not told by another: a door tells
// nothing that its own channel shows by now, and nothing that it told instead of another
// channel before the watchlist sent the alert to it. A door that left the watchlist tells
// nothing either. What nobody has seen is told.
func TestToldAlready(t *testing.T) {
	var want []string
	events, end := play(t, 5*time.Second, func(m *memory, s *script) {
		at := time.Now()
		add := func(a mention.Alert, status mention.AlertStatus, ts string) {
			m.add(string(a.ID), a.Severity, a.Route)
			m.change(a.ID, func(is *mention.Alert) bool {
				is.Kind, is.Payload, is.Status, is.TS = a.Kind, a.Payload, status, ts
				return true
			})
		}
		shown := mention.Alert{ID: "shown", Kind: mention.Complaint, Severity: mention.High, Route: "#mentions"}
		add(shown, mention.Posted, "1.0")
		add(alerts.NewFallback(shown, "door:night", at), mention.Pending, "")

		waits := mention.Alert{ID: "waits", Kind: mention.Complaint, Severity: mention.Critical, Route: "#away"}
		held := waits
		held.Severity = mention.High
		add(held, mention.Pending, "")
		m.change("waits", func(is *mention.Alert) bool { is.NotBefore = at.Add(time.Hour); return true })
		add(alerts.NewFallback(waits, "door:night", at), mention.Pending, "")
		gone := alerts.NewFallback(waits, "door:gone", at)
		gone.Route = "#mentions" // where the changed watchlist sent it
		add(gone, mention.Pending, "")

		moved := mention.Alert{ID: "moved", Kind: mention.Complaint, Severity: mention.High, Route: "#mentions"}
		add(alerts.NewFallback(moved, "door:night", at), mention.Posted, "x")
		moved.Route = "door:night"
		add(moved, mention.Pending, "")
		want = []string{"0s post " + string(alerts.FallbackID("waits", "door:night"))}
	})
	if !slices.Equal(events, want) {
		t.Errorf("%q, want %q", events, want)
	}
	waiting := 0
	for _, a := range end.list(func(a *mention.Alert) bool { return a.Status != mention.Posted }) {
		waiting++
		if a.ID != "waits" {
			t.Errorf("%s still waits for %s", a.ID, a.Route)
		}
	}
	if waiting != 1 {
		t.Errorf("%d wait", waiting)
	}
}
