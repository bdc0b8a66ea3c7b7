package slack

import (
	"cmp"
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

// workspace is the workspace and the app that the bot token is for.
type workspace struct {
	team string
	org  string // of an Enterprise Grid; empty without one
	app  string // empty when Slack does not say
}

// ownWorkspace is asked for once. It is safe for concurrent use.
type ownWorkspace struct {
	mu    sync.Mutex // held while Slack is asked
	known bool
	is    workspace
}

// workspace returns the one of the bot token. What stands for Slack and does not know the question
// has none, and every press is good there.
func (n *Notifier) workspace(ctx context.Context) (workspace, error) {
	n.own.mu.Lock()
	defer n.own.mu.Unlock()
	if n.own.known {
		return n.own.is, nil
	}
	who, err := n.api.AuthTestContext(ctx)
	if err = n.sort("auth.test", "", err); err != nil {
		var refused *alerts.RefusedError
		if errors.As(err, &refused) && refused.Code == "unknown_method" {
			n.own.known = true
			return workspace{}, nil
		}
		return workspace{}, err
	}
	ours := workspace{team: who.TeamID, org: who.EnterpriseID}
	if who.BotID != "" {
		bot, err := n.api.GetBotInfoContext(ctx, api.GetBotInfoParameters{Bot: who.BotID})
		var refused *alerts.RefusedError
		switch err = n.sort("bots.info", "", err); {
		case err == nil:
			ours.app = bot.AppID
		case !errors.As(err, &refused): // a permission that is missing will not come; a network will
			return workspace{}, err
		}
	}
	n.own.known, n.own.is = true, ours
	return ours, nil
}

// admit says whether a press may be decided; if not, what to tell the person, which is
// nothing for a press that is meant for another app.
func (n *Notifier) admit(ctx context.Context, c click) (words string, ok bool) {
	o := c.origin()
	if o == (origin{}) {
		return "", true
	}
	ours, err := n.workspace(ctx)
	if err != nil {
		n.opt.Log.Warn("a press cannot be taken: slack does not say which workspace is ours", "err", err)
		return n.lang(c).Text("slack.unknown_home"), false
	}
	from := cmp.Or(o.userTeam, o.team)
	switch {
	case ours.app != "" && o.app != "" && o.app != ours.app:
		n.foreign(fmt.Sprintf("it is for the app %s, and this is %s", o.app, ours.app))
		return "", false
	case ours.team == "", from == "", from == ours.team, from == ours.org && ours.org != "", n.opt.Outsiders:
		return "", true
	}
	if ours.org != "" { // of a channel that several of its workspaces share the press names the one of who pressed
		if who, ok := n.people.profile(ctx, c.User.ID); ok && who.org == ours.org {
			return "", true
		}
	}
	n.foreign(fmt.Sprintf("it is from the workspace %s, and this is %s", from, ours.team))
	return n.lang(c).Text("slack.outsider"), false
}

// colleague reports whether a complaint can be given to a person: whose presses would be refused, or
// never come, would hold it until its deadline. Where Slack does not say, it can.
func (n *Notifier) colleague(ctx context.Context, id string) bool {
	who, ok := n.people.profile(ctx, id)
	ours, err := n.workspace(ctx)
	switch {
	case !ok || err != nil:
		return true
	case who.nobody:
		return false
	}
	return n.opt.Outsiders || ours.team == "" || who.team == "" || who.team == ours.team || who.org != "" && who.org == ours.org
}

// foreign writes a refused press into the log, now and then: whoever shares a channel may
// press as often as they like.
func (n *Notifier) foreign(why string) {
	if n.forged.Allow() {
		n.opt.Log.Warn("a press in slack is refused", "why", why)
	}
}
