package web

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/earshot/earshot/mention"
)

// Open pages hear that cases changed, not how: an entry names a case and its version, and
// the page fetches the row, so it shows what the database holds and nothing else.

// Changes is what happened to cases, of all processes that share the database.
type Changes interface {
	// Changes returns what happened after the entry with this number, at most limit
	// entries, in the order of the numbers.
	Changes(ctx context.Context, after int64, limit int) ([]mention.CaseChange, error)
	// ChangeRange returns the numbers of the oldest and the newest entry; 0 for none.
	ChangeRange(ctx context.Context) (oldest, newest int64, err error)
}

const (
	lookEvery  = time.Second      // what other processes did is seen so soon
	reread     = 15 * time.Second // entries become visible out of order: these seconds are read again
	maxBehind  = 500              // entries; who is further behind loads the page anew
	lineQueue  = 256              // entries that wait for a slow reader
	maxLines   = 100              // open pages at once,
	linesOfOne = maxLines / 2     // and of one person: the name may be that of a team's account
	overlap    = 50               // entries before the last known one that are read again at the start
)

// live reads changes while anybody looks, and hands them to all open pages.
type live struct {
	changes Changes
	log     *slog.Logger
	now     func() time.Time
	woken   chan struct{}

	mu    sync.Mutex
	lines map[*line]bool
	ended bool
	// What was read: all up to floor, and of the later ones those in seen.
	started bool
	floor   int64
	seen    map[int64]bool
	marks   []floorMark // how far it was read when
}

type floorMark struct {
	at  time.Time
	max int64
}

// line is one open page.
type line struct {
	of      string                  // id of the person
	entries chan mention.CaseChange // closed when the page is too slow, or all ends
}

func newLive(changes Changes, log *slog.Logger, now func() time.Time) *live {
	return &live{changes: changes, log: log, now: now, woken: make(chan struct{}, 1), lines: map[*line]bool{}, seen: map[int64]bool{}}
}

func (l *live) wake() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

// run reads until ctx ends, and ends all lines then.
func (l *live) run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			l.mu.Lock()
			defer l.mu.Unlock()
			l.ended = true
			for open := range l.lines {
				l.cut(open)
			}
			return
		case <-tick.C:
		case <-l.woken:
		}
		if err := l.look(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("open pages are not kept up to date", "err", err)
		}
	}
}

// look reads what is new and hands it on.
func (l *live) look(ctx context.Context) error {
	l.mu.Lock()
	if len(l.lines) == 0 {
		l.started = false // who comes next begins anew
		l.mu.Unlock()
		return nil
	}
	floor := l.floor
	l.mu.Unlock()
	for more := true; more; {
		list, err := l.changes.Changes(ctx, floor, maxBehind)
		if err != nil {
			return err
		}
		if more = len(list) == maxBehind; more {
			floor = list[len(list)-1].Event
		}
		l.hand(list)
	}
	return nil
}

// hand gives every line the entries that were not handed before.
func (l *live) hand(list []mention.CaseChange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	newest := l.floor
	for _, c := range list {
		newest = max(newest, c.Event)
		if l.seen[c.Event] || c.Event <= l.floor {
			continue
		}
		l.seen[c.Event] = true
		for open := range l.lines {
			select {
			case open.entries <- c:
			default:
				l.cut(open)
			}
		}
	}
	l.marks = append(l.marks, floorMark{l.now(), newest})
	for len(l.marks) > 1 && l.now().Sub(l.marks[0].at) > reread {
		l.floor = max(l.floor, l.marks[0].max)
		l.marks = l.marks[1:]
	}
	for event := range l.seen {
		if event <= l.floor {
			delete(l.seen, event)
		}
	}
}

// cut ends a line; l.mu is held.
func (l *live) cut(open *line) {
	delete(l.lines, open)
	close(open.entries)
}

// open begins a line of a person: errBusy when there are too many, or all ends.
func (l *live) open(ctx context.Context, of string) (*line, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	own := 0
	for open := range l.lines {
		if open.of == of {
			own++
		}
	}
	if l.ended || len(l.lines) >= maxLines || own >= linesOfOne {
		return nil, errBusy
	}
	if !l.started {
		_, newest, err := l.changes.ChangeRange(ctx)
		if err != nil {
			return nil, err
		}
		l.started, l.floor, l.marks, l.seen = true, max(newest-overlap, 0), nil, map[int64]bool{}
	}
	open := &line{of: of, entries: make(chan mention.CaseChange, lineQueue)}
	l.lines[open] = true
	return open, nil
}

func (l *live) close(open *line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines[open] {
		l.cut(open)
	}
}
