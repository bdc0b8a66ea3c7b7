package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/mention"
)

// newNight is a rig in the middle of the quiet hours, which end at the returned moment.
func newNight(t *testing.T) (r *rig.Rig, morning time.Time) {
	t.Helper()
	quiet, err := hours.Parse("22:00-08:00 Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	r = rig.New(t, alerts.Rules{Quiet: quiet, HasQuiet: true, Routes: []alerts.Route{{Severities: []mention.Severity{mention.Critical}, To: "#war-room", Notify: "@oncall"}}})
	r.Now = time.Date(2026, 11, 22, 23, 30, 0, 0, quiet.Zone())
	return r, time.Date(2026, 11, 23, 8, 0, 0, 0, quiet.Zone())
}

// poisoned is a complaint that is critical.
func poisoned(m mention.Mention) mention.Mention {
	rig.Judge(&m, -0.9)
	m.Score.Topics = []string{"safety"}
	return m
}

// now returns what of these alerts can be posted at once.
func now(t *testing.T, r *rig.Rig, of []mention.Alert) (out []mention.Alert) {
	t.Helper()
	due, err := r.Store.DueAlerts(t.Context(), r.Now, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range due {
		if slices.ContainsFunc(of, func(b mention.Alert) bool { return a.ID == b.ID }) {
			out = append(out, a)
		}
	}
	return out
}

// TestCriticalWaitsForNoMorning: what becomes critical in the quiet hours is told at once,
// where such complaints go, however it does: as a copy of what waits, in the same poll or
// later, by an edit, or when it is read in full elsewhere.
func TestCriticalWaitsForNoMorning(t *testing.T) {
	first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	copied := poisoned(rig.Said(rig.Review, "7", "Петро", rig.Refund, 0))
	edited := poisoned(rig.Said(rig.Forum, "1", "Олена", rig.Refund+" Отруїлася їжею, лежу в лікарні.", 0))
	inFull := poisoned(rig.Said(rig.Review, "1", "Олена", rig.Refund, 0))
	inFull.Post.URL = first.Post.URL
	sameSite := copied
	sameSite.Post.Source = rig.Forum
	for name, polls := range map[string][][]mention.Mention{
		"copy in the same poll": {{first, sameSite}}, "later copy": {{first}, {copied}}, "edit": {{first}, {edited}}, "read in full": {{first}, {inFull}},
	} {
		t.Run(name, func(t *testing.T) {
			r, morning := newNight(t)
			var all []mention.Alert
			for _, poll := range polls {
				all = append(all, r.Poll(poll...)...)
			}
			told := now(t, r, all)
			if len(told) != 1 || told[0].ThreadOf != "" || told[0].Route != "#war-room" || told[0].Notify != "@oncall" || told[0].Severity != mention.Critical {
				t.Fatalf("told at night: %+v", told)
			}
			if why := alerts.ReadDetails(told[0].Payload).Why; !slices.Contains(why, "health or safety") {
				t.Errorf("because of %q", why)
			}
			rings := 0
			for _, a := range all {
				if a.Notify != "" || alerts.ReadDetails(a.Payload).Broadcast {
					rings++
				}
			}
			if rings > 1 {
				t.Errorf("rings %d times: %+v", rings, all)
			}
			r.Shown()
			r.None(r.Poll(polls[len(polls)-1]...))
			r.Now = morning
			if due, err := r.Store.DueAlerts(t.Context(), r.Now, 100); err != nil || slices.ContainsFunc(due, func(a mention.Alert) bool { return a.Severity == mention.Critical }) {
				t.Errorf("told again in the morning: %+v, %v", due, err)
			}
		})
	}
}

// TestThreadsWaitForTheMorning: where a complaint was told before the quiet hours, its copies
// and edits wait all the same, unless they are critical.
func TestThreadsWaitForTheMorning(t *testing.T) {
	r, morning := newNight(t)
	r.Now = morning.Add(-12 * time.Hour)
	r.Poll(rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5))
	r.Shown()
	r.Now = morning.Add(-8 * time.Hour)
	copied := r.Poll(rig.Said(rig.Review, "7", "Петро", rig.Refund, -0.5))
	r.One(copied, mention.Duplicate)
	if told := now(t, r, copied); len(told) != 0 {
		t.Errorf("told at night: %+v", told)
	}
	r.Now = r.Now.Add(time.Hour)
	edited := r.Poll(rig.Said(rig.Forum, "1", "Олена", rig.Refund+" Це злодії!", -0.6))
	if told := now(t, r, edited); len(edited) != 1 || len(told) != 0 {
		t.Errorf("of %+v told at night: %+v", edited, told)
	}
	r.Now = morning
	if told := now(t, r, append(copied, edited...)); len(told) != 2 || told[0].ThreadOf == "" {
		t.Errorf("told in the morning: %+v", told)
	}
}

// TestStormWaitsForNoMorning: a storm is critical, so that it rings in the quiet hours, and who gets up for it
// reads what it is about. What a site shows late that was away for the day is no storm of this hour.
func TestStormWaitsForNoMorning(t *testing.T) {
	for name, c := range map[string]struct {
		age     time.Duration
		dayOnly bool
		storms  int
	}{
		"of this hour":                     {time.Minute, false, 1},
		"of today, at whatever hour":       {23*time.Hour + 30*time.Minute, true, 1},
		"of the day, read late":            {9 * time.Hour, false, 0},
		"of the day before the last, only": {50 * time.Hour, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r, morning := newNight(t)
			r.Planner.Use(alerts.Rules{Quiet: r.Planner.Rules().Quiet, HasQuiet: true, Otherwise: "#mentions", Routes: []alerts.Route{{To: "#mentions", Notify: "@duty"}}})
			var all []mention.Mention
			for i := range 30 {
				m := rig.Said(rig.Forum, rig.Numbered(i), "author "+rig.Numbered(i), "Скарга нова "+rig.Numbered(i), -0.6)
				m.Post.Published, m.Post.DateOnly = r.Now.Add(-c.age), c.dayOnly
				all = append(all, m)
			}
			alarm := r.Poll(all...)
			told := now(t, r, alarm)
			storms, read := 0, 0
			for _, a := range told {
				if a.Kind == mention.Burst && a.Notify == "@duty" {
					storms++
				}
			}
			r.Shown() // so that what stands in its thread can go
			for _, a := range alarm {
				stored, _, err := r.Store.Alert(t.Context(), a.ID)
				if err != nil {
					t.Fatal(err)
				}
				if a.Kind == mention.Complaint && stored.Status == mention.Posted {
					read++
				}
			}
			if len(told) != c.storms || storms != c.storms || read != 11*c.storms {
				t.Errorf("%d messages at night, %d of a storm, and %d complaints to read; want %d storms", len(told), storms, read, c.storms)
			}
			r.Now = morning
			r.Shown()
			for _, m := range all {
				if a, _, err := r.Store.AlertOf(t.Context(), rig.ID(m)); err != nil || a.Status != mention.Posted {
					t.Errorf("%s in the morning: %s, %v", m.Post.ID, a.Status, err)
				}
			}
		})
	}
}

// TestOneOfThisHourIsNoStormAtNight: what a site showed late in the night is no storm, and it makes none of the next
// complaint either.
func TestOneOfThisHourIsNoStormAtNight(t *testing.T) {
	r, _ := newNight(t)
	for i := range 31 {
		m := rig.Said(rig.Forum, rig.Numbered(i), "author "+rig.Numbered(i), "Скарга нова "+rig.Numbered(i), -0.6)
		m.Post.Published = r.Now.Add(-9 * time.Hour)
		if i == 30 {
			m.Post.Published = r.Now.Add(-time.Minute)
		}
		for _, a := range r.Poll(m) {
			if a.Kind == mention.Burst {
				t.Errorf("%d: a storm at night: %+v", i, a)
			}
		}
		r.Now = r.Now.Add(-50 * time.Second)
	}
}

// TestLateIsGatheredByItsHour: by day a site that shows late what stood there for hours brings a storm, which
// everybody is awake for. At night it brings none, and goes under none: it waits for the morning.
func TestLateIsGatheredByItsHour(t *testing.T) {
	said := func(r *rig.Rig, i int, age time.Duration) mention.Mention {
		m := rig.Said(rig.Forum, rig.Numbered(i), "author "+rig.Numbered(i), "Скарга нова "+rig.Numbered(i), -0.6)
		m.Post.Published = r.Now.Add(-age)
		return m
	}
	day := rig.New(t, alerts.Rules{})
	storms := 0
	for i := range 30 {
		for _, a := range day.Poll(said(day, i, 9*time.Hour)) {
			if a.Kind == mention.Burst {
				storms++
			}
		}
		day.Now = day.Now.Add(-50 * time.Second)
	}
	if storms != 1 {
		t.Errorf("%d storms by day", storms)
	}
	night, morning := newNight(t)
	var all []mention.Mention
	for i := range 30 {
		all = append(all, said(night, i, time.Minute))
	}
	night.Poll(all...)
	night.Shown()
	for _, a := range night.Poll(said(night, 30, 9*time.Hour)) {
		if !a.NotBefore.Equal(morning) {
			t.Errorf("told at night: %+v", a)
		}
	}
}
