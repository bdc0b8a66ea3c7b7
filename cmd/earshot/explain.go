package main

import (
	"bufio"
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
	{"event ", "score.feature_words", answerOf("event")},
	{"about ", "score.feature_words", answerOf("about")},
	{"voice ", "score.feature_words", answerOf("voice")},
	{"end ", "score.feature_words", answerOf("end")},
}

// answerOf says an answer of one frame.
func answerOf(frame string) func(speech, string) string {
	return func(l speech, answer string) string { return alerts.FrameWords(l.Lang, frame, answer) }
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

// explainScore prints the text with the decisive words marked under it, the
// reasons with their weights, and the verdict.
func (l speech) explainScore(w io.Writer, body string, s mention.Score, colour bool) error {
	out := bufio.NewWriter(w)
	printMarked(out, body, s.Why)
	for _, h := range s.Why {
		fmt.Fprintf(out, "  %s\n", l.hit(h))
	}
	if len(s.Why) == 0 {
		fmt.Fprintln(out, "  "+l.Text("score.nothing"))
	}
	start, end := "", ""
	if colour {
		start, end = map[mention.Label]string{mention.Negative: "\x1b[31m", mention.Neutral: "\x1b[2m", mention.Positive: "\x1b[32m"}[s.Label], "\x1b[0m"
	}
	fmt.Fprintf(out, "%s%s %+.2f%s  %s", start, l.label(s.Label), s.Value, end, l.Text("score.language", "lang", s.Lang))
	if len(s.Topics) > 0 {
		fmt.Fprintf(out, "  %s", l.Text("score.topics", "topics", strings.Join(alerts.Topics(l.Lang, s), ", ")))
	}
	fmt.Fprintln(out)
	if s.Conflict != "" {
		fmt.Fprintln(out, "  "+l.Word("conflict", s.Conflict))
	}
	return out.Flush()
}

// hit says what a piece of evidence weighs and what it is.
func (l speech) hit(h mention.Hit) string {
	topic := ""
	if h.Topic != "" {
		topic = "  [" + l.Word("topic", h.Topic) + "]"
	}
	return fmt.Sprintf("%+.2f  %s: %s%s", h.Weight, l.Word("why", h.Rule), l.Quote(text.OneLine(h.Text)), topic)
}

// label is how people call a label.
func (l speech) label(stored mention.Label) string {
	return map[mention.Label]string{mention.Negative: l.Text("score.label.neg"), mention.Neutral: l.Text("score.label.neu"), mention.Positive: l.Text("score.label.pos")}[stored]
}

// printMarked prints the lines of text, each with ~ under the decisive words.
func printMarked(out io.Writer, text string, why []mention.Hit) {
	start := 0
	for _, line := range strings.SplitAfter(text, "\n") {
		end := start + len(line)
		shown := strings.TrimRight(line, "\r\n")
		if shown != "" {
			fmt.Fprintln(out, shown)
			if marks := underline(shown, start, why); marks != "" {
				fmt.Fprintln(out, marks)
			}
		}
		start = end
	}
}

func underline(line string, at int, why []mention.Hit) string {
	marks := make([]byte, 0, len(line))
	for i := range line {
		mark := byte(' ')
		for _, h := range why {
			if at+i >= h.Start && at+i < h.End {
				mark = '~'
			}
		}
		marks = append(marks, mark)
	}
	return strings.TrimRight(string(marks), " ")
}
