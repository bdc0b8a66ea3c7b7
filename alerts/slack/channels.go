package slack

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/earshot/earshot/alerts"
)

// The channels of the routes are looked at in the background, as people are: one that was renamed,
// archived or left is told before a complaint has to wait for it.

// watched are the channels to look at. It is safe for concurrent use.
type watched struct {
	changed chan struct{} // holds one when there is a reason to look

	mu     sync.Mutex
	routes []string
	closed map[string]error // as they were when they were last looked at
	asked  map[string]bool  // routes looked at for a message since that last changed
}

// deadToken lists the codes after which no call will do before there is another bot token.
var deadToken = map[string]bool{"invalid_auth": true, "not_authed": true, "account_inactive": true, "token_revoked": true, "token_expired": true}

// poke has the channels looked at soon.
func (w *watched) poke() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// take returns what to look at. What there was a reason for until now is looked at with it.
func (w *watched) take() []string {
	select {
	case <-w.changed:
	default:
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.routes
}

// took notes that a message was sent for a route: by its own name, which took it, or by the id of a channel that has
// another one now, or is not found by it. Where that is news, the channels are looked at: once, for
// a look may find nothing new.
func (w *watched) took(route string, itsOwn bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, closed := w.closed[route]; closed == itsOwn && !w.asked[route] {
		w.asked[route] = true
		w.poke()
	}
}

// learn takes what a look found.
func (w *watched) learn(closed map[string]error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for route := range w.asked {
		if (closed[route] == nil) != (w.closed[route] == nil) {
			delete(w.asked, route)
		}
	}
	w.closed = closed
}

// sawClosed reports whether the channel of a route was as it should not be when it was last looked at.
func (w *watched) sawClosed(route string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed[route] != nil
}

// Channels says where messages will go ("#name" or an id). Run looks at them in the background; a
// second call replaces the first.
func (n *Notifier) Channels(routes []string) {
	routes = slices.Compact(slices.Sorted(slices.Values(routes)))
	n.watched.mu.Lock()
	same := slices.Equal(routes, n.watched.routes)
	n.watched.routes = routes
	n.watched.mu.Unlock()
	if !same {
		n.watched.poke()
	}
}

// watchChannels looks at the channels until ctx ends, as often as at names.
func (n *Notifier) watchChannels(ctx context.Context) {
	var said []string
	for {
		routes := n.watched.take()
		closed, err := n.closedChannels(ctx, routes)
		if ctx.Err() != nil {
			return
		}
		again := namesAgain
		var refused *alerts.RefusedError
		switch {
		case errors.As(err, &refused) && deadToken[refused.Code]: // found here where little is said
			again = unknownAgain
			n.tell("token", err)
		case errors.As(err, &refused): // Slack lets nobody look: an attempt shows it
			n.opt.Closed(nil)
		case err != nil:
			again = namesFailed
		default:
			n.watched.learn(closed)
			if len(routes) > 0 { // Slack was asked
				n.tell("token", nil)
			}
			n.opt.Closed(closed)
			if now := slices.Sorted(maps.Keys(closed)); len(now) > 0 {
				again = unknownAgain
				if !slices.Equal(now, said) {
					n.opt.Log.Warn("a channel of the watchlist is not as it should be", "routes", now, "why", (&alerts.PartError{Each: slices.Collect(maps.Values(closed))}).Error())
				}
				said = now
			} else {
				said = nil
			}
		}
		if !wait(ctx, again, n.watched.changed) {
			return
		}
	}
}

// closedChannels says what is wrong with channels, by route, and what to do: a RefusedError where one
// would take no message.
func (n *Notifier) closedChannels(ctx context.Context, routes []string) (map[string]error, error) {
	closedOnes := map[string]error{}
	names, err := n.channelsNamed(ctx, routes)
	if err != nil {
		return nil, err
	}
	for _, route := range routes {
		c, there := names[strings.ToLower(route)]
		id, called := route, ""
		if strings.HasPrefix(route, "#") {
			id = n.known(route)
		}
		if !there && id != "" {
			c, there, err = n.channelOf(ctx, id)
			var refused *alerts.RefusedError
			switch {
			case errors.As(err, &refused) && !deadToken[refused.Code] && !n.watched.sawClosed(route): // of a direct message, say: an attempt shows it
				continue
			case err != nil:
				return nil, err
			}
			if called = "#" + c.Name; id == route || strings.EqualFold(called, route) {
				called = ""
			}
		}
		switch code := closed(c, there); {
		case code == "" && called == "":
			n.remember(route, c.ID) // where messages go should it get another name before the first one
		case code == "":
			closedOnes[route] = &alerts.Advice{Key: "way.renamed", Pairs: []any{"now", called}}
		default:
			if called != "" { // the channel of before is gone too, and there is none of the name
				code = "channel_not_found"
			}
			closedOnes[route] = &alerts.RefusedError{Code: code, Err: &alerts.Advice{Key: advice[code], Pairs: []any{"channel", route}}}
		}
	}
	return closedOnes, nil
}
