package daemon

import (
	"context"
	"database/sql"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestDatabaseStandsStill: a server that takes questions and answers none is told of as one that
// is away: on health, which does not wait for it, in a metric, and to staff.
func TestDatabaseStandsStill(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	t.Parallel()
	address, way := testkit.ProxyTo(t, testkit.Database(t, testkit.Postgres(t).URL))
	list := check(t, strings.Replace(quietWatchlist, "sqlite:DIR/e.db", address, 1))
	clock, out := &skipping{}, &printed{}
	d := openTo(t, out, list, clock.now)
	defer way.Cut() // or what waits would be waited for
	d.works.Store(true)
	d.lease.step(t.Context())
	var a alarms
	d.look(t.Context(), &a)
	if code, h := healthOf(t, d); h.Status != "ok" || code != http.StatusOK || !d.lease.heldLast() {
		t.Fatalf("all is well: %d %+v", code, h)
	}
	way.SetDelay(time.Hour)
	d.look(t.Context(), &a)
	began := time.Now()
	if code, h := healthOf(t, d); h.Status != "down" || code != http.StatusServiceUnavailable || h.Trouble[partDatabase] == "" || time.Since(began) > 20*time.Second {
		t.Errorf("/healthz after %s: %d %+v", time.Since(began), code, h)
	}
	if code, body := ask(t, d.web.Routes(), "/readyz"); code != http.StatusServiceUnavailable || time.Since(began) > 30*time.Second {
		t.Errorf("/readyz after %s: %d %s", time.Since(began), code, body)
	}
	if _, body := ask(t, d.metrics.handler(), "/metrics"); !strings.Contains(body, `earshot_trouble{part="database"} 1`) {
		t.Error("no metric says so")
	}
	clock.to(time.Now().Add(alarmAfter))
	d.look(t.Context(), &a)
	d.look(t.Context(), &a)
	if said := out.String(); strings.Count(said, "Complaints cannot be stored") != 1 {
		t.Errorf("staff were told:\n%s", said)
	}
	way.SetDelay(0)
	way.Cut()
	testkit.Eventually(t, "over", time.Minute, func() bool {
		d.look(t.Context(), &a)
		code, h := healthOf(t, d)
		return code == http.StatusOK && h.Trouble[partDatabase] == ""
	})
}

// TestQueueRefusedAndThenAll: of a queue that refuses nobody is told that it is well again because the
// whole database is away, and nothing of the queue when that alone was away.
func TestQueueRefusedAndThenAll(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	t.Parallel()
	direct := testkit.Database(t, testkit.Postgres(t).URL)
	rename := renaming(t, direct)
	address, way := testkit.ProxyTo(t, direct)
	list := check(t, strings.NewReplacer("sqlite:DIR/e.db", address, "https://news.example", "http://127.0.0.1:1").Replace(quietWatchlist))
	clock := &skipping{}
	polling(t, list, clock.now, func(d *Daemon, ctx context.Context) {
		defer way.Cut() // or what waits would be waited for
		d.lease.step(ctx)
		rename("earshot_river", "aside")
		testkit.Eventually(t, "the queue refuses", time.Minute, func() bool { return d.notPolling(d.staffLang()) != "" })
		var a alarms
		d.look(ctx, &a)
		clock.to(time.Now().Add(alarmAfter))
		d.look(ctx, &a)
		if !a.polling.told {
			t.Fatal("staff were not told of the queue")
		}
		way.SetDelay(time.Hour)
		d.look(ctx, &a)
		if a.storing.since.IsZero() || !a.polling.told {
			t.Errorf("the database is away, and staff know %+v", a)
		}
		a = alarms{polling: alarm{since: d.now().Add(-alarmAfter)}} // the queue was the first to notice
		d.look(ctx, &a)
		if !a.polling.since.IsZero() {
			t.Errorf("the queue is blamed: %+v", a)
		}
		way.SetDelay(0)
	})
}

// TestReadOnlyDatabase: a database that takes no writes is told of though nothing has to be
// written, and no longer than that lasts.
func TestReadOnlyDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	server := testkit.Postgres(t).URL
	address := testkit.Database(t, server)
	d := open(t, strings.Replace(quietWatchlist, "sqlite:DIR/e.db", address, 1))
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	become := func(readOnly string) {
		t.Helper()
		for _, query := range []string{
			`ALTER DATABASE ` + name + ` SET default_transaction_read_only = ` + readOnly,
			`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '` + name + `'`,
		} {
			if _, err := db.ExecContext(t.Context(), query); err != nil {
				t.Fatal(err)
			}
		}
	}
	var a alarms
	says := func(status string) func() bool { // and not only for a moment
		return func() bool {
			for range 5 {
				_ = d.roster.attend(t.Context()) // as every 3 s
				d.look(t.Context(), &a)
				if _, h := healthOf(t, d); h.Status != status {
					return false
				}
			}
			return true
		}
	}
	testkit.Eventually(t, "all is well", time.Minute, says("ok"))
	become("on")
	testkit.Eventually(t, "told", 10*time.Second, says("down"))
	become("off")
	testkit.Eventually(t, "over", 10*time.Second, says("ok"))
}
