package forum

import (
	"context"
	"net/url"
	"strconv"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// Thread implements Threader: it reads the thread from the page p stands on to
// its end. What it returns is new or edited; p itself comes back marked Deleted
// when it is not there any more.
func (f *crawler) Thread(ctx context.Context, p mention.Post, since crawlers.Cursor) (crawlers.Batch, error) {
	w := f.walk(ctx, since)
	w.first, w.kind = true, "one" // pages in the middle of a long thread may be left out
	starts := []string{f.local(p.URL), f.local(p.ThreadURL)}
	if p.ThreadURL == "" {
		starts = starts[:1]
	}
	var page *pageData
	var at string
	var err error
	for _, start := range starts {
		if at = start; start == "" {
			continue
		}
		if page, _, err = w.get(start, fetch.Validators{}); err == nil && page != nil && len(page.Posts) > 0 || err != nil && !poll.NotFound(err) {
			break
		}
	}
	switch {
	case err != nil && !poll.NotFound(err):
		return crawlers.Batch{Next: since, Observed: w.sight()}, err
	case err != nil: // neither the post nor its thread is there
		w.posts = append(w.posts, goneForGood(p))
		return w.batch(since, nil)
	case page == nil || len(page.Posts) == 0:
		return crawlers.Batch{Next: since, Unchanged: true, Observed: w.sight()}, nil
	}
	whole := page.Prev == ""
	posts, _, err := w.pages(page, at)
	if err != nil {
		return crawlers.Batch{Next: since, Observed: w.sight()}, err
	}
	posts = poll.Finish(f.env, posts)
	var fresh []mention.Post
	fresh, w.st.Marks = w.st.Marks.New(posts)
	w.posts = append(w.posts, fresh...)
	if missing(p.ID, posts, whole && len(w.notes) == 0) {
		w.posts = append(w.posts, goneForGood(p))
	}
	w.st.V, w.st.At = fetch.Validators{}, ""
	return w.batch(since, nil)
}

// local is a public address as this source fetches it: at its own origin.
func (f *crawler) local(link string) string {
	u, err := url.Parse(link)
	if err != nil || !poll.IsWeb(u) {
		return ""
	}
	own, err := url.Parse(f.address)
	if err != nil {
		return ""
	}
	u.Scheme, u.Host, u.Fragment, u.RawFragment = own.Scheme, own.Host, "", ""
	return u.String()
}

func goneForGood(p mention.Post) mention.Post {
	return mention.Post{ID: p.ID, URL: p.URL, ThreadURL: p.ThreadURL, Kind: p.Kind, Deleted: true}
}

// missing reports whether the post is surely not in its thread: the whole thread
// was read, or posts with a lower and with a higher number were.
func missing(id string, posts []mention.Post, whole bool) bool {
	n, numeric := strconv.ParseInt(id, 10, 64)
	before, after := false, false
	for _, p := range posts {
		if p.ID == id {
			return false
		}
		if x, err := strconv.ParseInt(p.ID, 10, 64); err == nil && numeric == nil {
			before, after = before || x < n, after || x > n
		}
	}
	return whole && len(posts) > 0 || before && after
}

// Thread implements Threader through the pages, which show a whole discussion
// where the API may only show its newest posts.
func (a *apiCrawler) Thread(ctx context.Context, p mention.Post, since crawlers.Cursor) (crawlers.Batch, error) {
	f := &crawler{env: a.env, address: a.endpoints[0], home: a.home}
	return f.Thread(ctx, p, since)
}
