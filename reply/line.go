package reply

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/earshot/earshot/mention"
)

// Which replies are worked at, and how many at a time. What becomes of one is in engine.go.

// begun says that a call was made for the reply, whose end nobody knows; untried that none was, or
// that its end is known.
func begun(r mention.SiteReply) bool {
	return r.Status == mention.ReplySending || r.Status == mention.ReplyUnclear
}

func untried(r mention.SiteReply) bool { return !begun(r) }

// keepOn works at these replies until ctx ends.
func (e *Engine) keepOn(ctx context.Context, these func(mention.SiteReply) bool, poke <-chan struct{}) {
	tick := time.NewTicker(workEvery)
	defer tick.Stop()
	l := newLine(these, func(err error) {
		if ctx.Err() == nil {
			e.opt.Log.Error("replies cannot be brought out now", "err", err)
		}
	})
	defer l.work.Wait()
	for {
		e.workAt(ctx, l)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-poke:
		}
	}
}

// line is where replies stand that are worked at. Each goes on by itself, and there is room by
// source: a site that is silent keeps the answers to no other waiting.
type line struct {
	these  func(mention.SiteReply) bool
	failed func(error)
	work   sync.WaitGroup

	mu    sync.Mutex
	taken map[string]bool // replies that are worked at, or wait for room, by id
	rooms map[string]chan struct{}
}

func newLine(these func(mention.SiteReply) bool, failed func(error)) *line {
	return &line{these: these, failed: failed, taken: map[string]bool{}, rooms: map[string]chan struct{}{}}
}

// take reports whether nobody works at the reply yet.
func (l *line) take(r mention.SiteReply) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.taken[r.ID] {
		return false
	}
	l.taken[r.ID] = true
	return true
}

func (l *line) leave(r mention.SiteReply) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.taken, r.ID)
}

func (l *line) roomOf(source string) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rooms[source] == nil {
		l.rooms[source] = make(chan struct{}, abreast)
	}
	return l.rooms[source]
}

// workAt begins to take each reply of the line that is due one step further.
func (e *Engine) workAt(ctx context.Context, l *line) {
	list, err := e.opt.Outbox.OpenReplies(ctx, e.opt.Now())
	if err != nil {
		l.failed(err)
		return
	}
	for _, r := range list {
		if !l.these(r) || !l.take(r) {
			continue
		}
		l.work.Go(func() {
			defer l.leave(r)
			if err := e.step(ctx, l, r); err != nil {
				l.failed(fmt.Errorf("reply %s: %w", r.ID, err))
			}
		})
	}
}
