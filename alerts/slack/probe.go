package slack

import (
	"context"
	"errors"
	"slices"
	"strings"

	api "github.com/slack-go/slack"
)

// Probed is how one thing of Slack answered.
type Probed struct {
	Part string // a key of the catalogue: what it is
	Name string // of the channel or the person; empty for the tokens
	Err  error  // what would not work and what to do; nil: it would
}

// Probe asks Slack, without posting, about the tokens, the channels of the routes ("#name"
// or an id), and the names of notify and the groups of those who may, each once. After a bot token that is not accepted it
// asks nothing more. It waits where Slack asks for silence, until ctx ends.
func (n *Notifier) Probe(ctx context.Context, routes, notify, groups []string) []Probed {
	token := Probed{Part: "probe.bot_token", Err: n.Check(ctx)}
	if token.Err != nil {
		return []Probed{token} // what the others would say follows from it
	}
	all := []Probed{token}
	if n.opt.AppToken != "" {
		_, _, err := n.api.StartSocketModeContext(ctx)
		if err != nil {
			err = n.appTokenError(err)
		}
		all = append(all, Probed{Part: "probe.app_token", Err: err})
	}
	all = append(all, n.probeChannels(ctx, routes)...)
	wanted, groups := searched(notify), searched(groups)
	f, err := n.lookUp(ctx, wanted, groups)
	for _, name := range searched(slices.Concat(wanted, groups)) {
		all = append(all, Probed{Part: "probe.person", Name: name, Err: f.nobody([]string{name}, err)})
	}
	return all
}

// probeChannels says which routes lead into a channel that earshot can write to.
func (n *Notifier) probeChannels(ctx context.Context, routes []string) (all []Probed) {
	routes = slices.Compact(slices.Sorted(slices.Values(routes)))
	names, err := n.channelsNamed(ctx, routes)
	for _, route := range routes {
		p := Probed{Part: "probe.channel", Name: route, Err: err}
		c, known := names[strings.ToLower(route)]
		if err == nil && !strings.HasPrefix(route, "#") {
			c, known, p.Err = n.channelOf(ctx, route)
		}
		if code := closed(c, known); p.Err == nil && code != "" {
			p.Err = n.said("chat.postMessage", route, api.SlackErrorResponse{Err: code}, nil)
		}
		all = append(all, p)
	}
	return all
}

// channelOf asks for the channel of an id.
func (n *Notifier) channelOf(ctx context.Context, id string) (c api.Channel, known bool, err error) {
	err = patient(ctx, func() error {
		info, err := n.api.GetConversationInfoContext(ctx, &api.GetConversationInfoInput{ChannelID: id})
		if err == nil {
			c, known = *info, true
		}
		return err
	})
	var said api.SlackErrorResponse
	switch {
	case errors.As(err, &said) && said.Err == "channel_not_found":
		return c, false, nil
	case errors.As(err, &said) && said.Err == "missing_scope" && strings.HasPrefix(id, "D"): // a direct message, which takes messages without im:read
		c.IsIM = true
		return c, true, nil
	}
	return c, known, n.sort("conversations.info", id, err)
}

// closed is the code that Slack would answer a message to the channel with; empty when
// it would take it.
func closed(c api.Channel, known bool) string {
	switch {
	case !known:
		return "channel_not_found"
	case c.IsArchived:
		return "is_archived"
	case !c.IsMember && !c.IsIM && !c.IsMpIM: // of those Slack does not say it
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
