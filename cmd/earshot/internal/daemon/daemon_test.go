package daemon

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/earshot/earshot/config"
)

// lookup is an environment in which every variable is set: "token" and its name.
func lookup(name string) (string, bool) { return "token " + name, true }

// check is the watchlist of this text.
func check(t testing.TB, text string) Watchlist {
	t.Helper()
	return checkWith(t, text, lookup)
}

// checkWith is check in another environment.
func checkWith(t testing.TB, text string, env func(string) (string, bool)) Watchlist {
	t.Helper()
	cfg, err := config.Parse("watchlist.yaml", []byte(text), env, KindOptions())
	list, err := Check(cfg, err)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// open opens a daemon of the watchlist with this text; nothing runs.
func open(t testing.TB, text string) *Daemon {
	t.Helper()
	d, err := Open(t.Context(), Options{
		Watchlist: check(t, text), Out: io.Discard, Version: "test", Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	return d
}
