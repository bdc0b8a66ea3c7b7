package forum

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/andybalholm/cascadia"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/mention"
)

// discourseDoc is any of the JSON documents of Discourse that hold posts: a
// topic, the newest posts of the site, a search, or a list of topics.
type discourseDoc struct {
	ID     number `json:"id"`
	Title  string `json:"title"`
	Slug   string `json:"slug"`
	Chunk  number `json:"chunk_size"`
	Count  number `json:"posts_count"` // without small actions
	Stream *struct {
		Posts []discoursePost `json:"posts"`
		IDs   []number        `json:"stream"` // left out of topics with more than ten thousand posts
	} `json:"post_stream"`
	Latest *[]discoursePost `json:"latest_posts"`
	Posts  []discoursePost  `json:"posts"`
	Topics []discourseTopic `json:"topics"`
	Search json.RawMessage  `json:"grouped_search_result"`
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
	No       number `json:"post_number"`
	Type     number `json:"post_type"`
	ReplyTo  number `json:"reply_to_post_number"`
	Topic    number `json:"topic_id"`
	Slug     string `json:"topic_slug"`
	Title    string `json:"topic_title"`
	Version  number `json:"version"`
	Deleted  string `json:"deleted_at"`
	UserGone number `json:"user_deleted"`
	Hidden   number `json:"hidden"`
}

type discourseTopic struct {
	ID      number  `json:"id"`
	Title   string  `json:"title"`
	Slug    string  `json:"slug"`
	Highest number  `json:"highest_post_number"`
	LastAt  string  `json:"last_posted_at"`
	Visible *number `json:"visible"` // nil: where nobody says so, it is
}

// discoursePage reads a Discourse document.
func discoursePage(c *apiContext, body []byte, p *pageData) bool {
	if body[0] != '{' {
		return false
	}
	var doc discourseDoc
	if !decode(body, &doc) {
		return false
	}
	switch {
	case doc.Stream != nil:
		doc.topic(c, p)
	case doc.Latest != nil:
		doc.newest(c, p)
	case doc.Search != nil || len(doc.Posts) > 0 && doc.Posts[0].Created != "" && doc.Posts[0].Topic != "":
		doc.found(c, p)
	case doc.List != nil:
		doc.rows(c, p)
	default:
		return false
	}
	return true
}

// discourseRoot is the path a forum stands below.
func discourseRoot(c *apiContext) string {
	return c.root("t", "c", "tag", "tags", "posts", "latest", "new", "top", "hot", "search", "u", "g")
}

// found reads what was searched for.
func (doc *discourseDoc) found(c *apiContext, p *pageData) {
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
}

func (doc *discourseDoc) topic(c *apiContext, p *pageData) {
	p.Topic = htmltext.Line(doc.Title)
	p.Thread = c.link(discourseRoot(c), "t/"+discoursePath(doc.Slug, doc.ID))
	for _, post := range doc.Stream.Posts {
		post.Topic, post.Slug = cmp.Or(post.Topic, doc.ID), cmp.Or(post.Slug, doc.Slug)
		post.add(c, p)
	}
	address := c.fetchable(discourseRoot(c), "t/"+discoursePath(doc.Slug, doc.ID))
	if c.api {
		address = c.fetchable(discourseRoot(c), "t/"+string(doc.ID)+".json")
	}
	p.turn(c.page(), doc.pages(c.page()), paged(address))
}

// pages is how many pages the topic has, as far as the one that was asked for tells.
func (doc *discourseDoc) pages(page int) int {
	chunk := int(doc.Chunk.int())
	if chunk <= 0 {
		chunk = 20
	}
	count := len(doc.Stream.IDs)
	if count == 0 {
		count = int(doc.Count.int())
		if len(doc.Stream.Posts) >= chunk { // what is not counted may fill more pages
			count = max(count, page*chunk+1)
		}
	}
	return (count + chunk - 1) / chunk
}

// discourseWindow is how many ids a page of the newest posts spans in old versions: most of them
// may be of posts that nobody is shown.
const discourseWindow = 50

// newest reads the newest posts of the whole site; older ones are asked for with
// before=, which old versions answer with that post and those of the ids before it. Of those
// it may be that none is shown, which is not the end.
func (doc *discourseDoc) newest(c *apiContext, p *pageData) {
	asked := number(c.at.Query().Get("before")).int()
	lowest := int64(0)
	for _, post := range *doc.Latest {
		post.add(c, p)
		if id := post.ID.int(); lowest == 0 || id < lowest {
			lowest = id
		}
	}
	if asked > 0 && (lowest == 0 || lowest >= asked) {
		lowest = asked - discourseWindow
	}
	if lowest > 1 {
		p.Older = withParam(c.at.String(), "before", strconv.FormatInt(lowest, 10))
	}
}

func discoursePath(slug string, id number) string { return cmp.Or(slug, "-") + "/" + string(id) }

// discourseDrop is what the program puts into a text: names and sizes of pictures, votes of polls.
var discourseDrop = &selector{cascadia.MustCompile(".lightbox-wrapper .meta, .poll-info")}

func (d *discoursePost) add(c *apiContext, p *pageData) {
	// Small actions ("closed this topic") and whispers are no posts.
	if d.No.int() == 0 || d.Topic == "" || d.Type.int() > 2 || d.Hidden.yes() {
		return
	}
	thread := c.link(discourseRoot(c), "t/"+discoursePath(d.Slug, d.Topic))
	post := mention.Post{
		ID: fmt.Sprintf("%s/%s", d.Topic, d.No), Author: d.User, AuthorURL: c.link(discourseRoot(c), "u/"+d.User),
		Title: htmltext.Line(d.Title), ThreadURL: thread, URL: thread + "/" + string(d.No),
		Published: isoTime(d.Created), IsReply: d.No.int() > 1, Deleted: d.Deleted != "" || d.UserGone.yes(),
		Text: apiText(d.Cooked, discourseDrop),
	}
	if d.User == "" {
		post.AuthorURL = ""
	}
	if d.Cooked == "" {
		post.Text = htmltext.Plain(d.Raw + d.Blurb)
	}
	if d.Version.int() > 1 {
		post.Edited = isoTime(d.Updated)
	}
	if d.ReplyTo.int() > 0 {
		post.ReplyTo = fmt.Sprintf("%s/%s", d.Topic, d.ReplyTo)
	}
	p.add(post)
}

func (doc *discourseDoc) rows(c *apiContext, p *pageData) {
	for _, t := range doc.List.Topics {
		if t.ID == "" || t.Visible != nil && !t.Visible.yes() {
			continue
		}
		path := "t/" + discoursePath(t.Slug, t.ID)
		if c.api {
			path = "t/" + string(t.ID) + ".json"
		}
		p.Threads = append(p.Threads, threadRow{
			Key: string(t.ID), URL: c.fetchable(discourseRoot(c), path),
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
