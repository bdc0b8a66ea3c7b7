package monitor

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// TestVisitEnds: a visit to a thread takes no longer than a poll may.
func TestVisitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := newThreadSite(), &desk{}
		d.set(waits("a", "1", "t1"))
		c := &slowThread{threadSite: s}
		runFor(t, newWorld().follower(d), 30*time.Minute, following("a", c))
		if c.ended == 0 || c.longest > pollTimeout {
			t.Errorf("%d visits ended, the longest took %v, want at most %v", c.ended, c.longest, pollTimeout)
		}
	})
}

// slowThread reads threads until it is stopped.
type slowThread struct {
	*threadSite
	ended   int
	longest time.Duration
}

func (s *slowThread) Poll(context.Context, crawlers.Cursor) (crawlers.Batch, error) {
	return crawlers.Batch{Next: "c"}, nil
}

func (s *slowThread) Thread(ctx context.Context, _ mention.Post, _ crawlers.Cursor) (crawlers.Batch, error) {
	began := time.Now()
	<-ctx.Done()
	s.ended++
	s.longest = max(s.longest, time.Since(began))
	return crawlers.Batch{}, ctx.Err()
}

// TestPollsHaveABudgetOfHosts: polls and visits may ask only so many hosts, each of them
// anew.
func TestPollsHaveABudgetOfHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := fetch.New(fetch.Options{Contact: "ops@romashka.example"})
		defer client.Close()
		d := &desk{}
		d.set(waits("a", "1", "t1"))
		c := &wanderer{client: client}
		m := newWorld().follower(d)
		m.poller.Bound = func(ctx context.Context) context.Context { return fetch.WithHostBudget(ctx, fetch.PollHosts) }
		runFor(t, m, 6*time.Minute, following("a", c))
		if c.polls < 1 || c.visits < 1 {
			t.Fatalf("%d polls, %d visits", c.polls, c.visits)
		}
		for _, n := range c.allowed {
			if n != fetch.PollHosts {
				t.Errorf("%d hosts were allowed, want %d", n, fetch.PollHosts)
			}
		}
	})
}

// wanderer asks one host after the other; none of them exists.
type wanderer struct {
	client        *fetch.Client
	polls, visits int
	allowed       []int
}

func (w *wanderer) wander(ctx context.Context) {
	for n := range 100 {
		// The address is refused before anything is sent, after the budget was asked.
		_, err := w.client.Do(ctx, fetch.Request{URL: fmt.Sprintf("http://10.0.0.%d/", n), API: true})
		if errors.Is(err, fetch.ErrTooManyHosts) {
			w.allowed = append(w.allowed, n)
			return
		}
	}
	w.allowed = append(w.allowed, 100)
}

func (w *wanderer) Poll(ctx context.Context, _ crawlers.Cursor) (crawlers.Batch, error) {
	w.polls++
	w.wander(ctx)
	return crawlers.Batch{Next: "c"}, nil
}

func (w *wanderer) Thread(ctx context.Context, _ mention.Post, since crawlers.Cursor) (crawlers.Batch, error) {
	w.visits++
	w.wander(ctx)
	return crawlers.Batch{Unchanged: true, Next: since, Observed: crawlers.Observation{Bytes: 1}}, nil
}
