package feed

import (
	"cmp"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/phrases"
	"github.com/earshot/earshot/crawlers/internal/poll"
)

// Rules of this file: a page says where its feeds are, to programs or to people, or they are looked for in
// few likely places.

// announced lists the feeds of <link rel=alternate>, posts before comments.
func announced(doc *goquery.Document, pageURL string) []string {
	base := poll.DocumentBase(doc, pageURL)
	var posts, comments []string
	doc.Find("link[rel][href], a[rel][href]").Each(func(_ int, s *goquery.Selection) {
		rel := strings.Fields(strings.ToLower(s.AttrOr("rel", "")))
		if !slices.Contains(rel, "alternate") && !slices.Contains(rel, "feed") {
			return
		}
		kind, _, _ := strings.Cut(strings.ToLower(s.AttrOr("type", "")), ";")
		switch strings.TrimSpace(kind) {
		case "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "text/xml", "application/xml":
		default:
			return
		}
		href := poll.Resolve(base, s.AttrOr("href", ""))
		if href == "" {
			return
		}
		hint := strings.ToLower(href + " " + s.AttrOr("title", ""))
		if ofComments.MatchString(hint) {
			comments = append(comments, href)
			return
		}
		posts = append(posts, href)
	})
	return nearest(append(posts, comments...), pageURL)
}

// linked lists what a page without announcements links to as its feeds, for people: by the word, or by an
// address that says so. Posts come before comments.
func linked(doc *goquery.Document, pageURL string) []string {
	base := poll.DocumentBase(doc, pageURL)
	var posts, comments []string
	doc.Find("a[href]").Each(func(_ int, s *goquery.Selection) {
		href := poll.Resolve(base, s.AttrOr("href", ""))
		u, err := url.Parse(href)
		if href == "" || err != nil || !feedWord.MatchString(htmltext.Short(s.Nodes[0])) && !feedPath.MatchString(u.Path) {
			return
		}
		if ofComments.MatchString(strings.ToLower(href)) {
			comments = append(comments, href)
			return
		}
		posts = append(posts, href)
	})
	own := poll.Site(pageURL)
	return nearest(slices.DeleteFunc(append(posts, comments...), func(href string) bool { return poll.Site(href) != own }), pageURL)
}

var (
	feedWord = regexp.MustCompile(`(?i)^(?:rss|atom)(?:[ -]?\p{L}+| [\d.]+)?$`)
	feedPath = regexp.MustCompile(`(?i)/(?:rss|feeds?|atom)(?:/|\.(?:xml|php|aspx?))?$|/(?:rss|feeds?)/[^/]+\.xml$|\.(?:rss|rdf|atom)$`)
)

// maxCandidates bounds the feeds of one page that are asked for: each is a request in our
// name, to a host that the page chose.
const maxCandidates = 5

// nearest keeps the first few addresses, those of the page's own site before others.
func nearest(list []string, pageURL string) []string {
	own := poll.Site(pageURL)
	away := func(address string) int {
		if poll.Site(address) == own {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b string) int {
		return cmp.Compare(away(a), away(b))
	})
	list = slices.Compact(list)
	return list[:min(len(list), maxCandidates)]
}

// ofComments recognises the address or the title of a feed of comments.
var ofComments = regexp.MustCompile(phrases.Pattern(phrases.Comments))

// usualFeeds guesses, few and likely: each guess is a request.
func usualFeeds(pageURL string) []string {
	u, err := url.Parse(pageURL)
	if err != nil {
		return nil
	}
	dir := u.Path
	if !strings.HasSuffix(dir, "/") && path.Ext(dir) != "" {
		dir = path.Dir(dir)
	}
	dir = strings.TrimSuffix(dir, "/")
	var list []string
	for _, guess := range []string{dir + "/feed/", dir + "/rss", "/rss.xml", "/atom.xml", "/index.xml"} {
		g := url.URL{Scheme: u.Scheme, Host: u.Host, Path: guess}
		list = append(list, g.String())
	}
	return list
}
