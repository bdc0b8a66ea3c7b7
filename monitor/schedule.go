package monitor

import (
	"container/heap"
	"context"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/earshot/earshot/mention"
)

// reconcileEvery is how often the schedule is checked against the list of
// sources. A timer that got lost costs at most this long.
const reconcileEvery = 30 * time.Second

// followShare is how small a part of a host's time goes to following threads: one
// in so many.
const followShare = 5

// entry is one source in the schedule: its polls, or the threads followed in it.
type entry struct {
	src     Source
	follow  bool // the threads
	due     time.Time
	index   int  // in the heap; -1 while waiting or running
	running bool // its poll is under way
	waiting bool // due, but its group is busy
	gone    bool // no longer in the watchlist
	again   bool // asked for while running
}

// finished is a worker's answer.
type finished struct {
	e     *entry
	due   time.Time
	took  time.Duration
	asked bool // the host was asked for something
}

// schedule is owned by Run's goroutine; nothing else touches it.
type schedule struct {
	byKey   map[string]*entry
	threads map[string]*entry // sources with threads to follow, by key
	heap    dueHeap
	busy    map[string]bool      // groups with a poll under way
	queue   map[string][]*entry  // due entries of busy groups, oldest first
	cooling coolHeap             // busy groups whose poll is done, until their gap has passed
	rest    map[string]time.Time // groups that are not asked for threads before
	ready   []*entry             // due, group free, no worker yet
	running int
	asking  bool // for the threads to follow
}

func newSchedule() *schedule {
	return &schedule{
		byKey: map[string]*entry{}, threads: map[string]*entry{}, rest: map[string]time.Time{},
		busy: map[string]bool{}, queue: map[string][]*entry{},
	}
}

// InProcess is the engine of a process that polls alone: a heap of what is due, and
// workers.
type InProcess struct {
	*Monitor
	apply       chan []Source
	pollNow     chan string
	done        chan finished
	openThreads chan openThreads
}

// NewInProcess returns an engine that runs m in this process; Run starts it.
func NewInProcess(m *Monitor) *InProcess {
	return &InProcess{
		Monitor:     m,
		apply:       make(chan []Source),
		pollNow:     make(chan string),
		done:        make(chan finished),
		openThreads: make(chan openThreads),
	}
}

// Apply implements Engine.
func (m *InProcess) Apply(ctx context.Context, sources []Source) error {
	select {
	case m.apply <- sources:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// PollNow implements Engine.
func (m *InProcess) PollNow(ctx context.Context, source string) {
	select {
	case m.pollNow <- source:
	case <-ctx.Done():
	}
}

// Run implements Engine. Its error is always nil.
func (m *InProcess) Run(ctx context.Context) error {
	s := newSchedule()
	var workers sync.WaitGroup
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	reconcile := time.NewTicker(reconcileEvery)
	defer reconcile.Stop()
	for {
		s.collectDue(m.poller.Now())
		m.start(ctx, s, &workers)
		timer.Reset(s.wait(m.poller.Now()))
		select {
		case <-ctx.Done():
			workers.Wait()
			return nil
		case list := <-m.apply:
			m.poller.drop(s.replace(list, m.poller.Now())...)
			m.poller.table.name(list)
			m.askOpenThreads(ctx, s, &workers)
		case open := <-m.openThreads:
			s.asking = false
			m.poller.threads.rebuild(open, s.source, m.poller.Now())
			s.follow(&m.poller.threads)
		case name := <-m.pollNow:
			s.pollNow(name, m.poller.Now())
		case f := <-m.done:
			s.running--
			s.finish(f, m.poller.Now())
			if _, polled := s.source(f.e.src.key()); !polled { // it left while this ran
				m.poller.drop(f.e.src.key())
			}
		case <-timer.C:
		case <-reconcile.C:
			s.reconcile(m.poller.Now())
			m.askOpenThreads(ctx, s, &workers)
		}
	}
}

// start gives what is ready to workers.
func (m *InProcess) start(ctx context.Context, s *schedule, workers *sync.WaitGroup) {
	for s.running < m.poller.Workers && len(s.ready) > 0 {
		e := s.ready[0]
		s.ready = s.ready[1:]
		if e.gone {
			s.free(e.src.Group, m.poller.Now())
			continue
		}
		e.running = true
		s.running++
		src := e.src // replace may change e.src while the worker runs
		workers.Go(func() {
			f, began := finished{e: e, asked: true}, m.poller.Now()
			if e.follow {
				f.due, f.asked = m.poller.follow(ctx, src, nil)
			} else {
				f.due = m.poller.poll(ctx, src, nil)
			}
			f.took = m.poller.Now().Sub(began)
			select {
			case m.done <- f:
			case <-ctx.Done():
			}
		})
	}
}

// askOpenThreads asks for the complaints whose threads are to be followed. The answer
// comes to Run, which must not wait for a database.
func (m *InProcess) askOpenThreads(ctx context.Context, s *schedule, workers *sync.WaitGroup) {
	if m.poller.Threads == nil || s.asking {
		return
	}
	s.asking = true
	workers.Go(func() {
		var open openThreads
		for {
			var err error
			if open, err = m.readOpenThreads(ctx); err == nil || ctx.Err() != nil {
				break
			}
			m.poller.Log.Error("complaints to follow cannot be read", "err", err)
			select {
			case <-time.After(reconcileEvery):
			case <-ctx.Done():
			}
		}
		select {
		case m.openThreads <- open:
		case <-ctx.Done():
		}
	})
}

func (m *Monitor) readOpenThreads(ctx context.Context) (open openThreads, err error) {
	if open.list, err = m.poller.Threads.OpenThreads(ctx, m.poller.Now().Add(-mention.AnswerSought)); err == nil {
		open.stored, err = m.poller.Threads.Follows(ctx, m.poller.threads.unknown(open.list))
	}
	return open, err
}

// collectDue moves what is due to ready, or to the queue of its busy group.
func (s *schedule) collectDue(now time.Time) {
	for len(s.cooling) > 0 && !s.cooling[0].until.After(now) {
		s.free(heap.Pop(&s.cooling).(cool).group, now)
	}
	for len(s.heap) > 0 && !s.heap[0].due.After(now) {
		e := heap.Pop(&s.heap).(*entry)
		if rest := s.rest[e.src.Group]; e.follow && rest.After(now) {
			e.due = rest
			heap.Push(&s.heap, e)
			continue
		}
		if s.busy[e.src.Group] {
			e.waiting = true
			s.queue[e.src.Group] = append(s.queue[e.src.Group], e)
			continue
		}
		s.busy[e.src.Group] = true
		s.ready = append(s.ready, e)
	}
}

// wait is the time until the next entry is due.
func (s *schedule) wait(now time.Time) time.Duration {
	wait := time.Hour
	if len(s.heap) > 0 {
		wait = s.heap[0].due.Sub(now)
	}
	if len(s.cooling) > 0 {
		wait = min(wait, s.cooling[0].until.Sub(now))
	}
	return max(wait, 0)
}

// free lets the next source of a group go.
func (s *schedule) free(group string, now time.Time) {
	delete(s.busy, group)
	for len(s.queue[group]) > 0 {
		next := s.queue[group][0]
		s.queue[group] = s.queue[group][1:]
		next.waiting = false
		if next.gone {
			continue
		}
		if next.follow && s.rest[group].After(now) {
			next.due = s.rest[group]
			heap.Push(&s.heap, next)
			continue
		}
		s.busy[group] = true
		s.ready = append(s.ready, next)
		break
	}
	if len(s.queue[group]) == 0 {
		delete(s.queue, group)
	}
}

func (s *schedule) finish(f finished, now time.Time) {
	e := f.e
	e.running = false
	// The fetcher keeps the gap in any case; waiting for it here instead of there
	// leaves the worker to other hosts.
	if e.follow && f.asked {
		s.rest[e.src.Group] = now.Add(followShare * (f.took + e.src.Gap))
	}
	if e.src.Gap > 0 && f.asked {
		heap.Push(&s.cooling, cool{e.src.Group, now.Add(e.src.Gap)})
	} else {
		s.free(e.src.Group, now)
	}
	if e.gone || s.byKey[e.src.key()] != e && s.threads[e.src.key()] != e {
		return
	}
	e.due = f.due
	if e.again {
		e.again, e.due = false, now
	}
	heap.Push(&s.heap, e)
}

// replace takes a new list of sources and returns the keys of those that are gone. An entry
// that is running keeps running; its successor under the same key starts when it is done,
// because both are in the same group or the old one is marked gone.
func (s *schedule) replace(list []Source, now time.Time) (gone []string) {
	fresh := make(map[string]*entry, len(list))
	for _, src := range list {
		key := src.key()
		old := s.byKey[key]
		if old != nil && old.src.Group == src.Group {
			was := old.src
			old.src = src
			fresh[key] = old
			s.changed(old, was, now)
			continue
		}
		e := &entry{src: src, due: now, index: -1}
		fresh[key] = e
		heap.Push(&s.heap, e)
	}
	for key, e := range s.byKey {
		if fresh[key] != e {
			s.remove(e)
		}
		if fresh[key] == nil {
			gone = append(gone, key)
		}
	}
	s.byKey = fresh
	for key, e := range s.threads {
		if now := fresh[key]; now == nil || now.src.Group != e.src.Group {
			s.remove(e)
			delete(s.threads, key)
		} else {
			e.src = now.src
		}
	}
	return gone
}

// changed takes an entry whose source was another before. The crawler may be a new one with
// other options, from the next poll on: with a new key that is due at once, whatever became
// of the old one, and with a shorter interval soon.
func (s *schedule) changed(e *entry, was Source, now time.Time) {
	due := now.Add(e.src.Every)
	switch {
	case e.src.Place != was.Place || e.src.Settings != was.Settings:
		due, e.again = now, e.running
	case e.src.Every >= was.Every:
		return
	}
	if e.index >= 0 && e.due.After(due) {
		e.due = due
		heap.Fix(&s.heap, e.index)
	}
}

// remove takes an entry out; its poll under way ends.
func (s *schedule) remove(e *entry) {
	e.gone = true
	if e.index >= 0 {
		heap.Remove(&s.heap, e.index)
	}
}

// source returns a source of the list.
func (s *schedule) source(key string) (Source, bool) {
	e := s.byKey[key]
	if e == nil {
		return Source{}, false
	}
	return e.src, true
}

// follow gives every source with threads to visit its place in the schedule,
// and takes it from the others.
func (s *schedule) follow(t *threads) {
	for key, polls := range s.byKey {
		e, due, ok := s.threads[key], time.Time{}, false
		if due, ok = t.due(key); !ok {
			if e != nil {
				s.remove(e)
				delete(s.threads, key)
			}
			continue
		}
		switch {
		case e == nil:
			e = &entry{src: polls.src, follow: true, due: due, index: -1}
			s.threads[key] = e
			heap.Push(&s.heap, e)
		case e.index >= 0:
			e.due = due
			heap.Fix(&s.heap, e.index)
		}
	}
}

func (s *schedule) pollNow(name string, now time.Time) {
	var e *entry
	for _, one := range s.byKey {
		if one.src.Name == name {
			e = one
		}
	}
	switch {
	case e == nil:
	case e.running:
		e.again = true
	case e.index >= 0:
		e.due = now
		heap.Fix(&s.heap, e.index)
	}
}

// reconcile puts back every source that is neither in the heap, nor waiting, nor
// running. That should never happen; a source that silently stops is the one
// failure nobody notices.
func (s *schedule) reconcile(now time.Time) {
	ready := make(map[*entry]bool, len(s.ready))
	for _, e := range s.ready {
		ready[e] = true
	}
	for _, list := range []map[string]*entry{s.byKey, s.threads} {
		for _, e := range list {
			if e.index < 0 && !e.running && !e.waiting && !ready[e] {
				e.due = now
				heap.Push(&s.heap, e)
			}
		}
	}
	maps.DeleteFunc(s.rest, func(_ string, until time.Time) bool { return until.Before(now) })
}

// dueHeap orders entries by due time.
type dueHeap []*entry

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push implements heap.Interface.
func (h *dueHeap) Push(x any) {
	e := x.(*entry)
	e.index = len(*h)
	*h = append(*h, e)
}

// Pop implements heap.Interface.
func (h *dueHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	e.index = -1
	*h = old[:len(old)-1]
	return e
}

// cool is a group that rests.
type cool struct {
	group string
	until time.Time
}

// coolHeap orders resting groups by the end of their rest.
type coolHeap []cool

func (h coolHeap) Len() int           { return len(h) }
func (h coolHeap) Less(i, j int) bool { return h[i].until.Before(h[j].until) }
func (h coolHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *coolHeap) Push(x any) { *h = append(*h, x.(cool)) }

// Pop implements heap.Interface.
func (h *coolHeap) Pop() any {
	old := *h
	c := old[len(old)-1]
	*h = old[:len(old)-1]
	return c
}

// jitter spreads polls by ±10 %, so that sources of one interval do not march in
// step.
func jitter(d time.Duration) time.Duration {
	return d + time.Duration((rand.Float64()-0.5)*0.2*float64(d))
}
