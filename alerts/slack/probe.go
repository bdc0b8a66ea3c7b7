package slack

import (
	"context"
	"errors"
	"slices"
	"strings"

	api "github.com/slack-go/slack"
)

// Probe asks Slack, without posting, what would not work: the tokens, the channels of
// the routes ("#name" or an id), and the names of notify. Each problem says what to do;
// none means that all is well. It waits where Slack asks for silence, until ctx ends.
func (n *Notifier) Probe(ctx context.Context, routes, notify []string) []error {
	if err := n.Check(ctx); err != nil {
		return []error{err} // what the others would say follows from it
	}
	var problems []error
	if n.opt.AppToken != "" {
		if _, _, err := n.api.StartSocketModeContext(ctx); err != nil {
			problems = append(problems, n.appTokenError(err))
		}
	}
	problems = append(problems, n.probeChannels(ctx, routes)...)
	unknown, err := n.UnknownNames(ctx, notify)
	if trouble := nobody(unknown, err); trouble != nil {
		problems = append(problems, trouble)
	}
	return problems
}

// probeChannels says which routes lead into no channel that earshot can write to.
func (n *Notifier) probeChannels(ctx context.Context, routes []string) (problems []error) {
	routes = slices.Compact(slices.Sorted(slices.Values(routes)))
	names, err := n.channelsNamed(ctx, routes)
	if err != nil {
		return []error{err}
	}
	for _, route := range routes {
		c, known := names[strings.ToLower(route)]
		if !strings.HasPrefix(route, "#") {
			err := patient(ctx, func() error {
				info, err := n.api.GetConversationInfoContext(ctx, &api.GetConversationInfoInput{ChannelID: route})
				if err == nil {
					c, known = *info, true
				}
				return err
			})
			var said api.SlackErrorResponse
			if err != nil && !(errors.As(err, &said) && said.Err == "channel_not_found") {
				problems = append(problems, n.sort("conversations.info", route, err))
				continue
			}
		}
		if code := closed(c, known); code != "" {
			problems = append(problems, n.said("chat.postMessage", route, api.SlackErrorResponse{Err: code}, nil))
		}
	}
	return problems
}

// closed is the code that Slack would answer a message to the channel with; empty when
// it would take it.
func closed(c api.Channel, known bool) string {
	switch {
	case !known:
		return "channel_not_found"
	case c.IsArchived:
		return "is_archived"
	case !c.IsMember:
		return "not_in_channel"
	}
	return ""
}

// channelsNamed lists channels, archived ones too, until it knows those of all routes
// that are names.
func (n *Notifier) channelsNamed(ctx context.Context, routes []string) (map[string]api.Channel, error) {
	missing := make(map[string]bool)
	for _, route := range routes {
		if strings.HasPrefix(route, "#") {
			missing[strings.ToLower(route)] = true
		}
	}
	found := make(map[string]api.Channel)
	for cursor := ""; len(missing) > 0; {
		var list []api.Channel
		err := patient(ctx, func() (err error) {
			list, cursor, err = n.api.GetConversationsContext(ctx, &api.GetConversationsParameters{
				Cursor: cursor, Limit: 1000, Types: []string{"public_channel", "private_channel"}})
			return err
		})
		if err != nil {
			return nil, n.sort("conversations.list", "", err)
		}
		for _, c := range list {
			name := "#" + strings.ToLower(c.Name)
			if !missing[name] {
				continue
			}
			found[name] = c
			if !c.IsArchived { // an archived channel's name may be in use again
				delete(missing, name)
			}
		}
		if cursor == "" {
			break
		}
	}
	return found, nil
}
