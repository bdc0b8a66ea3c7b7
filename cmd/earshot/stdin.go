package main

import (
	"context"
	"io"
)

// stdin is what people type, and what is piped in: a question waits for an answer no longer
// than until somebody presses Ctrl-C. A Read that was given up takes its bytes with it.
type stdin struct {
	ctx  context.Context
	from io.Reader
}

// Read implements io.Reader.
func (s *stdin) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	type read struct {
		n   int
		err error
	}
	typed, done := make([]byte, len(p)), make(chan read, 1) // p is the caller's again when Read returns
	go func() {
		n, err := s.from.Read(typed)
		done <- read{n, err}
	}()
	select {
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	case r := <-done:
		return copy(p, typed[:r.n]), r.err
	}
}
