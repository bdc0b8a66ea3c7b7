package plan

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// edited treats an edit or the deletion of a post that was alerted: no second
// message, but the first one updated and the change told in its thread.
func (p *plan) edited(ctx context.Context, d *mention.PendingMention) error {
	m, was := &d.Mention, d.Previous
	m.EditedAt = p.now
	change := p.changeOf(*was, m)
	switch change {
	case alerts.Deleted:
		m.Score, m.Severity = was.Score, was.Severity
		m.Score.Why, m.Score.Frames = nil, nil // the words are gone, and so is what was said of them
	case alerts.Better:
		m.Severity = was.Severity
	default:
		m.Severity, _ = p.severity(*m, mention.Author{})
		m.Severity = max(m.Severity, was.Severity)
	}
	reopened := change == alerts.Worse && closed(d.Case)
	if reopened {
		if err := d.Case.Apply(mention.Action{Verb: mention.Reopen, At: p.now}); err != nil {
			return fmt.Errorf("reopen after an edit: %w", err)
		}
		p.event(d, "reopen", "edited and worse than before")
	}
	p.cases.bumpVersion(&d.Case)
	p.event(d, eventOf(change), scores(was.Score, m.Score))
	return p.tell(ctx, d, mention.MentionRecord{Mention: *m, Case: d.Case}, alerts.Details{Change: change, At: p.now, Reopened: reopened},
		string(change), strconv.FormatUint(uint64(m.Post.ContentHash()), 16))
}

// changeOf says what an edit did.
func (p *plan) changeOf(was mention.Mention, m *mention.Mention) alerts.Change {
	switch {
	case m.Post.Deleted:
		return alerts.Deleted
	case !p.rules.IsComplaint(*m):
		return alerts.Better
	case !p.rules.IsComplaint(was), worse(was.Score, m.Score), lowered(was.Post.Rating, m.Post.Rating):
		return alerts.Worse
	}
	return alerts.Edited
}

// worse reports a change of tone: the words are harsher, or it is surer a complaint.
func worse(was, is mention.Score) bool {
	return is.Value <= was.Value-worseBy || was.Judged() && is.Complaint >= was.Complaint+worseBy
}

func lowered(was, is *mention.Rating) bool {
	return is != nil && was != nil && is.Stars() < was.Stars()
}

// closed reports whether an edit for the worse opens the case again. What staff
// said is spam or not about them stays away.
func closed(c mention.Case) bool {
	return c.Status == mention.Replied || c.Status == mention.Dismissed && c.Reason == mention.NotNegative
}

func eventOf(c alerts.Change) string {
	if c == alerts.Deleted {
		return "deleted"
	}
	return "edited"
}

func scores(was, is mention.Score) string {
	change := func(what string, was, is float64) string {
		return what + " " + strconv.FormatFloat(was, 'f', 2, 64) + " → " + strconv.FormatFloat(is, 'f', 2, 64)
	}
	out := change("score", was.Value, is.Value)
	if was.Judged() && is.Judged() {
		out += ", " + change("complaint", was.Complaint, is.Complaint)
	}
	return out
}

// answer treats a post of an official author: the complaints it answers are
// answered from the moment it was published.
func (p *plan) answer(ctx context.Context, d *mention.PendingMention) error {
	post := d.Mention.Post
	if post.Deleted {
		return p.answerGone(ctx, d)
	}
	all, err := p.thread(ctx, post)
	if err != nil {
		return err
	}
	for _, s := range answeredBy(post, d.Mention.Watch, all) {
		c := p.cases.of(s)
		at := answeredAt(post, s.Mention.Post, p.now)
		if err := c.Answered(post.Author, at); err != nil {
			continue // dismissed, or an answer was seen before
		}
		p.cases.bumpVersion(c)
		d.Events = append(d.Events, mention.Event{MentionID: s.Mention.ID, Kind: "answered", At: at, Detail: post.Author + " " + post.URL})
		details := alerts.Details{Change: alerts.Answered, By: post.Author, At: at, Link: post.URL, Text: post.Text}
		if err := p.tell(ctx, d, s, details, string(alerts.Answered), post.ID); err != nil {
			return err
		}
	}
	return nil
}

// thread lists the alerted mentions the post may answer, those of this poll
// included.
func (p *plan) thread(ctx context.Context, post mention.Post) ([]mention.MentionRecord, error) {
	var all []mention.MentionRecord
	for _, d := range p.done {
		if o := d.Mention.Post; o.Source == post.Source && (o.ThreadURL != "" && o.ThreadURL == post.ThreadURL || repliesTo(post, o)) {
			all = append(all, mention.MentionRecord{Mention: d.Mention, Case: d.Case, Alert: ownAlert(d).ID})
		}
	}
	stored, err := p.view.InThread(ctx, post.Source, post.ThreadURL, post.ReplyTo)
	if err != nil {
		return nil, fmt.Errorf("complaints in the thread: %w", err)
	}
	return append(all, stored...), nil
}

// answeredBy chooses what an official post answers: the post it replies to, or
// else everything of the watch that was published in its thread before it.
func answeredBy(post mention.Post, watch string, all []mention.MentionRecord) []mention.MentionRecord {
	var direct, earlier []mention.MentionRecord
	for _, s := range all {
		o := s.Mention.Post
		if s.Mention.Watch != watch || o.ID == post.ID {
			continue
		}
		if repliesTo(post, o) {
			direct = append(direct, s)
		}
		if o.Published.IsZero() || post.Published.IsZero() || !o.Published.After(post.Published) || o.DateOnly || post.DateOnly {
			earlier = append(earlier, s)
		}
	}
	if post.ReplyTo != "" {
		return direct
	}
	return earlier
}

func repliesTo(post, o mention.Post) bool {
	return post.ReplyTo != "" && (post.ReplyTo == o.ID || post.ReplyTo == o.URL)
}

// answeredAt is the true time of the answer. A site that gives only the day, or
// no time, or one before the complaint, leaves the moment it was seen.
func answeredAt(answer, complaint mention.Post, now time.Time) time.Time {
	at := answer.Published
	if at.IsZero() || answer.DateOnly || at.After(now) || at.Before(complaint.Published) {
		return now
	}
	return at
}

// tell says in the thread of a mention's message what happened. id tells this
// change from others of the mention.
func (p *plan) tell(ctx context.Context, d *mention.PendingMention, s mention.MentionRecord, details alerts.Details, id ...string) error {
	a, ok, err := p.alertOf(ctx, s)
	if err != nil || !ok {
		return err
	}
	thread := a.ID
	if a.ThreadOf != "" {
		thread = a.ThreadOf
	}
	d.Alerts = append(d.Alerts, mention.Alert{
		ID:   mention.NewAlertID(mention.Changed, append([]string{string(s.Mention.ID), a.Route}, id...)...),
		Kind: mention.Changed, MentionID: s.Mention.ID, ThreadOf: thread, Route: a.Route,
		Severity: s.Mention.Severity, Status: mention.Pending, CreatedAt: p.now, Payload: details.Encode(),
	})
	return nil
}

// alertOf returns the message of a mention of this poll or of the store.
func (p *plan) alertOf(ctx context.Context, s mention.MentionRecord) (mention.Alert, bool, error) {
	for _, d := range p.done {
		if d.Mention.ID == s.Mention.ID {
			return ownAlert(d), true, nil
		}
	}
	a, ok, err := p.view.AlertOf(ctx, s.Mention.ID)
	if err != nil {
		return a, false, fmt.Errorf("alert of a mention: %w", err)
	}
	return a, ok, nil
}
