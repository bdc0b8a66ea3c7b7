package monitor

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

// dated is a post of so long ago; 0: nobody says when.
func dated(id string, ago time.Duration) mention.Post {
	p := post("a", id)
	if ago > 0 {
		p.Published = time.Now().Add(-ago)
	}
	return p
}

// TestSourceThatBeganEmpty: where the first poll met a page of repairs or of consent, what the site
// shows when it is back is the baseline it would have been. What was published since is news, and
// so is the first review of a company that had none.
func TestSourceThatBeganEmpty(t *testing.T) {
	const day = 24 * time.Hour
	for name, test := range map[string]struct {
		posts    func() []mention.Post
		backfill time.Duration
		news     int
	}{
		"a list of before": {func() []mention.Post { return []mention.Post{dated("1", 300*day), dated("2", 9*day), dated("3", day)} }, 0, 0},
		"and one of now":   {func() []mention.Post { return []mention.Post{dated("1", 300*day), dated("2", time.Second)} }, 0, 1},
		"backfill":         {func() []mention.Post { return []mention.Post{dated("1", 300*day), dated("2", day)} }, 2 * day, 1},
		"a first review that a moderator let through late":  {func() []mention.Post { return []mention.Post{dated("1", 9*day)} }, 0, 1},
		"an old one alone, or with a date that was misread": {func() []mention.Post { return []mention.Post{dated("1", 300*day)} }, 0, 1},
		"the date of the page, not of each": {func() []mention.Post {
			return []mention.Post{dated("1", 300*day), dated("2", 300*day), dated("3", 300*day)}
		}, 0, 3},
		"the first review":       {func() []mention.Post { return []mention.Post{dated("1", time.Second)} }, 0, 1},
		"the first, undated":     {func() []mention.Post { return []mention.Post{dated("1", 0)} }, 0, 1},
		"a whole list, undated":  {func() []mention.Post { return undated(6) }, 0, 0},
		"undated beside a dated": {func() []mention.Post { return append(undated(6), dated("7", 300*day)) }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				s := &site{answer: func(n int) (crawlers.Batch, error) {
					if n < 3 {
						return crawlers.Batch{Next: "c", Observed: crawlers.Observation{Bytes: 4 << 10}}, nil
					}
					posts := test.posts()
					if n > 3 {
						posts = append(posts, dated("late", 300*day)) // shown late, and no longer a matter of the start
					}
					return crawlers.Batch{Posts: posts, Next: "c", Observed: crawlers.Observation{Items: len(posts), Bytes: 80 << 10}}, nil
				}}
				runFor(t, w.monitor(1), 5*time.Minute-10*time.Second, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s, Backfill: test.backfill})
				news, late := 0, false
				for _, in := range w.intakes {
					for _, p := range in.Posts {
						switch {
						case p.Post.ID == "late":
							late = !in.Baseline
						case !in.Baseline:
							news++
						}
					}
				}
				if news != test.news || !late {
					t.Errorf("%d posts are news, want %d; a later one is news: %v", news, test.news, late)
				}
			})
		})
	}
}

// TestWhatIsHandedInIsNews: what is pushed, or streams, has no list that stood there before its first
// post: a burst of posts that nobody dates, and an old one, are meant to be heard.
func TestWhatIsHandedInIsNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		m := w.monitor(1)
		for _, posts := range [][]mention.Post{{post("a", "first")}, append(undated(6), dated("old", 300*24*time.Hour))} {
			if _, err := m.Receive(t.Context(), Source{Name: "a"}, posts); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			b := crawlers.Batch{Next: "c", OwnIDs: true, Observed: crawlers.Observation{Bytes: 200}}
			if n == 1 {
				b.Posts, b.Observed.Items = undated(6), 6
				for i := range b.Posts {
					b.Posts[i].Source, b.Posts[i].SourceKey = "b", "b"
				}
			}
			return b, nil
		}}
		stream := Source{Name: "b", Crawler: s, Stream: true}
		m.Poll(t.Context(), stream)
		m.Poll(t.Context(), stream)
		for i, in := range w.intakes {
			if in.Baseline && len(in.Posts) > 0 {
				t.Errorf("%d: %d posts of %s are recorded alone", i, len(in.Posts), in.Source)
			}
		}
	})
}

// TestSiteThatWasBuiltAnew: where nothing is known by its id any more and most is of long before, what
// nobody knows and is of then is no news. The same with posts of the last days is a gap, and so are a
// few old ones: a moderator lets reviews through late, and a search engine finds articles.
func TestSiteThatWasBuiltAnew(t *testing.T) {
	const day = 24 * time.Hour
	all := crawlers.Parts{Of: 20, Time: 20, Text: 20}
	list := func(id string, ago ...time.Duration) (posts []mention.Post) {
		for i, ago := range ago {
			posts = append(posts, dated(fmt.Sprint(id, i), ago))
		}
		return posts
	}
	for name, test := range map[string]struct {
		posts func() []mention.Post
		parts crawlers.Parts
		own   bool // its ids never change
		past  bool // the crawler knows that all is of before
		told  State
	}{
		"all of it":               {func() []mention.Post { return list("n", 90*day, 80*day, 70*day, 3*day, time.Second) }, all, false, false, StateRebuilt},
		"without dates":           {func() []mention.Post { return undated(6) }, crawlers.Parts{Of: 6, Text: 6}, false, false, StateRebuilt},
		"only new posts":          {func() []mention.Post { return list("n", 2*time.Second, time.Second) }, all, false, false, StateMissed},
		"let through late":        {func() []mention.Post { return list("n", 4*day, 4*day, 3*day, 3*day, 3*day, 3*day) }, all, false, false, StateMissed},
		"articles found late":     {func() []mention.Post { return list("n", 60*day, 30*day) }, all, false, false, StateMissed},
		"an article found late":   {func() []mention.Post { return list("n", 60*day) }, all, false, false, ""},
		"an interface":            {func() []mention.Post { return list("n", 90*day, 80*day, 70*day, 60*day, 50*day) }, all, true, false, StateMissed},
		"others of many old ones": {func() []mention.Post { return list("n", 90*day, 80*day, 70*day, 60*day, 50*day) }, crawlers.Parts{}, false, true, ""},
		"one is known": {func() []mention.Post {
			return append(list("n", 90*day, 80*day, 70*day, 60*day), dated("known", 70*day))
		}, all, false, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				s := &site{answer: func(n int) (crawlers.Batch, error) {
					if n == 0 {
						return shows(all, dated("known", 70*day), dated("old", 60*day)), nil
					}
					b := shows(test.parts, test.posts()...)
					b.Observed.Gap, b.OwnIDs = true, test.own
					for _, p := range b.Posts {
						if test.past {
							b.Past = append(b.Past, p.ID)
						}
					}
					return b, nil
				}}
				runFor(t, w.monitor(1), 90*time.Second, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
				last := w.intakes[len(w.intakes)-1]
				if anew := !last.Rebuilt.IsZero(); last.Baseline != test.past || anew != (test.told == StateRebuilt) {
					t.Errorf("baseline %v, built anew %v", last.Baseline, anew)
				}
				if !last.Rebuilt.IsZero() && time.Since(last.Rebuilt) < 7*day {
					t.Errorf("what is of %s ago is no news", time.Since(last.Rebuilt))
				}
				if told := len(w.notices) == 1 && w.notices[0].State == test.told; told != (test.told != "") {
					t.Errorf("notices %+v, want %q", w.notices, test.told)
				}
			})
		})
	}
}

// TestWhatIsRecordedAloneIsNoRhythm: a list of before that is shown late is no day with many posts, after
// which the place would be called quiet.
func TestWhatIsRecordedAloneIsNoRhythm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			if n == 0 {
				return crawlers.Batch{Next: "c", Observed: crawlers.Observation{Bytes: 4 << 10}}, nil
			}
			return shows(crawlers.Parts{}, undated(6)...), nil
		}}
		m := w.monitor(1)
		runFor(t, m, 90*time.Second, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
		if got := m.Status()[0]; got.NewPosts != 0 || !got.LastNew.IsZero() {
			t.Errorf("%d new posts, the last %s", got.NewPosts, got.LastNew)
		}
	})
}

// TestPlaceThatIsLaidOutAnew: where nearly all posts change their words at once nobody edited them.
// Staff are told once a week: a site may show two layouts by turns. What an interface answers has no
// layout, and what shows only a few of its posts says nothing of the others. Where it is earshot that reads them in
// another way, nobody is sent to look at the site.
func TestPlaceThatIsLaidOutAnew(t *testing.T) {
	for name, test := range map[string]struct {
		of, edited, fresh, items int
		own, is                  bool
		anew                     bool
	}{
		"all of them": {6, 6, 1, 0, false, true, false}, "most": {6, 5, 0, 0, false, true, false}, "half": {8, 4, 0, 0, false, false, false},
		"a few on a small page": {4, 4, 0, 0, false, false, false}, "new ones": {6, 0, 6, 0, false, false, false},
		"an interface": {6, 6, 0, 0, true, false, false}, "a few of many": {6, 6, 0, 100, false, false, false},
		"by other rules": {6, 6, 1, 0, false, true, true}, "an interface by other rules": {6, 1, 1, 0, true, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				s := &site{answer: func(n int) (crawlers.Batch, error) {
					b := crawlers.Batch{OwnIDs: test.own, Anew: test.anew, Observed: crawlers.Observation{Items: test.items}}
					for i := range test.of {
						p := post("a", fmt.Sprint(i))
						switch {
						case n > 0 && i < test.edited:
							p.Text += fmt.Sprint(" Report abuse ", n)
						case n > 0:
							b.Beside = append(b.Beside, p.ID)
							continue
						}
						b.Posts = append(b.Posts, p)
					}
					for i := range test.fresh {
						b.Posts = append(b.Posts, post("a", fmt.Sprint("new", n, i)))
					}
					return b, nil
				}}
				runFor(t, w.monitor(1), 5*time.Minute, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
				if got := w.intakes[len(w.intakes)-1].Reread; got != test.is {
					t.Errorf("laid out anew: %v", got)
				}
				if told := len(w.notices) == 1 && w.notices[0].State == StateReread; told != (test.is && !test.anew) {
					t.Errorf("notices %+v", w.notices)
				}
			})
		})
	}
}

func undated(n int) (posts []mention.Post) {
	for i := range n {
		posts = append(posts, dated(fmt.Sprint("u", i), 0))
	}
	return posts
}

// TestReadByOtherRules: what a newer version finds on a page that was read before, or finds in other words, is no news
// where it is dated long before the last poll; what is of these days or has no date is.
func TestReadByOtherRules(t *testing.T) {
	now := time.Now()
	state := mention.SourceState{Baselined: true, LastSuccess: now}
	fresh := []candidate{{post: dated("old", 300*24*time.Hour)}, {post: dated("of today", time.Hour)}, {post: dated("undated", 0)}}
	if got := ofThePast(state, crawlers.Batch{Anew: true, Past: []string{"told"}}, fresh); fmt.Sprint(got) != "[told old]" {
		t.Errorf("of the past are %q", got)
	}
	if got := ofThePast(state, crawlers.Batch{}, fresh); len(got) > 0 {
		t.Errorf("of the past are %q at any poll", got)
	}
	known := []candidate{{post: dated("undated, known", 0), was: 7}, {post: dated("of today, known", time.Hour), was: 7}}
	if got := ofThePast(state, crawlers.Batch{Anew: true}, known); fmt.Sprint(got) != "[undated, known]" {
		t.Errorf("of those that were known before %q are of the past", got)
	}
	fresh[0].was = 7 // read in other words
	for anew, want := range map[bool]int{true: 1, false: 0} {
		w := newWorld()
		p := w.monitor(1).poller
		past := 0
		for _, r := range p.results(p.result(Source{}, crawlers.Batch{Anew: anew}, nil), Source{}, state, fresh, []string{"old"}, true) {
			if r.Past {
				past += len(r.Posts)
			}
		}
		if past != want {
			t.Errorf("read anew %v: %d of other words are of the past, want %d", anew, past, want)
		}
	}
	if !newWorld().monitor(1).poller.result(Source{}, crawlers.Batch{Anew: true}, nil).Anew {
		t.Error("the ledger does not hear of it")
	}
}

// TestHandedInIsStoredOnce: who hands posts in is told when they cannot be stored, and hands them in again; then they
// are stored, and no more when that is repeated.
func TestHandedInIsStoredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		m := w.monitor(1)
		posts := items("a", 2, "p")
		w.ingestErr = errors.New("database is busy")
		if _, err := m.Receive(t.Context(), Source{Name: "a"}, posts); err == nil || len(w.seen) > 0 {
			t.Errorf("not stored: %v, and %d are taken for known", err, len(w.seen))
		}
		w.ingestErr = nil
		for _, want := range []int{2, 0} {
			if got, err := m.Receive(t.Context(), Source{Name: "a"}, posts); err != nil || got.New != want {
				t.Errorf("%d are new, want %d (%v)", got.New, want, err)
			}
		}
		if state := w.states["a"]; !state.Baselined || !state.LastPoll.Equal(time.Now()) || len(w.seen) != 2 {
			t.Errorf("%d are known, state %+v", len(w.seen), state)
		}
	})
}
