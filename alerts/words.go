package alerts

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Refusal says to a person why the desk did not do what the button says, in
// plain words; empty when there is nothing to say.
func Refusal(err error, now time.Time) string {
	var taken *mention.TakenError
	switch {
	case err == nil, errors.Is(err, mention.ErrNothingToDo):
		return ""
	case errors.Is(err, mention.ErrUntil):
		return "A snooze ends within 90 days, and not in the past."
	case errors.Is(err, mention.ErrNotFound):
		return "Nothing was changed: earshot's database does not know this complaint, so the message comes from another or an older database. " + dealThere
	case !errors.As(err, &taken):
		return "earshot could not write that down. Please press again in a moment."
	}
	ago := ""
	if !taken.At.IsZero() {
		ago = " " + text.Span(now.Sub(taken.At)) + " ago"
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
	if taken.Status == mention.Quiet {
		return "Nothing was changed: in earshot's database this post is no complaint. Its author is muted, or the message comes from an older database " +
			"and this one began when the post stood there already. " + dealThere
	}
	return fmt.Sprintf("Nothing was changed: the complaint is %s now. %s", taken.Status, dealThere)
}

// dealThere is what is left to do about a message whose buttons lead nowhere.
const dealThere = "Open the post and deal with it there; the buttons of new complaints work."

// Since is the moment a complaint's clock starts: its publication, or, where the
// site does not say it to the minute, when it was heard.
func Since(m mention.Mention, c mention.Case) time.Time {
	p := m.Post.Published
	if p.IsZero() || m.Post.DateOnly || p.After(m.HeardAt) {
		return c.OpenedAt
	}
	return p
}

// State says where a case stands, without lengths of time that would age in a message.
func State(m mention.Mention, c mention.Case) string {
	after := func(at time.Time) string { return text.Span(at.Sub(Since(m, c))) }
	switch c.Status {
	case mention.Claimed:
		if c.Snoozed() {
			return c.Owner.Name + " has it · " + snoozed(c)
		}
		return fmt.Sprintf("%s has it · taken after %s, %s after publication", c.Owner.Name, text.Span(c.ClaimedAt.Sub(c.OpenedAt)), after(c.ClaimedAt))
	case mention.Replied:
		if !c.AnswerVerified {
			return fmt.Sprintf("%s says it is answered, after %s · not seen on the site yet", c.RepliedBy, after(c.RepliedAt))
		}
		text := fmt.Sprintf("answered publicly in %s by %s", after(c.RepliedAt), c.RepliedBy)
		if c.Owner.Name != "" && c.Owner.Name != c.RepliedBy {
			text += " · claimed by " + c.Owner.Name
		}
		return text
	case mention.Dismissed:
		return fmt.Sprintf("dismissed by %s: %s", c.Owner.Name, c.Reason)
	case mention.Open:
		if c.Snoozed() {
			return snoozed(c)
		}
		if Overdue(c) {
			return "overdue since " + c.OverdueSince.UTC().Format("2 Jan 15:04 MST") + ": nobody has it"
		}
		return "open"
	}
	return string(c.Status)
}

func snoozed(c mention.Case) string {
	return fmt.Sprintf("snoozed by %s until %s", c.SnoozedBy.Name, c.SnoozedUntil.UTC().Format("2 Jan 15:04 MST"))
}

// Overdue reports whether nobody took the complaint in time. While it is snoozed, somebody
// looked at it.
func Overdue(c mention.Case) bool {
	return c.Status == mention.Open && !c.Snoozed() && c.Level%LevelReminded > 0
}

// Site says where a post stands: the source's name, with the host before it when
// the name does not tell.
func Site(p mention.Post) string {
	name := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(p.Source, "https://"), "http://"), "/")
	u, err := url.Parse(p.URL)
	if err != nil || u.Hostname() == "" || strings.Contains(name, u.Hostname()) {
		return text.Line(name, 80)
	}
	return text.Line(u.Hostname()+" › "+name, 80)
}

// Stars draws a rating: ★★☆☆☆, with the site's own scale behind it when that is
// not five. Empty without a rating.
func Stars(r *mention.Rating) string {
	stars := int(math.Round(r.Stars()))
	if r == nil || r.Best <= 0 || stars < 0 || stars > 5 {
		return ""
	}
	out := strings.Repeat("★", stars) + strings.Repeat("☆", 5-stars)
	if r.Best != 5 {
		out += fmt.Sprintf(" %g/%g", r.Value, r.Best)
	}
	return out
}

// Why lists the reasons for the score that staff read, the heaviest first.
func Why(s mention.Score) []string {
	hits := slices.DeleteFunc(slices.Clone(s.Why), func(h mention.Hit) bool { return h.Weight >= 0 })
	slices.SortStableFunc(hits, func(a, b mention.Hit) int { return cmp.Compare(a.Weight, b.Weight) })
	var why []string
	for _, h := range hits {
		word := h.Rule
		if word == "" || word == "word" {
			word = "«" + text.Line(h.Text, 40) + "»"
		}
		if !slices.Contains(why, word) && len(why) < 5 {
			why = append(why, word)
		}
	}
	return why
}

// Verdict is the language, how likely it is a complaint, and the score:
// "uk, 91 % a complaint, −0.81". What is not known is left out.
func Verdict(s mention.Score) string {
	number := strings.Replace(strconv.FormatFloat(s.Value, 'f', 2, 64), "-", "−", 1)
	parts := slices.DeleteFunc([]string{s.Lang, Likely(s), number}, func(p string) bool { return p == "" })
	return strings.Join(parts, ", ")
}

// Record says what is known of the author: "3rd complaint in 30 days, last one
// unanswered". Empty for a first complaint.
func (f Details) Record() string {
	if f.Nth < 2 {
		return ""
	}
	text := ordinal(f.Nth) + " complaint in 30 days"
	if f.LastOpen {
		text += ", last one unanswered"
	}
	return text
}

func ordinal(n int) string {
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		return fmt.Sprintf("%dst", n)
	case n%10 == 2:
		return fmt.Sprintf("%dnd", n)
	case n%10 == 3:
		return fmt.Sprintf("%drd", n)
	}
	return fmt.Sprintf("%dth", n)
}

// News says what a reply in the thread tells: kind changed.
func (m Message) News() string {
	f := m.Details
	if f.Often {
		return "The author changes the post often; from now on only the message is kept up to date. It reads now:"
	}
	switch f.Change {
	case Answered:
		words := fmt.Sprintf("✓ %s answered publicly, %s after publication.", text.Line(f.By, 80), text.Span(f.At.Sub(Since(m.Mention, m.Case))))
		if f.Negative {
			words += " The answer reads like a complaint: look at it."
		}
		return words
	case NamesakeAnswered:
		words := fmt.Sprintf("An official name answered: %s. Anybody can take a name there, so the case stays as it is. If it was you, press Replied.", text.Line(f.By, 80))
		if f.Negative {
			words += " It reads like a complaint."
		}
		return words
	case Withdrawn:
		return fmt.Sprintf("The answer of %s is gone from the site, so the complaint is open again.", text.Line(f.By, 80))
	case Deleted:
		return "The post is gone from the site."
	case Better:
		return "The author changed the post; it is no complaint any more. It reads now:"
	case Worse:
		if f.Reopened {
			return "The author changed the post for the worse, so the complaint is open again. It reads now:"
		}
		return "The author changed the post for the worse. It reads now:"
	case Edited:
		return "The author changed the post. It reads now:"
	}
	return text.Clean(f.Text)
}
