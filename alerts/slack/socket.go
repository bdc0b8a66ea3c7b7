package slack

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/earshot/earshot/alerts"
)

const (
	// firstRetry and lastRetry bound the wait between two tries to reach Slack.
	firstRetry, lastRetry = time.Second, 30 * time.Second
	// refusedRetry is the wait after Slack refused a token: only people can help.
	refusedRetry = time.Minute
	// clicksAtOnce bounds the clicks that are being decided; more wait in the socket.
	clicksAtOnce = 256
	// afterAtOnce bounds the calls to Slack that clicks cause.
	afterAtOnce = 16
	// partSocket is the part of the connection over which presses come.
	partSocket = "socket"
	// checkTimeout bounds auth.test.
	checkTimeout = 10 * time.Second
)

// Run checks the token, looks up whom messages name and where they go, listens for clicks when there is an app token, and
// returns when ctx ends and all that was begun is done. Troubles are told, and
// tried again: the rest of earshot works without Slack.
func (n *Notifier) Run(ctx context.Context) error {
	n.later.Go(func() { n.watchToken(ctx) })
	n.later.Go(func() { n.watchNames(ctx) })
	n.later.Go(func() { n.watchChannels(ctx) })
	if n.opt.AppToken != "" {
		n.listen(ctx)
	}
	<-ctx.Done()
	n.mu.Lock()
	n.stopped = true
	n.mu.Unlock()
	n.end()
	n.later.Wait()
	return nil
}

// begin does something that Run waits for, or reports that Run has ended. What is begun
// by something that Run waits for already needs no asking.
func (n *Notifier) begin(do func()) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stopped {
		return false
	}
	n.later.Go(do)
	return true
}

// watchToken calls auth.test until it succeeds.
func (n *Notifier) watchToken(ctx context.Context) {
	for tries := 1; ; tries++ {
		check, cancel := context.WithTimeout(ctx, checkTimeout)
		err := n.Check(check)
		cancel()
		if ctx.Err() != nil {
			return
		}
		var refused *alerts.RefusedError
		if errors.As(err, &refused) && refused.Code == "unknown_method" {
			err = nil // a gateway that offers only what is needed to post
		}
		n.tell("token", err)
		if err == nil {
			_, _ = n.workspace(ctx) // so that the first press need not wait for it; it asks again
		}
		if err == nil || !sleep(ctx, retryAfter(err, tries)) {
			return
		}
	}
}

// retryAfter is how long to wait after the nth failure in a row.
func retryAfter(err error, n int) time.Duration {
	var refused *alerts.RefusedError
	var again *alerts.RetryError
	switch {
	case errors.As(err, &refused):
		return refusedRetry
	case errors.As(err, &again) && again.After > 0:
		return again.After
	}
	return min(firstRetry<<min(n-1, 10), lastRetry)
}

// sleep waits so long; it reports whether ctx goes on.
func sleep(ctx context.Context, d time.Duration) bool { return wait(ctx, d, nil) }

// wait is sleep until something has changed.
func wait(ctx context.Context, d time.Duration, changed <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-changed:
	case <-timer.C:
	}
	return ctx.Err() == nil
}

// listen keeps a Socket Mode connection.
func (n *Notifier) listen(ctx context.Context) {
	client := socketmode.New(n.api)
	slots := make(chan struct{}, clicksAtOnce)
	for tries := 1; ctx.Err() == nil; tries++ {
		err := n.session(ctx, client, slots, func() { tries = 0 })
		if ctx.Err() != nil {
			return
		}
		err = n.appTokenError(err)
		n.tell(partSocket, err)
		sleep(ctx, retryAfter(err, max(tries, 1)))
	}
}

// session runs the library's loop until it gives up, or waits so long between
// tries that starting anew is better: its own pauses grow to five minutes, and
// clicks would be lost for as long; or Slack refuses, which it would ask ten times a minute.
func (n *Notifier) session(ctx context.Context, client *socketmode.Client, slots chan struct{}, connected func()) error {
	run, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ended := make(chan error, 1)
	go func() { ended <- client.RunContext(run) }()
	for {
		select {
		case err := <-ended:
			if cause := context.Cause(run); cause != nil && ctx.Err() == nil {
				return cause
			}
			return err
		case event := <-client.Events:
			switch event.Type {
			case socketmode.EventTypeConnected:
				connected()
			case socketmode.EventTypeHello:
				n.tell(partSocket, n.otherApp(ctx, event.Request.ConnectionInfo.AppID))
			case socketmode.EventTypeConnectionError:
				if e, ok := event.Data.(*api.ConnectionErrorEvent); ok && ctx.Err() == nil {
					err := n.appTokenError(e.ErrorObj)
					n.tell(partSocket, err)
					var refused *alerts.RefusedError
					if e.Backoff > lastRetry || errors.As(err, &refused) {
						stop(e.ErrorObj)
					}
				}
			default:
				n.event(ctx, client, event, slots)
			}
		}
	}
}

// event treats what comes over the socket.
func (n *Notifier) event(ctx context.Context, client *socketmode.Client, event socketmode.Event, slots chan struct{}) {
	switch event.Type {
	case socketmode.EventTypeInteractive, socketmode.EventTypeSlashCommand, socketmode.EventTypeEventsAPI:
		request := *event.Request
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		acknowledge := func(window *api.ViewSubmissionResponse) {
			r := socketmode.Response{EnvelopeID: request.EnvelopeID}
			if window != nil { // not the pointer in an interface: it is sent as null
				r.Payload = window
			}
			n.ack(ctx, client, r)
		}
		ack := func() { acknowledge(nil) }
		again := n.again(event.Type, request)
		n.later.Go(func() {
			defer func() { <-slots }()
			if again {
				ack()
				return
			}
			switch event.Type {
			case socketmode.EventTypeSlashCommand:
				n.commandPayload(request.Payload, ack)
			case socketmode.EventTypeEventsAPI:
				ack()
				n.eventPayload(request.Payload)
			default:
				n.interaction(ctx, request.Payload, acknowledge)
			}
		})
	case socketmode.EventTypeErrorWriteFailed:
		// The connection broke under an acknowledgement; the next one carries it, with what it
		// says of a window: an empty one closes the window and loses the words in it.
		if e, ok := event.Data.(*socketmode.ErrorWriteFailed); ok && e.Response != nil {
			n.later.Go(func() { n.ack(ctx, client, *e.Response) })
		}
	case socketmode.EventTypeErrorBadMessage:
		n.opt.Log.Warn("slack sent something that cannot be read")
	default:
		if event.Request != nil && event.Request.EnvelopeID != "" {
			id := event.Request.EnvelopeID
			n.later.Go(func() { n.ack(ctx, client, socketmode.Response{EnvelopeID: id}) })
		}
	}
}

// again reports whether an envelope came before: Slack sends one again when it did not see that it was
// acknowledged. What becomes of a window has to be said again as well; deciding it twice does no harm.
func (n *Notifier) again(kind socketmode.EventType, r socketmode.Request) bool {
	var c click
	switch {
	case r.EnvelopeID == "" || kind == socketmode.EventTypeEventsAPI:
		return false
	case kind == socketmode.EventTypeInteractive && json.Unmarshal(r.Payload, &c) == nil && c.Type == "view_submission" && goesOn[c.View.CallbackID]:
		return false
	}
	return !n.once.take(sha256.Sum256([]byte("envelope "+r.EnvelopeID)), time.Now())
}

func (n *Notifier) ack(ctx context.Context, client *socketmode.Client, r socketmode.Response) {
	if err := client.SendCtx(ctx, r); err != nil && ctx.Err() == nil {
		n.opt.Log.Warn("a click cannot be acknowledged", "err", err)
	}
}

// otherApp says that a connection is that of another app than the bot token's, whose messages have
// the buttons: nothing that people press would ever come over it.
func (n *Notifier) otherApp(ctx context.Context, app string) error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	ours, err := n.workspace(ctx)
	if err != nil || ours.app == "" || app == "" || app == ours.app {
		return nil // not known: nothing to say against it
	}
	return &alerts.RefusedError{Code: "other_app", Err: &alerts.Advice{What: "slack: socket mode: ", Key: "way.other_app", Pairs: []any{"token", n.appTokenName(), "app", app, "bot", n.tokenName(), "ours", ours.app}}}
}

// appTokenError says what to do about the app token.
func (n *Notifier) appTokenError(err error) error {
	if err == nil {
		return errors.New("slack: socket mode: the connection ended")
	}
	from := n.appTokenName()
	switch code := err.Error(); code {
	case "invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type":
		return &alerts.RefusedError{Code: code, Err: &alerts.Advice{What: "slack: apps.connections.open: " + code + " — ", Key: "way.app_token", Pairs: []any{"token", from}}}
	case "missing_scope":
		return &alerts.RefusedError{Code: code, Err: &alerts.Advice{What: "slack: apps.connections.open: " + code + " — ", Key: "way.app_token_scope", Pairs: []any{"token", from}}}
	}
	return n.sort("apps.connections.open", "", err)
}
