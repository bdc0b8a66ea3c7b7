package desk_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// stormRules send complaints about refunds to a channel of their own, so that one storm
// has messages in two channels.
func stormRules() alerts.Rules {
	d := alerts.Deadline{Claim: 10 * time.Minute, Reply: time.Hour, Notify: "@oncall", EscalateTo: "#leads"}
	rules := alerts.Rules{Deadlines: map[mention.Severity]alerts.Deadline{mention.Low: d, mention.Normal: d, mention.High: d, mention.Critical: d}}
	rules.Routes = append(rules.Routes, alerts.Route{Topics: []string{"refund"}, To: "#billing", Notify: "@billing"})
	return rules
}

// storm lets 40 complaints be heard, one every five seconds, every third of them in
// another channel, and posts what came of them.
func (r world) storm() (all []mention.Mention) {
	r.T.Helper()
	for i := range 40 {
		m := rig.Said(rig.Forum, rig.Numbered(i), "author "+rig.Numbered(i), "Скарга нова "+rig.Numbered(i), -0.6)
		if i%3 == 0 {
			m.Score.Topics = []string{"refund"}
		}
		began := r.Now
		r.Poll(m)
		r.Now = began.Add(5 * time.Second)
		all = append(all, m)
	}
	r.Shown()
	return all
}

// TestStormIsToldOnce: 40 complaints of one storm in two channels, all left alone, are one
// nudge and one escalation; those that came just before it was a storm belong to it.
func TestStormIsToldOnce(t *testing.T) {
	r := newWorld(t, stormRules())
	all := r.storm()
	danger := rig.Said(rig.Forum, "danger", "Ivan", "Після їхньої піци вся сім'я отруїлась, викликали швидку, подаю до суду.", -0.9)
	danger.Score.Topics = []string{"safety"}
	r.Poll(danger)
	r.Shown()
	var said []string
	for range 60 {
		said = append(said, r.after(30*time.Second)...)
	}
	var storm, single []string
	for _, s := range said {
		if strings.Contains(s, "storm") {
			storm = append(storm, s)
		} else {
			single = append(single, s)
		}
	}
	if len(storm) != 2 || len(single) != 2 { // what is critical still has its own
		t.Fatalf("said of the storm %q\nand of single complaints %q", storm, single)
	}
	r.says(storm, "#mentions @oncall: Nobody has taken 40 complaints of the storm about "+rig.Bank+" for 10 min.",
		"#leads: Nobody has taken 40 complaints of the storm about "+rig.Bank+" for 20 min.")
	for _, m := range all {
		if _, c := r.State(m); !alerts.Overdue(c) {
			t.Fatalf("%s is not overdue: %+v", m.Post.ID, c)
		}
	}
}

// TestReopenedIsToldAlone: what was closed in a storm and is open again is nobody's of all that wait together: its
// clocks are its own, and so is what is said of it. Nobody has it, as those.
func TestReopenedIsToldAlone(t *testing.T) {
	r := newWorld(t, stormRules())
	all := r.storm()
	r.Do(all[31], mention.Action{Verb: mention.Dismiss, Reason: mention.NotNegative})
	r.after(15 * time.Minute)
	r.Do(all[31], mention.Action{Verb: mention.Reopen})
	r.says(r.after(10*time.Minute), "#mentions @oncall: Nobody has taken this complaint for 10 min.", "#leads: Nobody has taken 40 complaints of the storm about "+rig.Bank+" for 25 min.")
}

// TestStormOfHours: who took all of a storm took what was there. What comes hours later, and nobody takes, is told
// again, once an hour.
func TestStormOfHours(t *testing.T) {
	r := newWorld(t, stormRules())
	r.Now = r.Now.Truncate(alerts.StormLength).Add(time.Minute)
	r.storm()
	said := append(r.after(11*time.Minute), r.after(10*time.Minute)...)
	if len(said) != 2 {
		t.Fatalf("at first %q", said)
	}
	storms, err := r.Store.Storms(t.Context(), r.Now.Add(-time.Hour))
	if err != nil || len(storms) == 0 {
		t.Fatal(storms, err)
	}
	if _, err := r.desk().TakeAll(t.Context(), storms[0].ID, mention.Person{ID: "slack:U2", Name: "Oleh"}); err != nil {
		t.Fatal(err)
	}
	for hour := range 2 {
		r.Now = r.Now.Add(time.Hour)
		for i := range 25 {
			n := 100 + 50*hour + i
			r.Poll(rig.Said(rig.Forum, rig.Numbered(n), "author "+rig.Numbered(n), "Скарга нова "+rig.Numbered(n), -0.6))
			r.Now = r.Now.Add(-55 * time.Second)
		}
		r.Shown()
		said = nil
		for range 30 {
			said = append(said, r.after(time.Minute)...)
		}
		said = slices.DeleteFunc(said, func(s string) bool {
			return !strings.Contains(s, "Nobody has taken") || !strings.Contains(s, "of the storm")
		})
		if len(said) != 2 || !strings.HasPrefix(said[0], "#mentions @oncall") || !strings.HasPrefix(said[1], "#leads") {
			t.Errorf("in hour %d: %q", hour+2, said)
		}
	}
}

// TestTakeAll: of three who press at once each complaint has one owner; they read how many
// they got. A complaint that somebody had before stays theirs.
func TestTakeAll(t *testing.T) {
	r := newWorld(t, stormRules())
	all := r.storm()
	r.Do(all[30], mention.Action{Verb: mention.Claim})
	r.step(25 * time.Minute)
	r.step(time.Second)
	_, told := r.waiting(mention.Escalation)
	if told.ID == "" || alerts.ReadDetails(told.Payload).Storm == nil {
		t.Fatalf("the escalation says %+v", told)
	}
	people := []mention.Person{{ID: "slack:U2", Name: "Oleh"}, {ID: "slack:U3", Name: "Vera"}, {ID: "slack:U4", Name: "Boris"}}
	got := make([]alerts.Taken, len(people))
	d := r.desk()
	var pressing sync.WaitGroup
	for i, p := range people {
		pressing.Go(func() {
			var err error
			if got[i], err = d.TakeAll(context.Background(), told.ID, p); err != nil {
				t.Error(err)
			}
		})
	}
	pressing.Wait()
	won := 0
	owners := map[string]int{}
	for _, g := range got {
		won += g.Won
	}
	for _, m := range all {
		_, c := r.State(m)
		if c.Status != mention.Claimed {
			t.Fatalf("%s is %s", m.Post.ID, c.Status)
		}
		owners[c.Owner.Name]++
	}
	if won != 39 || owners["Ira"] != 1 {
		t.Errorf("three took %+v, owners %v; want 39 taken once each and Ira's hers", got, owners)
	}
	for i, p := range people {
		if owners[p.Name] != got[i].Won || got[i].Lost+got[i].Won < 1 {
			t.Errorf("%s was told %+v and has %d", p.Name, got[i], owners[p.Name])
		}
	}
	if again, err := d.TakeAll(t.Context(), told.ID, people[0]); err != nil || again.Won != 0 {
		t.Errorf("pressed again: %+v, %v", again, err)
	}
	if _, err := d.TakeAll(t.Context(), "unknown", people[0]); err == nil {
		t.Error("a message nobody knows has a storm")
	}
}

// TestStormOwnersAreRemindedOnce: who took all and answers nothing hears of it once.
func TestStormOwnersAreRemindedOnce(t *testing.T) {
	r := newWorld(t, stormRules())
	r.storm()
	d := r.desk()
	list, err := r.Store.Storms(t.Context(), r.Now.Add(-time.Hour))
	if err != nil || len(list) != 2 {
		t.Fatalf("storm messages %+v, %v; want one for each channel", list, err)
	}
	if got, err := d.TakeAll(t.Context(), list[0].ID, mention.Person{ID: "slack:U2", Name: "Oleh"}); err != nil || got.Won != 40 {
		t.Fatalf("took %+v, %v", got, err)
	}
	var said []string
	for range 100 {
		said = append(said, r.after(time.Minute)...)
	}
	var kinds [2]int
	var told []string
	for _, s := range said {
		if strings.Contains(s, "U2: Oleh, you took complaints of the storm") {
			kinds[0]++
		} else if strings.Contains(s, "@oncall: Oleh had complaints of the storm") {
			kinds[1]++
		} else if strings.HasPrefix(s, "#leads: ") {
			told = append(told, s)
		}
	}
	if want := "#leads: Nobody has 40 complaints of the storm about Ромашка Банк any more. They have waited 1 h 1"; len(told) != 1 || !strings.HasPrefix(told[0], want) {
		t.Errorf("said %q, want once %q", told, want)
	}
	if kinds != [2]int{1, 1} {
		t.Errorf("reminded %d times, released %d times; said %q", kinds[0], kinds[1], said)
	}
}

// TestStormIsOver: once, in one channel, with how many there were and how many are open.
func TestStormIsOver(t *testing.T) {
	r := newWorld(t, stormRules())
	all := r.storm()
	r.step(15 * time.Minute)
	if said, _ := r.waiting(mention.Notice); len(said) != 0 {
		t.Fatalf("too early: %q", said)
	}
	r.Shown()
	for _, m := range all[:33] {
		r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: mention.Spam})
	}
	r.step(20 * time.Minute)
	want := "#mentions: The storm about " + rig.Bank + " is over: 40 complaints in 3 min, 7 still open."
	if said, _ := r.waiting(mention.Notice); len(said) != 1 || said[0] != want {
		t.Fatalf("said %q, want %q", said, want)
	}
	r.Shown()
	for range 24 {
		r.step(time.Hour)
		if said, _ := r.waiting(mention.Notice); len(said) != 0 {
			t.Fatalf("said again: %q", said)
		}
	}
}

// TestStormOfTheNightIsToldOnceInTheMorning: the deadlines of a storm of hours in the quiet hours all end with them;
// that is one nudge and one escalation, not one for each hour of the night.
func TestStormOfTheNightIsToldOnceInTheMorning(t *testing.T) {
	rules := stormRules()
	rules.Routes = nil
	rules.Quiet, rules.HasQuiet = parsed(t, "22:00-08:00 Europe/Kyiv"), true
	r := newWorld(t, rules)
	r.Now = time.Date(2026, 11, 23, 2, 5, 0, 0, rules.Quiet.Zone())
	heard := func(n int) {
		for range n {
			i := int(r.Now.Unix() % 1e6)
			began := r.Now
			r.Poll(rig.Said(rig.Forum, rig.Numbered(i), "author "+rig.Numbered(i), "Скарга нова "+rig.Numbered(i), -0.6))
			r.Now = began.Add(37 * time.Second)
		}
		r.Shown()
	}
	for range 3 {
		heard(22)
		r.step(time.Hour)
	}
	if said := r.Shown(); len(said) != 0 {
		t.Errorf("said at night: %q", said)
	}
	r.Now = time.Date(2026, 11, 23, 7, 59, 0, 0, rules.Quiet.Zone())
	count := map[string]int{}
	for range 30 {
		for _, s := range r.after(time.Minute) {
			if strings.Contains(s, "Nobody has taken") && strings.Contains(s, "storm") {
				count[strings.Trim(strings.Fields(s)[0], ":")]++
			}
		}
	}
	if count["#mentions"] != 1 || count["#leads"] != 1 {
		t.Errorf("said %v", count)
	}
}
