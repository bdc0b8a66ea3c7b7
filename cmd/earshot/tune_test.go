package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
	"github.com/earshot/earshot/tune"
)

// verdictOf is one line of the labelled set: what staff did, and the text.
type verdictOf struct{ verb, text string }

// readVerdicts reads a labelled set: what staff did, a tab, the text.
func readVerdicts(path string) (out []verdictOf, err error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(src)) {
		verb, text, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || verb[0] == '#' {
			continue
		}
		out = append(out, verdictOf{verb, text})
	}
	return out, nil
}

// labelForScripts is the command of scripts that fills a database: label WATCHLIST TEXTS.
func labelForScripts() {
	texts, err := readVerdicts(os.Args[2])
	if err == nil {
		err = label(context.Background(), os.Args[1], texts)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// label fills the watchlist's database as the daemon would, and has staff press their
// buttons.
func label(ctx context.Context, path string, texts []verdictOf) error {
	list, err := watchlist.Load(path)
	if err != nil {
		return err
	}
	cfg := list.Config
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	db, err := store.Open(ctx, store.Options{Database: cfg.Store.Database.Reveal(), Log: slog.New(slog.DiscardHandler), Now: clock})
	if err != nil {
		return err
	}
	defer db.Close()
	scorer, err := watchlist.NewScorer(cfg.Sentiment.WordsFile, cfg.Sentiment.WeightsFile)
	if err != nil {
		return err
	}
	planner := plan.NewPlanner(watchlist.NewRules(cfg, scorer))
	analyzer := watchlist.NewAnalyzer(list, scorer, planner.OfficialFor)
	desk := desk.NewDesk(db, nil, clock, func() {})
	for i, line := range texts {
		now = now.Add(time.Minute)
		post := mention.Post{Source: "forum", Kind: mention.Forum, ID: fmt.Sprint(i), URL: fmt.Sprintf("https://forum.example/%d", i),
			Author: fmt.Sprint("author", i), Text: line.text, Published: now, FetchedAt: now}
		heard := analyzer.Analyze(post)
		if len(heard) != 1 {
			return fmt.Errorf("%q is %d mentions", line.text, len(heard))
		}
		in := mention.PollResult{Source: "forum", At: now, Complete: true, Posts: []mention.AnalyzedPost{{Post: post, Mentions: heard}}}
		_, err := db.Ingest(ctx, in, func(ctx context.Context, tx *store.Tx, drafts []*mention.PendingMention) error {
			return planner.Plan(ctx, tx, now, drafts)
		})
		if err != nil {
			return err
		}
		a := mention.Action{Verb: mention.Verb(line.verb), By: mention.Person{ID: "slack:U1", Name: "Ira"}, At: now}
		if a.Verb != mention.Claim && a.Verb != mention.Reply {
			a.Verb, a.Reason = mention.Dismiss, line.verb
		}
		if _, err := desk.Do(ctx, heard[0].ID, a); err != nil {
			return fmt.Errorf("%s %q (score %.2f): %w", line.verb, line.text, heard[0].Score.Value, err)
		}
	}
	return nil
}

const tuneWatchlist = `contact: a@example.com
watch:
  - name: Ромашка
    terms: ["Ромашка"]
    ignore: ["букет ромашек"]
sources: [{feed: "https://news.example/rss", name: forum}]
store: {database: "sqlite:%s"}
sentiment:
  alert_below: {forum: -0.2} # what is taught here is which words weigh what
`

func TestTune(t *testing.T) {
	if testing.Short() {
		t.Skip("short: puts the lexicon together anew for each word and each half of the texts")
	}
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "w.yaml")
	list := fmt.Sprintf(tuneWatchlist, filepath.Join(dir, "e.db"))
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("w.yaml", list)
	// Invented posts about a bank and about a pharmacy of the same name. A fashion blog calls
	// nice things "жесть" and "бомба", a game shop sells "killer" consoles: words that complain
	// elsewhere.
	texts, err := readVerdicts(filepath.Join("testdata", "tune", "labelled.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	if err := label(t.Context(), path, texts); err != nil {
		t.Fatal(err)
	}

	before := listing(t, dir)
	plan := tunePlan(t, path)
	if len(plan.Words) == 0 || plan.After.FalseAlarms >= plan.Before.FalseAlarms || plan.After.Complaints != plan.Before.Complaints {
		t.Fatalf("%+v", plan)
	}
	if line := plan.Words[0].Line; !strings.Contains(line, "called not negative in 3 texts") {
		t.Errorf("programs read %q: the language is for people", line)
	}
	if len(plan.Ignore) != 1 || plan.Ignore[0].Phrase != "Аптека Ромашка" || plan.Ignore[0].Removes != 4 || plan.Ignore[0].Loses != 0 {
		t.Errorf("ignore %+v", plan.Ignore)
	}
	if after := listing(t, dir); after != before {
		t.Errorf("tune changed the folder from %s to %s", before, after)
	}

	// Taken as it is, it does what it says.
	if _, err := exec.LookPath("patch"); err != nil {
		t.Skip("no patch program")
	}
	patch := exec.Command("patch", "-p0")
	patch.Dir, patch.Stdin = dir, strings.NewReader(plan.Diff)
	if out, err := patch.CombinedOutput(); err != nil {
		t.Fatalf("patch: %v\n%s", err, out)
	}
	write("w.yaml", list+"  words: our-words.tsv\n")
	again := tunePlan(t, path)
	if again.Before != plan.After || len(again.Words) != 0 {
		t.Errorf("promised %+v, came %+v", plan.After, again)
	}
}

func tunePlan(t testing.TB, path string) tune.Plan {
	t.Helper()
	var plan tune.Plan
	if err := json.Unmarshal([]byte(printed(t, noEnv, "tune", "--json", "--lang", "uk", "-c", path)), &plan); err != nil {
		t.Fatal(err)
	}
	return plan
}

func listing(t testing.TB, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(entries)
}
