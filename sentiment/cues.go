package sentiment

import (
	"cmp"
	"slices"
	"strings"

	"github.com/earshot/earshot/internal/tsv"
)

// A cue is a line of frames.tsv: words that speak for one value of a frame. The
// frames and their values are data too (common/frames.tsv); what they come to is
// weighed by the models of common/verdict.tsv.

// frameValue is one answer to one of a reader's questions.
type frameValue struct {
	frame, value, says string
}

// name is how verdict.tsv calls the evidence for the value.
func (v frameValue) name() string { return v.frame + " " + v.value }

// maxFrameValues is how many values fit into a sentence's set of them.
const maxFrameValues = 64

func (c *common) readFrames(src func(string) string, errs *tsv.Errors) {
	c.frames = []frameValue{{}}
	c.frameIndex = map[string]int{}
	const name = "common/frames.tsv"
	for _, r := range tsv.Read(name, src(name), "frame value says note", errs) {
		v := frameValue{r.Cell(0), r.Cell(1), r.Cell(2)}
		switch {
		case v.frame == "" || v.value == "" || v.says == "":
			errs.Add(r.At(0), "a frame needs its name, a value and what it says to people")
		case c.frameIndex[v.name()] != 0:
			errs.Add(r.At(0), "%q stands twice", v.name())
		case len(c.frames) == maxFrameValues:
			errs.Add(r.At(0), "more than %d values", maxFrameValues-1)
		default:
			c.frameIndex[v.name()] = len(c.frames)
			c.frames = append(c.frames, v)
		}
	}
	c.sortFrames()
}

// sortFrames notes what the values mean for faults.
func (c *common) sortFrames() {
	for f, v := range c.frames {
		c.whose[f], c.isAbout[f] = aboutWhose[v.name()], v.frame == "about"
		of := group{f, f + 1} // the values of a frame stand together
		for of.from > 1 && c.frames[of.from-1].frame == v.frame {
			of.from--
		}
		for of.to < len(c.frames) && c.frames[of.to].frame == v.frame {
			of.to++
		}
		c.valuesOf[f] = of
		if v.frame == "end" {
			c.ends = of
		}
		switch bit := uint64(1) << f; v.frame + " " + v.value {
		case "event yes":
			c.happened |= bit
		case "end open":
		default:
			switch v.frame {
			case "event":
				c.unreal |= bit
			case "end":
				c.settled |= bit
			}
		}
	}
}

// cueFlag says where in a text a cue counts.
type cueFlag uint16

const (
	cueAsk     cueFlag = 1 << iota // the sentence asks
	cueNoAsk                       // it does not
	cueMe                          // the first person is in it
	cueNoMe                        // it is not
	cueBrand                       // the brand is named in it
	cueNoBrand                     // it is not
	cueFirst                       // it is the first sentence
	cueLast                        // it is the last one
	cueComma                       // the words may stand in two clauses
	cueDone                        // set for "end right" alone: a negation of its words undoes it
)

var cueFlags = map[string]cueFlag{
	"ask": cueAsk, "noask": cueNoAsk, "me": cueMe, "nome": cueNoMe, "brand": cueBrand, "nobrand": cueNoBrand,
	"first": cueFirst, "last": cueLast, "comma": cueComma,
}

func (d *dictionary) addCue(r tsv.Row, c *common, errs *tsv.Errors) {
	p, ok := parsePattern(r.Cell(0), r.At(0), errs)
	if !ok {
		return
	}
	p.value = 1
	if r.Cell(3) != "" {
		p.value = r.Weight(3, 0.1, 4, errs)
	}
	p.frame = c.frameIndex[r.Cell(1)+" "+r.Cell(2)]
	if p.frame == 0 {
		errs.Add(r.At(1), "unknown frame and value %q; they are in common/frames.tsv", r.Cell(1)+" "+r.Cell(2))
		return
	}
	if r.Cell(1) == "end" && r.Cell(2) == "right" {
		p.cue |= cueDone
	}
	for _, f := range strings.Fields(r.Cell(4)) {
		if cueFlags[f] == 0 {
			errs.Add(r.At(4), "unknown flag %q; a cue has ask noask me nome brand nobrand first last comma", f)
		}
		p.cue |= cueFlags[f]
	}
	d.patterns = append(d.patterns, p)
}

// cueEnding is a line of endings.tsv: how words end that speak for a value of a frame.
type cueEnding struct {
	letters string // folded
	frame   uint8
	weight  float32
}

// The endings are 1 to 5 letters long, the word itself at least 4.
const (
	longestEnding = 5
	shortestEnded = 4
)

func (d *dictionary) addEnding(r tsv.Row, c *common, errs *tsv.Errors) {
	letters, ok := strings.CutPrefix(r.Cell(0), "-")
	letters = foldWord(letters)
	frame := c.frameIndex[r.Cell(1)+" "+r.Cell(2)]
	switch n := len([]rune(letters)); {
	case !ok || n == 0 || n > longestEnding:
		errs.Add(r.At(0), "%q: an ending is written -xx, of 1 to %d letters", r.Cell(0), longestEnding)
		return
	case frame == 0:
		errs.Add(r.At(1), "unknown frame and value %q; they are in common/frames.tsv", r.Cell(1)+" "+r.Cell(2))
		return
	}
	d.endings = append(d.endings, cueEnding{letters, uint8(frame), float32(r.Weight(3, -4, 4, errs))})
}

// readCues reads the files of frames of a language.
func (d *dictionary) readCues(src func(string) string, c *common, errs *tsv.Errors) {
	name := d.lang + "/frames.tsv"
	for _, r := range tsv.Read(name, src(name), "pattern frame value weight flags note", errs) {
		d.addCue(r, c, errs)
	}
	name = d.lang + "/endings.tsv"
	for _, r := range tsv.Read(name, src(name), "ending frame value weight note", errs) {
		d.addEnding(r, c, errs)
	}
}

// cueHit is a cue found in the text.
type cueHit struct {
	start, end int32 // tokens, end included
	sentence   int32
	weight     float32
	frame      uint8 // index of common.frames
	slot       uint8
	pattern    int32 // its pattern, -1 for an ending
}

// maxCueHits bounds what one text can find.
const maxCueHits = 400

// foundCue notes a cue. Its flags are looked at when the sentences are known.
func (s *scratch) foundCue(p *pattern, slot int, id int32, first, last int, cover uint64) {
	if len(s.cues) >= maxCueHits || p.cue&cueComma == 0 && s.crossesComma(first, last) {
		return
	}
	if p.cue&cueDone != 0 && s.undone(first, last, cover) {
		return
	}
	s.cues = append(s.cues, cueHit{int32(first), int32(last), int32(p.cue), p.value, p.frame, uint8(slot), id})
}

// undone reports whether a negation stands in a gap of the words or right before them: "the
// money was not returned" put nothing right.
func (s *scratch) undone(first, last int, cover uint64) bool {
	toks := s.lex.toks
	before := first > 0 && toks[first].before == noBreak && toks[first-1].roles&(1<<roleNegator) != 0
	return before || s.skipsNegation(first, last, cover)
}

// sortCues keeps the cues whose flags hold, and of those that share a word and a
// value the heaviest.
func (s *scratch) sortCues(c *common) {
	sortHits(s.cues) // the search finds them in any order
	kept := s.cues[:0]
	for _, h := range s.cues {
		flags := cueFlag(h.sentence)
		h.sentence = s.sentenceOf(h.start)
		if !s.cueHolds(flags, int(h.sentence)) || s.likened(c, h) {
			continue
		}
		twin := -1
		for i := range kept {
			if k := &kept[i]; k.frame == h.frame && k.start <= h.end && h.start <= k.end {
				twin = i
				break
			}
		}
		switch {
		case twin < 0:
			kept = append(kept, h)
		case kept[twin].weight < h.weight:
			kept[twin] = h
		}
	}
	s.cues = kept
}

// sortHits sorts by insertion the few cues of common texts, by the library's sort
// the many of others.
func sortHits(hits []cueHit) {
	if len(hits) > 32 {
		slices.SortFunc(hits, compareHits)
		return
	}
	for i := 1; i < len(hits); i++ {
		h := hits[i]
		k := i
		for ; k > 0 && (h.start < hits[k-1].start || h.start == hits[k-1].start && compareHits(h, hits[k-1]) < 0); k-- {
			hits[k] = hits[k-1]
		}
		hits[k] = h
	}
}

func compareHits(a, b cueHit) int {
	return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end), cmp.Compare(a.frame, b.frame),
		cmp.Compare(b.weight, a.weight), cmp.Compare(a.slot, b.slot), cmp.Compare(a.pattern, b.pattern))
}

// likened reports whether the cue names somebody for comparison only: "they look
// at you like a thief" tells of no thief.
func (s *scratch) likened(c *common, h cueHit) bool {
	if c.whose[h.frame] != ofOther || !c.isAbout[h.frame] {
		return false
	}
	for i := h.start - 1; i >= 0 && i >= h.start-2 && s.sentenceOf(i) == h.sentence; i-- {
		if s.lex.toks[i].roles&(1<<roleLike) != 0 {
			return true
		}
	}
	return false
}

func (s *scratch) cueHolds(flags cueFlag, si int) bool {
	if flags == 0 || si >= len(s.sentences) {
		return si < len(s.sentences)
	}
	st := &s.sentences[si]
	wrong := flags&cueAsk != 0 && st.asks == 0 || flags&cueNoAsk != 0 && st.asks > 0 ||
		flags&cueMe != 0 && !st.has(roleMe) || flags&cueNoMe != 0 && st.has(roleMe) ||
		flags&cueBrand != 0 && !st.brand || flags&cueNoBrand != 0 && st.brand ||
		flags&cueFirst != 0 && si > 0 || flags&cueLast != 0 && si < len(s.sentences)-1
	return !wrong
}

// readEndings notes what the ends of words say; slot is the language.
func (s *scratch) readEndings(t *table, slot int) {
	if len(t.endings) == 0 {
		return
	}
	for i := range s.lex.toks {
		tok := &s.lex.toks[i]
		if tok.kind != wordToken || tok.runeN < shortestEnded || tok.function || tok.place != noPlace || len(s.cues) >= maxCueHits {
			continue
		}
		rs := s.lex.runes[tok.runeAt : int(tok.runeAt)+int(tok.runeN)]
		if e := t.ending(rs); e != nil && e.frame != 0 {
			s.cues = append(s.cues, cueHit{int32(i), int32(i), 0, e.weight, e.frame, uint8(slot), -1})
		}
	}
}

// endingTable finds endings by their letters; a power of two of places.
type endingSlot struct {
	hash   uint64
	frame  uint8
	weight float32
}

func (t *table) setEndings(list []cueEnding) {
	if len(list) == 0 {
		return
	}
	size := 16
	for size < 4*len(list) {
		size *= 2
	}
	t.endings = make([]endingSlot, size)
	for _, e := range list {
		h := hashString(reversed(e.letters))
		i := int(h) & (size - 1)
		for t.endings[i].hash != 0 && t.endings[i].hash != h {
			i = (i + 1) & (size - 1)
		}
		t.endings[i] = endingSlot{h, e.frame, e.weight}
	}
}

// ending returns the longest ending of the word that the language knows; one of
// weight 0 speaks for nothing and shields its words from a shorter one.
func (t *table) ending(rs []rune) *endingSlot {
	var best *endingSlot
	h := uint64(hashSeed)
	m := len(t.endings) - 1
	for n := 1; n <= longestEnding && n < len(rs); n++ {
		h = hashRune(h, rs[len(rs)-n])
		key := hashDone(h)
		for i := int(key) & m; t.endings[i].hash != 0; i = (i + 1) & m {
			if t.endings[i].hash == key {
				best = &t.endings[i]
				break
			}
		}
	}
	if best != nil && best.weight == 0 {
		return nil
	}
	return best
}

func reversed(s string) string {
	var b strings.Builder
	rs := []rune(s)
	for i := len(rs) - 1; i >= 0; i-- {
		b.WriteRune(rs[i])
	}
	return b.String()
}
