package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

var week = Scope{Since: monday, Until: monday.AddDate(0, 0, 7), Zone: time.UTC, Now: monday.AddDate(0, 0, 7)}

// within30 is a deadline of half an hour, always, for all but low ones.
func within30(s mention.Severity) (time.Duration, hours.Hours) {
	if s == mention.Low {
		return 0, hours.Hours{}
	}
	return 30 * time.Minute, hours.Hours{}
}

// TestOpenedAgain: nobody waits while a case is closed: what was opened again waits since then.
func TestOpenedAgain(t *testing.T) {
	at := func(minute int) time.Time { return monday.Add(time.Duration(minute) * time.Minute) }
	c := aCase(0, 1, 485, 490, "Ira")
	c.Reopened = at(480)
	r := New([]mention.Times{c}, week)
	for what, got := range map[string]Spread{"claim": r.Claim, "overall": r.Overall, "the place": r.Places[0].Overall} {
		want := 10 * time.Minute
		if what == "claim" {
			want = 5 * time.Minute
		}
		if got.Of != 1 || got.Median != want {
			t.Errorf("%s: %+v, want %s", what, got, want)
		}
	}
}

// TestClockOfASiteIsAhead: a site that shows its own hours without saying so seems to publish after it was heard.
// Such a time says nothing: the wait is that since it was heard, as the message of the complaint says, and not none.
func TestClockOfASiteIsAhead(t *testing.T) {
	ahead := aCase(120, 1, -1, 31, "")
	r := New([]mention.Times{ahead}, week)
	if r.Hear.Of != 0 {
		t.Errorf("published to heard: %+v, want nothing", r.Hear)
	}
	for what, got := range map[string]Spread{"overall": r.Overall, "the place": r.Places[0].Overall} {
		if got.Of != 1 || got.Median != 30*time.Minute {
			t.Errorf("%s: %+v, want half an hour", what, got)
		}
	}
}

// TestOnePostIsOfOneComplainer: who names two watches in one post complained of two, once.
func TestOnePostIsOfOneComplainer(t *testing.T) {
	one, other, later := aCase(0, 1, -1, -1, ""), aCase(0, 1, -1, -1, ""), aCase(10, 11, -1, -1, "")
	one.Author, other.Author, later.Author = "Олена", "Олена", "Олена"
	other.Watch = "App"
	if r := New([]mention.Times{one, other}, week); len(r.Authors) != 0 || r.Heard != 2 {
		t.Errorf("one post: %+v, %d heard", r.Authors, r.Heard)
	}
	if r := New([]mention.Times{one, other, later}, week); len(r.Authors) != 1 || r.Authors[0].Complaints != 2 {
		t.Errorf("two posts: %+v", r.Authors)
	}
	// One poll saw both, so that they come in the order of their ids.
	beside := one
	beside.Published = one.Published.Add(time.Second)
	if r := New([]mention.Times{one, beside, other}, week); len(r.Authors) != 1 || r.Authors[0].Complaints != 2 {
		t.Errorf("another post between the two names of one: %+v", r.Authors)
	}
	day, twice := one, other
	day.Published, twice.Published = time.Time{}, time.Time{}
	if r := New([]mention.Times{day, day, twice}, week); len(r.Authors) != 1 || r.Authors[0].Complaints != 2 {
		t.Errorf("two posts without a time, one of which names two watches: %+v", r.Authors)
	}
}

// TestKept: the clock of the deadline is that of the desk, and what has time left, is
// dismissed or has no deadline counts for nothing.
func TestKept(t *testing.T) {
	at := func(minute int) time.Time { return monday.Add(time.Duration(minute) * time.Minute) }
	made := func(answered int, change func(*mention.Times)) mention.Times {
		c := aCase(0, 1, -1, answered, "")
		c.Severity = mention.High
		change(&c)
		return c
	}
	same := func(*mention.Times) {}
	for _, c := range []struct {
		what string
		c    mention.Times
		want Kept
	}{
		{"in time", made(31, same), Kept{1, 1}},
		{"a minute late", made(32, same), Kept{0, 1}},
		{"the message came late", made(50, func(c *mention.Times) { c.Posted = at(20) }), Kept{1, 1}},
		{"opened again", made(500, func(c *mention.Times) { c.Reopened = at(480) }), Kept{1, 1}},
		{"snoozed for an hour after 20 minutes, answered 9 after", made(90, func(c *mention.Times) { c.Woke, c.Waited = at(81), 20*time.Minute }), Kept{1, 1}},
		{"the same, 11 after", made(92, func(c *mention.Times) { c.Woke, c.Waited = at(81), 20*time.Minute }), Kept{0, 1}},
		{"woke again, and the site's answer is of before, too late", made(60, func(c *mention.Times) { c.Woke, c.Waited = at(300), 100*time.Minute }), Kept{0, 1}},
		{"the same, in time", made(20, func(c *mention.Times) { c.Woke, c.Waited = at(300), 100*time.Minute }), Kept{1, 1}},
		{"the site's answer is of the sleep", made(200, func(c *mention.Times) { c.Woke, c.Waited = at(300), 20*time.Minute }), Kept{1, 1}},
		{"gone too late, and woke while it is gone", made(-1, func(c *mention.Times) { c.Snoozed, c.Woke, c.Waited = at(50), at(300), 49*time.Minute }), Kept{0, 1}},
		{"gone in time, and woke while it is gone", made(-1, func(c *mention.Times) { c.Snoozed, c.Woke, c.Waited = at(20), at(300), 19*time.Minute }), Kept{}},
		{"nobody answered", made(-1, same), Kept{0, 1}},
		{"snoozed in time", made(-1, func(c *mention.Times) { c.Snoozed = at(10) }), Kept{}},
		{"answered while it was snoozed", made(500, func(c *mention.Times) { c.Snoozed = at(10) }), Kept{1, 1}},
		{"snoozed too late", made(500, func(c *mention.Times) { c.Snoozed = at(40) }), Kept{0, 1}},
		{"the answer is older than the snooze", made(20, func(c *mention.Times) { c.Snoozed = at(40) }), Kept{1, 1}},
		{"time is left", made(-1, func(c *mention.Times) { c.Heard = week.Now.Add(-10 * time.Minute) }), Kept{}},
		{"dismissed", made(-1, func(c *mention.Times) { c.Status = mention.Dismissed }), Kept{}},
		{"no deadline", made(500, func(c *mention.Times) { c.Severity = mention.Low }), Kept{}},
	} {
		s := week
		s.Reply = within30
		r := New([]mention.Times{c.c}, s)
		if r.Kept != c.want || r.Places[0].Kept != c.want {
			t.Errorf("%s: %+v, of the place %+v; want %+v", c.what, r.Kept, r.Places[0].Kept, c.want)
		}
	}
	open, err := hours.Parse("Mon-Fri 09:00-18:00 UTC")
	if err != nil {
		t.Fatal(err)
	}
	s := week
	s.Reply = func(mention.Severity) (time.Duration, hours.Hours) { return time.Hour, open }
	night := made(9*60+59, same) // heard at 00:01, answered 59 minutes after they opened
	if r := New([]mention.Times{night}, s); r.Kept != (Kept{1, 1}) {
		t.Errorf("at night the clock stands still: %+v", r.Kept)
	}
	s.Reply = nil
	for _, line := range New([]mention.Times{night}, s).Lines(i18n.Lang{}, nil) {
		if strings.Contains(line.Name, "deadline") {
			t.Errorf("a line of a deadline that there is not: %+v", line)
		}
	}
}

// TestCompare: each case is counted in its own period, and a topic knows what it was.
func TestCompare(t *testing.T) {
	before := aCase(0, 1, 2, 3, "Ira")
	before.Heard, before.Topics = monday.Add(-time.Hour), []string{"refund", "app"}
	old := before
	old.Heard = week.Begin().Add(-time.Nanosecond)
	last := aCase(0, 7*24*60-1, -1, -1, "")
	next := aCase(0, 7*24*60, -1, -1, "")
	other := aCase(0, 5, -1, -1, "")
	other.Watch = "Hotel"
	cases := []mention.Times{old, before, aCase(0, 5, -1, -1, ""), other, last, next}
	now, then := Compare(cases, week)
	if now.Heard != 3 || then.Heard != 1 {
		t.Fatalf("heard %d, before %d", now.Heard, then.Heard)
	}
	if row := now.Topics[0]; row.Name != "refund" || row.Complaints != 3 || row.Before != 1 || row.Trend[0] != 2 || row.Trend[11] != 1 {
		t.Errorf("%+v", row)
	}
	s := week
	s.Watch = "Hotel"
	if now, then := Compare(cases, s); now.Heard != 1 || then.Heard != 0 {
		t.Errorf("of one watch: heard %d, before %d", now.Heard, then.Heard)
	}
	s.Watch, s.Source = "", "elsewhere"
	if now, _ := Compare(cases, s); now.Heard != 0 {
		t.Errorf("of another source: heard %d", now.Heard)
	}
}

// TestPeriodBeforeFollowsTheClock: of whole days the period before is as many days, each from its midnight, also
// where the clock changes in one of the two; of other lengths it is as long.
func TestPeriodBeforeFollowsTheClock(t *testing.T) {
	for _, c := range []struct{ zone, since, until, want string }{
		{"Europe/Kyiv", "2026-10-01 00:00", "2026-11-01 00:00", "2026-08-31 00:00"}, // 31 days and an hour
		{"Europe/Kyiv", "2026-11-01 00:00", "2026-12-01 00:00", "2026-10-02 00:00"},
		{"Europe/Sofia", "2026-03-29 00:00", "2026-03-30 00:00", "2026-03-28 00:00"}, // 23 hours
		{"Africa/Cairo", "2026-04-24 01:00", "2026-04-25 00:00", "2026-04-23 00:00"}, // its midnight is skipped
		{"Asia/Kathmandu", "2026-11-01 00:00", "2026-11-08 00:00", "2026-10-25 00:00"},
		{"Europe/Kyiv", "2026-10-25 00:00", "2026-10-25 12:00", "2026-10-24 11:00"}, // 13 hours
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at := func(s string) time.Time {
			m, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		if got := (Scope{Since: at(c.since), Until: at(c.until), Zone: zone}).Begin(); !got.Equal(at(c.want)) {
			t.Errorf("%s: before %s to %s begins at %s, want %s", c.zone, c.since, c.until, got.In(zone), c.want)
		}
	}
}

// TestWhoComplainsAgain: the same name at two places is two people, and nobody is nobody.
func TestWhoComplainsAgain(t *testing.T) {
	from := func(author, source string) mention.Times {
		c := aCase(0, 61, -1, -1, "")
		c.Author, c.Source, c.Lang = author, source, "uk"
		return c
	}
	r := New([]mention.Times{from("Олена", "forum"), from("Олена", "forum"), from("Олена", "reviews"), from("", "forum"), from("", "forum"), from("Anonymous", "forum"), from("Anonymous", "forum")}, week)
	if len(r.Authors) != 1 || r.Authors[0].Name != "Олена" || r.Authors[0].Source != "forum" || r.Authors[0].Complaints != 2 {
		t.Errorf("%+v", r.Authors)
	}
	if len(r.Hours) != 24 || r.Hours[1].Complaints != 7 || r.Hours[0].Complaints != 0 || r.Hours[1].Name != "01" {
		t.Errorf("hours %+v", r.Hours)
	}
	if len(r.Langs) != 1 || r.Langs[0].Complaints != 7 {
		t.Errorf("languages %+v", r.Langs)
	}
	var out strings.Builder
	if err := r.Text(&out, i18n.Lang{}, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Олена · forum", "Ukrainian", "01:00"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the text has no %q:\n%s", want, out.String())
		}
	}
}

// TestSums: whatever was heard, every table adds up to the whole.
func TestSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cases := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) mention.Times {
			heard := rapid.IntRange(0, 7*24*60-1).Draw(t, "heard")
			c := aCase(heard, heard, -1, -1, "")
			c.Severity, c.Source, c.Author, c.Lang = mention.High, rapid.SampledFrom([]string{"a", "b"}).Draw(t, "source"), rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "author"), "en"
			if rapid.Bool().Draw(t, "answered") {
				c.Status, c.Replied = mention.Replied, c.Heard.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "wait"))*time.Minute)
			}
			return c
		}), 0, 30).Draw(t, "cases")
		s := week
		s.Reply = within30
		r := New(cases, s)
		if r.Heard != len(cases) || r.Answered+r.Unanswered+r.Dismissed != r.Heard {
			t.Fatalf("%+v of %d", r, len(cases))
		}
		for name, rows := range map[string][]Row{"places": r.Places, "watches": r.Watches, "languages": r.Langs, "hours": r.Hours} {
			n, answered, trend, kept := 0, 0, 0, Kept{}
			for _, row := range rows {
				n, answered = n+row.Complaints, answered+row.Answered
				kept.add(row.Kept)
				for _, part := range row.Trend {
					trend += part
				}
			}
			if n != r.Heard || answered != r.Answered || kept != r.Kept || name != "hours" && trend != r.Heard {
				t.Fatalf("%s: %d, %d, %+v, %d; of all %+v", name, n, answered, kept, trend, r)
			}
		}
	})
}

// TestPeriodError says which part means nothing.
func TestPeriodError(t *testing.T) {
	for _, c := range []struct{ since, until, part string }{{"soon", "", "since"}, {"7d", "week", "until"}, {"today", "yesterday", ""}} {
		_, _, err := Period(c.since, c.until, monday.Add(time.Hour), time.UTC)
		var wrong *PeriodError
		if !errors.As(err, &wrong) || wrong.Part != c.part || wrong.Error() == "" {
			t.Errorf("%s %s: %v", c.since, c.until, err)
		}
	}
}

// TestPeriodWithoutMidnight: a day begins at its first moment, also where the clock skips midnight or
// shows it twice.
func TestPeriodWithoutMidnight(t *testing.T) {
	for _, c := range []struct{ zone, since, until, from, to string }{
		{"America/Santiago", "2026-09-06", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"},
		{"America/Santiago", "2026-09-05", "2026-09-05", "2026-09-05T04:00:00Z", "2026-09-06T04:00:00Z"},
		{"America/Havana", "2026-03-08", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"},
		{"America/Havana", "2026-11-01", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		{"Asia/Beirut", "2026-03-29", "2026-03-29", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"},
		{"Africa/Cairo", "2026-04-24", "2026-04-24", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"},
		{"Europe/Kyiv", "2026-03", "2026-03", "2026-02-28T22:00:00Z", "2026-03-31T21:00:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		from, to, err := Period(c.since, c.until, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), zone)
		if got := []string{from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339)}; err != nil || got[0] != c.from || got[1] != c.to {
			t.Errorf("%s, %s: from %s to %s, want from %s to %s (%v)", c.zone, c.since, got[0], got[1], c.from, c.to, err)
		}
	}
}

// TestPeopleAreWhoTheyAre: two colleagues of one name are two people, and who takes another name is one.
func TestPeopleAreWhoTheyAre(t *testing.T) {
	by := func(id, name string, answered int) mention.Times {
		c := aCase(0, 1, 2, answered, name)
		c.Owner.ID = id
		return c
	}
	r := New([]mention.Times{by("slack:U1", "Олена", 10), by("slack:U1", "Олена", 10), by("slack:U2", "Олена", 300), by("slack:U3", "Ira", 20), by("slack:U3", "Ira K.", 20), by("slack:U3", "Ira K.", 20)}, week)
	var got []string
	for _, p := range r.People {
		got = append(got, fmt.Sprint(p.Name, " ", p.Answered, " ", p.Overall.Median))
	}
	if want := []string{"Ira K. 3 20m0s", "Олена 2 10m0s", "Олена 1 5h0m0s"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestNamesAreErased: a report that reaches back behind the retention says that those who answered,
// and those who complained again, are not all there; one of a later period says nothing of it.
func TestNamesAreErased(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	scope := week
	for _, c := range []struct {
		since time.Time
		says  bool
	}{{time.Time{}, false}, {monday, false}, {monday.Add(-time.Hour), false}, {monday.AddDate(0, 0, 3), true}, {monday.AddDate(1, 0, 0), true}} {
		scope.NamesSince = c.since
		r := New([]mention.Times{aCase(0, 1, 5, 9, "")}, scope)
		for _, lang := range []string{"en", "ru", "uk", "bg"} {
			var text, md strings.Builder
			l := texts.In(lang)
			if err := errors.Join(r.Text(&text, l, nil), r.Markdown(&md, l, nil)); err != nil {
				t.Fatal(err)
			}
			for form, got := range map[string]string{"text": text.String(), "md": md.String()} {
				if says := strings.Contains(got, l.Text("report.names_since", "date", l.Date(c.since))); says != c.says {
					t.Errorf("names since %s, %s, %s: said %v, want %v\n%s", c.since, lang, form, says, c.says, got)
				}
			}
		}
	}
}
