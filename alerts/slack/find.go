package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

const (
	// pageSize asks for more than an app outside the Marketplace gets (15 a page); Slack
	// answers with fewer and a cursor.
	pageSize = 100
	// maxPages bounds one search: 15 a page make 300 messages around the attempt.
	maxPages = 20
	// maxThreads bounds the threads that one search reads beside the channel.
	maxThreads = 20
	// maxChannelPages bounds the search for a channel's id by its name.
	maxChannelPages = 50
)

var errTooLong = errors.New("more messages around the attempt than one search reads")

// Find reads the channel's history, or the thread's, and returns the messages
// that carry one of the alert ids, around the time of the attempts by Slack's clock. What its
// thread did not take stands where Post puts it then: in the thread's channel, or where the route
// leads when that one is gone.
func (n *Notifier) Find(ctx context.Context, q alerts.Search) (map[mention.AlertID]alerts.Place, error) {
	if q.Until.IsZero() {
		q.Until = n.opt.Now()
	}
	found, was := make(map[mention.AlertID]alerts.Place), q.Thread.Channel
	var closed error
	if q.Thread.TS != "" {
		for _, q.Thread.TS = range []string{q.Thread.TS, ""} {
			if closed = n.findAt(ctx, was, q, found); closed != nil && !unwritable(closed) {
				return nil, closed
			}
			if len(found) == len(q.Alerts) || q.Replies { // then the channel is read by itself
				return found, nil
			}
		}
	}
	channel, err := n.channelID(ctx, q.Route)
	switch {
	case err != nil:
		return nil, err
	case channel == was:
		return found, closed
	}
	return found, n.findAt(ctx, channel, q, found)
}

// unwritable reports whether Slack's answer says that nothing can have come into a thread or channel
// since.
func unwritable(err error) bool {
	var refused *alerts.RefusedError
	return errors.As(err, &refused) && (refused.Code == "thread_not_found" || closedCodes[refused.Code])
}

// findAt adds to found what stands in the channel, or in the thread of q in it.
func (n *Notifier) findAt(ctx context.Context, channel string, q alerts.Search, found map[mention.AlertID]alerts.Place) error {
	// Only now: the channel was asked for, and the answer told how Slack's clock goes. Else a search of
	// hours is too long where much is said.
	q.Since, q.Until = n.clock.window(q.Since, q.Until)
	wanted := make(map[mention.AlertID]bool, len(q.Alerts))
	for _, id := range q.Alerts {
		wanted[id] = true
	}
	var threads []string // of ours, the newest first
	note := func(messages []api.Message) (enough bool) {
		for _, m := range messages {
			id := alertID(m.Metadata)
			if wanted[id] {
				found[id] = alerts.Place{Channel: channel, TS: m.Timestamp}
			}
			if q.Thread.TS == "" && m.ReplyCount > 0 && id != "" {
				threads = append(threads, m.Timestamp)
			}
		}
		return len(found) == len(wanted)
	}
	whole, err := n.read(ctx, channel, q, note)
	switch {
	case err != nil:
		return err
	case !whole:
		return &alerts.RefusedError{Code: "too_long", Err: fmt.Errorf("slack: history of %s: %w", q.Route, errTooLong)}
	case !q.Replies:
		return nil
	}
	for _, q.Thread.TS = range threads[:min(maxThreads, len(threads))] {
		if len(found) == len(wanted) {
			return nil
		}
		if _, err := n.read(ctx, channel, q, note); err != nil {
			return err
		}
	}
	return nil
}

// read reads the messages of a channel, or of a thread in it, until there are enough; whole is false
// where maxPages were too few.
func (n *Notifier) read(ctx context.Context, channel string, q alerts.Search, note func([]api.Message) (enough bool)) (whole bool, err error) {
	cursor := ""
	for range maxPages {
		messages, next, err := n.page(ctx, channel, q, cursor)
		if err != nil {
			return false, err
		}
		if note(messages) || next == "" {
			return true, nil
		}
		cursor = next
	}
	return false, nil
}

// page reads one page of the channel or of the thread, in Slack's time.
func (n *Notifier) page(ctx context.Context, channel string, q alerts.Search, cursor string) ([]api.Message, string, error) {
	oldest, latest := timestamp(q.Since), timestamp(q.Until)
	if q.Thread.TS != "" {
		messages, more, next, err := n.api.GetConversationRepliesContext(ctx, &api.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: q.Thread.TS, Oldest: oldest, Latest: latest, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true})
		if err != nil || !more {
			next = ""
		}
		return messages, next, n.sort("conversations.replies", q.Route, err)
	}
	h, err := n.api.GetConversationHistoryContext(ctx, &api.GetConversationHistoryParameters{
		ChannelID: channel, Oldest: oldest, Latest: latest, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true})
	if err != nil {
		return nil, "", n.sort("conversations.history", q.Route, err)
	}
	next := ""
	if h.HasMore {
		next = h.ResponseMetaData.NextCursor
	}
	return h.Messages, next, nil
}

// timestamp is a time as Slack numbers its messages.
func timestamp(t time.Time) string { return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000) }

// alertID reads the id a message carries; empty for messages of others.
func alertID(m api.SlackMetadata) mention.AlertID {
	if m.EventType != eventType {
		return ""
	}
	id, _ := m.EventPayload["alert_id"].(string)
	return mention.AlertID(id)
}

// channelID returns the id of a route: posting takes names, reading does not. A channel that has
// another name by now stays the route's until another one has its name.
func (n *Notifier) channelID(ctx context.Context, route string) (string, error) {
	name, isName := strings.CutPrefix(route, "#")
	if !isName {
		return route, nil
	}
	before := n.known(route)
	if before != "" {
		is, err := n.api.GetConversationInfoContext(ctx, &api.GetConversationInfoInput{ChannelID: before})
		var refused *alerts.RefusedError
		switch err = n.sort("conversations.info", route, err); {
		case err == nil && strings.EqualFold(is.Name, name):
			return before, nil
		case err != nil && !errors.As(err, &refused):
			return "", err
		}
	}
	cursor := ""
	for range maxChannelPages {
		list, next, err := n.api.GetConversationsContext(ctx, &api.GetConversationsParameters{
			Cursor: cursor, Limit: 1000, ExcludeArchived: true, Types: []string{"public_channel", "private_channel"}})
		if err != nil {
			return n.unlisted(cmp.Or(before, route), n.sort("conversations.list", route, err))
		}
		for _, c := range list {
			if strings.EqualFold(c.Name, name) {
				n.remember(route, c.ID)
				return c.ID, nil
			}
		}
		if next == "" {
			break
		}
		cursor = next
	}
	return cmp.Or(before, route), nil
}

// unlisted uses what is known, or the name itself, where channels cannot be listed: Slack then says
// better than we can what is wrong.
func (n *Notifier) unlisted(known string, err error) (string, error) {
	var refused *alerts.RefusedError
	if errors.As(err, &refused) {
		return known, nil
	}
	return "", err
}
