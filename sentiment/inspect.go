package sentiment

// Found is a line of a language's words.tsv or patterns.tsv that spoke in a text.
type Found struct {
	Lang   string
	File   string // words or patterns
	Line   int
	Weight float64 // as the line has it
}

// Lines returns the lines of the lexicon that spoke in a text, each once. It is for
// audits: which line is right how often.
func (s *Scorer) Lines(in Input) []Found {
	sc := s.scored(in)
	defer s.pool.Put(sc)
	seen := map[Found]bool{}
	var found []Found
	add := func(f Found) {
		if f.Line > 0 && f.Weight != 0 && !seen[f] {
			seen[f] = true
			found = append(found, f)
		}
	}
	for i := range sc.matches {
		t := sc.tables[sc.matches[i].slot]
		p := &t.trie.patterns[sc.matches[i].pattern]
		add(Found{t.lang, "patterns", int(p.line), float64(p.weight)})
	}
	for i := range sc.lex.toks {
		tok := &sc.lex.toks[i]
		if w := sc.wordAt(int32(i)); w != nil && !tok.covered {
			add(Found{sc.tables[tok.wordSlot].lang, "words", int(w.line), float64(w.weight)})
		}
	}
	return found
}

// FeatureNames returns the names of what Features returns.
func (s *Scorer) FeatureNames() []string { return s.common.featureNames() }

// Features returns what the models of the verdict see of a text: numbers in
// [0, 1], in the order of FeatureNames. It is for fitting and measuring them.
func (s *Scorer) Features(in Input) []float32 {
	sc := s.scored(in)
	defer s.pool.Put(sc)
	return append([]float32(nil), sc.x...)
}

// Cue is a line of a language's frames.tsv that a text was found to hold.
type Cue struct {
	Lang  string
	Line  int // of frames.tsv; 0 for an ending
	Frame string
	Value string
	Start int // bytes
	End   int
}

// Cues returns the cues of a text. It is for audits: which line is right how often.
func (s *Scorer) Cues(in Input) []Cue {
	sc := s.scored(in)
	defer s.pool.Put(sc)
	cues := make([]Cue, 0, len(sc.cues))
	for _, h := range sc.cues {
		v, t := &s.common.frames[h.frame], sc.tables[h.slot]
		c := Cue{Lang: t.lang, Frame: v.frame, Value: v.value, Start: int(sc.lex.toks[h.start].start), End: int(sc.lex.toks[h.end].end)}
		if h.pattern >= 0 {
			c.Line = int(t.trie.patterns[h.pattern].line)
		}
		cues = append(cues, c)
	}
	return cues
}

// Word is an everyday word of a language: a form, or a stem ("parcel*").
type Word struct{ Lang, Text string }

// Words returns the everyday words of a text, each as often as it stands there. It is for fitting, and
// knows them only with Options.Unfitted.
func (s *Scorer) Words(in Input) []Word {
	sc := s.scored(in)
	defer s.pool.Put(sc)
	var list []Word
	for i := range sc.lex.toks {
		tok := &sc.lex.toks[i]
		if tok.place != noPlace {
			continue
		}
		slot, in := sc.leaner(tok)
		if t := sc.tables[slot]; in.everyday != 0 && len(t.everydayNames) > 0 {
			list = append(list, Word{t.lang, t.everydayNames[in.everyday-1]})
		}
	}
	return list
}
