package digest_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/digest"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/mention"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func moment(t *testing.T, text string) hours.Moment {
	t.Helper()
	m, err := hours.ParseMoment(text, "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// digests lets three processes that have just started look at the moments and returns what they sent.
func digests(r *rig.Rig) (sent []alerts.Details) {
	return digestsOf(r, digester(r), digester(r), digester(r))
}

func digester(r *rig.Rig) *digest.Digester {
	return digest.NewDigester(digest.Options{Numbers: r.Store, Rules: r.Planner.Rules, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return r.Now }, Changed: func() {}})
}

// digestsOf is digests of processes that run on.
func digestsOf(r *rig.Rig, list ...*digest.Digester) (sent []alerts.Details) {
	r.T.Helper()
	ctx := context.Background()
	var all sync.WaitGroup
	for _, g := range list {
		all.Go(func() {
			if err := g.Step(ctx); err != nil {
				r.T.Error(err)
			}
		})
	}
	all.Wait()
	due, err := r.Store.DueAlerts(ctx, r.Now, 1000)
	if err != nil {
		r.T.Fatal(err)
	}
	for _, a := range due {
		if a.Kind == mention.Digest && a.Route != "#mentions" {
			sent = append(sent, alerts.ReadDetails(a.Payload))
		}
	}
	r.Shown()
	return sent
}

func TestDigestComesOnce(t *testing.T) {
	r := rig.New(t, alerts.Rules{Digests: alerts.Digests{To: "#digest", Daily: moment(t, "09:00 Europe/Kyiv"), Weekly: moment(t, "Mon 09:00 Europe/Kyiv")}})
	if got := digests(r); len(got) != 0 {
		t.Fatalf("a fresh installation sends %d digests about nothing", len(got))
	}
	for i := range 4 { // Sunday noon
		m := rig.Said(rig.Forum, fmt.Sprint(i), fmt.Sprint("author ", i), rig.Numbered(i)+" "+rig.Refund[:20*i+20], -0.6)
		m.Post.Published = r.Now.Add(-2 * time.Minute)
		m.Score.Topics = []string{"refund"}
		r.Poll(m)
		r.Shown()
		if i < 2 {
			r.Do(m, mention.Action{Verb: mention.Claim})
			r.Now = r.Now.Add(10 * time.Minute)
			r.Do(m, mention.Action{Verb: mention.Reply})
		}
		if i == 3 {
			r.Do(m, mention.Action{Verb: mention.Snooze, Until: time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)})
		}
	}
	kyiv := time.FixedZone("EET", 2*60*60)
	r.Now = time.Date(2026, 11, 23, 8, 59, 59, 0, kyiv)
	if got := digests(r); len(got) != 0 {
		t.Fatalf("%d digests before their time", len(got))
	}
	r.Now = r.Now.Add(2 * time.Second)
	got := digests(r)
	if len(got) != 2 {
		t.Fatalf("%d digests on Monday at nine, want the daily and the weekly", len(got))
	}
	for _, f := range got {
		s := f.Summary
		if s == nil || s.Report.Heard != 4 || s.Report.Answered != 2 || s.Waits != 2 || len(s.Waiting) != 2 || s.Waiting[0].Author != "author 2" {
			t.Errorf("summary %+v", s)
		}
		for _, want := range []string{"digest", "complaints heard", "median 13 min", "author 3 on", "https://forum.example/p/3", "nobody has it", "snoozed by Ira until Tue 24 Nov 09:00", "refund"} {
			if !strings.Contains(f.Text, want) {
				t.Errorf("the words lack %q:\n%s", want, f.Text)
			}
		}
	}
	if got := digests(r); len(got) != 0 {
		t.Fatalf("%d digests again", len(got))
	}
}

// TestWaitingIsNotUnanswered: of the period one is unanswered, and two wait, one of them since before; the
// two numbers are not called by one word.
func TestWaitingIsNotUnanswered(t *testing.T) {
	r := rig.New(t, alerts.Rules{Digests: alerts.Digests{To: "#digest", Daily: moment(t, "09:00 Europe/Kyiv")}})
	r.Poll(rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)) // Sunday noon
	r.Shown()
	r.Now = r.Now.AddDate(0, 0, 2)
	r.Poll(rig.Said(rig.Forum, "2", "maria", rig.Rude, -0.6))
	r.Shown()
	r.Now = time.Date(2026, 11, 25, 7, 1, 0, 0, time.UTC)
	got := digests(r)
	if len(got) != 1 || got[0].Summary.Report.Unanswered != 1 || got[0].Summary.Waits != 2 {
		t.Fatalf("%+v", got)
	}
	if words := got[0].Text; strings.Count(words, "nanswered") != 1 || !strings.Contains(words, "\nWaiting for an answer now, in all: 2\n") {
		t.Errorf("the words:\n%s", words)
	}
}

// TestDigestAfterSleep is down at nine: the digest comes late, once; a day later it
// is old news, and the next one comes at its own time.
func TestDigestAfterSleep(t *testing.T) {
	r := rig.New(t, alerts.Rules{Digests: alerts.Digests{To: "#digest", Daily: moment(t, "09:00 Europe/Kyiv")}})
	r.Poll(rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)) // Sunday noon
	r.Shown()
	r.Now = time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
	if got := digests(r); len(got) != 1 || got[0].Summary.Report.Heard != 1 {
		t.Fatalf("late on Monday: %+v", got)
	}
	if got := digests(r); len(got) != 0 {
		t.Fatal("again")
	}
	r.Now = time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC) // Thursday 08:00 in Kyiv
	got := digests(r)
	if len(got) != 1 || got[0].Summary.Report.Until.Day() != 25 {
		t.Fatalf("after two days down %+v, want the last one only", got)
	}
}

// TestWeekIsToldWithinADay: a week's digest that earshot missed, being down, comes late, but not days later.
func TestWeekIsToldWithinADay(t *testing.T) {
	for late, want := range map[time.Duration]int{23 * time.Hour: 1, 25 * time.Hour: 0} {
		r := rig.New(t, alerts.Rules{Digests: alerts.Digests{To: "#digest", Weekly: moment(t, "Mon 09:00 Europe/Kyiv")}})
		r.Poll(rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)) // Sunday noon
		r.Shown()
		r.Now = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC).Add(late)
		if got := digests(r); len(got) != want {
			t.Errorf("%v late: %d digests, want %d", late, len(got), want)
		}
	}
}

// TestDigestDaysAreTheTeams: a digest may come by the clock of another place; its days are those of the
// report and of the inbox.
func TestDigestDaysAreTheTeams(t *testing.T) {
	york, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	r := rig.New(t, alerts.Rules{Zone: york, Digests: alerts.Digests{To: "#digest", Weekly: moment(t, "Mon 09:00 Europe/Kyiv")}})
	r.Now = time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC) // Friday in New York, Saturday in Kyiv
	r.Poll(rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6))
	r.Shown()
	r.Now = time.Date(2026, 11, 23, 7, 0, 1, 0, time.UTC)
	got := digests(r)
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	for _, day := range got[0].Summary.Report.Days {
		if want := map[bool]int{true: 1}[day.Date == "2026-11-20"]; day.Heard != want {
			t.Errorf("%+v, want %d", day, want)
		}
	}
}

// TestDigestPeriodsFollowTheClock covers the night in which the clocks go back: the
// day has 25 hours, and no complaint is in two digests or in none.
func TestDigestPeriodsFollowTheClock(t *testing.T) {
	for _, zone := range []string{"Europe/Kyiv", "Europe/Sofia"} {
		r := rig.New(t, alerts.Rules{Digests: alerts.Digests{To: "#digest", Daily: moment(t, "09:00 "+zone)}})
		place, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		heard := 0
		r.Now = time.Date(2026, 10, 23, 12, 0, 0, 0, place)
		said24 := 0
		for r.Now.Before(time.Date(2026, 10, 27, 11, 0, 0, 0, place)) {
			for _, f := range digests(r) {
				heard += f.Summary.Report.Heard
				if until := f.Summary.Report.Until.In(place); until.Hour() != 9 || until.Minute() != 0 {
					t.Errorf("%s: a digest until %s", zone, until)
				}
			}
			if r.Now.Before(time.Date(2026, 10, 27, 8, 30, 0, 0, place)) {
				m := rig.Said(rig.Forum, fmt.Sprint(said24), fmt.Sprint("a", said24), fmt.Sprintf("Скарга %s", rig.Numbered(said24*7)), -0.6)
				r.Poll(m)
				said24++
			}
			r.Now = r.Now.Add(83 * time.Minute)
		}
		if heard != said24 {
			t.Errorf("%s: %d complaints in the digests, %d were heard", zone, heard, said24)
		}
	}
}

// TestWhoWaitsLongest: what was opened again waits since then, and does not stand before those who
// waited on.
func TestWhoWaitsLongest(t *testing.T) {
	r := rig.New(t, alerts.Rules{Digests: alerts.Digests{To: "#digest", Daily: moment(t, "09:00 Europe/Kyiv")}})
	first, second := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6), rig.Said(rig.Forum, "2", "Іван", rig.Rude, -0.6)
	r.Poll(first)
	r.Shown()
	r.Do(first, mention.Action{Verb: mention.Reply})
	r.Now = r.Now.Add(time.Hour)
	r.Poll(second)
	r.Shown()
	r.Now = r.Now.Add(10 * time.Hour)
	r.Do(first, mention.Action{Verb: mention.Reopen})
	r.Now = time.Date(2026, 11, 23, 7, 0, 1, 0, time.UTC) // Monday 09:00 in Kyiv
	got := digests(r)
	if len(got) != 1 || len(got[0].Summary.Waiting) != 2 {
		t.Fatalf("%+v", got)
	}
	if waiting := got[0].Summary.Waiting; waiting[0].Author != "Іван" || waiting[0].Since.After(waiting[1].Since) {
		t.Errorf("the longest waiting is %+v, before %+v", waiting[0], waiting[1])
	}
	second.Post.Deleted, second.Post.Text = true, "" // nobody waits there any more
	r.Poll(second)
	r.Shown()
	r.Now = r.Now.AddDate(0, 0, 1)
	got = digests(r)
	if s := got[len(got)-1].Summary; len(s.Waiting) != 1 || s.Waiting[0].Author != "Олена" || s.Waits != 1 {
		t.Errorf("of a post that is gone somebody waits: %d, %+v", s.Waits, s.Waiting)
	}
}

// TestDigestOfAnotherHour: who had the digest of the day does not get it once more because the watchlist names
// another hour or channel since; one that was not told yet comes, and so does one that is new.
func TestDigestOfAnotherHour(t *testing.T) {
	at := func(to, of string) alerts.Digests {
		return alerts.Digests{To: to, Daily: moment(t, of)}
	}
	for name, c := range map[string]struct {
		was, is alerts.Digests
		told    bool // before the change
		want    int  // on the day of the change
	}{
		"an earlier hour":           {at("#digest", "09:00 Europe/Kyiv"), at("#digest", "08:30 Europe/Kyiv"), true, 0},
		"another channel":           {at("#digest", "09:00 Europe/Kyiv"), at("#pr", "09:00 Europe/Kyiv"), true, 0},
		"the same hour, said anew":  {at("#digest", "09:00 Europe/Kyiv"), at("#digest", "9:00 Europe/Sofia"), true, 0},
		"a later hour":              {at("#digest", "09:00 Europe/Kyiv"), at("#digest", "17:00 Europe/Kyiv"), true, 1},
		"another channel, not told": {at("#digest", "09:00 Europe/Kyiv"), at("#pr", "09:00 Europe/Kyiv"), false, 1},
		"there was none":            {alerts.Digests{}, at("#digest", "09:00 Europe/Kyiv"), false, 1},
		"there is none any more":    {at("#digest", "09:00 Europe/Kyiv"), alerts.Digests{}, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{Digests: c.was})
			g := digester(r)
			r.Poll(rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)) // Sunday noon
			r.Shown()
			r.Now = time.Date(2026, 11, 23, 6, 59, 0, 0, time.UTC) // 08:59 in Kyiv
			if got := digestsOf(r, g); len(got) != 0 {
				t.Fatalf("before its time: %+v", got)
			}
			if c.told {
				r.Now = r.Now.Add(2 * time.Minute)
				if got := digestsOf(r, g); len(got) != 1 {
					t.Fatalf("at its time: %d", len(got))
				}
			}
			r.Now = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
			r.Planner.Use(alerts.Rules{Otherwise: "#mentions", Digests: c.is})
			got := 0
			for r.Now.Before(time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)) {
				got += len(digestsOf(r, g))
				r.Now = r.Now.Add(time.Hour + time.Second)
			}
			if got != c.want {
				t.Errorf("%d digests on the day of the change, want %d", got, c.want)
			}
			if r.Now = time.Date(2026, 11, 24, 15, 0, 1, 0, time.UTC); c.is.To != "" && len(digestsOf(r, g)) != 1 {
				t.Error("none on the day after")
			}
		})
	}
}
