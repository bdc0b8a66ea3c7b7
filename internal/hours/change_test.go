package hours

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Zones of all kinds: whole hours and halves, changes at midnight and in the evening before,
// half an hour (Lord Howe), two hours (Troll), summer in our winter, and none at all.
var changing = []string{
	"Europe/Kyiv", "Europe/Sofia", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
	"Africa/Cairo", "Asia/Beirut", "America/Havana", "America/Santiago", "America/Nuuk", "Atlantic/Azores", "Antarctica/Troll",
	"Pacific/Chatham", "America/St_Johns",
}

var still = []string{"Asia/Kolkata", "Europe/Moscow", "Asia/Kathmandu", "UTC"}

func load(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// changes are the moments of 2026 at which the clock of a zone is set.
func changes(zone *time.Location) (list []time.Time) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for {
		_, end := at.In(zone).ZoneBounds()
		if end.IsZero() || end.Year() > 2026 {
			return list
		}
		list, at = append(list, end), end
	}
}

// nights are the days around the changes of a zone; around the new year where there are none.
func nights(t testing.TB, zone *time.Location) [][2]time.Time {
	t.Helper()
	moments := changes(zone)
	if len(moments) == 0 {
		moments = []time.Time{time.Date(2026, 12, 31, 20, 0, 0, 0, time.UTC)}
	}
	var list [][2]time.Time
	for _, at := range moments {
		list = append(list, [2]time.Time{at.Add(-30 * time.Hour), at.Add(30 * time.Hour)})
	}
	return list
}

// shows is what a clock on the wall shows, as a moment of no zone.
func shows(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// twice reports whether the clock shows this time twice.
func twice(t time.Time) bool {
	start, end := t.ZoneBounds()
	for _, other := range []time.Time{start.Add(-time.Second), end} {
		_, is := t.Zone()
		_, was := other.In(t.Location()).Zone()
		same := t.Add(time.Duration(is-was) * time.Second)
		if is != was && shows(same).Equal(shows(t)) {
			return true
		}
	}
	return false
}

// TestTheWallClockDecides: every five minutes around every change it is open exactly if the
// clock on the wall shows a time of the hours. Of a time that is shown twice nothing is
// closed that is in the hours.
func TestTheWallClockDecides(t *testing.T) {
	for _, name := range slices.Concat(changing, still) {
		zone := load(t, name)
		for _, span := range [][2]int{{0, 24 * 60}, {0, 30}, {45, 150}, {60, 120}, {90, 180}, {135, 165}, {140, 600}, {180, 210}, {195, 240}, {540, 1260}, {1320, 480}, {1380, 150}, {1410, 15}, {1350, 1425}, {720, 700}} {
			expr := fmt.Sprintf("%02d:%02d-%02d:%02d %s", span[0]/60, span[0]%60, span[1]/60, span[1]%60, name)
			h := must(t, expr)
			for _, night := range nights(t, zone) {
				for at := night[0]; at.Before(night[1]); at = at.Add(5 * time.Minute) {
					local := at.In(zone)
					shown := shows(local)
					minute := shown.Hour()*60 + shown.Minute()
					in := minute >= span[0] && minute < span[1]
					if span[1] < span[0] {
						in = minute >= span[0] || minute < span[1]
					}
					if open := h.Open(at); open != in && !(open && twice(local)) {
						t.Fatalf("%s at %s: open is %v", expr, local, open)
					}
				}
			}
		}
	}
}

// TestDaysEndAtMidnight: hours of one day do not reach into the next where midnight comes twice.
func TestDaysEndAtMidnight(t *testing.T) {
	for _, c := range []struct{ expr, end string }{
		{"Sat 00:00-24:00 America/Havana", "2026-11-01T04:00:00Z"}, // 00:00 to 01:00 comes twice on Sunday
		{"Sat 20:00-00:00 America/Havana", "2026-11-01T04:00:00Z"},
		{"Sat 00:00-24:00 America/Santiago", "2026-04-05T04:00:00Z"}, // 23:00 to 24:00 comes twice on Saturday
		{"Thu 00:00-24:00 Africa/Cairo", "2026-04-23T22:00:00Z"},     // Friday begins at 01:00
	} {
		h := must(t, c.expr)
		if end, ok := h.Closes(at(t, h, c.end).Add(-30 * time.Minute)); !ok || !end.Equal(at(t, h, c.end)) {
			t.Errorf("%s ends %s, want %s", c.expr, end.In(h.Zone()), c.end)
		}
	}
}

// TestDeadlinesOverAChange: clocks that begin before a night of change and end after it, in
// places that change by an hour, by half of one, in a month of fasting, and never.
func TestDeadlinesOverAChange(t *testing.T) {
	for _, c := range []struct {
		expr, from string // by the wall clock
		add        time.Duration
		want       string
	}{
		// Two open hours from half past four on the Friday before: half past nine on Monday.
		{"Mon-Fri 09:00-18:00 Europe/Kyiv", "2026-03-27 16:30", 2 * time.Hour, "2026-03-30 09:30"},
		{"Mon-Fri 09:00-18:00 Europe/Kyiv", "2026-10-23 16:30", 2 * time.Hour, "2026-10-26 09:30"},
		{"Mon-Fri 09:00-18:00 Europe/Sofia", "2026-03-27 16:30", 2 * time.Hour, "2026-03-30 09:30"},
		{"Mon-Fri 09:00-18:00 Europe/London", "2026-10-23 16:30", 2 * time.Hour, "2026-10-26 09:30"},
		{"Mon-Fri 09:00-18:00 America/New_York", "2026-03-06 16:30", 2 * time.Hour, "2026-03-09 09:30"},
		{"Mon-Fri 09:00-18:00 America/New_York", "2026-10-30 16:30", 2 * time.Hour, "2026-11-02 09:30"},
		{"Mon-Fri 09:00-18:00 Australia/Lord_Howe", "2026-04-03 16:30", 2 * time.Hour, "2026-04-06 09:30"},
		{"Mon-Fri 09:00-18:00 Australia/Lord_Howe", "2026-10-02 16:30", 2 * time.Hour, "2026-10-05 09:30"},
		{"Mon-Fri 09:00-18:00 Africa/Casablanca", "2026-02-13 16:30", 2 * time.Hour, "2026-02-16 09:30"},
		{"Mon-Fri 09:00-18:00 Africa/Casablanca", "2026-03-20 16:30", 2 * time.Hour, "2026-03-23 09:30"},
		{"Mon-Fri 09:00-18:00 Asia/Kolkata", "2026-03-27 16:30", 2 * time.Hour, "2026-03-30 09:30"},
		{"Mon-Fri 09:00-18:00 Europe/Moscow", "2026-10-23 16:30", 2 * time.Hour, "2026-10-26 09:30"},
		// The shift of the night itself: an hour less in spring, one more in autumn.
		{"22:00-06:00 Europe/Kyiv", "2026-03-28 22:00", 7 * time.Hour, "2026-03-29 06:00"},
		{"22:00-06:00 Europe/Kyiv", "2026-10-24 22:00", 9 * time.Hour, "2026-10-25 06:00"},
		{"22:00-06:00 Europe/London", "2026-03-28 22:00", 7 * time.Hour, "2026-03-29 06:00"},
		{"22:00-06:00 America/New_York", "2026-11-01 00:00", 7 * time.Hour, "2026-11-01 06:00"},
		{"22:00-06:00 Australia/Lord_Howe", "2026-10-03 22:00", 7*time.Hour + 30*time.Minute, "2026-10-04 06:00"},
		{"22:00-06:00 Australia/Lord_Howe", "2026-04-04 22:00", 8*time.Hour + 30*time.Minute, "2026-04-05 06:00"},
		{"22:00-06:00 Asia/Kolkata", "2026-03-28 22:00", 8 * time.Hour, "2026-03-29 06:00"},
		{"22:00-06:00 Africa/Cairo", "2026-04-23 22:00", 7 * time.Hour, "2026-04-24 06:00"},
		{"22:00-06:00 Africa/Cairo", "2026-10-29 22:00", 9 * time.Hour, "2026-10-30 06:00"},
		// The clock shows 04:00 after 02:59: what ends at half past three is over, and what begins then has begun.
		{"Sat 22:00-03:30, Mon 09:00-18:00 Europe/Kyiv", "2026-03-28 22:00", 6 * time.Hour, "2026-03-30 10:00"},
		{"Sun 03:30-05:00 Europe/Kyiv", "2026-03-28 22:00", time.Hour, "2026-03-29 05:00"},
		{"Sun 03:15-03:45, Mon 09:00-18:00 Europe/Kyiv", "2026-03-28 22:00", time.Hour, "2026-03-30 10:00"},
		{"Sun 02:10-02:20, Mon 09:00-18:00 Australia/Lord_Howe", "2026-10-03 22:00", time.Hour, "2026-10-05 10:00"},
		// Round the clock a day is 24 hours, whatever the clock shows then.
		{"always Europe/Kyiv", "2026-03-28 12:00", 24 * time.Hour, "2026-03-29 13:00"},
		{"00:00-24:00 Europe/Kyiv", "2026-10-24 12:00", 24 * time.Hour, "2026-10-25 11:00"},
		// Leap years, and the end of one.
		{"Mon-Fri 09:00-18:00 Europe/Kyiv", "2028-02-28 17:00", 2 * time.Hour, "2028-02-29 10:00"},
		{"Mon-Fri 09:00-18:00 Europe/Kyiv", "2027-02-26 17:00", 2 * time.Hour, "2027-03-01 10:00"},
		{"Mon-Fri 09:00-18:00 Europe/Kyiv", "2026-12-31 17:00", 2 * time.Hour, "2027-01-01 10:00"},
		{"Thu 22:00-06:00 Europe/Kyiv", "2026-12-31 23:30", 2 * time.Hour, "2027-01-01 01:30"},
	} {
		h := must(t, c.expr)
		if got, want := h.Add(at(t, h, c.from), c.add), at(t, h, c.want); !got.Equal(want) {
			t.Errorf("%s: %v after %s is %v, want %v", c.expr, c.add, c.from, got.In(h.Zone()), want)
		}
	}
	leap := must(t, "Mon-Fri 09:00-18:00 Europe/Kyiv").Except(Holiday{Month: 2, Day: 29})
	if got := leap.Add(at(t, leap, "2028-02-28 17:00"), 2*time.Hour); !got.Equal(at(t, leap, "2028-03-01 10:00")) {
		t.Errorf("29 February is off, and the deadline ends %s", got)
	}
}

// TestTimeAddsUp: open time from a to b and from b to c is that from a to c, never less than
// nothing, and the deadline after so much open time is where so much has passed.
func TestTimeAddsUp(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, name := range slices.Concat(changing, still) {
		zone := load(t, name)
		for _, hours := range []string{"Mon-Fri 09:00-18:00", "22:00-03:30", "02:15-02:45 03:00-08:00", "Sun 00:30-04:00, Sat 20:00-02:30", "00:00-24:00", "Sat-Sun 00:00-24:00", "23:30-00:15", "Sat 22:00-08:00, Sun 06:00-07:00"} {
			h := must(t, hours+" "+name).Except(Holiday{Month: 2, Day: 29}, Holiday{Month: 12, Day: 31})
			for _, night := range nights(t, zone) {
				for range 60 {
					moments := make([]time.Time, 3)
					for i := range moments {
						moments[i] = night[0].Add(time.Duration(rnd.Int64N(int64(night[1].Sub(night[0])/time.Second))) * time.Second)
					}
					slices.SortFunc(moments, time.Time.Compare)
					a, b, c := moments[0], moments[1], moments[2]
					ab, bc, ac := h.Between(a, b), h.Between(b, c), h.Between(a, c)
					if ab+bc != ac || min(ab, bc) < 0 || ac > c.Sub(a) || h.Between(c, a) != 0 {
						t.Fatalf("%s: %s, %s, %s: %v + %v is not %v", h, a, b, c, ab, bc, ac)
					}
					d := time.Duration(1+rnd.IntN(50*3600)) * time.Second
					end := h.Add(a, d)
					if got := h.Between(a, end); got != d {
						t.Fatalf("%s: %v after %s is %s, %v later", h, d, a.In(zone), end.In(zone), got)
					}
					if later := h.Add(b, d); later.Before(end) {
						t.Fatalf("%s: a deadline that began later ends sooner: %s and %s", h, end, later)
					}
					next, ok := h.Next(a)
					if !ok || !h.Open(next) || h.Between(a, next) != 0 {
						t.Fatalf("%s: after %s it opens at %s", h, a, next)
					}
					if till, ok := h.Closes(next); !ok && hours != "00:00-24:00" || ok && (h.Open(till) || h.Between(next, till) != till.Sub(next)) {
						t.Fatalf("%s: what opens at %s closes at %s", h, next, till)
					}
				}
			}
		}
	}
}

// TestMomentsComeOnceADay: every quarter of an hour around every change the last moment is not after
// it and the next one is, nothing lies between, and there is one a day.
func TestMomentsComeOnceADay(t *testing.T) {
	for _, name := range slices.Concat(changing, still) {
		zone := load(t, name)
		for _, clock := range []int{0, 15, 30, 60, 75, 90, 119, 120, 135, 150, 179, 180, 195, 210, 239, 240, 540, 1350, 1380, 1395, 1410, 1439} {
			m, err := ParseMoment(fmt.Sprintf("%02d:%02d %s", clock/60, clock%60, name), "")
			if err != nil {
				t.Fatal(err)
			}
			for _, night := range nights(t, zone) {
				for at := night[0]; at.Before(night[1]); at = at.Add(15 * time.Minute) {
					was, next := m.Last(at), next(m, at)
					if was.After(at) || !next.After(at) || !m.Last(next).Equal(next) {
						t.Fatalf("%s at %s: last %s, next %s", m, at.In(zone), was.In(zone), next.In(zone))
					}
					if apart := next.Sub(was); apart < 21*time.Hour || apart > 27*time.Hour {
						t.Fatalf("%s at %s: %s and %s are %v apart", m, at.In(zone), was.In(zone), next.In(zone), apart)
					}
				}
			}
		}
	}
}

// TestDaysBeginOnce: every day begins at its first moment, also where the clock is set at midnight.
func TestDaysBeginOnce(t *testing.T) {
	for _, name := range slices.Concat(changing, still) {
		zone := load(t, name)
		for d := range 800 {
			begins := DayBegins(2026, 1, 1+d, zone)
			want := time.Date(2026, 1, 1+d, 12, 0, 0, 0, time.UTC).Format(time.DateOnly)
			if got := begins.In(zone).Format(time.DateOnly); got != want {
				t.Fatalf("%s: %s begins on %s", name, want, got)
			}
			if before := begins.Add(-time.Second).In(zone).Format(time.DateOnly); before >= want {
				t.Fatalf("%s: %s begins at %s, and is there before", name, want, begins.In(zone))
			}
		}
	}
}
