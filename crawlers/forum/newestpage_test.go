package forum

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/fetch"
)

// blog is an article of WordPress whose plain address shows the newest page of comments,
// as its settings offer.
type blog struct {
	comments, perPage int
	fail              map[string]error // by path
	asked             []string
}

func (b *blog) Do(_ context.Context, req fetch.Request) (*fetch.Response, error) {
	u, err := url.Parse(req.URL)
	if err != nil {
		return nil, err
	}
	b.asked = append(b.asked, u.Path)
	if err := b.fail[u.Path]; err != nil {
		return nil, err
	}
	if u.Path == "/" {
		return answer(req, fmt.Sprintf(`<html><head><meta name="generator" content="WordPress 6.5"></head><body class="blog"><article id="post-5"><h2 class="entry-title"><a href="/a/">A</a></h2><span class="comments-link"><a href="/a/#comments">%d</a></span></article></body></html>`, b.comments)), nil
	}
	page := (b.comments + b.perPage - 1) / b.perPage
	fmt.Sscanf(u.Path, "/a/comment-page-%d/", &page)
	var s strings.Builder
	s.WriteString(`<html><head><meta name="generator" content="WordPress 6.5"></head><body class="single"><article id="post-5"><h1 class="entry-title">A</h1><div class="entry-content">article</div></article><ol>`)
	for n := (page-1)*b.perPage + 1; n <= min(page*b.perPage, b.comments); n++ {
		fmt.Fprintf(&s, `<li id="comment-%d" class="comment"><b class="fn">ann</b><div class="comment-metadata"><a href="/a/#comment-%d"><time datetime="%s"></time></a></div><div class="comment-content">%d</div></li>`,
			n, n, readAt.Add(time.Duration(n-30)*time.Minute).Format(time.RFC3339), n)
	}
	s.WriteString(`</ol><nav class="comment-navigation">`)
	if page > 1 {
		fmt.Fprintf(&s, `<div class="nav-previous"><a href="/a/comment-page-%d/#comments">Older</a></div>`, page-1)
	}
	if page*b.perPage < b.comments {
		fmt.Fprintf(&s, `<div class="nav-next"><a href="/a/comment-page-%d/#comments">Newer</a></div>`, page+1)
	}
	return answer(req, s.String()+`</nav></body></html>`), nil
}

// The page that is the newest one turns over between two polls: what stands on the page
// before it is read, too.
func TestNewestPageTurnsOver(t *testing.T) {
	for _, address := range []string{"/a/", "/"} {
		t.Run(address, func(t *testing.T) {
			b := &blog{comments: 5, perPage: 3, fail: map[string]error{}}
			f, err := newCrawler(testEnv(b), "https://blog.example"+address)
			if err != nil {
				t.Fatal(err)
			}
			first, err := f.Poll(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			since := first.Next
			want := func(what string, texts string, pages int) {
				t.Helper()
				b.asked = nil
				batch, err := f.Poll(t.Context(), since)
				if err != nil {
					t.Fatal(err)
				}
				since = batch.Next
				var got []string
				for _, p := range batch.Posts {
					got = append(got, p.Text)
				}
				if strings.Join(got, " ") != texts || address == "/a/" && len(b.asked) != pages {
					t.Errorf("%s: got %q by %q, want %s by %d pages", what, got, b.asked, texts, pages)
				}
			}
			b.comments = 6
			want("one more", "6", 1)
			b.comments = 10
			b.fail["/a/comment-page-3/"] = fmt.Errorf("connection refused")
			want("two pages more, one of them dead", "10", 2)
			b.fail = map[string]error{}
			want("it is back", "7 8 9 10", 3)
			b.comments = 11
			want("and goes on", "11", 1)
		})
	}
}
