package presets_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/fetch"
)

// minting is a site with an API that wants a token, and who gives it.
type minting struct {
	token string // the path that gives tokens; "" nobody
	asked []string
}

func (m *minting) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	path, _, _ := strings.Cut(strings.TrimPrefix(r.URL, "http://127.0.0.1:1"), "?")
	auth, _, _ := strings.Cut(r.Header.Get("Authorization"), ".") // of a signed token its head alone
	m.asked = append(m.asked, strings.TrimSpace(path+" "+auth))
	body := `{}`
	if path == m.token {
		body = `{"access_token":"minted","expires_in":3600,"accessJwt":"minted","refreshJwt":"r"}`
	}
	return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(body)}, nil
}

// TestPresetsRenewTokens: presets of APIs whose tokens end in minutes get their own, from
// where the API's documentation says.
func TestPresetsRenewTokens(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	service, _ := json.Marshal(map[string]string{"client_email": "bot@p.iam.example", "private_key_id": "k", "private_key": pkcs8(t, rsaKey)})
	for block, tt := range map[string]struct {
		token string
		want  string // the first requests
	}{
		`googleplay: {package: a.b, service_account: ` + strconv.Quote(string(service)) + `}`: {
			"/token", "/token; /androidpublisher/v3/applications/a.b/reviews Bearer minted",
		},
		`googlebusiness: {account: "1", location: "2", refresh_token: "r", client_id: "c", client_secret: "s"}`: {
			"/token", "/token; /v4/accounts/1/locations/2/reviews Bearer minted",
		},
		`reddit: {query: x, refresh_token: "r", client_id: "c", client_secret: "s"}`: {
			"/api/v1/access_token", "/api/v1/access_token Basic Yzpz; /search Bearer minted",
		},
		`bluesky: {appview: "https://view.example", query: x, account: a.example, app_password: "p"}`: {
			"/xrpc/com.atproto.server.createSession", "/xrpc/com.atproto.server.createSession; /xrpc/app.bsky.feed.searchPosts Bearer minted",
		},
		`appstoreconnect: {app: "1", key: ` + strconv.Quote(pkcs8(t, ecKey)) + `, key_id: k, issuer: i}`: {
			"", "/v1/apps/1/customerReviews Bearer eyJhbGciOiJFUzI1NiIsImtpZCI6ImsiLCJ0eXAiOiJKV1QifQ",
		},
	} {
		s := rig.Source(t, block)
		web := &minting{token: tt.token}
		c, err := presets.New(crawlers.Env{Fetch: web, Now: time.Now, Base: "http://127.0.0.1:1"}, s.Kind, s.Section)
		if err != nil {
			t.Fatalf("%s: %v", s.Kind, err)
		}
		_, _ = c.Poll(t.Context(), "") // the answers are empty: some engines say so
		if got := strings.Join(web.asked, "; "); got != tt.want {
			t.Errorf("%s asked\n     %s\nwant %s", s.Kind, got, tt.want)
		}
	}
}

func pkcs8(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
