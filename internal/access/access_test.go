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

// shelf is the database, as far as tokens need one.
type shelf struct {
	mu      sync.Mutex
	kept    map[string][]byte
	claimed map[string]bool
	broken  bool
	first   func() // called once, before a claim
}

func (s *shelf) SealedToken(_ context.Context, id string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[id], nil
}

func (s *shelf) KeepToken(_ context.Context, id string, sealed []byte, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return errors.New("disk full")
	}
	s.kept[id], s.claimed[id] = sealed, false
	return nil
}

func (s *shelf) Claim(_ context.Context, id string, _ time.Duration) (bool, error) {
	s.mu.Lock()
	first := s.first
	s.first = nil
	s.mu.Unlock()
	if first != nil {
		first()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	mine := !s.claimed[id]
	s.claimed[id] = true
	return mine, nil
}

func newShelf() *shelf { return &shelf{kept: map[string][]byte{}, claimed: map[string]bool{}} }

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

// replicaOf is one of several processes that share a refresh token.
func replicaOf(t *testing.T, g *giver, at *testkit.Clock, common *shelf) *Source {
	t.Helper()
	s, err := New(Options{Kind: OAuthRefresh, URL: g.URL, Client: "id", Secret: "s", Refresh: "refresh-0"}, web(t, g.URL), at.Now, common)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRenewedBeforeTheClaim: another replica renews, and takes the new refresh token, between a look
// at the shelf and the claim.
func TestRenewedBeforeTheClaim(t *testing.T) {
	g := newGiver(t, func(_ string, form url.Values, _ *http.Request, _ []byte) (int, string) {
		if form.Get("refresh_token") != "refresh-0" {
			return 400, `{"error":"invalid_grant"}`
		}
		return 200, `{"access_token":"shared-1","refresh_token":"refresh-1","expires_in":3600}`
	})
	at, common := newClock(), newShelf()
	replica := func() *Source { return replicaOf(t, g, at, common) }
	one, other := replica(), replica()
	common.first = func() {
		if token, err := other.Token(t.Context()); err != nil || token != "shared-1" {
			t.Errorf("the other: %q %v", token, err)
		}
	}
	if token, err := one.Token(t.Context()); err != nil || token != "shared-1" || g.times() != 1 {
		t.Errorf("%q %v, asked %d times", token, err, g.times())
	}
	if mine, err := common.Claim(t.Context(), one.shelf.id, patience); err != nil || !mine {
		t.Errorf("the claim was left behind: %v %v", mine, err)
	}
}

// TestRefusedLate: of two replicas that hold one token one is told by the site that it ended and
// renews it; the other is told later, and must not put the old refresh token back.
func TestRefusedLate(t *testing.T) {
	n := 0
	g := newGiver(t, func(_ string, form url.Values, _ *http.Request, _ []byte) (int, string) {
		if form.Get("refresh_token") != fmt.Sprintf("refresh-%d", n) {
			return 400, `{"error":"invalid_grant"}`
		}
		n++
		return 200, fmt.Sprintf(`{"access_token":"shared-%d","refresh_token":"refresh-%d","expires_in":3600}`, n, n)
	})
	at, common := newClock(), newShelf()
	one, other := replicaOf(t, g, at, common), replicaOf(t, g, at, common)
	want := func(s *Source, token string, times int) {
		t.Helper()
		if got, err := s.Token(t.Context()); err != nil || got != token || g.times() != times {
			t.Fatalf("%q %v after %d requests, want %q after %d", got, err, g.times(), token, times)
		}
	}
	want(one, "shared-1", 1)
	want(other, "shared-1", 1)
	one.Refused("shared-1")
	want(one, "shared-2", 2)
	other.Refused("shared-1")
	want(other, "shared-2", 2)
	at.Add(time.Hour)
	want(other, "shared-3", 3)
	want(replicaOf(t, g, at, common), "shared-3", 3)
}

// TestFailedRenewalEndsTheClaim: after a renewal that failed the next one, here or elsewhere,
// does not wait for the end of the claim.
func TestFailedRenewalEndsTheClaim(t *testing.T) {
	status := 503
	g := newGiver(t, func(string, url.Values, *http.Request, []byte) (int, string) {
		return status, `{"access_token":"shared-1","expires_in":3600}`
	})
	at, common := newClock(), newShelf()
	one, other := replicaOf(t, g, at, common), replicaOf(t, g, at, common)
	if token, err := one.Token(t.Context()); err == nil {
		t.Fatalf("a token from a site that is down: %q", token)
	}
	status = 200
	for _, s := range []*Source{other, one} {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond) // one that waits looks again after a second
		defer cancel()
		if token, err := s.Token(ctx); err != nil || token != "shared-1" {
			t.Errorf("%q %v", token, err)
		}
	}
}

// TestShared: two replicas mint once between them, a third that comes later takes what is
// there, a changed refresh token is used by all, and the shelf holds nothing in clear.
func TestShared(t *testing.T) {
	n := 0
	g := newGiver(t, func(_ string, form url.Values, _ *http.Request, _ []byte) (int, string) {
		if want := fmt.Sprintf("refresh-%d", n); form.Get("refresh_token") != want {
			return 400, `{"error":"invalid_grant"}`
		}
		n++
		return 200, fmt.Sprintf(`{"access_token":"shared-%d","refresh_token":"refresh-%d","expires_in":3600}`, n, n)
	})
	at, common := newClock(), newShelf()
	replica := func() *Source { return replicaOf(t, g, at, common) }
	all := []*Source{replica(), replica(), replica()}
	for round := 1; round <= 3; round++ {
		var wait sync.WaitGroup
		for _, s := range all {
			wait.Go(func() {
				if token, err := s.Token(t.Context()); err != nil || token != fmt.Sprintf("shared-%d", round) {
					t.Errorf("round %d: %q %v", round, token, err)
				}
			})
		}
		wait.Wait()
		if g.times() != round {
			t.Fatalf("round %d: asked %d times", round, g.times())
		}
		at.Add(time.Hour)
	}
	for id, sealed := range common.kept {
		if text := id + string(sealed); strings.Contains(text, "shared-") || strings.Contains(text, "refresh-") {
			t.Errorf("in clear: %q", text)
		}
	}
	for id := range common.kept {
		common.kept[id] = []byte("damaged")
	}
	late := replica()
	if _, err := late.Token(t.Context()); err == nil {
		t.Error("the first refresh token is used up: want the site's refusal")
	}
	common.broken = true
	n = 0
	common.claimed = map[string]bool{}
	if _, err := replica().Token(t.Context()); err == nil || !strings.Contains(err.Error(), "could not be kept") {
		t.Errorf("a changed refresh token was lost silently: %v", err)
	}
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
