package sentiment

// emojiUnit weighs an emoji or an emoticon. A row of the same one counts little
// more than one.
func (s *scratch) emojiUnit(i int32, si int) {
	toks := s.lex.toks
	w, ok := s.emoji[toks[i].hash]
	if !ok || w == 0 {
		return
	}
	if i > 0 && toks[i-1].kind == emojiToken && toks[i-1].hash == toks[i].hash {
		if i > 1 && toks[i-2].hash == toks[i].hash {
			return
		}
		w *= 0.3
	}
	s.add(unit{start: i, end: i, weight: w, rule: s.rule.emoji, sentence: int32(si)})
}

// smileys reads the brackets that Cyrillic writers smile and frown with: a run of
// two or more, or a closing one that closes nothing.
func (s *scratch) smileys() {
	if len(s.sentences) == 0 || !s.common.cyrillic[s.language.lang] {
		return
	}
	open := 0
	for _, m := range s.lex.punctuation {
		w := float32(0)
		switch {
		case m.r == '(' && m.n >= 2:
			w = -0.9
		case m.r == '(':
			open++
		case m.r == ')' && open > 0:
			open--
		case m.r == ')' && m.n >= 2:
			w = 0.6
		}
		if w != 0 {
			s.add(unit{start: m.at + 1 - m.n, end: m.at + 1, weight: w, rule: s.rule.emoji, flags: unitBytes, sentence: s.sentenceAt(int(m.at))})
		}
	}
}

// ratings reads "1/5", "2 из 10", "одна звезда", "0 stars".
func (s *scratch) ratings() {
	if !s.lex.numbers && s.roles&(1<<roleNumber) == 0 {
		return
	}
	toks := s.lex.toks
	for i := range toks {
		t := &toks[i]
		if t.kind != numberToken && t.roles&(1<<roleNumber) == 0 || t.covered {
			continue
		}
		value, best, end := t.num, t.of, i
		if j := s.afterOf(i); best == 0 && j > 0 {
			best, end = toks[j].num, j
		}
		if best == 0 && i+1 < len(toks) && toks[i+1].roles&(1<<roleStar) != 0 && toks[i+1].before == noBreak {
			best, end = 5, i+1
			if value > 5 {
				best = 10
			}
		}
		if (best != 5 && best != 10 && best != 100) || value > best {
			continue
		}
		s.rating(i, end, value/best)
	}
}

// afterOf returns the number after "of", "out of", "из", 0 when there is none.
func (s *scratch) afterOf(i int) int {
	toks := s.lex.toks
	j := i + 1
	for j < len(toks) && j < i+3 && toks[j].roles&(1<<roleOf) != 0 {
		j++
	}
	if j == i+1 || j >= len(toks) || toks[j].kind != numberToken && toks[j].roles&(1<<roleNumber) == 0 {
		return 0
	}
	return j
}

func (s *scratch) rating(from, to int, share float32) {
	w := float32(0)
	switch {
	case share <= 0.4:
		w = -2.8
	case share <= 0.6:
		w = -0.8
	case share >= 0.8:
		w = 2.4
	}
	s.add(unit{start: int32(from), end: int32(to), weight: w, rule: s.rule.rating, flags: unitPattern, sentence: s.sentenceOf(int32(from))})
}

// hint is a small sign, kept apart from the units: there are many, and they count
// only as a sum.
type hint struct {
	token  int32
	weight float32
}

// addHint notes a small sign. What its sentence is taken for counts here already.
func (s *scratch) addHint(i int32, weight float32, cl *clauseState, si int) {
	if cl.conditional {
		weight *= s.k.supposed
	}
	if len(s.hints) < maxUnits {
		s.hints = append(s.hints, hint{i, weight * s.sentences[si].words})
	}
}

// boundHints turns the small signs into units, scaled so that together they are
// never praise and never more than a mild complaint, however long the text. Where
// something else speaks, one silent unit holds their sum.
func (s *scratch) boundHints() {
	var sum float32
	for _, h := range s.hints {
		sum += h.weight
	}
	want := s.k.hintShare * sum * min(1, s.k.hintWords/float32(len(s.lex.toks)))
	want = max(s.k.mostHints, want)
	if want >= 0 {
		return
	}
	for i := range s.units {
		if s.units[i].weight != 0 {
			s.add(unit{weight: want, rule: s.rule.hint, flags: unitHint | unitHidden})
			return
		}
	}
	for _, h := range s.hints {
		s.add(unit{start: h.token, end: h.token, weight: h.weight * want / sum, rule: s.rule.hint, flags: unitHint, sentence: s.sentenceOf(h.token)})
	}
}
