package jsonapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/itchyny/gojq"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
)

// maxWait bounds the pause that a program reads out of an answer.
const maxWait = 7 * 24 * time.Hour

// refusal reads what an API says in words beside a status that is no success. The status
// alone does not tell: a spent budget is 403 at some and 400 at others, as a key is that ended.
// An answer that says nothing a program of the source looks for is the error it was.
func (p *jsonProgram) refusal(ctx context.Context, err error, value string) error {
	var (
		blocked *fetch.BlockedError
		answer  *fetch.StatusError
		pause   *fetch.RetryError
		status  int
		where   string
		said    []byte
	)
	switch {
	case errors.As(err, &blocked):
		status, where, said = blocked.Status, blocked.URL, blocked.Body
	case errors.As(err, &answer):
		status, where, said = answer.Status, answer.URL, answer.Body
	case errors.As(err, &pause):
		status, where, said = pause.Status, pause.URL, pause.Body
	}
	var body any
	if len(said) == 0 || json.Unmarshal(said, &body) != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, maxJQ)
	defer cancel()
	r := p.run(ctx, value)
	closed, fails := r.words(p.closed, body), r.words(p.fails, body)
	switch wait := r.wait(body); {
	case wait > 0 || pause != nil:
		if pause != nil { // the longer one of two is meant
			wait = max(wait, pause.After)
		}
		after := &fetch.RetryError{Status: status, URL: where, After: wait}
		if fails == "" {
			return after
		}
		return fmt.Errorf("%s: %w", fails, after) // without err, which may be a block
	case closed != "":
		return closedError(fmt.Sprintf("%s: %v (%d): %s", where, crawlers.ErrClosed, status, closed), err)
	case fails != "":
		return &saidError{words: fmt.Sprintf("%s: the site says (%d): %s", where, status, fails), causes: []error{err}}
	}
	return err
}

// saysGone reports whether an API says in words, beside a 400 that may mean anything, that what it
// was asked for is not there any more: what says so of a post says it of this answer, and not of
// one without words, as a program does that looks for what a deleted post lacks.
func (p *jsonProgram) saysGone(ctx context.Context, err error) bool {
	var answer *fetch.StatusError
	var body any
	if !errors.As(err, &answer) || answer.Status != http.StatusBadRequest || json.Unmarshal(answer.Body, &body) != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, maxJQ)
	defer cancel()
	r := p.run(ctx, "")
	return r.field("deleted", body) == "true" && r.field("deleted", map[string]any{}) != "true"
}

// run is a run of the programs for one value of each.
func (p *jsonProgram) run(ctx context.Context, value string) jsonRun {
	r := jsonRun{program: p, ctx: ctx, vars: append([]any(nil), p.vars...)}
	if p.eachVar >= 0 {
		r.vars[p.eachVar] = value
	}
	return r
}

// words are what a program gives of an answer, for one line.
func (r *jsonRun) words(code *gojq.Code, body any) string {
	return htmltext.Line(text.Clip(r.text(code, body), 300))
}

// wait is the pause that an answer asks for; 0 when it asks for none.
func (r *jsonRun) wait(body any) time.Duration {
	n, err := strconv.ParseFloat(r.text(r.program.backoff, body), 64)
	if err != nil || !(n > 0) || n >= maxWait.Seconds() {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}

// saidError is an error in the words of the site; what it is stays to be asked.
type saidError struct {
	words  string
	causes []error
}

// closedError says why a site lets nobody read; cause may be nil.
func closedError(words string, cause error) error {
	e := &saidError{words: words, causes: []error{crawlers.ErrClosed}}
	if cause != nil {
		e.causes = append(e.causes, cause)
	}
	return e
}

// SaysItself is the word that crawlers.Reason asks for.
func (e *saidError) SaysItself() {}

func (e *saidError) Error() string   { return e.words }
func (e *saidError) Unwrap() []error { return e.causes }
