package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts/report"
)

// townSources are sources in every state.
func townSources() []Source {
	now := time.Now()
	days := make([]int, 28)
	for i := range days {
		days[i] = i % 5
	}
	return []Source{
		{Name: "forum", Kind: "forum", State: "ok", LastPoll: now.Add(-2 * time.Minute), NextPoll: now.Add(3 * time.Minute), LastNew: now.Add(-time.Hour), Days: days},
		{Name: "Відгуки про банк", Kind: "page", State: "blocked", Why: "blocked", Answer: 403, Error: "answer 403", Until: now.Add(20 * time.Hour), NextPoll: now.Add(20 * time.Hour), LastPoll: now.Add(-4 * time.Hour), Days: days},
		{Name: "news.example/rss", Kind: "feed", State: "failing", Error: "<b>no such host</b>", LastPoll: now, NextPoll: now.Add(-time.Second), Days: make([]int, 28)},
		{Name: "telegram", Kind: "telegram", State: "quiet", LastPoll: now, LastNew: now.AddDate(0, 0, -9), Days: make([]int, 28)},
		{Name: "reviews.example", Kind: "page", State: "empty", LastPoll: now, Days: make([]int, 28)},
		{Name: "appstore", Kind: "appstore", State: "off", Until: now.AddDate(0, 0, 3), Days: make([]int, 28)},
		{Name: "crm", Kind: "push", State: "new", Days: make([]int, 28)},
	}
}

// TestSources: each state has its words and what to do, those in trouble stand first, and
// a guest is not shown the way there.
func TestSources(t *testing.T) {
	w := newWorld(t)
	w.sources = townSources()
	w.say("Олена К.", "Не повертають гроші")
	res, body := w.ask("GET", "/sources", "Ira", nil)
	if res.StatusCode != 200 {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	for _, want := range []string{"4\u00a0of 7\u00a0need attention.", "The site refuses to be read (answer 403)", "It is left alone until", "&lt;b&gt;no such host&lt;/b&gt;", "layout or its address may have changed", "Paused until", "in 3\u00a0min", "due", "nothing handed in yet",
		"<dt>published → heard</dt><dd>5\u00a0min</dd>", "<dt>published → heard</dt><dd>–</dd>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if n := strings.Count(body, ` trouble"`); n != 4 {
		t.Errorf("%d are drawn as what needs attention", n)
	}
	if blocked, well := strings.Index(body, "Відгуки"), strings.Index(body, ">forum</a>"); blocked > well {
		t.Error("what is well stands before what is not")
	}
	if n := strings.Count(body, `action="/sources/poll"`); n != 5 {
		t.Errorf("%d can be polled, want 5: not the one that is off, nor what is pushed", n)
	}
	if strings.Contains(body, "<b>no such") {
		t.Error("an error is not escaped")
	}
	if _, uk := w.ask("GET", "/sources", "Ira", nil, "Accept-Language", "uk"); !strings.Contains(uk, "Неочікувана відповідь") && !strings.Contains(uk, "no such host") {
		t.Error("an error without a word of its own is not told")
	}

	resting := Source{Name: "resting", Kind: "feed", State: "off", Until: time.Now().Add(time.Hour), NotStored: "disk full", Error: "an old one"}
	if row := newSourceRow(visit{lang: w.inbox.opt.Texts.In("en"), zone: time.UTC, team: time.UTC, now: time.Now()}, resting, report.Row{}); !strings.HasPrefix(row.Said, "Paused until") || !strings.Contains(row.Why, "cannot be stored") || !row.Trouble {
		t.Errorf("what was read before a pause cannot be stored, and its page says %q, %q; as trouble: %t", row.Said, row.Why, row.Trouble)
	}
	for lang, want := range map[string]string{"uk": "На паузі до", "ru": "На паузе до", "bg": "На пауза до"} {
		if _, page := w.ask("GET", "/sources", "Ira", nil, "Accept-Language", lang); !strings.Contains(page, want) {
			t.Errorf("%s: a paused source does not say so", lang)
		}
	}

	if _, body := w.ask("GET", "/inbox", "guest", nil); strings.Contains(body, `href="/sources"`) {
		t.Error("a guest is shown the way to the sources")
	}
}

// TestPollNow: whoever sees the sources may have one polled that is polled at all; a guest may
// neither.
func TestPollNow(t *testing.T) {
	w := newWorld(t)
	w.sources = townSources()
	if res, _ := w.ask("POST", "/sources/poll", "Ira", url.Values{"source": {"forum"}}); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/sources?asked=forum" {
		t.Errorf("a poll: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	select {
	case name := <-w.polled:
		if name != "forum" {
			t.Errorf("polled %q", name)
		}
	default:
		t.Error("nothing was polled")
	}
	if _, body := w.ask("GET", "/sources?asked=forum", "Ira", nil); !strings.Contains(body, "forum is polled as soon as") {
		t.Error("nothing says that it is polled")
	}
	for _, name := range []string{"appstore", "crm", "nowhere"} {
		if res, _ := w.ask("POST", "/sources/poll", "Ira", url.Values{"source": {name}}); res.StatusCode != http.StatusNotFound {
			t.Errorf("a poll of %s: %d", name, res.StatusCode)
		}
	}
	for method, path := range map[string]string{"GET": "/sources", "POST": "/sources/poll"} {
		if res, body := w.ask(method, path, "guest", url.Values{"source": {"forum"}}); res.StatusCode != http.StatusForbidden || strings.Contains(body, "telegram") {
			t.Errorf("a guest's %s %s: %d", method, path, res.StatusCode)
		}
	}
	if len(w.polled) > 0 {
		t.Errorf("%s was polled for a guest", <-w.polled)
	}
}

// TestManySources: the page of two hundred sources stays small enough to be loaded on a phone.
func TestManySources(t *testing.T) {
	w := newWorld(t)
	for n := range 200 {
		s := townSources()[n%5]
		s.Name = fmt.Sprintf("forum-%d.example › Скарги", n)
		w.sources = append(w.sources, s)
	}
	if n := gzipped(t, w, "/sources"); n > 60<<10 {
		t.Errorf("%d bytes", n)
	}
}
