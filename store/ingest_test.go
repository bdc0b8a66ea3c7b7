package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

type opener = func(t *testing.T) *Store

func testKnownOnce(t *testing.T, open opener) {
	s := open(t)
	in := intakeOf(heard(post(1), "Romashka"), heard(post(2)), heard(post(3), "Romashka", "Delivery"))
	r := ingest(t, s, in)
	if r.New != 3 || r.Mentions != 3 || len(r.Alerts) != 3 {
		t.Errorf("first: %+v", r)
	}
	if r = ingest(t, s, in); r.Known != 3 || r.New+r.Edited+r.Mentions+len(r.Alerts) != 0 {
		t.Errorf("again: %+v", r)
	}
	m, c, err := s.Mention(background, mentionID(post(3), "Delivery"))
	if err != nil || m.Watch != "Delivery" || m.Post.Text != post(3).Text || c.Status != mention.Open || c.Version != 1 {
		t.Errorf("mention %+v, case %+v, %v", m, c, err)
	}
	want(t, "history", kinds(must(s.history(background, m.ID))(t)), "heard")
	if _, _, err := s.Mention(background, "no"); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown mention: %v", err)
	}
	want(t, "due", len(must(s.DueAlerts(background, t0, 10))(t)), 3)
}

func testFingerprints(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	renamed := post(1)
	renamed.ID, renamed.URL = "sid=123", "https://forum.example/p/1?sid=123"
	r := ingest(t, s, intakeOf(heard(renamed, "Romashka")))
	want(t, "same words under another id: known", r.Known, 1)
	want(t, "same words under another id: new", r.New, 0)
	want(t, "history", kinds(must(s.history(background, mentionID(post(1), "Romashka")))(t)), "heard moved")
	renamed.ID = "sid=456"
	ingest(t, s, intakeOf(heard(renamed, "Romashka")))
	want(t, "history after the third id", kinds(must(s.history(background, mentionID(post(1), "Romashka")))(t)), "heard moved")

	beside := intakeOf(heard(renamed, "Romashka"))
	beside.OnPage = []mention.PostKey{post(1).Key(), renamed.Key()}
	want(t, "same words beside the old post: new", ingest(t, s, beside).New, 1)

	other := renamed
	other.Source = "mirror"
	in := intakeOf(heard(other, "Romashka"))
	in.Source = "mirror"
	want(t, "same words at another source: new", ingest(t, s, in).New, 1)

	twice := post(9)
	again := twice
	again.ID = "another id"
	r = ingest(t, s, intakeOf(heard(twice, "Romashka"), heard(again, "Romashka")))
	want(t, "two ids in one batch: new", r.New, 2)

	short := mention.Post{Source: "forum", ID: "a", Text: "Bad!"} // no fingerprint: too little to go by
	same := short
	same.ID = "b"
	want(t, "short posts without date: new", ingest(t, s, intakeOf(heard(short), heard(same))).New, 2)
}

// testGuests: on review sites with guests and days without a time, the same word on one
// day is several people's.
func testGuests(t *testing.T, open opener) {
	s := open(t)
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	guest := func(n int) mention.Post {
		return mention.Post{Source: "reviews", Kind: mention.Review, ID: fmt.Sprint(n), URL: fmt.Sprintf("https://r.example/%d", n),
			Author: "Гость", Published: day, DateOnly: true, Text: "Ужасно"}
	}
	poll := func(page ...int) int {
		in := intakeOf()
		in.Source = "reviews"
		for _, n := range page {
			in.Posts = append(in.Posts, heard(guest(n), "Romashka"))
			in.OnPage = append(in.OnPage, guest(n).Key())
		}
		return ingest(t, s, in).New
	}
	want(t, "first", poll(101), 1)
	want(t, "another guest beside him", poll(101, 102), 1)
	want(t, "a third", poll(101, 102, 103), 1)
	want(t, "the page again", poll(101, 102, 103), 0)
}

func testOnePerKey(t *testing.T, open opener) {
	s := open(t)
	cut := post(1)
	cut.Text = "Romashka lost my…"
	r := ingest(t, s, intakeOf(heard(cut, "Romashka"), heard(post(1), "Romashka")))
	want(t, "new", r.New, 1)
	m, _, err := s.Mention(background, mentionID(post(1), "Romashka"))
	if err != nil || m.Post.Text != post(1).Text {
		t.Errorf("kept %q, %v", m.Post.Text, err)
	}
}

func testBaseline(t *testing.T, open opener) {
	s := open(t)
	in := intakeOf(heard(post(1), "Romashka"), heard(post(2)))
	in.Baseline, in.Complete = true, false
	plan := func(ctx context.Context, tx *Tx, list []*mention.PendingMention) error {
		for _, d := range list {
			want(t, "it knows the baseline", d.Baseline, true)
			d.Baseline = false
			defer func() { d.Baseline = true }()
		}
		return alertAll(ctx, tx, list) // a planner that alerts all the same
	}
	r, err := s.Ingest(background, in, plan)
	if err != nil || r.New != 2 || len(r.Alerts) != 0 {
		t.Errorf("baseline: %+v, %v", r, err)
	}
	_, c, err := s.Mention(background, mentionID(post(1), "Romashka"))
	if err != nil || c.Status != mention.Quiet {
		t.Errorf("case %+v, %v", c, err)
	}
	want(t, "an incomplete poll is no baseline", must(s.Source(background, "forum"))(t).Baselined, false)
	in.Posts, in.Complete = nil, true
	ingest(t, s, in)
	want(t, "a complete one is, even an empty one", must(s.Source(background, "forum"))(t).Baselined, true)

	// A post of the baseline that becomes a complaint is alerted as new.
	p := post(2)
	p.Text = "Romashka stole it all"
	want(t, "edited into a complaint", len(ingest(t, s, intakeOf(heard(p, "Romashka"))).Alerts), 1)
	p = post(1)
	p.Text = "Romashka is worse than before"
	want(t, "quiet mention edited into a complaint", len(ingest(t, s, intakeOf(heard(p, "Romashka"))).Alerts), 1)
	_, c, _ = s.Mention(background, mentionID(p, "Romashka"))
	want(t, "its case", c.Status, mention.Open)
}

// testBaselineDone: a process that polls a source for the first time, and does not know
// that another has made its baseline since, swallows no complaint.
func testBaselineDone(t *testing.T, open opener) {
	s := open(t)
	in := intakeOf(heard(post(1), "Romashka"))
	in.Baseline, in.Complete = true, true
	want(t, "the baseline", len(ingest(t, s, in).Alerts), 0)
	in.Posts = append(in.Posts, heard(post(2), "Romashka"))
	r := ingest(t, s, in) // of another process, an hour later
	want(t, "new", r.New, 1)
	want(t, "told", len(r.Alerts), 1)
	_, c, err := s.Mention(background, mentionID(post(2), "Romashka"))
	if err != nil || c.Status != mention.Open {
		t.Errorf("case %+v, %v", c, err)
	}
	in.Posts, in.Complete, in.Past = append(in.Posts, heard(post(3), "Romashka")), false, true
	want(t, "what stood in a thread before", len(ingest(t, s, in).Alerts), 0)
}

func testLaterWatch(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1))))
	r := ingest(t, s, intakeOf(heard(post(1), "New watch")))
	want(t, "known", r.Known, 1)
	want(t, "mentions", r.Mentions, 0)
}

func testPlanFails(t *testing.T, open opener) {
	s := open(t)
	broken := errors.New("broken")
	_, err := s.Ingest(background, intakeOf(heard(post(1), "Romashka")), func(context.Context, *Tx, []*mention.PendingMention) error { return broken })
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	want(t, "nothing was stored", ingest(t, s, intakeOf(heard(post(1), "Romashka"))).New, 1)
}

func testPlanPanics(t *testing.T, open opener) {
	s := open(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_, _ = s.Ingest(background, intakeOf(heard(post(1), "Romashka")), func(context.Context, *Tx, []*mention.PendingMention) error { panic("bug") })
	}()
	want(t, "nothing was stored", ingest(t, s, intakeOf(heard(post(1), "Romashka"))).New, 1)
}

func testAlso(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	id := mentionID(post(1), "Romashka")
	answer := func(_ context.Context, _ *Tx, list []*mention.PendingMention) error {
		for _, d := range list { // both answer the same case
			_, c, err := s.Mention(background, id)
			if err != nil {
				return err
			}
			if err := c.Answered("Support", t0); err != nil {
				return err
			}
			d.Also = append(d.Also, c)
			d.Events = append(d.Events, mention.Event{MentionID: id, Kind: "answered", At: t0})
		}
		return nil
	}
	must(s.Ingest(background, intakeOf(heard(post(2), "Romashka"), heard(post(3), "Romashka")), answer))(t)
	_, c, err := s.Mention(background, id)
	if err != nil || c.Status != mention.Replied || !c.AnswerVerified || c.Version < 2 {
		t.Errorf("case %+v, %v", c, err)
	}
	want(t, "history", kinds(must(s.history(background, id))(t)), "heard answered answered")

	// A case that somebody changed between plan and write is planned again.
	tries := 0
	late := func(_ context.Context, _ *Tx, list []*mention.PendingMention) error {
		_, c, err := s.Mention(background, id)
		if err != nil {
			return err
		}
		c.Duplicates++
		if c.Version++; tries == 0 {
			c.Version--
		}
		tries++
		list[0].Also = append(list[0].Also, c)
		return nil
	}
	must(s.Ingest(background, intakeOf(heard(post(4), "Romashka")), late))(t)
	want(t, "planned", tries, 2)
}

func testErasedStaysAway(t *testing.T, open opener) {
	s := open(t)
	p := post(1)
	ingest(t, s, intakeOf(heard(p, "Romashka")))
	want(t, "erased", must(s.Erase(background, Subject{URL: p.URL}, false))(t).Posts, 1)
	want(t, "the site still shows it: known", ingest(t, s, intakeOf(heard(p, "Romashka"))).Known, 1)
	p.Text = "and now other words"
	want(t, "edited: known", ingest(t, s, intakeOf(heard(p, "Romashka"))).Known, 1)
	m, _, _ := s.Mention(background, mentionID(p, "Romashka"))
	want(t, "words", m.Post.Body(), "\n")
}

func testForeignText(t *testing.T, open opener) {
	s := open(t)
	p := post(1)
	p.Text = "Romashka\x00 \xff\xfe 'quote' \\ % _ 😀 \u202e"
	p.Author, p.URL, p.ThreadURL = "a\x00\xff", "https://e.example/\x00", "https://e.example/\xff"
	f := heard(p, "Rom\x00ashka")
	want(t, "new", ingest(t, s, intakeOf(f)).New, 1)
	want(t, "again", ingest(t, s, intakeOf(f)).Known, 1)
	want(t, "found", len(must(s.List(background, mention.Query{Text: "'QUOTE' \\ % _ 😀"}))(t).Entries), 1)
	want(t, "not found", len(must(s.List(background, mention.Query{Text: "%uote_"}))(t).Entries), 0)
}

func testRoundTrip(t *testing.T, open opener) {
	s := open(t)
	p := post(1)
	p.ReplyTo, p.IsReply, p.AuthorURL, p.DateOnly, p.Lang, p.ThreadHint = "0", true, "https://a.example", true, "en", "hint"
	p.Edited, p.Rating = t0.Add(-time.Minute), &mention.Rating{Value: 1, Best: 10}
	f := heard(p, "Romashka")
	f.Mentions[0].Official = true
	f.Mentions[0].Simhash = 1<<63 | 7
	ingest(t, s, intakeOf(f))
	m, _, err := s.Mention(background, mentionID(p, "Romashka"))
	if err != nil {
		t.Fatal(err)
	}
	wantMention := f.Mentions[0]
	wantMention.ID, wantMention.Post, wantMention.HeardAt, wantMention.Severity = m.ID, p, t0, mention.Normal
	if got, want := fmt.Sprintf("%+v %+v", m, *m.Post.Rating), fmt.Sprintf("%+v %+v", wantMention, *p.Rating); stripPointers(got) != stripPointers(want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func testConcurrentIntakes(t *testing.T, open opener) {
	s := open(t)
	const workers, posts = 4, 25
	var wg sync.WaitGroup
	total := make([]mention.IngestResult, workers)
	for w := range workers {
		wg.Go(func() {
			for n := range posts { // all hand over the same posts
				r, err := s.Ingest(background, intakeOf(heard(post(n), "Romashka")), alertAll)
				if err != nil {
					t.Error(err)
				}
				total[w].New += r.New
				total[w].Alerts = append(total[w].Alerts, r.Alerts...)
			}
		})
	}
	wg.Wait()
	fresh, alerts := 0, 0
	for _, r := range total {
		fresh += r.New
		alerts += len(r.Alerts)
	}
	want(t, "new posts", fresh, posts)
	want(t, "alerts", alerts, posts)
}

func testReadsDuringIntake(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	_, err := s.Ingest(background, intakeOf(heard(post(2), "Romashka")), func(ctx context.Context, tx *Tx, list []*mention.PendingMention) error {
		ctx, cancel := context.WithTimeout(ctx, 30*time.Second) // one that waits for the writer waits for ever
		defer cancel()
		if _, _, err := s.Mention(ctx, mentionID(post(1), "Romashka")); err != nil {
			return fmt.Errorf("a reader waits for the writer: %w", err)
		}
		return alertAll(ctx, tx, list)
	})
	if err != nil {
		t.Error(err)
	}
}

func testPosts(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1)), heard(post(2), "Romashka")))
	n := 0
	err := s.Posts(background, t0, func(p mention.Post) error {
		n++
		want(t, "source", p.Source, "forum")
		return nil
	})
	if err != nil || n != 2 {
		t.Errorf("%d posts, %v", n, err)
	}
	stop := errors.New("stop")
	if err := s.Posts(background, t0, func(mention.Post) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("error %v", err)
	}
}

func testContextEnds(t *testing.T, open opener) {
	s := open(t)
	ctx, cancel := context.WithCancel(background)
	_, err := s.Ingest(ctx, intakeOf(heard(post(1), "Romashka")), func(context.Context, *Tx, []*mention.PendingMention) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	want(t, "nothing was stored", ingest(t, s, intakeOf(heard(post(1), "Romashka"))).New, 1)
}
