package plan

import (
	"context"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// seeming treats what a page shows like the company's answer under a review, and does not prove to be one: it may be an
// empty box, a template, or another reader's reply. Where a person has said that they answered, it confirms that. Else the
// complaint stays as it is, its clocks too, and its thread asks once whether it was them.
func (p *plan) seeming(ctx context.Context, d *mention.PendingMention) error {
	post := d.Mention.Post
	if d.Mention.Official = d.Previous != nil && d.Previous.Official; d.Mention.Official {
		return p.answer(ctx, d) // confirmed before: edited, gone or back it is the answer that it was
	}
	switch {
	case post.Deleted:
		return p.answerGone(ctx, d)
	case d.Baseline:
		return nil
	}
	all, err := p.thread(ctx, post)
	if err != nil {
		return err
	}
	asked, confirms := false, false
	for _, s := range p.answeredBy(post, d.Mention.Watch, all) {
		c := p.cases.of(s.MentionRecord)
		switch {
		case !mayBeAnswered(*c) || p.authorsLastWord(d, s.MentionRecord):
		case c.Status == mention.Replied:
			confirms = true
			if err := p.answered(ctx, d, s.MentionRecord, d.Mention); err != nil {
				return err
			}
		default:
			asked = true
			if err := p.ask(ctx, d, s.MentionRecord, d.Mention); err != nil {
				return err
			}
		}
	}
	d.Mention.Official = confirms && !asked
	return nil
}

// ask asks in the thread of s whether a post is the company's answer: once, and once more where
// other words stand there after it was opened again. Where it is the company's, and may be no answer, its name is told.
func (p *plan) ask(ctx context.Context, d *mention.PendingMention, s mention.MentionRecord, answer mention.Mention) error {
	post, c := answer.Post, p.cases.of(s)
	at := answeredAt(post, s.Mention.Post, *c, p.now)
	d.Events = append(d.Events, mention.Event{MentionID: s.Mention.ID, Kind: string(alerts.SeemsAnswered), At: at, Detail: post.URL})
	details := alerts.Details{Change: alerts.SeemsAnswered, At: at, Link: post.URL, Text: post.Text}
	if !post.SeemsOwn {
		details.By = signature(answer)
	}
	return p.tell(ctx, d, s, details, "", anew(*c, string(alerts.SeemsAnswered))...)
}
