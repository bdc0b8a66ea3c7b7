package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestAHubsPingIsReadAtOnce runs the real binary on a feed that is polled once an
// hour: only the hub's ping can bring the second poll.
func TestAHubsPingIsReadAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	r := newRig(t, "")
	var polls, posts atomic.Int32
	posts.Store(1)
	forms := make(chan url.Values, 1)
	var hubs sync.WaitGroup
	t.Cleanup(hubs.Wait)
	mux := http.NewServeMux()
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	mux.HandleFunc("/feed", func(w http.ResponseWriter, _ *http.Request) {
		polls.Add(1)
		w.Header().Add("Link", `</hub>; rel="hub", </feed>; rel="self"`)
		fmt.Fprint(w, `<rss version="2.0"><channel><title>N</title>`)
		for i := range posts.Load() {
			fmt.Fprintf(w, `<item><guid>%d</guid><link>%s/%d</link><title>Post</title><description>Romashka Bank charged me twice and refuses to refund. Case-%d.</description></item>`, i, site.URL, i, i)
		}
		fmt.Fprint(w, `</channel></rss>`)
	})
	mux.HandleFunc("POST /hub", func(w http.ResponseWriter, req *http.Request) {
		_ = req.ParseForm()
		form := req.PostForm
		w.WriteHeader(http.StatusAccepted)
		hubs.Go(func() {
			q := url.Values{"hub.mode": {"subscribe"}, "hub.topic": form["hub.topic"], "hub.challenge": {"abc"}, "hub.lease_seconds": {"0"}}
			res, err := site.Client().Get(form.Get("hub.callback") + "?" + q.Encode())
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			if body, _ := io.ReadAll(res.Body); string(body) != "abc" {
				t.Errorf("challenge answered %s %q", res.Status, body)
			}
			forms <- form
		})
	})
	listen := fmt.Sprintf("127.0.0.1:%d", testkit.FreePort(t))
	r.write(strings.NewReplacer("BASE", site.URL, "DB", filepath.Join(r.dir, "e.db"), "SLACK", r.slack.URL(), "LISTEN", listen).Replace(`contact: test@example.com
watch: [{name: Romashka Bank, terms: ["Romashka Bank"]}]
sources: [{feed: "BASE/feed", name: news, kind: comment, every: 1h}]
fetch: {gap: 0s, allow_private: [127.0.0.0/8]}
routes: [{to: "#mentions"}]
slack: {bot_token: "xoxb-fake-bot-token", app_token: "xapp-fake-app-token", api_url: "SLACK"}
store: {database: "sqlite:DB"}
web: {listen: "LISTEN", public_url: "http://LISTEN/"}
`))
	p := r.start("")
	var form url.Values
	select {
	case form = <-forms:
	case <-time.After(30 * time.Second):
		t.Fatalf("no subscription\n%s", p.log)
	}
	posts.Store(2)
	mac := hmac.New(sha256.New, []byte(form.Get("hub.secret")))
	req, err := http.NewRequest(http.MethodPost, form.Get("hub.callback"), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Hub-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	res, err := site.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	r.until(p, time.Minute, "the complaint the hub announced", func() bool { return r.count("Case-1.") == 1 })
	if n := polls.Load(); n != 2 {
		t.Errorf("polled %d times, want 2", n)
	}
	p.stop()
}
