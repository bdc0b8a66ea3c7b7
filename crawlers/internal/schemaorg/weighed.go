package schemaorg

import (
	"strings"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/internal/text"
)

// Rules of this file: many forms ask what is good and what is bad, each in a field of its own, and some reviews say
// nothing else. What stands there is the author's as much as the text is.

// mostNotes bounds what one review lists for or against.
const mostNotes = 20

// What a review lists for and against, as its properties are called: of JSON-LD, and in lower case of microdata, where
// Yandex's words are older.
var (
	notesFor     = []string{"positiveNotes", "pros", "pro"}
	notesAgainst = []string{"negativeNotes", "cons", "contra"}
)

// weigh adds what the author lists for and against to the words, each in a line with its sign. Earlier versions
// passed over it, so a post keeps the name that it had without.
func (i *Item) weigh(pros, cons []string) {
	before := i.firstText()
	said, lines := text.Letters(i.Post.Text), []string{}
	for _, of := range []struct {
		sign  string
		notes []string
	}{{"+ ", pros}, {"− ", cons}} {
		for _, note := range of.notes[:min(len(of.notes), mostNotes)] {
			if letters := text.Letters(note); letters != "" && !strings.Contains(said, letters) { // some forms say it twice
				lines = append(lines, of.sign+note)
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	if i.named, i.unsaid = before, before == ""; i.Post.Text != "" {
		lines = append([]string{i.Post.Text}, lines...)
	}
	i.Post.Text = strings.Join(lines, "\n")
}

// notes are the texts of the first of these properties that is there: a text, a list, or an ItemList of either.
func notes(v map[string]any, names []string, quotes htmltext.Quotes) (list []string) {
	var take func(any)
	take = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v[:min(len(v), mostNotes)] {
				take(e)
			}
		case map[string]any:
			if inside := field(v, "itemListElement", "item"); inside != nil {
				take(inside)
				return
			}
			take(valueText(field(v, "name", "text", "description")))
		case string:
			list = append(list, quotes.Plain(v))
		}
	}
	take(field(v, names...))
	return list
}

// notes are the same of microdata.
func (s *scope) notes(names []string, quotes htmltext.Quotes) []string {
	for _, name := range names {
		if words, _ := s.prose(strings.ToLower(name), quotes); words != "" {
			return strings.Split(words, "\n")
		}
	}
	return nil
}
