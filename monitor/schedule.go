package monitor

import (
	"container/heap"
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// reconcileEvery is how often the schedule is checked against the list of
// sources. A timer that got lost costs at most this long.
const reconcileEvery = 30 * time.Second

// entry is one source in the schedule.
type entry struct {
	src     Source
	due     time.Time
	index   int  // in the heap; -1 while waiting or running
	running bool // its poll is under way
	waiting bool // due, but its group is busy
	gone    bool // no longer in the watchlist
	again   bool // poked while running
}

// finished is a worker's answer.
type finished struct {
	e   *entry
	due time.Time
}

// schedule is owned by Run's goroutine; nothing else touches it.
type schedule struct {
	byName  map[string]*entry
	heap    dueHeap
	busy    map[string]bool     // groups with a poll under way
	queue   map[string][]*entry // due entries of busy groups, oldest first
	cooling coolHeap            // busy groups whose poll is done, until their gap has passed
	ready   []*entry            // due, group free, no worker yet
	running int
}

// Run polls the sources given by Apply until ctx ends, then waits for the polls
// under way and returns.
func (m *Monitor) Run(ctx context.Context) {
	s := &schedule{byName: map[string]*entry{}, busy: map[string]bool{}, queue: map[string][]*entry{}}
	var workers sync.WaitGroup
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	reconcile := time.NewTicker(reconcileEvery)
	defer reconcile.Stop()
	for {
		s.collectDue(m.opt.Now())
		for s.running < m.workers && len(s.ready) > 0 {
			e := s.ready[0]
			s.ready = s.ready[1:]
			if e.gone {
				s.free(e.src.Group)
				continue
			}
			e.running = true
			s.running++
			src := e.src // replace may change e.src while the worker runs
			workers.Go(func() {
				due := m.poller.poll(ctx, src)
				select {
				case m.done <- finished{e, due}:
				case <-ctx.Done():
				}
			})
		}
		timer.Reset(s.wait(m.opt.Now()))
		select {
		case <-ctx.Done():
			workers.Wait()
			return
		case list := <-m.apply:
			s.replace(list, m.opt.Now(), m.status)
		case name := <-m.poke:
			s.poke(name, m.opt.Now())
		case f := <-m.done:
			s.running--
			s.finish(f, m.opt.Now())
		case <-timer.C:
		case <-reconcile.C:
			s.reconcile(m.opt.Now())
		}
	}
}

// collectDue moves what is due to ready, or to the queue of its busy group.
func (s *schedule) collectDue(now time.Time) {
	for len(s.cooling) > 0 && !s.cooling[0].until.After(now) {
		s.free(heap.Pop(&s.cooling).(cool).group)
	}
	for len(s.heap) > 0 && !s.heap[0].due.After(now) {
		e := heap.Pop(&s.heap).(*entry)
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
func (s *schedule) free(group string) {
	delete(s.busy, group)
	for len(s.queue[group]) > 0 {
		next := s.queue[group][0]
		s.queue[group] = s.queue[group][1:]
		next.waiting = false
		if next.gone {
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
	if e.src.Gap > 0 {
		heap.Push(&s.cooling, cool{e.src.Group, now.Add(e.src.Gap)})
	} else {
		s.free(e.src.Group)
	}
	if e.gone || s.byName[e.src.Name] != e {
		return
	}
	e.due = f.due
	if e.again {
		e.again, e.due = false, now
	}
	heap.Push(&s.heap, e)
}

// replace takes a new list of sources. An entry that is running keeps running;
// its successor under the same name starts when it is done, because both are in
// the same group or the old one is marked gone.
func (s *schedule) replace(list []Source, now time.Time, status *board) {
	fresh := make(map[string]*entry, len(list))
	names := make(map[string]bool, len(list))
	for _, src := range list {
		names[src.Name] = true
		old := s.byName[src.Name]
		if old != nil && old.src.Group == src.Group {
			// The crawler may be a new one with other options: take it from the next
			// poll on, and poll soon when the interval became shorter.
			every := old.src.Every
			old.src = src
			fresh[src.Name] = old
			if old.index >= 0 && src.Every < every && old.due.After(now.Add(src.Every)) {
				old.due = now.Add(src.Every)
				heap.Fix(&s.heap, old.index)
			}
			continue
		}
		e := &entry{src: src, due: now, index: -1}
		fresh[src.Name] = e
		heap.Push(&s.heap, e)
	}
	for name, e := range s.byName {
		if fresh[name] == e {
			continue
		}
		e.gone = true
		if e.index >= 0 {
			heap.Remove(&s.heap, e.index)
		}
	}
	s.byName = fresh
	status.keep(names)
}

func (s *schedule) poke(name string, now time.Time) {
	e := s.byName[name]
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
	for _, e := range s.byName {
		if e.index < 0 && !e.running && !e.waiting && !ready[e] {
			e.due = now
			heap.Push(&s.heap, e)
		}
	}
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
