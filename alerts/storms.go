package alerts

import (
	"cmp"
	"strings"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

const (
	// StormWindow is the time in which a storm is counted: it begins when too many
	// complaints are heard in so long, and is over when they are no longer too many.
	StormWindow = 30 * time.Minute
	// StormLength is the length of the spans of the day in which storms are one; a longer
	// one is another in the next.
	StormLength = 6 * time.Hour
	// StormLeast is the number of complaints in the window below which nothing is a storm:
	// a channel carries as many on their own.
	StormLeast = 20
)

// Storm says which storm a message is about. It may have a message in every channel its
// complaints go to, and is one all the same.
type Storm struct {
	Watch string    `json:"watch"`
	Span  time.Time `json:"span"` // when its span of StormLength began
}

// Said is the id of what is said once of the whole storm, whoever says it first.
func (s Storm) Said(what ...string) mention.AlertID {
	return mention.NewAlertID(mention.Escalation, append([]string{"storm", s.Watch, s.Span.UTC().Format(time.RFC3339)}, what...)...)
}

// Threadless is what is said of a storm, or of anything else, where there is no thread and no button.
func (m Message) Threadless() string {
	return strings.TrimSuffix(m.Details.Text, " "+cmp.Or(m.Details.Thread, m.Lang.Text("storm.thread")))
}

// Taken is what came of taking all complaints of a storm.
type Taken struct {
	Won  int // taken by the one who pressed
	Lost int // taken, answered or dismissed by others meanwhile
}

// Words tells the one who pressed.
func (t Taken) Words(l i18n.Lang) string {
	switch {
	case t.Won == 0 && t.Lost == 0:
		return l.Text("storm.taken_none")
	case t.Won == 0:
		return l.Text("storm.taken_lost")
	case t.Lost > 0:
		return l.Plural("storm.taken_some", t.Won, "lost", t.Lost)
	}
	return l.Plural("storm.taken", t.Won)
}
