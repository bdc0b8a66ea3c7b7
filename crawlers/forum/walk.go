package forum

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/earshot/earshot/crawlers/feed"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	words "github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Rules of this file: the first poll of a source is a baseline, so it may leave
// pages out; every later poll must not miss a post, so it begins at the page
// where the last one ended. A page that cannot be read costs itself and a note.

// thread reads a thread that is the source itself.
func (w *walk) thread(p *pageData, start string) error {
	w.kind = "one"
	posts, last, err := w.pages(p, start)
	older, whole, olderErr := w.before(p, w.st.Marks, start != w.f.address)
	posts = append(older, posts...)
	err = cmp.Or(err, olderErr)
	fresh, next := w.fresh(w.st.Marks, posts)
	w.posts = append(w.posts, fresh...)
	if last != start {
		w.st.V = fetch.Validators{} // they were the first page's
	}
	if w.st.At = last; last == w.f.address {
		w.st.At = ""
	}
	if whole {
		w.st.Marks, w.st.Rules = next, w.rules()
	}
	return err
}

// pages reads a thread from the page p on. It returns the posts and the address
// of the last page it read.
func (w *walk) pages(p *pageData, at string) (posts []mention.Post, last string, err error) {
	seen := map[string]bool{}
	posts = addNew(posts, p.Posts, seen)
	read := 1
	w.gap = 0
	for w.unread(p.Next) {
		next := p.Next
		if read >= maxThreadPages {
			// Too long for one poll: on to its end, where new posts are.
			if !w.first || !w.unread(p.Last) {
				w.note("the thread goes on after page %d; the next poll reads on", read)
				w.left = true
				return posts, at, nil
			}
			w.note("pages between page %d and the last one were left out", read)
			w.gap = len(posts)
			next = p.Last
		}
		following, _, err := w.open(next, "a next page")
		if following == nil {
			return posts, at, err
		}
		before := len(posts)
		posts = addNew(posts, following.Posts, seen)
		if len(posts) == before {
			return posts, at, nil // a board that answers every page number with the same page
		}
		p, at = following, next
		read++
	}
	return posts, at, nil
}

// older reads back from a page that is the newest one: the first poll to the beginning,
// others to answers that were read before. It is not whole where a page on the way could
// not be read: the next poll goes it again.
func (w *walk) older(p *pageData, known poll.Fingerprints) (posts []mention.Post, whole bool, err error) {
	seen := map[string]bool{}
	for read := 1; w.unread(p.Older) && read < maxThreadPages && (w.first || !w.reaches(p, known)); read++ {
		next, again, err := w.open(p.Older, "an older page")
		if next == nil {
			return posts, err == nil && !again, err
		}
		before := len(posts)
		posts = addNew(posts, next.Posts, seen)
		if len(posts) == before {
			break
		}
		p = next
	}
	return posts, true, nil
}

// mostBack bounds the pages that posts may have moved up: more are taken away at once by
// splitting a thread, and then the last page is not there any more.
const mostBack = 3

// before reads what may be new before the page p, with which a poll began: from the newest
// page on what is older, and from the page that was the last one (resumed) the pages before
// where it shows nothing that is known. Then posts further up were taken away, and those
// behind moved up, among them such as nobody read. It is whole as older is.
func (w *walk) before(p *pageData, known poll.Fingerprints, resumed bool) (posts []mention.Post, whole bool, err error) {
	if p.Older != "" || !resumed || w.first || len(known) == 0 {
		return w.older(p, known)
	}
	for read := 0; read < mostBack && w.unread(p.Prev) && !w.shows(p, known); read++ {
		var again bool
		if p, again, err = w.open(p.Prev, "the page before"); p == nil {
			return posts, err == nil && !again, err
		}
		posts = append(publishedAfter(p.Posts, w.began()), posts...)
	}
	return posts, true, nil
}

// shows reports whether a post of the page is known.
func (w *walk) shows(p *pageData, known poll.Fingerprints) bool {
	return len(known.Known(poll.Finish(w.f.env, slices.Clone(p.Posts)))) > 0
}

// reaches reports whether the oldest answer on the page is known, or of the time before
// the first poll: older pages hold no news.
func (w *walk) reaches(p *pageData, known poll.Fingerprints) bool {
	answers := slices.DeleteFunc(poll.Finish(w.f.env, slices.Clone(p.Posts)), func(p mention.Post) bool { return !p.IsReply })
	if len(answers) == 0 {
		return false
	}
	unknown, _ := known.New(answers[:1])
	return len(unknown) == 0 || len(publishedAfter(answers, w.began())) < len(answers)
}

// fresh returns the posts that are not known, and the fingerprints of all.
func (w *walk) fresh(known poll.Fingerprints, posts []mention.Post) ([]mention.Post, poll.Fingerprints) {
	posts = poll.Finish(w.f.env, posts)
	w.beside = append(w.beside, known.Known(posts)...)
	fresh, next := known.New(posts)
	w.past = append(w.past, knownByWords(known, fresh, w.called)...)
	return fresh, next
}

// knownByWords are the posts that were read before as those of a board of no known make, which gave them no other
// name than their author and words: an engine that is known since then names them anew.
func knownByWords(known poll.Fingerprints, posts []mention.Post, called string) (ids []string) {
	for _, p := range posts {
		was := p
		was.ID, was.Title = poll.HashID("words", words.Letters(p.Author), words.Letters(p.Text)), called
		if len(known.Known([]mention.Post{was})) > 0 {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// addNew appends the posts whose ID is not seen yet.
func addNew(posts, more []mention.Post, seen map[string]bool) []mention.Post {
	for _, p := range more {
		if !seen[p.ID] {
			seen[p.ID] = true
			posts = append(posts, p)
		}
	}
	return posts
}

// stream reads a list of the newest posts of a whole site, back to the ones that
// are known. Where the way back broke off, the next poll goes it again.
func (w *walk) stream(p *pageData) error {
	w.kind = "post"
	var posts []mention.Post
	again := false
	seen := map[string]bool{}
	for read := 1; ; read++ {
		page := poll.Finish(w.f.env, p.Posts)
		known, _ := w.st.Marks.New(page)
		posts = addNew(posts, page, seen)
		if len(known) < len(page) || w.first || !w.unread(p.Older) {
			break
		}
		if read >= maxThreadPages {
			w.note("more new posts than %d pages hold; the oldest of them were left out", maxThreadPages)
			break
		}
		var err error
		if p, again, err = w.open(p.Older, "an older page"); err != nil {
			return err
		}
		if p == nil {
			break
		}
	}
	fresh, marks := w.fresh(w.st.Marks, posts)
	if w.posts = append(w.posts, fresh...); !again {
		w.st.Marks, w.st.Rules = marks, w.rules()
	}
	return nil
}

// list reads the threads of a list that have new posts.
func (w *walk) list(p *pageData) error {
	w.kind = "thread"
	told := p.Comments != "" && w.comments(p.Comments)
	for page := 1; ; page++ {
		more, err := w.readRows(p.Threads, told)
		w.rows += len(p.Threads)
		if err != nil {
			return err
		}
		if w.first && w.rows >= maxThreads || !more || page >= maxLists || !w.unread(p.Next) {
			return nil
		}
		if p, _, err = w.open(p.Next, "the next page of threads"); p == nil {
			return err
		}
	}
}

var commentLink = regexp.MustCompile(`#(comment-\d+)$`)

// comments reads the feed of the newest answers in all threads of a list and
// reports whether it could be read: then a thread that does not tell whether it
// changed need not be visited to know. The first poll only notes what stands in
// the feed, because it reads the threads themselves.
func (w *walk) comments(address string) bool {
	if w.requests >= maxRequests {
		return false
	}
	w.requests++
	res, err := w.f.env.Fetch.Do(w.ctx, fetch.Request{URL: address, Accept: feed.Accept})
	if err != nil {
		w.note("the feed of comments could not be read: %v", err)
		return false
	}
	w.bytes += len(res.Body)
	posts, err := feed.Posts(res, w.f.env)
	if err != nil {
		w.note("the feed of comments could not be read: %v", err)
		return false
	}
	for i := range posts {
		if m := commentLink.FindStringSubmatch(posts[i].URL); m != nil {
			posts[i].ID, posts[i].IsReply = m[1], true // as the pages number it
		}
	}
	fresh, marks := w.fresh(w.st.Marks, posts)
	if w.st.Marks = marks; !w.first {
		w.posts = append(w.posts, fresh...)
	}
	return true
}

// tellsNothing reports a list that does not say which of its threads has a new post: that
// it stayed the same is no news of them.
func tellsNothing(rows []threadRow) bool {
	return slices.ContainsFunc(rows, func(row threadRow) bool { return row.Mark == "" })
}

// readRows reads the threads of one page of a list. more says that threads on the next
// page may have changed, too: the last one here had. Pinned ones stand first, changed or
// not. told says that new answers in known threads come another way.
func (w *walk) readRows(rows []threadRow, told bool) (more bool, err error) {
	if w.first {
		w.top(rows)
	}
	blind := 0
	now := w.f.env.Now().Unix()
	for i, row := range rows {
		known, ok := w.st.Threads[row.Key]
		if ok && row.Mark != "" && known.Mark == row.Mark {
			known.Poll, more = now, false
			w.st.Threads[row.Key] = known
			continue
		}
		if row.Mark == "" {
			blind++
			if told && ok || blind > maxBlind && (ok || w.first) {
				known.Poll = now
				w.st.Threads[row.Key] = known
				continue
			}
			if blind > maxBlind {
				continue // the next poll reads it
			}
		}
		visit, whole := visitedThread{Mark: row.Mark}, true
		if !w.first || i < maxThreads && w.requests < maxRequests {
			visit, whole, err = w.visit(row, known, ok)
		}
		switch {
		case w.first && w.spent(err):
			// Part of the baseline that is not worth a visit, as are all that follow:
			// a new post changes its mark.
			visit, err, w.requests = visitedThread{Mark: row.Mark}, nil, maxRequests
		case err != nil:
			return more, err
		case !whole && !ok && !w.first && !visit.read():
			continue // it is as new to the next poll
		}
		more = more || row.Mark != "" && visit.Mark == row.Mark
		visit.Poll = now
		w.st.Threads[row.Key] = visit
	}
	return more, nil
}

// top remembers the highest thread id of the baseline.
func (w *walk) top(rows []threadRow) {
	for _, row := range rows {
		if id, err := strconv.ParseInt(row.Key, 10, 64); err == nil && id > w.st.Top {
			w.st.Top = id
		}
	}
}

// old reports a thread that was there before the first poll, as far as its number tells.
func (w *walk) old(key string) bool {
	id, err := strconv.ParseInt(key, 10, 64)
	return err == nil && id <= w.st.Top
}

// read reports whether posts of the thread were read: else it was only seen on a list.
func (v visitedThread) read() bool { return v.Last != "" || len(v.Marks) > 0 }

// visit reads the new posts of a thread of a list. It is not whole when something is left:
// the thread keeps its old mark then. An error is one that ends the poll.
func (w *walk) visit(row threadRow, known visitedThread, listed bool) (visit visitedThread, whole bool, err error) {
	before := w.left
	w.left = false
	visit, err = w.readThread(row, known, listed)
	if whole = !w.left; !whole {
		visit.Mark = known.Mark
	}
	w.left = w.left || before
	return visit, whole, err
}

// readThread reads the new posts of a thread that was listed by an earlier poll or was not.
func (w *walk) readThread(row threadRow, known visitedThread, listed bool) (visitedThread, error) {
	start, visited := cmp.Or(known.Last, row.URL), known.read()
	p, _, err := w.get(start, fetch.Validators{})
	if err != nil && poll.NotFound(err) && start != row.URL {
		start, visited, listed = row.URL, false, false
		p, _, err = w.get(start, fetch.Validators{})
	}
	if err != nil {
		if w.fatal(err) {
			return known, err
		}
		w.skip("a thread", err)
		if poll.NotFound(err) {
			known.Mark = row.Mark // it will not come back before it changes
		}
		return known, nil
	}
	// An old thread that was answered: only its end can be new.
	bumped := !w.first && (known.Old || !visited && (listed || w.unlisted || w.old(row.Key)))
	var posts []mention.Post
	last := start
	if (w.first || bumped) && w.unread(p.Last) && (bumped || p.LastNo == 0 || p.LastNo > wholePages) {
		posts, last, err = w.ends(p, start, bumped)
	} else {
		posts, last, err = w.pages(p, start)
	}
	w.heard(p, posts, err)
	whole := true
	if err == nil && !w.first {
		var older []mention.Post
		older, whole, err = w.before(p, known.Marks, start == known.Last)
		posts = append(older, posts...)
	}
	if err != nil {
		return known, err
	}
	fresh, next := w.fresh(known.Marks, posts)
	if bumped {
		fresh = publishedAfter(fresh, w.began())
	}
	w.posts = append(w.posts, fresh...)
	visit := visitedThread{Mark: row.Mark, Marks: next, Rules: w.rules(), Old: w.left && (w.first || bumped)}
	w.anew = w.anew || !w.first && listed && known.Rules < w.rules()
	if last != row.URL {
		visit.Last = last
	}
	if !whole {
		visit.Marks, visit.Rules = known.Marks, known.Rules
	}
	return visit, nil
}

// heard counts the threads on whose pages no posts were recognised.
func (w *walk) heard(p *pageData, posts []mention.Post, err error) {
	if err == nil && len(posts) == 0 && !p.cut {
		w.wordless++
	}
}

// zoneMargin is wider than any mistake about a board's zone.
const zoneMargin = 36 * time.Hour

// began is when the source was read first, less a margin.
func (w *walk) began() time.Time { return w.st.Since.Add(-zoneMargin) }

// ends reads a thread from its first page p and its last one. Of one that was bumped the
// pages before the last are read, too, back to posts that are older than the source's
// first poll. It returns the address of the last page that was read.
func (w *walk) ends(p *pageData, at string, bumped bool) ([]mention.Post, string, error) {
	seen := map[string]bool{}
	posts := addNew(nil, p.Posts, seen)
	last, next := at, p.Last
	for read := 1; read < maxThreadPages && w.unread(next); read++ {
		page, _, err := w.open(next, "the last page of a thread")
		if page == nil {
			return posts, last, err
		}
		if posts = addNew(posts, page.Posts, seen); last == at {
			last = next
		}
		if !bumped || len(page.Posts) == 0 || len(publishedAfter(page.Posts, w.began())) < len(page.Posts) {
			break
		}
		next = page.Prev
	}
	return posts, last, nil
}

// publishedAfter drops what is older than at.
func publishedAfter(posts []mention.Post, at time.Time) []mention.Post {
	var kept []mention.Post
	for _, p := range posts {
		if p.Published.IsZero() || p.Published.After(at) {
			kept = append(kept, p)
		}
	}
	return kept
}

// index reads the thread lists of a board's front page that changed.
func (w *walk) index(p *pageData) error {
	w.kind = "board"
	w.rows = len(p.Boards)
	if w.st.Boards == nil {
		w.st.Boards = map[string]string{}
	}
	for i, board := range p.Boards {
		if i >= maxBoards {
			w.note("the index has %d thread lists; the first %d are read", len(p.Boards), maxBoards)
			break
		}
		if mark := w.st.Boards[board.Key]; mark == board.Mark && mark != "" {
			continue
		}
		if board.Mark == "" {
			w.left = true // an index that stayed the same is no news of this list
		}
		list, _, err := w.open(board.URL, "a thread list")
		if list != nil {
			err = w.board(board, list)
		}
		if err != nil {
			return err
		}
	}
	w.rows = len(p.Boards)
	return nil
}

// board reads a thread list of an index. One of which something is left keeps its old mark.
func (w *walk) board(row threadRow, list *pageData) error {
	mark, listed := w.st.Boards[row.Key]
	before := w.left
	w.left, w.unlisted = list.cut, !listed
	err := w.list(list)
	if w.kind = "board"; err == nil {
		if !w.left {
			mark = row.Mark
		}
		w.st.Boards[row.Key] = mark
	}
	w.left, w.unlisted = w.left || before, false
	return err
}
