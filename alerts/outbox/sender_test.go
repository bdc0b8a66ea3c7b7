package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/outbox"
	"github.com/earshot/earshot/mention"
)

func TestSender(t *testing.T) {
	limited := &alerts.RetryError{After: 7 * time.Second, Method: true, Err: errors.New("429")}
	dropped := errors.New("connection reset")
	nothing := func(alerts.Search) (map[mention.AlertID]alerts.Place, error) { return nil, nil }
	cases := []struct {
		name    string
		d       time.Duration
		prepare func(m *memory, s *script)
		want    []string
	}{
		{"louder first, then at the pace", 10 * time.Second, func(m *memory, s *script) {
			for _, id := range []string{"a", "b", "c", "d"} {
				m.add(id, mention.Low, "#x")
			}
			m.add("e", mention.Critical, "#x")
		}, []string{"0s post a", "0s post b", "0s post e", "1s post c", "2s post d"}},
		{"another channel does not wait", 2 * time.Second, func(m *memory, s *script) {
			for _, id := range []string{"a", "b", "c", "d"} {
				m.add(id, mention.High, "#x")
			}
			m.add("e", mention.Low, "#y")
		}, []string{"0s post a", "0s post b", "0s post c", "0s post e", "1s post d"}},
		{"silence is kept", 10 * time.Second, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			s.post = once(1, limited)
		}, []string{"0s post a", "7s post a"}},
		{"its other recipients are next, and then it waits for one", time.Minute, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			next, full := once(3, &alerts.RetryError{After: time.Second, One: true, Err: errors.New("the others are next")}), once(1, &alerts.RetryError{One: true, Err: errors.New("452")})
			s.post = func(msg alerts.Message) error {
				if err := next(msg); err != nil {
					return err
				}
				return full(msg)
			}
		}, []string{"0s post a", "1s post a", "2s post a", "3s post a", "33s post a"}},
		{"in doubt and not there", time.Minute, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			s.post, s.find = once(1, dropped), nothing
		}, []string{"0s post a", "21s find [a]", "21s post a"}},
		{"in doubt and there", time.Minute, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			m.c.Version = 1
			s.post = once(1, dropped)
			s.find = func(alerts.Search) (map[mention.AlertID]alerts.Place, error) {
				return map[mention.AlertID]alerts.Place{"a": {Channel: "C1", TS: "1"}}, nil
			}
		}, []string{"0s post a", "21s find [a]", "21s redraw a v1"}},
		{"looked for while its route is refused", time.Minute, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			m.add("b", mention.Low, "#x")
			first, second := once(1, dropped), once(1, &alerts.RefusedError{Code: "not_in_channel", Err: errors.New("invite")})
			s.post = func(msg alerts.Message) error {
				if msg.Alert.ID == "a" {
					return first(msg)
				}
				return second(msg)
			}
			s.find = nothing
		}, []string{"0s post a", "0s post b", "21s find [a]", "30s post a", "30s post b"}},
		{"one search serves a channel", time.Minute, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			m.add("b", mention.Low, "#x")
			s.post, s.find = once(2, dropped), nothing
		}, []string{"0s post a", "0s post b", "21s find [a b]", "21s post a", "21s post b"}},
		{"history refused", time.Minute, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			s.post = once(1, dropped)
			s.find = func(alerts.Search) (map[mention.AlertID]alerts.Place, error) {
				return nil, &alerts.RefusedError{Code: "missing_scope", Err: errors.New("no")}
			}
		}, []string{"0s post a", "21s find [a]", "21s post a (may be a repeat)"}},
		{"history broken", time.Minute, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			s.post = once(1, dropped)
			s.find = func(alerts.Search) (map[mention.AlertID]alerts.Place, error) { return nil, dropped }
		}, []string{"0s post a", "21s find [a]", "22s find [a]", "24s find [a]", "24s post a (may be a repeat)"}},
		{"history asks for silence", time.Minute, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			s.post = once(1, dropped)
			tries := 0
			s.find = func(alerts.Search) (map[mention.AlertID]alerts.Place, error) {
				if tries++; tries < 5 {
					return nil, limited
				}
				return nil, nil
			}
		}, []string{"0s post a", "21s find [a]", "28s find [a]", "35s find [a]", "42s find [a]", "49s find [a]", "49s post a"}},
		{"history asks for silence again and again", 20 * time.Minute, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			s.post = once(1, dropped)
			s.find = func(alerts.Search) (map[mention.AlertID]alerts.Place, error) {
				return nil, &alerts.RetryError{After: 4 * time.Minute, Method: true, Err: errors.New("429")}
			}
		}, []string{"0s post a", "21s find [a]", "4m21s find [a]", "4m21s post a (may be a repeat)"}},
		{"history asks for silence after a long stop", time.Minute, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			m.change("a", func(a *mention.Alert) bool {
				a.Status, a.Attempts, a.PostingAt = mention.Posting, 1, time.Now().Add(-time.Hour)
				return true
			})
			tries := 0
			s.find = func(alerts.Search) (map[mention.AlertID]alerts.Place, error) {
				if tries++; tries == 1 {
					return nil, limited
				}
				return nil, nil
			}
		}, []string{"0s find [a]", "7s find [a]", "7s post a"}},
		{"history of a channel that is away", 15 * time.Minute, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			s.post = once(1, dropped)
			s.find = func(alerts.Search) (map[mention.AlertID]alerts.Place, error) {
				if time.Since(s.began) < 9*time.Minute {
					return nil, &alerts.RetryError{After: 4 * time.Minute, Err: errors.New("dial")}
				}
				return nil, nil
			}
		}, []string{"0s post a", "21s find [a]", "4m21s find [a]", "8m21s find [a]", "12m21s find [a]", "12m21s post a"}},
		{"refused", 100 * time.Second, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			m.add("b", mention.Low, "#y")
			bad := once(2, &alerts.RefusedError{Code: "not_in_channel", Err: errors.New("invite")})
			s.post = func(m alerts.Message) error {
				if m.Alert.Route == "#x" {
					return bad(m)
				}
				return nil
			}
		}, []string{"0s post a", "0s post b", "1m30s post a", "30s post a"}},
		{"away", 8 * time.Second, func(m *memory, s *script) {
			m.add("a", mention.Low, "#x")
			s.post = once(3, &alerts.RetryError{Err: errors.New("dial")})
		}, []string{"0s post a", "1s post a", "3s post a", "7s post a"}},
		{"nowhere to go", 5 * time.Second, func(m *memory, s *script) {
			m.add("a", mention.Low, "nowhere")
		}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			events, m := play(t, c.d, c.prepare)
			slices.Sort(events)
			slices.Sort(c.want)
			if !slices.Equal(events, c.want) {
				t.Errorf("the channel saw\n%q, want\n%q", events, c.want)
			}
			left := m.list(func(a *mention.Alert) bool { return a.Status != mention.Posted && a.Route != "nowhere" })
			if len(left) > 0 {
				t.Errorf("left over: %+v", left)
			}
		})
	}
}

// TestStopInTheMiddle ends while an attempt hangs: the sender stops in time, and
// the alert is in doubt, not lost.
func TestStopInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, s := &memory{}, &script{began: time.Now()}
		m.add("a", mention.Low, "#x")
		hang := &hanging{script: s}
		run(t, options(m, hang), time.Second)
		if took := time.Since(s.began); took > 8*time.Second {
			t.Errorf("stopped after %s", took)
		}
		if a, _, _ := m.Alert(t.Context(), "a"); a.Status != mention.Posting {
			t.Errorf("the alert is %s", a.Status)
		}
	})
}

// hanging never answers.
type hanging struct{ *script }

func (h *hanging) Post(ctx context.Context, _ alerts.Message) (alerts.Place, error) {
	<-ctx.Done()
	return alerts.Place{}, ctx.Err()
}

// slow answers after a while, and writes down what was on its way together.
type slow struct {
	*script
	takes func(id mention.AlertID) (time.Duration, error)

	mu   sync.Mutex
	out  map[string]int // messages on their way, by route
	most map[string]int
}

func (s *slow) Post(ctx context.Context, m alerts.Message) (alerts.Place, error) {
	s.mu.Lock()
	s.out[m.Alert.Route]++
	s.most[m.Alert.Route] = max(s.most[m.Alert.Route], s.out[m.Alert.Route])
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.out[m.Alert.Route]--
		s.mu.Unlock()
	}()
	d, err := s.takes(m.Alert.ID)
	s.note("post %s", m.Alert.ID)
	select {
	case <-time.After(d):
	case <-ctx.Done():
		return alerts.Place{}, ctx.Err()
	}
	return alerts.Place{Channel: "C1", TS: string(m.Alert.ID)}, err
}

func playSlow(t *testing.T, d time.Duration, takes func(mention.AlertID) (time.Duration, error), prepare func(m *memory)) (events []string, most map[string]int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		prepare(m)
		s := &slow{script: &script{began: time.Now()}, takes: takes, out: map[string]int{}, most: map[string]int{}}
		run(t, options(m, s), d)
		events, most = s.events, s.most
	})
	return events, most
}

// TestOneOnItsWay answers a message with 429 while others wait: none of them may
// be on its way to that channel by then.
func TestOneOnItsWay(t *testing.T) {
	first := true
	events, most := playSlow(t, 20*time.Second, func(mention.AlertID) (time.Duration, error) {
		if first {
			first = false
			return 300 * time.Millisecond, &alerts.RetryError{After: 5 * time.Second, Method: true, Err: errors.New("429")}
		}
		return 300 * time.Millisecond, nil
	}, func(m *memory) {
		for _, id := range []string{"a", "b", "c"} {
			m.add(id, mention.Low, "#x")
		}
	})
	if most["#x"] != 1 {
		t.Errorf("%d messages on their way to one channel at once, want 1", most["#x"])
	}
	if len(events) != 4 || events[0] != "0s post a" || !strings.HasPrefix(events[1], "5s ") {
		t.Errorf("the channel saw %q, want silence for 5 s after the first", events)
	}
}

// TestOneHangs leaves one message without an answer: the others of its channel
// wait for it a little, not until it is given up, and other channels not at all.
func TestOneHangs(t *testing.T) {
	events, _ := playSlow(t, 9*time.Second, func(id mention.AlertID) (time.Duration, error) {
		if id == "a" {
			return time.Hour, nil
		}
		return 100 * time.Millisecond, nil
	}, func(m *memory) {
		m.add("a", mention.High, "#x")
		m.add("b", mention.Low, "#x")
		m.add("c", mention.Low, "#x")
		m.add("d", mention.Low, "#y")
	})
	slices.Sort(events)
	if want := []string{"0s post a", "0s post d", "2s post b", "2s post c"}; !slices.Equal(events, want) {
		t.Errorf("the channels saw %q, want %q", events, want)
	}
}

// TestRefusalOfAnAttemptBeforeTheReload: a token that is right now was wrong when the
// attempt began; its refusal closes nothing, and the next attempt follows at once.
func TestRefusalOfAnAttemptBeforeTheReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, s := &memory{}, &script{began: time.Now()}
		m.add("a", mention.Low, "#x")
		var sender *outbox.Sender
		tries := 0
		s.post = func(alerts.Message) error {
			if tries++; tries > 1 {
				return nil
			}
			time.Sleep(time.Second)
			sender.Reload()
			time.Sleep(time.Second)
			return &alerts.RefusedError{Code: "invalid_auth", Err: errors.New("the token")}
		}
		sender = outbox.NewSender(options(m, s))
		runFor(t, sender, 10*time.Second)
		if tries != 2 {
			t.Errorf("%d attempts in ten seconds, want the second right after the first", tries)
		}
	})
}

// TestPutBack: what was posted by a process whose database was lost is taken over from
// its channel and not posted again; one reading of the history serves all; what is not
// there goes out; a history that asks for a pause is waited for.
func TestPutBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		for i := range 6 {
			m.add(fmt.Sprint(i), mention.Normal, "#m")
		}
		h := &history{stands: map[mention.AlertID]bool{"0": true, "1": true, "4": true, "5": true}, pause: true}
		since := time.Now().Add(-time.Hour)
		opt := options(m, h)
		opt.LostSince = func() time.Time { return since }
		run(t, opt, time.Minute)
		slices.Sort(h.posted)
		if got := fmt.Sprint(h.posted); got != "[2 3]" {
			t.Errorf("posted %s, want those that do not stand there", got)
		}
		if n := len(m.list(func(a *mention.Alert) bool { return a.Status == mention.Posted })); n != 6 {
			t.Errorf("%d are marked as posted, want 6", n)
		}
		if h.finds != 2 || !h.since.Equal(since.Add(-time.Minute)) {
			t.Errorf("the history was read %d times from %s, want once after the pause, from before the last poll", h.finds, h.since)
		}
	})
}

// history is a channel in which some alerts stand already.
type history struct {
	mu     sync.Mutex
	stands map[mention.AlertID]bool
	pause  bool // the first reading is refused for a while
	posted []string
	finds  int
	since  time.Time
}

func (h *history) Post(_ context.Context, m alerts.Message) (alerts.Place, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.posted = append(h.posted, string(m.Alert.ID))
	return alerts.Place{Channel: "C", TS: string(m.Alert.ID)}, nil
}

func (h *history) Update(context.Context, alerts.Message) error { return nil }

func (h *history) Find(_ context.Context, q alerts.Search) (map[mention.AlertID]alerts.Place, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.finds, h.since = h.finds+1, q.Since
	if h.pause {
		h.pause = false
		return nil, &alerts.RetryError{After: 5 * time.Second, Method: true, Err: errors.New("slow down")}
	}
	found := map[mention.AlertID]alerts.Place{}
	for _, id := range q.Alerts {
		if h.stands[id] {
			found[id] = alerts.Place{Channel: "C", TS: string(id)}
		}
	}
	return found, nil
}
