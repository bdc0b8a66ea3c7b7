package forum

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/mention"
)

// discourseDoc is any of the JSON documents of Discourse that hold posts: a
// topic, the newest posts of the site, a search, or a list of topics.
type discourseDoc struct {
	ID     number `json:"id"`
	Title  string `json:"title"`
	Slug   string `json:"slug"`
	Chunk  int    `json:"chunk_size"`
	Stream *struct {
		Posts []discoursePost `json:"posts"`
		IDs   []int64         `json:"stream"`
	} `json:"post_stream"`
	Latest []discoursePost  `json:"latest_posts"`
	Posts  []discoursePost  `json:"posts"`
	Topics []discourseTopic `json:"topics"`
	List   *struct {
		More   string           `json:"more_topics_url"`
		Topics []discourseTopic `json:"topics"`
	} `json:"topic_list"`
}

type discoursePost struct {
	ID       number `json:"id"`
	User     string `json:"username"`
	Created  string `json:"created_at"`
	Updated  string `json:"updated_at"`
	Cooked   string `json:"cooked"`
	Raw      string `json:"raw"`
	Blurb    string `json:"blurb"`
	No       int    `json:"post_number"`
	Type     int    `json:"post_type"`
	ReplyTo  int    `json:"reply_to_post_number"`
	Topic    number `json:"topic_id"`
	Slug     string `json:"topic_slug"`
	Title    string `json:"topic_title"`
	Version  int    `json:"version"`
	Deleted  string `json:"deleted_at"`
	UserGone bool   `json:"user_deleted"`
	Hidden   bool   `json:"hidden"`
}

type discourseTopic struct {
	ID      number `json:"id"`
	Title   string `json:"title"`
	Slug    string `json:"slug"`
	Highest number `json:"highest_post_number"`
	LastAt  string `json:"last_posted_at"`
	Hidden  *bool  `json:"visible"`
}

// discoursePage reads a Discourse document.
func discoursePage(c *apiContext, body []byte, p *pageData) bool {
	if body[0] != '{' {
		return false
	}
	var doc discourseDoc
	if json.Unmarshal(body, &doc) != nil {
		return false
	}
	switch {
	case doc.Stream != nil:
		doc.topic(c, p)
	case len(doc.Latest) > 0:
		doc.newest(c, p)
	case len(doc.Posts) > 0 && doc.Posts[0].Created != "" && doc.Posts[0].Topic != "":
		titles := map[number]discourseTopic{}
		for _, t := range doc.Topics {
			titles[t.ID] = t
		}
		for _, post := range doc.Posts {
			if t, ok := titles[post.Topic]; ok {
				post.Title, post.Slug = t.Title, t.Slug
			}
			post.add(c, p)
		}
	case doc.List != nil:
		doc.rows(c, p)
	default:
		return false
	}
	return true
}

func (doc *discourseDoc) topic(c *apiContext, p *pageData) {
	p.Topic = htmltext.Line(doc.Title)
	p.Thread = c.link("/", "t/"+discoursePath(doc.Slug, doc.ID))
	for _, post := range doc.Stream.Posts {
		if post.Topic == "" {
			post.Topic = doc.ID
		}
		if post.Slug == "" {
			post.Slug = doc.Slug
		}
		post.add(c, p)
	}
	chunk := doc.Chunk
	if chunk <= 0 {
		chunk = 20
	}
	pages := (len(doc.Stream.IDs) + chunk - 1) / chunk
	if pages < 2 {
		return
	}
	address := c.fetchable("/", "t/"+discoursePath(doc.Slug, doc.ID))
	if c.api {
		address = c.fetchable("/", "t/"+string(doc.ID)+".json")
	}
	p.turn(c.page(), pages, paged(address))
}

// newest reads the newest posts of the whole site; older ones are asked for with
// before=. An empty page is not the end in old versions, so the id decides.
func (doc *discourseDoc) newest(c *apiContext, p *pageData) {
	lowest := int64(0)
	for _, post := range doc.Latest {
		post.add(c, p)
		if id := post.ID.int(); lowest == 0 || id < lowest {
			lowest = id
		}
	}
	if lowest > 1 {
		p.Older = withParam(c.at.String(), "before", strconv.FormatInt(lowest, 10))
	}
}

func discoursePath(slug string, id number) string {
	if slug == "" {
		slug = "-"
	}
	return slug + "/" + string(id)
}

func (d *discoursePost) add(c *apiContext, p *pageData) {
	// Small actions ("closed this topic") and whispers are no posts.
	if d.No == 0 || d.Topic == "" || d.Type > 2 || d.Hidden {
		return
	}
	thread := c.link("/", "t/"+discoursePath(d.Slug, d.Topic))
	post := mention.Post{
		ID: fmt.Sprintf("%s/%d", d.Topic, d.No), Author: d.User, AuthorURL: c.link("/", "u/"+d.User),
		Title: htmltext.Line(d.Title), ThreadURL: thread, URL: thread + "/" + strconv.Itoa(d.No),
		Published: isoTime(d.Created), IsReply: d.No > 1, Deleted: d.Deleted != "" || d.UserGone,
		Text: apiText(d.Cooked),
	}
	if d.User == "" {
		post.AuthorURL = ""
	}
	if d.Cooked == "" {
		post.Text = htmltext.Plain(d.Raw + d.Blurb)
	}
	if d.Version > 1 {
		post.Edited = isoTime(d.Updated)
	}
	if d.ReplyTo > 0 {
		post.ReplyTo = fmt.Sprintf("%s/%d", d.Topic, d.ReplyTo)
	}
	p.add(post)
}

func (doc *discourseDoc) rows(c *apiContext, p *pageData) {
	for _, t := range doc.List.Topics {
		if t.ID == "" || t.Hidden != nil && !*t.Hidden {
			continue
		}
		path := "t/" + discoursePath(t.Slug, t.ID)
		if c.api {
			path = "t/" + string(t.ID) + ".json"
		}
		p.Threads = append(p.Threads, threadRow{
			Key: string(t.ID), URL: c.fetchable("/", path),
			Mark: fmt.Sprintf("%s|%s", t.Highest, t.LastAt),
		})
	}
	if more := strings.TrimPrefix(doc.List.More, "/"); more != "" {
		if path, query, _ := strings.Cut(more, "?"); c.api && !strings.HasSuffix(path, ".json") {
			more = path + ".json?" + query
		}
		p.Next = c.fetchable("/", more)
	}
}
