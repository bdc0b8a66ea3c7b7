package alerts

import (
	"errors"
	"fmt"
	"time"

	"github.com/earshot/earshot/mention"
)

// Span says a length of time in one unit, as people do: "40 s", "4 min", "3 h",
// "5 days".
func Span(d time.Duration) string {
	switch d = max(d, 0); {
	case d < 90*time.Second:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 90*time.Minute:
		return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
	case d < 36*time.Hour:
		return fmt.Sprintf("%d h", int(d.Round(time.Hour).Hours()))
	}
	return fmt.Sprintf("%d days", int((d+12*time.Hour)/(24*time.Hour)))
}

// Refusal says to a person why the desk did not do what the button says, in
// plain words; empty when there is nothing to say.
func Refusal(err error, now time.Time) string {
	var taken *mention.TakenError
	switch {
	case err == nil, errors.Is(err, mention.ErrNothingToDo):
		return ""
	case errors.Is(err, mention.ErrNotFound):
		return "This complaint is not in earshot's database any more."
	case !errors.As(err, &taken):
		return "earshot could not write that down. Please press again in a moment."
	}
	ago := ""
	if !taken.At.IsZero() {
		ago = " " + Span(now.Sub(taken.At)) + " ago"
	}
	who := taken.By.Name
	switch {
	case taken.Status == mention.Claimed:
		return who + " took it" + ago + "."
	case taken.Status == mention.Replied && who == "":
		return "It was answered" + ago + "."
	case taken.Status == mention.Replied:
		return who + " answered it" + ago + "."
	case taken.Status == mention.Dismissed:
		return who + " dismissed it" + ago + "."
	}
	return "That cannot be done now."
}

// Since is the moment a complaint's clock starts: its publication, or, where the
// site does not say it to the minute, when it was heard.
func Since(m mention.Mention, c mention.Case) time.Time {
	p := m.Post.Published
	if p.IsZero() || m.Post.DateOnly || p.After(m.HeardAt) {
		return c.OpenedAt
	}
	return p
}
