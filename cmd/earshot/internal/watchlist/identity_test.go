package watchlist

import (
	"sync"
	"testing"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/sentiment"
)

// TestIdentify: what moves a source to another place, and what only changes how it is
// read.
func TestIdentify(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		samePlace, sameWays bool
	}{
		{"nothing", `page: https://a.example/r`, `page: https://a.example/r`, true, true},
		{"a label", `page: https://a.example/r`, `{page: https://a.example/r, name: reviews, every: 5m}`, true, true},
		{"an address", `page: https://a.example/r`, `page: https://a.example/other`, false, false},
		{"a host", `{page: https://a.example/r, base: "https://b.example"}`, `{page: https://a.example/r, base: "https://c.example"}`, false, false},
		{"a selector", `page: {address: https://a.example/r, select: {item: .a, text: .b}}`, `page: {address: https://a.example/r, select: {item: .c, text: .b}}`, true, false},
		{"a country more", `appstore: {id: "1", countries: [ua]}`, `appstore: {id: "1", countries: [ua, bg]}`, true, false},
		{"another app", `appstore: {id: "1", countries: [ua]}`, `appstore: {id: "2", countries: [ua]}`, false, false},
		{"the long form of an address", `page: https://a.example/r`, `page: {address: https://a.example/r}`, true, false},
		{"the long form of a query", `github: romashka`, `github: {query: romashka, token: "${env:ONE}"}`, true, false},
		{"quotes", `appstore: {id: "1"}`, `appstore: {id: 1}`, true, true},
		{"another query", `github: {query: romashka}`, `github: {query: tulip}`, false, false},
		{"another query over several lines", "googlenews:\n      query: >-\n        Romashka OR\n        Camomile\n", "googlenews:\n      query: >-\n        Tulip OR\n        Rose\n", false, false},
		{"the same query in one line", "googlenews:\n      query: >-\n        Romashka OR\n        Camomile\n", `googlenews: Romashka OR Camomile`, true, false},
		{"an address over several lines", "feed: >-\n      https://a.example/rss\n", "feed: >-\n      https://b.example/rss\n", false, false},
		{"another body at one address", `json: {address: "https://a.example/q", method: POST, body: "{\"q\":\"romashka\"}", list: ".x[]", fields: {id: .id, text: .t}}`, `json: {address: "https://a.example/q", method: POST, body: "{\"q\":\"tulip\"}", list: ".x[]", fields: {id: .id, text: .t}}`, false, false},
		{"another tag", `mastodon: {server: "https://m.example", tag: romashka}`, `mastodon: {server: "https://m.example", tag: tulip}`, false, false},
		{"a wall and a search", `vk: {query: romashka, token: "${env:ONE}"}`, `vk: {group: romashka, token: "${env:ONE}"}`, false, false},
		{"the variable of a key that must be there", `vk: {group: romashka, token: "${env:ONE}"}`, `vk: {group: romashka, token: "${env:TWO}"}`, true, false},
		{"a language of the search", `{googlenews: romashka, language: uk, country: UA}`, `{googlenews: romashka, language: ru, country: RU}`, false, false},
		{"what goes without saying", `{googlenews: romashka}`, `{googlenews: {query: romashka, language: en}}`, true, false},
		{"a search of a server", `{lemmy: "https://a.example", query: romashka}`, `{lemmy: "https://a.example", query: tulip}`, false, false},
		{"a product more", `rozetka: [1, 2]`, `rozetka: {goods: [1, 2, 3]}`, true, false},
		{"other products", `rozetka: [1, 2]`, `rozetka: [3]`, false, false},
		{"a subreddit more", `reddit: {subreddits: [a], token: "${env:ONE}"}`, `reddit: {subreddits: [a, b], token: "${env:ONE}"}`, true, false},
		{"another stream", `bluesky: {}`, `bluesky: {stream: "wss://jetstream1.us-west.bsky.network/subscribe"}`, true, false},
		{"who signs in", `bluesky: {appview: "https://api.example", query: x, token: "${env:ONE}"}`, `bluesky: {appview: "https://api.example", query: x, account: a, app_password: "${env:ONE}"}`, true, false},
		{"an account to answer by", `bluesky: {}`, `bluesky: {account: a, app_password: "${env:ONE}"}`, true, false},
		{"a sender by name", `{push: crm, token: "${env:ONE}"}`, `{push: crm, token: "${env:TWO}"}`, true, false},
		{"another sender", `{push: crm, token: "${env:ONE}"}`, `{push: n8n, token: "${env:ONE}"}`, false, false},
		{"a door of its own", `push: {token: "${env:ONE}"}`, `push: {token: "${env:TWO}"}`, false, false},
		{"a key", `bluesky: {appview: "https://api.example", query: x, token: "${env:ONE}"}`, `bluesky: {appview: "https://api.example", query: x, token: "${env:TWO}"}`, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			key := []byte("key")
			p1, s1 := Identify(key, source(t, c.before))
			p2, s2 := Identify(key, source(t, c.after))
			if p1 == "" || s1 == "" || (p1 == p2) != c.samePlace || (s1 == s2) != c.sameWays {
				t.Errorf("places %s %s, settings %s %s", p1, p2, s1, s2)
			}
			if p3, s3 := Identify([]byte("another"), source(t, c.before)); p3 == p1 || s3 == s1 {
				t.Error("another installation has the same digests")
			}
		})
	}
}

// TestDigestsCoverEverySecret: of two replicas with one file, one whose variable holds something else is
// told apart, wherever the watchlist names it.
func TestDigestsCoverEverySecret(t *testing.T) {
	const text = `contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources:
  - {name: news, push: crm, token: "${env:PUSH}"}
  - {discourse: "https://forum.example", reply: {as: romashka, key: "${env:REPLY}"}}
slack: {bot_token: "${env:BOT}", app_token: "${env:APP}"}
doors: {night: "telegram://${env:DOOR}@telegram?chats=-1"}
webhooks: [{name: crm, url: "https://crm.example/hook", secret: "${env:HOOK}"}]
`
	digests := func(other string) (all, file string) {
		t.Helper()
		cfg, err := config.Parse("w.yaml", []byte(text), func(name string) (string, bool) {
			if name == other {
				return "987654321:another-value-of-enough-characters", true
			}
			return "123456789:value-of-enough-characters-of-" + name, true
		}, Kinds())
		if err != nil {
			t.Fatal(err)
		}
		return List{Config: cfg}.Digests([]byte("key"))
	}
	all, file := digests("")
	for _, name := range []string{"PUSH", "REPLY", "BOT", "APP", "DOOR", "HOOK"} {
		if a, f := digests(name); a == all || f != file {
			t.Errorf("another %s: all the same %t, the file the same %t", name, a == all, f == file)
		}
	}
	if again, _ := digests(""); again != all {
		t.Error("the same watchlist has two digests")
	}
}

// source is the source of this block, unchecked.
func source(t *testing.T, block string) config.Source {
	t.Helper()
	env := func(name string) (string, bool) { return "secret " + name, true }
	cfg, err := config.Parse("w.yaml", []byte("contact: a@b.example\nwatch: [{name: W, terms: [Romashka]}]\nsources:\n  - "+block+"\n"), env, Kinds())
	if err != nil {
		t.Fatal(err)
	}
	return cfg.Sources[0]
}

// check is the watchlist of this text, which uses no variables.
func check(t *testing.T, text string) List {
	t.Helper()
	cfg, err := config.Parse("watchlist.yaml", []byte(text), func(string) (string, bool) { return "", false }, Kinds())
	list, err := Check(cfg, err)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var oneScorer = sync.OnceValues(func() (*sentiment.Scorer, error) { return NewScorer("", "") })

// builtin is the scorer without words of one's own, made once for all tests.
func builtin(t *testing.T) *sentiment.Scorer {
	t.Helper()
	scorer, err := oneScorer()
	if err != nil {
		t.Fatal(err)
	}
	return scorer
}
