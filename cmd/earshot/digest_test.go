package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
)

// TestDigestOfTheDaemon waits for the moment of a digest with the real binary down,
// and starts it a little late, twice: the digest comes once, with its charts. It
// takes over a minute, so it runs with EARSHOT_CRASH=full only.
func TestDigestOfTheDaemon(t *testing.T) {
	if os.Getenv("EARSHOT_CRASH") != "full" {
		t.Skip("over a minute: EARSHOT_CRASH=full")
	}
	t.Parallel()
	r := newRig(t, "")
	r.baseline()
	moment := time.Now().UTC().Truncate(time.Minute).Add(time.Minute)
	if time.Until(moment) < 15*time.Second {
		moment = moment.Add(time.Minute)
	}
	r.write(r.watchlist() + fmt.Sprintf("digest: {to: \"#pr-war-room\", daily: %s UTC}\n", moment.Format("15:04")))
	p := r.start("")
	r.town.Publish(demosites.Post{Place: "forum", Author: "maria", Text: "Romashka Bank charged me twice and refuses to refund. Kangaroo."})
	r.until(p, time.Minute, "the alert", func() bool { return r.count("Kangaroo") == 1 })
	p.kill()
	time.Sleep(time.Until(moment.Add(5 * time.Second)))
	for range 2 {
		p = r.start("")
		r.until(p, time.Minute, "the digest", func() bool { return len(r.slack.Messages("#pr-war-room")) > 0 })
		time.Sleep(3 * time.Second)
		p.kill()
	}
	all := r.slack.Messages("#pr-war-room")
	if len(all) != 1 {
		t.Fatalf("%d digests, want 1", len(all))
	}
	for _, want := range []string{"1 complaint heard", "data_visualization", "Waiting for an answer now, in all: 1", "maria on"} {
		if !strings.Contains(string(all[0].Blocks), want) {
			t.Errorf("the digest lacks %q: %s", want, all[0].Blocks)
		}
	}
}
