package alerts

import (
	"testing"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

func TestSnoozeUntil(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	evening := time.Date(2026, 3, 28, 22, 30, 40, 0, time.UTC) // 0:30 of the 29th in Kyiv, the night in which the clocks go forward
	for _, c := range []struct {
		length SnoozeLength
		want   string
	}{
		{SnoozeHour, "2026-03-28T23:30:00Z"},
		{SnoozeTomorrow, "2026-03-30T06:00:00Z"},
		{SnoozeDays, "2026-03-31T22:30:00Z"},
	} {
		if got := SnoozeUntil(c.length, evening, kyiv).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s ends %s, want %s", c.length, got, c.want)
		}
	}
	if got := SnoozeUntil("own", evening, kyiv); !got.IsZero() {
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
