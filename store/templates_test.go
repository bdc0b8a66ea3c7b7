package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// testTemplates: what staff write is kept, changed by one of those who change it at once,
// and deleted; who wrote it goes with the retention, the text stays.
func testTemplates(t *testing.T, open opener) {
	s := open(t)
	ira := mention.Person{ID: "slack:U0000IRA", Name: "Ira"}
	first := mention.Template{ID: "a", Lang: "uk", Topic: "refund", Text: "{{author}}, перепрошуємо.\x00", By: ira, ChangedAt: t0}
	for _, one := range []mention.Template{first, {ID: "b", Lang: "uk", Text: "Дякуємо.", By: ira, ChangedAt: t0.Add(time.Hour)}, {ID: "c", Lang: "bg", Text: "Извинете.", By: ira, ChangedAt: t0}} {
		mustDo(t, s.SaveTemplate(background, one))
	}
	first.Text, first.Version = clean(first.Text), 1
	want(t, "one", templateOf(t, s, "a"), first)
	uk := must(s.Templates(background, "uk"))(t)
	want(t, "of a language", len(uk), 2)
	want(t, "the last changed first", uk[0].ID, "b")
	want(t, "of all", len(must(s.Templates(background, ""))(t)), 3)
	for _, bad := range []mention.Template{{ID: "d", Lang: "uk"}, {ID: "d", Lang: "uk", Text: strings.Repeat("я", mention.MaxTemplate+1)}, {ID: "d", Text: "x"}} {
		if err := s.SaveTemplate(background, bad); !errors.Is(err, mention.ErrTemplate) {
			t.Errorf("%.20v: %v", bad, err)
		}
	}
	oneWins(t, mention.ErrChanged, func(int) error {
		next := first
		next.Text, next.ChangedAt = "Нове.", t0.Add(2*time.Hour)
		return s.SaveTemplate(background, next)
	})
	want(t, "version", templateOf(t, s, "a").Version, int64(2))
	if err := s.SaveTemplate(background, mention.Template{ID: "nobody", Lang: "uk", Text: "x", Version: 3}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a change of what is gone: %v", err)
	}
	must(s.Prune(background, Retention{Mentions: t0.Add(90 * time.Minute)}))(t)
	want(t, "who wrote the old one", templateOf(t, s, "b").By, mention.Person{})
	want(t, "its text", templateOf(t, s, "b").Text, "Дякуємо.")
	want(t, "who wrote the new one", templateOf(t, s, "a").By, ira)
	mustDo(t, s.DeleteTemplate(background, "b"))
	if err := s.DeleteTemplate(background, "b"); !errors.Is(err, ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	want(t, "after its end", templateOf(t, s, "b"), mention.Template{})
}

// testTemplatesErased: the name of one who is to be forgotten goes out of templates, too.
func testTemplatesErased(t *testing.T, open opener) {
	s := open(t)
	mustDo(t, s.SaveTemplate(background, mention.Template{ID: "a", Lang: "uk", Text: "Олено Коваль, перепрошуємо. Коваль.", ChangedAt: t0}))
	subject := Subject{Author: "олено коваль"}
	want(t, "tried", must(s.Erase(background, subject, true))(t).Templates, 1)
	want(t, "only tried", strings.Contains(templateOf(t, s, "a").Text, "Олено"), true)
	want(t, "erased", must(s.Erase(background, subject, false))(t).Templates, 1)
	want(t, "without the name", templateOf(t, s, "a").Text, scrubbed+", перепрошуємо. Коваль.")
}

// templateOf is the template of an id; zero for none.
func templateOf(t *testing.T, s *Store, id string) mention.Template {
	t.Helper()
	for _, one := range must(s.Templates(background, ""))(t) {
		if one.ID == id {
			return one
		}
	}
	return mention.Template{}
}
