package store

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// testFollows: what is remembered of followed threads survives, by the post; a thread
// that moved takes its row along.
func testFollows(t *testing.T, open opener) {
	s := open(t)
	a, b := post(1).Key(), post(2).Key()
	want(t, "at first", len(must(s.Follows(background, []mention.PostKey{a, b}))(t)), 0)
	want(t, "nothing asked", len(must(s.Follows(background, nil))(t)), 0)

	long := "https://forum.example/" + strings.Repeat("long-", 3000)
	first := mention.Follow{Key: a, Source: "forum", Thread: long, PostID: "1", Cursor: `{"m":"x"}`, Looked: t0, DueAt: t0.Add(time.Hour)}
	second := mention.Follow{Key: b, Source: "forum", Thread: long, PostID: "2", DueAt: t0.Add(time.Hour), Failures: 3}
	mustDo(t, s.SaveFollows(background, []mention.Follow{first, second}))
	first.Thread, first.Cursor, first.Looked, first.Gone, first.Failures = "https://forum.example/t/2", "c2", t0.Add(time.Minute), true, 1
	mustDo(t, s.SaveFollows(background, []mention.Follow{first}))

	got := map[mention.PostKey]mention.Follow{}
	for _, f := range must(s.Follows(background, []mention.PostKey{a, b, post(3).Key()}))(t) {
		got[f.Key] = f
	}
	want(t, "rows", len(got), 2)
	want(t, "looked at", got[a], first)
	want(t, "not yet", got[b], second)
}

// testFollowsEnd: they go with the retention, and at once with an erased person.
func testFollowsEnd(t *testing.T, open opener) {
	s := open(t)
	olga, ivan := post(1), post(2)
	olga.Author, ivan.Author = "olga", "ivan"
	ingest(t, s, intakeOf(heard(olga, "Romashka"), heard(ivan, "Romashka")))
	keys := []mention.PostKey{olga.Key(), ivan.Key()}
	save := func() {
		t.Helper()
		for _, key := range keys {
			mustDo(t, s.SaveFollows(background, []mention.Follow{{Key: key, Source: "forum", Thread: "t", PostID: "x", DueAt: t0}}))
		}
	}
	save()
	must(s.Erase(background, Subject{Author: "olga"}, false))(t)
	left := must(s.Follows(background, keys))(t)
	if len(left) != 1 || left[0].Key != ivan.Key() {
		t.Errorf("after erasing: %v, want the other's", left)
	}
	must(s.Prune(background, Retention{Mentions: t0}))(t)
	want(t, "due at the end of the retention", len(must(s.Follows(background, keys))(t)), 1)
	must(s.Prune(background, Retention{Mentions: t0.Add(time.Second)}))(t)
	want(t, "due before it", len(must(s.Follows(background, keys))(t)), 0)
}
