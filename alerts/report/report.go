// Package report counts how long people waited: what `earshot report` prints, what
// digests say and what the page of reports shows. It is pure: cases in, numbers and texts
// out. It must not read a store, a clock or a channel.
package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/mention"
)

// Scope is what a report counts, and by which clocks.
type Scope struct {
	Since, Until  time.Time // cases heard from Since (inclusive) to Until (exclusive)
	Zone          *time.Location
	Watch, Source string    // of these alone; empty: of all
	Now           time.Time // what is unanswered waits until then; zero: Until
	// Reply is within how much open time a complaint must be answered; 0: no such deadline.
	// nil: there is none at all.
	Reply func(mention.Severity) (within time.Duration, open hours.Hours)
	// Network is what the network of a source is called, by the source's name; empty, or nil:
	// as the source.
	Network func(source string) string
	// NamesSince is when those were heard whose names are kept; what was heard before has none
	// any more. Zero: all have.
	NamesSince time.Time
}

// before is the period of the same length just before: of as many days, where it is of whole ones.
func (s Scope) before() Scope {
	y, m, d := s.Since.In(s.Zone).Date()
	endY, endM, endD := s.Until.In(s.Zone).Date()
	since := s.Since.Add(-s.Until.Sub(s.Since))
	if s.Since.Equal(hours.DayBegins(y, m, d, s.Zone)) && s.Until.Equal(hours.DayBegins(endY, endM, endD, s.Zone)) {
		days := time.Date(endY, endM, endD, 0, 0, 0, 0, time.UTC).Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour)
		since = hours.DayBegins(y, m, d-int(days), s.Zone)
	}
	s.Since, s.Until = since, s.Since
	return s
}

// Begin is when the cases begin that Compare needs.
func (s Scope) Begin() time.Time { return s.before().Since }

// Report is how long people waited. All clocks begin with the publication of the
// post, where the site gives its moment, and anew when a case was opened again: nobody waits
// while it is closed.
type Report struct {
	Since      time.Time `json:"since"`
	Until      time.Time `json:"until"`
	Heard      int       `json:"heard"`      // complaints that were alerted
	Answered   int       `json:"answered"`   // said or seen to be answered
	Proved     int       `json:"proved"`     // the answer was seen on the site
	Dismissed  int       `json:"dismissed"`  // not us, not negative, spam, gone
	Unanswered int       `json:"unanswered"` // open or claimed

	Hear    Spread `json:"publication_to_heard"`
	Claim   Spread `json:"heard_to_claimed"`
	Answer  Spread `json:"claimed_to_answered"`
	Overall Spread `json:"publication_to_answered"`
	Kept    Kept   `json:"reply_deadline"`

	Places  []Row    `json:"places"`             // by source; those that answered nothing first, then the slowest
	Topics  []Row    `json:"topics"`             // most complaints first
	Watches []Row    `json:"watches"`            // most complaints first
	People  []Row    `json:"people"`             // most answers first
	Langs   []Row    `json:"languages"`          // most complaints first
	Hours   []Row    `json:"hours"`              // of the day in which they were heard, 00 to 23, of the zone
	Authors []Author `json:"repeat_complainers"` // who complained more than once, the most first; at most maxAuthors
	Days    []Day    `json:"days"`               // of the zone

	Sent []Sent `json:"answers_sent,omitempty"` // from earshot; CountSent makes them

	// NamesSince is set when names are erased of what was heard before it: People and Authors
	// then count a part of the period, or nothing of it.
	NamesSince time.Time `json:"names_since,omitzero"`
}

// Kept is how many answers came in time. What is dismissed, or may still be answered in
// time, does not count.
type Kept struct {
	InTime int `json:"in_time"`
	Of     int `json:"of"`
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
	Hear       Spread `json:"publication_to_heard,omitzero"` // of places alone
	Overall    Spread `json:"publication_to_answered"`
	Kept       Kept   `json:"reply_deadline"`
	Before     int    `json:"before,omitempty"` // complaints of the period before, as far as Compare knows them
	Trend      []int  `json:"trend,omitempty"`  // complaints in each twelfth of the period, the oldest first
}

// Unanswered is how many are open or claimed.
func (r Row) Unanswered() int { return r.Complaints - r.Answered - r.Dismissed }

// Silent reports whether people wait at this place and nobody was ever answered.
func (r Row) Silent() bool { return r.Answered == 0 && r.Unanswered() > 0 }

// Day is one day's counts.
type Day struct {
	Date     string `json:"date"` // 2026-11-22
	Heard    int    `json:"heard"`
	Answered int    `json:"answered"` // of those that were heard on this day, as in all other tables
}

// New counts the cases of the scope.
func New(cases []mention.Times, s Scope) Report {
	if s.Now.IsZero() {
		s.Now = s.Until
	}
	r := Report{Since: s.Since.In(s.Zone), Until: s.Until.In(s.Zone)}
	if s.NamesSince.After(s.Since) {
		r.NamesSince = s.NamesSince.In(s.Zone)
	}
	hear, claim, answer, overall := make(waits, 0, len(cases)), make(waits, 0, len(cases)), make(waits, 0, len(cases)), make(waits, 0, len(cases))
	places, topics, watches, people, langs, authors := table{}, table{}, table{}, table{}, table{}, table{}
	var clock [24]group
	days, posts := newDays(s), onePoll{}
	for i := range cases {
		c := &cases[i] // hundreds of thousands, of some hundred bytes each
		if !s.holds(c) {
			continue
		}
		one := counted{Times: c, kept: s.kept(c), twelfth: s.twelfth(c)}
		one.total, one.waited = overallWait(c)
		r.count(c)
		r.Kept.add(one.kept)
		hear.add(publication(c), c.Heard)
		claim.add(mention.Later(c.Heard, c.Reopened), claimed(c))
		if !claimed(c).After(answered(c)) { // the site's answer may be older than the claim
			answer.add(claimed(c), answered(c))
		}
		if one.waited {
			overall = append(overall, one.total)
		}
		places.add(c.Source, &one)
		places[c.Source].hear.add(publication(c), c.Heard)
		watches.add(c.Watch, &one)
		if c.Lang != "" {
			langs.add(c.Lang, &one)
		}
		for _, topic := range c.Topics {
			topics.add(topic, &one)
		}
		if c.Owner.Name != "" && c.Status != mention.Dismissed {
			who := cmp.Or(c.Owner.ID, c.Owner.Name)
			people.add(who, &one)
			people[who].row.Name = c.Owner.Name // as they are called now
		}
		if key := c.Source + "\x00" + c.Author; c.Author != "" && posts.another(key, c) {
			authors.add(key, &one)
		}
		clock[c.Heard.In(s.Zone).Hour()].add(&one)
		days.add(c)
	}
	r.Hear, r.Claim, r.Answer, r.Overall = hear.spread(), claim.spread(), answer.spread(), overall.spread()
	r.Places = places.rows(worstPlace)
	r.Topics, r.Watches, r.Langs = topics.rows(mostComplaints), watches.rows(mostComplaints), langs.rows(mostComplaints)
	r.People = people.rows(func(a, b Row) int { return cmp.Compare(b.Answered, a.Answered) })
	r.Hours, r.Authors, r.Days = hoursOf(clock), authors.repeaters(), days.list
	return r
}

// Compare counts the cases of the scope and those of the period before, and says at each
// topic how many there were then. cases are those heard since Scope.Begin.
func Compare(cases []mention.Times, s Scope) (now, before Report) {
	var both sync.WaitGroup
	both.Go(func() { before = New(cases, s.before()) }) // somebody waits for both
	now = New(cases, s)
	both.Wait()
	then := map[string]int{}
	for _, row := range before.Topics {
		then[row.Name] = row.Complaints
	}
	for i := range now.Topics {
		now.Topics[i].Before = then[now.Topics[i].Name]
	}
	return now, before
}

// counted is a case with what every table counts of it.
type counted struct {
	*mention.Times
	total   time.Duration
	waited  bool // total is known
	kept    Kept
	twelfth int
}

func (s *Scope) holds(c *mention.Times) bool {
	return !c.Heard.Before(s.Since) && c.Heard.Before(s.Until) && (s.Watch == "" || c.Watch == s.Watch) && (s.Source == "" || c.Source == s.Source)
}

// twelfths is into how many parts a trend divides its period.
const twelfths = 12

func (s *Scope) twelfth(c *mention.Times) int {
	return min(int(float64(c.Heard.Sub(s.Since))/float64(s.Until.Sub(s.Since))*twelfths), twelfths-1)
}

// kept is whether a case was answered in time, by the clocks of the desk: they begin when
// people could see its message, anew when it was opened again, and stand still while it is
// snoozed, or its post is gone.
func (s *Scope) kept(c *mention.Times) Kept {
	if s.Reply == nil || c.Status == mention.Dismissed {
		return Kept{}
	}
	within, open := s.Reply(c.Severity)
	if within <= 0 {
		return Kept{}
	}
	from, till := mention.Later(mention.Later(c.Heard, c.Posted), c.Reopened), answered(c)
	if till.IsZero() {
		till = s.Now
	}
	if !c.Snoozed.IsZero() && c.Snoozed.Before(till) {
		till = c.Snoozed
	}
	inTime := !till.After(open.Add(from, within))
	if !inTime && c.Woke.After(from) { // they had run for so long when they went on, also where the end is of before
		inTime = c.Waited <= within && !till.After(open.Add(c.Woke, within-c.Waited))
	}
	switch {
	case !answered(c).IsZero() && inTime:
		return Kept{InTime: 1, Of: 1}
	case inTime:
		return Kept{} // there is time left
	}
	return Kept{Of: 1}
}

func (k *Kept) add(other Kept) {
	k.InTime += other.InTime
	k.Of += other.Of
}

// Share is which part of the answers came in time; ok is false when none was due.
func (k Kept) Share() (share float64, ok bool) {
	if k.Of == 0 {
		return 0, false
	}
	return float64(k.InTime) / float64(k.Of), true
}

// worstPlace puts places where people wait and nobody was answered first, the most waiting
// first among them, then those with the slowest answers.
func worstPlace(a, b Row) int {
	switch {
	case a.Silent() && b.Silent():
		return cmp.Compare(b.Unanswered(), a.Unanswered())
	case a.Silent():
		return -1
	case b.Silent():
		return 1
	}
	return cmp.Compare(b.Overall.Median, a.Overall.Median)
}

func (r *Report) count(c *mention.Times) {
	r.Heard++
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

// publication is the moment of publication, zero when it is not known: where the site gives the day alone, or
// a clock that is ahead.
func publication(c *mention.Times) time.Time {
	if c.DateOnly || c.Published.After(c.Heard) {
		return time.Time{}
	}
	return c.Published
}

// claimed is when somebody took the case; zero when it was answered without a claim,
// which rows of before write with the moment of the answer.
func claimed(c *mention.Times) time.Time {
	if c.Status == mention.Replied && c.Claimed.Equal(c.Replied) {
		return time.Time{}
	}
	return c.Claimed
}

// answered is when the answer was given; zero for a case that is not answered.
func answered(c *mention.Times) time.Time {
	if c.Status != mention.Replied {
		return time.Time{}
	}
	return c.Replied
}

// overallWait is publication → answered, or heard → answered where the site does
// not give the moment; none for a case that is not answered.
func overallWait(c *mention.Times) (wait time.Duration, ok bool) {
	began, till := publication(c), answered(c)
	if began.IsZero() {
		began = c.Heard
	}
	began = mention.Later(began, c.Reopened)
	return max(till.Sub(began), 0), !began.IsZero() && !till.IsZero()
}

// waits are lengths of time.
type waits []time.Duration

// add adds the wait between two moments that have both happened. What the answer's site, or another
// replica, says may be a little wrong: a negative wait is none at all.
func (w *waits) add(from, to time.Time) {
	if !from.IsZero() && !to.IsZero() {
		*w = append(*w, max(to.Sub(from), 0))
	}
}

// spread puts the waits in order.
func (w waits) spread() Spread {
	if len(w) == 0 {
		return Spread{}
	}
	slices.Sort(w)
	return Spread{Median: rank(w, 0.5), P90: rank(w, 0.9), Of: len(w)}
}

// rank is the value that a share of the sorted waits does not exceed (nearest rank).
func rank(sorted []time.Duration, share float64) time.Duration {
	i := int(share*float64(len(sorted))+0.9999999) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}

// table gathers rows by name, or by what tells them apart.
type table map[string]*group

type group struct {
	row   Row
	waits waits
	hear  waits
}

func (t table) add(name string, c *counted) {
	g := t[name]
	if g == nil {
		g = &group{row: Row{Name: name}}
		t[name] = g
	}
	g.add(c)
}

func (g *group) add(c *counted) {
	if g.row.Trend == nil {
		g.row.Trend = make([]int, twelfths)
	}
	g.row.Complaints++
	g.row.Trend[c.twelfth]++
	g.row.Kept.add(c.kept)
	switch c.Status {
	case mention.Replied:
		g.row.Answered++
	case mention.Dismissed:
		g.row.Dismissed++
	}
	if c.waited {
		g.waits = append(g.waits, c.total)
	}
}

func (g *group) done() Row {
	g.row.Overall, g.row.Hear = g.waits.spread(), g.hear.spread()
	return g.row
}

// rows returns the table in the given order, equals by complaints and name.
func (t table) rows(order func(a, b Row) int) []Row {
	rows := make([]Row, 0, len(t))
	for _, name := range slices.Sorted(maps.Keys(t)) { // two people may have one name, and the same numbers
		rows = append(rows, t[name].done())
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(order(a, b), mostComplaints(a, b), cmp.Compare(a.Name, b.Name))
	})
	return rows
}

func mostComplaints(a, b Row) int { return cmp.Compare(b.Complaints, a.Complaints) }

// hoursOf are the hours of the day, also those in which nothing was heard.
func hoursOf(clock [24]group) []Row {
	rows := make([]Row, len(clock))
	for hour := range clock {
		rows[hour] = clock[hour].done()
		rows[hour].Name, rows[hour].Trend = fmt.Sprintf("%02d", hour), nil
	}
	return rows
}

// dayCounts counts every day of a report, also those on which nothing happened.
type dayCounts struct {
	list   []Day
	begins []int64 // seconds of 1970 at which the days begin, and the last one ends
}

// mostDays bounds the days of a report: twenty years, before which nothing can have been heard. A
// period may begin in the year 1.
const mostDays = 20 * 366

func newDays(s Scope) *dayCounts {
	days := &dayCounts{}
	since := s.Since
	if first := s.Until.AddDate(0, 0, -mostDays); since.Before(first) {
		since = first
	}
	y, m, d := since.In(s.Zone).Date()
	for i := 0; ; i++ { // days may be begun and not ended in the report
		day := hours.DayBegins(y, m, d+i, s.Zone)
		days.begins = append(days.begins, day.Unix())
		if !day.Before(s.Until) {
			return days
		}
		days.list = append(days.list, Day{Date: day.Format(time.DateOnly)})
	}
}

func (d *dayCounts) add(c *mention.Times) {
	day := d.of(c.Heard)
	if day == nil {
		return
	}
	day.Heard++
	if c.Status == mention.Replied {
		day.Answered++
	}
}

func (d *dayCounts) of(t time.Time) *Day {
	if t.IsZero() {
		return nil
	}
	i, exact := slices.BinarySearch(d.begins, t.Unix())
	if !exact {
		i--
	}
	if i < 0 || i >= len(d.list) {
		return nil
	}
	return &d.list[i]
}
