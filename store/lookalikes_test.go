package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// testChangingIDsAndDates: a site whose ids change at every fetch says "3 hours ago" and
// "2 days ago", for two days, every half hour, over two midnights.
func testChangingIDsAndDates(t *testing.T, open opener) {
	s := open(t)
	for _, c := range []struct {
		name  string
		posts int
		most  int // new in all
	}{{"one post", 1, 3}, {"a page", 3, 3}} { // alone on a page, midnight makes it new
		news := 0
		for poll := range 96 {
			at := t0.Add(time.Duration(poll) * 30 * time.Minute)
			in := mention.PollResult{Source: c.name, Complete: true, At: at}
			for i := range c.posts {
				p := post(i)
				p.Source = c.name
				p.Author = []string{"Олена", "Гость", "Иван"}[i]
				p.Text = []string{"Romashka lost my parcel", "Ужасно", "Плохо"}[i]
				p.ID, p.URL = fmt.Sprintf("sid-%d-%d", poll, i), ""
				p.Published, p.DateOnly = at.Add(-3*time.Hour), false
				if i == 1 {
					p.Published, p.DateOnly = at.Add(-48*time.Hour).Truncate(24*time.Hour), true
				}
				in.Posts = append(in.Posts, heard(p, "Romashka"))
				in.OnPage = append(in.OnPage, p.Key())
			}
			news += ingest(t, s, in).New
		}
		if news > c.most {
			t.Errorf("%s: %d times new, at most %d", c.name, news, c.most)
		}
	}
}

// testGuestsOfAMovingPage: a page that shows the newest three has stable ids; guests who
// write what an earlier one wrote, whose review is not on the page any more, are heard.
func testGuestsOfAMovingPage(t *testing.T, open opener) {
	s := open(t)
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	review := func(n int) mention.Post {
		return mention.Post{Source: "forum", Kind: mention.Review, ID: fmt.Sprint(n), Author: "Гость", Published: day, DateOnly: true, Text: "Ужасно"}
	}
	news := 0
	for last := 3; last < 30; last++ {
		in := intakeOf()
		for n := last - 2; n <= last; n++ {
			in.Posts = append(in.Posts, heard(review(n), "Romashka"))
			in.OnPage = append(in.OnPage, review(n).Key())
		}
		news += ingest(t, s, in).New
	}
	want(t, "reviews heard", news, 29)
}

// testGuestsBesideKnownOnes: engines hand in what is new on such a page, and the ids of what
// stands there beside it. Those are known, so the ids of the page do not change.
func testGuestsBesideKnownOnes(t *testing.T, open opener) {
	s := open(t)
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	for _, author := range []string{"Гость", "Олена"} {
		review := func(n int) mention.Post {
			return mention.Post{Source: author, Kind: mention.Review, ID: fmt.Sprint(n), Author: author, Published: day, DateOnly: true, Text: "Ужасно"}
		}
		news := 0
		for last := 3; last < 30; last += 2 { // of the newest three two are new
			in := mention.PollResult{Source: author, Complete: true, At: t0}
			for n := last - 1; n <= last; n++ {
				in.Posts = append(in.Posts, heard(review(n), "Romashka"))
				in.OnPage = append(in.OnPage, review(n).Key())
			}
			if last > 3 {
				in.Beside = []mention.PostKey{review(last - 2).Key()}
			}
			news += ingest(t, s, in).New
		}
		want(t, "reviews heard of "+author, news, 28)
	}
}

// testSameWordsInTwoThreads: who gets no answer says so in the same words in another thread of the
// board, on the same day, while the first one is not read: people wait for an answer there, too.
// What a moderator moved there is the post it was.
func testSameWordsInTwoThreads(t *testing.T, open opener) {
	s := open(t)
	said := func(id, thread string, after time.Duration, dateOnly bool) mention.Post {
		p := post(1)
		p.ID, p.URL, p.ThreadURL = id, "https://forum.example/p/"+id, "https://forum.example/t/"+thread
		p.Text = "Still no answer from Romashka, the third day"
		p.Published, p.DateOnly = t0.Add(after), dateOnly
		if dateOnly {
			p.Published = t0.Truncate(24 * time.Hour)
		}
		return p
	}
	for _, tt := range []struct {
		what string
		p    mention.Post
		news int
	}{
		{"the first time", said("1", "a", 0, false), 1},
		{"in another thread", said("2", "b", time.Hour, false), 1},
		{"moved there", said("3", "b", 0, false), 0},
		{"under another id in its thread", said("4", "a", time.Hour, false), 0},
		{"in a third thread, of the day alone", said("5", "c", 0, true), 1},
	} {
		in := intakeOf(heard(tt.p, "Romashka"))
		in.OnPage = []mention.PostKey{tt.p.Key()}
		want(t, tt.what, ingest(t, s, in).New, tt.news)
	}
}
