package alerts_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/outbox"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// strictSlack takes one message a second in each channel, up to four at once, and keeps
// what it took.
type strictSlack struct {
	mu     sync.Mutex
	room   map[string]*rate.Limiter
	stands map[mention.AlertID]int
	at     map[mention.AlertID]time.Time
	early  int // messages that came too soon
	kinds  map[string]int
}

func (s *strictSlack) Pace() (float64, int) { return 1, 4 }

func (s *strictSlack) Post(_ context.Context, m alerts.Message) (alerts.Place, error) {
	time.Sleep(60 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	now, route := time.Now(), m.Alert.Route
	if s.room[route] == nil {
		s.room[route] = rate.NewLimiter(1.001, 4) // what a float of a second leaves
	}
	if !s.room[route].AllowN(now, 1) {
		s.early++
		return alerts.Place{}, &alerts.RetryError{After: time.Second, Method: true, Err: fmt.Errorf("429")}
	}
	s.stands[m.Alert.ID]++
	s.at[m.Alert.ID] = now
	s.kinds[string(m.Alert.Kind)]++
	return alerts.Place{Channel: route, TS: string(m.Alert.ID)}, nil
}

func (s *strictSlack) Update(context.Context, alerts.Message) error { return nil }

func (s *strictSlack) Find(context.Context, alerts.Search) (map[mention.AlertID]alerts.Place, error) {
	return nil, nil
}

// stormPost is the nth complaint of the storm: every other one repeats one of eight.
func stormPost(n int) mention.Mention {
	texts := [...]string{
		"Третій тиждень не повертають гроші за скасоване замовлення, підтримка мовчить, більше ні ногою",
		"Вторую неделю не возвращают деньги за отменённый заказ, поддержка не отвечает, ужас",
		"Трета седмица не връщат парите за отказаната поръчка, никой не отговаря на писмата ми",
		"They have kept my refund for three weeks and support does not answer, never again with them",
	}
	text := texts[n%4]
	if n%2 == 1 {
		text = fmt.Sprintf("Скарга %s про %s, %s", letters(n), letters(n*7+1), letters(n*13+5))
	}
	source := [...]string{"forum.example", "reviews.example", "t.me/example"}[n%3]
	m := mention.Mention{Watch: "Ромашка Банк", Post: mention.Post{Source: source, Kind: mention.Forum, ID: fmt.Sprint(n), URL: fmt.Sprintf("https://%s/p/%d", source, n), Author: fmt.Sprint("author ", n), Text: text}}
	m.Score.Value, m.Score.Complaint = -0.6, 0.8
	if n%3 == 0 {
		m.Score.Topics = []string{"refund"}
	}
	return m
}

func letters(n int) string {
	out := ""
	for ; n > 0; n /= 32 {
		out += strings.Repeat(string(rune('а'+n%32)), 2)
	}
	return out
}

// TestStormDrains plays a storm of 300 complaints in 36 s (EARSHOT_DRILL=full: 5,000 in
// ten minutes) to its end in virtual time, on a real store: each is posted once, at the channels' pace; a complaint of another
// watch that comes in the middle waits for none of them; and the leads hear of it once.
func TestStormDrains(t *testing.T) {
	if testing.Short() || testkit.Race {
		t.Skip("thousands of writes; with the race detector minutes of them: .ci/run does it without")
	}
	complaints, lasts := 300, 36*time.Second // more than the sender reads at once wait on its height
	if os.Getenv("EARSHOT_DRILL") == "full" {
		complaints, lasts = 5000, 10*time.Minute
	}
	synctest.Test(t, func(t *testing.T) {
		late := alerts.Deadline{Claim: 5 * time.Minute, Notify: "@oncall", EscalateTo: "#leads"}
		rules := alerts.Rules{Otherwise: "#mentions", Routes: []alerts.Route{{Topics: []string{"refund"}, To: "#billing"}},
			Deadlines: map[mention.Severity]alerts.Deadline{mention.Low: late, mention.Normal: late, mention.High: late}}
		st, err := store.Open(t.Context(), store.Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "e.db"), Log: slog.New(slog.DiscardHandler), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		planner := plan.NewPlanner(rules)
		slack := &strictSlack{room: map[string]*rate.Limiter{}, stands: map[mention.AlertID]int{}, at: map[mention.AlertID]time.Time{}, kinds: map[string]int{}}
		log := slog.New(slog.DiscardHandler)
		sender := outbox.NewSender(outbox.Options{Queue: st, Writer: st, Reader: st, Gathered: st.Gathered, Log: log, Now: time.Now,
			NotifierFor: func(string) (alerts.Notifier, bool) { return slack, true }})
		deadlines := desk.NewDeadlines(desk.DeadlineOptions{Cases: st, Rules: planner.Rules, Log: log, Now: time.Now, Changed: sender.Wake})
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = sender.Run(ctx) })
		running.Go(func() { _ = deadlines.Run(ctx) })
		hear := func(m mention.Mention) []mention.AlertID {
			in := mention.PollResult{Source: m.Post.Source, At: time.Now(), Complete: true, Posts: []mention.AnalyzedPost{{Post: m.Post, Mentions: []mention.Mention{m}}}}
			r, err := st.Ingest(ctx, in, func(ctx context.Context, tx *store.Tx, pending []*mention.PendingMention) error {
				return planner.Plan(ctx, tx, in.At, pending)
			})
			if err != nil {
				t.Error(err)
			}
			sender.Wake()
			return r.Alerts
		}
		began := time.Now()
		var other mention.AlertID
		var asked time.Time
		for n := range complaints {
			time.Sleep(time.Until(began.Add(time.Duration(n) * lasts / time.Duration(complaints))))
			hear(stormPost(n))
			if n == complaints*2/3 {
				m := stormPost(1)
				m.Watch, m.Post.ID, m.Post.URL, m.Post.Text = "Інший бренд", "other", "https://forum.example/p/other", "Курʼєр нагрубив і кинув пакунок під двері"
				other, asked = hear(m)[0], time.Now()
			}
		}
		for {
			counts, err := st.Counts(ctx, time.Now())
			if err != nil || time.Since(began) > 4*time.Hour {
				t.Fatal("not drained", counts, err)
			}
			if counts.Pending+counts.Posting == 0 && time.Since(began) > lasts+35*time.Minute {
				break
			}
			time.Sleep(time.Minute)
		}
		t.Logf("drained %s after the first; posted %v; %d answered 429", time.Since(began), slack.kinds, slack.early)
		stop()
		running.Wait()
		st.Close()
		slack.check(t, complaints)
		if wait := slack.at[other].Sub(asked); slack.at[other].IsZero() || wait > 5*time.Second {
			t.Errorf("the complaint about another brand waited %s", wait)
		}
	})
}

// check: of the storm, and of one complaint about another brand, everything stands once, and in time.
func (s *strictSlack) check(t *testing.T, complaints int) {
	t.Helper()
	for id, n := range s.stands {
		if n != 1 {
			t.Errorf("alert %s stands %d times", id, n)
		}
	}
	if n := s.kinds["complaint"] + s.kinds["twin"]; n != complaints+1 {
		t.Errorf("%d complaints stand in channels, want %d", n, complaints+1)
	}
	if n := s.kinds["storm"]; n != 2 {
		t.Errorf("%d storm messages, want one in each channel", n)
	}
	// Of the storm a nudge and an escalation; of the other brand the same.
	if n := s.kinds["escalation"]; n != 4 {
		t.Errorf("%d nudges and escalations, want 4", n)
	}
	if n := s.kinds["notice"]; n != 1 {
		t.Errorf("it was said %d times that the storm is over", n)
	}
	if s.early > 0 {
		t.Errorf("%d messages came sooner than Slack takes them", s.early)
	}
}
