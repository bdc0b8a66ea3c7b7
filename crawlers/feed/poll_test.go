package feed_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/mention"
)

func TestFeedIsFoundAgainWhenItMoves(t *testing.T) {
	const feed = `<rss version="2.0"><channel><title>N</title><item><title>%s</title><link>https://n.example/%s</link></item></channel></rss>`
	site := &rig.Pages{Bodies: map[string]string{
		"https://n.example/":    `<html><head><link rel=alternate type=application/rss+xml href=/old></head></html>`,
		"https://n.example/old": fmt.Sprintf(feed, "one", "1"),
	}}
	c := rig.Crawler(t, "feed: https://n.example/", site)
	first := rig.Poll(t, c, "")
	delete(site.Bodies, "https://n.example/old")
	site.Bodies["https://n.example/"] = `<html><head><link rel=alternate type=application/rss+xml href=/new></head></html>`
	site.Bodies["https://n.example/new"] = fmt.Sprintf(feed, "two", "2")
	second := rig.Poll(t, c, first.Next)
	if len(second.Posts) != 1 || second.Posts[0].Title != "two" {
		t.Errorf("got %+v, want the post of the new feed", second.Posts)
	}
}

// TestFeedAnswersWithAPageForAWhile: a page of maintenance with status 200 in the place of
// a feed must not lead to another feed of the site for good.
func TestFeedAnswersWithAPageForAWhile(t *testing.T) {
	const feed = `<rss version="2.0"><channel><title>N</title><item><title>%s</title><link>https://n.example/%s</link></item></channel></rss>`
	const address = "https://n.example/shop/comments/feed/"
	for name, page := range map[string]string{
		"announces another": `<html><head><title>Back soon</title><link rel=alternate type=application/rss+xml href=/feed/></head></html>`,
		"announces none":    `<html><head><title>Back soon</title></head></html>`,
	} {
		t.Run(name, func(t *testing.T) {
			site := &rig.Pages{Bodies: map[string]string{
				address:                         fmt.Sprintf(feed, "one", "1"),
				"https://n.example/feed/":       fmt.Sprintf(feed, "news", "news"),
				"https://n.example/rss.xml":     fmt.Sprintf(feed, "news", "news"),
				"https://n.example/shop/2/feed": fmt.Sprintf(feed, "news", "news"),
			}}
			c := rig.Crawler(t, "feed: "+address, site)
			first := rig.Poll(t, c, "")
			site.Bodies[address] = page
			batch, err := c.Poll(t.Context(), first.Next)
			if err == nil || len(batch.Posts) > 0 || !strings.Contains(err.Error(), "Back soon") {
				t.Errorf("%d posts, %v: want an error that quotes the page", len(batch.Posts), err)
			}
			site.Bodies[address] = fmt.Sprintf(feed, "two", "2")
			since := first.Next
			if err == nil {
				since = batch.Next
			}
			if batch := rig.Poll(t, c, since); len(batch.Posts) != 1 || batch.Posts[0].Title != "two" {
				t.Errorf("got %+v, want the post of the feed", batch.Posts)
			}
		})
	}
}

func TestFeedCommentsOfAnArticle(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{"https://n.example/a/feed/": `<rss version="2.0"><channel><title>Comments on: A</title><item><title>By: Ann</title><link>https://n.example/a/#comment-1</link><description>No answer.</description></item></channel></rss>`}}
	c := rig.Crawler(t, "feed: https://n.example/rss", site)
	batch, err := c.(crawlers.Threader).Thread(t.Context(), mention.Post{URL: "https://n.example/a/", ThreadHint: "https://n.example/a/feed/"}, "")
	if err != nil || len(batch.Posts) != 1 {
		t.Fatal(batch, err)
	}
	if p := batch.Posts[0]; p.Title != "A" || !p.IsReply || p.Kind != mention.Comment || p.ThreadURL != "https://n.example/a/" {
		t.Errorf("got %+v", p)
	}
	// Many sites lead from such an address to the article: what that announces is the news.
	site.Bodies["https://n.example/b/feed/"] = `<html><head><link rel=alternate type=application/rss+xml href=/rss></head></html>`
	site.Bodies["https://n.example/rss"] = `<rss version="2.0"><channel><title>N</title><item><title>Other news</title><link>https://n.example/c/</link></item></channel></rss>`
	batch, err = c.(crawlers.Threader).Thread(t.Context(), mention.Post{URL: "https://n.example/b/", ThreadHint: "https://n.example/b/feed/"}, "")
	if err == nil || len(batch.Posts) > 0 {
		t.Errorf("got %+v, %v: want no news among the comments", batch.Posts, err)
	}
}

// TestFeedReadByOtherRules: the first poll after an upgrade says so, once, where a document is mended that an earlier
// version read otherwise or left out, and that of a new source never does.
func TestFeedReadByOtherRules(t *testing.T) {
	const item = `<item><title>%d</title><guid>%[1]d</guid>%s</item>`
	for more, other := range map[string]bool{
		"":                                       false,
		"<description>All is well</description>": false,
		"<description>&amp;#55357;&amp;#56865;</description>":            true, // an emoji in halves
		"<description>5 < 6</description>":                               true,
		"<description><p>See <iframe/> it</p></description>":             true,
		"<order><item><title>Kettle</title></item></order>":              true, // nothing is wrong with it, and it was taken for broken
		"<description>never closed <item><guid>n</guid><title>n</title>": true,
	} {
		feed := func(n int) string {
			return `<rss version="2.0"><channel><title>N</title>` + fmt.Sprintf(item, n, "") + fmt.Sprintf(item, 1, more) + `</channel></rss>`
		}
		site := &rig.Pages{Bodies: map[string]string{"https://n.example/rss": feed(2)}}
		c := rig.Crawler(t, "feed: https://n.example/rss", site)
		first := rig.Poll(t, c, "")
		site.Bodies["https://n.example/rss"] = feed(3)
		upgraded := rig.Poll(t, c, crawlers.Cursor(strings.Replace(string(first.Next), `,"rules":1`, "", 1)))
		site.Bodies["https://n.example/rss"] = feed(4)
		if next := rig.Poll(t, c, upgraded.Next); first.Anew || upgraded.Anew != other || next.Anew {
			t.Errorf("%s: read anew %v, %v, %v", more, first.Anew, upgraded.Anew, next.Anew)
		}
	}
}
