package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/mention"
)

// TestCountedAgain counts random cases a second time, by going over all of them once for each number, and
// wants the same report, its tables and their order included.
func TestCountedAgain(t *testing.T) {
	open, err := hours.Parse("Mon-Fri 09:00-18:00 Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Kyiv", "Asia/Kathmandu", "America/New_York"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		since := time.Date(2026, 10, rapid.IntRange(17, 31).Draw(t, "day"), 0, 0, 0, 0, zone) // the clock changes in some
		s := Scope{Since: since, Until: since.AddDate(0, 0, rapid.IntRange(1, 9).Draw(t, "days")), Zone: zone}
		if rapid.Bool().Draw(t, "to the hour") {
			s.Since, s.Until = s.Since.Add(7*time.Hour), s.Until.Add(-5*time.Hour)
		}
		s.Now = s.Until.Add(time.Duration(rapid.IntRange(0, 50).Draw(t, "now")) * time.Hour)
		s.Reply = func(severity mention.Severity) (time.Duration, hours.Hours) {
			return time.Duration(severity-1) * time.Hour, open
		}
		if s.Watch = rapid.SampledFrom([]string{"", "", "Bank"}).Draw(t, "watch"); s.Watch == "" {
			s.Source = rapid.SampledFrom([]string{"", "", "forum"}).Draw(t, "source")
		}
		cases := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) mention.Times { return anyCase(t, s) }), 0, 40).Draw(t, "cases")
		slices.SortStableFunc(cases, func(a, b mention.Times) int { return a.Heard.Compare(b.Heard) })
		now, before := Compare(cases, s)
		for what, both := range map[string][2]Report{"now": {now, again(cases, s, &before)}, "before": {before, again(cases, s.before(), nil)}} {
			if got, want := encoded(both[0]), encoded(both[1]); got != want {
				t.Fatalf("%s: the report is\n%s\nand counted again\n%s", what, got, want)
			}
		}
	})
}

// encoded is a report with a line for each table.
func encoded(r Report) string {
	raw, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return strings.ReplaceAll(string(raw), `],"`, "],\n\"")
}

// anyCase is a case that the desk could have made, around the period.
func anyCase(t *rapid.T, s Scope) mention.Times {
	minutes := func(most int) time.Duration {
		return time.Duration(rapid.IntRange(0, most).Draw(t, "minutes")) * time.Minute
	}
	word := func(words ...string) string { return rapid.SampledFrom(words).Draw(t, "word") }
	c := mention.Times{Heard: s.before().Since.Add(-time.Hour).Add(minutes(int(s.Until.Sub(s.before().Since).Minutes()) + 120)), Watch: word("Bank", "App"), Source: word("forum", "reviews", "silent"),
		Author: word("", "Олена", "Дмитро", "Гость"), Lang: word("", "uk", "bg"), Severity: mention.Severity(rapid.IntRange(1, 4).Draw(t, "severity")), Status: mention.Open}
	c.Topics = [][]string{nil, {"refund"}, {"app", "refund"}}[rapid.IntRange(0, 2).Draw(t, "topics")]
	switch word("known", "day", "ahead", "none") {
	case "known":
		c.Published = c.Heard.Add(-minutes(300))
	case "day":
		c.Published, c.DateOnly = c.Heard.Add(-minutes(300)), true
	case "ahead":
		c.Published = c.Heard.Add(time.Minute + minutes(300))
	}
	if rapid.Bool().Draw(t, "posted") {
		c.Posted = c.Heard.Add(minutes(30))
	}
	last := c.Heard
	if word("no", "no", "again") == "again" {
		c.Reopened = c.Heard.Add(minutes(900))
		last = c.Reopened
	}
	if who := word("", "Ira", "Oleh"); who != "" {
		c.Owner, c.Status, c.Claimed = mention.Person{ID: "slack:" + who, Name: who}, mention.Claimed, last.Add(minutes(200))
		last = c.Claimed
	}
	switch word("waits", "replied", "replied", "seen", "dismissed") {
	case "replied":
		c.Status, c.Replied = mention.Replied, last.Add(minutes(400))
	case "seen":
		c.Status, c.Replied, c.AnswerVerified = mention.Replied, c.Heard.Add(minutes(400)), true
		if c.Replied.Before(c.Reopened) {
			c.Replied = c.Reopened
		}
	case "dismissed":
		c.Status = mention.Dismissed
	}
	return c
}

// again counts a report by going over the cases for every number.
func again(all []mention.Times, s Scope, before *Report) Report {
	in := having(all, func(c mention.Times) bool {
		return !c.Heard.Before(s.Since) && c.Heard.Before(s.Until) && (s.Watch == "" || s.Watch == c.Watch) && (s.Source == "" || s.Source == c.Source)
	})
	r := Report{Since: s.Since, Until: s.Until, Heard: len(in), Answered: status(in, mention.Replied), Dismissed: status(in, mention.Dismissed), Unanswered: status(in, mention.Open) + status(in, mention.Claimed)}
	r.Proved = len(having(in, func(c mention.Times) bool { return c.AnswerVerified }))
	r.Hear, r.Claim, r.Answer, r.Overall = spreadOf(in, hearWait), spreadOf(in, claimWait), spreadOf(in, answerWait), spreadOf(in, wholeWait)
	r.Kept = keptOf(in, s)
	r.Places = rowsOf(in, s, func(c mention.Times) []string { return []string{c.Source} }, true)
	slices.SortStableFunc(r.Places, func(a, b Row) int {
		rank := func(r Row) int {
			if open := r.Complaints - r.Answered - r.Dismissed; r.Answered == 0 && open > 0 {
				return -1_000_000 - open
			}
			return 0
		}
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(b.Overall.Median, a.Overall.Median))
	})
	r.Topics = rowsOf(in, s, func(c mention.Times) []string { return c.Topics }, false)
	for i := range r.Topics {
		if before != nil {
			for _, was := range before.Topics {
				if was.Name == r.Topics[i].Name {
					r.Topics[i].Before = was.Complaints
				}
			}
		}
	}
	r.Watches = rowsOf(in, s, func(c mention.Times) []string { return []string{c.Watch} }, false)
	r.People = rowsOf(having(in, func(c mention.Times) bool { return c.Status != mention.Dismissed }), s, func(c mention.Times) []string { return nameAlone(c.Owner.Name) }, false)
	slices.SortStableFunc(r.People, func(a, b Row) int { return cmp.Compare(b.Answered, a.Answered) })
	r.Langs = rowsOf(in, s, func(c mention.Times) []string { return nameAlone(c.Lang) }, false)
	for hour := range 24 {
		name := fmt.Sprintf("%02d", hour)
		rows := rowsOf(having(in, func(c mention.Times) bool { return c.Heard.In(s.Zone).Format("15") == name }), s, func(mention.Times) []string { return []string{name} }, false)
		if len(rows) == 0 {
			rows = []Row{{Name: name}}
		}
		rows[0].Trend = nil
		r.Hours = append(r.Hours, rows[0])
	}
	r.Authors = authorsOf(in, s)
	for day := s.Since.In(s.Zone); day.Format(time.DateOnly) <= s.Until.Add(-1).In(s.Zone).Format(time.DateOnly); day = day.AddDate(0, 0, 1) {
		of := having(in, func(c mention.Times) bool {
			return c.Heard.In(s.Zone).Format(time.DateOnly) == day.Format(time.DateOnly)
		})
		r.Days = append(r.Days, Day{Date: day.Format(time.DateOnly), Heard: len(of), Answered: status(of, mention.Replied)})
	}
	return r
}

// nameAlone is a name alone, or nothing.
func nameAlone(name string) []string {
	if name == "" {
		return nil
	}
	return []string{name}
}

func having(all []mention.Times, fits func(mention.Times) bool) (some []mention.Times) {
	for _, c := range all {
		if fits(c) {
			some = append(some, c)
		}
	}
	return some
}

func status(all []mention.Times, is mention.Status) int {
	return len(having(all, func(c mention.Times) bool { return c.Status == is }))
}

// The waits of a case; a negative one is not known.
func hearWait(c mention.Times) time.Duration {
	if c.Published.IsZero() || c.DateOnly || c.Published.After(c.Heard) {
		return -1
	}
	return c.Heard.Sub(c.Published)
}

func claimWait(c mention.Times) time.Duration {
	switch {
	case c.Claimed.IsZero() || c.Status == mention.Replied && c.Claimed.Equal(c.Replied):
		return -1
	case !c.Reopened.IsZero():
		return c.Claimed.Sub(c.Reopened)
	}
	return c.Claimed.Sub(c.Heard)
}

func answerWait(c mention.Times) time.Duration {
	if c.Status != mention.Replied || claimWait(c) < 0 || c.Replied.Before(c.Claimed) {
		return -1
	}
	return c.Replied.Sub(c.Claimed)
}

func wholeWait(c mention.Times) time.Duration {
	switch {
	case c.Status != mention.Replied:
		return -1
	case !c.Reopened.IsZero():
		return c.Replied.Sub(c.Reopened)
	case hearWait(c) < 0:
		return c.Replied.Sub(c.Heard)
	}
	return c.Replied.Sub(c.Published)
}

// spreadOf is the least wait that half, and nine of ten, do not exceed.
func spreadOf(all []mention.Times, wait func(mention.Times) time.Duration) (s Spread) {
	var list []time.Duration
	for _, c := range all {
		if w := wait(c); w >= 0 {
			list = append(list, w)
		}
	}
	slices.Sort(list)
	within := func(tenths int) time.Duration {
		for i, w := range list {
			if 10*(i+1) >= tenths*len(list) {
				return w
			}
		}
		return 0
	}
	return Spread{Median: within(5), P90: within(9), Of: len(list)}
}

// keptOf goes minute by minute: nobody snoozed these.
func keptOf(all []mention.Times, s Scope) (k Kept) {
	for _, c := range all {
		within, open := s.Reply(c.Severity)
		if within <= 0 || c.Status == mention.Dismissed {
			continue
		}
		from, till := c.Heard, s.Now
		for _, at := range []time.Time{c.Posted, c.Reopened} {
			if at.After(from) {
				from = at
			}
		}
		if c.Status == mention.Replied {
			till = c.Replied
		}
		ran := time.Duration(0)
		for at := from; at.Before(till) && ran <= within; at = at.Add(time.Minute) {
			if open.Open(at) {
				ran += time.Minute
			}
		}
		if late := ran > within; late || c.Status == mention.Replied {
			k.Of++
			if !late {
				k.InTime++
			}
		}
	}
	return k
}

// rowsOf are the rows of a table, the most complaints first, equals by name.
func rowsOf(in []mention.Times, s Scope, names func(mention.Times) []string, places bool) []Row {
	var all []string
	for _, c := range in {
		all = append(all, names(c)...)
	}
	slices.Sort(all)
	rows := []Row{}
	for _, name := range slices.Compact(all) {
		of := having(in, func(c mention.Times) bool { return slices.Contains(names(c), name) })
		row := Row{Name: name, Complaints: len(of), Answered: status(of, mention.Replied), Dismissed: status(of, mention.Dismissed), Overall: spreadOf(of, wholeWait), Kept: keptOf(of, s), Trend: make([]int, 12)}
		if places {
			row.Hear = spreadOf(of, hearWait)
		}
		for _, c := range of {
			for part := range row.Trend {
				if c.Heard.Before(s.Since.Add(s.Until.Sub(s.Since) * time.Duration(part+1) / 12)) {
					row.Trend[part]++
					break
				}
			}
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(b.Complaints, a.Complaints) })
	return rows
}

// authorsOf are those who complained more than once at a place. Of one author two cases of one moment and of two watches
// are one post.
func authorsOf(in []mention.Times, s Scope) []Author {
	list := []Author{}
	for _, place := range []string{"forum", "reviews", "silent"} {
		var posts []mention.Times
		for _, c := range in {
			if c.Source == place && c.Author != "" && !mention.IsNobody(c.Author) {
				posts = append(posts, c)
			}
		}
		for _, row := range rowsOf(onePostEach(posts), s, func(c mention.Times) []string { return []string{c.Author} }, false) {
			if row.Complaints > 1 {
				row.Trend = nil
				list = append(list, Author{Row: row, Source: place})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Author) int {
		return cmp.Or(cmp.Compare(b.Complaints, a.Complaints), cmp.Compare(a.Source+"\x00"+a.Name, b.Source+"\x00"+b.Name))
	})
	return list
}

// onePostEach leaves out what is another watch of a post that is there already.
func onePostEach(all []mention.Times) (some []mention.Times) {
	for i, c := range all {
		same := func(o mention.Times) bool {
			return o.Author == c.Author && o.Heard.Equal(c.Heard) && o.Published.Equal(c.Published)
		}
		ofWatch := len(having(all[:i+1], func(o mention.Times) bool { return same(o) && o.Watch == c.Watch }))
		if ofWatch > len(having(some, same)) {
			some = append(some, c)
		}
	}
	return some
}
