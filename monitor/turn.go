package monitor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/earshot/earshot/mention"
)

// Rules of this file: several processes run turns, never two of one group at once. So what
// a turn needs is read when it begins and stored when it ends, and what this process
// remembers of an earlier turn is at most a reason to look.

// taken are the sources that this process takes turns for.
type taken struct {
	mu     sync.Mutex
	groups map[string][]Source
	byKey  map[string]Source
	fresh  bool // nobody looked yet which of them changed
}

// Group is a politeness group of the sources that were taken.
type Group struct {
	Name    string
	Streams bool          // a source of it is read all the time
	Gap     time.Duration // the longest that a source of it asks for
}

// Take replaces the sources that Turn polls. It is for engines that share their work.
func (m *Monitor) Take(sources []Source) {
	groups, byKey := map[string][]Source{}, map[string]Source{}
	for _, src := range sources {
		groups[src.Group] = append(groups[src.Group], src)
		byKey[src.key()] = src
	}
	m.taken.mu.Lock()
	before := m.taken.byKey
	m.taken.groups, m.taken.byKey, m.taken.fresh = groups, byKey, true
	m.taken.mu.Unlock()
	for key := range before {
		if _, stays := byKey[key]; !stays {
			m.poller.drop(key)
		}
	}
	m.poller.table.name(sources)
}

// Groups returns the groups of the sources that were taken, in no order.
func (m *Monitor) Groups() []Group {
	m.taken.mu.Lock()
	defer m.taken.mu.Unlock()
	list := make([]Group, 0, len(m.taken.groups))
	for name, sources := range m.taken.groups {
		g := Group{Name: name}
		for _, src := range sources {
			g.Streams, g.Gap = g.Streams || src.Stream, max(g.Gap, src.Gap)
		}
		list = append(list, g)
	}
	return list
}

func (t *taken) group(name string) []Source {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.groups[name]
}

func (t *taken) source(key string) (Source, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	src, ok := t.byKey[key]
	return src, ok
}

func (t *taken) all() map[string]Source {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byKey // replaced as a whole, never changed
}

// Ask makes a source due now, by its name, and returns its group; empty when no source is
// called that.
func (m *Monitor) Ask(ctx context.Context, source string) (group string, err error) {
	for key, src := range m.taken.all() {
		if src.Name == source {
			return src.Group, m.poller.Dues.DueNow(ctx, key)
		}
	}
	return "", nil
}

// turn is one turn of one source: what was stored of it before, and what came of it.
type turn struct {
	was    mention.SourceDue
	rest   time.Time // zero: its site was not asked for anything
	stored bool      // with the time of the next poll
}

// asked notes that the site was asked, and how long it is left alone from now on.
func (t *turn) asked(src Source, pause time.Duration, now time.Time) {
	if t != nil {
		t.rest = now.Add(max(src.Gap, pause))
	}
}

// due is what is stored after the turn.
func (t *turn) due(src Source, next time.Time) mention.SourceDue {
	d := t.was
	d.Key, d.At, d.For = src.key(), next, readAs(src)
	d.Rest = mention.Later(d.Rest, t.rest)
	return d
}

// readAs says how a source is read. A source of which it changes is due at once: it may
// have a new key, another place, or another rhythm.
func readAs(src Source) string { return fmt.Sprint(src.Place, " ", src.Settings, " ", src.Every) }

// pause is how long the sites that were asked under ctx are to be left alone.
func (p *poller) pause(ctx context.Context) time.Duration {
	if p.Pause == nil {
		return 0
	}
	return p.Pause(ctx)
}

// Turn polls that source of the group, or visits that thread, which is due first, and
// returns when the group has something to do again. When its site is to be left alone, or
// nothing is due, nothing is asked. The zero time says that this process knows no such
// group. The caller keeps two turns of one group apart, in all processes.
func (m *Monitor) Turn(ctx context.Context, group string) (next time.Time) {
	sources := m.taken.group(group)
	if len(sources) == 0 {
		return time.Time{}
	}
	g, err := m.readGroup(ctx, sources)
	now := m.poller.Now()
	switch {
	case err != nil:
		if ctx.Err() == nil { // not a stop
			m.poller.Log.Error("what is due cannot be read", "group", group, "err", err)
		}
		return now.Add(storeRetry)
	case g.next().After(now):
		return g.next()
	}
	src, visit := g.first()
	if visit {
		m.visit(ctx, src, g)
	} else {
		m.pollDue(ctx, src, g.dues[src.key()])
	}
	if _, stays := m.taken.source(src.key()); !stays { // it left while this ran
		m.poller.drop(src.key())
	}
	commit, cancel := graceful(ctx)
	defer cancel()
	if g, err = m.readGroup(commit, sources); err != nil {
		m.poller.Log.Error("what is due cannot be read", "group", group, "err", err)
		return m.poller.Now().Add(storeRetry)
	}
	return mention.Later(g.next(), m.poller.Now()) // a source that was never polled is due since ever
}

// pollDue is a turn with a poll.
func (m *Monitor) pollDue(ctx context.Context, src Source, was mention.SourceDue) {
	t := &turn{was: was}
	next := m.poller.poll(ctx, src, t)
	if !t.stored {
		m.saveDue(ctx, src, was, t.due(src, next))
	}
}

// visit is a turn with a visit to a thread. Threads of a group get their share of its time
// and no more, whoever visits them.
func (m *Monitor) visit(ctx context.Context, src Source, g groupDues) {
	was := g.dues[src.key()]
	t, began := &turn{was: was}, m.poller.Now()
	next, asked := m.poller.follow(ctx, src, t)
	if !asked { // what stays due is due first in the next turn, too, and nothing else would be done
		m.poller.threads.wait(src.key(), next)
		return
	}
	due, now := t.due(src, was.At), m.poller.Now()
	due.For, due.Threads = was.For, now.Add(followShare*(now.Sub(began)+src.Gap))
	m.saveDue(ctx, src, was, due)
}

func (m *Monitor) saveDue(ctx context.Context, src Source, was, now mention.SourceDue) {
	ctx, cancel := graceful(ctx)
	defer cancel()
	if err := m.poller.Dues.SaveDue(ctx, was, now); err != nil {
		m.poller.Log.Error("the next poll cannot be stored", "source", src.Name, "err", err)
	}
}

// groupDues is what a group has to do.
type groupDues struct {
	sources       []Source
	dues          map[string]mention.SourceDue // by key
	visits        map[string]time.Time         // the next visit to a thread of the source, by key
	rest, threads time.Time                    // nothing, and no thread, before
}

// readGroup reads what is due in the group of these sources.
func (m *Monitor) readGroup(ctx context.Context, sources []Source) (groupDues, error) {
	g := groupDues{sources: sources, dues: make(map[string]mention.SourceDue, len(sources)), visits: map[string]time.Time{}}
	keys := make([]string, len(sources))
	for i, src := range sources {
		keys[i] = src.key()
	}
	list, err := m.poller.Dues.Dues(ctx, keys)
	if err != nil {
		return g, err
	}
	for _, d := range list {
		g.dues[d.Key] = d
		g.rest, g.threads = mention.Later(g.rest, d.Rest), mention.Later(g.threads, d.Threads)
	}
	if err := m.refresh(ctx, keys); err != nil {
		return g, err
	}
	for _, key := range keys {
		if due, ok := m.poller.threads.due(key); ok {
			g.visits[key] = mention.Later(due, g.threads)
		}
	}
	return g, nil
}

// first is what is due first: a poll of the source, or a visit to one of its threads.
func (g groupDues) first() (first Source, visit bool) {
	var at time.Time
	take := func(src Source, due time.Time, isVisit bool) {
		if first.Crawler == nil || due.Before(at) {
			first, at, visit = src, due, isVisit
		}
	}
	for _, src := range g.sources {
		take(src, g.due(src), false)
	}
	for _, src := range g.sources {
		if due, ok := g.visits[src.key()]; ok {
			take(src, due, true)
		}
	}
	return first, visit
}

// due is when the source is polled next. Of a source that is read in another way by now,
// what is stored does not hold.
func (g groupDues) due(src Source) time.Time {
	if d := g.dues[src.key()]; d.For == readAs(src) {
		return d.At
	}
	return time.Time{}
}

// next is when the group has something to do.
func (g groupDues) next() time.Time {
	src, visit := g.first()
	if visit {
		return mention.Later(g.visits[src.key()], g.rest)
	}
	return mention.Later(g.due(src), g.rest)
}

// refresh reads how far the threads of these sources were followed, as far as one seems
// to be due: another process may have visited it.
func (m *Monitor) refresh(ctx context.Context, sources []string) error {
	if m.poller.Threads == nil {
		return nil
	}
	keys := m.poller.threads.overdue(sources, m.poller.Now())
	if len(keys) == 0 {
		return nil
	}
	stored, err := m.poller.Threads.Follows(ctx, keys)
	if err == nil {
		m.poller.threads.refresh(sources, stored)
	}
	return err
}

// Overdue reads anew which threads wait, and returns the groups that have more to do than
// was known when their last turn ended: a thread to visit, a source that somebody asked
// for, or one that was taken in another way than before. An engine gives them a turn.
func (m *Monitor) Overdue(ctx context.Context) ([]string, error) {
	groups, all := map[string]bool{}, m.taken.all()
	add := func(keys []string) {
		for _, key := range keys {
			if src, known := all[key]; known {
				groups[src.Group] = true
			}
		}
	}
	asked, err := m.poller.Dues.Asked(ctx)
	if err != nil {
		return nil, err
	}
	add(asked)
	changed, err := m.changed(ctx, all)
	if err != nil {
		return nil, err
	}
	add(changed)
	waiting, err := m.waiting(ctx, slices.Collect(maps.Keys(all)))
	if err != nil {
		return nil, err
	}
	add(waiting)
	return slices.Sorted(maps.Keys(groups)), nil
}

// changed returns the sources that are read in another way than what is stored of them
// says; none when it was asked since they were taken.
func (m *Monitor) changed(ctx context.Context, all map[string]Source) (keys []string, err error) {
	m.taken.mu.Lock()
	fresh := m.taken.fresh
	m.taken.fresh = false
	m.taken.mu.Unlock()
	if !fresh {
		return nil, nil
	}
	dues, err := m.poller.Dues.Dues(ctx, slices.Collect(maps.Keys(all)))
	if err != nil {
		m.taken.mu.Lock()
		m.taken.fresh = true
		m.taken.mu.Unlock()
		return nil, err
	}
	for _, d := range dues {
		if d.For != readAs(all[d.Key]) {
			keys = append(keys, d.Key)
		}
	}
	return keys, nil
}

// waiting returns the sources that have a thread to visit now.
func (m *Monitor) waiting(ctx context.Context, sources []string) (keys []string, err error) {
	if m.poller.Threads == nil {
		return nil, nil
	}
	open, err := m.readOpenThreads(ctx)
	if err != nil {
		return nil, err
	}
	m.poller.threads.rebuild(open, m.taken.source, m.poller.Now())
	if err := m.refresh(ctx, sources); err != nil {
		return nil, err
	}
	for _, key := range sources {
		if due, ok := m.poller.threads.due(key); ok && !due.After(m.poller.Now()) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}
