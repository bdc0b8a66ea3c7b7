package daemon

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/listen"
	"github.com/earshot/earshot/crawlers/push"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// replica is a whole daemon at work.
type replica struct {
	*Daemon
	t    *testing.T
	log  *printed
	stop func()
}

// replicaOf starts a daemon whose clock is off by so much.
func replicaOf(t *testing.T, host, version, list string, off time.Duration) *replica {
	t.Helper()
	r := &replica{t: t, log: &printed{}}
	var err error
	r.Daemon, err = Open(t.Context(), Options{
		Watchlist: check(t, list), Out: io.Discard, Version: version, Host: host, Log: slog.New(slog.NewTextHandler(r.log, nil)),
		Now: func() time.Time { return time.Now().Add(off) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- r.Run(ctx, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	}()
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(r.stop)
	return r
}

func (r *replica) reload(list string) {
	r.t.Helper()
	if err := r.Reload(r.t.Context(), check(r.t, list)); err != nil {
		r.t.Fatal(err)
	}
}

// postgresList is a watchlist on a database that replicas share.
func postgresList(database string, bad, good *hook, more string) string {
	return strings.NewReplacer("DB", database, "BAD", bad.URL, "GOOD", good.URL).Replace(`contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources: [{name: news, push: {token: "0123456789012345678901234567890123456789"}}]
webhooks: [{name: bad, url: "BAD"}, {name: good, url: "GOOD"}]
store: {database: "DB"}
`) + more
}

// TestWatchlistsOfReplicas: those with the newest watchlist work, whoever has the lease;
// an old file does not come back by a restart, and comes back when it is wanted or when
// nobody has a newer one.
func TestWatchlistsOfReplicas(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	t.Parallel()
	server := testkit.Postgres(t)
	bad, good := newHook(t, http.StatusOK), newHook(t, http.StatusOK)
	list := func(to string) string {
		return postgresList(server.URL, bad, good, `routes: [{to: "webhook:`+to+`"}]`)
	}
	works := func(what string, want map[*replica]bool) {
		t.Helper()
		eventually(t, what, func() bool {
			delivers := 0
			for r, w := range want {
				_, waits := r.troubles()[partReplica]
				if r.works.Load() != w || waits == w || refuses(r.pushed) == w || !w && r.lease.held() {
					return false
				}
				if r.lease.held() {
					delivers++
				}
			}
			return delivers == 1
		})
	}
	a := replicaOf(t, "a", "1", list("good"), 0)
	b := replicaOf(t, "b", "1", list("good"), 0)
	works("both have the same", map[*replica]bool{a: true, b: true})
	b.reload(list("bad"))
	works("b is first to get a new one", map[*replica]bool{a: false, b: true})
	complain(t, b.Daemon, "by-the-new-one")
	eventually(t, "a complaint by the new rules", func() bool { return len(bad.taken()) == 1 })
	if !strings.Contains(a.log.String(), "b works by a newer watchlist") || !strings.Contains(a.troubles()[partReplica], "give this one the same file") {
		t.Errorf("a says %q:\n%s", a.troubles()[partReplica], a.log)
	}
	a.stop()
	a = replicaOf(t, "a", "1", list("good"), 0)
	works("a comes back with its old file", map[*replica]bool{a: false, b: true})
	a.reload(list("bad"))
	works("a gets the new one", map[*replica]bool{a: true, b: true})
	a.reload(list("good"))
	works("the old one is wanted back", map[*replica]bool{a: true, b: false})
	a.stop()
	works("the only one", map[*replica]bool{b: true})
	c := replicaOf(t, "c", "2", list("good"), 0)
	works("it is newer still", map[*replica]bool{b: false, c: true})
	eventually(t, "that versions differ", func() bool { return strings.Contains(c.log.String(), "1 (1 replica), 2 (1 replica)") })
	if n := len(good.taken()); n != 0 {
		t.Errorf("%d messages by the old rules", n)
	}
}

// TestKeysOfReplicas: two replicas with one file and two keys do not both work.
func TestKeysOfReplicas(t *testing.T) {
	const text = `contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources: [{name: news, push: {token: "${env:PUSH_OF_NEWS}"}}]
slack: {bot_token: "${env:BOT}", app_token: "${env:APP}"}
routes: [{to: "#a"}]
store: {database: "sqlite:e.db"}
web: {listen: "127.0.0.1:0"}
`
	key := []byte("key")
	all, file := check(t, text).Digests(key)
	for _, c := range []struct {
		old, new          string
		sameAll, sameFile bool
	}{
		{"e.db", "other.db", true, true},
		{"127.0.0.1:0", "127.0.0.1:8080", true, true},
		{"contact", "# ours\ncontact", true, true},
		{"#a", "#b", false, false},
		{"env:BOT", "env:OTHER", false, false},
	} {
		a, f := check(t, strings.Replace(text, c.old, c.new, 1)).Digests(key)
		if (a == all) != c.sameAll || (f == file) != c.sameFile {
			t.Errorf("%q to %q: all %v, file %v", c.old, c.new, a == all, f == file)
		}
	}
	for _, name := range []string{"PUSH_OF_NEWS", "BOT", "APP"} {
		a, f := checkWith(t, text, func(n string) (string, bool) {
			if n == name {
				return "another token of enough characters", true
			}
			return lookup(n)
		}).Digests(key)
		if a == all || f != file {
			t.Errorf("another %s: all the same %v, file the same %v", name, a == all, f == file)
		}
	}
}

// TestReplicasAreSeen: any replica shows all of them and all sources, whoever polls. One
// whose clock is wrong says so, and what it hears is as old as it is.
func TestReplicasAreSeen(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	t.Parallel()
	server := testkit.Postgres(t)
	bad, good := newHook(t, http.StatusNotFound), newHook(t, http.StatusOK)
	list := postgresList(server.URL, bad, good, `routes: [{to: "webhook:good"}]`)
	a := replicaOf(t, "a", "1", list, 0)
	eventually(t, "that a delivers", a.lease.held)
	b := replicaOf(t, "b", "1", list, 5*time.Minute)
	health := func(r *replica) Health {
		t.Helper()
		_, h := healthOf(t, r.Daemon)
		return h
	}
	eventually(t, "that b takes a post", func() bool {
		rec := httptest.NewRecorder()
		post := httptest.NewRequest(http.MethodPost, push.Path, strings.NewReader(`{"id": "1", "text": "Romashka lost my money and nobody answers, a scandal", "published": "`+time.Now().UTC().Format(time.RFC3339)+`"}`))
		post.Header.Set("Authorization", "Bearer 0123456789012345678901234567890123456789")
		b.pushed.ServeHTTP(rec, post)
		return rec.Code == http.StatusOK
	})
	eventually(t, "the message", func() bool { return len(good.taken()) == 1 })
	page, err := a.store.List(t.Context(), mention.Query{})
	if err != nil || len(page.Entries) != 1 {
		t.Fatal(page, err)
	}
	if heard := page.Entries[0].Mention.HeardAt; time.Since(heard).Abs() > time.Minute {
		t.Errorf("heard %s from now, by the wrong clock", time.Until(heard))
	}
	var h Health
	eventually(t, "that a sees all", func() bool {
		h = health(a)
		return len(h.Replicas) == 2 && h.Replicas[1].Trouble[partClock] != "" && len(h.Sources) == 1 && h.Sources[0].LastPoll != ""
	})
	first, second := h.Replicas[0], h.Replicas[1]
	if first.Host != "a" || !first.Delivers || second.Host != "b" || second.Delivers || second.Version != "1" || first.Waits || second.Waits || h.Status != "degraded" {
		t.Errorf("%+v", h)
	}
	if !strings.Contains(b.log.String(), "this machine's clock is 5 min ahead of the database's") || health(b).Trouble[partClock] == "" || len(h.Trouble) > 0 {
		t.Errorf("b says %v, a %v, b's log:\n%s", health(b).Trouble, h.Trouble, b.log)
	}
	// Whoever answers /earshot status knows what only another replica can, and says it in the language.
	for _, code := range []string{"en", "ru", "uk", "bg"} {
		l := a.texts.In(code)
		if said := strings.Join((sourcesAsked{b.Daemon}).Stand(l).Troubles, "; "); said != "clock: "+l.Text("fault.clock_ahead", "1", l.Span(5*time.Minute)) {
			t.Errorf("b says in %s %q", code, said)
		}
	}
	a.metrics.trouble("#billing", errors.New("channel_not_found"))
	eventually(t, "that b knows of a's channel", func() bool {
		return slices.Contains((sourcesAsked{b.Daemon}).Stand(i18n.Lang{}).Troubles, "#billing: channel_not_found (a)")
	})
	if !strings.Contains(scrape(a.Daemon), "earshot_deliverer 1") || !strings.Contains(scrape(b.Daemon), "earshot_deliverer 0") || !strings.Contains(scrape(b.Daemon), "earshot_replicas 2") {
		t.Errorf("metrics of b:\n%s", scrape(b.Daemon))
	}
}

// nobody is a database on which a replica is alone and no lease is held.
type nobody struct{ attender }

func (nobody) Replicas(context.Context, string) ([]store.Replica, error) { return nil, nil }

// newer is a database with another replica that works by a newer watchlist of this file.
type newer struct {
	attender
	file string
}

func (n newer) Replicas(context.Context, string) ([]store.Replica, error) {
	return []store.Replica{{ID: "x", Host: "db2", File: n.file, Turn: 9}}, nil
}

// TestWhatAReplicaWaitsFor: whether it is the file, or a key.
func TestWhatAReplicaWaitsFor(t *testing.T) {
	for file, want := range map[string]string{"ours": "a key of the environment", "theirs": "give this one the same file"} {
		r := &roster{db: newer{file: file}, shared: true, log: slog.New(slog.DiscardHandler), now: time.Now, me: store.Replica{ID: "me", File: "ours", Turn: 3}}
		if err := r.see(t.Context()); err != nil {
			t.Fatal(err)
		}
		if why := r.troubles(i18n.Lang{})[partReplica]; !strings.Contains(why, want) || !strings.Contains(why, "db2 works by a newer watchlist") {
			t.Errorf("%s: %q, want %q", file, why, want)
		}
	}
}

// TestNoDeliverer: when nobody has delivered for half a minute, that is a trouble.
func TestNoDeliverer(t *testing.T) {
	now := time.Now()
	r := &roster{db: nobody{}, shared: true, log: slog.New(slog.DiscardHandler), now: func() time.Time { return now }}
	for _, c := range []struct {
		after   time.Duration
		trouble bool
	}{{0, false}, {29 * time.Second, false}, {30 * time.Second, true}} {
		at := now
		now = at.Add(c.after)
		if err := r.see(t.Context()); err != nil {
			t.Fatal(err)
		}
		if why := r.troubles(i18n.Lang{})[partDeliverer]; (why != "") != c.trouble {
			t.Errorf("after %s: %q", c.after, why)
		}
		now = at
	}
}

// refuses says whether posts are handed in for nothing, whoever does it.
func refuses(doors *listen.PushDoors) bool {
	answer := httptest.NewRecorder()
	doors.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, push.Path, nil))
	return answer.Code == http.StatusServiceUnavailable
}
