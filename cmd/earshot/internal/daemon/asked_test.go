package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// asked is a daemon that polls one source of two, while work runs.
func asked(t *testing.T, db, site string, now func() time.Time, work func(d *Daemon, ctx context.Context)) {
	t.Helper()
	text := fmt.Sprintf(`contact: a@example.com
watch: [{name: Ромашка, terms: [Ромашка], context: [банк], ignore: ["чай ромашка"]}, {name: Beta, terms: [Beta]}]
sources:
- {feed: "%[2]s/alpha", name: alpha, every: 1s}
- {feed: "%[2]s/gamma", name: gamma, enabled: false}
routes: [{to: console}]
fetch: {allow_private: [127.0.0.0/8], gap: 0s}
store: {database: "sqlite:%[1]s"}
`, db, site)
	polling(t, check(t, text), now, work)
}

// staffRead is what staff were told, the newest first.
func staffRead(t *testing.T, d *Daemon) (words []string) {
	t.Helper()
	due, err := d.store.DueAlerts(t.Context(), d.now().Add(time.Hour), 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range due {
		if a.Kind == mention.Notice {
			words = append(words, alerts.ReadDetails(a.Payload).Text)
		}
	}
	return words
}

// TestSourceRestsFromSlack: a source that a person paused is not polled, also after a
// restart, until the pause is over or somebody ends it; staff are told of each.
func TestSourceRestsFromSlack(t *testing.T) {
	var polls atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		polls.Add(1)
		fmt.Fprint(w, `<rss version="2.0"><channel><title>N</title></channel></rss>`)
	}))
	defer site.Close()
	db := filepath.Join(t.TempDir(), "e.db")
	ira := mention.Person{ID: "slack:U0000IRA", Name: "Ira"}
	clock := &skipping{}
	polled := func(when string) {
		t.Helper()
		before := polls.Load()
		eventually(t, "a poll "+when, func() bool { return polls.Load() > before })
	}
	resting := func() bool {
		for range 5 { // a poll that was under way may come first
			before := polls.Load()
			time.Sleep(1300 * time.Millisecond)
			if polls.Load() == before {
				return true
			}
		}
		return false
	}
	stand := func(d *Daemon) string {
		var b strings.Builder
		for _, s := range (sourcesAsked{d}).Stand(i18n.Lang{}).Sources {
			fmt.Fprintf(&b, "%s %s %s;", s.Name, s.State, s.By)
		}
		return b.String()
	}
	var until time.Time
	asked(t, db, site.URL, clock.now, func(d *Daemon, ctx context.Context) {
		polled("to begin with")
		until = clock.now().Add(time.Hour)
		s := sourcesAsked{d}
		for name, want := range map[string]error{"gamma": slack.ErrOwners, "nobody": mention.ErrNotFound} {
			if err := s.Pause(ctx, name, until, ira); !errors.Is(err, want) {
				t.Errorf("pause of %s: %v, want %v", name, err, want)
			}
		}
		if err := s.Resume(ctx, "alpha", ira); !errors.Is(err, mention.ErrNothingToDo) {
			t.Errorf("resumed without a pause: %v", err)
		}
		if err := s.Pause(ctx, "alpha", until, ira); err != nil {
			t.Fatal(err)
		}
		if !resting() || !strings.Contains(stand(d), "alpha off Ira;") {
			t.Errorf("it is polled while it rests, or said otherwise: %s", stand(d))
		}
		if rest := d.resting(d.standings(nil)); len(rest) != 2 || !strings.HasPrefix(rest[0].Note, "off until") {
			t.Errorf("/healthz says %+v", rest)
		}
		for _, shared := range []bool{false, true} {
			d.states.shared, d.states.read = shared, time.Time{}
			if rows := d.webSources(); rows[0].State != "off" || !rows[0].Until.Equal(until.Truncate(time.Microsecond)) || rows[0].LastPoll.IsZero() {
				t.Errorf("the page of sources says %+v (shared: %v)", rows[0], shared)
			}
			if _, h := healthOf(t, d); len(h.Sources) != 2 || h.Sources[0].LastPoll == "" {
				t.Errorf("/healthz lists %+v (shared: %v)", h.Sources, shared)
			}
		}
		d.states.shared = false
		if told := strings.Join(staffRead(t, d), "\n"); !strings.Contains(told, `Ira lets the source "alpha" rest until`) {
			t.Errorf("staff are told %q", told)
		}
	})
	asked(t, db, site.URL, clock.now, func(d *Daemon, ctx context.Context) {
		if !strings.Contains(stand(d), "alpha off Ira;") {
			t.Errorf("after a restart: %s", stand(d))
		}
		clock.to(until.Add(time.Second))
		told := map[config.Resting]bool{}
		for range 3 {
			d.lookAtPauses(ctx, told)
		}
		polled("after the pause")
		if all := staffRead(t, d); strings.Count(strings.Join(all, "\n"), "is over") != 1 {
			t.Errorf("told %q", all)
		}
		s := sourcesAsked{d}
		if err := s.Pause(ctx, "alpha", clock.now().Add(time.Hour), ira); err != nil {
			t.Fatal(err)
		}
		if err := s.Resume(ctx, "alpha", ira); err != nil {
			t.Fatal(err)
		}
		polled("after it was resumed")
	})
}

// TestProposals: what people propose reaches staff with its effect and how to take it, and
// changes nothing; what makes no sense is said at once.
func TestProposals(t *testing.T) {
	site := httptest.NewServer(http.NotFoundHandler())
	defer site.Close()
	ira := mention.Person{ID: "slack:U0000IRA", Name: "Ira"}
	asked(t, filepath.Join(t.TempDir(), "e.db"), site.URL, time.Now, func(d *Daemon, ctx context.Context) {
		p, l := proposals{d}, i18n.Lang{}
		for _, c := range []struct{ what, words, want, told string }{
			{"ignore", "аптека ромашка", "Sent to", "for Ромашка, leave out the phrase “аптека ромашка”"},
			{"ignore", "чай ромашка", "left out already", ""},
			{"ignore", "аптека", "holds no name", ""},
			{"add", "https://forum.example/viewforum.php?f=3", "Sent to", `earshot add "https://forum.example/viewforum.php?f=3"`},
			{"add", "@romashka_chat", "Sent to", `earshot add "@romashka_chat"`},
			{"add", "https://x.example/';rm -rf ~'", "Sent to", `earshot add "https://x.example/%27;rm"`},
			// In double quotes, which cmd.exe knows too: in single ones the rest would be a command there.
			{"add", "https://x.example/?a=1&calc", "Sent to", `earshot add "https://x.example/?a=1&calc"`},
			{"add", "https://x.example/?q=“$(calc)”`calc`!!\\%PATH%|\"&calc&x", "Sent to", `earshot add "https://x.example/?q=%E2%80%9C%24(calc)%E2%80%9D%60calc%60%21%21%5C%25PATH%25%7C%22&calc&x"`},
			{"add", "https://форум.example/тема?q=%D0%BA", "Sent to", `earshot add "https://форум.example/тема?q=%D0%BA"`},
			{"add", "https://x.example/?key=${env:SLACK_BOT_TOKEN}", "is not an address", ""},
			{"add", site.URL + "/alpha", "listens there already: alpha", ""},
			{"add", "somewhere", "is not an address", ""},
			{"add", "https://ira:secret@x.example/", "is not an address", ""},
			{"add", "file:///etc/passwd", "is not an address", ""},
		} {
			before := len(staffRead(t, d))
			do := p.Ignore
			if c.what == "add" {
				do = p.Add
			}
			said, err := do(ctx, l, c.words, ira)
			if err != nil || !strings.Contains(said, c.want) {
				t.Errorf("%s %s: %q (%v)", c.what, c.words, said, err)
			}
			all := staffRead(t, d)
			if told := strings.Join(all, "\n"); (len(all) > before) != (c.told != "") || !strings.Contains(told, c.told) {
				t.Errorf("%s %s: staff are told %q", c.what, c.words, told)
			}
		}
	})
}

// TestEffectOfAPhrase counts what a phrase would have left out, and who had answered it.
func TestEffectOfAPhrase(t *testing.T) {
	site := httptest.NewServer(http.NotFoundHandler())
	defer site.Close()
	asked(t, filepath.Join(t.TempDir(), "e.db"), site.URL, time.Now, func(d *Daemon, ctx context.Context) {
		var posts []mention.AnalyzedPost
		for i, words := range []string{"аптека ромашка поруч із банк, нахамили", "аптека ромашка знову, банк", "Ромашка банк не повертає гроші"} {
			m := mention.Mention{Watch: "Ромашка", Post: mention.Post{Source: "alpha", Kind: mention.Review, ID: fmt.Sprint(i), URL: fmt.Sprintf("https://x.example/%d", i), Author: fmt.Sprint("a", i), Text: words, FetchedAt: time.Now()},
				Score: mention.Score{Value: -0.9, Label: mention.Negative, Lang: "uk"}}
			posts = append(posts, mention.AnalyzedPost{Post: m.Post, Mentions: []mention.Mention{m}})
		}
		if _, err := d.ledger().Ingest(ctx, mention.PollResult{Source: "alpha", At: time.Now(), Complete: true, Posts: posts}); err != nil {
			t.Fatal(err)
		}
		page, err := d.store.List(ctx, mention.Query{Alerted: true})
		if err != nil || len(page.Entries) != 3 {
			t.Fatalf("%d complaints (%v)", len(page.Entries), err)
		}
		for _, e := range page.Entries {
			if strings.Contains(e.Mention.Post.Text, "нахамили") {
				if _, err := d.desk.Do(ctx, e.Mention.ID, mention.Action{Verb: mention.Claim, By: mention.Person{ID: "slack:U1", Name: "Ira"}}); err != nil {
					t.Fatal(err)
				}
			}
		}
		cfg := d.config()
		words, err := d.effect(ctx, cfg, cfg.Watches[0], "аптека ромашка")
		if err != nil || !strings.Contains(words, "left out 2 of the complaints of the last 30 days (3 in all), 1 of which") {
			t.Errorf("the effect is %q (%v)", words, err)
		}
	})
}

// TestSavedTemplatesAreOffered: after those of the watchlist, in the language of the
// complaint alone, those about its topic before those about anything.
func TestSavedTemplatesAreOffered(t *testing.T) {
	site := httptest.NewServer(http.NotFoundHandler())
	defer site.Close()
	asked(t, filepath.Join(t.TempDir(), "e.db"), site.URL, time.Now, func(d *Daemon, ctx context.Context) {
		for i, one := range []mention.Template{{Lang: "uk", Text: "Дякуємо, {{author}}."}, {Lang: "bg", Text: "Извинете."}, {Lang: "uk", Topic: "staff", Text: "Поговоримо з працівником."}, {Lang: "uk", Topic: "refund", Text: "Повернемо кошти. {{me}}"}} {
			one.ID, one.ChangedAt = fmt.Sprint(i), time.Now()
			if err := d.store.SaveTemplate(ctx, one); err != nil {
				t.Fatal(err)
			}
		}
		m := mention.Mention{Post: mention.Post{Author: "Олена"}, Score: mention.Score{Lang: "uk", Topics: []string{"refund"}}}
		if got := strings.Join(d.replies(m, "Іра"), "|"); got != "Повернемо кошти. Іра|Дякуємо, Олена." {
			t.Errorf("offered: %s", got)
		}
	})
}
