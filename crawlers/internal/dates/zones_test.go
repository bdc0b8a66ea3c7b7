package dates

import (
	"testing"
	"time"
)

// TestZones: a zone is read, or the date is refused. Read on 23 September in Kyiv
// unless the zone says otherwise.
func TestZones(t *testing.T) {
	tests := []struct{ text, zone, want string }{
		{"Tue, 22 Sep 2026 14:05:00 MEST", "", "2026-09-22T12:05:00Z"},
		{"Tue, 22 Sep 2026 14:05:00 YEKT", "", "2026-09-22T09:05:00Z"},
		{"Tue, 22 Sep 2026 14:05 AEST", "", "2026-09-22T04:05:00Z"},
		{"Tue, 22 Sep 2026 14:05 NST", "", "2026-09-22T17:35:00Z"},
		{"Tue, 22 Sep 2026 14:05 ACST", "", "2026-09-22T04:35:00Z"},
		{"22 Sep 2026, 2:05 PM PDT", "", "2026-09-22T21:05:00Z"},
		{"2026-09-22 14:05:00 Europe/Sofia", "", "2026-09-22T11:05:00Z"},
		{"2026-09-22 14:05 (America/New_York)", "", "2026-09-22T18:05:00Z"},
		{"2026-09-22 14:05 America/Argentina/Buenos_Aires", "", "2026-09-22T17:05:00Z"},
		{"2026-02-03 14:05 Europe/Kyiv", "America/New_York", "2026-02-03T12:05:00Z"},
		{"22 Sep 2026 14:05 IST", "Asia/Kolkata", "2026-09-22T08:35:00Z"},
		{"22 Sep 2026 14:05 IST", "Asia/Jerusalem", "2026-09-22T11:05:00Z"}, // the site's own, whatever the season
		{"22 Sep 2026 14:05 IST", "", ""},
		{"22 Sep 2026 14:05:00 XYZT", "", ""},
		{"22 Sep 2026 14:05:00 (QQT)", "", ""},
		{"22 Sep 2026, 2:05 PM QQT", "", ""},
		{"22 Sep 2026 14:05 Mars/Olympus", "", ""},
		{"22 Sep 2026 14:05 КВТ", "", ""},
		{"22 Sep 2026 14:05 +0200 XYZT", "", "2026-09-22T12:05:00Z"}, // the offset has said it
		{"22 Sep 2026 14:05 we met", "", "2026-09-22T11:05:00Z"},
		{"22 Sep 2026 14:05 by MARTA", "", "2026-09-22T11:05:00Z"},
		{"2026-09-22T14:05:00+00:0", "", "2026-09-22T14:05:00Z"},
		{"2026-265T14:05:00Z", "", "2026-09-22T14:05:00Z"},
		{"2026-366T14:05:00Z", "", ""},
		{"2026-000", "", ""},
	}
	for _, test := range tests {
		zone := kyiv(t)
		if test.zone != "" {
			var err error
			if zone, err = time.LoadLocation(test.zone); err != nil {
				t.Fatal(err)
			}
		}
		got, _, ok := Parse(test.text, readAt, zone)
		if said := got.Format(time.RFC3339); ok && said != test.want || ok != (test.want != "") {
			t.Errorf("%q in %s: %s, %v; want %q", test.text, zone, said, ok, test.want)
		}
	}
}

// TestTwoMonths: of two month words the one between day and year counts.
func TestTwoMonths(t *testing.T) {
	tests := []struct{ text, want string }{
		{"Сер, 16 вер. 2026, 14:05", "2026-09-16T11:05:00Z"}, // Wednesday, or August
		{"mar, 08 set 2026 14:05", "2026-09-08T11:05:00Z"},
		{"May 3 replies, 22 Sep 2026", ""},
		{"22 вересня (сер) 2026", ""},
		{"Sep 22 May 2026", "2026-05-22"},
		{"May 22 2026 Sep", ""},
		{"7 gen 2026 21:44", "2026-01-07T19:44:00Z"},
		{"Sa, 14 März 2026 08:00 MEZ", "2026-03-14T07:00:00Z"},
		{"sam. 7 févr. 2026 08:00 +0100", "2026-02-07T07:00:00Z"},
		{"14 sierpnia 2026", "2026-08-14"},
		{"16.IX.2026 г., 14:05", "2026-09-16T11:05:00Z"},
		{"3-V-2026", "2026-05-03"},
		{"31.IV.2026", ""},
		{"16.IXI.2026", ""},
	}
	for _, test := range tests {
		got, day, ok := Parse(test.text, readAt, kyiv(t))
		said := ""
		if ok && day {
			said = got.In(kyiv(t)).Format(time.DateOnly)
		} else if ok {
			said = got.Format(time.RFC3339)
		}
		if said != test.want {
			t.Errorf("%q is %q, want %q", test.text, said, test.want)
		}
	}
}
