package daemon

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/store"
)

// TestPostsThatCannotBeStored: health, metric and one notice say so while it lasts; then
// they say that it is over. Nobody restarts the process for it.
func TestPostsThatCannotBeStored(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, trigger string // what the database refuses
		part          string
		code          int
		queued        bool // the outbox still takes a notice
	}{
		{"posts", `BEFORE INSERT ON posts`, partPosts, http.StatusOK, true},
		{"anything", ``, partDatabase, http.StatusServiceUnavailable, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			if testing.Short() && !c.queued {
				t.Skip("short: half a minute of waiting for a database that another program holds")
			}
			t.Parallel()
			site := testkit.PlayText(t, "GET /robots.txt maybe\n404\n\nGET / maybe\n200\nContent-Type: text/html\ntext: <div class=\"post\"><p class=\"text\">Alpha lost my parcel and does not answer.</p></div>\n")
			site.Lax()
			path := filepath.Join(t.TempDir(), "e.db")
			out := &printed{}
			clock := time.Now()
			list := check(t, strings.NewReplacer("SITE", site.URL, "DB", path).Replace(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{page: "SITE/", name: news, select: {item: ".post", text: .text}}]
fetch: {gap: 0s, allow_private: [127.0.0.0/8]}
store: {database: "sqlite:DB"}
`))
			d := openTo(t, out, list, func() time.Time { return clock })
			mend := refuse(t, path, c.trigger)
			src := d.inUse.Load().sources[0]
			d.monitor.Poll(t.Context(), src)

			code, h := healthOf(t, d)
			if h.Status == "ok" || h.Trouble[c.part] == "" || code != c.code {
				t.Errorf("/healthz: %d %+v, want trouble with %s and %d", code, h, c.part, c.code)
			}
			if code, body := ask(t, d.web.Routes(), "/livez"); code != http.StatusOK {
				t.Errorf("/livez: %d %s", code, body)
			}
			if code, body := ask(t, d.web.Routes(), "/readyz"); code != c.code {
				t.Errorf("/readyz: %d %s", code, body)
			}
			if _, body := ask(t, d.metrics.handler(), "/metrics"); !strings.Contains(body, `earshot_trouble{part="`+c.part+`"} 1`) || !strings.Contains(body, `earshot_source_not_stored{source="news"} 1`) {
				t.Errorf("no metric says so:\n%s", body)
			}
			var a alarms
			for range 8 { // 40 s, each of which asks the database
				d.look(t.Context(), &a)
				clock = clock.Add(alarmEvery)
			}
			said := out.String() + strings.Join(notices(t, d), "\n")
			if n := strings.Count(said, "Complaints cannot be stored"); n != 1 || (len(notices(t, d)) == 1) != c.queued {
				t.Errorf("staff were told %d times, want once:\n%s", n, said)
			}

			mend()
			d.monitor.Poll(t.Context(), src)
			if code, h := healthOf(t, d); h.Status != "ok" || code != http.StatusOK {
				t.Errorf("afterwards /healthz: %d %+v", code, h)
			}
			for range 20 {
				d.look(t.Context(), &a)
				clock = clock.Add(alarmEvery)
			}
			if said := strings.Join(notices(t, d), "\n"); strings.Count(said, "can be stored again") != 1 {
				t.Errorf("afterwards staff were told:\n%s", said)
			}
		})
	}
}

// refuse makes the database refuse what the trigger names, or every write as long as
// another program holds it, until mend is called.
func refuse(t *testing.T, path, trigger string) (mend func()) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	do := func(query string) {
		t.Helper()
		if _, err := db.ExecContext(context.Background(), query); err != nil {
			t.Fatal(err)
		}
	}
	if trigger == "" {
		do(`BEGIN IMMEDIATE`)
		return func() { do(`ROLLBACK`) }
	}
	do(`CREATE TRIGGER no ` + trigger + ` BEGIN SELECT RAISE(ABORT, 'not today'); END`)
	return func() { do(`DROP TRIGGER no`) }
}

// renaming returns what gives a schema of the database another name.
func renaming(t *testing.T, address string) func(from, to string) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return func(from, to string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), `ALTER SCHEMA `+from+` RENAME TO `+to); err != nil {
			t.Fatal(err)
		}
	}
}

// TestQueueRefused: a queue whose tables are gone while the database answers is told of on
// health, in a metric and to staff, for as long as that lasts.
func TestQueueRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	t.Parallel()
	address := testkit.Database(t, testkit.Postgres(t).URL)
	rename := renaming(t, address)
	list := check(t, strings.NewReplacer("sqlite:DIR/e.db", address, "https://news.example", "http://127.0.0.1:1").Replace(quietWatchlist))
	clock := &skipping{}
	polling(t, list, clock.now, func(d *Daemon, ctx context.Context) {
		d.lease.step(ctx)
		health := func() Health { _, h := healthOf(t, d); return h }
		if h := health(); h.Status != "ok" || !d.lease.heldLast() {
			t.Fatalf("all is well: %+v", h)
		}
		rename("earshot_river", "aside")
		testkit.Eventually(t, "health tells", time.Minute, func() bool { return strings.Contains(health().Trouble[partQueue], "earshot_river") })
		if code, h := healthOf(t, d); h.Status != "degraded" || code != http.StatusOK {
			t.Errorf("/healthz: %d %+v", code, h)
		}
		if _, body := ask(t, d.metrics.handler(), "/metrics"); !strings.Contains(body, `earshot_trouble{part="queue"} 1`) {
			t.Error("no metric says so")
		}
		var a alarms
		d.look(ctx, &a)
		clock.to(time.Now().Add(alarmAfter))
		d.look(ctx, &a)
		d.look(ctx, &a)
		rename("aside", "earshot_river")
		testkit.Eventually(t, "health knows that it is over", time.Minute, func() bool { return health().Trouble[partQueue] == "" })
		d.look(ctx, &a)
		said := strings.Join(notices(t, d), "\n")
		if strings.Count(said, "Sources are not read") != 1 || strings.Count(said, "read again") != 1 {
			t.Errorf("staff were told:\n%s", said)
		}
	})
}

// TestRefusedWatchlist: a saved watchlist that is not in use is trouble until a good one
// is, and staff are told of the first.
func TestRefusedWatchlist(t *testing.T) {
	text := reloadList(t, t.TempDir(), "Alpha", ".post")
	d := open(t, text)
	_, err := config.Parse("watchlist.yaml", []byte(strings.Replace(text, "watch:", "wotch:", 1)), lookup, watchlist.Kinds())
	d.Refused(t.Context(), err)
	d.Refused(t.Context(), errors.New("the new watchlist was refused: another reason"))
	code, h := healthOf(t, d)
	if h.Status != "degraded" || code != http.StatusOK || !strings.Contains(h.Trouble[partWatchlist], "another reason") {
		t.Errorf("/healthz: %d %+v", code, h)
	}
	if _, body := ask(t, d.metrics.handler(), "/metrics"); !strings.Contains(body, `earshot_trouble{part="watchlist"} 1`) {
		t.Error("no metric says so")
	}
	if code, body := ask(t, d.web.Routes(), "/readyz"); code != http.StatusOK {
		t.Errorf("/readyz: %d %s", code, body)
	}
	said := notices(t, d)
	if len(said) != 1 || !strings.Contains(said[0], "wotch") || !strings.Contains(said[0], "not in use") {
		t.Errorf("staff were told %q, want the first reason, once", said)
	}

	stopping, stop := context.WithCancel(t.Context())
	stop()
	if err := d.Reload(stopping, check(t, text)); err != nil {
		t.Fatal(err)
	}
	if _, h := healthOf(t, d); h.Status != "ok" {
		t.Errorf("after a good one: %+v", h)
	}
}

// TestRefusedAgain: a watchlist that is mended and then saved with the same mistake is told of
// again, also where replicas say together once what each of them finds.
func TestRefusedAgain(t *testing.T) {
	dir := t.TempDir()
	list := reloadList(t, dir, "Alpha", ".post")
	d := open(t, strings.Replace(list, "sqlite:"+filepath.Join(dir, "e.db"), testkit.Postgres(t).URL, 1))
	at := time.Date(2026, 11, 27, 12, 1, 0, 0, time.UTC)
	d.now = func() time.Time { return at }
	for turn, want := range []int{1, 2, 3, 4} {
		if turn%2 == 0 {
			d.Refused(t.Context(), errors.New("the same mistake"))
		} else {
			d.taken(t.Context())
		}
		if said := notices(t, d); len(said) != want {
			t.Errorf("turn %d: staff were told %q", turn, said)
		}
		at = at.Add(2 * time.Minute)
	}
}

// TestTroublesAreSaidInTheLanguage: who asks from Slack how earshot stands reads what the notice of the same
// trouble says; /healthz stays English.
func TestTroublesAreSaidInTheLanguage(t *testing.T) {
	d := open(t, strings.Replace(quietWatchlist, "DIR", t.TempDir(), 1))
	d.metrics.trouble("#billing", &alerts.RefusedError{Code: "channel_not_found", Err: &alerts.Advice{What: "channel_not_found: ", Key: "way.channel_not_found", Pairs: []any{"channel", "#billing"}}})
	d.Refused(t.Context(), errors.New("a slip"))
	uk := d.texts.In("uk")
	said := (sourcesAsked{d}).Stand(uk).Troubles
	want := []string{"#billing: channel_not_found: " + uk.Text("way.channel_not_found", "channel", "#billing"), "watchlist: " + uk.Text("notice.watchlist_refused", "why", "a slip")}
	if !slices.Equal(said, want) {
		t.Errorf("said %q, want %q", said, want)
	}
	if all := d.troubles(); !strings.HasPrefix(all["#billing"], "channel_not_found: there is no #billing") || !strings.HasPrefix(all[partWatchlist], "the saved watchlist is not in use") {
		t.Errorf("/healthz says %q", all)
	}
}

// TestFirstProblemIsAMistake: warnings that stand before it in the file are not the reason
// why a watchlist is refused.
func TestFirstProblemIsAMistake(t *testing.T) {
	_, err := config.Parse("w.yaml", []byte("contact: a@b.example\nwatch: [{name: A, terms: [Romashka]}]\nsources: [{feed: \"https://n.example/rss\", every: 1s}]\nfetch: {gap: 0s}\nwatchh: []\nroutess: []\n"), os.LookupEnv, config.Kinds{"feed": nil})
	d := open(t, reloadList(t, t.TempDir(), "Alpha", ".post"))
	if got := d.firstProblem(i18n.Lang{}, err); !strings.Contains(got, "watchh") || !strings.HasSuffix(got, "(and 1 more mistake)") {
		t.Errorf("told %q", got)
	}
}

// TestTroubleIsSaidInTheLanguage: what staff are told in Slack of a watchlist that is refused and of
// a database that takes nothing has the reason in their language, too, as the terminal has.
func TestTroubleIsSaidInTheLanguage(t *testing.T) {
	d := open(t, reloadList(t, t.TempDir(), "Alpha", ".post"))
	_, mistakes := config.Parse("w.yaml", []byte("contact: a@b.example\nwatch: [{name: A, terms: {a: b}}]\nsources: [{feed: \"https://n.example/rss\", every: 5}]\n"), os.LookupEnv, config.Kinds{"feed": nil})
	for _, code := range []string{"ru", "uk", "bg"} {
		l := d.texts.In(code)
		for _, got := range []string{
			d.firstProblem(l, mistakes),
			d.saidIn(l, "write the posts: database or disk is full (13): the disk is full; free some space and it goes on by itself"),
			d.saidIn(l, (&store.AwayError{Err: errors.New("dial tcp 127.0.0.1:9: connect: connection refused")}).Error()),
			d.saidIn(l, errSilent.Error()),
		} {
			if left := testkit.English(got, "w.yaml terms write the posts: database or disk is full Redis"); len(left) > 0 {
				t.Errorf("%s: English is left, %q: %s", code, left, got)
			}
		}
	}
	if got := d.saidIn(i18n.Lang{}, "the disk"); got != "the disk" {
		t.Errorf("in English: %q", got)
	}
}
