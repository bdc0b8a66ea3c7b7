package plan

import (
	"slices"
	"strings"

	"github.com/earshot/earshot/mention"
)

// A watch that is renamed, or taken apart, leaves its complaints behind under the name they
// were told by. When one of them is edited its post is read for the watches that there are now,
// and would be a complaint of theirs that nobody was told of.

// formerly has what was told under a watch that is not there any more judged by what the post
// says of one that is, and notes in told which mentions of these posts are not told once more.
func (p *plan) formerly(pending []*mention.PendingMention) {
	former := map[mention.PostKey]*mention.PendingMention{}
	for _, d := range pending {
		if d.Previous != nil && alerted(d.Case) && !d.Mention.Post.Deleted && !p.rules.Watched(d.Mention.Watch) {
			former[d.Mention.Post.Key()] = d
		}
	}
	if len(former) == 0 {
		return
	}
	judged := map[mention.ID]bool{}
	for _, d := range pending {
		was := former[d.Mention.Post.Key()]
		if was == nil || was == d || !p.tookOver(d, *was.Previous) {
			continue
		}
		p.told[d.Mention.ID] = was.Mention.Watch
		if !judged[was.Mention.ID] {
			judged[was.Mention.ID] = true
			was.Mention.Score, was.Mention.Spans = d.Mention.Score, d.Mention.Spans
		}
	}
}

// tookOver reports whether the post was a mention of the watch only after it was told under a
// former one, whose place the watch took: the post named it from the beginning.
func (p *plan) tookOver(d *mention.PendingMention, told mention.Mention) bool {
	if d.Previous != nil && (alerted(d.Case) || !d.Previous.HeardAt.After(told.HeardAt)) {
		return false
	}
	return p.rules.Watched(d.Mention.Watch) && namedIn(told.Post, d.Mention)
}

// namedIn reports whether a post, as it was, named the watch of a mention of it.
func namedIn(was mention.Post, m mention.Mention) bool {
	body := was.Body()
	return len(m.Spans) == 0 || slices.ContainsFunc(m.Spans, func(s mention.Span) bool { return strings.Contains(body, s.Text) })
}
