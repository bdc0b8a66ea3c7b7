package slack_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// stormOf lets thirty different complaints be heard and waits for the storm's message.
func (w *world) stormOf(n int) fakeslack.Message {
	w.t.Helper()
	var all []mention.Mention
	for i := range n {
		word := strings.Repeat(string(rune('а'+i%32)), 4+i/32)
		all = append(all, complaint(fmt.Sprint(i), "Скарга нова "+word+", гроші не повертають, "+word))
	}
	w.hear(all...)
	var storm fakeslack.Message
	eventually(w.t, "the storm's message", func() bool {
		for _, m := range w.fake.Messages("#mentions") {
			if shows(m, "A storm about") {
				storm = m
			}
		}
		return storm.TS != ""
	})
	return storm
}

func (w *world) ownersOf(n int) map[string]int {
	w.t.Helper()
	page, err := w.store.List(w.t.Context(), mention.Query{Limit: 200})
	if err != nil || len(page.Entries) != n {
		w.t.Fatalf("%d open cases, %v; want %d", len(page.Entries), err, n)
	}
	owners := map[string]int{}
	for _, e := range page.Entries {
		owners[e.Case.Owner.Name]++
	}
	return owners
}

// TestPressTakeAll: the one button of the storm's message gives all of it to whoever
// pressed first; the second one reads that nothing is left.
func TestPressTakeAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	storm := w.stormOf(30)
	click := fakeslack.Click{Channel: storm.Channel, TS: storm.TS, Action: "take_all", User: "U000OLEH"}
	w.press(click)
	eventually(t, "all are taken", func() bool { return w.ownersOf(30)["Oleh"] == 30 })
	click.User = ira
	w.press(click)
	eventually(t, "both are told", func() bool { return len(w.fake.Ephemerals()) == 2 })
	told := w.fake.Ephemerals()
	if !strings.Contains(fmt.Sprint(told), "You took 30 complaints of this storm.") || !strings.Contains(fmt.Sprint(told), "No complaint of this storm is open any more.") {
		t.Errorf("told %+v", told)
	}
}

// TestPressTakeAllOfNothing: a button of a database that is gone says so.
func TestPressTakeAllOfNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	storm := w.stormOf(30)
	w.press(fakeslack.Click{Channel: storm.Channel, TS: storm.TS, Action: "take_all", Value: "unknown", User: ira})
	eventually(t, "told", func() bool {
		return strings.Contains(fmt.Sprint(w.fake.Ephemerals()), "database does not know this")
	})
	if owners := w.ownersOf(30); owners[""] != 30 {
		t.Errorf("owners %v", owners)
	}
}
