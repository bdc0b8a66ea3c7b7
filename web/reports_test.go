package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
	"github.com/earshot/earshot/store"
)

// gzipped is how large a page is on the wire, behind a proxy that compresses.
func gzipped(t *testing.T, w *world, path string) int {
	t.Helper()
	res, body := w.ask("GET", path, "Ira", nil)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d", path, res.StatusCode)
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write([]byte(body)) // a buffer takes everything
	_ = z.Close()
	t.Logf("%s: %d bytes, %d compressed", path, len(body), out.Len())
	return out.Len()
}

// TestReports: what the address says is counted, links lead to the cases behind a number,
// and what means nothing is refused.
func TestReports(t *testing.T) {
	w, today := newWorld(t), time.Now().UTC().Format(time.DateOnly)
	first := w.say("Олена К.", "Не повертають гроші")
	w.say("Олена К.", "Досі не повертають гроші <script>alert(1)</script>")
	w.say("Дмитро", "Заблокували картку")
	w.ask("POST", "/case/"+string(first)+"/claim", "Ira", url.Values{})
	w.ask("POST", "/case/"+string(first)+"/replied", "Ira", url.Values{})
	_, body := w.ask("GET", "/reports", "Ira", nil)
	for _, want := range []string{"<b>3</b>", "before: 0", "100% (1\u00a0of 1)", "Complained more than once", "author=%D0%9E%D0%BB%D0%B5%D0%BD%D0%B0", `class="heard"`, `<desc id="d-days">Heard: 3, answered: 1.`, `href="/reports.csv?"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	for _, never := range []string{"<script>alert", "style="} {
		if strings.Contains(body, never) {
			t.Errorf("the page has %q", never)
		}
	}
	for query, heard := range map[string]string{"period=week&source=forum": "3", "watch=nobody": "0", "source=elsewhere&period=36h": "0", "from=" + today: "3"} {
		if _, body := w.ask("GET", "/reports?"+query, "Ira", nil); !strings.Contains(body, "<dt>Complaints heard</dt><dd><b>"+heard+"</b>") {
			t.Errorf("%s: not %s", query, heard)
		}
	}
	if _, body := w.ask("GET", "/reports?watch=nobody", "Ira", nil); !strings.Contains(body, "Nothing was heard") || !strings.Contains(body, `<option value="nobody" selected>`) {
		t.Error("an empty report does not say so, or forgets its filter")
	}
	for query, key := range map[string]string{"period=soon": "period=soon", "from=2026-13-01": "from=2026-13-01", "to=2026-11-01": "Choose the first day, too", "from=2026-11-09&to=2026-11-01": "ends before it begins", "from=2999-01-01": "ends before it begins", "watch=%00": "watch=", "watch=%00&to=x": "to=x"} {
		if res, body := w.ask("GET", "/reports?"+query, "Ira", nil); res.StatusCode != http.StatusBadRequest || !strings.Contains(body, key) {
			t.Errorf("%s: %d", query, res.StatusCode)
		}
		if res, _ := w.ask("GET", "/reports.csv?"+query, "Ira", nil); res.StatusCode != http.StatusBadRequest {
			t.Errorf("the table of %s: %d", query, res.StatusCode)
		}
	}
	if res, _ := w.ask("GET", "/reports", "", nil, "Nobody", "yes"); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody: %d", res.StatusCode)
	}
}

// TestAnswersOfAQuietTime: in a time in which nothing was heard the page shows what became of the answers that were
// sent in it, as the command does.
func TestAnswersOfAQuietTime(t *testing.T) {
	w := newWorld(t)
	id := w.ingest(time.Now().AddDate(0, 0, -3), mention.Mention{Watch: bank, Score: mention.Score{Complaint: 0.9},
		Post: mention.Post{Source: "forum", Kind: mention.Forum, ID: "1", URL: "https://forum.example/p/1", Author: "Олена", Text: "Не повертають гроші"}})
	w.answers(reply.Way{Repeat: reply.Twice})
	w.ask("POST", "/case/"+string(id)+"/reply", "Ira", answerTo(1, "Перепрошуємо"))
	w.ends(id, mention.ReplySent)
	_, body := w.ask("GET", "/reports?period=24h", "Ira", nil)
	for _, want := range []string{"Nothing was heard in this time", `id="h-sent"`, "100% (1\u00a0of 1)"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if _, table := w.table("/reports.csv?period=24h"); !strings.Contains(table, "answers_sent,forum,,,,,,,,,1,1,") {
		t.Errorf("%s", table)
	}
}

// TestReportSaysWhatRetentionTook: names go with the retention, and a report of before says so.
func TestReportSaysWhatRetentionTook(t *testing.T) {
	w := newWorld(t)
	w.say("Олена К.", "Не повертають гроші")
	for query, says := range map[string]bool{"": false, "period=13w": true} {
		if _, body := w.ask("GET", "/reports?"+query, "Ira", nil); strings.Contains(body, "Names from before") != says {
			t.Errorf("%q: says it: %v", query, !says)
		}
	}
}

// TestReportIsSmall: a quarter of many people and words is loaded on a phone.
func TestReportIsSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("short: hundreds of cases are stored")
	}
	w := newWorld(t)
	for n := range 240 {
		w.say(fmt.Sprintf("Автор з довгим іменем %d", n/3), "Не повертають гроші")
	}
	if n := gzipped(t, w, "/reports?period=13w"); n > 60<<10 {
		t.Errorf("%d bytes", n)
	}
}

// TestListIsSmall: fifty long complaints, each in words of its own, are a page that comes
// over a telephone's network at once.
func TestListIsSmall(t *testing.T) {
	w := newWorld(t)
	dice := rand.New(rand.NewPCG(1, 2))
	for n := range 50 {
		var text strings.Builder
		for text.Len() < 2000 {
			for range 2 + dice.IntN(9) {
				text.WriteRune('а' + rune(dice.IntN(32)))
			}
			text.WriteByte(' ')
		}
		w.say(fmt.Sprintf("Автор %d", n), text.String())
	}
	if n := gzipped(t, w, "/inbox"); n > 60<<10 {
		t.Errorf("the list is %d bytes with gzip", n)
	}
}

// FuzzReport: no address breaks the page of reports, and none makes it count beyond now.
func FuzzReport(f *testing.F) {
	for _, query := range []string{"", "period=7d", "from=2026-11-01&to=2026-11-07", "period=month&watch=%D0%A0", "period=9999w", "from=0001-01-01", "to=x"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		ask, err := readReport(values)
		if err != nil {
			return
		}
		now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
		scope, err := ask.scope(now, time.UTC)
		if err != nil {
			return
		}
		if scope.Until.After(now) || !scope.Since.Before(scope.Until) {
			t.Errorf("%q counts %s to %s", query, scope.Since, scope.Until)
		}
		u, err := url.Parse(ask.path())
		if err != nil {
			t.Fatal(err)
		}
		if again, err := readReport(u.Query()); err != nil || again != ask {
			t.Errorf("%q becomes %q, which means %+v, not %+v", query, ask.path(), again, ask)
		}
	})
}

// crowd is who complains, where and to whom.
type crowd struct {
	watch           string
	places, authors []string // four each
	staff           []mention.Person
	official        string
	langs           []string // four
}

// quarter has the store hold complaints of five weeks, in all states.
func (w *world) quarter() {
	w.t.Helper()
	w.weeks(crowd{bank, []string{"forum", "Відгуки про банк", "news.example/rss", "telegram"}, []string{"Олена К.", "maria_k", "Дмитро", "Георги Петров"},
		[]mention.Person{{ID: "web:Ira", Name: "Ira"}, {ID: "slack:oleh", Name: "Олег Бондаренко"}}, "Romashka Support", languages})
}

func (w *world) weeks(who crowd) {
	w.t.Helper()
	now := time.Now()
	for n := range 150 {
		heard := now.Add(-time.Duration(n*5)*time.Hour - time.Duration(n%60)*time.Minute)
		post := mention.Post{Source: who.places[n%4], Kind: mention.Forum, ID: fmt.Sprint("q", n), URL: fmt.Sprintf("https://forum.example/q/%d", n),
			Author: who.authors[n/4%4], Published: heard.Add(-time.Duration(n%50) * time.Minute), Text: "Не повертають гроші за скасоване замовлення."}
		m := mention.Mention{Watch: who.watch, Post: post, HeardAt: heard, Score: mention.Score{Lang: who.langs[n%4], Label: mention.Negative, Topics: [][]string{{"refund", "support"}, {"app"}, {"delivery"}, {"fraud", "refund"}, nil}[n%5]}}
		c := mention.Case{MentionID: mention.MentionID(post.Key(), who.watch), Status: mention.Replied, Version: 2, OpenedAt: heard, Owner: who.staff[n%2],
			ClaimedAt: heard.Add(time.Duration(n%9+1) * time.Minute), RepliedAt: heard.Add(time.Duration(n%70+10) * time.Minute), RepliedBy: who.official, AnswerVerified: n%3 > 0}
		switch {
		case n%4 == 3:
			c = mention.Case{MentionID: c.MentionID, Status: mention.Open, Version: 1, OpenedAt: heard}
		case n%11 == 5:
			c.Status, c.Reason, c.RepliedAt = mention.Dismissed, mention.NotUs, time.Time{}
		}
		in := mention.PollResult{Source: post.Source, Complete: true, At: heard, Posts: []mention.AnalyzedPost{{Post: post, Mentions: []mention.Mention{m}}}}
		_, err := w.store.Ingest(context.Background(), in, func(_ context.Context, _ *store.Tx, pending []*mention.PendingMention) error {
			for _, d := range pending {
				d.Mention.Severity, d.Case = mention.High, c
			}
			return nil
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// crowded counts how many read the clocks of cases at a time.
type crowded struct {
	Numbers
	mu        sync.Mutex
	now, most int
}

func (c *crowded) Times(ctx context.Context, since, until time.Time) ([]mention.Times, error) {
	c.mu.Lock()
	c.now++
	c.most = max(c.most, c.now)
	c.mu.Unlock()
	time.Sleep(20 * time.Millisecond)
	c.mu.Lock()
	c.now--
	c.mu.Unlock()
	return c.Numbers.Times(ctx, since, until)
}

// TestReportsAreFewAtOnce: each report holds every case of its time in memory, and whoever is signed in may
// ask for as many as they like.
func TestReportsAreFewAtOnce(t *testing.T) {
	w := newWorld(t)
	numbers := &crowded{Numbers: w.inbox.opt.Numbers}
	w.inbox.opt.Numbers = numbers
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			if res, _ := w.ask("GET", []string{"/reports", "/reports.csv"}[i%2], "Ira", nil); res.StatusCode != http.StatusOK {
				t.Errorf("%d: %d", i, res.StatusCode)
			}
		})
	}
	all.Wait()
	if numbers.most > 2 {
		t.Errorf("%d are counted at a time", numbers.most)
	}
}
