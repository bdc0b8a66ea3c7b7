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
