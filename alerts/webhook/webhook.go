// Package webhook posts alerts as signed JSON to another system.
//
// It tells, and hears nothing back: there are no buttons, and an update is one more
// request with the new state. The receiver tells repeats apart by the alert's id,
// which is in every request; so it must not be sent anything that has none.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// The headers of a request. The signature is "v1=" and the hex HMAC-SHA256, keyed
// with the webhook's secret, of the timestamp, a full stop and the body.
const (
	SignatureHeader = "X-Earshot-Signature"
	TimestampHeader = "X-Earshot-Timestamp" // seconds since 1970
	KeyHeader       = "Idempotency-Key"     // the alert's id; an update adds the case's version
)

// retryAfter is the wait after an answer that promises nothing (5xx, 429 without a time).
const retryAfter = 30 * time.Second

// Options are what a Notifier needs.
type Options struct {
	Name   string // as in the route webhook:NAME
	URL    string
	Secret string // empty: requests are not signed
	HTTP   *http.Client
}

// Notifier is one webhook.
type Notifier struct{ opt Options }

// New returns the way out to one webhook.
func New(opt Options) *Notifier { return &Notifier{opt: opt} }

// Body is what is posted.
type Body struct {
	AlertID  mention.AlertID   `json:"alert_id"`
	Kind     mention.AlertKind `json:"kind"`
	Severity string            `json:"severity"`
	ThreadOf mention.AlertID   `json:"thread_of,omitempty"` // belongs to this alert
	Notify   string            `json:"notify,omitempty"`
	Repeat   bool              `json:"repeat,omitempty"`  // may have been sent before
	Why      []string          `json:"why,omitempty"`     // what made it this loud, in words
	Redraw   bool              `json:"redraw,omitempty"`  // a new state of what was sent before
	Text     string            `json:"text,omitempty"`    // in words, for kinds that are not a complaint
	Summary  *alerts.Summary   `json:"summary,omitempty"` // of a digest, waits in nanoseconds
	Mention  *Mention          `json:"mention,omitempty"`
	Case     *Case             `json:"case,omitempty"`
}

// Mention is the complaint.
type Mention struct {
	ID        mention.ID      `json:"id"`
	Watch     string          `json:"watch"`
	Source    string          `json:"source"`
	URL       string          `json:"url,omitempty"`
	Author    string          `json:"author,omitempty"`
	Published *time.Time      `json:"published,omitempty"`
	Precision string          `json:"precision,omitempty"` // "day" where the site gives no time
	Rating    *mention.Rating `json:"rating,omitempty"`
	Title     string          `json:"title,omitempty"`
	Text      string          `json:"text"`
	Score     mention.Score   `json:"score"`          // with complaint, how likely it is one, and frames, what the verdict found out
	Told      []string        `json:"told,omitempty"` // the frames in people's words
}

// Case is where it stands.
type Case struct {
	Status  mention.Status `json:"status"`
	Version int64          `json:"version"`
	State   string         `json:"state"` // in words
	Owner   string         `json:"owner,omitempty"`
	Twins   int            `json:"twins,omitempty"`
}

// Post sends the alert. Its place is the webhook's name and the alert's id.
func (n *Notifier) Post(ctx context.Context, m alerts.Message) (alerts.Place, error) {
	if err := n.send(ctx, body(m), string(m.Alert.ID)); err != nil {
		return alerts.Place{}, err
	}
	return alerts.Place{Channel: n.opt.Name, TS: string(m.Alert.ID)}, nil
}

// Update sends the new state.
func (n *Notifier) Update(ctx context.Context, m alerts.Message) error {
	b := body(m)
	b.Redraw = true
	return n.send(ctx, b, fmt.Sprintf("%s-%d", m.Alert.ID, m.Case.Version))
}

// Find cannot answer: what a webhook took is not to be seen. The message is sent
// again with repeat set, and the receiver knows its id.
func (n *Notifier) Find(context.Context, alerts.Search) (map[mention.AlertID]alerts.Place, error) {
	return nil, alerts.NoHistory("a webhook")
}

func body(m alerts.Message) Body {
	b := Body{AlertID: m.Alert.ID, Kind: m.Alert.Kind, Severity: m.Severity().String(), ThreadOf: m.Alert.ThreadOf, Notify: m.Alert.Notify, Repeat: m.Repeat, Summary: m.Details.Summary, Why: m.Details.Severe(m.Lang)}
	if m.Alert.Kind != mention.Complaint && m.Alert.Kind != mention.Duplicate {
		b.Text = m.News()
	}
	if m.Mention.ID == "" {
		return b
	}
	p := m.Mention.Post
	b.Mention = &Mention{ID: m.Mention.ID, Watch: m.Mention.Watch, Source: p.Source, URL: p.URL, Author: p.Author, Rating: p.Rating, Title: p.Title, Text: p.Text, Score: m.Mention.Score, Told: alerts.Told(m.Lang, m.Mention.Score)}
	if y := p.Published.Year(); !p.Published.IsZero() && y < 10000 {
		b.Mention.Published, b.Mention.Precision = &p.Published, p.Precision()
	}
	b.Case = &Case{Status: m.Case.Status, Version: m.Case.Version, State: alerts.State(m.Lang, m.Zone, m.Mention, m.Case), Owner: m.Case.Owner.Name, Twins: m.Case.Duplicates}
	return b
}

// send is one request.
func (n *Notifier) send(ctx context.Context, b Body, key string) error {
	what := func(err error) error { return fmt.Errorf("webhook %s: %w", n.opt.Name, err) }
	raw, err := json.Marshal(b)
	if err != nil {
		return &alerts.RefusedError{Code: "unsendable", One: true, Err: what(err)}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.opt.URL, bytes.NewReader(raw))
	if err != nil {
		return &alerts.RefusedError{Code: "bad_url", Err: &alerts.Advice{What: "webhook " + n.opt.Name + ": ", Key: "way.webhook_url"}}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(KeyHeader, key)
	if n.opt.Secret != "" {
		ts := strconv.FormatInt(time.Now().Unix(), 10)
		req.Header.Set(TimestampHeader, ts)
		req.Header.Set(SignatureHeader, Sign(n.opt.Secret, ts, raw))
	}
	resp, err := n.opt.HTTP.Do(req)
	var moved *alerts.MovedError
	untrusted := alerts.Untrusted("webhook "+n.opt.Name, err)
	switch {
	case errors.As(err, &moved):
		return &alerts.RefusedError{Code: "moved", Err: what(moved)}
	case untrusted != nil:
		return untrusted
	case err != nil:
		return what(withoutURL(err))
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the connection is used again
	return n.judge(resp)
}

// judge sorts the answers.
func (n *Notifier) judge(resp *http.Response) error {
	err := fmt.Errorf("webhook %s: status %d", n.opt.Name, resp.StatusCode)
	switch s := resp.StatusCode; {
	case s >= 200 && s < 300:
		return nil
	case s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable:
		after, _ := fetch.RetryAfter(resp.Header, time.Now())
		if after <= 0 {
			after = retryAfter
		}
		return &alerts.RetryError{After: after, Method: true, Err: err}
	case s >= 500:
		return &alerts.RetryError{After: retryAfter, Err: err} // a repeat does no harm: the receiver knows the id
	case s == http.StatusRequestEntityTooLarge || s == http.StatusUnprocessableEntity || s == http.StatusBadRequest:
		return &alerts.RefusedError{Code: strconv.Itoa(s), One: true, Err: &alerts.Advice{What: err.Error() + ": ", Key: "way.webhook_message", Err: err}}
	}
	return &alerts.RefusedError{Code: strconv.Itoa(resp.StatusCode), Err: &alerts.Advice{What: err.Error() + ": ", Key: "way.webhook_refused", Err: err}}
}

// withoutURL takes the address out of an error: it may carry a secret. A request
// that surely never left may be sent again at once.
func withoutURL(err error) error {
	var wrapped interface{ Unwrap() error }
	inner := err
	if errors.As(err, &wrapped) && wrapped.Unwrap() != nil {
		inner = wrapped.Unwrap()
	}
	if alerts.NeverSent(err) {
		return &alerts.RetryError{Err: inner}
	}
	return inner
}

// Sign returns the signature of a body sent at a time.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}
