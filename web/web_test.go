package web

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
	"github.com/earshot/earshot/store"
	"go.uber.org/goleak"
	"golang.org/x/net/html"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const bank = "Ромашка Банк"

// world is an inbox on a real store. A request is of the person in its cookie.
type world struct {
	t     testing.TB
	store *store.Store
	inbox *Inbox
	addr  string
	said  int
	ids   []mention.ID

	sources []Source
	polled  chan string // what was asked to be polled
}

func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldIn(t, "sqlite:"+filepath.Join(t.TempDir(), "e.db"))
}

// newWorldIn is a world in an empty database.
func newWorldIn(t testing.TB, database string) *world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(context.Background(), store.Options{Database: database, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: s, polled: make(chan string, 10)}
	d := desk.NewDesk(s, func(string) i18n.Lang { return i18n.Lang{} }, time.Now, func() { w.inbox.Changed() })
	w.inbox, err = New(Options{
		Cases: s, Numbers: s, Mine: s, Templates: s, Desk: d, Texts: texts, Log: log, Now: time.Now,
		Who: func(r *http.Request) (Person, bool) {
			c, err := r.Cookie("who")
			if err != nil {
				return Person{Person: mention.Person{ID: "web:ira", Name: "Ira"}, Reply: true}, r.Header.Get("Nobody") == ""
			}
			p := Person{Person: mention.Person{ID: "web:" + c.Value, Name: c.Value}, Sources: c.Value != "guest", Reply: c.Value != "guest"}
			if lang, err := r.Cookie("lang"); err == nil {
				p.Lang = lang.Value
			}
			if c.Value == "guest" {
				p.May = func(a mention.Action) bool { return a.Verb != mention.Dismiss }
			}
			return p, true
		},
		Lang: func() string { return "en" }, Zone: func() *time.Location { return time.UTC },
		Views: func() []View { return []View{{Name: "Reviews", Query: "kind=review"}} },
		Places: func() Places {
			return Places{Watches: []string{bank}, Sources: []string{"forum"}, Topics: []string{"refund"}}
		},
		Session: func(r *http.Request) (hash [32]byte, ok bool) {
			_, err := r.Cookie("who")
			return [32]byte{1}, err == nil
		},
		Sources:     func() []Source { return w.sources },
		PollNow:     func(_ context.Context, source string) { w.polled <- source },
		Answers:     reply.New(reply.Options{Outbox: s, Reader: s, Way: func(string) (reply.Way, bool) { return reply.Way{}, false }}),
		Replies:     func(mention.Mention, string) []string { return []string{"We are sorry."} },
		ReplyWithin: func(mention.Severity) (time.Duration, hours.Hours) { return 30 * time.Minute, hours.Hours{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { w.inbox.Run(ctx) })
	server := httptest.NewServer(w.inbox.Handler())
	w.addr = server.URL
	t.Cleanup(func() {
		stop()
		done.Wait()
		server.Close()
		s.Close()
	})
	return w
}

// say has the store hear one complaint, as a poll would; the post names the others, too.
func (w *world) say(author, text string, others ...string) mention.ID {
	w.t.Helper()
	w.said++
	p := mention.Post{Source: "forum", Kind: mention.Forum, ID: fmt.Sprint(w.said), URL: fmt.Sprintf("https://forum.example/p/%d", w.said), Author: author, Text: text,
		Published: time.Now().Add(-5 * time.Minute), Rating: &mention.Rating{Value: 1, Best: 5}}
	return w.complains(p, others...)
}

// complains has the store hear a post as a complaint.
func (w *world) complains(p mention.Post, others ...string) mention.ID {
	w.t.Helper()
	m := mention.Mention{Watch: bank, Post: p, Score: mention.Score{Value: -0.8, Label: mention.Negative, Lang: "uk", Complaint: 0.9, Topics: []string{"refund"},
		Frames: []mention.Frame{{Frame: "event", Value: "yes"}}}}
	planner := plan.NewPlanner(alerts.Rules{Otherwise: "console"})
	in := mention.PollResult{Source: "forum", Complete: true, OwnIDs: true, At: time.Now(), Posts: []mention.AnalyzedPost{{Post: p, Mentions: []mention.Mention{m}}}}
	for _, m.Watch = range others {
		in.Posts[0].Mentions = append(in.Posts[0].Mentions, m)
	}
	_, err := w.store.Ingest(context.Background(), in, func(ctx context.Context, tx *store.Tx, list []*mention.PendingMention) error {
		return planner.Plan(ctx, tx, time.Now(), list)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	id := mention.MentionID(p.Key(), bank)
	w.ids = append(w.ids, id)
	return id
}

// ask sends a request of a person; headers are pairs. Redirects are answers.
func (w *world) ask(method, path, who string, form url.Values, headers ...string) (*http.Response, string) {
	w.t.Helper()
	r, err := http.NewRequest(method, w.addr+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "who", Value: who})
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res, string(body)
}

func (w *world) status(id mention.ID) mention.Case {
	w.t.Helper()
	_, c, err := w.store.Mention(context.Background(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// What strangers write stays text: no element, attribute or address comes of it, and a
// spreadsheet runs nothing.
func TestHostileWords(t *testing.T) {
	w := newWorld(t)
	nasty := []string{`<script>alert(1)</script> гроші не повертають`, `"><img src=x onerror=alert(1)>`, `=HYPERLINK("http://evil.example";"x")`, "+1-1|cmd", "@SUM(A1)", "\t=1+1", "'; DROP TABLE mentions; --", "\u202egnp.exe",
		"Жах;=cmd|' /C calc'!A0;", "Жах\n=cmd|' /C calc'!A0", `Жах;"=cmd|' /C calc'!A0;`, "Жах\r\n+1+cmd|' /C calc'!A0", "Жах ;-)"}
	for _, words := range nasty {
		w.say(words, "Не повертають гроші. "+words)
	}
	for _, path := range []string{"/inbox", "/inbox?q=" + url.QueryEscape(nasty[1]), "/case/" + string(w.ids[0]), "/case/" + string(w.ids[1])} {
		_, body := w.ask("GET", path, "Ira", nil)
		doc, err := html.Parse(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if n.Type == html.ElementNode && (n.Data == "img" || n.Data == "style") {
				t.Errorf("%s: an element <%s>", path, n.Data)
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(a.Val, "javascript:") || n.Data == "script" && a.Key == "src" && !strings.HasPrefix(a.Val, "/static/") {
					t.Errorf("%s: <%s %s=%q>", path, n.Data, a.Key, a.Val)
				}
			}
		}
	}
	res, body := w.ask("GET", "/inbox.csv", "Ira", nil)
	table, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
	if err != nil || res.StatusCode != 200 || len(table) != len(nasty)+1 {
		t.Fatalf("%d rows, %v", len(table), err)
	}
	for _, row := range table[1:] {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+@\t") {
				t.Errorf("a formula: %q", cell)
			}
		}
	}
	// Where the comma is for decimals, as in Ukraine, Russia and Bulgaria, Excel parts cells by
	// semicolons and lines, and quotes in the middle of what is one cell there hold nothing together.
	if found := regexp.MustCompile(`[;\r\n]"*(?:[=+@]|-[^)])[^;\r\n]{0,9}`).FindAllString(body, -1); found != nil {
		t.Errorf("formulas between semicolons: %q", found)
	}
	if !strings.Contains(body, "Жах ;-)") {
		t.Error("what no spreadsheet runs comes as it is")
	}
	if report.Defused("-0.80") != "-0.80" || report.Defused("-x") != "'-x" {
		t.Error("a number is no formula, and what only begins like one is")
	}
}

// A form leads back to a page of ours, whatever it says.
func TestBack(t *testing.T) {
	for back, want := range map[string]string{
		"/inbox?q=%D0%B0&undo=1": "/inbox?q=%D0%B0", "//evil.example/inbox": "/case/x", "https://evil.example/inbox": "/case/x", `/\evil.example`: "/case/x",
		"javascript:alert(1)": "/case/x", "/case/7?back=%2Finbox": "/case/7?back=%2Finbox", "": "/case/x", "/inbox/../login": "/case/x",
	} {
		if got := backOf(back, "x"); got != want {
			t.Errorf("%q leads to %q, want %q", back, got, want)
		}
	}
}

// An open page hears of every change, also after its line was cut.
func TestEvents(t *testing.T) {
	w := newWorld(t)
	first := w.say("Олена К.", "Третій тиждень не повертають гроші")
	_, since, err := w.store.ChangeRange(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var claims sync.WaitGroup
	defer claims.Wait() // one that is under way when its change is read already
	listen := func(last int64, until string) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		r, _ := http.NewRequestWithContext(ctx, "GET", w.addr+"/events", nil)
		r.Header.Set("Last-Event-ID", fmt.Sprint(last))
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var got strings.Builder
		buf := make([]byte, 4096)
		for !strings.Contains(got.String(), until) {
			n, err := res.Body.Read(buf)
			got.Write(buf[:n])
			if err != nil && !strings.Contains(got.String(), until) {
				t.Fatalf("the line ended before %q: %v\n%s", until, err, got.String())
			}
			if strings.Contains(got.String(), "event: beat") && until != "reload" && w.status(first).Status == mention.Open {
				claims.Go(func() {
					w.ask("POST", "/case/"+string(first)+"/claim", "Ira", url.Values{}, "HX-Request", "true")
				})
			}
		}
		return got.String()
	}
	if got := listen(since, `"version":2`); !strings.Contains(got, string(first)) || strings.Contains(got, "Олена") {
		t.Errorf("told: %s", got)
	}
	second := w.say("Дмитро", "Заблокували картку без попередження, гроші на ній")
	// Of one post two entries come, maybe in two reads: that it is an alert is the later one.
	if got := listen(since, `"new":true`); !strings.Contains(got, `"id":"`+string(second)) {
		t.Errorf("after a cut: %s", got)
	}
	listen(since+1_000_000, "reload")
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"", "status=open&owner=me", "status=all&q=%D0%B3%D1%80%D0%BE%D1%88%D1%96&from=2026-11-01&to=2026-11-30", "after=%25%25", "kind=review&kind=x", "from=0000-01-01", "q=%00%ff"} {
		f.Add(seed)
	}
	testkit.AttackSeeds(func(body string) { f.Add(body) })
	f.Fuzz(func(t *testing.T, raw string) {
		values, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		is, err := readFilter(values)
		if err != nil {
			return
		}
		again, err := url.ParseQuery(is.String())
		if err != nil {
			t.Fatal(err)
		}
		if back, err := readFilter(again); err != nil || back != is {
			t.Errorf("%q: %+v, read again %+v, %v", raw, is, back, err)
		}
		is.query("me", time.UTC)
	})
}

// The list asked by addresses, with the pages of it.
func TestList(t *testing.T) {
	w := newWorld(t)
	for i := range pageRows + 2 {
		w.say(fmt.Sprintf("Автор %d", i), fmt.Sprintf("Слово%d: гроші не повертають, підтримка мовчить", i))
	}
	_, body := w.ask("GET", "/inbox", "Ira", nil, "Accept-Language", "uk-UA,uk;q=0.9")
	if n := strings.Count(body, `<li id="c-`); n != pageRows || !strings.Contains(body, "52 скарги") || !strings.Contains(body, `lang="uk"`) {
		t.Errorf("%d rows: %s", n, body[:400])
	}
	if len(body) > 400_000 {
		t.Errorf("a page of %d bytes", len(body))
	}
	next := body[strings.Index(body, `rel="next" href="`)+len(`rel="next" href="`):]
	next = html.UnescapeString(next[:strings.IndexByte(next, '"')])
	if _, body := w.ask("GET", next, "Ira", nil); strings.Count(body, `<li id="c-`) != 2 {
		t.Errorf("the next page: %d rows", strings.Count(body, `<li id="c-`))
	}
	for path, rows := range map[string]int{"/inbox?q=" + url.QueryEscape("слово7"): 1, "/inbox?author=" + url.QueryEscape("Автор 3"): 1, "/inbox?status=replied": 0, "/inbox?owner=me": 0, "/inbox?status=all&topic=refund": pageRows} {
		if _, body := w.ask("GET", path, "Ira", nil); strings.Count(body, `<li id="c-`) != rows {
			t.Errorf("%s: %d rows, want %d", path, strings.Count(body, `<li id="c-`), rows)
		}
	}
	codes := map[string]int{"/inbox?status=x": 400, "/inbox?from=x": 400, "/inbox?view=Reviews": 303, "/inbox?view=x": 404, "/case/x": 404, "/inbox?after=%25%25": 303, "/": 303,
		"/inbox?match=" + string(w.ids[0]): 204, "/inbox?owner=me&match=" + string(w.ids[0]): 404}
	for path, code := range codes {
		if res, _ := w.ask("GET", path, "Ira", nil); res.StatusCode != code {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, code)
		}
	}
	if res, _ := w.ask("GET", "/inbox", "Ira", nil); !strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", res.Header)
	}
}

// The one file of others is the one that was published.
func TestHtmxIsTheOne(t *testing.T) {
	w := newWorld(t)
	sum := sha256.Sum256(w.inbox.files["htmx.min.js"].body)
	if got := hex.EncodeToString(sum[:]); got != "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130" {
		t.Errorf("htmx.min.js is not that of htmx.org 4.0.1: %s", got)
	}
}

// TestReopenedWaitsAnew: the moment from which the script counts a wait on is that from which
// the page counted it; of a case that was opened again it is that opening.
func TestReopenedWaitsAnew(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Не повертають гроші")
	for _, verb := range []string{"replied", "reopen"} {
		if res, body := w.ask("POST", "/case/"+string(id)+"/"+verb, "Ira", url.Values{"back": {"/inbox"}}); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", verb, res.StatusCode, body)
		}
	}
	_, body := w.ask("GET", "/case/"+string(id)+"?part=row", "Ira", nil)
	_, rest, _ := strings.Cut(body, `class="waits"`)
	_, rest, _ = strings.Cut(rest, `datetime="`)
	stamp, _, _ := strings.Cut(rest, `"`)
	if since, err := time.Parse(time.RFC3339, stamp); err != nil || time.Since(since) > 4*time.Minute {
		t.Errorf("it waits since %s (%v), and was opened again now:\n%s", stamp, err, body)
	}
}

// TestDaysOfAList: the days of a list are whole, also where the clock skips midnight.
func TestDaysOfAList(t *testing.T) {
	zone, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	q := filter{From: "2026-09-06", To: "2026-09-06"}.query("web:ira", zone)
	if from, to := q.Since.UTC().Format(time.RFC3339), q.Until.UTC().Format(time.RFC3339); from != "2026-09-06T04:00:00Z" || to != "2026-09-07T03:00:00Z" {
		t.Errorf("from %s to %s", from, to)
	}
}

// A list with nothing in it says that nobody waits where it is the list of all who wait, and a page
// of which all was dealt with leads to the first one.
func TestEmptyLists(t *testing.T) {
	w := newWorld(t)
	const nobody = "Nobody waits for an answer."
	if _, body := w.ask("GET", "/inbox", "Ira", nil); !strings.Contains(body, nobody) || !strings.Contains(body, "first read is old") || strings.Count(body, `href="/sources"`) != 2 {
		t.Error("nobody waits, and it is not said, or not where a first day's silence is explained")
	}
	for i := range pageRows + 1 {
		w.say(fmt.Sprintf("Автор %d", i), "гроші не повертають")
	}
	for _, path := range []string{"/inbox?owner=me", "/inbox?status=dismissed", "/inbox?status=claimed", "/inbox?status=snoozed", "/inbox?q=nowhere"} {
		if _, body := w.ask("GET", path, "Ira", nil); strings.Contains(body, nobody) || !strings.Contains(body, "Nothing fits this filter.") {
			t.Errorf("%s says that nobody waits, or does not say that nothing is there", path)
		}
	}
	_, body := w.ask("GET", "/inbox", "Ira", nil)
	next := body[strings.Index(body, `rel="next" href="`)+len(`rel="next" href="`):]
	next = html.UnescapeString(next[:strings.IndexByte(next, '"')])
	_, body = w.ask("GET", next, "Ira", nil)
	id := mention.ID(regexp.MustCompile(`<li id="c-([^"]+)"`).FindStringSubmatch(body)[1])
	res, _ := w.ask("POST", "/case/"+string(id)+"/dismiss", "Ira", url.Values{"reason": {"spam"}, "back": {next}})
	for range 3 {
		if res.StatusCode == http.StatusSeeOther {
			res, body = w.ask("GET", res.Header.Get("Location"), "Ira", nil)
		}
	}
	if strings.Count(body, `<li id="c-`) != pageRows || !strings.Contains(body, "/case/"+string(id)+"/undo") {
		t.Errorf("after the last one of the last page was dismissed: %d, %d rows; nobody waits: %t", res.StatusCode, strings.Count(body, `<li id="c-`), strings.Contains(body, nobody))
	}
}
