package plan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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
	answers, err := p.sentTo(ctx, post, p.answeredBy(post, d.Mention.Watch, all))
	if err != nil {
		return err
	}
	for _, s := range answers {
		if s.whom > maybe || p.authorsLastWord(d, s.MentionRecord) || stoodBefore(d, s.MentionRecord) {
			continue
		}
		if err := p.answeredOrAsked(ctx, d, s, d.Mention); err != nil {
			return err
		}
	}
	return nil
}

// answeredOrAsked closes the complaint of s by an answer. Where it is unclear whether the post is one, people are asked, but for
// those who said already that they answered: then it is that, unless it speaks to somebody else.
func (p *plan) answeredOrAsked(ctx context.Context, d *mention.PendingMention, s meant, answer mention.Mention) error {
	c := p.cases.of(s.MentionRecord)
	switch {
	case s.whom == toThem && d.Previous != nil && answer.ID == d.Mention.ID && speechOf(d.Previous.Post.Text).unclearTo(d.Previous.Post, s.Mention.Post):
		if answer.Post.Published, answer.Post.DateOnly = answer.Post.Edited, false; answer.Post.Published.IsZero() {
			answer.Post.Published = p.now // its words came when they were seen
		}
		return p.answered(ctx, d, s.MentionRecord, answer)
	case s.whom == toThem, c.Status == mention.Replied && len(speechOf(answer.Post.Text).handles) == 0:
		return p.answered(ctx, d, s.MentionRecord, answer)
	case c.Waits():
		return p.ask(ctx, d, s.MentionRecord, answer)
	}
	return nil
}

// stoodBefore reports whether a post without a place of its own in time was heard before the complaint of s: when it is
// edited it answers nothing that came after it.
func stoodBefore(d *mention.PendingMention, s mention.MentionRecord) bool {
	post := d.Mention.Post
	undated := post.Published.IsZero() || s.Mention.Post.Published.IsZero()
	return d.Previous != nil && post.ReplyTo == "" && undated && d.Previous.HeardAt.Before(s.Mention.HeardAt)
}

// sentTo are the complaints that a post answers: where earshot sent its words to one of them, that one and no other.
func (p *plan) sentTo(ctx context.Context, post mention.Post, answers []meant) ([]meant, error) {
	for _, s := range answers {
		if c := p.cases.of(s.MentionRecord); c.Status == mention.Open || !mayBeAnswered(*c) {
			continue // who writes an answer has the case, or said that it is answered
		}
		replies, err := p.view.RepliesOf(ctx, s.Mention.ID)
		if err != nil {
			return nil, fmt.Errorf("answers sent to the site: %w", err)
		}
		if slices.ContainsFunc(replies, func(r mention.SiteReply) bool { return !r.FirstAt.IsZero() && r.Says(post.Text) }) {
			s.whom = toThem
			return []meant{s}, nil
		}
	}
	return answers, nil
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
	if d.Previous != nil && !onlyMoved(d) {
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
		if p.isGone(o) || toWordsBefore(answer, m.Post) || answer.ID == m.Post.ID || answer.Published.Before(d.Case.ReopenedAt) || !repliesTo(answer, m.Post) && (answer.ReplyTo != "" || !surelyFollows(answer, m.Post)) {
			continue
		}
		one := meant{MentionRecord: mention.MentionRecord{Mention: m, Case: d.Case, Alert: ownAlert(d).ID}}
		if speechOf(answer.Text).unclearTo(answer, m.Post) {
			one.whom = maybe
		}
		if err := p.answeredOrAsked(ctx, d, one, o.Mention); err != nil || one.whom == toThem {
			return err
		}
	}
	return nil
}

// sentFromHere reports whether a post says what earshot sent to one of the complaints that it
// answers. Once as many posts stand there in these words as were sent, another one is somebody's
// who says them again, and closes nothing.
func (p *plan) sentFromHere(ctx context.Context, post mention.Post, watch string, answers []meant) (bool, error) {
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
		waits = waits || mayBeAnswered(*p.cases.of(s.MentionRecord))
	}
	if len(sent) == 0 || !waits {
		return len(sent) > 0, nil
	}
	stand, err := p.ownPosts(ctx, post, watch)
	if err != nil {
		return false, err
	}
	var complaints []mention.MentionRecord
	for _, s := range answers {
		complaints = append(complaints, s.MentionRecord)
	}
	for _, o := range stand {
		for id, r := range sent {
			if r.Says(o.Text) && len(p.answeredBy(o, watch, complaints)) > 0 {
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
		c := p.cases.of(s.MentionRecord)
		if s.whom == toBeside || !mayBeAnswered(*c) {
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
		if err := p.tell(ctx, d, s.MentionRecord, details, "", once...); err != nil {
			return false, err
		}
	}
	d.Mention.Official = noted && !asked // people and the name agree on all of it
	return noted, nil
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
