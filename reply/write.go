package reply

import (
	"context"
	"crypto/rand"

	"github.com/earshot/earshot/mention"
)

// Way returns how the mention's post can be answered; false: not from here.
func (e *Engine) Way(m mention.Mention) (Way, bool) {
	if m.Post.Deleted {
		return Way{}, false
	}
	return e.opt.Way(m.Post.Source)
}

// Replies returns those of a case, the first one first.
func (e *Engine) Replies(ctx context.Context, id mention.ID) ([]mention.SiteReply, error) {
	return e.opt.Outbox.RepliesOf(ctx, id)
}

// Written is what a person wrote, and what they saw when they pressed Send.
type Written struct {
	Nth     int    // of the case
	Account string // as whom it shall go out
	Text    string
	By      mention.Person
}

// Write takes down a reply to be sent, or to be approved. The error is a *LengthError,
// mention.ErrReplyOpen when somebody else was first, ErrNoWay, or the database's.
func (e *Engine) Write(ctx context.Context, id mention.ID, w Written) error {
	m, _, err := e.opt.Reader.Mention(ctx, id)
	if err != nil {
		return err
	}
	way, ok := e.Way(m)
	if !ok || way.Account != w.Account {
		return ErrNoWay
	}
	if err := way.Limit.check(w.Text); err != nil {
		return err
	}
	now := e.opt.Now()
	r := mention.SiteReply{ID: rand.Text(), MentionID: id, Nth: w.Nth, Status: mention.ReplyDraft, Account: way.Account, Text: w.Text, By: w.By, MadeAt: now}
	if !way.Approve {
		r.ApprovedBy, r.ApprovedAt = w.By, now
	}
	if err := e.opt.Outbox.AddReply(ctx, r); err != nil {
		return err
	}
	e.wake()
	return nil
}

// Verdict is what a person decides about a reply that is open.
type Verdict string

// The verdicts, as forms write them.
const (
	Approve  Verdict = "approve"  // a draft of somebody else: send it
	Withdraw Verdict = "withdraw" // a draft: do not send it
	Stands   Verdict = "stands"   // an unclear one: I see it there
	Missing  Verdict = "missing"  // an unclear one: it does not stand there
)

// Decide carries out what a person decides about the reply of a case with this id;
// mention.ErrReplyOpen when it stands elsewhere by now, or is not this person's to decide.
func (e *Engine) Decide(ctx context.Context, id mention.ID, reply string, v Verdict, by mention.Person) error {
	all, err := e.opt.Outbox.RepliesOf(ctx, id)
	if err != nil {
		return err
	}
	for _, r := range all {
		if r.ID == reply {
			return e.decide(ctx, r, v, by)
		}
	}
	return mention.ErrNotFound
}

func (e *Engine) decide(ctx context.Context, r mention.SiteReply, v Verdict, by mention.Person) error {
	now, next := e.opt.Now(), r
	waits := r.Status == mention.ReplyDraft && r.ApprovedAt.IsZero()
	switch {
	case v == Approve && waits && by.ID != r.By.ID:
		next.ApprovedBy, next.ApprovedAt, next.NotBefore = by, now, now
	case v == Withdraw && r.Status == mention.ReplyDraft:
		next.Status, next.Reason, next.EndedAt, next.NotBefore, next.Told = mention.ReplyRefused, Withdrawn, now, now, true
	case v == Stands && r.Status == mention.ReplyUnclear:
		next.Status, next.Reason, next.EndedAt, next.NotBefore = mention.ReplySent, "", now, now
	case v == Missing && r.Status == mention.ReplyUnclear:
		next.Status, next.Reason, next.EndedAt, next.NotBefore, next.Told = mention.ReplyRefused, NotThere, now, now, true
	default:
		return mention.ErrReplyOpen
	}
	moved, err := e.opt.Outbox.ChangeReply(ctx, r, next, by)
	if err == nil && !moved {
		err = mention.ErrReplyOpen
	}
	e.wake()
	return err
}
