package alerts

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// frameWords say in a few words what each answer of a frame means; what the scorer
// can answer stands in its frames.tsv.
var frameWords = map[string]string{
	"event yes": "told as happened", "event asked": "asked, not told", "event advised": "advice", "event priced": "a price or a condition",
	"event feared": "feared, not happened", "event general": "said in general", "event well": "told that it went well",
	"about us": "about us", "about other": "about somebody else", "about nobody": "nobody is blamed", "about means": "we are only the place or the means",
	"voice customer": "a customer speaks", "voice press": "the press speaks", "voice ad": "an advertisement", "voice company": "a company speaks",
	"voice adviser": "somebody explains or warns", "voice asker": "somebody asks", "voice quoter": "somebody tells what others say", "voice talker": "chat or a joke",
	"end right": "it was put right", "end withdrawn": "taken back", "end thanked": "they are thanked", "end open": "still open",
}

// frameOrder is the order in which people ask.
var frameOrder = []string{"event", "about", "voice", "end"}

// FrameWords says what the answer of a frame means to people; an answer without words
// is said as it is.
func FrameWords(frame, value string) string {
	return cmp.Or(frameWords[frame+" "+value], frame+" "+value)
}

// Told lists what the verdict found out about the post, in people's words with the
// author's own words that say it: "told as happened («on Friday they»)".
func Told(s mention.Score) []string {
	frames := slices.Clone(s.Frames)
	slices.SortStableFunc(frames, func(a, b mention.Frame) int {
		return cmp.Compare(slices.Index(frameOrder, a.Frame), slices.Index(frameOrder, b.Frame))
	})
	var out []string
	for _, f := range frames {
		words := FrameWords(f.Frame, f.Value)
		if f.Text != "" {
			words += " («" + text.Line(f.Text, 40) + "»)"
		}
		out = append(out, words)
	}
	return out
}

// Likely says how likely it is a complaint: "91 % a complaint". It never says 0 or
// 100: nothing is that sure. Empty without a verdict.
func Likely(s mention.Score) string {
	if !s.Judged() {
		return ""
	}
	return fmt.Sprintf("%d %% a complaint", int(min(max(math.Round(s.Complaint*100), 1), 99)))
}
