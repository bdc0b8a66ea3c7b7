package monitor

import (
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

// A place may be read well and show less than there is: a new layout without the names, the dates
// or the words, or fewer posts than came between two polls. Both are told.

const (
	partsOf     = 3                  // posts of which each part is asked; fewer say nothing
	missedAgain = 7 * 24 * time.Hour // that posts may have been missed is told no sooner again
)

// parts are what posts are made of, in the words of the part source.part of the catalogue.
func parts(p crawlers.Parts) []part {
	return []part{{"text", p.Text}, {"author", p.Author}, {"time", p.Time}, {"rating", p.Rating}}
}

type part struct {
	name string
	n    int // posts that have it
}

// countParts looks which parts posts had, and in how many polls in a row all posts were without.
func (m *memory) countParts(out outcome, lastGood time.Time) {
	sees := out.batch.Observed.Parts
	switch {
	case out.batch.Unchanged:
		if m.LackPolls > 0 {
			m.LackPolls++
		}
		return
	case sees.Of < partsOf:
		return
	}
	var lacks []string
	for _, part := range parts(sees) {
		had := slices.Contains(m.Had, part.name)
		switch {
		case had && part.n == 0:
			lacks = append(lacks, part.name)
		case !had && 4*part.n >= 3*sees.Of:
			m.Had = append(m.Had, part.name)
		}
	}
	if len(lacks) > 0 && m.LackPolls == 0 {
		m.LackAfter = lastGood
	}
	if m.Lacks = lacks; len(lacks) == 0 {
		m.LackPolls = 0
		return
	}
	m.LackPolls++
}

// lacking says what the posts have no more, and since when.
func (m *memory) lacking(l staff, src Source) string {
	names := make([]string, len(m.Lacks))
	for i, name := range m.Lacks {
		names[i] = l.Text("source.part." + name)
	}
	return l.Text("source.partly", "source", src.Name, "parts", strings.Join(names, ", "), "last", moment(l, m.LackAfter))
}

// onceTold is when people were told of a state that is over at once.
type onceTold map[State]time.Time

// again reports whether they may be told of it now, and remembers that they are.
func (o *onceTold) again(state State, now time.Time) bool {
	if last, told := (*o)[state]; told && now.Sub(last) < missedAgain {
		return false
	}
	if *o == nil {
		*o = onceTold{}
	}
	(*o)[state] = now
	return true
}

// missed is the notice that more new posts came than the place shows at once, or that all have other
// ids or other words.
func (m *memory) missed(l staff, src Source, out outcome, lastGood, now time.Time) []Notice {
	state, words, posts := StateMissed, "source.missed", out.newPosts
	switch {
	case out.reread:
		state, words = StateReread, "source.reread"
	case !out.gap || m.UsualItems == 0:
		return nil
	case out.rebuilt:
		state, words, posts = StateRebuilt, "source.rebuilt", out.batch.Observed.Items
	case out.newPosts == 0:
		return nil // all of it is of before
	}
	if !m.Once.again(state, now) {
		return nil
	}
	said := l.Text(words, "source", src.Name, "posts", l.Plural("source.posts", posts), "last", moment(l, lastGood))
	return []Notice{{Source: src.Name, State: state, Since: out.began, Text: said}}
}

// gapped reports whether what the poll brought leaves a gap to the last one: nothing of what the place
// shows was known, by its ids or by its words. A place that shows one post alone says nothing.
func gapped(before mention.SourceState, batch crawlers.Batch, shown int, r mention.IngestResult) bool {
	return batch.Observed.Gap && before.Baselined && r.New > 1 && r.New == shown
}
