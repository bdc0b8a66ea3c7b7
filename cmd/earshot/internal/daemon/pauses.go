package daemon

import (
	"context"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/monitor"
)

// stateOff is how a source stands that the watchlist holds and that is not polled.
const stateOff monitor.State = "off"

const (
	// pauseEvery is how often the ends of pauses are looked at.
	pauseEvery = 10 * time.Second
	// pauseNews is how long after its end a pause is told of: earshot may not have run then.
	pauseNews = 24 * time.Hour
)

// pauseLoop takes entries of the watchlist into use when their pause ends, and tells staff
// once, until ctx ends.
func (d *Daemon) pauseLoop(ctx context.Context) {
	ticker := time.NewTicker(pauseEvery)
	defer ticker.Stop()
	told := map[config.Resting]bool{}
	for {
		d.lookAtPauses(ctx, told)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// lookAtPauses does what the pauses that ended ask for. told are those that staff know of;
// the outbox knows it too, over restarts.
func (d *Daemon) lookAtPauses(ctx context.Context, told map[config.Resting]bool) {
	now := d.now()
	for _, p := range d.config.Load().Pauses() {
		if p.Until.After(now) {
			continue
		}
		if p.Until.After(*d.restedAt.Load()) && !d.wake(ctx) {
			return // tried again
		}
		if told[p] || now.Sub(p.Until) > pauseNews {
			continue
		}
		words := d.staffLang().Text("notice.pause_source_over", "name", p.Name)
		if p.What == "watch" {
			words = d.staffLang().Text("notice.pause_watch_over", "name", p.Name)
		}
		told[p] = d.tell(ctx, p.What+" "+p.Name, "resumed", p.Until, words)
	}
}

// wake takes the watchlist in use once more, so that what does not rest any more is used.
func (d *Daemon) wake(ctx context.Context) bool {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	again := *d.config.Load()
	again.Warnings = nil // they were said
	list, err := Check(&again, nil)
	if err == nil {
		_, _, err = d.take(ctx, list)
	}
	if err != nil {
		d.log.Error("a pause is over, and the watchlist cannot be taken again", "err", err)
	}
	return err == nil
}

// resting lists the sources that are not polled, as /healthz shows them.
func (d *Daemon) resting() (list []SourceHealth) {
	cfg := d.config.Load()
	for _, src := range cfg.Sources {
		if word := src.Word(*d.restedAt.Load(), cfg.Zone()); word != "" {
			list = append(list, SourceHealth{Name: src.Name, State: stateOff, Note: word})
		}
	}
	return list
}
