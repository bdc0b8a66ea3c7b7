// Package crawlers reads public places where posts appear and returns the posts.
//
// Five engines do the reading: feed, page, forum, json and stream. A site is a
// preset of one of them, as data under presets/. An engine knows how to read,
// not what is worth reading: it must not match, score, store or alert, must not
// start goroutines that outlive a call, and must not talk to the network except
// through Env.Fetch.
package crawlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// Cursor is an engine's memory between polls. It is opaque to everybody but the
// engine that made it; "" means from the beginning. A cursor an engine cannot
// read (an older version wrote it) is the same as "".
type Cursor string

// Batch is what one poll found.
type Batch struct {
	Posts     []mention.Post // oldest first where the times are known
	Next      Cursor         // for the next poll, once every post is stored
	Unchanged bool           // the site said, or the bytes say, that nothing changed
	Sees      Sight
	Hub       Hub // who announces changes of the place; zero when nobody does
}

// Sight is what the crawler made of the place, for people.
type Sight struct {
	What   string    // "RSS feed", "phpBB, 25 threads"
	Items  int       // posts on the page, old ones included
	Newest time.Time // the newest post's time; zero when unknown
	Bytes  int       // of the decoded answers; 0 when nothing was sent
	Notes  []string  // what was not understood, in plain words
}

// Crawler polls one source.
type Crawler interface {
	// Poll returns what appeared, or was edited, after since. Posts may be
	// non-empty even when err is not nil: use them and keep the old cursor.
	// Posts already returned may come again; their ID is the same then. Poll
	// returns promptly when ctx ends. It never retries, and it is never called
	// concurrently for one source.
	Poll(ctx context.Context, since Cursor) (Batch, error)
}

// Threader is a Crawler that can follow the discussion around one post.
type Threader interface {
	// Thread returns the posts of p's discussion that appeared, changed or
	// vanished after since. The promises are those of Poll. A discussion there is
	// no way to is Unchanged, with Next as since was and no Bytes: it is not asked
	// for again.
	Thread(ctx context.Context, p mention.Post, since Cursor) (Batch, error)
}

// Fetcher is the only way to the network. *fetch.Client is one.
type Fetcher interface {
	Do(ctx context.Context, r fetch.Request) (*fetch.Response, error)
}

// Env is what a crawler is given beside its options. Fetch and Now are required.
type Env struct {
	Fetch    Fetcher
	Log      *slog.Logger
	Now      func() time.Time
	Zone     *time.Location   // the site's; nil is the preset's, else UTC
	Lang     string           // the site's language, a hint; may be empty
	Source   string           // the source's name: Post.Source
	PostKind mention.PostKind // what the posts are; empty: the kind's default
	Base     string           // another host for a preset (a mirror, a test); may be empty

	// Interest lets streams drop what nobody watches before it becomes a post;
	// nil keeps everything. Other engines do not ask.
	Interest func(title, text string) bool

	usual mention.PostKind // what the kind's posts are when neither user nor page says
}

// Kind is one word a source may begin with: an engine or a preset.
type Kind struct {
	Name     string
	About    string           // one sentence: what it reads
	PostKind mention.PostKind // what its posts are unless the source says otherwise
	Every    time.Duration    // how often it is polled unless the source says otherwise
	Key      string           // the key it needs, where to get it, what it costs; empty: none
	Status   string           // "fixture only", or when it was checked live
	Limits   string           // the site's limits, as known; may be empty
	Terms    string           // the site's terms, as far as they concern a poller; may be empty

	// Options returns a pointer to a zero options struct, for the schema.
	Options func() any
	// New makes a crawler of one source block. Its errors carry positions.
	New func(Env, config.Section) (Crawler, error)

	preset bool
}

// engines holds the kinds that are code. Presets, which are data, are added when
// the kinds are first asked for, so a command that crawls nothing pays nothing.
var engines = map[string]Kind{}

// register adds an engine. It panics on a duplicate: two files claim one word.
func register(k Kind) {
	if _, taken := engines[k.Name]; taken {
		panic(fmt.Sprintf("crawlers: kind %q is registered twice", k.Name))
	}
	engines[k.Name] = k
}

// Kinds returns every kind, by name.
func Kinds() []Kind {
	all := kinds()
	names := slices.Sorted(maps.Keys(all))
	list := make([]Kind, 0, len(names))
	for _, name := range names {
		list = append(list, all[name])
	}
	return list
}

// Lookup returns the kind with this name.
func Lookup(name string) (Kind, bool) {
	k, ok := kinds()[name]
	return k, ok
}

// New makes the crawler of one source block of the named kind.
func New(env Env, kind string, section config.Section) (Crawler, error) {
	k, ok := Lookup(kind)
	if !ok {
		return nil, fmt.Errorf("unknown kind of source %q", kind)
	}
	env.usual = k.PostKind
	if !k.preset { // a preset knows its site's zone
		env = env.complete()
	}
	return k.New(env, section)
}

// complete fills in what may be left out.
func (e Env) complete() Env {
	if e.Zone == nil {
		e.Zone = time.UTC
	}
	if e.Log == nil {
		e.Log = slog.New(slog.DiscardHandler)
	}
	return e
}

// Trouble is what a failed poll means for the next one.
type Trouble struct {
	Blocked    bool          // the site refuses: leave it alone for long, tell staff
	Gone       bool          // the address is gone for good
	RetryAfter time.Duration // the site's own wish; 0 when it has none
}

// TroubleOf reads the answer out of an error of Poll or Thread.
func TroubleOf(err error) Trouble {
	var t Trouble
	var blocked *fetch.BlockedError
	if errors.As(err, &blocked) || errors.Is(err, fetch.ErrRobots) || errors.Is(err, errClosed) {
		t.Blocked = true
	}
	if errors.Is(err, fetch.ErrGone) {
		t.Blocked, t.Gone = true, true
	}
	var retry *fetch.RetryError
	var status *fetch.StatusError
	switch {
	case errors.As(err, &retry):
		t.RetryAfter = retry.After
	case errors.As(err, &status):
		t.RetryAfter = status.RetryAfter
	}
	return t
}

// errClosed is wrapped by errors that say the owner of the place does not let
// it be read without an account.
var errClosed = errors.New("cannot be read")

// finish makes the posts of one poll keep the promises of Batch: this source's,
// no ID twice, UTC, valid UTF-8, oldest first (what has no time comes before). What has no ID or no words and no
// rating is dropped.
func (e Env) finish(posts []mention.Post) []mention.Post {
	now := e.Now().UTC()
	seen := make(map[string]bool, len(posts))
	kept := posts[:0]
	for _, p := range posts {
		p.ID, p.Title, p.Text, p.Author = valid(p.ID), valid(p.Title), valid(p.Text), valid(p.Author)
		p.Author = clip(p.Author, maxAuthor)
		if p.ID == "" || seen[p.ID] || p.Title == "" && p.Text == "" && p.Rating == nil && !p.Deleted {
			continue
		}
		seen[p.ID] = true
		p.Source, p.FetchedAt = e.Source, now
		switch {
		case e.PostKind != "": // the user's word
			p.Kind = e.PostKind
		case p.Kind == "":
			p.Kind = e.usual
		}
		if p.Lang == "" {
			p.Lang = e.Lang
		}
		p.Published, p.Edited = plausible(p.Published, now), plausible(p.Edited, now)
		kept = append(kept, p)
	}
	slices.SortStableFunc(kept, func(a, b mention.Post) int { return a.Published.Compare(b.Published) })
	return kept
}

// maxAuthor bounds an author's name in bytes: it is shown in one line.
const maxAuthor = 200

// valid replaces what is no UTF-8 and drops NUL, which databases refuse.
func valid(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

// clip shortens s to at most n bytes on a rune border.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// plausible turns t to UTC, moves what lies a little in the future to now, and
// forgets what cannot be: far in the future, or before there were public sites.
func plausible(t, now time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	t = t.UTC()
	switch {
	case t.Year() < 1990:
		return time.Time{}
	case t.After(now):
		return now.Truncate(time.Second)
	}
	return t
}

// date reads a date as the source writes them; the zero time when it is none.
func (e Env) date(text string) (t time.Time, dateOnly bool) {
	t, dateOnly, _ = ParseDate(text, e.Now(), e.Zone, e.Lang)
	return t, dateOnly
}
