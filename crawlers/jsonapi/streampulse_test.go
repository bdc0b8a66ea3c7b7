package jsonapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
)

// TestStreamThatFallsSilent: a server that is cut off from what it repeats takes connections
// and gives its last seconds again, for days. That is trouble where much came before, and
// none where little did, or for a while.
func TestStreamThatFallsSilent(t *testing.T) {
	const start = int64(1_795_255_200_000_000)
	for name, test := range map[string]struct {
		events int // in the twenty minutes before
		after  time.Duration
		silent bool
	}{
		"a network":         {1100, 4 * time.Hour, true},
		"a network's pause": {1100, time.Hour, false},
		"a small one":       {20, 3 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := rig.Now
			j := &jetstream{}
			block, client := startStream(t, j)
			address, _, _ := strings.Cut(strings.TrimPrefix(block, "bluesky: {stream: \""), "\"}")
			c := rig.Crawler(t, "stream: \""+address+"?x=1{&cursor}\"\nfields: {id: .commit.rkey, text: .commit.record.text}\ncursor: .time_us\nrewind: 5000000\nlisten: 1500ms", client,
				watched("ромашка"), func(env *crawlers.Env) { env.Now = func() time.Time { return now } })
			var cursor crawlers.Cursor
			last := start
			listen := func(events int) error {
				t.Helper()
				for range events {
					last += 1e6
					j.with(func() { j.events = append(j.events, event(last, "create", fmt.Sprint("k", last), "щось", 0)) })
				}
				for range 20 { // a busy machine does not hear all of it in one reading
					batch, err := c.Poll(t.Context(), cursor)
					if err != nil {
						return err
					}
					if cursor = batch.Next; strings.Contains(string(cursor), fmt.Sprint(last)) {
						break
					}
				}
				return nil
			}
			for _, events := range []int{1, test.events} {
				if err := listen(events); err != nil {
					t.Fatal(err)
				}
				now = now.Add(20 * time.Minute)
			}
			now = now.Add(test.after - 20*time.Minute)
			j.with(func() { j.stay = true })
			if err := listen(0); (err != nil) != test.silent || test.silent && (!strings.Contains(err.Error(), "nothing new has come for 4h0m0s") || !strings.Contains(err.Error(), "55 events a minute")) {
				t.Errorf("after %v: %v", test.after, err)
			}
			j.with(func() { j.stay = false })
			if err := listen(1); err != nil {
				t.Errorf("it speaks again: %v", err)
			}
		})
	}
}
