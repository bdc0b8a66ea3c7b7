package plan

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/earshot/earshot/mention"
)

// What a post of the company's may answer, by where it stands.

// thread lists the mentions the post may answer, those of this poll and those that were
// heard at another source included.
func (p *plan) thread(ctx context.Context, post mention.Post) ([]mention.MentionRecord, error) {
	var all []mention.MentionRecord
	for _, d := range p.polled {
		if d.Previous != nil && !onlyMoved(d) && !slices.Contains(p.done, d) {
			continue // it is stored
		}
		if o := d.Mention.Post; o.Origin() == post.Origin() && (o.ThreadURL != "" && o.ThreadURL == post.ThreadURL || repliesTo(post, o)) {
			all = append(all, mention.MentionRecord{Mention: d.Mention, Case: d.Case, Alert: ownAlert(d).ID})
		}
	}
	stored, err := p.storedThread(ctx, post)
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

// storedThread lists what is stored of the thread that the post may answer: all of it, or, where the post says which one it
// answers, that one and what that goes on with. All reviews of an app are one thread, with as many answers.
func (p *plan) storedThread(ctx context.Context, post mention.Post) ([]mention.MentionRecord, error) {
	if post.ReplyTo == "" || post.Kind == mention.Comment || len(speechOf(post.Text).handles) > 0 {
		return p.inThread(ctx, post.Origin(), post.ThreadURL, post.ReplyTo)
	}
	all, err := p.inThread(ctx, post.Origin(), "", post.ReplyTo)
	for range goesOnMost {
		i := slices.IndexFunc(all, func(s mention.MentionRecord) bool { return s.Mention.Post.Origin() == post.Origin() })
		if err != nil || i < 0 || all[i].Mention.Official {
			break
		}
		to := all[i].Mention.Post
		var more []mention.MentionRecord
		switch {
		case to.ReplyTo != "":
			more, err = p.inThread(ctx, post.Origin(), "", to.ReplyTo)
		case to.Kind == mention.Forum && !alerted(all[i].Case):
			return p.inThread(ctx, post.Origin(), to.ThreadURL, post.ReplyTo)
		}
		if !slices.ContainsFunc(more, func(s mention.MentionRecord) bool { return goesOn(to, s.Mention.Post) }) {
			break
		}
		all = append(slices.Clone(more), all...) // the earliest first
	}
	return all, err
}

// goesOnMost is how many posts back what an author goes on with is looked for.
const goesOnMost = 4

// inThread is View.InThread, which is asked once for each place: what is stored does not change meanwhile.
func (p *plan) inThread(ctx context.Context, source, thread, replyTo string) ([]mention.MentionRecord, error) {
	at := [3]string{source, thread, replyTo}
	if all, asked := p.threads[at]; asked {
		return all, nil
	}
	all, err := p.view.InThread(ctx, source, thread, replyTo)
	if err == nil {
		p.threads[at] = all
	}
	return all, err
}

// answeredBy chooses what an official post may answer: the post it replies to, with what the author of that one wrote before it; or
// else everything of the watch that was published in its thread before it. Whom it calls by name it speaks to, and to nobody
// else. Where a watch was renamed its complaints wait under a name that nobody answers for any more: whoever is
// official now answers them.
func (p *plan) answeredBy(post mention.Post, watch string, all []mention.MentionRecord) []meant {
	here, called := placeOf(post, all), false
	var answers []meant
	for _, s := range all {
		foreign := s.Mention.Watch != watch && p.rules.Watched(s.Mention.Watch)
		if foreign || s.Mention.Post.ID == post.ID {
			continue
		}
		follows := mayFollow(post, p.timed(s, post))
		one, named := meant{MentionRecord: s}, here.calls && !s.Mention.Official && here.says.to(s.Mention.Post)
		switch {
		case here.isTo(s.Mention.Post, follows):
			one.whom = here.toIt(s.Mention.Post, named)
		case follows && isBeside(post, s.Mention.Post):
			one.whom = here.toOneBeside(named)
		default:
			continue
		}
		called = called || named
		answers = append(answers, one)
	}
	for i, s := range answers {
		if called && s.whom != toBeside && !here.says.to(s.Mention.Post) {
			answers[i].whom = byName
		}
	}
	return answers
}

// place is where a post of the company's stands among those that it may answer.
type place struct {
	post    mention.Post
	says    speech
	replied map[mention.PostKey]mention.Post // repliedTo
	under   bool                             // right below one of the company's own: it speaks to all who wrote there
	toAll   bool                             // at the top of comments where people answer below comments: the same
	calls   bool                             // it may call somebody whom its place does not say
}

func placeOf(post mention.Post, all []mention.MentionRecord) place {
	w := place{post: post, says: speechOf(post.Text), replied: repliedTo(post, all)}
	w.under = slices.ContainsFunc(all, func(s mention.MentionRecord) bool { return s.Mention.Official && repliesTo(post, s.Mention.Post) })
	w.toAll = post.Kind == mention.Comment && post.ReplyTo == "" && slices.ContainsFunc(all, func(s mention.MentionRecord) bool { return s.Mention.Post.ReplyTo != "" })
	w.calls = post.ReplyTo == "" || w.under || len(w.says.handles) > 0
	return w
}

// isTo reports whether the post stands where an answer to o does. It follows where it may have been published later.
func (w place) isTo(o mention.Post, follows bool) bool {
	if w.post.ReplyTo == "" {
		return follows
	}
	if _, ok := w.replied[o.Key()]; ok {
		return true
	}
	for _, to := range w.replied {
		if repliesTo(w.post, to) && sameElsewhere(to, o) {
			return true
		}
	}
	return false
}

// toIt is to whom the post speaks that stands where an answer to o does; named: it calls its author.
func (w place) toIt(o mention.Post, named bool) whom {
	if w.says.unclearTo(w.post, o) || w.toAll && !named {
		return maybe
	}
	return toThem
}

// toOneBeside is the same for a post beside it.
func (w place) toOneBeside(named bool) whom {
	switch {
	case named && !w.says.wordless:
		return toThem
	case named, w.under:
		return maybe
	}
	return toBeside
}

// repliedTo are the posts that a post says it replies to, and what their author wrote before, with which they go on.
func repliedTo(post mention.Post, all []mention.MentionRecord) map[mention.PostKey]mention.Post {
	found, last := map[mention.PostKey]mention.Post{}, []mention.Post{}
	for _, s := range all {
		if o := s.Mention.Post; repliesTo(post, o) {
			found[o.Key()], last = o, append(last, o)
		}
	}
	for n := 0; n < goesOnMost && len(last) > 0; n++ {
		var next []mention.Post
		for _, s := range all {
			o := s.Mention.Post
			if _, known := found[o.Key()]; known || !slices.ContainsFunc(last, func(p mention.Post) bool { return p.Origin() == o.Origin() && goesOn(p, o) }) {
				continue
			}
			if found[o.Key()] = o; slices.ContainsFunc(last, func(p mention.Post) bool { return repliesTo(p, o) }) {
				next = append(next, o)
			}
		}
		last = next
	}
	return found
}

// timed is the post of s, published at the latest when it was heard: the clock of its site may be ahead of that of the answer's.
func (p *plan) timed(s mention.MentionRecord, answer mention.Post) mention.Post {
	o := s.Mention.Post
	if !o.DateOnly && o.Published.After(s.Mention.HeardAt) && !answer.Published.After(p.now) {
		o.Published = s.Mention.HeardAt
	}
	return o
}

// isBeside reports whether two posts answer the same one, in comments: many sites put the answer to an answer there.
func isBeside(post, o mention.Post) bool {
	return post.Kind == mention.Comment && post.ReplyTo != "" && o.ReplyTo == post.ReplyTo && o.ID != post.ID && o.Origin() == post.Origin()
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
func lastChanged(o mention.Post) time.Time { return mention.Later(o.Published, o.Edited) }

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
