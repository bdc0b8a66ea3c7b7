// Package access gets, keeps and renews the access tokens of sites' official APIs.
//
// A Source is one right somebody gave: a refresh token, a service account, a signing
// key, an app password. It mints a token when one is asked for, keeps it until shortly
// before it ends, and gives it up when the site refuses it. With a Shelf all replicas
// share what one of them minted, sealed by the secret it was minted with.
//
// What may not be here: knowledge of one API, reading or answering posts, printing
// anything of a secret or a token.
package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/earshot/earshot/internal/fetch"
)

// The ways to a token. Each constant names what Options it needs.
const (
	GoogleRefresh = "google-refresh"  // URL, Client, Secret, Refresh
	OAuthRefresh  = "oauth-refresh"   // the same; client and secret go as Basic credentials (RFC 6749, 2.3.1)
	OAuthClient   = "oauth-client"    // URL, Client, Secret: the client's own right (RFC 6749, 4.4)
	GoogleService = "google-service"  // URL, Key (the service account's JSON file), Scope
	AppleJWT      = "apple-jwt"       // Key (the .p8 file), KeyID, Issuer; asks nobody
	Bluesky       = "bluesky-session" // URL (the server), User, Password (an app password)
)

// Kinds are all of them, as they are written.
func Kinds() []string {
	return []string{GoogleRefresh, GoogleService, OAuthRefresh, OAuthClient, AppleJWT, Bluesky}
}

// Options say how a token is got.
type Options struct {
	Kind     string
	URL      string // who gives tokens
	Client   string
	Secret   string
	Refresh  string
	Key      string
	KeyID    string
	Issuer   string
	Scope    string
	User     string
	Password string
}

// Missing names the options that Kind needs and that are empty.
func (o Options) Missing() []string {
	var missing []string
	for _, need := range map[string][]struct{ name, value string }{
		GoogleRefresh: {{"url", o.URL}, {"client", o.Client}, {"secret", o.Secret}, {"refresh", o.Refresh}},
		OAuthRefresh:  {{"url", o.URL}, {"client", o.Client}, {"secret", o.Secret}, {"refresh", o.Refresh}},
		OAuthClient:   {{"url", o.URL}, {"client", o.Client}, {"secret", o.Secret}},
		GoogleService: {{"url", o.URL}, {"key", o.Key}, {"scope", o.Scope}},
		AppleJWT:      {{"key", o.Key}, {"key_id", o.KeyID}, {"issuer", o.Issuer}},
		Bluesky:       {{"url", o.URL}, {"user", o.User}, {"password", o.Password}},
	}[o.Kind] {
		if need.value == "" {
			missing = append(missing, need.name)
		}
	}
	return missing
}

// Fetcher is the way to whoever gives tokens. *fetch.Client is one.
type Fetcher interface {
	Do(ctx context.Context, r fetch.Request) (*fetch.Response, error)
}

// RefusedError says that no token was given, for a reason that does not pass by itself.
type RefusedError struct {
	Kind string
	Host string // who refused; "" when the secret itself cannot be used
	Why  string // the site's own word or what is wrong with the secret; never a part of it
}

func (e *RefusedError) Error() string {
	if e.Host == "" {
		return fmt.Sprintf("access %s: %s", e.Kind, e.Why)
	}
	return fmt.Sprintf("access %s: %s gives no token: %s", e.Kind, e.Host, e.Why)
}

// margin is how long before its end a token is renewed: clocks differ, and a poll of
// several pages takes its time.
const margin = 2 * time.Minute

// patience is how long a replica waits for another one that is renewing, before it mints
// for itself: longer than an exchange may take.
const patience = 40 * time.Second

// Token is what was minted.
type Token struct {
	Access  string    `json:"access"`
	Until   time.Time `json:"until"`
	Refresh string    `json:"refresh,omitempty"` // the newest refresh token, where the site changes it
}

// Source gives one right's tokens. It is safe for concurrent use.
type Source struct {
	opt    Options
	web    Fetcher
	now    func() time.Time
	signer *signer      // nil of kinds that do not sign
	shelf  *sealedShelf // nil: nobody to share with

	mu      sync.Mutex // held while a token is minted: one at a time
	held    Token
	refused string // the last token that the site would not take before its end
}

// New checks the options: all that Kind needs must be there, and a key must be one.
// shelf may be nil.
func New(opt Options, web Fetcher, now func() time.Time, shelf Shelf) (*Source, error) {
	if _, known := minters[opt.Kind]; !known {
		return nil, fmt.Errorf("access: kind %q is none", opt.Kind)
	}
	if missing := opt.Missing(); len(missing) > 0 {
		return nil, fmt.Errorf("access %s: %s is missing", opt.Kind, missing[0])
	}
	signer, err := newSigner(opt)
	if err != nil {
		return nil, &RefusedError{Kind: opt.Kind, Why: err.Error()}
	}
	s := &Source{opt: opt, web: web, now: now, signer: signer}
	if shelf != nil {
		sealed, err := newSealedShelf(shelf, opt)
		if err != nil {
			return nil, err
		}
		s.shelf = sealed
	}
	return s, nil
}

// good reports whether what is held may be used.
func (s *Source) good() bool {
	return s.held.Access != "" && s.held.Access != s.refused && s.now().Add(margin).Before(s.held.Until)
}

// Token is a token that is good for some minutes at least. A *RefusedError is final
// until somebody gives another secret; other errors pass.
func (s *Source) Token(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.good() {
		return s.held.Access, nil
	}
	if s.shelf == nil {
		return s.mint(ctx)
	}
	for began := s.now(); ; {
		if good, err := s.look(ctx); err != nil {
			return "", err
		} else if good {
			return s.held.Access, nil
		}
		mine, err := s.shelf.Claim(ctx, s.shelf.id, patience)
		switch {
		case err != nil:
			return "", fmt.Errorf("access %s: claim the renewal: %w", s.opt.Kind, err)
		case mine:
			return s.renew(ctx)
		case s.now().Sub(began) > 2*patience:
			return "", fmt.Errorf("access %s: another replica has been renewing the token for %v", s.opt.Kind, 2*patience)
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// look takes what is on the shelf, if anything is, and reports whether it may be used.
func (s *Source) look(ctx context.Context) (good bool, err error) {
	kept, err := s.shelf.read(ctx)
	if err == nil && (kept.Access != "" || kept.Refresh != "") {
		s.held = kept
	}
	return s.good(), err
}

// renew mints for all replicas; the claim is held, and what is written to the shelf ends it.
func (s *Source) renew(ctx context.Context) (string, error) {
	// What another replica renewed between the look and the claim counts: where the
	// refresh token changes, the one we hold is worth nothing by then.
	if good, err := s.look(ctx); err != nil {
		return "", err
	} else if good {
		return s.held.Access, s.shelf.write(ctx, s.held, s.now())
	}
	token, err := s.mint(ctx)
	if err != nil {
		// Nothing new, but whoever asks next need not wait until the claim ends by itself.
		// Where this fails too, they wait.
		_ = s.shelf.write(ctx, s.held, s.now())
	}
	return token, err
}

// Ended says whether an error of the site means that it would not take the token: 401, and
// 400 with the code that AT Protocol's servers give instead (atproto.com/specs/xrpc).
func (s *Source) Ended(err error) bool {
	var blocked *fetch.BlockedError
	var status *fetch.StatusError
	switch {
	case errors.As(err, &blocked):
		return blocked.Status == http.StatusUnauthorized
	case s.opt.Kind == Bluesky && errors.As(err, &status) && status.Status == http.StatusBadRequest:
		var answer struct{ Error string }
		return json.Unmarshal(status.Body, &answer) == nil && answer.Error == "ExpiredToken"
	}
	return false
}

// Refused gives up a token that the site would not take, so that the next one is new. The
// shelf keeps it: what another replica put there meanwhile, with the only refresh token that
// still counts, must not be written over without a claim.
func (s *Source) Refused(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = token
}

// mint asks for a token and keeps it. What was minted counts even when it cannot be shared.
func (s *Source) mint(ctx context.Context) (string, error) {
	token, err := minters[s.opt.Kind](ctx, s)
	if err != nil {
		return "", err
	}
	if token.Refresh == "" {
		token.Refresh = s.held.Refresh
	}
	s.held = token
	if s.shelf != nil {
		if err := s.shelf.write(ctx, token, s.now()); err != nil && token.Refresh != "" {
			// A changed refresh token that is lost cannot be had again.
			return "", errors.Join(errors.New("access: the new refresh token could not be kept"), err)
		}
	}
	return token.Access, nil
}
