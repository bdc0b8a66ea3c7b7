package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
)

// advice says what to do about Slack's error codes: keys of the catalogue, whose texts hold
// {channel}, {token} and {needed}.
var advice = map[string]string{
	"channel_not_found":                     "way.channel_not_found",
	"not_in_channel":                        "way.not_in_channel",
	"is_archived":                           "way.is_archived",
	"is_inactive":                           "way.is_archived", // of a redraw
	"invalid_auth":                          "way.invalid_auth",
	"not_authed":                            "way.not_authed",
	"account_inactive":                      "way.account_inactive",
	"token_revoked":                         "way.token_revoked",
	"token_expired":                         "way.token_expired",
	"not_allowed_token_type":                "way.not_allowed_token_type",
	"missing_scope":                         "way.missing_scope",
	"restricted_action":                     "way.restricted_action",
	"restricted_action_read_only_channel":   "way.restricted_action",
	"restricted_action_thread_only_channel": "way.restricted_action",
	"no_permission":                         "way.no_permission",
	"msg_too_long":                          "way.msg_too_long",
	"team_access_not_granted":               "way.team_access_not_granted",
	"user_not_in_channel":                   "way.not_in_channel",
}

// oneMessage lists the codes that concern a single message and not its channel.
var oneMessage = map[string]bool{
	"msg_too_long": true, "msg_blocks_too_long": true, "invalid_blocks": true, "invalid_blocks_format": true, "invalid_attachments": true,
	"no_text": true, "invalid_arguments": true, "metadata_too_large": true, "invalid_metadata_format": true, "invalid_metadata_schema": true, "metadata_must_be_sent_from_app": true,
	"thread_not_found": true, "message_not_found": true, "cannot_reply_to_message": true, "restricted_action_thread_locked": true,
	"restricted_action_non_threadable_channel": true, "duplicate_message_not_allowed": true,
}

// noReply lists those of them after which the message may stand in the channel all the same, and
// not in a thread: it is gone or locked, or the channel has none.
var noReply = map[string]bool{
	"thread_not_found": true, "message_not_found": true, "cannot_reply_to_message": true,
	"restricted_action_thread_locked": true, "restricted_action_non_threadable_channel": true,
}

// unsure lists the codes after which Slack may still have done it.
var unsure = map[string]bool{
	"internal_error": true, "fatal_error": true, "service_unavailable": true, "request_timeout": true, "update_failed": true,
}

// sort turns what slack-go returns into the three kinds the sender knows: retry
// later, refused, and (any other error) unknown.
func (n *Notifier) sort(method, channel string, err error) error {
	var limited *api.RateLimitedError
	var status api.StatusCodeError
	var said api.SlackErrorResponse
	var moved *alerts.MovedError
	var strange *strangeError
	what := fmt.Errorf("slack: %s: %w", method, err)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &moved):
		return &alerts.RefusedError{Code: "moved", Err: fmt.Errorf("slack: %s: %w (slack.api_url)", method, moved)}
	case errors.As(err, &limited):
		return &alerts.RetryError{After: silence(limited.RetryAfter), Method: true, Err: what}
	case errors.As(err, &status) && status.Code == http.StatusTooManyRequests:
		return &alerts.RetryError{After: noRetryAfter, Method: true, Err: what}
	case errors.As(err, &status) && status.Code < http.StatusInternalServerError && status.Code != http.StatusRequestTimeout:
		return &alerts.RefusedError{Code: status.Status, Err: &alerts.Advice{What: "slack: " + method + ": " + status.Status + ": ", Key: "way.api_url", Pairs: []any{"address", n.opt.APIURL}}}
	case neverSent(err):
		return &alerts.RetryError{Err: unreachable("slack: "+method, err)}
	case errors.As(err, &strange):
		return &alerts.Advice{What: "slack: " + method + ": " + strange.Error() + ": ", Key: "way.no_answer", Pairs: []any{"address", n.opt.APIURL}, Err: err}
	case errors.As(err, &status):
		return &alerts.Advice{What: "slack: " + method + ": " + status.Status + ": ", Key: "way.slack_trouble", Pairs: []any{"address", n.opt.APIURL}, Err: err}
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
	key, ok := advice[e.Err]
	if !ok {
		key = "way.refused"
	}
	needed := ""
	if e.Needed != "" {
		needed = " (" + e.Needed + ")"
	}
	return &alerts.RefusedError{Code: e.Err, One: oneMessage[e.Err], Err: &alerts.Advice{What: "slack: " + method + ": " + e.Err + " — ", Key: key,
		Pairs: []any{"channel", channel, "token", n.tokenName(), "needed", needed, "method", method}}}
}

// unreachable is the error of a call that surely never left.
func unreachable(what string, err error) error {
	return &alerts.Advice{What: what + ": ", Key: "way.unreachable", Pairs: []any{"why", err}, Err: err}
}

// secretName says where what is secret at a key of the watchlist comes from, never what it is.
func secretName(key, from string) string {
	if from == "" {
		return key
	}
	return key + " (" + from + ")"
}

func (n *Notifier) tokenName() string { return secretName("slack.bot_token", n.opt.BotTokenFrom) }

func (n *Notifier) appTokenName() string { return secretName("slack.app_token", n.opt.AppTokenFrom) }

// neverSent reports whether the request surely never left, and not because we are stopping.
func neverSent(err error) bool { return !errors.Is(err, context.Canceled) && alerts.NeverSent(err) }
