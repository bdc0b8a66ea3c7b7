package presets_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/earshot/earshot/reply"
)

// checks says of each network what it is asked about the right to answer, and what is made of
// what it says. A network that is not here cannot be asked.
var checks = map[string]struct {
	ask  string
	says map[string]reply.Checked
}{
	"wordpress": {"GET /blog/?rest_route=/wp/v2/users/me\nAuthorization: Basic c3VwcG9ydDphYWFhIGJiYmI=", map[string]reply.Checked{
		`{"id":2,"name":"Romashka Support","slug":"support"}`: {Right: reply.Granted, Account: "Romashka Support"},
	}},
	"mastodon": {"GET /api/v1/apps/verify_credentials\nAuthorization: Bearer mt", map[string]reply.Checked{
		`{"name":"earshot","scopes":["read:search","write:statuses"]}`: {Right: reply.Granted},
		`{"name":"earshot","scopes":["read:search"]}`:                  {Right: reply.Denied},
		`{"name":"earshot"}`: {Right: reply.Untold}, // before 4.3
	}},
	"googlebusiness": {"GET /v4/accounts/1/locations/2/reviews?pageSize=1\nAuthorization: Bearer gt", map[string]reply.Checked{
		`{"reviews":[],"totalReviewCount":0}`: {Right: reply.Granted},
	}},
	"googleplay": {"GET /androidpublisher/v3/applications/com.romashka.bank/reviews?maxResults=1\nAuthorization: Bearer pt", map[string]reply.Checked{
		`{"reviews":[]}`: {Right: reply.Untold},
	}},
	"appstoreconnect": {"GET /v1/apps/123456789/customerReviews?limit=1\nAuthorization: Bearer at", map[string]reply.Checked{
		`{"data":[]}`: {Right: reply.Untold},
	}},
	"telegrambot": {"GET /bot7:abc/getMe", map[string]reply.Checked{
		`{"ok":true,"result":{"id":7,"is_bot":true,"username":"romashka_bot"}}`: {Right: reply.Untold, Account: "romashka_bot"},
	}},
	"vk": {"GET /method/groups.getTokenPermissions?v=5.131\nAuthorization: Bearer ct", map[string]reply.Checked{
		`{"response":{"mask":8192,"permissions":[{"name":"manage","setting":262144},{"name":"wall","setting":8192}]}}`: {Right: reply.Granted},
		`{"response":{"mask":4096,"permissions":[{"name":"messages","setting":4096}]}}`:                                {Right: reply.Untold},
		`{"error":{"error_code":5,"error_msg":"User authorization failed"}}`:                                           {Right: reply.Denied, Why: "User authorization failed"},
	}},
	"youtube": {"GET /youtube/v3/channels?part=snippet&mine=true\nAuthorization: Bearer yt", map[string]reply.Checked{
		`{"items":[{"id":"UCx","snippet":{"title":"Romashka"}}]}`: {Right: reply.Untold, Account: "Romashka"},
		`{"pageInfo":{"totalResults":0}}`:                         {Right: reply.Denied}, // an account without a channel
	}},
	"bluesky": {"GET /xrpc/com.atproto.server.getSession\nAuthorization: Bearer bt", map[string]reply.Checked{
		`{"did":"did:plc:me","handle":"romashka.bsky.social","active":true}`:                         {Right: reply.Granted, Account: "romashka.bsky.social"},
		`{"did":"did:plc:me","handle":"romashka.bsky.social","active":false,"status":"deactivated"}`: {Right: reply.Denied, Account: "romashka.bsky.social"},
	}},
	"wildberries": {"GET /api/v1/feedbacks/count-unanswered\nAuthorization: wt", map[string]reply.Checked{
		`{"data":{"countUnanswered":1},"error":false}`:            {Right: reply.Untold},
		`{"data":null,"error":true,"errorText":"no such seller"}`: {Right: reply.Denied, Why: "no such seller"},
	}},
	"ozon": {"POST /v1/roles\nApi-Key: ok\nClient-Id: 123\nContent-Type: application/json\n{}", map[string]reply.Checked{
		`{"expires_at":"2027-01-01T00:00:00Z","roles":[{"name":"Admin","methods":["/v1/review/list","/v1/review/comment/create"]}]}`: {Right: reply.Granted},
		`{"roles":[{"name":"Products","methods":["/v3/product/list"]}]}`:                                                             {Right: reply.Untold},
	}},
	"yandexmarket": {"POST /v2/auth/token\nApi-Key: yk", map[string]reply.Checked{
		`{"status":"OK","result":{"apiKey":{"name":"earshot","authScopes":["COMMUNICATION"]}}}`:         {Right: reply.Granted, Account: "earshot"},
		`{"status":"OK","result":{"apiKey":{"name":"earshot","authScopes":["ALL_METHODS_READ_ONLY"]}}}`: {Right: reply.Denied, Account: "earshot"},
	}},
	"trustpilot": {"POST /v1/oauth/oauth-business-users-for-applications/accesstoken\nAuthorization: Basic dGs6dHM=\nContent-Type: application/x-www-form-urlencoded\ngrant_type=client_credentials\n\n" +
		"GET /v1/private/business-units/bu/reviews?perPage=1\nAuthorization: Bearer minted\nApikey: tk", map[string]reply.Checked{
		`{"reviews":[]}`: {Right: reply.Untold},
	}},
	"reddit": {"GET /new?limit=1\nAuthorization: Bearer rt", map[string]reply.Checked{
		`{"kind":"Listing","data":{"children":[]}}`: {Right: reply.Untold},
	}},
}

// TestAnswersAreChecked: the right to answer is asked after by exactly this, which is never the call
// that answers; what is no answer to it proves nothing.
func TestAnswersAreChecked(t *testing.T) {
	for name, n := range everyNetwork() {
		c, ok := checks[name]
		if strings.Contains(name, ",") {
			continue // the same network in another way
		}
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			way, _, err := wayOf(t, n.block, s.URL)
			if err != nil || (way.Check != nil) != ok {
				t.Fatal(err, "can be asked:", way.Check != nil)
			}
			if !ok {
				return
			}
			says := func(status int, body string) {
				s.takes(func(call string) (int, string) {
					if n.minted && tokenCalls.MatchString(strings.TrimPrefix(call, "POST ")) {
						return http.StatusOK, `{"access_token":"minted","expires_in":"359999"}`
					}
					return status, body
				})
			}
			for body, want := range c.says {
				says(http.StatusOK, body)
				if got := way.Check(t.Context()); got != want {
					t.Errorf("%s: %+v, want %+v", body, got, want)
				}
				asked := s.requests()
				if _, after, ok := strings.Cut(c.ask, "\n\n"); ok && !strings.HasPrefix(asked, "POST /v1/oauth") {
					c.ask = after // the token is kept
				}
				if asked != c.ask {
					t.Errorf("asked:\n%s\nwant:\n%s", asked, c.ask)
				}
				if send, _, _ := strings.Cut(n.want[strings.LastIndex("\n\n"+n.want, "\n\n"):], "\n"); strings.Contains(asked, send) {
					t.Errorf("the question %s is the call that answers", asked)
				}
			}
			for status, want := range map[int]reply.Right{400: reply.Denied, 401: reply.Denied, 403: reply.Denied, 500: reply.Unsure, 0: reply.Unsure} {
				says(status, `{}`)
				if got := way.Check(t.Context()); got.Right != want || got.Why == "" {
					t.Errorf("%d: %+v, want %v", status, got, want)
				}
			}
			for _, body := range []string{"", "<html>Log in</html>"} {
				says(http.StatusOK, body)
				if got := way.Check(t.Context()); got.Right != reply.Unsure {
					t.Errorf("%q: %+v", body, got)
				}
			}
			says(http.StatusTooManyRequests, `{}`)
			if got := way.Check(t.Context()); got.Right != reply.Unsure {
				t.Errorf("429: %+v", got)
			}
		})
	}
}
