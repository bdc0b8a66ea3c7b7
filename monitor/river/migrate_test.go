package river

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/earshot/earshot/internal/testkit"
)

// testNewerTables: an older earshot leaves the tables of a newer one alone and says so.
func testNewerTables(t *testing.T, server string) {
	address := testkit.Database(t, server)
	shared(t, address)
	ask(t, address, `INSERT INTO earshot_river.river_migration (line, version) VALUES ('main', 999)`)
	_, err := Open(t.Context(), Options{Address: address, Log: quiet(), Now: time.Now})
	if err == nil || !strings.Contains(err.Error(), "version 999") || !strings.Contains(err.Error(), "upgrade this one") {
		t.Errorf("opened tables of a newer version: %v", err)
	}
}

// testForeignTables: another program's River in the same database, of whatever version,
// keeps its tables and jobs, and something else under our name is said to be there.
func testForeignTables(t *testing.T, server string) {
	address := testkit.Database(t, server)
	ask(t, address, `CREATE TABLE river_migration (line text, version bigint); INSERT INTO river_migration VALUES ('main', 999);
CREATE TABLE river_job (id bigint, args text); INSERT INTO river_job VALUES (1, 'theirs')`)
	e := shared(t, address)
	s := newSite(time.Millisecond, 0)
	e.run()
	e.apply(t, s.source("a", "a", time.Second))
	testkit.Eventually(t, "a poll", time.Minute, func() bool { return s.count("a") > 0 })
	e.halt()
	if n := number(t, address, `SELECT COUNT(*) FROM public.river_job WHERE args = 'theirs'`); n != 1 {
		t.Errorf("%d of their jobs are left", n)
	}
	other := testkit.Database(t, server)
	ask(t, other, `CREATE SCHEMA earshot_river; CREATE TABLE earshot_river.river_job (id bigint)`)
	if _, err := Open(t.Context(), Options{Address: other, Log: quiet(), Now: time.Now}); err == nil || !strings.Contains(err.Error(), "move it away") {
		t.Errorf("opened beside a stranger's table of the same name: %v", err)
	}
}

// openAndClose is a process that makes the tables.
func openAndClose(t *testing.T, address string) {
	e, err := Open(t.Context(), Options{Address: address, Log: quiet(), Now: time.Now})
	if err != nil {
		t.Error(err)
		return
	}
	e.Close()
}

// testBeginAtOnce: daemons that start on an empty database together make the tables once.
func testBeginAtOnce(t *testing.T, server string) {
	address := testkit.Database(t, server)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { openAndClose(t, address) })
	}
	all.Wait()
}

// testSlowTables: something holds up the making of the tables for longer than a process may
// stand still in a transaction. One at a time makes them all the same.
func testSlowTables(t *testing.T, server string) {
	address := testkit.Database(t, server)
	pool, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	holds, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := holds.Exec(t.Context(), `CREATE SCHEMA `+schema); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() { openAndClose(t, address) })
	}
	time.Sleep(deadAfter + 3*time.Second)
	if err := holds.Rollback(t.Context()); err != nil {
		t.Error(err)
	}
	all.Wait()
}

// testWatchlistMeanwhile: who makes the tables, or stands still there, holds up the start of
// who comes after, and no watchlist of those that run.
func testWatchlistMeanwhile(t *testing.T, server string) {
	address := testkit.Database(t, server)
	s := openStore(t, address)
	pool, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	makes, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = makes.Rollback(context.Background()) }()
	if _, err := makes.Exec(t.Context(), `SELECT pg_advisory_xact_lock($1)`, migrateLock); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := s.Announce(ctx, "a watchlist", false); err != nil {
		t.Error(err)
	}
}
