package slack

import (
	"context"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/internal/text"
)

// people knows who is who, for a while: the names of those who click, and the
// ids of those a route names.
type people struct {
	api *api.Client
	now func() time.Time
	box cache
}

// known is how long names and ids are kept, unknown how long it is kept that
// there are none.
const (
	known   = time.Hour
	unknown = 5 * time.Minute
	// lookup bounds asking Slack for a name: a click must not wait for it.
	lookup = 700 * time.Millisecond
	// lookupAll bounds asking for everybody.
	lookupAll = 3 * time.Second
)

func newPeople(client *api.Client, now func() time.Time) *people {
	return &people{api: client, now: now, box: cache{entries: make(map[string]entry)}}
}

// name returns how colleagues know a person; otherwise when Slack does not say.
func (p *people) name(ctx context.Context, id, otherwise string) string {
	if name, ok := p.box.get("name "+id, p.now()); ok {
		return or(name, otherwise)
	}
	ctx, cancel := context.WithTimeout(ctx, lookup)
	defer cancel()
	u, err := p.api.GetUserInfoContext(ctx, id)
	if err != nil {
		p.box.put("name "+id, "", p.now().Add(unknown))
		return otherwise
	}
	name := or(u.Profile.DisplayName, or(u.Profile.RealName, or(u.RealName, u.Name)))
	name = text.Line(name, maxName)
	p.box.put("name "+id, name, p.now().Add(known))
	return or(name, otherwise)
}

// ping finds out who notify ("@oncall-pr", "U0123", "S0123") is. Who cannot be
// found is named in plain words.
func (p *people) ping(ctx context.Context, notify string) ping {
	name, at := strings.CutPrefix(strings.TrimSpace(notify), "@")
	switch {
	case name == "":
		return ping{}
	case isID(name, 'U', 'W'):
		return ping{user: name}
	case isID(name, 'S'):
		return ping{group: name}
	case !at:
		return ping{name: notify}
	}
	id, ok := p.box.get("ping "+name, p.now())
	if !ok {
		id = p.find(ctx, name)
		keep := known
		if id == "" {
			keep = unknown
		}
		p.box.put("ping "+name, id, p.now().Add(keep))
	}
	switch {
	case isID(id, 'S'):
		return ping{group: id}
	case id != "":
		return ping{user: id}
	}
	return ping{name: notify}
}

// find looks among the user groups, then among the people.
func (p *people) find(ctx context.Context, name string) string {
	ctx, cancel := context.WithTimeout(ctx, lookupAll)
	defer cancel()
	groups, err := p.api.GetUserGroupsContext(ctx)
	if err == nil {
		for _, g := range groups {
			if strings.EqualFold(g.Handle, name) {
				return g.ID
			}
		}
	}
	users, err := p.api.GetUsersContext(ctx, api.GetUsersOptionLimit(200))
	if err != nil {
		return ""
	}
	for _, u := range users {
		if !u.Deleted && (strings.EqualFold(u.Name, name) || strings.EqualFold(u.Profile.DisplayName, name)) {
			return u.ID
		}
	}
	return ""
}

// isID reports whether s is a Slack id that begins with one of the letters.
func isID(s string, letters ...byte) bool {
	if len(s) < 8 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	for _, l := range letters {
		if s[0] == l {
			return true
		}
	}
	return false
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
