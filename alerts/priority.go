package alerts

import (
	"math"
	"time"

	"github.com/earshot/earshot/mention"
)

// Priority says why a complaint stands where it does among those that wait. Each part is
// a head start: so much sooner does it come than another complaint that began to wait at
// the same moment. So the order follows from waiting and weight alike, and stays the same
// while time goes by.
type Priority struct {
	Severity time.Duration // how loud it is
	Verdict  time.Duration // how sure the verdict is
	Stars    time.Duration // how few of five the author gave
	Place    time.Duration // how much the place is read: weight: of its source
	Repeat   time.Duration // how often the author complained before
}

// What the parts are at most. They are chosen so that a critical complaint goes before
// whatever waits since the day before, and none is forgotten behind louder ones.
const (
	criticalStart = 24 * time.Hour
	highStart     = 8 * time.Hour
	normalStart   = 2 * time.Hour
	verdictStart  = 4 * time.Hour // of a certain one
	oneStarStart  = 3 * time.Hour
	twoStarsStart = 90 * time.Minute
	repeatStart   = 2 * time.Hour // of each complaint before
	maxRepeats    = 3
	unheardStart  = time.Hour     // the complaint before is unanswered
	weightStart   = 4 * time.Hour // of a weight of two; half the weight is as much later
)

// PriorityOf is the priority of a complaint with what its message says beside it.
func PriorityOf(m mention.Mention, d Details) Priority {
	var p Priority
	switch m.Severity {
	case mention.Critical:
		p.Severity = criticalStart
	case mention.High:
		p.Severity = highStart
	case mention.Normal:
		p.Severity = normalStart
	}
	sure := m.Score.Complaint
	if !m.Score.Judged() {
		sure = -m.Score.Value
	}
	p.Verdict = part(verdictStart, min(max(sure, 0), 1))
	switch stars := math.Round(m.Post.Rating.Stars()); {
	case m.Post.Rating.Stars() == 0: // nobody gave any, whatever the site writes
	case stars <= 1:
		p.Stars = oneStarStart
	case stars == 2:
		p.Stars = twoStarsStart
	}
	if d.Weight > 0 {
		p.Place = part(weightStart, math.Log2(min(max(d.Weight, minWeight), maxWeight)))
	}
	p.Repeat = time.Duration(min(max(d.Nth-1, 0), maxRepeats)) * repeatStart
	if d.LastOpen {
		p.Repeat += unheardStart
	}
	return p
}

// The bounds within which a source's weight counts.
const (
	minWeight = 0.1
	maxWeight = 10
)

// part is a share of a head start, to the minute.
func part(whole time.Duration, share float64) time.Duration {
	return time.Duration(float64(whole) * share).Round(time.Minute)
}

// HeadStart is the sum of the parts; below zero for a place that few people read.
func (p Priority) HeadStart() time.Duration {
	return p.Severity + p.Verdict + p.Stars + p.Place + p.Repeat
}
