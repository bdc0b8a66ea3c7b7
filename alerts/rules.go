package alerts

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/mention"
)

// Rules are what the watchlist says about alerts. They are immutable: a changed
// watchlist is a new Rules, given to Planner.Use.
type Rules struct {
	AlertBelow map[mention.PostKind]float64 // a score at or below is a complaint; kinds that are missing have a default
	Official   map[string][]string          // by watch: authors whose post is the public answer
	Routes     []Route                      // the first that fits wins
	Otherwise  string                       // where to when no route fits
	Quiet      hours.Hours                  // hours in which only what is critical goes out; zero: none
	HasQuiet   bool                         // zero Hours are always open, so this says whether Quiet is meant
	Deadlines  map[mention.Severity]Deadline
	Digests    Digests
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

func (r Route) fits(m mention.Mention) bool {
	return fits(r.Watches, m.Watch) && fits(r.Severities, m.Severity) && fits(r.Langs, m.Score.Lang) &&
		fits(r.Kinds, m.Post.Kind) && fits(r.Sources, m.Post.Source) &&
		(len(r.Topics) == 0 || slices.ContainsFunc(m.Score.Topics, func(t string) bool { return slices.Contains(r.Topics, t) }))
}

func fits[T comparable](wanted []T, has T) bool {
	return len(wanted) == 0 || slices.Contains(wanted, has)
}

// route says where a complaint goes and whom to name there.
func (r Rules) route(m mention.Mention) (to, notify string) {
	for _, route := range r.Routes {
		if route.fits(m) {
			return route.To, route.Notify
		}
	}
	return r.Otherwise, ""
}

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

// complaint reports whether the score is at or below the threshold of the post's kind.
func (r Rules) complaint(m mention.Mention) bool { return m.Score.Value <= r.Below(m.Post.Kind) }

// official reports whether the author answers for the watch.
func (r Rules) official(watch, author string) bool {
	name := authorKey(author)
	return name != "" && slices.ContainsFunc(r.Official[watch], func(o string) bool { return authorKey(o) == name })
}

// authorKey folds what differs between a name on a page and in the watchlist.
func authorKey(name string) string {
	name = strings.TrimLeft(strings.TrimSpace(name), "@")
	return strings.ToLower(strings.Join(strings.FieldsFunc(name, unicode.IsSpace), " "))
}

// notBefore says until when a message is held; zero: not at all.
func (r Rules) notBefore(s mention.Severity, now time.Time) time.Time {
	if s >= mention.Critical || !r.HasQuiet || !r.Quiet.Open(now) {
		return time.Time{}
	}
	end, ok := r.Quiet.Closes(now)
	if !ok { // quiet hours that never end would lose the message
		return time.Time{}
	}
	return end
}
