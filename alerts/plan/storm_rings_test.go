package plan_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// TestCampaignAfterAnAnswerRingsOnce: the copies of what was answered, or dismissed, are shown in the channel and ring,
// each as a new complaint, until they are a storm; then the storm rings, and they do no more. Nor do those of one
// author who says the same everywhere.
func TestCampaignAfterAnAnswerRingsOnce(t *testing.T) {
	for name, c := range map[string]struct {
		author func(i int) string
		most   int
	}{
		"many people": {func(i int) string { return fmt.Sprint("user", i) }, alerts.StormLeast + 1},
		"one":         {func(int) string { return "Олена" }, 6},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{Routes: []alerts.Route{{To: "#mentions", Notify: "@duty"}}})
			rings, shown := 0, 0
			for i := range 40 {
				m := rig.Said(rig.Forum, fmt.Sprint(i), c.author(i), rig.Refund+" "+rig.Rude+" "+rig.Numbered(i), -0.6)
				known := map[mention.AlertID]bool{}
				for _, a := range r.Poll(m) {
					if a.Notify != "" && !known[a.ID] {
						rings++
					}
					known[a.ID] = true
					if alerts.ReadDetails(a.Payload).Broadcast {
						shown++
					}
				}
				if i == 0 {
					r.Shown()
					r.Do(m, mention.Action{Verb: mention.Reply})
				}
				r.Now = rig.Noon.Add(time.Duration(i) * 10 * time.Second)
			}
			if rings > c.most || shown > c.most {
				t.Errorf("rings %d times, shown %d times, want at most %d", rings, shown, c.most)
			}
		})
	}
}

// TestStormRingsEverybodyItIsAbout: where one channel has people for topics, each of them is named, once, when the
// storm has something for them; a storm names somebody wherever anybody is named.
func TestStormRingsEverybodyItIsAbout(t *testing.T) {
	r := rig.New(t, alerts.Rules{Routes: []alerts.Route{{Topics: []string{"billing"}, To: "#mentions", Notify: "@billing"}, {Topics: []string{"app"}, To: "#mentions", Notify: "@app"}, {To: "#mentions"}}})
	rung := map[string]int{}
	for i := range 60 {
		m := rig.Said(rig.Forum, rig.Numbered(i), "author "+rig.Numbered(i), "Скарга нова "+rig.Numbered(i), -0.6)
		if i > 20 {
			m.Score.Topics = []string{[]string{"billing", "app"}[i%2]}
		}
		for _, a := range r.Poll(m) {
			if a.Notify != "" {
				rung[a.Notify]++
			}
		}
		r.Now = rig.Noon.Add(time.Duration(i) * 10 * time.Second)
	}
	if rung["@billing"] != 1 || rung["@app"] != 1 {
		t.Errorf("rings %v", rung)
	}
}

// TestCampaignAtNightCanBeRead: whom the storm wakes finds there what it is about, also where all say the same and the
// first of them waits for the morning.
func TestCampaignAtNightCanBeRead(t *testing.T) {
	r, morning := newNight(t)
	for i := range 30 {
		r.Poll(rig.Said(rig.Forum, rig.Numbered(i), "author "+rig.Numbered(i), rig.Refund+" "+rig.Rude+" "+rig.Numbered(i), -0.6))
		r.Now = r.Now.Add(-50 * time.Second)
	}
	read := func() (n int) {
		for i := range 30 {
			a, _, err := r.Store.AlertOf(t.Context(), rig.ID(rig.Said(rig.Forum, rig.Numbered(i), "", "", 0)))
			if err != nil {
				t.Fatal(err)
			}
			if a.Status == mention.Posted {
				n++
			}
		}
		return n
	}
	r.Shown()
	if n := read(); n < 30-alerts.StormLeast || n > 30-alerts.StormLeast+1 {
		t.Errorf("%d can be read at night", n)
	}
	r.Now = morning
	r.Shown()
	if n := read(); n != 30 {
		t.Errorf("%d can be read in the morning", n)
	}
}
