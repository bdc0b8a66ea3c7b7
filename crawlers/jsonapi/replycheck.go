package jsonapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// Check is what a network is asked about the right to answer. It changes nothing there.
type Check struct {
	Ask  string `yaml:"ask"`  // method and address
	Body string `yaml:"body"` // a program; what is sent as JSON with it
	May  string `yaml:"may"`  // on the answer: true, false, or null where it does not tell
	As   string `yaml:"as"`   // on the answer: the account's name there
}

// Look is how what stands under a post is read. It changes nothing there.
type Look struct {
	Ask     string `yaml:"ask"`     // method and address
	Body    string `yaml:"body"`    // a program; what is sent as JSON with it
	Reader  bool   `yaml:"reader"`  // asked with the right that the source is read with
	Answers string `yaml:"answers"` // on the answer: a list of objects with id, url, text, and where it says them at and held
}

// maxShown bounds how many answers under one post are looked at.
const maxShown = 500

// lookAt is reply.Way's Look.
func (w *answerer) lookAt(ctx context.Context, p mention.Post) ([]reply.Shown, error) {
	list, err := w.listed(ctx, reply.Message{Post: p})
	if err != nil {
		return nil, fmt.Errorf("jsonapi: look: %w", err)
	}
	var shown []reply.Shown
	for _, item := range list[:min(len(list), maxShown)] {
		one, _ := item.(map[string]any)
		line := func(name string) string { return htmltext.OneLine(text.Clip(scalar(one[name]), 500)) }
		answer := reply.Shown{Post: mention.Post{ID: line("id"), URL: line("url"), Text: scalar(one["text"])}, Held: one["held"] == true}
		answer.Published, answer.DateOnly = poll.Date(w.env, line("at"))
		shown = append(shown, answer)
		if plain := html.UnescapeString(answer.Text); plain != answer.Text { // some interfaces write it as their pages do
			answer.Text = plain
			shown = append(shown, answer)
		}
	}
	return shown, nil
}

// listed is what the site's list of answers under a post holds.
func (w *answerer) listed(ctx context.Context, m reply.Message) ([]any, error) {
	values, err := w.names(ctx, m)
	if err != nil {
		return nil, err
	}
	headers := w.headers
	if w.block.Look.Reader {
		headers = nil
	}
	body, err := w.question(ctx, w.block.Look.Ask, values, headers, w.lookBody, m)
	if err != nil {
		return nil, err
	}
	if why := w.say(ctx, w.refused, body, m); why != "" {
		return nil, errors.New(why)
	}
	v, err := w.run(ctx, w.found, body, m, nil)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, errors.New("the site's answer holds no list")
	}
	return list, nil
}

// question asks what changes nothing on the site.
func (w *answerer) question(ctx context.Context, ask string, values poll.Values, headers map[string]*gojq.Code, program *gojq.Code, m reply.Message) (any, error) {
	head := w.head.Clone()
	head.Del("Content-Type")
	for name, code := range headers {
		if v, err := w.run(ctx, code, postOf(m.Post), m, nil); err == nil && scalar(v) != "" {
			head.Set(name, scalar(v))
		}
	}
	method, address, _ := strings.Cut(ask, " ")
	req := fetch.Request{URL: poll.Rebase(values.Expand(address), w.env.Base), Method: method, API: true, Accept: "application/json", Header: head}
	if program != nil {
		v, err := w.run(ctx, program, postOf(m.Post), m, nil)
		if err == nil {
			head.Set("Content-Type", "application/json")
			req.Body, err = json.Marshal(v)
		}
		if err != nil {
			return nil, err
		}
	}
	return w.read(ctx, req)
}

// check is reply.Way's Check.
func (w *answerer) check(ctx context.Context) reply.Checked {
	var nobody reply.Message
	body, err := w.question(ctx, w.block.Check.Ask, w.values, w.headers, w.askBody, nobody)
	if err != nil {
		return w.unchecked(ctx, err)
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
