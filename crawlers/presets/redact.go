package presets

import (
	"context"
	"net/url"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/push"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// withRedaction wraps a crawler so that no secret of the watchlist gets out in errors,
// notes or posts, and none is told to a hub: hide is config's redaction.
func withRedaction(c crawlers.Crawler, hide func(string) string) crawlers.Crawler {
	d := &redactor{crawler: c, hide: hide}
	switch c := c.(type) {
	case *push.Door:
		return c // what it is given comes from a program that knows its token
	case crawlers.Threader:
		return &redactedThreader{d, c}
	case crawlers.Streamer:
		return &redactedStreamer{d}
	}
	return d
}

type redactor struct {
	crawler crawlers.Crawler
	hide    func(string) string
}

// Poll polls and keeps the secrets out of what comes back.
func (d *redactor) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	return d.redact(d.crawler.Poll(ctx, since))
}

func (d *redactor) redact(batch crawlers.Batch, err error) (crawlers.Batch, error) {
	for i, note := range batch.Observed.Notes {
		batch.Observed.Notes[i] = d.hide(note)
	}
	for i, note := range batch.Observed.Unread {
		batch.Observed.Unread[i] = d.hide(note)
	}
	for i := range batch.Posts {
		p := &batch.Posts[i]
		p.URL, p.ThreadURL, p.AuthorURL = d.address(p.URL), d.address(p.ThreadURL), d.address(p.AuthorURL)
		p.ID, p.ReplyTo = d.hide(p.ID), d.hide(p.ReplyTo)
		// ThreadHint stays: it is shown nowhere, and is what the discussion is asked with.
	}
	if d.hide(batch.Hub.URL+batch.Hub.Topic) != batch.Hub.URL+batch.Hub.Topic {
		batch.Hub = crawlers.Hub{}
	}
	if err != nil {
		return batch, redacted(err, d.hide)
	}
	return batch, nil
}

// redactedThreader is discreet about a crawler that follows threads.
type redactedThreader struct {
	*redactor
	threads crawlers.Threader
}

// Thread follows and keeps the secrets out of what comes back.
func (d *redactedThreader) Thread(ctx context.Context, p mention.Post, since crawlers.Cursor) (crawlers.Batch, error) {
	return d.redact(d.threads.Thread(ctx, p, since))
}

// redactedStreamer is discreet about a crawler that streams. Nothing streams and
// follows threads.
type redactedStreamer struct{ *redactor }

// Streams is the crawler's own word.
func (d *redactedStreamer) Streams() {}

// address is the address, or as much of it from the left as holds no secret.
func (d *redactor) address(s string) string {
	if d.hide(s) == s {
		return s
	}
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	for _, less := range []string{fetch.SafeURL(s), u.Scheme + "://" + u.Host + "/"} {
		if d.hide(less) == less {
			return less
		}
	}
	return ""
}

// withoutSecrets is way, of which no secret of the watchlist gets out.
func withoutSecrets(way reply.Way, hide func(string) string) reply.Way {
	send := way.Send
	way.Send = func(ctx context.Context, m reply.Message) reply.Result {
		res := send(ctx, m)
		res.Reason, res.URL, res.ID = hide(res.Reason), hide(res.URL), hide(res.ID)
		return res
	}
	if look := way.Look; look != nil {
		way.Look = func(ctx context.Context, p mention.Post) ([]reply.Shown, error) {
			shown, err := look(ctx, p)
			if err != nil {
				return nil, redacted(err, hide)
			}
			return shown, nil
		}
	}
	if check := way.Check; check != nil {
		way.Check = func(ctx context.Context) reply.Checked {
			c := check(ctx)
			c.Account, c.Why = hide(c.Account), hide(c.Why)
			return c
		}
	}
	return way
}

// redactedError is an error in other words.
type redactedError struct {
	err   error
	text  string
	plain string
}

func redacted(err error, hide func(string) string) error {
	return &redactedError{err: err, text: hide(err.Error()), plain: hide(crawlers.Explain(err))}
}

func (e *redactedError) Error() string { return e.text }

// Explain is what crawlers.Explain says.
func (e *redactedError) Explain() string { return e.plain }

// Unwrap is for the questions of the contract; nothing of it is printed.
func (e *redactedError) Unwrap() error { return e.err }
