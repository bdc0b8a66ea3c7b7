package main

import (
	"context"
	"io"
)

// input is what a command reads, until it is to stop: a read waits for a person or a pipe,
// and hears of no signal.
type input struct {
	ctx  context.Context
	from io.Reader
	read chan piece
	data []byte // of the read under way: p is the caller's again when Read has returned
}

type piece struct {
	data []byte
	err  error
}

func newInput(ctx context.Context, from io.Reader) *input {
	return &input{ctx: ctx, from: from, read: make(chan piece, 1)}
}

// Read implements io.Reader. After the end of its context a read that was begun goes on by
// itself until the process ends; there is at most one.
func (in *input) Read(p []byte) (int, error) {
	if err := in.ctx.Err(); err != nil {
		return 0, err
	}
	if cap(in.data) < len(p) {
		in.data = make([]byte, len(p))
	}
	go func(data []byte) {
		n, err := in.from.Read(data)
		in.read <- piece{data[:n], err}
	}(in.data[:len(p)])
	select {
	case got := <-in.read:
		return copy(p, got.data), got.err
	case <-in.ctx.Done():
		return 0, in.ctx.Err()
	}
}
