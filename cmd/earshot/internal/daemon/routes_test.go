package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/console"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// hook is a webhook that answers as it is told and keeps what it took.
type hook struct {
	*httptest.Server
	mu     sync.Mutex
	answer int
	took   []string // "KIND: TEXT"
}

func newHook(t *testing.T, answer int) *hook {
	t.Helper()
	h := &hook{answer: answer}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var said struct {
			Kind string `json:"kind"`
			Text string `json:"text"`
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if err := json.Unmarshal(body, &said); err != nil {
			t.Errorf("a message that is no JSON: %s", body)
		}
		if h.answer == http.StatusOK {
			h.took = append(h.took, said.Kind+": "+said.Text)
		}
		w.WriteHeader(h.answer)
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) taken() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.took)
}

// routesList is a watchlist with two webhooks and these routes and lines.
func routesList(dir string, bad, good *hook, more string) string {
	return strings.NewReplacer("DB", filepath.Join(dir, "e.db"), "BAD", bad.URL, "GOOD", good.URL).Replace(`contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
webhooks: [{name: bad, url: "BAD"}, {name: good, url: "GOOD"}]
store: {database: "sqlite:DB"}
`) + more
}

// complaint is a poll with one.
func complaint(id string) mention.PollResult {
	post := mention.Post{Source: "news", ID: id, Kind: mention.Review, Text: "Romashka " + strings.Repeat(id+" ", 9), FetchedAt: time.Now()}
	m := mention.Mention{Watch: "Romashka", Post: post, Score: mention.Score{Value: -0.5, Complaint: 0.7, Lang: "en"}}
	return mention.PollResult{Source: "news", At: time.Now(), Posts: []mention.AnalyzedPost{{Post: post, Mentions: []mention.Mention{m}}}}
}

// complain puts a complaint into the daemon as a poll does.
func complain(t *testing.T, d *Daemon, id string) {
	t.Helper()
	if _, err := d.ledger().Ingest(t.Context(), complaint(id)); err != nil {
		t.Fatal(err)
	}
}

// deliver runs what brings messages out until the test ends.
func deliver(t *testing.T, d *Daemon) {
	t.Helper()
	send(t, d)
	untilTheEnd(t, func(ctx context.Context) { d.lease.delivery().routes.run(ctx) })
}

// send brings messages out, and looks after no route that takes none.
func send(t *testing.T, d *Daemon) {
	t.Helper()
	untilTheEnd(t, func(ctx context.Context) { _ = d.lease.delivery().sender.Run(ctx) })
}

func untilTheEnd(t *testing.T, run func(ctx context.Context)) {
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
}

// eventually waits until ok holds, which bounded work brings about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	testkit.Eventually(t, what, time.Minute, ok)
}

// reloaded takes a watchlist into a daemon whose monitor does not run.
func reloaded(t *testing.T, d *Daemon, text string) {
	t.Helper()
	stopping, stop := context.WithCancel(t.Context())
	stop()
	if err := d.Reload(stopping, check(t, text)); err != nil {
		t.Fatal(err)
	}
}

// TestRouteChangedWhilePending: the lead follows the advice "change the route in the
// watchlist", and all that waited comes in the new channel, once.
func TestRouteChangedWhilePending(t *testing.T) {
	dir, bad, good := t.TempDir(), newHook(t, http.StatusNotFound), newHook(t, http.StatusOK)
	d := open(t, routesList(dir, bad, good, `routes: [{to: "webhook:bad"}]`))
	deliver(t, d)
	for i := range 5 {
		complain(t, d, fmt.Sprintf("post-%c", 'a'+i))
	}
	eventually(t, "the refusal", func() bool { return len(d.metrics.inTrouble()) > 0 })
	reloaded(t, d, routesList(dir, bad, good, `routes: [{to: "webhook:good"}]`))
	complaints := func() (n int) {
		for _, line := range good.taken() {
			if strings.HasPrefix(line, "complaint") {
				n++
			}
		}
		return n
	}
	eventually(t, "five complaints in the new channel", func() bool { return complaints() == 5 })
	emptyOutbox(t, d)
	if n := complaints(); n != 5 {
		t.Errorf("%d complaints, want each of the five once", n)
	}
	if left := d.metrics.inTrouble(); len(left) > 0 {
		t.Errorf("a route that nothing goes to is still in trouble: %v", left)
	}
}

// TestPlannedByTheOldRules: a poll under way while the watchlist changes commits after what
// waited was routed again. Its alerts go where the new watchlist says.
func TestPlannedByTheOldRules(t *testing.T) {
	dir, bad, good := t.TempDir(), newHook(t, http.StatusNotFound), newHook(t, http.StatusOK)
	d := open(t, routesList(dir, bad, good, `routes: [{to: "webhook:bad"}]`))
	l := d.ledger()
	l.planner = reloading{d.planner, func() { reloaded(t, d, routesList(dir, bad, good, `routes: [{to: "webhook:good"}]`)) }}
	got, err := l.Ingest(t.Context(), complaint("post-a"))
	if err != nil || len(got.Alerts) != 1 {
		t.Fatal(got, err)
	}
	if a, _, err := d.store.Alert(t.Context(), got.Alerts[0]); err != nil || a.Route != "webhook:good" {
		t.Errorf("the alert waits for %s, %v; want webhook:good", a.Route, err)
	}
}

// reloading is a planner during whose work the watchlist changes.
type reloading struct {
	*plan.Planner
	reload func()
}

func (r reloading) Plan(ctx context.Context, v plan.View, now time.Time, pending []*mention.PendingMention) error {
	err := r.Planner.Plan(ctx, v, now, pending)
	r.reload()
	return err
}

// told returns what a webhook took that is no complaint.
func (h *hook) told() []string {
	return slices.DeleteFunc(h.taken(), func(line string) bool { return strings.HasPrefix(line, "complaint") })
}

// TestBrokenRouteIsToldElsewhere: people who look at another channel learn that one does
// not work, once, also when earshot starts again.
func TestBrokenRouteIsToldElsewhere(t *testing.T) {
	dir, bad, good := t.TempDir(), newHook(t, http.StatusNotFound), newHook(t, http.StatusOK)
	list := routesList(dir, bad, good, "routes: [{to: \"webhook:bad\"}]\ndeadlines: {claim: 5m, escalate_to: \"webhook:good\"}")
	for range 2 {
		t.Run("start", func(t *testing.T) {
			d := open(t, list)
			deliver(t, d)
			for i := range 3 {
				complain(t, d, fmt.Sprintf("post-%c", 'a'+i))
			}
			eventually(t, "the notice", func() bool { return len(good.told()) > 0 })
			eventually(t, "that it is written down", func() bool { return d.lease.delivery().routes.snapshot()["webhook:bad"].told })
			d.wakeSender()
			time.Sleep(100 * time.Millisecond)
		})
	}
	got := good.told()
	if len(got) != 1 || !strings.HasPrefix(got[0], "notice: Nothing can be posted to webhook:bad: webhook bad: status 404") || !strings.HasSuffix(got[0], "for it.") {
		t.Errorf("told %q, want the broken route once", got)
	}
}

// TestNoticesGoAroundBrokenRoutes: where the leads are told does not work either, so the
// terminal says it, and so it is with every other notice.
func TestNoticesGoAroundBrokenRoutes(t *testing.T) {
	dir, bad, good := t.TempDir(), newHook(t, http.StatusNotFound), newHook(t, http.StatusGone)
	d := open(t, routesList(dir, bad, good, "routes: [{to: \"webhook:bad\"}]\ndeadlines: {claim: 5m, escalate_to: \"webhook:good\"}"))
	terminal := newTerminal(d)
	deliver(t, d)
	complain(t, d, "post-a")
	eventually(t, "the notice", func() bool { return terminal.count("Nothing can be posted to webhook:bad") == 1 })
	if err := (sourceNotices{d}).Notify(t.Context(), monitor.Notice{Source: "news", State: "blocked", Since: time.Now(), Text: "A site refuses."}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "another notice", func() bool { return terminal.count("A site refuses.") == 1 })
}

// TestTokenRefused: no channel of the account works, so the terminal says it, once; with the
// right token everything comes.
func TestTokenRefused(t *testing.T) {
	account, err := fakeslack.Start(fakeslack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(account.Close)
	list := func(token string) string {
		return strings.NewReplacer("DB", filepath.Join(t.TempDir(), "e.db"), "TOKEN", token, "API", account.URL()).Replace(`contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
routes: [{topic: [billing], to: "#billing"}, {to: "#mentions"}]
deadlines: {claim: 5m, escalate_to: "#support-leads"}
slack: {bot_token: TOKEN, api_url: "API"}
store: {database: "sqlite:DB"}
`)
	}
	d := open(t, list("xoxb-revoked"))
	terminal := newTerminal(d)
	deliver(t, d)
	complain(t, d, "post-a")
	eventually(t, "the notice on the terminal", func() bool { return terminal.count("Nothing can be posted to #mentions") == 1 })
	reloaded(t, d, list(fakeslack.BotToken))
	eventually(t, "the complaint", func() bool { return len(account.Messages("C0MENTIONS")) == 1 })
	emptyOutbox(t, d)
	if n := terminal.count("Nothing can be posted"); n != 1 {
		t.Errorf("the terminal says it %d times", n)
	}
}

// fakeWaiting is an outbox in which something waits for every route.
type fakeWaiting struct {
	mu     sync.Mutex
	stored []string // "ROUTE: TEXT"
}

func (f *fakeWaiting) Enqueue(_ context.Context, list ...mention.Alert) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range list {
		f.stored = append(f.stored, a.Route+": "+alerts.ReadDetails(a.Payload).Text)
	}
	return nil
}

func (f *fakeWaiting) Reroute(context.Context, func(mention.Alert, mention.Mention) (string, string)) (int, error) {
	return 0, nil
}

func (f *fakeWaiting) Hold(context.Context, time.Time, time.Time) (int, error) { return 0, nil }

func (f *fakeWaiting) Waiting(context.Context, string, time.Time) (int, time.Time, mention.Severity, error) {
	return 2, time.Unix(1, 0), mention.High, nil
}

func (f *fakeWaiting) Untold(context.Context, string, time.Time, int, func(mention.Alert) mention.AlertID) ([]mention.Alert, error) {
	return nil, nil
}

// TestAwayIsToldWhenItLasts: most channels are back within seconds; one that is not is told
// where none of its own routes is needed, and again when it breaks again.
func TestAwayIsToldWhenItLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slack, hook := console.New(console.Options{Out: io.Discard}), console.New(console.Options{Out: io.Discard})
		db := &fakeWaiting{}
		rules := alerts.Rules{
			Otherwise: "#mentions", Routes: []alerts.Route{{To: "webhook:crm"}, {To: "#mentions"}},
			Deadlines: map[mention.Severity]alerts.Deadline{mention.High: {EscalateTo: "#leads"}},
		}
		r := newRoutes(routesOptions{
			outbox: db, rules: func() *alerts.Rules { return &rules }, metrics: newMetrics(), closed: func(string) bool { return false }, log: slog.New(slog.DiscardHandler), now: time.Now, wake: func() {}, hide: func(s string) string { return s },
			notifierFor: func(route string) (alerts.Notifier, bool) {
				if strings.HasPrefix(route, "#") {
					return slack, true
				}
				return hook, true
			},
		})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); r.run(ctx) }()
		defer func() { stop(); <-ended }()
		stored := func(after time.Duration, want ...string) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			db.mu.Lock()
			defer db.mu.Unlock()
			if !slices.Equal(db.stored, want) {
				t.Errorf("stored %q, want %q", db.stored, want)
			}
			db.stored = nil
		}
		away := errors.New("no route to host")
		r.trouble("#mentions", away)
		goes := func(want string) {
			t.Helper()
			if to := r.opsRoute("#mentions"); to != want {
				t.Errorf("notices go to %s, want %s", to, want)
			}
		}
		goes("webhook:crm")
		stored(59 * time.Second)
		r.trouble("#mentions", nil)
		stored(time.Hour)
		r.trouble("#mentions", away)
		stored(2*time.Minute, "webhook:crm: Nothing can be posted to #mentions: no route to host. 2 messages wait for it.")
		stored(time.Hour)
		r.trouble("webhook:crm", &alerts.RefusedError{Err: errors.New("status 404")})
		stored(59 * time.Second)
		goes("#mentions") // it comes back; what is printed meanwhile nobody may see
		stored(11*time.Second, "console: Nothing can be posted to webhook:crm: status 404. 2 messages wait for it.")
		r.trouble("webhook:crm", nil)
		r.trouble("webhook:crm", &alerts.RefusedError{Err: errors.New("status 404")})
		stored(20 * time.Second)
		r.trouble("#mentions", nil)
		stored(20*time.Second, "#leads: Nothing can be posted to webhook:crm: status 404. 2 messages wait for it.")
		r.trouble("#mentions", &alerts.RefusedError{Err: errors.New("archived")})
		goes("#leads")
		stored(time.Second, "#leads: Nothing can be posted to #mentions: archived. 2 messages wait for it.")
	})
}

// TestNoticesWaitForTheMorning: what is not critical keeps the quiet hours.
func TestNoticesWaitForTheMorning(t *testing.T) {
	dir, bad, good := t.TempDir(), newHook(t, http.StatusNotFound), newHook(t, http.StatusOK)
	d := open(t, routesList(dir, bad, good, "routes: [{to: \"webhook:bad\"}]\nquiet_hours: 22:00-08:00 Europe/Kyiv"))
	now := time.Date(2026, 11, 26, 1, 30, 0, 0, time.UTC)
	d.now = func() time.Time { return now }
	if err := (sourceNotices{d}).Notify(t.Context(), monitor.Notice{Source: "news", State: "blocked", Since: now, Text: "A site refuses."}); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Time]int{now: 0, now.Add(4*time.Hour + 29*time.Minute): 0, now.Add(4*time.Hour + 30*time.Minute): 1} {
		if due, err := d.store.DueAlerts(t.Context(), at, 10); err != nil || len(due) != want {
			t.Errorf("at %s: %d due, %v; want %d", at, len(due), err, want)
		}
	}
}

// TestHeldByTheHoursOfNow: what is held waits for the end of the quiet hours that the watchlist has now, also where
// they were changed, or taken out, in the middle of the night.
func TestHeldByTheHoursOfNow(t *testing.T) {
	night := time.Date(2026, 11, 26, 1, 30, 0, 0, time.UTC)
	for quiet, want := range map[string]time.Time{
		"22:00-08:00 Europe/Kyiv": night.Add(4*time.Hour + 30*time.Minute),
		"22:00-07:00 Europe/Kyiv": night.Add(3*time.Hour + 30*time.Minute),
		"22:00-09:00 Europe/Kyiv": night.Add(5*time.Hour + 30*time.Minute),
		"12:00-13:00 Europe/Kyiv": night,
		"":                        night,
	} {
		d := openAt(t, strings.Replace(quietWatchlist, "DIR", t.TempDir(), 1)+"quiet_hours: 22:00-08:00 Europe/Kyiv\n", func() time.Time { return night })
		if err := (sourceNotices{d}).Notify(t.Context(), monitor.Notice{Source: "news", State: "blocked", Since: night, Text: "A site refuses."}); err != nil {
			t.Fatal(err)
		}
		rules := *d.planner.Rules()
		rules.HasQuiet = quiet != ""
		if rules.HasQuiet {
			rules.Quiet = parsedHours(t, quiet)
		}
		d.planner.Use(rules)
		d.routeAgain(t.Context())
		early, err := d.store.DueAlerts(t.Context(), want.Add(-time.Second), 10)
		if err != nil || len(early) != 0 && want.After(night) {
			t.Errorf("%q: %d due before %s, %v", quiet, len(early), want, err)
		}
		if due, err := d.store.DueAlerts(t.Context(), want, 10); err != nil || len(due) != 1 {
			t.Errorf("%q: %d due at %s, %v", quiet, len(due), want, err)
		}
	}
}

func parsedHours(t *testing.T, s string) hours.Hours {
	t.Helper()
	h, err := hours.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestNoticesOfTheNight: in the morning staff are told of a source that failed in the night if it
// still does, and of one that is well again only if they know that it was not.
func TestNoticesOfTheNight(t *testing.T) {
	for name, c := range map[string]struct {
		told, back bool // before it is back; by the morning
		want       string
	}{
		"it still fails":       {want: "cannot be read"},
		"it is back":           {back: true},
		"it is back, and told": {told: true, back: true, want: "is back"},
	} {
		t.Run(name, func(t *testing.T) {
			well := false
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/robots.txt":
					w.WriteHeader(http.StatusNotFound)
				case !well:
					w.WriteHeader(http.StatusInternalServerError)
				default:
					_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>News</title><item><guid>1</guid><title>Weather</title></item></channel></rss>`)
				}
			}))
			defer site.Close()
			now := time.Date(2026, 11, 26, 1, 30, 0, 0, time.UTC)
			list := check(t, strings.NewReplacer("DIR", t.TempDir(), "https://news.example", site.URL).Replace(quietWatchlist)+
				"fetch: {gap: 0s, allow_private: [127.0.0.0/8]}\nquiet_hours: 22:00-08:00 Europe/Kyiv\n")
			d := openTo(t, io.Discard, list, func() time.Time { return now })
			for range 5 {
				d.monitor.Poll(t.Context(), d.inUse.Load().sources[0])
				now = now.Add(10 * time.Minute)
			}
			due := func() (texts []string) {
				all, err := d.store.DueAlerts(t.Context(), time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC), 10)
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range all {
					if c.told {
						_, begun := d.store.BeginPosting(t.Context(), a.ID, now)
						_, posted := d.store.MarkPosted(t.Context(), a.ID, a.Route, "1", 0)
						if err := errors.Join(begun, posted); err != nil {
							t.Fatal(err)
						}
					}
					texts = append(texts, alerts.ReadDetails(a.Payload).Text)
				}
				return texts
			}
			if said := due(); len(said) != 1 {
				t.Fatalf("it failed for 40 minutes: %q", said)
			}
			if well = c.back; well {
				d.monitor.Poll(t.Context(), d.inUse.Load().sources[0])
			}
			if said := due(); len(said) > 1 || !strings.Contains(strings.Join(said, ""), c.want) || c.want == "" && len(said) > 0 {
				t.Errorf("in the morning staff are told %q, want %q", said, c.want)
			}
		})
	}
}

// TestNoticeEndsTheOneOfAnotherRoute: what is not true any more is not told in the morning, wherever it
// was to be told: while the network was away another route was the one that worked.
func TestNoticeEndsTheOneOfAnotherRoute(t *testing.T) {
	d := open(t, strings.Replace(quietWatchlist, "DIR", t.TempDir(), 1)+"quiet_hours: 22:00-08:00 Europe/Kyiv\n")
	now := time.Date(2026, 11, 26, 1, 30, 0, 0, time.UTC)
	d.now = func() time.Time { return now }
	failing := monitor.Notice{Source: "news", State: monitor.StateFailing, Since: now, Text: "news cannot be read"}
	if err := (sourceNotices{d}).Notify(t.Context(), failing); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	d.notifiers.inUse.fallback = "#ops"
	back := monitor.Notice{Source: "news", State: monitor.StateBack, Since: failing.Since, Text: "news is back", Over: failing.State, OverSince: failing.Since, First: true}
	if err := (sourceNotices{d}).Notify(t.Context(), back); err != nil {
		t.Fatal(err)
	}
	all, err := d.store.DueAlerts(t.Context(), now.AddDate(0, 0, 1), 10)
	if err != nil || len(all) != 0 {
		t.Errorf("in the morning staff are told %+v, %v", all, err)
	}
}
