package forum

import (
	"regexp"
	"strconv"
	"time"

	"github.com/earshot/earshot/crawlers/feed"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// Rules of this file: the first poll of a source is a baseline, so it may leave
// pages out; every later poll must not miss a post, so it begins at the page
// where the last one ended. A page that cannot be read costs itself and a note.

// thread reads a thread that is the source itself.
func (w *walk) thread(p *pageData, start string) error {
	w.kind = "one"
	posts, last, err := w.pages(p, start)
	if w.first && p.Older != "" {
		older, olderErr := w.older(p)
		posts = append(older, posts...)
		if err == nil {
			err = olderErr
		}
	}
	fresh, next := w.st.Marks.New(poll.Finish(w.f.env, posts))
	w.posts = append(w.posts, fresh...)
	if last != start {
		w.st.V = fetch.Validators{} // they were the first page's
	}
	if w.st.At = last; last == w.f.address {
		w.st.At = ""
	}
	w.st.Marks = next
	return err
}

// pages reads a thread from the page p on. It returns the posts and the address
// of the last page it read.
func (w *walk) pages(p *pageData, at string) (posts []mention.Post, last string, err error) {
	seen := map[string]bool{}
	posts = addNew(posts, p.Posts, seen)
	read := 1
	for p.Next != "" && !w.visited[addressKey(p.Next)] {
		next := p.Next
		if read >= maxThreadPages {
			// Too long for one poll: on to its end, where new posts are.
			if !w.first || p.Last == "" || w.visited[addressKey(p.Last)] {
				w.note("the thread goes on after page %d; the next poll reads on", read)
				return posts, at, nil
			}
			w.note("pages between page %d and the last one were left out", read)
			next = p.Last
		}
		following, _, err := w.get(next, fetch.Validators{})
		if err != nil {
			if w.fatal(err) {
				return posts, at, err
			}
			w.note("a next page could not be read: %v", err)
			return posts, at, nil
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

// older reads back from a page that is the newest one.
func (w *walk) older(p *pageData) ([]mention.Post, error) {
	var posts []mention.Post
	seen := map[string]bool{}
	for read := 1; p.Older != "" && !w.visited[addressKey(p.Older)] && read < maxThreadPages; read++ {
		next, _, err := w.get(p.Older, fetch.Validators{})
		if err != nil {
			if w.fatal(err) {
				return posts, err
			}
			w.note("an older page could not be read: %v", err)
			return posts, nil
		}
		before := len(posts)
		posts = addNew(posts, next.Posts, seen)
		if len(posts) == before {
			break
		}
		p = next
	}
	return posts, nil
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
// are known.
func (w *walk) stream(p *pageData) error {
	w.kind = "post"
	var posts []mention.Post
	seen := map[string]bool{}
	for read := 1; ; read++ {
		page := poll.Finish(w.f.env, p.Posts)
		known, _ := w.st.Marks.New(page)
		posts = addNew(posts, page, seen)
		if len(known) < len(page) || p.Older == "" || w.first || w.visited[addressKey(p.Older)] {
			break
		}
		if read >= maxThreadPages {
			w.note("more new posts than %d pages hold; the oldest of them were left out", maxThreadPages)
			break
		}
		next, _, err := w.get(p.Older, fetch.Validators{})
		if err != nil {
			if w.fatal(err) {
				return err
			}
			w.note("an older page could not be read: %v", err)
			break
		}
		p = next
	}
	var fresh []mention.Post
	fresh, w.st.Marks = w.st.Marks.New(posts)
	w.posts = append(w.posts, fresh...)
	return nil
}

// list reads the threads of a list that have new posts.
func (w *walk) list(p *pageData) error {
	w.kind = "thread"
	told := p.Comments != "" && w.comments(p.Comments)
	for page := 1; ; page++ {
		changed, err := w.readRows(p.Threads, told)
		w.rows += len(p.Threads)
		if err != nil {
			return err
		}
		// Only when everything on the page is new may there be more behind it.
		if w.first && w.rows >= maxThreads || changed < len(p.Threads) || p.Next == "" || page >= maxLists || w.visited[addressKey(p.Next)] {
			return nil
		}
		next, _, err := w.get(p.Next, fetch.Validators{})
		if err != nil {
			if w.fatal(err) {
				return err
			}
			w.note("the next page of threads could not be read: %v", err)
			return nil
		}
		p = next
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
	fresh, marks := w.st.Marks.New(poll.Finish(w.f.env, posts))
	if w.st.Marks = marks; !w.first {
		w.posts = append(w.posts, fresh...)
	}
	return true
}

// readRows reads the threads of one page of a list and returns how many of them
// had changed. told says that new answers in known threads come another way.
func (w *walk) readRows(rows []threadRow, told bool) (int, error) {
	changed, blind := 0, 0
	now := w.f.env.Now().Unix()
	for i, row := range rows {
		known, ok := w.st.Threads[row.Key]
		if w.first {
			w.top(row.Key)
		}
		if ok && row.Mark != "" && known.Mark == row.Mark {
			known.Poll = now
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
		} else {
			changed++
		}
		if w.first && (i >= maxThreads || w.requests >= maxRequests) {
			// Part of the baseline that is not worth a visit: a new post changes
			// its mark.
			w.st.Threads[row.Key] = visitedThread{Mark: row.Mark, Poll: now}
			continue
		}
		visit, err := w.readThread(row, known, ok)
		if err != nil {
			return changed, err
		}
		visit.Poll = now
		w.st.Threads[row.Key] = visit
	}
	return changed, nil
}

// top remembers the highest thread id of the baseline.
func (w *walk) top(key string) {
	if id, err := strconv.ParseInt(key, 10, 64); err == nil && id > w.st.Top {
		w.st.Top = id
	}
}

// readThread reads the new posts of a thread of a list. An error is one that
// ends the poll.
func (w *walk) readThread(row threadRow, known visitedThread, visited bool) (visitedThread, error) {
	start := row.URL
	if known.Last != "" {
		start = known.Last
	}
	p, _, err := w.get(start, fetch.Validators{})
	if err != nil && poll.NotFound(err) && start != row.URL {
		start, visited = row.URL, false
		p, _, err = w.get(start, fetch.Validators{})
	}
	if err != nil {
		if w.fatal(err) {
			return known, err
		}
		w.note("a thread could not be read: %v", err)
		if poll.NotFound(err) {
			known.Mark = row.Mark // it will not come back before it changes
		}
		return known, nil
	}
	// An old thread that was answered: only its end can be new.
	bumped := false
	if id, err := strconv.ParseInt(row.Key, 10, 64); err == nil {
		bumped = !visited && !w.first && id <= w.st.Top
	}
	var posts []mention.Post
	last := start
	if (w.first || bumped) && p.Last != "" && !w.visited[addressKey(p.Last)] && (bumped || p.LastNo == 0 || p.LastNo > wholePages) {
		posts = addNew(posts, p.Posts, map[string]bool{})
		if end, _, err := w.get(p.Last, fetch.Validators{}); err == nil {
			seen := map[string]bool{}
			posts = addNew(addNew(nil, posts, seen), end.Posts, seen)
			last = p.Last
		} else if w.fatal(err) {
			return known, err
		} else {
			w.note("the last page of a thread could not be read: %v", err)
		}
	} else if posts, last, err = w.pages(p, start); err != nil {
		return known, err
	}
	posts = poll.Finish(w.f.env, posts)
	if bumped {
		posts = publishedAfter(posts, w.st.Since.Add(-36*time.Hour))
	}
	fresh, next := known.Marks.New(posts)
	w.posts = append(w.posts, fresh...)
	visit := visitedThread{Mark: row.Mark, Marks: next}
	if last != row.URL {
		visit.Last = last
	}
	return visit, nil
}

// publishedAfter drops what is older than at. The margin of its caller is wider
// than any mistake about the board's zone.
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
		if mark, ok := w.st.Boards[board.Key]; ok && mark == board.Mark && mark != "" {
			continue
		}
		list, _, err := w.get(board.URL, fetch.Validators{})
		if err != nil {
			if w.fatal(err) {
				return err
			}
			w.note("a thread list could not be read: %v", err)
			continue
		}
		if err := w.list(list); err != nil {
			return err
		}
		w.kind = "board"
		w.st.Boards[board.Key] = board.Mark
	}
	w.rows = len(p.Boards)
	return nil
}
