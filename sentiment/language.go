package sentiment

import (
	"math"
	"sync"
)

// In which language a text is read: what its words and letters say (langid.go), where that leaves
// a doubt what the tables know of it, and what its source declares.

// Identify says which of the four languages a text is in, and how sure that is
// in [0, 1].
func (s *Scorer) Identify(text string) (lang string, sure float64) {
	sc := s.pool.Get().(*scratch)
	defer s.pool.Put(sc)
	sc.readText(text, nil)
	v := s.identify(sc, -1)
	return s.common.langs[v.lang], float64(v.sure)
}

// identify judges the language, and where a Cyrillic text leaves it in doubt, asks
// the tables which of them knows its words. The votes are true of the languages that may still win, and of given.
func (s *Scorer) identify(sc *scratch, given int) detected {
	v := s.id.identify(&sc.lex)
	if v.sure >= doubt || v.translit || !s.common.cyrillic[v.lang] {
		return v
	}
	sum, least := v.votes, float32(math.Inf(-1)) // of the first two
	if v.second >= 0 {
		s.tablesOf(v.lang, v.second)
		s.vote(sc, v.lang, &sum)
		s.vote(sc, v.second, &sum)
		least = min(sum[v.lang], sum[v.second])
	}
	for k, cyrillic := range s.common.cyrillic {
		if known := v.second >= 0 && (k == v.lang || k == v.second); cyrillic && !known && (k == given || sc.mostVotes(v.votes[k]) >= least) {
			s.vote(sc, k, &sum)
		}
	}
	return s.id.best(&sum, sc.lex.letters.cyrillic)
}

// vote adds what the table of a language knows of the words of a text.
func (s *Scorer) vote(sc *scratch, k int, sum *votes) {
	t := s.table(k)
	for i := range sc.lex.toks {
		tok := &sc.lex.toks[i]
		if !tok.tells() {
			continue
		}
		switch id := t.forms.find(tok.hash); {
		case id != 0 && (t.infos[id].word >= 0 || t.infos[id].everyday != 0):
			sum[k] += tableVote
		case id == 0 && t.stems.longest(sc.lex.runesOf(tok)) != 0:
			sum[k] += stemVote
		}
	}
}

// tells: the word is long enough to be asked for.
func (t *token) tells() bool { return t.kind == wordToken && t.runeN > 2 }

// mostVotes is what a language comes to if its table knows all words. It is added up as votes are, so that rounding
// cannot make more of them.
func (s *scratch) mostVotes(votes float32) float32 {
	for i := range s.lex.toks {
		if s.lex.toks[i].tells() {
			votes += tableVote
		}
	}
	return votes
}

// tablesOf compiles two languages side by side where neither is yet: a first short text in doubt waits for both.
func (s *Scorer) tablesOf(a, b int) {
	if s.langs[a].ready.Load() || s.langs[b].ready.Load() {
		return
	}
	var other sync.WaitGroup
	other.Go(func() { s.table(a) })
	s.table(b)
	other.Wait()
}

const (
	doubt     = 0.6 // of how sure identification is
	tableVote = 0.8 // for a word that stands in a language's tables
	stemVote  = 0.4 // for one that begins as a stem of them
)

// languageOf identifies the language. What the caller says is a hint: servers
// declare "en" by default, so script and function words win over it.
func (s *Scorer) languageOf(sc *scratch, tag string) detected {
	given := s.common.language(tag)
	v := s.identify(sc, given)
	if given < 0 || given == v.lang {
		return v
	}
	cyrillic, written := s.common.cyrillic[given], s.common.cyrillic[v.lang]
	switch {
	case !cyrillic && written && !v.translit:
		return v
	case !written && v.votes[v.lang] > v.votes[given]+foreign: // Latin letters, and words of another language
		return v
	case cyrillic && written && !v.translit && v.votes[v.lang] > v.votes[given]+foreign: // the same in Cyrillic
		if v.second < 0 {
			v.second = given // the hint still counts: such texts are mixed more often than others
		}
		return v
	case v.translit && !cyrillic:
		return v
	case cyrillic && !written && s.knows(sc, v.lang, nil) > s.knows(sc, given, s.latin(given)):
		return v
	}
	// A Latin text in a Cyrillic language is transliterated; a Cyrillic one that
	// looks like another is read as both.
	out := detected{lang: given, second: -1, sure: 1, translit: v.translit || cyrillic && !written}
	if cyrillic && written && !v.translit {
		out.second = v.lang
	}
	return out
}

// knows counts the words of the text that stand in a language's tables; latin reads them as its Latin spelling.
func (s *Scorer) knows(sc *scratch, lang int, latin *latinReader) (n int) {
	t := s.table(lang)
	for i := range sc.lex.toks {
		tok := &sc.lex.toks[i]
		if tok.kind != wordToken || tok.runeN < 2 {
			continue
		}
		id := t.forms.find(tok.hash)
		if id == 0 {
			id = sc.lex.guess(t, tok, latin)
		}
		if id != 0 {
			n++
		}
	}
	return n
}

// latin reads words in Latin letters as a Cyrillic language's.
func (s *Scorer) latin(lang int) *latinReader {
	s.table(lang)
	return s.langs[lang].latin
}

// foreign is by how many votes a text must speak against the language it is declared to
// be in: a Russian site has Ukrainian reviews, and its pages call all of them Russian.
const foreign = 3
