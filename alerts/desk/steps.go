package desk

import (
	"fmt"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// What time demands of one case, and what is said of it.

const (
	// escalationDelay is the least time between the nudge and the release.
	escalationDelay = 5 * time.Minute
	// verifyWithin is how long after "replied" the answer must be seen on the site; verifyReview that of a review: such
	// places are asked every few hours, and moderators look at answers first.
	verifyWithin = time.Hour
	verifyReview = 24 * time.Hour
	// unverifiedFor is how long after "replied" people are still told that no answer was seen.
	unverifiedFor = 7 * 24 * time.Hour
	// moderated is how long a site's moderators may have an answer before it is missed: what they refuse nobody
	// hears of.
	moderated = 3 * 24 * time.Hour
)

// steps decides about one case. It is pure.
type steps struct {
	rules    alerts.Rules
	mention  mention.Mention
	deadline alerts.Deadline
	own      mention.Alert // the message the thread hangs under
	now      time.Time
	storm    *storm // the storm the complaint belongs to, or nil
	waiting  int    // how many complaints of the storm nobody has
	looked   int64  // the version of the case of the storm that was looked at
}

// step is one thing that time demands.
type step func(c *mention.Case) (event string, alert mention.Alert)

// never says that no moment will demand anything of the case as it stands.
func (s steps) never(c mention.Case) bool {
	at, _ := s.due(c)
	return at.IsZero()
}

// due returns the next step and its moment; a zero time when there is none.
func (s steps) due(c mention.Case) (time.Time, step) {
	switch {
	case c.Waits() && !c.SnoozedUntil.IsZero():
		return c.SnoozedUntil, s.wake
	case s.mention.Post.Deleted:
		return time.Time{}, nil // there is nothing to answer, and nowhere to see an answer; its thread says so
	case s.unseen() && c.Status != mention.Open:
		return time.Time{}, nil // its other steps are told in its thread, which begins when it is posted
	case c.Status == mention.Open:
		return s.unclaimed(c)
	case c.Status == mention.Claimed:
		return s.silent(c)
	case c.Status == mention.Replied:
		return s.unverified(c)
	}
	return time.Time{}, nil
}

// ends is when so much of the clocks of a case has run.
func (s steps) ends(c mention.Case, d time.Duration) time.Time {
	start, waited := c.Runs(s.own.PostedAt)
	return s.after(start, d-waited)
}

// waits is how long people have let the case wait.
func (s steps) waits(c mention.Case) time.Duration {
	start, waited := c.Runs(s.own.PostedAt)
	return s.now.Sub(start) + waited
}

// lang is the language of the thread that a step is told in.
func (s steps) lang() i18n.Lang {
	if s.storm != nil {
		return s.rules.Lang(s.storm.first.Route)
	}
	return s.rules.Lang(s.own.Route)
}

func (s steps) after(from time.Time, d time.Duration) time.Time { return s.deadline.Hours.Add(from, d) }

func (s steps) unclaimed(c mention.Case) (time.Time, step) {
	d := s.deadline
	switch done := c.Steps.Unclaimed; {
	case d.Claim <= 0:
	case s.unseen(): // there is no thread to name anybody in
		if done < mention.StepTold && d.EscalateTo != "" && d.EscalateTo != s.own.Route {
			return s.ends(c, d.Claim), s.tell
		}
	case s.own.ID != "" && s.rules.NoDesk && len(s.rules.Official[s.mention.Watch]) == 0:
		// Nobody can end the wait, and no answer will: that nobody has is no news. never asks
		// before it is known whether the complaint has a message.
	case done < mention.StepNamed:
		return s.ends(c, d.Claim), s.name
	case done < mention.StepTold && d.EscalateTo != "":
		return s.ends(c, 2*d.Claim), s.tell
	}
	return time.Time{}, nil
}

// silent is a case somebody has and does not answer. Who takes it late still has
// half the time, and who it is handed to all of it; after a snooze anew.
func (s steps) silent(c mention.Case) (time.Time, step) {
	d := s.deadline
	if d.Reply <= 0 {
		return time.Time{}, nil
	}
	due, from, least := s.ends(c, d.Reply), c.HadSince(), d.Reply/2
	if from.Equal(c.HandedAt) {
		least = d.Reply
	}
	due = mention.Later(due, s.after(mention.Later(from, c.WokeAt), least))
	if c.Steps.Reminded {
		due = mention.Later(due, c.NudgedAt) // held by the quiet hours, or earshot was down
		return s.after(due, max(d.Claim, escalationDelay)), s.release
	}
	return due, s.remind
}

func (s steps) unverified(c mention.Case) (time.Time, step) {
	at := c.RepliedAt.Add(verifyWithin)
	if s.mention.Post.Kind == mention.Review {
		at = c.RepliedAt.Add(verifyReview)
	}
	if c.AnswerVerified || c.Steps.Doubted || len(s.rules.Official[s.mention.Watch]) == 0 || s.now.Sub(c.RepliedAt) > unverifiedFor {
		return time.Time{}, nil
	}
	return at, s.doubt
}

// take is the change of the case for UpdateCase: the step is chosen anew on what
// the store holds now.
func (s steps) take(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
	at, do := s.due(*c)
	if do == nil || s.now.Before(at) || s.storm != nil && c.Version != s.looked { // what is known of the storm is of then
		return nil, nil, mention.ErrNothingToDo
	}
	c.Version++
	kind := "escalated"
	if !c.SnoozedUntil.IsZero() {
		kind = "woke"
	}
	event, alert := do(c)
	if event == "" {
		return nil, nil, nil
	}
	return []mention.Event{{MentionID: s.mention.ID, Kind: kind, At: s.now, Detail: event}}, []mention.Alert{alert}, nil
}

// wake ends a snooze, and says so when nobody ended it before its time.
func (s steps) wake(c *mention.Case) (string, mention.Alert) {
	by, slept := c.SnoozedBy, c.SnoozedUntil.Sub(c.SnoozedAt)
	start, waited := c.Runs(s.own.PostedAt)
	if c.SnoozedAt.IsZero() { // snoozed by an earlier earshot: its clocks begin anew
		slept, waited = 0, 0
	} else {
		still := c.SnoozedAt
		if gone := s.mention.EditedAt; s.mention.Post.Deleted && !gone.IsZero() && gone.Before(still) {
			still = gone
		}
		waited += s.deadline.Hours.Between(start, still)
	}
	c.Woke(waited)
	if by == (mention.Person{}) {
		return "", mention.Alert{}
	}
	l := s.rules.Lang(s.own.Route)
	words := l.Text("desk.woke", "who", by.Name, "span", l.Span(slept))
	if c.Status == mention.Claimed {
		words = l.Text("desk.woke_claimed", "who", by.Name, "span", l.Span(slept), "owner", c.Owner.Name)
	}
	a := reply(s.own, c, words, s.now) // whatever became of it: it ends what somebody began
	a.Severity, a.Notify = s.mention.Severity, alerts.SlackID(by)
	return alerts.WokeSnoozed + by.Name, a
}

func (s steps) name(c *mention.Case) (string, mention.Alert) {
	c.Steps.Unclaimed = mention.StepNamed
	c.OverdueSince = s.ends(*c, s.deadline.Claim)
	l := s.lang()
	key := "desk.nobody"
	if c.Steps.GivenBack {
		key = "desk.nobody_now"
	}
	a := s.reply(c, l.Text(key, "span", l.Span(s.waits(*c))))
	a.Notify = s.deadline.Notify
	event := alerts.StepInThread
	if a.Notify != "" {
		event = alerts.StepNamed + a.Notify
	}
	return event, s.ofStorm(a, said{"nudge", mention.Open, s.deadline.Claim}, s.nobody(l, *c), true)
}

// unseen reports whether the complaint has no message where it should be seen. never asks before
// the message is known: then none of this counts yet.
func (s steps) unseen() bool { return s.own.ID != "" && s.own.Status != mention.Posted }

func (s steps) tell(c *mention.Case) (string, mention.Alert) {
	c.Steps.Unclaimed = mention.StepTold
	l := s.rules.Lang(s.deadline.EscalateTo)
	key := "desk.nobody_in"
	switch {
	case s.unseen():
		key = "desk.cannot_post"
		c.OverdueSince = s.ends(*c, s.deadline.Claim)
	case c.Steps.GivenBack:
		key = "desk.nobody_now_in"
	}
	words := l.Text(key, "route", s.own.Route, "span", l.Span(s.waits(*c)))
	a := s.reply(c, words)
	a.ThreadOf, a.Route = "", s.deadline.EscalateTo
	return alerts.StepTold + a.Route, s.ofStorm(a, said{"escalation", mention.Open, 2 * s.deadline.Claim}, s.nobody(l, *c), true)
}

func (s steps) remind(c *mention.Case) (string, mention.Alert) {
	c.Steps.Reminded = true
	c.NudgedAt = s.now
	l := s.lang()
	ago := l.Ago(s.now.Sub(c.HadSince()))
	a := s.reply(c, l.Text("desk.remind", "who", c.Owner.Name, "ago", ago))
	a.Notify = alerts.SlackID(c.Owner)
	words := l.Text("desk.remind_storm", "who", c.Owner.Name, "ago", ago)
	return alerts.StepNudged + c.Owner.Name, s.ofStorm(a, said{"reminder of " + c.Owner.ID, mention.Claimed, s.deadline.Reply}, words, false)
}

func (s steps) release(c *mention.Case) (string, mention.Alert) {
	l := s.lang()
	id, who, took := c.Owner.ID, c.Owner.Name, l.Span(s.now.Sub(c.HadSince()))
	c.Status, c.Owner, c.ClaimedAt = mention.Open, mention.Person{}, time.Time{}
	c.Steps = mention.Steps{Unclaimed: max(c.Steps.Unclaimed, mention.StepNamed), GivenBack: true}
	if c.OverdueSince.IsZero() {
		c.OverdueSince = s.now
	}
	a := s.reply(c, l.Text("desk.released", "who", who, "span", took))
	a.Notify = s.deadline.Notify
	words := l.Text("desk.released_storm", "who", who, "span", took)
	return alerts.StepReleased + who, s.ofStorm(a, said{"release of " + id, mention.Claimed, s.deadline.Reply}, words, true)
}

func (s steps) doubt(c *mention.Case) (string, mention.Alert) {
	c.Steps.Doubted = true
	l := s.rules.Lang(s.own.Route)
	return alerts.StepUnseen, s.reply(c, l.Text("desk.doubt", "who", c.RepliedBy, "ago", l.Ago(s.now.Sub(c.RepliedAt))))
}

// reply is said as long as the case stands so: its channel may take nothing for a while.
func (s steps) reply(c *mention.Case, words string) mention.Alert {
	a := reply(s.own, c, words, s.now)
	a.Severity = s.mention.Severity // an edit may have raised it
	details := alerts.Details{Text: words, While: c.Status}
	if c.Status == mention.Claimed {
		details.Whose = c.Owner.ID
	}
	a.Payload = details.Encode()
	return a
}

// reply is a message in the thread of the complaint whose message is own. Its id holds
// the version of the case, so that a complaint that is opened again has steps again.
func reply(own mention.Alert, c *mention.Case, words string, now time.Time) mention.Alert {
	return mention.Alert{
		ID:   mention.NewAlertID(mention.Escalation, string(own.MentionID), fmt.Sprint(c.Version), fmt.Sprint(c.Steps.Number())),
		Kind: mention.Escalation, MentionID: own.MentionID, ThreadOf: own.Thread(), Route: own.Route, Severity: own.Severity,
		Status: mention.Pending, CreatedAt: now, Payload: alerts.Details{Text: words}.Encode(),
	}
}
