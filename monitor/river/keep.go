package river

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/earshot/earshot/monitor"
)

const (
	// keepEvery is how often the jobs are checked against the groups. Every process does, each
	// for the groups it knows: what is there already is not inserted again, and nobody has to
	// be in charge.
	keepEvery = 30 * time.Second
	// insertMany is how many jobs are inserted, or become due, in one statement.
	insertMany = 1000
	// sweepEvery is how often jobs that are due, and those that were left behind, are looked for.
	sweepEvery = time.Second
)

// keep keeps a job for every group, and wakes those that have more to do than was known,
// until ctx ends or there are no sources, or River stopped: then it is started again.
func (e *Engine) keep(ctx context.Context, stopped <-chan struct{}) {
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for e.polls.Load() {
		err := e.reconcile(ctx)
		e.note(ctx, checks, err)
		if err != nil && ctx.Err() == nil {
			e.opt.Log.Error("the work queue cannot be checked; it is tried again", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-stopped:
			e.opt.Log.Error("the work queue stopped by itself; it is started again")
			select {
			case <-time.After(retryIn):
			case <-ctx.Done():
			}
			return
		case <-ticker.C:
		case <-e.taken:
		}
	}
}

func (e *Engine) reconcile(ctx context.Context) error {
	there, err := e.present(ctx)
	if err != nil {
		return fmt.Errorf("read jobs: %w", err)
	}
	var missing []river.InsertManyParams
	for _, g := range e.opt.Turns.Groups() {
		if !there[g.Name] {
			missing = append(missing, river.InsertManyParams{Args: pollArgs{g.Name}, InsertOpts: queueOf(g)})
		}
	}
	client := e.client.Load()
	for some := range slices.Chunk(missing, insertMany) {
		if _, err := client.InsertMany(ctx, some); err != nil {
			return fmt.Errorf("insert jobs: %w", err)
		}
	}
	groups, err := e.opt.Turns.Overdue(ctx)
	if err != nil {
		return fmt.Errorf("read what is due: %w", err)
	}
	for _, group := range groups {
		if there[group] { // else its job is new and waits for nothing
			if err := e.wake(ctx, group); err != nil {
				return err
			}
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	maps.DeleteFunc(e.strangers, func(_ string, since time.Time) bool { return e.opt.Now().Sub(since) > 2*strangerEnds })
	return nil
}

// sweep does each second, in every process, what River leaves to the one that leads: when
// that one dies, nobody else does it for a quarter of a minute.
func (e *Engine) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for said := false; ; {
		left, err := e.makeDue(ctx)
		if err == nil && left {
			err = e.putBack(ctx)
		}
		e.note(ctx, sweeps, err)
		if err != nil && !said && ctx.Err() == nil {
			e.opt.Log.Warn("what is due cannot be looked for in the work queue; it is tried each second", "err", err)
		}
		said = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// makeDue lets jobs be taken that are due before it is called again, and reports whether
// any were left behind.
func (e *Engine) makeDue(ctx context.Context) (left bool, err error) {
	err = e.pool.QueryRow(ctx, `WITH due AS (UPDATE `+schema+`.river_job SET state = 'available' WHERE id IN (
 SELECT id FROM `+schema+`.river_job WHERE state IN ('scheduled', 'retryable') AND queue IN ($1, $2) AND priority = 1 AND scheduled_at <= now() + $3::interval
 ORDER BY scheduled_at LIMIT $4 FOR UPDATE SKIP LOCKED))
SELECT EXISTS (SELECT 1 FROM `+schema+`.river_job WHERE state = 'running' AND kind = $5 AND attempted_at < now() - $6::interval)`,
		queuePolls, queueStreams, 2*sweepEvery, insertMany, pollKind, deadAfter).Scan(&left)
	return left, err
}

// putBack replaces jobs that were left behind by new ones, so that what the process says
// of the old ones later, which only stood still, changes nothing. They are due as soon as
// the site had its rest from the last request that it may have had.
func (e *Engine) putBack(ctx context.Context) error {
	rests := map[string]time.Duration{}
	for _, g := range e.opt.Turns.Groups() {
		rests[g.Name] = g.Gap
	}
	client := e.client.Load()
	var back []string
	err := pgx.BeginFunc(ctx, e.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `DELETE FROM `+schema+`.river_job WHERE id IN (
 SELECT id FROM `+schema+`.river_job WHERE state = 'running' AND kind = $1 AND attempted_at < now() - $2::interval LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING args->>'group', queue, EXTRACT(EPOCH FROM now() - attempted_at)`, pollKind, deadAfter, insertMany)
		if err != nil {
			return err
		}
		var (
			again        []river.InsertManyParams
			group, queue string
			silent       float64 // seconds
		)
		now := e.opt.Now()
		_, err = pgx.ForEachRow(rows, []any{&group, &queue, &silent}, func() error {
			rest := signOfLife + rests[group] - time.Duration(silent*float64(time.Second))
			again = append(again, river.InsertManyParams{Args: pollArgs{group}, InsertOpts: &river.InsertOpts{Queue: queue, ScheduledAt: now.Add(max(0, rest))}})
			back = append(back, group)
			return nil
		})
		if err != nil || len(again) == 0 {
			return err
		}
		_, err = client.InsertManyTx(ctx, tx, again)
		return err
	})
	if err == nil && len(back) > 0 {
		e.opt.Log.Info("polls that another process left behind are taken over", "groups", len(back))
	}
	return err
}

// queueOf are the options of a group's job that differ from the usual ones; nil for none.
func queueOf(g monitor.Group) *river.InsertOpts {
	if !g.Streams {
		return nil
	}
	return &river.InsertOpts{Queue: queueStreams}
}

// present returns the groups that have a job.
func (e *Engine) present(ctx context.Context) (map[string]bool, error) {
	rows, err := e.pool.Query(ctx, `SELECT args->>'group' FROM `+schema+`.river_job
WHERE kind = $1 AND state IN ('available', 'pending', 'retryable', 'running', 'scheduled')`, pollKind)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	var group string
	_, err = pgx.ForEachRow(rows, []any{&group}, func() error { there[group] = true; return nil })
	return there, err
}

// wake makes the job of a group due now, and makes one where there is none. A job under
// way is left alone: it looks again at what is due before it ends.
func (e *Engine) wake(ctx context.Context, group string) error {
	client := e.client.Load()
	if client == nil {
		return nil // not running: the next reconcile of anybody sees what is asked for
	}
	res, err := client.Insert(ctx, pollArgs{group}, nil)
	if err == nil && res.UniqueSkippedAsDuplicate {
		_, err = client.JobRetry(ctx, res.Job.ID)
	}
	if err != nil {
		return fmt.Errorf("wake a group: %w", err)
	}
	return nil
}
