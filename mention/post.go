package mention

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// PostKind says what a source's posts are. It decides which threshold applies.
type PostKind string

// The kinds of posts, in the words of the watchlist.
const (
	Review  PostKind = "review"
	Forum   PostKind = "forum"
	Comment PostKind = "comment"
	News    PostKind = "news"
	Social  PostKind = "social"
)

// PostKinds lists every kind, in the order the documentation shows them.
var PostKinds = []PostKind{Review, Forum, Comment, News, Social}

// Rating is a rating given by the author on the site's own scale.
type Rating struct {
	Value float64 `json:"value"` // 0 ≤ Value ≤ Best
	Best  float64 `json:"best"`  // the top of the scale; 5 when the site does not say
}

// Stars rescales r to 0..5; 0 also when r is nil or has no scale.
func (r *Rating) Stars() float64 {
	if r == nil || r.Best <= 0 {
		return 0
	}
	return r.Value / r.Best * 5
}

// written is r in hashes; empty without one.
func (r *Rating) written() string {
	if r == nil {
		return ""
	}
	return strconv.FormatFloat(r.Value, 'g', -1, 64) + "/" + strconv.FormatFloat(r.Best, 'g', -1, 64)
}

// Post is what someone published: an article, a review, a forum post, a comment.
type Post struct {
	Source     string    // the source's name, as in the watchlist now
	SourceKey  string    // what the source is known by whatever its name: it never changes; empty: Source
	Kind       PostKind  // what the source's posts are
	ID         string    // the site's own id or the cleaned permalink; unique within Source, the same at every poll
	URL        string    // absolute permalink; empty only when the site offers none
	ThreadURL  string    // absolute address of the discussion the post belongs to
	ReplyTo    string    // ID or permalink of the post it answers; empty when unknown
	IsReply    bool      // Title is the thread's title, not the author's words
	Author     string    // public name; empty when unknown
	AuthorURL  string    // public profile address
	FreeName   bool      // anybody may call himself Author there, also in a forum: the account is another thing
	Own        bool      // the site says that whoever owns the place wrote it: the public answer to ReplyTo
	SeemsOwn   bool      // the page shows it like an answer of whoever owns the place, and does not prove that it is one
	Published  time.Time // UTC; zero when unknown
	DateOnly   bool      // Published is a day (00:00 in the site's zone), not a moment
	Edited     time.Time // UTC; zero when never edited or unknown
	Rating     *Rating
	Title      string // plain text, one line
	Text       string // plain text, paragraphs separated by "\n"; quotes and signatures removed
	Lang       string // a hint from the site (BCP 47); empty when unknown
	Moved      bool   // it stands in another thread than it did; its words may be as they were
	Deleted    bool   // the site says the post is gone: erase it
	FetchedAt  time.Time
	ThreadHint string // what the crawler wants back to follow this post's thread; opaque, may be empty
}

// Body is the text that is matched and that spans point into: always the title,
// one line end, the text.
func (p Post) Body() string { return p.Title + "\n" + p.Text }

// OwnersAnswer reports an answer that whoever owns the place wrote, or seems to have.
func (p Post) OwnersAnswer() bool { return p.Own || p.SeemsOwn }

// Origin is what the post's source is known by for good. The source's name is for people
// and for rules; what belongs together belongs together by Origin.
func (p Post) Origin() string { return cmp.Or(p.SourceKey, p.Source) }

// PostKey identifies a post across polls: 16 bytes of SHA-256 over Origin and ID.
type PostKey [16]byte

// Key returns the key of the post.
func (p Post) Key() PostKey { return PostKey(digest("post", p.Origin(), p.ID)) }

// ContentHash changes when the words or the rating of the post change. White
// space does not count. It is never 0.
func (p Post) ContentHash() uint32 {
	d := digest("content", strings.Join(strings.Fields(p.Title), " "), strings.Join(strings.Fields(p.Text), " "), p.Rating.written())
	if h := binary.BigEndian.Uint32(d[:4]); h != 0 {
		return h
	}
	return 1
}

// tellingLength is the letters from which words alone tell posts apart.
const tellingLength = 20

// Fingerprint identifies the post by what it says instead of by its ID: source,
// author, day of publication, rating and words. Sites whose ids or links change at
// every fetch keep it; the moment does not count, because "3 hours ago" is another one at
// every fetch. It is zero when the text is too short to tell posts apart without a date
// (under 20 letters and digits).
func (p Post) Fingerprint() PostKey { return p.fingerprint(0) }

// NearFingerprints are those of the same words on the day before and the day after: what
// stood there "2 days ago" is a day younger after midnight. A post without a date has none.
func (p Post) NearFingerprints() []PostKey {
	if p.Published.IsZero() {
		return nil
	}
	return []PostKey{p.fingerprint(-1), p.fingerprint(1)}
}

func (p Post) fingerprint(days int) PostKey {
	text := strings.Join(strings.Fields(p.Title+" "+p.Text), " ")
	if p.Published.IsZero() && utf8.RuneCountInString(text) < tellingLength {
		return PostKey{}
	}
	when := ""
	if !p.Published.IsZero() {
		when = p.Published.UTC().AddDate(0, 0, days).Format(time.DateOnly)
	}
	if p.OwnersAnswer() { // who answers everybody in the same words answers each of them
		return PostKey(digest("fingerprint", p.Origin(), p.Author, when, p.Rating.written(), text, p.ReplyTo))
	}
	return PostKey(digest("fingerprint", p.Origin(), p.Author, when, p.Rating.written(), text))
}

// eastmost is how far the clocks of New Zealand are ahead in summer. Of a moment that is 00:00 there and, a day
// before, in the west, it is there: nobody lives 11 hours behind but on three islands.
const eastmost = 13*time.Hour + 45*time.Minute

// Day is the day of a post with a day alone. In which zone it is 00:00 then is not kept: it may be any from
// Honolulu, 10 hours behind, to the Chatham Islands.
func (p Post) Day() time.Time { return p.Published.UTC().Add(eastmost).Truncate(24 * time.Hour) }

// PrecisionDay is how programs write that Published is a day alone.
const PrecisionDay = "day"

// Precision is that of Published where a program reads it: PrecisionDay for a day alone, else empty.
func (p Post) Precision() string {
	if p.DateOnly && !p.Published.IsZero() {
		return PrecisionDay
	}
	return ""
}

// siteClock is how far the clock of a site may be behind ours.
const siteClock = time.Minute

// Before reports whether the post was surely published before then; false where nobody says
// when. A post with a day alone may be of any zone.
func (p Post) Before(then time.Time) bool {
	if p.DateOnly {
		then = then.AddDate(0, 0, -2)
	}
	return !p.Published.IsZero() && p.Published.Before(then.Add(-siteClock))
}

// ID names a mention: one post and one watch.
type ID string

// MentionID derives the id of the mention of watch in the post with this key.
func MentionID(key PostKey, watch string) ID {
	d := digest("mention", string(key[:]), watch)
	return ID(hex.EncodeToString(d[:]))
}

// AlertID names an alert. It is derived, so the same mention on the same route
// is the same alert whoever makes it and however often.
type AlertID string

// NewAlertID derives an alert's id from what it is about and where it goes.
func NewAlertID(kind AlertKind, parts ...string) AlertID {
	d := digest(append([]string{"alert", string(kind)}, parts...)...)
	return AlertID(hex.EncodeToString(d[:]))
}

// digest hashes the parts with their lengths, so ("a","bc") and ("ab","c") differ.
func digest(parts ...string) [16]byte {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return [16]byte(h.Sum(nil)[:16])
}
