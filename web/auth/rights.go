package auth

import (
	"slices"
	"sync"

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
