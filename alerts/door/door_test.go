package door_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/door"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// TestAnswers holds every service to the contract of alerts.Notifier: what was surely not
// taken is tried again or refused, what may have been taken is in doubt, each is asked once
// an attempt, and no error shows the address.
func TestAnswers(t *testing.T) {
	for kind, address := range addresses {
		t.Run(kind, func(t *testing.T) {
			own := slices.DeleteFunc(slices.Clone(secretParts), func(s string) bool { return !strings.Contains(address, s) })
			echo := fmt.Sprintf(`{"ok":false,"description":"bot %s was kicked"}`, strings.Join(own, " "))
			for _, c := range []struct {
				name   string
				answer func(w http.ResponseWriter)
				want   string
			}{
				{"taken", status(200, `{"ok":true,"result":{}}`), "taken"},
				{"too many", func(w http.ResponseWriter) { w.Header().Set("Retry-After", "7"); w.WriteHeader(429) }, "again after 7s"},
				{"away", status(503, echo), "again after 30s"},
				{"broken", status(502, echo), "doubt"},
				{"token", status(401, echo), "refused"},
				{"gone", status(404, echo), "refused"},
				{"moved", func(w http.ResponseWriter) { w.Header().Set("Location", "http://127.0.0.1:9/x"); w.WriteHeader(307) }, "refused"},
				{"too large", status(413, echo), "refused, this one"},
				{"cut off", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, "doubt"},
			} {
				s := newSink(t, c.answer)
				_, err := open(t, address, s.client).Post(t.Context(), message())
				if got := outcome(err); got != c.want {
					t.Errorf("%s: %s (%v), want %s", c.name, got, err, c.want)
				}
				if n := len(s.taken()); n != 1 {
					t.Errorf("%s: asked %d times: %q", c.name, n, s.taken())
				}
				clean(t, err)
				if c.name == "moved" && (!strings.Contains(err.Error(), "http://127.0.0.1:9") || strings.Contains(err.Error(), ":9/")) {
					t.Errorf("whoever is to mend the address reads %v", err)
				}
			}
			_, err := open(t, address, nobody).Post(t.Context(), message())
			if outcome(err) != "again after 0s" {
				t.Errorf("nobody there: %v", err)
			}
			clean(t, err)
		})
	}
}

func outcome(err error) string {
	var again *alerts.RetryError
	var refused *alerts.RefusedError
	switch {
	case err == nil:
		return "taken"
	case errors.As(err, &again):
		return fmt.Sprintf("again after %s", again.After)
	case errors.As(err, &refused) && refused.One:
		return "refused, this one"
	case errors.As(err, &refused):
		return "refused"
	}
	return "doubt"
}

func clean(t *testing.T, err error) {
	t.Helper()
	for _, secret := range secretParts {
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("a secret is in the error: %v", err)
		}
	}
}

// TestRetryAfter: a service may ask for silence in seconds or till a moment, for an hour at most.
func TestRetryAfter(t *testing.T) {
	in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for header, want := range map[string]time.Duration{
		"7": 7 * time.Second, "1.5": 1500 * time.Millisecond, in(10 * time.Minute): 10 * time.Minute,
		"0": 30 * time.Second, "-7": 30 * time.Second, "soon": 30 * time.Second, "NaN": 30 * time.Second, in(-time.Hour): 30 * time.Second,
		"9223372036854775807": time.Hour, "1e300": time.Hour, in(48 * time.Hour): time.Hour,
	} {
		s := newSink(t, func(w http.ResponseWriter) { w.Header().Set("Retry-After", header); w.WriteHeader(503) })
		_, err := open(t, addresses["discord"], s.client).Post(t.Context(), message())
		var again *alerts.RetryError
		slack := time.Duration(0)
		if strings.HasSuffix(header, "GMT") { // a date tells whole seconds, and the machine may be slow
			slack = 20 * time.Second
		}
		if !errors.As(err, &again) || again.After > want || again.After < want-slack {
			t.Errorf("%q: %+v (%v), want %v", header, again, err, want)
		}
	}
}

// TestCertificate: a server whose certificate is not trusted got nothing, and it is said why.
func TestCertificate(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	own := &http.Transport{DisableKeepAlives: true}
	_, err := open(t, "mattermost://bot@"+secure.Listener.Addr().String()+"/tokentokentokentokentoken", func(...string) *http.Client { return &http.Client{Transport: own} }).Post(t.Context(), message())
	if outcome(err) != "refused" || !strings.Contains(err.Error(), "mattermost (x509: ") || !strings.Contains(err.Error(), "the certificate of its server is not right") {
		t.Errorf("%s: %v", outcome(err), err)
	}
	clean(t, err)
}

// TestHangs: a service that does not answer in time leaves the message in doubt.
func TestHangs(t *testing.T) {
	for kind, address := range addresses {
		t.Run(kind, func(t *testing.T) {
			t.Parallel() // each waits, and a busy machine must get as far as the service
			release := make(chan struct{})
			s := newSink(t, func(http.ResponseWriter) { <-release })
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			_, err := open(t, address, s.client).Post(ctx, message())
			cancel()
			if outcome(err) != "doubt" || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v", err)
			}
			clean(t, err)
			close(release)
		})
	}
}

// TestGroupMoved: of a group that became a supergroup Telegram says the new number, and so do we.
func TestGroupMoved(t *testing.T) {
	s := newSink(t, status(400, `{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1002003004005}}`))
	_, err := open(t, addresses["telegram"], s.client).Post(t.Context(), message())
	if outcome(err) != "refused" || !strings.Contains(err.Error(), "supergroup chat: chats=-1002003004005)") {
		t.Error(err)
	}
}

// TestOnlyWhatRings: copies, edits and what is gathered stand in threads elsewhere and are
// not told here; an escalation is.
func TestOnlyWhatRings(t *testing.T) {
	s := newSink(t, status(200, "{}"))
	n := open(t, addresses["mattermost"], s.client)
	for _, kind := range []mention.AlertKind{mention.Duplicate, mention.Changed, mention.Complaint} {
		m := message()
		m.Alert.Kind, m.Alert.ThreadOf = kind, "root"
		if at, err := n.Post(t.Context(), m); err != nil || at.TS == "" {
			t.Errorf("%s: %+v %v", kind, at, err)
		}
		if err := n.Update(t.Context(), m); err != nil {
			t.Error(err)
		}
	}
	if got := s.taken(); len(got) != 0 {
		t.Errorf("told: %q", got)
	}
	m := message()
	m.Alert.Kind, m.Alert.ThreadOf, m.Details.Text = mention.Escalation, "root", "Nobody has claimed it for 15 min."
	if _, err := n.Post(t.Context(), m); err != nil || len(s.taken()) != 1 || !strings.Contains(s.taken()[0], "Nobody has claimed it") {
		t.Errorf("the escalation: %v %q", err, s.taken())
	}
	if _, err := n.Find(t.Context(), alerts.Search{}); outcome(err) != "refused" {
		t.Errorf("a history: %v", err)
	}
}

// TestGuard: the host that the address names may be in a private network, and no other: not
// the fixed ones of Telegram, wherever their names lead, and never the platform's.
func TestGuard(t *testing.T) {
	guarded := fetch.New(fetch.Options{Contact: "a@romashka.example", Now: time.Now, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}})
	client := func(own ...string) *http.Client { return guarded.For(own...).StreamClient() }
	s := newSink(t, status(200, "ok"))
	address := "mattermost://bot@" + s.Listener.Addr().String() + "/tokentokentokentokentoken?disabletls=yes"
	if _, err := open(t, address, client).Post(t.Context(), message()); err != nil || len(s.taken()) != 1 {
		t.Errorf("the named host: %v", err)
	}
	other := func(...string) *http.Client { return guarded.StreamClient() }
	if _, err := open(t, address, other).Post(t.Context(), message()); outcome(err) != "refused" || len(s.taken()) != 1 {
		t.Errorf("a host nobody named: %v", err)
	}
	platform := "mattermost://bot@169.254.169.254/tokentokentokentokentoken?disabletls=yes"
	if _, err := open(t, platform, client).Post(t.Context(), message()); outcome(err) != "refused" {
		t.Errorf("the platform's address: %v", err)
	}
}

// TestNothingElseGoesOut by the process's own client.
func TestNothingElseGoesOut(t *testing.T) {
	s := newSink(t, status(200, "ok"))
	resp, err := http.Get(s.URL)
	if err == nil {
		resp.Body.Close()
	}
	if err == nil || len(s.taken()) != 0 {
		t.Errorf("a request went out: %v", err)
	}
	n, err := door.New(door.Options{Name: "night", Address: addresses["telegram"], Client: s.client})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Post(t.Context(), message()); outcome(err) != "refused" || len(s.taken()) != 0 {
		t.Errorf("without an exit: %v", err)
	}
}

// TestCheck tells addresses that cannot be used, and never shows them.
func TestCheck(t *testing.T) {
	for kind, address := range addresses {
		if err := door.Check(address); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if !slices.Contains(door.Services(), kind) {
			t.Errorf("%s is not known", kind)
		}
	}
	for address, want := range map[string]string{
		"pigeon://hunter22@x":                        "does not know",
		"telegram://hunter22@telegram?chats=1":       "looks like telegram://",
		"telegram://123:abc@telegram":                "looks like telegram://",
		"telegram://123:abc@telegram?chats=,,":       "looks like telegram://",
		"smtp://mail.example/?from=a@b.example":      "looks like smtp://",
		"mattermost://chat.example":                  "looks like mattermost://",
		"discord://discord":                          "looks like discord://",
		"teams://hunter22@x/y?host=x.example":        "looks like teams://",
		"generic://hunter22.example":                 "does not know",
		"logger://x":                                 "does not know",
		"smtp://%zz":                                 "looks like smtp://",
		"ntfy://ira:hunter22@ntfy.example/?scheme=x": "looks like ntfy://",
	} {
		err := door.Check(address)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// FuzzCheck: no address makes it panic or show itself.
func FuzzCheck(f *testing.F) {
	for _, address := range addresses {
		f.Add(address)
	}
	f.Add("smtp://a:b@c:99999999/?to=x&from=y&timeout=1")
	f.Add("telegram://1:a@t?chats=" + strings.Repeat("1,", 30))
	f.Add("zulip://a:b@c/")
	f.Add("mattermost?//bot@chat.example/hunter22hunter22hunter22")
	f.Fuzz(func(t *testing.T, address string) {
		if err := door.Check(address); err != nil && len(address) > 40 && strings.Contains(err.Error(), address) {
			t.Errorf("the address is in the error: %v", err)
		}
	})
}
