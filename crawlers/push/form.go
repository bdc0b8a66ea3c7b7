package push

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/hours"
	texts "github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Post is a post as `earshot crawl --json` prints it and as Read takes it: one JSON
// object a line. What is unknown is absent. Source is printed, and ignored when read:
// the token says whose posts they are.
type Post struct {
	Source    string           `json:"source,omitempty"`
	Kind      mention.PostKind `json:"kind,omitempty"`
	ID        text             `json:"id"`
	URL       string           `json:"url,omitempty"`
	ThreadURL string           `json:"thread_url,omitempty"`
	ReplyTo   string           `json:"reply_to,omitempty"`
	Author    string           `json:"author,omitempty"`
	AuthorURL string           `json:"author_url,omitempty"`
	Published string           `json:"published,omitempty"` // RFC 3339, or a day
	Precision string           `json:"precision,omitempty"` // mention.PrecisionDay when there is no time
	Edited    string           `json:"edited,omitempty"`
	Rating    *mention.Rating  `json:"rating,omitempty"`
	Title     string           `json:"title,omitempty"`
	Text      string           `json:"text"`
	Lang      string           `json:"lang,omitempty"`
}

// text is a string that may be written as a number.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(t))
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return errors.New("an id is a text or a number")
	}
	*t = text(n.String())
	return nil
}

// Of returns the post in the form.
func Of(p mention.Post) Post {
	return Post{
		Source: p.Source, Kind: p.Kind, ID: text(p.ID), URL: p.URL, ThreadURL: p.ThreadURL, ReplyTo: p.ReplyTo,
		Author: p.Author, AuthorURL: p.AuthorURL, Published: texts.Stamp(p.Published), Precision: p.Precision(), Edited: texts.Stamp(p.Edited), Rating: p.Rating,
		Title: p.Title, Text: p.Text, Lang: p.Lang,
	}
}

// Limits of one request.
const (
	MaxBytes = 10 << 20
	MaxPosts = 1000
	maxID    = 512
)

// LineError says which line of a request cannot be taken, and why.
type LineError struct {
	Line   int // from 1
	Reason string
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// ErrTooMany says that a request holds more than MaxPosts posts.
var ErrTooMany = fmt.Errorf("more than %d posts in one request: send several", MaxPosts)

// Read reads the posts of one request: JSON objects one after the other, or one JSON
// array of them. It returns all of them or an error: a *LineError, ErrTooMany, or what
// the reader answered.
func (d *Door) Read(body io.Reader) ([]mention.Post, error) {
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	var posts []mention.Post
	if bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff")) {
		return nil, &LineError{1, "the request is in UTF-16, as PowerShell writes files: send it in UTF-8"}
	}
	r := lines{raw: bytes.TrimPrefix(raw, []byte("\ufeff"))} // Windows begins files with it
	for {
		object, line, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			return poll.Finish(d.Env, poll.LastWord(posts)), nil
		case err != nil:
			return nil, &LineError{line, reason(err)}
		case len(posts) == MaxPosts:
			return nil, ErrTooMany
		}
		post, err := d.post(object)
		if err != nil {
			return nil, &LineError{line, reason(err)}
		}
		posts = append(posts, post)
	}
}

// lines reads JSON objects that stand one after the other, or in one array.
type lines struct {
	raw   []byte
	dec   *json.Decoder
	line  int // of the byte at
	at    int64
	array bool
}

func (l *lines) next() (object json.RawMessage, line int, err error) {
	if l.dec == nil {
		l.dec, l.line = json.NewDecoder(bytes.NewReader(l.raw)), 1
		if first := bytes.TrimLeft(l.raw, " \t\r\n"); len(first) > 0 && first[0] == '[' {
			l.array = true
			_, _ = l.dec.Token() // the bracket
		}
	}
	if l.array && !l.dec.More() {
		if _, err := l.dec.Token(); err != nil && !errors.Is(err, io.EOF) {
			return nil, l.where(), err
		}
		l.array = false
	}
	err = l.dec.Decode(&object)
	return object, l.where() - bytes.Count(object, []byte("\n")), err
}

// where is the line the decoder has come to.
func (l *lines) where() int {
	to := min(l.dec.InputOffset(), int64(len(l.raw)))
	l.line += bytes.Count(l.raw[l.at:to], []byte("\n"))
	l.at = to
	return l.line
}

// reason says what encoding/json found, in words for who wrote the request.
func reason(err error) string {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the JSON ends too early"
	case errors.As(err, &wrong) && wrong.Field == "":
		return "a post is a JSON object with id and text, not a " + wrong.Value
	case errors.As(err, &wrong):
		return fmt.Sprintf("%s: %s stands there, and %s belongs there", wrong.Field, named(wrong.Value), named(wrong.Type.Kind().String()))
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

// named is what JSON calls the kind of a value, with its article.
func named(kind string) string {
	switch kind {
	case "array":
		return "a list"
	case "object", "struct", "ptr":
		return "an object"
	case "string":
		return "a text"
	case "bool":
		return "true or false"
	}
	return "a number"
}

// post reads one object.
func (d *Door) post(object json.RawMessage) (mention.Post, error) {
	dec := json.NewDecoder(bytes.NewReader(object))
	dec.DisallowUnknownFields()
	var in Post
	if err := dec.Decode(&in); err != nil {
		return mention.Post{}, err
	}
	in.ID = text(strings.TrimSpace(string(in.ID)))
	if in.Rating != nil && in.Rating.Best == 0 {
		in.Rating.Best = 5
	}
	switch {
	case in.ID == "":
		return mention.Post{}, errors.New("id is missing: the sender's own name of the post, the same each time")
	case len(in.ID) > maxID:
		return mention.Post{}, fmt.Errorf("id: longer than %d bytes", maxID)
	case htmltext.OneLine(in.Title+in.Text) == "" && in.Rating == nil:
		return mention.Post{}, errors.New("text is missing")
	case !utf8.Valid(object) && unreadable(in.Title+in.Text):
		return mention.Post{}, errors.New("text: most of it is not UTF-8: send the request in UTF-8")
	case in.Kind != "" && !slices.Contains(mention.PostKinds, in.Kind):
		return mention.Post{}, fmt.Errorf("kind: %q is not one of review, forum, comment, news, social", in.Kind)
	case in.Rating != nil && (in.Rating.Value < 0 || in.Rating.Best < 0 || in.Rating.Value > in.Rating.Best):
		return mention.Post{}, errors.New("rating: value is not between 0 and best, which is 5 where it is left out")
	}
	p := mention.Post{
		Kind: in.Kind, ID: string(in.ID), ReplyTo: in.ReplyTo, IsReply: in.ReplyTo != "" && in.Title != "", Author: htmltext.OneLine(in.Author),
		Rating: in.Rating, Title: htmltext.OneLine(in.Title), Text: in.Text, Lang: in.Lang, DateOnly: in.Precision == mention.PrecisionDay,
		FreeName: in.Kind == mention.Forum && d.Env.PostKind == "", // a name is one person's there by the watchlist's word alone
	}
	for _, link := range []struct {
		name, from string
		to         *string
	}{{"url", in.URL, &p.URL}, {"thread_url", in.ThreadURL, &p.ThreadURL}, {"author_url", in.AuthorURL, &p.AuthorURL}} {
		if *link.to = poll.CleanURL(link.from); *link.to == "" && link.from != "" {
			return mention.Post{}, fmt.Errorf("%s: %q is not a web address", link.name, cut(link.from))
		}
	}
	var err error
	if p.Published, p.DateOnly, err = moment("published", in.Published, p.DateOnly, d.Env.Zone); err != nil {
		return mention.Post{}, err
	}
	if p.Edited, _, err = moment("edited", in.Edited, false, d.Env.Zone); !p.Edited.After(p.Published) {
		p.Edited = time.Time{}
	}
	return p, err
}

// unreadable reports whether a text has more signs that stand for what could not be read than
// letters: nobody would ever hear what it says. It is asked of what is not UTF-8 alone: a page that
// shows such signs itself is no mistake of the sender's.
func unreadable(s string) bool {
	readable := 0
	for _, r := range s {
		switch {
		case r == utf8.RuneError:
			readable--
		case unicode.IsLetter(r), r >= utf8.RuneSelf: // faces, too
			readable++
		}
	}
	return readable < 0
}

// moments are the forms of a time that programs write: RFC 3339 and what libraries make of it. clocks name no
// zone: the source's is meant, and of two moments that its clock shows alike the first, which is not to come.
var (
	moments = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00"}
	clocks  = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05"}
)

// moment reads a time, or a day.
func moment(field, s string, day bool, zone *time.Location) (time.Time, bool, error) {
	if s == "" {
		return time.Time{}, false, nil
	}
	for _, layout := range moments {
		if t, err := time.Parse(layout, s); err == nil {
			return t, day, nil
		}
	}
	for _, layout := range clocks {
		if t, err := time.Parse(layout, s); err == nil {
			first, _ := hours.Shown(t, zone)
			return first, day, nil
		}
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("%s: %q is not a time like 2026-11-26T08:30:00Z, nor a day like 2026-11-26", field, cut(s))
	}
	y, m, d := t.Date()
	return hours.DayBegins(y, m, d, zone), true, nil
}

// cut shortens what is quoted in an error.
func cut(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
