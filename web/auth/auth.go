// Package auth knows who sits at the browser: it signs people in through Slack, an OpenID
// provider, a proxy in front or a link of the operator's, and keeps their sessions.
//
// Require (auth.go) lets a request through that has a person, and has page.go send others to sign
// in. The person is the proxy's (people.go) or of a session (session.go). A session begins when
// signin.go has sent somebody to a provider (provider.go) and people.go knows who came back, or by
// a link that once opens. What people may is asked of Rules (rights.go), by whoever lets them do it.
//
// It shows the pages of signing in and no other, decides nothing about cases, and knows no
// watchlist and no database: Options say all. A person who comes in through Slack has the id that
// the same person has when a button is pressed in Slack.
package auth

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// Sessions keep who is signed in; *store.Store does. A hash that is not there is
// mention.ErrNotFound.
type Sessions interface {
	AddSession(ctx context.Context, s mention.Session) error
	Session(ctx context.Context, hash [32]byte) (mention.Session, error)
	SeeSession(ctx context.Context, hash [32]byte, at time.Time) error
	TakeSession(ctx context.Context, hash [32]byte) (mention.Session, error)
	EndSessions(ctx context.Context, personID string) (int, error)
}

// Directory is the company's Slack, as far as signing in needs it.
type Directory interface {
	// Team is the id of the workspace; an error when Slack does not say now.
	Team(ctx context.Context) (string, error)
	// PersonByEmail is who has this address; mention.ErrNotFound when nobody has.
	PersonByEmail(ctx context.Context, email string) (mention.Person, error)
	// Person is the person of a Slack id, under the name that colleagues know, or else the
	// one given.
	Person(ctx context.Context, id, otherwise string) mention.Person
}

// Client is this program at a provider.
type Client struct {
	Issuer string // of the provider; an address
	ID     string
	Secret string
}

// Options are what an Auth is made of.
type Options struct {
	Sessions  Sessions // required
	PublicURL string   // how people reach the pages; empty: as their requests say

	Slack Client // Sign in with Slack; no ID: not offered. Issuer is Slack's own when empty
	Team  string // the workspace's id; empty: Directory says it
	OIDC  Client // any OpenID provider; no ID: not offered
	// Allow lists who may come in through OIDC: e-mail addresses, and "@domain" for all of
	// one. Empty: those whom Directory knows by their address.
	Allow []string
	// ProxyHeader is where a proxy says who it let in; empty: none does. It counts from
	// Proxies alone.
	ProxyHeader string
	Proxies     []netip.Prefix

	Directory Directory    // nil: no Slack is known
	HTTP      *http.Client // to the providers; follows no redirect
	Catalog   *i18n.Catalog
	Lang      func() string // of people whose browser asks for none that is known
	Log       *slog.Logger
	Now       func() time.Time
}

// Auth answers /login and /logout and says of every other request whose it is. It is safe
// for concurrent use.
type Auth struct {
	opt    Options
	base   *url.URL // of PublicURL; nil without
	csrf   *http.CrossOriginProtection
	slack  *provider // nil: not offered
	oidc   *provider
	people joined
	verbs  verbLimits
	failed *rate.Limiter // of log lines that strangers can cause
}

// New returns an Auth. The error is that of an address.
func New(opt Options) (*Auth, error) {
	opt.HTTP = bounded(opt.HTTP)
	a := &Auth{opt: opt, csrf: http.NewCrossOriginProtection(), failed: rate.NewLimiter(rate.Every(time.Minute), 10)}
	a.csrf.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, a.lang(r).Text("web.error.other_site"), http.StatusForbidden)
	}))
	if opt.PublicURL != "" {
		base, err := url.Parse(strings.TrimRight(opt.PublicURL, "/"))
		if err != nil {
			return nil, err
		}
		if err := a.csrf.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
			return nil, err
		}
		a.base = base
	}
	if opt.Slack.ID != "" {
		if opt.Slack.Issuer == "" {
			opt.Slack.Issuer = slackIssuer
		}
		a.slack = &provider{way: waySlack, client: opt.Slack, http: opt.HTTP}
	}
	if opt.OIDC.ID != "" {
		a.oidc = &provider{way: wayOIDC, client: opt.OIDC, http: opt.HTTP, pkce: true}
	}
	return a, nil
}

// Handler answers /login and what is below it, and /logout.
func (a *Auth) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", a.page)
	mux.HandleFunc("GET /login/style.css", style)
	mux.HandleFunc("GET /login/slack", func(w http.ResponseWriter, r *http.Request) { a.start(w, r, a.slack) })
	mux.HandleFunc("GET /login/oidc", func(w http.ResponseWriter, r *http.Request) { a.start(w, r, a.oidc) })
	mux.HandleFunc("GET /login/callback", a.callback)
	mux.HandleFunc("GET /login/once", a.once)
	mux.HandleFunc("GET /login/", a.nowhere)
	mux.HandleFunc("POST /logout", a.logout)
	mux.HandleFunc("GET /logout", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusSeeOther) }) // the button is there
	return a.guarded(mux)
}

// guarded sets what every answer to a browser says, and refuses what another site's page
// sends in a person's name.
func (a *Auth) guarded(next http.Handler) http.Handler {
	next = a.csrf.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// Require serves next to who is signed in. Others are sent to /login and come back
// afterwards; a request that no person made by hand gets 401. What another site's page
// sends is refused, and so is more than a person can press.
func (a *Auth) Require(next http.Handler) http.Handler {
	return a.guarded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := a.visitor(r)
		switch {
		case errors.Is(err, mention.ErrNotFound):
			a.toLogin(w, r)
			return
		case err != nil: // to sign in anew would be in vain, and no need of it
			http.Error(w, a.lang(r).Text("web.error.failed"), http.StatusServiceUnavailable)
			return
		}
		if !safe(r.Method) && !a.verbs.allow(v.person.ID) {
			w.Header().Set("Retry-After", "1")
			http.Error(w, a.lang(r).Text("login.too_many"), http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitorKey{}, v)))
	}))
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// Who returns the person of a request, with the e-mail address where it is known; ok is false
// for nobody.
func (a *Auth) Who(r *http.Request) (p mention.Person, email string, ok bool) {
	v, err := a.visitor(r)
	return v.person, v.email, err == nil
}

// visitor is the person of a request: mention.ErrNotFound for nobody, another error when that
// cannot be known now.
func (a *Auth) visitor(r *http.Request) (visitor, error) {
	if v, ok := r.Context().Value(visitorKey{}).(visitor); ok {
		return v, nil
	}
	if v, ok := a.proxied(r); ok {
		return v, nil
	}
	return a.signedIn(r)
}

// visitor is whose request it is.
type visitor struct {
	person mention.Person
	email  string
	proxy  bool // a proxy says so: there is no session of ours to end
}

type visitorKey struct{}

// lang is the language the browser asks for, or else the watchlist's.
func (a *Auth) lang(r *http.Request) i18n.Lang {
	return a.opt.Catalog.Asked(r.Header.Get("Accept-Language"), a.opt.Lang())
}

// secure reports whether a request came by https: then cookies are bound to this very host.
func (a *Auth) secure(r *http.Request) bool {
	return r.TLS != nil || a.base != nil && a.base.Scheme == "https" && sameHost(r.Host, a.base.Host)
}

// sameHost compares hosts without their ports: a proxy may pass on its own or none.
func sameHost(x, y string) bool { return strings.EqualFold(bareHost(x), bareHost(y)) }

func bareHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// fail writes what strangers can cause into the log, now and then.
func (a *Auth) fail(msg string, args ...any) {
	if a.failed.Allow() {
		a.opt.Log.Warn(msg, args...)
	}
}
