package reply

import (
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// TestNoRepeatWhenTheKeyMayBeForgotten: a network that knows a call by its key for a while is not called again in the
// last seconds of that: the call would arrive when the key is forgotten, and the answer would stand there twice.
func TestNoRepeatWhenTheKeyMayBeForgotten(t *testing.T) {
	first := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	r := mention.SiteReply{Attempts: 1, ApprovedAt: first, FirstAt: first}
	for after, want := range map[time.Duration]bool{time.Second: true, 54 * time.Second: true, 56 * time.Second: false, time.Minute: false} {
		if got := (Way{Repeat: Key, Within: time.Minute}).repeats(r, first.Add(after)); got != want {
			t.Errorf("after %v of a minute: %v", after, got)
		}
	}
}
