package alerts_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/digest"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/outbox"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A week of work in virtual time, around the nights in which the clocks change:
// the real sender, clock and digester on a store in memory, people who take, answer,
// forget and leave complaints, one burst, and a channel that writes down when what
// was posted. What should have happened is worked out minute by minute on the wall
// clock, not with the code under test.

const (
	claimIn, replyIn = 15 * time.Minute, 45 * time.Minute
	weekLength       = 8*24*time.Hour + time.Hour // to the second Tuesday, after nine, in both halves of the year
	// settled is when somebody tidies up what nobody did: after every step had its time.
	settled = 62 * time.Hour
)

// fate is what people do about a complaint.
type fate int

const (
	nobody   fate = iota // takes it
	good                 // taken after 2 minutes, answered after 10, seen on the site
	silent               // taken after 2 minutes and forgotten
	unproved             // taken and called answered, but nothing is to be seen
	spam                 // dismissed after 3 minutes
	fates
)

// week is one run.
type week struct {
	*bubble
	t       *testing.T
	zone    *time.Location
	start   time.Time
	planner *plan.Planner
	desk    *desk.Desk
	sender  *outbox.Sender
	people  sync.WaitGroup

	seen  sync.Mutex
	log   []posted
	fates map[mention.ID]fate
	held  map[mention.ID]bool // heard in the quiet hours and not critical
}

// posted is one message in a channel.
type posted struct {
	at time.Time
	mention.Alert
	text string
}

// Post takes a message, and lets people act on it.
func (w *week) Post(_ context.Context, m alerts.Message) (alerts.Place, error) {
	w.seen.Lock()
	w.log = append(w.log, posted{time.Now(), m.Alert, m.Details.Text})
	f, ours := w.fates[m.Alert.MentionID]
	w.seen.Unlock()
	if ours && m.Alert.Kind == mention.Complaint {
		w.people.Go(func() { w.act(m.Mention, f) })
	}
	return alerts.Place{Channel: m.Alert.Route, TS: string(m.Alert.ID)}, nil
}

func (w *week) Update(context.Context, alerts.Message) error { return nil }

func (w *week) Find(context.Context, alerts.Search) (map[mention.AlertID]alerts.Place, error) {
	w.t.Error("nothing was in doubt")
	return nil, nil
}

// act is one person with one complaint.
func (w *week) act(m mention.Mention, f fate) {
	ira := mention.Person{ID: "slack:U1", Name: "Ira"}
	do := func(after time.Duration, a mention.Action) {
		time.Sleep(after)
		a.By = ira
		if _, err := w.desk.Do(context.Background(), m.ID, a); err != nil {
			w.t.Errorf("%s: %v", a.Verb, err)
		}
	}
	switch f {
	case good:
		do(2*time.Minute, mention.Action{Verb: mention.Claim})
		time.Sleep(8 * time.Minute)
		w.answer(m)
	case silent:
		do(2*time.Minute, mention.Action{Verb: mention.Claim})
	case unproved:
		do(2*time.Minute, mention.Action{Verb: mention.Claim})
		do(5*time.Minute, mention.Action{Verb: mention.Reply})
	case spam:
		do(3*time.Minute, mention.Action{Verb: mention.Dismiss, Reason: mention.Spam})
	}
	if time.Sleep(settled); f == nobody || f == silent {
		do(0, mention.Action{Verb: mention.Dismiss, Reason: mention.NotUs})
	}
	if f == unproved {
		w.answer(m)
	}
}

// answer is our own author's post on the site.
func (w *week) answer(m mention.Mention) {
	_, err := w.UpdateCase(context.Background(), m.ID, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		return nil, nil, c.Answered("Romashka Support", time.Now())
	})
	if err != nil {
		w.t.Error(err)
	}
}

// traffic is a complaint every 41 minutes, every ninth of them critical, and on the
// third day sixty within half an hour.
func (w *week) traffic() {
	n := 0
	hear := func(critical bool) {
		m := rig.Said(rig.Forum, fmt.Sprint(n), fmt.Sprint("author ", n), fmt.Sprintf("Скарга %d: %s", n, strings.Repeat(rig.Numbered(n)+" ", 4)), -0.6)
		m.Post.Published = time.Now().Add(-time.Minute)
		m.Score.Topics = []string{"refund"}
		if critical {
			m.Score.Topics = []string{"safety"}
			rig.Judge(&m, -0.8) // sure enough to be critical
		}
		w.seen.Lock()
		w.fates[rig.ID(m)] = fate(n % int(fates))
		w.held[rig.ID(m)] = !critical && w.quiet(time.Now())
		w.seen.Unlock()
		if err := w.ingest(w.planner, time.Now(), m); err != nil {
			w.t.Error(err)
		}
		w.sender.Wake()
		n++
	}
	stormed := false
	for time.Since(w.start) < weekLength-25*time.Hour {
		hear(n%9 == 4)
		if local := time.Now().In(w.zone); !stormed && time.Since(w.start) > 50*time.Hour && local.Hour() == 14 {
			stormed = true
			for range 60 {
				time.Sleep(30 * time.Second)
				hear(false)
			}
		}
		time.Sleep(41 * time.Minute)
	}
}

func moment(t *testing.T, text string) hours.Moment {
	t.Helper()
	m, err := hours.ParseMoment(text, "")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (w *week) quiet(t time.Time) bool {
	h := t.In(w.zone).Hour()
	return h >= 22 || h < 8
}

// awake is when the quiet hours are over, for what is not critical.
func (w *week) awake(m mention.Mention, at time.Time) time.Time {
	for m.Severity < mention.Critical && w.quiet(at) {
		at = at.Truncate(time.Minute).Add(time.Minute)
	}
	return at
}

// working reports whether the minute counts for deadlines: Mon-Sat 09:00-21:00.
func (w *week) working(t time.Time) bool {
	local := t.In(w.zone)
	return local.Weekday() != time.Sunday && local.Hour() >= 9 && local.Hour() < 21
}

// due is when so much working time has passed, minute by minute.
func (w *week) due(from time.Time, d time.Duration) time.Time {
	for left := d; left > 0; from = from.Add(time.Minute) {
		if w.working(from) {
			left -= time.Minute
		}
	}
	return from
}

// TestWeeksWithClockChanges runs one week, half a minute of real work;
// EARSHOT_WEEK=full runs spring and autumn in both zones.
func TestWeeksWithClockChanges(t *testing.T) {
	if testing.Short() || testkit.Race && os.Getenv("EARSHOT_WEEK") == "" {
		t.Skip("short, or with the race detector, which makes minutes of it: EARSHOT_WEEK=full")
	}
	const spring, autumn = "2026-03-23", "2026-10-19" // the clocks change on the Sunday after
	for _, c := range []struct {
		zone, first string
		always      bool
	}{{"Europe/Kyiv", autumn, true}, {"Europe/Sofia", spring, false}, {"Europe/Kyiv", spring, false}, {"Europe/Sofia", autumn, false}} {
		if !c.always && os.Getenv("EARSHOT_WEEK") != "full" {
			continue
		}
		t.Run(c.zone+" "+c.first, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { runWeek(t, c.zone, c.first) })
		})
	}
}

func runWeek(t *testing.T, zoneName, first string) {
	zone, err := time.LoadLocation(zoneName)
	if err != nil {
		t.Fatal(err)
	}
	start, err := time.ParseInLocation(time.DateOnly, first, zone)
	if err != nil {
		t.Fatal(err)
	}
	start = start.Add(9*time.Hour + 30*time.Minute) // after Monday's digest
	time.Sleep(time.Until(start))
	open, err := hours.Parse("Mon-Sat 09:00-21:00 " + zoneName)
	if err != nil {
		t.Fatal(err)
	}
	night, err := hours.Parse("22:00-08:00 " + zoneName)
	if err != nil {
		t.Fatal(err)
	}
	d := alerts.Deadline{Claim: claimIn, Reply: replyIn, Notify: "@oncall", EscalateTo: "#leads", Hours: open}
	w := &week{bubble: newBubble(), t: t, zone: zone, start: start, fates: map[mention.ID]fate{}, held: map[mention.ID]bool{}}
	w.planner = plan.NewPlanner(alerts.Rules{
		Otherwise: "#mentions", Quiet: night, HasQuiet: true, Official: map[string][]string{rig.Bank: {"Romashka Support"}},
		Deadlines: map[mention.Severity]alerts.Deadline{mention.Low: d, mention.Normal: d, mention.High: d, mention.Critical: d},
		Digests:   alerts.Digests{To: "#digest", Daily: moment(t, "09:00 "+zoneName), Weekly: moment(t, "Mon 09:00 "+zoneName)},
	})
	log := slog.New(slog.DiscardHandler)
	w.sender = outbox.NewSender(outbox.Options{Queue: w, Writer: w, Reader: w, Log: log, Now: time.Now, NotifierFor: func(string) (alerts.Notifier, bool) { return w, true }})
	w.desk = desk.NewDesk(w, nil, time.Now, w.sender.Wake)
	ctx, cancel := context.WithTimeout(context.Background(), weekLength)
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() { _ = w.sender.Run(ctx) })
	for range 2 { // two processes
		deadlines := desk.NewDeadlines(desk.DeadlineOptions{Cases: w, Rules: w.planner.Rules, Log: log, Now: time.Now, Changed: w.sender.Wake})
		digests := digest.NewDigester(digest.Options{Numbers: w, Rules: w.planner.Rules, Log: log, Now: time.Now, Changed: w.sender.Wake})
		all.Go(func() { _ = deadlines.Run(ctx) })
		all.Go(func() { _ = digests.Run(ctx) })
	}
	all.Go(w.traffic)
	all.Wait()
	w.people.Wait()
	w.checkComplaints()
	w.checkSteps()
	w.checkDigests()
	t.Logf("%d complaints, %d messages", len(w.heard), len(w.log))
}

// checkComplaints: each complaint stands in one message, in time, and at night only
// what is critical.
func (w *week) checkComplaints() {
	count := map[mention.ID]int{}
	storms := 0
	mornings := map[string]bool{}
	for _, p := range w.log {
		switch p.Kind {
		case mention.Complaint:
			count[p.MentionID]++
			heard := w.mentions[p.MentionID].HeardAt
			switch {
			case w.held[p.MentionID]:
				end := p.at.In(w.zone)
				if end.Hour() != 8 || end.Minute() > 1 || p.at.Sub(heard) > 12*time.Hour || p.ThreadOf == "" {
					w.t.Errorf("heard at night, %s, and posted at %s, in thread %q", heard.In(w.zone), end, p.ThreadOf)
				}
			case p.at.Sub(heard) > 2*time.Second:
				w.t.Errorf("heard at %s and posted at %s", heard.In(w.zone), p.at.In(w.zone))
			}
		case mention.Burst:
			storms++
		case mention.Digest:
			if p.Route == "#mentions" {
				if day := p.at.In(w.zone).Format("01-02 15:04"); mornings[day] || !strings.HasSuffix(day, "08:00") {
					w.t.Errorf("the night's message comes at %s", day)
				} else {
					mornings[day] = true
				}
			}
		}
	}
	for _, id := range w.heard {
		if count[id] != 1 {
			w.t.Errorf("a complaint of %s stands in %d messages", w.mentions[id].HeardAt.In(w.zone), count[id])
		}
	}
	if storms != 1 || len(mornings) != 7 {
		w.t.Errorf("%d storm messages, want 1; %d mornings, want 7", storms, len(mornings))
	}
}

// checkSteps: every deadline step once, at its time by the wall clock, within the
// clock's pace and a minute.
func (w *week) checkSteps() {
	got := map[mention.ID]map[string][]time.Time{}
	for _, p := range w.log {
		if p.Kind != mention.Escalation || p.MentionID == "" {
			continue
		}
		if got[p.MentionID] == nil {
			got[p.MentionID] = map[string][]time.Time{}
		}
		for _, step := range []string{"Nobody has taken", "Nobody in #mentions", "you took this", "It is open again", "said"} {
			if strings.Contains(p.text, step) {
				got[p.MentionID][step] = append(got[p.MentionID][step], p.at)
				break
			}
		}
	}
	end := w.start.Add(weekLength)
	storm, ofStorm := w.inStorm(), map[string]time.Time{}
	for _, id := range w.heard {
		shown := w.postedAt[w.own[id]]
		begin := shown // the clocks run from the moment the message could be seen
		want := map[string]time.Time{}
		switch w.fates[id] {
		case nobody:
			want["Nobody has taken"] = w.due(begin, claimIn)
			want["Nobody in #mentions"] = w.due(begin, 2*claimIn)
		case silent:
			nudge := w.due(begin, replyIn)
			if late := w.due(shown.Add(2*time.Minute), replyIn/2); late.After(nudge) {
				nudge = late
			}
			want["you took this"] = nudge
			want["It is open again"] = w.due(nudge, claimIn)
			want["Nobody in #mentions"] = w.due(nudge, claimIn)
		case unproved:
			want["said"] = w.awake(w.mentions[id], shown.Add(7*time.Minute+time.Hour))
		}
		for step, at := range want {
			if storm[id] && step != "said" { // told once, for the first
				if first, ok := ofStorm[step]; !ok || at.Before(first) {
					ofStorm[step] = at
				}
				continue
			}
			times := got[id][step]
			switch {
			case at.After(end.Add(-2*time.Minute)) && len(times) == 0:
			case len(times) != 1:
				w.t.Errorf("heard %s, fate %d: %q came %d times, want once at %s", begin.In(w.zone), w.fates[id], step, len(times), at.In(w.zone))
			case times[0].Sub(at).Abs() > 90*time.Second:
				w.t.Errorf("heard %s, fate %d: %q came at %s, want %s", begin.In(w.zone), w.fates[id], step, times[0].In(w.zone), at.In(w.zone))
			}
			delete(got[id], step)
		}
		for step, times := range got[id] {
			w.t.Errorf("heard %s, fate %d: %q came at %v, want never", begin.In(w.zone), w.fates[id], step, times)
		}
	}
	w.checkStorm(ofStorm)
}

// inStorm are the complaints of the week's storm: what its message gathered, and what was
// heard in the half hour before.
func (w *week) inStorm() map[mention.ID]bool {
	var storm mention.Alert
	for _, p := range w.log {
		if p.Kind == mention.Burst {
			storm = p.Alert
		}
	}
	in := map[mention.ID]bool{}
	for id, own := range w.own {
		heard, m := w.all[own], w.mentions[id]
		gathered := heard.ThreadOf == storm.ID
		before := heard.ThreadOf == "" && !m.HeardAt.After(storm.CreatedAt) && storm.CreatedAt.Sub(m.HeardAt) <= alerts.StormWindow
		in[id] = m.Severity < mention.Critical && (gathered || before)
	}
	return in
}

// checkStorm: what is said of the storm is said once, when the first of its complaints
// is due.
func (w *week) checkStorm(want map[string]time.Time) {
	for step, what := range map[string]struct {
		text   string
		thread bool
	}{"Nobody has taken": {"Nobody has taken", true}, "Nobody in #mentions": {"Nobody has taken", false}, "you took this": {"you took complaints of the storm", true}, "It is open again": {"They are open again", true}} {
		var at []time.Time
		for _, p := range w.log {
			if p.Kind == mention.Escalation && p.MentionID == "" && strings.Contains(p.text, what.text) && what.thread == (p.ThreadOf != "") {
				at = append(at, p.at)
			}
		}
		if len(at) != 1 || at[0].Sub(want[step]).Abs() > 90*time.Second {
			w.t.Errorf("of the storm %q came at %v, want once at %s", step, at, want[step])
		}
	}
}

// checkDigests: one a day and one a week at nine by the wall clock, and together
// they count every complaint once.
func (w *week) checkDigests() {
	daily, weekly, heard := 0, 0, 0
	for _, p := range w.log {
		if p.Kind != mention.Digest || p.Route != "#digest" {
			continue
		}
		if at := p.at.In(w.zone); at.Hour() != 9 || at.Minute() != 0 || at.Second() > 12 {
			w.t.Errorf("a digest at %s", at)
		}
		s := alerts.ReadDetails(p.Payload).Summary
		if s.Period == alerts.Weekly {
			weekly++
			continue
		}
		daily++
		heard += s.Report.Heard
	}
	if daily != 8 || weekly != 1 || heard != len(w.heard) {
		w.t.Errorf("%d daily and %d weekly digests, want 8 and 1; they count %d complaints of %d", daily, weekly, heard, len(w.heard))
	}
}
