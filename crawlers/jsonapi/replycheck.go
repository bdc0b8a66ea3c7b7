package jsonapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/reply"
)

// Check is what a network is asked about the right to answer. It changes nothing there.
type Check struct {
	Ask  string `yaml:"ask"`  // method and address
	Body string `yaml:"body"` // a program; what is sent as JSON with it
	May  string `yaml:"may"`  // on the answer: true, false, or null where it does not tell
	As   string `yaml:"as"`   // on the answer: the account's name there
}

// check is reply.Way's Check.
func (w *answerer) check(ctx context.Context) reply.Checked {
	var nobody reply.Message
	head := w.head.Clone()
	head.Del("Content-Type")
	for name, code := range w.headers {
		if v, err := w.run(ctx, code, nil, nobody, nil); err == nil && scalar(v) != "" {
			head.Set(name, scalar(v))
		}
	}
	method, address, _ := strings.Cut(w.ask.Ask, " ")
	req := fetch.Request{URL: poll.Rebase(w.values.Expand(address), w.env.Base), Method: method, API: true, Accept: "application/json", Header: head}
	if w.ask.Body != "" {
		v, err := w.run(ctx, w.askBody, nil, nobody, nil)
		if err == nil {
			head.Set("Content-Type", "application/json")
			req.Body, err = json.Marshal(v)
		}
		if err != nil {
			return reply.Checked{Right: reply.Unsure, Why: htmltext.OneLine(err.Error())}
		}
	}
	res, err := w.grant.do(ctx, w.env.Fetch, req)
	if err != nil {
		return w.unchecked(ctx, err)
	}
	body, err := jsonBody(res)
	if err != nil {
		return reply.Checked{Right: reply.Unsure, Why: htmltext.OneLine(err.Error())}
	}
	if why := w.say(ctx, w.refused, body, nobody); why != "" {
		return reply.Checked{Right: reply.Denied, Why: why}
	}
	checked := reply.Checked{Right: reply.Untold, Account: w.say(ctx, w.known, body, nobody)}
	if v, err := w.run(ctx, w.may, body, nobody, nil); err == nil && v != nil {
		checked.Right = reply.Denied
		if v == true {
			checked.Right = reply.Granted
		}
	}
	return checked
}

// unchecked says what an error means: whether the key is no good, or nobody knows.
func (w *answerer) unchecked(ctx context.Context, err error) reply.Checked {
	var blocked *fetch.BlockedError
	var status *fetch.StatusError
	failed := w.failed(ctx, err, reply.Message{})
	denied := errors.As(err, &blocked) || errors.Is(err, crawlers.ErrClosed) || errors.As(err, &status) && status.Status < 500 && status.Status != http.StatusRequestTimeout
	if denied {
		return reply.Checked{Right: reply.Denied, Why: failed.Reason}
	}
	return reply.Checked{Right: reply.Unsure, Why: failed.Reason}
}
