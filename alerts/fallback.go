package alerts

import (
	"cmp"
	"strings"
	"time"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Fallback is the other door of a route.
type Fallback struct {
	Route string        // of the door; empty: there is none
	After time.Duration // how long the route must have taken nothing
}

// FallbackOf is the other door of a route; its Route is empty when there is none.
func (r Rules) FallbackOf(route string) Fallback {
	f, ok := r.Fallbacks[route]
	if !ok {
		f = r.Fallback
	}
	if f.Route == route {
		return Fallback{}
	}
	return f
}

// Instead says what an alert of kind fallback stands in for.
type Instead struct {
	Of    mention.AlertID   `json:"of"`
	Kind  mention.AlertKind `json:"kind"`
	Route string            `json:"route"` // where it was to go
}

// ToldBy is a door through which an alert was told.
type ToldBy struct {
	Door string // its name
	At   time.Time
}

// FallbackID is the id of the message that tells of an alert through a door: there is one
// for each, however often it is asked for.
func FallbackID(of mention.AlertID, door string) mention.AlertID {
	return mention.NewAlertID(mention.Fallback, string(of), door)
}

// NewFallback makes the message that tells of an alert through a door.
func NewFallback(of mention.Alert, door string, now time.Time) mention.Alert {
	f := ReadDetails(of.Payload)
	f.Instead = &Instead{Of: of.ID, Kind: of.Kind, Route: of.Route}
	return mention.Alert{
		ID: FallbackID(of.ID, door), Kind: mention.Fallback, MentionID: of.MentionID, Route: door, Notify: of.Notify,
		Severity: of.Severity, Status: mention.Pending, CreatedAt: now, Payload: f.Encode(),
	}
}

// doorRoute begins the route of a door, and the place of what was told there.
const doorRoute = "door:"

// DoorPlace is the channel of what a door was told.
func DoorPlace(name string) string { return doorRoute + name }

// DoorOf returns the name of the door of a route; ok is false for any other.
func DoorOf(route string) (name string, ok bool) { return strings.CutPrefix(route, doorRoute) }

// ToldElsewhere says that people were told elsewhere already; empty when they were not.
func (m Message) ToldElsewhere() string {
	if len(m.Doors) == 0 {
		return ""
	}
	var names []string
	for _, d := range m.Doors {
		names = append(names, text.Line(d.Door, 40))
	}
	return m.Lang.Text("alert.told_elsewhere", "doors", strings.Join(names, ", "), "when", m.Lang.Time("time.day_time_zone", m.Doors[0].At.In(cmp.Or(m.Zone, time.UTC))))
}
