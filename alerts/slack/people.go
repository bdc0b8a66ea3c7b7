package slack

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/internal/text"
)

// people knows those who click, for a while.
type people struct {
	api *api.Client
	now func() time.Time

	mu   sync.Mutex
	kept map[string]entry // by the person's id
}

// entry is what is kept of a person.
type entry struct {
	who   profile
	ok    bool // Slack said it
	until time.Time
}

// profile is what Slack says of a person; fields are empty where it does not.
type profile struct {
	name   string // as colleagues know them
	email  string // needs the permission users:read.email
	locale string // of their Slack: "uk-UA"
	team   string // their workspace
	org    string // of an Enterprise Grid
	nobody bool   // an app, or deactivated: can have no complaint
}

// known is how long profiles are kept, unknown how long it is kept that there is none, and
// passing that Slack could not be asked: people are told to press again in a moment.
const (
	known   = time.Hour
	unknown = 5 * time.Minute
	passing = 10 * time.Second
	// lookup bounds asking Slack for a profile: a click must not wait for it.
	lookup = 700 * time.Millisecond
	// maxKept bounds how many profiles are kept: a workspace's people, not a stream of invented ids.
	maxKept = 5000
)

func newPeople(client *api.Client, now func() time.Time) *people {
	return &people{api: client, now: now, kept: make(map[string]entry)}
}

// name returns how colleagues know a person; otherwise when Slack does not say.
func (p *people) name(ctx context.Context, id, otherwise string) string {
	who, _ := p.profile(ctx, id)
	return cmp.Or(who.name, otherwise)
}

// profile returns what Slack says of a person. ok is false where it could not be asked,
// which is remembered for a while.
func (p *people) profile(ctx context.Context, id string) (who profile, ok bool) {
	p.mu.Lock()
	e := p.kept[id]
	p.mu.Unlock()
	if e.until.After(p.now()) {
		return e.who, e.ok
	}
	ctx, cancel := context.WithTimeout(ctx, lookup)
	defer cancel()
	u, err := p.api.GetUserInfoContext(ctx, id)
	if err != nil {
		p.keep(id, entry{until: p.now().Add(failedFor(err))})
		return profile{}, false
	}
	name := cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name)
	who = profile{name: text.Line(name, maxName), email: u.Profile.Email, locale: u.Locale, team: u.TeamID, org: u.Enterprise.EnterpriseID,
		nobody: u.Deleted || u.IsBot || u.ID == "USLACKBOT"}
	p.keep(id, entry{who: who, ok: true, until: p.now().Add(known)})
	return who, true
}

func (p *people) keep(id string, e entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.kept) >= maxKept {
		clear(p.kept)
	}
	p.kept[id] = e
}

// failedFor is how long a failure to ask for a profile is remembered.
func failedFor(err error) time.Duration {
	var said api.SlackErrorResponse
	var limited *api.RateLimitedError
	switch {
	case errors.As(err, &limited):
		return min(max(limited.RetryAfter, passing), unknown)
	case errors.As(err, &said) && !unsure[said.Err]:
		return unknown
	}
	return passing
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
