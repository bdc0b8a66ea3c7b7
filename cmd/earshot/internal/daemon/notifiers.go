package daemon

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/console"
	"github.com/earshot/earshot/alerts/door"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/alerts/webhook"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
)

// notifiers are the ways out of the watchlist in use: the terminal, Slack, webhooks, doors.
type notifiers struct {
	log     *slog.Logger
	trouble func(part string, err error)
	called  func(method string, outcome slack.Outcome)
	console alerts.Notifier
	client  *http.Client
	base    slack.Options // what does not come from the watchlist
	version string
	exit    *door.Exit            // nil: some doors refuse
	deaf    atomic.Pointer[error] // why what people press in Slack does not get here
	closed  atomic.Pointer[map[string]error]

	mu      sync.RWMutex
	inUse   notifierSet
	changed chan struct{} // closed when Slack is replaced
}

// notifierSet is what a watchlist says of the ways out.
type notifierSet struct {
	webhooks map[string]alerts.Notifier // by name
	doors    map[string]*door.Notifier  // by name
	slack    *slack.Notifier            // nil without a token
	options  slack.Options              // what slack was made with
	hook     *slack.Hook                // Slack without an app; nil without its address, or with an app
	address  string                     // what hook was made with
	fallback string                     // the route of notices about earshot itself
	channels []string                   // where messages go in Slack
	notify   []string                   // whom they name
	groups   []string                   // by which people may something
}

// slackTimeout bounds one call to Slack; the sender's own limits are tighter.
const slackTimeout = 30 * time.Second

// outgoing is the client of the ways out. It follows no redirect, and sends nothing late.
func outgoing() *http.Client {
	return &http.Client{Transport: punctual{http.DefaultTransport, time.Now}, Timeout: slackTimeout, CheckRedirect: alerts.RefuseRedirect}
}

func newNotifiers(opt Options, trouble func(string, error), called func(string, slack.Outcome)) *notifiers {
	return &notifiers{
		log:     opt.Log,
		trouble: trouble,
		called:  called,
		changed: make(chan struct{}),
		console: console.New(console.Options{Out: opt.Out, Colour: opt.Colour}),
		client:  outgoing(),
		version: opt.Version,
		exit:    opt.Exit,
	}
}

// slackTakes says what Slack works with, but for what the watchlist and the ways out say;
// before the first use. Now is the outbox's clock: Slack's is measured against it.
func (n *notifiers) slackTakes(base slack.Options) {
	base.Called, base.HTTP, base.Log = n.called, n.client, n.log
	base.Trouble = func(err error) { n.trouble("slack", err) }
	base.Deaf = func(err error) { n.deaf.Store(&err) }
	base.Closed = func(routes map[string]error) { n.closed.Store(&routes) }
	base.Unknown = func(err error) { n.trouble(partNotify, err) }
	n.base = base
}

// prepare makes the ways out of a watchlist; use takes them. A Slack account that
// stayed the same keeps its notifier and so its connection. Two watchlists are
// never prepared at once.
func (n *notifiers) prepare(cfg *config.Config) notifierSet {
	n.mu.RLock()
	old := n.inUse
	n.mu.RUnlock()
	channels, notify := slackNeeds(cfg)
	set := notifierSet{fallback: watchlist.FallbackRoute(cfg), channels: channels, notify: notify, groups: cfg.Groups(), webhooks: make(map[string]alerts.Notifier, len(cfg.Webhooks))}
	for _, w := range cfg.Webhooks {
		set.webhooks[w.Name] = webhook.New(webhook.Options{Name: w.Name, URL: w.URL.Reveal(), Secret: w.Secret.Reveal(), HTTP: n.client})
	}
	set.doors = n.newDoors(cfg, old.doors)
	address := cfg.Slack.WebhookURL.Reveal()
	switch options := slackAccount(n.base, cfg); {
	case options.BotToken != "" && old.slack != nil && old.options.Same(options):
		set.slack, set.options = old.slack, old.options
	case options.BotToken != "":
		set.slack, set.options = slack.New(options), options
	case address != "" && address == old.address:
		set.hook, set.address = old.hook, address
	case address != "":
		set.hook, set.address = slack.NewHook(address, cfg.Slack.WebhookURL.Origin(), n.client), address
		set.hook.Inbox = n.base.Inbox
	}
	return set
}

// use takes what prepare made.
func (n *notifiers) use(set notifierSet) {
	n.mu.Lock()
	defer n.mu.Unlock()
	old := n.inUse
	n.inUse = set
	if set.hook != nil && set.hook != old.hook {
		n.log.Warn("slack by webhook: " + slack.HookLimits)
	}
	if set.slack != nil {
		set.slack.Names(set.notify, set.groups)
		set.slack.Channels(set.channels)
	}
	if set.slack != old.slack {
		n.trouble(partNotify, nil) // said of another workspace
		close(n.changed)
		n.changed = make(chan struct{})
	}
}

// members are the ids in Slack of the people in a user group; none where there is no Slack, or no such group.
func (n *notifiers) members(group string) []string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if n.inUse.slack == nil {
		return nil
	}
	return n.inUse.slack.Members(group)
}

// slackAccount adds the account of the watchlist to options.
func slackAccount(options slack.Options, cfg *config.Config) slack.Options {
	s := cfg.Slack
	options.BotToken, options.BotTokenFrom = s.BotToken.Reveal(), s.BotToken.Origin()
	options.AppToken, options.AppTokenFrom = s.AppToken.Reveal(), s.AppToken.Origin()
	options.SigningSecret, options.APIURL = s.SigningSecret.Reveal(), s.APIURL
	options.Outsiders = s.Outsiders == config.OutsidersAllow
	return options
}

// ChannelsOf are the channels of Slack that a watchlist sends to, each once.
func ChannelsOf(cfg *config.Config) []string {
	channels, _ := slackNeeds(cfg)
	slices.Sort(channels)
	return slices.Compact(channels)
}

// slackNeeds returns what a watchlist needs of Slack: the channels messages go to, and
// whom they name. Both may hold the same one twice. Whom other ways out name is not Slack's to know.
func slackNeeds(cfg *config.Config) (channels, notify []string) {
	add := func(to string) bool {
		if to == "" || !ofSlack(to) {
			return false
		}
		channels = append(channels, to)
		return true
	}
	here := false // complaints go to Slack
	for _, r := range cfg.Routes {
		if add(r.To) {
			here, notify = true, append(notify, r.Notify)
		}
	}
	for s := mention.Low; s <= mention.Critical; s++ {
		d := cfg.Deadlines.For(s.String())
		add(d.EscalateTo)
		if here { // it is named below the complaint
			notify = append(notify, d.Notify)
		}
	}
	add(cfg.Digest.To)
	return channels, notify
}

// ofSlack reports whether a route goes to Slack, where there is one: to no door, webhook or console.
func ofSlack(route string) bool {
	_, isDoor := alerts.DoorOf(route)
	return !isDoor && route != watchlist.ConsoleRoute && !strings.HasPrefix(route, "webhook:")
}

// notifierFor implements outbox.Options.NotifierFor. Without a Slack token and without a
// webhook everything that would go to Slack is printed.
func (n *notifiers) notifierFor(route string) (alerts.Notifier, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	name, isWebhook := strings.CutPrefix(route, "webhook:")
	doorName, isDoor := alerts.DoorOf(route)
	switch {
	case isDoor:
		if to := n.inUse.doors[doorName]; to != nil {
			return to, true
		}
		return nil, false
	case isWebhook:
		to, ok := n.inUse.webhooks[name]
		return to, ok
	case route == watchlist.ConsoleRoute:
		return n.console, true
	case n.inUse.slack != nil:
		return n.inUse.slack, true
	case n.inUse.hook != nil:
		return n.inUse.hook, true
	}
	return n.console, true
}

// closedRoutes are those whose channel in Slack would take no message, or not for long; looked is false
// while nobody has looked, or may.
func (n *notifiers) closedRoutes() (closed map[string]error, looked bool) {
	if is := n.closed.Load(); is != nil {
		return *is, *is != nil
	}
	return nil, false
}

// takesNothing reports whether the channel of a route would refuse a message, as far as was looked.
func (n *notifiers) takesNothing(route string) bool {
	closed, _ := n.closedRoutes()
	var refused *alerts.RefusedError
	return errors.As(closed[route], &refused)
}

// sends reports whether the watchlist sends messages to a channel in Slack.
func (n *notifiers) sends(route string) bool {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return slices.Contains(n.inUse.channels, route)
}

// opsRoute is where notices about earshot itself go.
func (n *notifiers) opsRoute() string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.inUse.fallback
}

// run keeps the Slack connection of the account in use until ctx ends.
func (n *notifiers) run(ctx context.Context) {
	for ctx.Err() == nil {
		n.mu.RLock()
		current, changed := n.inUse.slack, n.changed
		n.mu.RUnlock()
		session, stop := context.WithCancel(ctx)
		var done sync.WaitGroup
		if current != nil {
			done.Go(func() {
				if err := current.Run(session); err != nil && session.Err() == nil {
					n.log.Error("slack cannot be used", "err", err)
				}
			})
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
		stop()
		done.Wait()
		n.trouble("slack", nil) // it was said of the account that is used no more
		n.deaf.Store(nil)
		n.closed.Store(nil)
	}
}

// slackInUse is the Slack of the watchlist in use; nil without a token.
func (n *notifiers) slackInUse() *slack.Notifier {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.inUse.slack
}

// interactions takes Slack's signed requests.
func (n *notifiers) interactions(w http.ResponseWriter, r *http.Request) {
	n.mu.RLock()
	current, signing := n.inUse.slack, n.inUse.options.SigningSecret
	n.mu.RUnlock()
	if current == nil || signing == "" {
		http.Error(w, "slack.signing_secret is not set in the watchlist", http.StatusNotFound)
		return
	}
	current.Interactions().ServeHTTP(w, r)
}
