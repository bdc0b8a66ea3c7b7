package jsonapi

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
)

// guarded is an API that takes the newest token alone, and who gives tokens to it.
type guarded struct {
	minted  int
	good    string // the token the API takes
	refuses bool   // no more tokens
	asked   []string
}

func (g *guarded) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	g.asked = append(g.asked, strings.TrimSpace(r.Method+" "+r.URL+" "+r.Header.Get("Authorization")))
	if strings.HasSuffix(r.URL, "/token") {
		if form, err := url.ParseQuery(string(r.Body)); g.refuses || err != nil || form.Get("refresh_token") != "r" {
			return nil, &fetch.StatusError{Status: 400, URL: r.URL, Body: []byte(`{"error":"invalid_grant"}`)}
		}
		g.minted++
		g.good = fmt.Sprintf("t%d", g.minted)
		return &fetch.Response{URL: r.URL, Status: 200, Body: fmt.Appendf(nil, `{"access_token":%q,"expires_in":3600}`, g.good)}, nil
	}
	if r.Header.Get("Authorization") != "Bearer "+g.good {
		return nil, &fetch.BlockedError{URL: r.URL, Status: http.StatusUnauthorized}
	}
	return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(`{"items":[{"id":1,"t":"x"}]}`)}, nil
}

func guardedAPI(t *testing.T, web *guarded, auth Auth, given poll.Values) (crawlers.Crawler, error) {
	t.Helper()
	return New(crawlers.Env{Fetch: web, Now: time.Now, Source: "s"}, Options{
		Address: "https://api.example/p", List: ".items[]", Fields: Fields{ID: ".id", Text: ".t"}, Auth: auth,
		Headers: map[string]config.Secret{"Authorization": config.NewSecret("Bearer {access}", "")},
	}, given, config.Section{})
}

// TestTokens: a token is got by the first poll, kept by the next, renewed when the site
// will not take it any more; a refusal of whoever gives tokens suspends the source.
func TestTokens(t *testing.T) {
	auth := Auth{Kind: "google-refresh", URL: "https://id.example/token", Client: "c", Secret: config.NewSecret("s", ""), Refresh: config.NewSecret("r", "")}
	web := &guarded{}
	c, err := guardedAPI(t, web, auth, poll.Values{})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(wantError bool, want ...string) error {
		t.Helper()
		web.asked = nil
		_, err := c.Poll(t.Context(), "")
		if got := strings.Join(web.asked, "; "); (err != nil) != wantError || got != strings.Join(want, "; ") {
			t.Errorf("asked %s (%v), want %s", got, err, strings.Join(want, "; "))
		}
		return err
	}
	const token, page = "POST https://id.example/token", "https://api.example/p Bearer "
	_ = ask(false, token, page+"t1")
	_ = ask(false, page+"t1")
	web.good = "withdrawn"
	_ = ask(false, page+"t1", token, page+"t2")
	web.good, web.refuses = "withdrawn", true
	if err := ask(true, page+"t2", token); !crawlers.ClassifyError(err).Blocked || !strings.Contains(err.Error(), "invalid_grant") {
		t.Errorf("%v: want a refusal", err)
	}
}

// TestGivenTokens: a token that somebody else renews is used as it is; without any, no
// header is sent; what is missing and no secret is a mistake.
func TestGivenTokens(t *testing.T) {
	preset := Auth{Kind: "google-refresh", URL: "https://id.example/token", Token: config.NewSecret("{token}", ""), Client: "{client}", Secret: config.NewSecret("{secret}", ""), Refresh: config.NewSecret("{refresh}", "")}
	for name, tt := range map[string]struct {
		given map[string]string
		want  string
	}{
		"a token":        {map[string]string{"token": "given", "client": "", "secret": "", "refresh": ""}, "https://api.example/p Bearer given"},
		"nothing":        {map[string]string{"token": "", "client": "", "secret": "", "refresh": ""}, "https://api.example/p"},
		"a secret unset": {map[string]string{"token": "", "client": "c", "secret": "s", "refresh": ""}, "https://api.example/p"},
	} {
		t.Run(name, func(t *testing.T) {
			web := &guarded{good: "given"}
			c, err := guardedAPI(t, web, preset, poll.Values{Text: tt.given})
			if err != nil {
				t.Fatal(err)
			}
			_, _ = c.Poll(t.Context(), "")
			if got := strings.Join(web.asked, "; "); got != tt.want {
				t.Errorf("asked %q, want %q", got, tt.want)
			}
		})
	}
	for want, auth := range map[string]Auth{
		`kind "magic"`:         {Kind: "magic"},
		"apple-jwt needs":      {Kind: "apple-jwt", Key: config.NewSecret("x", "")},
		"google-service needs": {Kind: "google-service", Key: config.NewSecret("x", ""), Scope: "s"},
		"JSON file":            {Kind: "google-service", URL: "https://id.example/token", Key: config.NewSecret("x", ""), Scope: "s"},
	} {
		if _, err := guardedAPI(t, &guarded{}, auth, poll.Values{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
