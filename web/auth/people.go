package auth

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/time/rate"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Rules say who may what: e-mail addresses, Slack ids (U…) or ids of persons. A list that is
// nil means everybody who is signed in, an empty one nobody.
type Rules struct{ Mute, Dismiss, Reply, Sources []string }

// Roles are what one person may do beside claiming and answering.
type Roles struct {
	Mute    bool // silence an author
	Dismiss bool
	Reply   bool // send replies from earshot
	Sources bool // see the sources, and poll them
}

// Of returns what a person may do; email is empty where it is not known.
func (r Rules) Of(p mention.Person, email string) Roles {
	may := func(list []string) bool { return list == nil || Names(list, p, email) }
	return Roles{Mute: may(r.Mute), Dismiss: may(r.Dismiss), Reply: may(r.Reply), Sources: may(r.Sources)}
}

// Names says whether a list names a person, by e-mail address, Slack id or id of the person.
func Names(list []string, p mention.Person, email string) bool {
	return slices.ContainsFunc(list, func(entry string) bool {
		return entry == p.ID || "slack:"+entry == p.ID || email != "" && text.SameButCase(entry, email)
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

// How many verbs one person may press. Hands are slower; one press may be about many cases.
const (
	verbsPerSecond = 5
	verbsAtOnce    = 30
	maxPressing    = 4096
)

// verbLimits hold a bucket for each person who pressed something lately.
type verbLimits struct {
	mu sync.Mutex
	by map[string]*rate.Limiter
}

func (l *verbLimits) allow(person string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.by == nil || len(l.by) >= maxPressing {
		l.by = map[string]*rate.Limiter{}
	}
	if l.by[person] == nil {
		l.by[person] = rate.NewLimiter(verbsPerSecond, verbsAtOnce)
	}
	return l.by[person].Allow()
}
