package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/mention"
)

// Digests, audit entries and cases of others repeat a person's name and the addresses of
// her posts. They stay, without them.

// scrubbed is what stands where a name or an address stood.
const scrubbed = "…"

// scrubText takes the words out where they stand as words of their own, so that Al is not
// found in Also; upper and lower case are the same.
func scrubText(text string, words []string) string {
	lower := strings.ToLower(text)
	for _, word := range words { // often a thousand addresses, of which none is there
		if strings.Contains(lower, strings.ToLower(word)) {
			text = scrubWord(text, word)
		}
	}
	return text
}

func scrubWord(text, word string) string {
	var b strings.Builder
	from := 0
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		n := foldedPrefix(text[i:], word)
		if n > 0 && !joins(text[:i], word) && !joinsOn(text[i+n:], word) {
			b.WriteString(text[from:i])
			b.WriteString(scrubbed)
			i += n
			from = i
			continue
		}
		i += size
	}
	if from == 0 {
		return text
	}
	return b.String() + text[from:]
}

// foldedPrefix is how many bytes of text are the word whatever the case; 0 if it does not
// begin with it.
func foldedPrefix(text, word string) int {
	n := 0
	for _, want := range word {
		r, size := utf8.DecodeRuneInString(text[n:])
		if size == 0 || r != want && unicode.ToLower(r) != unicode.ToLower(want) {
			return 0
		}
		n += size
	}
	return n
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

func joins(before, word string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(word)
	return wordRune(last) && wordRune(first)
}

func joinsOn(after, word string) bool {
	first, _ := utf8.DecodeRuneInString(after)
	last, _ := utf8.DecodeLastRuneInString(word)
	return wordRune(first) && wordRune(last)
}

// scrubbedKeys are the keys of payloads under which foreign names, addresses and
// sentences stand. The others are earshot's own words, which a name may resemble.
var scrubbedKeys = map[string]bool{"author": true, "by": true, "link": true, "text": true, "url": true}

// scrubJSON is scrubText of every such string in a payload. What cannot be read as JSON is
// dropped if it holds one of the words.
func scrubJSON(payload []byte, words []string) []byte {
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		if scrubText(string(payload), words) != string(payload) {
			return nil
		}
		return payload
	}
	changed := false
	v = scrubValue(v, words, &changed)
	if !changed {
		return payload
	}
	out, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return out
}

func scrubValue(v any, words []string, changed *bool) any {
	switch v := v.(type) {
	case string:
		clean := scrubText(v, words)
		*changed = *changed || clean != v
		return clean
	case []any:
		for i := range v {
			v[i] = scrubValue(v[i], words, changed)
		}
	case map[string]any:
		for k, inner := range v {
			if _, isText := inner.(string); !isText || scrubbedKeys[k] {
				v[k] = scrubValue(inner, words, changed)
			}
		}
	}
	return v
}

// rewrite is one row that repeats a word, as it is and as it will be.
type rewrite struct {
	id  any
	old string
	new any
}

// repeats are the rows of others that repeat the words of a subject.
type repeats struct{ events, alerts, cases, templates, replies []rewrite }

// findRepeats looks through all templates and replies, and all events, messages and cases that do not belong to the
// posts that were found.
func (s *Store) findRepeats(ctx context.Context, w Subject, found traces) (r repeats, err error) {
	if len(found.words) == 0 {
		return r, nil
	}
	own := map[string]bool{}
	for _, p := range found.posts {
		own[string(p.key[:])] = true
	}
	rows, err := s.read.QueryContext(ctx, `SELECT m.post_key, e.id, e.detail FROM events e LEFT JOIN mentions m ON m.id = e.mention_id WHERE e.detail <> ''`)
	err = each(rows, err, func(row scanner) error {
		var key []byte
		var id int64
		var detail string
		err := row.Scan(&key, &id, &detail)
		if next := scrubText(detail, found.words); err == nil && !own[string(key)] && next != detail {
			r.events = append(r.events, rewrite{id, detail, next})
		}
		return err
	})
	if err != nil {
		return r, err
	}
	rows, err = s.read.QueryContext(ctx, `SELECT m.post_key, a.id, a.payload FROM alerts a LEFT JOIN mentions m ON m.id = a.mention_id WHERE a.payload IS NOT NULL`)
	err = each(rows, err, func(row scanner) error {
		var key, payload []byte
		var id string
		err := row.Scan(&key, &id, &payload)
		if next := scrubJSON(payload, found.words); err == nil && !own[string(key)] && !bytes.Equal(next, payload) {
			r.alerts = append(r.alerts, rewrite{id, string(payload), next})
		}
		return err
	})
	if err != nil {
		return r, err
	}
	if r.templates, err = s.templatesWith(ctx, found.words); err != nil {
		return r, err
	}
	if r.replies, err = s.repliesWith(ctx, found.words, own); err != nil {
		return r, err
	}
	r.cases, err = s.casesAnsweredBy(ctx, w)
	return r, err
}

// templatesWith are the templates that hold one of the words.
func (s *Store) templatesWith(ctx context.Context, words []string) (list []rewrite, err error) {
	all, err := s.Templates(ctx, "")
	for _, t := range all {
		if next := scrubText(t.Text, words); next != t.Text {
			list = append(list, rewrite{t.ID, t.Text, next})
		}
	}
	return list, err
}

// scrub takes the words out of events, messages and cases of others.
func (s *Store) scrub(ctx context.Context, all repeats, step func(func(*sql.Tx, *Erased) error) error) error {
	for _, job := range []struct {
		list  []rewrite
		query string
		count func(*Erased) *int
	}{
		{all.events, `UPDATE events SET detail = $2 WHERE id = $1`, func(e *Erased) *int { return &e.Events }},
		{all.alerts, `UPDATE alerts SET payload = $2 WHERE id = $1`, func(e *Erased) *int { return &e.Alerts }},
		{all.templates, `UPDATE templates SET body = $2, version = version + 1 WHERE id = $1`, func(e *Erased) *int { return &e.Templates }},
		{all.replies, `UPDATE replies SET body = $2 WHERE id = $1`, func(e *Erased) *int { return &e.Replies }},
		{all.cases, `UPDATE cases SET replied_by = $2 WHERE mention_id = $1`, func(e *Erased) *int { return &e.Cases }},
	} {
		for chunk := range slices.Chunk(job.list, pruneChunk) {
			err := step(func(tx *sql.Tx, e *Erased) error {
				for _, r := range chunk {
					n, err := affected(tx.ExecContext(ctx, job.query, r.id, r.new))
					if err != nil {
						return err
					}
					*job.count(e) += n
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// casesAnsweredBy are the cases that the person answered on the site, as nobody of the
// staff: the name of staff is not hers.
func (s *Store) casesAnsweredBy(ctx context.Context, w Subject) (list []rewrite, err error) {
	key := mention.NameKey(w.Author)
	if key == "" || w.URL != "" || w.Source != "" {
		return nil, nil
	}
	rows, err := s.read.QueryContext(ctx, `SELECT mention_id, replied_by FROM cases WHERE replied_by <> '' AND replied_by <> owner_name`)
	err = each(rows, err, func(row scanner) error {
		var id, by string
		err := row.Scan(&id, &by)
		if mention.NameKey(by) == key {
			list = append(list, rewrite{id, "answered by " + by, ""})
		}
		return err
	})
	return list, err
}
