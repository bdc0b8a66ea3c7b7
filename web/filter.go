package web

import (
	"cmp"
	"net/url"
	"time"

	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/mention"
)

// filter is what the inbox's address says: all of the state of a list.
type filter struct {
	Status   string // one of mention.Lists; an address without one means mention.ListOpen
	Watch    string
	Source   string
	Kind     string
	Lang     string
	Topic    string
	Severity string // at least so loud
	Owner    string // me, none, or a person's id
	Author   string
	Q        string
	From, To string // days, both included
	After    string // the page mark; not a part of the filter itself
}

var (
	severities = []string{"low", "normal", "high", "critical"}
	languages  = []string{"en", "ru", "uk", "bg"}
)

func kinds() []string {
	out := make([]string, len(mention.PostKinds))
	for i, k := range mention.PostKinds {
		out[i] = string(k)
	}
	return out
}

// entries are the keys of a filter in the order in which its address has them.
func (f *filter) entries() []entry {
	return []entry{
		{"status", &f.Status, mention.Lists}, {"watch", &f.Watch, nil}, {"source", &f.Source, nil}, {"kind", &f.Kind, kinds()}, {"lang", &f.Lang, languages},
		{"topic", &f.Topic, nil}, {"severity", &f.Severity, severities}, {"owner", &f.Owner, nil}, {"author", &f.Author, nil}, {"q", &f.Q, nil},
		{"from", &f.From, nil}, {"to", &f.To, nil}, {"after", &f.After, nil},
	}
}

func readFilter(values url.Values) (filter, error) {
	var f filter
	if err := readAddress(values, f.entries()); err != nil {
		return filter{}, err
	}
	if f.To != "" && f.From > f.To {
		return filter{}, badInput("web.report.backwards")
	}
	if f.Status == mention.ListOpen {
		f.Status = "" // one address for one list
	}
	return f, nil
}

// String is the address's query of the filter.
func (f filter) String() string { return writeAddress(f.entries()) }

// path is the address of the list.
func (f filter) path() string { return asked("/inbox", f.String()) }

// first is the filter without its page mark.
func (f filter) first() filter {
	f.After = ""
	return f
}

// query is what the store is asked, for the person me; its days are of this zone.
func (f filter) query(me string, zone *time.Location) mention.Query {
	q := mention.Query{Watch: f.Watch, Source: f.Source, Author: f.Author, Kind: mention.PostKind(f.Kind), Lang: f.Lang, Topic: f.Topic, Text: f.Q, After: f.After}
	q.Severity, _ = mention.ParseSeverity(f.Severity) // a word that readFilter knows, or none
	switch f.Owner {
	case "me":
		q.Owner = me
	case "none":
		q.Free = true
	default:
		q.Owner = f.Owner
	}
	q.Choose(cmp.Or(f.Status, mention.ListOpen))
	q.Since, q.Until = dayBegins(f.From, 0, zone), dayBegins(f.To, 1, zone)
	return q
}

// dayBegins is the first moment of so many days after a date; zero without a date.
func dayBegins(date string, after int, zone *time.Location) time.Time {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}
	}
	y, m, d := day.Date()
	return hours.DayBegins(y, m, d+after, zone)
}
