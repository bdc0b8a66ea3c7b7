package store

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

// asked tells of every request to Redis; it is a hook of the client.
type asked func(took time.Duration, err error)

func (a asked) note(began time.Time, err error) {
	if errors.Is(err, redis.Nil) { // an answer: nothing is there
		err = nil
	}
	a(time.Since(began), err)
}

// DialHook implements redis.Hook: connecting is a part of the request that needs it.
func (a asked) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

// ProcessHook implements redis.Hook.
func (a asked) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		began := time.Now()
		err := next(ctx, cmd)
		a.note(began, err)
		return err
	}
}

// ProcessPipelineHook implements redis.Hook: a pipeline is one request.
func (a asked) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		began := time.Now()
		err := next(ctx, cmds)
		a.note(began, err)
		return err
	}
}
