package plan

import (
	"slices"
	"strings"

	"github.com/earshot/earshot/mention"
)

// seriousTopics are the topics and rules that cannot wait, by the words of the scorer.
var seriousTopics = map[string]string{
	"safety": "health or safety", "health or safety": "health or safety", "health": "health or safety",
	"legal": "legal threat", "legal threat": "legal threat",
	"fraud": "accusation of fraud",
}

// From which verdict on a complaint is as sure as its severity must be. On the labelled
// streams three of four critical alerts were right from 0.6 on and more than five of six
// from sureOf on (TestSeverityTells).
const (
	plainFrom  = 0.6  // normal
	sureOf     = 0.75 // a serious topic is critical
	verySureOf = 0.85 // strong words are high
)

// strongWords is the score from which words are strong, and a word like "cheats" is an
// accusation: in reviews it is common.
const strongWords = -0.5

// floodFrom is from how many complaints of half an hour on an author's next is not critical by itself:
// what is critical passes mutes and nights, and one person must not ring for each word.
const floodFrom = 5

// severity is severityOf, and what the watchlist says of such complaints.
func (p *plan) severity(m mention.Mention, by mention.Author) (mention.Severity, []string) {
	sev, why := severityOf(m, by)
	is, rule := p.rules.Loudness(m, sev)
	switch {
	case is < sev: // why it would be louder is no reason any more
		why = []string{rule}
	case is > sev:
		why = append(why, rule)
	}
	return is, why
}

// severityOf says how loud a complaint is and why. It is pure; by is what is known of
// its author.
func severityOf(m mention.Mention, by mention.Author) (mention.Severity, []string) {
	sev, why := mention.Low, []string(nil)
	raise := func(to mention.Severity, reason string) {
		sev = max(sev, to)
		if !slices.Contains(why, reason) {
			why = append(why, reason)
		}
	}
	likely, strong := m.Score.Complaint, m.Score.Value <= strongWords
	if likely >= plainFrom {
		sev = mention.Normal
	}
	if likely >= verySureOf && strong {
		raise(mention.High, "surely a complaint, in strong words")
	}
	if stars := m.Post.Rating.Stars(); stars > 0 && stars <= 1.5 {
		to := mention.Normal
		if strong {
			to = mention.High
		}
		raise(to, "the lowest rating")
	}
	if m.Post.Kind == mention.News {
		raise(mention.High, "in the news")
	}
	if by.Complaints > 0 && !by.LastAnswered {
		raise(mention.High, "complained before and got no answer")
	}
	for _, reason := range serious(m.Score) {
		switch {
		case likely >= sureOf && by.Lately < floodFrom:
			raise(mention.Critical, reason)
		case likely >= plainFrom:
			raise(mention.High, reason)
		default:
			raise(mention.Normal, reason)
		}
	}
	return sev, why
}

// serious lists what in the score cannot wait.
func serious(s mention.Score) []string {
	var out []string
	add := func(word string) {
		word = strings.ToLower(word)
		reason, ok := seriousTopics[word]
		if ok && (word != "fraud" || s.Value <= strongWords) && !slices.Contains(out, reason) {
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
