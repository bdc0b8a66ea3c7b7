package desk_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestNumbersAreThoseOfTheAudit lives random lives of complaints over some weeks, and counts them twice: as
// reports do, by the clocks that are kept of each case, and by going through the audit from its beginning,
// minute by minute where a deadline runs.
func TestNumbersAreThoseOfTheAudit(t *testing.T) {
	if testing.Short() {
		t.Skip("short: virtual weeks")
	}
	server := testkit.Postgres(t)
	for seed, database := range []string{"", "", testkit.Database(t, server.URL)} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newWeeks(t, uint64(seed), database)
			for end := w.Now.AddDate(0, 0, 15); w.Now.Before(end); {
				w.live()
			}
			w.compare(w.Now.AddDate(0, 0, -20), w.Now)
			w.compare(w.Now.AddDate(0, 0, -5), w.Now.AddDate(0, 0, -1))
		})
	}
}

const replyWithin = 90 * time.Minute

// weeks are the lives of complaints.
type weeks struct {
	*rig.Rig
	dice      *rand.Rand
	open      hours.Hours
	desk      *desk.Desk
	deadlines *desk.Deadlines
	said      []mention.Mention // as their posts stand there
	answers   []mention.Mention
}

func newWeeks(t *testing.T, seed uint64, database string) *weeks {
	t.Helper()
	open, err := hours.Parse("Mon-Fri 09:00-21:00 Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	each := alerts.Deadline{Claim: 20 * time.Minute, Reply: replyWithin, Notify: "@oncall", EscalateTo: "#leads", Hours: open}
	rules := alerts.Rules{Official: map[string][]string{rig.Bank: {"Support"}}, Profiles: map[string][]alerts.Profile{rig.Bank: {{Name: "Support", Address: "https://forum.example/u/1"}}},
		Deadlines: map[mention.Severity]alerts.Deadline{mention.Low: each, mention.Normal: each, mention.High: each, mention.Critical: each}}
	w := &weeks{Rig: rig.NewIn(t, rules, database), dice: rand.New(rand.NewPCG(seed, 1)), open: open}
	now := func() time.Time { return w.Now }
	w.desk = desk.NewDesk(w.Store, nil, now, func() {})
	w.deadlines = desk.NewDeadlines(desk.DeadlineOptions{Cases: w.Store, Rules: w.Planner.Rules, Log: slog.New(slog.DiscardHandler), Now: now, Changed: func() {}})
	return w
}

// live lets one thing happen, and some time go by.
func (w *weeks) live() {
	switch n := w.dice.IntN(100); {
	case n < 25:
		w.say()
	case n < 30 && len(w.said) > 0:
		w.edit()
	case n < 35 && len(w.said) > 0:
		w.vanish()
	case n < 45 && len(w.said) > 0:
		w.answer()
	case n < 47 && len(w.answers) > 0:
		a := &w.answers[w.dice.IntN(len(w.answers))]
		a.Post.Deleted, a.Post.Text = true, ""
		w.Poll(*a)
	default:
		w.press()
	}
	if w.dice.IntN(5) > 0 {
		w.Shown()
	}
	for next := w.Now.Add(time.Duration(1+w.dice.IntN(90)) * time.Minute); w.Now.Before(next); w.Now = w.Now.Add(10 * time.Minute) {
		w.steps()
	}
	w.steps()
}

func (w *weeks) steps() {
	if err := w.deadlines.Step(w.T.Context()); err != nil {
		w.T.Fatal(err)
	}
}

// minutes is a time of up to so many minutes ago.
func (w *weeks) minutes(most int) time.Time {
	return w.Now.Add(-time.Duration(w.dice.IntN(most*60)) * time.Second)
}

func (w *weeks) say() {
	var words []string
	for range 12 {
		words = append(words, rig.Numbered(w.dice.IntN(300)))
	}
	m := rig.Said([]string{rig.Forum, rig.Review}[w.dice.IntN(2)], fmt.Sprint(len(w.said)), fmt.Sprint("author ", w.dice.IntN(12)), strings.Join(words, " "), []float64{-0.7, -0.7, -0.7, 0.6}[w.dice.IntN(4)])
	switch w.dice.IntN(5) {
	case 0:
		m.Post.Published, m.Post.DateOnly = w.Now.Truncate(24*time.Hour), true
	case 1:
		m.Post.Published = w.Now.Add(2 * time.Hour) // the site's own hours
	case 2: // it says nothing
	default:
		m.Post.Published = w.minutes(30)
	}
	w.said = append(w.said, m)
	w.Poll(m)
}

// lately is one of the last posts.
func (w *weeks) lately() *mention.Mention {
	from := max(0, len(w.said)-20)
	return &w.said[from+w.dice.IntN(len(w.said)-from)]
}

func (w *weeks) edit() {
	m := w.lately()
	if m.Post.Deleted {
		return
	}
	rig.Judge(m, []float64{-0.95, 0.8, -0.7}[w.dice.IntN(3)])
	m.Post.Text, m.Post.Edited = m.Post.Text+" "+rig.Numbered(w.dice.IntN(300))+" "+rig.Numbered(w.dice.IntN(300)), w.Now
	w.Poll(*m)
}

// vanish takes a post from its site, or puts it back.
func (w *weeks) vanish() {
	m := w.lately()
	m.Post.Deleted = !m.Post.Deleted
	seen := *m
	if seen.Post.Deleted {
		seen.Post.Text = ""
	}
	w.Poll(seen)
}

func (w *weeks) answer() {
	to, n := w.lately(), len(w.answers)
	a := rig.Said(to.Post.Source, fmt.Sprint("a", n), "Support", fmt.Sprint("Перепрошуємо, вже вирішили ", n), 0.5)
	a.Post.AuthorURL, a.Post.Published, a.Post.ReplyTo = "https://forum.example/u/1", w.minutes(20), to.Post.ID
	w.answers = append(w.answers, a)
	w.Poll(a)
}

// press lets somebody press a button, be it too late or somebody else's.
func (w *weeks) press() {
	page, err := w.Store.List(w.T.Context(), mention.Query{Alerted: true, Limit: 40})
	if err != nil {
		w.T.Fatal(err)
	}
	if len(page.Entries) == 0 {
		return
	}
	e := page.Entries[w.dice.IntN(len(page.Entries))]
	ira, oleh := mention.Person{ID: "slack:U1", Name: "Ira"}, mention.Person{ID: "slack:U2", Name: "Oleh"}
	a := mention.Action{By: []mention.Person{ira, oleh}[w.dice.IntN(2)], From: e.Case.Owner.ID, To: oleh, Until: w.Now.Add(time.Duration(1+w.dice.IntN(600)) * time.Minute),
		Reason: []string{mention.NotUs, mention.NotNegative, mention.Spam, mention.Gone}[w.dice.IntN(4)]}
	verbs := []mention.Verb{mention.Claim, mention.Claim, mention.Release, mention.TakeOver, mention.Assign, mention.Reply, mention.Reply, mention.Dismiss, mention.Snooze, mention.Snooze, mention.Wake, mention.Reopen, mention.Undo}
	a.Verb = verbs[w.dice.IntN(len(verbs))]
	_, err = w.desk.Do(w.T.Context(), e.Mention.ID, a)
	var taken *mention.TakenError
	if err != nil && !errors.Is(err, mention.ErrNothingToDo) && !errors.As(err, &taken) {
		w.T.Fatal(err)
	}
}

// life is one complaint as the audit tells it.
type life struct {
	mention.Mention
	status                                    mention.Status
	heard, posted, claimed, replied, reopened time.Time
	seen                                      bool
	still                                     [][2]time.Time // while it was put off, or its post was gone
	slept, gone                               time.Time
	was                                       mention.Status // before it was dismissed
	unclear                                   bool           // which moment counts: it was said to be answered while it was gone, and came back
}

// lives goes through the audit of all complaints.
func (w *weeks) lives() (all []life) {
	ctx := context.Background()
	for q := (mention.Query{Alerted: true, Limit: 500}); ; {
		page, err := w.Store.List(ctx, q)
		if err != nil {
			w.T.Fatal(err)
		}
		for _, e := range page.Entries {
			file, err := w.Store.CaseFile(ctx, e.Mention.ID)
			if err != nil {
				w.T.Fatal(err)
			}
			own, _, err := w.Store.AlertOf(ctx, e.Mention.ID)
			if err != nil {
				w.T.Fatal(err)
			}
			l := life{Mention: e.Mention, posted: own.PostedAt}
			for _, event := range file.History {
				l.happened(event)
			}
			l.rests(&l.slept, w.Now)
			l.rests(&l.gone, w.Now)
			all = append(all, l)
		}
		if q.After = page.Next; q.After == "" {
			return all
		}
	}
}

// rests notes that what began to stand still went on.
func (l *life) rests(since *time.Time, till time.Time) {
	if !since.IsZero() {
		l.still = append(l.still, [2]time.Time{*since, till})
		*since = time.Time{}
	}
}

func (l *life) happened(e mention.Event) {
	open := func(claimed time.Time) { l.status, l.claimed = mention.Open, claimed }
	switch e.Kind {
	case "alerted":
		l.heard, l.status = e.At, mention.Open
	case string(mention.Claim), string(mention.TakeOver), string(mention.Assign):
		if l.status == mention.Open {
			l.claimed = e.At
		}
		l.status = mention.Claimed
		l.rests(&l.slept, e.At)
	case string(mention.Release):
		open(time.Time{})
	case "escalated":
		if strings.HasPrefix(e.Detail, alerts.StepReleased) {
			open(time.Time{})
		}
	case string(mention.Reply), "answered":
		l.status, l.replied, l.seen = mention.Replied, e.At, e.Kind == "answered"
		l.rests(&l.slept, e.At)
	case string(mention.Dismiss):
		l.was, l.status = l.status, mention.Dismissed
	case string(mention.Reopen):
		open(time.Time{})
		l.replied, l.seen, l.reopened, l.still, l.slept = time.Time{}, false, e.At, nil, time.Time{}
	case string(mention.Undo):
		if l.status == mention.Dismissed {
			l.status = l.was
		} else {
			l.slept = time.Time{}
		}
	case string(mention.Snooze):
		if l.slept.IsZero() {
			l.slept = e.At
		}
	case string(mention.Wake), "woke":
		l.rests(&l.slept, e.At)
	case "deleted":
		l.gone = e.At
	case "edited":
		l.unclear = l.unclear || !l.gone.IsZero() && l.status == mention.Replied
		l.rests(&l.gone, e.At)
	}
}

// kept is whether the answer was in time; due is false where nobody can say yet.
func (l *life) kept(open hours.Hours, now time.Time) (inTime, due bool) {
	from, till := l.heard, now
	for _, at := range []time.Time{l.posted, l.reopened} {
		if at.After(from) {
			from = at
		}
	}
	if l.status == mention.Replied {
		till = l.replied
	}
	ran := time.Duration(0)
	for at := from; at.Before(till) && ran <= replyWithin; at = at.Add(time.Minute) {
		stands := slices.ContainsFunc(l.still, func(s [2]time.Time) bool { return !at.Before(s[0]) && at.Before(s[1]) })
		if !stands && open.Open(at) {
			ran += time.Minute
		}
	}
	l.unclear = l.unclear || ran == replyWithin // to the minute
	late := ran > replyWithin
	return l.status == mention.Replied && !late, l.status == mention.Replied || late
}

// tally is what a report counts.
type tally struct {
	report.Report
	waits map[string][]time.Duration
}

func (t *tally) wait(name string, from, to time.Time) {
	if !from.IsZero() && !to.IsZero() && !to.Before(from) {
		t.waits[name] = append(t.waits[name], to.Sub(from))
	}
}

func (t *tally) add(l life) {
	t.Heard++
	t.Proved += number(l.seen)
	begins, published := l.heard, l.Post.Published
	if l.Post.DateOnly || published.After(l.heard) || l.heard.After(l.HeardAt) {
		published = time.Time{}
	}
	t.wait("hear", published, l.heard)
	if l.reopened.After(begins) {
		begins, published = l.reopened, l.reopened
	}
	t.wait("claim", begins, l.claimed)
	switch l.status {
	case mention.Replied:
		t.Answered++
		t.wait("answer", l.claimed, l.replied)
		if published.IsZero() {
			published = begins
		}
		t.wait("overall", published, l.replied)
	case mention.Dismissed:
		t.Dismissed++
	default:
		t.Unanswered++
	}
}

// compare counts those that were heard in a period both ways.
func (w *weeks) compare(since, until time.Time) {
	w.T.Helper()
	cases, err := w.Store.Times(w.T.Context(), since, until)
	if err != nil {
		w.T.Fatal(err)
	}
	scope := report.Scope{Since: since, Until: until, Zone: time.UTC, Now: w.Now, Reply: w.Planner.Rules().ReplyWithin}
	want := tally{waits: map[string][]time.Duration{}}
	for _, l := range w.lives() {
		if l.heard.Before(since) || !l.heard.Before(until) {
			continue
		}
		i := slices.IndexFunc(cases, func(c mention.Times) bool { return c.MentionID == l.ID })
		if i < 0 {
			w.T.Fatalf("%s: the report knows nothing of it", l.ID)
		}
		want.add(l)
		inTime, due := l.kept(w.open, w.Now)
		got := report.New(cases[i:i+1], scope).Kept
		if kept := (report.Kept{InTime: number(inTime), Of: number(due)}); l.status != mention.Dismissed && !l.unclear && got != kept {
			w.T.Errorf("%s: in time %+v, by the audit %+v\n%+v", l.ID, got, kept, cases[i])
		}
	}
	r := report.New(cases, scope)
	if got := (report.Report{Heard: r.Heard, Answered: r.Answered, Proved: r.Proved, Dismissed: r.Dismissed, Unanswered: r.Unanswered}); fmt.Sprint(got) != fmt.Sprint(want.Report) {
		w.T.Errorf("the report says %+v, the audit %+v", got, want.Report)
	}
	for name, got := range map[string]report.Spread{"hear": r.Hear, "claim": r.Claim, "answer": r.Answer, "overall": r.Overall} {
		if all := want.waits[name]; got != spreadOf(all) {
			w.T.Errorf("%s: %+v, by the audit %+v", name, got, spreadOf(all))
		}
	}
}

// spreadOf is the least wait that so many in a hundred do not exceed.
func spreadOf(all []time.Duration) (s report.Spread) {
	slices.Sort(all)
	for i := len(all) - 1; i >= 0; i-- {
		if 100*(i+1) >= 50*len(all) {
			s.Median = all[i]
		}
		if 100*(i+1) >= 90*len(all) {
			s.P90 = all[i]
		}
	}
	s.Of = len(all)
	return s
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
