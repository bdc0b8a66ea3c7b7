// Package demosites is the small town of sample sites that `earshot demo` listens to:
// a forum, a review page with schema.org marks, a news feed and a channel page,
// served over real HTTP, with posts that appear over time.
//
// It knows nothing of earshot: it is only what a visitor of such sites would see.
// The bank, the people and their words are invented.
package demosites

import (
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Post is one thing somebody says in the town.
type Post struct {
	Place  string        // forum, reviews, news or channel
	After  time.Duration // since the town opened; negative was there before
	Author string
	Stars  int // reviews only
	Title  string
	Text   string
}

// Town serves the four sites. It is an http.Handler.
type Town struct {
	opened time.Time
	now    func() time.Time
	pages  *template.Template
	mux    *http.ServeMux

	mu    sync.Mutex
	posts []Post
}

//go:embed pages.gohtml
var pages string

// New opens the town at now(); the posts appear as time passes.
func New(now func() time.Time, posts []Post) *Town {
	t := &Town{opened: now(), now: now, posts: posts, pages: template.Must(template.New("town").Parse(pages)), mux: http.NewServeMux()}
	t.mux.HandleFunc("GET /forum/viewtopic.php", t.page("forum"))
	t.mux.HandleFunc("GET /reviews/romashka-bank", t.page("reviews"))
	t.mux.HandleFunc("GET /s/gorod_online", t.page("channel"))
	t.mux.HandleFunc("GET /news.rss", t.news)
	t.mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "User-agent: *\nDisallow: /admin/\n")
	})
	return t
}

// ServeHTTP implements http.Handler.
func (t *Town) ServeHTTP(w http.ResponseWriter, r *http.Request) { t.mux.ServeHTTP(w, r) }

// Publish lets somebody say something now.
func (t *Town) Publish(p Post) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p.After = t.now().Sub(t.opened)
	t.posts = append(t.posts, p)
}

// Rewrite changes the words of everything that holds the old ones, as an author
// who edits a post does.
func (t *Town) Rewrite(old, words string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, p := range t.posts {
		if strings.Contains(p.Text, old) {
			t.posts[i].Text = words
		}
	}
}

// Length is the time from the opening to the last post.
func (t *Town) Length() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.posts) == 0 {
		return 0
	}
	return t.posts[len(t.posts)-1].After
}

// shown is a post as a page shows it.
type shown struct {
	N int
	Post
	Time time.Time
	Base string
}

// ISO is the time as pages write it.
func (s shown) ISO() string { return s.Time.UTC().Format(time.RFC3339) }

// visible returns what the place shows now, oldest first.
func (t *Town) visible(place, base string) []shown {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []shown
	for i, p := range t.posts {
		when := t.opened.Add(p.After)
		if p.Place == place && !when.After(t.now()) {
			list = append(list, shown{N: i + 1, Post: p, Time: when, Base: base})
		}
	}
	return list
}

func (t *Town) page(place string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		base := "http://" + r.Host
		list := t.visible(place, base)
		data := map[string]any{"Posts": list, "Base": base, "Visit": visit()}
		if place == "reviews" {
			data["LD"] = ld(list)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := t.pages.ExecuteTemplate(w, place, data); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

// visit is how a forum calls a visitor without cookies in all its links, another one each time.
func visit() string {
	var name [16]byte
	_, _ = rand.Read(name[:]) // never fails
	return hex.EncodeToString(name[:])
}

// ld is the schema.org description of the reviews, as shops embed it.
func ld(list []shown) template.JS {
	type obj map[string]any
	reviews := []obj{}
	for _, s := range list {
		reviews = append(reviews, obj{
			"@type": "Review", "author": obj{"@type": "Person", "name": s.Author},
			"datePublished": s.ISO(), "name": s.Title, "reviewBody": s.Text,
			"reviewRating": obj{"@type": "Rating", "ratingValue": s.Stars, "bestRating": 5},
			"url":          fmt.Sprintf("%s/reviews/romashka-bank#review-%d", s.Base, s.N),
		})
	}
	out, err := json.Marshal(obj{"@context": "https://schema.org", "@type": "BankOrCreditUnion", "name": "Romashka Bank", "review": reviews})
	if err != nil {
		return "{}" // strings and numbers only: cannot happen
	}
	return template.JS(out)
}

// news serves the feed, newest first, as news sites do.
func (t *Town) news(w http.ResponseWriter, r *http.Request) {
	type item struct {
		Title   string `xml:"title"`
		Link    string `xml:"link"`
		GUID    string `xml:"guid"`
		Creator string `xml:"dc:creator"`
		Date    string `xml:"pubDate"`
		Text    string `xml:"description"`
	}
	base := "http://" + r.Host
	list := t.visible("news", base)
	items := make([]item, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		s := list[i]
		link := fmt.Sprintf("%s/news/%d", base, s.N)
		items = append(items, item{s.Title, link, link, s.Author, s.Time.UTC().Format(time.RFC1123Z), "<p>" + template.HTMLEscapeString(s.Text) + "</p>"})
	}
	body, err := xml.MarshalIndent(items, "", " ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Town news</title><link>%s/</link><description>What happens in town</description>
%s
</channel></rss>`, base, strings.TrimSpace(string(body)))
}
