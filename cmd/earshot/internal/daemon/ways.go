package daemon

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
	"github.com/earshot/earshot/store"
)

// newWays makes how the sources are answered whose watchlist lets it, by the name. A source
// that rests is answered still: what was heard there waits. Without a database nothing shares
// its tokens.
func newWays(cfg *config.Config, client *fetch.Client, db *store.Store, log *slog.Logger) (map[string]reply.Way, error) {
	ways := map[string]reply.Way{}
	for _, src := range cfg.Sources {
		env := crawlers.Env{Fetch: client.For(watchlist.Addresses(src)...), Log: log.With("source", src.Name), Now: time.Now, Base: src.Base}
		if db != nil {
			env.Tokens = db
		}
		way, ok, err := presets.NewAnswer(env, src)
		if err != nil {
			return nil, err
		}
		if ok {
			ways[src.Name] = way
		}
	}
	return ways, nil
}

// wayTo is how the source of this name is answered by the watchlist in use.
func (d *Daemon) wayTo(source string) (reply.Way, bool) {
	way, ok := d.inUse.Load().ways[source]
	return way, ok
}

// ProbedAnswers is what a site says of the right to answer there.
type ProbedAnswers struct {
	Source config.Source
	Asked  bool // false: the site has no question for that
	reply.Checked
}

// answerPatience bounds what is asked of one site, with the wait for its turn.
const answerPatience = 40 * time.Second

// ProbeAnswers asks the sites that the watchlist lets be answered whether its keys may, all at
// once. Nothing is sent to be published, and nothing changes there.
func ProbeAnswers(ctx context.Context, cfg *config.Config, client *fetch.Client, log *slog.Logger) ([]ProbedAnswers, error) {
	ways, err := newWays(cfg, client, nil, log)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	var all []ProbedAnswers
	for _, src := range cfg.Sources {
		if way, ok := ways[src.Name]; ok {
			all = append(all, ProbedAnswers{Source: src, Asked: way.Check != nil})
		}
	}
	var wait sync.WaitGroup
	for i := range all {
		if one := &all[i]; one.Asked {
			wait.Go(func() { one.Checked = ways[one.Source.Name].Check(ctx) })
		}
	}
	wait.Wait()
	return all, nil
}

// answerOf is what a message says of answering its post from here.
func (d *Daemon) answerOf(ctx context.Context, m mention.Mention) (out alerts.Answer, err error) {
	_, out.Way = d.answers.Way(m)
	all, err := d.answers.Replies(ctx, m.ID)
	out.Last = reply.Last(all)
	return out, err
}
