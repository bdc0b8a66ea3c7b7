package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// One post is seen at several sources: a feed shows its beginning, the forum all of it.
// It is one complaint with one case, the one that was heard first.

// containedFrom is the share of the shorter text that stands in the longer one when both
// are one post: a feed may add a word or cut one.
const containedFrom = 0.8

// shownElsewhere reports whether the post is known from another source. Then it has no
// case of its own; when its words here are louder, that is told in the first one's thread.
func (p *plan) shownElsewhere(ctx context.Context, d *mention.PendingMention, severity mention.Severity, why []string) (bool, error) {
	m := &d.Mention
	stored, err := p.atURL(ctx, m.Watch, m.Post.URL)
	if err != nil {
		return false, err
	}
	for _, s := range stored {
		if !sameElsewhere(s.Mention.Post, m.Post) {
			continue
		}
		p.event(d, "suppressed", alerts.QuietKnown+s.Mention.Post.Source)
		if severity > s.Mention.Severity && severity >= mention.High && !saidOfWords(*p.cases.of(s)) {
			return true, p.tellLouder(ctx, d, s, severity, why)
		}
		return true, nil
	}
	return false, nil
}

// atURL asks once for each address: where a site has no permalinks, all posts of a poll stand at one,
// with all that ever stood there.
func (p *plan) atURL(ctx context.Context, watch, url string) ([]mention.MentionRecord, error) {
	at := [2]string{watch, url}
	stored, asked := p.addresses[at]
	if asked {
		return stored, nil
	}
	stored, err := p.view.AtURL(ctx, watch, url)
	if err != nil {
		return nil, fmt.Errorf("the same permalink: %w", err)
	}
	p.addresses[at] = stored
	return stored, nil
}

// sameElsewhere reports whether two posts of different sources are one post.
func sameElsewhere(a, b mention.Post) bool {
	return a.Origin() != b.Origin() && mention.SameURL(a.URL, b.URL) && oneReading(a, b)
}

// oneReading reports whether the words of two readings of one permalink are one post's.
// Where a site has no permalinks, all its reviews stand at one address: a few words that stand in
// many of them are a part of none.
func oneReading(a, b mention.Post) bool {
	wa, wb := fold(a.Body()), fold(b.Body())
	if len(wa) > len(wb) {
		a, b, wa, wb = b, a, wb, wa
	}
	if len(wa) < ownWords {
		return sameShort(a, b, wa, wb)
	}
	in := make(map[string]bool)
	for run := range shingles(wb) {
		in[run] = true
	}
	found, all := 0, 0
	for run := range shingles(wa) {
		all++
		if in[run] {
			found++
		}
	}
	return float64(found) >= containedFrom*float64(all)
}

// siteAdds is how many words a site or its feed may put behind a short post ("read more").
const siteAdds = 3

// sameShort is oneReading for a, which has few words, and b, which has as many or more.
func sameShort(a, b mention.Post, wa, wb []string) bool {
	text := fold(a.Text)
	switch {
	case len(wa) == 0:
		return false
	case len(wb) <= len(wa)+siteAdds && len(wa) >= shingle && slices.Equal(wa, wb[:len(wa)]):
		return true
	case slices.Equal(wa, wb), len(text) > 0 && slices.Equal(text, fold(b.Text)):
		return true
	}
	return !b.IsReply && slices.Equal(wa, fold(b.Title))
}

// tellLouder says in the first one's thread that the post says more than was seen there.
func (p *plan) tellLouder(ctx context.Context, d *mention.PendingMention, s mention.MentionRecord, severity mention.Severity, why []string) error {
	a, ok, err := p.alertOf(ctx, s)
	if err != nil || !ok {
		return err
	}
	loud := d.Mention
	loud.Severity = severity
	_, notify := p.rules.RouteFor(loud)
	own, waits := p.ungathered(a, loud, why)
	switch {
	case waits: // its own message, which nobody has seen yet, rings
		d.Alerts, a, notify = append(d.Alerts, own), own, ""
	case p.tellWhereLoud(d, a, loud, why):
		notify = ""
	}
	l := p.rules.Lang(a.Route)
	text := l.Text("desk.read_in_full", "source", d.Mention.Post.Source, "severity", l.Word("severity", severity.String()), "why", strings.Join(alerts.Details{Why: why}.Severe(l), ", "))
	told := p.message(mention.Escalation, s.Mention.ID, a.Route, severity, alerts.Details{Text: text, Broadcast: !waits}, "read in full", severity.String())
	told.ThreadOf, told.Notify = a.Thread(), notify
	d.Alerts = append(d.Alerts, told)
	return nil
}
