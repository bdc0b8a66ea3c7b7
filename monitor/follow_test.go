package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// threadSite is a site whose discussions can be followed.
type threadSite struct {
	site
	visits []time.Time
	asked  []mention.Post
	from   []crawlers.Cursor
	thread func(n int, p mention.Post) (crawlers.Batch, error)
}

func (s *threadSite) Thread(ctx context.Context, p mention.Post, since crawlers.Cursor) (crawlers.Batch, error) {
	s.active.add(1)
	defer s.active.add(-1)
	s.mu.Lock()
	n := len(s.visits)
	s.visits, s.asked, s.from = append(s.visits, time.Now()), append(s.asked, p), append(s.from, since)
	s.mu.Unlock()
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return crawlers.Batch{}, ctx.Err()
	}
	if s.thread == nil {
		return crawlers.Batch{Unchanged: true, Next: "read", Observed: crawlers.Observation{Bytes: 1}}, nil
	}
	return s.thread(n, p)
}

// between counts the visits from and to so long after start.
func (s *threadSite) between(start time.Time, from, to time.Duration) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range s.visits {
		if d := at.Sub(start); d >= from && d < to {
			n++
		}
	}
	return n
}

// desk is what waits for an answer.
type desk struct {
	mu      sync.Mutex
	list    []OpenThread
	follows map[mention.PostKey]mention.Follow
}

func (d *desk) Follows(_ context.Context, keys []mention.PostKey) (list []mention.Follow, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, key := range keys {
		if f, ok := d.follows[key]; ok {
			list = append(list, f)
		}
	}
	return list, nil
}

func (d *desk) SaveFollows(_ context.Context, list []mention.Follow) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.follows == nil {
		d.follows = map[mention.PostKey]mention.Follow{}
	}
	for _, f := range list {
		d.follows[f.Key] = f
	}
	return nil
}

func (d *desk) OpenThreads(_ context.Context, since time.Time) ([]OpenThread, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []OpenThread
	for _, w := range d.list {
		if !w.Since.Before(since) {
			list = append(list, w)
		}
	}
	return list, nil
}

func (d *desk) set(list ...OpenThread) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = list
}

// waits is a complaint heard just now, published an hour ago.
func waits(source, id, thread string) OpenThread {
	p := post(source, id)
	p.ThreadURL, p.Published = "https://site.example/"+thread, time.Now().Add(-time.Hour)
	return OpenThread{Post: p, Since: time.Now()}
}

func (w *world) follower(d ThreadSource) *Monitor {
	return New(Options{Seen: w, Ledger: w, Analyzer: w, Ops: w, Threads: d, Log: slog.New(slog.DiscardHandler), Now: time.Now})
}

func newThreadSite() *threadSite {
	return &threadSite{site: site{answer: always(crawlers.Batch{Next: "c"})}}
}

func following(name string, c crawlers.Crawler) Source {
	return Source{Name: name, Group: "host", Every: 5 * time.Minute, Fixed: true, Crawler: c}
}

func TestThreadsAreFollowedLessEachDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, s, d := time.Now(), newThreadSite(), &desk{}
		time.AfterFunc(time.Second, func() { d.set(waits("a", "1", "t1")) })
		runFor(t, newWorld().follower(d), 20*24*time.Hour, following("a", s))
		const day = 24 * time.Hour
		for _, c := range []struct {
			from, to    time.Duration
			least, most int
		}{
			{0, 4 * time.Minute, 0, 0}, // an ordinary poll has just read it
			{0, time.Hour, 9, 13},
			{time.Hour, day, 40, 55},
			{day, 3 * day, 13, 19},
			{3 * day, 14 * day, 9, 13},
			{14*day + time.Hour, 20 * day, 0, 0},
		} {
			if n := s.between(start, c.from, c.to); n < c.least || n > c.most {
				t.Errorf("%d visits from %v to %v, want %d to %d", n, c.from, c.to, c.least, c.most)
			}
		}
	})
}

func TestFollowingEndsWithTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, s, d := time.Now(), newThreadSite(), &desk{}
		d.set(waits("a", "1", "t1"))
		time.AfterFunc(30*time.Minute, func() { d.set() })
		runFor(t, newWorld().follower(d), 10*time.Hour, following("a", s))
		if n := s.between(start, 0, 30*time.Minute); n < 4 {
			t.Errorf("%d visits before the answer, want about 5", n)
		}
		if n := s.between(start, 31*time.Minute, 10*time.Hour); n != 0 {
			t.Errorf("%d visits after the answer, want none", n)
		}
	})
}

// Somebody takes an old complaint or says it is answered: the answer is near.
func TestAClaimBringsTheThreadBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, s, d := time.Now(), newThreadSite(), &desk{}
		w := waits("a", "1", "t1")
		d.set(w)
		time.AfterFunc(100*time.Hour, func() { w.Since = time.Now(); d.set(w) })
		runFor(t, newWorld().follower(d), 101*time.Hour, following("a", s))
		if n := s.between(start, 100*time.Hour, 101*time.Hour); n < 9 {
			t.Errorf("%d visits in the hour after the claim, want about 11", n)
		}
	})
}

func TestNothingIsFollowedInVain(t *testing.T) {
	good := func() *threadSite { return newThreadSite() }
	for name, c := range map[string]struct {
		source func(s *threadSite) Source
		most   int
	}{
		"no threads": {func(s *threadSite) Source { return following("a", &s.site) }, 0},
		"polled itself": {func(s *threadSite) Source {
			src := following("a", s)
			src.Address = "https://site.example/viewtopic.php?f=3&t=7"
			return src
		}, 0},
		"stream":           {func(s *threadSite) Source { src := following("a", s); src.Stream = true; return src }, 0},
		"another source's": {func(s *threadSite) Source { return following("b", s) }, 0},
		"in trouble": {func(s *threadSite) Source {
			s.becomes(func(int) (crawlers.Batch, error) { return crawlers.Batch{}, errors.New("down") })
			return following("a", s)
		}, 0},
		"no way to it": {func(s *threadSite) Source {
			s.thread = func(int, mention.Post) (crawlers.Batch, error) { return crawlers.Batch{Unchanged: true}, nil }
			return following("a", s)
		}, 1},
		"not to be read": {func(s *threadSite) Source {
			s.thread = func(int, mention.Post) (crawlers.Batch, error) {
				return crawlers.Batch{}, &fetch.BlockedError{Status: 403, URL: "x"}
			}
			return following("a", s)
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, d := good(), &desk{}
				d.set(waits("a", "1", "viewtopic.php?t=7"))
				src := c.source(s)
				if !src.Stream {
					runFor(t, newWorld().follower(d), 20*time.Hour, src)
				} else if canFollow(src) {
					t.Error("a stream is followed")
				}
				if len(s.visits) > c.most {
					t.Errorf("%d visits, want at most %d", len(s.visits), c.most)
				}
			})
		})
	}
}

func TestFollowingKeepsTheManners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		active, d := &activity{}, &desk{}
		var list []OpenThread
		var sources []Source
		var sites []*threadSite
		for i := range 3 {
			s := newThreadSite()
			s.takes, s.active = 2*time.Second, active
			src := following(fmt.Sprint(i), s)
			src.Gap = 10 * time.Second
			sources, sites = append(sources, src), append(sites, s)
			for n := range 60 {
				list = append(list, waits(src.Name, fmt.Sprint(n), fmt.Sprintf("t%d", n)))
			}
		}
		d.set(list...)
		runFor(t, newWorld().follower(d), 5*time.Hour, sources...)
		if active.top != 1 {
			t.Errorf("%d requests at once to one host, want 1", active.top)
		}
		visits := 0
		for _, s := range sites {
			visits += len(s.visits)
			if n := s.count(); n < 50 {
				t.Errorf("%d ordinary polls in 5 hours, want about 60: following starves them", n)
			}
			if len(s.visits) == 0 {
				t.Error("a source of the host is never followed")
			}
		}
		if share := time.Duration(visits) * 12 * time.Second; share > 5*time.Hour/followShare || share < 5*time.Hour/followShare/2 {
			t.Errorf("following took %v of 5 hours, want at most one part in %d, and to use it", share, followShare)
		}
	})
}

func TestOrderOfStepsWhenFollowing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, d := newWorld(), newThreadSite(), &desk{}
		one := waits("a", "5", "t1")
		d.set(one)
		reply := func(id string, at time.Duration) mention.Post {
			p := post("a", id)
			p.Published = one.Post.Published.Add(at)
			return p
		}
		s.thread = func(n int, p mention.Post) (crawlers.Batch, error) {
			b := crawlers.Batch{Next: crawlers.Cursor(fmt.Sprint("visit ", n)), Observed: crawlers.Observation{Bytes: 1, Items: 4}}
			switch n {
			case 0:
				b.Posts = []mention.Post{reply("3", -time.Hour), reply("4", -time.Minute), one.Post, reply("6", time.Minute)}
			case 1:
				gone := reply("5", 0)
				gone.Deleted, gone.Text = true, ""
				b.Posts = []mention.Post{gone}
			}
			return b, nil
		}
		runFor(t, w.follower(d), 14*time.Minute, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
		want := []string{"ingest 0 baseline=true", // the ordinary poll
			"ingest 2 baseline=true", "ingest 1 baseline=false", "mark 3", // what was there before, and the reply
			"ingest 1 baseline=false", "mark 1"} // the deletion
		got := slices.DeleteFunc(w.calls, func(c string) bool { return c == "save cursor=c" })
		if !slices.Equal(got, want) {
			t.Errorf("steps:\n got %v\nwant %v", got, want)
		}
		if !slices.Equal(s.from[:2], []crawlers.Cursor{"", "visit 0"}) {
			t.Errorf("cursors %q, want the one of the visit before", s.from)
		}
		if w.states["a"].LastNew.IsZero() {
			t.Error("what was found by following does not count for the source's rhythm")
		}
	})
}

func TestDatabaseAwayKeepsTheThreadsCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, d := newWorld(), newThreadSite(), &desk{}
		one := waits("a", "5", "t1")
		d.set(one)
		s.thread = func(n int, p mention.Post) (crawlers.Batch, error) {
			w.mu.Lock()
			w.ingestErr = nil
			if n == 0 {
				w.ingestErr = errors.New("disk full")
			}
			w.mu.Unlock()
			return crawlers.Batch{Posts: []mention.Post{post("a", "6")}, Next: "c1", Observed: crawlers.Observation{Bytes: 1}}, nil
		}
		runFor(t, w.follower(d), 8*time.Minute, Source{Name: "a", Group: "a", Every: 2 * time.Minute, Fixed: true, Crawler: s})
		if len(s.from) < 2 || s.from[1] != "" || s.visits[1].Sub(s.visits[0]) > time.Minute {
			t.Errorf("visits at %v from %q, want the second soon and from the old cursor", s.visits, s.from)
		}
		if len(w.seen) != 1 {
			t.Errorf("%d posts marked, want the reply", len(w.seen))
		}
	})
}

// A thread that shows nothing at all may be a site under repair: the second visit
// decides.
func TestWholeThreadGoneIsLookedAtTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, d := newWorld(), newThreadSite(), &desk{}
		one := waits("a", "5", "t1")
		d.set(one)
		s.thread = func(int, mention.Post) (crawlers.Batch, error) {
			gone := one.Post
			gone.Deleted, gone.Text = true, ""
			return crawlers.Batch{Posts: []mention.Post{gone}, Next: "c1"}, nil
		}
		src := Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s}
		runFor(t, w.follower(d), 4*time.Minute, src)
		if len(w.intakes) != 1 {
			t.Errorf("%d intakes after the first visit, want the ordinary baseline only", len(w.intakes))
		}
		one.Since = time.Now().Add(-time.Hour)
		d.set(one)
		runFor(t, w.follower(d), time.Hour, src) // after a restart, too, this is the second
		if last := w.intakes[len(w.intakes)-1]; len(last.Posts) != 1 || !last.Posts[0].Post.Deleted {
			t.Errorf("last intake %+v, want the deletion", last)
		}
	})
}

func TestSeveralComplaintsInOneThreadTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := newThreadSite(), &desk{}
		d.set(waits("a", "1", "t1"), waits("a", "2", "t1"), waits("a", "2", "t1"))
		start := time.Now()
		runFor(t, newWorld().follower(d), time.Hour, following("a", s))
		if n := s.between(start, 0, time.Hour); n > 13 {
			t.Errorf("%d visits to one thread in an hour, want about 12", n)
		}
		asked := map[string]int{}
		for _, p := range s.asked {
			asked[p.ID]++
		}
		if asked["1"] < 4 || asked["2"] < 4 {
			t.Errorf("visits from the posts: %v, want them in turn", asked)
		}
	})
}

func TestFirstLookKnowsAnEditFromAnotherView(t *testing.T) {
	stars := &mention.Rating{Value: 1, Best: 5}
	for name, c := range map[string]struct {
		stored, read mention.Post
		same         bool
	}{
		"same":       {mention.Post{Text: "They lost my card."}, mention.Post{Text: "They lost my card."}, true},
		"form":       {mention.Post{Text: "They lost my card."}, mention.Post{Title: "Re: Cards", Text: "They lost\n\nmy card"}, true},
		"cut short":  {mention.Post{Text: "They lost my […]"}, mention.Post{Text: "They lost my card."}, true},
		"edited":     {mention.Post{Text: "They lost my card."}, mention.Post{Text: "They found my card."}, false},
		"appended":   {mention.Post{Text: "They lost my card."}, mention.Post{Text: "They lost my card. And again."}, false},
		"other star": {mention.Post{Text: "Card.", Rating: stars}, mention.Post{Text: "Card.", Rating: &mention.Rating{Value: 4, Best: 5}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sameWords(c.stored, c.read); got != c.same {
				t.Errorf("same words: %v, want %v", got, c.same)
			}
		})
	}
}

// TestThreadReadByOtherRules: after an update the posts of a thread may have other words, which nobody edited.
// What is new there, gone, or known for an answer only now is told.
func TestThreadReadByOtherRules(t *testing.T) {
	complaint := mention.Post{ID: "1", Text: "They lost my card."}
	read := func(id string, was uint32, change func(*mention.Post)) candidate {
		c := candidate{post: mention.Post{ID: id, Text: "They lost my card, as a list now."}, was: was}
		change(&c.post)
		return c
	}
	as := func(*mention.Post) {}
	fresh := func() []candidate {
		return []candidate{read("1", 7, as), read("2", 7, as), read("3", 0, as), read("4", 7, func(p *mention.Post) { p.Own = true }), read("1", 7, func(p *mention.Post) { p.Deleted = true })}
	}
	visited := visit{followedPost: followedPost{post: complaint, looked: time.Now()}, open: []mention.Post{complaint}}
	for anew, want := range map[bool]string{false: "1 2 3 4 1", true: "3 4 1"} {
		var got []string
		for _, c := range visited.changed(fresh(), anew) {
			got = append(got, c.post.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("by other rules %v: %q is told, want %q", anew, got, want)
		}
	}
}

func TestCommentsAnswerTheirArticle(t *testing.T) {
	article := followedPost{post: mention.Post{ID: "a", URL: "https://news.example/a"}}
	batch := crawlers.Batch{Posts: []mention.Post{{ID: "c1"}, {ID: "c2", ReplyTo: "c1"}}}
	posts, _ := visit{followedPost: article}.found(batch)
	if posts[0].ReplyTo != "a" || posts[1].ReplyTo != "c1" {
		t.Errorf("comments reply to %q and %q, want a and c1", posts[0].ReplyTo, posts[1].ReplyTo)
	}
	article.post.ThreadURL = "https://forum.example/t/1"
	if posts, _ = (visit{followedPost: article}).found(crawlers.Batch{Posts: []mention.Post{{ID: "c1"}}}); posts[0].ReplyTo != "" {
		t.Errorf("a forum post replies to %q, want to nobody known", posts[0].ReplyTo)
	}
}

// TestBeforeOnTheLongestDay: an answer of which the site says the day alone may be of its last hour, also
// where the day has 25.
func TestBeforeOnTheLongestDay(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	answer := mention.Post{ID: "2", Published: time.Date(2026, 10, 25, 0, 0, 0, 0, kyiv), DateOnly: true}
	for clock, old := range map[time.Time]bool{
		time.Date(2026, 10, 25, 23, 30, 0, 0, kyiv): false, time.Date(2026, 10, 26, 0, 30, 0, 0, kyiv): true,
	} {
		v := visit{open: []mention.Post{{ID: "1", Published: clock}}}
		if got := v.before([]mention.Post{v.open[0], answer})["2"]; got != old {
			t.Errorf("asked at %s: it stood there before: %v", clock, got)
		}
	}
}

// Without dates the order of the page says what stood there before.
func TestBeforeWithoutDates(t *testing.T) {
	l := visit{open: []mention.Post{{ID: "2"}}}
	before := l.before([]mention.Post{{ID: "1"}, {ID: "2"}, {ID: "3"}})
	if !before["1"] || before["2"] || before["3"] {
		t.Errorf("before: %v, want only 1", before)
	}
	if before = l.before([]mention.Post{{ID: "1"}, {ID: "3"}}); len(before) != 0 {
		t.Errorf("before: %v, want nothing where the complaint is not shown", before)
	}
}

func TestPolledItself(t *testing.T) {
	for _, c := range []struct {
		address, thread string
		want            bool
	}{
		{"https://f.example/viewtopic.php?f=3&t=7&sid=1", "https://f.example/viewtopic.php?t=7", true},
		{"https://f.example/viewtopic.php?t=8", "https://f.example/viewtopic.php?t=7", false},
		{"https://f.example/viewforum.php?f=3", "https://f.example/viewtopic.php?t=7", false},
		{"https://f.example/t/slug/7", "https://f.example/t/slug/7", true},
		{"https://f.example/", "https://f.example/?p=7", false},
		{"https://f.example/?p=7", "https://f.example/", false},
		{"https://g.example/viewtopic.php?t=7", "https://f.example/viewtopic.php?t=7", false},
		{"https://f.example/viewtopic.php?t=7", "https://f.example/archive.php?t=7", false},
		{"", "https://f.example/", false},
	} {
		if got := polledItself(c.address, c.thread); got != c.want {
			t.Errorf("polledItself(%q, %q) = %v, want %v", c.address, c.thread, got, c.want)
		}
	}
}
