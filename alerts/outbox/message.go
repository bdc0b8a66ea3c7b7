package outbox

import (
	"context"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// message reads what a message shows.
func (s *Sender) message(ctx context.Context, a mention.Alert) (alerts.Message, error) {
	m := alerts.Message{Alert: a, Details: alerts.ReadDetails(a.Payload), Repeat: a.LastError == mention.UnreadableHistory, Now: s.opt.Now(), Lang: s.opt.Lang(a.Route), Zone: s.opt.Zone()}
	var err error
	if a.MentionID != "" {
		if m.Mention, m.Case, err = s.opt.Reader.Mention(ctx, a.MentionID); err != nil {
			return m, err
		}
	}
	if a.Kind == mention.Digest && m.Details.Summary == nil && s.opt.Gathered != nil {
		if m.Gathered, err = s.gathered(ctx, a.ID); err != nil {
			return m, err
		}
	}
	if s.opt.Doors != nil && a.Kind != mention.Fallback {
		if m.Doors, err = s.opt.Doors(ctx, a); err != nil {
			return m, err
		}
	}
	if s.opt.Answer != nil && a.MentionID != "" && a.Kind != mention.Changed {
		if m.Answer, err = s.opt.Answer(ctx, m.Mention); err != nil {
			return m, err
		}
	}
	m.Thread, err = s.thread(ctx, a)
	return m, err
}

// gathered reads what a message groups.
func (s *Sender) gathered(ctx context.Context, root mention.AlertID) (g alerts.Gathered, err error) {
	var loudest mention.ID
	if g.Watches, g.Count, loudest, err = s.opt.Gathered(ctx, root); err == nil && loudest != "" {
		g.Loudest, _, err = s.opt.Reader.Mention(ctx, loudest)
	}
	return g, err
}

// thread returns the place of the message to post under; zero where it stands in no place: what
// was told by a way out that has none is noted under its own id, and the way may be another now.
func (s *Sender) thread(ctx context.Context, a mention.Alert) (alerts.Place, error) {
	if a.ThreadOf == "" {
		return alerts.Place{}, nil
	}
	parent, ok, err := s.opt.Queue.Alert(ctx, a.ThreadOf)
	if err != nil || !ok || parent.TS == string(parent.ID) {
		return alerts.Place{}, err // a parent that was pruned leaves the reply on its own
	}
	return alerts.Place{Channel: parent.Channel, TS: parent.TS}, nil
}
