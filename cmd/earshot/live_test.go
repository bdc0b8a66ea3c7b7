package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/testkit"
)

// TestLiveIsNotReady: a wrong watchlist is no reason to restart the daemon that runs on
// with the one before it, however wrong it is; people are told instead.
func TestLiveIsNotReady(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	r := newRig(t, "")
	good := strings.Replace(r.watchlist(), "127.0.0.1:0", freeAddress(t), 1)
	r.write(good)
	live := func() (string, error) {
		out, err := exec.Command(binary(t), "check", "-c", r.path(), "--live").CombinedOutput()
		return string(out), err
	}
	if out, err := live(); err == nil || !strings.Contains(out, "does not answer") {
		t.Errorf("before the start: %v\n%s", err, out)
	}
	p := r.start("")
	r.until(p, time.Minute, "the start", func() bool { return strings.Contains(p.log.String(), "watchlist in use") })
	for what, broken := range map[string]string{
		"nothing":        good,
		"a key":          strings.Replace(good, "watch:", "wotch:", 1),
		"no YAML":        strings.Replace(good, "routes: [", "routes: [[{", 1),
		"no YAML, block": strings.Replace(strings.Replace(good, "web: {listen: \"", "web:\n  listen: ", 1), "\"}\n", "\n\tx\n", 1),
	} {
		r.write(broken)
		if out, err := live(); err != nil {
			t.Errorf("%s wrong: %v\n%s", what, err, out)
		}
	}
	r.write(strings.Replace(good, "routes: [", "routes: [[{", 1))
	r.until(p, time.Minute, "trouble on /healthz", func() bool { return health(t, p).Status == "degraded" })
	if h := health(t, p); !strings.Contains(h.Trouble["watchlist"], "not in use") {
		t.Errorf("trouble: %v", h.Trouble)
	}
	// On a slow machine one of the broken ones before was told of, too.
	r.until(p, time.Minute, "the notice", func() bool { return r.count("The watchlist that was saved is not in use") > 0 })
	r.town.Publish(demosites.Post{Place: "forum", Author: "a", Text: "Romashka Bank charged me twice and refuses to refund. Hedgehog."})
	r.until(p, time.Minute, "an alert by the old watchlist", func() bool { return r.count("Hedgehog") == 1 })
	r.write(good)
	r.until(p, time.Minute, "health", func() bool { return health(t, p).Status == "ok" })
	if err := os.Remove(r.path()); err != nil {
		t.Fatal(err)
	}
	r.until(p, time.Minute, "trouble about a file that is gone", func() bool { return health(t, p).Status == "degraded" })
	p.kill()
	r.write(good)
	if out, err := live(); err == nil {
		t.Errorf("after the end: %s", out)
	}
}

// freeAddress is an address that nobody listens on.
func freeAddress(t *testing.T) string { return fmt.Sprintf("127.0.0.1:%d", testkit.FreePort(t)) }
