package access

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/earshot/earshot/internal/fetch"
)

// minters make a token, each in its way.
var minters = map[string]func(context.Context, *Source) (Token, error){
	GoogleRefresh: refreshInBody,
	OAuthRefresh:  refreshAsBasic,
	OAuthClient:   clientCredentials,
	GoogleService: serviceAccount,
	AppleJWT:      appleJWT,
	Bluesky:       blueskySession,
}

// Times of tokens that are signed here.
const (
	// appleLife is under the 20 minutes that App Store Connect takes at most
	// (developer.apple.com, "Generating Tokens for API Requests").
	appleLife = 15 * time.Minute
	// assertionLife: Google takes an hour at most (developers.google.com/identity,
	// "Using OAuth 2.0 for Server to Server Applications").
	assertionLife = time.Hour
	// lifeUnsaid is a token's life where the site does not say it (RFC 6749, 5.1, only
	// recommends to).
	lifeUnsaid = 10 * time.Minute
	// maxLife bounds what a site says.
	maxLife = 24 * time.Hour
)

// signer signs the claims of a right that has a key of its own.
type signer struct {
	jose.Signer
	issuer string // who claims
}

// newSigner reads the key of the kinds that sign; nil for the others. It signs once, so that
// a key that cannot is found by check and not by the first poll.
func newSigner(opt Options) (*signer, error) {
	var alg jose.SignatureAlgorithm
	var key any
	var err error
	id, issuer, cannot := opt.KeyID, opt.Issuer, "the key cannot sign"
	switch opt.Kind {
	case GoogleService:
		var file serviceKey
		if json.Unmarshal([]byte(opt.Key), &file) != nil || file.Email == "" {
			return nil, errors.New("the key is not the JSON file of a service account (it has client_email and private_key)")
		}
		alg, id, issuer = jose.RS256, file.KeyID, file.Email
		key, err = rsaKey(file.PEM)
	case AppleJWT:
		alg, cannot = jose.ES256, "the key cannot sign: it must be of the curve P-256"
		key, err = ecKey(opt.Key)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", id))
	if err == nil {
		_, err = s.Sign(nil)
	}
	if err != nil {
		return nil, errors.New(cannot)
	}
	return &signer{s, issuer}, nil
}

// claim signs that the issuer claims something of an audience for a time.
func (s *Source) claim(audience string, life time.Duration, more map[string]any) (string, error) {
	now := s.now()
	claims := map[string]any{"iss": s.signer.issuer, "aud": audience, "iat": now.Unix(), "exp": now.Add(life).Unix()}
	maps.Copy(claims, more)
	signed, err := jwt.Signed(s.signer).Claims(claims).Serialize()
	if err != nil {
		return "", fmt.Errorf("access %s: %w", s.opt.Kind, err)
	}
	return signed, nil
}

func refreshInBody(ctx context.Context, s *Source) (Token, error) {
	return s.ask(ctx, nil, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {s.refresh()}, "client_id": {s.opt.Client}, "client_secret": {s.opt.Secret}})
}

func refreshAsBasic(ctx context.Context, s *Source) (Token, error) {
	return s.askAsBasic(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {s.refresh()}})
}

func clientCredentials(ctx context.Context, s *Source) (Token, error) {
	return s.askAsBasic(ctx, url.Values{"grant_type": {"client_credentials"}})
}

func (s *Source) askAsBasic(ctx context.Context, form url.Values) (Token, error) {
	pair := url.QueryEscape(s.opt.Client) + ":" + url.QueryEscape(s.opt.Secret)
	if s.opt.Scope != "" {
		form.Set("scope", s.opt.Scope)
	}
	return s.ask(ctx, http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(pair))}}, form)
}

// refresh is the newest refresh token: the one the site gave last, else the given one.
func (s *Source) refresh() string {
	if s.held.Refresh != "" {
		return s.held.Refresh
	}
	return s.opt.Refresh
}

// serviceKey is what is read of a service account's file.
type serviceKey struct {
	Email string `json:"client_email"`
	KeyID string `json:"private_key_id"`
	PEM   string `json:"private_key"`
}

func serviceAccount(ctx context.Context, s *Source) (Token, error) {
	assertion, err := s.claim(s.opt.URL, assertionLife, map[string]any{"scope": s.opt.Scope})
	if err != nil {
		return Token{}, err
	}
	return s.ask(ctx, nil, url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}})
}

func appleJWT(_ context.Context, s *Source) (Token, error) {
	signed, err := s.claim("appstoreconnect-v1", appleLife, nil)
	return Token{Access: signed, Until: s.now().Add(appleLife)}, err
}

// keyParts are what a PEM block has: its first line, the key, its last line.
var keyParts = regexp.MustCompile(`^\s*(-----BEGIN [A-Z ]+-----)([^-]*)(-----END [A-Z ]+-----)\s*$`)

// privateKey reads a key, also one whose line ends were lost, or written as \n, in a variable.
func privateKey(text string) (any, error) {
	text = keyParts.ReplaceAllString(strings.ReplaceAll(text, `\n`, "\n"), "$1\n$2\n$3\n")
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("the key is no PEM block (it begins with -----BEGIN PRIVATE KEY-----)")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the key's PEM block holds no private key (PKCS 8)")
	}
	return key, nil
}

func rsaKey(text string) (*rsa.PrivateKey, error) {
	key, err := privateKey(text)
	if rsaKey, ok := key.(*rsa.PrivateKey); ok {
		return rsaKey, nil
	}
	return nil, errors.Join(err, errors.New("a service account's key is an RSA key"))
}

func ecKey(text string) (*ecdsa.PrivateKey, error) {
	key, err := privateKey(text)
	if ecKey, ok := key.(*ecdsa.PrivateKey); ok {
		return ecKey, nil
	}
	return nil, errors.Join(err, errors.New("an App Store Connect key is an EC key (the .p8 file)"))
}

// blueskySession makes a session, or renews the one there is: making one is limited to
// some hundred a day, renewing is not (docs.bsky.app, "Rate Limits").
func blueskySession(ctx context.Context, s *Source) (Token, error) {
	if s.held.Refresh != "" {
		token, err := s.session(ctx, "refreshSession", "Bearer "+s.held.Refresh, nil)
		var refused *RefusedError
		if !errors.As(err, &refused) {
			return token, err
		}
		s.held.Refresh = "" // ended or withdrawn
	}
	body, err := json.Marshal(map[string]string{"identifier": s.opt.User, "password": s.opt.Password})
	if err != nil {
		return Token{}, fmt.Errorf("access %s: %w", s.opt.Kind, err)
	}
	return s.session(ctx, "createSession", "", body)
}

func (s *Source) session(ctx context.Context, call, authorization string, body []byte) (Token, error) {
	head := http.Header{"Content-Type": {"application/json"}}
	if authorization != "" {
		head.Set("Authorization", authorization)
	}
	res, err := s.post(ctx, strings.TrimSuffix(s.opt.URL, "/")+"/xrpc/com.atproto.server."+call, head, body)
	if err != nil {
		return Token{}, err
	}
	var answer struct{ AccessJwt, RefreshJwt string }
	if json.Unmarshal(res, &answer) != nil || answer.AccessJwt == "" {
		return Token{}, fmt.Errorf("access %s: the answer of %s holds no token", s.opt.Kind, host(s.opt.URL))
	}
	return Token{Access: answer.AccessJwt, Until: s.endOf(answer.AccessJwt), Refresh: answer.RefreshJwt}, nil
}

// endOf reads when a JWT ends; nobody's signature is checked, the site does that.
func (s *Source) endOf(token string) time.Time {
	parts := strings.Split(token, ".")
	var claims struct{ Exp int64 }
	if len(parts) == 3 {
		if payload, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil && json.Unmarshal(payload, &claims) == nil && claims.Exp > 0 {
			return s.until(time.Unix(claims.Exp, 0).Sub(s.now()))
		}
	}
	return s.until(lifeUnsaid)
}

func (s *Source) until(life time.Duration) time.Time { return s.now().Add(min(life, maxLife)) }

// ask posts a form to the token address and reads the answer of RFC 6749, 5.1.
func (s *Source) ask(ctx context.Context, head http.Header, form url.Values) (Token, error) {
	if head == nil {
		head = http.Header{}
	}
	head.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := s.post(ctx, s.opt.URL, head, []byte(form.Encode()))
	if err != nil {
		return Token{}, err
	}
	var answer struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		ExpiresIn    any    `json:"expires_in"` // a number; some write it as text
	}
	if json.Unmarshal(res, &answer) != nil || answer.AccessToken == "" {
		return Token{}, fmt.Errorf("access %s: the answer of %s holds no token", s.opt.Kind, host(s.opt.URL))
	}
	life := lifeUnsaid
	if seconds, err := time.ParseDuration(fmt.Sprint(answer.ExpiresIn) + "s"); err == nil && seconds > 0 {
		life = seconds
	}
	return Token{Access: answer.AccessToken, Until: s.until(life), Refresh: answer.RefreshToken}, nil
}

// maxAnswer bounds the answer with a token, in bytes.
const maxAnswer = 64 << 10

// post sends a secret to one address and to nobody a redirect names.
func (s *Source) post(ctx context.Context, address string, head http.Header, body []byte) ([]byte, error) {
	res, err := s.web.Do(ctx, fetch.Request{URL: address, Method: http.MethodPost, Header: head, Body: body, API: true, Accept: "application/json", MaxBody: maxAnswer})
	if err != nil {
		return nil, s.refusal(address, err)
	}
	if _, same := fetch.AtOrigin(address, res.URL); !same {
		return nil, &RefusedError{Kind: s.opt.Kind, Host: host(address), Why: "it sends on to " + host(res.URL) + ", which gets no secret"}
	}
	return res.Body, nil
}

// refusal tells a refusal from what passes. The words of the answer are the site's:
// only the short error code of RFC 6749, 5.2, or of XRPC is repeated.
func (s *Source) refusal(address string, err error) error {
	var status *fetch.StatusError
	var blocked *fetch.BlockedError
	switch {
	case errors.As(err, &status) && status.Status/100 == 4 && status.Status != http.StatusRequestTimeout:
		return &RefusedError{Kind: s.opt.Kind, Host: host(address), Why: code(status.Status, status.Body)}
	case errors.As(err, &blocked):
		return &RefusedError{Kind: s.opt.Kind, Host: host(address), Why: code(blocked.Status, nil)}
	}
	return fmt.Errorf("access %s: %w", s.opt.Kind, err)
}

func code(status int, body []byte) string {
	var answer struct{ Error string }
	if json.Unmarshal(body, &answer) == nil && answer.Error != "" && len(answer.Error) <= 40 && !strings.ContainsFunc(answer.Error, odd) {
		return fmt.Sprintf("%s (%d)", answer.Error, status)
	}
	return fmt.Sprintf("status %d", status)
}

// odd is what no error code holds.
func odd(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_'
}

func host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host
	}
	return "the token's address"
}
