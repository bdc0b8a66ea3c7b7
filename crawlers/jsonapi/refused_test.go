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
	const vk, reddit, github = "vk: {query: a, token: \"${env:VK_TOKEN}\"}", "reddit: {query: a, token: \"${env:REDDIT_TOKEN}\"}", "github: {query: a, token: \"${env:GITHUB_TOKEN}\"}"
	const mastodon, bluesky = "mastodon: {server: lemmy.example, tag: a}", "bluesky: {appview: lemmy.example, query: a}"
	const play, trustpilot = "googleplay: {package: a.b, token: \"${env:PLAY_TOKEN}\"}", "trustpilot: {business: a, key: \"${env:TRUSTPILOT_KEY}\"}"
	const wb, ozon, market = "wildberries: {token: \"${env:WB_TOKEN}\"}", "ozon: {client: \"1\", key: \"${env:OZON_KEY}\"}", "yandexmarket: {business: \"1\", key: \"${env:MARKET_KEY}\"}"
	const instagram = "instagram: {account: \"1\", token: \"${env:INSTAGRAM_TOKEN}\"}"
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
		"VK: the token ended":                   {vk, 200, `{"error":{"error_code":5,"error_msg":"User authorization failed: access_token has expired.","request_params":[]}}`, "access_token has expired", true, 0},
		"VK: too fast":                          {vk, 200, `{"error":{"error_code":6,"error_msg":"Too many requests per second"}}`, "Too many requests per second", false, 5 * time.Second},
		"VK: the day's limit":                   {vk, 200, `{"error":{"error_code":29,"error_msg":"Rate limit reached"}}`, "Rate limit reached", false, 30 * time.Minute},
		"VK: a captcha":                         {vk, 200, `{"error":{"error_code":14,"error_msg":"Captcha needed","captcha_sid":"1","captcha_img":"https://x"}}`, "Captcha needed", true, 0},
		"VK: trouble of its own":                {vk, 200, `{"error":{"error_code":10,"error_msg":"Internal server error: Unknown error, try later"}}`, "try later", false, 0},
		"Reddit: a subreddit for members":       {reddit, 403, `{"message":"Forbidden","error":403,"reason":"private"}`, "private", true, 0},
		"Reddit: a subreddit that was banned":   {reddit, 404, `{"reason":"banned","message":"Not Found","error":404}`, "banned", false, 0},
		"Mastodon: closed to strangers":         {mastodon, 401, `{"error":"This method requires an authenticated user"}`, "requires an authenticated user", true, 0},
		"Mastodon: no such thing":               {mastodon, 404, `{"error":"Record not found"}`, "Record not found", false, 0},
		"Mastodon: an error and 200":            {mastodon, 200, `{"error":"This API requires an authenticated user"}`, "requires an authenticated user", false, 0},
		"Bluesky: the token ended":              {bluesky, 400, `{"error":"ExpiredToken","message":"Token has expired"}`, "Token has expired", false, 0},
		"Bluesky: the part behind is away":      {bluesky, 502, `{"error":"UpstreamFailure","message":"Upstream Failure"}`, "Upstream Failure", false, 0},
		"GitHub: no such user":                  {"github: romashka", 422, `{"message":"Validation Failed","errors":[{"message":"The listed users and repositories cannot be searched","resource":"Search","field":"q","code":"invalid"}]}`, "cannot be searched", false, 0},
		"GitHub: a wrong token":                 {github, 401, `{"message":"Bad credentials","documentation_url":"https://docs.github.com/rest","status":"401"}`, "Bad credentials", true, 0},
		"GitHub: the budget of GraphQL":         {github, 200, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for user ID 1."}]}`, "rate limit exceeded", false, 2 * time.Minute},
		"GitHub: a question that took too long": {github, 200, `{"data":null,"errors":[{"message":"Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug."}]}`, "result of a timeout", false, 0},
		"Google Play: no right":                 {play, 403, `{"error":{"code":403,"message":"The caller does not have permission","status":"PERMISSION_DENIED"}}`, "does not have permission", true, 0},
		"Google Play: the day's quota":          {play, 429, `{"error":{"code":429,"message":"Quota exceeded for quota metric 'Reply & Get reviews'","status":"RESOURCE_EXHAUSTED"}}`, "Quota exceeded", false, 0},
		"a bot that asks too often":             {bot, 429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}`, "retry after 35", false, 35 * time.Second},
		"a bot's token that is none":            {bot, 404, `{"ok":false,"error_code":404,"description":"Not Found"}`, "Not Found", false, 0},
		"a bot that was switched off":           {bot, 401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`, "Unauthorized", true, 0},
		"Trustpilot: a wrong key":               {trustpilot, 401, `{"message":"Unknown apikey","errorCode":1012,"details":"","correlationId":"x"}`, "Unknown apikey", true, 0},
		"Trustpilot: no such company":           {trustpilot, 404, `{"message":"Business unit not found","errorCode":1010}`, "Business unit not found", false, 0},
		"Wildberries: too fast":                 {wb, 429, `{"title":"too many requests","detail":"Limited by global limiter","status":429,"statusText":"Too Many Requests"}`, "Limited by global limiter", false, 0},
		"Wildberries: an error and 200":         {wb, 200, `{"data":null,"error":true,"errorText":"Внутренняя ошибка сервиса","additionalErrors":null}`, "Внутренняя ошибка", false, 0},
		"Ozon: another plan":                    {ozon, 403, `{"code":7,"message":"Method is available for Premium Plus subscription","details":[]}`, "Premium Plus", true, 0},
		"Ozon: a wrong key":                     {ozon, 401, `{"code":16,"message":"Client-Id and Api-Key headers are required"}`, "headers are required", true, 0},
		"Ozon: too fast":                        {ozon, 429, `{"code":8,"message":"You have reached request rate limit per second"}`, "request rate limit", false, 0},
		"Yandex Market: too fast":               {market, 420, `{"status":"ERROR","errors":[{"code":"ENHANCE_YOUR_CALM","message":"Hit rate limit of 1000 parallel requests"}]}`, "Hit rate limit", false, 0},
		"Yandex Market: a wrong key":            {market, 403, `{"status":"ERROR","errors":[{"code":"FORBIDDEN","message":"Access denied"}]}`, "Access denied", true, 0},
		"Facebook: too much at once":            {facebook, 500, `{"error":{"code":1,"message":"Please reduce the amount of data you're asking for, then retry your request"}}`, "reduce the amount of data", false, 0},
		"Instagram: another account":            {instagram, 400, `{"error":{"message":"Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing permissions","type":"GraphMethodException","code":100,"error_subcode":33}}`, "does not exist", false, 0},
		"Lemmy: no such community":              {"lemmy: {server: lemmy.example, community: none}", 404, `{"error":"couldnt_find_community"}`, "couldnt_find_community", false, 0},
		"Stack Exchange: a wrong site":          {"stackexchange: {query: a, site: none}", 400, `{"error_id":400,"error_message":"No site found for name none","error_name":"bad_parameter"}`, "No site found", false, 0},
		"Hacker News: a wrong question":         {"hackernews: romashka", 400, `{"message":"Invalid value for page","status":400}`, "Invalid value for page", false, 0},
		"the App Store: a page":                 {"appstore: {id: 1}", 200, `<!DOCTYPE html><html><head><title>Just a moment</title></head></html>`, "web page", false, 0},
		"Rozetka: an error and 200":             {"rozetka: {goods: [1], i_accept_the_terms: true}", 200, `{"success":false,"errors":{"message":"goods_not_found"}}`, "goods_not_found", false, 0},
		"words of nobody":                       {youtube, 403, `<html>Forbidden</html>`, "does not let earshot read it", true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			defer site.Close()
			web := fetch.New(fetch.Options{Gap: new(time.Duration), APIGap: new(time.Duration), AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
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
