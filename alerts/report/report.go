// Package report counts how long people waited: what `earshot report` prints and
// what digests say. It is pure: cases in, numbers and texts out. It must not read
// a store, a clock or a channel.
package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/earshot/earshot/mention"
)

// Report is how long people waited. All clocks begin with the publication of the
// post, where the site gives its moment.
type Report struct {
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until"`
	Heard      int       `json:"heard"`      // complaints that were alerted
	Answered   int       `json:"answered"`   // said or seen to be answered
	Proved     int       `json:"proved"`     // the answer was seen on the site
	Dismissed  int       `json:"dismissed"`  // not us, not negative, spam
	Unanswered int       `json:"unanswered"` // open or claimed

	Hear    Spread `json:"publication_to_heard"`
	Claim   Spread `json:"heard_to_claimed"`
	Answer  Spread `json:"claimed_to_answered"`
	Overall Spread `json:"publication_to_answered"`

	Places  []Row `json:"places"`  // by source; those that answered nothing first, then the slowest
	Topics  []Row `json:"topics"`  // most complaints first
	Watches []Row `json:"watches"` // most complaints first
	People  []Row `json:"people"`  // most answers first
	Days    []Day `json:"days"`    // of the zone
}

// Spread is the middle and the slow end of a set of waits.
type Spread struct {
	Median time.Duration `json:"median_ns"`
	P90    time.Duration `json:"p90_ns"`
	Of     int           `json:"of"` // how many waits it is made of; 0: unknown
}

// Row is one line of a table.
type Row struct {
	Name       string `json:"name"`
	Complaints int    `json:"complaints"`
	Answered   int    `json:"answered"`
	Dismissed  int    `json:"dismissed"`
	Overall    Spread `json:"publication_to_answered"`
}

// Unanswered is how many are open or claimed.
func (r Row) Unanswered() int { return r.Complaints - r.Answered - r.Dismissed }

// silent reports whether people wait at this place and nobody was ever answered.
func (r Row) silent() bool { return r.Answered == 0 && r.Unanswered() > 0 }

// Day is one day's counts.
type Day struct {
	Date     string `json:"date"` // 2026-11-22
	Heard    int    `json:"heard"`
	Answered int    `json:"answered"` // on this day, whenever they were heard
}

// New counts the cases heard from since (inclusive) to until (exclusive).
func New(cases []mention.Times, since, until time.Time, zone *time.Location) Report {
	r := Report{Since: since.In(zone), Until: until.In(zone), Heard: len(cases)}
	var hear, claim, answer, overall waits
	places, topics, watches, people := table{}, table{}, table{}, table{}
	for _, c := range cases {
		r.count(c)
		total := overallWait(c)
		hear.add(publication(c), c.Heard)
		claim.add(c.Heard, claimed(c))
		if !claimed(c).After(answered(c)) { // the site's answer may be older than the claim
			answer.add(claimed(c), answered(c))
		}
		overall = append(overall, total...)
		places.add(c.Source, c, total)
		watches.add(c.Watch, c, total)
		for _, topic := range c.Topics {
			topics.add(topic, c, total)
		}
		if c.Owner.Name != "" && c.Status != mention.Dismissed {
			people.add(c.Owner.Name, c, total)
		}
	}
	r.Hear, r.Claim, r.Answer, r.Overall = hear.spread(), claim.spread(), answer.spread(), overall.spread()
	r.Places = places.rows(worstPlace)
	r.Topics, r.Watches = topics.rows(mostComplaints), watches.rows(mostComplaints)
	r.People = people.rows(func(a, b Row) int { return cmp.Compare(b.Answered, a.Answered) })
	r.Days = days(cases, since, until, zone)
	return r
}

// worstPlace puts places where people wait and nobody was answered first, the most waiting
// first among them, then those with the slowest answers.
func worstPlace(a, b Row) int {
	switch {
	case a.silent() && b.silent():
		return cmp.Compare(b.Unanswered(), a.Unanswered())
	case a.silent():
		return -1
	case b.silent():
		return 1
	}
	return cmp.Compare(b.Overall.Median, a.Overall.Median)
}

func (r *Report) count(c mention.Times) {
	switch c.Status {
	case mention.Replied:
		r.Answered++
	case mention.Dismissed:
		r.Dismissed++
	case mention.Open, mention.Claimed:
		r.Unanswered++
	}
	if c.AnswerVerified {
		r.Proved++
	}
}

// publication is the moment of publication, zero when only the day is known.
func publication(c mention.Times) time.Time {
	if c.DateOnly {
		return time.Time{}
	}
	return c.Published
}

// claimed is when somebody took the case; zero when it was answered without a claim,
// which rows of before write with the moment of the answer.
func claimed(c mention.Times) time.Time {
	if c.Status == mention.Replied && c.Claimed.Equal(c.Replied) {
		return time.Time{}
	}
	return c.Claimed
}

// answered is when the answer was given; zero for a case that is not answered.
func answered(c mention.Times) time.Time {
	if c.Status != mention.Replied {
		return time.Time{}
	}
	return c.Replied
}

// overallWait is publication → answered, or heard → answered where the site does
// not give the moment; none for a case that is not answered.
func overallWait(c mention.Times) waits {
	began := publication(c)
	if began.IsZero() {
		began = c.Heard
	}
	var w waits
	w.add(began, answered(c))
	return w
}

// waits are lengths of time.
type waits []time.Duration

// add adds the wait between two moments that have both happened. Clocks of sites
// are a little wrong: a negative wait is none at all.
func (w *waits) add(from, to time.Time) {
	if !from.IsZero() && !to.IsZero() {
		*w = append(*w, max(to.Sub(from), 0))
	}
}

func (w waits) spread() Spread {
	if len(w) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(w))
	return Spread{Median: rank(sorted, 0.5), P90: rank(sorted, 0.9), Of: len(sorted)}
}

// rank is the value that a share of the sorted waits does not exceed (nearest rank).
func rank(sorted []time.Duration, share float64) time.Duration {
	i := int(share*float64(len(sorted))+0.9999999) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}

// table gathers rows by name.
type table map[string]*group

type group struct {
	row   Row
	waits waits
}

func (t table) add(name string, c mention.Times, total waits) {
	g := t[name]
	if g == nil {
		g = &group{row: Row{Name: name}}
		t[name] = g
	}
	g.row.Complaints++
	switch c.Status {
	case mention.Replied:
		g.row.Answered++
	case mention.Dismissed:
		g.row.Dismissed++
	}
	g.waits = append(g.waits, total...)
}

// rows returns the table in the given order, equals by complaints and name.
func (t table) rows(order func(a, b Row) int) []Row {
	rows := make([]Row, 0, len(t))
	for _, g := range t {
		g.row.Overall = g.waits.spread()
		rows = append(rows, g.row)
	}
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(order(a, b), mostComplaints(a, b), cmp.Compare(a.Name, b.Name))
	})
	return rows
}

func mostComplaints(a, b Row) int { return cmp.Compare(b.Complaints, a.Complaints) }

// days counts every day of the report, also those on which nothing happened.
func days(cases []mention.Times, since, until time.Time, zone *time.Location) []Day {
	var list []Day
	at := map[string]int{}
	y, m, d := since.In(zone).Date() // days may be begun and not ended in the report
	for day := time.Date(y, m, d, 0, 0, 0, 0, zone); day.Before(until); day = day.AddDate(0, 0, 1) {
		date := day.Format(time.DateOnly)
		at[date] = len(list)
		list = append(list, Day{Date: date})
	}
	bump := func(t time.Time, count func(*Day)) {
		if i, ok := at[t.In(zone).Format(time.DateOnly)]; ok && !t.IsZero() {
			count(&list[i])
		}
	}
	for _, c := range cases {
		bump(c.Heard, func(d *Day) { d.Heard++ })
		bump(answered(c), func(d *Day) { d.Answered++ })
	}
	return list
}
