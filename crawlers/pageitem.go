package crawlers

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/earshot/earshot/mention"
)

// pageItem is a post on its way out of a page.
type pageItem struct {
	post     mention.Post
	dateText string     // as the page shows it
	native   string     // the site's own id, when it shows one
	chosen   bool       // native is what the user's selector found: it names the post
	parent   *pageItem  // what a comment is under
	context  bool       // an article: no post, only the parent of comments
	node     *html.Node // where a selected item stands

	name, words string // letters of the author and the text, once asked for
	lettered    bool
}

// maxPageItems bounds the posts of one page: comparing two readings of a page
// takes the square of it.
const maxPageItems = 2000

func (i *pageItem) letters() (name, words string) {
	if !i.lettered {
		i.name, i.words, i.lettered = letters(i.post.Author), letters(i.post.Text), true
	}
	return i.name, i.words
}

// merge adds the items of another reading of the same page. What both readings
// found stays one item, with the first one's words and the other's extra facts.
func merge(items, more []*pageItem) []*pageItem {
	items, more = items[:min(len(items), maxPageItems)], more[:min(len(more), maxPageItems)]
	known := len(items) // items of one reading are never twins of each other
	for _, m := range more {
		i := slices.IndexFunc(items[:known], func(have *pageItem) bool { return sameItem(have, m) })
		if i < 0 {
			items = append(items, m)
			continue
		}
		have := &items[i].post
		if have.Author == "" {
			have.Author = m.post.Author
		}
		if have.Published.IsZero() {
			have.Published, have.DateOnly, items[i].dateText = m.post.Published, m.post.DateOnly, m.dateText
		}
		if have.Rating == nil {
			have.Rating = m.post.Rating
		}
		if have.URL == "" {
			have.URL = m.post.URL
		}
		if len(m.post.Text) > len(have.Text) { // JSON-LD is often cut short
			have.Text = m.post.Text
			items[i].lettered = false
		}
		if items[i].native == "" {
			items[i].native = m.native
		}
	}
	return items
}

// sameItem reports whether two readings of a page found the same post.
func sameItem(a, b *pageItem) bool {
	nameA, x := a.letters()
	nameB, y := b.letters()
	if nameA != "" && nameB != "" && nameA != nameB {
		return false
	}
	if !a.post.Published.IsZero() && !b.post.Published.IsZero() {
		if gap := a.post.Published.Sub(b.post.Published).Abs(); gap > 36*time.Hour {
			return false
		}
	}
	if len(x) > len(y) {
		x, y = y, x
	}
	const enough = 40 // bytes: about four words
	if len(x) >= enough {
		return strings.Contains(y, x)
	}
	if x != y {
		return strings.HasPrefix(y, x) && x != "" && a.post.Author != "" && a.post.Author == b.post.Author
	}
	return a.post.Author == b.post.Author && a.post.Published.Equal(b.post.Published)
}

// nameItems gives the items their names and addresses. source is the source's own
// address: it stays the same when an item moves from page one to page two.
func nameItems(items []*pageItem, source, page string) []mention.Post {
	shared := map[string]int{}
	for _, i := range items {
		if i.post.URL != "" {
			shared[i.post.URL]++
		}
	}
	taken := map[string]*pageItem{}
	var posts []mention.Post
	for _, i := range items {
		if i.context {
			continue
		}
		p := &i.post
		// A review with the page's address may soon be one of several; a discussion
		// is what its page is about.
		discussion := p.Kind == mention.Forum && i.parent == nil
		own := p.URL != "" && shared[p.URL] == 1 && (discussion || p.URL != page && p.URL != source)
		switch {
		case i.chosen:
			p.ID = clip(i.native, 512)
		case own:
			p.ID = p.URL
		case i.native != "":
			p.ID = source + "#" + clip(i.native, 200)
		default:
			p.ID = source + "#" + i.derivedID(false)
			if other := taken[p.ID]; other != nil && letters(other.post.Text) != letters(p.Text) {
				p.ID = source + "#" + i.derivedID(true)
			}
		}
		taken[p.ID] = i
		if p.URL == "" {
			p.URL = page
		}
		if i.parent != nil {
			if !i.parent.context {
				p.ReplyTo = i.parent.post.ID
			}
			if p.ThreadURL == "" {
				p.ThreadURL = page
			}
		}
		posts = append(posts, *p)
	}
	return posts
}

// derivedID names an item that has neither link nor id. An author writes one
// post a moment, so that moment stays the name when the text is edited. Without
// a moment the words are the name: a day read from "2 days ago" may be another
// one tomorrow.
func (i *pageItem) derivedID(words bool) string {
	p := i.post
	if !words && p.Author != "" && !p.Published.IsZero() && !p.DateOnly && !relativeDate(i.dateText) {
		return hashID("moment", letters(p.Author), p.Published.Format(time.RFC3339))
	}
	text := letters(p.Title + " " + p.Text)
	const telling = 60 // bytes of letters that two people do not write alike
	if len(text) >= telling {
		return hashID("words", letters(p.Author), text)
	}
	day := ""
	if !p.Published.IsZero() && !relativeDate(i.dateText) {
		day = p.Published.Format(time.DateOnly)
	}
	stars := ""
	if p.Rating != nil {
		stars = numberText(p.Rating.Value) + "/" + numberText(p.Rating.Best)
	}
	return hashID("short", letters(p.Author), text, day, stars)
}
