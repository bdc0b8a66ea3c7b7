package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// books answer what is asked from what they hold.
type books struct {
	entries []mention.MentionRecord
	mutes   []mention.Mute
	counts  mention.Counts
	stand   Stand
	err     error
	total   int
	paused  string
}

func (b *books) List(_ context.Context, q mention.Query) (mention.Page, error) {
	p := mention.Page{}
	for _, e := range b.entries {
		if q.Text == "" || strings.Contains(e.Mention.Post.Text, q.Text) {
			p.Entries = append(p.Entries, e)
		}
	}
	if q.Limit > 0 && len(p.Entries) > q.Limit {
		p.Entries, p.Next = p.Entries[:q.Limit], "more"
	}
	return p, b.err
}
func (b *books) Count(context.Context, mention.Query, int) (int, error) { return b.total, b.err }
func (b *books) CaseFile(context.Context, mention.ID) (mention.CaseFile, error) {
	return mention.CaseFile{}, b.err
}

func (b *books) Counts(context.Context, time.Time) (mention.Counts, error)     { return b.counts, b.err }
func (b *books) Mutes(context.Context, time.Time) ([]mention.Mute, error)      { return b.mutes, b.err }
func (b *books) Stand(i18n.Lang) Stand                                         { return b.stand }
func (b *books) Resume(_ context.Context, name string, _ mention.Person) error { return b.rest(name) }
func (b *books) Pause(_ context.Context, name string, until time.Time, _ mention.Person) error {
	b.paused = fmt.Sprint(name, " ", until.UTC().Format(time.DateTime))
	return b.rest(name)
}

func (b *books) rest(name string) error {
	switch name {
	case "Новини":
		return ErrOwners
	case "review.example":
		return mention.ErrNothingToDo
	}
	return b.err
}

func (b *books) Ignore(_ context.Context, l i18n.Lang, _ string, _ mention.Person) (string, error) {
	return l.Text("slack.propose.sent"), b.err
}

func (b *books) Add(_ context.Context, l i18n.Lang, _ string, _ mention.Person) (string, error) {
	return l.Text("slack.propose.sent"), b.err
}

// asking is a notifier that answers from the books at one moment.
func asking(t *testing.T, b *books, change func(*Options)) *Notifier {
	t.Helper()
	now := readMessage(t, "testdata/open/message.json").Now
	opt := Options{BotToken: "xoxb", HTTP: http.DefaultClient, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Cases: b, Sources: b, Proposals: b,
		Language: catalog(t).In, Inbox: func() string { return "https://earshot.romashka.example" }}
	if change != nil {
		change(&opt)
	}
	return New(opt)
}

func fullBooks(t *testing.T) *books {
	m := readMessage(t, "testdata/open/message.json")
	claimed := readMessage(t, "testdata/claimed/message.json")
	hostile := readMessage(t, "testdata/hostile/message.json")
	b := &books{total: 12, counts: mention.Counts{Open: 12, Claimed: 3, Pending: 2, OldestOpen: m.Now.Add(-100 * time.Minute)}}
	for i := range 6 {
		e := mention.MentionRecord{Mention: m.Mention, Case: m.Case}
		switch i {
		case 1:
			e = mention.MentionRecord{Mention: claimed.Mention, Case: claimed.Case}
		case 2:
			e.Mention.Post.Text = "гроші " + hostile.Mention.Post.Text
		case 3:
			e.Mention.Post.Deleted, e.Mention.Post.Author = true, ""
		}
		if i != 2 {
			e.Mention.Post.Text = "Третій тиждень не повертають гроші за скасоване замовлення, підтримка мовчить. " + strings.Repeat("Більше ні ногою. ", 8)
		}
		b.entries = append(b.entries, e)
	}
	b.mutes = []mention.Mute{{MentionID: "m1", Source: "forum.example › Скарги", Author: "Тролль", By: mention.Person{Name: "Іра"}, At: m.Now, Until: m.Now.Add(mention.MuteFor)}}
	for i := range 17 {
		b.stand.Sources = append(b.stand.Sources, SourceStand{Name: fmt.Sprintf("канал %02d", i), State: "ok"})
	}
	b.stand.Troubles = []string{"redis: <!channel> away"}
	b.stand.Sources = append(b.stand.Sources, SourceStand{Name: "forum.example › Скарги", State: "failing", Good: m.Now.Add(-2 * time.Hour)}, SourceStand{Name: "review.example", State: "off", Until: m.Now.Add(time.Hour), By: "Іра"},
		SourceStand{Name: "Новини", State: "off"}, SourceStand{Name: "нове", State: "new"}, SourceStand{Name: "тихе", State: "quiet", Good: m.Now.Add(-time.Minute)})
	return b
}

// asks are what people type, good and bad.
var asks = []string{"", "help", "stauts", "прощай", "find", "find гроші", "find nothing of the kind", "status", "mutes", "mutes please", "pause", "pause forum.example › Скарги for 2h", "pause “forum” 3d", "pause канал",
	"pause form.example › Скарги 2h", "pause xyz", "pause forum.example for 99d", "pause Новини 1h", "resume", "resume review.example", "resume forum", "ignore", "ignore аптека ромашка", "add", "add https://forum.example/"}

// TestAnswersInEveryLanguage asks everything in every language, and compares what people
// read with testdata/commands.txt. Each answer is one that Slack would take.
func TestAnswersInEveryLanguage(t *testing.T) {
	texts := catalog(t)
	b := fullBooks(t)
	n := asking(t, b, nil)
	var got strings.Builder
	for _, code := range append([]string{"en"}, others...) {
		q := question{lang: texts.In(code), by: mention.Person{ID: "slack:U0000IRA", Name: "Іра"}}
		for _, line := range asks {
			p, outcome := n.answer(t.Context(), q, line)
			fmt.Fprintf(&got, "# %s /earshot %s (%s)\n%s\n", code, line, outcome, p.text())
			checkPage(t, p)
			foreignWords := []string{line, "/earshot find status mutes pause resume ignore add help SOURCE for 30m 2h 3d t.me forum.example › review.example Ромашка Банк", b.stand.Troubles[0]}
			for _, e := range b.entries {
				foreignWords = append(foreignWords, e.Mention.Post.Text, e.Mention.Post.Author, e.Mention.Watch, e.Mention.Post.URL, e.Mention.Post.Source, e.Case.Owner.Name)
			}
			if left := testkit.English(p.text(), foreignWords...); code != "en" && len(left) > 0 {
				t.Errorf("%s: /earshot %s: not in the catalogue: %q", code, line, left)
			}
		}
	}
	testkit.Golden(t, "testdata/commands.txt", got.String(), *update)
}

// checkPage keeps Slack's bounds, and that a stranger's words are no markup.
func checkPage(t *testing.T, p page) {
	t.Helper()
	raw := mustJSON(t, p.blocks())
	if errs := fakeslack.CheckBlocks(raw); len(errs) > 0 {
		t.Errorf("Slack refuses the answer: %q", errs)
	}
	if len(raw) > maxBlocksJSON {
		t.Errorf("the answer has %d bytes", len(raw))
	}
	if strings.Contains(escaped(p.text()), "<!") || strings.Contains(string(raw), `"mrkdwn"`) {
		t.Errorf("an answer with markup: %s", raw)
	}
}

// TestHomeInEveryLanguage draws the Home, full and empty, in every language, and compares
// what people read with testdata/home.txt. A full one keeps far from Slack's bound.
func TestHomeInEveryLanguage(t *testing.T) {
	texts := catalog(t)
	full := fullBooks(t)
	for i := range 300 {
		e := full.entries[i%6]
		e.Mention.ID = mention.ID(fmt.Sprintf("m%03d", i))
		full.entries = append(full.entries, e)
	}
	full.entries, full.total = full.entries[6:], 300
	var got strings.Builder
	for _, code := range append([]string{"en"}, others...) {
		for _, b := range []*books{full, {}} {
			n := asking(t, b, nil)
			blocks, err := n.homeBlocks(t.Context(), texts.In(code), "slack:U0000IRA", texts.In(code).Text("press.may_not"))
			if err != nil {
				t.Fatal(err)
			}
			if errs := fakeslack.CheckBlocks(mustJSON(t, blocks[:min(50, len(blocks))])); len(errs) > 0 || len(blocks) > 70 {
				t.Errorf("%d blocks: %q", len(blocks), errs)
			}
			words := shownWords(t, blocks)
			foreignWords := []string{"/earshot help Ромашка Банк forum.example"}
			for _, e := range b.entries {
				foreignWords = append(foreignWords, e.Mention.Post.Text, e.Mention.Post.Author, e.Case.Owner.Name)
			}
			if left := testkit.English(words, foreignWords...); code != "en" && len(left) > 0 {
				t.Errorf("%s: not in the catalogue: %q", code, left)
			}
			fmt.Fprintf(&got, "# %s\n%s", code, words)
		}
	}
	testkit.Golden(t, "testdata/home.txt", got.String(), *update)
}

// TestEmptyAnswers: nobody muted, nothing found, all well, a database that is away.
func TestEmptyAnswers(t *testing.T) {
	texts := catalog(t)
	var got strings.Builder
	for _, code := range append([]string{"en"}, others...) {
		q := question{lang: texts.In(code)}
		for _, b := range []*books{{stand: Stand{Sources: []SourceStand{{Name: "a", State: "ok"}}}}, {err: errors.New("the database is away")}} {
			n := asking(t, b, nil)
			for _, line := range []string{"find x", "status", "mutes", "pause a", "resume a", "ignore x", "add x.example"} {
				p, outcome := n.answer(t.Context(), q, line)
				fmt.Fprintf(&got, "# %s /earshot %s (%s)\n%s\n", code, line, outcome, p.text())
				checkPage(t, p)
			}
		}
	}
	testkit.Golden(t, "testdata/commands-empty.txt", got.String(), *update)
}

// TestPauseOf reads how people write which source rests and for how long.
func TestPauseOf(t *testing.T) {
	for _, c := range []struct {
		line, name string
		length     time.Duration
		ok         bool
	}{
		{"forum", "forum", 2 * time.Hour, true},
		{"forum for 30m", "forum", 30 * time.Minute, true},
		{"forum 3d", "forum", 72 * time.Hour, true},
		{"forum на 1w", "forum", 7 * 24 * time.Hour, true},
		{"«forum.example › Скарги» for 1h30m", "forum.example › Скарги", 90 * time.Minute, true},
		{"2h", "2h", 2 * time.Hour, true}, // a source may be called so
		{"waiting for", "waiting for", 2 * time.Hour, true},
		{"forum 31d", "forum", 31 * 24 * time.Hour, false},
		{"forum 5s", "forum", 5 * time.Second, false},
		{"forum -2h", "forum", -2 * time.Hour, false},
		{"", "", 2 * time.Hour, true},
	} {
		if name, length, ok := pauseOf(c.line); name != c.name || length != c.length || ok != c.ok {
			t.Errorf("%q: %q %s %v, want %q %s %v", c.line, name, length, ok, c.name, c.length, c.ok)
		}
	}
}

// FuzzCommand: whatever is typed is answered within Slack's bounds.
func FuzzCommand(f *testing.F) {
	for _, line := range asks {
		f.Add(line)
	}
	texts, err := i18n.New()
	if err != nil {
		f.Fatal(err)
	}
	b := &books{stand: Stand{Sources: []SourceStand{{Name: "forum", State: "ok"}, {Name: "форум", State: "failing"}}}}
	now := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	n := New(Options{BotToken: "x", HTTP: http.DefaultClient, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Cases: b, Sources: b, Proposals: b, Language: texts.In})
	f.Fuzz(func(t *testing.T, line string) {
		p, outcome := n.answer(t.Context(), question{lang: texts.In("uk")}, line)
		if outcome == "" || p.text() == "" {
			t.Errorf("%q is not answered", line)
		}
		checkPage(t, p)
	})
}

// TestProposalsAreBounded: one person fills no channel.
func TestProposalsAreBounded(t *testing.T) {
	var p proposed
	now := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
	for i := range proposalsAnHour {
		if !p.take("ira", now.Add(time.Duration(i)*time.Minute)) {
			t.Fatalf("the %d. is refused", i+1)
		}
	}
	if p.take("ira", now.Add(59*time.Minute)) || !p.take("oleh", now.Add(59*time.Minute)) {
		t.Error("one too many is taken, or another person refused")
	}
	if !p.take("ira", now.Add(time.Hour)) || p.take("ira", now.Add(time.Hour)) {
		t.Error("after an hour the first does not count any more, and no other")
	}
	if p.take("maria", now.Add(3*time.Hour)); len(p.by) != 1 {
		t.Errorf("%d people are remembered", len(p.by))
	}
}

// TestTomorrowIsTheDayThatWasRead: a window that is answered after midnight means the day that it named.
func TestTomorrowIsTheDayThatWasRead(t *testing.T) {
	kyiv := time.FixedZone("Kyiv", 2*60*60)
	now := time.Date(2026, 11, 26, 23, 59, 0, 0, kyiv)
	n := New(Options{BotToken: "x", HTTP: http.DefaultClient, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Zone: func() *time.Location { return kyiv }})
	var c click
	c.Type, c.View.CallbackID, c.View.PrivateMetadata = "view_submission", askSnooze, asked{ID: "m", At: now.Unix()}.encode()
	if err := json.Unmarshal([]byte(`{"length": {"length": {"selected_option": {"value": "tomorrow"}}}}`), &c.View.State.Values); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Minute)
	from, _ := c.under()
	if a, _ := n.asks(c, from); a.Verb != mention.Snooze || !a.Until.Equal(time.Date(2026, 11, 27, 9, 0, 0, 0, kyiv)) {
		t.Errorf("snoozed until %s", a.Until)
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
