package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestInterruptedQuestions: Ctrl-C ends a command that waits for somebody to type, at every
// question: nothing is written, and the status does not say that it was done.
func TestInterruptedQuestions(t *testing.T) {
	answers := []string{"pr@romashka.example", "Romashka", "", "https://news.example/rss"}
	path := filepath.Join(t.TempDir(), "watchlist.yaml")
	for _, c := range []struct {
		args  []string
		typed []string
	}{
		{[]string{"init", "-c", path}, nil},
		{[]string{"init", "-c", path}, answers[:2]},
		{[]string{"init", "-c", path}, answers},
		{[]string{"score"}, []string{"They ate my card"}},
		{[]string{"score", "--json"}, nil},
		{[]string{"match", "-c", "../../examples/bank/config"}, nil},
	} {
		ctx, interrupt := context.WithCancel(t.Context())
		in, keyboard := io.Pipe()
		defer keyboard.Close()
		var out bytes.Buffer
		ended := make(chan int, 1)
		go func() {
			ended <- run(ctx, c.args, terminal{in: in, out: &out, err: &out, lookup: noEnv})
		}()
		for _, line := range c.typed {
			_, _ = io.WriteString(keyboard, line+"\n")
		}
		interrupt()
		select {
		case code := <-ended:
			if code != exitFailed {
				t.Errorf("%v after %q: exit %d, said %q", c.args, c.typed, code, out.String())
			}
			if out := out.String(); c.args[0] == "init" && !strings.Contains(out, "nothing was written") || fileExists(path) {
				t.Errorf("%v after %q says %q", c.args, c.typed, out)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%v after %q goes on waiting", c.args, c.typed)
		}
	}
}

// TestInterruptedProbe: Ctrl-C in the middle of check --probe or crawl says nothing of the sources
// that have not answered.
func TestInterruptedProbe(t *testing.T) {
	for _, args := range [][]string{{"check", "--probe"}, {"crawl"}} {
		ctx, interrupt := context.WithCancel(t.Context())
		site := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			interrupt()
			<-r.Context().Done()
		}))
		path := filepath.Join(t.TempDir(), "w.yaml")
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(watchlistWith("fetch: {allow_private: [127.0.0.0/8]}\n"), "https://news.example", site.URL)), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		code := run(ctx, append(args, "-c", path), terminal{in: strings.NewReader(""), out: &out, err: &out, lookup: noEnv})
		if said := out.String(); code != exitFailed || !strings.Contains(said, "interrupted") || strings.Contains(said, "/rss") || strings.Contains(said, "cannot be read") || strings.Contains(said, "work") {
			t.Errorf("%v: exit %d, said %s", args, code, said)
		}
		site.Close()
	}
}

// TestInterruptedIsNotDone: a command that Ctrl-C ended in the middle, a backup or a move, has
// not done what it was asked; only what listens until it is stopped has.
func TestInterruptedIsNotDone(t *testing.T) {
	var out bytes.Buffer
	err := fmt.Errorf("store: backup: %w", context.Canceled)
	if code := exitStatus(terminal{err: &out, lookup: func(string) (string, bool) { return "uk", true }}, err); code != exitFailed || out.String() != "earshot: перервано: до кінця не зроблено\n" {
		t.Errorf("exit %d, said %q", code, out.String())
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if got := unlessStopped(stopped, err); got != nil {
		t.Errorf("stopped: %v", got)
	}
	if got := unlessStopped(t.Context(), err); got == nil {
		t.Error("nobody stopped it, and nothing is wrong")
	}
}
