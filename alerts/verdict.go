package alerts

import (
	"cmp"
	"slices"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// frameOrder is the order in which people ask.
var frameOrder = []string{"event", "about", "voice", "end"}

// FrameWords says what the answer of a frame means to people; an answer without words
// is said as it is. What the scorer can answer stands in its frames.tsv.
func FrameWords(l i18n.Lang, frame, value string) string { return l.Word("frame", frame+" "+value) }

// Told lists what the verdict found out about the post, in people's words with the
// author's own words that say it: "told as happened (“on Friday they”)".
func Told(l i18n.Lang, s mention.Score) []string {
	frames := slices.Clone(s.Frames)
	slices.SortStableFunc(frames, func(a, b mention.Frame) int {
		return cmp.Compare(slices.Index(frameOrder, a.Frame), slices.Index(frameOrder, b.Frame))
	})
	var out []string
	for _, f := range frames {
		words := FrameWords(l, f.Frame, f.Value)
		if f.Text != "" {
			words += " (" + l.Quote(text.Line(f.Text, 40)) + ")"
		}
		out = append(out, words)
	}
	return out
}

// Likely says how likely it is a complaint: "91% likely a complaint". It never says 0 or
// 100: nothing is that sure. Empty without a verdict.
func Likely(l i18n.Lang, s mention.Score) string {
	if !s.Judged() {
		return ""
	}
	return l.Text("verdict.likely", "share", l.Percent(min(max(s.Complaint, 0.01), 0.99)))
}
