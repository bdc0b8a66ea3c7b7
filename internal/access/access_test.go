package access

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

// giver is a site that gives tokens; it fails the test where a request is not as the
// site's documentation wants it.
type giver struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string // the call of each request
	answer func(call string, form url.Values, r *http.Request, body []byte) (int, string)
}

func newGiver(t *testing.T, answer func(call string, form url.Values, r *http.Request, body []byte) (int, string)) *giver {
	t.Helper()
	g := &giver{answer: answer}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		g.asked = append(g.asked, r.URL.Path)
		status, text := g.answer(r.URL.Path, form, r, body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *giver) times() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.asked)
}

func newClock() *testkit.Clock {
	return testkit.NewClock(time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC))
}

func web(t *testing.T, named ...string) Fetcher {
	t.Helper()
	client := fetch.New(fetch.Options{APIGap: new(time.Duration), AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(client.Close)
	return client.For(named...)
}

func pemOf(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// claims reads a JWT whose signature check has verified.
func claims(t *testing.T, token string, check func(signed, signature []byte) bool) (head, body map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", token)
	}
	raw := make([][]byte, 3)
	for i, part := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			t.Fatal(err)
		}
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !check(sum[:], raw[2]) {
		t.Fatal("the signature does not fit the key")
	}
	if json.Unmarshal(raw[0], &head) != nil || json.Unmarshal(raw[1], &body) != nil {
		t.Fatalf("head %s, body %s", raw[0], raw[1])
	}
	return head, body
}

// TestRefresh: a token is asked for once, kept, renewed before it ends and after a refusal.
func TestRefresh(t *testing.T) {
	for _, kind := range []string{GoogleRefresh, OAuthRefresh, OAuthClient} {
		t.Run(kind, func(t *testing.T) {
			n := 0
			g := newGiver(t, func(_ string, form url.Values, r *http.Request, _ []byte) (int, string) {
				user, password, basic := r.BasicAuth()
				wantForm := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"r&1"}}
				switch kind {
				case OAuthClient:
					wantForm = url.Values{"grant_type": {"client_credentials"}}
				case GoogleRefresh:
					wantForm.Set("client_id", "id")
					wantForm.Set("client_secret", "s3 cret")
				}
				if form.Encode() != wantForm.Encode() || basic != (kind != GoogleRefresh) || basic && (user != "id" || password != "s3+cret") {
					t.Errorf("asked with %v, Basic %v %q %q", form, basic, user, password)
				}
				n++
				return 200, fmt.Sprintf(`{"access_token":"t%d","expires_in":3600,"token_type":"Bearer"}`, n)
			})
			at := newClock()
			s, err := New(Options{Kind: kind, URL: g.URL + "/token", Client: "id", Secret: "s3 cret", Refresh: "r&1"}, web(t, g.URL), at.Now, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := func(token string, times int) {
				t.Helper()
				got, err := s.Token(t.Context())
				if err != nil || got != token || g.times() != times {
					t.Fatalf("token %q (%v) after %d requests, want %q after %d", got, err, g.times(), token, times)
				}
			}
			want("t1", 1)
			at.Add(57 * time.Minute)
			want("t1", 1)
			at.Add(2 * time.Minute) // inside the margin
			want("t2", 2)
			s.Refused("t1") // an old one: the new one stays
			want("t2", 2)
			s.Refused("t2")
			want("t3", 3)
		})
	}
}

// TestServiceAccount: the assertion is signed by the account's key and says what Google wants.
func TestServiceAccount(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	at := newClock()
	var g *giver
	g = newGiver(t, func(_ string, form url.Values, _ *http.Request, _ []byte) (int, string) {
		head, body := claims(t, form.Get("assertion"), func(sum, sig []byte) bool {
			return rsa.VerifyPKCS1v15(&key.PublicKey, 5, sum, sig) == nil // crypto.SHA256
		})
		if form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || head["alg"] != "RS256" || head["kid"] != "k1" || head["typ"] != "JWT" ||
			body["iss"] != "bot@p.iam.example" || body["scope"] != "androidpublisher" || body["aud"] != g.URL+"/token" ||
			body["iat"] != float64(at.Now().Unix()) || body["exp"] != float64(at.Now().Unix()+3600) {
			t.Errorf("head %v, claims %v", head, body)
		}
		return 200, `{"access_token":"svc","expires_in":"3599"}`
	})
	file, _ := json.Marshal(map[string]string{"type": "service_account", "client_email": "bot@p.iam.example", "private_key_id": "k1", "private_key": pemOf(t, key)})
	s, err := New(Options{Kind: GoogleService, URL: g.URL + "/token", Key: string(file), Scope: "androidpublisher"}, web(t, g.URL), at.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if token, err := s.Token(t.Context()); err != nil || token != "svc" || g.times() != 1 {
			t.Fatalf("%q %v after %d requests", token, err, g.times())
		}
	}
}

// TestAppleJWT: signed here, for fifteen minutes, and nobody is asked.
func TestAppleJWT(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	at := newClock()
	s, err := New(Options{Kind: AppleJWT, Key: pemOf(t, key), KeyID: "2X9R4HXF34", Issuer: "57246542-96fe"}, nil, at.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	head, body := claims(t, first, func(sum, sig []byte) bool {
		return len(sig) == 64 && ecdsa.Verify(&key.PublicKey, sum, new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
	})
	if head["alg"] != "ES256" || head["kid"] != "2X9R4HXF34" || head["typ"] != "JWT" || body["iss"] != "57246542-96fe" || body["aud"] != "appstoreconnect-v1" ||
		body["exp"].(float64)-body["iat"].(float64) != 900 {
		t.Errorf("head %v, claims %v", head, body)
	}
	at.Add(12 * time.Minute)
	if again, _ := s.Token(t.Context()); again != first {
		t.Error("signed anew although the old one was good")
	}
	at.Add(2 * time.Minute)
	if again, _ := s.Token(t.Context()); again == first {
		t.Error("an ending token was given out")
	}
}

// TestKeyOnOneLine: an environment file has no line ends, so a key comes with \n or blanks for them.
func TestKeyOnOneLine(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	file := pemOf(t, key)
	for name, text := range map[string]string{
		"a file": file, "of Windows": strings.ReplaceAll(file, "\n", "\r\n"), "with \\n": strings.ReplaceAll(strings.TrimSpace(file), "\n", `\n`),
		"with blanks": strings.ReplaceAll(file, "\n", " "), "run together": strings.ReplaceAll(file, "\n", ""),
	} {
		if _, err := New(Options{Kind: AppleJWT, Key: text, KeyID: "k", Issuer: "i"}, nil, time.Now, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// jwtUntil is an unsigned token that ends at a time.
func jwtUntil(name string, end time.Time) string {
	return "e30." + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"exp":%d,"n":%q}`, end.Unix(), name)) + ".c2ln"
}

// TestBlueskySession: a session is made once and then renewed by its refresh token; when
// that one has ended a new session is made.
func TestBlueskySession(t *testing.T) {
	at := newClock()
	ended := false
	g := newGiver(t, func(call string, _ url.Values, r *http.Request, body []byte) (int, string) {
		switch call {
		case "/xrpc/com.atproto.server.createSession":
			var who struct{ Identifier, Password string }
			if json.Unmarshal(body, &who) != nil || who.Identifier != "romashka.example" || who.Password != "abcd-efgh" {
				t.Errorf("session asked with %s", body)
			}
			return 200, fmt.Sprintf(`{"accessJwt":%q,"refreshJwt":"r1","did":"did:plc:x"}`, jwtUntil("first", at.Now().Add(2*time.Hour)))
		case "/xrpc/com.atproto.server.refreshSession":
			if ended {
				return 400, `{"error":"ExpiredToken","message":"Token has expired"}`
			}
			if r.Header.Get("Authorization") != "Bearer r1" || len(body) > 0 {
				t.Errorf("renewed with %q and %s", r.Header.Get("Authorization"), body)
			}
			return 200, fmt.Sprintf(`{"accessJwt":%q,"refreshJwt":"r1"}`, jwtUntil("second", at.Now().Add(2*time.Hour)))
		}
		return 404, ""
	})
	s, err := New(Options{Kind: Bluesky, URL: g.URL, User: "romashka.example", Password: "abcd-efgh"}, web(t, g.URL), at.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"first", "second", "first"} {
		token, err := s.Token(t.Context())
		_, body := claims(t, token, func(_, _ []byte) bool { return true })
		if err != nil || body["n"] != want {
			t.Errorf("token %d is %v (%v), want %s", i, body["n"], err, want)
		}
		at.Add(2 * time.Hour)
		ended = i == 1
	}
}

// TestRefusals: what does not pass by itself is told apart from what does, and no secret
// is in any error.
func TestRefusals(t *testing.T) {
	secret := "s3cr3t-r3fr3sh"
	for name, tt := range map[string]struct {
		status  int
		body    string
		refused string // "" it passes
	}{
		"withdrawn":    {400, `{"error":"invalid_grant","error_description":"Token ` + secret + ` has been revoked"}`, "gives no token: invalid_grant (400)"},
		"wrong client": {401, `{"error":"invalid_client"}`, "gives no token: status 401"},
		"odd words":    {400, `{"error":"` + secret + ` <b>"}`, "gives no token: status 400"},
		"busy":         {503, ``, ""},
		"too many":     {429, ``, ""},
		"broken":       {500, ``, ""},
		"no token":     {200, `{"ok":true}`, ""},
		"no JSON":      {200, `<html>` + secret, ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGiver(t, func(string, url.Values, *http.Request, []byte) (int, string) { return tt.status, tt.body })
			s, err := New(Options{Kind: GoogleRefresh, URL: g.URL, Client: "id", Secret: secret, Refresh: secret}, web(t, g.URL), newClock().Now, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Token(t.Context())
			var refused *RefusedError
			if err == nil || errors.As(err, &refused) != (tt.refused != "") || !strings.Contains(err.Error(), tt.refused) {
				t.Errorf("%v, want %q", err, tt.refused)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the secret is in %q", err)
			}
		})
	}
	curve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, opt := range map[string]Options{
		"no kind":     {Kind: "magic"},
		"missing":     {Kind: GoogleService, URL: "https://x.example", Scope: "s"},
		"no JSON":     {Kind: GoogleService, URL: "https://x.example", Scope: "s", Key: secret},
		"no key":      {Kind: GoogleService, URL: "https://x.example", Scope: "s", Key: `{"client_email":"a@b","private_key":"` + secret + `"}`},
		"other curve": {Kind: AppleJWT, KeyID: "k", Issuer: "i", Key: pemOf(t, curve)},
		"wrong key":   {Kind: AppleJWT, KeyID: "k", Issuer: "i", Key: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"},
	} {
		if _, err := New(opt, nil, time.Now, nil); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSentOn: an answer from another host than the one asked is no token.
func TestSentOn(t *testing.T) {
	s, err := New(Options{Kind: GoogleRefresh, URL: "https://x.example/token", Client: "c", Secret: "s", Refresh: "r"}, elsewhere{said(`{"access_token":"a"}`)}, newClock().Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	var refused *RefusedError
	if token, err := s.Token(t.Context()); !errors.As(err, &refused) || !strings.Contains(err.Error(), "evil.example") {
		t.Errorf("%q %v", token, err)
	}
}

// elsewhere is a site that was redirected.
type elsewhere struct{ Fetcher }

func (e elsewhere) Do(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	res, err := e.Fetcher.Do(ctx, r)
	res.URL = "https://evil.example/token"
	return res, err
}

// FuzzAnswer: whatever a token address says, there is a token or an error, in bounds.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{`{"access_token":"a","expires_in":1e99}`, `{"access_token":"a","expires_in":-5}`, `{"access_token":"a","expires_in":{"a":1}}`, `[]`, `{"accessJwt":"a.e30.b","refreshJwt":1}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		at := newClock()
		for _, kind := range []string{GoogleRefresh, Bluesky} {
			s, err := New(Options{Kind: kind, URL: "https://x.example", Client: "c", Secret: "s", Refresh: "r", User: "u", Password: "p"}, said(body), at.Now, nil)
			if err != nil {
				t.Fatal(err)
			}
			token, err := s.Token(t.Context())
			if (token == "") == (err == nil) || s.held.Until.After(at.Now().Add(maxLife)) {
				t.Errorf("%q %v until %v", token, err, s.held.Until)
			}
		}
	})
}

// said answers every request with itself.
type said string

func (s said) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	return &fetch.Response{URL: r.URL, Status: 200, Body: []byte(s)}, nil
}
