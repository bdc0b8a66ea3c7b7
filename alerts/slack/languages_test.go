package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// others are the languages beside English, whose messages want.json holds.
var others = []string{"uk", "ru", "bg"}

func catalog(t testing.TB) *i18n.Catalog {
	t.Helper()
	c, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// own are the sentences that earshot wrote into the messages of the cases, as the desk, the
// planner and the monitor write them in each language.
var own = map[string]func(l i18n.Lang) string{
	"escalated": func(l i18n.Lang) string {
		return l.Text("desk.nobody_in", "route", "#mentions", "span", l.Span(10*time.Minute))
	},
	"storm-nudge": func(l i18n.Lang) string {
		return l.Plural("desk.storm_nobody", 34, "watch", "Ромашка <Банк>", "span", l.Span(10*time.Minute))
	},
	"storm-told": func(l i18n.Lang) string {
		return l.Plural("desk.storm_nobody", 34, "watch", "Ромашка <Банк>", "span", l.Span(20*time.Minute))
	},
	"storm": func(l i18n.Lang) string {
		return l.Plural("storm.begins", 20, "watch", "Ромашка <Банк>", "usually", l.Text("storm.usually_none")) + " " + l.Text("storm.thread")
	},
	"notice": func(l i18n.Lang) string {
		return l.Text("source.quiet", "source", "forum.example › Скарги", "span", l.Span(72*time.Hour), "a_day", l.Plural("source.posts", 12),
			"last", l.Time("time.weekday_time_zone", time.Date(2026, 11, 19, 14, 5, 0, 0, time.UTC))) + " " + l.Text("source.page", "posts", l.Plural("source.posts", 3), "size", l.Text("size.kilobytes", "n", 40))
	},
}

// inLanguage is the message of a case as it is in another language.
func inLanguage(t *testing.T, dir string, l i18n.Lang) alerts.Message {
	t.Helper()
	m := readMessage(t, filepath.Join(dir, "message.json"))
	m.Lang = l
	if say := own[filepath.Base(dir)]; say != nil {
		m.Details.Text = say(l)
	}
	if m.Details.Summary != nil {
		m.Details.Text = m.Details.Summary.Words(l, m.Now)
	}
	return m
}

// TestOwnSentences: the sentences of the cases are those of the program.
func TestOwnSentences(t *testing.T) {
	for name, say := range own {
		m := readMessage(t, filepath.Join("testdata", name, "message.json"))
		if got := say(i18n.Lang{}); got != m.Details.Text && name != "notice" {
			t.Errorf("%s says %q, the program %q", name, m.Details.Text, got)
		}
	}
}

// TestDrawInEveryLanguage draws every case in the other languages, and compares all that
// people read of it with testdata/<case>/words.txt. What is not in the catalogue, and was
// not written by a stranger, is found by its letters.
func TestDrawInEveryLanguage(t *testing.T) {
	texts := catalog(t)
	cases, err := filepath.Glob("testdata/*/message.json")
	if err != nil || len(cases) < 20 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range cases {
		dir := filepath.Dir(path)
		name := filepath.Base(dir)
		if name == "hostile" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			for _, code := range others {
				m := inLanguage(t, dir, texts.In(code))
				d := draw(m, pingOf(m))
				checkDrawn(t, m, d)
				words := shownWords(t, d.blocks) + "=\n" + d.text + "\n"
				fmt.Fprintf(&got, "# %s\n%s", code, words)
				if left := testkit.English(words, foreign(t, m)...); len(left) > 0 {
					t.Errorf("%s: not in the catalogue: %q", code, left)
				}
				checkHook(t, m)
			}
			testkit.Golden(t, filepath.Join(dir, "words.txt"), got.String(), *update)
		})
	}
}

// checkHook looks for English in what a webhook shows.
func checkHook(t *testing.T, m alerts.Message) {
	t.Helper()
	d := hookDraw(m)
	checkDrawn(t, m, d)
	if left := testkit.English(shownWords(t, d.blocks), foreign(t, m)...); len(left) > 0 {
		t.Errorf("%s, by webhook: not in the catalogue: %q", m.Lang.Code(), left)
	}
}

// TestWindowsInEveryLanguage opens every window in the other languages.
func TestWindowsInEveryLanguage(t *testing.T) {
	texts := catalog(t)
	m := readMessage(t, "testdata/open/message.json")
	var got, frames strings.Builder
	for _, code := range append([]string{"en"}, others...) {
		l := texts.In(code)
		for _, view := range answerWindows(l, m) {
			words := shownWords(t, view)
			fmt.Fprintf(&frames, "# %s\n%s", code, words)
			checkView(t, view)
			if left := testkit.English(words, append(foreign(t, m), "Romashka Support Іра Олег Тема закрита <b> & Перепрошуємо")...); code != "en" && len(left) > 0 {
				t.Errorf("%s: not in the catalogue: %q", code, left)
			}
		}
		news, channel := m.Mention, m.Mention
		news.Post.Kind = mention.News
		channel.Post.URL = "https://t.me/kyiv/123"
		for _, view := range []any{
			muteView(l, m.Mention, m.Now, time.UTC), muteView(l, news, m.Now, time.UTC), muteView(l, channel, m.Now, time.UTC),
			snoozeView(l, m.Now, time.UTC),
			assignView(l, m.Case, "U1"), assignView(l, mention.Case{Status: mention.Claimed, Owner: mention.Person{Name: "Іра"}}, "U1"),
			repliesView(l, m.Mention, []string{"Олено, перепрошуємо."}, false), repliesView(l, m.Mention, nil, false),
			repliesView(l, m.Mention, []string{"Олено, перепрошуємо."}, true), templateView(l, m.Mention, "{{author}}, перепрошуємо."),
		} {
			words := shownWords(t, view)
			fmt.Fprintf(&got, "# %s\n%s", code, words)
			checkView(t, view)
			if left := testkit.English(words, append(foreign(t, m), "earshot mutes --lift, replies:, t.me/kyiv {{author}}")...); code != "en" && len(left) > 0 {
				t.Errorf("%s: not in the catalogue: %q", code, left)
			}
		}
	}
	testkit.Golden(t, "testdata/windows.txt", got.String(), *update)
	testkit.Golden(t, "testdata/answer-windows.txt", frames.String(), *update)
}

// answerWindows are the windows of an answer: for the words, as it goes out, where a colleague
// must approve it, and however it stands.
func answerWindows(l i18n.Lang, m alerts.Message) []api.ModalViewRequest {
	ira, oleh := mention.Person{ID: "slack:U0000IRA", Name: "Іра"}, mention.Person{ID: "slack:U000OLEH", Name: "Олег"}
	a := toAnswer{l: l, me: oleh, m: m.Mention, way: reply.Way{Account: "Romashka Support", Limit: reply.Limit{Unit: reply.Bytes, Max: 4096}}, words: "Перепрошуємо <b> &\n🙏"}
	a.file.History = []mention.Event{{Kind: "heard", At: m.Now}, {Kind: "claim", By: ira, At: m.Now}, {Kind: "reply_refused", By: ira, At: m.Now, Detail: "Тема закрита"}}
	approved := a
	approved.way.Approve, approved.way.Limit, approved.why = true, reply.Limit{}, alerts.AnswerRefusal(l, &reply.OpenError{First: mention.SiteReply{By: ira}})
	views := []api.ModalViewRequest{answerView(a), answerView(approved), sendView(a), sendView(approved)}
	for _, r := range []mention.SiteReply{
		{Status: mention.ReplyDraft}, {Status: mention.ReplyDraft, ApprovedAt: m.Now}, {Status: mention.ReplySending}, {Status: mention.ReplyUnclear, Reason: "Тема закрита"},
		{Status: mention.ReplyDraft, Text: strings.Repeat("ї", maxAnswerShown+1)}, {Status: mention.ReplyDraft, By: oleh},
	} {
		r.ID, r.Account = "k", "Romashka Support"
		if r.By.ID == "" {
			r.By = ira
		}
		if r.Text == "" {
			r.Text = a.words
		}
		a.all = []mention.SiteReply{r}
		views = append(views, stateView(a))
	}
	return views
}

// checkView keeps the bounds of windows: a title, and each of the buttons, has 24 characters.
func checkView(t *testing.T, view any) {
	t.Helper()
	raw, err := json.Marshal(view)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]struct{ Text string }
	_ = json.Unmarshal(raw, &v) // what is no text is no title
	for _, part := range []string{"title", "submit", "close"} {
		if n := len([]rune(v[part].Text)); n > 24 {
			t.Errorf("%s has %d characters: %q", part, n, v[part].Text)
		}
	}
}

// shownWords is what people read of blocks, a line each.
func shownWords(t *testing.T, blocks any) string {
	t.Helper()
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	gather(&b, v)
	return b.String()
}

// readable are the fields of blocks that hold what people read, in the order of reading.
var readable = []string{"title", "text", "fallback", "label", "name", "confirm", "deny", "initial_value", "placeholder", "elements", "options", "element", "blocks", "chart", "series", "data", "submit", "close"}

func gather(b *strings.Builder, v any) {
	switch v := v.(type) {
	case string:
		b.WriteString(v + "\n")
	case []any:
		for _, e := range v {
			gather(b, e)
		}
	case map[string]any:
		for _, field := range readable {
			if e, ok := v[field]; ok {
				gather(b, e)
			}
		}
	}
}

// foreign is what strangers and colleagues wrote, or what they are called.
func foreign(t *testing.T, m alerts.Message) []string {
	t.Helper()
	texts := []string{m.Mention.Watch, m.Alert.Route, m.Alert.Notify, m.Case.Owner.Name, m.Case.RepliedBy, m.Case.SnoozedBy.Name, m.Details.By, m.Details.Link, m.Answer.Last.By.Name, m.Answer.Last.Reason, "forum.example #mentions"}
	if m.Details.Change != "" {
		texts = append(texts, m.Details.Text)
	}
	posts := []mention.Post{m.Mention.Post, m.Gathered.Loudest.Post}
	for _, p := range posts {
		texts = append(texts, p.Author, p.Title, p.Text, p.URL, p.Source)
	}
	if s := m.Details.Summary; s != nil {
		for _, w := range s.Waiting {
			texts = append(texts, w.Author, w.Owner, w.Site, w.URL, w.SnoozedBy)
		}
		for _, r := range append(s.Report.Places, s.Report.People...) {
			texts = append(texts, r.Name)
		}
	}
	return texts
}

// TestAdviceInEveryLanguage: what to do about each of Slack's refusals.
func TestAdviceInEveryLanguage(t *testing.T) {
	texts := catalog(t)
	n := New(Options{BotTokenFrom: "SLACK_BOT_TOKEN", HTTP: http.DefaultClient, Now: time.Now})
	errs := []error{n.sort("chat.postMessage", "#mentions", &alerts.MovedError{Host: "https://login.example"}), n.sort("chat.postMessage", "#mentions", &alerts.MovedError{}),
		n.appTokenError(errors.New("invalid_auth")), n.appTokenError(errors.New("missing_scope")), n.said("chat.postMessage", "#mentions", api.SlackErrorResponse{Err: "something_new"}, nil)}
	for code := range advice {
		errs = append(errs, n.said("chat.postMessage", "#mentions", api.SlackErrorResponse{Err: code, Needed: "chat:write"}, nil))
	}
	for _, err := range errs {
		if said := alerts.Reason(i18n.Lang{}, err); said != err.Error() {
			t.Errorf("in English %q is said %q", err, said)
		}
		for _, code := range others {
			said := alerts.Reason(texts.In(code), err)
			technical, words, ok := strings.Cut(said, " — ")
			if !ok {
				words = technical // a redirect
			}
			if left := testkit.English(words, technical, "#mentions slack.bot_token slack.app_token (SLACK_BOT_TOKEN) docs/slack.md#tokens set-up route chat:write manifest xoxb xapp connections:write token rotation invite https://login.example https://docs.slack.dev/reference/methods/"); len(left) > 0 || strings.Contains(said, "{") {
				t.Errorf("%s: not in the catalogue: %q in %q", code, left, said)
			}
		}
	}
}

// TestWindowIsAnsweredInItsLanguage: a press in a window is answered in the language of the window, also where
// nothing more is done than to say why not. Its buttons carry none, as those of a message do.
func TestWindowIsAnsweredInItsLanguage(t *testing.T) {
	uk := catalog(t).In("uk")
	_, n := deskBehindHTTP(t)
	n.opt.Language = catalog(t).In
	var c click
	c.Team.ID, c.View.PrivateMetadata = "T1", asked{ID: "m", Lang: uk.Code()}.encode()
	c.Actions = []action{{ActionID: actWithdraw, BlockID: "decide"}}
	if _, ours := c.under(); !ours {
		t.Fatal("not ours")
	}
	if words, ok := n.admit(t.Context(), c); ok || words != uk.Text("slack.unknown_home") {
		t.Errorf("%v, told %q", ok, words)
	}
}
