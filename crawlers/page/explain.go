package page

import (
	"fmt"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
)

// Rules of this file: whoever wrote a selector that finds nothing, or meets a date
// no program understands, is told which one and what stood there. A page without
// posts always has a reason in words.

// tally counts what each selector found in the items of one page.
type tally struct {
	rules *selectReader
	parts map[string]int
	texts map[string]string // the first text of a part that could not be read
}

func newTally(r *selectReader) *tally {
	return &tally{rules: r, parts: map[string]int{}, texts: map[string]string{}}
}

func (t *tally) found(part string) {
	if t != nil {
		t.parts[part]++
	}
}

// unread notes the text of a part that was found and not understood.
func (t *tally) unread(part, words string) {
	if t != nil && words != "" && t.texts[part] == "" {
		t.texts[part] = text.Line(words, 60)
	}
}

// chosen are the parts the user wrote selectors for, in the order of the
// documentation.
func (t *tally) chosen() []chosenPart {
	r := t.rules
	var list []chosenPart
	for _, part := range []chosenPart{{"author", r.author}, {"time", r.time}, {"rating", r.rating}, {"text", r.text}, {"title", r.title}, {"link", r.link}, {"id", r.id}} {
		if len(part.list) > 0 {
			list = append(list, part)
		}
	}
	return list
}

type chosenPart struct {
	name string
	list selectors
}

// wrote is the selectors as the user wrote them.
func (p chosenPart) wrote() string {
	var texts []string
	for _, s := range p.list {
		texts = append(texts, s.text)
	}
	return strings.Join(texts, ", ")
}

// notes says what the selectors did not give. A rating, a title or an id may be
// missing by right, but not from every post when somebody asked for it.
func (t *tally) notes() (empty, unread []string) {
	for _, part := range t.chosen() {
		if words := t.texts[part.name]; words != "" {
			what := "date"
			if part.name == "rating" {
				what = "rating"
			}
			unread = append(unread, fmt.Sprintf("select.%s finds %q, which cannot be read as a %s", part.name, words, what))
		} else if t.parts[part.name] == 0 {
			empty = append(empty, fmt.Sprintf("select.%s (%s)", part.name, part.wrote()))
		}
	}
	return empty, unread
}

// with adds what another page of the same poll gave.
func (t *tally) with(more *tally) *tally {
	if more == nil {
		return t
	}
	if t == nil {
		return more
	}
	for part, n := range more.parts {
		t.parts[part] += n
	}
	for part, words := range more.texts {
		t.unread(part, words)
	}
	return t
}

// doubts is what to tell about a poll that has posts. Selectors that find nothing
// are of interest to who wrote them.
func (t *tally) doubts(own bool) []string {
	if t == nil {
		return nil
	}
	empty, unread := t.notes()
	if own && len(empty) > 0 {
		unread = append(unread, "nothing is found in any item by "+strings.Join(empty, ", "))
	}
	return unread
}

// nothing says in plain words why a page has no posts.
func (p *page) nothing(res *fetch.Response, announced int, seen *tally, doc *goquery.Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "page has %d KB but no schema.org Review", (len(res.Body)+1023)/1024)
	if announced > 0 {
		fmt.Fprintf(&b, "; it announces %s, but they are not in the page: they come by script. Look in the browser's network tab for the address they come from and read that with json:, or use the site's own feed", text.Count(announced, "review"))
	}
	if to := poll.SentOn(doc, res.URL); to != "" {
		fmt.Fprintf(&b, "; it sends browsers on to %s: give that address", fetch.SafeURL(to))
	}
	switch {
	case p.rules == nil && announced == 0:
		b.WriteString(" and no `select`: see docs/sources.md#page")
		if scripted(doc) {
			b.WriteString("; most of it is script, so what a browser shows may come later")
		}
	case p.rules != nil:
		b.WriteString("; " + p.rules.counts(doc, seen))
	}
	return b.String()
}

// scripted reports a page that is a frame for programs: scripts, and hardly a word.
func scripted(doc *goquery.Document) bool {
	const few = 200 // bytes of words
	return doc.Find("script[src]").Length() > 0 && len(strings.TrimSpace(doc.Find("body").Contents().Not("script, style, noscript, template").Text())) < few
}

// counts says what each selector finds on the page: for people whose selectors
// find nothing.
func (r *selectReader) counts(doc *goquery.Document, seen *tally) string {
	items := doc.FindMatcher(r.item).Length()
	if items == 0 {
		return "select.item finds nothing on the page"
	}
	said := fmt.Sprintf("select.item finds %s, but no text, title or rating inside", text.Count(items, "element"))
	empty, unread := seen.notes()
	if len(empty) > 0 {
		said += "; nothing is found by " + strings.Join(empty, ", ")
	}
	if len(unread) > 0 {
		said += "; " + strings.Join(unread, "; ")
	}
	return said
}
