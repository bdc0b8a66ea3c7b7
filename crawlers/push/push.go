// Package push is the kind of source that is not polled: another program hands its posts
// in, over HTTP, in the form that `earshot crawl --json` prints.
//
// It knows the form and its limits and asks the network for nothing. It must not listen,
// check tokens or store: the daemon does.
package push

import (
	"context"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

// Options are the keys of a push source.
type Options struct {
	From      string        `yaml:"from" short:"true" doc:"What the sender is called; the source's name where it has no other." example:"crm"`
	Token     config.Secret `yaml:"token" required:"true" doc:"The bearer token by which the sender names this source: 16 characters or more, of its own." example:"${env:N8N_TOKEN}"`
	PerMinute int           `yaml:"per_minute" doc:"How many posts the sender may hand in a minute; 600 when left out." example:"600"`
}

// Name is the word a push source begins with.
const Name = "push"

// Path is where posts are handed in, below web.listen.
const Path = "/api/v1/posts"

const (
	shortestToken    = 16
	defaultPerMinute = 600
	mostPerMinute    = 1_000_000
)

// Kind is the word push.
func Kind() crawlers.Kind {
	return crawlers.Kind{
		Name:     Name,
		About:    "Posts that another program hands in over HTTP, as JSON lines: n8n, Zapier, a scraper of your own, a listening service's webhook.",
		PostKind: mention.Social,
		Every:    time.Hour,
		Status:   "asks no site; the daemon's own tests hand 10,000 posts in",
		Limits:   "10 MiB and 1,000 posts a request; `per_minute` posts a minute. The address and the form are in [push.md](push.md)",
		Options:  func() any { return new(Options) },
		New: func(env crawlers.Env, s config.Section) (crawlers.Crawler, error) {
			o := Options{PerMinute: defaultPerMinute}
			if err := s.Decode(&o); err != nil {
				return nil, err
			}
			switch {
			case o.Token.IsSet() && len(o.Token.Reveal()) < shortestToken:
				return nil, s.Errorf("token", "the token is shorter than %d characters: make one with openssl rand -hex 24", shortestToken)
			case o.PerMinute < 1 || o.PerMinute > mostPerMinute:
				return nil, s.Errorf("per_minute", "write a number from 1 to %d", mostPerMinute)
			}
			return &Door{Env: env.WithDefaults(), Options: o}, nil
		},
	}
}

// Door is a push source: the daemon finds it by its token and reads what comes with Read.
type Door struct {
	Env     crawlers.Env
	Options Options
}

// Poll implements crawlers.Crawler. There is nothing to ask; posts come by themselves.
func (d *Door) Poll(_ context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	return crawlers.Batch{Next: since, Unchanged: true, Observed: crawlers.Observation{
		What:  "waits for posts",
		Notes: []string{"not polled: posts come to " + Path + ", see docs/push.md"},
	}}, nil
}
