// Package rig puts the planner on a real store, at a time that the test moves: what the
// tests of alerts/plan, alerts/desk and alerts/digest share. Those of alerts/slack take the
// store alone. Tests only.
package rig

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// A watch, two sources and two complaints.
const (
	Bank   = "Ромашка Банк"
	Forum  = "forum.example"
	Review = "reviews.example"
	Refund = "Третій тиждень не повертають гроші за скасоване замовлення, підтримка мовчить. Більше ні ногою."
	Rude   = "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий, ніхто не вибачився."
)

// Noon is a Sunday.
var Noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// Rig is a planner on a real store, at a time that the test moves.
type Rig struct {
	T       *testing.T
	Store   *store.Store
	Planner *plan.Planner
	Now     time.Time
	View    func(plan.View) plan.View // what the planner reads the store through; nil: nothing
}

// New returns a rig that ends with the test. Without a route of their own, messages
// go to #mentions.
func New(t *testing.T, rules alerts.Rules) *Rig {
	t.Helper()
	return NewIn(t, rules, "")
}

// NewIn is New in an empty database; without an address in one of its own.
func NewIn(t *testing.T, rules alerts.Rules, database string) *Rig {
	t.Helper()
	if rules.Otherwise == "" {
		rules.Otherwise = "#mentions"
	}
	r := &Rig{T: t, Planner: plan.NewPlanner(rules), Now: Noon}
	now := func() time.Time { return r.Now }
	if database == "" {
		r.Store = Empty(t, now)
		return r
	}
	r.Store = ends(t, database, now)
	return r
}

// empty is a database with all tables and nothing in them.
var empty = testkit.Template{Make: func(path string) error {
	st, err := open(context.Background(), "sqlite:"+path, time.Now)
	if err != nil {
		return err
	}
	return st.Close()
}}

// Empty is a store of the test's own, which ends with it.
func Empty(t *testing.T, now func() time.Time) *store.Store {
	t.Helper()
	return ends(t, "sqlite:"+empty.Copy(t), now)
}

// ends opens a database, and closes it with the test.
func ends(t *testing.T, database string, now func() time.Time) *store.Store {
	t.Helper()
	st, err := open(t.Context(), database, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

func open(ctx context.Context, database string, now func() time.Time) (*store.Store, error) {
	return store.Open(ctx, store.Options{Database: database, Log: slog.New(slog.DiscardHandler), Now: now})
}

// Judge gives the mention a score, and the verdict that such words get when they are
// told of the watch: at -0.2 it is a complaint as likely as not.
func Judge(m *mention.Mention, score float64) {
	m.Score.Value, m.Score.Complaint = score, min(max(0.4-score/2, 0.01), 0.99)
}

// Said is a post with its score, as the analysis hands it over.
func Said(source, id, author, text string, score float64) mention.Mention {
	m := mention.Mention{Watch: Bank, Post: mention.Post{Source: source, Kind: mention.Forum, ID: id, URL: "https://" + source + "/p/" + id,
		ThreadURL: "https://" + source + "/t/1", Author: author, Text: text}, Score: mention.Score{Lang: "uk"}}
	Judge(&m, score)
	return m
}

// Poll commits posts as one poll and returns the alerts that came of it.
func (r *Rig) Poll(all ...mention.Mention) []mention.Alert {
	r.T.Helper()
	return r.ingest(mention.PollResult{Posts: posts(all)})
}

// PollBaseline is Poll for a source that was never polled before.
func (r *Rig) PollBaseline(all ...mention.Mention) []mention.Alert {
	r.T.Helper()
	return r.ingest(mention.PollResult{Posts: posts(all), Baseline: true})
}

// PollAnew is Poll of a place that is laid out in another way.
func (r *Rig) PollAnew(all ...mention.Mention) []mention.Alert {
	r.T.Helper()
	return r.ingest(mention.PollResult{Posts: posts(all), Reread: true})
}

// PollPost is Poll for one post that is a mention of several watches.
func (r *Rig) PollPost(all ...mention.Mention) []mention.Alert {
	r.T.Helper()
	return r.ingest(mention.PollResult{Posts: []mention.AnalyzedPost{{Post: all[0].Post, Mentions: all}}})
}

// PollPosts commits posts with the mentions in them, of which there may be none.
func (r *Rig) PollPosts(all ...mention.AnalyzedPost) []mention.Alert {
	r.T.Helper()
	return r.ingest(mention.PollResult{Posts: all})
}

// posts are mentions of a post each.
func posts(all []mention.Mention) (out []mention.AnalyzedPost) {
	for _, m := range all {
		out = append(out, mention.AnalyzedPost{Post: m.Post, Mentions: []mention.Mention{m}})
	}
	return out
}

func (r *Rig) ingest(in mention.PollResult) []mention.Alert {
	r.T.Helper()
	in.Source, in.At, in.Complete = in.Posts[0].Post.Source, r.Now, true
	result, err := r.Store.Ingest(context.Background(), in, func(ctx context.Context, tx *store.Tx, pending []*mention.PendingMention) error {
		var view plan.View = tx
		if r.View != nil {
			view = r.View(tx)
		}
		return r.Planner.Plan(ctx, view, r.Now, pending)
	})
	if err != nil {
		r.T.Fatal(err)
	}
	r.Now = r.Now.Add(time.Minute)
	var out []mention.Alert
	for _, id := range result.Alerts {
		a, ok, err := r.Store.Alert(context.Background(), id)
		if err != nil || !ok {
			r.T.Fatalf("alert %s: %v %v", id, ok, err)
		}
		if a.ID == "" || a.Status != mention.Pending || a.Route == "" || a.Severity == 0 || a.CreatedAt.IsZero() {
			r.T.Fatalf("the sender would never come to it, or not know where to: %+v", a)
		}
		out = append(out, a)
	}
	return out
}

// ID is the id the mention has in the store.
func ID(m mention.Mention) mention.ID { return mention.MentionID(m.Post.Key(), m.Watch) }

// State returns the mention and its case as they are stored.
func (r *Rig) State(m mention.Mention) (mention.Mention, mention.Case) {
	r.T.Helper()
	stored, c, err := r.Store.Mention(context.Background(), ID(m))
	if err != nil {
		r.T.Fatal(err)
	}
	return stored, c
}

// Do lets Ira press a button.
func (r *Rig) Do(m mention.Mention, a mention.Action) {
	r.T.Helper()
	a.By = mention.Person{ID: "slack:U1", Name: "Ira"}
	d := desk.NewDesk(r.Store, r.Planner.Rules().Lang, func() time.Time { return r.Now }, func() {})
	if _, err := d.Do(context.Background(), ID(m), a); err != nil {
		r.T.Fatal(err)
	}
}

// One returns the only alert, of this kind.
func (r *Rig) One(got []mention.Alert, kind mention.AlertKind) mention.Alert {
	r.T.Helper()
	if len(got) != 1 || got[0].Kind != kind {
		r.T.Fatalf("alerts %+v, want one %s", got, kind)
	}
	return got[0]
}

// None fails when there is an alert.
func (r *Rig) None(got []mention.Alert) {
	r.T.Helper()
	if len(got) != 0 {
		r.T.Fatalf("alerts %+v, want none", got)
	}
}

// Shown marks what is pending as posted, as the sender does, and returns the
// escalations in it: "ROUTE WHOM: TEXT".
func (r *Rig) Shown() (words []string) {
	r.T.Helper()
	ctx := context.Background()
	for {
		due, err := r.Store.DueAlerts(ctx, r.Now, 1000)
		if err != nil {
			r.T.Fatal(err)
		}
		if len(due) == 0 {
			return words
		}
		for _, a := range due {
			if ok, err := r.Store.BeginPosting(ctx, a.ID, r.Now); err != nil || !ok {
				r.T.Fatal(ok, err)
			}
			if ok, err := r.Store.MarkPosted(ctx, a.ID, "C1", string(a.ID), 1); err != nil || !ok {
				r.T.Fatal(ok, err)
			}
			if a.Kind == mention.Escalation {
				words = append(words, strings.TrimSpace(a.Route+" "+a.Notify)+": "+alerts.ReadDetails(a.Payload).Text)
			}
		}
	}
}

// Numbered is a word that no other number has letters of.
func Numbered(i int) string {
	return strings.Repeat(string(rune('а'+i%32)), 3+i/32)
}
