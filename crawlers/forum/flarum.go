package forum

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/mention"
)

// flarumDoc is a JSON:API document of Flarum: one discussion, a list of them, or
// a list of posts, with what they refer to in included.
type flarumDoc struct {
	Data     json.RawMessage `json:"data"`
	Included []flarumThing   `json:"included"`
	Links    struct {
		First string `json:"first"`
		Next  string `json:"next"`
	} `json:"links"`
}

type flarumThing struct {
	Type  string `json:"type"`
	ID    number `json:"id"`
	Attrs struct {
		Title    string  `json:"title"`
		Slug     string  `json:"slug"`
		Comments number  `json:"commentCount"`
		LastNo   number  `json:"lastPostNumber"`
		LastAt   string  `json:"lastPostedAt"`
		Number   number  `json:"number"`
		Created  string  `json:"createdAt"`
		Edited   string  `json:"editedAt"`
		Type     string  `json:"contentType"`
		HTML     *string `json:"contentHtml"`
		Hidden   number  `json:"isHidden"`
		User     string  `json:"username"`
		Shown    string  `json:"displayName"`
	} `json:"attributes"`
	Refs map[string]struct {
		Data json.RawMessage `json:"data"`
	} `json:"relationships"`
}

// ref returns the id of a to-one relationship.
func (t *flarumThing) ref(name string) number {
	var to struct {
		ID number `json:"id"`
	}
	if json.Unmarshal(t.Refs[name].Data, &to) != nil {
		return ""
	}
	return to.ID
}

// refs returns how many things a to-many relationship names.
func (t *flarumThing) refs(name string) int {
	var to []json.RawMessage
	if json.Unmarshal(t.Refs[name].Data, &to) != nil {
		return 0
	}
	return len(to)
}

// flarumPage reads a Flarum document.
func flarumPage(c *apiContext, body []byte, p *pageData) bool {
	var doc flarumDoc
	if body[0] != '{' || !decode(body, &doc) || len(doc.Data) == 0 {
		return false
	}
	var one flarumThing
	var many []flarumThing
	if doc.Data[0] == '[' {
		if !decode(doc.Data, &many) {
			return false
		}
	} else if !decode(doc.Data, &one) {
		return false
	}
	known := map[string]*flarumThing{}
	for i := range doc.Included {
		known[doc.Included[i].Type+"/"+string(doc.Included[i].ID)] = &doc.Included[i]
	}
	switch {
	case one.Type == "discussions":
		flarumDiscussion(c, &one, doc.Included, known, p)
	case len(many) > 0 && many[0].Type == "discussions":
		flarumRows(c, many, p)
		p.Next = c.asked(doc.Links.Next)
	case len(many) > 0 && many[0].Type == "posts":
		for i := range many {
			flarumPost(c, &many[i], known, p)
		}
		p.Older = c.asked(doc.Links.Next)
	case doc.Data[0] == '[' && len(many) == 0 && doc.Links.First != "":
		// A discussion, or a forum, whose posts are gone.
	default:
		return false
	}
	return true
}

// flarumRoot is the path a forum stands below.
func flarumRoot(c *apiContext) string { return c.root("api", "d", "t", "u", "all", "tags") }

// flarumChunk is how many posts Flarum puts on a page.
const flarumChunk = 20

func flarumDiscussion(c *apiContext, t *flarumThing, included []flarumThing, known map[string]*flarumThing, p *pageData) {
	p.Topic = htmltext.OneLine(t.Attrs.Title)
	p.Thread = c.link(flarumRoot(c), "d/"+flarumSlug(t))
	var posts []*flarumThing
	for i := range included {
		if of := included[i].ref("discussion"); included[i].Type == "posts" && (of == "" || of == t.ID) { // not one that mentions a post of this
			posts = append(posts, &included[i])
		}
	}
	slices.SortStableFunc(posts, func(a, b *flarumThing) int { return int(a.Attrs.Number.int() - b.Attrs.Number.int()) })
	for _, post := range posts {
		flarumPost(c, post, known, p)
	}
	if pages := (t.refs("posts") + flarumChunk - 1) / flarumChunk; !c.api && pages > 1 {
		p.turn(c.page(), pages, paged(c.fetchable(flarumRoot(c), "d/"+flarumSlug(t))))
	}
}

// flarumSlug is the discussion's part of an address: "12-the-title". The
// attribute holds it whole in newer versions and without the id in older ones.
func flarumSlug(t *flarumThing) string {
	slug, id := t.Attrs.Slug, string(t.ID)
	switch {
	case slug == "" || slug == id:
		return id
	case len(slug) > len(id) && slug[:len(id)] == id && slug[len(id)] == '-':
		return slug
	}
	return id + "-" + slug
}

func flarumPost(c *apiContext, t *flarumThing, known map[string]*flarumThing, p *pageData) {
	if t.Attrs.Type != "" && t.Attrs.Type != "comment" || t.Attrs.HTML == nil {
		return // "renamed the discussion", or a post whose text is not shown
	}
	post := mention.Post{
		ID: string(t.ID), Published: isoTime(t.Attrs.Created), Edited: isoTime(t.Attrs.Edited),
		Text: apiText(*t.Attrs.HTML, nil), IsReply: t.Attrs.Number != "1", Deleted: t.Attrs.Hidden.yes(),
	}
	discussion := t.ref("discussion")
	if d := known["discussions/"+string(discussion)]; d != nil {
		post.Title, post.ThreadURL = htmltext.OneLine(d.Attrs.Title), c.link(flarumRoot(c), "d/"+flarumSlug(d))
	}
	if m := flarumDiscussionPath.FindStringSubmatch(p.Thread); discussion == "" && m != nil {
		discussion = number(m[2])
	}
	post.URL = c.link(flarumRoot(c), fmt.Sprintf("d/%s/%s", discussion, t.Attrs.Number))
	if u := known["users/"+string(t.ref("user"))]; u != nil {
		post.Author = cmp.Or(u.Attrs.Shown, u.Attrs.User)
		post.FreeName = post.Author != u.Attrs.User // a nickname
		if u.Attrs.Slug != "" {
			post.AuthorURL = c.link(flarumRoot(c), "u/"+u.Attrs.Slug)
		}
	}
	p.add(post)
}

func flarumRows(c *apiContext, many []flarumThing, p *pageData) {
	for i := range many {
		t := &many[i]
		if t.Attrs.Hidden.yes() {
			continue
		}
		path := "d/" + flarumSlug(t)
		if c.api {
			path = "api/posts?filter%5Bdiscussion%5D=" + string(t.ID) + "&" + flarumPosts
		}
		p.Threads = append(p.Threads, threadRow{
			Key: string(t.ID), URL: c.fetchable(flarumRoot(c), path),
			Mark: fmt.Sprintf("%s|%s|%s", t.Attrs.Comments, t.Attrs.LastNo, t.Attrs.LastAt),
		})
	}
}
