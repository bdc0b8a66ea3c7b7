package sentiment

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"github.com/earshot/earshot/mention"
)

// scratch is what is found in one text, in the order it is found; scorers reuse it.
type scratch struct {
	common *common
	emoji  map[uint64]float32
	rule   engineRules
	k      *shares

	// Read: its words, in which languages they are, and what they name.
	windows  [8][2]int
	lex      lexer
	language detected
	tables   [2]*table // of the language, and of the second one where there is one
	named    bool      // somebody said where the brand is
	places   uint8     // bit i: a token is of placeKind i

	// Searched: what patterns it holds.
	steps   int
	matches []match
	cues    []cueHit

	// Evaluated: what speaks for or against, and what it weighs.
	sentences []sentence
	roles     uint32 // of all tokens
	units     []unit
	hints     []hint
	topics    [maxTopics]float32
	blamed    uint32 // bit i: topics has something at i

	// Judged: the features, and what the models make of them.
	x        []float32             // the features
	spoken   uint64                // bit i: a cue speaks for value i of a frame
	loudest  [maxFrameValues]int32 // of those values: the heaviest cue
	met      themeSet              // themes that the text speaks of
	spokenOf [maxThemes]float32    // by theme: words
	leaning  [leaningKinds]int32   // the sums of leans
	bad      []badUnit
	parties  []party
	strides  []int32             // by token: its distance from the first one, as a fault's from a party
	held     []heldFeature       // the features that are not 0
	p        [maxAnswers]float32 // what the network answers, in log odds
}

// Score scores one text.
func (s *Scorer) Score(in Input) mention.Score {
	var out mention.Score
	s.ScoreInto(&out, in)
	return out
}

// ScoreInto scores one text into dst, whose slices are reused: with the same dst
// it does not allocate once they have grown.
func (s *Scorer) ScoreInto(dst *mention.Score, in Input) {
	s.pool.Put(s.score(dst, in))
}

// scored is what scoring a text leaves behind, for those who ask what was found; they put it back into the pool.
func (s *Scorer) scored(in Input) *scratch { return s.score(&mention.Score{}, in) }

func (s *Scorer) score(dst *mention.Score, in Input) *scratch {
	sc := s.pool.Get().(*scratch)
	sc.readText(in.Text, in.Spans)
	s.lookUp(sc, &in)
	sc.search()
	sc.evaluate()
	sc.aim(in.Spans)
	s.deliver(dst, sc, &in)
	return sc
}

// lookUp finds the language of the text, what its tables know of each word, and whom the words name.
func (s *Scorer) lookUp(sc *scratch, in *Input) {
	found := s.languageOf(sc, in.Lang)
	var latin *latinReader
	if found.translit {
		latin = s.latin(found.lang)
	}
	sc.language, sc.tables = found, [2]*table{s.table(found.lang)}
	sc.lex.resolve(sc.tables[0], 0, latin)
	if found.second >= 0 {
		sc.tables[1] = s.table(found.second)
		sc.lex.resolve(sc.tables[1], 1, nil)
	}
	sc.markPlaces(in.Text, in.Spans, in.Rivals)
}

// aim makes what stands near the watch's spans weigh more than the rest.
func (s *scratch) aim(spans []mention.Span) {
	if len(spans) == 0 || len(s.sentences) < 3 {
		return
	}
	s.measure(spans)
	for i := range s.units {
		u := &s.units[i]
		switch away := s.sentences[u.sentence].away; {
		case away == 0:
			u.weight *= 1.25
		case away == 1:
		case away <= 3:
			u.weight *= 0.8
		default:
			u.weight *= 0.5
		}
	}
}

// measure notes for each sentence how many sentences away the nearest span is. A post may name the watch
// in every word: each span is looked at once.
func (s *scratch) measure(spans []mention.Span) {
	list := s.sentences
	for i := range list {
		list[i].away = int32(len(list))
	}
	for _, sp := range spans {
		list[s.sentenceAt(sp.Start)].away = 0
	}
	for i := 1; i < len(list); i++ {
		list[i].away = min(list[i].away, list[i-1].away+1)
	}
	for i := len(list) - 2; i >= 0; i-- {
		list[i].away = min(list[i].away, list[i+1].away+1)
	}
}

// deliver sums the units up and writes the score.
func (s *Scorer) deliver(dst *mention.Score, sc *scratch, in *Input) {
	var sum float64
	sc.topics, sc.blamed = [maxTopics]float32{}, 0
	for i := range sc.units {
		u := &sc.units[i]
		sum += float64(u.weight)
		if u.topic != 0 {
			sc.topics[u.topic%maxTopics] += max(-u.weight, 0.1)
			sc.blamed |= 1 << (u.topic % maxTopics)
		}
	}
	dst.Value = sum / math.Sqrt(sum*sum+spread)
	dst.Lang = s.common.langs[sc.language.lang]
	dst.Conflict = ""
	dst.Why = s.evidence(dst.Why[:0], sc, in.Text)
	sc.features(in, dst.Value)
	s.decide(dst, sc, in)
	s.useStars(dst, in.Stars)
	dst.Label = label(dst.Value, dst.Complaint)
	dst.Topics = dst.Topics[:0]
	if dst.Value < 0 {
		dst.Topics = s.topTopics(dst.Topics, sc)
	}
}

// maxWhy bounds the evidence of one score: nobody reads more.
const maxWhy = 60

// evidence tells, in the order of the text, which units decided: of very many the heaviest.
func (s *Scorer) evidence(why []mention.Hit, sc *scratch, text string) []mention.Hit {
	toks := sc.lex.toks
	for i := range sc.units {
		u := &sc.units[i]
		if u.weight > -0.005 && u.weight < 0.005 || u.flags&unitHidden != 0 {
			continue
		}
		from, to := u.start, u.end
		if u.flags&unitBytes == 0 {
			from, to = toks[u.start].start, toks[u.end].end
		}
		why = append(why, mention.Hit{
			Start: int(from), End: int(to), Text: text[from:to],
			Rule: s.common.rules.list[u.rule], Weight: round(u.weight), Topic: s.common.topics.list[u.topic],
		})
	}
	if len(why) > maxWhy {
		slices.SortStableFunc(why, func(a, b mention.Hit) int { return cmp.Compare(abs(b.Weight), abs(a.Weight)) })
		clear(why[maxWhy:])
		why = why[:maxWhy]
	}
	if !slices.IsSortedFunc(why, byStart) {
		slices.SortStableFunc(why, byStart)
	}
	return why
}

func byStart(a, b mention.Hit) int { return a.Start - b.Start }

// round keeps two places: staff read the weights.
func round(w float32) float64 { return math.Round(float64(w)*100) / 100 }

// maxTopics bounds common/topics.tsv.
const maxTopics = 24

func (s *Scorer) topTopics(out []string, sc *scratch) []string {
	for len(out) < 4 && sc.blamed != 0 {
		top := bits.TrailingZeros32(sc.blamed)
		for rest := sc.blamed; rest != 0; rest &= rest - 1 {
			if i := bits.TrailingZeros32(rest); sc.topics[i] > sc.topics[top] {
				top = i
			}
		}
		out = append(out, s.common.topics.list[top])
		sc.blamed &^= 1 << top
	}
	return out
}
