package jsonapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/access"
	"github.com/earshot/earshot/internal/fetch"
)

// Auth says how the access token of an API is got; headers hold it as {access}.
type Auth struct {
	Kind     string        `yaml:"kind" doc:"google-refresh, google-service, oauth-refresh, oauth-client, apple-jwt or bluesky-session: how a token is got, kept and renewed." example:"google-service"`
	URL      string        `yaml:"url" doc:"Who gives tokens; for bluesky-session the account's server." example:"https://oauth2.googleapis.com/token"`
	Token    config.Secret `yaml:"token" doc:"A token that somebody else renews; it is used as it is, and nobody is asked for one."`
	Client   string        `yaml:"client" doc:"The OAuth client's id."`
	Secret   config.Secret `yaml:"secret" doc:"The OAuth client's secret."`
	Refresh  config.Secret `yaml:"refresh" doc:"The refresh token."`
	Key      config.Secret `yaml:"key" doc:"The service account's JSON file, or Apple's .p8 file." example:"${file:/etc/earshot/service-account.json}"`
	KeyID    string        `yaml:"key_id" doc:"The id of Apple's key."`
	Issuer   string        `yaml:"issuer" doc:"The issuer of Apple's key."`
	Scope    string        `yaml:"scope" doc:"What the token shall be good for."`
	User     string        `yaml:"user" doc:"The account's name."`
	Password config.Secret `yaml:"password" doc:"An app password of the account; never its own."`
}

// hole stands in headers for the access token.
const hole = "{access}"

// grant is where an API's token comes from.
type grant struct {
	fixed  string         // a token that somebody else renews
	source *access.Source // else who gives it; nil: its secrets are not given, and nothing is sent for them
}

// newGrant makes what a block writes under auth; nil when it writes nothing.
func newGrant(env crawlers.Env, a Auth, given poll.Values, s config.Section) (*grant, error) {
	if a == (Auth{}) {
		return nil, nil
	}
	fill := func(text string) string {
		text, whole := given.Plain(text)
		if !whole {
			return ""
		}
		return text
	}
	if fixed := fill(a.Token.Reveal()); fixed != "" {
		return &grant{fixed: fixed}, nil
	}
	if !slices.Contains(access.Kinds(), a.Kind) {
		return nil, s.Errorf("auth", "kind %q: must be %s", a.Kind, strings.Join(access.Kinds(), ", "))
	}
	opt := access.Options{
		Kind: a.Kind, URL: poll.Rebase(fill(a.URL), env.Base), Client: fill(a.Client), Secret: fill(a.Secret.Reveal()), Refresh: fill(a.Refresh.Reveal()),
		Key: fill(a.Key.Reveal()), KeyID: fill(a.KeyID), Issuer: fill(a.Issuer), Scope: fill(a.Scope), User: fill(a.User), Password: fill(a.Password.Reveal()),
	}
	missing := opt.Missing()
	for _, name := range missing {
		if given.Text == nil && !slices.Contains([]string{"secret", "refresh", "key", "password"}, name) {
			return nil, s.Errorf("auth", "%s needs %s", a.Kind, name)
		}
	}
	if len(missing) > 0 {
		return &grant{}, nil
	}
	source, err := access.New(opt, env.Fetch, env.Now, env.Tokens)
	if err != nil {
		return nil, s.Errorf("auth", "%v", err)
	}
	return &grant{source: source}, nil
}

// token is the token now.
func (g *grant) token(ctx context.Context) (string, error) {
	if g.source == nil {
		return g.fixed, nil
	}
	token, err := g.source.Token(ctx)
	var refused *access.RefusedError
	if errors.As(err, &refused) {
		return "", fmt.Errorf("%w: %w", crawlers.ErrClosed, err)
	}
	return token, err
}

// do asks with the token in its place. One that the site would not take, though it should
// be good still, is renewed once.
func (g *grant) do(ctx context.Context, web crawlers.Fetcher, req fetch.Request) (*fetch.Response, error) {
	if g == nil || !holds(req.Header) {
		return web.Do(ctx, req)
	}
	for renewed := false; ; renewed = true {
		token, err := g.token(ctx)
		if err != nil {
			return nil, err
		}
		with := req
		with.Header = req.Header.Clone()
		for name, values := range with.Header {
			if token == "" && strings.Contains(values[0], hole) {
				delete(with.Header, name)
				continue
			}
			values[0] = strings.ReplaceAll(values[0], hole, token)
		}
		res, err := web.Do(ctx, with)
		if renewed || g.source == nil || !g.source.Ended(err) {
			return res, err
		}
		g.source.Refused(token)
	}
}

func holds(h http.Header) bool {
	for _, values := range h {
		if strings.Contains(values[0], hole) {
			return true
		}
	}
	return false
}
