package daemon

import "time"

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

// lostSince is when the database may have lost what was posted since: its last poll, if
// that was a while before this process. Zero when it has lost nothing, or when all that
// the sites still show has been read again.
func (d *Daemon) lostSince() time.Time {
	if d.lastPoll.IsZero() || d.started.Sub(d.lastPoll) < lostGap {
		return time.Time{}
	}
	running := d.now().Sub(d.started)
	if running < lostLeast {
		return d.lastPoll
	}
	if running < lostMost {
		for _, s := range d.monitor.Status() {
			if s.LastSuccess.Before(d.started) {
				return d.lastPoll
			}
		}
	}
	return time.Time{}
}
