// Package crawlers is the contract of what reads public places where posts
// appear: what a crawler promises, what it is given, and what it returns.
//
// Four engines do the reading: feed, page, forum and jsonapi. A site is a preset
// of one of them, as data under presets/, and presets has the list of all kinds.
// A crawler knows how to read, not what is worth reading: it must not match,
// score, store or alert, must not start goroutines that outlive a call, and must
// not talk to the network except through Env.Fetch. This package holds no code
// that reads: whoever only runs crawlers needs no parser.
package crawlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/access"
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
	Beside    []string       // IDs of the posts that stand there as they stood before and are not returned again
	Past      []string       // IDs of the posts that are of long before the first poll: shown for the first time, they are no news
	Anew      bool           // it was read by other rules than before: what is first seen now may have stood there long, or have had another ID
	OwnIDs    bool           // IDs are the site's own and never change: what has another one is another post, whatever it says
	Next      Cursor         // for the next poll, once every post is stored
	Unchanged bool           // the site said, or the bytes say, that nothing changed
	Observed  Observation
	Hub       Hub // who announces changes of the place; zero when nobody does
}

// Observation is what the crawler made of the place, for people.
type Observation struct {
	What   string    // "RSS feed", "phpBB, 25 threads"
	Items  int       // posts on the page, old ones included
	Newest time.Time // the newest post's time; zero when unknown
	Bytes  int       // of the decoded answers; 0 when nothing was sent
	Notes  []string  // what was not understood, in plain words
	// Unread are those of Notes about what is there and was lost: a date that is none.
	// They are told to whoever looks, asked or not.
	Unread []string
	Parts  Parts
	// Gap says that nothing which the place shows stood there at the last poll: what came
	// between the two may be out of sight already. A place whose ids changed looks the same.
	Gap bool
}

// Parts counts what posts have, of those that a poll looked at as a whole, known ones
// included. The zero value says that nobody looked.
type Parts struct {
	Of                         int // posts
	Author, Time, Text, Rating int // those of them that have it
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

// Streamer is a Crawler whose Poll listens for a while: the next one should
// start at once.
type Streamer interface {
	Crawler
	// Streams does nothing; having it is the word.
	Streams()
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
	FreeName bool             // Post.FreeName of all
	Base     string           // another host for a preset (a mirror, a test); may be empty
	Tokens   access.Shelf     // where replicas share access tokens; nil: nobody to share with

	// Interest lets streams drop what nobody watches before it becomes a post;
	// nil keeps everything. Other engines do not ask.
	Interest func(title, text string) bool

	// DefaultKind is what the posts are when neither the user nor the page says:
	// the kind's own.
	DefaultKind mention.PostKind
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
	Answer   string           // how its posts are answered from earshot; empty: not
	Subject  bool             // each address is the page of one company, app or product: its posts are about that, named or not

	// Options returns a pointer to a zero options struct, for the schema.
	Options func() any
	// New makes a crawler of one source block. Its errors carry positions.
	New func(Env, config.Section) (Crawler, error)
}

// WithDefaults fills in what may be left out.
func (e Env) WithDefaults() Env {
	if e.Zone == nil {
		e.Zone = time.UTC
	}
	if e.Log == nil {
		e.Log = slog.New(slog.DiscardHandler)
	}
	return e
}

// Failure is what a failed poll means for the next one.
type Failure struct {
	Blocked    bool          // the site refuses: leave it alone for long, tell staff
	Guessed    bool          // that is concluded from what the answer lacks: see ErrGuessed
	RetryAfter time.Duration // the site's own wish; 0 when it has none
}

// ClassifyError reads the answer out of an error of Poll or Thread.
func ClassifyError(err error) Failure {
	var f Failure
	var blocked *fetch.BlockedError
	if errors.As(err, &blocked) || errors.Is(err, fetch.ErrRobots) || errors.Is(err, fetch.ErrGone) || errors.Is(err, ErrClosed) {
		f.Blocked = true
	}
	f.Guessed = errors.Is(err, ErrGuessed)
	var retry *fetch.RetryError
	var status *fetch.StatusError
	switch {
	case errors.As(err, &retry):
		f.RetryAfter = retry.After
	case errors.As(err, &status):
		f.RetryAfter = status.RetryAfter
	}
	return f
}

// Reason names in one word why a poll failed, for those who are told in their language (the
// part trouble of the catalogue), with the status of the answer if there was one. Empty: the
// error must say it itself, as one in the site's own words does: no word of ours says what a
// key lacks.
func Reason(err error) (word string, status int) {
	trouble, status := fetch.TroubleOf(err)
	var own interface{ SaysItself() }
	var token *access.RefusedError
	if errors.As(err, &own) || errors.As(err, &token) {
		return "", status
	}
	if errors.Is(err, ErrClosed) && trouble != fetch.Blocked && trouble != fetch.Challenge {
		return "closed", 0
	}
	var other *otherError
	if trouble == fetch.Other && errors.As(err, &other) {
		return "changed", 0
	}
	var garbled *garbledError
	if trouble == fetch.Other && errors.As(err, &garbled) {
		return "garbled", 0
	}
	return string(trouble), status
}

// Explain says an error of Poll or Thread for people who know neither engines nor
// networks: what was asked, what happened, what to do. Of several that were joined it says each,
// in one line, and what is the same once.
func Explain(err error) string {
	var several interface {
		error
		Unwrap() []error
	}
	if errors.As(err, &several) {
		if whole := several.Error(); errors.Join(several.Unwrap()...).Error() == whole { // and no sentence around them
			var said []string
			for _, one := range several.Unwrap() {
				if words := Explain(one); !slices.Contains(said, words) {
					said = append(said, words)
				}
			}
			return engineWord.ReplaceAllString(strings.Replace(err.Error(), whole, strings.Join(said, "; "), 1), "")
		}
	}
	var own interface{ Explain() string }
	if errors.As(err, &own) {
		return own.Explain()
	}
	words := err.Error()
	if was, now, ok := fetch.Plain(err); ok {
		words = strings.Replace(words, was, now, 1)
	}
	return engineWord.ReplaceAllString(words, "")
}

// ExplainAt is Explain beside the name of a source: one without a name of its own is called by its
// address, and then the words do not begin with that once more.
func ExplainAt(source string, err error) string {
	return strings.TrimPrefix(Explain(err), fetch.SafeURL(source)+": ")
}

// engineWord is what engines put before their errors.
var engineWord = regexp.MustCompile(`^(?:(?:page|feed|forum|json|stream): )+`)

// ErrClosed is wrapped by errors that say the owner of the place does not let
// it be read without an account.
var ErrClosed = errors.New("cannot be read")

// ErrGuessed is ErrClosed where that is concluded from what a page lacks. A page that says "we are back soon" lacks
// it too, so of a place that was read before one such answer says nothing.
var ErrGuessed = fmt.Errorf("%w", ErrClosed)

// garbledError is an error of Garbled.
type garbledError struct{ error }

func (e *garbledError) Unwrap() error { return e.error }

// Garbled returns an error that says that an answer is of the kind that is read there, and is
// cut off, empty or broken, so that nothing of it can be read: another poll may find it whole.
func Garbled(err error) error { return &garbledError{err} }

// otherError is an error of Other.
type otherError struct{ words string }

func (e *otherError) Error() string { return e.words }

// Other returns an error that says that something else stands at an address than what is read
// there: the site changed, or shows a page of its login or of its repairs. Two are never the same.
func Other(words string) error { return &otherError{words} }

// Hub is where a feed announces that it changed (WebSub). Both addresses are the
// feed's own words: absolute, http or https, and not to be trusted further.
type Hub struct {
	URL   string `json:"url"`
	Topic string `json:"topic"` // the feed as the hub knows it
}
