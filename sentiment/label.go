package sentiment

import "github.com/earshot/earshot/mention"

// Where a text is negative or positive by itself. What a complaint is, alerts.Rules
// says by the kind of the post: the same words weigh the same in a review and in the
// news, but news is seldom a complaint.
const (
	negativeAt = -0.08
	positiveAt = 0.10
)

// surelyNone is the complaint below which bad words make no text negative: it praises in words that
// complaints have too ("nothing was broken"), plays with them or tells of others. Of hand-written praise in
// Bulgarian .14 was called negative, now .10; on real texts nothing is lost.
const surelyNone = 0.08

// So many of the author's stars, at most and at least, decide over the words.
const (
	fewStars  = 2.4
	manyStars = 3.8
)

// label labels a text, whatever kind of post it is.
func label(value, complaint float64) mention.Label {
	switch {
	case value <= negativeAt && complaint >= surelyNone:
		return mention.Negative
	case value >= positiveAt:
		return mention.Positive
	}
	return mention.Neutral
}

// useStars lets the author's own rating decide, and says when the words disagree.
func (s *Scorer) useStars(dst *mention.Score, stars float64) {
	text := dst.Value
	switch {
	case stars <= 0 || stars != stars:
		return
	case stars <= fewStars:
		dst.Value = min(text, -0.5-0.1*(fewStars-stars)) - 0.05
		if text >= 0.45 {
			dst.Conflict = "few stars, but the words are friendly"
		}
	case stars >= manyStars:
		dst.Value = max(text, 0.5+0.1*(stars-manyStars)) + 0.05
		if text <= -0.45 {
			dst.Conflict = "many stars, but the words complain"
		}
	default:
		dst.Value -= 0.1
	}
	dst.Value = max(-1, min(1, dst.Value))
}
