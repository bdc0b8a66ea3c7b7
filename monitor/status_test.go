package monitor

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// TestStatusSaysWhy: why a source cannot be read is known in a word, also to a process that
// does not poll it, and forgotten once it can be read.
func TestStatusSaysWhy(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	src := Source{Name: "forum", Every: 5 * time.Minute}
	state := mention.SourceState{Name: "forum", LastPoll: now}
	assessHealth(staff{zone: time.UTC}, &state, src, outcome{err: fmt.Errorf("forum: %w", fetch.ErrRobots)}, now)
	if s := StatusOf(state); s.Why != "robots" || s.LastError == "" || !s.Next.Equal(state.SuspendedUntil) {
		t.Errorf("%+v", s)
	}
	assessHealth(staff{zone: time.UTC}, &state, src, outcome{newPosts: 3}, now)
	s := StatusOf(state)
	if s.Why != "" || s.Answer != 0 || !s.Next.Equal(now.Add(5*time.Minute)) {
		t.Errorf("%+v", s)
	}
	if got := s.Days(3, now); !slices.Equal(got, []int{0, 0, 3}) {
		t.Errorf("days %v", got)
	}
	if got := s.Days(3, now.AddDate(0, 0, 2)); !slices.Equal(got, []int{3, 0, 0}) {
		t.Errorf("two days later %v", got)
	}
	if got := s.Days(3, now.AddDate(0, 0, 3)); !slices.Equal(got, []int{0, 0, 0}) {
		t.Errorf("three days later %v", got)
	}
}

// TestNoticeEndsTheOneBefore: a notice names the state that it ends, and whether all was well
// before that, so that what still waits and is not true any more is not told.
func TestNoticeEndsTheOneBefore(t *testing.T) {
	var state mention.SourceState
	src, now := Source{Name: "a", Every: time.Hour}, time.Date(2026, 11, 26, 1, 0, 0, 0, time.UTC)
	var told []Notice
	poll := func(err error) {
		told = append(told, assessHealth(staff{zone: time.UTC}, &state, src, outcome{err: err, began: now}, now)...)
		now = now.Add(10 * time.Minute)
	}
	for range failPolls {
		poll(errors.New("no answer"))
	}
	poll(fmt.Errorf("forum: %w", fetch.ErrRobots))
	poll(nil)
	for range failPolls {
		poll(errors.New("no answer"))
	}
	poll(nil)
	var got []string
	for _, n := range told {
		got = append(got, fmt.Sprintf("%s ends %s at %s %t", n.State, n.Over, n.OverSince.Format("15:04"), n.First))
	}
	want := []string{
		"failing ends  at 00:00 false", "blocked ends failing at 01:40 false", "back ends blocked at 01:50 false",
		"failing ends  at 00:00 false", "back ends failing at 02:50 true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// TestNetworkAwayForANight: while this machine has no way to a site, the site is not spared by
// waiting, and once there is one it is read within minutes. One that is down is spared.
func TestNetworkAwayForANight(t *testing.T) {
	dial := func(err error) error { return fmt.Errorf("feed: %w", &net.OpError{Op: "dial", Err: err}) }
	for what, c := range map[string]struct {
		err            error
		least, longest time.Duration
	}{
		"no lookup": {dial(&net.DNSError{Err: "server misbehaving", IsTemporary: true}), time.Minute, 6 * time.Minute},
		"no way":    {dial(syscall.ENETUNREACH), time.Minute, 6 * time.Minute},
		"down":      {dial(syscall.ECONNREFUSED), 50 * time.Minute, 0},
	} {
		for _, every := range []time.Duration{time.Minute, 6 * time.Hour} {
			var state mention.SourceState
			src, now := Source{Name: "a", Every: every}, time.Date(2026, 11, 26, 1, 0, 0, 0, time.UTC)
			for range 20 {
				assessHealth(staff{zone: time.UTC}, &state, src, outcome{err: c.err}, now)
			}
			if wait := nextPoll(src, state, outcome{err: c.err}, now).Sub(now); wait < c.least || c.longest > 0 && wait > c.longest {
				t.Errorf("%s, every %s: polled again after %s", what, every, wait)
			}
		}
	}
}

// TestThreadsOfANightWithoutNetwork: a thread whose site was not even asked is visited as often as ever
// once there is a network; one that failed is spared.
func TestThreadsOfANightWithoutNetwork(t *testing.T) {
	dial := func(err error) error { return fmt.Errorf("forum: %w", &net.OpError{Op: "dial", Err: err}) }
	for what, c := range map[string]struct {
		err            error
		least, longest time.Duration
	}{
		"no lookup": {dial(&net.DNSError{Err: "server misbehaving", IsTemporary: true}), 20 * time.Minute, 40 * time.Minute},
		"no way":    {dial(syscall.ENETUNREACH), 20 * time.Minute, 40 * time.Minute},
		"down":      {dial(syscall.ECONNREFUSED), 10 * time.Hour, 48 * time.Hour},
	} {
		one := &followedThread{posts: []*followedPost{{post: mention.Post{ID: "1"}}}}
		all := threads{bySource: map[string]map[string]*followedThread{"a": {"t": one}}}
		now := time.Date(2026, 11, 26, 1, 0, 0, 0, time.UTC)
		for range 8 {
			all.visited(visit{source: "a", thread: "t", followedPost: *one.posts[0], every: 30 * time.Minute}, crawlers.Batch{}, c.err, now)
		}
		if wait := one.due.Sub(now); wait < c.least || wait > c.longest {
			t.Errorf("%s: visited again after %s", what, wait)
		}
	}
}

// TestStateOfAnEarlierEarshot: of a source that answers the same ever since an earlier earshot read it,
// nothing is said that was not written down then: neither a size nor that it was never read.
func TestStateOfAnEarlierEarshot(t *testing.T) {
	now := time.Date(2026, 11, 26, 1, 0, 0, 0, time.UTC)
	for health, want := range map[string]string{
		`{"empty":1,"items":20}`: "Sun 22 Nov", // the last post that came
		`{"day":"2026-11-26","days":[0,0,0,0,9,9,9,9,9,9,9,9,9,9,9,9],"items":20}`: "silent",
	} {
		state := mention.SourceState{Health: []byte(health), LastNew: now.AddDate(0, 0, -4), LastSuccess: now.Add(-time.Hour)}
		var told []Notice
		for range emptyPolls {
			told = append(told, assessHealth(staff{zone: time.UTC}, &state, Source{Name: "a", Every: time.Hour}, outcome{batch: crawlers.Batch{Unchanged: true}}, now)...)
			now = now.Add(time.Hour)
		}
		if len(told) != 1 || !strings.Contains(told[0].Text, want) || strings.Contains(told[0].Text, "byte") || strings.Contains(told[0].Text, "shows") || strings.Contains(told[0].Text, "never") {
			t.Errorf("%s: told %+v", health, told)
		}
	}
}

// TestMomentsAreStaffs: what is told of a source says its moments by the clock of those who read it, where it
// is half an hour off, too.
func TestMomentsAreStaffs(t *testing.T) {
	for name, want := range map[string]string{"UTC": "Thu 26 Nov 01:00 UTC", "Europe/Kyiv": "Thu 26 Nov 03:00 EET", "Asia/Kolkata": "Thu 26 Nov 06:30 IST"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		state := mention.SourceState{LastSuccess: time.Date(2026, 11, 26, 1, 0, 0, 0, time.UTC)}
		now := state.LastSuccess
		var told []Notice
		for range failPolls {
			now = now.Add(failFor)
			told = append(told, assessHealth(staff{zone: zone}, &state, Source{Name: "a", Every: time.Hour}, outcome{err: errors.New("no answer")}, now)...)
		}
		if len(told) != 1 || !strings.Contains(told[0].Text, want) {
			t.Errorf("%s: told %+v", name, told)
		}
	}
}
