package store

import (
	"context"
	"fmt"
	"time"
)

// Swept says what became of the places where erased words stood.
type Swept struct {
	// Clean: nothing of it is left in the files of the database.
	Clean bool
	Why   string // not: what is left, and what to do
}

const (
	sweepPages = 200             // given back in one transaction
	sweepWait  = 5 * time.Second // for readers that still look at what was before
	sweepPause = 50 * time.Millisecond
)

// Sweep clears the places where erased words stood. SQLite overwrote them; its log still
// holds them until it is emptied, and pages that are free are given back in steps. It may
// run beside a daemon. PostgreSQL overwrites them as time goes.
func (s *Store) Sweep(ctx context.Context) (Swept, error) {
	var swept Swept
	if s.engine.name != "sqlite" {
		if _, err := s.write.ExecContext(ctx, `VACUUM bodies, mentions, cases, clocks, alerts, events, lessons, mutes, replies, follows, templates`); err != nil {
			return swept, s.wrap("sweep", err)
		}
		swept.Why = "PostgreSQL reuses the places as time goes; VACUUM FULL clears them now, and its write-ahead logs and standbys follow their own rules"
		return swept, nil
	}
	free, err := s.giveBack(ctx)
	if err != nil {
		return swept, s.wrap("sweep", err)
	}
	emptied, err := s.emptyLog(ctx)
	if err != nil {
		return swept, s.wrap("sweep", err)
	}
	switch {
	case !emptied:
		swept.Why = "something reads the database all the time, so its log could not be emptied; it is within the hour, or when earshot stops"
	case free > 0:
		swept.Why = fmt.Sprintf("%d free pages of this older file may still hold what was deleted long ago; `earshot backup` and `earshot restore` make it a clean one", free)
	default:
		swept.Clean = true
	}
	return swept, nil
}

// giveBack gives free pages back and returns how many are left.
func (s *Store) giveBack(ctx context.Context) (free int, err error) {
	for last := -1; ; last = free {
		if err := s.write.QueryRowContext(ctx, `PRAGMA freelist_count`).Scan(&free); err != nil {
			return 0, err
		}
		if free == 0 || free == last { // a file that was made without auto_vacuum keeps them
			return free, nil
		}
		rows, err := s.write.QueryContext(ctx, fmt.Sprintf(`PRAGMA incremental_vacuum(%d)`, sweepPages))
		if err := each(rows, err, func(scanner) error { return nil }); err != nil {
			return free, err
		}
	}
}

// emptyLog moves all of the write-ahead log into the file and truncates it.
func (s *Store) emptyLog(ctx context.Context) (bool, error) {
	for end := time.Now().Add(sweepWait); ; {
		var busy, pages, moved int
		err := s.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved)
		if err != nil && !s.engine.busy(err) {
			return false, err
		}
		if err == nil && busy == 0 {
			return true, nil
		}
		if time.Now().After(end) {
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(sweepPause):
		}
	}
}
