package presets_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// desk keeps one case and its reply, in memory.
type desk struct {
	mu    sync.Mutex
	post  mention.Post
	reply mention.SiteReply
}

func (d *desk) AddReply(_ context.Context, r mention.SiteReply) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	r.NotBefore, d.reply = r.MadeAt, r
	return nil
}

func (d *desk) ChangeReply(_ context.Context, before, after mention.SiteReply, _ mention.Person) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.reply.Status != before.Status || d.reply.Attempts != before.Attempts || d.reply.Told != before.Told {
		return false, nil
	}
	d.reply = after
	return true, nil
}

func (d *desk) OpenReplies(_ context.Context, now time.Time) ([]mention.SiteReply, error) {
	r := d.now()
	if r.ID == "" || r.Told || r.NotBefore.After(now) {
		return nil, nil
	}
	return []mention.SiteReply{r}, nil
}

func (d *desk) RepliesOf(context.Context, mention.ID) ([]mention.SiteReply, error) { return nil, nil }

func (d *desk) AnswerTaken(context.Context, mention.SiteReply, string) (bool, error) {
	return false, nil
}

func (d *desk) Mention(_ context.Context, id mention.ID) (mention.Mention, mention.Case, error) {
	return mention.Mention{ID: id, Post: d.post}, mention.Case{}, nil
}

func (d *desk) PostWaits(context.Context, mention.ID) (bool, error) { return true, nil }

func (d *desk) AnswersSeen(context.Context, mention.ID, time.Time) ([]mention.Post, time.Time, error) {
	return nil, time.Time{}, nil
}

func (d *desk) ReplyEnded(context.Context, mention.SiteReply) error { return nil }

func (d *desk) now() mention.SiteReply {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.reply
}

// cut is a network that takes the first answer, and then the line breaks before it says so.
type cut struct {
	network
	mu     sync.Mutex
	sent   []string // address and body of each call that may have sent
	hosts  []string // that were asked
	shows  bool     // what stands there
	looked int      // how often it was asked for that
}

func (c *cut) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hosts = append(c.hosts, u.Host)
	ok := func(body string) (*fetch.Response, error) {
		return &fetch.Response{URL: r.URL, Status: http.StatusOK, Header: http.Header{}, Body: []byte(body)}, nil
	}
	if tokenCalls.MatchString(u.Path) {
		return ok(`{"access_token":"minted","expires_in":"359999"}`)
	}
	sends, _, _ := strings.Cut(c.want[strings.LastIndex("\n\n"+c.want, "\n\n"):], "\n")
	asks, _, _ := strings.Cut(c.looks, "\n")
	switch call := r.Method + " " + u.RequestURI(); {
	case call == asks:
		if c.looked++; c.shows {
			return ok(c.shown)
		}
		return nil, errors.New("connection refused")
	case call != sends:
		return ok(c.found)
	}
	c.sent = append(c.sent, r.Method+" "+r.URL+"\n"+string(r.Body))
	switch there := c.says[http.StatusConflict]; {
	case len(c.sent) == 1:
		return nil, errors.New("connection reset by peer")
	case there != "":
		return nil, &fetch.StatusError{Status: http.StatusConflict, URL: r.URL, Body: []byte(there)}
	}
	return ok(c.taken)
}

func (c *cut) asked() (sent, hosts []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sent), slices.Clone(c.hosts)
}

// engineOf is an engine that sends answers to d's post at web.
func engineOf(t *testing.T, d *desk, web crawlers.Fetcher, src config.Source) *reply.Engine {
	t.Helper()
	way, ok, err := presets.NewAnswer(crawlers.Env{Fetch: web, Now: time.Now}, src)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return reply.New(reply.Options{Outbox: d, Reader: d, Desk: d, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Way: func(string) (reply.Way, bool) { return way, true }})
}

// TestAnswersThatArriveUnheard: a network took the answer and the line broke. Where the same call
// may be made again it is, word for word, and only then; where the network shows what stands there,
// that ends it; and keys go to the network's own host.
func TestAnswersThatArriveUnheard(t *testing.T) {
	for name, n := range everyNetwork() {
		heardOf(t, name, n, false)
		if n.shown != "" {
			heardOf(t, name, n, true)
		}
	}
}

func heardOf(t *testing.T, name string, n network, shows bool) {
	src := rig.Source(t, n.block)
	n.shown = strings.ReplaceAll(n.shown, "$TEXT", asJSON(t, answerText))
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			d, web := &desk{post: n.post}, &cut{network: n, shows: shows}
			e := engineOf(t, d, web, src)
			if err := e.Write(t.Context(), "m", reply.Written{Nth: 1, Account: src.Reply.As, Text: answerText}); err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			go e.Run(ctx)
			time.Sleep(5 * time.Minute)
			sent, hosts := web.asked()
			want, calls := mention.ReplySent, 2
			switch {
			case n.class == reply.Twice && !shows:
				want, calls = mention.ReplyUnclear, 1
			case shows:
				calls = 1
			}
			if r := d.now(); r.Status != want || r.Text != answerText {
				t.Errorf("%+v, want %s", r, want)
			}
			if len(sent) != calls || sent[0] != sent[calls-1] {
				t.Errorf("%s, sent:\n%s", n.class, strings.Join(sent, "\n"))
			}
			for _, host := range hosts {
				if host != n.host {
					t.Errorf("asked %s, want %s", host, n.host)
				}
			}
		})
	})
}

// filled is a text of n units, none of them one byte.
func filled(l reply.Limit, n int) string {
	switch l.Unit {
	case reply.Bytes:
		return strings.Repeat("я", n/2) + strings.Repeat("a", n%2)
	case reply.Graphemes:
		return strings.Repeat("и\u0306", n)
	}
	return strings.Repeat("я", n)
}

// TestAnswersOneTooLong: what is longer than a network takes by one is not taken down, and the
// network never hears of it; the longest is.
func TestAnswersOneTooLong(t *testing.T) {
	for name, n := range everyNetwork() {
		if n.limit.Max == 0 { // then earshot's own holds
			n.limit = byBytes(mention.MaxReply)
		}
		src := rig.Source(t, n.block)
		d, web := &desk{post: n.post}, &cut{network: n}
		e := engineOf(t, d, web, src)
		var long *reply.LengthError
		err := e.Write(t.Context(), "m", reply.Written{Nth: 1, Account: src.Reply.As, Text: filled(n.limit, n.limit.Max+1)})
		if !errors.As(err, &long) || long.Have != n.limit.Max+1 || long.Limit != n.limit || d.now().ID != "" {
			t.Errorf("%s: %v", name, err)
		}
		if err := e.Write(t.Context(), "m", reply.Written{Nth: 1, Account: src.Reply.As, Text: filled(n.limit, n.limit.Max)}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if sent, _ := web.asked(); len(sent) != 0 {
			t.Errorf("%s: sent %s", name, sent)
		}
	}
}

// TestAnswersRenewTokens: a token that ended since the last poll is renewed once, before the
// person hears of it; one that cannot be had sends nothing.
func TestAnswersRenewTokens(t *testing.T) {
	s := newSite(t)
	tried := 0
	for name, n := range everyNetwork() {
		if n.renews == "" && !n.minted {
			continue
		}
		tried++
		way, _, err := wayOf(t, regexp.MustCompile(`\btoken: \w+`).ReplaceAllString(n.block, n.renews), s.URL)
		if err != nil {
			t.Fatal(name, err)
		}
		message := reply.Message{Post: n.post, Text: "x", Key: answerKey, At: answeredAt}
		tokens, calls := 0, 0
		s.takes(func(call string) (int, string) {
			switch method, path, _ := strings.Cut(call, " "); {
			case tokenCalls.MatchString(path):
				tokens++
				return http.StatusOK, fmt.Sprintf(`{"access_token":"t%d","expires_in":3600,"accessJwt":"t%d","refreshJwt":"r"}`, tokens, tokens)
			case method == http.MethodGet:
				return http.StatusOK, n.found
			}
			if calls++; calls == 1 && n.ended != "" {
				return http.StatusBadRequest, n.ended
			} else if calls == 1 {
				return http.StatusUnauthorized, `{}`
			}
			return http.StatusOK, n.taken
		})
		if got := way.Send(t.Context(), message); got.Outcome != reply.Sent || tokens != 2 || calls != 2 {
			t.Errorf("%s: %+v after %d tokens and %d calls", name, got, tokens, calls)
		}
		if way, _, err = wayOf(t, regexp.MustCompile(`\btoken: \w+`).ReplaceAllString(n.block, n.renews), s.URL); err != nil {
			t.Fatal(name, err)
		}
		for status, want := range map[int]reply.Outcome{500: reply.NotSent, 400: reply.Refused, 0: reply.NotSent} {
			s.takes(func(string) (int, string) { return status, `{"error":"invalid_grant"}` })
			if got := way.Send(t.Context(), message); got.Outcome != want {
				t.Errorf("%s: no token, %d: %+v", name, status, got)
			}
			for call := range strings.SplitSeq(s.requests(), "\n\n") {
				if _, path, _ := strings.Cut(strings.SplitN(call, "\n", 2)[0], " "); !tokenCalls.MatchString(path) {
					t.Errorf("%s: asked %s without a token", name, call)
				}
			}
		}
	}
	if tried < 2 {
		t.Errorf("%d networks were tried", tried)
	}
}

// tokenCalls are the addresses where tokens are got.
var tokenCalls = regexp.MustCompile(`^/(token$|xrpc/com\.atproto\.server\.|v1/oauth/|api/v1/access_token)`)

// TestAnswersThatStandThere: what is read first ends a call that was made before, or says that
// there can be none; nothing is sent then.
func TestAnswersThatStandThere(t *testing.T) {
	s := newSite(t)
	way, _, err := wayOf(t, "wildberries: {token: wt}\nreply: {as: Romashka}", s.URL)
	if err != nil {
		t.Fatal(err)
	}
	for found, want := range map[string]reply.Outcome{
		`{"data":{"id":"YX52","answer":{"text":"Вибачте","editable":true}},"error":false}`:                     reply.Sent,
		`{"data":{"id":"YX52","answer":{"text":" Ви\nбачте","state":"wbRu"}},"error":false}`:                   reply.Sent,
		`{"data":{"id":"YX52","answer":{"text":"Вибачте","state":"rejected","editable":false}},"error":false}`: reply.Refused,
		`{"data":{"id":"YX52","answer":{"text":"інше","editable":false}},"error":false}`:                       reply.Refused,
		`{"data":null,"error":false}`:                           reply.Refused,
		`{"data":{"id":"another","answer":null},"error":false}`: reply.Refused,
		`not JSON`: reply.NotSent,
	} {
		s.takes(func(string) (int, string) { return http.StatusOK, found })
		got := way.Send(t.Context(), reply.Message{Post: mention.Post{ID: "YX52", URL: "https://wb.example/9"}, Text: "Вибачте"})
		if got.Outcome != want || strings.Contains(s.requests(), "/answer") || want == reply.Sent && got.ID != "YX52" {
			t.Errorf("%s: %+v\n%s", found, got, s.requests())
		}
	}
}

// TestAnswersInMarkdown: what would be obeyed is shown, links stay whole, lines stay lines.
func TestAnswersInMarkdown(t *testing.T) {
	s := newSite(t)
	way, _, err := wayOf(t, "reddit: {query: romashka, token: rt}\nreply: {as: romashka}", s.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.takes(func(string) (int, string) { return http.StatusOK, `{}` })
	for text, want := range map[string]string{
		"a *b* _c_ `d` [e](f) ~g~ ^h | >!i!<":       "a \\*b\\* \\_c\\_ \\`d\\` \\[e\\](f) \\~g\\~ \\^h \\| \\>!i!\\<",
		"see https://romashka.example/a_b_c*d, ok_": "see https://romashka.example/a_b_c*d, ok\\_",
		"- one\n+ two\n3. three\n4) four\n    five": "\\- one  \n\\+ two  \n3\\. three  \n4\\) four  \nfive",
		"# Title\n===\n&lt; 3.5 - 2":                "\\# Title  \n\\===  \n\\&lt; 3.5 - 2",
		"one\n\ntwo":                                "one  \n  \ntwo",
	} {
		s.takes(func(string) (int, string) { return http.StatusOK, `{}` })
		way.Send(t.Context(), reply.Message{Post: mention.Post{ID: "t3_a"}, Text: text})
		_, body, _ := strings.Cut(s.requests(), "urlencoded\n")
		form, err := url.ParseQuery(body)
		if err != nil || form.Get("text") != want {
			t.Errorf("%q became %q, want %q (%v)", text, form.Get("text"), want, err)
		}
	}
}

// TestAnswersThatAreShown: how a network is asked for what stands under a post, and that somebody
// else's words are not taken for the account's.
func TestAnswersThatAreShown(t *testing.T) {
	s := newSite(t)
	for name, n := range everyNetwork() {
		way, _, err := wayOf(t, n.block, s.URL)
		if err != nil {
			t.Fatal(name, err)
		}
		if (way.Look != nil) != (n.shown != "") && !strings.Contains(name, ",") {
			t.Errorf("%s: can be asked: %v", name, way.Look != nil)
		}
		if n.shown == "" {
			continue
		}
		s.takes(func(call string) (int, string) {
			if n.minted && tokenCalls.MatchString(strings.TrimPrefix(call, "POST ")) {
				return http.StatusOK, `{"access_token":"minted","expires_in":"359999"}`
			}
			return http.StatusOK, strings.ReplaceAll(n.shown, "$TEXT", `"Вибачте"`)
		})
		shown, err := way.Look(t.Context(), n.post)
		if last := len(shown) - 1; err != nil || last < 0 || shown[last].Text != "Вибачте" || shown[last].ID == "" || shown[last].ID == "1" || shown[last].URL == "" {
			t.Errorf("%s: shown %+v, %v", name, shown, err)
		} else if n.class != reply.Replaces && !strings.HasPrefix(name, "yandexmarket") && shown[last].Published.IsZero() || shown[last].Held != strings.Contains(n.shown, "UNMODERATED") {
			t.Errorf("%s: shown %+v", name, shown)
		}
		if got := s.requests(); got != n.looks && !(n.minted && strings.HasSuffix(got, "\n\n"+n.looks)) {
			t.Errorf("%s: asked\n%s\nwant\n%s", name, got, n.looks)
		}
		for status, body := range map[int]string{500: `{}`, 403: `{}`, 200: `{"ok":true}`, 0: ""} {
			s.takes(func(string) (int, string) { return status, body })
			if shown, err := way.Look(t.Context(), n.post); err == nil && len(shown) > 0 || err == nil && status != http.StatusOK {
				t.Errorf("%s: %d: shown %+v, %v", name, status, shown, err)
			}
		}
	}
}

// TestAnswersThatCannotBe: why a post cannot be answered is said in the preset's words alone.
func TestAnswersThatCannotBe(t *testing.T) {
	s := newSite(t)
	for block, want := range map[string]string{
		"telegrambot: {token: \"7:abc\"}\nreply: {as: a}":       "the post cannot be answered from here: it names no message",
		"vk: {query: a, token: t}\nreply: {as: a, key: k}":      "the post cannot be answered from here: it stands on no wall of a community",
		"reddit: {query: a, token: rt}\nreply: {as: a}":         "the post cannot be answered from here: it is no post or comment of Reddit",
		"wordpress: https://wp.example\nreply: {as: a, key: k}": "the post cannot be answered from here: it names no article",
	} {
		way, _, err := wayOf(t, block, s.URL)
		if err != nil {
			t.Fatal(err)
		}
		s.takes(func(string) (int, string) { return http.StatusOK, `{}` })
		got := way.Send(t.Context(), reply.Message{Post: mention.Post{ID: "5_7"}, Text: "x"})
		if got.Outcome != reply.Refused || got.Reason != want || s.requests() != "" {
			t.Errorf("%s: %+v\n%s", block, got, s.requests())
		}
	}
}

// TestAnswersToAnotherPost: some servers of Mastodon's interface search for the words of an
// address when they cannot find what stands there. Who only quotes it is not answered.
func TestAnswersToAnotherPost(t *testing.T) {
	s := newSite(t)
	n := networks["mastodon"]
	way, _, err := wayOf(t, n.block, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.takes(func(string) (int, string) {
		return http.StatusOK, `{"statuses":[{"id":"9","uri":"https://social.example/users/b/statuses/9","url":"https://social.example/@b/9","content":"look at ` + n.post.ID + `"}]}`
	})
	got := way.Send(t.Context(), reply.Message{Post: n.post, Text: "x", Key: answerKey, At: answeredAt})
	if got.Outcome != reply.Refused || !strings.Contains(got.Reason, "does not know this post") || strings.Contains(s.requests(), "POST") {
		t.Errorf("%+v\n%s", got, s.requests())
	}
}

// TestAnswersThatAuthorsForbid: Bluesky takes an answer that its author lets nobody see, or that a
// blocked account gave; so it is not sent.
func TestAnswersThatAuthorsForbid(t *testing.T) {
	s := newSite(t)
	n := moreNetworks["bluesky"]
	way, _, err := wayOf(t, n.block, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	for shown, want := range map[string]string{
		`"viewer":{"replyDisabled":true}`:        "the post cannot be answered from here: its author does not let everybody answer",
		`"author":{"viewer":{"blockedBy":true}}`: "the post cannot be answered from here: its author has blocked the account",
	} {
		s.takes(func(string) (int, string) {
			return http.StatusOK, `{"posts":[{"uri":"at://a/b/c","cid":"d",` + shown + `}]}`
		})
		got := way.Send(t.Context(), reply.Message{Post: n.post, Text: "x", Key: answerKey, At: answeredAt})
		if got.Outcome != reply.Refused || got.Reason != want || strings.Contains(s.requests(), "POST") {
			t.Errorf("%s: %+v", shown, got)
		}
	}
}

// TestAnswersNotAllShown: an answer that VK may not show is not taken for missing.
func TestAnswersNotAllShown(t *testing.T) {
	s := newSite(t)
	n := moreNetworks["vk, a comment"]
	way, _, err := wayOf(t, n.block, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	for body, fails := range map[string]bool{
		`{"response":{"current_level_count":1,"items":[{"id":340,"from_id":5,"thread":{"count":1,"items":[{"id":341,"from_id":6}]}}]}}`: false,
		`{"response":{"current_level_count":1,"items":[{"id":340,"from_id":5,"thread":{"count":2,"items":[{"id":341,"from_id":6}]}}]}}`: true,
		`{"response":{"current_level_count":2,"items":[{"id":340,"from_id":5}]}}`:                                                       true,
	} {
		s.takes(func(string) (int, string) { return http.StatusOK, body })
		if shown, err := way.Look(t.Context(), n.post); (err != nil) != fails || len(shown) > 0 {
			t.Errorf("%s: %+v, %v", body, shown, err)
		}
	}
}

// TestAnswersTooMany: Yandex Market says 420 of too many requests, and takes the answer later.
func TestAnswersTooMany(t *testing.T) {
	s := newSite(t)
	n := moreNetworks["yandexmarket"]
	way, _, err := wayOf(t, n.block, s.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.takes(func(string) (int, string) { return 420, `{"status":"ERROR","errors":[{"code":"LIMIT"}]}` })
	if got := way.Send(t.Context(), reply.Message{Post: n.post, Text: "x", Key: answerKey, At: answeredAt}); got.Outcome != reply.NotSent || got.Reason == "" {
		t.Errorf("420: %+v", got)
	}
}
