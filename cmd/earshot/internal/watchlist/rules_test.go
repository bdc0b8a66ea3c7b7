package watchlist

import (
	"testing"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
)

// TestRulesOfTheWatchlist: what people write about severity and zone arrives at the planner.
func TestRulesOfTheWatchlist(t *testing.T) {
	cfg, err := config.Parse("w.yaml", []byte(`contact: a@example.com
watch: [{name: R, terms: [Ромашка]}]
sources: [{feed: "https://news.example/rss", name: news}]
severity:
  - {source: news, kind: [news, social], topic: refund, at_least: critical}
  - {stars: 2, at_most: low}
quiet_hours: 22:00-08:00 Europe/Kyiv
`), func(string) (string, bool) { return "", false }, Kinds())
	if err != nil {
		t.Fatal(err)
	}
	scorer := builtin(t)
	rules := NewRules(cfg, scorer)
	if rules.Zone.String() != "Europe/Kyiv" {
		t.Errorf("zone %s", rules.Zone)
	}
	m := mention.Mention{Watch: "R", Post: mention.Post{Source: "news", Kind: mention.Social}, Score: mention.Score{Topics: []string{"refund"}}}
	if s, why := rules.Loudness(m, mention.Normal); s != mention.Critical || why == "" {
		t.Errorf("%s because of %q", s, why)
	}
	m.Post.Source, m.Post.Rating = "forum", &mention.Rating{Value: 4, Best: 10}
	if s, _ := rules.Loudness(m, mention.High); s != mention.Low {
		t.Errorf("two stars of five are %s", s)
	}
}

// TestNoDesk: by a webhook alone nobody can take a complaint, except in the inbox.
func TestNoDesk(t *testing.T) {
	scorer := builtin(t)
	for extra, want := range map[string]bool{
		"": false,
		"slack: {bot_token: xoxb-1, app_token: xapp-1}\n":                                               false,
		"slack: {webhook_url: \"https://hooks.slack.com/services/1\"}\n":                                true,
		"slack: {webhook_url: \"https://hooks.slack.com/services/1\"}\nweb: {listen: 127.0.0.1:8080}\n": false,
		"slack: {webhook_url: \"https://hooks.slack.com/services/1\", bot_token: xoxb-1}\n":             false,
	} {
		cfg, err := config.Parse("w.yaml", []byte("contact: a@example.com\nwatch: [{name: R, terms: [Ромашка]}]\nsources: [{feed: \"https://news.example/rss\"}]\n"+extra), func(string) (string, bool) { return "", false }, Kinds())
		if err != nil {
			t.Fatal(err)
		}
		if got := NewRules(cfg, scorer).NoDesk; got != want {
			t.Errorf("%q: %v", extra, got)
		}
	}
}
