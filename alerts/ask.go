package alerts

import (
	"net/url"
	"strings"
	"time"

	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// SnoozeLength is how long a person puts a complaint off, as channels offer it.
type SnoozeLength string

// The lengths that need no further words.
const (
	SnoozeHour     SnoozeLength = "hour"
	SnoozeTomorrow SnoozeLength = "tomorrow" // 9:00 of the next day
	SnoozeDays     SnoozeLength = "3days"
)

// morning is the hour of the day at which people look at what they put off to tomorrow.
const morning = 9

// SnoozeUntil returns the end of a snooze that begins now, in the zone of those who act;
// the zero time for a length that is none of the above. Days end by the clock on the wall.
func SnoozeUntil(l SnoozeLength, now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	y, m, d := local.Date()
	switch l {
	case SnoozeHour:
		return now.Add(time.Hour).Truncate(time.Minute)
	case SnoozeTomorrow:
		local = time.Date(y, m, d+1, morning, 0, 0, 0, time.UTC)
	case SnoozeDays:
		local = time.Date(y, m, d+3, local.Hour(), local.Minute(), 0, 0, time.UTC)
	default:
		return time.Time{}
	}
	until, _ := hours.Shown(local, zone)
	return until
}

// MuteScope says in plain words whom a mute on this mention would silence: the author at
// this source, and where that is a channel or a paper, all of it.
func MuteScope(l i18n.Lang, m mention.Mention) string {
	author := text.Line(m.Post.Author, 80)
	if u, err := url.Parse(m.Post.URL); err == nil && u.Hostname() == "t.me" {
		// A channel's posts are all by the channel.
		channel, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(u.Path, "/"), "s/"), "/")
		return l.Text("mute.channel", "channel", text.Line(channel, 80))
	}
	if m.Post.Kind == mention.News {
		return l.Text("mute.site", "author", author, "site", Site(m.Post))
	}
	return l.Text("mute.author", "author", author, "site", Site(m.Post))
}
