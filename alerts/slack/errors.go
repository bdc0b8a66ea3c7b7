package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
)

// noRetryAfter is the silence after a 429 that does not say how long.
const noRetryAfter = 30 * time.Second

// advice says what to do about Slack's error codes. {channel}, {token} and {needed} are filled
// in by sort.
var advice = map[string]string{
	"channel_not_found":       "there is no {channel}, or it is private and earshot is not in it. Create it, or write /invite @earshot in it; or change the route in the watchlist",
	"not_in_channel":          "earshot is not in {channel}: write /invite @earshot there",
	"is_archived":             "{channel} is archived: unarchive it, or change the route in the watchlist",
	"invalid_auth":            "the bot token in {token} is not accepted. Reinstall the app or copy the token again: docs/slack.md#tokens",
	"not_authed":              "there is no bot token in {token}: docs/slack.md#tokens",
	"account_inactive":        "the bot token in {token} belongs to a removed app or workspace. Install the app again: docs/slack.md#tokens",
	"token_revoked":           "the bot token in {token} was revoked. Reinstall the app and copy the new token: docs/slack.md#tokens",
	"token_expired":           "the bot token in {token} has expired. Switch token rotation off for the app and copy a new token: docs/slack.md#tokens",
	"not_allowed_token_type":  "the token in {token} is of the wrong kind: a bot token begins with xoxb-, an app token with xapp-: docs/slack.md#tokens",
	"missing_scope":           "the app lacks a permission{needed}. Compare it with `earshot slack manifest` and reinstall it: docs/slack.md#set-up",
	"restricted_action":       "the workspace does not let the app write to {channel}: ask a workspace admin",
	"user_not_in_channel":     "earshot is not in {channel}: write /invite @earshot there",
	"no_permission":           "the app may not do this in {channel}: compare it with `earshot slack manifest`",
	"msg_too_long":            "the message is too long for Slack",
	"team_access_not_granted": "the token in {token} is not for the workspace of {channel}",
}

// oneMessage lists the codes that concern a single message and not its channel.
var oneMessage = map[string]bool{
	"msg_too_long": true, "msg_blocks_too_long": true, "invalid_blocks": true, "invalid_blocks_format": true, "invalid_attachments": true,
	"no_text": true, "metadata_too_large": true, "invalid_metadata_format": true, "invalid_metadata_schema": true, "metadata_must_be_sent_from_app": true,
	"thread_not_found": true, "message_not_found": true, "cannot_reply_to_message": true, "restricted_action_thread_locked": true, "duplicate_message_not_allowed": true,
}

// unsure lists the codes after which Slack may still have done it.
var unsure = map[string]bool{
	"internal_error": true, "fatal_error": true, "service_unavailable": true, "request_timeout": true,
}

// sort turns what slack-go returns into the three kinds the sender knows: retry
// later, refused, and (any other error) unknown.
func (n *Notifier) sort(method, channel string, err error) error {
	var limited *api.RateLimitedError
	var status api.StatusCodeError
	var said api.SlackErrorResponse
	var moved *alerts.MovedError
	what := fmt.Errorf("slack: %s: %w", method, err)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &moved):
		return &alerts.RefusedError{Code: "moved", Err: fmt.Errorf("slack: %s: %w (slack.api_url)", method, moved)}
	case errors.As(err, &limited):
		return &alerts.RetryError{After: max(limited.RetryAfter, time.Second), Method: true, Err: what}
	case errors.As(err, &status) && status.Code == http.StatusTooManyRequests:
		return &alerts.RetryError{After: noRetryAfter, Method: true, Err: what}
	case errors.As(err, &status) && status.Code < http.StatusInternalServerError && status.Code != http.StatusRequestTimeout:
		return &alerts.RefusedError{Code: status.Status, Err: fmt.Errorf("slack: %s: %s: check slack.api_url (%s)", method, status.Status, n.opt.APIURL)}
	case neverSent(err):
		return &alerts.RetryError{Err: fmt.Errorf("slack: %s: cannot be reached: %w", method, err)}
	case errors.As(err, &said):
		return n.said(method, channel, said, what)
	}
	return what
}

// said treats an answer with ok: false.
func (n *Notifier) said(method, channel string, e api.SlackErrorResponse, what error) error {
	switch {
	case e.Err == "ratelimited" || e.Err == "rate_limited" || e.Err == "message_limit_exceeded":
		return &alerts.RetryError{After: noRetryAfter, Method: true, Err: what}
	case unsure[e.Err]:
		return what
	}
	hint, ok := advice[e.Err]
	if !ok {
		hint = "Slack refuses this; its word for it is explained at https://docs.slack.dev/reference/methods/" + method
	} else {
		needed := ""
		if e.Needed != "" {
			needed = " (" + e.Needed + ")"
		}
		hint = strings.NewReplacer("{channel}", channel, "{token}", n.tokenName(), "{needed}", needed).Replace(hint)
	}
	return &alerts.RefusedError{Code: e.Err, One: oneMessage[e.Err], Err: fmt.Errorf("slack: %s: %s — %s", method, e.Err, hint)}
}

// tokenName says where the bot token comes from, never what it is.
func (n *Notifier) tokenName() string {
	if n.opt.BotTokenFrom == "" {
		return "slack.bot_token"
	}
	return "slack.bot_token (from " + n.opt.BotTokenFrom + ")"
}

// neverSent reports whether the request surely never left: no connection was made.
func neverSent(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	if errors.Is(err, context.Canceled) {
		return false
	}
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial"
}
