package websub

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"strings"
)

const (
	// maxPing bounds the body of a ping in bytes: it is what a feed may be. It is
	// hashed as it comes, never kept.
	maxPing = 10 << 20
	// maxChallenge bounds what is repeated to whoever asks, in bytes.
	maxChallenge = 4 << 10
)

// ServeHTTP answers hubs below Path: their question whether a subscription is
// wanted, and their pings.
func (s *Subscriber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	switch r.Method {
	case http.MethodGet:
		s.confirm(w, r, id)
	case http.MethodPost:
		s.receive(w, r, id)
	default:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "a hub asks with GET and pings with POST", http.StatusMethodNotAllowed)
	}
}

// confirm answers a hub that asks whether a subscription is wanted, with yes for
// what was asked for and no for all else, its end included: earshot lets
// subscriptions run out.
func (s *Subscriber) confirm(w http.ResponseWriter, r *http.Request, id string) {
	q := r.URL.Query()
	challenge := q.Get("hub.challenge")
	sub, there, err := s.opt.Records.Subscription(r.Context(), id)
	wanted := there && !sub.Asked.IsZero() && sub.Topic == q.Get("hub.topic")
	mode := q.Get("hub.mode")
	subscribe := wanted && mode == "subscribe" && challenge != "" && len(challenge) <= maxChallenge
	if err == nil && subscribe {
		err = s.verified(r.Context(), sub, q.Get("hub.lease_seconds"))
	}
	switch {
	case err != nil:
		s.away(w, err)
	case subscribe:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = io.WriteString(w, challenge) // the hub asks again if this is lost
	case wanted && mode == "denied":
		// The request counts as failed already; the next one is planned.
		s.opt.Log.Debug("hub denies the subscription; the source is polled as before", "source", sub.Source)
		w.WriteHeader(http.StatusNoContent)
	default:
		http.NotFound(w, r)
	}
}

// away answers while the subscriptions cannot be read: the hub may try again.
func (s *Subscriber) away(w http.ResponseWriter, err error) {
	s.opt.Log.Warn("a hub cannot be answered: subscriptions cannot be read or written", "err", err)
	http.Error(w, "try again later", http.StatusServiceUnavailable)
}

// receive takes a ping. One with a bad signature is answered like a good one and
// does nothing, as the standard wants it: nobody learns what a good one is.
func (s *Subscriber) receive(w http.ResponseWriter, r *http.Request, id string) {
	sub, there, err := s.opt.Records.Subscription(r.Context(), id)
	if err != nil {
		s.away(w, err)
		return
	}
	if !there || sub.Secret == "" {
		http.Error(w, "no such subscription", http.StatusGone)
		return
	}
	want, mac := signature(r.Header.Get("X-Hub-Signature"), sub.Secret)
	if mac == nil {
		s.opt.Log.Debug("ping without a signature that is understood", "source", sub.Source)
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if _, err := io.Copy(mac, http.MaxBytesReader(w, r.Body, maxPing)); err != nil {
		http.Error(w, "the body is too large or torn", http.StatusRequestEntityTooLarge)
		return
	}
	if hmac.Equal(mac.Sum(nil), want) {
		s.ping(sub.Source)
	} else {
		s.opt.Log.Debug("ping with a wrong signature", "source", sub.Source)
	}
	w.WriteHeader(http.StatusAccepted)
}

// signature reads X-Hub-Signature, "method=hex", and returns what must come out
// and what to hash with; a nil hash when it is not understood.
func signature(header, secret string) (want []byte, mac hash.Hash) {
	method, digest, _ := strings.Cut(header, "=")
	newHash, known := map[string]func() hash.Hash{
		"sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
	}[strings.ToLower(strings.TrimSpace(method))]
	want, err := hex.DecodeString(strings.TrimSpace(digest))
	if !known || err != nil {
		return nil, nil
	}
	return want, hmac.New(newHash, []byte(secret))
}
