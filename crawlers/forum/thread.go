package forum

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	words "github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Thread implements Threader: it reads the thread from the page p stands on to
// its end. What it returns is new or edited; p itself comes back marked Deleted
// when it is not there any more, and the engine does not find it in another thread.
func (f *crawler) Thread(ctx context.Context, p mention.Post, since crawlers.Cursor) (crawlers.Batch, error) {
	w := f.walk(ctx, since)
	w.first, w.kind = true, "one" // pages in the middle of a long thread may be left out
	posts, whole, err := w.discussion(w.st.Moved)
	lost := poll.NotFound(err) // where the engine found it by its id
	if lost || w.st.Moved == "" {
		posts, whole, err = w.discussion(f.local(p.URL), f.local(p.ThreadURL))
	}
	renamed := byItsName(posts, p)
	w.anew = w.st.Rules < w.rules() && (since != "" || renamed) // at the first visit nothing was read before, but for a name
	w.st.Rules = w.rules()
	if (err == nil || poll.NotFound(err)) && !holds(posts, p.ID) {
		moved, at, findErr := w.find(p)
		switch {
		case findErr != nil: // nobody knows whether it is gone
			return crawlers.Batch{Next: since, Observed: w.sight()}, findErr
		case at != "":
			posts, whole, err, w.st.Moved = moved, false, nil, at
		}
	}
	switch {
	case err != nil && !poll.NotFound(err):
		return crawlers.Batch{Next: since, Observed: w.sight()}, err
	case err != nil: // neither the post nor its thread is there
		w.posts = append(w.posts, goneForGood(p))
		return w.batch(since, nil)
	case len(posts) == 0:
		return crawlers.Batch{Next: since, Unchanged: true, Observed: w.sight()}, nil
	}
	near := slices.Clone(posts) // without a gap between their pages
	if w.gap > 0 {
		near = near[:w.gap]
	}
	gone := !holds(posts, p.ID) && (lost || missing(p.ID, near, whole && len(w.notes) == 0))
	var fresh []mention.Post
	fresh, w.st.Marks = w.fresh(w.st.Marks, posts)
	w.posts = append(w.posts, fresh...)
	if gone {
		w.posts = append(w.posts, goneForGood(p))
	}
	w.st.V, w.st.At = fetch.Validators{}, ""
	return w.batch(since, nil)
}

// discussion reads on from the first of the addresses that shows posts. It is whole when
// that is the thread's first page. NotFound: none of them is there.
func (w *walk) discussion(starts ...string) (posts []mention.Post, whole bool, err error) {
	var page *pageData
	var at string
	for _, start := range starts {
		if at = start; !w.unread(start) {
			continue
		}
		if page, _, err = w.get(start, fetch.Validators{}); err == nil && page != nil && len(page.Posts) > 0 || err != nil && !poll.NotFound(err) {
			break
		}
	}
	if err != nil || page == nil || len(page.Posts) == 0 {
		return nil, false, err
	}
	posts, _, err = w.pages(page, at)
	return posts, page.Prev == "", err
}

// find asks the engine where the post stands now: threads are split, merged and moved.
// at is empty where the engine has no such address, or does not show the post there.
func (w *walk) find(p mention.Post) (posts []mention.Post, at string, err error) {
	for _, at := range w.finders(p) {
		if !w.unread(at) {
			continue
		}
		page, _, err := w.get(at, fetch.Validators{})
		switch {
		case poll.NotFound(err):
			continue
		case err != nil:
			return nil, "", err
		case page == nil || !holds(page.Posts, p.ID):
			continue
		}
		posts, _, err := w.pages(page, at)
		return posts, at, err
	}
	return nil, "", nil
}

// finders are the addresses that this engine finds a post at by its id alone.
func (w *walk) finders(p mention.Post) (list []string) {
	engine := w.reader.engine
	thread, err := url.Parse(w.f.local(cmp.Or(p.ThreadURL, p.URL)))
	if _, numeric := strconv.ParseInt(p.ID, 10, 64); engine == nil || err != nil || numeric != nil {
		return nil
	}
	for _, rules := range engine.Thread.Posts {
		find := cmp.Or(rules.Find, rules.Permalink)
		if !strings.Contains(find, "{id}") || strings.Contains(find, "{thread") {
			continue
		}
		ref, err := url.Parse(strings.NewReplacer("{dir}", "", "{root}", "/", "{id}", p.ID).Replace(find))
		if err != nil {
			continue
		}
		at := thread.ResolveReference(ref)
		at.Fragment, at.RawFragment = "", ""
		list = append(list, at.String())
	}
	return list
}

// byItsName gives the post p its name back, where it stands among the posts under another one: sites and earlier
// versions of these rules name it otherwise. It reports whether it did.
func byItsName(posts []mention.Post, p mention.Post) (renamed bool) {
	const telling = 20 // letters
	text := words.Letters(p.Text)
	if utf8.RuneCountInString(text) < telling || holds(posts, p.ID) {
		return false
	}
	i := slices.IndexFunc(posts, func(q mention.Post) bool {
		return (p.Published.IsZero() || q.Published.IsZero() || p.Published.Sub(q.Published).Abs() <= zoneMargin) && words.Letters(q.Text) == text
	})
	if i < 0 {
		return false
	}
	other := posts[i].ID
	posts[i].ID = p.ID
	for j := range posts {
		if posts[j].ReplyTo == other {
			posts[j].ReplyTo = p.ID
		}
	}
	return true
}

// holds reports whether the post is among the posts.
func holds(posts []mention.Post, id string) bool {
	return slices.ContainsFunc(posts, func(p mention.Post) bool { return p.ID == id })
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

// missing reports whether the post, which is not among posts, is surely not in its thread: the whole thread
// was read, or posts with a lower and with a higher number were, and no pages between
// them left out.
func missing(id string, posts []mention.Post, whole bool) bool {
	n, numeric := strconv.ParseInt(id, 10, 64)
	before, after := false, false
	for _, p := range posts {
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
