package auth

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// slackIssuer is Slack as an OpenID provider.
const slackIssuer = "https://slack.com"

// provider is where people prove who they are.
type provider struct {
	way    string
	client Client
	http   *http.Client
	pkce   bool // also where the provider does not say that it understands it

	mu    sync.Mutex // held while the provider is asked
	found *oidc.Provider
	meta  metadata
	away  error // why it was not found at the last try
	again time.Time
}

// providerAgain is when a provider that did not answer is asked again: those who wait for
// one that hangs must not wait one after the other.
const providerAgain = 5 * time.Second

// metadata is what a provider says of itself, beside what the library reads.
type metadata struct {
	Challenges []string `json:"code_challenge_methods_supported"`
	Secrets    []string `json:"token_endpoint_auth_methods_supported"`
}

// host is what people know the provider by.
func (p *provider) host() string {
	u, err := url.Parse(p.client.Issuer)
	if err != nil {
		return p.client.Issuer
	}
	return u.Hostname()
}

// discover asks the provider once what it is.
func (p *provider) discover(ctx context.Context, now func() time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return nil
	}
	if now().Before(p.again) {
		return p.away
	}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.http), p.client.Issuer)
	if err == nil {
		err = found.Claims(&p.meta)
	}
	if err != nil {
		p.away, p.again = err, now().Add(providerAgain)
		return err
	}
	p.found = found
	return nil
}

// config is the provider as package oauth2 has it, after discover. How the secret is sent is
// said and not tried: a code is good for one try.
func (p *provider) config(redirect string) *oauth2.Config {
	endpoint := p.found.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if slices.Contains(p.meta.Secrets, "client_secret_post") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{ClientID: p.client.ID, ClientSecret: p.client.Secret, Endpoint: endpoint, RedirectURL: redirect,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}
}

func (p *provider) challenges() bool { return p.pkce || slices.Contains(p.meta.Challenges, "S256") }

// maxAnswer bounds what a provider answers, in bytes.
const maxAnswer = 1 << 20

// bounded is the client with bounded answers.
func bounded(c *http.Client) *http.Client {
	own := *c
	next := own.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	own.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(r)
		if err == nil {
			resp.Body = http.MaxBytesReader(nil, resp.Body, maxAnswer)
		}
		return resp, err
	})
	return &own
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
