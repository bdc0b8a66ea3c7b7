package daemon

import (
	"context"
	"time"
)

const (
	// lostGap is how long ago the last poll must be at the start for the database to be
	// one that was put back from a backup, or only stood still: nobody can tell. What is
	// stored of polls is up to a minute old.
	lostGap = 90 * time.Second
	// lostLeast and lostMost bound how long alerts are looked for in their channels: until
	// every source was read, and what came of it had time to go out.
	lostLeast = 10 * time.Minute
	lostMost  = 24 * time.Hour
)

// gap is a time in which nobody polled: the last poll before it, and the start after it.
type gap struct{ last, start time.Time }

// findGap looks how long nobody had polled before this process started. Of several
// replicas only the first can see that; the others find it written down.
func (d *Daemon) findGap(ctx context.Context) error {
	last, err := d.store.LastPoll(ctx)
	if err != nil {
		return err
	}
	if last.IsZero() || d.started.Sub(last) < lostGap {
		if d.store.Shared() {
			d.gap.last, d.gap.start, err = d.store.Gap(ctx)
		}
		return err
	}
	d.gap = gap{last, d.started}
	if !d.store.Shared() {
		return nil
	}
	return d.store.NoteGap(ctx, last, d.started)
}

// lostSince is when the database may have lost what was posted since: the last poll before
// a gap. Zero when it has lost nothing, or when all that the sites still show has been read
// again.
func (d *Daemon) lostSince() time.Time {
	if d.gap.last.IsZero() {
		return time.Time{}
	}
	running := d.now().Sub(d.gap.start)
	if running < lostLeast {
		return d.gap.last
	}
	if running < lostMost {
		for _, s := range d.sources() {
			if s.LastSuccess.Before(d.gap.start) {
				return d.gap.last
			}
		}
	}
	return time.Time{}
}
