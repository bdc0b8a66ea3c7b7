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
	"strings"
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

	mu     sync.Mutex
	rounds map[mention.AlertID]*round // of alerts that not all of the recipients were told of
}

// round is how far an alert got: everybody who was not told of it is asked once, in as many attempts
// as that takes, so that one who takes all the time of an attempt keeps nothing from the others.
type round struct {
	said   map[int]error // by recipient; nil: told
	doubt  map[int]bool  // recipients of whom nobody knows whether they have it
	repeat bool          // nobody knows it of any: the alert was in doubt before its rounds began, in an earlier process
	nth    int           // of those that ended with some told and some not
}

// New opens a door. The error is one of Check.
func New(opt Options) (*Notifier, error) {
	svc, addresses, err := parse(opt.Address)
	if err != nil {
		return nil, err
	}
	n := &Notifier{opt: opt, service: svc, rounds: map[mention.AlertID]*round{}}
	for _, address := range addresses {
		t, err := newTarget(svc, address, opt)
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

// Pace is what the door's service bears.
func (n *Notifier) Pace() (perSecond float64, burst int) { return n.service.pace() }

// maxRounds bounds the alerts that are remembered because a part of the recipients was not told:
// those who were are told again, as a repeat, when there are more.
const maxRounds = 10000

// Post tells every recipient that was not told yet. Its place is the door's name and the
// alert's id, with a *alerts.PartError when it was told, but not to some: somebody who
// left, or threw the bot out, keeps nothing from the others.
func (n *Notifier) Post(ctx context.Context, m alerts.Message) (alerts.Place, error) {
	place := alerts.Place{Channel: alerts.DoorPlace(n.opt.Name), TS: string(m.Alert.ID)}
	if inThread(m) {
		return place, nil
	}
	r := n.roundOf(m)
	if err := n.ask(ctx, r, m); err != nil {
		return alerts.Place{}, err
	}
	part, worst := n.end(r)
	var refused *alerts.RefusedError
	var again *alerts.RetryError
	waits := errors.As(worst, &again)
	switch {
	case worst == nil:
		n.forget(m.Alert.ID)
		return place, nil
	case len(r.said) == 0:
		n.forget(m.Alert.ID)
		return alerts.Place{}, worst
	case waits && again.Method:
		return alerts.Place{}, worst
	case errors.As(worst, &refused) || r.nth > patience:
		n.forget(m.Alert.ID)
		return place, part // the others took it
	case waits: // a mailbox that is full: its message waits for it
		return alerts.Place{}, &alerts.RetryError{One: true, Err: again.Err}
	}
	return alerts.Place{}, worst
}

// patience is how many rounds, in all a quarter of an hour, a recipient has who may be told later.
// A server that does not know us yet wants five minutes; and as long as the message waits for one, no
// deadline of its complaint begins for the others.
const patience = 6

// errMany: a message that would end in the middle might reach the recipient twice.
var errMany = errors.New("not all of its recipients could be told in time; the others are next")

// ask asks those who had no turn in the round yet. The error is nil when all had theirs, else what
// must be heeded before the next attempt.
func (n *Notifier) ask(ctx context.Context, r *round, m alerts.Message) error {
	var worst error
	var longest time.Duration
	for i, t := range n.targets {
		if _, asked := r.said[i]; asked {
			continue
		}
		began := time.Now()
		if till, ok := ctx.Deadline(); ok && till.Sub(began) < 2*longest {
			return graver(&alerts.RetryError{After: time.Second, One: true, Err: fmt.Errorf("door %s: %w", n.opt.Name, errMany)}, worst)
		}
		m.Repeat = r.repeat || r.doubt[i]
		err := t.send(ctx, n.words(m))
		longest = max(longest, time.Since(began))
		if err != nil {
			err = fmt.Errorf("door %s: %w", n.opt.Name, err)
		}
		worst, r.said[i] = graver(worst, err), err
	}
	return nil
}

// end ends a round: who was not told has a turn in the next.
func (n *Notifier) end(r *round) (part *alerts.PartError, worst error) {
	var who []string
	part = &alerts.PartError{}
	for i, t := range n.targets {
		if err := r.said[i]; err != nil {
			worst, who, part.Each = graver(worst, err), append(who, t.name), append(part.Each, err)
			r.doubt[i] = r.doubt[i] || rank(err) == inDoubt
			delete(r.said, i)
		}
	}
	part.Who = strings.Join(who, ", ")
	r.nth++
	return part, worst
}

// roundOf is the round of an alert; one task alone has it at a time.
func (n *Notifier) roundOf(m alerts.Message) *round {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.rounds[m.Alert.ID]
	if r == nil {
		if len(n.rounds) > maxRounds {
			clear(n.rounds)
		}
		r = &round{said: map[int]error{}, doubt: map[int]bool{}, repeat: m.Repeat}
		n.rounds[m.Alert.ID] = r
	}
	return r
}

func (n *Notifier) forget(id mention.AlertID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.rounds, id)
}

// graver is the error of two recipients that says more cautiously what became of a message:
// one that may have been taken is not sent again at once because another surely was not.
func graver(a, b error) error {
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// inDoubt is the rank of an error after which nobody knows whether the message was taken.
const inDoubt = 4

func rank(err error) int {
	var again *alerts.RetryError
	var refused *alerts.RefusedError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &refused):
		return 1
	case errors.As(err, &again) && !again.Method:
		return 2
	case again != nil: // the service wants silence
		return 3
	}
	return inDoubt
}

// Update does nothing: what was told is told.
func (n *Notifier) Update(context.Context, alerts.Message) error { return nil }

// Find cannot answer: what a service took is not to be seen.
func (n *Notifier) Find(context.Context, alerts.Search) (map[mention.AlertID]alerts.Place, error) {
	return nil, alerts.NoHistory("a door")
}

// inThread reports whether the message belongs under another one, where Slack rings nobody:
// copies, edits, what quiet hours and storms gather. The message above says how many they are.
func inThread(m alerts.Message) bool {
	return m.Alert.ThreadOf != "" && m.Alert.Kind != mention.Escalation && !m.Details.Broadcast
}
