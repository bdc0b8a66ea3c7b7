package river

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/rivertype"
)

// A turn may go on while its process says so to the database. A process that was killed,
// stands still or is cut off says nothing, and another one puts its turns back (sweep): under
// a new job, so that whatever the old turn still says of the old one counts no more.

// claim is this process's right to a turn that is under way.
type claim struct {
	cancel context.CancelCauseFunc
	timer  *time.Timer // ends it when nothing was heard for too long

	mu   sync.Mutex
	said time.Time // before the last sign of life that was stored
}

// errSilent and errTaken are why a turn ends early.
var (
	errSilent = errors.New("the database was not reached for so long that another process may have its sites")
	errTaken  = errors.New("another process has its sites")
)

type claimKey struct{}

// Mine returns why the turn of this context may ask its sites for nothing more; nil while
// it may. It goes by the clock: a process that stood still goes on where it was, before its
// timers ring. The clock that stands still with the machine does not count alone.
func Mine(ctx context.Context) error {
	c, ok := ctx.Value(claimKey{}).(*claim)
	if !ok {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if max(now.Sub(c.said), now.Round(0).Sub(c.said.Round(0))) >= signOfLife {
		c.cancel(errSilent) // so it is no failure of the source
		return errSilent
	}
	return nil
}

// heard notes a sign of life that was stored after this time.
func (c *claim) heard(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer.Stop() { // else it is ending
		c.said = at
		c.timer.Reset(signOfLife - time.Since(at))
	}
}

// hold returns the context of a turn. It ends with Run, and when the database was not told
// for signOfLife that the turn goes on.
func (e *Engine) hold(job *rivertype.JobRow) (turn context.Context, end func()) {
	// Between the moment in which the job was taken and this one the process may have stood
	// still, and by a clock that was set wrong it seems so: then the database is asked.
	age := e.opt.Now().Sub(*job.AttemptedAt)
	stale := age < -lifeEvery || age > lifeEvery
	age = min(max(age, 0), lifeEvery)
	c := &claim{said: time.Now().Add(-age)}
	e.mu.Lock()
	turn, c.cancel = context.WithCancelCause(e.running)
	c.timer = time.AfterFunc(signOfLife-age, func() { e.cutOff(c, errSilent) })
	e.claims[job.ID] = c
	e.mu.Unlock()
	if stale {
		if err := e.sayAlive(turn); err != nil {
			c.cancel(err)
		}
	}
	return context.WithValue(turn, claimKey{}, c), func() {
		e.mu.Lock()
		delete(e.claims, job.ID)
		e.mu.Unlock()
		c.timer.Stop()
		c.cancel(nil)
	}
}

func (e *Engine) cutOff(c *claim, why error) {
	e.opt.Log.Warn("a poll is ended", "why", why)
	c.cancel(why)
}

// stayAlive says that the turns under way go on, until ctx ends.
func (e *Engine) stayAlive(ctx context.Context) {
	next := time.NewTimer(lifeEvery)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		if e.sayAlive(ctx) == nil {
			next.Reset(lifeEvery)
		} else {
			next.Reset(lifeAgain)
		}
	}
}

// sayAlive makes the jobs of all turns under way look as if they began now, and ends the
// turns whose jobs are gone.
func (e *Engine) sayAlive(ctx context.Context) error {
	e.mu.Lock()
	claims := maps.Clone(e.claims)
	e.mu.Unlock()
	if len(claims) == 0 {
		return nil
	}
	began := time.Now()
	ask, stop := context.WithTimeout(ctx, lifeTries)
	defer stop()
	rows, err := e.pool.Query(ask, `UPDATE `+schema+`.river_job SET attempted_at = clock_timestamp() WHERE id = ANY($1) AND state = 'running' RETURNING id`,
		slices.Collect(maps.Keys(claims)))
	if err != nil {
		return err
	}
	there, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for _, id := range there {
		claims[id].heard(began)
		delete(claims, id)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, c := range claims {
		if e.claims[id] == c { // else it ended by itself meanwhile
			e.cutOff(c, errTaken)
		}
	}
	return nil
}
