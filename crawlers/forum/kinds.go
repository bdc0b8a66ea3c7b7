package forum

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/feed"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// apiKind is the forum engine told which engine it reads, so it can ask the
// engine's API at once instead of reading pages.
func apiKind(name, about, limits string, posts mention.PostKind, endpoints func(*url.URL) []string) crawlers.Kind {
	return crawlers.Kind{
		Name: name, About: about, PostKind: posts, Every: 10 * time.Minute, Limits: limits,
		Status:  "fixture only; not checked live",
		Terms:   "the site's own; what its API closes to visitors is not read",
		Options: func() any { return new(options) },
		New: func(env crawlers.Env, section config.Section) (crawlers.Crawler, error) {
			return fromSection(env, section, func(env crawlers.Env, address string) (*apiCrawler, error) {
				return newAPICrawler(env, address, endpoints)
			})
		},
	}
}

// NodeBB is the kind "nodebb".
func NodeBB() crawlers.Kind {
	return apiKind("nodebb", "a NodeBB forum, a category or a topic, through its JSON API", "none documented; one request in 2 s", mention.Forum, nodebbEndpoints)
}

// Discourse is the kind "discourse".
func Discourse() crawlers.Kind {
	return apiKind("discourse", "a Discourse forum, a category or a topic, through its JSON API", "answers are cached for a minute: do not poll faster", mention.Forum, discourseEndpoints)
}

// Flarum is the kind "flarum".
func Flarum() crawlers.Kind {
	return apiKind("flarum", "a Flarum forum or a discussion, through its JSON:API", "at most 50 posts an answer", mention.Forum, flarumEndpoints)
}

// WordPress is the kind "wordpress".
func WordPress() crawlers.Kind {
	return apiKind("wordpress", "the comments of a WordPress site, through its REST API or, where that is closed, its comments feed", "at most 100 comments an answer", mention.Comment, wordpressEndpoints)
}

// apiCrawler tries the endpoints of the same posts in turn and keeps to the first that
// is open.
type apiCrawler struct {
	env       crawlers.Env
	endpoints []string
	home      *url.URL
}

func newAPICrawler(env crawlers.Env, address string, endpoints func(*url.URL) []string) (*apiCrawler, error) {
	f, err := newCrawler(env, address)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(f.address)
	if err != nil {
		return nil, err
	}
	return &apiCrawler{env: f.env, endpoints: endpoints(u), home: f.home}, nil
}

// endpointCursor is the cursor: which endpoint is open, and its own cursor.
type endpointCursor struct {
	Endpoint int             `json:"way,omitempty"`
	Next     crawlers.Cursor `json:"next,omitempty"`
}

// Poll implements Crawler.
func (a *apiCrawler) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	var at endpointCursor
	poll.DecodeCursor(since, &at)
	if at.Endpoint < 0 || at.Endpoint >= len(a.endpoints) {
		at = endpointCursor{}
	}
	var news time.Time // what is older is none: another endpoint was read before
	for {
		b, err := a.crawler(at.Endpoint).Poll(ctx, at.Next)
		if at.Endpoint+1 < len(a.endpoints) && closedHere(err) {
			if at.Next != "" {
				news = a.env.Now().Add(-zoneMargin)
			}
			at = endpointCursor{Endpoint: at.Endpoint + 1}
			continue
		}
		if !news.IsZero() {
			b.Posts = publishedAfter(b.Posts, news)
		}
		if err != nil {
			b.Next = since
			return b, err
		}
		at.Next = b.Next
		b.Next = poll.EncodeCursor(at)
		return b, nil
	}
}

// closedHere reports an error that another endpoint may not give: this one is not there or is closed,
// or says so in words, or shows something else.
func closedHere(err error) bool {
	if err == nil {
		return false
	}
	var blocked *fetch.BlockedError
	why, _ := crawlers.Reason(err)
	return poll.NotFound(err) || errors.As(err, &blocked) && blocked.Why == "" || why == "changed"
}

// crawler is the crawler of one endpoint: a feed where the address says so.
func (a *apiCrawler) crawler(n int) crawlers.Crawler {
	address := a.endpoints[n]
	if strings.HasSuffix(strings.TrimSuffix(address, "/"), "/feed") || strings.Contains(address, "feed=") {
		return feed.New(a.env, feed.Options{Address: address})
	}
	return &crawler{env: a.env, address: address, home: a.home, api: true}
}

// below returns u with another path and query.
func below(u *url.URL, path, query string) string {
	c := *u
	c.Path, c.RawPath, c.RawQuery = path, "", query
	return c.String()
}

var nodebbPath = regexp.MustCompile(`^(.*?)/(?:api/)?((?:topic|category|tags|user|recent|popular|top|unread)(?:/.*)?)$`)

// front is the path without what leads to a page of a board that lists no posts: people copy the address
// they stand at.
func front(u *url.URL, pages ...string) string {
	path := strings.TrimSuffix(u.Path, "/")
	at := strings.LastIndexByte(path, '/')
	if at < 0 || !slices.Contains(pages, path[at+1:]) {
		return path
	}
	return path[:at]
}

// nodebbEndpoints: the API is the page's path below /api.
func nodebbEndpoints(u *url.URL) []string {
	path := front(u, "categories", "users", "groups", "search", "login")
	m := nodebbPath.FindStringSubmatch(path)
	if m == nil {
		return []string{below(u, strings.TrimSuffix(path, "/api")+"/api/recent", "")}
	}
	rest := m[2]
	if parts := strings.Split(rest, "/"); parts[0] == "topic" && len(parts) > 2 {
		rest = strings.Join(parts[:2], "/") // the slug and the post's number are not needed
	}
	return []string{below(u, m[1]+"/api/"+rest, u.RawQuery)}
}

var discourseTopicPath = regexp.MustCompile(`^(.*?)/t/(?:[^/]+/)?(\d+)(?:/\d+)?(?:\.json)?$`)

// discourseEndpoints: the site's newest posts, a list of topics, or a topic.
func discourseEndpoints(u *url.URL) []string {
	path := front(u, "categories", "top", "hot", "tags", "about", "faq", "login", "posts")
	if m := discourseTopicPath.FindStringSubmatch(path); m != nil {
		return []string{below(u, m[1]+"/t/"+m[2]+".json", "")}
	}
	switch {
	case strings.HasSuffix(path, ".json"):
		return []string{u.String()}
	case strings.Contains(path, "/c/"), strings.Contains(path, "/tag/"), strings.HasSuffix(path, "/latest"), strings.HasSuffix(path, "/new"):
		return []string{below(u, path+".json", u.RawQuery)}
	}
	return []string{below(u, path+"/posts.json", ""), below(u, path+"/latest.json", "")}
}

var flarumDiscussionPath = regexp.MustCompile(`^(.*?)/(?:d|api/discussions)/(\d+)`)

const flarumPosts = "sort=-createdAt&page%5Blimit%5D=50&include=user,discussion"

var flarumTagPath = regexp.MustCompile(`^(.*?)/t/([^/]+)$`)

// flarumEndpoints: the newest posts of the site or of a discussion, or the discussions with a tag.
func flarumEndpoints(u *url.URL) []string {
	path := front(u, "all", "tags", "following", "index.php")
	if m := flarumDiscussionPath.FindStringSubmatch(path); m != nil {
		return []string{below(u, m[1]+"/api/posts", "filter%5Bdiscussion%5D="+m[2]+"&"+flarumPosts)}
	}
	if m := flarumTagPath.FindStringSubmatch(path); m != nil {
		return []string{below(u, m[1]+"/api/discussions", "filter%5Btag%5D="+url.QueryEscape(m[2])+"&sort=-lastPostedAt")}
	}
	if strings.Contains(path, "/api/") {
		return []string{u.String()}
	}
	return []string{below(u, path+"/api/posts", flarumPosts)}
}

// wordpressEndpoints: the REST API under both of its addresses, then the feed.
func wordpressEndpoints(u *url.URL) []string {
	path := strings.TrimSuffix(u.Path, "/")
	if strings.Contains(path, "/wp-json/") || u.Query().Has("rest_route") {
		return []string{u.String()}
	}
	path = strings.TrimSuffix(path, "/index.php")
	query := "per_page=100&order=desc&orderby=date_gmt&_embed=up"
	feed := below(u, path+"/comments/feed/", "")
	if id := u.Query().Get("p"); id != "" {
		query += "&post=" + url.QueryEscape(id)
		feed = below(u, path+"/", "feed=rss2&p="+url.QueryEscape(id))
	}
	return []string{below(u, path+"/wp-json/wp/v2/comments", query), below(u, path+"/", "rest_route=/wp/v2/comments&"+query), feed}
}
