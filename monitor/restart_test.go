package monitor

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// A restart forgets nothing: a look after it is no first look, so an edit and an answer
// that came while earshot was down are told.
func TestFollowingSurvivesARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, d := newWorld(), newThreadSite(), &desk{}
		one := waits("a", "5", "t1")
		d.set(one)
		other := post("a", "4")
		other.Published = one.Post.Published.Add(time.Minute)
		edited, answer := other, post("a", "6")
		edited.Text, answer.Published = "It works again, sorry.", other.Published.Add(time.Minute)
		s.thread = func(n int, p mention.Post) (crawlers.Batch, error) {
			b := crawlers.Batch{Next: crawlers.Cursor(fmt.Sprint("visit ", n)), Observed: crawlers.Observation{Bytes: 1, Items: 2}}
			if n == 0 {
				b.Posts = []mention.Post{one.Post, other}
			} else {
				b.Posts = []mention.Post{edited, answer}
			}
			return b, nil
		}
		src := Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s}
		runFor(t, w.follower(d), 2*time.Minute, src)
		if len(s.from) != 1 {
			t.Fatalf("%d visits before the restart, want 1", len(s.from))
		}
		runFor(t, w.follower(d), 10*time.Minute, src)
		if len(s.from) < 2 || s.from[1] != "visit 0" {
			t.Fatalf("cursors %q, want the second visit to go on where the first ended", s.from)
		}
		var told []string
		for _, in := range w.intakes[2:] {
			for _, f := range in.Posts {
				told = append(told, f.Post.ID+" "+f.Post.Text)
			}
		}
		if want := []string{"4 " + edited.Text, "6 " + answer.Text}; !slices.Equal(told, want) {
			t.Errorf("told after the restart: %q, want %q", told, want)
		}
	})
}

// What a site refused stays refused, whoever restarts earshot how often.
func TestARestartAsksNoSooner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, d := newWorld(), newThreadSite(), &desk{}
		d.set(waits("a", "1", "t1"))
		s.thread = func(int, mention.Post) (crawlers.Batch, error) {
			return crawlers.Batch{}, &fetch.BlockedError{Status: 403, URL: "x"}
		}
		for range 5 {
			runFor(t, w.follower(d), time.Hour, following("a", s))
		}
		if len(s.visits) != 1 {
			t.Errorf("%d visits in five runs of an hour, want 1", len(s.visits))
		}
	})
}

// Somebody claims the complaint while earshot is down: its thread is due soon again.
func TestAClaimDuringARestartBringsTheThreadBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, d := newWorld(), newThreadSite(), &desk{}
		one := waits("a", "1", "t1")
		d.set(one)
		runFor(t, w.follower(d), 5*24*time.Hour, following("a", s))
		start := time.Now()
		one.Since = start
		d.set(one)
		runFor(t, w.follower(d), time.Hour, following("a", s))
		if n := s.between(start, 0, time.Hour); n < 9 {
			t.Errorf("%d visits in the hour after the claim, want about 11", n)
		}
	})
}

// Visits that saw nothing of where an answer would stand are remembered as such, until one does.
func TestAVisitThatSawNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, d := newWorld(), newThreadSite(), &desk{}
		review := waits("a", "1", "t1")
		review.Post.Kind = mention.Review
		d.set(review)
		seen := 0
		s.thread = func(int, mention.Post) (crawlers.Batch, error) {
			return crawlers.Batch{Unchanged: true, Next: "{}", Observed: crawlers.Observation{Bytes: 1, Items: seen}}, nil
		}
		blind := func() (yes bool) {
			for _, f := range d.follows {
				yes = yes || f.Gone
			}
			return yes
		}
		runFor(t, w.follower(d), time.Hour, following("a", s))
		runFor(t, w.follower(d), time.Hour, following("a", s))
		if len(s.visits) < 3 || !blind() {
			t.Errorf("%d visits, which saw nothing: %v", len(s.visits), blind())
		}
		seen = 1
		runFor(t, w.follower(d), 2*time.Hour, following("a", s))
		seen = 0 // it stays as it is
		runFor(t, w.follower(d), 2*time.Hour, following("a", s))
		if blind() {
			t.Error("what was seen is forgotten")
		}
	})
}
