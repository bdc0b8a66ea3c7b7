package presets

import (
	"context"
	"net/url"
	"strings"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

// withRedaction wraps a crawler whose options hold secrets so that none gets out in
// errors, notes or posts. An address that is a secret is one with its path.
func withRedaction(c crawlers.Crawler, secrets []string) crawlers.Crawler {
	const short = 6 // bytes: shorter values are words that occur by themselves
	var words []string
	for _, s := range secrets {
		if len(s) < short {
			continue
		}
		words = append(words, s, url.QueryEscape(s))
		if u, err := url.Parse(s); err == nil && u.Host != "" && len(u.Path) >= short {
			words = append(words, u.Path)
		}
	}
	if len(words) == 0 {
		return c
	}
	d := &redactor{crawler: c, words: words}
	switch c := c.(type) {
	case crawlers.Threader:
		return &redactedThreader{d, c}
	case crawlers.Streamer:
		return &redactedStreamer{d}
	}
	return d
}

type redactor struct {
	crawler crawlers.Crawler
	words   []string
}

// Poll polls and keeps the secrets out of what comes back.
func (d *redactor) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	return d.redact(d.crawler.Poll(ctx, since))
}

func (d *redactor) redact(batch crawlers.Batch, err error) (crawlers.Batch, error) {
	for i, note := range batch.Observed.Notes {
		batch.Observed.Notes[i] = d.clean(note)
	}
	for i, note := range batch.Observed.Unread {
		batch.Observed.Unread[i] = d.clean(note)
	}
	for i := range batch.Posts {
		p := &batch.Posts[i]
		p.URL, p.ThreadURL = d.address(p.URL), d.address(p.ThreadURL)
	}
	if err != nil {
		return batch, &redactedError{err: err, text: d.clean(err.Error())}
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

// address is the address, or its site alone when it holds a secret.
func (d *redactor) address(s string) string {
	if d.clean(s) == s {
		return s
	}
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/"
}

func (d *redactor) clean(s string) string {
	for _, word := range d.words {
		s = strings.ReplaceAll(s, word, "…")
	}
	return s
}

// redactedError is an error in other words.
type redactedError struct {
	err  error
	text string
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.err }
