package outbox_test

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/outbox"
	"github.com/earshot/earshot/mention"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is an outbox in memory, for tests in virtual time.
type memory struct {
	mu   sync.Mutex
	all  []*mention.Alert
	byID map[mention.AlertID]*mention.Alert
	c    mention.Case
}

func (m *memory) add(id string, sev mention.Severity, route string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := &mention.Alert{ID: mention.AlertID(id), Kind: mention.Complaint, MentionID: "m", Route: route, Severity: sev, Status: mention.Pending, CreatedAt: time.Now()}
	if m.byID == nil {
		m.byID = map[mention.AlertID]*mention.Alert{}
	}
	m.all, m.byID[a.ID] = append(m.all, a), a
}

func (m *memory) list(ok func(*mention.Alert) bool) (out []mention.Alert) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.all {
		if ok(a) {
			out = append(out, *a)
		}
	}
	return out
}

func (m *memory) change(id mention.AlertID, do func(*mention.Alert) bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.byID[id]
	return ok && do(a)
}

func (m *memory) DueAlerts(_ context.Context, now time.Time, limit int) ([]mention.Alert, error) {
	out := m.list(func(a *mention.Alert) bool {
		root := m.byID[a.ThreadOf]
		return a.Status == mention.Pending && !a.NotBefore.After(now) && (a.ThreadOf == "" || root != nil && root.Status == mention.Posted)
	})
	slices.SortStableFunc(out, func(a, b mention.Alert) int {
		return cmp.Or(rank(a)-rank(b), int(b.Severity-a.Severity))
	})
	return out[:min(limit, len(out))], nil
}

// rank is the order of the store: what is gathered in threads goes last, copies after all.
func rank(a mention.Alert) int {
	switch {
	case a.ThreadOf == "":
	case a.Kind == mention.Complaint:
		return 1
	case a.Kind == mention.Duplicate:
		return 2
	}
	return 0
}

func (m *memory) InDoubt(_ context.Context, before time.Time) ([]mention.Alert, error) {
	return m.list(func(a *mention.Alert) bool { return a.Status == mention.Posting && a.PostingAt.Before(before) }), nil
}

func (m *memory) Outdated(_ context.Context, limit int) ([]mention.Alert, error) {
	all := m.list(func(a *mention.Alert) bool { return a.Status == mention.Posted && a.RenderedVersion < m.c.Version })
	return all[:min(limit, len(all))], nil
}

func (m *memory) Alert(_ context.Context, id mention.AlertID) (mention.Alert, bool, error) {
	got := m.list(func(a *mention.Alert) bool { return a.ID == id })
	if len(got) == 0 {
		return mention.Alert{}, false, nil
	}
	return got[0], true, nil
}

func (m *memory) BeginPosting(_ context.Context, id mention.AlertID, t0 time.Time) (bool, error) {
	return m.change(id, func(a *mention.Alert) bool {
		if a.Status != mention.Pending {
			return false
		}
		a.Status, a.PostingAt = mention.Posting, t0
		a.Attempts++
		return true
	}), nil
}

func (m *memory) MarkPosted(_ context.Context, id mention.AlertID, channel, ts string, rendered int64) (bool, error) {
	return m.change(id, func(a *mention.Alert) bool {
		if a.Status != mention.Posting {
			return false
		}
		a.Status, a.Channel, a.TS, a.RenderedVersion = mention.Posted, channel, ts, rendered
		return true
	}), nil
}

func (m *memory) BackToPending(_ context.Context, id mention.AlertID, attempts int, notBefore time.Time, why string) (bool, error) {
	return m.change(id, func(a *mention.Alert) bool {
		if a.Status != mention.Posting || a.Attempts != attempts {
			return false
		}
		a.Status, a.NotBefore, a.LastError = mention.Pending, notBefore, why
		return true
	}), nil
}

func (m *memory) Detach(_ context.Context, root mention.AlertID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.all {
		if a.ThreadOf == root && a.Status == mention.Pending {
			a.ThreadOf = ""
		}
	}
	return nil
}

// Orphan has nothing to do: nothing is told in threads of what is deleted here.
func (m *memory) Orphan(context.Context, mention.ID) (bool, error) { return false, nil }

func (m *memory) SetRendered(_ context.Context, id mention.AlertID, version int64) error {
	m.change(id, func(a *mention.Alert) bool { a.RenderedVersion = version; return true })
	return nil
}

func (m *memory) Mention(_ context.Context, id mention.ID) (mention.Mention, mention.Case, error) {
	if id != "m" {
		return mention.Mention{}, mention.Case{}, mention.ErrNotFound
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return mention.Mention{ID: "m"}, m.c, nil
}

// script is a channel that does as it is told, and writes down when what happened.
type script struct {
	mu     sync.Mutex
	began  time.Time
	post   func(m alerts.Message) error
	find   func(q alerts.Search) (map[mention.AlertID]alerts.Place, error)
	update func(m alerts.Message) error
	events []string

	postChannel string // where posts stand; empty means C1
}

func (s *script) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, fmt.Sprintf("%s ", time.Since(s.began).Truncate(time.Second))+fmt.Sprintf(format, args...))
}

func (s *script) Post(_ context.Context, m alerts.Message) (alerts.Place, error) {
	repeat := ""
	if m.Repeat {
		repeat = " (may be a repeat)"
	}
	s.note("post %s%s", m.Alert.ID, repeat)
	if s.post != nil {
		if err := s.post(m); err != nil {
			return alerts.Place{}, err
		}
	}
	return alerts.Place{Channel: cmp.Or(s.postChannel, "C1"), TS: string(m.Alert.ID)}, nil
}

func (s *script) Update(_ context.Context, m alerts.Message) error {
	s.note("redraw %s v%d", m.Alert.ID, m.Case.Version)
	if s.update != nil {
		return s.update(m)
	}
	return nil
}

func (s *script) Find(_ context.Context, q alerts.Search) (map[mention.AlertID]alerts.Place, error) {
	s.note("find %v", q.Alerts)
	return s.find(q)
}

func (s *script) Pace() (float64, int) { return 1, 3 }

// options are those of a sender of this outbox, all of whose routes but "nowhere" lead one way.
func options(m interface {
	outbox.Queue
	outbox.Writer
	alerts.Reader
}, way alerts.Notifier) outbox.Options {

	return outbox.Options{Queue: m, Writer: m, Reader: m, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		NotifierFor: func(route string) (alerts.Notifier, bool) { return way, route != "nowhere" }}
}

// run runs a sender for some time, and returns it.
func run(t *testing.T, opt outbox.Options, d time.Duration) *outbox.Sender {
	t.Helper()
	s := outbox.NewSender(opt)
	runFor(t, s, d)
	return s
}

func runFor(t *testing.T, s *outbox.Sender, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := s.Run(ctx); err != nil {
		t.Error(err)
	}
}

// play runs a sender in virtual time and returns what the channel saw.
func play(t *testing.T, d time.Duration, prepare func(m *memory, s *script)) (events []string, end *memory) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m, s := &memory{}, &script{began: time.Now()}
		prepare(m, s)
		run(t, options(m, s), d)
		events, end = s.events, m
	})
	return events, end
}

// once fails the first n calls.
func once(n int, err error) func(alerts.Message) error {
	var mu sync.Mutex
	return func(alerts.Message) error {
		mu.Lock()
		defer mu.Unlock()
		if n--; n >= 0 {
			return err
		}
		return nil
	}
}
