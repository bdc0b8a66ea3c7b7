package match

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/mention"
)

// scratch is the memory of one Match, kept for the next.
type scratch struct {
	set         *Set
	parts       [2]string // title, text
	names, side run
	sideRead    bool
	// Of the watch under work: the hits that count so far, and what was found of its phrases.
	kept                    []found
	ignore, rivals, context stretches
}

func newScratch(s *Set) *scratch {
	return &scratch{
		set:   s,
		names: run{set: s, lex: &s.names, accept: (*run).acceptTerm},
		side:  run{set: s, lex: &s.side, accept: (*run).acceptPhrase},
	}
}

// Match returns one hit for each watch that the post names, in the order of the
// watches, and nil when it names none. Offsets are in title+"\n"+text; the spans
// of a hit are in order and do not overlap.
func (s *Set) Match(title, text string) []Hit {
	sc := s.runs.Get().(*scratch)
	hits := sc.match(title, text)
	sc.forget()
	s.runs.Put(sc)
	return hits
}

// forget drops the texts, so that the pool does not keep them alive.
func (sc *scratch) forget() {
	sc.parts, sc.names.text, sc.side.text = [2]string{}, "", ""
}

func (sc *scratch) match(title, text string) []Hit {
	sc.parts = [2]string{title, text}
	sc.sideRead = false
	sc.names.hits = sc.names.hits[:0]
	sc.names.scan(0, title)
	sc.names.scan(1, text)
	left := sc.names.hits
	if len(left) == 0 {
		return nil
	}
	terms := sc.set.terms
	slices.SortStableFunc(left, func(a, b found) int {
		if d := terms[a.phrase].watch - terms[b.phrase].watch; d != 0 {
			return int(d)
		}
		return inOrder(a, b)
	})
	var hits []Hit
	for len(left) > 0 {
		w := terms[left[0].phrase].watch
		n := 1
		for n < len(left) && terms[left[n].phrase].watch == w {
			n++
		}
		if spans := sc.watch(&sc.set.watches[w], left[:n]); spans != nil {
			hits = append(hits, Hit{Watch: sc.set.watches[w].Name, Index: int(w), Spans: spans})
		}
		left = left[n:]
	}
	return hits
}

// inOrder sorts by place, the longer one first.
func inOrder(a, b found) int {
	switch {
	case a.part != b.part:
		return int(a.part) - int(b.part)
	case a.start != b.start:
		return a.start - b.start
	case a.end != b.end:
		return b.end - a.end
	}
	return int(a.phrase) - int(b.phrase)
}

// watch decides one watch over the terms found for it.
func (sc *scratch) watch(w *watch, hits []found) []mention.Span {
	sc.kept = sc.kept[:0]
	sc.only(&sc.ignore, w.ignore)
	sc.only(&sc.rivals, w.rivals)
	sc.only(&sc.context, w.context)
	for _, h := range hits {
		if id, ok := sc.inside(&sc.ignore, h, false); ok {
			sc.cancel(h, verdict{13, "it stands inside the ignored phrase " + quote(sc.set.phrases[id].text)})
			continue
		}
		if id, ok := sc.inside(&sc.rivals, h, true); ok {
			sc.cancel(h, verdict{13, "it is a part of a rival's name, " + quote(sc.set.phrases[id].text)})
			continue
		}
		if len(w.context) > 0 && sc.needsContext(w, h) && !sc.inContext(h) {
			if h.clue = sc.clue(h); h.clue == noClue {
				sc.cancel(h, verdict{12, "none of the context words stands in the title or near it, and no other sign says that it is a name"})
				continue
			}
		}
		sc.kept = append(sc.kept, h)
	}
	if len(sc.kept) == 0 || !sc.holds(w) {
		sc.unheld(w)
		return nil
	}
	var spans []mention.Span
	last := found{part: -1}
	for _, h := range sc.kept {
		if w.primary && sc.set.terms[h.phrase].role != roleName || h.part == last.part && h.start < last.end {
			continue
		}
		last = h
		span := sc.span(h)
		spans = append(spans, span)
		if trace := sc.names.trace; trace != nil {
			trace.counted(h, span)
		}
	}
	return spans
}

func (sc *scratch) span(h found) mention.Span {
	offset := 0
	if h.part == 1 {
		offset = len(sc.parts[0]) + 1
	}
	return mention.Span{
		Start: offset + h.start,
		End:   offset + h.end,
		Text:  strings.Clone(sc.parts[h.part][h.start:h.end]),
		Term:  sc.set.terms[h.phrase].Text,
	}
}

func (sc *scratch) cancel(h found, v verdict) {
	if trace := sc.names.trace; trace != nil {
		trace.cancelled(h, v)
	}
}

// sides reads context, ignore and none phrases, once per post and only when a
// term was found.
func (sc *scratch) sides() []found {
	if !sc.sideRead {
		sc.sideRead = true
		sc.side.hits = sc.side.hits[:0]
		sc.side.scan(0, sc.parts[0])
		sc.side.scan(1, sc.parts[1])
	}
	return sc.side.hits
}

// stretches are what was found of some phrases, by where it begins. A post may hold the name and
// the phrases thousands of times, so each hit looks only at those around it.
type stretches struct {
	found []found
	far   []int // how far those of the part reach up to here
}

// only fills b with what was found of the phrases.
func (sc *scratch) only(b *stretches, phrases []int32) {
	b.found, b.far = b.found[:0], b.far[:0]
	if len(phrases) == 0 {
		return
	}
	for _, s := range sc.sides() {
		if slices.Contains(phrases, s.phrase) {
			b.found = append(b.found, s)
		}
	}
	slices.SortStableFunc(b.found, func(a, b found) int {
		return cmp.Or(int(a.part)-int(b.part), a.start-b.start) // a sign before a phrase moves its beginning
	})
	for i, s := range b.found {
		far := s.end
		if i > 0 && b.found[i-1].part == s.part {
			far = max(far, b.far[i-1])
		}
		b.far = append(b.far, far)
	}
}

// inside says in which of the phrases a hit lies. A name of others must be longer than it, and no
// line may end in it: "Bolt", and on the next line "Food was cold", is no Bolt Food.
func (sc *scratch) inside(b *stretches, h found, others bool) (int32, bool) {
	first := sort.Search(len(b.found), func(i int) bool {
		return b.found[i].part > h.part || b.found[i].part == h.part && b.far[i] >= h.end
	})
	for _, s := range b.found[first:] {
		switch {
		case s.part != h.part || s.start > h.start:
			return 0, false
		case h.end > s.end:
			continue
		}
		if whole := sc.parts[s.part][s.start:s.end]; !others || len(whole) > h.end-h.start && !strings.Contains(whole, "\n") {
			return s.phrase, true
		}
	}
	return 0, false
}

// How near is near (rule 12), in letters: a post up to shortPost is near as a
// whole, else reach letters to either side are, or the same sentence up to
// sentenceReach. Forum posts of one thought are shorter than the first; a
// paragraph is about the second.
const (
	shortPost     = 600
	reach         = 300
	sentenceReach = 1200
)

// needsContext says whether a hit may count only near a context word: conditions hold for
// the post as a whole, unless they are what names the watch.
func (sc *scratch) needsContext(w *watch, h found) bool {
	return !w.primary || sc.set.terms[h.phrase].role == roleName
}

// inContext says whether a context word is in the title or near the hit: if any is, the last
// before it is, or the first behind it.
func (sc *scratch) inContext(h found) bool {
	words, text := sc.context.found, sc.parts[1]
	switch {
	case len(words) == 0:
		return false
	case words[0].part == 0 || isShort(text):
		return true
	case h.part == 0:
		return isNear(text[:words[0].start], false)
	}
	behind := sort.Search(len(words), func(i int) bool { return words[i].start >= h.end })
	return behind > 0 && isNear(text[min(sc.context.far[behind-1], h.start):h.start], true) ||
		behind < len(words) && isNear(text[h.end:words[behind].start], true)
}

// isNear says whether what has this between it is near; the same sentence reaches further.
func isNear(between string, mayBeSentence bool) bool {
	if len(between) > 4*sentenceReach {
		return false
	}
	n := utf8.RuneCountInString(between)
	return n <= reach || mayBeSentence && n <= sentenceReach && !endsSentence(between)
}

// isShort says whether all of a text is near all of it.
func isShort(text string) bool {
	return len(text) <= shortPost || len(text) <= 4*shortPost && utf8.RuneCountInString(text) <= shortPost
}

// holds decides the boolean part of a watch over the kept hits.
func (sc *scratch) holds(w *watch) bool {
	return (!w.primary || sc.named()) && sc.group(w.any, w.all, w.none)
}

// named says whether a kept hit is of a term that names the watch by itself.
func (sc *scratch) named() bool {
	return slices.ContainsFunc(sc.kept, func(h found) bool { return sc.set.terms[h.phrase].role == roleName })
}

func (sc *scratch) group(any, all, none []cond) bool {
	return (len(any) == 0 || slices.ContainsFunc(any, sc.cond)) &&
		!slices.ContainsFunc(all, func(c cond) bool { return !sc.cond(c) }) &&
		!slices.ContainsFunc(none, sc.cond)
}

func (sc *scratch) cond(c cond) bool {
	switch {
	case c.term >= 0:
		return slices.ContainsFunc(sc.kept, func(h found) bool { return sc.set.terms[h.phrase].leaf == c.term })
	case c.phrase >= 0:
		return slices.ContainsFunc(sc.sides(), func(s found) bool { return s.phrase == c.phrase })
	case c.any == nil && c.all == nil && c.none == nil:
		return false
	}
	return sc.group(c.any, c.all, c.none)
}
