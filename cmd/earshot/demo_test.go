package main

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// demoComplaints are the complaints of the demo by their author, one for each; what
// stood there before is left out.
var demoComplaints = map[string]int{
	"maria_k": 2, "Gorod online": 2, "Георги": 1, "Дмитро": 1, "Tom W.": 1, "petro": 1, "Ирина": 1,
}

// TestDemoSpeaks: what the demo itself names, whoever looks on and a list of the inbox, has its name
// in the language that all the rest of the page is in.
func TestDemoSpeaks(t *testing.T) {
	for _, lang := range []string{"ru", "uk", "bg"} {
		s := speaks(lang)
		cfg, err := config.Parse("demo", []byte(s.demoList("http://127.0.0.1:1")), noEnv, watchlist.Kinds())
		if err != nil {
			t.Fatal(err)
		}
		names := []string{s.Text("demo.you")}
		for _, v := range cfg.Views {
			names = append(names, v.Name)
		}
		if left := testkit.English(strings.Join(names, "\n")); len(left) > 0 || len(names) < 2 {
			t.Errorf("%s: %q in %q", lang, left, names)
		}
	}
}

// TestDemoNamesWhoTakesIt: pages put whoever looks on where a name stands: "You has it" is no sentence.
func TestDemoNamesWhoTakesIt(t *testing.T) {
	if en := speaks("en"); en.Text("web.state.claimed", "who", en.Text("demo.you")) != "Your team has it, taken {ago}" {
		t.Errorf("who claims in the demo is %q", en.Text("demo.you"))
	}
}

// TestDemoScript: of what people say in the demo the nine complaints are alerts, and
// praise, news and questions are not.
func TestDemoScript(t *testing.T) {
	cfg, err := config.Parse("demo", []byte(strings.ReplaceAll(demoWatchlist, "BASE", "http://127.0.0.1:1")), noEnv, watchlist.Kinds())
	list, err := watchlist.Check(cfg, err)
	if err != nil {
		t.Fatal(err)
	}
	scorer, err := watchlist.NewScorer("", "")
	if err != nil {
		t.Fatal(err)
	}
	rules := watchlist.NewRules(list.Config, scorer)
	analyzer := watchlist.NewAnalyzer(list, scorer, func(mention.Post) []string { return nil })
	kinds := map[string]mention.PostKind{"forum": mention.Forum, "reviews": mention.Review, "news": mention.News, "channel": mention.Social}
	got := map[string]int{}
	for _, p := range demosites.Script() {
		if p.After < 0 {
			continue
		}
		post := mention.Post{Kind: kinds[p.Place], Title: p.Title, Text: p.Text}
		if p.Stars > 0 {
			post.Rating = &mention.Rating{Value: float64(p.Stars), Best: 5}
		}
		for _, m := range analyzer.Analyze(post) {
			if rules.IsComplaint(m) {
				got[p.Author]++
				t.Logf("%.2f %s: %s", m.Score.Complaint, p.Author, p.Text)
			}
		}
	}
	for author, n := range demoComplaints {
		if got[author] != n {
			t.Errorf("%d complaints of %s, want %d", got[author], author, n)
		}
		delete(got, author)
	}
	if len(got) > 0 {
		t.Errorf("no complaints: %v", got)
	}
}
