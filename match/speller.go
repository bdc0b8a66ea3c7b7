package match

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// job asks for the forms of one word to be entered under its number: of key, or,
// for a name of several words written as one, of its parts together.
type job struct {
	id    int32
	key   wordKey
	parts []wordKey
}

// speller does jobs, for one goroutine. Who does which makes no difference: an
// index is the same in whatever order its entries come.
type speller struct {
	*writer
	entries parted
	sorted  []*bySlot       // room for the words of a joined name
	seen    map[string]bool // room for inScript
}

// jobsAtOnce is how many jobs a speller takes at a time: enough that they seldom
// meet, few enough that they end together.
const jobsAtOnce = 32

// spellAll does the jobs on all processors.
func (b *lexiconBuilder) spellAll() []*parted {
	n := min(runtime.GOMAXPROCS(0), len(b.jobs)/jobsAtOnce+1)
	lists := make([]*parted, n)
	var next atomic.Int64
	var all sync.WaitGroup
	for i := range n {
		s := &speller{writer: b.fork(), seen: map[string]bool{}}
		lists[i] = &s.entries
		all.Go(func() {
			for {
				from := int(next.Add(jobsAtOnce)) - jobsAtOnce
				if from >= len(b.jobs) {
					return
				}
				for _, j := range b.jobs[from:min(from+jobsAtOnce, len(b.jobs))] {
					s.do(j)
				}
			}
		})
	}
	all.Wait()
	return lists
}

func (s *speller) do(j job) {
	if j.parts != nil {
		s.joined(j)
		return
	}
	for _, form := range s.spellings(j.key) {
		s.entries.add(hashString(form.text), uint32(j.id)<<flagBits|form.flags)
	}
}
