package daemon

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// nameTimeout bounds how long the names of sources may take to be stored.
const nameTimeout = 10 * time.Second

// nameSources finds out which source each of the list was before, and gives it the key it
// has: a source is its place, and a name in the watchlist is only what it is called.
// Names that changed are stored where store says so, also of those that rest and were known: what was
// heard there waits, is shown and answered. It ends its work also when ctx ends.
func (d *Daemon) nameSources(ctx context.Context, sources, resting []monitor.Source, store bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), nameTimeout)
	defer cancel()
	known, err := d.store.Sources(ctx)
	if err != nil {
		return err
	}
	stored := make(map[string]mention.SourceState, len(known))
	for _, row := range known {
		stored[row.Key] = row
	}
	var changed []mention.SourceState
	for i, id := range assignKeys(known, sources, resting, d.now()) {
		if i < len(sources) {
			sources[i].Key = id.Key
		}
		was, ok := stored[id.Key]
		if !ok && i >= len(sources) {
			continue // it begins when it is polled
		}
		if !ok || was.Name != id.Name || was.Place != id.Place {
			changed = append(changed, id)
		}
	}
	if len(changed) == 0 || !store {
		return nil
	}
	return d.store.NameSources(ctx, changed)
}

// assignKeys returns key, name and place of every source of the list, in its order, then of
// those that rest, and after them the other sources whose names must change because somebody
// else has them now. known is what is stored. Of two at one place the one that rests comes last.
func assignKeys(known []mention.SourceState, list, resting []monitor.Source, now time.Time) []mention.SourceState {
	r := newRegistry(known)
	ids := append(r.assign(list), r.assign(resting)...)
	return append(ids, r.displaced(slices.Concat(list, resting), now)...)
}

// assign finds the keys of sources among those that nobody has taken.
func (r *registry) assign(list []monitor.Source) []mention.SourceState {
	ids := make([]mention.SourceState, len(list))
	for i, src := range list {
		ids[i].Name, ids[i].Place = src.Name, src.Place
	}
	// What an earlier earshot stored is looked for where the place itself is not known.
	for _, placeOf := range []func(monitor.Source) string{
		func(src monitor.Source) string { return src.Place },
		func(src monitor.Source) string { return src.Former },
	} {
		atPlace := map[string]int{}
		for i, src := range list {
			place := placeOf(src)
			atPlace[place]++
			if row, ok := r.byName[src.Name]; ok && ids[i].Key == "" && !r.taken[row.Key] && (row.Place == place || row.Place == "") {
				ids[i].Key = r.take(row)
			}
		}
		for i, src := range list {
			// Where two sources of the watchlist are one place, only their names tell them
			// apart.
			if place := placeOf(src); ids[i].Key == "" && place != "" && atPlace[place] == 1 {
				ids[i].Key = r.takeAt(place)
			}
		}
	}
	for i, src := range list {
		if ids[i].Key == "" {
			ids[i].Key = r.newKey(src)
		}
	}
	return ids
}

// registry are the sources there were so far.
type registry struct {
	known   []mention.SourceState
	byName  map[string]mention.SourceState
	byPlace map[string][]mention.SourceState
	keys    map[string]bool // all that are in use
	taken   map[string]bool // keys of those that are in the list
}

func newRegistry(known []mention.SourceState) *registry {
	r := &registry{
		known: known, byName: map[string]mention.SourceState{}, byPlace: map[string][]mention.SourceState{},
		keys: map[string]bool{}, taken: map[string]bool{},
	}
	for _, row := range known {
		r.byName[row.Name], r.keys[row.Key] = row, true
		r.byPlace[row.Place] = append(r.byPlace[row.Place], row)
	}
	return r
}

func (r *registry) take(row mention.SourceState) string {
	r.taken[row.Key] = true
	return row.Key
}

// takeAt takes the source at the place that was polled last; "" when there is none.
func (r *registry) takeAt(place string) string {
	var last *mention.SourceState
	for i, row := range r.byPlace[place] {
		if !r.taken[row.Key] && (last == nil || row.LastPoll.After(last.LastPoll)) {
			last = &r.byPlace[place][i]
		}
	}
	if last == nil {
		return ""
	}
	return r.take(*last)
}

// newKey is the name where no other source ever had it: it says most to who reads the
// database.
func (r *registry) newKey(src monitor.Source) string {
	key := src.Name
	for n := 1; r.keys[key]; n++ {
		key = src.Name + "@" + src.Place
		if n > 1 {
			key += "." + strconv.Itoa(n)
		}
	}
	r.keys[key], r.taken[key] = true, true
	return key
}

// displaced gives a name of its own to each source that is not in the list any more and
// whose name is there.
func (r *registry) displaced(list []monitor.Source, now time.Time) (renamed []mention.SourceState) {
	wanted := make(map[string]bool, len(list))
	for _, src := range list {
		wanted[src.Name] = true
	}
	for _, row := range r.known {
		if r.taken[row.Key] || !wanted[row.Name] {
			continue
		}
		before := fmt.Sprintf("%s · %s", row.Name, now.UTC().Format(time.DateOnly))
		name := before
		for n := 2; wanted[name] || r.byName[name].Key != ""; n++ {
			name = fmt.Sprintf("%s (%d)", before, n)
		}
		wanted[name] = true
		renamed = append(renamed, mention.SourceState{Key: row.Key, Name: name, Place: row.Place})
	}
	return renamed
}
