package feed

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

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

// customHub is where atomFeeds leaves the hub's address.
const customHub = "hub"

// customReplies and customAnswers are where atomFeeds leaves the feed of an entry's comments
// (RFC 4685) and, of Blogger's, the address of the comment that an entry answers.
const (
	customReplies = "replies"
	customAnswers = "answers"
)

// atomFeeds keeps the hub of an Atom feed and what its entries' links say of a discussion,
// which the translator of the library drops.
type atomFeeds struct{ gofeed.DefaultAtomTranslator }

// Translate implements gofeed.Translator.
func (t *atomFeeds) Translate(feed any) (*gofeed.Feed, error) {
	parsed, err := t.DefaultAtomTranslator.Translate(feed)
	if err != nil {
		return nil, err
	}
	source, ok := feed.(*atom.Feed)
	if !ok {
		return parsed, nil
	}
	for _, link := range source.Links {
		if strings.EqualFold(link.Rel, "hub") {
			parsed.Custom = map[string]string{customHub: link.Href}
			break
		}
	}
	if len(source.Entries) != len(parsed.Items) {
		return parsed, nil
	}
	for i, entry := range source.Entries {
		for _, link := range entry.Links {
			keep := ""
			switch {
			case strings.EqualFold(link.Rel, "replies") && strings.Contains(link.Type, "+xml"):
				keep = customReplies
			case strings.EqualFold(link.Rel, "related") && strings.Contains(link.Href, "/comments/default/"):
				keep = customAnswers
			default:
				continue
			}
			leave(parsed.Items[i], keep, link.Href)
		}
	}
	return parsed, nil
}

// leave puts what the library drops of an item where a reader of it looks: under a name of ours.
func leave(item *gofeed.Item, name, value string) {
	custom := maps.Clone(item.Custom)
	if custom == nil {
		custom = map[string]string{}
	}
	custom[name] = value
	item.Custom = custom
}

// customAuthor is where rssFeeds leaves an author that is more than a name.
const customAuthor = "author as written"

// rssFeeds keeps authors as they are written where the translator of the library
// would look for a mail address in them and lose the name.
type rssFeeds struct{ gofeed.DefaultRSSTranslator }

// Translate implements gofeed.Translator.
func (t *rssFeeds) Translate(feed any) (*gofeed.Feed, error) {
	parsed, err := t.DefaultRSSTranslator.Translate(feed)
	if err != nil {
		return nil, err
	}
	source, ok := feed.(*rss.Feed)
	if !ok || len(source.Items) != len(parsed.Items) {
		return parsed, nil
	}
	for i, item := range source.Items {
		if !strings.ContainsAny(item.Author, "<@") {
			continue
		}
		leave(parsed.Items[i], customAuthor, item.Author)
	}
	return parsed, nil
}
