package tune

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/earshot/earshot/mention"
)

// trial scores the labelled texts with changed words.
type trial struct {
	in    Input
	lex   Lexicon
	texts []labelled
	index wordIndex
	file  wordsFile
	known map[string]state // what was scored before, by the words
	going func()           // another attempt begins
}

// state is how the labelled texts score with some words. There are hundreds: a score with all its evidence is a
// hundred times as much as what is kept of it.
type state struct {
	margins []float64 // by text; of what says nothing about words 0
	Effect
}

// weakBy is the margin below which a complaint is heard only just.
const weakBy = 0.1

// with scores everything with the edits taken.
func (t *trial) with(ctx context.Context, edits []edit) (state, error) {
	words := t.wordsWith(edits)
	if s, ok := t.known[words]; ok {
		return s, nil
	}
	s, err := t.part(ctx, edits, t.labelled())
	if err == nil {
		t.known[words] = s
	}
	return s, err
}

// part is with of these texts alone: what it says of others means nothing.
func (t *trial) part(ctx context.Context, edits []edit, on []int) (state, error) {
	s := state{margins: make([]float64, len(t.texts))}
	err := t.score(ctx, t.wordsWith(edits), on, func(i int, score mention.Score) {
		s.margins[i] = t.in.Margin(t.texts[i].Mention.Post.Kind, score)
		s.count(t.texts[i].Verdict, s.margins[i])
	})
	return s, err
}

// evidence is what spoke in every text with the edits taken.
func (t *trial) evidence(ctx context.Context, edits []edit) ([]mention.Score, error) {
	scores := make([]mention.Score, len(t.texts))
	err := t.score(ctx, t.wordsWith(edits), t.labelled(), func(i int, score mention.Score) { scores[i] = score })
	return scores, err
}

func (t *trial) wordsWith(edits []edit) string {
	if len(edits) == 0 {
		return t.in.Words
	}
	return joined(t.file.with(edits))
}

// score scores texts with other words.
func (t *trial) score(ctx context.Context, words string, on []int, each func(int, mention.Score)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.going()
	scorer, err := t.lex.Scorer(words)
	if err != nil {
		return fmt.Errorf("tune: %w", err)
	}
	for _, i := range on {
		each(i, scorer.Score(t.texts[i].Mention))
	}
	return nil
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (t *trial) alarm(s *state, i int) bool { return s.margins[i] >= 0 }

func (t *trial) weak(s *state, i int) bool {
	return t.texts[i].Verdict == Confirmed && s.margins[i] < weakBy
}

// gain is what a candidate is worth on top of what is chosen.
type gain struct {
	removed int     // false alarms, or weak complaints made clear
	rise    float64 // how far the scores of the others came towards the threshold
	ok      bool    // nothing is harmed beyond what the user allows
	lost    int     // complaints, against the words of today
}

// leastRise keeps out candidates that only move scores by a hair.
const leastRise = 0.02

// worth says whether a candidate is worth a line.
func (g gain) worth() bool { return g.ok && (g.removed > 0 || g.rise >= leastRise) }

// softens measures, on the texts given, a candidate that should end false alarms.
func (t *trial) softens(first, now, then *state, on []int) gain {
	g := gain{ok: true, lost: t.lost(first, now)}
	for _, i := range on {
		was, is := t.alarm(now, i), t.alarm(then, i)
		switch {
		case t.texts[i].Verdict == Confirmed:
			g.lost += one(was && !is && t.alarm(first, i)) - one(is && !was && t.alarm(first, i))
		case is && !was:
			g.ok = false
		case was:
			g.removed += one(!is)
			g.rise += max(now.margins[i], 0) - max(then.margins[i], 0)
		}
	}
	g.ok = g.ok && g.lost <= t.in.MayLose
	return g
}

// lost counts the confirmed complaints that were found and are no more.
func (t *trial) lost(first, then *state) int {
	n := 0
	for i := range t.texts {
		if t.texts[i].Verdict == Confirmed {
			n += one(t.alarm(first, i) && !t.alarm(then, i))
		}
	}
	return n
}

// firms measures, on the texts given, a candidate that should make weak complaints
// clear.
func (t *trial) firms(first, now, then *state, on []int) gain {
	g := gain{ok: true, lost: t.lost(first, now)}
	for _, i := range on {
		was, is := t.alarm(now, i), t.alarm(then, i)
		if t.texts[i].Verdict == Confirmed {
			g.ok = g.ok && (is || !was)
			g.removed += one(t.weak(now, i)) - one(t.weak(then, i))
		} else if is && !was {
			g.ok = false
		}
	}
	return g
}

// labelled lists the texts that teach words.
func (t *trial) labelled() []int {
	var list []int
	for i := range t.texts {
		if t.texts[i].Verdict != NotUs {
			list = append(list, i)
		}
	}
	return list
}

// better orders candidates: more false alarms gone first; then the narrower and
// the milder.
func better(a, b *candidate) int {
	c := cmp.Compare(b.gain.removed, a.gain.removed)
	if a.gain.removed == 0 && b.gain.removed == 0 {
		c = cmp.Compare(b.gain.rise, a.gain.rise)
	}
	return cmp.Or(c, cmp.Compare(a.inTrue, b.inTrue), cmp.Compare(b.edit.at, a.edit.at), cmp.Compare(len(a.phrase), len(b.phrase)),
		cmp.Compare(a.kind, b.kind), cmp.Compare(a.lang+a.name(), b.lang+b.name()))
}

// words fills the part of the plan that concerns the words file.
func (t *trial) words(ctx context.Context, p *Plan) error {
	first, err := t.with(ctx, nil)
	if err != nil {
		return err
	}
	p.Before, p.After = first.Effect, first.Effect
	if p.Labels.NotNegative < MinNotNegative || p.Labels.Confirmed < MinConfirmed {
		l := t.in.Says
		p.TooFew = append(p.TooFew, l.Text("tune.few_words", "wrong", l.Plural("tune.few_wrong", p.Labels.NotNegative),
			"right", l.Plural("tune.few_right", p.Labels.Confirmed), "least_wrong", MinNotNegative, "least_right", MinConfirmed))
		return nil
	}
	said, err := t.evidence(ctx, nil)
	if err != nil {
		return err
	}
	options := t.readable(softer(t.texts, t.index, said, &t.file, t.in.Says))
	chosen, err := t.choose(ctx, &first, nil, options, aim{t.softens, gain.worth})
	if err != nil {
		return err
	}
	if chosen, err = t.prune(ctx, &first, chosen); err != nil {
		return err
	}
	now, err := t.with(ctx, edits(chosen))
	if err != nil {
		return err
	}
	if said, err = t.evidence(ctx, edits(chosen)); err != nil {
		return err
	}
	more, err := t.choose(ctx, &first, chosen, t.readable(heavier(t, &now, said)), aim{t.firms, func(g gain) bool { return g.ok && g.removed >= support }})
	if err != nil {
		return err
	}
	if p.After, err = t.describe(ctx, p, &first, chosen, more); err != nil {
		return err
	}
	p.Left = left(options, append(chosen, more...))
	p.Diff = t.file.unified(t.in.File, t.in.New, edits(append(chosen, more...)))
	return nil
}

// readable leaves out candidates whose words are cut otherwise than the scorer cuts them: 24ч.
func (t *trial) readable(options []*candidate) []*candidate {
	return slices.DeleteFunc(options, func(c *candidate) bool {
		return c.edit.at < 0 && slices.ContainsFunc(strings.FieldsFunc(c.name(), func(r rune) bool { return r == ' ' || r == '|' }), func(word string) bool {
			return word != number && !t.lex.Reads(word)
		})
	})
}

func edits(list []*candidate) []edit {
	out := make([]edit, len(list))
	for i, c := range list {
		out[i] = c.edit
	}
	return out
}

// mostChanges bounds a plan: nobody reads more at once.
const mostChanges = 25

// aim is what candidates are chosen for.
type aim struct {
	measure func(first, now, then *state, on []int) gain
	worth   func(gain) bool
}

// choose takes, time and again, the best candidate on top of those that are
// chosen. A candidate's last measure stands for its next one until it comes first.
func (t *trial) choose(ctx context.Context, first *state, chosen, options []*candidate, a aim) ([]*candidate, error) {
	base := len(chosen)
	now, err := t.with(ctx, edits(chosen))
	if err != nil {
		return nil, err
	}
	if err := t.measureAll(ctx, first, &now, chosen, options, a); err != nil {
		return nil, err
	}
	pool := slices.DeleteFunc(slices.Clone(options), func(c *candidate) bool { return !a.worth(c.gain) })
	fresh := map[*candidate]bool{} // measured on top of chosen, all by itself
	for len(chosen) < base+mostChanges && len(pool) > 0 {
		slices.SortStableFunc(pool, better)
		c := pool[0]
		then, err := t.with(ctx, append(edits(chosen), c.edit))
		if err != nil {
			return nil, err
		}
		if !fresh[c] {
			c.gain, fresh[c] = a.measure(first, &now, &then, t.labelled()), true
			if !a.worth(c.gain) {
				pool = pool[1:]
				continue
			}
			if len(pool) > 1 && better(c, pool[1]) > 0 {
				continue // another may be better by now
			}
		}
		chosen, now = append(chosen, c), then
		pool = slices.DeleteFunc(pool, func(o *candidate) bool { return o == c || clashes(o, c) })
		clear(fresh)
	}
	return chosen[base:], nil
}

// measureAll measures every candidate. Those whose words stand in different texts
// are measured at once: making a scorer is what takes time.
func (t *trial) measureAll(ctx context.Context, first, now *state, chosen, options []*candidate, a aim) error {
	for _, batch := range batches(options) {
		var on []int
		for _, c := range batch {
			on = append(on, c.affects...) // no two share a text
		}
		then, err := t.part(ctx, append(edits(chosen), edits(batch)...), on)
		if err != nil {
			return err
		}
		for _, c := range batch {
			c.gain = a.measure(first, now, &then, c.affects)
			c.alone = c.gain
		}
	}
	return nil
}

func batches(options []*candidate) [][]*candidate {
	var out [][]*candidate
	var taken []map[int]bool
next:
	for _, c := range options {
		for i := range out {
			if !slices.ContainsFunc(c.affects, func(x int) bool { return taken[i][x] }) {
				out[i] = append(out[i], c)
				occupy(taken[i], c.affects)
				continue next
			}
		}
		room := map[int]bool{}
		occupy(room, c.affects)
		out, taken = append(out, []*candidate{c}), append(taken, room)
	}
	return out
}

func occupy(room map[int]bool, list []int) {
	for _, i := range list {
		room[i] = true
	}
}

// clashes says whether two candidates are about the same line or the same words.
func clashes(a, b *candidate) bool {
	return a.edit.at >= 0 && a.edit.at == b.edit.at || a.lang == b.lang && a.name() == b.name()
}

// prune leaves out what is not needed: a line whose false alarms others end too.
func (t *trial) prune(ctx context.Context, first *state, chosen []*candidate) ([]*candidate, error) {
	if len(chosen) == 0 {
		return nil, nil
	}
	whole, err := t.with(ctx, edits(chosen))
	if err != nil {
		return nil, err
	}
	for i := len(chosen) - 1; i >= 0; i-- {
		rest := slices.Delete(slices.Clone(chosen), i, i+1)
		without, err := t.with(ctx, edits(rest))
		if err != nil {
			return nil, err
		}
		if without.FalseAlarms <= whole.FalseAlarms && t.softens(first, first, &without, t.labelled()).ok {
			chosen, whole = rest, without
		}
	}
	return chosen, nil
}

// describe measures what each line does within the whole.
func (t *trial) describe(ctx context.Context, p *Plan, first *state, softer, firmer []*candidate) (Effect, error) {
	all := append(slices.Clone(softer), firmer...)
	whole, err := t.with(ctx, edits(all))
	if err != nil {
		return Effect{}, err
	}
	for i, c := range all {
		without, err := t.with(ctx, edits(slices.Delete(slices.Clone(all), i, i+1)))
		if err != nil {
			return Effect{}, err
		}
		p.Words = append(p.Words, Change{
			Kind: c.kind, Lang: c.lang, Phrase: c.name(), Line: c.edit.line, Replaces: c.edit.at + 1, InFalse: c.inFalse, InTrue: c.inTrue,
			Removes: without.FalseAlarms - whole.FalseAlarms, Loses: t.lost(first, &whole) - t.lost(first, &without),
			Firms: max(0, without.Weak-whole.Weak), Examples: c.examples,
		})
	}
	return whole.Effect, nil
}

// mostLeft bounds what is said of words that are left alone.
const mostLeft = 5

// left says which words were often wrong and yet are not touched.
func left(options, chosen []*candidate) []Left {
	out := []Left{}
	for _, c := range options {
		if len(out) == mostLeft {
			break
		}
		if !c.base || c.alone.worth() || slices.ContainsFunc(chosen, func(o *candidate) bool { return overlaps(c, o) }) ||
			slices.ContainsFunc(out, func(l Left) bool { return l.Lang == c.lang && strings.Contains(c.name(), l.Phrase) }) {
			continue
		}
		out = append(out, Left{Lang: c.lang, Phrase: c.name(), InFalse: c.inFalse, InTrue: c.inTrue, Loses: c.alone.lost})
	}
	return out
}

// overlaps says whether the words of one stand in the other.
func overlaps(a, b *candidate) bool {
	x, y := " "+strings.ReplaceAll(a.name(), "|", " ")+" ", " "+strings.ReplaceAll(b.name(), "|", " ")+" "
	return a.lang == b.lang && (strings.Contains(x, y) || strings.Contains(y, x))
}

// heavier returns the candidates that make words weigh more: those that spoke in
// weak confirmed complaints and in nothing that staff called not negative. No word
// is made up: only what was evidence before becomes stronger.
func heavier(t *trial, now *state, said []mention.Score) []*candidate {
	var out []*candidate
	for _, c := range sorted(clues(t.texts, said)) {
		inFalse, inTrue := c.count(t.texts)
		weak := map[int]bool{}
		for _, s := range c.place {
			if t.weak(now, s.text) {
				weak[t.texts[s.text].same] = true
			}
		}
		was := median(c.weight)
		w := tenths(was * stronger)
		if inFalse > 0 || len(weak) < support || w >= tenths(was) || c.rule == small || len(c.phrase) > mostWords || tooSmall(c.phrase) {
			continue
		}
		phrase := strings.Join(c.phrase, " ")
		out = append(out, &candidate{
			affects: t.index.standsIn(c.phrase), kind: Heavier, lang: c.lang, phrase: c.phrase, inTrue: inTrue, examples: c.examples(t.texts, Confirmed),
			edit: edit{t.file.entry(c.lang, phrase), patternLine(c.lang, phrase, w, c.rule, c.topic, t.in.Says.Plural("tune.note_weak", len(weak)))},
		})
	}
	slices.SortStableFunc(out, func(a, b *candidate) int { return cmp.Compare(b.inTrue, a.inTrue) })
	return out[:min(len(out), most/4)]
}

// stronger is how much more words weigh that are heard too softly.
const stronger = 1.5
