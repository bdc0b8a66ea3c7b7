package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// maxName bounds names and addresses.
const maxName = 200

// fromSlack is the person of our own workspace.
func (a *Auth) fromSlack(ctx context.Context, c claims) (visitor, *refusal) {
	team, err := a.team(ctx)
	switch {
	case err != nil:
		return visitor{}, noAnswer("Slack", err)
	case c.SlackID == "" || c.TeamID != team:
		return visitor{}, &refusal{http.StatusForbidden, "login.failed_team", nil, fmt.Errorf("the account is of the workspace %q, and ours is %q", c.TeamID, team)}
	}
	v := visitor{person: mention.Person{ID: "slack:" + c.SlackID, Name: cmp.Or(text.Line(c.Name, maxName), c.SlackID)}}
	if a.opt.Directory != nil {
		v.person = a.opt.Directory.Person(ctx, c.SlackID, v.person.Name)
	}
	if c.Verified {
		v.email = c.Email
	}
	return v, nil
}

// team is our workspace.
func (a *Auth) team(ctx context.Context) (string, error) {
	if a.opt.Team != "" {
		return a.opt.Team, nil
	}
	if a.opt.Directory == nil {
		return "", errors.New("which Slack workspace is ours is not known: web.login.slack.team")
	}
	team, err := a.opt.Directory.Team(ctx)
	if err == nil && team == "" {
		err = errors.New("slack does not say which workspace is ours: web.login.slack.team")
	}
	return team, err
}

// fromOIDC is a person whose e-mail address is proved: the one of our Slack who has it, or
// else one whom Allow lets in.
func (a *Auth) fromOIDC(ctx context.Context, subject string, c claims) (visitor, *refusal) {
	if c.Email == "" || !bool(c.Verified) || len(c.Email) > maxName {
		return visitor{}, &refusal{http.StatusForbidden, "login.failed_email", nil, nil}
	}
	stranger := &refusal{http.StatusForbidden, "login.failed_person", []any{"email", c.Email}, nil}
	if !a.listed(c.Email) {
		return visitor{}, stranger
	}
	if a.opt.Directory != nil {
		p, err := a.opt.Directory.PersonByEmail(ctx, c.Email)
		switch {
		case err == nil:
			return visitor{person: p, email: c.Email}, nil
		case !errors.Is(err, mention.ErrNotFound): // another id would make two of one person
			return visitor{}, noAnswer("Slack", err)
		}
	}
	if len(a.opt.Allow) == 0 {
		return visitor{}, stranger
	}
	return visitor{person: mention.Person{ID: "oidc:" + subject, Name: cmp.Or(text.Line(c.Name, maxName), text.Line(c.Handle, maxName), c.Email)}, email: c.Email}, nil
}

// listed reports whether Allow lets an address in, or says nothing.
func (a *Auth) listed(email string) bool {
	return len(a.opt.Allow) == 0 || allowed(a.opt.Allow, email)
}

// allowed reports whether a list of addresses and @domains has an address.
func allowed(list []string, email string) bool {
	at := strings.LastIndexByte(email, '@')
	return at > 0 && slices.ContainsFunc(list, func(entry string) bool {
		return text.SameButCase(entry, email) || strings.HasPrefix(entry, "@") && text.SameButCase(entry, email[at:])
	})
}

// proxied is the person whom a proxy of ours let in. The header counts from no one else.
func (a *Auth) proxied(r *http.Request) (visitor, bool) {
	if a.opt.ProxyHeader == "" {
		return visitor{}, false
	}
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !slices.ContainsFunc(a.opt.Proxies, func(n netip.Prefix) bool { return n.Contains(peer.Addr().Unmap()) }) {
		return visitor{}, false
	}
	said := r.Header.Values(a.opt.ProxyHeader)
	if len(said) != 1 { // two: one of them is not the proxy's
		return visitor{}, false
	}
	name := strings.TrimSpace(said[0])
	if name == "" || len(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }) {
		return visitor{}, false
	}
	v := visitor{person: mention.Person{ID: "proxy:" + name, Name: name}, proxy: true}
	if strings.Contains(name, "@") {
		v.email = name
		if a.opt.Directory != nil {
			v.person = a.people.person(r.Context(), a.opt.Directory, name, v.person, a.opt.Now())
		}
	}
	return v, true
}

// joined remembers who in Slack has an e-mail address: a proxy says it with every request.
type joined struct {
	mu    sync.Mutex
	known map[string]joint
}

type joint struct {
	person mention.Person
	until  time.Time // then Slack is asked again
}

const (
	joinedFor  = time.Hour
	joinFailed = 5 * time.Minute
	// joinWithin bounds asking Slack in the middle of a request.
	joinWithin = 2 * time.Second
	maxJoined  = 4096
)

// person is who in Slack has the address, or otherwise. While Slack cannot be asked, who was
// known stays so.
func (j *joined) person(ctx context.Context, dir Directory, email string, otherwise mention.Person, now time.Time) mention.Person {
	j.mu.Lock()
	before, ok := j.known[email]
	j.mu.Unlock()
	if ok && now.Before(before.until) {
		return before.person
	}
	ctx, cancel := context.WithTimeout(ctx, joinWithin)
	defer cancel()
	next := joint{until: now.Add(joinedFor)}
	var err error
	switch next.person, err = dir.PersonByEmail(ctx, email); {
	case errors.Is(err, mention.ErrNotFound):
		next.person = otherwise
	case err != nil && ok:
		next = joint{before.person, now.Add(joinFailed)}
	case err != nil:
		return otherwise
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.known == nil || len(j.known) >= maxJoined {
		j.known = map[string]joint{}
	}
	j.known[email] = next
	return next.person
}
