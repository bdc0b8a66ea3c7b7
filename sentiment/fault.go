package sentiment

// whose says of whom a fault is told.
type whose uint8

const (
	ofNobody   whose = iota // nobody is named near it
	ofUs                    // the brand
	ofUsBefore              // the sentence names nobody, the one before spoke of the brand
	ofOther                 // somebody else
	ofName                  // a name that may be a firm, a town or a person
	ofMeans                 // the brand, as the place, the tool or where the writer went
	whoseCount
)

// party is a mention of somebody a fault can be told of.
type party struct {
	at, to int32 // tokens, to included
	who    whose
}

// maxParties bounds what one text names.
const maxParties = 2000

// aboutWhose are the values of the frame "about" as parties.
var aboutWhose = map[string]whose{"about us": ofUs, "about other": ofOther, "about nobody": ofNobody, "about means": ofMeans}

// How far a party is from a fault: in words, and what stands between counts more.
const (
	commaDistance = 4 // a comma or a contrast word
	afterDistance = 2 // who is named only after the fault is less often its subject
)

// findParties lists who is named: by cues of "about", and by names. The brand
// inside a cue for another or for means ("moved to <brand>") is no party of its own.
func (s *scratch) findParties() {
	c := s.common
	s.parties = s.parties[:0]
	for i := range s.cues {
		h := &s.cues[i]
		if who := c.whose[h.frame]; c.isAbout[h.frame] && len(s.parties) < maxParties {
			s.parties = append(s.parties, party{h.start, h.end, who})
		}
	}
	if !s.mentions(brandPlace) && !s.mentions(rivalPlace) && !s.mentions(namePlace) {
		return
	}
	cues := s.parties
	for i := range s.lex.toks {
		var who whose
		switch s.lex.toks[i].place {
		case brandPlace:
			who = ofUs
		case rivalPlace:
			who = ofOther
		case namePlace:
			who = ofName
		default:
			continue
		}
		if len(s.parties) == maxParties {
			return
		}
		if !insideCue(cues, int32(i), who) {
			s.parties = append(s.parties, party{int32(i), int32(i), who})
		}
	}
}

func insideCue(cues []party, at int32, who whose) bool {
	for i := range cues {
		if p := &cues[i]; p.at <= at && at <= p.to && (who != ofUs || p.who != ofUs) {
			return true
		}
	}
	return false
}

// assign says of whom the unit is told: the nearest party of its sentence, else
// whom the sentences before spoke of.
func (s *scratch) assign(u *unit, si int) whose {
	st := &s.sentences[si]
	who, nearest := ofNobody, int32(1<<20)
	from, to := u.start, u.end
	if u.flags&unitBytes != 0 {
		from, to = st.from, st.to-1
	}
	for i := range s.parties {
		p := &s.parties[i]
		if p.at < st.from || p.at >= st.to {
			continue
		}
		if d := s.distance(p, from, to); d < nearest {
			who, nearest = p.who, d
		}
	}
	if nearest < 1<<20 {
		return who
	}
	return st.focus
}

func (s *scratch) distance(p *party, from, to int32) int32 {
	switch {
	case p.at > to:
		return afterDistance + s.strides[p.at] - s.strides[to]
	case p.to >= from:
		return 0
	}
	return s.strides[from] - s.strides[p.to]
}

// pace notes how far each token is from the first one: a fault may be thousands of words from each of many parties.
func (s *scratch) pace() {
	s.strides = s.strides[:0]
	at := int32(0)
	for i := range s.lex.toks {
		if t := &s.lex.toks[i]; i > 0 {
			at++
			if t.before != noBreak || t.roles&(1<<roleBut) != 0 {
				at += commaDistance
			}
		}
		s.strides = append(s.strides, at)
	}
}

// focus notes for each sentence whom the ones before it spoke of. A text that
// nowhere says where the brand is, is all about it.
func (s *scratch) focus() {
	now := ofNobody
	if !s.named {
		now = ofUsBefore
	}
	for si := range s.sentences {
		st := &s.sentences[si]
		st.focus = now
		for i := range s.parties {
			p := &s.parties[i]
			if p.at < st.from || p.at >= st.to {
				continue
			}
			switch p.who {
			case ofUs:
				now = ofUsBefore
			case ofOther, ofMeans:
				now = p.who
			}
		}
	}
}

// sentenceFault is how much is wrong in a sentence, by whom it is told of.
type sentenceFault [whoseCount]float32

// faultFeatures says of whom the faults are told, and in which sentences.
func (s *scratch) faultFeatures() {
	if len(s.bad) == 0 {
		return
	}
	c := s.common
	s.findParties()
	s.focus()
	s.pace()
	var before float32 // of us, and not yet settled
	next := 0
	for si := range s.sentences {
		st := &s.sentences[si]
		var f sentenceFault
		for ; next < len(s.bad) && int(s.bad[next].sentence) == si; next++ {
			u := &s.units[s.bad[next].unit]
			f[s.assign(u, si)] -= u.weight
		}
		us := f[ofUs] + f[ofUsBefore]
		happened := st.answers&c.happened != 0
		unreal := st.answers&c.unreal != 0 || st.has(roleIf) || st.asks > 0 && st.has(roleAsk)
		switch {
		case happened && !unreal:
			s.x[fHappenedUs] = max(s.x[fHappenedUs], us)
		case unreal && !happened:
			s.x[fUnrealUs] = max(s.x[fUnrealUs], us)
		}
		s.x[fOfUs] += us
		s.x[fOfOther] += f[ofOther] + f[ofMeans]
		s.x[fOfName] += f[ofName]
		s.x[fOfNobody] += f[ofNobody]
		if before += us; st.answers&c.settled != 0 {
			s.x[fSettledUs] = max(s.x[fSettledUs], before)
			before = 0
		}
	}
	if all := s.x[fOfUs] + s.x[fOfOther] + s.x[fOfName]; all > 0 {
		s.x[fShareOfUs] = s.x[fOfUs] / all
	}
	for f := fOfUs; f <= fSettledUs; f++ {
		s.x[f] = squash(s.x[f], 2)
	}
}
