package feed

import (
	"maps"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"
)

// The library's translators drop some of what feeds say. These keep it where a reader of an
// item looks: in Custom, under names of ours.
const (
	customHub     = "hub"               // of an Atom feed
	customReplies = "replies"           // the feed of an entry's comments (RFC 4685)
	customAnswers = "answers"           // of Blogger's: the address of the comment that an entry answers
	customAuthor  = "author as written" // of RSS: one that is more than a name
	customSource  = "source"            // of RSS: where search engines have an article from
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

// leave adds to the Custom of an item, which others may share.
func leave(item *gofeed.Item, name, value string) {
	custom := maps.Clone(item.Custom)
	if custom == nil {
		custom = map[string]string{}
	}
	custom[name] = value
	item.Custom = custom
}

// rssFeeds keeps authors as they are written where the translator of the library
// would look for a mail address in them and lose the name, and the names of sources, which it drops.
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
		if strings.ContainsAny(item.Author, "<@") {
			leave(parsed.Items[i], customAuthor, item.Author)
		}
		if item.Source != nil && item.Source.Title != "" {
			leave(parsed.Items[i], customSource, item.Source.Title)
		}
	}
	return parsed, nil
}
