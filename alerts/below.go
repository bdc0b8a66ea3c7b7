package alerts

import "github.com/earshot/earshot/mention"

// Below returns the score at and below which a post of this kind is a complaint.
func (r Rules) Below(kind mention.PostKind) float64 {
	if below, ok := r.AlertBelow[kind]; ok {
		return below
	}
	if below, ok := defaultAlertBelow[kind]; ok {
		return below
	}
	return defaultAlertBelow[mention.Review]
}
