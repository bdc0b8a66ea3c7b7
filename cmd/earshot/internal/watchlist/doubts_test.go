package watchlist

import (
	"strings"
	"testing"
)

// TestDoubtful: an address that can be polled and is not what somebody meant is warned of with what
// to write; what may be meant is left alone.
func TestDoubtful(t *testing.T) {
	for sources, want := range map[string]string{
		`{feed: "https://news.example/{id}/rss"}`:                                                                   "filled in for {id}",
		`{feed: "https://news.example/rss?q=<brand>"}`:                                                              "filled in for <brand>",
		`{page: "https://news.example/[company]"}`:                                                                  "filled in for [company]",
		`{feed: "https://news.example/…"}`:                                                                          "filled in for …",
		`{feed: "https://news.example/rss?f[]=3&id[0]=4"}`:                                                          "",
		`{feed: "https://news.example/%D0%BE%D1%82%D0%B7/rss"}`:                                                     "",
		`{feed: "http://localhost/rss"}`:                                                                            `allow_private: ["127.0.0.1"]`,
		`{feed: "http://app.localhost:8080/rss"}`:                                                                   `allow_private: ["127.0.0.1"]`,
		`{feed: "http://192.168.1.5:8080/rss"}`:                                                                     `allow_private: ["192.168.1.5"]`,
		`{forum: "http://forum.lan/"}`:                                                                              "private network",
		`{telegram: romashka_chat, base: "http://10.0.0.7"}`:                                                        `allow_private: ["10.0.0.7"]`,
		"{feed: \"http://192.168.1.5/rss\"}\nfetch: {allow_private: [192.168.0.0/16]}":                              "",
		"{feed: \"http://forum.lan/rss\"}\nfetch: {allow_private: [192.168.0.0/16]}":                                "",
		"{feed: \"http://10.0.0.1/rss\"}\nfetch: {allow_private: [192.168.0.0/16]}":                                 `allow_private: ["10.0.0.1"]`,
		"{feed: \"https://news.example/rss\"}\n  - {feed: \"http://www.NEWS.example:443/rss/#top\", name: B}":       "the place of line 4",
		"{feed: \"https://news.example/rss\"}\n  - {feed: \"https://news.example/rss?utm_source=slack\", name: B}":  "the place of line 4",
		"{feed: \"https://news.example/rss\"}\n  - {feed: \"https://news.example/rss\", name: B}":                   "",
		"{feed: \"https://news.example/rss\"}\n  - {page: \"https://news.example/rss/\", name: B}":                  "",
		"{feed: \"https://news.example/rss?f=1\"}\n  - {feed: \"https://news.example/rss?f=2\"}":                    "",
		"{feed: \"https://news.example:8443/rss\"}\n  - {feed: \"https://news.example/rss\"}":                       "",
		`{page: "https://www.google.com/search?q=romashka"}`:                                                        "Google Alerts",
		`{feed: "https://www.google.com/url?q=https://news.example/rss"}`:                                           "Google Alerts",
		`{feed: "https://olena:hunter2secret@news.example/rss"}`:                                                    "the password itself",
		`{feed: "https://news.example/rss?access_token=hunter2secret"}`:                                             "the password itself",
		`{feed: "https://news.example/rss?token=short"}`:                                                            "",
		`{page: "https://news.ycombinator.com/item?id=7", name: "of an address nothing else is known to look for"}`: `hackernews: "R"`,
	} {
		var said []string
		for _, w := range check(t, "contact: a@example.com\nwatch: [{name: R, terms: [Romashka]}]\nsources:\n  - "+sources+"\n").Warnings {
			said = append(said, w.Error())
		}
		all := strings.Join(said, "\n")
		if want == "" && all != "" || !strings.Contains(all, want) || strings.Contains(all, "hunter2secret") {
			t.Errorf("%s: warnings %q, want %q", sources, all, want)
		}
	}
}
