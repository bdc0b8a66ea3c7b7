package slack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	api "github.com/slack-go/slack"
)

// Whom a message pings is looked up in the background, at the start, when the watchlist
// changes, and now and then: never in an attempt, which has better things to do than to
// read the list of everybody in a large workspace.

const (
	// namesAgain and unknownAgain are when people are looked up anew: they come and go.
	namesAgain, unknownAgain = time.Hour, 15 * time.Minute
	// namesFailed is the wait after a search that broke off.
	namesFailed = time.Minute
	// nameGrace is how long after a start or a reload a message waits for the first
	// search: better a little later than without a ping.
	nameGrace = 3 * time.Second
	// usersPage is the most that users.list gives at once.
	usersPage = 1000
)

// names knows the ids of the people and groups that the watchlist names.
type names struct {
	now     func() time.Time
	changed chan struct{} // holds one when wanted changed

	mu     sync.Mutex
	wanted []string
	ids    map[string]string // by wanted name; empty when nobody is called so
	found  chan struct{}     // closed when all wanted names were looked for once
	grace  time.Time         // when nobody waits for found any more
}

func newNames(now func() time.Time) *names {
	n := &names{now: now, changed: make(chan struct{}, 1), ids: map[string]string{}, found: make(chan struct{})}
	close(n.found)
	return n
}

// want says which names to know; those that need no search are left out.
func (n *names) want(all []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	wanted := searched(all)
	if slices.Equal(wanted, n.wanted) {
		return
	}
	fresh := slices.ContainsFunc(wanted, func(name string) bool { _, ok := n.ids[name]; return !ok })
	n.wanted = wanted
	if fresh {
		n.found, n.grace = make(chan struct{}), n.now().Add(nameGrace)
	}
	select {
	case n.changed <- struct{}{}:
	default:
	}
}

// take returns the wanted names for a search.
func (n *names) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	select {
	case <-n.changed:
	default:
	}
	return n.wanted
}

// learn takes what a search for the wanted names found, all of it or a part.
func (n *names) learn(wanted []string, ids map[string]string, all bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !slices.Equal(wanted, n.wanted) {
		return // changed meanwhile: the next search is under way
	}
	if all {
		n.ids = ids
	} else {
		maps.Copy(n.ids, ids) // who was known before is not forgotten for a bad moment
	}
	select {
	case <-n.found:
	default:
		close(n.found)
	}
}

// ping is whom notify means. A name that nobody has is said in plain words.
func (n *names) ping(notify string) ping {
	name := strings.TrimSpace(notify)
	switch bare := strings.TrimPrefix(name, "@"); {
	case bare == "":
		return ping{}
	case isID(bare, 'U', 'W'):
		return ping{user: bare}
	case isID(bare, 'S'):
		return ping{group: bare}
	}
	n.mu.Lock()
	id := n.ids[name]
	n.mu.Unlock()
	switch {
	case isID(id, 'S'):
		return ping{group: id}
	case id != "":
		return ping{user: id}
	}
	return ping{name: notify}
}

// await waits for the first search of a name, at most until its grace has passed.
func (n *names) await(ctx context.Context, notify string) {
	n.mu.Lock()
	found, left := n.found, n.grace.Sub(n.now())
	_, known := n.ids[strings.TrimSpace(notify)]
	wanted := slices.Contains(n.wanted, strings.TrimSpace(notify))
	n.mu.Unlock()
	if known || !wanted || left <= 0 {
		return
	}
	timer := time.NewTimer(min(left, nameGrace))
	defer timer.Stop()
	select {
	case <-found:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// searched returns the names that only Slack can tell, each once, sorted.
func searched(all []string) []string {
	var out []string
	for _, name := range all {
		name = strings.TrimSpace(name)
		if bare := strings.TrimPrefix(name, "@"); bare != "" && !isID(bare, 'U', 'W', 'S') {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Names says whom messages will name (notify:). Run looks them up in the background; a
// second call replaces the first.
func (n *Notifier) Names(notify []string) { n.names.want(notify) }

// UnknownNames looks the names up now and returns those that are nobody in the
// workspace. After an error the others may not have been looked for.
func (n *Notifier) UnknownNames(ctx context.Context, notify []string) ([]string, error) {
	wanted := searched(notify)
	ids, err := n.lookUp(ctx, wanted)
	return unknownOf(wanted, ids), err
}

func unknownOf(wanted []string, ids map[string]string) []string {
	return slices.DeleteFunc(slices.Clone(wanted), func(name string) bool { return ids[name] != "" })
}

// watchNames looks the wanted names up until ctx ends.
func (n *Notifier) watchNames(ctx context.Context) {
	said := ""
	for {
		wanted := n.names.take()
		again := namesAgain
		ids, err := n.lookUp(ctx, wanted)
		if ctx.Err() != nil {
			return
		}
		n.names.learn(wanted, ids, err == nil)
		trouble := nobody(unknownOf(wanted, ids), err)
		switch {
		case err != nil:
			again = namesFailed
		case trouble != nil:
			again = unknownAgain
		}
		if now := fmt.Sprint(trouble); now != said {
			said = now
			n.opt.Unknown(trouble)
			if trouble != nil {
				n.opt.Log.Warn("messages name somebody and ping nobody", "err", trouble)
			}
		}
		timer := time.NewTimer(again)
		select {
		case <-ctx.Done():
		case <-n.names.changed:
		case <-timer.C:
		}
		timer.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// nobody says which names ping nobody, and why; nil when there are none.
func nobody(unknown []string, err error) error {
	if len(unknown) == 0 {
		return nil
	}
	for i, name := range unknown {
		unknown[i] = strconv.Quote(name)
	}
	list := strings.Join(unknown, ", ")
	if err != nil {
		return fmt.Errorf("notify: %s cannot be looked up, so nobody is pinged: %w", list, err)
	}
	return fmt.Errorf("notify: nobody in this Slack workspace is called %s, so nobody is pinged: write the handle of a person or a user group, an e-mail address, or an id", list)
}

// lookUp finds the ids of names: of user groups, of e-mail addresses, then among all
// people, and no further than needed. After an error it returns what it has.
func (n *Notifier) lookUp(ctx context.Context, wanted []string) (map[string]string, error) {
	ids := make(map[string]string, len(wanted))
	handles := make(map[string]string) // lower case, without @: the name as it was written
	var failed error
	for _, name := range wanted {
		ids[name] = ""
		bare := strings.TrimPrefix(name, "@")
		if !strings.Contains(bare, "@") {
			handles[strings.ToLower(bare)] = name
			continue
		}
		id, err := n.byEmail(ctx, bare)
		failed = errors.Join(failed, err)
		ids[name] = id
	}
	if len(handles) == 0 {
		return ids, failed
	}
	groupsErr := n.groups(ctx, handles, ids)
	usersErr := n.users(ctx, handles, ids)
	if len(unknownOf(wanted, ids)) > 0 { // an error matters only while somebody is missing
		failed = errors.Join(failed, groupsErr, usersErr)
	}
	return ids, failed
}

// byEmail returns the id of who has the address; empty for nobody.
func (n *Notifier) byEmail(ctx context.Context, address string) (id string, err error) {
	err = patient(ctx, func() error {
		u, err := n.api.GetUserByEmailContext(ctx, address)
		if err == nil && !u.Deleted {
			id = u.ID
		}
		return err
	})
	var said api.SlackErrorResponse
	if errors.As(err, &said) && said.Err == "users_not_found" {
		return "", nil
	}
	return id, n.sort("users.lookupByEmail", "", err)
}

// groups looks for the handles among the user groups.
func (n *Notifier) groups(ctx context.Context, handles, ids map[string]string) error {
	var all []api.UserGroup
	err := patient(ctx, func() (err error) {
		all, err = n.api.GetUserGroupsContext(ctx)
		return err
	})
	for _, g := range all {
		if name, ok := handles[strings.ToLower(g.Handle)]; ok {
			ids[name] = g.ID
		}
	}
	return n.sort("usergroups.list", "", err)
}

// users looks for the handles that are no group's among the people. A handle counts
// before the name that somebody shows, which is not unique.
func (n *Notifier) users(ctx context.Context, handles, ids map[string]string) error {
	missing := make(map[string]string)
	for handle, name := range handles {
		if ids[name] == "" {
			missing[handle] = name
		}
	}
	page := n.api.GetUsersPaginated(api.GetUsersOptionLimit(usersPage))
	for len(missing) > 0 {
		err := patient(ctx, func() (err error) {
			page, err = page.Next(ctx)
			return err
		})
		if page.Done(err) {
			return nil
		}
		if err != nil {
			return n.sort("users.list", "", err)
		}
		for _, u := range page.Users {
			if u.Deleted {
				continue
			}
			if name, ok := missing[strings.ToLower(u.Profile.DisplayName)]; ok && ids[name] == "" {
				ids[name] = u.ID
			}
			handle := strings.ToLower(u.Name)
			if name, ok := missing[handle]; ok {
				ids[name] = u.ID
				delete(missing, handle)
			}
		}
	}
	return nil
}

// patient calls do again for as long as Slack asks for silence.
func patient(ctx context.Context, do func() error) error {
	for {
		err := do()
		var limited *api.RateLimitedError
		if !errors.As(err, &limited) {
			return err
		}
		if !sleep(ctx, silence(limited)) {
			return ctx.Err()
		}
	}
}
