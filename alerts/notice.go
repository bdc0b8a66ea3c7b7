package alerts

import (
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// NewNotice makes a message about earshot itself: a source that went quiet, a part
// that is away. The same subject in the same state since the same time is the
// same message, however often it is enqueued.
func NewNotice(subject, state string, since time.Time, text, route string) mention.Alert {
	return mention.Alert{
		ID:        mention.NewAlertID(mention.Notice, subject, state, since.UTC().Format(time.RFC3339), route),
		Kind:      mention.Notice,
		Route:     route,
		Severity:  mention.Normal,
		Status:    mention.Pending,
		CreatedAt: since,
		Payload:   Details{Text: text}.Encode(),
	}
}

// Same is what a notice says of one source, so that those that say the same of others are told
// together with it.
type Same struct {
	Name   string `json:"name"`             // of the source
	What   string `json:"what"`             // in the word of the part source_many of the catalogue
	Why    string `json:"why,omitempty"`    // in the word of its part trouble; empty: none says it
	Status int    `json:"status,omitempty"` // that goes with why
}

const (
	toldInFull = 3 // notices together, each in its own words; of more only
	toldByName = 5 // the first have their names in the message
)

// Together makes one notice of some of a route that say the same (Details.Same). where is where people see
// them all.
func Together(l i18n.Lang, list []mention.Alert, where string) mention.Alert {
	one := list[0] // the longest that waits
	said := make([]Details, len(list))
	var ids []string
	for i, a := range list {
		said[i] = ReadDetails(a.Payload)
		ids = append(ids, string(a.ID))
		one.Severity = max(one.Severity, a.Severity)
	}
	slices.Sort(ids)
	one.ID = mention.NewAlertID(mention.Notice, append([]string{"together"}, ids...)...)
	slices.SortFunc(said, func(a, b Details) int { return strings.Compare(a.Same.Name, b.Same.Name) })
	var words, names []string
	for _, d := range said {
		words, names = append(words, d.Text), append(names, d.Same.Name)
	}
	if len(list) > toldInFull {
		words = []string{many(l, *said[0].Same, names), l.Text("source_many.where", "where", where)}
	}
	one.Payload = Details{Text: strings.Join(words, "\n")}.Encode()
	return one
}

// many says what is so of all these sources, and why.
func many(l i18n.Lang, same Same, names []string) string {
	first := strings.Join(names[:min(toldByName, len(names))], ", ")
	if more := len(names) - toldByName; more > 0 {
		first = l.Text("source_many.more", "names", first, "n", more)
	}
	words := l.Plural("source_many."+same.What, len(names), "names", first)
	if same.Why == "" {
		return words
	}
	why := text.Capital(l.Text("trouble."+same.Why, "status", same.Status))
	if !strings.HasSuffix(why, "?") {
		why += "."
	}
	return words + " " + why
}
