package slack

import (
	"context"
	"strings"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// Roles are what one person may do beside claiming and answering.
type Roles struct {
	Mute    bool // silence an author
	Dismiss bool
	Reply   bool // change the reply templates of all
	Sources bool // see how the sources stand, and pause them
}

// everything is for those whom no list leaves out.
var everything = Roles{Mute: true, Dismiss: true, Reply: true, Sources: true}

// may says what a person may do. Slack is asked for the e-mail address only where the id
// alone does not allow everything; known is false when it could not be asked then.
func (n *Notifier) may(ctx context.Context, p mention.Person) (roles Roles, known bool) {
	if n.opt.Roles == nil {
		return everything, true
	}
	if roles = n.opt.Roles(p, ""); roles == everything {
		return roles, true
	}
	who, known := n.people.profile(ctx, strings.TrimPrefix(p.ID, "slack:"))
	if who.email == "" {
		return roles, known
	}
	return n.opt.Roles(p, who.email), true
}

// refusal says in words why a person may not do something; the zero value: they may.
type refusal struct {
	words   string
	passing bool // Slack or the database could not be asked: a moment later they may
}

// denied is the refusal of what a role or a list does not allow, as far as Slack said who it is.
func denied(l i18n.Lang, known bool) refusal {
	if known {
		return refusal{words: l.Text("press.may_not")}
	}
	return refusal{l.Text("slack.unknown_role"), true}
}

// refuses says why a person may not do what the role allows.
func (n *Notifier) refuses(ctx context.Context, l i18n.Lang, p mention.Person, allowed func(Roles) bool) refusal {
	roles, known := n.may(ctx, p)
	if allowed(roles) {
		return refusal{}
	}
	return denied(l, known)
}

// replies is what answering and changing templates need.
func (r Roles) replies() bool { return r.Reply }

// allows reports whether the roles allow an action of the desk, as the inbox does.
func (r Roles) allows(a mention.Action) bool {
	return a.Verb != mention.Dismiss || r.Dismiss && (a.Reason != mention.MutedAuthor || r.Mute)
}
