package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

// maxReasons is how many features or words are shown: the rest weighs little.
const maxReasons = 8

// explainVerdict prints whether a post would be an alert, what the frames say and what
// decided: features where the verdict does, words where the score does. Every line begins
// with indent.
func (l speech) explainVerdict(w io.Writer, indent string, scorer *sentiment.Scorer, rules alerts.Rules, in sentiment.Input, s mention.Score) {
	fmt.Fprintf(w, "%s%s\n", indent, l.decision(rules, in.Kind, s))
	for _, f := range s.Frames {
		says := scorer.FrameSays(f)
		if !l.english() {
			says = alerts.FrameWords(l.Lang, f.Frame, f.Value)
		}
		fmt.Fprintf(w, "%s  %s", indent, says)
		if f.Text != "" {
			fmt.Fprintf(w, ": %s", l.Quote(text.OneLine(f.Text)))
		}
		fmt.Fprintln(w)
	}
	if _, byScore := rules.Below(in.Kind); byScore {
		heaviest := slices.Clone(s.Why)
		slices.SortStableFunc(heaviest, func(a, b mention.Hit) int { return cmp.Compare(math.Abs(b.Weight), math.Abs(a.Weight)) })
		for _, h := range heaviest[:min(len(heaviest), maxReasons)] {
			fmt.Fprintf(w, "%s  %s\n", indent, l.hit(h))
		}
		return
	}
	reasons := scorer.Reasons(in)
	for _, r := range reasons[:min(len(reasons), maxReasons)] {
		side := l.Text("score.for")
		if r.Weight < 0 {
			side = l.Text("score.against")
		}
		fmt.Fprintf(w, "%s  %+.2f %-10s  %s%s\n", indent, r.Weight, side, l.feature(r.Feature), l.words(r.Words))
	}
}

// decision says whether a score is an alert, and by which threshold.
func (l speech) decision(rules alerts.Rules, kind mention.PostKind, s mention.Score) string {
	verb := l.Text("score.would_not")
	if rules.Margin(kind, s) >= 0 {
		verb = l.Text("score.would")
	}
	what := l.Text("score.what_unknown")
	if kind != "" {
		name := string(kind)
		if !l.english() {
			name = l.Word("web.kind", name)
		}
		what = l.Text("score.what_kind", "kind", name)
	}
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }
	if below, ok := rules.Below(kind); ok {
		return l.Text("score.by_score", "verb", verb, "score", number(s.Value), "what", what, "below", number(below), "complaint", number(s.Complaint))
	}
	return l.Text("score.by_verdict", "verb", verb, "complaint", number(s.Complaint), "what", what, "from", number(rules.Above(kind)))
}

// featureGroups are how the names of features begin that are made of other words, and how
// such a name is said.
var featureGroups = []struct {
	begin, key string
	rest       func(speech, string) string
}{
	{"kind ", "score.feature_kind", func(l speech, rest string) string { return l.Word("web.kind", rest) }},
	{"speaks of ", "score.feature_theme", func(l speech, rest string) string { return l.Word("theme", rest) }},
	{"event ", "score.feature_words", answerOf("event ")},
	{"about ", "score.feature_words", answerOf("about ")},
	{"voice ", "score.feature_words", answerOf("voice ")},
	{"end ", "score.feature_words", answerOf("end ")},
}

// answerOf says an answer of one frame.
func answerOf(frame string) func(speech, string) string {
	return func(l speech, answer string) string { return l.frame(frame + answer) }
}

// feature says a feature of the verdict to people. A name that has no words is plain enough,
// or new.
func (l speech) feature(name string) string {
	for _, group := range featureGroups {
		if rest, ok := strings.CutPrefix(name, group.begin); ok {
			return l.Text(group.key, "what", group.rest(l, rest))
		}
	}
	return l.Word("feature", name)
}

// words says which words a feature rests on.
func (l speech) words(list []string) string {
	var quoted []string
	for _, w := range list {
		quoted = append(quoted, l.Quote(text.OneLine(w)))
	}
	if len(quoted) == 0 {
		return ""
	}
	return ": " + strings.Join(quoted, ", ")
}

// frame says an answer of a frame, as its feature is called.
func (l speech) frame(name string) string {
	f, value, _ := strings.Cut(name, " ")
	return alerts.FrameWords(l.Lang, f, value)
}
