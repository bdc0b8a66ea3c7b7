package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
)

const (
	clientID     = "our-client"
	clientSecret = "our-secret"
)

// idp is an OpenID provider at which one person is signed in. It is written from the
// standards and as strict as they allow.
type idp struct {
	t   *testing.T
	srv *httptest.Server
	key *ecdsa.PrivateKey

	mu       sync.Mutex
	claims   map[string]any // of the person; they go over the provider's own
	signWith *ecdsa.PrivateKey
	params   bool // takes the secret as a parameter only, and says so
	silent   bool // says nothing of PKCE, and refuses it
	userinfo map[string]any
	codes    map[string]url.Values // what was asked, by the code
	asked    url.Values            // the last request
}

func newIDP(t *testing.T) *idp {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{t: t, key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
	})
	mux.HandleFunc("/authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("/userinfo", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer access" {
			http.Error(w, "no token", http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(p.userinfo)
	})
	p.srv = httptest.NewServer(mux)
	t.Cleanup(p.srv.Close)
	return p
}

func (p *idp) discovery(w http.ResponseWriter, _ *http.Request) {
	doc := map[string]any{"issuer": p.srv.URL, "authorization_endpoint": p.srv.URL + "/authorize", "token_endpoint": p.srv.URL + "/token", "jwks_uri": p.srv.URL + "/keys",
		"userinfo_endpoint": p.srv.URL + "/userinfo", "id_token_signing_alg_values_supported": []string{"ES256"}}
	if !p.silent {
		doc["code_challenge_methods_supported"] = []string{"S256"}
	}
	if p.params {
		doc["token_endpoint_auth_methods_supported"] = []string{"client_secret_post"}
	}
	_ = json.NewEncoder(w).Encode(doc)
}

// authorize sends the person back with a code, as one who is signed in and agrees.
func (p *idp) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = q
	if q.Get("client_id") != clientID || q.Get("response_type") != "code" || q.Get("state") == "" || p.silent && q.Has("code_challenge") {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	code := newSecret()
	p.codes[code] = q
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, secret, basic := r.BasicAuth()
	if p.params {
		id, secret, basic = r.PostFormValue("client_id"), r.PostFormValue("client_secret"), true
	}
	asked, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	proof := oauth2.S256ChallengeFromVerifier(r.PostFormValue("code_verifier")) == asked.Get("code_challenge") && asked.Get("code_challenge_method") == "S256"
	if p.silent {
		proof = !r.PostForm.Has("code_verifier")
	}
	w.Header().Set("Content-Type", "application/json")
	if !known || !basic || id != clientID || secret != clientSecret || r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") || !proof {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	claims := map[string]any{"iss": p.srv.URL, "aud": clientID, "sub": "subject", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(), "nonce": asked.Get("nonce")}
	maps.Copy(claims, p.claims)
	raw, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	key := p.key
	if p.signWith != nil {
		key = p.signWith
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "access", "token_type": "Bearer", "id_token": oidctest.SignIDToken(key, "k", "ES256", string(raw))})
}
