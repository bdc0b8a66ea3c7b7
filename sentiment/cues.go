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
	fault              string  // what it says of a fault in its sentence: a word of faultMeanings
	denied             cueFlag // which negation undoes its cues
}

// faultMeanings are what a value may say of a fault: that it happened, that it did not, that
// it is settled, or nothing.
var faultMeanings = []string{"", "happened", "unreal", "settled"}

// denials say which negation undoes the cues of a value: none, one of any of the words, or one
// of the last word.
var denials = map[string]cueFlag{"": 0, "words": cueDone, "last": cueWell}

// name is how verdict.tsv calls the evidence for the value.
func (v frameValue) name() string { return v.frame + " " + v.value }

// maxFrameValues is how many values fit into a sentence's set of them.
const maxFrameValues = 64

func (c *common) readFrames(src source, errs *tsv.Errors) {
	c.frames = []frameValue{{}}
	c.frameIndex = map[string]int{}
	for _, r := range src.rows("common/frames.tsv", "frame value says fault denied note", errs) {
		denied, ok := denials[r.Cell(4)]
		v := frameValue{r.Cell(0), r.Cell(1), r.Cell(2), r.Cell(3), denied}
		switch {
		case !slices.Contains(faultMeanings, v.fault):
			errs.Add(r.At(3), "unknown meaning %q for a fault; it is happened, unreal, settled or empty", v.fault)
		case !ok:
			errs.Add(r.At(4), "unknown denial %q; it is words, last or empty", r.Cell(4))
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
		switch bit := uint64(1) << f; v.fault {
		case "happened":
			c.happened |= bit
		case "unreal":
			c.unreal |= bit
		case "settled":
			c.settled |= bit
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
	cueDone                        // set by the value alone: a negation of its words undoes it
	cueWell                        // set by the value alone: a negation of its last word does
)

var cueFlags = map[string]cueFlag{
	"ask": cueAsk, "noask": cueNoAsk, "me": cueMe, "nome": cueNoMe, "brand": cueBrand, "nobrand": cueNoBrand,
	"first": cueFirst, "last": cueLast, "comma": cueComma,
}

func (d *dictionary) addCue(r tsv.Row, errs *tsv.Errors) {
	p, ok := d.parsePattern(&r, errs)
	if !ok {
		return
	}
	p.value = 1
	if r.Cell(3) != "" {
		p.value = r.Weight(3, 0.1, 4, errs)
	}
	p.frame = d.common.frameIndex[r.Cell(1)+" "+r.Cell(2)]
	if p.frame == 0 {
		errs.Add(r.At(1), "unknown frame and value %q; they are in common/frames.tsv", r.Cell(1)+" "+r.Cell(2))
		return
	}
	p.cue |= d.common.frames[p.frame].denied
	for f := range strings.FieldsSeq(r.Cell(4)) {
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

func (d *dictionary) addEnding(r tsv.Row, errs *tsv.Errors) {
	letters, ok := strings.CutPrefix(r.Cell(0), "-")
	letters = foldWord(letters)
	frame := d.common.frameIndex[r.Cell(1)+" "+r.Cell(2)]
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

// cueHit is a cue found in the text.
type cueHit struct {
	start, end int32 // tokens, end included
	sentence   int32 // until sortCues its flags
	weight     float32
	frame      uint8 // index of common.frames
	slot       uint8
	pattern    int32 // its pattern, -1 for an ending
}

// maxCueHits bounds what one text can find.
const maxCueHits = 4000

// foundCue notes a cue. Its flags are looked at when the sentences are known.
func (s *scratch) foundCue(p *pattern, slot int, id int32, first, last int, cover uint64) {
	if len(s.cues) >= maxCueHits || p.cue&cueComma == 0 && s.crossesComma(first, last) {
		return
	}
	if p.cue&cueDone != 0 && s.undone(first, last, cover) || p.cue&cueWell != 0 && s.deniesLast(first, last, cover) {
		return
	}
	s.cues = append(s.cues, cueHit{int32(first), int32(last), int32(p.cue), p.value, p.frame, uint8(slot), id})
}

// undone reports whether a negation stands in a gap of the words or right before them: "the
// money was not returned" put nothing right.
func (s *scratch) undone(first, last int, cover uint64) bool {
	return s.deniedBefore(first) || s.negators(first, last)&^cover != 0
}

// deniesLast reports whether a negation that is none of the words denies the last one: "they
// did not even apologise" went well for nobody, nor did "not on time". What stands before a
// comma denies nothing behind it, and words that hold a negation of their own are meant so.
func (s *scratch) deniesLast(first, last int, cover uint64) bool {
	toks := s.lex.toks
	denied, i := false, last-1
	for ; i >= first && toks[i+1].before == noBreak; i-- {
		if toks[i].roles&negating == 0 {
			continue
		}
		if cover&(1<<(i-first)) != 0 {
			return false
		}
		denied = true
	}
	return denied || i == first-1 && s.deniedBefore(first)
}

// deniedBefore reports whether a negation stands right before the word: "not on time".
func (s *scratch) deniedBefore(i int) bool {
	toks := s.lex.toks
	return i > 0 && toks[i].before == noBreak && toks[i-1].roles&(1<<roleNegator) != 0
}

// sortCues keeps the cues whose flags hold, and of those that share a word and a
// value the heaviest.
func (s *scratch) sortCues() {
	if len(s.cues) == 0 {
		return
	}
	slices.SortFunc(s.cues, compareHits) // the search finds them in any order
	kept, si := s.cues[:0], 0
	holds := s.holds(si)
	var met uint64 // the values of those that are kept
	for _, h := range s.cues {
		for si+1 < len(s.sentences) && s.sentences[si+1].from <= h.start {
			si++
			holds = s.holds(si)
		}
		flags := cueFlag(h.sentence)
		h.sentence = int32(si)
		if flags&^holds != 0 || s.likened(&h) {
			continue
		}
		twin := -1
		for i := 0; met>>h.frame&1 != 0 && i < len(kept); i++ {
			if k := &kept[i]; k.frame == h.frame && k.start <= h.end && h.start <= k.end {
				twin = i
				break
			}
		}
		met |= 1 << h.frame
		switch {
		case twin < 0:
			kept = append(kept, h)
		case kept[twin].weight < h.weight:
			kept[twin] = h
		}
	}
	s.cues = kept
}

// compareHits orders by place and value; what seldom is equal is one number.
func compareHits(a, b cueHit) int {
	if x, y := a.key(), b.key(); x != y {
		return cmp.Compare(x, y)
	}
	return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.slot, b.slot), cmp.Compare(a.pattern, b.pattern))
}

func (h *cueHit) key() uint64 { return uint64(h.start)<<32 | uint64(h.end)<<8 | uint64(h.frame) }

// likened reports whether the cue names somebody for comparison only: "they look
// at you like a thief" tells of no thief.
func (s *scratch) likened(h *cueHit) bool {
	if c := s.common; c.whose[h.frame] != ofOther || !c.isAbout[h.frame] {
		return false
	}
	for i := h.start - 1; i >= 0 && i >= h.start-2 && s.sentenceOf(i) == h.sentence; i-- {
		if s.lex.toks[i].roles&(1<<roleLike) != 0 {
			return true
		}
	}
	return false
}

// holds returns the flags of cues that hold in a sentence.
func (s *scratch) holds(si int) cueFlag {
	st := &s.sentences[si]
	holds := cueComma | cueDone | cueWell // they are looked at where a cue is found
	pick := func(yes bool, flag, other cueFlag) {
		if !yes {
			flag = other
		}
		holds |= flag
	}
	pick(st.asks > 0, cueAsk, cueNoAsk)
	pick(st.has(roleMe), cueMe, cueNoMe)
	pick(st.brand, cueBrand, cueNoBrand)
	pick(si == 0, cueFirst, 0)
	pick(si == len(s.sentences)-1, cueLast, 0)
	return holds
}

// readEndings notes what the ends of words say; slot is the language.
func (s *scratch) readEndings(t *table, slot int) {
	for i := range s.lex.toks {
		tok := &s.lex.toks[i]
		if tok.kind != wordToken || tok.runeN < shortestEnded {
			continue
		}
		rs := s.lex.runesOf(tok)
		last := rs[len(rs)-1]
		if t.lastLetters>>(last&63)&1 == 0 || tok.function || tok.place != noPlace || len(s.cues) >= maxCueHits {
			continue
		}
		if e := t.ending(rs); e != nil {
			s.cues = append(s.cues, cueHit{int32(i), int32(i), 0, e.weight, e.frame, uint8(slot), -1})
		}
	}
}

func (t *table) setEndings(list []cueEnding) {
	t.endings = append(t.endings, cueEnding{})
	all := newAffixes(longestEnding * len(list))
	for _, e := range list {
		letters := []rune(e.letters)
		t.lastLetters |= 1 << (letters[len(letters)-1] & 63)
		slices.Reverse(letters)
		all.add(letters, uint32(len(t.endings)))
		t.endings = append(t.endings, e)
	}
	t.ends = all.table()
}

// ending returns the longest ending of the word that the language knows, nil for none; one of weight 0 speaks
// for nothing and shields its words from a shorter one.
func (t *table) ending(rs []rune) *cueEnding {
	var back [longestEnding]rune // what the word ends with, from the last letter on; one letter stands before it
	n := min(longestEnding, len(rs)-1)
	for i := range n {
		back[i] = rs[len(rs)-1-i]
	}
	if e := &t.endings[t.ends.longest(back[:n])]; e.weight != 0 {
		return e
	}
	return nil
}
