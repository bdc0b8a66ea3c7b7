package slack

import (
	"crypto/sha256"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	api "github.com/slack-go/slack"
)

// maxRequest bounds a click over HTTP; Slack's carry the whole message, some 50 KB.
const maxRequest = 1 << 20

// Interactions is the handler for /slack/interactions: signed clicks, commands and events, where
// Socket Mode is not used. A request whose signature is not good is refused
// before anything of it is read as a click.
func (n *Notifier) Interactions() http.Handler { return http.HandlerFunc(n.serve) }

func (n *Notifier) serve(w http.ResponseWriter, r *http.Request) {
	body, ok := n.signed(w, r)
	if !ok {
		return
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		n.answerEvent(w, body)
		return
	}
	form, err := url.ParseQuery(string(body))
	if c, ok := commandOf(form); err == nil && ok {
		if !n.begin(func() { n.command(c) }) {
			stopping(w)
		}
		return // an empty answer acknowledges it
	}
	if err != nil || form.Get("payload") == "" {
		http.Error(w, "no payload", http.StatusBadRequest)
		return
	}
	acked := make(chan *api.ViewSubmissionResponse, 1)
	if !n.begin(func() {
		n.interaction(r.Context(), []byte(form.Get("payload")), func(window *api.ViewSubmissionResponse) { acked <- window })
	}) {
		stopping(w)
		return
	}
	if window := <-acked; window != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(window) // Slack shows its own error when this fails
		return
	}
	w.WriteHeader(http.StatusOK)
}

// signed is the body of a request that Slack signed and that did not come before; all others are refused.
func (n *Notifier) signed(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	if r.Method != http.MethodPost {
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		http.Error(w, "the request is too large or broke off", http.StatusBadRequest)
		return nil, false
	}
	if err := n.verify(r.Header, body); err != nil {
		if n.forged.Allow() { // anybody can send such requests, as many as they like
			n.opt.Log.Warn("a request to /slack/interactions is not signed by slack", "err", err)
		}
		http.Error(w, "bad signature", http.StatusUnauthorized)
		return nil, false
	}
	if !n.once.take(sha256.Sum256([]byte(r.Header.Get("X-Slack-Request-Timestamp")+":"+string(body))), time.Now()) {
		http.Error(w, "this request came before", http.StatusUnauthorized)
		return nil, false
	}
	return body, true
}

// stopping refuses what nobody would wait for, so that whoever pressed sees it.
func stopping(w http.ResponseWriter) {
	http.Error(w, "earshot is stopping", http.StatusServiceUnavailable)
}

// answerEvent acknowledges a signed event; Slack asks once whether the address is ours.
func (n *Notifier) answerEvent(w http.ResponseWriter, body []byte) {
	var e event
	if json.Unmarshal(body, &e) == nil && e.Type == "url_verification" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, e.Challenge) // Slack asks again if this fails
		return
	}
	if !n.begin(func() { n.eventPayload(body) }) {
		stopping(w)
	}
}

// verify checks Slack's signature and its time over the raw body.
func (n *Notifier) verify(h http.Header, body []byte) error {
	v, err := api.NewSecretsVerifier(h, n.opt.SigningSecret)
	if err != nil {
		return err
	}
	if _, err := v.Write(body); err != nil {
		return err
	}
	return v.Ensure()
}

// signatureLives is how long a signature would be good: 5 minutes before or after its time.
const signatureLives = 10 * time.Minute

// once remembers what was signed of the requests that came, for as long as the signatures
// are good, so that a captured request is good for nothing. What is signed and not the
// signature, which may be written in several ways. Only Slack's own requests get here, so it
// holds as many as people press in that time.
type once struct {
	mu   sync.Mutex
	used map[[sha256.Size]byte]time.Time // when each came
}

// take says whether a request is new, and uses it up.
func (o *once) take(signed [sha256.Size]byte, now time.Time) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	maps.DeleteFunc(o.used, func(_ [sha256.Size]byte, at time.Time) bool { return now.Sub(at) > signatureLives })
	if _, ok := o.used[signed]; ok {
		return false
	}
	if o.used == nil {
		o.used = map[[sha256.Size]byte]time.Time{}
	}
	o.used[signed] = now
	return true
}

// answerable says whether a click's own address is Slack's: what a click carries must not
// choose where earshot connects to. Beside a stand-in of Slack it is the stand-in's host.
func (n *Notifier) answerable(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	if own, err := url.Parse(n.opt.APIURL); err == nil && own.Host != "" && !strings.HasSuffix(own.Hostname(), "slack.com") {
		if u.Scheme == own.Scheme && u.Host == own.Host {
			return true
		}
	}
	return u.Scheme == "https" && u.Host == "hooks.slack.com" && u.User == nil
}
