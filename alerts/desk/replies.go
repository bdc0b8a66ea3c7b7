package desk

import (
	"context"
	"fmt"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// ReplyEnded takes down what became of an answer that earshot sent to the site: the case is
// replied when it was sent, and whoever wrote it is told when the site did not take it, or
// when nobody can tell. To be told the same again changes nothing.
func (d *Desk) ReplyEnded(ctx context.Context, r mention.SiteReply) error {
	own, _, err := d.cases.AlertOf(ctx, r.MentionID)
	if err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	id := mention.NewAlertID(mention.Escalation, string(r.MentionID), r.ID, string(r.Status))
	if _, told, err := d.cases.Alert(ctx, id); err != nil || told {
		return err
	}
	_, err = d.cases.UpdateCase(ctx, r.MentionID, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		if r.Status == mention.ReplySent {
			return sentBy(c, r), nil, nil
		}
		l := d.lang(own.Route)
		var words string
		switch r.Status {
		case mention.ReplyRefused:
			words = l.Text("desk.reply_refused", "who", r.By.Name, "why", alerts.AnswerReason(l, r.Reason))
		case mention.ReplyUnclear:
			words = l.Text("desk.reply_unclear", "who", r.By.Name)
		}
		if words == "" || own.ID == "" {
			return nil, nil, nil
		}
		line := reply(own, c, words, d.now())
		line.ID = id
		line.Notify = alerts.SlackID(r.By)
		return nil, []mention.Alert{line}, nil
	})
	if err != nil {
		return fmt.Errorf("reply: %w", err)
	}
	d.changed()
	return nil
}

// sentBy closes the case of an answer that the site took. Whoever has the case keeps it, and
// one that is closed stays as it is.
func sentBy(c *mention.Case, r mention.SiteReply) []mention.Event {
	a := mention.Action{Verb: mention.Reply, By: r.By, At: r.EndedAt}
	if c.Status == mention.Claimed {
		a.By = c.Owner
	}
	if !c.Waits() || c.Apply(a) != nil {
		return nil
	}
	c.RepliedBy = r.By.Name
	return []mention.Event{{MentionID: r.MentionID, Kind: string(mention.Reply), By: r.By, At: r.EndedAt, Detail: r.URL}}
}
