package websub

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

func TestSignatures(t *testing.T) {
	bubble(t, func(t *testing.T, h *hub, s *Subscriber) {
		form := offered(t, h, s)
		secret, callback := form.Get("hub.secret"), form.Get("hub.callback")
		good := sign("sha256", secret, "body")
		for _, bad := range []string{
			"", "sha256", "sha256=", "sha256=zz", good[:len(good)-2], "md5=" + good[7:], "sha1=" + good[7:],
			sign("sha256", secret, "other"), sign("sha256", "", "body"), sign("sha256", secret+"x", "body"), good + "00",
		} {
			if w := call(s, http.MethodPost, callback, bad, "body"); w.Code != http.StatusAccepted {
				t.Errorf("signature %q answered %d, want what a good one gets", bad, w.Code)
			}
		}
		if w := call(s, http.MethodPost, callback+"x", good, "body"); w.Code != http.StatusGone {
			t.Errorf("another address answered %d", w.Code)
		}
		big := strings.Repeat("x", maxPing+1)
		if w := call(s, http.MethodPost, callback, sign("sha1", secret, big), big); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("a body too large answered %d", w.Code)
		}
		time.Sleep(time.Minute)
		if _, n := h.counts(); n != 0 {
			t.Fatalf("poked %d times by bad pings", n)
		}
		for i, method := range []string{"sha1", "sha256", "sha384", "sha512"} {
			call(s, http.MethodPost, callback, sign(method, secret, "body"), "body")
			time.Sleep(time.Minute)
			if _, n := h.counts(); n != i+1 {
				t.Errorf("%s: %d pokes, want %d", method, n, i+1)
			}
		}
	})
}

// TestRequestsOldHubsTake: a hub of before WebSub, as WordPress has it, refuses what does not say how it is to be verified.
func TestRequestsOldHubsTake(t *testing.T) {
	bubble(t, func(t *testing.T, h *hub, s *Subscriber) {
		form := offered(t, h, s)
		for _, name := range []string{"hub.mode", "hub.topic", "hub.callback", "hub.verify"} {
			if form.Get(name) == "" {
				t.Errorf("%s is not said", name)
			}
		}
		if got := form.Get("hub.verify"); got != "async" {
			t.Errorf("hub.verify %q: the hub would ask before it answers", got)
		}
	})
}

func TestOnlyWhatWasAskedForIsConfirmed(t *testing.T) {
	bubble(t, func(t *testing.T, h *hub, s *Subscriber) {
		form := offered(t, h, s)
		if cb := form.Get("hub.callback"); !strings.HasPrefix(cb, "https://ear.example/x/websub/") || len(cb) < 50 {
			t.Errorf("callback %q", cb)
		}
		other := url.Values{"hub.callback": {form.Get("hub.callback") + "x"}}
		for name, w := range map[string]*httptest.ResponseRecorder{
			"another topic":   ask(s, form, "subscribe", topic+"2", "60"),
			"no topic":        ask(s, form, "subscribe", "", "60"),
			"another address": ask(s, other, "subscribe", topic, "60"),
			"an end":          ask(s, form, "unsubscribe", topic, "60"),
			"no challenge":    call(s, http.MethodGet, form.Get("hub.callback")+"?hub.mode=subscribe&hub.topic="+url.QueryEscape(topic), "", ""),
		} {
			if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "42") {
				t.Errorf("%s: answered %d %q", name, w.Code, w.Body)
			}
		}
		if w := ask(s, form, "denied", topic, ""); w.Code != http.StatusNoContent {
			t.Errorf("denied: answered %d", w.Code)
		}
		if w := call(s, http.MethodPut, form.Get("hub.callback"), "", ""); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("PUT: answered %d", w.Code)
		}
		w := ask(s, form, "subscribe", topic, "60")
		if w.Code != http.StatusOK || w.Body.String() != "<b>42" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("answered %d %q as %q", w.Code, w.Body, w.Header().Get("Content-Type"))
		}
	})
}

// TestOverHTTP is one subscription over real connections, with a hub that
// confirms in its own time and then pushes.
func TestOverHTTP(t *testing.T) {
	mux := http.NewServeMux()
	ear := httptest.NewServer(mux)
	defer ear.Close()
	client := ear.Client()
	confirmed := make(chan url.Values, 1)
	var hubs sync.WaitGroup
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		form := r.PostForm
		w.WriteHeader(http.StatusAccepted)
		hubs.Go(func() {
			q := url.Values{"hub.mode": {"subscribe"}, "hub.topic": form["hub.topic"], "hub.challenge": {"abc"}, "hub.lease_seconds": {"0"}}
			res, err := client.Get(form.Get("hub.callback") + "?" + q.Encode())
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			if body, _ := io.ReadAll(res.Body); string(body) != "abc" || res.StatusCode != http.StatusOK {
				t.Errorf("challenge answered %s %q", res.Status, body)
			}
			confirmed <- form
		})
	}))
	defer far.Close()
	poked := make(chan string, 1)
	s := New(Options{PublicURL: ear.URL, Hubs: poster{far.Client()}, Records: &records{}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		PollNow: func(_ context.Context, source string) { poked <- source }})
	mux.Handle(Path, s)
	defer runs(t, s)()
	defer hubs.Wait()

	s.Keep([]string{"news"})
	s.Offer("news", far.URL, topic)
	form := <-confirmed
	req, err := http.NewRequest(http.MethodPost, form.Get("hub.callback"), strings.NewReader("<feed/>"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Hub-Signature", sign("sha256", form.Get("hub.secret"), "<feed/>"))
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if name := <-poked; name != "news" || res.StatusCode != http.StatusAccepted {
		t.Errorf("answered %s, poked %q", res.Status, name)
	}
}

type poster struct{ client *http.Client }

func (p poster) Post(ctx context.Context, _, address string, form url.Values) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := p.client.Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// FuzzCallback: whatever is sent to a callback, nobody without the secret pokes,
// and only the topic that was asked for is confirmed.
func FuzzCallback(f *testing.F) {
	f.Add("GET", "", "hub.mode=subscribe&hub.topic=https%3A%2F%2Fn.example%2Ffeed%3Fa%3D1&hub.challenge=x&hub.lease_seconds=0", "", []byte(nil))
	f.Add("GET", "x", "hub.mode=denied&%zz;", "", []byte(nil))
	f.Add("POST", "", "", "sha256="+strings.Repeat("00", 32), []byte("<feed/>"))
	f.Add("POST", "", "", "sha512=", bytes.Repeat([]byte("x"), 5000))
	testkit.AttackSeeds(func(body string) { f.Add("POST", "", body, "sha256="+body, []byte(body)) })
	h := &hub{}
	f.Fuzz(func(t *testing.T, method, path, query, signature string, body []byte) {
		s := h.subscriber()
		s.Offer("news", "https://hub.example/", topic)
		sub, _, _ := s.takeRequest(t.Context())
		id := sub.ID
		r := &http.Request{Method: method, URL: &url.URL{Path: Path + id + path, RawQuery: query}, Body: io.NopCloser(bytes.NewReader(body)),
			Header: http.Header{"X-Hub-Signature": {signature}}}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if names, _ := s.pinged(); len(names) > 0 {
			t.Error("poked without the secret")
		}
		if q := r.URL.Query(); w.Code == http.StatusOK && (method != http.MethodGet || path != "" && !strings.HasSuffix(path, "/"+id) || q.Get("hub.topic") != topic || w.Body.String() != q.Get("hub.challenge")) {
			t.Errorf("confirmed %s %q", method, query)
		}
		if due, wait, _ := s.takeRequest(t.Context()); due != nil || wait < minRequestInterval-time.Minute {
			t.Errorf("the hub is asked again in %v", wait)
		}
	})
}
