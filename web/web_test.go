package web

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

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
	table, body := w.table("/inbox.csv")
	if len(table) != len(nasty)+1 {
		t.Fatalf("%d rows", len(table))
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

// TestOnePersonLeavesLines: whoever opens as many pages as one person may keeps nobody else's from being
// kept up to date.
func TestOnePersonLeavesLines(t *testing.T) {
	w := newWorld(t)
	l := newLive(w.store, slog.New(slog.DiscardHandler), time.Now)
	var last *line
	for n := range maxLines {
		open, err := l.open(t.Context(), "slack:U0000IRA")
		if (err == nil) != (n < linesOfOne) {
			t.Fatalf("page %d: %v", n+1, err)
		}
		if err == nil {
			last = open
		}
	}
	if _, err := l.open(t.Context(), "slack:U000OLEH"); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	l.close(last)
	if _, err := l.open(t.Context(), "slack:U0000IRA"); err != nil {
		t.Errorf("when one was closed: %v", err)
	}
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
	if n := rowsOf(body); n != pageRows || !strings.Contains(body, "52\u00a0скарги") || !strings.Contains(body, `lang="uk"`) {
		t.Errorf("%d rows: %s", n, body[:400])
	}
	if len(body) > 400_000 {
		t.Errorf("a page of %d bytes", len(body))
	}
	if _, body := w.ask("GET", nextOf(body), "Ira", nil); rowsOf(body) != 2 {
		t.Errorf("the next page: %d rows", rowsOf(body))
	}
	for path, rows := range map[string]int{"/inbox?q=" + url.QueryEscape("слово7"): 1, "/inbox?author=" + url.QueryEscape("Автор 3"): 1, "/inbox?status=replied": 0, "/inbox?owner=me": 0, "/inbox?status=all&topic=refund": pageRows} {
		if _, body := w.ask("GET", path, "Ira", nil); rowsOf(body) != rows {
			t.Errorf("%s: %d rows, want %d", path, rowsOf(body), rows)
		}
	}
	codes := map[string]int{"/inbox?status=x": 400, "/inbox?from=x": 400, "/inbox?from=2026-11-30&to=2026-11-01": 400, "/inbox?from=2026-11-30&to=2026-11-30": 200, "/inbox?view=Reviews": 303, "/inbox?view=x": 404, "/case/x": 404, "/inbox?after=%25%25": 303, "/": 303,
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
	body, err := embedded.ReadFile("static/htmx.min.js")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(body)); got != "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130" {
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

// TestALinkShowsEverybodyTheSame: the days of an address are the team's; who reads in another zone
// sees the same complaints, each with their own time.
func TestALinkShowsEverybodyTheSame(t *testing.T) {
	w := newWorld(t)
	at := time.Date(2026, 11, 20, 20, 0, 0, 0, time.UTC)
	p := mention.Post{Source: "forum", Kind: mention.Forum, ID: "1", URL: "https://forum.example/p/1", Author: "Олена", Text: "Не повертають гроші", Published: at}
	m := mention.Mention{Watch: bank, Post: p, Score: mention.Score{Value: -0.8, Label: mention.Negative, Lang: "uk", Complaint: 0.9}}
	w.ingest(at, m)
	for _, zone := range []string{"", "UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati"} {
		for _, page := range []string{"/inbox", "/inbox.csv"} {
			for day, there := range map[string]bool{"2026-11-19": false, "2026-11-20": true, "2026-11-21": false} {
				_, body := w.ask("GET", page+"?status=all&from="+day+"&to="+day, "Ira", nil, "Cookie", "who=Ira; zone="+zone)
				if strings.Contains(body, "Олена") != there {
					t.Errorf("%s of %s in %q: it is there: %v", page, day, zone, !there)
				}
			}
		}
	}
}

// A list with nothing in it says that nobody waits where it is the list of all who wait, and a page
// of which all was dealt with leads to the first one.
func TestEmptyLists(t *testing.T) {
	w := newWorld(t)
	const nobody = "Nobody waits for an answer."
	if _, body := w.ask("GET", "/inbox", "Ira", nil); !strings.Contains(body, nobody) || !strings.Contains(body, "first read it raises no alert") || strings.Count(body, `href="/sources"`) != 2 {
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
	next := nextOf(body)
	_, body = w.ask("GET", next, "Ira", nil)
	id := mention.ID(regexp.MustCompile(`<li id="c-([^"]+)"`).FindStringSubmatch(body)[1])
	res, _ := w.ask("POST", "/case/"+string(id)+"/dismiss", "Ira", url.Values{"reason": {"spam"}, "back": {next}})
	for range 3 {
		if res.StatusCode == http.StatusSeeOther {
			res, body = w.ask("GET", res.Header.Get("Location"), "Ira", nil)
		}
	}
	if rowsOf(body) != pageRows || !strings.Contains(body, "/case/"+string(id)+"/undo") {
		t.Errorf("after the last one of the last page was dismissed: %d, %d rows; nobody waits: %t", res.StatusCode, rowsOf(body), strings.Contains(body, nobody))
	}
}
