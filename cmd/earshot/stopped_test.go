package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestStopped: what a person stops does not go on, also while it waits for them, and it does not
// say that it is done. Who listens until stopped is done then.
func TestStopped(t *testing.T) {
	watchlist := filepath.Join(t.TempDir(), "watchlist.yaml")
	if err := os.WriteFile(watchlist, []byte("contact: a@b.example\nwatch: [{name: W, terms: [w]}]\nsources: [{feed: https://a.example/}]\nstore: {database: \"sqlite:"+filepath.ToSlash(watchlist)+".db\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args  string
		waits bool // for a person, or until it is stopped
		code  int
	}{
		{"score", true, exitFailed},
		{"score --json", true, exitFailed},
		{"match -c " + watchlist, true, exitFailed},
		{"init -c " + watchlist + ".new", true, exitFailed},
		{"run -c " + watchlist, true, exitDone},
		{"demo", true, exitDone},
		{"backup -c " + watchlist + " " + watchlist + ".copy", false, exitFailed},
		{"export --author somebody -c " + watchlist, false, exitFailed},
	} {
		t.Run(strings.Fields(c.args)[0], func(t *testing.T) {
			in, nobody := io.Pipe()
			defer nobody.Close()
			var out, errs bytes.Buffer
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			if c.waits {
				time.AfterFunc(time.Second/2, stop)
			} else {
				stop()
			}
			ended := make(chan int, 1)
			go func() {
				ended <- run(ctx, strings.Fields(c.args), terminal{in: in, out: &out, err: &errs, lookup: noEnv})
			}()
			select {
			case code := <-ended:
				if code != c.code {
					t.Errorf("exit status %d, want %d:\n%s%s", code, c.code, &out, &errs)
				}
			case <-time.After(30 * time.Second):
				t.Fatal("it does not stop")
			}
		})
	}
}
