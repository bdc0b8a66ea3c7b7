package report

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

var monday = time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)

// aCase is a complaint published at a minute of Monday and heard, claimed and
// answered so many minutes later; a negative number has not happened.
func aCase(published, heard, claimed, answered int, owner string) mention.Times {
	at := func(minutes int) time.Time {
		if minutes < 0 {
			return time.Time{}
		}
		return monday.Add(time.Duration(minutes) * time.Minute)
	}
	c := mention.Times{Watch: "Bank", Source: "forum", Topics: []string{"refund"}, Status: mention.Open, Published: at(published), Heard: at(heard), Claimed: at(claimed), Replied: at(answered), Owner: mention.Person{Name: owner}}
	switch {
	case answered >= 0:
		c.Status = mention.Replied
	case claimed >= 0:
		c.Status = mention.Claimed
	}
	return c
}

func TestClocksAreApart(t *testing.T) {
	r := New([]mention.Times{
		aCase(0, 1, 4, 12, "Ira"),
		aCase(10, 11, 15, 40, "Ira"),
		aCase(20, 25, -1, -1, ""),
	}, Scope{Since: monday, Until: monday.AddDate(0, 0, 7), Zone: time.UTC})
	for _, c := range []struct {
		name string
		got  Spread
		want Spread
	}{
		{"heard", r.Hear, Spread{time.Minute, 5 * time.Minute, 3}},
		{"claimed", r.Claim, Spread{3 * time.Minute, 4 * time.Minute, 2}},
		{"answered", r.Answer, Spread{8 * time.Minute, 25 * time.Minute, 2}},
		{"overall", r.Overall, Spread{12 * time.Minute, 30 * time.Minute, 2}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, c.got, c.want)
		}
	}
	if r.Heard != 3 || r.Answered != 2 || r.Unanswered != 1 {
		t.Errorf("heard %d, answered %d, unanswered %d; want 3, 2, 1", r.Heard, r.Answered, r.Unanswered)
	}
	if len(r.Days) != 7 || r.Days[0].Heard != 3 || r.Days[0].Answered != 2 || r.Days[1].Heard != 0 {
		t.Errorf("days %+v", r.Days)
	}
}

// A date without a time says nothing about minutes, and a site's clock may be wrong.
func TestUnknownAndImpossibleWaits(t *testing.T) {
	day := aCase(0, 600, 610, 620, "Ira")
	day.DateOnly = true
	future := aCase(30, 20, 25, 26, "Ira")
	r := New([]mention.Times{day, future}, Scope{Since: monday, Until: monday.AddDate(0, 0, 1), Zone: time.UTC})
	if r.Hear.Of != 0 {
		t.Errorf("publication to heard %+v, want none", r.Hear)
	}
	if r.Overall != (Spread{6 * time.Minute, 20 * time.Minute, 2}) {
		t.Errorf("overall %+v, want both posts counted from when they were heard", r.Overall)
	}
}

func TestSlowestPlaceFirst(t *testing.T) {
	slow := aCase(0, 1, 2, 300, "Ira")
	slow.Source = "reviews"
	r := New([]mention.Times{aCase(0, 1, 2, 3, "Oleh"), slow}, Scope{Since: monday, Until: monday.AddDate(0, 0, 1), Zone: time.UTC})
	if r.Places[0].Name != "reviews" {
		t.Errorf("places %+v, want the slowest first", r.Places)
	}
}

// TestWorstPlacesFirst: where nobody answered is worse than where the answer was slow. What
// was dismissed waits for nothing.
func TestWorstPlacesFirst(t *testing.T) {
	at := func(place string, c mention.Times) mention.Times { c.Source = place; return c }
	spam := aCase(0, 1, -1, -1, "Boris")
	spam.Status = mention.Dismissed
	r := New([]mention.Times{
		at("fast", aCase(0, 1, 2, 3, "Ira")), at("slow", aCase(0, 1, 2, 300, "Ira")), at("silent", aCase(0, 1, -1, -1, "")),
		at("worst", aCase(0, 1, -1, -1, "")), at("worst", aCase(0, 1, 2, -1, "Ira")), at("spam", spam),
	}, Scope{Since: monday, Until: monday.AddDate(0, 0, 1), Zone: time.UTC})
	var order []string
	for _, p := range r.Places {
		order = append(order, p.Name)
	}
	if got := strings.Join(order, " "); got != "worst silent slow fast spam" {
		t.Errorf("places %s", got)
	}
	if p := r.Places[4]; p.Dismissed != 1 || p.Unanswered() != 0 {
		t.Errorf("%+v", p)
	}
}

// TestNumbersOfPeople: who answers without a claim waited no 0 s, also in rows of before,
// and who dismissed something answered nothing.
func TestNumbersOfPeople(t *testing.T) {
	spam := aCase(0, 1, -1, -1, "Boris")
	spam.Status = mention.Dismissed
	r := New([]mention.Times{aCase(0, 1, -1, 30, "Vera"), aCase(0, 1, 30, 30, "Vera"), aCase(0, 1, 5, 25, "Ira"), aCase(0, 1, 5, 4, "Ira"), spam}, Scope{Since: monday, Until: monday.AddDate(0, 0, 1), Zone: time.UTC})
	if r.Answer != (Spread{20 * time.Minute, 20 * time.Minute, 1}) || r.Claim != (Spread{4 * time.Minute, 4 * time.Minute, 2}) {
		t.Errorf("claimed → answered %+v, heard → claimed %+v", r.Answer, r.Claim)
	}
	for _, p := range r.People {
		if p.Name == "Boris" {
			t.Errorf("Boris only dismissed: %+v", p)
		}
	}
	if r.Overall.Of != 4 {
		t.Errorf("overall %+v", r.Overall)
	}
}

// TestTimesOfTheZone: a report says its times as the people who read it live.
func TestTimesOfTheZone(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := New(nil, Scope{Since: monday, Until: monday.AddDate(0, 0, 1), Zone: kyiv}).Text(&out, i18n.Lang{}, nil); err != nil || !strings.HasPrefix(out.String(), "16 Nov 2026 02:00 to 17 Nov 2026 02:00 EET") {
		t.Errorf("%s (%v)", out.String(), err)
	}
}

// TestFormsSayTheSamePeriod: a month ends at the first moment of the next one, which is no day of it; and
// great numbers are written as the language does in every form.
func TestFormsSayTheSamePeriod(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	from, till, err := Period("2026-10", "2026-10", monday, kyiv)
	if err != nil {
		t.Fatal(err)
	}
	r := New(nil, Scope{Since: from, Until: till, Zone: kyiv})
	r.Places = []Row{{Name: "forum", Complaints: 12345, Answered: 10000}}
	var text, md strings.Builder
	if err := errors.Join(r.Text(&text, i18n.Lang{}, nil), r.Markdown(&md, i18n.Lang{}, nil)); err != nil {
		t.Fatal(err)
	}
	for name, out := range map[string]string{"text": text.String(), "markdown": md.String()} {
		for _, want := range []string{"1 Oct 2026 00:00 to 1 Nov 2026 00:00 EET", "12,345", "10,000"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, out)
			}
		}
	}
}

func TestFormsAgree(t *testing.T) {
	r := New([]mention.Times{aCase(0, 1, 4, 12, "=cmd|' /C calc'!A0")}, Scope{Since: monday, Until: monday.AddDate(0, 0, 7), Zone: time.UTC})
	before := New(nil, Scope{Since: monday.AddDate(0, 0, -7), Until: monday, Zone: time.UTC})
	var text, md, csv strings.Builder
	for _, err := range []error{r.Text(&text, i18n.Lang{}, &before), r.Markdown(&md, i18n.Lang{}, &before), r.CSV(&csv)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, out := range map[string]string{"text": text.String(), "markdown": md.String()} {
		if strings.Contains(out, "before 0") || strings.Contains(out, "before –") {
			t.Errorf("%s says before in every cell:\n%s", name, out)
		}
		for _, want := range []string{"median 12 min", "before", "refund", "forum"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, out)
			}
		}
	}
	if !strings.Contains(csv.String(), "all,all,1,1,720,720") {
		t.Errorf("csv lacks the totals:\n%s", csv.String())
	}
	if strings.Contains(csv.String(), ",=cmd") || strings.Contains(md.String(), "| =cmd|'") {
		t.Error("a person's name becomes a formula or breaks a table")
	}
}

// TestHowLateAPlaceIsHeard: of each place it is told how soon earshot hears what is published there, where
// the site gives the moment: that is what its pace is chosen by.
func TestHowLateAPlaceIsHeard(t *testing.T) {
	slow, day := aCase(0, 90, -1, -1, ""), aCase(0, 600, -1, -1, "")
	slow.Source, day.Source, day.DateOnly = "board", "shop", true
	r := New([]mention.Times{aCase(0, 1, 4, 12, "Ira"), aCase(10, 13, -1, -1, ""), slow, day}, Scope{Since: monday, Until: monday.AddDate(0, 0, 7), Zone: time.UTC})
	for _, row := range r.Places {
		if want := map[string]Spread{"forum": {time.Minute, 3 * time.Minute, 2}, "board": {90 * time.Minute, 90 * time.Minute, 1}}[row.Name]; row.Hear != want {
			t.Errorf("%s: heard after %+v, want %+v", row.Name, row.Hear, want)
		}
	}
	var text, md, csv strings.Builder
	if err := errors.Join(r.Text(&text, i18n.Lang{}, nil), r.Markdown(&md, i18n.Lang{}, nil), r.CSV(&csv)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		text.String(): "1 h 30 min", md.String(): "| board | 1 | 0 | – | – | 1 h 30 min |", csv.String(): "place,board,1,0,,,0,1,0,0,,,,,,,5400,5400\n",
	} {
		if !strings.Contains(name, want) {
			t.Errorf("no %q in\n%s", want, name)
		}
	}
	if strings.Count(csv.String(), ",heard_median_s,heard_p90_s\n") != 1 || !strings.Contains(csv.String(), "place,shop,1,0,,,0,1,0,0,,,,,,,,\n") {
		t.Errorf("the columns are\n%s", csv.String())
	}
}

// TestDaysOfZones: whatever the clock does, each case counts on the day that people in the
// zone had then, and every day is there once.
func TestDaysOfZones(t *testing.T) {
	for _, c := range []struct{ zone, since string }{
		{"Europe/Kyiv", "2026-10-23"}, {"Europe/Kyiv", "2026-03-27"}, {"America/Sao_Paulo", "2018-11-02"}, {"America/Sao_Paulo", "2019-02-15"}, {"Asia/Beirut", "2026-03-27"}, {"Australia/Lord_Howe", "2026-04-03"}, {"UTC", "2026-02-27"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		since, err := time.ParseInLocation(time.DateOnly, c.since, zone)
		if err != nil {
			t.Fatal(err)
		}
		s := Scope{Since: since.Add(5 * time.Hour), Until: since.Add(103 * time.Hour), Zone: zone}
		var cases []mention.Times
		want := map[string]Day{}
		for at := s.Since; at.Before(s.Until); at = at.Add(10 * time.Minute) {
			cases = append(cases, mention.Times{Source: "a", Watch: "w", Status: mention.Replied, Heard: at, Replied: at.Add(20 * time.Hour)})
			date := at.In(zone).Format(time.DateOnly)
			day := want[date]
			day.Heard, day.Answered = day.Heard+1, day.Answered+1
			want[date] = day
		}
		last := s.Until.Add(-time.Nanosecond).In(zone).Format(time.DateOnly)
		seen := map[string]bool{}
		report, answered := New(cases, s), 0
		for _, day := range report.Days {
			answered += day.Answered
			if w := want[day.Date]; seen[day.Date] || day.Heard != w.Heard || day.Answered != w.Answered {
				t.Errorf("%s from %s: %+v, want %+v", c.zone, c.since, day, w)
			}
			seen[day.Date] = true
		}
		if answered != report.Answered { // those of the last hours were answered after the period
			t.Errorf("%s from %s: %d answered day by day, %d in all", c.zone, c.since, answered, report.Answered)
		}
		for date := range want {
			if !seen[date] && date <= last {
				t.Errorf("%s from %s: %s is left out", c.zone, c.since, date)
			}
		}
	}
}

// TestDaysOfALongPeriod: whoever asks for all times asks for those in which something can have been
// heard, not for each day since the year 1, of which one request after the other would take the memory.
func TestDaysOfALongPeriod(t *testing.T) {
	s := Scope{Since: time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC), Zone: time.UTC}
	heard := mention.Times{Heard: s.Until.AddDate(-3, 0, 0), Status: mention.Replied}
	now, before := Compare([]mention.Times{heard}, s)
	if len(now.Days) > 8000 || len(before.Days) > 8000 {
		t.Fatalf("%d days, %d before", len(now.Days), len(before.Days))
	}
	last, sum := now.Days[len(now.Days)-1], 0
	for _, d := range now.Days {
		sum += d.Answered
	}
	if last.Date != "2026-11-29" || sum != 1 || now.Heard != 1 || !now.Since.Equal(s.Since) {
		t.Errorf("%+v, %d answered on a day, %d heard since %v", last, sum, now.Heard, now.Since)
	}
}
