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

// What becomes of complaints whose answer is gone.

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
	var standing map[mention.ID]bool // read once: there may be as many complaints in the thread as answers
	for _, one := range p.answeredBy(post, d.Mention.Watch, all) {
		s := one.MentionRecord
		if one.whom > maybe {
			continue
		}
		if standing == nil {
			if standing, err = p.answeredByOthers(ctx, post, d.Mention.Watch, all); err != nil {
				return err
			}
		}
		c := p.cases.of(s)
		proved, err := p.proved(ctx, *c, post, one.whom == maybe)
		if err != nil {
			return err
		}
		if !proved || p.isGone(s) || standing[s.Mention.ID] {
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
func (p *plan) proved(ctx context.Context, c mention.Case, post mention.Post, asked bool) (bool, error) {
	if c.Status != mention.Replied || c.AnswerVerified || !post.SeemsOwn && !asked {
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

// answeredByOthers are those of these complaints that another official post of the thread answers, too.
// One that comes with this poll does so after this one.
func (p *plan) answeredByOthers(ctx context.Context, post mention.Post, watch string, all []mention.MentionRecord) (map[mention.ID]bool, error) {
	others, err := p.view.OfficialInThread(ctx, post.Origin(), post.ThreadURL, watch, time.Time{})
	if err != nil {
		return nil, fmt.Errorf("other answers in the thread: %w", err)
	}
	standing := map[mention.ID]bool{}
	for _, o := range others {
		if o.Mention.Post.ID == post.ID || p.isGone(o) {
			continue
		}
		for _, s := range p.answeredBy(o.Mention.Post, watch, all) {
			if s.whom == toThem {
				standing[s.Mention.ID] = true
			}
		}
	}
	return standing, nil
}
