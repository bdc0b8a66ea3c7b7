package slack

import (
	"cmp"
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

	"github.com/earshot/earshot/alerts"
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

// found is what a search for names found.
type found struct {
	ids     map[string]string   // by name; empty when nobody is called so
	members map[string][]string // of groups of those who may, by name: ids
	gone    map[string]string   // by name: why nobody is pinged, or may; a key of the catalogue; none for who is there
}

func (f found) unknown(wanted []string) []string {
	return slices.DeleteFunc(slices.Clone(wanted), func(name string) bool { return f.gone[name] == "" })
}

// names knows the ids of the people and groups that the watchlist names.
type names struct {
	now     func() time.Time
	changed chan struct{} // holds one when wanted changed

	mu      sync.Mutex
	wanted  []string
	groups  []string            // of those who may
	ids     map[string]string   // by wanted name; empty when nobody is called so
	members map[string][]string // by group: ids
	found   chan struct{}       // closed when all wanted names were looked for once
	grace   time.Time           // when nobody waits for found any more
}

func newNames(now func() time.Time) *names {
	n := &names{now: now, changed: make(chan struct{}, 1), ids: map[string]string{}, members: map[string][]string{}, found: make(chan struct{})}
	close(n.found)
	return n
}

// want says which names to know, and of which groups who is in them.
func (n *names) want(all, groups []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	wanted, groups := searched(all), searched(groups)
	if slices.Equal(wanted, n.wanted) && slices.Equal(groups, n.groups) {
		return
	}
	fresh := slices.ContainsFunc(wanted, func(name string) bool { _, ok := n.ids[name]; return !ok })
	n.wanted, n.groups = wanted, groups
	if fresh {
		n.found, n.grace = make(chan struct{}), n.now().Add(nameGrace)
	}
	select {
	case n.changed <- struct{}{}:
	default:
	}
}

// take returns the wanted names and groups for a search.
func (n *names) take() (wanted, groups []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	select {
	case <-n.changed:
	default:
	}
	return n.wanted, n.groups
}

// learn takes what a search for the wanted names and groups found, all of it or a part.
func (n *names) learn(wanted, groups []string, f found, all bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !slices.Equal(wanted, n.wanted) || !slices.Equal(groups, n.groups) {
		return // changed meanwhile: the next search is under way
	}
	if all {
		n.ids, n.members = f.ids, f.members
	} else { // who was known before is not forgotten for a bad moment
		maps.Copy(n.ids, f.ids)
		maps.Copy(n.members, f.members)
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
	known = known || isID(strings.TrimPrefix(strings.TrimSpace(notify), "@"), 'U', 'W', 'S')
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

// searched returns the names, each once, sorted. An id is one of them: who has it may have left.
func searched(all []string) []string {
	var out []string
	for _, name := range all {
		name = strings.TrimSpace(name)
		if strings.TrimPrefix(name, "@") != "" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Names says whom messages will name (notify:), and the groups of those who may something (Members). Run
// looks them up in the background; a second call replaces the first.
func (n *Notifier) Names(notify, groups []string) { n.names.want(notify, groups) }

// Members are the ids of the people in a user group that Names asked for, as of the last hour; none
// before the first search, and of a group that there is not.
func (n *Notifier) Members(group string) []string {
	n.names.mu.Lock()
	defer n.names.mu.Unlock()
	return n.names.members[group]
}

// watchNames looks the wanted names up until ctx ends.
func (n *Notifier) watchNames(ctx context.Context) {
	said := ""
	for {
		wanted, groups := n.names.take()
		again := namesAgain
		f, err := n.lookUp(ctx, wanted, groups)
		if ctx.Err() != nil {
			return
		}
		n.names.learn(wanted, groups, f, err == nil)
		trouble := f.nobody(searched(slices.Concat(wanted, groups)), err)
		switch {
		case err != nil:
			again = namesFailed
		case trouble != nil:
			again = unknownAgain
		}
		var refused *alerts.RefusedError
		unknown := errors.As(err, &refused) && deadToken[refused.Code] // what is wrong is the token, and told of it
		if now := fmt.Sprint(trouble); now != said && !unknown {
			said = now
			n.opt.Unknown(trouble)
			if trouble != nil {
				n.opt.Log.Warn("a name in the watchlist does nothing in Slack", "err", trouble)
			}
		}
		if !wait(ctx, again, n.names.changed) {
			return
		}
	}
}

// nobody says which names ping nobody, or let nobody do anything, and why; nil when there are none.
func (f found) nobody(wanted []string, err error) error {
	unknown := f.unknown(wanted)
	if len(unknown) == 0 {
		return nil
	}
	by := map[string][]string{}
	for _, name := range unknown {
		by[f.gone[name]] = append(by[f.gone[name]], strconv.Quote(name))
	}
	part := &alerts.PartError{Who: strings.Join(unknown, ", ")}
	for _, key := range slices.Sorted(maps.Keys(by)) {
		list := strings.Join(by[key], ", ")
		switch {
		case err != nil && key == wayNobody:
			return fmt.Errorf("notify: %s cannot be looked up, so nobody is pinged: %w", list, err)
		case err != nil && key == wayNoGroup:
			return fmt.Errorf("roles and allow: who is in %s cannot be looked up: %w", list, err)
		}
		part.Each = append(part.Each, &alerts.Advice{Key: key, Pairs: []any{"name", list}})
	}
	return part
}

// Why nobody is pinged: keys of the catalogue.
const (
	wayNobody = "way.nobody"
	wayLeft   = "way.left"        // they were deactivated
	wayEmpty  = "way.empty_group" // or disabled
	// wayNoGroup is why nobody may by a group: there is none, it is disabled or has no members.
	wayNoGroup = "way.no_group"
)

// lookUp finds the ids of names: of user groups, of e-mail addresses, then among all
// people, and no further than needed; whether those whom ids name are there still; and who is in the
// groups of those who may. After an error it returns what it has.
func (n *Notifier) lookUp(ctx context.Context, wanted, may []string) (found, error) {
	f := found{ids: make(map[string]string, len(wanted)), members: make(map[string][]string, len(may)), gone: make(map[string]string)}
	handles := make(map[string]string) // lower case, without @: the name as it was written
	var failed error
	var people []string // ids
	groups := false
	for _, name := range wanted {
		bare := strings.TrimPrefix(name, "@")
		switch {
		case isID(bare, 'U', 'W'):
			f.ids[name] = bare
			people = append(people, name)
			continue
		case isID(bare, 'S'):
			f.ids[name], groups = bare, true
			continue
		}
		f.ids[name] = ""
		if !strings.Contains(bare, "@") {
			handles[strings.ToLower(bare)] = name
			continue
		}
		id, err := n.byEmail(ctx, bare)
		failed = errors.Join(failed, err)
		f.ids[name] = id
	}
	if groups || len(handles) > 0 || len(may) > 0 {
		err := n.groups(ctx, handles, may, f)
		if len(handles) > 0 {
			err = errors.Join(err, n.users(ctx, handles, f))
		}
		if slices.ContainsFunc(wanted, func(name string) bool { return f.ids[name] == "" }) || len(f.members) < len(may) { // an error matters only while somebody is missing
			failed = errors.Join(failed, err)
		}
	}
	for _, name := range people {
		n.leavers(ctx, name, f)
	}
	for _, name := range wanted {
		if f.ids[name] == "" && f.gone[name] == "" {
			f.gone[name] = wayNobody
		}
	}
	for _, name := range may {
		if len(f.members[name]) == 0 && f.gone[name] == "" {
			f.gone[name] = wayNoGroup
		}
	}
	return f, failed
}

// leavers notes that an id is nobody's any more. Where Slack does not say, it is pinged as it is.
func (n *Notifier) leavers(ctx context.Context, name string, f found) {
	var who *api.User
	err := patient(ctx, func() (err error) {
		who, err = n.api.GetUserInfoContext(ctx, f.ids[name])
		return err
	})
	var said api.SlackErrorResponse
	switch {
	case err == nil && who.Deleted:
		f.gone[name] = wayLeft
	case errors.As(err, &said) && (said.Err == "user_not_found" || said.Err == "users_not_found"):
		f.gone[name] = wayNobody
	}
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

// groups looks for the handles among the user groups, and for groups, by handle or by id, that are
// disabled or have no members: a mention of them pings nobody. may are the groups whose members it takes.
func (n *Notifier) groups(ctx context.Context, handles map[string]string, may []string, f found) error {
	var all []api.UserGroup
	err := patient(ctx, func() (err error) {
		all, err = n.api.GetUserGroupsContext(ctx, api.GetUserGroupsOptionIncludeUsers(true), api.GetUserGroupsOptionIncludeDisabled(true))
		return err
	})
	slices.SortStableFunc(all, func(a, b api.UserGroup) int { // of two with one handle the one in use counts
		return cmp.Compare(min(b.DateDelete, 1), min(a.DateDelete, 1))
	})
	for _, g := range all {
		for _, name := range may {
			if g.DateDelete == 0 && (g.ID == name || strings.EqualFold("@"+g.Handle, name)) {
				f.members[name] = g.Users
			}
		}
		for name, id := range f.ids {
			if handles[strings.ToLower(g.Handle)] != name && id != g.ID {
				continue
			}
			delete(f.gone, name)
			if g.DateDelete == 0 { // of a disabled one a person may have the handle now
				f.ids[name] = g.ID
			}
			if g.DateDelete != 0 || g.Users != nil && len(g.Users) == 0 {
				f.gone[name] = wayEmpty
			}
		}
	}
	return n.sort("usergroups.list", "", err)
}

// users looks for the handles that are no group's among the people. A handle counts
// before the name that somebody shows, which is not unique.
func (n *Notifier) users(ctx context.Context, handles map[string]string, f found) error {
	missing := make(map[string]string)
	for handle, name := range handles {
		if f.ids[name] == "" {
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
			handle := strings.ToLower(u.Name)
			if u.Deleted {
				if name, ok := missing[handle]; ok && f.ids[name] == "" {
					f.gone[name] = wayLeft
				}
				continue
			}
			shown := cmp.Or(u.Profile.DisplayName, u.Profile.RealName, u.RealName) // as Slack's people read it
			if name, ok := missing[strings.ToLower(shown)]; ok && f.ids[name] == "" {
				f.ids[name] = u.ID
				delete(f.gone, name)
			}
			if name, ok := missing[handle]; ok {
				f.ids[name] = u.ID
				delete(f.gone, name)
				delete(missing, handle)
			}
		}
	}
	return nil
}
