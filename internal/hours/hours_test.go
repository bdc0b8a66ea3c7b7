package hours

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata"
	"unicode/utf8"
)

func must(t testing.TB, expr string) Hours {
	t.Helper()
	h, err := Parse(expr)
	if err != nil {
		t.Fatalf("%q: %v", expr, err)
	}
	return h
}

// at reads a moment by the wall clock of the hours' zone, or with its own offset.
func at(t testing.TB, h Hours, s string) time.Time {
	t.Helper()
	if m, err := time.Parse(time.RFC3339, s); err == nil {
		return m
	}
	m, err := time.ParseInLocation("2006-01-02 15:04", s, h.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const office = "Mon-Fri 09:00-21:00 Europe/Kyiv"

func TestOpen(t *testing.T) {
	for _, c := range []struct {
		expr, when string
		want       bool
	}{
		{office, "2026-11-20 08:59", false}, {office, "2026-11-20 09:00", true}, {office, "2026-11-20 20:59", true}, {office, "2026-11-20 21:00", false},
		{office, "2026-11-21 12:00", false}, // Saturday
		{"22:00-08:00 Europe/Sofia", "2026-11-21 23:00", true}, {"22:00-08:00 Europe/Sofia", "2026-11-21 07:59", true}, {"22:00-08:00 Europe/Sofia", "2026-11-21 08:00", false},
		{"Fri 22:00-06:00 Europe/Kyiv", "2026-11-21 05:00", true}, {"Fri 22:00-06:00 Europe/Kyiv", "2026-11-20 05:00", false},
		{"Mon-Fri 09:00-13:00 14:00-18:00 UTC", "2026-11-20 13:30", false}, {"Mon-Fri 09:00-13:00, 14:00-18:00 UTC", "2026-11-20 14:30", true},
		{"Mon-Fri 09:00-21:00, Sat 10:00-16:00 Europe/Kyiv", "2026-11-21 11:00", true}, {"Mon-Fri 09:00-21:00, Sat 10:00-16:00 Europe/Kyiv", "2026-11-21 09:30", false},
		{"Mon, Wed 09:00-10:00 UTC", "2026-11-23 09:30", true}, {"Mon, Wed 09:00-10:00 UTC", "2026-11-24 09:30", false},
		{"Sat-Mon 00:00-24:00 UTC", "2026-11-22 23:59", true}, {"Sat-Mon 00:00-24:00 UTC", "2026-11-24 00:00", false},
		{"always", "2026-11-22 03:00", true}, {"always Europe/Kyiv", "2026-11-22 03:00", true},
	} {
		h := must(t, c.expr)
		if got := h.Open(at(t, h, c.when)); got != c.want {
			t.Errorf("%s at %s: open is %v", c.expr, c.when, got)
		}
	}
}

func TestAddAndNext(t *testing.T) {
	for _, c := range []struct {
		name, expr, from string
		add              time.Duration
		want             string
	}{
		{"within a day", office, "2026-11-20 10:00", 30 * time.Minute, "2026-11-20 10:30"},
		{"over night", office, "2026-11-19 20:50", 30 * time.Minute, "2026-11-20 09:20"},
		{"to the very end", office, "2026-11-19 20:30", 30 * time.Minute, "2026-11-19 21:00"},
		{"over the weekend", office, "2026-11-20 20:50", 30 * time.Minute, "2026-11-23 09:20"},
		{"from the weekend", office, "2026-11-21 15:00", 5 * time.Minute, "2026-11-23 09:05"},
		{"several days", office, "2026-11-19 09:00", 24 * time.Hour, "2026-11-20 21:00"},
		{"none", office, "2026-11-21 15:00", 0, "2026-11-21 15:00"},
		// Kyiv, 2026-03-29: the clock goes from 03:00 to 04:00. A shift from 02:00 to 05:00 has two hours.
		{"spring", "Sun 02:00-05:00 Europe/Kyiv", "2026-03-29 02:30", time.Hour, "2026-03-29T01:30:00Z"},
		{"spring, all of it", "Sun 02:00-05:00 Europe/Kyiv", "2026-03-28 12:00", 2 * time.Hour, "2026-03-29T02:00:00Z"},
		// Kyiv, 2026-10-25: 03:00 to 04:00 comes twice. The same shift has four hours.
		{"autumn", "Sun 02:00-05:00 Europe/Kyiv", "2026-10-24 12:00", 4 * time.Hour, "2026-10-25T03:00:00Z"},
		{"autumn, Sofia", "22:00-04:30 Europe/Sofia", "2026-10-24 22:00", 7*time.Hour + 30*time.Minute, "2026-10-25T02:30:00Z"},
		{"the evening before the change", office, "2026-03-27 20:59", 2 * time.Minute, "2026-03-30 09:01"},
		{"a shift into the change", "Sat 22:00-03:30 Europe/Sofia", "2026-03-28 22:00", 5 * time.Hour, "2026-03-29T01:00:00Z"},
	} {
		h := must(t, c.expr)
		if got, want := h.Add(at(t, h, c.from), c.add), at(t, h, c.want); !got.Equal(want) {
			t.Errorf("%s: got %v, want %v", c.name, got.In(h.Zone()), want.In(h.Zone()))
		}
	}
	h := must(t, office)
	if next, ok := h.Next(at(t, h, "2026-11-20 21:00")); !ok || !next.Equal(at(t, h, "2026-11-23 09:00")) {
		t.Errorf("next is %v", next)
	}
	if end, ok := h.Closes(at(t, h, "2026-11-20 12:00")); !ok || !end.Equal(at(t, h, "2026-11-20 21:00")) {
		t.Errorf("closes %v", end)
	}
	if _, ok := h.Closes(at(t, h, "2026-11-21 12:00")); ok {
		t.Error("closes while closed")
	}
	if end, ok := must(t, "Mon-Tue 00:00-24:00 UTC").Closes(time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)); !ok || end.Day() != 25 {
		t.Errorf("touching days close %v", end)
	}
}

func TestHolidays(t *testing.T) {
	h := must(t, office).Except(Holiday{Month: 12, Day: 25}, Holiday{Year: 2026, Month: 12, Day: 28})
	if h.Open(at(t, h, "2026-12-25 12:00")) || h.Open(at(t, h, "2028-12-25 12:00")) || !h.Open(at(t, h, "2027-12-28 12:00")) {
		t.Error("a holiday is open, or a working day closed")
	}
	if got := h.Add(at(t, h, "2026-12-24 20:55"), 10*time.Minute); !got.Equal(at(t, h, "2026-12-29 09:05")) {
		t.Errorf("over the holidays: %v", got)
	}
	if must(t, office).Open(at(t, h, "2026-12-25 12:00")) != true {
		t.Error("Except changed the original")
	}
	never := must(t, "Mon 09:00-10:00 UTC")
	for month := time.January; month <= time.December; month++ {
		for d := 1; d <= 31; d++ {
			never = never.Except(Holiday{Month: month, Day: d})
		}
	}
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	if _, ok := never.Next(start); ok {
		t.Error("never open, but opens")
	}
	if got := never.Add(start, time.Minute); !got.Equal(start.Add(time.Minute)) {
		t.Errorf("a deadline got lost: %v", got)
	}
	round := must(t, "always Europe/Kyiv").Except(Holiday{Month: 1, Day: 1})
	if round.Open(at(t, round, "2027-01-01 12:00")) || !round.Open(at(t, round, "2027-01-02 00:00")) || round.Always() {
		t.Error("always has no holidays")
	}
}

func TestZeroIsAlways(t *testing.T) {
	var h Hours
	now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	if !h.Open(now) || !h.Always() || !h.Add(now, time.Hour).Equal(now.Add(time.Hour)) || h.Between(now, now.Add(time.Hour)) != time.Hour {
		t.Error("the zero Hours close")
	}
	if next, ok := h.Next(now); !ok || !next.Equal(now) {
		t.Error("the zero Hours are not open")
	}
}

// TestAgree shows on random moments of two years that the questions agree with
// each other, and with counting minute by minute.
func TestAgree(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, expr := range []string{office, "22:00-08:00 Europe/Sofia", "Mon-Fri 09:00-13:00 14:00-18:00, Sun 02:00-05:00 Europe/Kyiv", "Sat 20:00-19:00 America/New_York"} {
		h := must(t, expr).Except(Holiday{Month: 1, Day: 1}, Holiday{Year: 2026, Month: 10, Day: 26})
		for range 40 {
			from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rnd.IntN(2*365*24*60)) * time.Minute)
			d := time.Duration(1+rnd.IntN(600)) * time.Minute
			end := h.Add(from, d)
			if got := h.Between(from, end); got != d {
				t.Fatalf("%s: %v open minutes after %v end at %v, but there are %v between", expr, d, from, end, got)
			}
			next, ok := h.Next(from)
			if !ok || !h.Open(next) || h.Open(from) != next.Equal(from) {
				t.Fatalf("%s: next after %v is %v", expr, from, next)
			}
			counted := time.Duration(0)
			for m := from; m.Before(from.Add(36 * time.Hour)); m = m.Add(time.Minute) {
				if h.Open(m) {
					counted += time.Minute
				}
			}
			if got := h.Between(from, from.Add(36*time.Hour)); got != counted {
				t.Fatalf("%s: from %v: %v counted, %v said", expr, from, counted, got)
			}
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for expr, want := range map[string]struct {
		offset, length int
		msg            string
	}{
		"":                                {0, 1, "no hours"},
		"Mon-Fri 09:00-21:00":             {18, 1, "the time zone is missing"},
		"Mon-Fry 09:00-21:00 Europe/Kyiv": {0, 7, `unknown day "Fry"`},
		"Понеділок 09:00-21:00 Europe/Kyiv":     {0, 9, `unknown day "Понеділок"`},
		"Mon-Fri Europe/Kyiv":                   {0, 7, "the times are missing"},
		"Mon 09:00 Europe/Kyiv":                 {4, 5, `"09:00" has no end`},
		"Mon 09:00-25:00 Europe/Kyiv":           {4, 11, `"25:00" is not a time of day`},
		"Mon 9-18 Europe/Kyiv":                  {4, 4, `"9" is not a time of day`},
		"Mon 09:00-09:00 Europe/Kyiv":           {4, 11, `"09:00-09:00" is empty`},
		"Mon 09:00-12:00 11:00-13:00 UTC":       {16, 11, "Mon is open twice at this time"},
		"Mon 09:00-18:00 Europe/Atlantis":       {16, 15, `unknown time zone "Europe/Atlantis"`},
		", Mon 09:00-18:00 UTC":                 {0, 1, "nothing before the comma"},
		"Mon 09:00-18:00, Tue 09:00-18:00x UTC": {21, 12, `"18:00x" is not a time of day`},
		"always sometimes":                      {7, 9, `unknown time zone "sometimes"`},
		"Mon-Fri 09:00-18:00 Kyiv":              {20, 4, `unknown time zone "Kyiv"`},
		"22:00-08:00 MSK":                       {12, 3, `unknown time zone "MSK"`},
		"Mon 09:00-18:00 Вт Europe/Kyiv":        {16, 2, `unknown day "Вт"`},
	} {
		_, err := Parse(expr)
		var se *SyntaxError
		if !errors.As(err, &se) {
			t.Errorf("%q: %v", expr, err)
			continue
		}
		if se.Offset != want.offset || se.Length != want.length || se.Msg != want.msg {
			t.Errorf("%q: %d+%d %s", expr, se.Offset, se.Length, se.Msg)
		}
	}
}

// next is the first moment after t.
func next(m Moment, t time.Time) (first time.Time) {
	days := 9
	if m.daily {
		days = 2
	}
	for at := m.Last(t.AddDate(0, 0, days)); at.After(t); at = m.Last(at.Add(-1)) {
		first = at
	}
	return first
}

func TestMoments(t *testing.T) {
	daily, err := ParseMoment("09:00 Europe/Kyiv", "")
	if err != nil {
		t.Fatal(err)
	}
	weekly, err := ParseMoment("mon 09:00 Europe/Sofia", "")
	if err != nil {
		t.Fatal(err)
	}
	kyiv := daily.zone
	on := func(s string) time.Time {
		m, err := time.ParseInLocation("2006-01-02 15:04", s, kyiv)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range []struct {
		m          Moment
		from, want string
	}{
		{daily, "2026-11-22 08:59", "2026-11-22 09:00"}, {daily, "2026-11-22 09:00", "2026-11-23 09:00"},
		{daily, "2026-03-28 09:00", "2026-03-29 09:00"}, // 23 hours later
		{daily, "2026-10-24 09:00", "2026-10-25 09:00"}, // 25 hours later
		{weekly, "2026-11-22 10:00", "2026-11-23 09:00"}, {weekly, "2026-11-23 09:00", "2026-11-30 09:00"},
	} {
		if got := next(c.m, on(c.from)); !got.Equal(on(c.want)) {
			t.Errorf("%s after %s: %v", c.m, c.from, got)
		}
	}
	if got := weekly.Last(on("2026-11-22 10:00")); !got.Equal(on("2026-11-16 09:00")) {
		t.Errorf("last: %v", got)
	}
	if !weekly.Weekly() || daily.Weekly() || !(Moment{}).IsZero() || !(Moment{}).Last(on("2026-11-22 10:00")).IsZero() {
		t.Error("kinds of moments")
	}
	for _, bad := range []string{"", "Mon", "Mon 09:00", "9 Europe/Kyiv", "Mon 24:00 UTC", "09:00 Europe/Kyiv now", "09:00 Nowhere/At"} {
		if _, err := ParseMoment(bad, ""); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	const days = "write Mon, Tue, Wed, Thu, Fri, Sat or Sun"
	for expr, want := range map[string]struct{ msg, week string }{ // week: what a weekly one is told; a daily one is told of no day
		"Пн 09:00 Europe/Kyiv":      {`unknown day "Пн"`, days},
		"Mon-Fri 09:00 Europe/Kyiv": {`"Mon-Fri" is too much`, ""},
		"Mon-Пт 09:00 Europe/Kyiv":  {`unknown day "Пт"`, days},
		"Europe/Kyiv":               {"the time is missing", ""},
		"9 Europe/Kyiv":             {`"9" is not a time of day`, ""},
		"09:00":                     {"the time zone is missing", ""},
		"":                          {"no time", ""},
	} {
		for _, like := range []string{"09:00 Europe/Kyiv", "Mon 09:00 Europe/Kyiv"} {
			hint := `write it like "` + like + `"`
			if want.week != "" && like[0] == 'M' {
				hint = want.week
			}
			var se *SyntaxError
			if _, err := ParseMoment(expr, like); !errors.As(err, &se) || se.Msg != want.msg || se.Hint != hint {
				t.Errorf("%q, like %s: %v, want %s — %s", expr, like, err, want.msg, hint)
			}
		}
	}
	for _, bad := range []string{"", "2026-02-30", "13-01", "25.12", "Christmas", "2026-12-25 "} {
		if _, err := ParseHoliday(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if h, err := ParseHoliday("02-29"); err != nil || h.String() != "02-29" {
		t.Errorf("%v %v", h, err)
	}
}

// FuzzParse reads any text as hours; a mistake stands inside the text, and good
// hours answer without end or panic.
func FuzzParse(f *testing.F) {
	for _, s := range []string{office, "22:00-08:00 Europe/Sofia", "always", "Mon, Wed 09:00-10:00 UTC", "Mon-Fri 09:00-13:00 14:00-18:00, Sat 10:00-16:00 Europe/Sofia", "Mon 09:00", "–"} {
		f.Add(s)
	}
	now := time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		h, err := Parse(s)
		if err != nil {
			var se *SyntaxError
			if !errors.As(err, &se) || se.Offset < 0 || se.Length < 1 || se.Offset > utf8.RuneCountInString(s) {
				t.Errorf("%q: %#v", s, err)
			}
			return
		}
		if next, ok := h.Next(now); !ok || !h.Open(next) {
			t.Errorf("%q opens %v, %v", s, next, ok)
		}
		if got := h.Between(now, h.Add(now, time.Hour)); got != time.Hour {
			t.Errorf("%q: an hour is %v", s, got)
		}
	})
}

// TestMomentsAroundEveryChangeOfTheClock: a daily moment comes once on each date, also
// where the clock skips it, east and west of Greenwich.
func TestMomentsAroundEveryChangeOfTheClock(t *testing.T) {
	for _, zone := range []string{"Europe/Kyiv", "Africa/Cairo", "Asia/Beirut", "America/New_York", "America/Havana", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca"} {
		for _, clock := range []string{"00:00", "00:30", "01:30", "02:30", "03:30", "23:30"} {
			m, err := ParseMoment(clock+" "+zone, "")
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]time.Time{}
			at := time.Date(2019, 12, 31, 0, 0, 0, 0, time.UTC)
			for first := at; at.Year() < 2027; {
				next := next(m, at)
				if !next.After(at) {
					t.Fatalf("%s: Next(%s) = %s", m, at, next)
				}
				date := next.In(m.zone).Format(time.DateOnly)
				if was, twice := seen[date]; twice {
					t.Errorf("%s comes twice on %s: %s and %s", m, date, was, next)
				}
				seen[date], at = next, next
				if days := int(at.Sub(first).Hours() / 24); len(seen) < days-1 || len(seen) > days+2 {
					t.Fatalf("%s: %d moments in %d days", m, len(seen), days)
				}
			}
		}
	}
}

// TestSkippedTimesAreTakenAfterTheSkip, as the comments of this package promise.
func TestSkippedTimesAreTakenAfterTheSkip(t *testing.T) {
	for _, c := range []struct{ moment, day, want string }{
		{"03:30 Europe/Kyiv", "2026-03-29", "2026-03-29 04:30"},
		{"00:30 Africa/Cairo", "2026-04-24", "2026-04-24 01:30"},
		{"02:30 America/New_York", "2026-03-08", "2026-03-08 03:30"},
		{"00:00 America/Santiago", "2026-09-06", "2026-09-06 01:00"},
	} {
		m, err := ParseMoment(c.moment, "")
		if err != nil {
			t.Fatal(err)
		}
		day, err := time.ParseInLocation(time.DateOnly, c.day, m.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := next(m, day.Add(-2*time.Hour)).In(m.zone).Format("2006-01-02 15:04"); got != c.want {
			t.Errorf("%s on %s: %s, want %s", c.moment, c.day, got, c.want)
		}
	}
}
