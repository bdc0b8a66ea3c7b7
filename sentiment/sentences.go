package sentiment

import "sort"

// sentence is a run of tokens up to . ! ? or a line end, with what is said of it
// as a whole.
type sentence struct {
	from, to int32 // tokens, to excluded
	roles    uint32
	shouts   int32   // exclamation marks
	asks     int32   // question marks
	lastBut  int32   // token of the last contrast word, -1 for none
	words    float32 // what a polarity word counts in it, as question or news
	cues     float32 // what a complaint cue counts in it
	section  section
	brand    bool // the brand is named in it
	rival    bool
	names    int32   // other names in it
	bad      float32 // what its units come to, as a positive number
	good     float32
	answers  uint64 // the values of frames that cues in it speak for
	focus    whose  // whom the sentences before it spoke of
	away     int32  // how many sentences off the watch is named
}

func (st *sentence) has(r role) bool { return st.roles&(1<<r) != 0 }

// section is the part of a review template a sentence stands in.
type section uint8

const (
	noSection section = iota
	prosSection
	consSection
)

// stop ends the sentence, for a full stop at this byte or, below 0, for something else.
func (l *lexer) stop(at int) {
	if n := len(l.toks); n > 0 {
		t := &l.toks[n-1]
		t.dot = l.pending == noBreak && int(t.end) == at
	}
	l.pending, l.hyphen = sentenceBreak, false
}

// shortened: the full stop between the token at this place and the next one says that a word was
// cut short ("вул. Франка", "300 грн. комісії"), it ends no sentence.
func (l *lexer) shortened(t *table, at, slot int, next *token) bool {
	cut := &l.toks[at]
	if !cut.dot {
		return false
	}
	roles := t.infos[cut.info[slot]].roles
	return roles&(1<<roleTitle) != 0 || roles&(1<<roleShort) != 0 && (next.small || next.kind == numberToken)
}

// split finds the sentences and gives them their marks, roles and sections.
func (s *scratch) split() {
	s.sentences, s.roles = s.sentences[:0], 0
	toks := s.lex.toks
	var st *sentence
	for i := range toks {
		t := &toks[i]
		if st == nil || t.before == sentenceBreak {
			s.sentences = append(s.sentences, sentence{from: int32(i), lastBut: -1})
			st = &s.sentences[len(s.sentences)-1]
		}
		st.to = int32(i + 1)
		st.roles |= t.roles
		s.roles |= t.roles
		if t.roles&(1<<roleBut) != 0 && int32(i) > st.from {
			st.lastBut = int32(i)
		}
	}
	for _, m := range s.lex.punctuation {
		if len(s.sentences) == 0 {
			break
		}
		switch st := &s.sentences[s.sentenceAt(int(m.at))]; m.r {
		case '?':
			st.asks += m.n
		case '!':
			st.shouts += m.n
		}
	}
	s.findSections()
}

// findSections reads the headings of review templates: "Достоинства: …
// Недостатки: …", "Pros: … Cons: …".
func (s *scratch) findSections() {
	toks := s.lex.toks
	now := noSection
	for si := range s.sentences {
		st := &s.sentences[si]
		first := &toks[st.from]
		heading := first.colon || st.to-st.from == 1
		switch {
		case first.roles&(1<<rolePros) != 0 && heading:
			now = prosSection
		case first.roles&(1<<roleCons) != 0 && heading:
			now = consSection
		case first.colon && now != noSection && si > 0:
			now = noSection
		}
		st.section = now
	}
}

// sentenceOf is the sentence that a token stands in.
func (s *scratch) sentenceOf(token int32) int32 {
	return s.sentenceBefore(func(next *sentence) bool { return next.from > token })
}

// sentenceAt is the sentence that a byte of the text stands in; what comes before the first belongs to it.
func (s *scratch) sentenceAt(at int) int32 {
	return s.sentenceBefore(func(next *sentence) bool { return int(s.lex.toks[next.from].start) > at })
}

// sentenceBefore is the sentence before the first one that is later, 0 where that is the first of all.
func (s *scratch) sentenceBefore(later func(*sentence) bool) int32 {
	n := sort.Search(len(s.sentences), func(i int) bool { return later(&s.sentences[i]) })
	return int32(max(n-1, 0))
}
