package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/earshot/earshot/mention"
)

// A person may ask what is kept of her, and that it be erased. She is found by the name
// she wrote under, by her account's page, or by a post's address. What others wrote of her
// cannot be found so: each such post has an address of its own.

// Subject says whom or what a request is about. One of Author, Profile and URL is enough;
// of several all must fit.
type Subject struct {
	Author  string // in any spelling that mention.NameKey folds
	Profile string // address of the account's page
	URL     string // address of one post
	Source  string // name of the only source that is meant; empty: all
}

func (w Subject) nobody() bool {
	return mention.NameKey(w.Author) == "" && w.Profile == "" && w.URL == ""
}

// fits reports whether a post is the subject's.
func (w Subject) fits(author, profile, url string) bool {
	if key := mention.NameKey(w.Author); key != "" && mention.NameKey(author) != key {
		return false
	}
	if w.Profile != "" && !mention.SameURL(strings.TrimSuffix(profile, "/"), strings.TrimSuffix(w.Profile, "/")) {
		return false
	}
	return w.URL == "" || mention.SameURL(url, w.URL)
}

// subjectOf is the subject of the fields with clean text and the source's key.
func (s *Store) subjectOf(ctx context.Context, w Subject) (Subject, error) {
	w = Subject{Author: clean(w.Author), Profile: clean(w.Profile), URL: clean(w.URL), Source: clean(w.Source)}
	if w.Source == "" {
		return w, nil
	}
	err := s.read.QueryRowContext(ctx, `SELECT key FROM sources WHERE name = $1`, w.Source).Scan(&w.Source)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil // its key, perhaps
	}
	return w, err
}

// trace is one post of a subject.
type trace struct {
	key                 mention.PostKey
	source, author, url string
}

// traces are the posts of a subject and all that belongs to them.
type traces struct {
	posts []trace
	mutes []trace
	// words are the names and addresses under which it may stand in other texts.
	words []string
}

// find looks for everything of the subject, who must not be nobody. It reads all names
// that are stored: they are not stored folded.
func (s *Store) find(ctx context.Context, w Subject) (traces, error) {
	var found traces
	posts := map[mention.PostKey]trace{}
	rows, err := s.read.QueryContext(ctx, `SELECT source, key, author, url, body FROM bodies WHERE ($1 = '' OR source = $1)`, w.Source)
	err = each(rows, err, func(row scanner) error {
		body, profile := "", ""
		t, err := scanTrace(scanBefore(row, &body))
		if w.Profile != "" {
			p, _ := decodePost(mention.Post{}, body) // a damaged one has no profile
			profile = p.AuthorURL
		}
		if err == nil && w.fits(t.author, profile, t.url) {
			posts[t.key] = t
		}
		return err
	})
	if err == nil && w.Profile == "" { // mentions have no profile beside their body
		rows, err = s.read.QueryContext(ctx, `SELECT source, post_key, author, url FROM mentions WHERE erased = 0 AND ($1 = '' OR source = $1)`, w.Source)
		err = each(rows, err, func(row scanner) error {
			t, err := scanTrace(row)
			if err == nil && w.fits(t.author, "", t.url) {
				posts[t.key] = t
			}
			return err
		})
	}
	if err != nil {
		return found, err
	}
	for _, t := range posts {
		found.posts = append(found.posts, t)
	}
	slices.SortFunc(found.posts, func(a, b trace) int { return slices.Compare(a.key[:], b.key[:]) })
	if err := s.findMutes(ctx, w, &found); err != nil {
		return found, err
	}
	found.collectWords(w)
	return found, nil
}

func scanTrace(row scanner) (t trace, err error) {
	var key []byte
	if err = row.Scan(&t.source, &key, &t.author, &t.url); err == nil {
		t.key = mention.PostKey(key)
	}
	return t, err
}

// findMutes finds the mutes of the name, or of whoever wrote the posts that were found.
func (s *Store) findMutes(ctx context.Context, w Subject, found *traces) error {
	own, wrote := map[string]bool{}, map[[2]string]bool{}
	for _, t := range found.posts {
		own[string(t.key[:])] = true
		wrote[[2]string{t.source, mention.NameKey(t.author)}] = w.URL == ""
	}
	byName := w.Profile == "" && w.URL == ""
	rows, err := s.read.QueryContext(ctx, `SELECT u.source, u.author, m.post_key FROM mutes u LEFT JOIN mentions m ON m.id = u.mention_id WHERE ($1 = '' OR u.source = $1)`, w.Source)
	return each(rows, err, func(row scanner) error {
		var t trace
		var key []byte
		err := row.Scan(&t.source, &t.author, &key)
		if own[string(key)] || wrote[[2]string{t.source, mention.NameKey(t.author)}] || byName && w.fits(t.author, "", "") {
			found.mutes = append(found.mutes, t)
		}
		return err
	})
}

// collectWords gathers how the person and the posts are called in other texts. Who asks
// for one post to be erased stays who she is elsewhere.
func (f *traces) collectWords(w Subject) {
	for _, t := range slices.Concat(f.posts, f.mutes) {
		if w.URL == "" && !mention.IsNobody(t.author) {
			f.words = append(f.words, t.author)
		}
		f.words = append(f.words, t.url)
	}
	f.words = append(f.words, w.Profile, w.URL)
	if w.URL == "" {
		f.words = append(f.words, w.Author)
	}
	f.words = slices.DeleteFunc(f.words, func(s string) bool { return s == "" })
	for i, word := range f.words {
		f.words[i] = strings.ToLower(word) // case does not matter, and so it is done once
	}
	// The longest first: an address may begin with another.
	slices.SortFunc(f.words, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	f.words = slices.Compact(f.words)
}
