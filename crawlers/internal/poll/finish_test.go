package poll

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

// TestEveryStringIsBounded: a post of a hostile site beside an honest one is stored
// like it, without what no database would take.
func TestEveryStringIsBounded(t *testing.T) {
	long := "https://forum.example/" + strings.Repeat("ы", 4000)
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	posts := Finish(crawlers.Env{Source: "forum", Now: func() time.Time { return now }}, []mention.Post{
		{ID: long, URL: long, ThreadURL: long, ReplyTo: long, AuthorURL: long, ThreadHint: long, Author: long, Title: long, Text: strings.Repeat(long, 100)},
		{ID: long + "2", Text: "another post with a long id"},
		{ID: "1", URL: "https://forum.example/1", Text: "Third week without a refund."},
	})
	if len(posts) != 3 || posts[0].ID == posts[1].ID {
		t.Fatalf("%d posts with the ids %.40q and %.40q", len(posts), posts[0].ID, posts[1].ID)
	}
	p := posts[0]
	for name, s := range map[string]string{"id": p.ID, "url": p.URL, "thread": p.ThreadURL, "reply to": p.ReplyTo, "profile": p.AuthorURL, "hint": p.ThreadHint, "author": p.Author, "title": p.Title} {
		if len(s) > maxLink || !utf8.ValidString(s) {
			t.Errorf("%s has %d bytes, valid %v", name, len(s), utf8.ValidString(s))
		}
	}
	if len(p.Text) > maxWords || p.URL != "" {
		t.Errorf("text of %d bytes, address %.30q", len(p.Text), p.URL)
	}
	if posts[2].URL == "" || posts[2].ID != "1" {
		t.Errorf("the honest post is %+v", posts[2])
	}
}

// TestOwnersAnswersComeLast: Wildberries dates no answer. What comes first of many posts is stored before the others, and
// an answer would not find what it answers.
func TestOwnersAnswersComeLast(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	var ids []string
	for _, p := range Finish(crawlers.Env{Now: func() time.Time { return now }}, []mention.Post{
		{ID: "3", Text: "late", Published: now}, {ID: "3/answer", Text: "sorry", Own: true}, {ID: "2", Text: "late", Published: now.Add(-time.Hour)}, {ID: "1", Text: "late"},
	}) {
		ids = append(ids, p.ID)
	}
	if got := strings.Join(ids, " "); got != "1 2 3 3/answer" {
		t.Errorf("in the order %s", got)
	}
}

// TestCount: that the owner's answers have no stars and no author says nothing of the reviews.
func TestCount(t *testing.T) {
	var parts crawlers.Parts
	Count(&parts, []mention.Post{{Author: "Olena", Text: "slow", Rating: &mention.Rating{Value: 1, Best: 5}}, {Text: "sorry", Own: true}})
	if parts != (crawlers.Parts{Of: 1, Author: 1, Text: 1, Rating: 1}) {
		t.Errorf("%+v", parts)
	}
}
