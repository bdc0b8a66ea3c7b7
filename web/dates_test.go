package web

import (
	"html"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// TestDayOfASite: where a site gives the day of a post alone, that day is shown, whatever zone the site,
// the team and the reader are in.
func TestDayOfASite(t *testing.T) {
	w := newWorld(t)
	days := map[string]string{}
	for _, name := range []string{"Europe/Kyiv", "Asia/Vladivostok", "America/New_York", "Pacific/Honolulu", "Pacific/Auckland", "Pacific/Chatham", "UTC"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		p := mention.Post{Source: "forum", Kind: mention.Review, ID: name, URL: "https://forum.example/" + name, Author: name, Text: "Не повертають гроші " + name, Published: time.Date(2026, 1, 22, 0, 0, 0, 0, zone).UTC(), DateOnly: true} // as crawlers hand it over
		_, body := w.ask("GET", "/case/"+string(w.complains(p)), "Ira", nil)
		if !strings.Contains(body, `<time datetime="2026-01-22">22`+"\u00a0Jan 2026</time>") {
			_, rest, _ := strings.Cut(body, `class="clocks"`)
			t.Errorf("%s: %.300s", name, rest)
		}
		days[name] = "2026-01-22"
	}
	table, _ := w.table("/inbox.csv")
	if len(table) != len(days)+1 {
		t.Fatalf("%d rows", len(table))
	}
	for _, row := range table[1:] {
		if author, published := row[8], row[12]; published != days[author] {
			t.Errorf("%s: published %s in the table", author, published)
		}
	}
}

// TestTableHasWhenItBecameAComplaint: praise that its author edited into a complaint was heard as one with the
// edit, as reports count it; who reckons waits in the table finds no weeks.
func TestTableHasWhenItBecameAComplaint(t *testing.T) {
	w := newWorld(t)
	id, edit := w.say("Олена", "Не повертають гроші"), time.Now().Add(3*time.Hour).Truncate(time.Second).UTC()
	if _, err := w.store.UpdateCase(t.Context(), id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		c.OpenedAt = edit
		return nil, nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	if table, _ := w.table("/inbox.csv?status=all"); len(table) != 2 || table[0][13] != "heard" || table[1][13] != edit.Format(time.RFC3339) {
		t.Errorf("%q, want heard at %s", table, edit.Format(time.RFC3339))
	}
}

// TestReportLeadsToWhatItCounted: what a row of a report counts stands in the list that it leads to, also what its author
// edited into a complaint long after it was heard; and what became one later is in no list of before.
func TestReportLeadsToWhatItCounted(t *testing.T) {
	w, now := newWorld(t), time.Now()
	praise := w.ingest(now.AddDate(0, 0, -40), mention.Mention{Watch: bank, Score: mention.Score{Complaint: 0.9},
		Post: mention.Post{Source: "forum", Kind: mention.Forum, ID: "old", URL: "https://forum.example/p/old", Author: "Олена", Text: "Не повертають гроші"}})
	if _, err := w.store.UpdateCase(t.Context(), praise, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		c.OpenedAt = now.AddDate(0, 0, -2)
		return nil, nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	w.say("Дмитро", "Заблокували картку")
	_, page := w.ask("GET", "/reports", "Ira", nil)
	_, link, _ := strings.Cut(page, `id="h-places"`)
	_, link, _ = strings.Cut(link, `<a href="`)
	link, _, _ = strings.Cut(link, `"`)
	link = html.UnescapeString(link)
	_, list := w.ask("GET", link, "Ira", nil)
	if !strings.Contains(page, "<dt>Complaints heard</dt><dd><b>2</b>") || rowsOf(list) != 2 {
		t.Errorf("%s shows %d of the 2 that were heard", link, rowsOf(list))
	}
	before := "from=" + now.AddDate(0, 0, -50).Format(time.DateOnly) + "&to=" + now.AddDate(0, 0, -30).Format(time.DateOnly)
	for _, status := range []string{"all", "open"} {
		if _, list := w.ask("GET", "/inbox?status="+status+"&"+before, "Ira", nil); rowsOf(list) != 0 {
			t.Errorf("%s: it was praise then", status)
		}
	}
}
