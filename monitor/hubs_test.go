package monitor

import (
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
)

type offers struct {
	mu   sync.Mutex
	list []string
}

func (o *offers) Offer(source, hub, topic string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = append(o.list, source+" "+hub+" "+topic)
}

func TestHubsAreOfferedAfterPollsThatSucceed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, o := newWorld(), &offers{}
		m := New(Options{Seen: w, Ledger: w, Analyzer: w, Ops: w, Hubs: o, Log: slog.New(slog.DiscardHandler), Now: time.Now})
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			batch := crawlers.Batch{Unchanged: n > 0, Hub: crawlers.Hub{URL: "h", Topic: "t"}}
			switch n {
			case 1:
				return crawlers.Batch{}, errors.New("the site is away")
			case 3:
				batch.Hub = crawlers.Hub{}
			}
			return batch, nil
		}}
		runFor(t, m, 4*time.Hour, Source{Name: "s", Every: time.Minute, Fixed: true, Crawler: s})
		want := []string{"s h t", "s h t", "s  "}
		if len(o.list) < len(want) || !slices.Equal(o.list[:len(want)], want) {
			t.Errorf("offered %q, want %q and so on", o.list, want)
		}
	})
}
