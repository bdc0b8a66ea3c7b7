package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
	"github.com/earshot/earshot/web"
)

// storeWeek stores complaints of the last days in all states, some of them by an author
// whose name is a formula.
func storeWeek(t *testing.T, db *store.Store) {
	t.Helper()
	now := time.Now()
	for n := range 40 {
		heard := now.Add(-time.Duration(n*5) * time.Hour)
		post := mention.Post{Source: []string{"forum", "reviews", "silent"}[n%3], Kind: mention.Forum, ID: fmt.Sprint(n), Author: []string{"Олена", "=HYPERLINK(1)", "maria", "Дмитро", "Георги"}[n%3+n/3%2*2], Published: heard.Add(-time.Duration(n) * time.Minute), Text: "Ромашка погана"}
		m := mention.Mention{ID: mention.MentionID(post.Key(), "Ромашка"), Watch: "Ромашка", Post: post, HeardAt: heard, Score: mention.Score{Lang: []string{"uk", "bg"}[n%2], Topics: [][]string{{"refund"}, {"app", "support"}, nil}[n%3]}}
		c := mention.Case{MentionID: m.ID, Status: mention.Open, Version: 1, OpenedAt: heard}
		claimed, replied := heard.Add(time.Duration(n)*time.Minute), heard.Add(time.Duration(2*n+1)*time.Minute)
		switch {
		case n%3 == 2: // nobody answers there
		case n%4 == 1:
			c.Status, c.Owner, c.ClaimedAt = mention.Claimed, mention.Person{ID: "slack:oleh", Name: "Oleh"}, claimed
		case n%7 == 3:
			c.Status, c.Reason, c.DismissedAt = mention.Dismissed, mention.Spam, claimed
		default:
			c.Status, c.Owner, c.ClaimedAt, c.RepliedAt, c.RepliedBy, c.AnswerVerified = mention.Replied, mention.Person{ID: "slack:ira", Name: "Ira"}, claimed, replied, "Ira", n%2 == 0
		}
		in := mention.PollResult{Source: post.Source, At: heard, Posts: []mention.AnalyzedPost{{Post: post, Mentions: []mention.Mention{m}}}}
		_, err := db.Ingest(t.Context(), in, func(_ context.Context, _ *store.Tx, pending []*mention.PendingMention) error {
			for _, d := range pending {
				d.Mention.Severity, d.Case = mention.High, c
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// reportsOf serves the pages of reports over a database.
func reportsOf(t *testing.T, db *store.Store) string {
	t.Helper()
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	in, err := web.New(web.Options{
		Cases: db, Numbers: db, Mine: db, Texts: texts, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Who: func(*http.Request) (web.Person, bool) {
			return web.Person{Person: mention.Person{ID: "ira", Name: "Ira"}}, true
		},
		Lang: func() string { return "en" }, Zone: func() *time.Location { return time.Local }, Views: func() []web.View { return nil },
		Places:      func() web.Places { return web.Places{} },
		Retention:   func() time.Duration { return 365 * 24 * time.Hour },
		ReplyWithin: func(mention.Severity) (time.Duration, hours.Hours) { return 30 * time.Minute, hours.Hours{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(in.Handler())
	t.Cleanup(server.Close)
	return server.URL
}

func get(t *testing.T, address string) string {
	t.Helper()
	// Not the process's own client: run, which other tests call in this process, keeps that for doors.
	return getBy(t, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, address)
}

// getBy is what a browser is shown.
func getBy(t testing.TB, browser *http.Client, address string) string {
	t.Helper()
	res, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v\n%s", address, res.Status, err, body)
	}
	return string(body)
}

// tablesOf are the cells of a page's tables, each row without its first cell by that and
// the id of the table's heading.
func tablesOf(t *testing.T, page string) map[string][]string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	var words func(n *html.Node) string
	words = func(n *html.Node) string {
		if n.Type == html.TextNode {
			return strings.ReplaceAll(n.Data, "\u00a0", " ") // a time is not broken across lines
		}
		var b strings.Builder
		for c := range n.ChildNodes() {
			b.WriteString(words(c))
		}
		return b.String()
	}
	table := ""
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			if n.Data == "h2" && a.Key == "id" {
				table = strings.TrimPrefix(a.Val, "h-")
			}
		}
		if n.Data == "dt" {
			rows["tile "+words(n)] = strings.Split(words(n.NextSibling), " ")
		}
		if n.Data != "tr" {
			continue
		}
		var cells []string
		for c := range n.ChildNodes() {
			if c.Type == html.ElementNode {
				cells = append(cells, strings.TrimSpace(words(c)))
			}
		}
		rows[table+" "+cells[0]] = cells[1:]
	}
	return rows
}

// TestReportsAgree: the page, its table to download and the command count the same in the
// same database.
func TestReportsAgree(t *testing.T) {
	db, cli := besideDaemon(t, "deadlines: {reply: 30m}\n")
	storeWeek(t, db)
	address := reportsOf(t, db)
	for _, c := range []struct{ query, args string }{
		{"", ""}, {"period=4w", "--since 4w"}, {"from=" + day(-6), "--since " + day(-6)}, {"period=80h", "--since 80h"},
		{"from=" + day(-3) + "&to=" + day(-1), "--since " + day(-3) + " --until " + day(-1)},
	} {
		ask := func(form string) string {
			args := append([]string{"report"}, strings.Fields(c.args)...)
			if form != "" {
				args = append(args, form)
			}
			out, problem, code := cli(args...)
			if code != 0 {
				t.Fatalf("report %s: %d %s", c.args, code, problem)
			}
			return out
		}
		table := get(t, address+"/reports.csv?"+c.query)
		if got, want := strings.TrimPrefix(table, "\ufeff"), ask("--csv"); got != want {
			t.Errorf("%s: the table to download:\n%s\nthe command:\n%s", c.query, got, want)
		}
		cells, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(table, "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range cells[1:] {
			if strings.HasPrefix(row[1], "=") {
				t.Errorf("a formula: %q", row)
			}
		}
		var r struct {
			report.Report
			Before report.Report `json:"before"`
		}
		if err := json.Unmarshal([]byte(ask("--json")), &r); err != nil {
			t.Fatal(err)
		}
		page := tablesOf(t, get(t, address+"/reports?"+c.query))
		samePage(t, c.query, page, r.Report, r.Before)
		text := ask("")
		for _, line := range r.Lines(i18n.Lang{}, &r.Before) {
			if !strings.Contains(text, strings.TrimSpace(line.Name)) || !strings.Contains(text, line.Value) {
				t.Errorf("%s: the words have no %+v", c.query, line)
			}
		}
	}
}

// samePage compares what a page shows with what the command counted.
func samePage(t *testing.T, query string, page map[string][]string, now, before report.Report) {
	t.Helper()
	if now.Heard == 0 || now.Answered == 0 || now.Kept.Of == 0 || len(now.Places) != 3 || len(now.Authors) == 0 {
		t.Fatalf("%s: there is nothing to compare: %+v", query, now)
	}
	var l i18n.Lang
	want := map[string][]string{
		"tile Complaints heard": {l.Number(now.Heard), "before:", l.Number(before.Heard)},
		"tile Answered":         {l.Number(now.Answered), "before:", l.Number(before.Answered)},
		"tile Unanswered":       {l.Number(now.Unanswered), "before:", l.Number(before.Unanswered)},
		"tile Dismissed":        {l.Number(now.Dismissed), "before:", l.Number(before.Dismissed)},
		"tile Answered within the deadline": append(strings.Split(now.Kept.Words(l), " "),
			append([]string{"before:"}, strings.Split(before.Kept.Words(l), " ")...)...),
	}
	wait := func(name string, now, before report.Spread) {
		want["waits "+name] = []string{now.MedianWords(l), now.P90Words(l), "", before.Words(l)}
	}
	wait("published → heard", now.Hear, before.Hear)
	wait("heard → claimed", now.Claim, before.Claim)
	wait("claimed → answered", now.Answer, before.Answer)
	wait("published → answered", now.Overall, before.Overall)
	cells := func(r report.Row, before ...string) []string {
		kept := "–"
		if share, ok := r.Kept.Share(); ok {
			kept = l.Percent(share)
		}
		out := append([]string{strconv.Itoa(r.Complaints), strconv.Itoa(r.Answered), strconv.Itoa(r.Unanswered())}, before...)
		return append(out, kept, r.Overall.MedianWords(l), r.Overall.P90Words(l))
	}
	for _, r := range now.Places {
		name := r.Name
		if r.Silent() {
			name += " nobody was answered"
		}
		want["places "+name] = append(cells(r), r.Hear.P90Words(l))
	}
	for _, r := range now.Topics {
		want["topics "+l.Word("topic", r.Name)] = append(cells(r, strconv.Itoa(r.Before)), "")
	}
	for _, r := range now.People {
		want["people "+r.Name] = cells(r)
	}
	for _, r := range now.Langs {
		want["langs "+l.Word("web.language", r.Name)] = cells(r)
	}
	for _, a := range now.Authors {
		want["authors "+a.Name+" "+a.Source] = cells(a.Row)
	}
	for key, cells := range want {
		if !slices.Equal(page[key], cells) {
			t.Errorf("%s: %s: the page says %q, the command %q", query, key, page[key], cells)
		}
	}
}

func day(from int) string { return time.Now().UTC().AddDate(0, 0, from).Format(time.DateOnly) }
