package sentiment

// shareOut applies what holds for a whole sentence to its units, from the first
// of them on: contrast, questions, news, emphasis, fears that did not come true,
// and the sections of review templates.
func (s *scratch) shareOut(st *sentence, si, first int) {
	units := s.units[first:]
	shout := 1 + s.k.shout*float32(min(st.shouts, 3))
	for i := range units {
		u := &units[i]
		if u.weight == 0 {
			continue
		}
		if u.flags&unitPattern != 0 {
			u.weight *= st.cues
		} else {
			u.weight *= st.words
		}
		if st.lastBut >= 0 {
			if u.end < st.lastBut {
				u.weight *= s.k.beforeBut
			} else {
				u.weight *= s.k.afterBut
			}
		}
		if st.has(roleTurn) && u.weight < 0 {
			u.weight *= s.k.fearTurned
		}
		if u.rule == s.rule.word || u.flags&unitPattern != 0 {
			u.weight *= shout
		}
		switch {
		case si > 0 && si == len(s.sentences)-1:
			u.weight *= s.k.lastSentence
		case si == 0 && len(s.sentences) > 2:
			u.weight *= s.k.firstSentence
		}
		if st.section == consSection && u.weight > 0 || st.section == prosSection && u.weight < 0 { // half claimed by the heading
			u.weight *= s.k.otherSection
		}
	}
	if st.has(roleAccuse) && (st.asks > 0 || len(units) > 0) {
		at := s.firstWith(roleAccuse, st)
		s.add(unit{start: at, end: at, weight: s.k.accusation, rule: s.rule.accusing, sentence: int32(si)})
	}
	s.emptySection(st, si, first)
	if s.lex.toks[st.from].roles&(1<<roleBut) != 0 && si > 0 {
		s.softenBefore(first, si)
	}
}

// countsIn says what polarity words and complaint cues count in a question or in the
// news.
func (s *scratch) countsIn(st *sentence) (words, cues float32) {
	words, cues = s.questionShares(st)
	if st.has(roleNews) && !st.has(roleMe) {
		words, cues = words*s.k.newsShare, cues*s.k.newsShare
	}
	return words, cues
}

// questionShares says what polarity words and complaint cues count in the
// sentence. A question for facts complains of nothing; an accusing one does.
func (s *scratch) questionShares(st *sentence) (words, cues float32) {
	if st.has(roleAccuse) || st.asks > 2 || st.asks > 0 && st.shouts > 0 {
		return 1, 1
	}
	switch {
	case st.asks > 0 && st.has(roleAsk):
		return s.k.askedWord, s.k.askedCue
	case st.asks > 0:
		return s.k.openWord, s.k.openCue
	case st.has(roleAsk) && s.firstWith(roleAsk, st) < st.from+3: // "подскажите …" without a question mark
		return s.k.openWord, s.k.openCue
	}
	return 1, 1
}

// firstWith is the first token of a sentence with a role that the sentence has.
func (s *scratch) firstWith(r role, st *sentence) int32 {
	i := st.from
	for s.lex.toks[i].roles&(1<<r) == 0 {
		i++
	}
	return i
}

// softenBefore: a sentence that begins with "but" takes weight off the one
// before it.
func (s *scratch) softenBefore(first, si int) {
	for i := first - 1; i >= 0 && s.units[i].sentence == int32(si-1); i-- {
		s.units[i].weight *= s.k.beforeButStart
	}
}

// emptySection reads "Недостатки: нет" and "Достоинства: нет", and lets a filled
// section of faults count a little by itself.
func (s *scratch) emptySection(st *sentence, si, first int) {
	if st.section == noSection {
		return
	}
	toks := s.lex.toks
	heading := toks[st.from].roles&(1<<rolePros|1<<roleCons) != 0
	from := st.from
	if heading {
		from++
		if from >= st.to { // the answer stands in the next sentence
			return
		}
	} else if si == 0 || s.sentences[si-1].to-s.sentences[si-1].from != 1 {
		return
	}
	nothing := toks[from].roles&(1<<roleNothing) != 0 && st.to-from <= 4
	u := unit{start: from, end: from, sentence: int32(si)}
	if nothing {
		s.units = s.units[:first]
	}
	switch {
	case nothing && st.section == consSection:
		u.weight, u.rule = 1.2, s.rule.absence
	case nothing:
		u.weight, u.rule = -2.2, s.rule.lack
	case st.section == consSection:
		u.weight, u.rule, u.flags = -0.5, s.rule.lack, unitHidden
	default:
		u.weight, u.rule, u.flags = 0.4, s.rule.absence, unitHidden
	}
	s.add(u)
}

// ironize turns thanks into irony where a complaint follows and no praise does.
func (s *scratch) ironize() {
	for i := range s.units {
		u := &s.units[i]
		if u.flags&unitThanks == 0 || u.weight <= 0 {
			continue
		}
		var bad, good float32
		for j := range s.units {
			v := &s.units[j]
			if v.sentence < u.sentence-1 || v.sentence > u.sentence+1 || j == i {
				continue
			}
			switch {
			case v.weight < 0 && v.flags&unitPattern != 0:
				bad -= v.weight
			case v.weight < 0 && v.flags&unitHint == 0:
				bad -= v.weight * 0.6
			case v.weight > 0 && v.flags&unitThanks == 0:
				good += v.weight
			}
		}
		if bad >= 1.4 && bad > 3*good {
			u.weight = s.k.thanksTurned * u.weight
			u.rule = s.rule.irony
		}
	}
	s.ironyCues()
}

// ironyCues adds the cues that are irony by themselves ("yeah right").
func (s *scratch) ironyCues() {
	for si := range s.sentences {
		st := &s.sentences[si]
		if !st.has(roleIrony) {
			continue
		}
		at := s.firstWith(roleIrony, st)
		s.add(unit{start: at, end: at, weight: -1.3, rule: s.rule.irony, sentence: int32(si)})
		for k := range s.units {
			if u := &s.units[k]; u.sentence == int32(si) && u.weight > 0 && u.flags&unitPattern == 0 {
				u.weight *= -0.3
			}
		}
	}
}

// settled: what went wrong and was put right weighs little.
func (s *scratch) settled() {
	for i := range s.units {
		u := &s.units[i]
		if u.rule != s.rule.solved || u.weight < 1 {
			continue
		}
		for j := range s.units {
			v := &s.units[j]
			if v.weight < 0 && v.start < u.start && v.sentence >= u.sentence-2 && v.flags&unitBytes == 0 {
				v.weight *= s.k.settledShare
			}
		}
	}
}
