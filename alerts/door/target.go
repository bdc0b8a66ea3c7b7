package door

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/teams"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/telegram"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/email/smtp"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
)

// target is one recipient.
type target struct {
	name    string // of the service, and of the recipient where the door has several
	service service
	sender  types.Service
	client  *http.Client
	exit    *Exit
	host    string            // at which the process's client is used; empty: it is not
	hide    *strings.Replacer // of what an answer may repeat
	log     journal
	turn    chan struct{} // one message at a time, also one that was given up and hangs

	mu  sync.Mutex
	now *attempt
}

// RoundTrip is of services that take a client.
func (t *target) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	a := t.now
	t.mu.Unlock()
	if a == nil {
		return nil, errOnce
	}
	return a.RoundTrip(r)
}

var (
	errBusy    = errors.New("an earlier message is still on its way")
	errNoExit  = errors.New("the process's own client is not earshot's")
	errNotSent = errors.New("the service sent nothing")
)

// send brings one message to the recipient. The errors are those of alerts.Notifier.
func (t *target) send(ctx context.Context, w words) error {
	select {
	case t.turn <- struct{}{}:
	case <-ctx.Done():
		return &alerts.RetryError{Err: errBusy}
	}
	a := &attempt{ctx: ctx, next: t.client.Transport}
	leave, err := t.enter(ctx, a)
	if err != nil {
		<-t.turn
		return err
	}
	t.log.sent.Store(false)
	answer := make(chan error, 1)
	go func() {
		defer func() { <-t.turn }()
		defer leave()
		defer func() {
			if p := recover(); p != nil { // of the library; what was asked is known all the same
				answer <- errNotSent
			}
		}()
		answer <- t.call(w)
	}()
	select {
	case err = <-answer:
	case <-ctx.Done():
		err = ctx.Err()
	}
	asked := a.close()
	if t.service.mail {
		return t.mailed(err)
	}
	return t.judge(a, asked, err)
}

// enter makes the attempt the one whose request is let out.
func (t *target) enter(ctx context.Context, a *attempt) (leave func(), err error) {
	if t.host != "" {
		if !t.exit.installed() {
			return nil, &alerts.RefusedError{Code: "no_exit", Err: errNoExit}
		}
		if leave, err = t.exit.enter(ctx, t.host, a); err != nil {
			return nil, &alerts.RetryError{Err: errBusy}
		}
		return leave, nil
	}
	set := func(now *attempt) {
		t.mu.Lock()
		t.now = now
		t.mu.Unlock()
	}
	set(a)
	return func() { set(nil) }, nil
}

// call hands the message to the library.
func (t *target) call(w words) error {
	params := types.Params{}
	body := w.title + "\n" + w.text
	switch {
	case t.service.mail:
		params[t.service.title] = strings.ReplaceAll(mime.QEncoding.Encode("utf-8", w.title), "?= =?", "?=\n =?") // each word on a line of its own
		body = lines(w.text)
	case t.service.title != "":
		params[t.service.title] = w.title
		body = w.text
	}
	return t.sender.Send(text.Clip(body, maxText), &params)
}

// judge says what became of a message by what was asked and answered.
func (t *target) judge(a *attempt, asked bool, err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	untrusted := alerts.Untrusted(t.name, a.err)
	switch {
	case !asked && err != nil && a.ctx.Err() != nil:
		return &alerts.RetryError{Err: errBusy}
	case !asked:
		return &alerts.RefusedError{Code: "unsendable", One: true, Err: &alerts.Advice{What: t.name + ": ", Key: "way.door_message", Err: err}}
	case a.moved != nil:
		return &alerts.RefusedError{Code: "moved", Err: fmt.Errorf("%s: %w", t.name, a.moved)}
	case errors.Is(a.err, fetch.ErrPrivate), errors.Is(a.err, fetch.ErrPort):
		return &alerts.RefusedError{Code: "private", Err: &alerts.Advice{What: t.name + ": ", Key: "way.door_private", Err: a.err}}
	case untrusted != nil:
		return untrusted
	case alerts.NeverSent(a.err):
		return &alerts.RetryError{Err: fmt.Errorf("%s: %w", t.name, a.err)}
	case a.err != nil:
		return fmt.Errorf("%s: %w", t.name, a.err)
	case a.status == 0: // given up while the answer was awaited
		return fmt.Errorf("%s: %w", t.name, err)
	}
	return t.answered(a)
}

// pause is the wait after an answer that asks for one and does not say how long.
const pause = 30 * time.Second

// answered sorts the answers. The lock of the attempt is held.
func (t *target) answered(a *attempt) error {
	said := t.said(a.body)
	what := fmt.Sprintf("%s: status %d", t.name, a.status)
	if said.words != "" {
		what += " (" + said.words + ")"
	}
	refused := func(key string, one bool) error {
		return &alerts.RefusedError{Code: strconv.Itoa(a.status), One: one, Err: &alerts.Advice{What: what + ": ", Key: key}}
	}
	switch s := a.status; {
	// Teams answers 200 also when it takes nothing: its own limit is told in the text.
	case s >= 200 && s < 300 && t.service.name == teams.Scheme && strings.Contains(string(a.body), "failed with error"):
		return &alerts.RetryError{After: pause, Method: true, Err: errors.New(what + ": the message was not delivered")}
	case s >= 200 && s < 300:
		return nil
	case s == http.StatusTooManyRequests, s == http.StatusServiceUnavailable:
		after := max(a.after, said.after)
		if after <= 0 {
			after = pause
		}
		return &alerts.RetryError{After: after, Method: true, Err: errors.New(what)}
	case s >= 500:
		return errors.New(what) // what stands behind may have taken it
	case s == http.StatusBadRequest && t.service.name == telegram.Scheme: // its chat; the text is plain and short
		return refused("way.door_refused", false)
	case s == http.StatusBadRequest, s == http.StatusRequestEntityTooLarge, s == http.StatusUnprocessableEntity:
		return refused("way.door_message", true)
	}
	return refused("way.door_refused", false)
}

// reply is what a service says with its status.
type reply struct {
	words string
	after time.Duration
}

// said reads what services say in JSON: Telegram description and parameters, Discord
// message and retry_after, others error or message.
func (t *target) said(body []byte) (r reply) {
	var in struct {
		Description string          `json:"description"`
		Message     string          `json:"message"`
		Error       json.RawMessage `json:"error"`
		RetryAfter  float64         `json:"retry_after"`
		Parameters  struct {
			RetryAfter float64 `json:"retry_after"`
			MigrateTo  int64   `json:"migrate_to_chat_id"` // the group's number as a supergroup
		} `json:"parameters"`
	}
	if json.Unmarshal(body, &in) != nil {
		return r
	}
	var plain string
	_ = json.Unmarshal(in.Error, &plain) // an object says nothing in words
	for _, words := range []string{in.Description, in.Message, plain} {
		if r.words == "" {
			r.words = text.Line(t.hide.Replace(words), 200)
		}
	}
	if to := in.Parameters.MigrateTo; to != 0 {
		r.words += fmt.Sprintf(": chats=%d", to)
	}
	if n := max(in.RetryAfter, in.Parameters.RetryAfter); n > 0 {
		r.after = time.Duration(min(n, maxPause.Seconds()) * float64(time.Second))
	}
	return r
}

// mailed says what became of an e-mail. Once the server took it, what goes wrong with the
// farewell changes nothing.
func (t *target) mailed(err error) error {
	var said *textproto.Error
	var header tls.RecordHeaderError // no TLS, where it was to be from the start
	var dns *net.DNSError
	var op *net.OpError
	untrusted := alerts.Untrusted(t.name, err)
	switch {
	case err == nil, t.log.sent.Load():
		return nil
	case untrusted != nil:
		return untrusted
	case errors.As(err, &said):
		what := fmt.Sprintf("%s: %d (%s): ", t.name, said.Code, text.Line(t.hide.Replace(said.Msg), 200))
		if said.Code < 500 { // it says itself that it may be tried again
			return &alerts.RetryError{After: pause, Err: errors.New(strings.TrimSuffix(what, ": "))}
		}
		// Once it has read the text it is the text that it does not like, whatever its number for
		// that: spam, or too long. Before, it is who writes, or to whom.
		one, key := failedAt(err, smtp.FailCloseDataStream), "way.door_refused"
		if one {
			key = "way.door_message"
		}
		return &alerts.RefusedError{Code: strconv.Itoa(said.Code), One: one, Err: &alerts.Advice{What: what, Key: key}}
	case errors.As(err, &dns), errors.As(err, &op) && op.Op == "dial":
		return &alerts.RetryError{Err: fmt.Errorf("%s: %w", t.name, inner(err, dns, op))}
	case errors.Is(err, smtp.ErrServerNoStartTLS), errors.As(err, &header), failedAt(err, smtp.FailAuthenticating) && strings.HasSuffix(err.Error(), "unencrypted connection"): // the words of net/smtp
		return &alerts.RefusedError{Code: "unencrypted", Err: &alerts.Advice{What: t.name + ": ", Key: "way.door_plain"}}
	case beforeText(err):
		return &alerts.RetryError{Err: errors.New(t.name + ": the connection broke off")}
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w", t.name, context.DeadlineExceeded)
	}
	return errors.New(t.name + ": the connection broke off")
}

// failedAt reports whether the library failed at one of these steps of the conversation.
func failedAt[Step comparable](err error, steps ...Step) bool {
	if at, ok := err.(interface{ ID() Step }); ok && slices.Contains(steps, at.ID()) {
		return true
	}
	switch in := err.(type) {
	case interface{ Unwrap() error }:
		return failedAt(in.Unwrap(), steps...)
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(in.Unwrap(), func(err error) bool { return failedAt(err, steps...) })
	}
	return false
}

// beforeText reports whether an e-mail failed before its text went out: it was surely not taken.
func beforeText(err error) bool {
	return failedAt(err, smtp.FailGetSMTPClient, smtp.FailHandshake, smtp.FailEnableStartTLS, smtp.FailAuthenticating, smtp.FailSetSender, smtp.FailSetRecipient, smtp.FailOpenDataStream)
}

// inner is the cause alone: the library's own words may repeat the address.
func inner(err error, dns *net.DNSError, op *net.OpError) error {
	switch {
	case dns != nil:
		return dns
	case op != nil:
		return op
	}
	return err
}

// journal hears from the library whether a mail server took the message: its errors do not
// tell that from a broken farewell.
type journal struct{ sent atomic.Bool }

func (j *journal) Print(...any) {}

func (j *journal) Printf(format string, _ ...any) {
	if strings.Contains(format, "successfully sent to") {
		j.sent.Store(true)
	}
}

func (j *journal) Println(...any) {}
