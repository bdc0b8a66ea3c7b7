package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"
)

// Several processes may work on one PostgreSQL. Each says every few seconds that it is
// there, by which watchlist it works and what does not work at its place, so that any of
// them can tell of all.

// ReplicaGone is how long after its last word a replica counts as gone.
const ReplicaGone = 30 * time.Second

// watchlistsKept is how many watchlists are known: a file of before is known to be old.
const watchlistsKept = 1000

// Replica is one process at work on the database.
type Replica struct {
	ID, Host, Version string
	Watchlist         string            // digest of what it works by, keys included
	File              string            // digest of its watchlist's text alone
	Trouble           map[string]string // what does not work there: part to reason
	Started           time.Time

	Turn     int64 // of its watchlist: the highest is the newest
	Delivers bool  // it holds the lease that was asked about
}

// Shared reports whether several processes may work on the database. The methods below are
// for one that is.
func (s *Store) Shared() bool { return s.engine.clock != "" }

// Announce makes a watchlist known before it is used, and returns its turn. One that was
// never seen is the newest from now on. One that was known keeps its turn, because a
// replica that starts with an old file must not bring it back, except when it is wanted:
// somebody put it in the place of the newest.
func (s *Store) Announce(ctx context.Context, digest string, wanted bool) (turn int64, err error) {
	err = s.inTxOf(ctx, s.desk, "announce watchlist", func(tx *sql.Tx) error {
		if err := s.alone(ctx, tx, watchlistLock); err != nil {
			return err
		}
		const next = `(SELECT COALESCE(MAX(turn), 0) + 1 FROM watchlists)`
		now := micros(s.now())
		if _, err := tx.ExecContext(ctx, `INSERT INTO watchlists (digest, turn, at) VALUES ($1, `+next+`, $2) ON CONFLICT (digest) DO NOTHING`, digest, now); err != nil {
			return err
		}
		if wanted {
			if _, err := tx.ExecContext(ctx, `UPDATE watchlists SET turn = `+next+`, at = $2
 WHERE digest = $1 AND turn < (SELECT MAX(turn) FROM watchlists)`, digest, now); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM watchlists WHERE turn <= (SELECT MAX(turn) FROM watchlists) - $1`, watchlistsKept); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT turn FROM watchlists WHERE digest = $1`, digest).Scan(&turn)
	})
	return turn, err
}

// Attend says that a replica is there, and brings up to date some of what those of an earlier earshot wrote.
// Of the replica its turn and lease are not read.
func (s *Store) Attend(ctx context.Context, me Replica) error {
	trouble, err := encodeJSON(me.Trouble)
	if err != nil {
		return s.wrap("attend", err)
	}
	if _, err = s.desk.ExecContext(ctx, `
INSERT INTO replicas (id, host, version, watchlist, file, trouble, started_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, `+s.engine.clock+`)
ON CONFLICT (id) DO UPDATE SET watchlist = excluded.watchlist, file = excluded.file, trouble = excluded.trouble, seen_at = excluded.seen_at`,
		me.ID, clean(me.Host), clean(me.Version), me.Watchlist, me.File, trouble, micros(me.Started)); err != nil {
		return s.notWritten(ctx, "attend", err)
	}
	return s.inTxOf(ctx, s.desk, "bring up to date", func(tx *sql.Tx) error {
		_, err := s.makeAnew(ctx, tx)
		return err
	})
}

// Replicas returns all that said lately that they are there, the one that started first
// before the others. lease is the name of the lease that Delivers is about.
func (s *Store) Replicas(ctx context.Context, lease string) ([]Replica, error) {
	rows, err := s.desk.QueryContext(ctx, `
SELECT r.id, r.host, r.version, r.watchlist, r.file, r.trouble, r.started_at, COALESCE(w.turn, 0),
 CASE WHEN EXISTS (SELECT 1 FROM leases l WHERE l.name = $1 AND l.holder = r.id AND l.until > `+s.engine.clock+`) THEN 1 ELSE 0 END
FROM replicas r LEFT JOIN watchlists w ON w.digest = r.watchlist
WHERE r.seen_at > `+s.engine.clock+` - $2 ORDER BY r.started_at, r.id`, lease, ReplicaGone.Microseconds())
	all, err := collect(rows, err, scanReplica)
	return all, s.wrap("replicas", err)
}

func scanReplica(row scanner) (Replica, error) {
	var (
		r                 Replica
		trouble           string
		started, delivers int64
	)
	err := row.Scan(&r.ID, &r.Host, &r.Version, &r.Watchlist, &r.File, &trouble, &started, &r.Turn, &delivers)
	if err == nil {
		err = json.Unmarshal([]byte(trouble), &r.Trouble)
	}
	r.Started, r.Delivers = fromMicros(started), delivers != 0
	return r, err
}

// Leave says that a replica has ended, and forgets those that did not say so for a day.
func (s *Store) Leave(ctx context.Context, id string) error {
	_, err := s.exec(ctx, "leave", `DELETE FROM replicas WHERE id = $1 OR seen_at < `+s.engine.clock+` - $2`, id, (24 * time.Hour).Microseconds())
	return err
}

// gapRow is the row of meta that says when nobody polled.
const gapRow = "gap"

// NoteGap writes down that nobody polled between the last poll and a start, for replicas
// that start later and cannot see it any more.
func (s *Store) NoteGap(ctx context.Context, last, start time.Time) error {
	value := binary.BigEndian.AppendUint64(nil, uint64(micros(last)))
	value = binary.BigEndian.AppendUint64(value, uint64(micros(start)))
	_, err := s.exec(ctx, "note a gap", `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, gapRow, value)
	return err
}

// Gap returns what NoteGap wrote last; zero times when it never did.
func (s *Store) Gap(ctx context.Context) (last, start time.Time, err error) {
	var value []byte
	err = s.read.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = $1`, gapRow).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) || err == nil && len(value) != 16 {
		return last, start, nil
	}
	if err != nil {
		return last, start, s.wrap("read a gap", err)
	}
	return fromMicros(int64(binary.BigEndian.Uint64(value))), fromMicros(int64(binary.BigEndian.Uint64(value[8:]))), nil
}
