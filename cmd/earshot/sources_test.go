package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
)

// serveAt serves on an address of its own, as other sites have, and returns the URL.
func serveAt(t *testing.T, host string, handler http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Skipf("no second loopback address here: %v", err)
	}
	site := &httptest.Server{Listener: l, Config: &http.Server{Handler: handler}}
	site.Start()
	t.Cleanup(site.Close)
	return site.URL
}

// trouble serves one bad place a path. Each must cost only itself.
func trouble(t *testing.T) http.Handler {
	t.Helper()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 200 { // 200 MiB of nothing in 200 KiB
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	feed := func(w http.ResponseWriter, body string) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, body)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/gone", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	mux.HandleFunc("/down", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	mux.HandleFunc("/refused", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	mux.HandleFunc("/private", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://10.11.12.13/feed", http.StatusFound)
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	mux.HandleFunc("/empty", func(w http.ResponseWriter, _ *http.Request) { feed(w, "") })
	mux.HandleFunc("/broken", func(w http.ResponseWriter, _ *http.Request) {
		feed(w, "<rss version=\"2.0\"><channel><title>cut</title><item><title>half")
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		for { // a drop now and then, for ever
			if _, err := fmt.Fprint(w, " "); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(time.Second):
			}
		}
	})
	mux.HandleFunc("/deep", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, strings.Repeat("<div>", 200_000))
	})
	mux.HandleFunc("/1251", func(w http.ResponseWriter, _ *http.Request) { // says UTF-8, is windows-1251
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		text := "Романтика"
		for _, r := range text {
			_, _ = w.Write([]byte{byte(r - 0x350)})
		}
	})
	mux.HandleFunc("/robots.txt", http.NotFound)
	return mux
}

func TestBadSourcesCostOnlyThemselves(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	sites := trouble(t)
	r := newRig(t, "")
	bad := []string{"gone", "down", "refused", "private", "loop", "bomb", "empty", "broken", "slow", "deep", "1251"}
	var extra strings.Builder
	for i, name := range bad {
		kind := "feed"
		if name == "deep" {
			kind = "page"
		}
		host := serveAt(t, fmt.Sprintf("127.0.1.%d", i+1), sites)
		fmt.Fprintf(&extra, "  - {%s: \"%s/%s\", name: %q, every: 2s}\n", kind, host, name, name)
	}
	extra.WriteString("  - {feed: \"http://127.0.2.1:1/feed\", name: unreachable, every: 2s}\n")
	r.write(strings.Replace(r.watchlist(), "fetch:", extra.String()+"fetch:", 1))
	p := r.start("")
	r.until(p, time.Minute, "the baseline beside the bad sources", func() bool { return strings.Count(p.log.String(), "msg=posts ") >= 4 })
	posts, words := crashComplaints()
	for _, post := range posts {
		r.town.Publish(post)
	}
	r.until(p, time.Minute, "the complaints", func() bool { return r.count(words[0])+r.count(words[1])+r.count(words[2]) == 3 })
	wantError := append([]string{"unreachable"}, bad...)
	r.until(p, 90*time.Second, "every bad source named in the health page", func() bool {
		named := map[string]bool{}
		for _, s := range health(t, p).Sources {
			named[s.Name] = s.Error != "" || s.Name == "deep" || s.Name == "1251" && s.State != "new"
		}
		for _, name := range wantError {
			if !named[name] {
				return false
			}
		}
		return true
	})
	for _, s := range health(t, p).Sources {
		t.Logf("%-12s %-10s %s", s.Name, s.State, s.Error)
	}
	if peak := processMemory(t, p, "VmHWM"); peak > 400 {
		t.Errorf("peak memory %d MiB, want at most 400", peak)
	} else {
		t.Logf("peak memory %d MiB", peak)
	}
	r.town.Publish(demosites.Post{Place: "forum", Author: "late", Text: "Romashka Bank lost my money and refuses to answer, worst service ever. Flamingo."})
	r.until(p, time.Minute, "a complaint said later", func() bool { return r.count("Flamingo") == 1 })
	p.stop()
}

// TestReload changes the watchlist while earshot runs: a mistake keeps the old
// one, a new watch alerts on new posts only, and SIGHUP is not needed.
func TestReload(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	r := newRig(t, "")
	r.town.Publish(demosites.Post{Place: "forum", Author: "early", Text: "Tulip Airlines lost my luggage and nobody answers. Gazelle."})
	r.baseline()
	p := r.start("")
	r.until(p, time.Minute, "the start", func() bool { return strings.Contains(p.log.String(), "watchlist in use") })
	good := r.watchlist()
	r.write(strings.Replace(good, "watch:", "wotch:", 1))
	r.until(p, time.Minute, "the mistake in the log", func() bool { return strings.Contains(p.log.String(), "wotch") })
	r.town.Publish(demosites.Post{Place: "forum", Author: "a", Text: "Romashka Bank charged me twice and refuses to refund. Hedgehog."})
	r.until(p, time.Minute, "an alert by the old watchlist", func() bool { return r.count("Hedgehog") == 1 })
	r.write(strings.Replace(good, "watch:\n", "watch:\n  - {name: Tulip, terms: [Tulip Airlines]}\n", 1))
	r.until(p, time.Minute, "the new watchlist", func() bool { return strings.Contains(p.log.String(), "watches=2") })
	r.town.Publish(demosites.Post{Place: "reviews", Author: "b", Stars: 1, Title: "Lost", Text: "Tulip Airlines cancelled my flight and will not give the money back. Iguana."})
	r.until(p, time.Minute, "an alert of the new watch", func() bool { return r.count("Iguana") == 1 })
	time.Sleep(3 * time.Second)
	if n := r.count("Gazelle"); n != 0 {
		t.Errorf("a post from before the watch was alerted\n%s", r.texts())
	}
	r.once(p, "Hedgehog", "Iguana")
	p.stop()
}

// TestRefusedToken: a Slack that refuses the token stops nothing; the log says
// what to fix, and the complaints arrive when it is fixed.
func TestRefusedToken(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	r := newRig(t, "")
	r.baseline()
	r.slack.Tokens("xoxb-another", "xapp-another")
	p := r.start("")
	r.town.Publish(demosites.Post{Place: "forum", Author: "a", Text: "Romashka Bank charged me twice and refuses to refund. Jackal."})
	r.until(p, time.Minute, "what to fix in the log", func() bool {
		log := p.log.String()
		return strings.Contains(log, "invalid_auth") && strings.Contains(log, "slack.bot_token") && strings.Contains(log, "docs/slack.md")
	})
	if strings.Contains(p.log.String(), "xoxb-fake-bot-token") {
		t.Error("the token is in the log")
	}
	if trouble := health(t, p).Trouble; len(trouble) == 0 {
		t.Error("the health page does not name Slack's refusal")
	}
	r.write(strings.NewReplacer("xoxb-fake-bot-token", "xoxb-another", "xapp-fake-app-token", "xapp-another").Replace(r.watchlist()))
	r.until(p, time.Minute, "the complaint once the token is right", func() bool { return r.count("Jackal") == 1 })
	p.stop()
}
