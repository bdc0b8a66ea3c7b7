package store

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// A page mark comes back from browsers: whatever it is, it is read or refused.
func FuzzPageMark(f *testing.F) {
	f.Add(encodeAfter(t0, mentionID(post(1), "Romashka")))
	f.Add("")
	f.Add("MTIvYQ")
	f.Add("%%")
	f.Fuzz(func(t *testing.T, mark string) {
		at, id, err := decodeAfter(mark)
		if err != nil {
			return
		}
		again, id2, err := decodeAfter(encodeAfter(fromMicros(at), mention.ID(id)))
		if err != nil || again != at || id2 != id {
			t.Errorf("%q: %d %q, again %d %q, %v", mark, at, id, again, id2, err)
		}
	})
}

func testList(t *testing.T, open opener) {
	s := open(t)
	praise := heard(post(3), "Romashka")
	praise.Mentions[0].Score = mention.Score{Value: 0.8, Label: mention.Positive}
	news := post(4)
	news.Title, news.Text = "Ромашка Банк", "Втратили мою ПОСИЛКУ, гроші не повернули"
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2), "Delivery")))
	later := intakeOf(praise, heard(news, "Romashka"))
	later.At = t0.Add(time.Hour)
	if _, err := s.Ingest(background, later, func(_ context.Context, _ *Tx, list []*mention.PendingMention) error {
		for _, d := range list {
			if d.Mention.Score.Label == mention.Negative {
				d.Mention.Severity, d.Case.Status = mention.Critical, mention.Open
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	claim(t, s, mentionID(post(1), "Romashka"), "ira")
	must(act(s, mentionID(post(2), "Delivery"), mention.Action{Verb: mention.Reply, By: person("ira"), At: t0}))(t)
	for _, c := range []struct {
		name string
		q    mention.Query
		want string
	}{
		{"all", mention.Query{}, "4 3 2 1"},
		{"watch", mention.Query{Watch: "Romashka"}, "4 3 1"},
		{"alerted", mention.Query{Alerted: true}, "4 2 1"},
		{"severity", mention.Query{Severity: mention.High}, "4"},
		{"status", mention.Query{Statuses: []mention.Status{mention.Claimed, mention.Quiet}}, "3 1"},
		{"unanswered", mention.Query{Unanswered: true}, "4 1"},
		{"unproved", mention.Query{Unverified: true}, "2"},
		{"since", mention.Query{Since: t0.Add(time.Minute)}, "4 3"},
		{"until", mention.Query{Until: t0.Add(time.Hour)}, "2 1"},
		{"label", mention.Query{Label: mention.Positive}, "3"},
		{"owner", mention.Query{Owner: "slack:ira"}, "2 1"},
		{"author", mention.Query{Author: "author 2", Source: "forum"}, "2"},
		{"text", mention.Query{Text: "Посилку гроші"}, "4"},
		{"text in any case", mention.Query{Text: "PARCEL"}, "3 2 1"},
		{"text and watch", mention.Query{Text: "parcel", Watch: "Delivery"}, "2"},
		{"nothing", mention.Query{Source: "x"}, ""},
	} {
		var got []string
		for _, e := range must(s.List(background, c.q))(t).Entries {
			got = append(got, e.Mention.Post.ID)
		}
		// Two pairs were heard at the same moment: their order is by id of the mention.
		if len(got) > 1 {
			got = byNumberWithinHour(got)
		}
		want(t, c.name, strings.Join(got, " "), c.want)
	}
	if _, err := s.List(background, mention.Query{After: "%%"}); err == nil {
		t.Error("a foreign page mark is no error")
	}
}

// byNumberWithinHour orders 3,4 and 1,2 downwards without mixing the pairs.
func byNumberWithinHour(list []string) []string {
	for i := 1; i < len(list); i++ {
		a, b := list[i-1], list[i]
		if a < b && (a >= "3") == (b >= "3") {
			list[i-1], list[i] = b, a
		}
	}
	return list
}

func testPages(t *testing.T, open opener) {
	s := open(t)
	const posts = 25
	for n := range posts {
		in := intakeOf(heard(post(n), "Romashka"))
		in.At = t0.Add(time.Duration(n/4) * time.Minute) // four at the same moment
		must(s.Ingest(background, in, func(ctx context.Context, tx *Tx, list []*mention.PendingMention) error {
			for _, d := range list {
				d.Case.RankAt = in.At
			}
			return alertAll(ctx, tx, list)
		}))(t)
	}
	for what, q := range map[string]mention.Query{
		"all": {}, "those that wait": {Unanswered: true}, "by rank": {ByRank: true},
		"by a word": {Text: "romashka"}, "by a word among those that wait": {Text: "romashka", Unanswered: true}, "by a word and rank": {Text: "romashka", ByRank: true},
	} {
		t.Run(what, func(t *testing.T) { testPagesOf(t, s, q, posts) })
	}
}

// testPagesOf: every entry stands on one page and in its place, also where a page ends among those of one moment.
func testPagesOf(t *testing.T, s *Store, q mention.Query, posts int) {
	seen := map[mention.ID]bool{}
	q.Limit = 7
	pages := 0
	var last time.Duration
	for {
		page := must(s.List(background, q))(t)
		pages++
		for _, e := range page.Entries {
			if seen[e.Mention.ID] {
				t.Errorf("%s twice", e.Mention.Post.ID)
			}
			seen[e.Mention.ID] = true
			place := t0.AddDate(1, 0, 0).Sub(e.Mention.HeardAt) // the newest first
			if q.ByRank {
				place = e.Case.RankAt.Sub(t0.AddDate(-1, 0, 0))
			}
			if place < last {
				t.Errorf("%s stands too late", e.Mention.Post.ID)
			}
			last = place
		}
		if page.Next == "" {
			break
		}
		q.After = page.Next
	}
	want(t, "entries", len(seen), posts)
	want(t, "pages", pages, 4)
}
