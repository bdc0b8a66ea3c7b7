package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
)

// TestLogSaysWhatStarts: the first line of the log says which earshot it is and where it keeps what it
// knows, and no password of that.
func TestLogSaysWhatStarts(t *testing.T) {
	for store, want := range map[string]string{
		`{}`: "[version v1 commit abc database sqlite:/etc/earshot/earshot.db redis none]",
		`{database: "sqlite:/var/lib/скарги.db", redis: "redis://:hunter22@cache.example:6379/1"}`:                          "[version v1 commit abc database sqlite:/var/lib/скарги.db redis redis://cache.example:6379/1]",
		`{database: "postgres://earshot:hunter22@db.example/earshot?password=hunter22", redis: "unix:///run/redis/r.sock"}`: "[version v1 commit abc database postgres://db.example/earshot redis unix:///run/redis/r.sock]",
	} {
		cfg, err := config.Parse("/etc/earshot/w.yaml", []byte("contact: a@b.example\nwatch: [{name: x, terms: [xyz]}]\nsources: [{feed: https://u.example/}]\nstore: "+store+"\n"), nil, watchlist.Kinds())
		if cfg == nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(starting(cfg, "v1", "abc")); got != want || strings.Contains(got, "hunter22") {
			t.Errorf("%s: %s", store, got)
		}
	}
}
