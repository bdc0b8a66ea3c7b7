package plan

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// answerGone opens what an official post answered that is gone from the site now: what
// nobody can read any more answers nothing.
func (p *plan) answerGone(ctx context.Context, d *mention.PendingMention) error {
	if d.Previous == nil || d.Previous.Post.Deleted {
		return nil
	}
	post := d.Previous.Post
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
		if c.Status != mention.Replied || !c.AnswerVerified || p.isGone(s) || p.answerStands(post, d.Mention.Watch, others, s) {
			continue
		}
		if err := c.Apply(mention.Action{Verb: mention.Reopen, At: p.now}); err != nil {
			return fmt.Errorf("reopen after an answer is gone: %w", err)
		}
		p.cases.bumpVersion(c)
		d.Events = append(d.Events, mention.Event{MentionID: s.Mention.ID, Kind: "reopen", At: p.now, Detail: "answer is gone from the site: " + post.Author + " " + post.URL})
		details := alerts.Details{Change: alerts.Withdrawn, By: post.Author, At: p.now, Reopened: true}
		if err := p.tell(ctx, d, s, details, string(alerts.Withdrawn), post.ID, strconv.FormatInt(c.Version, 10)); err != nil {
			return err
		}
	}
	return nil
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
