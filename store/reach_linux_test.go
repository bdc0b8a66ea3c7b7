package store

import (
	"context"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestServerGoneWithoutAWord: the machine of the database is gone and says nothing. Whoever
// waits for an answer is told within a time in which people would not miss earshot, and the
// next query goes where the database is by now.
func TestServerGoneWithoutAWord(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	server := testkit.Postgres(t)
	for _, c := range []struct {
		name string
		ask  func(ctx context.Context, s *Store, way *testkit.Proxy) error
	}{
		{"asked after that", func(ctx context.Context, s *Store, way *testkit.Proxy) error {
			if err := way.Lose(); err != nil {
				return err
			}
			_, err := s.Counts(ctx, t0)
			return err
		}},
		{"asked before that", func(ctx context.Context, s *Store, way *testkit.Proxy) error {
			time.AfterFunc(time.Second, func() { _ = way.Lose() })
			_, err := s.exec(ctx, "wait", `SELECT pg_sleep(3)`)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			through, way := testkit.ProxyTo(t, server.URL)
			s := openAt(t, Options{Database: through})
			ctx, cancel := context.WithTimeout(background, 3*deadLink)
			defer cancel()
			began := time.Now()
			wantError(t, "lost", c.ask(ctx, s, way), "the connection was lost")
			t.Log("told after", time.Since(began))
			if _, err := s.Counts(background, t0); err != nil {
				t.Errorf("on a new connection: %v", err)
			}
		})
	}
}
