package reply

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	"github.com/earshot/earshot/mention"
)

// Way returns how the mention's post can be answered; false: not from here.
func (e *Engine) Way(m mention.Mention) (Way, bool) {
	if m.Post.Deleted {
		return Way{}, false
	}
	return e.opt.Way(m.Post.Source)
}

// Replies returns those to the post of a case, the first one first: other watches that the post
// names have cases of their own.
func (e *Engine) Replies(ctx context.Context, id mention.ID) ([]mention.SiteReply, error) {
	return e.opt.Outbox.RepliesOf(ctx, id)
}

// Next is the number of the answer after these.
func Next(all []mention.SiteReply) int { return Last(all).Nth + 1 }

// First says whose answer keeps the one place under the post of a case (mention.SiteReply.Holds): an
// *OpenError; nil where the place is free.
func First(c mention.Case, all []mention.SiteReply) error {
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Holds(c) {
			return &OpenError{First: all[i]}
		}
	}
	return nil
}

// Written is what a person wrote, and what they saw when they pressed Send.
type Written struct {
	Nth     int    // Next of what they saw
	Account string // as whom it shall go out
	Approve bool   // a colleague must approve it before it does
	Text    string
	By      mention.Person
}

// Again reports whether it is one of the replies already: a form that is sent twice, by a double
// click or because the answer to it was lost on its way, is written once. Who was told otherwise
// would publish the words once more, by hand. One that was refused, or withdrawn, is nowhere.
func (w Written) Again(all []mention.SiteReply) bool {
	return slices.ContainsFunc(all, func(r mention.SiteReply) bool {
		return r.Status != mention.ReplyRefused && r.Nth == w.Nth && r.By.ID == w.By.ID && r.Account == w.Account && r.Text == w.Text
	})
}

// Clean is a text as it is sent, of what a form hands in: the ends of its lines as sites have
// them, and nothing before and after it.
func Clean(text string) string {
	return strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), ""))
}

// Theirs says why a complaint is not this person's to answer: a *mention.TakenError when
// somebody else has it, or when it waits for no answer. nil: it is. While the last answer of
// the post is open, everybody may decide about it: whoever has the complaint has often written it.
func Theirs(c mention.Case, last mention.SiteReply, by mention.Person) error {
	if last.Status.Open() {
		by = c.Owner
	}
	if err := c.Apply(mention.Action{Verb: mention.Claim, By: by}); !errors.Is(err, mention.ErrNothingToDo) {
		return err
	}
	return nil
}

// Last is the newest of the replies to a post; zero without any.
func Last(all []mention.SiteReply) (last mention.SiteReply) {
	if len(all) > 0 {
		last = all[len(all)-1]
	}
	return last
}

// Own says whether a reply is by who decides about it, or may be: whom a proxy let in is
// "proxy:" and an address while Slack cannot be asked whose that is, and somebody else's id
// later. email is that of who decides; empty where it is not known.
func Own(r mention.SiteReply, by mention.Person, email string) bool {
	if r.By.ID == by.ID {
		return true
	}
	address, proxied := strings.CutPrefix(r.By.ID, "proxy:")
	if !proxied || !strings.Contains(address, "@") {
		return false
	}
	return email == "" || strings.EqualFold(address, email)
}

// Begins is what an answer is begun with, after these: the words that did not go out, or the ones that stand there; else
// the first of those offered. edits says that the site has room for one answer, and the next takes the place of ours.
func (w Way) Begins(all []mention.SiteReply, offered []string) (words string, edits bool) {
	for _, r := range all {
		if r.Account == w.Account && r.Status == mention.ReplySent && w.Repeat == Replaces {
			words, edits = r.Text, true
		}
	}
	if last := Last(all); last.Status == mention.ReplyRefused {
		words = last.Text
	}
	if words == "" && len(offered) > 0 {
		words = offered[0]
	}
	return words, edits
}

// OpenError says whose answer was first. It is a mention.ErrReplyOpen.
type OpenError struct{ First mention.SiteReply }

func (e *OpenError) Error() string { return mention.ErrReplyOpen.Error() }

// Unwrap returns mention.ErrReplyOpen.
func (e *OpenError) Unwrap() error { return mention.ErrReplyOpen }

// ErrChanged means that by now an answer would go out at once that was to be approved, or the
// other way round: whoever wrote it must see that first.
var ErrChanged = errors.New("whether a colleague must approve it has changed")

// Write takes down a reply to be sent, or to be approved; once, however often it is handed in. The error is a *LengthError,
// an *OpenError when somebody else was first, ErrNoWay, ErrChanged, or the database's.
func (e *Engine) Write(ctx context.Context, id mention.ID, w Written) error {
	m, c, err := e.opt.Reader.Mention(ctx, id)
	if err != nil {
		return err
	}
	way, ok := e.Way(m)
	if !ok || way.Account != w.Account {
		return ErrNoWay
	}
	if way.Approve != w.Approve {
		return ErrChanged
	}
	if err := way.Limit.Check(w.Text); err != nil {
		return err
	}
	now := e.opt.Now()
	r := mention.SiteReply{ID: rand.Text(), MentionID: id, Nth: w.Nth, Status: mention.ReplyDraft, Account: way.Account, Text: w.Text, By: w.By, MadeAt: now}
	if !way.Approve {
		r.ApprovedBy, r.ApprovedAt = w.By, now
	}
	if err := e.opt.Outbox.AddReply(ctx, r); err != nil {
		return e.whoseFirst(ctx, c, w, err)
	}
	e.wake()
	e.opt.Changed()
	return nil
}

// whoseFirst names whose answer an error says is first; nil when that is the very one.
func (e *Engine) whoseFirst(ctx context.Context, c mention.Case, w Written, err error) error {
	if !errors.Is(err, mention.ErrReplyOpen) {
		return err
	}
	all, reading := e.opt.Outbox.RepliesOf(ctx, c.MentionID)
	if reading != nil || len(all) == 0 {
		return err
	}
	if w.Again(all) {
		return nil
	}
	if first := First(c, all); first != nil {
		return first
	}
	return &OpenError{First: Last(all)}
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
	switch {
	case v == Approve && r.AwaitsApproval() && by.ID != r.By.ID:
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
	e.opt.Changed()
	return err
}
