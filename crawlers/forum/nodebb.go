package forum

import (
	"encoding/json"
	"fmt"
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
	Posts      []nodebbPost `json:"posts"`
	Topics     []nodebbRow  `json:"topics"`
	Pagination struct {
		Current int `json:"currentPage"`
		Count   int `json:"pageCount"`
	} `json:"pagination"`
	Template struct {
		Name string `json:"name"`
	} `json:"template"`
}

type nodebbPost struct {
	PID     number `json:"pid"`
	TID     number `json:"tid"`
	ToPID   number `json:"toPid"`
	Index   *int   `json:"index"`
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
	Scheduled bool   `json:"scheduled"`
}

// nodebbPage reads a topic, a list of topics, or a list of posts.
func nodebbPage(c *apiContext, body []byte, p *pageData) bool {
	if body[0] == '[' { // /api/recent/posts
		var posts []nodebbPost
		if json.Unmarshal(body, &posts) != nil || len(posts) == 0 || posts[0].PID == "" || posts[0].Content == "" && posts[0].TID == "" {
			return false
		}
		for i := range posts {
			posts[i].add(c, "/", p)
		}
		return true
	}
	var t nodebbTopic
	if json.Unmarshal(body, &t) != nil {
		return false
	}
	root := ""
	if t.Root != nil {
		root = *t.Root
	}
	root += "/"
	switch {
	case len(t.Posts) > 0 && t.Posts[0].PID != "" && (t.TID != "" || t.Slug != ""):
		t.read(c, root, p)
	case len(t.Topics) > 0 && t.Topics[0].TID != "" && t.Topics[0].Slug != "":
		t.rows(c, root, p)
	case t.Root != nil && t.Template.Name != "":
		// A page of NodeBB without posts: an empty topic or list.
	default:
		return false
	}
	if n := t.Pagination; n.Count > 1 && n.Current > 0 {
		p.turn(n.Current, n.Count, c.nodebbPage)
	}
	return true
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
	p.Topic = htmltext.Line(t.Title)
	if t.TitleRaw != "" {
		p.Topic = htmltext.OneLine(t.TitleRaw)
	}
	slug := t.Slug
	if slug == "" {
		slug = string(t.TID)
	}
	p.Thread = c.link(root, "topic/"+slug)
	for i := range t.Posts {
		t.Posts[i].mainPID(t.MainPID)
		t.Posts[i].add(c, root, p)
	}
}

// mainPID marks the opening post where the posts carry no index.
func (n *nodebbPost) mainPID(main number) {
	if n.Index == nil && main != "" {
		index := 1
		if n.PID == main {
			index = 0
		}
		n.Index = &index
	}
}

func (n *nodebbPost) add(c *apiContext, root string, p *pageData) {
	if n.PID == "" || len(n.EventOnly) > 0 && n.Content == "" {
		return
	}
	post := mention.Post{
		ID:        string(n.PID),
		URL:       c.link(root, "post/"+string(n.PID)),
		Author:    n.User.Name,
		Published: isoTime(n.ISO),
		Edited:    n.Edited.moment(),
		Text:      apiText(n.Content),
		ReplyTo:   string(n.ToPID),
		IsReply:   n.Index == nil || *n.Index > 0,
		Deleted:   n.Deleted.int() == 1,
	}
	if strings.HasPrefix(post.ID, "http") { // a post of another server of the fediverse
		post.URL = poll.CleanURL(post.ID)
	}
	if strings.HasPrefix(post.Author, "[[") { // a guest or a deleted account, not yet translated
		post.Author = n.Handle
	}
	if n.User.Slug != "" {
		post.AuthorURL = c.link(root, "user/"+n.User.Slug)
	}
	if post.Published.IsZero() {
		post.Published = n.Time.moment()
	}
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
		if row.TID == "" || row.Deleted.int() == 1 || row.Scheduled {
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
