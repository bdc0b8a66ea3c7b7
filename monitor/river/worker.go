package river

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

const (
	// lifeEvery is how often a turn under way says that its process lives. River itself has
	// no such thing: it gives a job to another process when it was begun rescueAfter ago. A
	// walk of many pages at a polite pace takes longer, so its job is begun anew each time.
	lifeEvery = 10 * time.Second
	// lifeAgain is the wait after one could not be stored, lifeTries how long one may take.
	lifeAgain, lifeTries = 2 * time.Second, 5 * time.Second
	// signOfLife is how long a turn goes on without one that was stored: less than
	// rescueAfter, so that it ends before another process begins.
	signOfLife = 20 * time.Second
	// rescueAfter and River's sweep of 30 s are how long a group waits whose process died.
	rescueAfter = 30 * time.Second
	// longestTurn is beyond what monitor lets a poll take; River says so when one takes longer.
	longestTurn = 11 * time.Minute

	// attempts is the largest River takes. Jobs live for ever, and each process that dies in
	// the middle of one costs an attempt.
	attempts = 32767
	// retryAfter is the wait after a process died, instead of one that grows.
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

// NextRetry implements river.Worker: after a rescue.
func (w *worker) NextRetry(*river.Job[pollArgs]) time.Time { return w.engine.opt.Now().Add(retryAfter) }

// Work implements river.Worker. What it returns is never nil, and an error only for a group
// that ends: all else is put off.
func (w *worker) Work(_ context.Context, job *river.Job[pollArgs]) error {
	e, group := w.engine, job.Args.Group
	ctx, end := e.hold(job.JobRow)
	defer end()
	if ctx.Err() != nil {
		return river.JobSnooze(0) // it stops: to another process, at once
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

// hold returns the context of a turn. It ends with Run, and when the database was not told
// for signOfLife that the turn goes on: another process may have it then.
func (e *Engine) hold(job *rivertype.JobRow) (turn context.Context, end func()) {
	e.mu.Lock()
	running := e.running
	e.mu.Unlock()
	turn, cancel := context.WithCancel(running)
	var alive sync.WaitGroup
	alive.Go(func() { e.stayAlive(turn, cancel, job) })
	return turn, func() { cancel(); alive.Wait() }
}

// stayAlive says that the turn goes on, until its context ends, and ends it when the
// database does not hear it or says that it is another's.
func (e *Engine) stayAlive(turn context.Context, cancel context.CancelFunc, job *rivertype.JobRow) {
	end := func(err error) {
		e.opt.Log.Warn("a poll is ended: the database was not reached for so long that another process may have its group", "err", err)
		cancel()
	}
	unheard := time.AfterFunc(signOfLife, func() { end(nil) })
	defer unheard.Stop()
	next := time.NewTimer(lifeEvery)
	defer next.Stop()
	for {
		select {
		case <-turn.Done():
			return
		case <-next.C:
		}
		began := time.Now()
		ask, stop := context.WithTimeout(turn, lifeTries)
		mine, err := e.beginAnew(ask, job)
		stop()
		switch {
		case turn.Err() != nil:
			return
		case err != nil:
			next.Reset(lifeAgain)
		case !mine:
			end(errors.New("another process has it"))
			return
		default:
			unheard.Reset(signOfLife - time.Since(began))
			next.Reset(lifeEvery)
		}
	}
}

// beginAnew lets River reckon the job's age from now, if it still is this attempt's.
func (e *Engine) beginAnew(ctx context.Context, job *rivertype.JobRow) (mine bool, err error) {
	tag, err := e.pool.Exec(ctx, `UPDATE `+schema+`.river_job SET attempted_at = now() WHERE id = $1 AND state = 'running' AND attempt = $2 AND attempted_by = $3`,
		job.ID, job.Attempt, job.AttemptedBy)
	return tag.RowsAffected() > 0, err
}
