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

func testDuplicates(t *testing.T, open opener) {
	s := open(t)
	base := uint64(0x0123456789abcdef)
	in := func(n int, hash uint64, at time.Time) mention.PollResult {
		f := heard(post(n), "Romashka")
		f.Mentions[0].Simhash = hash
		i := intakeOf(f)
		i.At = at
		return i
	}
	ingest(t, s, in(1, base, t0))
	ingest(t, s, in(2, base^0x7, t0.Add(time.Minute)))  // 3 bits, one band
	ingest(t, s, in(3, base^0x8001, t0.Add(time.Hour))) // 2 bits
	ingest(t, s, in(4, ^base, t0))                      // far
	ingest(t, s, in(5, base^0x000f_000f_000f_000f, t0)) // 16 bits, every band differs
	if _, err := s.Ingest(background, in(6, base, t0), func(context.Context, *Tx, []*mention.PendingMention) error { return nil }); err != nil {
		t.Fatal(err) // quiet: no duplicate
	}
	ask := func(tx *Tx, watch string, distance int, since time.Time) string {
		list, err := tx.Duplicates(background, watch, base, distance, since)
		if err != nil {
			t.Error(err)
		}
		out := ""
		for _, st := range list {
			if st.Alert != alertID(st.Mention.ID) || st.Case.Status != mention.Open {
				t.Errorf("twin %+v", st)
			}
			out += st.Mention.Post.ID + " "
		}
		return out
	}
	_, err := s.Ingest(background, in(7, base, t0), func(_ context.Context, tx *Tx, _ []*mention.PendingMention) error {
		want(t, "three bits", ask(tx, "Romashka", 3, t0), "1 2 3 ")
		want(t, "two bits", ask(tx, "Romashka", 2, t0), "1 3 ")
		want(t, "none", ask(tx, "Romashka", 0, t0), "1 ")
		want(t, "sixteen bits, beyond the bands", ask(tx, "Romashka", 16, t0), "1 5 2 3 ")
		want(t, "since", ask(tx, "Romashka", 3, t0.Add(time.Second)), "2 3 ")
		want(t, "another watch", ask(tx, "Bazar", 3, t0), "")
		list, err := tx.Duplicates(background, "Romashka", 0, 64, t0)
		want(t, "no words", len(list), 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// testManyDuplicates: of more near texts than anybody needs the nearest come, of equally near ones the
// newest, and the oldest of those first.
func testManyDuplicates(t *testing.T, open opener) {
	s := open(t)
	const base = uint64(0x0123456789abcdef)
	var in mention.PollResult
	for n := range 60 {
		f := heard(post(n), "Romashka")
		f.Mentions[0].Simhash = base ^ 3 // two bits
		if n%6 == 0 {
			f.Mentions[0].Simhash = base
		}
		in = intakeOf(f)
		in.At = t0.Add(time.Duration(n) * time.Minute)
		ingest(t, s, in)
	}
	_, err := s.Ingest(background, in, func(_ context.Context, tx *Tx, _ []*mention.PendingMention) error {
		for _, distance := range []int{2, 12} { // by the bands, and beyond them
			list, err := tx.Duplicates(background, "Romashka", base, distance, t0)
			if err != nil {
				return err
			}
			var got []string
			for _, st := range list {
				got = append(got, st.Mention.Post.ID)
			}
			// 0, 6 … 54 are the ten nearest, the others the newest.
			want(t, fmt.Sprint("within ", distance), strings.Join(got, " "), "0 6 12 18 24 30 36 42 48 49 50 51 52 53 54 55 56 57 58 59")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func testThread(t *testing.T, open opener) {
	s := open(t)
	other := post(2)
	other.ThreadURL = "https://forum.example/t/2"
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(other, "Romashka")))
	for _, c := range []struct{ name, thread, reply, want string }{
		{"by thread", post(1).ThreadURL, "", "1"},
		{"by id", "", "2", "2"},
		{"by address", "", post(1).URL, "1"},
		{"both", other.ThreadURL, "1", "1 2"},
		{"once", post(1).ThreadURL, "1", "1"},
		{"nothing", "", "", ""},
	} {
		list, err := s.view().InThread(background, "forum", c.thread, c.reply)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, st := range list {
			got = append(got, st.Mention.Post.ID)
		}
		slices.Sort(got) // both were heard at the same time
		want(t, c.name, strings.Join(got, " "), c.want)
	}
	list, err := s.view().InThread(background, "elsewhere", post(1).ThreadURL, "")
	want(t, "another source", len(list), 0)
	want(t, "another source", err, nil)
}

// testPlaceAmongMany: what stands at a place or in a thread is found by that, and not among all that was ever heard of
// the watch: it is asked for each complaint, while everybody waits for the poll.
func testPlaceAmongMany(t *testing.T, open opener) {
	s := open(t)
	if s.engine.name == "sqlite" { // it plans without looking at how many rows there are
		thread := []any{"forum", mention.URLKey("https://forum.example/t/9"), mention.URLKey("36"), make([]byte, 16)}
		for _, step := range planOf(t, s, inThread, thread...) {
			if table, scans := strings.CutPrefix(step, "SCAN "); scans && !strings.Contains(" here p found ", " "+table+" ") {
				t.Errorf("reads all: %s", step)
			}
		}
		for what, query := range map[string]string{"url": atURL, "url of others": atURLAlso, "thread": officialInThread, "thread since": answersSeen} {
			plan := strings.Join(planOf(t, s, query, "1", int64(2), "3", int64(4), 5)[:1], "")
			if !strings.HasSuffix(plan, "_key (url_key=?)") && !strings.HasSuffix(plan, "_official (source=? AND thread_key=?)") {
				t.Errorf("%s begins with %s", what, plan)
			}
		}
		return
	}
	in := intakeOf()
	for n := range 1200 {
		p := post(n)
		p.ThreadURL = fmt.Sprint("https://forum.example/t/", n/4)
		in.Posts = append(in.Posts, heard(p, "Romashka"))
	}
	ingest(t, s, in)
	must(s.write.ExecContext(background, `ANALYZE`))(t)
	look := func(what string, ask func(v *Tx), counted, tables string, most int) {
		t.Helper()
		mustDo(t, s.inTx(background, "look", func(tx *sql.Tx) error {
			ask(&Tx{q: tx, wrap: s.wrap})
			if read := count(t, tx, `SELECT SUM(`+counted+`) FROM pg_stat_xact_user_tables WHERE relname IN (`+tables+`)`); read > most {
				t.Errorf("%s: %d of 1200 rows were read", what, read)
			}
			return nil
		}))
	}
	look("posts of a thread", func(v *Tx) {
		want(t, "posts of the thread", len(must(v.InThread(background, "forum", "https://forum.example/t/9", ""))(t)), 4)
	}, `seq_tup_read`, `'mentions', 'bodies'`, 0)
	look("a place", func(v *Tx) {
		want(t, "at an address", len(must(v.AtURL(background, "Romashka", post(9).URL))(t)), 1)
		want(t, "answers in a thread", len(must(v.OfficialInThread(background, "forum", "https://forum.example/t/9", "Romashka", time.Time{}))(t)), 0)
	}, `seq_tup_read + idx_tup_fetch`, `'mentions'`, 100)
}

func testAuthors(t *testing.T, open opener) {
	s := open(t)
	var list []mention.AnalyzedPost
	for n := range 3 {
		p := post(n)
		p.Author = "olga"
		list = append(list, heard(p, "Romashka"))
	}
	ingest(t, s, intakeOf(list...))
	a, err := s.view().Author(background, "forum", "olga", t0)
	want(t, "author", a, mention.Author{Alerted: 3, Complaints: 3})
	want(t, "author", err, nil)
	a, _ = s.view().Author(background, "forum", "", t0)
	want(t, "nobody", a, mention.Author{})
	a, _ = s.view().Author(background, "forum", "olga", t0.Add(time.Hour))
	want(t, "since", a, mention.Author{})
	both := by(9, "vera")
	ingest(t, s, intakeOf(heard(both, "Romashka", "Bazar")))
	must(act(s, mentionID(both, "Bazar"), mention.Action{Verb: mention.Reply, By: person("ira"), At: t0}))(t)
	a, _ = s.view().Author(background, "forum", "vera", t0)
	want(t, "of a post that names two watches, one of which answered", a, mention.Author{Alerted: 1, Complaints: 1, LastAnswered: true})
	must(act(s, mentionID(post(2), "Romashka"), mention.Action{Verb: mention.Dismiss, Reason: mention.NotUs, By: person("ira"), At: t0}))(t)
	a, _ = s.view().Author(background, "forum", "olga", t0)
	want(t, "one of which is no complaint", a, mention.Author{Alerted: 3, Complaints: 2})
	n, err := s.view().HeardRate(background, "Romashka", t0, t0.Add(time.Second), time.Time{})
	want(t, "rate", n, 4)
	want(t, "rate", err, nil)
	n, _ = s.view().HeardRate(background, "Romashka", t0.Add(-time.Hour), t0, time.Time{})
	want(t, "rate before", n, 0)
	day, hour, whenever := by(20, "ira"), by(21, "ira"), by(22, "ira")
	day.Published, day.DateOnly, hour.Published = t0.Add(-20*time.Hour), true, t0.Add(-20*time.Hour)
	whenever.Published = time.Time{}
	ingest(t, s, intakeOf(heard(day, "Bazar"), heard(hour, "Bazar"), heard(whenever, "Bazar")))
	for since, count := range map[time.Time]int{{}: 4, t0.Add(-6 * time.Hour): 3, t0.Add(-21 * time.Hour): 4, t0.Add(5 * time.Hour): 1} {
		n, err = s.view().HeardRate(background, "Bazar", t0, t0.Add(time.Second), since)
		want(t, "rate of what was published since "+since.String(), n, count)
		want(t, "rate", err, nil)
	}
	got, ok, err := s.AlertOf(background, list[0].Mentions[0].ID)
	if ok || err != nil {
		t.Errorf("alert of no mention: %+v, %v", got, err)
	}
	_, ok, _ = s.AlertOf(background, mentionID(post(1), "Romashka"))
	want(t, "alert of mention", ok, true)
}

// Official posts are found by their thread, while they stand there.
func testOfficialInThread(t *testing.T, open opener) {
	s := open(t)
	official := func(_ context.Context, _ *Tx, pending []*mention.PendingMention) error {
		for _, d := range pending {
			d.Mention.Official = d.Mention.Post.ID != "1"
		}
		return nil
	}
	put := func(list ...mention.AnalyzedPost) {
		t.Helper()
		must(s.Ingest(background, intakeOf(list...), official))(t)
	}
	elsewhere, loose := post(4), post(5)
	elsewhere.ThreadURL, loose.ThreadURL = "https://forum.example/t/2", ""
	put(heard(post(1), "Romashka"), heard(post(2), "Romashka"), heard(post(3), "Bazar"), heard(elsewhere, "Romashka"), heard(loose, "Romashka"))
	ask := func(source, thread, watch string, since ...time.Time) (out string) {
		t.Helper()
		for _, st := range must(s.view().OfficialInThread(background, source, thread, watch, append(since, time.Time{})[0]))(t) {
			out += st.Mention.Post.ID + " "
		}
		return out
	}
	thread := post(1).ThreadURL
	want(t, "thread", ask("forum", thread, "Romashka"), "2 ")
	want(t, "another watch", ask("forum", thread, "Bazar"), "3 ")
	want(t, "another source", ask("elsewhere", thread, "Romashka"), "")
	want(t, "since it was published", ask("forum", thread, "Romashka", post(2).Published), "2 ")
	want(t, "since later", ask("forum", thread, "Romashka", post(2).Published.Add(time.Second)), "")
	want(t, "no thread", ask("forum", "", "Romashka"), "")
	gone := post(2)
	gone.Deleted = true
	put(heard(gone))
	want(t, "gone", ask("forum", thread, "Romashka"), "")
}
