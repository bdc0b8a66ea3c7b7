package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	// loginLives is how long a person may take at the provider.
	loginLives = 10 * time.Minute
	// providerWithin bounds what is asked of a provider for one request.
	providerWithin = 15 * time.Second
)

// moved is the key of an address to which a person was sent because it was asked for under
// another name.
const moved = "moved"

// start sends a person to the provider.
func (a *Auth) start(w http.ResponseWriter, r *http.Request, p *provider) {
	if p == nil {
		a.nowhere(w, r)
		return
	}
	if a.base != nil && !sameHost(r.Host, a.base.Host) { // the cookie must be where the provider sends back to
		q := r.URL.Query()
		if q.Has(moved) { // the browser is there, and the proxy calls it otherwise
			a.problem(w, r, http.StatusMisdirectedRequest, "login.failed_name", "name", a.base.Host)
			return
		}
		q.Set(moved, "1")
		http.Redirect(w, r, a.base.String()+r.URL.Path+"?"+q.Encode(), http.StatusSeeOther)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), providerWithin) // what is found out is for all
	defer cancel()
	if err := p.discover(ctx, a.opt.Now); err != nil {
		a.fail("people cannot sign in: the provider does not answer as it should", "issuer", p.client.Issuer, "err", err)
		a.problem(w, r, http.StatusBadGateway, "login.failed_away", "host", p.host())
		return
	}
	l := login{Way: p.way, State: newSecret(), Nonce: newSecret(), Verifier: oauth2.GenerateVerifier()}
	if back, ok := ownPath(r.URL.Query().Get("back")); ok {
		l.Back = back
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(l.Nonce)}
	if p.challenges() {
		options = append(options, oauth2.S256ChallengeOption(l.Verifier))
	}
	if p.way == waySlack {
		if team, err := a.team(ctx); err == nil {
			options = append(options, oauth2.SetAuthURLParam("team", team)) // so that Slack asks for no other
		}
	}
	a.keep(w, r, loginCookie, l.String(), loginLives)
	http.Redirect(w, r, p.config(a.redirectURL(r)).AuthCodeURL(l.State, options...), http.StatusSeeOther)
}

// callback takes a person back from the provider.
func (a *Auth) callback(w http.ResponseWriter, r *http.Request) {
	l, ok := readLogin(a.held(r, loginCookie))
	a.keep(w, r, loginCookie, "", 0)
	q := r.URL.Query()
	if !ok || subtle.ConstantTimeCompare([]byte(l.State), []byte(q.Get("state"))) != 1 {
		a.problem(w, r, http.StatusBadRequest, "login.failed_state")
		return
	}
	p := map[string]*provider{waySlack: a.slack, wayOIDC: a.oidc}[l.Way]
	code := q.Get("code")
	if p == nil || code == "" {
		a.problem(w, r, http.StatusForbidden, "login.failed_refused")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), providerWithin)
	defer cancel()
	who, no := a.prove(ctx, p, l, code, a.redirectURL(r))
	if no != nil {
		if no.err != nil {
			a.fail("a sign-in failed", "by", p.way, "err", no.err)
		}
		a.problem(w, r, no.status, no.key, no.pairs...)
		return
	}
	a.signIn(w, r, p.way, who.person, who.email, l.Back)
}

// prove redeems the code and returns who it is for.
func (a *Auth) prove(ctx context.Context, p *provider, l login, code, redirect string) (visitor, *refusal) {
	if err := p.discover(ctx, a.opt.Now); err != nil {
		return visitor{}, noAnswer(p.host(), err)
	}
	ctx = oidc.ClientContext(ctx, p.http)
	var options []oauth2.AuthCodeOption
	if p.challenges() {
		options = append(options, oauth2.VerifierOption(l.Verifier))
	}
	config := p.config(redirect)
	token, err := config.Exchange(ctx, code, options...)
	if err != nil {
		var answered *oauth2.RetrieveError
		if errors.As(err, &answered) { // the code is used, too old, or made up
			return visitor{}, refused(err)
		}
		return visitor{}, noAnswer(p.host(), err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := p.found.VerifierContext(ctx, &oidc.Config{ClientID: p.client.ID, Now: a.opt.Now}).Verify(ctx, raw)
	if err == nil && subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(l.Nonce)) != 1 {
		err = errors.New("the token is of another sign-in")
	}
	var c claims
	if err == nil {
		err = id.Claims(&c)
	}
	if err != nil {
		return visitor{}, refused(err)
	}
	if p.way == waySlack {
		return a.fromSlack(ctx, c)
	}
	if c.Email == "" && p.found.UserInfoEndpoint() != "" { // some say it there alone
		if info, err := p.found.UserInfo(ctx, config.TokenSource(ctx, token)); err == nil && info.Subject == id.Subject {
			_ = info.Claims(&c) // without an address nobody comes in
		}
	}
	return a.fromOIDC(ctx, id.Subject, c)
}

// claims are what a provider says of a person.
type claims struct {
	Email    string   `json:"email"`
	Verified verified `json:"email_verified"`
	Name     string   `json:"name"`
	Handle   string   `json:"preferred_username"`
	SlackID  string   `json:"https://slack.com/user_id"`
	TeamID   string   `json:"https://slack.com/team_id"`
}

// verified is true, or "true" as some providers write it.
type verified bool

// UnmarshalJSON implements json.Unmarshaler; what is neither is false.
func (v *verified) UnmarshalJSON(raw []byte) error {
	*v = verified(string(raw) == "true" || string(raw) == `"true"`)
	return nil
}

// refusal is why somebody is not signed in, in the words of the catalogue.
type refusal struct {
	status int
	key    string
	pairs  []any
	err    error // for the log; nil when there is nothing to mend
}

func noAnswer(host string, err error) *refusal {
	return &refusal{http.StatusBadGateway, "login.failed_away", []any{"host", host}, err}
}

func refused(err error) *refusal {
	return &refusal{http.StatusForbidden, "login.failed_refused", nil, err}
}

// redirectURL is where the provider sends people back to.
func (a *Auth) redirectURL(r *http.Request) string {
	if a.base != nil {
		return a.base.String() + "/login/callback"
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + "/login/callback"
}

// login is what the browser holds while the person is at the provider.
type login struct {
	Way      string `json:"w"`
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Back     string `json:"b,omitempty"`
}

// maxLogin bounds the cookie of a login, in bytes.
const maxLogin = 3000

func (l login) String() string {
	raw, _ := json.Marshal(l) // texts only
	return base64.RawURLEncoding.EncodeToString(raw)
}

func readLogin(cookie string) (l login, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil || len(cookie) > maxLogin || json.Unmarshal(raw, &l) != nil {
		return login{}, false
	}
	for _, secret := range []string{l.State, l.Nonce, l.Verifier} {
		if len(secret) < secretSize || len(secret) > 4*secretSize {
			return login{}, false
		}
	}
	return l, true
}
