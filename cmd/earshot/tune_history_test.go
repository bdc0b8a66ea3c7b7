package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
	"github.com/earshot/earshot/tune"
)

const ofPharmacies = `contact: a@example.com
watch:
  - {name: Ромашка, terms: ["Ромашка"], rivals: ["Волошка"]}
  - {name: Мак, terms: ["Мак"]}
sources: [{feed: "https://news.example/rss", name: forum}]
store: {database: "sqlite:DB"}
sentiment: {alert_below: {forum: -0.2}}
`

func taughtList(t *testing.T) (path, list string) {
	t.Helper()
	dir := t.TempDir()
	path, list = filepath.Join(dir, "w.yaml"), strings.ReplaceAll(ofPharmacies, "DB", filepath.Join(dir, "e.db"))
	if err := os.WriteFile(path, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, list
}

// TestTuneOfARenamedWatch: what staff said under a watch's old name teaches the watch of today,
// and what they said of a watch that is gone teaches no other.
func TestTuneOfARenamedWatch(t *testing.T) {
	t.Parallel()
	path, list := taughtList(t)
	var said []verdictOf
	for i, of := range []string{"гроші", "картку", "посилку", "документи", "кошти"} {
		said = append(said, verdictOf{"claim", fmt.Sprintf("Ромашка %d-й тиждень не повертає %s, підтримка мовчить", i+3, of)})
	}
	for _, of := range []string{"нахамили й обрахували, жах", "продала прострочений сироп, жах", "знову жахлива черга й хамство"} {
		said = append(said, verdictOf{mention.NotUs, "Аптека Ромашка: " + of})
	}
	if err := label(t.Context(), path, said); err != nil {
		t.Fatal(err)
	}
	phrases := func(list string) (out []string) {
		if err := os.WriteFile(path, []byte(list), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, p := range tunePlan(t, path).Ignore {
			out = append(out, p.Watch+": "+p.Phrase)
		}
		return out
	}
	if got := fmt.Sprint(phrases(list)); got != "[Ромашка: Аптека Ромашка]" {
		t.Fatalf("proposes %s", got)
	}
	if got := fmt.Sprint(phrases(strings.Replace(list, "name: Ромашка", "name: Банк Ромашка", 1))); got != "[Банк Ромашка: Аптека Ромашка]" {
		t.Errorf("under another name: proposes %s", got)
	}
	if got := phrases(strings.Replace(list, `{name: Ромашка, terms: ["Ромашка"], rivals: ["Волошка"]}`, `{name: Аптека, terms: ["Аптека"]}`, 1)); len(got) > 0 {
		t.Errorf("of a watch that is gone: proposes %s", got)
	}
}

// TestTuneOfARenamedWatchBesideAnother: a watch that had verdicts of its own before is not the one that was
// renamed, though it finds the same name at the same places.
func TestTuneOfARenamedWatchBesideAnother(t *testing.T) {
	t.Parallel()
	path, list := taughtList(t)
	beside := func(names string) []tune.Example {
		if err := os.WriteFile(path, []byte(strings.Replace(list, "  - {name: Мак, terms: [\"Мак\"]}\n", names, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		now, err := watchlist.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		heard := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		var said []tune.Example
		for i, watch := range []string{"Мак Львів", "Мак", "Мак Львів", "Мак Одеса"} {
			post := mention.Post{Text: "Мак: знову черга"}
			said = append(said, tune.Example{Verdict: tune.NotUs, Mention: mention.Mention{Watch: watch, Post: post, HeardAt: heard.Add(time.Duration(i) * time.Hour),
				Spans: []mention.Span{{Start: 1, End: 1 + len("Мак"), Text: "Мак"}}}}) // behind the title, which is empty
		}
		renamed(said, now)
		return said
	}
	const lviv, odesa = "  - {name: Мак Львів, terms: [\"Мак\"]}\n", "  - {name: Мак Одеса, terms: [\"Мак\"]}\n"
	if got := beside(lviv + odesa)[1].Mention.Watch; got != "Мак Одеса" {
		t.Errorf("what was said of the watch that was renamed went to %s", got)
	}
	if got := beside(lviv)[1].Mention.Watch; got != "Мак" {
		t.Errorf("what was said of a watch that is gone went to %s", got)
	}
}

// TestTuneOfAnEditedComplaint: a complaint that its author took back after somebody claimed it
// does not teach that thanks complain.
func TestTuneOfAnEditedComplaint(t *testing.T) {
	t.Parallel()
	path, _ := taughtList(t)
	if err := label(t.Context(), path, []verdictOf{{"claim", "Ромашка третій тиждень не повертає гроші, підтримка мовчить"}, {"claim", "Ромашка двічі списала комісію, огидний сервіс"}}); err != nil {
		t.Fatal(err)
	}
	list, err := watchlist.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	scorer, err := watchlist.NewScorer("", "")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	db, err := store.Open(t.Context(), store.Options{Database: list.Config.Database(), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rules := watchlist.NewRules(list.Config, scorer)
	planner := plan.NewPlanner(rules)
	for i, text := range []string{"Ромашка повернула гроші, усе вирішили, дуже дякую!", "Ромашка двічі списала комісію, огидний сервіс і хамство"} {
		post := mention.Post{Source: "forum", Kind: mention.Forum, ID: fmt.Sprint(i), URL: fmt.Sprintf("https://forum.example/%d", i), Author: fmt.Sprint("author", i), Text: text, FetchedAt: now}
		in := mention.PollResult{Source: "forum", At: now, Complete: true, Posts: []mention.AnalyzedPost{{Post: post, Mentions: watchlist.NewAnalyzer(list, scorer, planner.OfficialFor).Analyze(post)}}}
		result, err := db.Ingest(t.Context(), in, func(ctx context.Context, tx *store.Tx, drafts []*mention.PendingMention) error {
			return planner.Plan(ctx, tx, now, drafts)
		})
		if err != nil || result.Edited != 1 {
			t.Fatalf("%+v %v", result, err)
		}
	}
	taught, err := labelled(t.Context(), db, rules.Margin)
	if err != nil {
		t.Fatal(err)
	}
	if len(taught) != 1 || taught[0].Verdict != tune.Confirmed || !strings.Contains(taught[0].Mention.Post.Text, "хамство") {
		t.Errorf("taught %+v", taught)
	}
}
