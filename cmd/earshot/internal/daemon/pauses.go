package daemon

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
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
	told := map[config.Resting]bool{}
	every(ctx, pauseEvery, func() { d.lookAtPauses(ctx, told) })
}

// lookAtPauses does what the pauses that ended ask for. told are those that staff know of;
// the outbox knows it too, over restarts.
func (d *Daemon) lookAtPauses(ctx context.Context, told map[config.Resting]bool) {
	now := d.now()
	pauses := d.config().Pauses()
	asked, err := d.store.SourcePauses(ctx, now.Add(-pauseNews))
	if err != nil {
		return // health says so; looked at again
	}
	if !slices.Equal(placesAt(asked, now), placesAt(d.inUse.Load().paused, time.Time{})) && !d.wake(ctx) {
		return
	}
	for _, p := range asked {
		if _, err := d.source(p.Source); err == nil {
			pauses = append(pauses, config.Resting{What: "source", Name: p.Source, Until: p.Until})
		}
	}
	for _, p := range pauses {
		if p.Until.After(now) {
			continue
		}
		if p.Until.After(d.inUse.Load().list.AsOf) && !d.wake(ctx) {
			return // tried again
		}
		if told[p] || now.Sub(p.Until) > pauseNews {
			continue
		}
		l := d.staffLang()
		words := l.Text("notice.source_resumed", "name", strconv.Quote(p.Name))
		if p.What == "watch" {
			words = l.Text("notice.watch_resumed", "name", strconv.Quote(p.Name))
		}
		told[p] = d.tell(ctx, p.What+" "+p.Name, "resumed", p.Until, words)
	}
}

// placesAt are the places whose pauses end after a time, in order.
func placesAt(pauses []mention.SourcePause, now time.Time) (places []string) {
	for _, p := range pauses {
		if p.Until.After(now) {
			places = append(places, p.Place)
		}
	}
	slices.Sort(places)
	return places
}

// wake takes the watchlist in use once more, so that what does not rest any more is used.
func (d *Daemon) wake(ctx context.Context) bool {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	again := *d.config()
	again.Warnings = nil // they were said
	// By the clock that says that the pause is over: this machine's own may not have got there.
	list, err := watchlist.CheckAt(&again, nil, d.now())
	if err == nil {
		_, _, err = d.take(ctx, list)
	}
	if err != nil {
		d.log.Error("a pause is over, and the watchlist cannot be taken again", "err", err)
	}
	return err == nil
}

// resting lists the sources that are not polled, as /healthz shows them.
func (d *Daemon) resting(stand []standing) (list []SourceHealth) {
	in := d.inUse.Load().list
	for _, src := range stand {
		if src.off {
			row := healthRow(src.stands, stateOff)
			row.Name, row.Error, row.Note = src.Name, "", src.Word(in.AsOf, in.Zone())
			list = append(list, row)
		}
	}
	return list
}
