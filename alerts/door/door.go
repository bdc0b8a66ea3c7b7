// Package door tells people who are not in Slack of alerts: by e-mail, Telegram, Teams,
// Discord, Mattermost and other services, through github.com/nicholas-fedor/shoutrrr.
//
// A door only tells, with a link to the post and one into the inbox: it has no buttons, no
// threads and no history, so nothing is redrawn and what stands in a thread elsewhere is
// not told. Addresses of doors are secrets and never in an error.
package door

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// Options are what a Notifier needs. All but Inbox and Exit are required.
type Options struct {
	Name    string // as in the watchlist
	Address string // of the service, as shoutrrr writes it
	Inbox   string // the address of the inbox, without a slash at its end; empty: nobody can open it
	// Client returns a client that dials as a guard allows. The addresses are the hosts that
	// the door's own address names; they and no others may be in a private network.
	Client func(own ...string) *http.Client
	// Exit lets the services out that know no client but the process's own; nil: they refuse.
	Exit *Exit
}

// Notifier is one door.
type Notifier struct {
	opt     Options
	service service
	targets []*target

	mu   sync.Mutex
	done map[mention.AlertID]map[int]bool // recipients that were told of an alert that others were not
}

// New opens a door. The error is one of Check.
func New(opt Options) (*Notifier, error) {
	kind, svc, addresses, err := parse(opt.Address)
	if err != nil {
		return nil, err
	}
	n := &Notifier{opt: opt, service: svc, done: map[mention.AlertID]map[int]bool{}}
	for _, address := range addresses {
		t, err := newTarget(kind, svc, address, opt)
		if err != nil {
			return nil, err
		}
		if len(addresses) > 1 {
			t.name += " " + svc.recipient(address)
		}
		n.targets = append(n.targets, t)
	}
	return n, nil
}

// Same reports whether a door of these options would be this one.
func (n *Notifier) Same(opt Options) bool {
	return n.opt.Name == opt.Name && n.opt.Address == opt.Address && n.opt.Inbox == opt.Inbox && n.opt.Exit == opt.Exit
}

// Pace is what the slowest of the services bears, Telegram's groups: 20 messages a minute
// (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this).
func (n *Notifier) Pace() (perSecond float64, burst int) {
	return n.service.pace()
}

// maxDone bounds the alerts that are remembered because a part of the recipients refuses
// them: those who were told are told again, as a repeat, when there are more.
const maxDone = 10000

// Post tells every recipient that was not told yet. Its place is the door's name and the
// alert's id, with a *alerts.PartError when it was told, but refused for some: somebody who
// left, or threw the bot out, keeps nothing from the others.
func (n *Notifier) Post(ctx context.Context, m alerts.Message) (alerts.Place, error) {
	place := alerts.Place{Channel: alerts.DoorPlace(n.opt.Name), TS: string(m.Alert.ID)}
	if inThread(m) {
		return place, nil
	}
	words := n.words(m)
	var worst error
	var longest time.Duration
	reached := 0
	for i, t := range n.targets {
		if n.told(m.Alert.ID, i) {
			reached++
			continue
		}
		began := time.Now()
		if till, ok := ctx.Deadline(); ok && till.Sub(began) < 2*longest {
			return alerts.Place{}, &alerts.RetryError{After: time.Second, One: true, Err: fmt.Errorf("door %s: %w", n.opt.Name, errMany)}
		}
		err := t.send(ctx, words)
		longest = max(longest, time.Since(began))
		if err == nil {
			n.note(m.Alert.ID, i)
			reached++
			continue
		}
		worst = graver(worst, fmt.Errorf("door %s: %w", n.opt.Name, err))
	}
	var refused *alerts.RefusedError
	var again *alerts.RetryError
	switch {
	case reached > 0 && (errors.As(worst, &refused) || errors.As(worst, &again) && !again.Method && m.Alert.Attempts > patience):
		worst = &alerts.PartError{Err: worst} // the others took it
	case reached > 0 && errors.As(worst, &again) && !again.Method: // a mailbox that is full: its message waits for it
		return alerts.Place{}, &alerts.RetryError{One: true, Err: again.Err}
	case worst != nil:
		return alerts.Place{}, worst
	}
	n.mu.Lock()
	delete(n.done, m.Alert.ID)
	n.mu.Unlock()
	return place, worst
}

// patience is how many attempts, in all a quarter of an hour, a recipient has who may be told later.
// A server that does not know us yet wants five minutes; and as long as the message waits for one, no
// deadline of its complaint begins for the others.
const patience = 6

// errMany: a message that would end in the middle might reach the recipient twice.
var errMany = errors.New("not all of its recipients could be told in time; the others are next")

func (n *Notifier) told(id mention.AlertID, recipient int) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.done[id][recipient]
}

func (n *Notifier) note(id mention.AlertID, recipient int) {
	if len(n.targets) == 1 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.done) > maxDone {
		clear(n.done)
	}
	if n.done[id] == nil {
		n.done[id] = map[int]bool{}
	}
	n.done[id][recipient] = true
}

// graver is the error of two recipients that says more cautiously what became of a message:
// one that may have been taken is not sent again at once because another surely was not.
func graver(a, b error) error {
	rank := func(err error) int {
		var again *alerts.RetryError
		var refused *alerts.RefusedError
		switch {
		case err == nil:
			return 0
		case errors.As(err, &refused):
			return 1
		case errors.As(err, &again):
			return 2
		}
		return 3
	}
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// Update does nothing: what was told is told.
func (n *Notifier) Update(context.Context, alerts.Message) error { return nil }

var errNoHistory = errors.New("a door has no history")

// Find cannot answer: what a service took is not to be seen. The message is sent again and
// says that it may be a repeat.
func (n *Notifier) Find(context.Context, alerts.Search) (map[mention.AlertID]alerts.Place, error) {
	return nil, &alerts.RefusedError{Code: "no_history", Err: errNoHistory}
}

// inThread reports whether the message belongs under another one, where Slack rings nobody:
// copies, edits, what quiet hours and storms gather. The message above says how many they are.
func inThread(m alerts.Message) bool {
	return m.Alert.ThreadOf != "" && m.Alert.Kind != mention.Escalation && !m.Details.Broadcast
}
