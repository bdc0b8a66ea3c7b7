package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// way is a way out that takes as long as it is told, and counts what it is asked.
type way struct {
	began time.Time
	takes func(m alerts.Message) time.Duration // above the attempt's time: hangs

	mu    sync.Mutex
	out   int
	most  int
	at    []time.Duration          // when posts began
	taken map[string]time.Duration // when which alert was taken
}

func (w *way) Post(ctx context.Context, m alerts.Message) (alerts.Place, error) {
	w.mu.Lock()
	w.out++
	w.most = max(w.most, w.out)
	w.at = append(w.at, time.Since(w.began))
	w.mu.Unlock()
	defer func() { w.mu.Lock(); w.out--; w.mu.Unlock() }()
	select {
	case <-ctx.Done():
		return alerts.Place{}, fmt.Errorf("way out: %w", ctx.Err())
	case <-time.After(w.takes(m)):
	}
	w.mu.Lock()
	w.taken[string(m.Alert.ID)] = time.Since(w.began)
	w.mu.Unlock()
	return alerts.Place{Channel: "C1", TS: string(m.Alert.ID)}, nil
}

func (w *way) Update(context.Context, alerts.Message) error { return nil }

func (w *way) Find(context.Context, alerts.Search) (map[mention.AlertID]alerts.Place, error) {
	return nil, &alerts.RefusedError{Code: "no_history", Err: errors.New("no history")}
}

// channels is a way out with many channels, each at Slack's pace.
type channels struct{ *way }

func (channels) Pace() (float64, int) { return 1, 4 }

// playWays runs a sender in virtual time; what begins with # goes to Slack, all else to
// the webhook.
func playWays(t *testing.T, d time.Duration, slack, hook func(alerts.Message) time.Duration, prepare func(m *memory)) (slackWay, hookWay *way) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		slackWay = &way{began: time.Now(), takes: slack, taken: map[string]time.Duration{}}
		hookWay = &way{began: time.Now(), takes: hook, taken: map[string]time.Duration{}}
		prepare(m)
		opt := options(m, hookWay)
		opt.NotifierFor = func(route string) (alerts.Notifier, bool) {
			if strings.HasPrefix(route, "#") {
				return channels{slackWay}, true
			}
			return hookWay, true
		}
		run(t, opt, d)
	})
	return slackWay, hookWay
}

func quickly(alerts.Message) time.Duration { return 50 * time.Millisecond }
func never(alerts.Message) time.Duration   { return time.Hour }

// TestHangingWebhookHoldsUpNothing: a webhook that answers nothing has slots of its own,
// so Slack goes on; and it is asked ever more slowly.
func TestHangingWebhookHoldsUpNothing(t *testing.T) {
	slack, hook := playWays(t, 10*time.Minute, quickly, never, func(m *memory) {
		for i := range 400 {
			m.add(fmt.Sprintf("w%03d", i), mention.High, "webhook:crm")
		}
		m.add("slack", mention.Normal, "#mentions")
	})
	if at, ok := slack.taken["slack"]; !ok || at > 2*time.Second {
		t.Errorf("the message to Slack went out after %s (taken: %v), want at once", at, ok)
	}
	if hook.most > 8 {
		t.Errorf("%d requests hung at once, want at most 8", hook.most)
	}
	// Eight at first, then one at a time with a growing pause: 10 s and up to 30 s each.
	if n := len(hook.at); n < 15 || n > 40 {
		t.Errorf("the hanging webhook was asked %d times in 10 min, want some 25", n)
	}
}

// TestHangingWebhookRecovers: once it answers, all goes out at its pace.
func TestHangingWebhookRecovers(t *testing.T) {
	began := time.Time{}
	_, hook := playWays(t, 5*time.Minute, quickly, func(alerts.Message) time.Duration {
		if time.Since(began) < time.Minute {
			return time.Hour
		}
		return 100 * time.Millisecond
	}, func(m *memory) {
		began = time.Now()
		for i := range 100 {
			m.add(fmt.Sprintf("w%03d", i), mention.High, "webhook:crm")
		}
	})
	if len(hook.taken) != 100 {
		t.Errorf("%d of 100 were taken in the end", len(hook.taken))
	}
	for id, at := range hook.taken {
		if at > 3*time.Minute {
			t.Errorf("%s was taken after %s, want within two minutes of the webhook's recovery", id, at)
		}
	}
}

// TestSlowChannelClosesNoOther: posts of three channels of one Slack hang; the fourth
// goes on as if nothing was.
func TestSlowChannelClosesNoOther(t *testing.T) {
	slack, _ := playWays(t, 2*time.Minute, func(m alerts.Message) time.Duration {
		if m.Alert.Route == "#fine" {
			return 50 * time.Millisecond
		}
		return time.Hour
	}, quickly, func(m *memory) {
		for i := range 60 {
			for _, route := range []string{"#a", "#b", "#c"} {
				m.add(fmt.Sprintf("%s%02d", route, i), mention.High, route)
			}
		}
		for i := range 60 {
			m.add(fmt.Sprintf("fine%02d", i), mention.Normal, "#fine")
		}
	})
	last := time.Duration(0)
	for _, at := range slack.taken {
		last = max(last, at)
	}
	if len(slack.taken) != 60 || last > 65*time.Second {
		t.Errorf("%d of 60 messages of the good channel went out, the last after %s; want one a second", len(slack.taken), last)
	}
}

// slowFirst is a store whose first BeginPosting takes long.
type slowFirst struct {
	*memory
	first mention.AlertID
	takes time.Duration
}

func (m slowFirst) BeginPosting(ctx context.Context, id mention.AlertID, t0 time.Time) (bool, error) {
	if id == m.first && m.slept() {
		time.Sleep(m.takes)
	}
	return m.memory.BeginPosting(ctx, id, t0)
}

// slept reports whether the first has not begun yet.
func (m slowFirst) slept() bool {
	return len(m.list(func(a *mention.Alert) bool { return a.ID == m.first && a.Attempts == 0 })) == 1
}

// TestSilenceBegunMeanwhile: while the store writes the first attempt down, the second is
// answered with a 429; the first must not go out before that has passed.
func TestSilenceBegunMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := slowFirst{&memory{}, "a", 3 * time.Second}
		s := &script{began: time.Now()}
		m.add("a", mention.High, "#x")
		m.add("b", mention.Low, "#x")
		first := true
		s.post = func(msg alerts.Message) error {
			if msg.Alert.ID == "b" && first {
				first = false
				return &alerts.RetryError{After: 6 * time.Second, Method: true, Err: errors.New("429")}
			}
			return nil
		}
		run(t, options(m, s), 20*time.Second)
		if got := strings.Join(s.events, ", "); got != "2s post b, 8s post a, 8s post b" {
			t.Errorf("the channel saw %q, want silence from 2 s to 8 s", got)
		}
	})
}

// TestOddSilences: an answer that asks for a silence of a day costs an hour, and people are
// told of it; one that asks for none, or for less, is no reason to call without a pause.
func TestOddSilences(t *testing.T) {
	for after, want := range map[time.Duration]struct {
		posts, told string
	}{
		24 * time.Hour:            {"0s post a, 1h0m0s post a", "0s #x 429, 1h0m0s #x <nil>"},
		10 * 365 * 24 * time.Hour: {"0s post a, 1h0m0s post a", "0s #x 429, 1h0m0s #x <nil>"},
		30 * time.Second:          {"0s post a, 30s post a", ""},
		-24 * time.Hour:           {"0s post a, 1s post a", ""},
		0:                         {"0s post a, 1s post a", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			m := &memory{}
			s := &script{began: time.Now()}
			m.add("a", mention.High, "#x")
			first := true
			s.post = func(alerts.Message) error {
				if first {
					first = false
					return &alerts.RetryError{After: after, Method: true, Err: errors.New("429")}
				}
				return nil
			}
			var told []string
			opt := options(m, s)
			opt.Trouble = func(route string, err error) {
				told = append(told, fmt.Sprint(time.Since(s.began).Round(time.Second), " ", route, " ", err))
			}
			run(t, opt, 2*time.Hour)
			if got := strings.Join(s.events, ", "); got != want.posts || strings.Join(told, ", ") != want.told {
				t.Errorf("asked for %s the channel saw %q, want %q; people were told %q, want %q", after, got, want.posts, told, want.told)
			}
		})
	}
}

// uncertain answers every post until a time with an error that says nothing of its fate.
type uncertain struct {
	*way
	until time.Time
}

func (u uncertain) Post(ctx context.Context, m alerts.Message) (alerts.Place, error) {
	if time.Now().Before(u.until) {
		return alerts.Place{}, errors.New("503")
	}
	return u.way.Post(ctx, m)
}

// TestDoubtsInARowAreTrouble: a channel whose answers say nothing again and again is told as
// one that does not work, and as well when a message stands there.
func TestDoubtsInARowAreTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		m.add("one", mention.High, "#mentions")
		u := uncertain{&way{began: time.Now(), takes: quickly, taken: map[string]time.Duration{}}, time.Now().Add(3 * time.Minute)}
		var told []string
		opt := options(m, u)
		opt.Trouble = func(route string, err error) {
			told = append(told, fmt.Sprint(time.Since(u.began).Truncate(time.Second), " ", route, " ", err))
		}
		run(t, opt, 10*time.Minute)
		if len(told) != 2 || told[0] != "21s #mentions 503" || !strings.HasSuffix(told[1], "#mentions <nil>") {
			t.Errorf("told %q, want the trouble once, of the second attempt, and its end once", told)
		}
	})
}
