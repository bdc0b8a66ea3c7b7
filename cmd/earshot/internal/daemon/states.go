package daemon

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

const (
	// statesKept is how old the states of sources may be that are shown. What replicas
	// store of them is up to a minute old.
	statesKept    = 5 * time.Second
	statesTimeout = 2 * time.Second
)

// states are how all sources stand, whichever replica polls them.
type states struct {
	shared bool
	own    func() []monitor.SourceStatus // as polled by this process
	db     interface {
		Sources(ctx context.Context) ([]mention.SourceState, error)
	}
	names func() []string // of the watchlist
	now   func() time.Time

	mu   sync.Mutex
	read time.Time
	list []monitor.SourceStatus // of the database
}

// all returns the sources by name, those that rest too, as they stood before. What this process
// knows better is added to what is stored; while the database is away, to what was stored last.
func (s *states) all() []monitor.SourceStatus {
	own := s.own()
	if !s.shared && len(own) == len(s.names()) { // it polls them all
		return own
	}
	list := slices.Clone(s.stored())
	for _, o := range own {
		i, there := slices.BinarySearchFunc(list, o.Name, func(s monitor.SourceStatus, name string) int { return strings.Compare(s.Name, name) })
		switch {
		case !there:
			list = slices.Insert(list, i, o)
		case !o.LastPoll.Before(list[i].LastPoll):
			if o.Next.IsZero() { // another replica polls it, or asked for it
				o.Next = list[i].Next
			}
			list[i] = o
		default:
			list[i].Polls, list[i].NewPosts, list[i].NotStored = o.Polls, o.NewPosts, o.NotStored
		}
	}
	return list
}

func (s *states) stored() []monitor.SourceStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); s.read.IsZero() || now.Sub(s.read) >= statesKept {
		ctx, cancel := context.WithTimeout(context.Background(), statesTimeout)
		defer cancel()
		rows, err := s.db.Sources(ctx)
		if err != nil {
			return s.list // health says by itself that the database is away
		}
		wanted := map[string]bool{}
		for _, name := range s.names() {
			wanted[name] = true
		}
		s.read, s.list = now, nil
		for _, row := range rows {
			if wanted[row.Name] {
				s.list = append(s.list, monitor.StatusOf(row))
			}
		}
		slices.SortFunc(s.list, func(a, b monitor.SourceStatus) int { return strings.Compare(a.Name, b.Name) })
	}
	return s.list
}

// sources are how the sources of the watchlist stand that are polled, by name.
func (d *Daemon) sources() []monitor.SourceStatus {
	all := d.states.all()
	return polled(all, d.standings(all))
}

// polled are those of all sources that do not rest.
func polled(all []monitor.SourceStatus, stand []standing) (list []monitor.SourceStatus) {
	rests := map[string]bool{}
	for _, src := range stand {
		rests[src.Name] = src.off
	}
	for _, s := range all {
		if !rests[s.Name] {
			list = append(list, s)
		}
	}
	return list
}

// standing is a source of the watchlist in use and how it stands: as it was polled, or how it rests.
type standing struct {
	config.Source                      // it rests as the watchlist says, or else as a person who paused it does
	stands        monitor.SourceStatus // nothing where nobody polled it; of one that rests, how it stood before
	off           bool                 // it is not polled
	by            string               // who paused it
}

// standings are the sources of the watchlist in use, in its order. all is how they stand, or stood before they rested.
func (d *Daemon) standings(all []monitor.SourceStatus) (list []standing) {
	in, now := d.inUse.Load(), d.now()
	stands := map[string]monitor.SourceStatus{}
	for _, s := range all {
		stands[s.Name] = s
	}
	paused := map[string]mention.SourcePause{}
	for _, p := range in.paused {
		if p.Until.After(now) {
			paused[p.Place] = p
		}
	}
	for _, src := range in.list.Sources {
		s := standing{Source: src, stands: stands[src.Name]}
		if !src.Off(in.list.AsOf) {
			var p mention.SourcePause
			if len(paused) > 0 { // the place is dear
				place, _ := watchlist.Identify(d.key, src)
				p = paused[place]
			}
			s.Rest, s.by = config.Rest{PausedUntil: config.Pause{Until: p.Until}}, p.By.Name
		}
		s.off = s.Off(in.list.AsOf)
		list = append(list, s)
	}
	return list
}

// sourceNames are the sources of the watchlist in use.
func (d *Daemon) sourceNames() []string {
	var names []string
	for _, src := range d.config().Sources {
		names = append(names, src.Name)
	}
	return names
}

// ReplicaHealth is one of the processes that work on the database.
type ReplicaHealth struct {
	Host     string            `json:"host"` // and the number of its process
	Version  string            `json:"version"`
	Started  string            `json:"started"`
	Delivers bool              `json:"delivers"`          // it brings the messages out
	Waits    bool              `json:"waits,omitempty"`   // its watchlist is not the newest: it takes clicks only
	Trouble  map[string]string `json:"trouble,omitempty"` // what does not work there
}

// replicas are all that are there.
func (d *Daemon) replicas() []ReplicaHealth {
	var list []ReplicaHealth
	all, newest := d.roster.others(), int64(0)
	for _, r := range all {
		newest = max(newest, r.Turn)
	}
	for _, r := range all {
		list = append(list, ReplicaHealth{Host: r.Host, Version: r.Version, Started: text.Stamp(r.Started), Delivers: r.Delivers, Waits: r.Turn < newest, Trouble: r.Trouble})
	}
	return list
}

// replicaCounts are for the metrics: whether this one delivers, and how many there are.
func (d *Daemon) replicaCounts() (delivers bool, n int) {
	return d.lease.held(), max(1, len(d.roster.others()))
}
