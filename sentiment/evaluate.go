package sentiment

// unit is one piece of evidence with its weight after all rules.
type unit struct {
	start, end int32 // tokens, end included
	weight     float32
	rule       uint8
	topic      uint8
	flags      unitFlag
	sentence   int32
}

type unitFlag uint8

const (
	unitPattern unitFlag = 1 << iota
	unitNoIf
	unitThanks
	unitHidden // moves the score or names a topic, but is no evidence to show
	unitBytes  // start and end are bytes, not tokens
	unitHint   // a small sign; all of them together are bounded
)

// clauseState is what is in force while a sentence is read word by word.
type clauseState struct {
	content     int // content words read; the scopes below end at a number of them
	negUntil    int
	negAt       int32 // the negator
	negUsed     bool
	lackUntil   int
	lackAt      int32
	boost       float32
	boostUntil  int
	conditional bool
	concede     bool
	past        bool
	rival       bool
}

func (cl *clauseState) negated() bool { return cl.content < cl.negUntil }
func (cl *clauseState) lacking() bool { return cl.content < cl.lackUntil }
func (cl *clauseState) boosted() bool { return cl.content < cl.boostUntil }

// spend notes that a negation met its word: what follows at once may share it
// ("not good or helpful service"), what stands farther does not.
func (cl *clauseState) spend() {
	cl.negUsed = true
	cl.negUntil = min(cl.negUntil, cl.content+2)
}

// shares say how strongly the rules act. They are judgements, checked on the
// hand-written sets; none is fitted to a data set. They are variables so that a test
// can turn each off.
type shares struct {
	looseNegation    float32 // a negation that touches no word with a weight
	mostHints        float32 // what small signs can come to together
	hintWords        float32 // in longer texts they count by their density in so many words
	hintShare        float32
	afterBut         float32
	beforeBut        float32
	beforeButStart   float32 // the sentence before one that begins with "but"
	conceded         float32
	supposed         float32 // inside "if"
	bareShare        float32
	moodShare        float32
	askedWord        float32 // a polarity word in a question for facts
	askedCue         float32 // a complaint cue in a question for facts
	openWord         float32 // the same in a question without a question word
	openCue          float32
	newsShare        float32
	pastPraise       float32
	capsShare        float32
	shout            float32 // what each of up to three exclamation marks adds
	negatedComplaint float32
	lastSentence     float32
	firstSentence    float32 // of three or more: the title, or what matters most
	accusation       float32
	settledShare     float32
	fearTurned       float32 // fears that did not come true
	rivalPraise      float32
	rivalFault       float32
	otherSection     float32 // praise under "cons" and faults under "pros"
	thanksTurned     float32 // thanks that are ironic
}

var shipped = shares{
	looseNegation: -0.35, mostHints: -0.9, hintWords: 15, hintShare: 0.9, afterBut: 1.3, beforeBut: 0.6, beforeButStart: 0.75,
	conceded: 0.5, supposed: 0.25, bareShare: 0.35, moodShare: 0.8, askedWord: 0.15, askedCue: 0.35, openWord: 0.5, openCue: 0.8,
	newsShare: 0.33, pastPraise: 0.3, capsShare: 1.2, shout: 0.08, negatedComplaint: -0.3, lastSentence: 1.15, firstSentence: 1.4,
	accusation: -1.4, settledShare: 0.4, fearTurned: -0.25, rivalPraise: -0.4, rivalFault: 0.3, otherSection: 0.4, thanksTurned: -0.6,
}

const spread = 15 // as VADER: sum / sqrt(sum² + spread)

func (s *scratch) evaluate() {
	s.split()
	s.units, s.hints = s.units[:0], s.hints[:0]
	mi := 0
	for si := range s.sentences {
		mi = s.evaluateSentence(si, mi)
	}
	if len(s.units) == 0 {
		s.mendTypos()
	}
	s.boundHints()
	s.settled()
	s.ironize()
	s.ratings()
	s.smileys()
}

// evaluateSentence turns a sentence into units; mi is the next kept match.
func (s *scratch) evaluateSentence(si, mi int) int {
	st := &s.sentences[si]
	first := len(s.units)
	var cl clauseState
	toks := s.lex.toks
	st.words, st.cues = s.countsIn(st)
	next := s.startOf(mi)
	for i := st.from; i < st.to; i++ {
		t := &toks[i]
		if i == st.from || t.before != noBreak || t.roles&(1<<roleBut) != 0 {
			s.closeNegation(&cl, si)
			cl = s.openClause(i, st)
		}
		if next == i && t.roles&(1<<roleLink) != 0 {
			s.endNegation(&cl, si) // before a pattern that begins with "and"; read sees no covered word
		}
		for ; next == i; next = s.startOf(mi) {
			s.patternUnit(&s.matches[mi], &cl, si)
			mi++
		}
		s.read(i, &cl, si)
	}
	s.closeNegation(&cl, si)
	s.shareOut(st, si, first)
	return mi
}

// startOf is where a match begins; -1 when there are no more.
func (s *scratch) startOf(mi int) int32 {
	if mi < len(s.matches) {
		return s.matches[mi].start
	}
	return -1
}

// openClause looks ahead for what holds for the clause that begins at token i.
func (s *scratch) openClause(i int32, st *sentence) clauseState {
	var cl clauseState
	if st.roles&(1<<roleIf|1<<roleConcede|1<<rolePast|1<<roleRival) == 0 {
		return cl
	}
	toks := s.lex.toks
	for j := i; j < st.to; j++ {
		if j > i && (toks[j].before != noBreak || toks[j].roles&(1<<roleBut) != 0) {
			break
		}
		r := toks[j].roles
		if toks[j].covered {
			r &^= 1<<roleIf | 1<<roleConcede
		}
		cl.conditional = cl.conditional || r&(1<<roleIf) != 0
		cl.concede = cl.concede || r&(1<<roleConcede) != 0
		cl.past = cl.past || r&(1<<rolePast) != 0
		cl.rival = cl.rival || r&(1<<roleRival) != 0
	}
	return cl
}

// read takes one token: first as a word with a weight, then for what it does to
// the words after it.
func (s *scratch) read(i int32, cl *clauseState, si int) {
	t := &s.lex.toks[i]
	if t.info == [2]uint32{} {
		if t.kind == emojiToken {
			s.emojiUnit(i, si)
		} else if t.kind == wordToken {
			cl.content++
		}
		return
	}
	if t.word != 0 && !t.covered {
		s.wordUnit(i, cl, si)
	}
	const shifters = 1<<roleNegator | 1<<roleAbsence | 1<<roleBoost | 1<<roleDamp | 1<<roleLink
	content := !t.function && t.kind == wordToken && t.roles&^(1<<roleThanks) == 0
	if content {
		cl.content++
	}
	if t.roles&shifters == 0 || t.covered {
		return
	}
	if t.roles&(1<<roleLink) != 0 {
		s.endNegation(cl, si)
	}
	if t.roles&(1<<roleNegator) != 0 {
		if !cl.negated() {
			s.closeNegation(cl, si)
			cl.negAt, cl.negUsed = i+1, false
		}
		cl.negUntil = cl.content + int(t.scope)
	}
	if t.roles&(1<<roleAbsence) != 0 {
		cl.lackUntil, cl.lackAt = cl.content+2, i+1
		s.lookBack(i, si)
	}
	if t.roles&(1<<roleBoost|1<<roleDamp) != 0 {
		if cl.boosted() {
			cl.boost *= t.boost
		} else {
			cl.boost = t.boost
		}
		cl.boostUntil = cl.content + 2
	}
}

// endNegation closes the negation at a word that links clauses: what follows it is not negated.
func (s *scratch) endNegation(cl *clauseState, si int) {
	s.closeNegation(cl, si)
	cl.negUntil, cl.lackUntil = 0, 0
}

// closeNegation gives a negation that touched nothing its small weight.
func (s *scratch) closeNegation(cl *clauseState, si int) {
	if cl.negAt > 0 && !cl.negUsed {
		w := s.k.looseNegation
		if cl.past || s.sentences[si].asks > 0 {
			w *= s.k.supposed
		}
		s.addHint(cl.negAt-1, w, cl, si)
	}
	cl.negAt = 0
}

// lookBack finds what is missing before the word that says so: "ответа нет".
func (s *scratch) lookBack(i int32, si int) {
	toks := s.lex.toks
	st := &s.sentences[si]
	if i+1 < st.to && toks[i+1].before == noBreak && toks[i+1].roles&(1<<roleBut|1<<roleLink) == 0 {
		return
	}
	for j := i - 1; j >= st.from && j >= i-4; j-- {
		if w := s.wordAt(j); w != nil && w.ownLack && !toks[j].covered {
			s.add(unit{start: j, end: i, weight: w.lack, rule: s.rule.lack, topic: w.topic, sentence: int32(si)})
			return
		}
		if toks[j+1].before != noBreak {
			return
		}
	}
}

// wordAt is the entry of token j, from the first language that has one.
func (s *scratch) wordAt(j int32) *word {
	t := &s.lex.toks[j]
	if t.word == 0 {
		return nil
	}
	return &s.tables[t.wordSlot].words[t.word-1]
}

// wordUnit weighs a word with an entry that no pattern covers.
func (s *scratch) wordUnit(i int32, cl *clauseState, si int) {
	w := s.wordAt(i)
	if w.flags&wordHint != 0 {
		s.addHint(i, w.weight, cl, si)
		return
	}
	t := &s.lex.toks[i]
	u := unit{start: i, end: i, weight: w.weight, rule: s.rule.word, topic: w.topic, sentence: int32(si)}
	switch {
	case w.flags&wordFirm != 0:
	case cl.lacking() && (w.weight != 0 || w.ownLack):
		u.weight, u.start = w.lack, cl.lackAt-1
		u.rule = s.rule.lack
		if w.lack > 0 {
			u.rule = s.rule.absence
		}
		cl.negUsed = true
	case cl.negated() && (w.weight != 0 || w.ownNot):
		u.weight, u.start, u.rule = w.not, cl.negAt-1, s.rule.negation
		cl.spend()
	}
	if u.weight == 0 {
		if w.topic != 0 {
			u.flags |= unitHidden
			s.add(u)
		}
		return
	}
	u.start = max(u.start, 0)
	if w.flags&wordBare != 0 && u.rule == s.rule.word && s.detached(si) && !cl.boosted() {
		u.weight *= s.k.bareShare
	}
	if w.flags&wordMood != 0 && s.detached(si) {
		u.weight *= s.k.moodShare
	}
	if w.flags&wordObscene != 0 && s.nearPraise(i, si) {
		return
	}
	if cl.boosted() {
		u.weight *= cl.boost
		if cl.boost < 0.9 && u.rule == s.rule.negation && w.weight > 0 { // "not very good" is milder than "not good", still bad
			u.weight *= 1.2
		}
	}
	if t.caps && s.lex.upper*3 < len(s.lex.toks) || t.long {
		u.weight *= s.k.capsShare
	}
	if t.quoted && u.weight > 0 {
		u.weight *= 0.5
	}
	if t.roles&(1<<roleThanks) != 0 && i == s.sentences[si].from || u.weight > 0 && s.afterthought(i, si) {
		u.flags |= unitThanks
	}
	s.addInClause(u, cl)
}

// afterthought: "…, wonderful." One word of praise that a comma parts from the
// rest may mean the opposite.
func (s *scratch) afterthought(i int32, si int) bool {
	st := &s.sentences[si]
	return i == st.to-1 && i > st.from+2 && s.lex.toks[i].before == commaBreak
}

// detached: nothing in the sentence says that it happened to the writer.
func (s *scratch) detached(si int) bool {
	st := &s.sentences[si]
	return !st.has(roleMe) && st.shouts == 0
}

// nearPraise reports whether an obscene word stands beside a positive one, whose
// strength it then is.
func (s *scratch) nearPraise(i int32, si int) bool {
	st := &s.sentences[si]
	for _, j := range [2]int32{i - 1, i + 1} {
		if j < st.from || j >= st.to {
			continue
		}
		if w := s.wordAt(j); w != nil && w.weight >= 1.5 {
			return true
		}
	}
	return false
}

// patternUnit weighs a pattern that was kept.
func (s *scratch) patternUnit(m *match, cl *clauseState, si int) {
	p := &s.tables[m.slot].trie.patterns[m.pattern]
	if p.weight == 0 {
		cl.negUsed = true
		return
	}
	st := &s.sentences[si]
	if p.flags&patternAsk != 0 && st.asks == 0 || p.flags&patternNoAsk != 0 && st.asks > 0 {
		return
	}
	u := unit{start: m.start, end: m.end, weight: p.weight, rule: p.rule, topic: p.topic, flags: unitPattern, sentence: int32(si)}
	if p.flags&patternNoIf != 0 {
		u.flags |= unitNoIf
	}
	negated := (cl.negated() || cl.lacking()) && p.flags&patternFirm == 0 && s.negators(int(m.start), int(m.end))&m.cover == 0
	if negated {
		at := cl.negAt
		if !cl.negated() {
			at = cl.lackAt
		}
		u.start = max(at-1, 0)
		if u.weight > 0 {
			u.weight *= -0.9
			u.rule = s.rule.negation
		} else {
			u.weight *= s.k.negatedComplaint
			u.rule = s.rule.absence
		}
		cl.spend()
	}
	if cl.boosted() {
		u.weight *= 1 + (cl.boost-1)/2
	}
	s.addInClause(u, cl)
}

// addInClause applies what holds for the clause and adds the unit.
func (s *scratch) addInClause(u unit, cl *clauseState) {
	if cl.conditional && u.flags&unitNoIf == 0 {
		u.weight *= s.k.supposed
	}
	if cl.concede {
		u.weight *= s.k.conceded
	}
	if cl.past && u.weight > 0 {
		u.weight *= s.k.pastPraise
	}
	if cl.rival {
		if u.weight > 0 {
			u.weight *= s.k.rivalPraise
		} else {
			u.weight *= s.k.rivalFault
		}
	}
	s.add(u)
}

func (s *scratch) add(u unit) {
	if len(s.units) < maxUnits {
		s.units = append(s.units, u)
	}
}

// maxUnits bounds what a hostile text can make the scorer remember.
const maxUnits = 4000
