package config

import (
	"strings"
	"testing"
	"time"
)

func TestPauses(t *testing.T) {
	t.Parallel()
	head := "contact: a@b.example\nwatch: [{name: W, terms: [w]}]\n"
	zone := "deadlines: {claim: 5m, hours: \"Mon-Fri 09:00-18:00 Europe/Kyiv\"}\n"
	soon := time.Now().AddDate(0, 1, 0).Format(time.DateOnly)
	at := func(clock, zone string) time.Time {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		v, err := time.ParseInLocation("2006-01-02 15:04", soon+" "+clock, loc)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for written, want := range map[string]time.Time{
		soon + " 09:00":                 at("09:00", "Europe/Kyiv"),
		soon + " 9:00":                  at("09:00", "Europe/Kyiv"),
		soon + "T09:00":                 at("09:00", "Europe/Kyiv"),
		soon:                            at("00:00", "Europe/Kyiv"),
		soon + " 09:00 Asia/Oral":       at("09:00", "Asia/Oral"),
		soon + " 09:00 Asia/Tbilisi":    at("09:00", "Asia/Tbilisi"),
		soon + "T09:00 America/Toronto": at("09:00", "America/Toronto"),
		soon + " 09:00 UTC":             at("09:00", "UTC"),
		soon + " 09:00 Etc/UTC":         at("09:00", "UTC"),
	} {
		c, err := Parse("w.yaml", []byte(head+zone+"sources:\n- feed: https://a.example/\n  paused_until: "+written+"\n- feed: https://b.example/\n"), nil, testKinds())
		if err != nil {
			t.Errorf("%s: %v", written, err)
			continue
		}
		src := c.Sources[0]
		if !src.PausedUntil.Until.Equal(want) || !src.Off(time.Now()) || src.Off(want) || c.Sources[1].Off(time.Now()) {
			t.Errorf("%s: until %v, want %v", written, src.PausedUntil.Until, want)
		}
		if p := c.Pauses(); len(p) != 1 || p[0].What != "source" || !strings.HasPrefix(src.Word(time.Now(), c.Zone()), "off until ") {
			t.Errorf("%s: %v %q", written, p, src.Word(time.Now(), c.Zone()))
		}
	}
	for block, want := range map[string]string{
		"paused_until: tomorrow":                       `w.yaml:6:17: paused_until: this is not a day and time — write it like 2026-12-24 09:00`,
		"paused_until: 25:00":                          `this is not a day and time`,
		"paused_until: " + soon + " 09:00 Mars/Dust":   `there is no time zone Mars/Dust — write one such as Europe/Kyiv, or none`,
		"paused_until: " + soon + " 09:00 europe/kyiv": `w.yaml:6:17: paused_until: there is no time zone europe/kyiv — did you mean "Europe/Kyiv"?`,
		"paused_until: " + soon + " 09:00 Local":       `there is no time zone Local`,
		"paused_until: 2999-01-01":                     `a pause of more than a year — write enabled: false`,
		"paused_until: 2020-01-01":                     `w.yaml:6:17: warning: paused_until: this pause is over — delete the line`,
		"paused: true":                                 `w.yaml:6:3: unknown key "paused" — write enabled: false, or paused_until: 2026-12-24 09:00, since a pause needs an end`,
		"enabled: no":                                  `enabled wants true or false, not a text — write false`,
		"enabled: false":                               `warning: every source is off: nothing is polled`,
		"enabled: false\n  paused_until: " + soon:      `warning: paused_until: this is off anyway, by enabled: false — delete one of the two`,
	} {
		c, err := Parse("w.yaml", []byte(head+zone+"sources:\n- feed: https://a.example/\n  "+block+"\n"), nil, testKinds())
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = (&Errors{List: c.Warnings}).Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: want %q in\n%s", block, want, got)
		}
	}
	c, err := Parse("w.yaml", []byte(strings.Replace(head, "terms: [w]", "terms: [w], enabled: false", 1)+"sources: [{feed: https://a.example/}]\n"), nil, testKinds())
	if err != nil || !c.Watches[0].Off(time.Now()) || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Msg, "every watch is off") {
		t.Errorf("%v %v", c, err)
	}
}

// TestPausesEndByTheClockOnTheWall, in the zone they name or else in the watchlist's; a time that the
// clock skips is after the skip, and of two it is the first.
func TestPausesEndByTheClockOnTheWall(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	for written, want := range map[string]string{
		"2026-03-29 03:30":                     "2026-03-29T01:30:00Z",
		"2026-03-29 03:30 UTC":                 "2026-03-29T03:30:00Z",
		"2026-03-29 03:30 utc":                 "2026-03-29T03:30:00Z",
		"2026-10-25 03:30":                     "2026-10-25T00:30:00Z",
		"2026-10-25 01:30 Europe/London":       "2026-10-25T00:30:00Z",
		"2026-11-01 01:30 America/New_York":    "2026-11-01T05:30:00Z",
		"2026-03-08 02:30 America/New_York":    "2026-03-08T07:30:00Z",
		"2026-10-04 02:15 Australia/Lord_Howe": "2026-10-03T15:45:00Z",
		"2026-04-05 01:45 Australia/Lord_Howe": "2026-04-04T14:45:00Z",
		"2026-04-24 Africa/Cairo":              "2026-04-23T22:00:00Z", // the day begins at 01:00
		"2026-04-24 Africa":                    "", "2026-04-24 9": "",
		"2026-04-24 00:00 Africa/Cairo": "2026-04-23T22:00:00Z",
		"2028-02-29":                    "2028-02-28T22:00:00Z",
		"2027-02-29":                    "",
		"2026-12-31T23:59":              "2026-12-31T21:59:00Z",
		"2026-06-01 09:00 Asia/Kolkata": "2026-06-01T03:30:00Z",
	} {
		p, wrong, _ := parsePause(written)
		got := ""
		if until := p.in(kyiv).Until; !until.IsZero() {
			got = until.UTC().Format(time.RFC3339)
		}
		if got != want || (wrong == "") != (want != "") {
			t.Errorf("%s: until %s %s, want %s", written, got, wrong, want)
		}
	}
}

// TestPauseThatIsNone: whatever stands there is said to be no day, and a day as a country writes it
// is told as it is written here.
func TestPauseThatIsNone(t *testing.T) {
	for written, want := range map[string]string{
		"": "write it like", " ": "write it like", "T": "write it like", "24.12.2026": `"2026-12-24 00:00"`, "24.12.2026 09:00 Europe/Kyiv": `"2026-12-24 09:00"`,
		"2026-12-24T09:00:00Z": "write it like", "7d": "write it like", "1/11": "write it like",
	} {
		if _, msg, hint := parsePause(written); msg == "" || !strings.Contains(hint, want) {
			t.Errorf("%q: %q, %q, want %q", written, msg, hint, want)
		}
	}
}
