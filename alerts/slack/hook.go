package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// HookLimits says what an incoming webhook cannot do, for logs and checks.
const HookLimits = "alerts only, all into the webhook's own channel: no buttons, no threads, messages are not redrawn, complaints are taken and closed in the inbox alone, and after a broken connection an alert may come twice (it says so)"

// Hook is a Slack without an app: an incoming webhook. It posts and that is all.
// Slack does not tell where a message stands, so what belongs into a thread comes
// as a message of its own, nothing is updated, and a message in doubt is sent again.
type Hook struct {
	// Inbox returns the address of the inbox's pages, as in Options; nil: there are none.
	// It is set before the first use.
	Inbox func() string

	address string
	from    string
	client  *http.Client
}

// NewHook returns the way out through a webhook's address. from says where the
// address comes from ("SLACK_WEBHOOK_URL"), for error texts. The client must not retry.
func NewHook(address, from string, client *http.Client) *Hook {
	return &Hook{address: address, from: from, client: client}
}

// Pace is the one of messages.
func (h *Hook) Pace() (perSecond float64, burst int) { return 1, 4 }

// OneChannel says that the pace is that of all routes together.
func (h *Hook) OneChannel() {}

// Post sends the message; as bare text where Slack refuses its form.
func (h *Hook) Post(ctx context.Context, m alerts.Message) (alerts.Place, error) {
	inbox := h.inbox(m)
	d := hookDraw(m)
	if inbox != "" {
		link := api.NewRichTextSectionLinkElement(inbox, m.Lang.Text("slack.inbox"), nil)
		d.blocks = append(d.blocks, api.NewRichTextBlock("inbox", api.NewRichTextSection(link)))
	}
	err := h.send(ctx, d)
	var refused *alerts.RefusedError
	if errors.As(err, &refused) && refused.One {
		d = bare(m, hookPing(m))
		if inbox != "" {
			d.text += "\n" + escaped(inbox)
		}
		err = h.send(ctx, d)
	}
	if err != nil {
		return alerts.Place{}, err
	}
	return alerts.Place{Channel: "webhook", TS: string(m.Alert.ID)}, nil
}

// inbox is where the complaint can be taken and closed, which a webhook has no buttons for; empty
// where people have no inbox, and for what is about no complaint.
func (h *Hook) inbox(m alerts.Message) string {
	if h.Inbox == nil || m.Mention.ID == "" {
		return ""
	}
	return inboxLink(h.Inbox(), casePath(m.Mention.ID))
}

// Update does nothing: a webhook cannot change what it sent.
func (h *Hook) Update(context.Context, alerts.Message) error { return nil }

// Find cannot answer.
func (h *Hook) Find(context.Context, alerts.Search) (map[mention.AlertID]alerts.Place, error) {
	return nil, alerts.NoHistory("an incoming webhook")
}

// hookRoom is kept free for what a webhook adds: a link, two short lines, and the way into the inbox.
const hookRoom = maxURL + 1500

// hookDraw is draw without what a webhook cannot have: buttons and threads.
func hookDraw(m alerts.Message) drawn {
	m.Details.Text = m.Threadless()
	d := unthreaded(m, hookPing(m), maxBlocksJSON-hookRoom)
	blocks := slices.DeleteFunc(d.blocks, isAction)
	line := []api.RichTextSectionElement{}
	if m.Alert.Kind == mention.Burst || m.Alert.Kind == mention.Digest && m.Details.Summary == nil {
		line = append(line, italic(m.Lang.Text("alert.follow_here")+" "))
	}
	if link := webLink(m.Mention.Post.URL); link != "" {
		line = append(line, api.NewRichTextSectionLinkElement(link, m.Lang.Text("press.open"), nil), textElement("  "))
	}
	if m.Alert.Route != "" {
		line = append(line, italic(m.Lang.Text("alert.for_route", "route", text.Line(m.Alert.Route, maxName))))
	}
	if len(line) > 0 {
		blocks = append(blocks, api.NewRichTextBlock("link", api.NewRichTextSection(line...)))
	}
	d.blocks = blocks
	return d
}

// hookPing is whom the message names: a webhook can look nobody up.
func hookPing(m alerts.Message) ping {
	switch id := m.Alert.Notify; {
	case isID(id, 'U', 'W'):
		return ping{user: id}
	case isID(id, 'S'):
		return ping{group: id}
	}
	return ping{name: m.Alert.Notify}
}

func (h *Hook) send(ctx context.Context, d drawn) error {
	no := false
	msg := &api.WebhookMessage{Text: d.text, Parse: "none", UnfurlLinks: &no, UnfurlMedia: &no}
	if len(d.blocks) > 0 {
		msg.Blocks = &api.Blocks{BlockSet: d.blocks}
	}
	return h.sort(h.post(ctx, msg))
}

// errPage is an answer with a page for people, as of a proxy that wants a login: it is not the webhook's.
var errPage = errors.New("a page came instead of Slack's answer")

// post is one request. Whatever answers 200 has taken the message, but for a page.
func (h *Hook) post(ctx context.Context, msg *api.WebhookMessage) error {
	body, err := json.Marshal(msg)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := h.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, answerHead)) // the status came: it is taken
	switch after, ok := askedFor(resp); {
	case ok:
		return &api.RateLimitedError{RetryAfter: after}
	case resp.StatusCode != http.StatusOK:
		return api.StatusCodeError{Code: resp.StatusCode, Status: resp.Status}
	}
	if said = bytes.ToLower(bytes.TrimSpace(said)); bytes.HasPrefix(said, []byte("<!doctype")) || bytes.HasPrefix(said, []byte("<html")) {
		return errPage
	}
	return nil
}

// sort says what an answer means. The address is a secret and must not be in it.
func (h *Hook) sort(err error) error {
	if err == nil {
		return nil
	}
	var limited *api.RateLimitedError
	var status api.StatusCodeError
	var inner *url.Error
	var moved *alerts.MovedError
	switch {
	case errors.As(err, &moved):
		return &alerts.RefusedError{Code: "moved", Err: fmt.Errorf("slack: webhook: %w (%s)", moved, h.name())}
	case errors.Is(err, errPage):
		return &alerts.RefusedError{Code: "page", Err: &alerts.Advice{What: "slack: webhook: ", Key: "way.hook_page", Pairs: []any{"from", h.name()}}}
	case errors.As(err, &limited):
		return &alerts.RetryError{After: silence(limited.RetryAfter), Method: true, Err: errors.New("slack: webhook: 429 Too Many Requests")}
	case errors.As(err, &status) && status.Code == http.StatusTooManyRequests:
		return &alerts.RetryError{After: noRetryAfter, Method: true, Err: errors.New("slack: webhook: 429 Too Many Requests")}
	case errors.As(err, &status) && status.Code == http.StatusBadRequest:
		return &alerts.RefusedError{Code: status.Status, One: true, Err: &alerts.Advice{What: "slack: webhook: " + status.Status + ": ", Key: "way.hook_message"}}
	case errors.As(err, &status) && status.Code < http.StatusInternalServerError:
		return &alerts.RefusedError{Code: status.Status, Err: &alerts.Advice{What: "slack: webhook: " + status.Status + " — ", Key: "way.hook_gone", Pairs: []any{"from", h.name()}}}
	case errors.As(err, &status):
		return &alerts.Advice{What: "slack: webhook: " + status.Status + ": ", Key: "way.slack_trouble", Pairs: []any{"address", h.name()}, Err: err}
	case errors.As(err, &inner):
		err = inner.Err
	}
	if untrusted := alerts.Untrusted("slack: webhook", err); untrusted != nil {
		return untrusted
	}
	if neverSent(err) {
		return &alerts.RetryError{Err: unreachable("slack: webhook", err)}
	}
	return fmt.Errorf("slack: webhook: %w", err)
}

func (h *Hook) name() string { return secretName("slack.webhook_url", h.from) }
