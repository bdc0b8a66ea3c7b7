package store

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// by is post n, written by somebody with an account.
func by(n int, author string) mention.Post {
	p := post(n)
	p.Author, p.AuthorURL = author, "https://forum.example/u/"+strings.ToLower(strings.TrimLeft(author, "@"))
	return p
}

// digestNaming is a message of others that repeats who waits.
func digestNaming(t *testing.T, s *Store, p mention.Post) {
	t.Helper()
	a := notice("digest", mention.Normal, t0)
	a.Payload = fmt.Appendf(nil, `{"text":"%s waits %s, also Olgastan","summary":{"waits":1,"waiting":[{"author":%q,"url":%q}]}}`, p.Author, p.URL, p.Author, p.URL)
	enqueue(t, s, a)
}

// everywhere is all that the tables hold, as text.
func everywhere(t *testing.T, s *Store) string {
	t.Helper()
	var b strings.Builder
	for _, from := range [][2]string{
		{"bodies", "author || url || body"}, {"mentions", "author || url || thread_url || words || spans || score"}, {"cases", "owner_name || replied_by"},
		{"events", "by_name || detail"}, {"lessons", "title || body"}, {"mutes", "author"},
	} {
		rows, err := s.read.QueryContext(background, `SELECT `+from[1]+` FROM `+from[0])
		all, err := collect(rows, err, scanString)
		if err != nil {
			t.Fatal(from[0], err)
		}
		b.WriteString(strings.Join(all, "\n"))
	}
	rows, err := s.read.QueryContext(background, `SELECT payload FROM alerts WHERE payload IS NOT NULL`)
	all, err := collect(rows, err, func(row scanner) (p []byte, err error) { return p, row.Scan(&p) })
	if err != nil {
		t.Fatal(err)
	}
	b.Write(bytes.Join(all, []byte("\n")))
	return b.String()
}

func testErasePerson(t *testing.T, open opener) {
	s := open(t)
	a, b, other := by(1, "Olga Petrenko"), by(2, "Olga Petrenko"), by(3, "Ivan")
	ingest(t, s, intakeOf(heard(a, "Romashka"), heard(b), heard(other, "Romashka")))
	mute(t, s, mentionID(a, "Romashka"))
	digestNaming(t, s, a)
	_, err := s.UpdateCase(background, mentionID(other, "Romashka"), func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		c.Status, c.RepliedBy = mention.Replied, "Olga Petrenko"
		return []mention.Event{{Kind: "answered", Detail: "Olga Petrenko " + a.URL}}, nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	who := Subject{Author: "@olga  petrenko "}
	expect := Erased{Posts: 2, Mentions: 1, Cases: 2, Alerts: 1, Events: 1, Mutes: 1}
	before := everywhere(t, s)
	want(t, "tried", must(s.Erase(background, who, true))(t), expect)
	want(t, "trying changes nothing", everywhere(t, s), before)
	want(t, "erased", must(s.Erase(background, who, false))(t), expect)
	want(t, "again", must(s.Erase(background, who, false))(t), Erased{})
	left := everywhere(t, s)
	for _, gone := range []string{"Olga Petrenko", "olga petrenko", a.URL, b.URL, a.Text, b.Text} {
		if strings.Contains(left, gone) {
			t.Errorf("%q is kept:\n%s", gone, left)
		}
	}
	for _, stays := range []string{"Ivan", other.Text, "also Olgastan", `"waits":1`} {
		if !strings.Contains(left, stays) {
			t.Errorf("%q is gone:\n%s", stays, left)
		}
	}
	r := ingest(t, s, intakeOf(heard(a, "Romashka"), heard(b)))
	if r.Known != 2 || r.New+r.Edited+len(r.Alerts) != 0 {
		t.Errorf("shown again: %+v", r)
	}
	moved := a
	moved.ID, moved.URL = "other", "https://forum.example/other"
	if in := ingest(t, s, intakeOf(heard(moved, "Romashka"))); in.New+len(in.Alerts) != 0 {
		t.Errorf("under another id: %+v", in)
	}
	if strings.Contains(everywhere(t, s), moved.URL) {
		t.Error("the new address of an erased post is kept")
	}
}

// TestErasedDuringAnIntake: a post that is erased while a poll of it is stored stays erased,
// whichever ends first. SQLite has one writer, so there neither meets the other.
func TestErasedDuringAnIntake(t *testing.T) {
	s := openAt(t, Options{Database: testkit.Database(t, testkit.Postgres(t).URL)})
	p := by(1, "Olga Petrenko")
	ingest(t, s, intakeOf(heard(p)))
	edited := p
	edited.Text = "Romashka lost my parcel"
	erased := false
	r, err := s.Ingest(background, intakeOf(heard(edited, "Romashka")), func(ctx context.Context, tx *Tx, list []*mention.PendingMention) error {
		if !erased {
			erased = true
			want(t, "erased", must(s.Erase(ctx, Subject{Author: p.Author}, false))(t).Posts, 1)
		}
		return alertAll(ctx, tx, list)
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "alerts", len(r.Alerts), 0)
	if left := everywhere(t, s); strings.Contains(left, "Petrenko") || strings.Contains(left, edited.Text) {
		t.Errorf("back again: %s", left)
	}
	want(t, "known for good", ingest(t, s, intakeOf(heard(p, "Romashka"))).Known, 1)

	// This intake has written its mention when the erasing comes, and is held up at its alert.
	p = by(2, "Ivan Sydorenko")
	ingest(t, s, intakeOf(heard(p)))
	edited = p
	edited.Text = "Romashka lost my letter"
	hold := must(s.write.BeginTx(background, nil))(t)
	must(insertAlert(background, hold, mention.Alert{ID: alertID(mentionID(p, "Romashka"))}, 0))(t)
	var both sync.WaitGroup
	both.Go(func() { ingest(t, s, intakeOf(heard(edited, "Romashka"))) })
	testkit.Eventually(t, "the intake waits", time.Minute, func() bool { return lockWaits(t, s.read) == 1 })
	both.Go(func() { must(s.Erase(background, Subject{Author: p.Author}, false))(t) })
	testkit.Eventually(t, "the erasing waits, too", time.Minute, func() bool { return lockWaits(t, s.read) == 2 })
	mustDo(t, hold.Rollback())
	both.Wait()
	if left := everywhere(t, s); strings.Contains(left, "Sydorenko") || strings.Contains(left, edited.Text) {
		t.Errorf("kept: %s", left)
	}
}

func testEraseFolded(t *testing.T, open opener) {
	s := open(t)
	for i, name := range []string{"anna petrenko%d", "@Anna Petrenko%d", " ANNA\u00a0 petrenko%d", "Anna Petrenko%d"} {
		as := func(format string) string { return fmt.Sprintf(format, i) }
		ingest(t, s, intakeOf(heard(by(10*i+1, as("Anna Petrenko%d")), "Romashka"), heard(by(10*i+2, as("@anna petrenko%d"))), heard(by(10*i+3, as("Anna %d")))))
		want(t, name, must(s.Erase(background, Subject{Author: as(name)}, false))(t).Posts, 2)
	}
}

func testEraseProfile(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(by(1, "olga"), "Romashka"), heard(by(2, "ivan"))))
	want(t, "nobody", must(s.Erase(background, Subject{Profile: "https://forum.example/u/x"}, false))(t), Erased{})
	want(t, "by her page", must(s.Erase(background, Subject{Profile: "https://forum.example/u/olga/"}, false))(t).Posts, 1)
	if left := everywhere(t, s); strings.Contains(left, "olga") || !strings.Contains(left, "ivan") {
		t.Errorf("left: %s", left)
	}
}

func testKept(t *testing.T, open opener) {
	s := open(t)
	a, b := by(1, "Olga"), by(2, "OLGA")
	ingest(t, s, intakeOf(heard(a, "Romashka"), heard(b), heard(by(3, "ivan"), "Romashka")))
	mute(t, s, mentionID(a, "Romashka"))
	digestNaming(t, s, a)
	k := must(s.Kept(background, Subject{Author: "@olga"}))(t)
	want(t, "kept", fmt.Sprint(len(k.Posts), len(k.Mentions), len(k.Mutes), len(k.Repeated), len(k.Events)), "2 1 1 1 1")
	want(t, "words", k.Mentions[0].Mention.Post.Text, a.Text)
	must(s.Erase(background, Subject{Author: "olga"}, false))(t)
	k = must(s.Kept(background, Subject{Author: "@olga"}))(t)
	want(t, "kept afterwards", fmt.Sprintf("%+v", k), fmt.Sprintf("%+v", Kept{}))
}

func testAllAges(t *testing.T, open opener) {
	s := open(t)
	old := intakeOf(heard(by(1, "olga"), "Romashka"), heard(by(2, "ivan"), "Romashka"))
	old.At = t0.AddDate(0, 0, -400)
	ingest(t, s, old)
	taught := mentionID(by(1, "olga"), "Romashka")
	long := t0.AddDate(0, 0, -390)
	_, err := act(s, taught, mention.Action{Verb: mention.Dismiss, By: person("ira"), At: long, Reason: mention.NotNegative})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.UpdateCase(background, mentionID(by(2, "ivan"), "Romashka"), func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		c.Status, c.Owner, c.RepliedBy = mention.Replied, person("ira"), "ira"
		return []mention.Event{{Kind: "answered", At: long, Detail: "olga https://forum.example/p/1"}}, nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	digest := by(1, "olga")
	a := notice("digest", mention.Normal, long)
	a.Payload = []byte(`{"text":"olga waits ` + digest.URL + `"}`)
	enqueue(t, s, a)
	send(t, s, "digest")
	simhash := must(s.Feedback(background))(t)[0].Simhash
	must(s.Prune(background, Retention{Mentions: t0.AddDate(0, 0, -365), Events: t0.AddDate(-2, 0, 0)}))(t)

	lessons := must(s.Feedback(background))(t)
	if len(lessons) != 1 || lessons[0].Simhash != simhash || lessons[0].Title+lessons[0].Text+lessons[0].By.ID+lessons[0].By.Name != "" {
		t.Errorf("lessons %+v", lessons)
	}
	_, c, err := s.Mention(background, mentionID(by(2, "ivan"), "Romashka"))
	if err != nil || c.Owner != (mention.Person{}) || c.RepliedBy != "" || c.Status != mention.Replied {
		t.Errorf("case %+v, %v", c, err)
	}
	if left := everywhere(t, s); strings.Contains(left, "olga") || strings.Contains(left, "forum.example") {
		t.Errorf("left: %s", left)
	}
	want(t, "the audit stays", len(must(s.events(background, t0.AddDate(-2, 0, 0), t0.Add(time.Hour)))(t)) > 0, true)
}

// TestErasedFromTheFile: after erasing and closing, neither names nor words of 200 people
// stand anywhere in the files.
func TestErasedFromTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.db")
	s := openAt(t, Options{Database: "sqlite:" + path})
	const people = 200
	for n := range people {
		p := by(n, fmt.Sprintf("Nameof%03dx", n))
		p.Title, p.Text = "Title of it", fmt.Sprintf("Romashka lost Wordsof%03dx "+strings.Repeat("and so on ", n*3), n)
		ingest(t, s, intakeOf(heard(p, "Romashka")))
		if n%10 == 0 {
			mute(t, s, mentionID(p, "Romashka"))
		}
	}
	beside, err := Open(background, Options{Database: "sqlite:" + path, Beside: true})
	if err != nil {
		t.Fatal(err)
	}
	for n := range people {
		want(t, "erased", must(beside.Erase(background, Subject{Author: fmt.Sprintf("@nameof%03dX", n)}, false))(t).Posts, 1)
	}
	want(t, "swept", must(beside.Sweep(background))(t), Swept{Clean: true})
	count := func(when string) {
		t.Helper()
		for _, suffix := range []string{"", "-wal"} {
			raw, err := os.ReadFile(path + suffix)
			if err != nil && suffix == "" {
				t.Fatal(err)
			}
			raw = bytes.ToLower(raw)
			for _, word := range []string{"nameof", "wordsof"} {
				if n := bytes.Count(raw, []byte(word)); n != 0 {
					t.Errorf("%s: %q stands %d times in the file%s", when, word, n, suffix)
				}
			}
		}
	}
	count("beside the daemon")
	mustDo(t, beside.Close())
	mustDo(t, s.Close())
	count("closed")
}

// TestSweptTables: PostgreSQL is told to clear the places in each table that an erasure takes words,
// names or addresses out of, those that came later included.
func TestSweptTables(t *testing.T) {
	s := openAt(t, Options{Database: testkit.Database(t, testkit.Postgres(t).URL)})
	must(s.Sweep(background))(t)
	rows, err := s.read.Query(`SELECT relname FROM pg_stat_user_tables WHERE schemaname = current_schema() AND last_vacuum IS NOT NULL ORDER BY relname`)
	swept, err := collect(rows, err, scanString)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "tables", strings.Join(swept, " "), "alerts bodies cases clocks events follows lessons mentions mutes replies templates")
}

// TestScrubKeepsTheForm: somebody called Daily does not spoil a daily digest.
func TestScrubKeepsTheForm(t *testing.T) {
	digest := `{"summary":{"period":"daily","waiting":[{"author":"DAILY","url":"https://x.example/1","watch":"Daily"}],"waits":18446744073709551615},"text":"Daily waits"}`
	got := string(scrubJSON([]byte(digest), []string{"https://x.example/1", "Daily"}))
	want(t, "digest", got, `{"summary":{"period":"daily","waiting":[{"author":"…","url":"…","watch":"Daily"}],"waits":18446744073709551615},"text":"… waits"}`)
}

func FuzzScrub(f *testing.F) {
	f.Add("Al said: Also al, AL.", "Al")
	f.Add(`{"a":["Іра",{"b":"іра"}]}`, "Іра")
	f.Add("\xff\xfe", "\xff")
	f.Fuzz(func(t *testing.T, text, word string) {
		if word == "" || strings.Contains(scrubbed, word) || strings.Contains(word, scrubbed) {
			return
		}
		once := scrubText(text, []string{word})
		_ = scrubJSON([]byte(text), []string{word})
		if text == word && once != scrubbed {
			t.Errorf("%q is left of %q", once, text)
		}
		want(t, "a word inside a word stays", scrubText("Also", []string{"Al"}), "Also")
	})
}

func testErase(t *testing.T, open opener) {
	s := open(t)
	a, b, c := post(1), post(2), post(3)
	a.Author, b.Author, c.Author = "olga", "olga", "ivan"
	ingest(t, s, intakeOf(heard(a, "Romashka"), heard(b), heard(c, "Romashka")))
	id := mentionID(a, "Romashka")
	must(act(s, id, mention.Action{Verb: mention.Dismiss, By: person("ira"), At: t0, Reason: mention.NotNegative}))(t)
	want(t, "elsewhere", must(s.Erase(background, Subject{Source: "mirror", Author: "olga"}, false))(t).Posts, 0)
	want(t, "nobody", must(s.Erase(background, Subject{}, false))(t).Posts, 0)
	want(t, "erased", must(s.Erase(background, Subject{Author: "olga"}, false))(t).Posts, 2)
	m, cs, err := s.Mention(background, id)
	if err != nil || m.Post.Author != "" || m.Post.Body() != "\n" || !m.Post.Deleted || cs.Version != 3 {
		t.Errorf("mention %+v, case %+v, %v", m, cs, err)
	}
	want(t, "lessons", len(must(s.Feedback(background))(t)), 0)
	n := 0
	if err := s.Posts(background, t0, func(mention.Post) error { n++; return nil }); err != nil {
		t.Fatal(err)
	}
	want(t, "posts left", n, 1)
	m, _, _ = s.Mention(background, mentionID(c, "Romashka"))
	want(t, "others stay", m.Post.Author, "ivan")
	want(t, "no such link", must(s.Erase(background, Subject{URL: "https://x.example"}, false))(t).Posts, 0)
}
