package presets_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// site is a network that writes down what it is asked, and answers as it is told.
type site struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string
	answer func(call string) (status int, body string) // status 0: the line is cut
}

func newSite(t *testing.T) *site {
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

// seen are the headers that a golden request shows.
var seen = []string{"Authorization", "Api-Key", "Apikey", "Api-Username", "Client-Id", "Idempotency-Key", "Content-Type"}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	call := r.Method + " " + r.URL.RequestURI()
	said := call
	for _, name := range seen {
		if v := r.Header.Get(name); v != "" {
			said += "\n" + name + ": " + v
		}
	}
	if len(body) > 0 {
		said += "\n" + string(body)
	}
	s.mu.Lock()
	s.asked = append(s.asked, said)
	status, text := s.answer(call)
	s.mu.Unlock()
	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "30")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// takes sets how it answers from now on, and forgets what it was asked.
func (s *site) takes(answer func(call string) (int, string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked, s.answer = nil, answer
}

func (s *site) requests() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.asked, "\n\n")
}

// wayOf makes the way to answer a source, as a watchlist writes it, at the test's site.
func wayOf(t *testing.T, block, base string) (reply.Way, bool, error) {
	t.Helper()
	return presets.NewAnswer(envAt(t, base), rig.Source(t, block))
}

func envAt(t *testing.T, base string) crawlers.Env {
	t.Helper()
	gap := time.Duration(0)
	web := fetch.New(fetch.Options{Gap: &gap, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: 20 * time.Second})
	t.Cleanup(web.Close)
	return crawlers.Env{Fetch: web.For(base), Now: time.Now, Base: base}
}

// text is what is sent: letters of three scripts, an emoji, markup, a direction, a quote.
const answerText = "Олено, «перепрошуємо» <b>& \"дякуємо\"</b> 🙏 \u202eabc\u202c\nRomashka's team \\o/"

// redditText is the same, as Reddit's Markdown must have it to show the same.
const redditText = "Олено, «перепрошуємо» \\<b\\>\\& \"дякуємо\"\\</b\\> 🙏 \u202eabc\u202c  \nRomashka's team \\\\o/"

// answerKey and answeredAt are of the reply in the golden requests.
const answerKey = "K3YQWERTYUIOPASDFGHJKL2345"

var answeredAt = time.Date(2026, 11, 26, 12, 0, 0, 123456000, time.UTC)

// network is what is known of one.
type network struct {
	block   string
	post    mention.Post
	found   string // the answer to what is asked first
	want    string // all requests, with $TEXT for the text as JSON
	taken   string // the answer of a network that took it
	sent    reply.Result
	says    map[int]string // errors by status
	why     string         // what it says of them
	later   map[int]string // errors that end by themselves, by status
	wait    time.Duration  // that it asks for then; 0: it says none
	trouble string         // an answer with 200 after which nobody knows
	host    string         // where all of it goes, when no test stands in for it
	class   reply.Repeat
	limit   reply.Limit // zero: the network says none
	ended   string      // what it says with 400 of a token that ended; else it says 401
	renews  string      // options that tokens are got with, instead of token in the block
	empty   bool        // nothing says that it was taken
	minted  bool        // the first call gets a token with the options of the block, "minted"
	shown   string      // what it shows under the post afterwards, with $TEXT; empty: it cannot be asked
	looks   string      // how it is asked for that
	loose   bool        // any JSON object, and nothing at all, says that it was taken: the network documents no answer
}

// byBytes, byChars and byGraphemes are limits.
func byBytes(n int) reply.Limit     { return reply.Limit{Unit: reply.Bytes, Max: n} }
func byChars(n int) reply.Limit     { return reply.Limit{Unit: reply.Chars, Max: n} }
func byGraphemes(n int) reply.Limit { return reply.Limit{Unit: reply.Graphemes, Max: n} }

var networks = map[string]network{
	"discourse": {
		host: "disc.example", class: reply.Key, limit: byChars(32000),
		block: "discourse: https://disc.example/c/support/5\nreply: {as: romashka_support, key: dk}",
		post:  mention.Post{ID: "3/4", URL: "https://disc.example/t/romashka/3/4"},
		want: `POST /posts.json
Api-Key: dk
Api-Username: romashka_support
Content-Type: application/json
{"raw":$HTML,"reply_to_post_number":4,"topic_id":3}`,
		taken: `{"id":17,"topic_id":3,"topic_slug":"romashka","post_number":9}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "17", URL: "https://disc.example/t/romashka/3/9"},
		says:  map[int]string{422: `{"action":"create_post","errors":["Body is too short","and late"]}`}, why: "Body is too short and late",
	},
	"discourse, held": {
		host: "disc.example", class: reply.Key, limit: byChars(32000),
		block: "discourse: https://disc.example/community/t/romashka/3/4\nreply: {as: romashka_support, key: dk}",
		post:  mention.Post{ID: "3/4"},
		want: `POST /community/posts.json
Api-Key: dk
Api-Username: romashka_support
Content-Type: application/json
{"raw":$HTML,"reply_to_post_number":4,"topic_id":3}`,
		taken: `{"success":true,"action":"enqueued","pending_post":{"id":5}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "5", Held: true},
	},
	"wordpress": {
		host: "wp.example", class: reply.Refuses, limit: byBytes(65525),
		block: "wordpress: https://wp.example/blog/\nreply: {as: support, key: aaaa bbbb}",
		post:  mention.Post{ID: "https://wp.example/?p=5#comment-101"},
		found: `{"id":101,"post":5,"parent":0}`,
		want: `GET /blog/?rest_route=/wp/v2/comments/101
Authorization: Basic c3VwcG9ydDphYWFhIGJiYmI=

POST /blog/?rest_route=/wp/v2/comments
Authorization: Basic c3VwcG9ydDphYWFhIGJiYmI=
Content-Type: application/json
{"content":$KSES,"parent":101,"post":5}`,
		taken: `{"id":120,"status":"approved","link":"https://wp.example/romashka/#comment-120"}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "120", URL: "https://wp.example/romashka/#comment-120"},
		says:  map[int]string{409: `{"code":"comment_duplicate","message":"Duplicate comment detected"}`, 400: `{"code":"comment_content_column_length","message":"Too long"}`}, why: "Too long", later: map[int]string{400: `{"code":"comment_flood","message":"Too quickly"}`},
	},
	"wordpress, an article": {
		host: "wp.example", class: reply.Refuses, limit: byBytes(65525),
		block: "wordpress: https://wp.example\nreply: {as: support, key: k}",
		post:  mention.Post{ID: "post-5"},
		want: `POST /?rest_route=/wp/v2/comments
Authorization: Basic c3VwcG9ydDpr
Content-Type: application/json
{"content":$KSES,"parent":0,"post":5}`,
		taken: `{"id":121,"status":"hold","link":"https://wp.example/romashka/#comment-121"}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "121", URL: "https://wp.example/romashka/#comment-121", Held: true},
	},
	"mastodon": {
		host: "social.example", class: reply.Key, limit: byGraphemes(500),
		block: "mastodon: {server: social.example, tag: romashka}\nreply: {as: \"@romashka@social.example\", key: mt}",
		post:  mention.Post{ID: "https://drugade.example/users/petko/statuses/77"},
		found: `{"statuses":[{"id":"115","uri":"https://drugade.example/users/petko/statuses/77"}]}`,
		want: `GET /api/v2/search?type=statuses&resolve=true&limit=1&q=https%3A%2F%2Fdrugade.example%2Fusers%2Fpetko%2Fstatuses%2F77
Authorization: Bearer mt
Idempotency-Key: $KEY

POST /api/v1/statuses
Authorization: Bearer mt
Idempotency-Key: $KEY
Content-Type: application/json
{"in_reply_to_id":"115","status":$TEXT}`,
		taken: `{"id":"116","url":"https://social.example/@romashka/116"}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "116", URL: "https://social.example/@romashka/116"},
		says:  map[int]string{422: `{"error":"Validation failed"}`}, why: "Validation failed",
	},
	"googlebusiness": {
		looks: "GET /v4/accounts/1/locations/2/reviews/AbC%2F1\nAuthorization: Bearer gt",
		shown: `{"reviewId":"AbC/1","comment":"x","reviewReply":{"comment":$TEXT,"updateTime":"2026-11-22T10:00:00Z"}}`,
		host:  "mybusiness.googleapis.com", renews: "refresh_token: r, client_id: c, client_secret: s", class: reply.Replaces, limit: byBytes(4096),
		block: "googlebusiness: {account: \"1\", location: \"2\", place: \"https://maps.example/?cid=1\", token: gt}\nreply: {as: Romashka}",
		post:  mention.Post{ID: "AbC/1", URL: "https://maps.example/?cid=1"},
		want: `PUT /v4/accounts/1/locations/2/reviews/AbC%2F1/reply
Authorization: Bearer gt
Content-Type: application/json
{"comment":$TEXT}`,
		taken: `{"comment":"x","updateTime":"2026-11-22T10:00:00Z"}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "2026-11-22T10:00:00Z", URL: "https://maps.example/?cid=1"},
		says:  map[int]string{400: `{"error":{"message":"Invalid argument"}}`}, why: "Invalid argument",
	},
	"googleplay": {
		looks: "GET /androidpublisher/v3/applications/com.romashka.bank/reviews/gp:AOqpTOExample2\nAuthorization: Bearer pt",
		shown: `{"reviewId":"gp:AOqpTOExample2","comments":[{"userComment":{"text":"x"}},{"developerComment":{"text":$TEXT,"lastModified":{"seconds":"1795000000"}}}]}`,
		host:  "androidpublisher.googleapis.com", class: reply.Replaces, limit: byChars(350),
		block: "googleplay: {package: com.romashka.bank, token: pt}\nreply: {as: Romashka}",
		post:  mention.Post{ID: "gp:AOqpTOExample2", URL: "https://play.example/r"},
		want: `POST /androidpublisher/v3/applications/com.romashka.bank/reviews/gp:AOqpTOExample2:reply
Authorization: Bearer pt
Content-Type: application/json
{"replyText":$TEXT}`,
		taken: `{"result":{"replyText":"x","lastEdited":{"seconds":"1795000000","nanos":1}}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "1795000000", URL: "https://play.example/r"},
		says:  map[int]string{400: `{"error":{"code":400,"message":"Reply is too long"}}`}, why: "Reply is too long",
	},
	"appstoreconnect": {
		looks: "GET /v1/customerReviews/00000027-bbbb/response\nAuthorization: Bearer at",
		shown: `{"data":{"type":"customerReviewResponses","id":"00000027-r","attributes":{"responseBody":$TEXT,"state":"PENDING_PUBLISH"}}}`,
		host:  "api.appstoreconnect.apple.com", class: reply.Replaces, limit: byChars(5970),
		block: "appstoreconnect: {app: \"123456789\", token: at}\nreply: {as: Romashka}",
		post:  mention.Post{ID: "00000027-bbbb", URL: "https://appstoreconnect.apple.com/apps/123456789"},
		want: `POST /v1/customerReviewResponses
Authorization: Bearer at
Content-Type: application/json
{"data":{"attributes":{"responseBody":$TEXT},"relationships":{"review":{"data":{"id":"00000027-bbbb","type":"customerReviews"}}},"type":"customerReviewResponses"}}`,
		taken: `{"data":{"type":"customerReviewResponses","id":"00000027-r","attributes":{"state":"PENDING_PUBLISH"}}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "00000027-r", URL: "https://appstoreconnect.apple.com/apps/123456789", Held: true},
		says:  map[int]string{422: `{"errors":[{"status":"422","detail":"responseBody is too long"}]}`}, why: "responseBody is too long",
	},
}

// asJSON is a text as it stands in a request.
func asJSON(t *testing.T, text string) string {
	t.Helper()
	b, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAnswers: each network is asked exactly so, and what it says is understood.
func TestAnswers(t *testing.T) {
	s := newSite(t)
	forms := func(want string) string {
		return strings.NewReplacer("$KEY", answerKey, "$TEXT", asJSON(t, answerText), "$FORM", url.QueryEscape(answerText), "$REDDIT", url.QueryEscape(redditText), "$HTML", asJSON(t, strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(answerText)),
			"$KSES", asJSON(t, strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `\`, "&#092;").Replace(answerText))).Replace(want)
	}
	for name, n := range everyNetwork() {
		t.Run(name, func(t *testing.T) {
			way, ok, err := wayOf(t, n.block, s.URL)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			if way.Repeat != n.class || way.Limit != n.limit {
				t.Errorf("a repeat %s, at most %+v; want %s, %+v", way.Repeat, way.Limit, n.class, n.limit)
			}
			message := reply.Message{Post: n.post, Text: answerText, Key: answerKey, At: answeredAt}
			answers := func(status int, body string) func(string) (int, string) {
				return func(call string) (int, string) {
					if n.found != "" && strings.HasPrefix(call, "GET") {
						return http.StatusOK, n.found
					}
					if n.minted && tokenCalls.MatchString(strings.TrimPrefix(call, "POST ")) {
						return http.StatusOK, `{"access_token":"minted","expires_in":"359999"}`
					}
					return status, body
				}
			}
			s.takes(answers(http.StatusCreated, n.taken))
			if got := way.Send(t.Context(), message); got != n.sent {
				t.Errorf("taken: %+v, want %+v", got, n.sent)
			}
			if got, want := s.requests(), forms(n.want); got != want {
				t.Errorf("asked:\n%s\nwant:\n%s", got, want)
			}
			for status, body := range n.says {
				s.takes(answers(status, body))
				want := reply.Result{Outcome: reply.Refused, Reason: n.why}
				if status == http.StatusConflict {
					want = reply.Result{Outcome: reply.Sent}
				}
				if got := way.Send(t.Context(), message); got != want {
					t.Errorf("%d: %+v, want %+v", status, got, want)
				}
			}
			for status, body := range n.later {
				s.takes(answers(status, body))
				if got := way.Send(t.Context(), message); got.Outcome != reply.NotSent || got.Reason == "" || got.Wait != n.wait {
					t.Errorf("too early: %+v", got)
				}
			}
			for status, want := range map[int]reply.Outcome{0: reply.Unknown, 401: reply.Refused, 403: reply.Refused, 404: reply.Refused, 408: reply.Unknown, 409: reply.Refused, 500: reply.Unknown, 502: reply.Unknown} {
				s.takes(answers(status, `{}`))
				if got := way.Send(t.Context(), message); got.Outcome != want || got.Reason == "" {
					t.Errorf("%d: %+v, want %v", status, got, want)
				}
			}
			for what, body := range map[string]string{"a page": "<html>Log in</html>", "nothing": "", "something else": `{"ok":true}`, "a list": `[1]`, "trouble": n.trouble} {
				if (n.empty || n.loose) && body == "" || n.loose && what == "something else" {
					continue
				}
				s.takes(answers(http.StatusOK, body))
				if got := way.Send(t.Context(), message); got.Outcome != reply.Unknown {
					t.Errorf("200 with %s: %+v", what, got)
				}
			}
			if n.found != "" { // what fails before the call sends nothing
				for status, want := range map[int]reply.Outcome{0: reply.NotSent, 500: reply.NotSent, 404: reply.Refused} {
					s.takes(func(string) (int, string) { return status, `{}` })
					if got := way.Send(t.Context(), message); got.Outcome != want || strings.Contains(s.requests(), "POST") {
						t.Errorf("%d before the call: %+v\n%s", status, got, s.requests())
					}
				}
			}
			// Last, because the host is left alone then.
			s.takes(answers(http.StatusTooManyRequests, `{}`))
			if got := way.Send(t.Context(), message); got.Outcome != reply.NotSent || got.Wait < 20*time.Second {
				t.Errorf("429: %+v", got)
			}
		})
	}
}

// TestAnswersOfForeignPosts: what a post says of itself leads no key to another site, and
// answers nothing that it does not name.
func TestAnswersOfForeignPosts(t *testing.T) {
	s := newSite(t)
	s.takes(func(string) (int, string) { return http.StatusOK, `{"id":1}` })
	for name, n := range everyNetwork() {
		way, _, err := wayOf(t, n.block, s.URL)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"", "../../admin", "https://evil.example/#comment-1/../x", "3/4/5?x=1&y", "\u202e\x00", strings.Repeat("9", 5000)} {
			_ = way.Send(t.Context(), reply.Message{Post: mention.Post{ID: id, URL: "https://evil.example/", ThreadURL: "https://evil.example/"}, Text: "x", Key: "K"})
		}
		for call := range strings.SplitSeq(s.requests(), "\n\n") {
			line, _, _ := strings.Cut(call, "\n")
			if strings.Contains(line, "/../") || strings.Contains(line, "evil.example/#") {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}

// TestAnswersAreAllowed: nothing can be sent where the watchlist does not say so, and its
// mistakes are told.
func TestAnswersAreAllowed(t *testing.T) {
	for block, want := range map[string]string{
		"discourse: https://disc.example":                                                                       "no",
		"feed: https://news.example/rss\nreply: {as: a}":                                                        "feed cannot be answered from earshot",
		"discourse: https://disc.example\nreply: {as: a}":                                                       "write key: with an API key of the forum",
		"googleplay: {package: a.b, token: t}\nreply: {as: a, key: k}":                                          "leave key: out",
		"youtube: {channel: UCx, key: k}\nreply: {as: a}":                                                       "youtube is answered with refresh_token or token beside reply: the scope",
		"telegram: romashka\nreply: {as: a}":                                                                    "telegram cannot be answered from earshot",
		"discourse: https://disc.example\nreply: {as: a, key: k, allow: [ira@romashka.example], approve: true}": "yes",
	} {
		way, ok, err := wayOf(t, block, "")
		got := fmt.Sprint(err)
		if err == nil {
			got = map[bool]string{true: "yes", false: "no"}[ok]
		}
		if !strings.Contains(got, want) || ok != (want == "yes") || ok && (!way.Approve || len(way.Allow) != 1 || way.Account != "a") {
			t.Errorf("%s: %s, %v", block, got, ok)
		}
	}
}

// FuzzAnswers: whatever a network says, it is one of four outcomes, without line ends or
// controls, and within bounds; and so are what it says of the right and of what stands there.
func FuzzAnswers(f *testing.F) {
	names := slices.Sorted(maps.Keys(everyNetwork()))
	f.Add(0, 200, []byte(`{"id":1,"link":"x"}`))
	f.Add(1, 409, []byte(`{"code":"comment_duplicate"}`))
	f.Add(2, 400, []byte(`{"message":"a\nb\u202e"}`))
	f.Add(3, 201, []byte(`[]`))
	for i, name := range names {
		f.Add(i, 200, []byte(everyNetwork()[name].taken))
		f.Add(i, 200, []byte(strings.ReplaceAll(everyNetwork()[name].shown, "$TEXT", `"x"`)))
	}
	var sources []config.Source
	for _, name := range names {
		sources = append(sources, rig.Source(f, everyNetwork()[name].block))
	}
	f.Fuzz(func(t *testing.T, which, status int, body []byte) {
		i := int(uint(which) % uint(len(names)))
		web := saying{status, bytes.Clone(body)}
		way, _, err := presets.NewAnswer(crawlers.Env{Fetch: web, Now: time.Now}, sources[i])
		if err != nil {
			t.Fatal(err)
		}
		odd := func(s string) bool { return len(s) > 4000 || strings.ContainsAny(s, "\n\r") }
		got := way.Send(t.Context(), reply.Message{Post: everyNetwork()[names[i]].post, Text: "x", Key: answerKey, At: answeredAt})
		if odd(got.Reason + got.URL + got.ID) {
			t.Errorf("%s: %+v", names[i], got)
		}
		if way.Check != nil {
			if c := way.Check(t.Context()); odd(c.Account + c.Why) {
				t.Errorf("%s: %+v", names[i], c)
			}
		}
		if way.Look != nil {
			shown, _ := way.Look(t.Context(), everyNetwork()[names[i]].post)
			for _, p := range shown {
				if odd(p.ID + p.URL) {
					t.Errorf("%s: %+v", names[i], p)
				}
			}
		}
	})
}

// saying is a network that says one thing.
type saying struct {
	status int
	body   []byte
}

func (s saying) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	if s.status >= 200 && s.status < 300 {
		return &fetch.Response{URL: r.URL, Status: s.status, Header: http.Header{}, Body: s.body}, nil
	}
	return nil, &fetch.StatusError{Status: s.status, URL: r.URL, Body: s.body}
}
