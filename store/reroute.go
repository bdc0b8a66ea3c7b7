package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/earshot/earshot/mention"
)

// An alert's id is its identity, its route only where it goes. So what waits may be sent
// elsewhere than it was planned for, as long as it surely stands nowhere yet.

// rerouteChunk bounds how many alerts change their route in one transaction.
const rerouteChunk = 100

// waiting is a pending alert that no channel can have taken.
type waiting struct {
	alert  mention.Alert
	about  mention.Mention // zero for alerts about none; without the words
	parent mention.AlertStatus
}

// Reroute asks for every pending alert that was never in doubt where it goes now, and
// changes its route and whom it names there. What is asked for is the alert with its
// mention, or with that of the first one gathered under it; the mention has what routes
// choose by (watch, severity, score, kind and source), not the words. Replies go where their
// first message goes; one whose first message stays behind, or goes elsewhere, becomes a
// message of its own. It returns how many alerts changed.
//
// It is asked outside of a transaction, so an alert that somebody else took meanwhile is
// left alone.
func (s *Store) Reroute(ctx context.Context, to func(a mention.Alert, m mention.Mention) (route, notify string)) (int, error) {
	all, err := s.allWaiting(ctx)
	if err != nil {
		return 0, s.wrap("reroute", err)
	}
	moved := 0
	for chunk := range slices.Chunk(rerouted(all, to), rerouteChunk) {
		n := 0
		err := s.inTx(ctx, "reroute", func(tx *sql.Tx) (err error) {
			n, err = writeRoutes(ctx, tx, s.now(), chunk)
			return err
		})
		moved += n
		if err != nil {
			return moved, err
		}
	}
	return moved, nil
}

func (s *Store) allWaiting(ctx context.Context) ([]waiting, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+alertColumns+`, COALESCE(p.status, ''), COALESCE(m.id, ''), COALESCE(m.watch, ''),
 COALESCE(`+mentionSource+`, ''), COALESCE(m.kind, ''), COALESCE(m.severity, 0), COALESCE(m.score, '')`+parentJoin+
		`LEFT JOIN mentions m ON m.id = a.mention_id WHERE a.status = 'pending' AND a.last_error <> $1 ORDER BY a.created_at, a.id`, mention.UnreadableHistory)
	return collect(rows, err, func(row scanner) (w waiting, err error) {
		m, score := &w.about, ""
		w.alert, err = scanAlert(scanBefore(row, &w.parent, &m.ID, &m.Watch, &m.Post.Source, &m.Post.Kind, &m.Severity, &score))
		if err != nil {
			return w, err
		}
		_ = decodeOptional(score, &m.Score) // a damaged one has no topics; it is said where it is read
		m.Score.Why, m.Score.Frames, w.alert.Payload = nil, nil, nil
		return w, nil
	})
}

// newRoute is one alert with the place it goes to.
type newRoute struct {
	waiting
	route, notify string
	thread        mention.AlertID
}

// rerouted decides about all that wait and returns what changes. It is pure.
func rerouted(all []waiting, to func(mention.Alert, mention.Mention) (route, notify string)) []newRoute {
	gathered := make(map[mention.AlertID]mention.Mention)
	for _, w := range all {
		if _, ok := gathered[w.alert.ThreadOf]; !ok && w.about.ID != "" {
			gathered[w.alert.ThreadOf] = w.about
		}
	}
	decide := func(w waiting) newRoute {
		m := w.about
		if m.ID == "" {
			m = gathered[w.alert.ID]
		}
		n := newRoute{waiting: w, thread: w.alert.ThreadOf}
		n.route, n.notify = to(w.alert, m)
		return n
	}
	var changes []newRoute
	keep := func(n newRoute) {
		if n.route != n.alert.Route || n.notify != n.alert.Notify || n.thread != n.alert.ThreadOf {
			changes = append(changes, n)
		}
	}
	roots := make(map[mention.AlertID]string)
	for _, w := range all {
		if w.alert.ThreadOf == "" {
			n := decide(w)
			roots[w.alert.ID] = n.route
			keep(n)
		}
	}
	for _, w := range all {
		if w.alert.ThreadOf == "" || w.parent == mention.Posting {
			continue // one under way is decided about when it is known what became of it
		}
		n := decide(w)
		root, waits := roots[w.alert.ThreadOf]
		switch {
		case waits && w.alert.Kind != mention.Complaint:
			n.route, n.notify = root, w.alert.Notify
		case waits && n.route != root, !waits && n.route != w.alert.Route:
			n.thread = ""
		}
		keep(n)
	}
	return changes
}

// Hold lets all that is held for the quiet hours now wait until then; a zero time: no longer. What was tried waits
// for something else, and what is critical for nothing. It returns how many alerts that changes.
func (s *Store) Hold(ctx context.Context, now, until time.Time) (int, error) {
	return s.exec(ctx, "hold", `UPDATE alerts SET not_before = $1
 WHERE status = 'pending' AND attempts = 0 AND not_before > $2 AND not_before <> $1 AND severity < $3`, micros(until), micros(now), int64(mention.Critical))
}

// writeRoutes changes those that still wait where they waited, and leaves a trace in the audit.
func writeRoutes(ctx context.Context, tx *sql.Tx, now time.Time, list []newRoute) (n int, err error) {
	for _, c := range list {
		a := c.alert
		changed, err := affected(tx.ExecContext(ctx, `UPDATE alerts SET route = $2, notify = $3, thread_of = $4, last_error = ''
 WHERE id = $1 AND status = 'pending' AND route = $5 AND attempts = $6`, string(a.ID), clean(c.route), clean(c.notify), string(c.thread), a.Route, a.Attempts))
		if err != nil {
			return n, err
		}
		n += changed
		if changed == 0 || a.MentionID == "" || c.route == a.Route {
			continue
		}
		event := mention.Event{AlertID: a.ID, Kind: "rerouted", Detail: a.Route + " → " + c.route}
		if err := insertEvents(ctx, tx, a.MentionID, now, []mention.Event{event}); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Detach lets the replies that wait for an alert go on their own: it will not be posted
// as things stand.
func (s *Store) Detach(ctx context.Context, root mention.AlertID) error {
	_, err := s.exec(ctx, "detach", `UPDATE alerts SET thread_of = '' WHERE status = 'pending' AND thread_of = $1`, string(root))
	return err
}

// Orphan lets what was told in threads about a complaint, or waits to be, stand for itself: it
// shows the case from then on. more is true while some of it is on its way: what it shows would be
// written down as the last state.
func (s *Store) Orphan(ctx context.Context, of mention.ID) (more bool, err error) {
	const told = ` WHERE mention_id = $1 AND mention_id <> '' AND kind = 'escalation' AND thread_of <> '' AND status `
	err = s.inTx(ctx, "orphan", func(tx *sql.Tx) error {
		if err := s.lockCases(ctx, tx, []string{string(of)}); err != nil { // which version they show
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE alerts SET thread_of = '', drawn = 0,
 wanted = COALESCE((SELECT c.version FROM cases c WHERE c.mention_id = alerts.mention_id), 0)`+told+`IN ('pending', 'posted')`, string(of)); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM alerts`+told+`= 'posting')`, string(of)).Scan(&more)
	})
	return more, err
}

// onTheirWay are the ids of the alerts that are not posted yet: each half has an index of its
// own, so the posted ones of years are not read.
const onTheirWay = `(SELECT id FROM alerts WHERE status = 'pending' UNION ALL SELECT id FROM alerts WHERE status = 'posting')`

const waitingQuery = `SELECT COUNT(*), COALESCE(MIN(a.created_at), 0), COALESCE(MAX(a.severity), 0) FROM alerts a
 WHERE a.id IN ` + onTheirWay + ` AND a.route = $1 AND (a.attempts > 0 OR a.not_before <= $2)`

// Waiting says what is on its way to a route or waits for it at this time: how many alerts, since
// when the oldest does, and how loud the loudest is. All are zero when there is none.
func (s *Store) Waiting(ctx context.Context, route string, now time.Time) (n int, since time.Time, loudest mention.Severity, err error) {
	var oldest int64
	err = s.read.QueryRowContext(ctx, waitingQuery, clean(route), micros(now)).Scan(&n, &oldest, &loudest)
	return n, fromMicros(oldest), loudest, s.wrap("waiting alerts", err)
}

// untoldQuery chooses what would ring in its channel: messages of their own, and replies
// that name people.
const untoldQuery = `SELECT ` + alertColumns + parentJoin + `WHERE a.id IN ` + onTheirWay + ` AND a.route = $1
 AND (a.attempts > 0 OR a.not_before <= $2) AND (a.kind IN ('complaint', 'escalation', 'storm', 'digest') OR a.kind IN ('changed', 'twin') AND a.notify <> '')
 AND (a.thread_of = '' OR a.kind <> 'complaint' AND (p.id IS NULL OR p.status = 'posted'))
ORDER BY a.severity DESC, a.created_at, a.id`

// Untold returns what is on its way to a route or waits for it at this time and would ring
// there, the loudest first and then the oldest, at most limit: those of which no alert with
// the id that elsewhere derives tells yet. It returns none for those it knows of.
func (s *Store) Untold(ctx context.Context, route string, now time.Time, limit int, elsewhere func(mention.Alert) mention.AlertID) ([]mention.Alert, error) {
	rows, err := s.read.QueryContext(ctx, untoldQuery, clean(route), micros(now))
	waiting, err := collect(rows, err, scanAlert)
	if err != nil {
		return nil, s.wrap("untold alerts", err)
	}
	var out []mention.Alert
	for _, a := range waiting {
		if len(out) == limit {
			break
		}
		id := elsewhere(a)
		if id == "" {
			continue
		}
		_, told, err := s.Alert(ctx, id)
		if err != nil {
			return nil, err
		}
		if !told {
			out = append(out, a)
		}
	}
	return out, nil
}
