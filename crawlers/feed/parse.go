package feed

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/mmcdole/gofeed"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/charset"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
)

// answer is an answer that is a feed, or what was saved of one.
type answer struct {
	salvaged
	res *fetch.Response
}

// whole reads the feed of the answer. One that is cut off is asked for once more:
// when it is cut at the same place again, its server always cuts there, and what
// stands there is read as it is.
func (f *feed) whole(ctx context.Context, res *fetch.Response) (answer, error) {
	first, err := read(res, false)
	if err != nil || !first.cut {
		return answer{first, res}, err
	}
	second, err := f.env.Fetch.Do(ctx, fetch.Request{URL: res.URL, Accept: Accept})
	if err != nil || second.NotModified {
		res.Validators = fetch.Validators{} // the next poll reads it again
		return answer{first, res}, nil
	}
	same := bytes.Equal(second.Body, res.Body)
	again, err := read(second, same)
	switch {
	case err == nil && (same || !again.cut || len(again.feed.Items) > len(first.feed.Items)):
		if !same && again.cut {
			second.Validators = fetch.Validators{}
		}
		return answer{again, second}, nil
	default:
		res.Validators = fetch.Validators{}
		return answer{first, res}, nil
	}
}

// parse reads the feed of an answer, whatever is wrong with it.
func parse(res *fetch.Response) (*gofeed.Feed, error) {
	s, err := read(res, true)
	return s.feed, err
}

// read parses what came. The error wraps errNoFeed when it is something else than
// a feed. last says to read the item, too, in which the answer ends.
func read(res *fetch.Response, last bool) (salvaged, error) {
	res = withoutNotices(res)
	body := bytes.TrimSpace(res.Body)
	if len(body) == 0 {
		return salvaged{}, crawlers.Garbled(errors.New("the answer is empty"))
	}
	if body[0] == '{' {
		body = bytes.TrimSpace(charset.Text(res))
		release := htmltext.ReserveMemory(len(body) * htmltext.FeedCost)
		defer release()
		return readJSON(body)
	}
	body = charset.XML(res)
	if err := htmltext.CheckTags(body); err != nil {
		return salvaged{}, err
	}
	release := htmltext.ReserveMemory(len(body) * htmltext.FeedCost)
	defer release()
	whole := legal(body)
	s, err := readXML(tidy(whole, res.URL), last)
	s.mended = s.mended || !bytes.Equal(whole, body)
	return s, err
}

// withoutNotices takes off what a program of the site complains about above its feed: "<b>Notice</b>: Undefined index".
// A page that shows how a feed looks stays a page.
func withoutNotices(res *fetch.Response) *fetch.Response {
	const near = 16 << 10
	head := bytes.ToLower(res.Body[:min(len(res.Body), near)])
	at := bytes.Index(head, []byte("<?xml"))
	if at < 0 || len(bytes.Trim(head[:at], "\xef\xbb\xbf \t\r\n")) == 0 || bytes.Contains(head[:at], []byte("<html")) || bytes.Contains(head[:at], []byte("<!doctype")) {
		return res
	}
	feed := *res
	feed.Body = res.Body[at:]
	return &feed
}

// parseXML parses RSS, RDF and Atom.
func parseXML(body []byte) (*gofeed.Feed, error) {
	p := gofeed.NewParser()
	// Scanning every item for pictures costs as much as parsing the feed.
	p.RSSTranslator = &rssFeeds{gofeed.DefaultRSSTranslator{DisableContentImageScan: true}}
	p.AtomTranslator = &atomFeeds{}
	return p.Parse(bytes.NewReader(body))
}

func readXML(body []byte, last bool) (salvaged, error) {
	parsed, err := parseXML(body)
	more := err == nil && itemsBegun(body) > len(parsed.Items)
	switch {
	case errors.Is(err, gofeed.ErrFeedTypeNotDetected):
		return salvaged{}, errNoFeed
	case err == nil && !(more && swallowed(body, len(parsed.Items))) && (len(parsed.Items) > 0 || !hasItems(body)):
		return salvaged{feed: parsed, mended: more}, nil
	}
	if s, ok := salvage(body, last); ok {
		s.mended = true
		return s, nil
	}
	switch {
	case err == nil && len(parsed.Items) > 0:
		return salvaged{feed: parsed}, nil
	case err == nil:
		return salvaged{}, crawlers.Garbled(errors.New("the feed holds entries, but none of them can be read: its XML is broken"))
	}
	return salvaged{}, crawlers.Garbled(fmt.Errorf("the feed cannot be read, it may be cut off: %w", err))
}

// itemsBegun counts where items begin, wherever in the bytes. Every poll of a feed that changed asks
// for it, so it is no expression: that read every byte, this looks at what stands behind a "<".
func itemsBegun(body []byte) (n int) {
	for {
		at := bytes.IndexByte(body, '<')
		if at < 0 {
			return n
		}
		body = body[at+1:]
		if opens(body, "item") || opens(body, "entry") {
			n++
		}
	}
}

// opens reports whether a tag has this name, in letters of any size, and something or nothing behind it.
func opens(tag []byte, name string) bool {
	return len(tag) > len(name) && strings.IndexByte("> \t\n\f\r", tag[len(name)]) >= 0 && strings.EqualFold(string(tag[:len(name)]), name)
}

// anyItem finds where an item begins, also one under a prefix.
var anyItem = regexp.MustCompile(`(?i)<(?:[\w.-]+:)?(?:item|entry)[\s/>]`)

// swallowed reports whether the items that a document begins and that were not read are lost: one that
// is never closed takes those behind it for its own words, and the parser passes over a second
// channel. In XML without a fault what stands inside of an item is part of it, as the goods of an order may be.
func swallowed(body []byte, read int) bool {
	if whole, ok := outermost(body); ok && whole <= read {
		return false
	}
	p, ok := split(body) // some may stand in CDATA
	return ok && len(p.items)+p.lost > read
}

// hasItems reports whether something in the bytes looks like an item.
func hasItems(body []byte) bool { return anyItem.Match(body) }

// outermost counts the items that stand inside of no other; ok is false where a strict reader of XML
// finds a fault.
func outermost(body []byte) (items int, ok bool) {
	dec := xml.NewDecoder(bytes.NewReader(body))
	dec.Entity = xml.HTMLEntity
	isItem := func(n xml.Name) bool {
		return strings.EqualFold(n.Local, "item") || strings.EqualFold(n.Local, "entry")
	}
	inside := 0
	for {
		switch t, err := dec.Token(); t := t.(type) {
		case xml.StartElement:
			if isItem(t.Name) {
				if inside == 0 {
					items++
				}
				inside++
			}
		case xml.EndElement:
			if isItem(t.Name) {
				inside--
			}
		case nil:
			return items, err == io.EOF
		}
	}
}

// quoted is what an answer says of itself, short enough for a message.
func quoted(s string) string {
	const longest = 120
	return fmt.Sprintf("%q", text.Clip(htmltext.Line(s), longest))
}
