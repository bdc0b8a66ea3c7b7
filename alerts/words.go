package alerts

import (
	"cmp"
	"errors"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Refusal says to a person why the desk did not do what the button says, in
// plain words; empty when there is nothing to say.
func Refusal(l i18n.Lang, err error, now time.Time) string {
	var taken *mention.TakenError
	switch {
	case err == nil, errors.Is(err, mention.ErrNothingToDo):
		return ""
	case errors.Is(err, mention.ErrUntil):
		return l.Text("refusal.until")
	case errors.Is(err, mention.ErrNotFound):
		return dealThere(l, l.Text("refusal.not_found"))
	case !errors.As(err, &taken):
		return l.Text("refusal.failed")
	}
	who, ago := taken.By.Name, ""
	if !taken.At.IsZero() {
		ago = l.Ago(now.Sub(taken.At))
	}
	say := func(key, keyAgo string) string {
		if ago == "" {
			return l.Text(key, "who", who)
		}
		return l.Text(keyAgo, "who", who, "ago", ago)
	}
	switch {
	case taken.Status == mention.Claimed:
		return say("refusal.claimed", "refusal.claimed_ago")
	case taken.Status == mention.Replied && who == "":
		return say("refusal.answered", "refusal.answered_ago")
	case taken.Status == mention.Replied:
		return say("refusal.replied", "refusal.replied_ago")
	case taken.Status == mention.Dismissed:
		return say("refusal.dismissed", "refusal.dismissed_ago")
	case taken.Status == mention.Quiet:
		return dealThere(l, l.Text("refusal.quiet"))
	}
	return dealThere(l, l.Text("refusal.status", "status", string(taken.Status)))
}

// dealThere adds what is left to do about a message whose buttons lead nowhere.
func dealThere(l i18n.Lang, why string) string { return why + " " + l.Text("refusal.deal") }

// State says where a case stands, without lengths of time that would age in a message. Its moments are by
// the clock of the zone; nil: UTC.
func State(l i18n.Lang, zone *time.Location, m mention.Mention, c mention.Case) string {
	zone = cmp.Or(zone, time.UTC)
	after := func(at time.Time) string { return l.Span(at.Sub(Since(m, c))) }
	switch c.Status {
	case mention.Claimed:
		if c.Snoozed() {
			return l.Text("case.claimed_snoozed", "who", c.Owner.Name, "snoozed", snoozed(l, zone, c))
		}
		return l.Text("case.claimed", "who", c.Owner.Name, "after", l.Span(c.HadSince().Sub(c.Begins())), "late", l.Span(c.HadSince().Sub(published(m, c))))
	case mention.Replied:
		switch {
		case !c.AnswerVerified:
			return l.Text("case.replied_unseen", "who", c.RepliedBy, "after", after(c.RepliedAt))
		case c.Owner.Name != "" && c.Owner.Name != c.RepliedBy:
			return l.Text("case.answered_claimed", "after", after(c.RepliedAt), "who", c.RepliedBy, "owner", c.Owner.Name)
		}
		return l.Text("case.answered", "after", after(c.RepliedAt), "who", c.RepliedBy)
	case mention.Dismissed:
		return l.Text("case.dismissed", "who", c.Owner.Name, "reason", l.Word("dismissed", c.Reason))
	case mention.Open:
		if c.Snoozed() {
			return snoozed(l, zone, c)
		}
		if Overdue(c) {
			return l.Text("case.overdue", "when", l.Time("time.day_time_zone", c.OverdueSince.In(zone)))
		}
		return l.Text("case.open")
	}
	return string(c.Status)
}

func snoozed(l i18n.Lang, zone *time.Location, c mention.Case) string {
	return l.Text("case.snoozed", "who", c.SnoozedBy.Name, "when", l.Time("time.day_time_zone", c.SnoozedUntil.In(zone)))
}

// Overdue reports whether nobody took the complaint in time. While it is snoozed, somebody
// looked at it.
func Overdue(c mention.Case) bool {
	return c.Status == mention.Open && !c.Snoozed() && c.Steps.Unclaimed > 0
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
func Stars(l i18n.Lang, r *mention.Rating) string {
	stars := int(math.Round(r.Stars()))
	if r == nil || r.Best <= 0 || stars < 0 || stars > 5 {
		return ""
	}
	out := strings.Repeat("★", stars) + strings.Repeat("☆", 5-stars)
	if r.Best != 5 {
		out += " " + Points(l, r.Value) + "/" + Points(l, r.Best)
	}
	return out
}

// Points writes a value of a rating: 7.5, 4.33.
func Points(l i18n.Lang, v float64) string { return l.Decimal(math.Round(v*100)/100, -1) }

// Why lists the reasons for the score that staff read, the heaviest first.
func Why(l i18n.Lang, s mention.Score) []string {
	hits := slices.DeleteFunc(slices.Clone(s.Why), func(h mention.Hit) bool { return h.Weight >= 0 })
	slices.SortStableFunc(hits, func(a, b mention.Hit) int { return cmp.Compare(a.Weight, b.Weight) })
	var why []string
	for _, h := range hits {
		word := l.Word("why", h.Rule)
		if h.Rule == "" || h.Rule == "word" {
			word = l.Quote(text.Line(h.Text, 40))
		}
		if !slices.Contains(why, word) && len(why) < 5 {
			why = append(why, word)
		}
	}
	return why
}

// Topics lists what a complaint is about, the heaviest first.
func Topics(l i18n.Lang, s mention.Score) []string { return said(l, "topic", s.Topics) }

// Severe lists what made an alert as loud as it is.
func (f Details) Severe(l i18n.Lang) []string { return said(l, "severe", f.Why) }

// Severe is Details.Severe of a message that is loud; none when it became louder since, by
// an edit whose words say why.
func (m Message) Severe() []string {
	if m.Severity() < mention.High || m.Severity() > m.Alert.Severity {
		return nil
	}
	return m.Details.Severe(m.Lang)
}

// said are stored words of one part of the catalogue as people read them.
func said(l i18n.Lang, part string, words []string) []string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = l.Word(part, word)
	}
	return out
}

// Verdict is the language, how likely it is a complaint, and the score:
// "Ukrainian, 91% likely a complaint, −0.81". What is not known is left out.
func Verdict(l i18n.Lang, s mention.Score) string {
	parts := slices.DeleteFunc([]string{l.Word("lang", s.Lang), Likely(l, s), l.Decimal(s.Value, 2)}, func(p string) bool { return p == "" })
	return strings.Join(parts, ", ")
}

// Record says what is known of the author: "3rd complaint in 30 days, last one
// unanswered". Empty for a first complaint.
func (f Details) Record(l i18n.Lang) string {
	switch {
	case f.Nth < 2:
		return ""
	case f.LastOpen:
		return l.Text("alert.nth_last_open", "nth", l.Ordinal(f.Nth))
	}
	return l.Text("alert.nth", "nth", l.Ordinal(f.Nth))
}

// News says what a reply in the thread tells: kind changed.
func (m Message) News() string {
	f, l := m.Details, m.Lang
	if f.Often {
		return l.Text("news.often")
	}
	who := text.Line(f.By, 80)
	switch f.Change {
	case Answered:
		words := l.Text("news.answered", "who", who, "after", l.Span(f.At.Sub(published(m.Mention, m.Case))))
		if steps := m.steps(); steps != "" {
			words += " " + steps + "."
		}
		if f.Negative {
			words += " " + l.Text("news.answered_negative")
		}
		return words
	case NamesakeAnswered:
		words := l.Text("news.namesake", "who", who)
		if f.Negative {
			words += " " + l.Text("news.namesake_negative")
		}
		return words
	case SeemsAnswered:
		if who != "" {
			return l.Text("news.unclear", "who", who)
		}
		return l.Text("news.seems")
	case Withdrawn:
		return l.Text("news.withdrawn", "who", who)
	case Deleted:
		return l.Text("news.deleted")
	case Better:
		return l.Text("news.better")
	case Worse:
		if f.Reopened && f.Back {
			return l.Text("news.back_reopened")
		}
		if f.Reopened {
			return l.Text("news.reopened")
		}
		return l.Text("news.worse")
	case Edited:
		switch {
		case f.Back && f.Reopened:
			return l.Text("news.back_reopened")
		case f.Back:
			return l.Text("news.back")
		}
		return l.Text("news.edited")
	}
	return text.Clean(f.Text)
}

// NewsAbove is News where the words of the post stand below it: with the stars, which may be all that changed.
func (m Message) NewsAbove() string {
	stars := ""
	switch m.Details.Change {
	case Edited, Worse, Better:
		stars = Stars(m.Lang, m.Mention.Post.Rating)
	}
	return strings.TrimSpace(m.News() + " " + stars)
}

// steps says how long each part of the wait for an answer took, and who claimed the case:
// the clocks of the reports. What the site does not tell, or did not happen in this order,
// is left out.
func (m Message) steps() string {
	l, c, f := m.Lang, m.Case, m.Details
	var steps []string
	step := func(name string, from, to time.Time, by string) {
		if !from.IsZero() && !to.Before(from) {
			steps = append(steps, l.Text("news.step", "step", l.Text(name), "span", l.Span(to.Sub(from)))+by)
		}
	}
	if p := m.Mention.Post; !p.DateOnly {
		step("report.hear", p.Published, m.Mention.HeardAt, "")
	}
	waits := mention.Later(m.Mention.HeardAt, c.Begins())
	if c.Owner.Name == "" || c.ClaimedAt.IsZero() || c.ClaimedAt.After(f.At) {
		step("news.unclaimed", waits, f.At, "")
	} else {
		took, had := " ("+text.Line(c.Owner.Name, 80)+")", ""
		if c.HandedAt.After(c.ClaimedAt) { // somebody else took it
			took, had = had, took
		}
		step("report.claim", waits, c.ClaimedAt, took)
		step("report.answer", c.ClaimedAt, f.At, had)
	}
	return text.Capital(strings.Join(steps, " · "))
}
