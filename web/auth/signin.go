package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// slackIssuer is Slack as an OpenID provider.
const slackIssuer = "https://slack.com"

const (
	// loginLives is how long a person may take at the provider.
	loginLives = 10 * time.Minute
	// providerWithin bounds what is asked of a provider for one request.
	providerWithin = 15 * time.Second
)

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

// refusal is why somebody is not signed in, in the words of the catalogue.
type refusal struct {
	status int
	key    string
	pairs  []any
	err    error // for the log; nil when there is nothing to mend
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

// prove redeems the code and returns who it is for.
func (a *Auth) prove(ctx context.Context, p *provider, l login, code, redirect string) (visitor, *refusal) {
	if err := p.discover(ctx, a.opt.Now); err != nil {
		return visitor{}, &refusal{http.StatusBadGateway, "login.failed_away", []any{"host", p.host()}, err}
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
			return visitor{}, &refusal{http.StatusForbidden, "login.failed_refused", nil, err}
		}
		return visitor{}, &refusal{http.StatusBadGateway, "login.failed_away", []any{"host", p.host()}, err}
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
		return visitor{}, &refusal{http.StatusForbidden, "login.failed_refused", nil, err}
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

// team is our workspace.
func (a *Auth) team(ctx context.Context) (string, error) {
	if a.opt.Team != "" {
		return a.opt.Team, nil
	}
	if a.opt.Directory == nil {
		return "", errors.New("which Slack workspace is ours is not known: web.login.slack.team")
	}
	team, err := a.opt.Directory.Team(ctx)
	if err == nil && team == "" {
		err = errors.New("slack does not say which workspace is ours: web.login.slack.team")
	}
	return team, err
}

// fromSlack is the person of our own workspace.
func (a *Auth) fromSlack(ctx context.Context, c claims) (visitor, *refusal) {
	team, err := a.team(ctx)
	switch {
	case err != nil:
		return visitor{}, &refusal{http.StatusBadGateway, "login.failed_away", []any{"host", "Slack"}, err}
	case c.SlackID == "" || c.TeamID != team:
		return visitor{}, &refusal{http.StatusForbidden, "login.failed_team", nil, fmt.Errorf("the account is of the workspace %q, and ours is %q", c.TeamID, team)}
	}
	v := visitor{person: mention.Person{ID: "slack:" + c.SlackID, Name: nameOr(c.Name, c.SlackID)}}
	if a.opt.Directory != nil {
		v.person = a.opt.Directory.Person(ctx, c.SlackID, v.person.Name)
	}
	if c.Verified {
		v.email = c.Email
	}
	return v, nil
}

// fromOIDC is a person whose e-mail address is proved: the one of our Slack who has it, or
// else one whom Allow lets in.
func (a *Auth) fromOIDC(ctx context.Context, subject string, c claims) (visitor, *refusal) {
	if c.Email == "" || !bool(c.Verified) || len(c.Email) > maxName {
		return visitor{}, &refusal{http.StatusForbidden, "login.failed_email", nil, nil}
	}
	stranger := &refusal{http.StatusForbidden, "login.failed_person", []any{"email", c.Email}, nil}
	if !a.listed(c.Email) {
		return visitor{}, stranger
	}
	if a.opt.Directory != nil {
		p, err := a.opt.Directory.PersonByEmail(ctx, c.Email)
		switch {
		case err == nil:
			return visitor{person: p, email: c.Email}, nil
		case !errors.Is(err, mention.ErrNotFound): // another id would make two of one person
			return visitor{}, &refusal{http.StatusBadGateway, "login.failed_away", []any{"host", "Slack"}, err}
		}
	}
	if len(a.opt.Allow) == 0 {
		return visitor{}, stranger
	}
	return visitor{person: mention.Person{ID: "oidc:" + subject, Name: nameOr(c.Name, nameOr(c.Handle, c.Email))}, email: c.Email}, nil
}

// listed reports whether Allow lets an address in, or says nothing.
func (a *Auth) listed(email string) bool {
	return len(a.opt.Allow) == 0 || allowed(a.opt.Allow, email)
}

// allowed reports whether a list of addresses and @domains has an address.
func allowed(list []string, email string) bool {
	at := strings.LastIndexByte(email, '@')
	return at > 0 && slices.ContainsFunc(list, func(entry string) bool {
		return text.SameButCase(entry, email) || strings.HasPrefix(entry, "@") && text.SameButCase(entry, email[at:])
	})
}

// maxName bounds names and addresses, in bytes.
const maxName = 200

// nameOr is a name as a line of text, or another when it is none.
func nameOr(name, otherwise string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.Join(strings.Fields(bare), " ")
	for len(name) > maxName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if name == "" {
		return otherwise
	}
	return name
}
