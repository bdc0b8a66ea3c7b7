package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

func act(s *Store, id mention.ID, a mention.Action) (mention.Case, error) {
	return s.UpdateCase(background, id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		if err := c.Apply(a); err != nil {
			return nil, nil, err
		}
		return []mention.Event{{Kind: string(a.Verb), By: a.By, At: a.At, Detail: a.Reason}}, nil, nil
	})
}

func person(name string) mention.Person { return mention.Person{ID: "slack:" + name, Name: name} }

func claim(t *testing.T, s *Store, id mention.ID, name string) mention.Case {
	t.Helper()
	c, err := act(s, id, mention.Action{Verb: mention.Claim, By: person(name), At: t0})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testUpdateCase(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	id := mentionID(post(1), "Romashka")
	c := claim(t, s, id, "ira")
	if c.Status != mention.Claimed || c.Version != 2 || c.Owner != person("ira") {
		t.Errorf("claimed %+v", c)
	}
	_, stored, _ := s.Mention(background, id)
	want(t, "stored", stored, c)

	var taken *mention.TakenError
	c, err := act(s, id, mention.Action{Verb: mention.Claim, By: person("oleh"), At: t0})
	if !errors.As(err, &taken) || taken.By.Name != "ira" || c != stored {
		t.Errorf("loser: %+v, %v", c, err)
	}
	if _, err = act(s, "no", mention.Action{Verb: mention.Claim}); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
	// A step that only records: version goes up by itself, the alert is enqueued with it.
	escalation := notice("escalation", mention.High, time.Time{})
	escalation.MentionID, escalation.Kind = id, mention.Escalation
	c, err = s.UpdateCase(background, id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		c.Level++
		return []mention.Event{{Kind: "escalated"}}, []mention.Alert{escalation}, nil
	})
	if err != nil || c.Version != 3 || c.Level != 1 {
		t.Errorf("level: %+v, %v", c, err)
	}
	c, err = s.UpdateCase(background, id, func(*mention.Case) ([]mention.Event, []mention.Alert, error) { return nil, nil, nil })
	if err != nil || c.Version != 3 {
		t.Errorf("no change: %+v, %v", c, err)
	}
	want(t, "alerts", len(must(s.alertsOf(background, id))(t)), 2)
	want(t, "history", kinds(must(s.history(background, id))(t)), "heard claim escalated")
}

// Every mention is claimed by everybody at once: one winner each, every loser told
// who has it: 10,000 claims on 1,000 mentions, a tenth of it with -short or -race.
func testOneWinner(t *testing.T, open opener) {
	mentions, people := 1000, 10
	if testing.Short() || raceDetector {
		mentions = 100
	}
	s := open(t)
	found := make([]mention.AnalyzedPost, mentions)
	for n := range found {
		found[n] = heard(post(n), "Romashka")
	}
	ingest(t, s, intakeOf(found...))
	winners := make([]atomic.Pointer[string], mentions)
	var won, lost atomic.Int64
	var wg sync.WaitGroup
	for who := range people {
		name := fmt.Sprintf("p%d", who)
		wg.Go(func() {
			for n := range found {
				_, err := act(s, mentionID(found[n].Post, "Romashka"), mention.Action{Verb: mention.Claim, By: person(name), At: t0})
				var taken *mention.TakenError
				switch {
				case err == nil:
					won.Add(1)
					if !winners[n].CompareAndSwap(nil, &name) {
						t.Errorf("mention %d has two winners", n)
					}
				case errors.As(err, &taken) && taken.By.Name != name && taken.By.Name != "":
					lost.Add(1)
				default:
					t.Errorf("claim of %d by %s: %v", n, name, err)
				}
			}
		})
	}
	wg.Wait()
	want(t, "winners", won.Load(), int64(mentions))
	want(t, "losers", lost.Load(), int64(mentions*(people-1)))
	for n := range found {
		_, c, err := s.Mention(background, mentionID(found[n].Post, "Romashka"))
		if err != nil || c.Owner.Name != *winners[n].Load() || c.Version != 2 {
			t.Fatalf("mention %d: %+v, %v, told %s", n, c, err, *winners[n].Load())
		}
	}
	want(t, "events", len(must(s.events(background, t0, t0.Add(1e9)))(t)), 2*mentions)
}

func testLessons(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka")))
	first, second := mentionID(post(1), "Romashka"), mentionID(post(2), "Romashka")
	do := func(id mention.ID, verb mention.Verb, reason string) {
		t.Helper()
		if _, err := act(s, id, mention.Action{Verb: verb, By: person("ira"), At: t0, Reason: reason}); err != nil {
			t.Fatal(err)
		}
	}
	do(first, mention.Dismiss, mention.NotNegative)
	do(second, mention.Dismiss, mention.MutedAuthor)
	list := must(s.Feedback(background))(t)
	if len(list) != 1 || list[0].MentionID != first || list[0].Text != post(1).Text || list[0].By != person("ira") || len(list[0].Score.Why) != 1 || list[0].Kind != mention.Forum {
		t.Fatalf("lessons %+v", list)
	}
	a, _ := s.view().Author(background, "forum", post(2).Author, t0)
	want(t, "muted until", a.MutedUntil.Equal(t0.Add(mention.MuteFor)), true)
	do(first, mention.Reopen, "")
	do(second, mention.Reopen, "")
	want(t, "lessons taken back", len(must(s.Feedback(background))(t)), 0)
	a, _ = s.view().Author(background, "forum", post(2).Author, t0)
	want(t, "unmuted", a.MutedUntil.IsZero(), true)

	guest := post(8)
	guest.Author = "Гость"
	ingest(t, s, intakeOf(heard(guest, "Romashka")))
	do(mentionID(guest, "Romashka"), mention.Dismiss, mention.MutedAuthor)
	var muted int
	if err := s.read.QueryRow(`SELECT COUNT(*) FROM mutes`).Scan(&muted); err != nil {
		t.Fatal(err)
	}
	want(t, "mutes of guests", muted, 0)
	a, _ = s.view().Author(background, "forum", guest.Author, t0.Add(-time.Hour))
	want(t, "a guest's history", a, mention.Author{})
}

// testMutes: a mute is listed until it ends, the last press counts, and a person may end
// it without its message; that is in the audit.
func testMutes(t *testing.T, open opener) {
	s := open(t)
	again := post(2)
	again.ID, again.URL, again.Author = "again", "https://forum.example/again", post(1).Author
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(again, "Romashka")))
	first, second := mentionID(post(1), "Romashka"), mentionID(again, "Romashka")
	for i, id := range []mention.ID{first, second} {
		a := mention.Action{Verb: mention.Dismiss, By: person("ira"), At: t0.Add(time.Duration(i) * time.Hour), Reason: mention.MutedAuthor}
		if _, err := act(s, id, a); err != nil {
			t.Fatal(err)
		}
	}
	until := t0.Add(time.Hour + mention.MuteFor)
	list := must(s.Mutes(background, t0))(t)
	want(t, "mutes", fmt.Sprint(list), fmt.Sprint([]mention.Mute{{MentionID: second, Source: "forum", Author: post(1).Author, By: person("ira"), At: t0.Add(time.Hour), Until: until}}))
	want(t, "ended by itself", len(must(s.Mutes(background, until))(t)), 0)
	if err := s.LiftMute(background, first, person("oleh"), t0); !errors.Is(err, ErrNotFound) {
		t.Errorf("lifting what does not stand: %v", err)
	}
	want(t, "lift", s.LiftMute(background, second, person("oleh"), t0.Add(2*time.Hour)), nil)
	want(t, "lifted", len(must(s.Mutes(background, t0))(t)), 0)
	events := must(s.events(background, t0.Add(2*time.Hour), t0.Add(3*time.Hour)))(t)
	if len(events) != 1 || events[0].Kind != "unmuted" || events[0].By != person("oleh") || events[0].MentionID != second {
		t.Errorf("events %+v", events)
	}
	for _, verb := range []mention.Verb{mention.Reopen, mention.Dismiss} {
		if _, err := act(s, second, mention.Action{Verb: verb, By: person("ira"), At: t0, Reason: mention.MutedAuthor}); err != nil {
			t.Fatal(err)
		}
	}
	until = t0.Add(mention.MuteFor)
	for _, left := range []int{1, 0} { // a second before its end, and after it
		var n int
		before := until.Add(time.Duration(1-2*left) * time.Second)
		must(s.Prune(background, Retention{Mentions: before}))(t)
		if err := s.read.QueryRowContext(background, `SELECT COUNT(*) FROM mutes`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		want(t, "names kept", n, left)
	}
}

func testSources(t *testing.T, open opener) {
	s := open(t)
	st := must(s.Source(background, "forum"))(t)
	want(t, "never polled", fmt.Sprintf("%+v", st), fmt.Sprintf("%+v", mention.SourceState{Name: "forum"}))
	in := intakeOf()
	in.Baseline = true
	ingest(t, s, in)
	st.Cursor, st.LastPoll, st.LastSuccess, st.LastNew = `{"etag":"x"}`, t0, t0.Add(1000), t0.Add(2000)
	st.LastError, st.Failures, st.SuspendedUntil, st.Every, st.Health = "down", 3, t0.Add(time.Hour), time.Minute, []byte(`{"a":1}`)
	for range 2 {
		if err := s.SaveSource(background, st); err != nil { // st was read before the baseline was done
			t.Fatal(err)
		}
	}
	st.Key, st.Baselined = "forum", true
	want(t, "loaded", fmt.Sprintf("%+v", must(s.Source(background, "forum"))(t)), fmt.Sprintf("%+v", st))
	if err := s.SaveSource(background, mention.SourceState{Name: "another"}); err != nil {
		t.Fatal(err)
	}
	list := must(s.Sources(background))(t)
	want(t, "all", len(list), 2)
	want(t, "by key", list[0].Name, "another")
	want(t, "another key is another source", must(s.Source(background, "renamed"))(t).Baselined, false)
}

func testList(t *testing.T, open opener) {
	s := open(t)
	praise := heard(post(3), "Romashka")
	praise.Mentions[0].Score = mention.Score{Value: 0.8, Label: mention.Positive}
	news := post(4)
	news.Title, news.Text = "Ромашка Банк", "Втратили мою ПОСИЛКУ, гроші не повернули"
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2), "Delivery")))
	later := intakeOf(praise, heard(news, "Romashka"))
	later.At = t0.Add(time.Hour)
	if _, err := s.Ingest(background, later, func(_ context.Context, _ *Tx, list []*mention.PendingMention) error {
		for _, d := range list {
			if d.Mention.Score.Label == mention.Negative {
				d.Mention.Severity, d.Case.Status = mention.Critical, mention.Open
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	claim(t, s, mentionID(post(1), "Romashka"), "ira")
	if _, err := act(s, mentionID(post(2), "Delivery"), mention.Action{Verb: mention.Reply, By: person("ira"), At: t0}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		q    mention.Query
		want string
	}{
		{"all", mention.Query{}, "4 3 2 1"},
		{"watch", mention.Query{Watch: "Romashka"}, "4 3 1"},
		{"alerted", mention.Query{Alerted: true}, "4 2 1"},
		{"severity", mention.Query{Severity: mention.High}, "4"},
		{"status", mention.Query{Statuses: []mention.Status{mention.Claimed, mention.Quiet}}, "3 1"},
		{"unanswered", mention.Query{Unanswered: true}, "4 1"},
		{"unproved", mention.Query{Unverified: true}, "2"},
		{"since", mention.Query{Since: t0.Add(time.Minute)}, "4 3"},
		{"until", mention.Query{Until: t0.Add(time.Hour)}, "2 1"},
		{"label", mention.Query{Label: mention.Positive}, "3"},
		{"owner", mention.Query{Owner: "slack:ira"}, "2 1"},
		{"author", mention.Query{Author: "author 2", Source: "forum"}, "2"},
		{"text", mention.Query{Text: "Посилку гроші"}, "4"},
		{"text in any case", mention.Query{Text: "PARCEL"}, "3 2 1"},
		{"text and watch", mention.Query{Text: "parcel", Watch: "Delivery"}, "2"},
		{"nothing", mention.Query{Source: "x"}, ""},
	} {
		var got []string
		for _, e := range must(s.List(background, c.q))(t).Entries {
			got = append(got, e.Mention.Post.ID)
		}
		// Two pairs were heard at the same moment: their order is by id of the mention.
		if len(got) > 1 {
			got = byNumberWithinHour(got)
		}
		want(t, c.name, strings.Join(got, " "), c.want)
	}
	if _, err := s.List(background, mention.Query{After: "%%"}); err == nil {
		t.Error("a foreign page mark is no error")
	}
}

// byNumberWithinHour orders 3,4 and 1,2 downwards without mixing the pairs.
func byNumberWithinHour(list []string) []string {
	for i := 1; i < len(list); i++ {
		a, b := list[i-1], list[i]
		if a < b && (a >= "3") == (b >= "3") {
			list[i-1], list[i] = b, a
		}
	}
	return list
}

func testPages(t *testing.T, open opener) {
	s := open(t)
	const posts = 25
	for n := range posts {
		in := intakeOf(heard(post(n), "Romashka"))
		in.At = t0.Add(time.Duration(n/4) * time.Minute) // four at the same moment
		ingest(t, s, in)
	}
	seen := map[mention.ID]bool{}
	q := mention.Query{Limit: 7}
	pages := 0
	for {
		page := must(s.List(background, q))(t)
		pages++
		for _, e := range page.Entries {
			if seen[e.Mention.ID] {
				t.Errorf("%s twice", e.Mention.Post.ID)
			}
			seen[e.Mention.ID] = true
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	want(t, "entries", len(seen), posts)
	want(t, "pages", pages, 4)
}

func testTimes(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka")))
	id := mentionID(post(1), "Romashka")
	claim(t, s, id, "ira")
	send(t, s, alertID(id))
	var got mention.Times
	list := must(s.Times(background, t0, t0.Add(time.Hour)))(t)
	for _, one := range list {
		if one.MentionID == id {
			got = one
		}
	}
	want(t, "cases", len(list), 2)
	wantTimes := mention.Times{MentionID: id, Watch: "Romashka", Source: "forum", Author: "author 1", Lang: "en", Severity: mention.Normal, Topics: []string{"delivery"},
		Status: mention.Claimed, Owner: person("ira"), Published: post(1).Published, Heard: t0, Posted: t0, Claimed: t0}
	want(t, "times", fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", wantTimes))
	want(t, "times of another day", len(must(s.Times(background, t0.Add(time.Hour), t0.Add(2*time.Hour)))(t)), 0)

	events := must(s.events(background, t0, t0.Add(time.Hour)))(t)
	want(t, "events", kinds(events), "heard heard claim")
	want(t, "by", events[2].By, person("ira"))
}

func testPrune(t *testing.T, open opener) {
	s := open(t)
	old := intakeOf(heard(post(1), "Romashka"), heard(post(2)), heard(post(3), "Romashka", "Delivery"))
	old.At = t0.AddDate(0, 0, -200)
	ingest(t, s, old)
	ingest(t, s, intakeOf(heard(post(4), "Romashka"), heard(post(5))))
	closed := mentionID(post(1), "Romashka")
	for _, id := range []mention.ID{closed, mentionID(post(3), "Delivery")} {
		if _, err := act(s, id, mention.Action{Verb: mention.Dismiss, By: person("ira"), At: t0.Add(-time.Hour), Reason: mention.NotUs}); err != nil {
			t.Fatal(err)
		}
	}
	send(t, s, alertID(closed))
	p, err := s.Prune(background, DefaultRetention(t0))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "pruned", p, Pruned{Posts: 1, Mentions: 1})
	m, c, err := s.Mention(background, closed)
	if err != nil || m.Post.Body() != "\n" || m.Post.Author+m.Post.URL != "" || len(m.Spans)+len(m.Score.Why) > 0 || m.Score.Value != -0.6 || m.Score.Complaint != 0.81 || c.Status != mention.Dismissed || m.Post.Deleted {
		t.Errorf("mention %+v, case %+v, %v", m, c, err)
	}
	want(t, "frames keep no words", fmt.Sprint(m.Score.Frames), "[{about us 0 0 } {voice customer 0 0 }]")
	m, _, _ = s.Mention(background, mentionID(post(3), "Delivery"))
	want(t, "words shared with an open case stay", m.Post.Text, post(3).Text)
	r := ingest(t, s, old)
	want(t, "the posts stay known", r.Known, 3)
	p, err = s.Prune(background, DefaultRetention(t0))
	want(t, "again", p, Pruned{})
	want(t, "again", err, nil)
	p, err = s.Prune(background, Retention{Events: t0.Add(time.Hour)})
	if err != nil || p.Events == 0 || p.Alerts != 1 {
		t.Errorf("events: %+v, %v", p, err)
	}
	p, _ = s.Prune(background, Retention{})
	want(t, "no retention", p, Pruned{})
}

// A page may show another text long after the words went, and its complaint be told then: it
// is answered like any other, and the new words go with time as the old ones did.
func testPruneEdited(t *testing.T, open opener) {
	s := open(t)
	old := intakeOf(heard(post(1), "Romashka"))
	old.At = t0.AddDate(0, 0, -200)
	ingest(t, s, old)
	id := mentionID(post(1), "Romashka")
	close := func() {
		t.Helper()
		if _, err := act(s, id, mention.Action{Verb: mention.Dismiss, By: person("ira"), At: t0.Add(-time.Hour), Reason: mention.NotUs}); err != nil {
			t.Fatal(err)
		}
	}
	close()
	want(t, "pruned", must(s.Prune(background, DefaultRetention(t0)))(t), Pruned{Mentions: 1})
	edited := post(1)
	edited.Text = "Romashka lost my second parcel too"
	want(t, "edited", ingest(t, s, intakeOf(heard(edited, "Romashka"))).Edited, 1)
	if _, err := act(s, id, mention.Action{Verb: mention.Reopen, At: t0}); err != nil {
		t.Fatal(err)
	}
	if err := s.AddReply(background, draftOf(id, "k1")); err != nil {
		t.Errorf("it cannot be answered: %v", err)
	}
	want(t, "words of an open case stay", must(s.Prune(background, DefaultRetention(t0)))(t), Pruned{})
	close()
	want(t, "pruned again", must(s.Prune(background, DefaultRetention(t0)))(t), Pruned{Mentions: 1})
	if left := everywhere(t, s); strings.Contains(left, edited.Text) || strings.Contains(left, edited.Author) {
		t.Errorf("left for good: %s", left)
	}
}

// The words of a complaint may go before its case is done with, because somebody asked for it, and people
// press the buttons of a message whose words went long ago: what that leaves of staff goes with time all the
// same.
func testPruneStaff(t *testing.T, open opener) {
	s := open(t)
	old := intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka"), heard(post(3), "Romashka"))
	old.At = t0.AddDate(0, 0, -200)
	ingest(t, s, old)
	asked, pressed, open3 := mentionID(post(1), "Romashka"), mentionID(post(2), "Romashka"), mentionID(post(3), "Romashka")
	do := func(id mention.ID, verbs ...mention.Verb) {
		t.Helper()
		for _, verb := range verbs {
			if _, err := act(s, id, mention.Action{Verb: verb, By: person("ira"), At: t0.Add(-mention.UndoWithin), Reason: mention.NotUs}); err != nil {
				t.Fatal(verb, err)
			}
		}
	}
	named := func(id mention.ID) bool {
		t.Helper()
		_, c, err := s.Mention(background, id)
		if err != nil {
			t.Fatal(err)
		}
		return c.Owner.ID+c.Owner.Name+c.RepliedBy+c.SnoozedBy.ID+c.SnoozedBy.Name != ""
	}
	prune := func() { t.Helper(); must(s.Prune(background, DefaultRetention(t0)))(t) }
	do(asked, mention.Claim)
	do(open3, mention.Claim)
	for _, n := range []int{1, 3} {
		if got := must(s.Erase(background, Subject{URL: post(n).URL}, false))(t); got.Mentions != 1 {
			t.Fatalf("erased: %+v", got)
		}
	}
	do(asked, mention.Reply)
	do(pressed, mention.Claim, mention.Dismiss)
	prune()
	do(pressed, mention.Reopen, mention.Claim, mention.Reply)
	if !named(pressed) {
		t.Fatal("nobody has answered")
	}
	prune()
	if named(asked) {
		t.Error("erased on request: who answered stays for good")
	}
	if named(pressed) {
		t.Error("pressed after the words went: who answered stays for good")
	}
	if !named(open3) {
		t.Error("who has an open case is forgotten")
	}
}

// testPruneClosedLately: a case that waited longer than the retention is closed: its words stay
// while the public answer is looked for, and while a slip can be undone.
func testPruneClosedLately(t *testing.T, open opener) {
	const day = 24 * time.Hour
	s := open(t)
	for i, c := range []struct {
		name           string
		retention, ago time.Duration
		verb           mention.Verb
		seen           bool // the answer stands on the site
		stays          bool
	}{
		{"answered now", 20 * day, 0, mention.Reply, false, true},
		{"answered two weeks ago", 20 * day, 14 * day, mention.Reply, false, false},
		{"answered, and the answer seen", 20 * day, 0, mention.Reply, true, false},
		{"answered within a short retention", day, day - time.Hour, mention.Reply, false, true},
		{"answered before it", day, day + time.Hour, mention.Reply, false, false},
		{"dismissed now", 20 * day, 0, mention.Dismiss, false, true},
		{"dismissed for longer than can be undone", 20 * day, mention.UndoWithin, mention.Dismiss, false, false},
	} {
		old := intakeOf(heard(post(i), "Romashka"))
		old.At = t0.Add(-40 * day)
		ingest(t, s, old)
		id := mentionID(post(i), "Romashka")
		_, err := act(s, id, mention.Action{Verb: c.verb, By: person("ira"), At: t0.Add(-c.ago), Reason: mention.Spam})
		if err == nil && c.seen {
			_, err = s.UpdateCase(background, id, func(k *mention.Case) ([]mention.Event, []mention.Alert, error) {
				return nil, nil, k.Answered("Romashka Support", t0)
			})
		}
		if err != nil {
			t.Fatal(c.name, err)
		}
		must(s.Prune(background, Retention{Mentions: t0.Add(-c.retention)}))(t)
		m, _, err := s.Mention(background, id)
		want(t, c.name+": words and thread stay", m.Post.Text != "" && m.Post.ThreadURL != "", c.stays)
		want(t, c.name, err, nil)
	}
}

func testErase(t *testing.T, open opener) {
	s := open(t)
	a, b, c := post(1), post(2), post(3)
	a.Author, b.Author, c.Author = "olga", "olga", "ivan"
	ingest(t, s, intakeOf(heard(a, "Romashka"), heard(b), heard(c, "Romashka")))
	id := mentionID(a, "Romashka")
	if _, err := act(s, id, mention.Action{Verb: mention.Dismiss, By: person("ira"), At: t0, Reason: mention.NotNegative}); err != nil {
		t.Fatal(err)
	}
	want(t, "elsewhere", must(s.Erase(background, Subject{Source: "mirror", Author: "olga"}, false))(t).Posts, 0)
	want(t, "nobody", must(s.Erase(background, Subject{}, false))(t).Posts, 0)
	want(t, "erased", must(s.Erase(background, Subject{Author: "olga"}, false))(t).Posts, 2)
	m, cs, err := s.Mention(background, id)
	if err != nil || m.Post.Author != "" || m.Post.Body() != "\n" || !m.Post.Deleted || cs.Version != 3 {
		t.Errorf("mention %+v, case %+v, %v", m, cs, err)
	}
	want(t, "lessons", len(must(s.Feedback(background))(t)), 0)
	n := 0
	if err := s.Posts(background, t0, func(mention.Post) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	want(t, "posts left", n, 1)
	m, _, _ = s.Mention(background, mentionID(c, "Romashka"))
	want(t, "others stay", m.Post.Author, "ivan")
	want(t, "no such link", must(s.Erase(background, Subject{URL: "https://x.example"}, false))(t).Posts, 0)
}

func testInstallKey(t *testing.T, open opener) {
	s := open(t)
	key := must(s.InstallKey(background))(t)
	want(t, "size", len(key), installKeySize)
}
