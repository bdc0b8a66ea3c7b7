package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
	"github.com/earshot/earshot/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const bank = "Ромашка Банк"

// world is an inbox on a real store. A request is of the person in its cookie.
type world struct {
	t     testing.TB
	store *store.Store
	inbox *Inbox
	addr  string
	said  int
	ids   []mention.ID

	sources []Source
	polled  chan string // what was asked to be polled
}

// empty is a database without a complaint.
var empty = testkit.Template{Make: func(path string) error {
	s, err := store.Open(context.Background(), store.Options{Database: "sqlite:" + path, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return s.Close()
}}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldIn(t, "sqlite:"+empty.Copy(t))
}

// newWorldIn is a world in an empty database.
func newWorldIn(t testing.TB, database string) *world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(context.Background(), store.Options{Database: database, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: s, polled: make(chan string, 10)}
	d := desk.NewDesk(s, func(string) i18n.Lang { return i18n.Lang{} }, time.Now, func() { w.inbox.Changed() })
	w.inbox, err = New(Options{
		Cases: s, Numbers: s, Mine: s, Templates: s, Desk: d, Texts: texts, Log: log, Now: time.Now,
		Who: func(r *http.Request) (Person, bool) {
			c, err := r.Cookie("who")
			if err != nil {
				return Person{Person: mention.Person{ID: "web:ira", Name: "Ira"}, Reply: true}, r.Header.Get("Nobody") == ""
			}
			p := Person{Person: mention.Person{ID: "web:" + c.Value, Name: c.Value}, Sources: c.Value != "guest", Reply: c.Value != "guest"}
			if lang, err := r.Cookie("lang"); err == nil {
				p.Lang = lang.Value
			}
			if zone, err := r.Cookie("zone"); err == nil {
				p.Zone, err = time.LoadLocation(zone.Value)
				if err != nil {
					w.t.Error(err)
				}
			}
			if c.Value == "guest" {
				p.May = func(a mention.Action) bool { return a.Verb != mention.Dismiss }
			}
			return p, true
		},
		Lang: func() string { return "en" }, Zone: func() *time.Location { return time.UTC },
		Views: func() []View { return []View{{Name: "Reviews", Query: "kind=review"}} },
		Places: func() Places {
			return Places{Watches: []string{bank}, Sources: []string{"forum"}, Topics: []string{"refund"}}
		},
		Session: func(r *http.Request) (hash [32]byte, ok bool) {
			_, err := r.Cookie("who")
			return [32]byte{1}, err == nil
		},
		Sources:     func() []Source { return w.sources },
		PollNow:     func(_ context.Context, source string) { w.polled <- source },
		Answers:     reply.New(reply.Options{Outbox: s, Reader: s, Way: func(string) (reply.Way, bool) { return reply.Way{}, false }}),
		Replies:     func(mention.Mention, string) []string { return []string{"We are sorry."} },
		Retention:   func() time.Duration { return 30 * 24 * time.Hour },
		ReplyWithin: func(mention.Severity) (time.Duration, hours.Hours) { return 30 * time.Minute, hours.Hours{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { w.inbox.Run(ctx) })
	server := httptest.NewServer(w.inbox.Handler())
	w.addr = server.URL
	t.Cleanup(func() {
		stop()
		done.Wait()
		server.Close()
		s.Close()
	})
	return w
}

// say has the store hear one complaint, as a poll would; the post names the others, too.
func (w *world) say(author, text string, others ...string) mention.ID {
	w.t.Helper()
	w.said++
	p := mention.Post{Source: "forum", Kind: mention.Forum, ID: fmt.Sprint(w.said), URL: fmt.Sprintf("https://forum.example/p/%d", w.said), Author: author, Text: text,
		Published: time.Now().Add(-5 * time.Minute), Rating: &mention.Rating{Value: 1, Best: 5}}
	return w.complains(p, others...)
}

// complains has the store hear a post as a complaint.
func (w *world) complains(p mention.Post, others ...string) mention.ID {
	w.t.Helper()
	m := mention.Mention{Watch: bank, Post: p, Score: mention.Score{Value: -0.8, Label: mention.Negative, Lang: "uk", Complaint: 0.9, Topics: []string{"refund"},
		Frames: []mention.Frame{{Frame: "event", Value: "yes"}}}}
	list := []mention.Mention{m}
	for _, m.Watch = range others {
		list = append(list, m)
	}
	return w.ingest(time.Now(), list...)
}

// ingest has the store hear the mentions of one post at a time, as a poll would.
func (w *world) ingest(at time.Time, list ...mention.Mention) mention.ID {
	w.t.Helper()
	p := list[0].Post
	planner := plan.NewPlanner(alerts.Rules{Otherwise: "#mentions"})
	in := mention.PollResult{Source: p.Source, Complete: true, OwnIDs: true, At: at, Posts: []mention.AnalyzedPost{{Post: p, Mentions: list}}}
	if _, err := w.store.Ingest(context.Background(), in, func(ctx context.Context, tx *store.Tx, pending []*mention.PendingMention) error {
		return planner.Plan(ctx, tx, at, pending)
	}); err != nil {
		w.t.Fatal(err)
	}
	id := mention.MentionID(p.Key(), list[0].Watch)
	w.ids = append(w.ids, id)
	return id
}

// ask sends a request of a person; headers are pairs. Redirects are answers.
func (w *world) ask(method, path, who string, form url.Values, headers ...string) (*http.Response, string) {
	w.t.Helper()
	r, err := http.NewRequest(method, w.addr+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "who", Value: who})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res, string(body)
}

func (w *world) status(id mention.ID) mention.Case {
	w.t.Helper()
	_, c, err := w.store.Mention(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// table is a list as a spreadsheet has it, with its head, and as it came.
func (w *world) table(path string) (rows [][]string, raw string) {
	w.t.Helper()
	res, raw := w.ask("GET", path, "Ira", nil)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(raw, "\ufeff"))).ReadAll()
	if err != nil || res.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %d, %v", path, res.StatusCode, err)
	}
	return rows, raw
}

// rowsOf counts the rows of a list; nextOf is where its next page is.
func rowsOf(list string) int { return strings.Count(list, `<li id="c-`) }

func nextOf(list string) string {
	_, rest, _ := strings.Cut(list, `rel="next" href="`)
	next, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(next)
}
