package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

var errAway = errors.New("the database is away")

// shaky is an outbox whose call number at fails; done: it was carried out, and only its answer is lost.
type shaky struct {
	*memory
	at   int
	done bool

	mu    sync.Mutex
	calls int
}

func call[T any](s *shaky, do func() (T, error)) (answer T, err error) {
	s.mu.Lock()
	s.calls++
	fails := s.calls == s.at
	s.mu.Unlock()
	if !fails {
		return do()
	}
	if s.done {
		_, _ = do()
	}
	return answer, errAway
}

func (s *shaky) DueAlerts(ctx context.Context, now time.Time, limit int) ([]mention.Alert, error) {
	return call(s, func() ([]mention.Alert, error) { return s.memory.DueAlerts(ctx, now, limit) })
}

func (s *shaky) InDoubt(ctx context.Context, before time.Time) ([]mention.Alert, error) {
	return call(s, func() ([]mention.Alert, error) { return s.memory.InDoubt(ctx, before) })
}

func (s *shaky) Outdated(ctx context.Context, limit int) ([]mention.Alert, error) {
	return call(s, func() ([]mention.Alert, error) { return s.memory.Outdated(ctx, limit) })
}

func (s *shaky) Alert(ctx context.Context, id mention.AlertID) (a mention.Alert, ok bool, err error) {
	a, err = call(s, func() (mention.Alert, error) {
		found, is, err := s.memory.Alert(ctx, id)
		ok = is
		return found, err
	})
	return a, ok && err == nil, err
}

func (s *shaky) BeginPosting(ctx context.Context, id mention.AlertID, t0 time.Time) (bool, error) {
	return call(s, func() (bool, error) { return s.memory.BeginPosting(ctx, id, t0) })
}

func (s *shaky) MarkPosted(ctx context.Context, id mention.AlertID, channel, ts string, rendered int64) (bool, error) {
	return call(s, func() (bool, error) { return s.memory.MarkPosted(ctx, id, channel, ts, rendered) })
}

func (s *shaky) BackToPending(ctx context.Context, id mention.AlertID, attempts int, notBefore time.Time, why string) (bool, error) {
	return call(s, func() (bool, error) { return s.memory.BackToPending(ctx, id, attempts, notBefore, why) })
}

func (s *shaky) SetRendered(ctx context.Context, id mention.AlertID, version int64) error {
	_, err := call(s, func() (bool, error) { return true, s.memory.SetRendered(ctx, id, version) })
	return err
}

func (s *shaky) Mention(ctx context.Context, id mention.ID) (m mention.Mention, c mention.Case, err error) {
	m, err = call(s, func() (found mention.Mention, err error) {
		found, c, err = s.memory.Mention(ctx, id)
		return found, err
	})
	return m, c, err
}

// TestOnceWhateverTheStoreMisses: whichever call the database does not answer, carried out or not, every message
// comes to stand in its channel once, and shows the case as it is: one that is in doubt, one that a process whose
// database was lost has posted, one in a thread, one that concerns no complaint. What people know comes by no other door.
func TestOnceWhateverTheStoreMisses(t *testing.T) {
	for at := range 220 {
		for _, done := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				m := &shaky{memory: &memory{}, at: at, done: done}
				for _, id := range []string{"stands", "told", "doubtful", "reply", "digest", "notice"} {
					m.add(id, mention.Normal, "#x")
				}
				instead := alerts.NewFallback(*m.byID["stands"], "door:night", time.Now())
				m.add(string(instead.ID), instead.Severity, instead.Route)
				known := m.byID[instead.ID]
				known.Kind, known.Payload, known.NotBefore = instead.Kind, instead.Payload, time.Now().Add(8*time.Second)
				m.byID["reply"].ThreadOf = "told"
				m.byID["digest"].Kind, m.byID["digest"].MentionID = mention.Digest, ""
				m.byID["notice"].Kind, m.byID["notice"].MentionID = mention.Notice, ""
				time.AfterFunc(5*time.Second, func() { m.memory.mu.Lock(); m.c.Version++; m.memory.mu.Unlock() })
				standing, posts := map[mention.AlertID]alerts.Place{"stands": {Channel: "C1", TS: "stands"}}, map[mention.AlertID]int{}
				var mu sync.Mutex
				s := &script{began: time.Now(), post: func(msg alerts.Message) error {
					mu.Lock()
					defer mu.Unlock()
					id := msg.Alert.ID
					posts[id]++
					standing[id] = alerts.Place{Channel: "C1", TS: string(id)}
					if id == "doubtful" {
						return errors.New("no answer")
					}
					return nil
				}, find: func(q alerts.Search) (map[mention.AlertID]alerts.Place, error) {
					mu.Lock()
					defer mu.Unlock()
					found := map[mention.AlertID]alerts.Place{}
					for _, id := range q.Alerts {
						if p, ok := standing[id]; ok {
							found[id] = p
						}
					}
					return found, nil
				}}
				opt := options(m, s)
				opt.InDoubt = 2 * time.Second
				opt.LostSince = func() time.Time { return s.began.Add(-time.Hour) }
				opt.Gathered = func(context.Context, mention.AlertID) ([]string, int, mention.ID, error) {
					n, err := call(m, func() (int, error) { return 3, nil })
					return []string{"Romashka"}, n, "m", err
				}
				opt.Doors = func(context.Context, mention.Alert) ([]alerts.ToldBy, error) {
					return call(m, func() ([]alerts.ToldBy, error) { return nil, nil })
				}
				opt.Answer = func(context.Context, mention.Mention) (alerts.Answer, error) {
					return call(m, func() (alerts.Answer, error) { return alerts.Answer{}, nil })
				}
				run(t, opt, 40*time.Second)
				for _, a := range m.list(func(*mention.Alert) bool { return true }) {
					want, place := 1, string(a.ID)
					switch a.ID {
					case "stands":
						want = 0
					case known.ID:
						want, place = 0, ""
					}
					if posts[a.ID] != want || a.Status != mention.Posted || a.TS != place || a.MentionID != "" && place != "" && a.RenderedVersion != m.c.Version {
						t.Errorf("call %d fails (carried out: %v): %s was posted %d times: %+v", at, done, a.ID, posts[a.ID], a)
					}
				}
			})
		}
	}
}

// TestReplyToWhatHasNoPlace: what was told by a way that has no places, or is pruned, has no thread: a reply to it
// stands on its own.
func TestReplyToWhatHasNoPlace(t *testing.T) {
	for name, c := range map[string]struct {
		ts   string
		want alerts.Place
	}{"in a channel": {"17.1", alerts.Place{Channel: "C1", TS: "17.1"}}, "by a webhook": {"root", alerts.Place{}}} {
		t.Run(name, func(t *testing.T) {
			var under []alerts.Place
			play(t, 5*time.Second, func(m *memory, s *script) {
				m.add("root", mention.Normal, "#x")
				m.add("reply", mention.Normal, "#x")
				m.byID["root"].Status, m.byID["root"].Channel, m.byID["root"].TS = mention.Posted, "C1", c.ts
				m.byID["reply"].ThreadOf = "root"
				s.post = func(m alerts.Message) error { under = append(under, m.Thread); return nil }
			})
			if fmt.Sprint(under) != fmt.Sprint([]alerts.Place{c.want}) {
				t.Errorf("posted under %+v", under)
			}
		})
	}
}
