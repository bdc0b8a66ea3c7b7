package daemon

import (
	"log/slog"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/reply"
	"github.com/earshot/earshot/store"
)

// newWays makes how the sources are answered whose watchlist lets it, by the name. A source
// that rests is answered still: what was heard there waits.
func newWays(cfg *config.Config, client *fetch.Client, db *store.Store, log *slog.Logger) (map[string]reply.Way, error) {
	ways := map[string]reply.Way{}
	for _, src := range cfg.Sources {
		env := crawlers.Env{Fetch: client.For(named(src)...), Log: log.With("source", src.Name), Now: time.Now, Base: src.Base, Tokens: db}
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
	ways := d.ways.Load()
	if ways == nil {
		return reply.Way{}, false
	}
	way, ok := (*ways)[source]
	return way, ok
}

// checkAnswers adds what is wrong with how sources are answered.
func checkAnswers(cfg *config.Config, src config.Source, all *config.Errors) {
	probe := crawlers.Env{Log: slog.New(slog.DiscardHandler), Now: time.Now, Base: src.Base}
	if _, _, err := presets.NewAnswer(probe, src); err != nil {
		all.Add(cfg.Problem(src.Reply.Pos, "reply: "+err.Error(), ""))
	}
}
