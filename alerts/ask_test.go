package alerts

import (
	"testing"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// TestSnoozeUntil: an hour is an hour; tomorrow and three days are the clock's on the wall, on
// whatever machine the button is pressed.
func TestSnoozeUntil(t *testing.T) {
	for _, c := range []struct {
		zone, now string // by the wall clock, or with its offset
		length    SnoozeLength
		want      string
	}{
		{"Europe/Kyiv", "2026-03-28T22:30:40Z", SnoozeHour, "2026-03-28T23:30:00Z"}, // 0:30 of the 29th there, the night of the change
		{"Europe/Kyiv", "2026-03-28T22:30:40Z", SnoozeTomorrow, "2026-03-30T06:00:00Z"},
		{"Europe/Kyiv", "2026-03-28T22:30:40Z", SnoozeDays, "2026-03-31T21:30:00Z"}, // 0:30 of 1 April
		{"Europe/Kyiv", "2026-03-27T15:00:00Z", SnoozeDays, "2026-03-30T14:00:00Z"}, // Friday 17:00 to Monday 17:00
		{"Europe/Kyiv", "2026-10-23T14:00:00Z", SnoozeDays, "2026-10-26T15:00:00Z"},
		{"Europe/Kyiv", "2026-10-25T00:30:00Z", SnoozeHour, "2026-10-25T01:30:00Z"}, // 03:30 to 03:30
		{"Europe/Kyiv", "2026-10-25T00:30:00Z", SnoozeTomorrow, "2026-10-26T07:00:00Z"},
		{"Europe/Kyiv", "2026-03-26T01:30:00Z", SnoozeDays, "2026-03-29T01:30:00Z"}, // 03:30, which the clock skips: 04:30
		{"Europe/Kyiv", "2026-10-22T00:30:00Z", SnoozeDays, "2026-10-25T00:30:00Z"}, // 03:30, the first
		{"Europe/Kyiv", "2026-12-31T20:00:00Z", SnoozeTomorrow, "2027-01-01T07:00:00Z"},
		{"Europe/Kyiv", "2026-12-31T22:00:00Z", SnoozeTomorrow, "2027-01-02T07:00:00Z"}, // midnight: it is the 1st
		{"Europe/Kyiv", "2028-02-28T20:00:00Z", SnoozeTomorrow, "2028-02-29T07:00:00Z"},
		{"Europe/Kyiv", "2028-02-27T10:00:00Z", SnoozeDays, "2028-03-01T10:00:00Z"},
		{"Asia/Kolkata", "2026-03-28T20:00:00Z", SnoozeTomorrow, "2026-03-30T03:30:00Z"}, // 01:30 of the 29th
		{"America/New_York", "2026-03-07T20:00:00Z", SnoozeTomorrow, "2026-03-08T13:00:00Z"},
		{"America/New_York", "2026-11-01T03:00:00Z", SnoozeTomorrow, "2026-11-01T14:00:00Z"}, // 23:00 of 31 October
		{"Australia/Lord_Howe", "2026-10-03T00:00:00Z", SnoozeTomorrow, "2026-10-03T22:00:00Z"},
		{"Australia/Lord_Howe", "2026-04-02T00:00:00Z", SnoozeDays, "2026-04-05T00:30:00Z"},
		{"Pacific/Kiritimati", "2026-11-21T10:00:00Z", SnoozeTomorrow, "2026-11-22T19:00:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		for _, machine := range []*time.Location{time.UTC, zone, time.FixedZone("", 11*3600)} {
			if got := SnoozeUntil(c.length, now.In(machine), zone).UTC().Format(time.RFC3339); got != c.want {
				t.Errorf("%s from %s in %s, on a machine in %s, ends %s, want %s", c.length, c.now, c.zone, machine, got, c.want)
			}
		}
	}
	if got := SnoozeUntil("own", time.Now(), time.UTC); !got.IsZero() {
		t.Errorf("a length of one's own ends %s", got)
	}
}

func TestMuteScope(t *testing.T) {
	for _, c := range []struct {
		post mention.Post
		want string
	}{
		{mention.Post{Kind: mention.Social, Source: "romashka_chat", Author: "Київ Зараз", URL: "https://t.me/kyiv/123"}, "all of t.me/kyiv"},
		{mention.Post{Kind: mention.Social, Author: "Київ Зараз", URL: "https://t.me/s/kyiv"}, "all of t.me/kyiv"},
		{mention.Post{Kind: mention.News, Source: "новини", Author: "Редакція", URL: "https://news.example/a/1"}, "everything that Редакція publishes at this site (news.example › новини)"},
		{mention.Post{Kind: mention.Forum, Source: "forum.example", Author: "Оле\u202eг\n", URL: "https://forum.example/p/1"}, "author Олег at this site (forum.example)"},
	} {
		if got := MuteScope(i18n.Lang{}, mention.Mention{Post: c.post}); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
