package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

func testDue(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka"), heard(post(3))))
	due := func(at time.Time) (ids []string) {
		for _, e := range must(s.DueCases(background, at, 10))(t) {
			ids = append(ids, e.Mention.Post.ID)
		}
		return ids
	}
	want(t, "due at once", len(due(t0)), 2)

	list := must(s.DueCases(background, t0, 10))(t)
	later := []mention.Due{{ID: list[0].Mention.ID, Version: list[0].Case.Version, At: t0.Add(time.Hour)}, {ID: list[1].Mention.ID, Version: list[1].Case.Version}}
	mustDo(t, s.SetDue(background, later))
	want(t, "not due yet", len(due(t0.Add(59*time.Minute))), 0)
	want(t, "due after an hour", fmt.Sprint(due(t0.Add(time.Hour))), fmt.Sprint([]string{list[0].Mention.Post.ID}))
	want(t, "one never", len(due(t0.AddDate(100, 0, 0))), 1)

	// A change makes it due; what was reckoned for the version before does not count.
	never := list[1].Mention.ID
	_, err := s.UpdateCase(background, never, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		return nil, nil, c.Apply(mention.Action{Verb: mention.Claim, By: mention.Person{ID: "u", Name: "Ira"}, At: t0})
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "due by its change", len(due(t0)), 1)
	mustDo(t, s.SetDue(background, later[1:]))
	want(t, "an older version's moment", len(due(t0)), 1)

	// So does its message's being posted, and a changed watchlist.
	own, ok, err := s.AlertOf(background, list[0].Mention.ID)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	must(s.BeginPosting(background, own.ID, t0))(t)
	must(s.MarkPosted(background, own.ID, "C1", "1.2", 1))(t)
	want(t, "due by its message", len(due(t0)), 2)
	own, _, _ = s.AlertOf(background, list[0].Mention.ID)
	want(t, "posted at", own.PostedAt.IsZero(), false)
	alive := func(id mention.AlertID) string {
		is, ended, err := s.Alive(background, id)
		if err != nil {
			t.Fatal(err)
		}
		if ended.IsZero() {
			return fmt.Sprint(is)
		}
		return fmt.Sprint(is, " since ", ended.Sub(t0))
	}
	want(t, "alive", alive(own.ID), "true")
	want(t, "unknown alert alive", alive("no"), "false")
	mustDo(t, s.ResetDue(background))
	want(t, "after a reset", len(due(t0)), 2)

	first := list[0].Mention
	for _, a := range []mention.Action{{Verb: mention.Reply}, {Verb: mention.Reopen}, {Verb: mention.Dismiss, Reason: mention.NotUs}, {Verb: mention.Reopen}} {
		a.By, a.At = person("ira"), t0.Add(2*time.Hour)
		must(act(s, first.ID, a))(t)
		want(t, "alive after "+string(a.Verb), alive(own.ID), map[bool]string{true: "true", false: "false since 2h0m0s"}[a.Verb == mention.Reopen])
	}
	in := intakeOf(heard(first.Post, "Romashka"))
	in.Posts[0].Post.Deleted, in.At = true, t0.Add(3*time.Hour)
	ingest(t, s, in)
	want(t, "alive while gone", alive(own.ID), "false since 3h0m0s")
}

// testResetOfTheAnswered: those that were answered stay for good, and no deadline is left for them
// once the answer was seen, or is not looked for any more.
func testResetOfTheAnswered(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka"), heard(post(3), "Romashka")))
	for n, answered := range map[int]func(c *mention.Case) error{
		1: func(c *mention.Case) error { return c.Answered("Romashka Support", t0) },
		2: func(c *mention.Case) error {
			return c.Apply(mention.Action{Verb: mention.Reply, By: person("ira"), At: t0.Add(-mention.AnswerSought)})
		},
		3: func(c *mention.Case) error {
			return c.Apply(mention.Action{Verb: mention.Reply, By: person("ira"), At: t0})
		},
	} {
		id := mentionID(post(n), "Romashka")
		c := must(s.UpdateCase(background, id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
			err := answered(c)
			c.Version++
			return nil, nil, err
		}))(t)
		mustDo(t, s.SetDue(background, []mention.Due{{ID: id, Version: c.Version}}))
	}
	mustDo(t, s.ResetDue(background))
	list := must(s.DueCases(background, t0, 10))(t)
	if len(list) != 1 || list[0].Mention.Post.ID != post(3).ID {
		t.Errorf("%d are due", len(list))
	}
}

// BenchmarkDueCases is one look of the deadlines at a hundred thousand open cases of
// which none is due, and at one of which a hundred are.
func BenchmarkDueCases(b *testing.B) {
	s := openFile(b)
	ingest(b, s, intakeOf(heard(post(1), "Romashka")))
	const cases = 100000
	numbers := fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) `, cases-1)
	for _, query := range []string{
		`INSERT INTO mentions (id, watch, post_key, source, kind, author, url, thread_url, published, date_only, heard_at, severity, score, spans)
 ` + numbers + `SELECT 'copy' || i, watch, post_key, source, kind, author, url, thread_url, published, date_only, heard_at + i, severity, score, spans FROM mentions, n`,
		`INSERT INTO cases (mention_id, status, version, opened_at) ` + numbers + `SELECT 'copy' || i, status, version, opened_at FROM cases, n`,
		fmt.Sprintf(`UPDATE cases SET due_at = %d`, micros(t0.Add(time.Hour))),
	} {
		must(s.exec(background, "many cases", query))(b)
	}
	for _, due := range []int{0, 100} {
		must(s.exec(background, "some now", `UPDATE cases SET due_at = 0 WHERE mention_id IN (SELECT mention_id FROM cases LIMIT $1)`, due))(b)
		b.Run(fmt.Sprintf("open=%d/due=%d", cases, due), func(b *testing.B) {
			for b.Loop() {
				if list, err := s.DueCases(background, t0, 100); err != nil || len(list) != due {
					b.Fatal(len(list), err)
				}
			}
		})
	}
}
