// Package poll holds what every engine does with what it read: keep the promises
// of Batch, remember what was returned, clean addresses, fill in placeholders. It
// knows no format and talks to nobody.
package poll

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/dates"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Finish makes the posts of one poll keep the promises of Batch: this source's,
// no ID twice, UTC, valid UTF-8, oldest first (what has no time comes before, but for an owner's answer, which comes
// after what it answers: they may be stored in pieces). What has no ID or no words of its own and no rating is dropped.
func Finish(e crawlers.Env, posts []mention.Post) []mention.Post {
	now := e.Now().UTC()
	seen := make(map[string]bool, len(posts))
	kept := posts[:0]
	for _, p := range posts {
		p.ID, p.Title, p.Text, p.Author = text.Valid(p.ID), text.Valid(p.Title), text.Valid(p.Text), text.Valid(p.Author)
		Bound(&p)
		if p.ID == "" || seen[p.ID] || (p.Title == "" || p.IsReply) && p.Text == "" && p.Rating == nil && !p.Deleted {
			continue
		}
		seen[p.ID] = true
		p.Source, p.FetchedAt = e.Source, now
		p.FreeName = p.FreeName || e.FreeName
		switch {
		case e.PostKind != "": // the user's word
			p.Kind = e.PostKind
		case p.Kind == "":
			p.Kind = e.DefaultKind
		}
		if p.Lang == "" {
			p.Lang = e.Lang
		}
		p.Published, p.Edited = Plausible(p.Published, now), Plausible(p.Edited, now)
		kept = append(kept, p)
	}
	at := func(p mention.Post) time.Time {
		if p.OwnersAnswer() && p.Published.IsZero() {
			return now
		}
		return p.Published
	}
	slices.SortStableFunc(kept, func(a, b mention.Post) int { return at(a).Compare(at(b)) })
	return kept
}

// IDs are the names of posts as Finish leaves them.
func IDs(posts []mention.Post) (ids []string) {
	for _, p := range posts {
		p.ID = text.Valid(p.ID)
		Bound(&p)
		ids = append(ids, p.ID)
	}
	return ids
}

// LastWord keeps of each post what came last: it may be made, edited and deleted
// in one reading.
func LastWord(posts []mention.Post) []mention.Post {
	at := make(map[string]int, len(posts))
	kept := posts[:0:0]
	for _, p := range posts {
		i, twice := at[p.ID]
		if !twice {
			at[p.ID] = len(kept)
			kept = append(kept, p)
			continue
		}
		if p.Edited.IsZero() {
			p.Edited = kept[i].Edited
		}
		kept[i] = p
	}
	return kept
}

// What a post may hold, in bytes. A site decides what it sends, a database what it
// takes: one post beyond that must not keep its page from being stored.
const (
	maxAuthor = 200     // shown in one line
	maxTitle  = 2 << 10 // shown in a few
	maxWords  = 256 << 10
	maxID     = 512
	maxLink   = 2 << 10 // browsers and databases index no more; a link cut short leads nowhere, so a longer one is left out
)

// Bound keeps every string of a post within its bounds.
func Bound(p *mention.Post) {
	p.Author, p.Title, p.Text = text.Clip(p.Author, maxAuthor), text.Clip(p.Title, maxTitle), text.Clip(p.Text, maxWords)
	if len(p.ID) > maxID {
		p.ID = HashID("long", p.ID)
	}
	for _, link := range []*string{&p.URL, &p.ThreadURL, &p.AuthorURL, &p.ThreadHint} {
		if *link = text.Valid(*link); len(*link) > maxLink {
			*link = ""
		}
	}
	if p.ReplyTo = text.Valid(p.ReplyTo); len(p.ReplyTo) > maxLink {
		p.ReplyTo = ""
	} else if len(p.ReplyTo) > maxID && !strings.Contains(p.ReplyTo, "://") {
		p.ReplyTo = HashID("long", p.ReplyTo)
	}
}

// Plausible turns t to UTC, moves what lies a little in the future to now, and
// forgets what cannot be: far in the future, or before there were public sites.
func Plausible(t, now time.Time) time.Time {
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

// Date reads a date as the source writes them; the zero time when it is none. hints are what
// else is known of them, as of dates.Parse.
func Date(e crawlers.Env, text string, hints ...string) (t time.Time, dateOnly bool) {
	t, dateOnly, _ = dates.Parse(text, e.Now(), e.Zone, append([]string{e.Lang}, hints...)...)
	return t, dateOnly
}

// Count adds what posts have to what others of the same poll have. Answers of a place's owner are left
// out: they have no stars and no author, and the more of them there are, the less the others would seem to have.
func Count(to *crawlers.Parts, posts []mention.Post) {
	for _, p := range posts {
		if p.OwnersAnswer() {
			continue
		}
		for _, part := range []struct {
			n   *int
			has bool
		}{{&to.Of, true}, {&to.Author, p.Author != ""}, {&to.Time, !p.Published.IsZero()}, {&to.Text, p.Text != ""}, {&to.Rating, p.Rating != nil}} {
			if part.has {
				*part.n++
			}
		}
	}
}

// NotFound reports an answer of 404 or 410: what was there is not there any more.
func NotFound(err error) bool {
	var status *fetch.StatusError
	return errors.As(err, &status) && (status.Status == http.StatusNotFound || status.Status == http.StatusGone)
}

// Moved is the note that an address leads elsewhere for good; none where it does not.
func Moved(res *fetch.Response) []string {
	if res.PermanentURL == "" {
		return nil
	}
	return []string{"moved for good to " + fetch.SafeURL(res.PermanentURL) + ": change the watchlist"}
}

// NoOlder reports an answer to a request for older posts by which a site says that it has
// none, or none for programs. It is about that page alone: the source is read.
func NoOlder(err error) bool {
	var status *fetch.StatusError
	if errors.As(err, &status) {
		return status.Status/100 == 4 && status.Status != http.StatusRequestTimeout && status.RetryAfter == 0
	}
	return Refused(err) || errors.Is(err, fetch.ErrRobots)
}

// Refused reports an answer of 403 or 451 that asks for nothing: it may be about this page
// alone.
func Refused(err error) bool {
	var blocked *fetch.BlockedError
	return errors.As(err, &blocked) && blocked.Why == "" && (blocked.Status == http.StatusForbidden || blocked.Status == http.StatusUnavailableForLegalReasons)
}

// Newest is the time of the newest post; zero when none has one.
func Newest(posts []mention.Post) time.Time {
	var t time.Time
	for _, p := range posts {
		if p.Published.After(t) {
			t = p.Published
		}
	}
	return t
}

// HashID names a post the site gave no name.
func HashID(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(strings.Join(strings.Fields(part), " ")))
		h.Write([]byte{0})
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)[:12])
}
