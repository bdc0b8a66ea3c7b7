package river

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"
)

const (
	// lifeEvery is how often a process says that its turns go on. River itself has no such
	// thing: it would give a job to another process when it was begun some time ago, however
	// long a walk of many pages takes at a polite pace. So their jobs are begun anew each time.
	lifeEvery = 3 * time.Second
	// lifeAgain is the wait after that could not be stored, lifeTries how long it may take.
	lifeAgain, lifeTries = time.Second, 3 * time.Second
	// signOfLife is how long a turn goes on without one that was stored: less than deadAfter, so
	// that it has ended before another process begins.
	signOfLife = 8 * time.Second
	// deadAfter is how long after the last one a turn counts as left behind. It is put back by
	// any process that lives, within sweepEvery.
	deadAfter = 10 * time.Second
	// never is when River takes running jobs for stuck: what it does about them would not keep
	// the turn that is cut off from closing the job of the one that took its place.
	never = 10 * 365 * 24 * time.Hour
	// longestTurn is beyond what monitor lets a poll take; River says so when one takes longer.
	longestTurn = 11 * time.Minute

	// attempts is the largest River takes. Jobs live for ever, and a turn that broke in a way
	// nobody foresaw costs one.
	attempts = 32767
	// retryAfter is the wait after that, instead of one that grows.
	retryAfter = time.Second

	// A group nobody knows may be of a newer watchlist, so others get its job soon; when it is
	// known to nobody it ends.
	strangerWaits = 30 * time.Second
	strangerEnds  = time.Hour
)

// pollArgs is the job of a group. Its JSON is stored.
type pollArgs struct {
	Group string `json:"group"`
}

// Kind implements river.JobArgs.
func (pollArgs) Kind() string { return pollKind }

const pollKind = "poll"

var _ river.JobArgsWithInsertOpts = pollArgs{}

// InsertOpts implements river.JobArgsWithInsertOpts.
func (pollArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queuePolls, MaxAttempts: attempts, UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// worker takes turns.
type worker struct {
	river.WorkerDefaults[pollArgs]
	engine *Engine
}

// NextRetry implements river.Worker.
func (w *worker) NextRetry(*river.Job[pollArgs]) time.Time { return w.engine.opt.Now().Add(retryAfter) }

// Work implements river.Worker. What it returns is never nil, and an error only for a group
// that ends: all else is put off.
func (w *worker) Work(_ context.Context, job *river.Job[pollArgs]) error {
	e, group := w.engine, job.Args.Group
	ctx, end := e.hold(job.JobRow)
	defer end()
	if ctx.Err() != nil {
		return river.JobSnooze(0) // to another process at once, if it still is ours to give
	}
	next := e.opt.Turns.Turn(ctx, group)
	if next.IsZero() {
		return e.stranger(group)
	}
	e.mu.Lock()
	delete(e.strangers, group)
	e.mu.Unlock()
	return river.JobSnooze(max(0, next.Sub(e.opt.Now())))
}

// stranger is what becomes of the job of a group that nobody here knows.
func (e *Engine) stranger(group string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.opt.Now()
	since, known := e.strangers[group]
	if !known {
		since = now
		e.strangers[group] = now
	}
	if now.Sub(since) < strangerEnds {
		return river.JobSnooze(strangerWaits)
	}
	delete(e.strangers, group)
	return river.JobCancel(errors.New("no source of this group for an hour"))
}
