package feed

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/text"
)

// maxHubURL bounds the addresses of a Hub, which stand in the cursor.
const maxHubURL = 2 << 10

// hubOf reads the hub of a feed from the Link headers, or else from the links in
// the feed itself. A feed without a hub, or that does not say its own address,
// has none: an address from the watchlist may hold a secret and is not told to a
// hub.
func hubOf(header http.Header, parsed *gofeed.Feed, feedURL string) crawlers.Hub {
	base, err := url.Parse(feedURL)
	if err != nil {
		return crawlers.Hub{}
	}
	base.RawQuery = ""
	var found crawlers.Hub
	take := func(rel, href string) {
		words := strings.Fields(strings.ToLower(rel))
		if found.URL == "" && slices.Contains(words, "hub") {
			found.URL = hubAddress(base, href)
		}
		if found.Topic == "" && slices.Contains(words, "self") {
			found.Topic = hubAddress(base, href)
		}
	}
	for _, line := range header.Values("Link") {
		poll.EachLink(line, take)
	}
	take("hub", parsed.Custom[customHub])
	for _, link := range atomLinks(parsed.Extensions) {
		take(link.Attrs["rel"], link.Attrs["href"])
	}
	take("self", parsed.FeedLink)
	if found.URL == "" || found.Topic == "" {
		return crawlers.Hub{}
	}
	return found
}

// hubAddress is an absolute address as the feed writes it: a hub compares topics
// letter by letter.
func hubAddress(base *url.URL, href string) string {
	href = strings.TrimSpace(href)
	u, err := url.Parse(href)
	if err != nil || href == "" || len(href) > maxHubURL {
		return ""
	}
	if !u.IsAbs() && u.Host == "" && u.Path == "" {
		return "" // "#x" is the polled address, which may hold a key
	}
	if !u.IsAbs() {
		u = base.ResolveReference(u)
		href = u.String()
	}
	if !poll.IsWeb(u) || u.Hostname() == "" || u.User != nil || len(href) > maxHubURL {
		return ""
	}
	return text.Valid(href)
}

// atomLinks are the atom:link elements of an RSS feed.
func atomLinks(all ext.Extensions) []ext.Extension {
	var links []ext.Extension
	for _, prefix := range []string{"atom", "atom10", "atom03"} {
		links = append(links, all[prefix]["link"]...)
	}
	return links
}
