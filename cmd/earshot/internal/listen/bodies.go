package listen

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	// smallBody is how much of a body is read whoever sends it and however many do.
	smallBody = 64 << 10
	// largeAtOnce is how many larger ones of one sender, and of Slack, are held at once: each may
	// be of megabytes, and whoever sends it may take bodyTimeout for that.
	largeAtOnce, largeOfSlack = 2, 16
)

// errTurn means that a large body waited for its turn as long as it may take to come.
var errTurn = errors.New("too many large requests at once")

// turns are the places of large bodies.
type turns chan struct{}

// body is a body of which more than smallBody is read only in its turn. done gives the turn back, once
// nothing is held of it any more.
func (t turns) body(r *http.Request) (body io.ReadCloser, done func()) {
	b := &patientBody{ReadCloser: r.Body, ctx: r.Context(), turns: t, left: smallBody}
	return b, func() {
		if b.large {
			b.large, b.left = false, 0
			<-t
		}
	}
}

// bounded serves next with such bodies.
func (t turns) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, done := t.body(r)
		defer done()
		r.Body = body
		next.ServeHTTP(rw, r)
	})
}

type patientBody struct {
	io.ReadCloser
	ctx   context.Context
	turns turns
	left  int  // to be read without a turn
	large bool // it has its turn
}

func (b *patientBody) Read(p []byte) (int, error) {
	if b.left == 0 && !b.large {
		late := time.NewTimer(bodyTimeout)
		defer late.Stop()
		select {
		case b.turns <- struct{}{}:
			b.large = true
		case <-late.C:
			return 0, errTurn
		case <-b.ctx.Done():
			return 0, b.ctx.Err()
		}
	}
	if b.large {
		return b.ReadCloser.Read(p)
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
