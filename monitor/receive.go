package monitor

import (
	"context"
	"fmt"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

// Receive commits posts that a source hands in by itself: the same steps as a poll, but
// for the asking, and no baseline, because what is handed in is meant to be heard. When it
// returns without an error everything is stored; handing the same posts in again changes
// nothing. Posts are told apart by their ids alone.
func (m *Monitor) Receive(ctx context.Context, src Source, posts []mention.Post) (mention.IngestResult, error) {
	p := m.poller
	began := p.Now()
	state, err := p.load(ctx, src)
	if err != nil {
		return mention.IngestResult{}, fmt.Errorf("read the state of %s: %w", src.Name, err)
	}
	state.Baselined = true
	ctx, cancel := graceful(ctx)
	defer cancel()
	src.own(posts)
	batch := crawlers.Batch{Posts: posts, OwnIDs: true}
	fresh, shown := p.unseen(ctx, src, posts)
	receipt, err := p.handOver(ctx, src, fresh, p.results(p.result(src, batch, shown), src, state, fresh, nil, true))
	if err != nil {
		return receipt, err
	}
	out := outcome{batch: batch, newPosts: receipt.New, began: began}
	state.LastPoll = p.Now()
	notices := assessHealth(p.staff(), &state, src, out, p.Now())
	for _, n := range notices {
		if err := p.Ops.Notify(ctx, n); err != nil {
			p.Log.Error("notice cannot be stored", "source", src.Name, "err", err)
		}
	}
	if err := p.save(ctx, src, state, len(notices) > 0, time.Time{}, nil); err != nil {
		p.Log.Error("source state cannot be stored", "source", src.Name, "err", err) // stamps only
	}
	p.table.set(src, state, &out)
	p.report(src, state, out, receipt)
	return receipt, nil
}
