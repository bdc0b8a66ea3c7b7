package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// clocksAreRight compares the table that triggers keep with what it is kept of. A database
// that cannot be opened, as some tests leave it, is not looked at.
func clocksAreRight(t *testing.T, address string) {
	t.Helper()
	s, err := Open(background, Options{Database: address, ReadOnly: true, Now: func() time.Time { return t0 }})
	if err != nil {
		return
	}
	defer s.Close()
	const columns = `SELECT heard_at, mention_id, owner_id, line FROM `
	for _, q := range []string{columns + `case_clocks EXCEPT ` + columns + `clocks`, columns + `clocks EXCEPT ` + columns + `case_clocks`} {
		want(t, "wrong rows of clocks: "+q, count(t, s.read, `SELECT COUNT(*) FROM (`+q+`) AS other`), 0)
	}
}

// testClocks: the clocks of cases are those of their mentions, cases and messages whatever
// happened to them, for all and for one person.
func testClocks(t *testing.T, open opener) {
	s := open(t)
	var all []mention.AnalyzedPost
	for n := range 12 {
		p := post(n)
		p.Source, p.Author = "forum", fmt.Sprintf("author\x1f %d", n%3)
		all = append(all, heard(p, "Romashka", "Delivery"))
	}
	ingest(t, s, intakeOf(all...))
	id := func(n int) mention.ID { return mentionID(all[n].Post, "Romashka") }
	check := func(what string) {
		t.Helper()
		want(t, what, fmt.Sprintf("%+v", must(s.Times(background, t0, t0.Add(time.Hour)))(t)), fmt.Sprintf("%+v", slowTimes(t, s)))
	}
	check("heard")
	claim(t, s, id(1), "ira")
	claim(t, s, id(2), "ira")
	claim(t, s, id(3), "oleh")
	for n := range 5 {
		send(t, s, alertID(id(n)))
	}
	check("claimed and posted")
	mine := must(s.TimesOf(background, person("ira").ID, t0, t0.Add(time.Hour)))(t)
	if len(mine) != 2 || mine[0].Owner != person("ira") || mine[1].Owner != person("ira") {
		t.Errorf("of one person: %+v", mine)
	}
	want(t, "of nobody", len(must(s.TimesOf(background, "", t0, t0.Add(time.Hour)))(t)), 0)
	for _, change := range []string{
		`UPDATE mentions SET severity = 0 WHERE id = '` + string(id(1)) + `'`,
		`UPDATE mentions SET severity = 3, topics = '|refund|app|', lang = 'uk' WHERE id = '` + string(id(2)) + `'`,
		`UPDATE mentions SET heard_at = heard_at + 1000000 WHERE id = '` + string(id(3)) + `'`,
		`UPDATE mentions SET severity = 2 WHERE id = '` + string(id(1)) + `'`,
		`UPDATE alerts SET posted_at = posted_at + 5000000 WHERE posted_at > 0`,
		`DELETE FROM alerts WHERE mention_id = '` + string(id(4)) + `'`,
		`UPDATE cases SET status = 'dismissed', reason = 'spam', waited = 7, woke_at = 9, snoozed_at = 11 WHERE mention_id = '` + string(id(5)) + `'`,
		`UPDATE cases SET opened_at = opened_at + 2000000 WHERE mention_id = '` + string(id(8)) + `'`,
		`UPDATE cases SET claimed_at = 5 WHERE mention_id = '` + string(id(8)) + `'`,
		`UPDATE alerts SET posted_at = posted_at + 5000000 WHERE mention_id = '` + string(id(8)) + `'`,
		`UPDATE mentions SET author = '' WHERE id = '` + string(id(8)) + `'`,
		`UPDATE mentions SET gone = 1 WHERE id = '` + string(id(10)) + `'`,
		`UPDATE cases SET snoozed_at = opened_at + 3000000 WHERE mention_id = '` + string(id(10)) + `'`,
		`UPDATE mentions SET edited_at = heard_at + 1000000 WHERE id = '` + string(id(10)) + `'`,
		`UPDATE mentions SET edited_at = heard_at + 9000000 WHERE id = '` + string(id(10)) + `'`,
		`UPDATE mentions SET gone = 0 WHERE id = '` + string(id(10)) + `'`,
		`UPDATE cases SET opened_at = opened_at + 2000000 WHERE mention_id = '` + string(id(9)) + `'`,
		`DELETE FROM mentions WHERE id = '` + string(id(9)) + `'`,
		`DELETE FROM cases WHERE mention_id = '` + string(id(6)) + `'`,
		`DELETE FROM mentions WHERE id = '` + string(id(7)) + `'`,
	} {
		must(s.exec(background, "test", change))(t)
		check(change)
	}
	mustDo(t, s.NameSources(background, []mention.SourceState{{Key: "forum", Name: "Форум"}}))
	check("another name of the source")
	for _, line := range []string{"", "a", strings.Repeat("1\x1f", timesParts), strings.Repeat("x\x1f", timesParts-1)} {
		if err := (&timesReader{topics: map[string][]string{}}).read(&mention.Times{}, line); err == nil {
			t.Errorf("%q is a line of clocks", line)
		}
	}
}

// slowTimes is Times as it was read before there was a table for it.
func slowTimes(t *testing.T, s *Store) []mention.Times {
	t.Helper()
	names := must(s.sourceNames(background))(t)
	rows, err := s.read.QueryContext(background, `
SELECT m.id, m.watch, m.source, m.author, m.lang, m.topics, m.severity, c.status, c.owner_id, c.owner_name, m.published, m.date_only, m.heard_at, c.opened_at, CASE WHEN m.gone = 0 THEN 0 ELSE m.edited_at END,
 COALESCE((SELECT MIN(a.posted_at) FROM alerts a WHERE a.mention_id = m.id AND a.mention_id <> ''
  AND a.kind IN ('complaint', 'twin') AND a.posted_at > 0), 0),
 c.claimed_at, c.replied_at, c.answer_seen, c.reopened_at, c.snoozed_at, c.woke_at, c.waited
FROM mentions m JOIN cases c ON c.mention_id = m.id
WHERE m.severity > 0 ORDER BY m.heard_at, m.id`)
	all, err := collect(rows, err, func(row scanner) (c mention.Times, err error) {
		var topics string
		var published, heard, opened, gone, posted, claimed, replied, reopened, snoozed, woke, waited, dateOnly, seen int64
		err = row.Scan(&c.MentionID, &c.Watch, &c.Source, &c.Author, &c.Lang, &topics, &c.Severity, &c.Status, &c.Owner.ID, &c.Owner.Name,
			&published, &dateOnly, &heard, &opened, &gone, &posted, &claimed, &replied, &seen, &reopened, &snoozed, &woke, &waited)
		if name, ok := names[c.Source]; ok {
			c.Source = name
		}
		if topics != "" {
			c.Topics = strings.Split(strings.Trim(topics, "|"), "|")
		}
		c.Author = strings.ReplaceAll(c.Author, string(timesMark), "") // it would end the part
		if opened > heard {                                            // it became a complaint then
			heard, dateOnly = opened, 1
		}
		if gone > 0 && (snoozed == 0 || gone < snoozed) {
			snoozed = gone
		}
		c.DateOnly, c.AnswerVerified, c.Waited = dateOnly != 0, seen != 0, time.Duration(waited)
		c.Published, c.Heard, c.Posted, c.Claimed, c.Replied = fromMicros(published), fromMicros(heard), fromMicros(posted), fromMicros(claimed), fromMicros(replied)
		c.Reopened, c.Snoozed, c.Woke = fromMicros(reopened), fromMicros(snoozed), fromMicros(woke)
		return c, err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(all, func(a, b mention.Times) int { return a.Heard.Compare(b.Heard) })
	return all
}

func testTimes(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka")))
	id := mentionID(post(1), "Romashka")
	claim(t, s, id, "ira")
	send(t, s, alertID(id))
	var got mention.Times
	list := must(s.Times(background, t0, t0.Add(time.Hour)))(t)
	for _, one := range list {
		if one.MentionID == id {
			got = one
		}
	}
	want(t, "cases", len(list), 2)
	wantTimes := mention.Times{MentionID: id, Watch: "Romashka", Source: "forum", Author: "author 1", Lang: "en", Severity: mention.Normal, Topics: []string{"delivery"},
		Status: mention.Claimed, Owner: person("ira"), Published: post(1).Published, Heard: t0, Posted: t0, Claimed: t0}
	want(t, "times", fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", wantTimes))
	want(t, "times of another day", len(must(s.Times(background, t0.Add(time.Hour), t0.Add(2*time.Hour)))(t)), 0)

	events := must(s.events(background, t0, t0.Add(time.Hour)))(t)
	want(t, "events", kinds(events), "heard heard claim")
	want(t, "by", events[2].By, person("ira"))
}
