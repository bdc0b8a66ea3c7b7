package forum

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/mention"
)

// nodebbTopic is a NodeBB page as its API and its own HTML carry it: a topic, or
// a list of topics.
type nodebbTopic struct {
	Root       *string      `json:"relative_path"`
	TID        number       `json:"tid"`
	Title      string       `json:"title"`
	TitleRaw   string       `json:"titleRaw"`
	Slug       string       `json:"slug"`
	MainPID    number       `json:"mainPid"`
	Sort       string       `json:"sortOption"` // which posts stand first
	Posts      []nodebbPost `json:"posts"`
	Topics     []nodebbRow  `json:"topics"`
	Pagination struct {
		Current number `json:"currentPage"`
		Count   number `json:"pageCount"`
	} `json:"pagination"`
	Template struct {
		Name string `json:"name"`
	} `json:"template"`
}

type nodebbPost struct {
	PID     number `json:"pid"`
	TID     number `json:"tid"`
	ToPID   number `json:"toPid"`
	Index   number `json:"index"`
	Main    *bool  `json:"isMainPost"`
	Content string `json:"content"`
	Time    number `json:"timestamp"`
	ISO     string `json:"timestampISO"`
	Edited  number `json:"edited"`
	Deleted number `json:"deleted"`
	Handle  string `json:"handle"`
	User    struct {
		Name string `json:"username"`
		Slug string `json:"userslug"`
	} `json:"user"`
	Topic *struct {
		Title string `json:"title"`
		Slug  string `json:"slug"`
	} `json:"topic"`
	EventOnly json.RawMessage `json:"eventType"`
}

type nodebbRow struct {
	TID       number `json:"tid"`
	Slug      string `json:"slug"`
	Title     string `json:"title"`
	Posts     number `json:"postcount"`
	Last      number `json:"lastposttime"`
	Deleted   number `json:"deleted"`
	Scheduled number `json:"scheduled"`
}

// nodebbPage reads a topic, a list of topics, or a list of posts.
func nodebbPage(c *apiContext, body []byte, p *pageData) bool {
	if body[0] == '[' { // /api/recent/posts
		var posts []nodebbPost
		if !decode(body, &posts) || !slices.ContainsFunc(posts, func(n nodebbPost) bool { return n.PID != "" && n.TID != "" }) {
			return false
		}
		for i := range posts {
			posts[i].add(c, "/", p)
		}
		return true
	}
	var t nodebbTopic
	if !decode(body, &t) {
		return false
	}
	root := ""
	if t.Root != nil {
		root = *t.Root
	}
	root += "/"
	switch {
	case slices.ContainsFunc(t.Posts, func(n nodebbPost) bool { return n.PID != "" }):
		t.read(c, root, p)
	case slices.ContainsFunc(t.Topics, func(row nodebbRow) bool { return row.TID != "" && row.Slug != "" }):
		t.rows(c, root, p)
	case t.Root != nil && t.Template.Name != "":
		// A page of NodeBB without posts: an empty topic or list.
	default:
		return false
	}
	current, count := int(t.Pagination.Current.int()), int(t.Pagination.Count.int())
	switch {
	case count < 2 || current < 1:
	case len(p.Posts) > 0 && p.Thread == "": // a person's, the newest first
		if current < count {
			p.Older = c.nodebbPage(current + 1)
		}
	case t.TID != "" && t.Sort != "" && t.Sort != oldestFirst && c.at.Query().Get("sort") != oldestFirst:
		t.inOrder(c, count, p)
	default:
		p.turn(current, count, c.nodebbPage)
	}
	return true
}

// oldestFirst is what a topic is asked for with that is to show its posts as they were written.
const oldestFirst = "oldest_to_newest"

// inOrder goes on from a page that shows the newest posts first, or those with most votes, as boards may
// be set to do, to the pages in the order of writing: the new posts stand on the last of them. Of this page the
// opening post is kept, which all orders begin with.
func (t *nodebbTopic) inOrder(c *apiContext, count int, p *pageData) {
	address := paged(withParam(c.nodebbPage(1), "sort", oldestFirst))
	p.Next, p.Last, p.LastNo = address(1), address(count), count
	if opening := slices.DeleteFunc(slices.Clone(p.Posts), func(p mention.Post) bool { return p.IsReply }); len(opening) > 0 {
		p.Posts = opening
	}
}

// nodebbPage is the page's address with another page number: without the post's
// index that NodeBB appends to the address, which would win over the page.
func (c *apiContext) nodebbPage(n int) string {
	at := *c.at
	parts := strings.Split(strings.Trim(at.Path, "/"), "/")
	for i, part := range parts {
		if part == "topic" && len(parts) > i+3 {
			at.Path, at.RawPath = "/"+strings.Join(parts[:i+3], "/"), ""
		}
	}
	at.RawQuery = strings.TrimPrefix(dropParams("?"+at.RawQuery, []string{"lang"}), "?")
	return poll.CleanURL(paged(at.String())(n))
}

func (t *nodebbTopic) read(c *apiContext, root string, p *pageData) {
	if t.TID != "" { // else posts of several topics, of a person
		p.Thread = c.link(root, "topic/"+cmp.Or(t.Slug, string(t.TID)))
		p.Topic = cmp.Or(htmltext.OneLine(t.TitleRaw), htmltext.Line(t.Title))
	}
	for i := range t.Posts {
		t.Posts[i].mainPID(t.MainPID)
		t.Posts[i].add(c, root, p)
	}
}

// mainPID marks the opening post where the posts carry no index.
func (n *nodebbPost) mainPID(main number) {
	if n.Main == nil && main != "" {
		opens := n.PID == main
		n.Main = &opens
	}
}

// answers reports whether the post does not open its topic.
func (n *nodebbPost) answers() bool {
	if n.Index == "" && n.Main != nil {
		return !*n.Main
	}
	return n.Index != "0"
}

func (n *nodebbPost) add(c *apiContext, root string, p *pageData) {
	if n.PID == "" || len(n.EventOnly) > 0 && n.Content == "" {
		return
	}
	post := mention.Post{
		ID:        string(n.PID),
		URL:       c.link(root, "post/"+string(n.PID)),
		Author:    htmltext.Line(n.User.Name),
		Published: isoTime(n.ISO),
		Edited:    n.Edited.moment(),
		Text:      apiText(n.Content, nil),
		ReplyTo:   string(n.ToPID),
		IsReply:   n.answers(),
		Deleted:   n.Deleted.yes(),
	}
	if strings.HasPrefix(post.ID, "http") { // a post of another server of the fediverse
		post.URL = poll.CleanURL(post.ID)
	}
	if strings.HasPrefix(post.Author, "[[") { // a guest or a deleted account, not yet translated
		post.Author = htmltext.Line(n.Handle)
	}
	if n.User.Slug != "" {
		post.AuthorURL = c.link(root, "user/"+n.User.Slug)
	}
	post.FreeName = n.User.Slug == "" && post.Author != "" // a guest's
	post.Published = cmp.Or(post.Published, n.Time.moment())
	if n.Topic != nil && p.Topic == "" {
		post.Title = htmltext.Line(n.Topic.Title)
		if n.Topic.Slug != "" {
			post.ThreadURL = c.link(root, "topic/"+n.Topic.Slug)
		}
	}
	p.add(post)
}

func (t *nodebbTopic) rows(c *apiContext, root string, p *pageData) {
	for _, row := range t.Topics {
		if row.TID == "" || row.Deleted.yes() || row.Scheduled.yes() {
			continue
		}
		path := "topic/" + row.Slug
		if c.api {
			path = "api/topic/" + string(row.TID)
		}
		p.Threads = append(p.Threads, threadRow{
			Key: string(row.TID), URL: c.fetchable(root, path),
			Mark: fmt.Sprintf("%s|%s", row.Posts, row.Last),
		})
	}
}
