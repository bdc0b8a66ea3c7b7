package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// said ingests one complaint of a source, an hour after the one before, and changes it
// as the planner would.
func said(t testing.TB, s *Store, n int, change func(*mention.PendingMention)) mention.ID {
	t.Helper()
	p := post(n)
	in := intakeOf(heard(p, "Romashka"))
	in.At = t0.Add(time.Duration(n) * time.Hour)
	_, err := s.Ingest(background, in, func(ctx context.Context, tx *Tx, list []*mention.PendingMention) error {
		for _, d := range list {
			d.Mention.HeardAt, d.Case.OpenedAt, d.Case.RankAt = in.At, in.At, in.At
			if change != nil {
				change(d)
			}
			d.Events = append(d.Events, mention.Event{Kind: "alerted"})
		}
		return alertAll(ctx, tx, list)
	})
	if err != nil {
		t.Fatal(err)
	}
	return mentionID(p, "Romashka")
}

// found lists the ids of posts, page by page.
func found(t testing.TB, s *Store, q mention.Query) string {
	t.Helper()
	var all []string
	for {
		page := must(s.List(background, q))(t)
		for _, e := range page.Entries {
			all = append(all, e.Mention.Post.ID)
		}
		if q.After = page.Next; q.After == "" {
			return strings.Join(all, " ")
		}
	}
}

// The worst and oldest come first: a head start counts as if it had waited so long.
func testListByRank(t *testing.T, open opener) {
	s := open(t)
	for n := range 9 {
		said(t, s, n, func(d *mention.PendingMention) {
			if n%4 == 3 {
				d.Case.RankAt = d.Case.OpenedAt.Add(-150 * time.Minute)
			}
		})
	}
	claim(t, s, mentionID(post(1), "Romashka"), "ira")
	must(act(s, mentionID(post(2), "Romashka"), mention.Action{Verb: mention.Reply, By: person("ira"), At: t0}))(t)
	q := mention.Query{ByRank: true, Limit: 2}
	want(t, "by rank", found(t, s, q), "0 3 1 4 7 5 6 8")
	want(t, "count", must(s.Count(background, q, 100))(t), 8)
	want(t, "count no further than asked", must(s.Count(background, q, 5))(t), 5)
	q.Text = "parcel lost"
	want(t, "by rank with words", found(t, s, q), "0 3 1 4 7 5 6 8")
	q.Text = "missing"
	want(t, "by rank without these words", found(t, s, q), "")

	reopened, err := act(s, mentionID(post(2), "Romashka"), mention.Action{Verb: mention.Reopen, By: person("ira"), At: t0.Add(100 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "reopened: at the end, as it waits since then", found(t, s, mention.Query{ByRank: true}), "0 3 1 4 7 5 6 8 2")
	want(t, "head start of the reopened", reopened.HeadStart(), 0)

	must(s.UpdateCase(background, mentionID(post(4), "Romashka"), func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		c.OpenedAt = t0.Add(50 * time.Hour)
		return nil, nil, nil
	}))(t)
	want(t, "heard long ago, a complaint of these days", found(t, s, mention.Query{ByRank: true, Since: t0.Add(50 * time.Hour), Until: t0.Add(100 * time.Hour)}), "4")
	days := mention.Query{Alerted: true, Since: t0.Add(50 * time.Hour), Until: t0.Add(100 * time.Hour)}
	want(t, "the same in the list of all", found(t, s, days), "4")
	wrote := days
	wrote.Author = "author 4"
	want(t, "the same, of its author", found(t, s, wrote), "4")
	words := days
	words.Text = "parcel lost"
	want(t, "the same with words", found(t, s, words), "4")
	want(t, "the same, counted", must(s.Count(background, days, 100))(t), 1)
	for what, q := range map[string]mention.Query{"by rank": {ByRank: true}, "of all": {Alerted: true}} {
		q.Until = t0.Add(50 * time.Hour)
		if all := strings.Fields(found(t, s, q)); slices.Contains(all, "4") || len(all) == 0 {
			t.Errorf("%s: %q were complaints before", what, all)
		}
	}
	days.Limit, days.Since, days.Until = 2, time.Time{}, t0.Add(200*time.Hour)
	if all := strings.Fields(found(t, s, days)); len(all) != 9 || all[0] != "4" {
		t.Errorf("page by page, the last complaint first: %q", all)
	}
}

func testInboxFilters(t *testing.T, open opener) {
	s := open(t)
	until := t0.Add(200 * time.Hour)
	for n := 1; n <= 6; n++ {
		said(t, s, n, func(d *mention.PendingMention) {
			m := &d.Mention
			m.Score.Lang = []string{"en", "uk"}[n%2]
			m.Score.Topics = [][]string{{"refund", "support"}, {"delivery"}, {"refund_x"}}[n%3]
			if n == 5 {
				m.Post.Kind = mention.Review
			}
		})
	}
	id := func(n int) mention.ID { return mentionID(post(n), "Romashka") }
	claim(t, s, id(1), "ira")
	for n, verb := range map[int]mention.Action{
		2: {Verb: mention.Snooze, Until: until}, 3: {Verb: mention.Reply}, 4: {Verb: mention.Dismiss, Reason: mention.Spam},
	} {
		verb.By, verb.At = person("oleh"), t0
		must(act(s, id(n), verb))(t)
	}
	must(s.exec(background, "gone", `UPDATE mentions SET gone = 1 WHERE id = $1`, string(id(6))))(t)
	alive := mention.Query{ByRank: true}
	awake, asleep, free, standing := alive, alive, alive, alive
	awake.Awake, asleep.Asleep, free.Free, standing.Standing = true, true, true, true
	for _, c := range []struct {
		name string
		q    mention.Query
		want string
	}{
		{"alive", alive, "1 2 5 6"},
		{"awake", awake, "1 5 6"},
		{"asleep", asleep, "2"},
		{"free", free, "2 5 6"},
		{"not gone", standing, "1 2 5"},
		{"kind", mention.Query{Kind: mention.Review}, "5"},
		{"language", mention.Query{Lang: "uk"}, "5 3 1"},
		{"topic", mention.Query{Topic: "refund"}, "6 3"},
		{"second topic", mention.Query{Topic: "support"}, "6 3"},
		{"a topic is no pattern", mention.Query{Topic: "refund%"}, ""},
		{"author at all sources", mention.Query{Author: "author 4"}, "4"},
		{"closed with words", mention.Query{Text: "number", Statuses: []mention.Status{mention.Replied, mention.Dismissed}}, "4 3"},
		{"days", mention.Query{Since: t0.Add(2 * time.Hour), Until: t0.Add(4 * time.Hour), Alerted: true}, "3 2"},
		{"all at once", mention.Query{ByRank: true, Watch: "Romashka", Source: "forum", Kind: mention.Forum, Lang: "uk", Topic: "delivery",
			Severity: mention.Low, Owner: "slack:ira", Author: "author 1", Since: t0, Until: until, Text: "parcel", Awake: true}, "1"},
	} {
		q := c.q
		q.Limit = 2
		want(t, c.name, found(t, s, q), c.want)
		want(t, c.name+": count", must(s.Count(background, c.q, 100))(t), len(strings.Fields(c.want)))
	}
}

func testWordsFound(t *testing.T, open opener) {
	s := open(t)
	text := map[int]string{
		1: "Romashka: Кур'єр нагрубив, посилку кинув під двері!",
		2: "Romashka (посылка потеряна) — за́мок сломан, see https://shop.example/return-policy?id=77",
		3: "Romashka " + strings.Repeat("х", 3000) + " " + strings.Repeat("слово ", 3000),
	}
	for n := 1; n <= 3; n++ {
		p := post(n)
		p.Title, p.Text = "", text[n]
		in := intakeOf(heard(p, "Romashka"))
		in.At = t0.Add(time.Duration(n) * time.Hour)
		ingest(t, s, in)
	}
	for asked, ids := range map[string]string{
		"romashka": "3 2 1", "ROMA": "3 2 1", "omashka": "", "посил": "1", "Посилку двері": "1", "посилка": "", "посыл": "2",
		"замок": "2", "кур'єр": "1", "return-policy": "2", "77": "2", "shop.example": "2", strings.Repeat("х", 50): "3",
		`"romashka" OR *`: "", "слово": "3", "'": "", "   ": "3 2 1", "author 2": "2", "a:*&b|!c <-> )": "",
	} {
		want(t, asked, found(t, s, mention.Query{Text: asked, Limit: 1}), ids)
		alive := found(t, s, mention.Query{Text: asked, ByRank: true})
		want(t, asked+" among those that wait", len(strings.Fields(alive)), len(strings.Fields(ids)))
	}
	edited := post(1)
	edited.Title, edited.Text = "", "Romashka: усе гаразд"
	ingest(t, s, intakeOf(heard(edited, "Romashka")))
	want(t, "edited away", found(t, s, mention.Query{Text: "посил"}), "")
	want(t, "edited in", found(t, s, mention.Query{Text: "гаразд"}), "1")
	want(t, "erased", must(s.Erase(background, Subject{URL: post(2).URL}, false))(t).Posts, 1)
	want(t, "nothing of the erased is found", found(t, s, mention.Query{Text: "посыл"}), "")
}

// testSpellingsFound: a word is found however its apostrophe, its letters with two parts and
// what nobody sees between them are written, in the text and in what is looked for.
func testSpellingsFound(t *testing.T, open opener) {
	s := open(t)
	spellings := [][]string{
		{"кур'єр", "кур’єр", "курʼєр", "кур\u2018єр", "кур`єр", "курʹєр"},
		{"який", "якии\u0306"},
		{"їжа", "і\u0308жа"},
		{"ёлка", "е\u0308лка", "елка", "ЁЛКА"},
		{"нѝкой", "ни\u0300кой"},
		{"замок", "за\u0301мок"},
		{"перевод", "пере\u00adвод", "пере\u200bвод"},
		{"café", "cafe\u0301"},
	}
	n := 0
	for _, word := range spellings {
		first := n + 1
		var ids []string
		for _, written := range word {
			n++
			p := post(n)
			p.Title, p.Text = "", "Romashka: "+written+"."
			in := intakeOf(heard(p, "Romashka"))
			in.At = t0.Add(time.Duration(n) * time.Hour)
			ingest(t, s, in)
			ids = append([]string{p.ID}, ids...)
		}
		for _, asked := range word {
			q := mention.Query{Text: asked, Since: t0.Add(time.Duration(first) * time.Hour)}
			want(t, fmt.Sprintf("%+q", asked), found(t, s, q), strings.Join(ids, " "))
			q.Unanswered = true
			want(t, fmt.Sprintf("%+q among those that wait", asked), found(t, s, q), strings.Join(ids, " "))
		}
	}
}

// What an earlier earshot wrote is found after the start, and in the order it was heard.
func testTermsOfBefore(t *testing.T, open opener) {
	s := open(t)
	for n := 1; n <= 3; n++ {
		said(t, s, n, nil)
	}
	must(s.exec(background, "age", `UPDATE mentions SET terms = NULL, num = 0, lang = '', topics = '', words = 'romashka,lost parcel ' || $1 || '.'`, "before"))(t)
	want(t, "before the start", found(t, s, mention.Query{Text: "before"}), "")
	mustDo(t, s.bringUpToDate(background))
	want(t, "words", found(t, s, mention.Query{Text: "before"}), "3 2 1")
	want(t, "topic and language", found(t, s, mention.Query{Topic: "delivery", Lang: "en"}), "3 2 1")
	said(t, s, 4, nil)
	want(t, "together with new ones", found(t, s, mention.Query{Text: "lost", Limit: 3}), "4 3 2 1")
}

// Words that an earlier earshot wrote down with apostrophes that are letters, or with ё, are found
// as they are asked for now.
func testSpellingsOfBefore(t *testing.T, open opener) {
	s := open(t)
	list := must(loadMigrations(s.engine.name))(t)
	for n, terms := range []string{"romashka курʼєр спізнився", "ʼромашкаʼ ʼʼʼʼʼʼʼʼʼʼʼʼ кур спізнився ʼ", "нѝкой ѐ", "ещё всё все", ""} {
		said(t, s, n+1, nil)
		must(s.exec(background, "age", `UPDATE mentions SET terms = $2 WHERE id = $1`, string(mentionID(post(n+1), "Romashka")), terms))(t)
	}
	for _, m := range list {
		if m.name != "spellings" && m.name != "letters" {
			continue
		}
		if err := s.inTx(background, "again", func(tx *sql.Tx) error { _, err := tx.ExecContext(background, m.sql); return err }); err != nil {
			t.Fatal(err)
		}
	}
	for asked, ids := range map[string]string{"кур'єр": "1", "курʼєр": "1", "ромашка спізнився": "2", "никой": "3", "еще": "4", "ещё": "4", "все": "4"} {
		want(t, asked, found(t, s, mention.Query{Text: asked}), ids)
		want(t, asked+" among those that wait", found(t, s, mention.Query{Text: asked, Unanswered: true}), ids)
	}
	if s.engine.name == "sqlite" { // its index forgets what is erased, and has nothing left of the words of before
		var secure, left int
		err := s.read.QueryRow(`SELECT (SELECT v FROM mention_terms_config WHERE k = 'secure-delete'), (SELECT COUNT(*) FROM mention_terms_data WHERE instr(block, CAST('ё' AS BLOB)) > 0)`).Scan(&secure, &left)
		want(t, "asked of the index", err, nil)
		want(t, "secure-delete", secure, 1)
		want(t, "parts with the words of before", left, 0)
	}
}

func testCaseFile(t *testing.T, open opener) {
	s := open(t)
	first := said(t, s, 1, nil)
	copied := said(t, s, 8, func(d *mention.PendingMention) { // author 1, too
		d.Alerts = append(d.Alerts, mention.Alert{ID: "c", Kind: mention.Duplicate, MentionID: d.Mention.ID, ThreadOf: alertID(first), Route: "#m", Severity: mention.Low, Payload: []byte(`{"nth":2}`)})
	})
	must(s.exec(background, "only the copy's message", `DELETE FROM alerts WHERE id = $1`, string(alertID(copied))))(t)
	claim(t, s, first, "ira")
	note := mention.Action{Verb: mention.Note, By: person("oleh"), At: t0, Text: "called her"}
	must(act(s, first, note))(t)
	file, err := s.CaseFile(background, first)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "history", kinds(file.History), "heard alerted claim note")
	want(t, "copies", postIDs(file.Copies), "8")
	want(t, "earlier", postIDs(file.Earlier), "")
	if file, err = s.CaseFile(background, copied); err != nil {
		t.Fatal(err)
	}
	want(t, "copy of", postIDs(file.Copies), "1")
	want(t, "earlier of the author", postIDs(file.Earlier), "1")
	want(t, "details", string(file.Details), `{"nth":2}`)
	if _, err := s.CaseFile(background, "no"); err == nil {
		t.Error("no error for an unknown id")
	}
}

func postIDs(list []mention.MentionRecord) string {
	var all []string
	for _, r := range list {
		all = append(all, r.Mention.Post.ID)
	}
	return strings.Join(all, " ")
}

// testUnproved: what was said to be replied lately and never seen, whenever it was heard.
func testUnproved(t *testing.T, open opener) {
	s := open(t)
	for n, at := range []time.Time{t0, t0.AddDate(0, 2, 0), t0.AddDate(0, 2, 1), t0.AddDate(0, 2, 2)} {
		a := mention.Action{Verb: mention.Reply, By: person("ira"), At: at}
		if n == 3 {
			a = mention.Action{Verb: mention.Claim, By: person("ira"), At: at}
		}
		must(act(s, said(t, s, n+1, nil), a))(t)
	}
	want(t, "lately", postIDs(must(s.Unproved(background, t0.AddDate(0, 1, 0), 10))(t)), "3 2")
	want(t, "limit", postIDs(must(s.Unproved(background, t0.AddDate(0, 1, 0), 1))(t)), "3")
}

func testChanges(t *testing.T, open opener) {
	s := open(t)
	oldest, newest, err := s.ChangeRange(background)
	want(t, "empty", fmt.Sprint(oldest, newest, err), "0 0 <nil>")
	id := said(t, s, 1, nil)
	_, before, err := s.ChangeRange(background)
	if err != nil || before == 0 {
		t.Fatalf("newest %d, %v", before, err)
	}
	claim(t, s, id, "ira")
	all := must(s.Changes(background, 0, 10))(t)
	if len(all) != 3 || !all[1].Came || all[2].Came || all[2].Version != 2 || all[2].ID != id {
		t.Errorf("changes: %+v", all)
	}
	want(t, "after", len(must(s.Changes(background, before, 10))(t)), 1)
	want(t, "limit", len(must(s.Changes(background, 0, 2))(t)), 2)
	_, before, err = s.ChangeRange(background)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []mention.Action{{Verb: mention.Snooze, Until: t0.Add(time.Hour)}, {Verb: mention.Wake}, {Verb: mention.Reply}, {Verb: mention.Reopen}} {
		a.By, a.At = person("ira"), t0
		must(act(s, id, a))(t)
	}
	came := ""
	for _, c := range must(s.Changes(background, before, 10))(t) {
		came += fmt.Sprint(c.Came, " ")
	}
	want(t, "what begins to wait", came, "false true false true ")
}

// testPeople: cases are given to those who work on them, by the name they have now, and not to those who left.
func testPeople(t *testing.T, open opener) {
	s := open(t)
	for n, p := range []mention.Person{{ID: "slack:1", Name: "Left"}, {ID: "slack:2", Name: "Ira"}, {ID: "slack:2", Name: "Iryna"}, {ID: "slack:3", Name: "Anna"}, {ID: "slack:1", Name: "Left"}} {
		at := t0
		if p.Name == "Left" {
			at = t0.AddDate(0, 0, -91)
		}
		id := said(t, s, n, nil)
		must(s.UpdateCase(background, id, func(*mention.Case) ([]mention.Event, []mention.Alert, error) {
			return []mention.Event{{Kind: "claim", By: p, At: at}}, nil, nil
		}))(t)
	}
	for since, want := range map[time.Time]string{t0.AddDate(0, 0, -90): "[{slack:3 Anna} {slack:2 Iryna}]", t0.AddDate(0, 0, -100): "[{slack:3 Anna} {slack:2 Iryna} {slack:1 Left}]"} {
		if got := fmt.Sprint(must(s.People(background, since))(t)); got != want {
			t.Errorf("since %s: %s, want %s", since, got, want)
		}
	}
}
