package sentiment

import "github.com/earshot/earshot/mention"

// Thresholds say, for each kind of post, the score at or below which it is a
// complaint. They are apart from the score: the same words weigh the same in a
// review and in the news, but news is seldom a complaint.
type Thresholds map[mention.PostKind]float64

// Defaults returns the thresholds that favour precision: who is woken for praise
// stops reading.
func Defaults() Thresholds {
	return Thresholds{
		mention.Review:  -0.08,
		mention.Comment: -0.18,
		mention.Social:  -0.20,
		mention.Forum:   -0.22,
		mention.News:    -0.40,
	}
}

// The label of a text whose kind is not known.
const (
	negativeAt = -0.08
	positiveAt = 0.10
)

// DefaultLabel labels a score when nothing is known about the kind of the post.
func DefaultLabel(value float64) mention.Label {
	switch {
	case value <= negativeAt:
		return mention.Negative
	case value >= positiveAt:
		return mention.Positive
	}
	return mention.Neutral
}

// Label labels a score by the threshold of its kind; a kind that t does not know
// is taken as by DefaultLabel.
func (t Thresholds) Label(kind mention.PostKind, s mention.Score) mention.Label {
	at, ok := t[kind]
	switch {
	case !ok:
		return DefaultLabel(s.Value)
	case s.Value <= at:
		return mention.Negative
	case s.Value >= positiveAt:
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
	case stars <= 2.4:
		dst.Value = min(text, -0.5-0.1*(2.4-stars)) - 0.05
		if text >= 0.45 {
			dst.Conflict = "few stars, but the words are friendly"
		}
	case stars >= 3.8:
		dst.Value = max(text, 0.5+0.1*(stars-3.8)) + 0.05
		if text <= -0.45 {
			dst.Conflict = "many stars, but the words complain"
		}
	default:
		dst.Value -= 0.1
	}
	dst.Value = max(-1, min(1, dst.Value))
}
