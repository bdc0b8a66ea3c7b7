package slack

import (
	"context"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/internal/text"
)

// people knows the names of those who click, for a while.
type people struct {
	api *api.Client
	now func() time.Time
	box cache
}

// known is how long names are kept, unknown how long it is kept that there is none.
const (
	known   = time.Hour
	unknown = 5 * time.Minute
	// lookup bounds asking Slack for a name: a click must not wait for it.
	lookup = 700 * time.Millisecond
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
