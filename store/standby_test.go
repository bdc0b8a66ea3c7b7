package store

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestStandby: a database that became a standby, or was opened for reading only, is said
// to be one; nothing is taken for done, and all goes on when it takes writes again.
func TestStandby(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	server := testkit.Postgres(t)
	s := openAt(t, Options{Database: server.URL})
	db, err := sql.Open("pgx", server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	become := func(readOnly string) {
		t.Helper()
		for _, query := range []string{
			`SET default_transaction_read_only = off`,
			`ALTER DATABASE postgres SET default_transaction_read_only = ` + readOnly,
			`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`,
		} {
			must(db.ExecContext(background, query))(t)
		}
	}
	become("on")
	const says = "the server is a standby"
	var held bool
	for range 10 { // the first ones may meet a connection that was cut
		if held, err = s.Lease(background, "deliver", "a", time.Minute); postgresCode(err) == "25006" {
			break
		}
	}
	wantError(t, "lease", err, says)
	want(t, "held", held, false)
	for range 10 {
		if _, err = s.Ingest(background, intakeOf(heard(post(1), "Romashka")), alertAll); postgresCode(err) == "25006" {
			break
		}
	}
	wantError(t, "ingest", err, says)
	wantError(t, "trouble", s.Trouble(), says)
	_, err = Open(context.Background(), Options{Database: server.URL})
	wantError(t, "open", err, says)
	become("off")
	var result int
	for range 10 {
		r, err := s.Ingest(background, intakeOf(heard(post(1), "Romashka")), alertAll)
		if result = r.New; err == nil {
			break
		}
	}
	want(t, "stored afterwards", result, 1)
	want(t, "trouble is over", s.Trouble(), nil)
}
