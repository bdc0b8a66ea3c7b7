package jsonapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// jsonState is the cursor.
type jsonState struct {
	Parts map[string]jsonPart `json:"parts,omitempty"` // by the value of each
	Wait  time.Time           `json:"wait,omitzero"`   // the site's own backoff
	At    string              `json:"at,omitempty"`    // the value to begin with: those before it had their turn
	Since time.Time           `json:"since,omitzero"`  // the first poll
}

// began is when the source was read first. An earlier earshot did not keep it: its newest post was there then.
func (s jsonState) began(now time.Time) time.Time {
	if !s.Since.IsZero() {
		return s.Since
	}
	var newest time.Time
	for _, part := range s.Parts {
		if part.Newest.After(newest) {
			newest = part.Newest
		}
	}
	return cmp.Or(newest, now)
}

// jsonPart is the memory of one value of each.
type jsonPart struct {
	For    string            `json:"for,omitempty"`   // hash of the first page's address, which may hold a key: validators are for it and for Rules alone
	Rules  string            `json:"rules,omitempty"` // jsonProgram.rules, by which Marks were read; an earlier earshot did not keep them
	V      fetch.Validators  `json:"v,omitzero"`
	Newest time.Time         `json:"newest,omitzero"`
	Marks  poll.Fingerprints `json:"seen,omitempty"`
	Cursor string            `json:"cursor,omitempty"` // where an inbox goes on
}

// unread reports a value that was never read.
func (p jsonPart) unread() bool { return p.For == "" && len(p.Marks) == 0 }

// reached reports whether older pages hold nothing new: the oldest of the posts is known, and so is the one that
// stands last. Lists that are sorted by the last change begin with old posts, and new ones stand behind.
func (p jsonPart) reached(posts []mention.Post, last string) bool {
	if !p.Marks.Reached(posts) {
		return false
	}
	i := slices.IndexFunc(posts, func(post mention.Post) bool { return post.ID == last })
	return i < 0 || len(p.Marks.Known(posts[i:i+1])) > 0
}

// lateNews is how old a post may be that counts when a value is read first after others
// were: it came to the watchlist, or was not there. The rest is its baseline.
const lateNews = 36 * time.Hour

// Poll asks once for each value. What one value brings is kept when another
// fails; the error is returned beside it. A value that is not there or closed, among
// others that can be read, is no failure but a note.
func (a *jsonAPI) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	r := jsonRound{a: a, dates: map[string]string{}, next: jsonState{Parts: map[string]jsonPart{}}, batch: crawlers.Batch{Unchanged: true, OwnIDs: true}}
	poll.DecodeCursor(since, &r.state)
	r.state.divide(a.each)
	if wait := r.state.Wait.Sub(a.env.Now()); wait > 0 {
		return crawlers.Batch{}, &fetch.RetryError{URL: fetch.SafeURL(a.opt.Address), After: wait}
	}
	r.next.Since = r.state.began(a.env.Now())
	values := a.from(r.state.At)
	for i, value := range values {
		got, err := a.part(ctx, value, r.state.Parts[value])
		if len(r.state.Parts) > 0 && r.state.Parts[value].unread() {
			got.posts = slices.DeleteFunc(got.posts, func(p mention.Post) bool { return a.env.Now().Sub(p.Published) > lateNews })
		}
		got.addTo(&r.batch)
		maps.Copy(r.dates, got.dates)
		r.next.Parts[value] = got.next
		if got.wait.After(r.next.Wait) {
			r.next.Wait = got.wait
		}
		if err != nil {
			if value != "" {
				err = fmt.Errorf("%s %s: %w", a.name, value, err)
			}
			if r.isMissing(err) {
				continue
			}
			if r.ends(ctx, value, err) {
				break
			}
		}
		if r.read++; !r.next.Wait.IsZero() { // the rest comes after the wait
			if !got.again {
				i = (i + 1) % len(values)
			}
			r.next.At = values[i]
			break
		}
	}
	return r.close()
}

// jsonRound is one poll of all values.
type jsonRound struct {
	a       *jsonAPI
	state   jsonState // of the last poll
	next    jsonState
	batch   crawlers.Batch
	failed  error // of the values that could not be read
	missing error // of those that are not there or closed
	read    int   // values that had their turn, the missing ones not counted
	refused int   // values that were refused
	dates   map[string]string
}

// isMissing reports whether an error says that a value is not there or closed, and notes it.
// Of many that are refused the site refuses. What is closed in words is the whole site's, unless others were
// read before it: in this poll, or in the last one, which ended in front of it.
func (r *jsonRound) isMissing(err error) bool {
	others := r.read > 0 || slices.Index(r.a.each, r.state.At) > 0
	refused := poll.Refused(err) || others && errors.Is(err, crawlers.ErrClosed)
	if refused {
		r.refused++
	}
	if !poll.NotFound(err) && (!refused || r.refused > maxRefused) {
		return false
	}
	r.missing = errors.Join(r.missing, err)
	r.unread(err)
	return true
}

// ends takes the failure of a value, and reports whether no other one is asked for.
func (r *jsonRound) ends(ctx context.Context, value string, err error) bool {
	var pause *fetch.RetryError
	asked := errors.As(err, &pause)
	if asked && r.read > 0 && r.failed == nil { // the rest comes after the pause
		r.unread(err)
		r.next.Wait, r.next.At = r.a.env.Now().Add(max(pause.After, leastPause)), value
		r.next.Parts[value] = r.state.Parts[value]
		return true
	}
	r.failed = errors.Join(r.failed, err)
	return ctx.Err() != nil || asked || crawlers.ClassifyError(err).Blocked
}

func (r *jsonRound) unread(err error) {
	r.batch.Observed.Unread = append(r.batch.Observed.Unread, crawlers.Explain(err))
}

// close sums up the poll.
func (r *jsonRound) close() (crawlers.Batch, error) {
	r.next.keep(r.state, r.a.each)
	sees := &r.batch.Observed
	sees.What = text.Count(sees.Items, "post")
	if r.failed == nil && r.read == 0 { // they are the error then, and no note beside it
		r.failed, sees.Unread = r.missing, nil
	}
	sees.Notes = poll.AppendNew(sees.Notes, sees.Unread...)
	r.batch.Posts = poll.Finish(r.a.env, r.batch.Posts)
	r.batch.Past = r.past()
	if r.failed != nil {
		r.batch.Unchanged = false
		return r.batch, fmt.Errorf("json: %w", r.failed)
	}
	r.batch.Next = poll.EncodeCursor(r.next)
	return r.batch, nil
}

// past are the posts of long before the first poll: somebody took up an old discussion, or pinned an old post.
func (r *jsonRound) past() (ids []string) {
	if r.state.Since.IsZero() || !poll.Telling(slices.Collect(maps.Values(r.dates))) {
		return nil
	}
	for _, p := range r.batch.Posts {
		if poll.LongPast(r.dates[p.ID], p, r.state.Since) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// maxRefused bounds the values that may be refused: of more, the site refuses.
const maxRefused = 3

// leastPause is how long a site is left alone that asks for a pause and does not say how
// long.
const leastPause = time.Minute

// from are the values, that one first: a site that takes some requests only gets to the
// last ones, too.
func (a *jsonAPI) from(first string) []string {
	i := max(slices.Index(a.each, first), 0)
	return slices.Concat(a.each[i:], a.each[:i])
}

// divide gives what is known of a source that was asked once for all to the value that is asked for first, where
// several are now: that is the list of before, and the others are new beside it.
func (s jsonState) divide(each []string) {
	if part, one := s.Parts[""]; one && each[0] != "" {
		delete(s.Parts, "")
		s.Parts[each[0]] = part
	}
}

// keep takes over the memory of the values that had no turn.
func (s jsonState) keep(before jsonState, each []string) {
	for value, part := range before.Parts {
		if _, had := s.Parts[value]; !had && slices.Contains(each, value) {
			s.Parts[value] = part
		}
	}
}

// addTo adds it to what the others brought.
func (f jsonFound) addTo(b *crawlers.Batch) {
	b.Posts = append(b.Posts, f.posts...)
	b.Observed.Items += f.items
	b.Observed.Gap = b.Observed.Gap || f.cut
	b.Anew = b.Anew || f.anew
	b.Observed.Bytes += f.bytes
	b.Observed.Notes = poll.AppendNew(b.Observed.Notes, f.notes...)
	if f.newest.After(b.Observed.Newest) {
		b.Observed.Newest = f.newest
	}
	b.Unchanged = b.Unchanged && f.unchanged
}

// jsonFound is what one value of each brought.
type jsonFound struct {
	posts     []mention.Post
	next      jsonPart
	items     int
	bytes     int
	newest    time.Time
	notes     []string
	unchanged bool
	wait      time.Time
	again     bool // the next poll starts where this one did: older pages are left
	cut       bool // there are older pages than are read at most
	anew      bool // the posts of the last poll were read by other rules
	dates     map[string]string
}

// close sums up what was read.
func (a *jsonAPI) close(found jsonFound, all []mention.Post, known jsonPart) jsonFound {
	all = poll.Finish(a.env, all)
	found.items, found.newest = len(all), poll.Newest(all)
	found.posts, found.next.Marks = known.Marks.New(all)
	found.cut = found.cut && !found.anew && len(known.Marks) > 0 && len(found.posts) == len(all)
	if found.newest.After(found.next.Newest) {
		found.next.Newest = found.newest
	}
	if found.again {
		found.next = known
	} else if len(all) == 0 && len(known.Marks) > 0 {
		found.next.Marks = known.Marks // a window without posts forgets nothing
	}
	return found
}
