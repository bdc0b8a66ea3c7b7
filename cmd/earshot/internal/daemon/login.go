package daemon

import (
	"context"
	"errors"
	"net/http"

	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/web"
	"github.com/earshot/earshot/web/auth"
)

// newAuth is who may see the pages; nil when there are none. What providers there are is
// taken at the start.
func (d *Daemon) newAuth(cfg *config.Config) (*auth.Auth, error) {
	w := cfg.Web
	if w.Listen == "" || !w.Inbox {
		return nil, nil
	}
	opt := auth.Options{
		Sessions:    d.store,
		PublicURL:   w.PublicURL,
		Slack:       auth.Client{ID: w.Login.Slack.ClientID, Secret: w.Login.Slack.ClientSecret.Reveal()},
		Team:        w.Login.Slack.Team,
		OIDC:        auth.Client{Issuer: w.Login.OIDC.Issuer, ID: w.Login.OIDC.ClientID, Secret: w.Login.OIDC.ClientSecret.Reveal()},
		Allow:       w.Login.OIDC.Allow,
		ProxyHeader: w.Proxy.Header,
		Proxies:     w.Proxy.From,
		HTTP:        outgoing(),
		Catalog:     d.texts,
		Lang:        func() string { return d.config().Language },
		Log:         d.log,
		Now:         d.now,
	}
	if cfg.Slack.BotToken.IsSet() {
		opt.Directory = directory{d.notifiers}
	}
	return auth.New(opt)
}

// rolesOf are the roles of the watchlist in use, for every door.
func (d *Daemon) rolesOf() auth.Rules {
	r := d.config().Web.Roles
	return auth.Rules{Mute: d.persons(r.Mute), Dismiss: d.persons(r.Dismiss), Reply: d.persons(r.Reply), Sources: d.persons(r.Sources)}
}

// persons is a list of those who may with the people of its user groups in their place. A list stays one: that
// nobody is in it, or Slack has not said who yet, lets nobody, and none at all lets everybody.
func (d *Daemon) persons(list []string) []string {
	if list == nil {
		return nil
	}
	out := make([]string, 0, len(list))
	for _, who := range list {
		if config.IsGroup(who) {
			out = append(out, d.notifiers.members(who)...)
		} else {
			out = append(out, who)
		}
	}
	return out
}

// lists reports whether a list of those who may names a person, for every door.
func (d *Daemon) lists(list []string, p mention.Person, email string) bool {
	return auth.Names(d.persons(list), p, email)
}

// slackRoles is what a person may do in Slack: what the inbox would let them.
func (d *Daemon) slackRoles(p mention.Person, email string) slack.Roles {
	return slack.Roles(d.rolesOf().Of(p, email))
}

// inboxWho is who auth knows, for the inbox, and what they may do there.
func (d *Daemon) inboxWho(a *auth.Auth) web.Who {
	if a == nil {
		return nil
	}
	return func(r *http.Request) (web.Person, bool) {
		p, email, ok := a.Who(r)
		roles := d.rolesOf().Of(p, email)
		may := func(action mention.Action) bool {
			return action.Verb != mention.Dismiss || roles.Dismiss && (action.Reason != mention.MutedAuthor || roles.Mute)
		}
		return web.Person{Person: p, Email: email, May: may, Sources: roles.Sources, Reply: roles.Reply,
			Listed: func(list []string) bool { return d.lists(list, p, email) }}, ok
	}
}

// sessionOf is in which session a request comes; none where nobody signs in.
func sessionOf(a *auth.Auth) func(*http.Request) ([32]byte, bool) {
	return func(r *http.Request) (hash [32]byte, ok bool) {
		if a == nil {
			return hash, false
		}
		return a.Current(r)
	}
}

// directory is the Slack of the watchlist in use.
type directory struct{ n *notifiers }

var errNoSlack = errors.New("the watchlist in use has no slack.bot_token")

// Team implements auth.Directory.
func (d directory) Team(ctx context.Context) (string, error) {
	if s := d.n.slackInUse(); s != nil {
		return s.Team(ctx)
	}
	return "", errNoSlack
}

// PersonByEmail implements auth.Directory.
func (d directory) PersonByEmail(ctx context.Context, email string) (mention.Person, error) {
	if s := d.n.slackInUse(); s != nil {
		return s.PersonByEmail(ctx, email)
	}
	return mention.Person{}, errNoSlack
}

// Person implements auth.Directory.
func (d directory) Person(ctx context.Context, id, otherwise string) mention.Person {
	if s := d.n.slackInUse(); s != nil {
		return s.Person(ctx, id, otherwise)
	}
	return mention.Person{ID: "slack:" + id, Name: otherwise}
}
