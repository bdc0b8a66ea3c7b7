package alerts

import (
	"slices"
	"time"

	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// Rules are what the watchlist says about alerts. They are immutable: a changed
// watchlist is a new Rules, given to Planner.Use.
type Rules struct {
	Watches    []string                     // the names of all; nil: not known
	AlertAbove map[mention.PostKind]float64 // a verdict (Score.Complaint) at or above is a complaint; what is missing is DefaultAlertAbove
	AlertBelow map[mention.PostKind]float64 // for these kinds the score decides instead: at or below is a complaint
	Official   map[string][]string          // by watch: names of authors whose post is the public answer
	Profiles   map[string][]Profile         // by watch: accounts of such authors
	Severity   []SeverityRule               // how loud, where people know better; the first that fits decides
	Routes     []Route                      // the first that fits wins
	Otherwise  string                       // where to when no route fits
	Weights    map[string]float64           // of sources, by name, where it is not 1
	Quiet      hours.Hours                  // hours in which only what is critical goes out; zero: none
	HasQuiet   bool                         // zero Hours are always open, so this says whether Quiet is meant
	Deadlines  map[mention.Severity]Deadline
	Digests    Digests
	Zone       *time.Location       // of the people who act; nil: UTC
	Language   i18n.Lang            // of what people read, where their route has none of its own
	Spoken     map[string]i18n.Lang // by route: its own language
	Fallbacks  map[string]Fallback  // by route: its other door, where it is not Fallback
	Fallback   Fallback             // the other door of all routes
	NoDesk     bool                 // complaints are only told: there is neither a button nor an inbox to take one
}

// Watched reports whether the watchlist has a watch of this name, still.
func (r *Rules) Watched(watch string) bool {
	return r.Watches == nil || slices.Contains(r.Watches, watch)
}

// Deadline is one set of clocks. A zero duration means no such clock.
type Deadline struct {
	Claim      time.Duration // somebody must have taken the complaint
	Reply      time.Duration // a public answer must stand
	Notify     string        // who is named first
	EscalateTo string        // the channel that is told next
	Hours      hours.Hours   // the clocks run only while these are open; zero: always
}

// ReplyWithin is within how much open time a complaint must be answered; 0: no such
// deadline.
func (r *Rules) ReplyWithin(s mention.Severity) (within time.Duration, open hours.Hours) {
	d := r.Deadlines[s]
	return d.Reply, d.Hours
}

// Digests say when the summary comes, and where to. A zero moment never comes.
type Digests struct {
	To     string
	Daily  hours.Moment
	Weekly hours.Moment
}

// Route sends what fits all its conditions; an empty condition fits all.
type Route struct {
	Watches    []string
	Topics     []string // any of them
	Severities []mention.Severity
	Langs      []string
	Kinds      []mention.PostKind
	Sources    []string
	To         string // "#channel", "console", "webhook:NAME"
	Notify     string // whom to name: "@oncall-pr"
}

// SeverityRule bounds how loud a complaint is that fits all its conditions; an empty
// condition fits all, a zero bound bounds nothing.
type SeverityRule struct {
	Watches []string
	Topics  []string // any of them
	Langs   []string
	Kinds   []mention.PostKind
	Sources []string
	Stars   float64 // the author gives at most so many of five
	AtLeast mention.Severity
	AtMost  mention.Severity
}

func (s SeverityRule) fits(m mention.Mention) bool {
	conditions := Route{Watches: s.Watches, Topics: s.Topics, Langs: s.Langs, Kinds: s.Kinds, Sources: s.Sources}
	stars := m.Post.Rating.Stars()
	return conditions.fits(m) && (s.Stars == 0 || stars > 0 && stars <= s.Stars)
}

// Loudness applies the people's own rules to what earshot thinks of a complaint. why is
// the reason for a change; empty when there is none.
func (r Rules) Loudness(m mention.Mention, s mention.Severity) (is mention.Severity, why string) {
	for _, rule := range r.Severity {
		if !rule.fits(m) {
			continue
		}
		is = max(s, rule.AtLeast)
		if rule.AtMost > 0 {
			is = min(is, rule.AtMost)
		}
		switch {
		case is > s:
			why = "your rule: at least " + is.String()
		case is < s:
			why = "your rule: at most " + is.String()
		}
		return is, why
	}
	return s, ""
}

func (r Route) fits(m mention.Mention) bool {
	return fits(r.Watches, m.Watch) && fits(r.Severities, m.Severity) && fits(r.Langs, m.Score.Lang) &&
		fits(r.Kinds, m.Post.Kind) && fits(r.Sources, m.Post.Source) &&
		(len(r.Topics) == 0 || slices.ContainsFunc(m.Score.Topics, func(t string) bool { return slices.Contains(r.Topics, t) }))
}

func fits[T comparable](wanted []T, has T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, has)
}

// RouteFor says where a complaint goes and whom to name there.
func (r Rules) RouteFor(m mention.Mention) (to, notify string) {
	for _, route := range r.Routes {
		if route.fits(m) {
			return route.To, route.Notify
		}
	}
	return r.Otherwise, ""
}

// RouteAgain says where an alert that waits goes by these rules, which may be others than
// those it was planned by, and whom to name there. m is its mention, or the first one
// gathered under it; zero when there is none. What is gathered stays together as long as
// its route is one of the watchlist's.
func (r Rules) RouteAgain(a mention.Alert, m mention.Mention) (to, notify string) {
	told, belongs := r.Deadlines[a.Severity].EscalateTo, ""
	if a.Kind == mention.Escalation { // of what was read in full elsewhere the complaint itself is less loud
		m.Severity = max(m.Severity, a.Severity)
	}
	if m.ID != "" {
		belongs, _ = r.RouteFor(m)
	}
	gathers := a.ThreadOf != "" || a.MentionID == ""
	switch {
	case a.Kind == mention.Fallback && r.Names(a.Route): // where else it goes was decided when it was made
		return a.Route, a.Notify
	case a.Kind == mention.Fallback: // its door is gone, and so is its purpose
		return r.Otherwise, a.Notify
	case a.Kind == mention.Escalation && a.ThreadOf == "" && told != "" && a.Route != belongs: // else it is told there as it became louder
		return told, a.Notify
	case a.Kind == mention.Digest && m.ID == "" && r.Digests.To != "":
		return r.Digests.To, a.Notify
	case gathers && r.Names(a.Route):
		return a.Route, a.Notify
	case m.ID == "":
		return r.Otherwise, a.Notify
	}
	to, notify = r.RouteFor(m)
	if a.Kind == mention.Escalation { // whom it names is part of what it says
		notify = a.Notify
	}
	return to, notify
}

// Lang is the language of those who read a route.
func (r Rules) Lang(route string) i18n.Lang {
	if l, ok := r.Spoken[route]; ok {
		return l
	}
	return r.Language
}

// Names reports whether the watchlist sends anything to the route.
func (r Rules) Names(route string) bool {
	if route == r.Otherwise || route == r.Digests.To || route != "" && route == r.Fallback.Route {
		return true
	}
	for _, f := range r.Fallbacks {
		if route != "" && route == f.Route {
			return true
		}
	}
	for _, d := range r.Deadlines {
		if route == d.EscalateTo {
			return true
		}
	}
	return slices.ContainsFunc(r.Routes, func(to Route) bool { return to.To == route })
}

// DefaultAlertAbove is the verdict from which a post of a kind without a threshold is
// a complaint: it is more likely than not.
const DefaultAlertAbove = 0.5

// unjudgedBelow are the scores at and below which a mention that was stored without a
// verdict is a complaint, as it was decided then.
var unjudgedBelow = map[mention.PostKind]float64{
	mention.Review: -0.1, mention.Comment: -0.1, mention.Forum: -0.2, mention.Social: -0.2, mention.News: -0.4,
}

// Below returns the score at and below which a post of this kind is a complaint. ok is
// false when the verdict decides over the kind.
func (r Rules) Below(kind mention.PostKind) (below float64, ok bool) {
	below, ok = r.AlertBelow[kind]
	return below, ok
}

// Above returns the verdict at and above which a post of this kind is a complaint,
// where Below says nothing.
func (r Rules) Above(kind mention.PostKind) float64 {
	if above, ok := r.AlertAbove[kind]; ok {
		return above
	}
	return DefaultAlertAbove
}

// Margin says by how much a post of this kind with this score is a complaint, in the
// units of what decides over it; below 0 it is none.
func (r Rules) Margin(kind mention.PostKind, s mention.Score) float64 {
	if below, ok := r.Below(kind); ok {
		return below - s.Value
	}
	if s.Judged() {
		return s.Complaint - r.Above(kind)
	}
	if below, ok := unjudgedBelow[kind]; ok {
		return below - s.Value
	}
	return unjudgedBelow[mention.Review] - s.Value
}

// IsComplaint reports whether the mention passes the threshold of its post's kind.
func (r Rules) IsComplaint(m mention.Mention) bool { return r.Margin(m.Post.Kind, m.Score) >= 0 }

// HeldUntil says until when a message is held; zero: not at all.
func (r Rules) HeldUntil(s mention.Severity, now time.Time) time.Time {
	if s >= mention.Critical || !r.HasQuiet || !r.Quiet.Open(now) {
		return time.Time{}
	}
	end, ok := r.Quiet.Closes(now)
	if !ok { // quiet hours that never end would lose the message
		return time.Time{}
	}
	return end
}
