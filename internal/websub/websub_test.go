package websub

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const topic = "https://n.example/feed?a=1"

// hub is a hub and the schedule behind the subscriber, in memory: it keeps what
// it is asked and what is poked, with the times.
type hub struct {
	mu     sync.Mutex
	forms  []url.Values
	asked  []time.Time
	pokes  []time.Time
	answer func(form url.Values) error // nil accepts
}

func (h *hub) Post(_ context.Context, _, _ string, form url.Values) error {
	h.mu.Lock()
	h.forms, h.asked = append(h.forms, form), append(h.asked, time.Now())
	answer := h.answer
	h.mu.Unlock()
	if answer == nil {
		return nil
	}
	return answer(form)
}

func (h *hub) PollNow(context.Context, string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pokes = append(h.pokes, time.Now())
}

func (h *hub) counts() (asked, poked int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.asked), len(h.pokes)
}

// seen is what was asked so far, and when; and when was poked.
func (h *hub) seen() (forms []url.Values, asked, pokes []time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.forms), slices.Clone(h.asked), slices.Clone(h.pokes)
}

// records keep subscriptions in memory.
type records struct {
	saving func() // called before one is saved
	mu     sync.Mutex
	all    []Subscription
}

func (r *records) Subscriptions(context.Context) ([]Subscription, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all), nil
}

func (r *records) Subscription(_ context.Context, id string) (Subscription, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.all {
		if s.ID == id && id != "" {
			return s, true, nil
		}
	}
	return Subscription{}, false, nil
}

func (r *records) Offer(_ context.Context, s Subscription, rest time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, is := range r.all {
		if is.Source != s.Source {
			continue
		}
		if is.Hub == s.Hub && is.Topic == s.Topic {
			return nil
		}
		s.Asked = is.Asked
		if earliest := is.Asked.Add(rest); !is.Asked.IsZero() && earliest.After(s.Next) {
			s.Next = earliest
		}
		r.all[i] = s
		return nil
	}
	r.all = append(r.all, s)
	return nil
}

func (r *records) Save(_ context.Context, s Subscription) (bool, error) {
	if r.saving != nil {
		r.saving()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, is := range r.all {
		if is.ID == s.ID {
			r.all[i] = s
			return true, nil
		}
	}
	return false, nil
}

func (r *records) Keep(_ context.Context, sources []string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = slices.DeleteFunc(r.all, func(s Subscription) bool { return !slices.Contains(sources, s.Source) })
	return nil
}

func (h *hub) subscriber() *Subscriber {
	s := New(Options{PublicURL: "https://ear.example/x/", Hubs: h, Records: &records{}, PollNow: h.PollNow, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	s.Keep([]string{"news"})
	return s
}

// confirms lets the hub verify each request at once, with this lease.
func (h *hub) confirms(s *Subscriber, lease string) {
	h.answer = func(form url.Values) error {
		if got := ask(s, form, "subscribe", form.Get("hub.topic"), lease); got.Code != http.StatusOK {
			return fmt.Errorf("not confirmed: %d", got.Code)
		}
		return nil
	}
}

// ask asks the callback of a request whether the subscription is wanted.
func ask(s *Subscriber, form url.Values, mode, topic, lease string) *httptest.ResponseRecorder {
	q := url.Values{"hub.mode": {mode}, "hub.topic": {topic}, "hub.challenge": {"<b>42"}, "hub.lease_seconds": {lease}}
	return call(s, http.MethodGet, form.Get("hub.callback")+"?"+q.Encode(), "", "")
}

func call(s *Subscriber, method, address, signature, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	r.Header.Set("X-Hub-Signature", signature)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func sign(method, secret, body string) string {
	mac := hmac.New(map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New}[method], []byte(secret))
	_, _ = mac.Write([]byte(body))
	return method + "=" + hex.EncodeToString(mac.Sum(nil))
}

// bubble runs a test with the subscriber running in fake time.
func bubble(t *testing.T, test func(t *testing.T, h *hub, s *Subscriber)) {
	synctest.Test(t, func(t *testing.T) {
		h := &hub{}
		s := h.subscriber()
		defer runs(t, s)()
		test(t, h, s)
	})
}

// runs has the subscriber running until stop, which waits for its end.
func runs(t *testing.T, s *Subscriber) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	running.Go(func() { s.Ask(ctx) })
	return func() { cancel(); running.Wait() }
}

// offered offers the hub and waits for the request to it.
func offered(t *testing.T, h *hub, s *Subscriber) url.Values {
	t.Helper()
	s.Offer("news", "https://hub.example/", topic)
	synctest.Wait()
	forms, _, _ := h.seen()
	if len(forms) != 1 {
		t.Fatalf("%d requests to the hub, want 1", len(forms))
	}
	return forms[0]
}

func TestRenewalBeforeTheLeaseEnds(t *testing.T) {
	// What a hub grants, and when the second request comes.
	for granted, want := range map[string]time.Duration{
		"36000":                8 * time.Hour,
		"0":                    lease * 4 / 5, // a real hub says so though a day was asked
		"-5":                   lease * 4 / 5,
		"":                     lease * 4 / 5,
		"soon":                 lease * 4 / 5,
		"60":                   minRequestInterval,
		"1":                    minRequestInterval,
		"999999999999999999":   longestLease * 4 / 5,
		"99999999999999999999": lease * 4 / 5, // no number
	} {
		t.Run(granted, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *hub, s *Subscriber) {
				h.confirms(s, granted)
				first := offered(t, h, s)
				time.Sleep(want - time.Second)
				if n, _ := h.counts(); n != 1 {
					t.Fatalf("%d requests before the time", n)
				}
				time.Sleep(2 * time.Second)
				forms, _, _ := h.seen()
				if len(forms) != 2 {
					t.Fatalf("%d requests, want the renewal", len(forms))
				}
				if forms[1].Encode() != first.Encode() {
					t.Errorf("the renewal asks for something else: %v", forms[1])
				}
			})
		})
	}
}

func TestRefusalsAreAskedLessAndLess(t *testing.T) {
	for name, answer := range map[string]func(url.Values) error{
		"refused":         func(url.Values) error { return errors.New("the hub answers 403") },
		"never confirmed": nil,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *hub, s *Subscriber) {
				h.answer = answer
				offered(t, h, s)
				time.Sleep(8 * 24 * time.Hour)
				var gaps []time.Duration
				_, asked, _ := h.seen()
				for i := 1; i < len(asked); i++ {
					gaps = append(gaps, asked[i].Sub(asked[i-1]))
				}
				want := []time.Duration{time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour, maxRequestInterval, maxRequestInterval}
				if !slices.Equal(gaps[:min(len(gaps), len(want))], want) {
					t.Errorf("gaps %v, want %v and so on", gaps, want)
				}
			})
		})
	}
}

func TestAFeedThatChangesItsHubAllTheTime(t *testing.T) {
	bubble(t, func(t *testing.T, h *hub, s *Subscriber) {
		for i := range 599 { // minutes
			s.Offer("news", fmt.Sprintf("https://h%d.example/", i), topic)
			s.Offer("news", "", "")
			s.Offer("news", fmt.Sprintf("https://i%d.example/", i), topic)
			time.Sleep(time.Minute)
		}
		if n, _ := h.counts(); n != 10 {
			t.Errorf("%d requests in ten hours, want one an hour", n)
		}
		if all, _ := s.opt.Records.Subscriptions(t.Context()); len(all) != 1 {
			t.Errorf("%d subscriptions of one source", len(all))
		}
	})
}

// The feed names another hub while the request to the first is being noted: one of the two is asked.
func TestAHubThatChangesWhileItIsAsked(t *testing.T) {
	bubble(t, func(t *testing.T, h *hub, s *Subscriber) {
		var once sync.Once
		s.opt.Records.(*records).saving = func() { once.Do(func() { s.Offer("news", "https://second.example/", topic) }) }
		s.Offer("news", "https://first.example/", topic)
		time.Sleep(time.Minute)
		if n, _ := h.counts(); n != 1 {
			t.Errorf("%d requests in a minute, want one an hour", n)
		}
	})
}

func TestPingsArePokesInCalm(t *testing.T) {
	bubble(t, func(t *testing.T, h *hub, s *Subscriber) {
		h.confirms(s, "86400")
		form := offered(t, h, s)
		began := time.Now()
		for range 50 { // five a second, for ten seconds
			w := call(s, http.MethodPost, form.Get("hub.callback"), sign("sha256", form.Get("hub.secret"), "new"), "new")
			if w.Code != http.StatusAccepted {
				t.Fatalf("ping answered %d", w.Code)
			}
			time.Sleep(200 * time.Millisecond)
		}
		time.Sleep(time.Hour)
		var at []time.Duration
		_, _, pokes := h.seen()
		for _, p := range pokes {
			at = append(at, p.Sub(began))
		}
		if want := []time.Duration{0, minPollInterval}; !slices.Equal(at, want) {
			t.Errorf("poked at %v, want %v: the first at once, the others together", at, want)
		}
	})
}

func TestSourcesThatLeftAreForgotten(t *testing.T) {
	bubble(t, func(t *testing.T, h *hub, s *Subscriber) {
		h.confirms(s, "7200")
		form := offered(t, h, s)
		call(s, http.MethodPost, form.Get("hub.callback"), sign("sha256", form.Get("hub.secret"), ""), "")
		s.Keep([]string{"news", "more"}) // a reload that keeps it
		time.Sleep(2 * time.Hour)
		if asked, poked := h.counts(); asked != 2 || poked != 1 {
			t.Fatalf("asked %d times and poked %d times, want 2 and 1", asked, poked)
		}
		s.Keep([]string{"more"})
		s.Offer("news", "https://hub.example/", topic) // its last poll ends late
		if w := call(s, http.MethodPost, form.Get("hub.callback"), sign("sha256", form.Get("hub.secret"), ""), ""); w.Code != http.StatusGone {
			t.Errorf("ping answered %d, want 410", w.Code)
		}
		time.Sleep(30 * 24 * time.Hour)
		if asked, poked := h.counts(); asked != 2 || poked != 1 {
			t.Errorf("asked %d times and poked %d times after it left", asked, poked)
		}
	})
}

// TestAnyProcessAnswers: one process asks the hub; the hub's question and its pings come to
// another, and to one that was started afterwards.
func TestAnyProcessAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asks, other := &hub{}, &hub{}
		a := asks.subscriber()
		b := New(Options{PublicURL: "https://ear.example/x/", Hubs: other, Records: a.opt.Records, PollNow: other.PollNow, Log: slog.New(slog.DiscardHandler), Now: time.Now})
		asks.answer = func(form url.Values) error {
			if got := ask(b, form, "subscribe", topic, "36000"); got.Code != http.StatusOK {
				t.Errorf("another process answers %d", got.Code)
			}
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for _, run := range []func(context.Context){a.Run, a.Ask, b.Run} {
			running.Go(func() { run(ctx) })
		}
		defer running.Wait()
		defer cancel()
		form := offered(t, asks, a)
		time.Sleep(8*time.Hour - time.Minute)
		if n, _ := asks.counts(); n != 1 {
			t.Errorf("%d requests: what another process verified is not known", n)
		}
		call(b, http.MethodPost, form.Get("hub.callback"), sign("sha256", form.Get("hub.secret"), ""), "")
		synctest.Wait()
		if _, n := other.counts(); n != 1 {
			t.Errorf("%d pokes, want 1", n)
		}
		b.Keep([]string{"news"})
		b.Offer("news", "https://hub.example/", topic) // its own first poll
		time.Sleep(2 * time.Minute)
		forms, _, _ := asks.seen()
		if len(forms) != 2 || forms[1].Encode() != form.Encode() {
			t.Errorf("asked with %v, want the renewal of %v", forms[1:], form)
		}
	})
}
