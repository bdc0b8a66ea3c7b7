package sentiment

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/earshot/earshot/mention"
)

// decide answers the frames and the verdict.
func (s *Scorer) decide(dst *mention.Score, sc *scratch, in *Input) {
	dst.Complaint = math.Round(float64(s.curve.at(s.weigh(sc)))*1e4) / 1e4
	s.answer(dst, sc, in.Text)
}

// weigh returns the log odds of the complaint, and leaves those of the answers in sc.p.
func (s *Scorer) weigh(sc *scratch) float32 {
	m := &s.common.models
	odds := m.together * m.shipped(sc)
	if len(m.learned) > 0 {
		for _, h := range sc.held {
			odds += m.learned[h.at] * h.x
		}
	}
	return odds
}

// shipped is what is known of the complaint, in log odds, without what was learned.
func (m *verdictModels) shipped(sc *scratch) float32 {
	sc.gather()
	sc.p = m.network.say(sc.held)
	odds := (sc.p[len(m.answers)] + m.forest.say(sc.held)) / 2
	for _, y := range m.score {
		odds += y.x * sc.x[y.at]
	}
	return odds
}

// gather notes the features that are not 0: most are.
func (sc *scratch) gather() {
	held := sc.held[:len(sc.x)]
	k := 0
	for f := range sc.x {
		if math.Float32bits(sc.x[f]) != 0 {
			held[k] = heldFeature{int32(f), sc.x[f]}
			k++
		}
	}
	sc.held = held[:k]
}

// answer takes, for each frame that is weighed, the likeliest value, and for the
// others the value with the heaviest cues.
func (s *Scorer) answer(dst *mention.Score, sc *scratch, text string) {
	c, m, p := s.common, &s.common.models, &sc.p
	dst.Frames = dst.Frames[:0]
	for _, g := range m.groups {
		best := g.from
		for k := g.from + 1; k < g.to; k++ {
			if p[k] > p[best] {
				best = k
			}
		}
		frame := m.answers[best]
		if g.to-g.from == 1 && p[best] < 0 {
			frame = sc.heaviest(c.valuesOf[frame], frame)
		}
		sc.tell(dst, frame, text)
	}
	sc.tell(dst, sc.heaviest(c.ends, 0), text)
}

// heaviest returns the value in g, other than one, that cues speak for most; 0 when
// none does.
func (sc *scratch) heaviest(g group, except int) int {
	best, weight := 0, float32(0)
	values := sc.x[len(sc.x)-len(sc.common.frames):] // by frame: they count from 1
	for f := g.from; f < g.to; f++ {
		if f != except && values[f] > weight {
			best, weight = f, values[f]
		}
	}
	return best
}

// tell adds the answer of a frame, with the heaviest cue that speaks for it; 0 is none.
func (sc *scratch) tell(dst *mention.Score, frame int, text string) {
	if frame == 0 {
		return
	}
	v := &sc.common.frames[frame]
	f := mention.Frame{Frame: v.frame, Value: v.value}
	if sc.spoken>>frame&1 != 0 {
		h := &sc.cues[sc.loudest[frame]]
		f.Start, f.End = int(sc.lex.toks[h.start].start), int(sc.lex.toks[h.end].end)
		f.Text = text[f.Start:f.End]
	}
	dst.Frames = append(dst.Frames, f)
}

// AlertAt returns the complaint at and above which a post of the kind is an alert,
// when the watchlist says nothing else.
func (s *Scorer) AlertAt(kind mention.PostKind) float64 {
	return s.common.models.alert[kindOf(kind)]
}

// FrameSays tells people what a value of a frame means; "" for one that is unknown.
func (s *Scorer) FrameSays(f mention.Frame) string {
	return s.common.frames[s.common.frameIndex[f.Frame+" "+f.Value]].says
}

// Reason is a feature of a text with what it gave the verdict, in the logistic's units: by how
// much the odds of a complaint would be lower without it.
type Reason struct {
	Feature string
	Weight  float64
	Words   []string // the words of the text that make the feature most, the heaviest first, where single words make it
}

// Reasons returns what decided over the complaint of a text, the heaviest first. Each feature is
// left out by itself, so what two features say alike neither is told to have given.
func (s *Scorer) Reasons(in Input) []Reason {
	sc := s.scored(in)
	defer s.pool.Put(sc)
	odds := s.weigh(sc)
	var list []Reason
	for f, x := range sc.x {
		if f == fBias || x == 0 {
			continue
		}
		sc.x[f] = 0
		if gave := odds - s.weigh(sc); abs(gave) >= 0.05 {
			list = append(list, Reason{s.common.features[f], round(gave), sc.leaningWords(f, in.Text)})
		}
		sc.x[f] = x
	}
	slices.SortStableFunc(list, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)), strings.Compare(a.Feature, b.Feature))
	})
	return list
}

// String is how people read it.
func (r Reason) String() string { return fmt.Sprintf("%+.2f  %s", r.Weight, r.Feature) }
