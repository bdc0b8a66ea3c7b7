package slack

import (
	"context"
	"errors"
	"fmt"
	"sync"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
)

// Slack says of every press from which workspace it comes and for which app. A channel may
// be shared with another company, and an app may be installed in several workspaces: a
// good signature and a good socket say that Slack sent the press, not that it is for us.

// origin is whose press it is, as its payload says; empty where it does not.
type origin struct {
	app      string // api_app_id
	team     string // the workspace it came from
	userTeam string // the workspace, or the organisation, of who pressed
}

// home is the workspace and the app that the bot token is for.
type home struct {
	team string
	org  string // of an Enterprise Grid; empty without one
	app  string // empty when Slack does not say
}

// homes asks Slack once which home is ours. It is safe for concurrent use.
type homes struct {
	mu    sync.Mutex // held while Slack is asked
	known bool
	home  home
}

// home returns the workspace and app of the bot token. What stands for Slack and does not
// know the question has no home, and every press is good there.
func (n *Notifier) home(ctx context.Context) (home, error) {
	n.homes.mu.Lock()
	defer n.homes.mu.Unlock()
	if n.homes.known {
		return n.homes.home, nil
	}
	who, err := n.api.AuthTestContext(ctx)
	if err = n.sort("auth.test", "", err); err != nil {
		var refused *alerts.RefusedError
		if errors.As(err, &refused) && refused.Code == "unknown_method" {
			n.homes.known = true
			return home{}, nil
		}
		return home{}, err
	}
	h := home{team: who.TeamID, org: who.EnterpriseID}
	if who.BotID != "" {
		bot, err := n.api.GetBotInfoContext(ctx, api.GetBotInfoParameters{Bot: who.BotID})
		var refused *alerts.RefusedError
		switch err = n.sort("bots.info", "", err); {
		case err == nil:
			h.app = bot.AppID
		case !errors.As(err, &refused): // a permission that is missing will not come; a network will
			return home{}, err
		}
	}
	n.homes.known, n.homes.home = true, h
	return h, nil
}

// admit says whether a press may be decided; if not, what to tell the person, which is
// nothing for a press that is meant for another app.
func (n *Notifier) admit(ctx context.Context, c click) (words string, ok bool) {
	o := c.origin()
	if o == (origin{}) {
		return "", true
	}
	h, err := n.home(ctx)
	if err != nil {
		n.opt.Log.Warn("a press cannot be taken: slack does not say which workspace is ours", "err", err)
		return n.lang(c).Text("slack.unknown_home"), false
	}
	from := or(o.userTeam, o.team)
	switch {
	case h.app != "" && o.app != "" && o.app != h.app:
		n.foreign(fmt.Sprintf("it is for the app %s, and this is %s", o.app, h.app))
		return "", false
	case h.team == "", from == "", from == h.team, from == h.org && h.org != "", n.opt.Outsiders:
		return "", true
	}
	n.foreign(fmt.Sprintf("it is from the workspace %s, and this is %s", from, h.team))
	return n.lang(c).Text("slack.outsider"), false
}

// colleague reports whether a complaint can be given to a person: whose presses would be refused, or
// never come, would hold it until its deadline. Where Slack does not say, it can.
func (n *Notifier) colleague(ctx context.Context, id string) bool {
	who, ok := n.people.profile(ctx, id)
	h, err := n.home(ctx)
	switch {
	case !ok || err != nil:
		return true
	case who.nobody:
		return false
	}
	return n.opt.Outsiders || h.team == "" || who.team == "" || who.team == h.team || who.org != "" && who.org == h.org
}

// foreign writes a refused press into the log, now and then: whoever shares a channel may
// press as often as they like.
func (n *Notifier) foreign(why string) {
	if n.forged.Allow() {
		n.opt.Log.Warn("a press in slack is refused", "why", why)
	}
}
