package plan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// What the company's own posts do to the complaints they answer, and what becomes of those when such a
// post is gone.

// answer treats a post of an official author: the complaints it answers are
// answered from the moment it was published.
func (p *plan) answer(ctx context.Context, d *mention.PendingMention) error {
	post := d.Mention.Post
	if post.Deleted {
		return p.answerGone(ctx, d)
	}
	if d.Recount && d.Previous.Official {
		return nil // it answers what it did, and nothing that was opened again since
	}
	all, err := p.thread(ctx, post)
	if err != nil {
		return err
	}
	for _, s := range p.answeredBy(post, d.Mention.Watch, all) {
		if p.authorsLastWord(d, s) {
			continue
		}
		if err := p.answered(ctx, d, s, d.Mention); err != nil {
			return err
		}
	}
	return nil
}

// authorsLastWord reports whether an answer that is seen first is of before the words that the complaint of s has now.
func (p *plan) authorsLastWord(d *mention.PendingMention, s mention.MentionRecord) bool {
	worse, ok := p.worse[s.Mention.ID]
	return d.Previous == nil && (ok && d.Mention.Post.Before(worse) || toWordsBefore(d.Mention.Post, s.Mention.Post))
}

// answered closes the complaint of s by an answer, and says so in its thread, where that is still looked for. It stays as
// it is when it was dismissed, or an answer was seen before. Of what people closed long ago nothing is said: once a source
// shows the owner's answers, it shows those of months.
func (p *plan) answered(ctx context.Context, d *mention.PendingMention, s mention.MentionRecord, answer mention.Mention) error {
	post, c, by := answer.Post, p.cases.of(s), signature(answer)
	at := answeredAt(post, s.Mention.Post, *c, p.now)
	settled := c.Status == mention.Replied && (p.now.Sub(c.RepliedAt) > mention.AnswerSought || post.OwnersAnswer() && !c.Steps.Doubted && p.now.Sub(c.RepliedAt) >= longClosed)
	if err := c.Answered(by, at); err != nil {
		return nil
	}
	p.cases.bumpVersion(c)
	p.namesNobody(s.Mention.ID)
	d.Events = append(d.Events, mention.Event{MentionID: s.Mention.ID, Kind: "answered", At: at, Detail: by + " " + post.URL})
	if settled { // a source whose answers are read from now on would bring up all that is long done
		return nil
	}
	details := alerts.Details{Change: alerts.Answered, By: by, At: at, Link: post.URL, Text: post.Text}
	details.Negative = !post.OwnersAnswer() && p.rules.IsComplaint(answer) // of the owner's an apology is no sign that somebody else took the name
	return p.tell(ctx, d, s, details, "", anew(*c, string(alerts.Answered), post.ID)...)
}

// longClosed is how long after people closed a case nobody waits for the owner's answer to be seen, unless
// the thread says that it is not.
const longClosed = 24 * time.Hour

// signature is under which name an answer is told: a place shows its owner's under none.
func signature(answer mention.Mention) string { return cmp.Or(answer.Post.Author, answer.Watch) }

// answeredBefore closes a complaint whose answer was heard before it was: a program hands the newest
// posts in first, a page was read late. An answer that names nobody must surely be the later one: in
// the usual order it is, as the complaint was there when it was heard.
func (p *plan) answeredBefore(ctx context.Context, d *mention.PendingMention) error {
	m := d.Mention
	if d.Previous != nil {
		return nil // its words are newer than what answered it before
	}
	since := m.Post.Published
	if !since.IsZero() {
		since = since.AddDate(0, 0, -2) // the answer may say only its day
	}
	all, err := p.view.OfficialInThread(ctx, m.Post.Origin(), m.Post.ThreadURL, m.Watch, since)
	if err != nil {
		return fmt.Errorf("answers that were heard before: %w", err)
	}
	for _, o := range all {
		answer := o.Mention.Post
		if !p.isGone(o) && !toWordsBefore(answer, m.Post) && answer.ID != m.Post.ID && (repliesTo(answer, m.Post) || answer.ReplyTo == "" && surelyFollows(answer, m.Post)) {
			return p.answered(ctx, d, mention.MentionRecord{Mention: m, Case: d.Case, Alert: ownAlert(d).ID}, o.Mention)
		}
	}
	return nil
}

// sentFromHere reports whether a post says what earshot sent to one of the complaints that it
// answers. Once as many posts stand there in these words as were sent, another one is somebody's
// who says them again, and closes nothing.
func (p *plan) sentFromHere(ctx context.Context, post mention.Post, watch string, answers []mention.MentionRecord) (bool, error) {
	sent, waits := map[string]mention.SiteReply{}, false
	for _, s := range answers {
		replies, err := p.view.RepliesOf(ctx, s.Mention.ID)
		if err != nil {
			return false, fmt.Errorf("answers sent to the site: %w", err)
		}
		for _, r := range replies {
			if !r.FirstAt.IsZero() && r.Says(post.Text) {
				sent[r.ID] = r
			}
		}
		waits = waits || mayBeAnswered(*p.cases.of(s))
	}
	if len(sent) == 0 || !waits {
		return len(sent) > 0, nil
	}
	stand, err := p.ownPosts(ctx, post, watch)
	if err != nil {
		return false, err
	}
	for _, o := range stand {
		for id, r := range sent {
			if r.Says(o.Text) && len(p.answeredBy(o, watch, answers)) > 0 {
				delete(sent, id)
				break
			}
		}
	}
	return len(sent) > 0, nil
}

// mayBeAnswered reports whether a post of the company's could be the answer to a complaint.
func mayBeAnswered(c mention.Case) bool {
	return alerted(c) && c.Status != mention.Dismissed && !c.AnswerVerified
}

// ownPosts are the company's other posts in the thread of one, those of this poll included.
func (p *plan) ownPosts(ctx context.Context, post mention.Post, watch string) ([]mention.Post, error) {
	stored, err := p.view.OfficialInThread(ctx, post.Origin(), post.ThreadURL, watch, time.Time{})
	if err != nil {
		return nil, fmt.Errorf("other answers in the thread: %w", err)
	}
	var all []mention.Post
	for _, s := range stored {
		if _, now := p.cases.pending[s.Mention.ID]; !now && s.Mention.Post.ID != post.ID {
			all = append(all, s.Mention.Post)
		}
	}
	for _, d := range p.cases.pending {
		if o := d.Mention.Post; d.Mention.Official && d.Mention.Watch == watch && !o.Deleted && o.ID != post.ID && o.Origin() == post.Origin() && o.ThreadURL == post.ThreadURL {
			all = append(all, o)
		}
	}
	return all, nil
}

// namesake treats a post under an official name that anybody may take: the complaints it
// answers stay as they are, and people are asked once for each name, and of each post under it
// that reads like a complaint. Where a person has said that the answer stands, the name confirms
// it; and what earshot sent itself is our own, whoever else may take the name. It reports whether
// there was anything to note; else the post is heard like everybody's.
func (p *plan) namesake(ctx context.Context, d *mention.PendingMention) (noted bool, err error) {
	post := d.Mention.Post
	all, err := p.thread(ctx, post)
	if err != nil {
		return false, err
	}
	answers := p.answeredBy(post, d.Mention.Watch, all)
	ours, err := p.sentFromHere(ctx, post, d.Mention.Watch, answers)
	if err != nil {
		return false, err
	}
	// Edited on the site it is what it was, whatever it says now.
	d.Mention.Official = ours || d.Previous != nil && d.Previous.Official
	if d.Mention.Official {
		return true, p.answer(ctx, d)
	}
	if d.Baseline || post.Deleted {
		return false, nil
	}
	negative, asked := p.rules.IsComplaint(d.Mention), false
	for _, s := range answers {
		c := p.cases.of(s)
		if !mayBeAnswered(*c) {
			continue
		}
		noted = true
		at, change := answeredAt(post, s.Mention.Post, *c, p.now), alerts.NamesakeAnswered
		if c.Status == mention.Replied && !negative && c.Answered(post.Author, at) == nil {
			p.cases.bumpVersion(c)
			change = alerts.Answered
		}
		asked = asked || change != alerts.Answered
		d.Events = append(d.Events, mention.Event{MentionID: s.Mention.ID, Kind: string(change), At: at, Detail: post.Author + " " + post.URL})
		details := alerts.Details{Change: change, By: post.Author, At: at, Link: post.URL, Text: post.Text, Negative: negative}
		once := []string{string(change), post.Author}
		switch {
		case change == alerts.Answered:
			once = anew(*c, once...)
		case negative: // a complaint is told, however often the name was asked about
			once = append(once, post.ID)
		}
		if err := p.tell(ctx, d, s, details, "", once...); err != nil {
			return false, err
		}
	}
	d.Mention.Official = noted && !asked // people and the name agree on all of it
	return noted, nil
}

// thread lists the mentions the post may answer, those of this poll and those that were
// heard at another source included.
func (p *plan) thread(ctx context.Context, post mention.Post) ([]mention.MentionRecord, error) {
	var all []mention.MentionRecord
	for _, d := range p.done {
		if o := d.Mention.Post; o.Origin() == post.Origin() && (o.ThreadURL != "" && o.ThreadURL == post.ThreadURL || repliesTo(post, o)) {
			all = append(all, mention.MentionRecord{Mention: d.Mention, Case: d.Case, Alert: ownAlert(d).ID})
		}
	}
	thread := post.ThreadURL
	if post.ReplyTo != "" {
		thread = "" // it answers that post alone; all reviews of an app are one thread, with as many answers
	}
	stored, err := p.view.InThread(ctx, post.Origin(), thread, post.ReplyTo)
	if err != nil {
		return nil, fmt.Errorf("complaints in the thread: %w", err)
	}
	for _, s := range stored {
		o := s.Mention.Post
		if o.Origin() == post.Origin() || slices.ContainsFunc(stored, func(here mention.MentionRecord) bool {
			return here.Mention.Post.Origin() == post.Origin() && sameElsewhere(here.Mention.Post, o)
		}) {
			all = append(all, s)
		}
	}
	return all, nil
}

// answeredBy chooses what an official post answers: the post it replies to, or
// else everything of the watch that was published in its thread before it. Where a watch
// was renamed its complaints wait under a name that nobody answers for any more: whoever is
// official now answers them.
func (p *plan) answeredBy(post mention.Post, watch string, all []mention.MentionRecord) []mention.MentionRecord {
	answers := func(o mention.Post) bool {
		if post.ReplyTo == "" {
			return mayFollow(post, o)
		}
		return repliesTo(post, o) || slices.ContainsFunc(all, func(s mention.MentionRecord) bool {
			return repliesTo(post, s.Mention.Post) && sameElsewhere(s.Mention.Post, o)
		})
	}
	var answered []mention.MentionRecord
	for _, s := range all {
		foreign := s.Mention.Watch != watch && p.rules.Watched(s.Mention.Watch)
		if o := s.Mention.Post; !foreign && o.ID != post.ID && answers(o) {
			answered = append(answered, s)
		}
	}
	return answered
}

// mayFollow reports whether a post may have been published after o. Of a day alone its end counts.
func mayFollow(post, o mention.Post) bool {
	till := latest(post)
	if o.DateOnly {
		till = post.Published
	}
	return o.Published.IsZero() || post.Published.IsZero() || !o.Published.After(till)
}

// toWordsBefore reports whether an owner's answer is of before the words of o: a store shows a review that was
// changed beside what was said to the words before.
func toWordsBefore(answer, o mention.Post) bool {
	return answer.OwnersAnswer() && answer.Before(lastChanged(o))
}

// lastChanged is when the post's words are from, as far as its site says so.
func lastChanged(o mention.Post) time.Time {
	if o.Edited.After(o.Published) {
		return o.Edited
	}
	return o.Published
}

// surelyFollows reports whether a post was published after o for sure.
func surelyFollows(post, o mention.Post) bool {
	return !o.Published.IsZero() && post.Published.After(latest(o))
}

// latest is the last moment at which a post may have been published: of a day alone its end.
func latest(post mention.Post) time.Time {
	if post.DateOnly {
		return post.Published.AddDate(0, 0, 1)
	}
	return post.Published
}

func repliesTo(post, o mention.Post) bool {
	return post.ReplyTo != "" && (post.ReplyTo == o.ID || post.ReplyTo == o.URL)
}

// answeredAt is the true time of the answer. A site that gives only the day, or
// no time, or one before the complaint, leaves the moment a person said so, or else it was seen; so does an answer of before
// the case was opened again: its words are new, or it came back, or was seen late.
func answeredAt(answer, complaint mention.Post, c mention.Case, now time.Time) time.Time {
	at := answer.Published
	switch {
	case !at.IsZero() && !answer.DateOnly && !at.After(now) && !at.Before(complaint.Published) && !at.Before(c.ReopenedAt):
		return at
	case c.Status == mention.Replied:
		return c.RepliedAt
	}
	return now
}

// answerGone opens what an official post answered that is gone from the site now: what
// nobody can read any more answers nothing.
func (p *plan) answerGone(ctx context.Context, d *mention.PendingMention) error {
	if d.Previous == nil || d.Previous.Post.Deleted {
		return nil
	}
	post, by := d.Previous.Post, signature(*d.Previous)
	all, err := p.thread(ctx, post)
	if err != nil {
		return err
	}
	var others []mention.MentionRecord // read once: there may be as many complaints in the thread as answers
	for i, s := range p.answeredBy(post, d.Mention.Watch, all) {
		if i == 0 {
			if others, err = p.view.OfficialInThread(ctx, post.Origin(), post.ThreadURL, d.Mention.Watch, time.Time{}); err != nil {
				return fmt.Errorf("other answers in the thread: %w", err)
			}
		}
		c := p.cases.of(s)
		proved, err := p.proved(ctx, *c, post)
		if err != nil {
			return err
		}
		if !proved || p.isGone(s) || p.answerStands(post, d.Mention.Watch, others, s) {
			continue
		}
		if err := c.Apply(mention.Action{Verb: mention.Reopen, At: p.now}); err != nil {
			return fmt.Errorf("reopen after an answer is gone: %w", err)
		}
		p.cases.bumpVersion(c)
		d.Events = append(d.Events, mention.Event{MentionID: s.Mention.ID, Kind: "reopen", At: p.now, Detail: alerts.OpenedGone + by + " " + post.URL})
		rang, err := p.rangOfAnswer(ctx, s.Mention.ID)
		if err != nil {
			return err
		}
		whom := p.whoActs(mention.MentionRecord{Mention: s.Mention, Case: *c})
		if rang {
			whom = ""
		}
		details := alerts.Details{Change: alerts.Withdrawn, By: by, At: p.now, Reopened: true, Broadcast: !rang}
		if err := p.tell(ctx, d, s, details, whom, string(alerts.Withdrawn), post.ID, strconv.FormatInt(c.Version, 10)); err != nil {
			return err
		}
	}
	return nil
}

// proved reports whether a case is closed by an answer that was seen: by the post itself, or by who was asked whether
// it is theirs, and said that they answered.
func (p *plan) proved(ctx context.Context, c mention.Case, post mention.Post) (bool, error) {
	if c.Status != mention.Replied || c.AnswerVerified || !post.SeemsOwn {
		return c.Status == mention.Replied && c.AnswerVerified, nil
	}
	all, err := p.view.ChangesTold(ctx, c.MentionID)
	if err != nil {
		return false, fmt.Errorf("what people were asked: %w", err)
	}
	return slices.ContainsFunc(all, func(a mention.Alert) bool {
		return alerts.ReadDetails(a.Payload).Change == alerts.SeemsAnswered && !a.CreatedAt.After(c.RepliedAt)
	}), nil
}

// rangOfAnswer reports whether people were called lately because an answer to the complaint was gone: some sites
// show one at every other look. Who does not look at it then is named by its deadlines.
func (p *plan) rangOfAnswer(ctx context.Context, id mention.ID) (bool, error) {
	all, err := p.view.ChangesTold(ctx, id)
	if err != nil {
		return false, fmt.Errorf("answers that were gone before: %w", err)
	}
	return slices.ContainsFunc(all, func(a mention.Alert) bool {
		details := alerts.ReadDetails(a.Payload)
		return details.Change == alerts.Withdrawn && details.Broadcast && p.now.Sub(a.CreatedAt) < editsEvery
	}), nil
}

// isGone reports whether the complaint itself is gone, be it by this poll.
func (p *plan) isGone(s mention.MentionRecord) bool {
	if d, ok := p.cases.pending[s.Mention.ID]; ok {
		return d.Mention.Post.Deleted
	}
	return s.Mention.Post.Deleted
}

// answerStands reports whether another official post of the thread answers the complaint of s, too.
// One that comes with this poll does so after this one.
func (p *plan) answerStands(post mention.Post, watch string, others []mention.MentionRecord, s mention.MentionRecord) bool {
	return slices.ContainsFunc(others, func(o mention.MentionRecord) bool {
		return o.Mention.Post.ID != post.ID && !p.isGone(o) && len(p.answeredBy(o.Mention.Post, watch, []mention.MentionRecord{s})) > 0
	})
}
