package jsonapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
)

// TestJSONRefusalsSayWhatTheyAre: APIs tell a spent budget, an ended key and a wrong request
// in the body, under a status that is another's word for the same. The answers are written
// after the documented shapes.
func TestJSONRefusalsSayWhatTheyAre(t *testing.T) {
	const youtube = "youtube: {channel: UCromashka, key: \"${env:YOUTUBE_KEY}\"}"
	const facebook = "facebookpage: {page: \"1\", token: \"${env:FACEBOOK_PAGE_TOKEN}\"}"
	const apple = "appstoreconnect: {app: \"1\", token: \"${env:APPLE_TOKEN}\"}"
	const bot = "telegrambot: {token: \"${env:TELEGRAM_BOT_TOKEN}\"}"
	for name, test := range map[string]struct {
		block   string
		status  int
		body    string
		says    string
		blocked bool
		after   time.Duration
	}{
		"the day's quota": {youtube, 403, `{"error":{"code":403,"message":"The request cannot be completed because you have exceeded your <a href=\"/youtube/v3/getting-started#quota\">quota</a>.","errors":[{"message":"The request cannot be completed","domain":"youtube.quota","reason":"quotaExceeded"}]}}`,
			"you have exceeded your quota.", false, time.Hour},
		"a wrong key": {youtube, 400, `{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","errors":[{"reason":"badRequest"}],"status":"INVALID_ARGUMENT"}}`,
			"API key not valid", false, 0},
		"an API that is not switched on": {youtube, 403, `{"error":{"code":403,"message":"YouTube Data API v3 has not been used in project 1 before or it is disabled.","errors":[{"reason":"accessNotConfigured"}]}}`,
			"has not been used in project 1", true, 0},
		"an app's limit": {facebook, 403, `{"error":{"message":"(#4) Application request limit reached","type":"OAuthException","is_transient":true,"code":4,"fbtrace_id":"x"}}`,
			"Application request limit reached", false, 30 * time.Minute},
		"a page's limit": {facebook, 400, `{"error":{"message":"(#32) Page request limit reached","type":"OAuthException","code":32,"fbtrace_id":"x"}}`,
			"Page request limit reached", false, 30 * time.Minute},
		"a token that ended": {facebook, 400, `{"error":{"message":"Error validating access token: Session has expired on Friday, 27-Nov-26 10:00:00 PST.","type":"OAuthException","code":190,"error_subcode":463,"fbtrace_id":"x"}}`,
			"Session has expired", true, 0},
		"an agreement that nobody signed": {apple, 403, `{"errors":[{"id":"x","status":"403","code":"FORBIDDEN.REQUIRED_AGREEMENTS_MISSING_OR_EXPIRED","title":"A required agreement is missing or has expired.","detail":"This request requires an in-effect agreement that has not been signed or has expired."}]}`,
			"agreement that has not been signed", true, 0},
		"another reader of a bot": {bot, 409, `{"ok":false,"error_code":409,"description":"Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}`,
			"deleteWebhook", false, 0},
		"searches that follow too fast": {"github: romashka", 403, `{"documentation_url":"https://docs.github.com/","message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}`,
			"secondary rate limit", false, 2 * time.Minute},
		"requests of one address": {"stackexchange: romashka", 400, `{"error_id":502,"error_message":"too many requests from this IP, more requests available in 4711 seconds","error_name":"throttle_violation"}`,
			"too many requests", false, 4711 * time.Second},
		"a limit of Lemmy": {"lemmy: {server: lemmy.example, query: romashka}", 400, `{"error":"rate_limit_error"}`,
			"rate_limit_error", false, 10 * time.Minute},
		"a seller's token that ended": {"wildberries: {token: \"${env:WB_TOKEN}\"}", 401, `{"title":"unauthorized","detail":"token problem; token is expired","status":401,"statusText":"Unauthorized"}`,
			"token is expired", true, 0},
		"words of nobody": {youtube, 403, `<html>Forbidden</html>`, "does not let earshot read it", true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			defer site.Close()
			web := fetch.New(fetch.Options{APIGap: new(time.Duration), AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
			defer web.Close()
			block := test.block
			if strings.Contains(block, "lemmy.example") {
				block = strings.ReplaceAll(block, "lemmy.example", site.URL)
			}
			c := rig.Crawler(t, block+"\nbase: "+site.URL, web.For(site.URL))
			_, err := c.Poll(t.Context(), "")
			if err == nil {
				t.Fatal("no error")
			}
			if got := crawlers.ClassifyError(err); got.Blocked != test.blocked || got.RetryAfter != test.after {
				t.Errorf("%+v, want blocked %v, again after %v", got, test.blocked, test.after)
			}
			if said := crawlers.Explain(err); !strings.Contains(said, test.says) {
				t.Errorf("said %q, want %q in it", said, test.says)
			}
			if word, _ := crawlers.Reason(err); word == "closed" {
				t.Errorf("%v is said to be about an account", err)
			}
		})
	}
}

// TestJSONBudgetSpentInTheMiddle: a limit that is met on a later page is not the end of
// the list, whatever its status: what stands behind it is read once it is over.
func TestJSONBudgetSpentInTheMiddle(t *testing.T) {
	pages := []string{`{"items":[{"id":1,"t":"one"},{"id":2,"t":"two"}]}`}
	limit := false
	c := rig.Crawler(t, "json: https://api.example/q?page={page}\nlist: .items[]\nfields: {id: .id, text: .t}\nbackoff: 'if .error == \"limit\" then 60 else empty end'\npager: {by: page}",
		rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
			n := int(r.URL[len(r.URL)-1] - '0')
			if limit && n == 1 {
				return nil, &fetch.StatusError{Status: http.StatusBadRequest, URL: r.URL, Body: []byte(`{"error":"limit"}`)}
			}
			body := `{"items":[]}`
			if n < len(pages) {
				body = pages[n]
			}
			return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(body)}, nil
		}))
	first := rig.Poll(t, c, "")
	pages = []string{`{"items":[{"id":5,"t":"five"},{"id":6,"t":"six"}]}`, `{"items":[{"id":3,"t":"three"},{"id":4,"t":"four"}]}`, pages[0]}
	limit = true
	next := first.Next
	if batch, err := c.Poll(t.Context(), next); err == nil {
		next = batch.Next
	} else if got := crawlers.ClassifyError(err).RetryAfter; got != time.Minute {
		t.Errorf("%v, again after %v", err, got)
	}
	limit = false
	if third := rig.Poll(t, c, next); len(third.Posts) != 4 {
		t.Errorf("%d posts, want 3 to 6", len(third.Posts))
	}
}
