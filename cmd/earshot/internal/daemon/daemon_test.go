package daemon

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
)

// lookup is an environment in which every variable is set: "token" and its name.
func lookup(name string) (string, bool) { return "token " + name, true }

// checkWith is check in another environment.
func checkWith(t testing.TB, text string, env func(string) (string, bool)) watchlist.List {
	t.Helper()
	cfg, err := config.Parse("watchlist.yaml", []byte(text), env, watchlist.Kinds())
	list, err := watchlist.Check(cfg, err)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestOpenFails: what cannot be opened is an error, and what was opened before is closed:
// the database can be opened again.
func TestOpenFails(t *testing.T) {
	list := check(t, strings.Replace(quietWatchlist, "DIR", t.TempDir(), 1))
	opt := Options{Watchlist: list, Out: io.Discard, Version: "test", Log: slog.New(slog.DiscardHandler), Now: time.Now}
	bad := *list.Config
	bad.Web.TLS.CertFile = filepath.Join(t.TempDir(), "missing.pem")
	opt.Watchlist.Config = &bad
	if _, err := Open(t.Context(), opt); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("opened without its certificate: %v", err)
	}
	opt.Watchlist = list
	d, err := Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	d.close()
}

const quietWatchlist = `
contact: pr@romashka.example
store: {database: "sqlite:DIR/e.db"}
watch: [{name: Romashka, terms: [Romashka]}]
sources: [{feed: "https://news.example/rss", name: news}]
`
