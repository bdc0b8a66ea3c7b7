package slack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/outbox"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
	"github.com/earshot/earshot/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is everything between a heard complaint and Slack, for real: the store on
// disk, the planner, the sender, and Slack's Web API and sockets on loopback.
type world struct {
	t       *testing.T
	fake    *fakeslack.Server
	store   *store.Store
	planner *plan.Planner
	sender  *outbox.Sender
	slack   *slack.Notifier
	desk    *desk.Desk
	answers *reply.Engine // nil without sites
	log     *logbook
	stop    func()
	opt     worldOptions
}

type worldOptions struct {
	fake  fakeslack.Options
	rules alerts.Rules
	http  bool // clicks come as signed HTTP

	outsiders bool
	sources   *oneSource
	slowCases <-chan struct{} // the cases are listed when it is closed
	roles     func(p mention.Person, email string) slack.Roles
	hook      bool // messages go through an incoming webhook
	token     string
	inDoubt   time.Duration
	client    *http.Client
	desk      slack.Desk
	patient   bool // a decision may take longer than a click

	sites  *sites // what takes answers; nil: nothing does
	listed func(list []string, p mention.Person, email string) bool
}

// shortDoubt is how soon after an attempt in doubt the history is read. Tests that do
// something meanwhile ask for an hour, and settle the doubt themselves.
const shortDoubt = 300 * time.Millisecond

// settle restarts what a doubt of an hour held, so that the history is read now.
func (w *world) settle() {
	w.t.Helper()
	w.stop()
	w.opt.inDoubt = shortDoubt
	w.start()
}

// logbook keeps what was logged.
type logbook struct{ testkit.Output }

func (l *logbook) count(text string) int { return strings.Count(l.String(), text) }

func newWorld(t *testing.T, opt worldOptions) *world {
	t.Helper()
	if opt.rules.Otherwise == "" {
		opt.rules.Otherwise = "#mentions"
	}
	if opt.inDoubt == 0 {
		opt.inDoubt = shortDoubt
	}
	if opt.token == "" {
		opt.token = fakeslack.BotToken
	}
	// How soon a press is acknowledged is TestAcknowledgedInTime's; a busy machine may take longer.
	opt.fake.Patience = time.Minute
	fake, err := fakeslack.Start(opt.fake)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	w := &world{t: t, fake: fake, store: rig.Empty(t, time.Now), planner: plan.NewPlanner(opt.rules), log: &logbook{}, opt: opt}
	w.start()
	t.Cleanup(func() {
		for _, c := range fake.Calls() {
			if c.Method != "webhook" && !slices.Contains(slack.Methods, c.Method) {
				t.Errorf("%s is called, and is none of Methods", c.Method)
			}
		}
		if t.Failed() {
			t.Logf("log:\n%s", w.log.String())
		}
	})
	return w
}

// options are those of the notifier, as the world wants it.
func (w *world) options(log *slog.Logger, client *http.Client) slack.Options {
	w.t.Helper()
	texts, err := i18n.New()
	if err != nil {
		w.t.Fatal(err)
	}
	opt := slack.Options{BotToken: w.opt.token, BotTokenFrom: "SLACK_BOT_TOKEN", AppToken: fakeslack.AppToken, APIURL: w.fake.URL(),
		HTTP: client, Desk: w.desk, Reader: w.store, Log: log, Now: time.Now, Outsiders: w.opt.outsiders, Roles: w.opt.roles, Listed: w.opt.listed,
		Replies:  func(m mention.Mention, me string) []string { return []string{"Sorry, " + m.Post.Author + ". " + me} },
		Language: texts.In, Cases: w.store, SaveTemplate: w.store.SaveTemplate,
		Spoken: func(route string) i18n.Lang {
			if route == "#billing" {
				return texts.In("bg")
			}
			return texts.In("uk")
		}}
	if w.opt.sources != nil {
		opt.Sources = w.opt.sources
	}
	if w.opt.slowCases != nil {
		opt.Cases = slowCases{w.store, w.opt.slowCases}
	}
	if w.opt.http {
		opt.AppToken, opt.SigningSecret = "", fakeslack.SigningSecret
	}
	if w.opt.desk != nil {
		opt.Desk = w.opt.desk
	}
	if w.opt.patient {
		opt.Desk = patientDesk{w.desk}
	}
	return opt
}

// start starts what a restart of the daemon starts.
func (w *world) start() {
	w.t.Helper()
	log := slog.New(slog.NewTextHandler(w.log, nil))
	client := w.opt.client
	if client == nil {
		client = &http.Client{Transport: &http.Transport{}}
	}
	w.desk = desk.NewDesk(w.store, w.planner.Rules().Lang, time.Now, func() {
		w.sender.Wake()
		w.slack.CasesChanged()
	})
	opt := w.options(log, client)
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	var answer func(context.Context, mention.Mention) (alerts.Answer, error)
	if w.opt.sites != nil {
		w.answers = w.opt.sites.engine(w, log)
		opt.Answers = w.answers
		all.Go(func() { w.answers.Run(ctx) })
		answer = func(ctx context.Context, m mention.Mention) (alerts.Answer, error) {
			list, err := w.answers.Replies(ctx, m.ID)
			_, ok := w.answers.Way(m)
			return alerts.Answer{Way: ok, Last: reply.Last(list)}, err
		}
	}
	w.slack = slack.New(opt)
	for _, r := range w.opt.rules.Routes {
		w.slack.Names([]string{r.Notify}, nil)
	}
	var notifier alerts.Notifier = w.slack
	if w.opt.hook {
		notifier = slack.NewHook(w.fake.HookURL(), "SLACK_WEBHOOK_URL", client)
	}
	w.sender = outbox.NewSender(outbox.Options{Queue: w.store, Writer: w.store, Reader: w.store, Gathered: w.store.Gathered, Log: log, Now: time.Now, InDoubt: w.opt.inDoubt, Lang: w.planner.Rules().Lang, Answer: answer,
		NotifierFor: func(route string) (alerts.Notifier, bool) { return notifier, strings.HasPrefix(route, "#") }})
	all.Go(func() { _ = w.slack.Run(ctx) })
	all.Go(func() { _ = w.sender.Run(ctx) })
	var once sync.Once
	w.stop = func() {
		once.Do(func() {
			cancel()
			all.Wait()
			client.CloseIdleConnections()
		})
	}
	w.t.Cleanup(w.stop)
}

// complaint is a negative post about the bank.
func complaint(id, text string) mention.Mention {
	return mention.Mention{
		Watch: "Ромашка Банк",
		Post: mention.Post{Source: "forum.example › Скарги", Kind: mention.Forum, ID: id, URL: "https://forum.example/p/" + id, ThreadURL: "https://forum.example/t/1",
			Author: "author " + id, Text: text, Published: time.Now().Add(-3 * time.Minute)},
		Score: mention.Score{Value: -0.6, Label: mention.Negative, Lang: "uk", Topics: []string{"refund"}},
	}
}

// hear commits mentions as one poll does.
func (w *world) hear(all ...mention.Mention) mention.IngestResult {
	w.t.Helper()
	r, err := w.ingest(all...)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) ingest(all ...mention.Mention) (mention.IngestResult, error) {
	in := mention.PollResult{Source: all[0].Post.Source, At: time.Now(), Complete: true}
	for _, m := range all {
		if last := len(in.Posts) - 1; last >= 0 && in.Posts[last].Post.Key() == m.Post.Key() {
			in.Posts[last].Mentions = append(in.Posts[last].Mentions, m)
			continue
		}
		in.Posts = append(in.Posts, mention.AnalyzedPost{Post: m.Post, Mentions: []mention.Mention{m}})
	}
	r, err := w.store.Ingest(context.Background(), in, func(ctx context.Context, tx *store.Tx, pending []*mention.PendingMention) error {
		return w.planner.Plan(ctx, tx, in.At, pending)
	})
	w.sender.Wake()
	return r, err
}

// eventually waits for something real: sockets, disks and other processes have no
// virtual time.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("did not happen: %s", what)
}

// connected waits for the connection over which presses come.
func (w *world) connected() {
	w.t.Helper()
	eventually(w.t, "a socket", func() bool { return w.fake.Connections() > 0 })
}

func (w *world) posted(n int) []fakeslack.Message {
	w.t.Helper()
	eventually(w.t, fmt.Sprintf("%d messages", n), func() bool { return len(w.fake.Messages("")) >= n })
	w.quiet()
	all := w.fake.Messages("")
	if len(all) != n {
		w.t.Fatalf("%d messages stand in slack, want %d:\n%s", len(all), n, texts(all))
	}
	return all
}

// quiet waits until the outbox is empty and nothing is outdated.
func (w *world) quiet() {
	w.t.Helper()
	eventually(w.t, "an empty outbox", func() bool {
		c, err := w.store.Counts(context.Background(), time.Now())
		if err != nil {
			w.t.Fatal(err)
		}
		stale, err := w.store.Outdated(context.Background(), 10)
		if err != nil {
			w.t.Fatal(err)
		}
		return c.Pending == 0 && c.Posting == 0 && len(stale) == 0
	})
}

func texts(all []fakeslack.Message) string {
	var b strings.Builder
	for _, m := range all {
		fmt.Fprintf(&b, "%s %s thread %q\n%s\n", m.Channel, m.TS, m.ThreadTS, m.Text)
	}
	return b.String()
}

// shows reports whether the words stand in the message's blocks, whatever the
// formatting between them.
func shows(m fakeslack.Message, words string) bool {
	var v any
	if err := json.Unmarshal(m.Blocks, &v); err != nil {
		return false
	}
	var b strings.Builder
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if s, ok := v["text"].(string); ok {
				b.WriteString(s)
			}
			for k, e := range v {
				if _, isText := e.(string); !isText || k != "text" {
					walk(e)
				}
			}
		}
	}
	walk(v)
	return strings.Contains(b.String(), words)
}
