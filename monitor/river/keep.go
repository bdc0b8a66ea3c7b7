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
	// insertMany is how many jobs are inserted in one statement.
	insertMany = 1000
)

// keep keeps a job for every group, and wakes those that have more to do than was known,
// until ctx ends, there are no sources, or a clock was set.
func (e *Engine) keep(ctx context.Context) {
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for e.polls.Load() && (e.opt.Ahead()-e.ahead).Abs() < clockOff {
		if err := e.reconcile(ctx); err != nil && ctx.Err() == nil {
			e.opt.Log.Error("the work queue cannot be checked; it is tried again", "err", err)
		}
		select {
		case <-ctx.Done():
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
