package monitor

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

// endless reads pages for ever, and stops where its context does.
type endless struct{ read int }

func (e *endless) Poll(ctx context.Context, _ crawlers.Cursor) (crawlers.Batch, error) {
	var batch crawlers.Batch
	for ctx.Err() == nil {
		e.read++
		if e.read == 1 {
			batch.Posts = []mention.Post{post("a", "1")}
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Minute):
		}
	}
	return batch, ctx.Err()
}

// TestPollEnds: a page that sends the poller about for ever costs ten minutes and is said;
// what was read by then is stored.
func TestPollEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		e := &endless{}
		m := w.monitor(1)
		runFor(t, m, 11*time.Minute, Source{Name: "a", Group: "a", Every: time.Hour, Fixed: true, Crawler: e})
		if e.read != 10 && e.read != 11 {
			t.Errorf("%d pages were read in ten minutes at one a minute", e.read)
		}
		if len(w.intakes) == 0 || len(w.intakes[0].Posts) != 1 {
			t.Errorf("what was read is not stored: %+v", w.intakes)
		}
		status := m.Status()
		if len(status) != 1 || !strings.Contains(status[0].LastError, "longer than 10m") {
			t.Errorf("status %+v", status)
		}
	})
}
