package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

// maxReasons is how many features are shown: the rest weighs little.
const maxReasons = 8

// explainVerdict prints whether a post would be an alert, what the frames say and which
// features decided. Every line begins with indent.
func (l speech) explainVerdict(w io.Writer, indent string, scorer *sentiment.Scorer, rules alerts.Rules, in sentiment.Input, s mention.Score) {
	fmt.Fprintf(w, "%s%s\n", indent, l.decision(rules, in.Kind, s))
	for _, f := range s.Frames {
		says := scorer.FrameSays(f)
		if !l.english() {
			says = alerts.FrameWords(l.Lang, f.Frame, f.Value)
		}
		fmt.Fprintf(w, "%s  %s", indent, says)
		if f.Text != "" {
			fmt.Fprintf(w, ": «%s»", text.OneLine(f.Text))
		}
		fmt.Fprintln(w)
	}
	reasons := scorer.Reasons(in)
	for _, r := range reasons[:min(len(reasons), maxReasons)] {
		side := l.Text("score.for")
		if r.Weight < 0 {
			side = l.Text("score.against")
		}
		fmt.Fprintf(w, "%s  %+.2f %-10s  %s\n", indent, r.Weight, side, featureWords(r.Feature))
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

// featureSays say the features of the verdict whose name alone would puzzle people.
var featureSays = map[string]string{
	"few stars": "the author gave few stars", "middle stars": "the author gave a middle number of stars", "many stars": "the author gave many stars",
	"score bad": "the words are bad on the whole", "score good": "the words are good on the whole",
	"worst sentence": "how bad the worst sentence is", "worst sentence at the brand": "how bad the worst sentence beside your name is",
	"bad cues": "phrases of complaints", "bad words": "bad words", "small signs": "small signs of annoyance", "good cues": "phrases of praise", "good words": "good words",
	"kinds of bad": "several kinds of trouble", "share of bad": "much of the text is bad",
	"bad told as mine": "the trouble is the writer's own", "bad not told as mine": "the trouble is not told as the writer's own",
	"bad in a question": "the trouble stands in a question", "bad in a report": "the trouble stands in a report of others",
	"bad before the brand is named": "the trouble stands before your name", "bad beside the brand": "the trouble stands beside your name",
	"bad away from the brand": "the trouble stands far from your name", "bad beside another name": "the trouble stands beside another name",
	"bad beside a rival": "the trouble stands beside a rival's name", "bad after good": "good first, then bad", "good after bad": "bad first, then good",
	"asks": "it asks something", "asks for facts": "it asks for facts", "shouts": "it shouts", "first person": "the writer speaks of themselves",
	"share of first person": "how much the writer speaks of themselves", "numbers": "numbers", "prices": "prices", "quoted": "somebody is quoted",
	"other names": "other names", "several other names": "several other names", "rivals named": "a rival is named", "links": "links", "tags": "hashtags",
	"capitals": "capitals", "a code": "a code", "many lines": "many lines", "long": "it is long", "short": "it is short", "many commas": "many commas",
	"begins with the brand": "it begins with your name", "brand named often": "your name stands often", "brand addressed": "you are addressed",
	"ends with the brand": "it ends with your name", "brand named late": "your name comes late", "brand and a colon": "your name and a colon",
	"if": "an if", "it used to be": "it used to be so", "but": "a but", "irony": "irony",
}

// featureWords says a feature of the verdict to people. A name that is not known here
// is plain enough, or new.
func featureWords(name string) string {
	frame := func(s string) string {
		f, value, _ := strings.Cut(s, " ")
		return alerts.FrameWords(i18n.Lang{}, f, value)
	}
	if rest, ok := strings.CutPrefix(name, "rule "); ok {
		return "it speaks of: " + rest
	}
	if rest, ok := strings.CutPrefix(name, "kind "); ok {
		return "where it stands: " + rest
	}
	if rest, ok := strings.CutPrefix(name, "bad with "); ok {
		return "the trouble beside words for: " + frame(rest)
	}
	if rest, ok := strings.CutPrefix(name, "is "); ok {
		return "on the whole: " + frame(rest)
	}
	if f, value, ok := strings.Cut(name, " "); ok && alerts.FrameWords(i18n.Lang{}, f, value) != name {
		return "words for: " + alerts.FrameWords(i18n.Lang{}, f, value)
	}
	if says, ok := featureSays[name]; ok {
		return says
	}
	return name
}
