package plan

import (
	"slices"
	"strings"

	"github.com/earshot/earshot/mention"
)

// criticalTopics are the topics and rules that cannot wait, by the words of the scorer.
var criticalTopics = map[string]string{
	"safety": "health or safety", "health": "health or safety",
	"legal": "legal threat", "legal threat": "legal threat",
	"fraud": "accusation of fraud",
}

// fraudBelow is the score from which on a word like "cheats" is an accusation and
// not only strong language: in reviews it is common.
const fraudBelow = -0.5

// severityOf says how loud a complaint is and why. It is pure; by is what is known of
// its author.
func severityOf(m mention.Mention, by mention.Author) (mention.Severity, []string) {
	sev, why := mention.Low, []string(nil)
	raise := func(to mention.Severity, reason string) {
		if to > sev {
			sev = to
		}
		if !slices.Contains(why, reason) {
			why = append(why, reason)
		}
	}
	switch v := m.Score.Value; {
	case v <= -0.65:
		raise(mention.High, "strong words")
	case v <= -0.3:
		sev = mention.Normal
	}
	if stars := m.Post.Rating.Stars(); stars > 0 && stars <= 1.5 {
		raise(max(sev, mention.Normal), "the lowest rating")
		if m.Score.Value <= -0.5 {
			sev = max(sev, mention.High)
		}
	}
	if m.Post.Kind == mention.News {
		raise(max(sev, mention.High), "in the news")
	}
	if by.Complaints > 0 && !by.LastAnswered {
		raise(max(sev, mention.High), "complained before and got no answer")
	}
	for _, word := range criticalReasons(m.Score) {
		raise(mention.Critical, word)
	}
	return sev, why
}

// criticalReasons lists what in the score makes a complaint critical.
func criticalReasons(s mention.Score) []string {
	var out []string
	add := func(word string) {
		reason, ok := criticalTopics[strings.ToLower(word)]
		if ok && (word != "fraud" || s.Value <= fraudBelow) && !slices.Contains(out, reason) {
			out = append(out, reason)
		}
	}
	for _, t := range s.Topics {
		add(t)
	}
	for _, h := range s.Why {
		if h.Weight < 0 {
			add(h.Rule)
		}
	}
	return out
}
