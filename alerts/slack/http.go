package slack

import (
	"io"
	"net/http"
	"net/url"

	api "github.com/slack-go/slack"
)

// maxRequest bounds a click over HTTP; Slack's carry the whole message, some 50 KB.
const maxRequest = 1 << 20

// Interactions is the handler for /slack/interactions: signed clicks, where
// Socket Mode is not used. A request whose signature is not good is refused
// before anything of it is read as a click.
func (n *Notifier) Interactions() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.Error(w, "only POST", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		if err != nil {
			http.Error(w, "the request is too large or broke off", http.StatusBadRequest)
			return
		}
		if err := n.verify(r.Header, body); err != nil {
			n.opt.Log.Warn("a request to /slack/interactions is not signed by slack", "err", err)
			http.Error(w, "bad signature", http.StatusUnauthorized)
			return
		}
		form, err := url.ParseQuery(string(body))
		if err != nil || form.Get("payload") == "" {
			http.Error(w, "no payload", http.StatusBadRequest)
			return
		}
		acked := make(chan struct{})
		if !n.begin(func() { n.interaction(r.Context(), []byte(form.Get("payload")), func() { close(acked) }) }) {
			http.Error(w, "earshot is stopping", http.StatusServiceUnavailable)
			return
		}
		<-acked
		w.WriteHeader(http.StatusOK)
	})
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
