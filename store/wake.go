package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// wakeChannel is where processes on one PostgreSQL call each other.
const wakeChannel = "earshot"

// WakeOthers calls all processes that listen on this database. The word says what for.
func (s *Store) WakeOthers(ctx context.Context, word string) error {
	_, err := s.desk.ExecContext(ctx, `SELECT pg_notify($1, $2)`, wakeChannel, word)
	return s.wrap("wake others", err)
}

// Heard calls woken with each word that WakeOthers says, here or elsewhere, until ctx ends
// or the connection of its own that it keeps is lost. Behind a pooler that lends
// connections for a transaction nothing is ever heard.
func (s *Store) Heard(ctx context.Context, woken func(word string)) error {
	conn, err := pgx.ConnectConfig(ctx, s.conn.Copy())
	if err != nil {
		return s.wrap("listen", err)
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(end)
	}()
	if _, err := conn.Exec(ctx, `LISTEN `+wakeChannel); err != nil {
		return s.wrap("listen", err)
	}
	for {
		n, err := waitFor(ctx, conn)
		if err != nil {
			return s.wrap("listen", err)
		}
		if n != "" {
			woken(n)
		}
	}
}

// listenCheck is how often a silent connection is asked whether it is still there: one
// that a firewall dropped says nothing either.
const listenCheck = 30 * time.Second

// waitFor returns the next word, or none when the connection was silent and is well.
func waitFor(ctx context.Context, conn *pgx.Conn) (word string, err error) {
	short, cancel := context.WithTimeout(ctx, listenCheck)
	defer cancel()
	n, err := conn.WaitForNotification(short)
	if err == nil {
		return n.Payload, nil
	}
	if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) || conn.IsClosed() {
		return "", err
	}
	ping, done := context.WithTimeout(ctx, 5*time.Second)
	defer done()
	return "", conn.Ping(ping)
}
