package crawlers

import (
	"context"
	"net/url"
	"strings"

	"github.com/earshot/earshot/mention"
)

// keepSecret wraps a crawler whose options hold secrets so that none gets out in
// errors, notes or posts. An address that is a secret is one with its path.
func keepSecret(c Crawler, secrets []string) Crawler {
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
	d := &discreet{crawler: c, words: words}
	switch c := c.(type) {
	case Threader:
		return &discreetThreader{d, c}
	case Streamer:
		return &discreetStreamer{d}
	}
	return d
}

type discreet struct {
	crawler Crawler
	words   []string
}

// Poll polls and keeps the secrets out of what comes back.
func (d *discreet) Poll(ctx context.Context, since Cursor) (Batch, error) {
	return d.hush(d.crawler.Poll(ctx, since))
}

func (d *discreet) hush(batch Batch, err error) (Batch, error) {
	for i, note := range batch.Sees.Notes {
		batch.Sees.Notes[i] = d.clean(note)
	}
	for i := range batch.Posts {
		p := &batch.Posts[i]
		p.URL, p.ThreadURL = d.address(p.URL), d.address(p.ThreadURL)
	}
	if err != nil {
		return batch, &discreetError{err: err, text: d.clean(err.Error())}
	}
	return batch, nil
}

// discreetThreader is discreet about a crawler that follows threads.
type discreetThreader struct {
	*discreet
	threads Threader
}

// Thread follows and keeps the secrets out of what comes back.
func (d *discreetThreader) Thread(ctx context.Context, p mention.Post, since Cursor) (Batch, error) {
	return d.hush(d.threads.Thread(ctx, p, since))
}

// discreetStreamer is discreet about a crawler that streams. Nothing streams and
// follows threads.
type discreetStreamer struct{ *discreet }

// Streams is the crawler's own word.
func (d *discreetStreamer) Streams() {}

// address is the address, or its site alone when it holds a secret.
func (d *discreet) address(s string) string {
	if d.clean(s) == s {
		return s
	}
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/"
}

func (d *discreet) clean(s string) string {
	for _, word := range d.words {
		s = strings.ReplaceAll(s, word, "…")
	}
	return s
}

// discreetError is an error in other words.
type discreetError struct {
	err  error
	text string
}

func (e *discreetError) Error() string { return e.text }
func (e *discreetError) Unwrap() error { return e.err }
