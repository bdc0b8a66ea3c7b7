package watchlist

import (
	"log/slog"
	"strings"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// NewFetch makes the HTTP client the watchlist asks for; version goes into its
// User-Agent. The caller closes it.
func NewFetch(cfg *config.Config, version string, log *slog.Logger) *fetch.Client {
	return fetch.New(FetchOptions(cfg, version, log))
}

// FetchOptions are those of the client that the watchlist asks for.
func FetchOptions(cfg *config.Config, version string, log *slog.Logger) fetch.Options {
	hosts := map[string]fetch.HostOptions{}
	for name, h := range cfg.Fetch.Hosts {
		hosts[name] = fetch.HostOptions{Gap: &h.Gap}
	}
	return fetch.Options{
		Contact:      cfg.Contact,
		Version:      version,
		Gap:          &cfg.Fetch.Gap,
		Hosts:        hosts,
		AllowPrivate: cfg.Fetch.AllowPrivate,
		Log:          log,
		Now:          time.Now,
	}
}

// NewCrawler makes the crawler of one source; env says how, the source what. A
// mistake in its options is a config.Error with its place.
func NewCrawler(env crawlers.Env, src config.Source) (crawlers.Crawler, error) {
	env, err := EnvOf(env, src)
	if err != nil {
		return nil, err
	}
	if client, ok := env.Fetch.(*fetch.Client); ok {
		env.Fetch = client.For(Addresses(src)...)
	}
	return presets.New(env, src.Kind, src.Section)
}

// EnvOf is env with what the source's block says of all kinds alike.
func EnvOf(env crawlers.Env, src config.Source) (crawlers.Env, error) {
	env.Source, env.Base, env.Lang, env.PostKind = src.Name, src.Base, src.Lang, mention.PostKind(src.PostKind)
	if src.Zone != "" {
		zone, err := time.LoadLocation(src.Zone)
		if err != nil {
			return env, src.Section.Errorf("zone", "unknown time zone %q", src.Zone)
		}
		env.Zone = zone
	}
	return env, nil
}

// Addresses are those that a source's block writes. A server without a scheme is
// asked by https.
func Addresses(src config.Source) []string {
	list := []string{src.Base}
	for _, text := range src.Section.Texts() {
		if !strings.Contains(text, "://") {
			text = "https://" + text
		}
		list = append(list, text)
	}
	return list
}
