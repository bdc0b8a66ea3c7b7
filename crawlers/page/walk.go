package page

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Rules of this file: a list is read from its newest page on, back to what is known. Where the
// pages go on to newer posts, as below an article, the newest page is the last one: the next poll
// begins where this one ended. It reads from the first page on as well, back to what is known: the list
// may be turned about one day, and the dates of a few posts may have told its way wrongly.

// leaf is one page that was read.
type leaf struct {
	posts     []mention.Post
	next      string // address of the page the list continues on
	ways      []string
	notes     []string
	visits    map[string]string // what looks like a session in its links
	seen      *tally            // what the selectors found; nil without any
	cut       bool
	rising    bool              // its last post is newer than its first
	dates     map[string]string // of its posts as the page writes them, by id
	otherwise bool              // earlier versions read other words
	shorn     []string          // the ids of posts that earlier versions read with the company's answer
	answers   []answered
}

// empty reports a page without posts, also without such as hold no words: a row of
// pictures in a channel.
func (l leaf) empty() bool { return len(l.posts) == 0 && (l.seen == nil || len(l.seen.parts) == 0) }

// The ways that the pages of a list go on.
const (
	toOlder = "older"
	toNewer = "newer"
)

// cursor is the memory of a list.
type cursor struct {
	V      fetch.Validators  `json:"v,omitzero"` // of the first page
	Seen   poll.Fingerprints `json:"seen,omitempty"`
	Since  time.Time         `json:"since,omitzero"`   // the first poll
	At     string            `json:"at,omitempty"`     // host and path of the first page
	Way    string            `json:"way,omitempty"`    // which way the list goes on: toOlder or toNewer posts; empty: not seen yet
	Rising bool              `json:"rising,omitempty"` // the last post of its first page was newer than the first one
	Last   string            `json:"last,omitempty"`   // where the next poll begins, when not at the address
	Behind bool              `json:"behind,omitempty"` // the end of a list that goes to newer posts was not reached yet
	Broken poll.Fingerprints `json:"broken,omitempty"` // posts whose own page was broken
	Cut    string            `json:"cut,omitempty"`    // hashes of the bodies that ended in the middle
	Visits map[string]string `json:"visits,omitempty"` // what looks like a session in the links of the first page
	Rules  int               `json:"rules,omitempty"`  // by which it was read
	// Answers are those below its reviews; nil: an earlier version read it.
	Answers *answerMemory `json:"answers,omitempty"`
}

// readingRules is counted up when pages are read in a way that gives posts other words, by which some are named.
const readingRules = 2

// walk is one poll.
type walk struct {
	p         *page
	state     cursor // of the last poll
	next      cursor
	home      string // where the first page was read
	posts     []mention.Post
	dates     map[string]string // as of leaf
	sees      crawlers.Observation
	seen      *tally
	otherwise bool     // as of leaf
	shorn     []string // as of leaf
	answers   []answered
	partly    bool // an answer may be missing
}

// Poll reads the page and, while they bring new posts, the pages it continues on.
func (p *page) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	w := &walk{p: p, dates: map[string]string{}}
	poll.DecodeCursor(since, &w.state)
	if !w.state.Answers.by(p.answerRule()) {
		w.state.V = fetch.Validators{} // answers that stand there already are known before the next one comes
	}
	res, err := w.start(ctx)
	if err != nil {
		return crawlers.Batch{}, fmt.Errorf("page: %w", err)
	}
	if res.NotModified {
		w.state.V = res.Validators
		return crawlers.Batch{Next: poll.EncodeCursor(w.state), Unchanged: true, Observed: crawlers.Observation{What: "page"}}, nil
	}
	if w.state.Last == "" {
		w.sees.Notes = poll.Moved(res)
	}
	if err = w.pages(ctx, res); err == nil && w.state.Last != "" {
		err = w.top(ctx)
	}
	if err != nil {
		return w.broken(), err
	}
	return w.batch(ctx)
}

// start reads the page that the poll begins with. The last one of a list is read in full: of an
// unchanged one nobody sees any more whether it is the last.
func (w *walk) start(ctx context.Context) (*fetch.Response, error) {
	if w.state.Last != "" {
		res, err := w.ask(ctx, w.state.Last)
		if !poll.NoOlder(err) {
			return res, err
		}
		w.anew()
	}
	return w.p.env.Fetch.Do(ctx, fetch.Request{URL: w.p.address, Validators: w.state.V, Accept: htmlAccept})
}

func (w *walk) ask(ctx context.Context, address string) (*fetch.Response, error) {
	return w.p.env.Fetch.Do(ctx, fetch.Request{URL: address, Accept: htmlAccept})
}

// anew begins at the address: the last page went with its posts.
func (w *walk) anew() { w.state.Last, w.state.V = "", fetch.Validators{} }

// top reads a list that was read from its last page on from the first one on, too.
func (w *walk) top(ctx context.Context) error {
	at := w.p.address
	for n := 1; ; n++ {
		res, err := w.ask(ctx, at)
		if patient(err) || n > 1 && poll.NoOlder(err) {
			w.note("the first pages are not looked at", err)
			return nil
		}
		if err != nil {
			return fmt.Errorf("page: the first ones: %w", err)
		}
		l, err := w.p.read(res, "", w.state.Visits)
		w.sees.Bytes += len(res.Body)
		if err = cmp.Or(err, w.gone(res, l)); err != nil {
			return err
		}
		known := w.state.Seen.Reached(l.posts)
		if more := w.take(l); known || !more || l.next == "" || n >= w.p.pages {
			return nil
		}
		at = l.next
	}
}

func (w *walk) note(what string, err error) {
	w.sees.Notes = poll.AppendNew(w.sees.Notes, what+": "+crawlers.Explain(err))
}

// take adds the posts of a page, and reports whether there is one that no page before it shows.
func (w *walk) take(l leaf) (more bool) {
	for id := range l.dates {
		_, known := w.dates[id]
		more = more || !known
	}
	w.posts, w.shorn, w.otherwise = append(w.posts, l.posts...), append(w.shorn, l.shorn...), w.otherwise || l.otherwise
	maps.Copy(w.dates, l.dates)
	w.answers, w.partly = append(w.answers, l.answers...), w.partly || l.cut
	return more
}

// pages reads from the first page on.
func (w *walk) pages(ctx context.Context, res *fetch.Response) error {
	at, visited, first := cmp.Or(w.state.Last, w.p.address), map[string]bool{}, leaf{}
	w.next = cursor{Way: w.state.Way, At: w.state.At, Since: w.state.Since, Rules: readingRules}
	if w.next.Since.IsZero() {
		w.next.Since = w.p.env.Now().UTC().Truncate(time.Second)
	}
	for n := 1; ; n++ {
		visited[res.URL] = true
		l, err := w.p.read(res, w.state.Cut, w.state.Visits)
		w.sees.Bytes += len(res.Body)
		w.sees.Notes = poll.AppendNew(w.sees.Notes, l.notes...)
		w.seen = w.seen.with(l.seen)
		if err != nil {
			return err
		}
		if n == 1 && l.empty() && w.state.Last != "" {
			w.anew()
			clear(visited) // that page may be full of posts in a moment
			if res, err = w.start(ctx); err != nil {
				return fmt.Errorf("page: %w", err)
			}
			at, n = w.p.address, 0
			continue
		}
		if n == 1 {
			if err := w.begin(res, l); err != nil {
				return err
			}
			first = l
		} else if n == 2 || w.next.Way == "" {
			w.next.Way = cmp.Or(wayOf(first.posts, l.posts), w.state.Way)
		}
		if more := w.take(l); n > 1 && !more && len(l.dates) > 0 {
			return nil // behind the last page some sites show it again, for ever
		}
		if n == 1 || w.next.Way == toNewer && !l.empty() {
			w.reached(at, res, l)
		}
		if l.cut {
			w.next.V, w.next.Cut = fetch.Validators{}, strings.TrimSpace(w.next.Cut+" "+res.Validators.BodyHash)
		}
		if w.next.Way == "" && first.rising && first.next != "" {
			w.next.V = fetch.Validators{} // the new ones may come on a page behind, and this one stay as it is
		}
		if l.next == "" || visited[l.next] || l.empty() || !w.goesOn(n, first, l) {
			return nil
		}
		if n >= w.p.pages {
			w.next.Behind = w.next.Way == toNewer
			return nil
		}
		at = l.next
		if res, err = w.ask(ctx, at); err != nil {
			return w.ends(l, err)
		}
	}
}

// ends is what it means that the page after l cannot be read: nothing, where none is needed, or where
// the next poll goes on from here.
func (w *walk) ends(l leaf, err error) error {
	looking := w.next.Way != toNewer && w.state.Cut == "" && w.state.Seen.Reached(l.posts)
	w.next.Behind = w.next.Way == toNewer && patient(err)
	if !poll.NoOlder(err) && !w.next.Behind && !looking && !(len(w.state.Seen) == 0 && patient(err)) {
		return fmt.Errorf("page: older posts: %w", err)
	}
	w.note("older posts are not read", err)
	return nil
}

// begin takes the first page.
func (w *walk) begin(res *fetch.Response, l leaf) error {
	w.home, w.next.Visits, w.next.Rising = res.URL, l.visits, l.rising
	w.sees.What = strings.Join(l.ways, " and ")
	if w.state.Last == "" {
		w.next.At = placeOf(res.URL)
	}
	return w.gone(res, l)
}

// gone is the error where a page is the site's start page or a list above the one that was read, and
// shows little of that: what was there is gone, and its posts are about anybody. The newest reviews of
// all may hold one that is known.
func (w *walk) gone(res *fetch.Response, l leaf) error {
	if len(l.posts) == 0 || len(w.state.Seen) == 0 || !above(placeOf(res.URL), w.state.At) || 2*len(w.state.Seen.Known(l.posts)) >= len(l.posts) {
		return nil
	}
	return crawlers.Other(fmt.Sprintf("page: %s leads to %s now, and nothing that was there before stands there; what was read may be gone or have another address",
		fetch.SafeURL(w.p.address), fetch.SafeURL(res.URL)))
}

// reached makes a page the one that the next poll begins with.
func (w *walk) reached(at string, res *fetch.Response, l leaf) {
	if w.next.Last = at; at == w.p.address {
		w.next.Last = ""
	}
	w.next.V = res.Validators
}

// goesOn reports whether the page after l, the nth that was read, may hold what is new.
func (w *walk) goesOn(n int, first, l leaf) bool {
	if w.next.Way == toNewer || w.state.Cut != "" || !w.state.Seen.Reached(l.posts) {
		return true // behind a page that was cut there may be what nobody saw
	}
	return first.rising && (w.next.Way == "" || n == 1 && !w.state.Rising) // nobody saw which way it goes since it is so
}

// batch closes the poll.
func (w *walk) batch(ctx context.Context) (crawlers.Batch, error) {
	p := w.p
	all := poll.Finish(p.env, w.posts)
	fresh, marks := w.state.Seen.New(all)
	w.next.Broken = poll.Fingerprints{}
	fresh, late, err := p.details(ctx, w.home, fresh, w.state, w.next.Broken)
	for _, post := range late {
		delete(marks, poll.Fingerprint(post))
	}
	if len(late) > 0 {
		w.sees.Notes = append(w.sees.Notes, text.Count(len(late), "post")+" to be read in full by the next poll")
	}
	if len(late) > 0 || w.next.Behind || w.next.Last != "" { // they are on the page, also if it stays as it is
		w.next.V = fetch.Validators{}
	}
	if w.next.Seen = marks; len(all) == 0 {
		w.next.Seen = w.state.Seen // a list that shows nothing for a while forgets nothing
	}
	if len(all) > 0 {
		w.sees.Unread = w.seen.doubts(p.own)
		w.sees.Notes = poll.AppendNew(w.sees.Notes, w.sees.Unread...)
	}
	w.sees.Items, w.sees.Newest = len(all), poll.Newest(all)
	w.sees.What = p.describe(w.sees, len(all))
	known := w.state.Seen.Known(all)
	w.sees.Gap = w.next.Way != toNewer && len(w.state.Seen) > 0 && len(known) == 0
	poll.Count(&w.sees.Parts, all)
	past := w.past(fresh)
	answers, stood := w.answersBelow(all)
	return crawlers.Batch{Posts: append(fresh, answers...), Beside: known, Past: append(past, stood...), Anew: w.readAnew(), Next: poll.EncodeCursor(w.next), Observed: w.sees}, err
}

// answersBelow are the answers that came below the reviews of the poll, or are gone. Where nothing is known any more, and
// where a page broke off, nobody can tell what came.
func (w *walk) answersBelow(all []mention.Post) (posts []mention.Post, past []string) {
	w.p.list.read(all, w.answers, w.p.env.Now())
	if w.next.Answers = w.state.Answers; w.sees.Gap || w.partly || len(all) == 0 {
		if len(all) > 0 {
			w.next.V = fetch.Validators{} // the next poll can
		}
		return nil, nil
	}
	known := w.state.Answers
	if w.state.Rules < readingRules {
		known = nil
	}
	found, past, memory := w.p.answersOf(known, w.answers, all, len(w.state.Seen) > 0)
	if w.next.Answers = &memory; len(memory.Missed) > 0 {
		w.next.V = fetch.Validators{} // looked at once more, also if it stays as it is
	}
	for _, a := range w.answers {
		if a.everywhere && a.Named {
			w.sees.Notes = poll.AppendNew(w.sees.Notes, "select.own finds the same words below every review, so they are a part of the page and no answer")
		}
	}
	return poll.Finish(w.p.env, found), past
}

// readAnew reports that what was read before has other words now. Elsewhere what is let through late would be taken for old.
func (w *walk) readAnew() bool {
	return w.otherwise && len(w.state.Seen) > 0 && w.state.Rules < readingRules
}

// past are the posts of long before the first poll, and those between it and the end of a list that
// it did not reach. Those that were read with the company's answer may be known by another name, and are answered.
func (w *walk) past(fresh []mention.Post) (ids []string) {
	behind := w.state.Behind || w.next.Way == toNewer && w.state.Way != toNewer
	telling := poll.Telling(slices.Collect(maps.Values(w.dates)))
	if w.readAnew() {
		ids = slices.Clone(w.shorn)
	}
	for _, p := range fresh {
		if behind && (p.Published.IsZero() || p.Before(w.next.Since)) || telling && poll.LongPast(w.dates[p.ID], p, w.next.Since) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// broken is what was read until a page could not be.
func (w *walk) broken() crawlers.Batch {
	posts := poll.Finish(w.p.env, w.posts)
	fresh, _ := w.state.Seen.New(posts)
	return crawlers.Batch{Posts: fresh, Beside: w.state.Seen.Known(posts), Past: w.past(fresh), Anew: w.readAnew(), Observed: w.sees}
}

// wayOf says which way a list goes from one of its pages to the next; empty where their dates do not
// tell: all of one day, or none.
func wayOf(first, second []mention.Post) string {
	oldest, newest := span(without(first, second))
	from, to := span(without(second, first))
	switch {
	case newest.IsZero() || to.IsZero():
		return ""
	case !from.Before(newest) && (to.After(newest) || newest.After(oldest)): // of many that are of one day the first page says more
		return toNewer
	case from.Before(oldest) || to.Before(newest):
		return toOlder
	}
	return ""
}

// without are the posts that do not stand on the other page, too: what is pinned above each page tells no way.
func without(posts, other []mention.Post) (rest []mention.Post) {
	there := make(map[string]bool, len(other))
	for _, p := range other {
		there[p.ID] = true
	}
	for _, p := range posts {
		if !there[p.ID] {
			rest = append(rest, p)
		}
	}
	return rest
}

// span is the times of the oldest and the newest post; zero when none has one.
func span(posts []mention.Post) (oldest, newest time.Time) {
	for _, p := range posts {
		if !p.Published.IsZero() && (oldest.IsZero() || p.Published.Before(oldest)) {
			oldest = p.Published
		}
	}
	return oldest, poll.Newest(posts)
}

// placeOf is the host and the path of an address.
func placeOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return poll.Host(address) + "/" + strings.Trim(u.Path, "/")
}

// above reports whether a place is the start page of a site, its own or a new one, or a list above
// the one that was read.
func above(place, was string) bool {
	_, path, ok := strings.Cut(was, "/")
	if !ok || path == "" || place == was {
		return false
	}
	return strings.HasSuffix(place, "/") || strings.HasPrefix(was, place+"/")
}
