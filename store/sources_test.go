package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// underName is the post as the source with the key "forum" returns it under another name.
func underName(name string, p mention.Post) mention.Post {
	p.Source, p.SourceKey = name, "forum"
	return p
}

func pollUnder(name string, found ...mention.AnalyzedPost) mention.PollResult {
	in := intakeOf(found...)
	in.Source, in.SourceKey = name, "forum"
	return in
}

// testRenamedSource: a name is what people call a source. Whatever was stored of it
// stays its own, is shown under the new name, and nothing is heard again.
func testRenamedSource(t *testing.T, open opener) {
	s := open(t)
	first := pollUnder("forum")
	first.Baseline = true
	ingest(t, s, first)
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka")))
	mute(t, s, mentionID(post(2), "Romashka"))
	mustDo(t, s.NameSources(background, []mention.SourceState{{Key: "forum", Name: "Форум", Place: "p"}}))

	st := must(s.Source(background, "forum"))(t)
	want(t, "name", st.Name, "Форум")
	want(t, "baselined", st.Baselined, true)
	again := ingest(t, s, pollUnder("Форум", heard(underName("Форум", post(1)), "Romashka")))
	want(t, "heard again", again.New+again.Edited+len(again.Alerts), 0)

	page := must(s.List(background, mention.Query{Source: "Форум"}))(t)
	want(t, "listed under the new name", len(page.Entries), 2)
	want(t, "listed under the first one, which nobody else has", len(must(s.List(background, mention.Query{Source: "forum"}))(t).Entries), 2)
	stored := page.Entries[0].Mention.Post
	want(t, "shown as", stored.Source, "Форум")
	want(t, "known as", stored.Origin(), "forum")
	want(t, "key of the stored post", page.Entries[1].Mention.Post.Key(), post(1).Key())

	thread := must(s.view().InThread(background, "forum", post(1).ThreadURL, ""))(t)
	want(t, "in the thread", len(thread), 2)
	author := must(s.view().Author(background, "forum", post(2).Author, t0))(t)
	want(t, "muted", author.MutedUntil.IsZero(), false)
	want(t, "complaints", author.Complaints, 1)
	want(t, "in reports", must(s.Times(background, t0, t0.Add(time.Hour)))(t)[0].Source, "Форум")
	must(s.Reroute(background, func(a mention.Alert, m mention.Mention) (string, string) {
		want(t, "routed by", m.Post.Source, "Форум")
		return a.Route, a.Notify
	}))(t)
	err := s.Posts(background, time.Time{}, func(p mention.Post) error {
		want(t, "kept for trials", p.Source, "Форум")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "erased by its new name", must(s.Erase(background, Subject{Source: "Форум", Author: post(1).Author}, false))(t).Posts, 1)
}

func mute(t *testing.T, s *Store, id mention.ID) {
	t.Helper()
	_, err := s.UpdateCase(background, id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		c.Status, c.Reason, c.DismissedAt = mention.Dismissed, mention.MutedAuthor, t0
		return nil, nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// testSwappedNames: names are unique, and still two sources may change theirs for each
// other's, and a new one may take the name of an old one, all at once or not at all.
func testSwappedNames(t *testing.T, open opener) {
	s := open(t)
	name := func(list ...mention.SourceState) error { return s.NameSources(background, list) }
	mustDo(t, name(mention.SourceState{Key: "a", Name: "a"}, mention.SourceState{Key: "b", Name: "b"}))
	mustDo(t, s.SaveSource(background, mention.SourceState{Key: "a", Name: "an old name", Cursor: "cursor of a"}))
	want(t, "a poll that began under another name changes it", must(s.Source(background, "a"))(t).Name, "a")
	mustDo(t, name(mention.SourceState{Key: "a", Name: "b"}, mention.SourceState{Key: "b", Name: "c"}, mention.SourceState{Key: "b@2", Name: "a"}))
	if err := name(mention.SourceState{Key: "a", Name: "x"}, mention.SourceState{Key: "b", Name: "x"}); err == nil {
		t.Error("two sources have one name")
	}
	for key, want := range map[string]string{"a": "b", "b": "c", "b@2": "a"} {
		if st := must(s.Source(background, key))(t); st.Name != want {
			t.Errorf("%s is called %q, want %q", key, st.Name, want)
		}
	}
	want(t, "cursor", must(s.Source(background, "a"))(t).Cursor, "cursor of a")
}

// TestUpgradeKeepsPosts: testdata/schema3.sql was written by the version before sources
// had keys: a baseline, two complaints, one muted author. Each post must stay known under
// the key it has, also when its source is called otherwise afterwards.
func TestUpgradeKeepsPosts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	loadDump(t, path, "testdata/schema3.sql")
	s := openAt(t, Options{Database: "sqlite:" + path})
	all := must(s.Sources(background))(t)
	want(t, "sources", len(all), 1)
	want(t, "key", all[0].Key, "forum")
	want(t, "name", all[0].Name, "forum")
	want(t, "baselined", all[0].Baselined, true)
	want(t, "cursor", all[0].Cursor, "cursor of before")
	install, place := must(s.InstallKey(background))(t), must(s.PlaceKey(background))(t)
	want(t, "place key", string(place), string(install))
	mustDo(t, s.NameSources(background, []mention.SourceState{{Key: "forum", Name: "Reviews", Place: "p"}}))

	posts := []mention.Post{underName("Reviews", post(0)), underName("Reviews", post(1)), underName("Reviews", post(2))}
	for i, hash := range must(s.Seen().Lookup(background, keysOf(posts)))(t) {
		want(t, "mark of a stored post", hash, posts[i].ContentHash())
	}
	var found []mention.AnalyzedPost
	for _, p := range posts {
		found = append(found, heard(p, "Romashka"))
	}
	got := ingest(t, s, pollUnder("Reviews", found...))
	want(t, "told again", got.New+got.Edited+len(got.Alerts), 0)
	moved := posts[1]
	moved.ID = "another id of the same post"
	got = ingest(t, s, pollUnder("Reviews", heard(moved, "Romashka")))
	// Fingerprints were of the minute then and are of the day now: a site whose ids change
	// shows its posts once more.
	want(t, "known by what it says", len(got.Moved), 0)
	want(t, "muted", must(s.view().Author(background, "forum", post(2).Author, t0))(t).MutedUntil.IsZero(), false)
}

// loadDump makes a database of what `sqlite3 old.db .dump` printed.
func loadDump(t *testing.T, path, dump string) {
	t.Helper()
	text, err := os.ReadFile(dump)
	if err != nil {
		t.Fatal(err)
	}
	db, err := openSQLitePool(path, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	must(db.ExecContext(context.Background(), string(text)))(t)
	mustDo(t, db.Close())
}

// TestNamesOfManySources: a server in another room answers a statement in a few milliseconds, and a
// start does not wait long for ten thousand sources to be named.
func TestNamesOfManySources(t *testing.T) {
	through, server := testkit.ProxyTo(t, testkit.Database(t, testkit.Postgres(t).URL))
	s := openAt(t, Options{Database: through})
	const many = 2000
	named := func(prefix string) (list []mention.SourceState) {
		for n := range many {
			list = append(list, mention.SourceState{Key: fmt.Sprint("key ", n), Name: fmt.Sprint(prefix, (n+1)%many), Place: "p"})
		}
		return list
	}
	server.SetDelay(2 * time.Millisecond)
	for _, prefix := range []string{"forum ", "forum ", "Форум "} {
		ctx, cancel := context.WithTimeout(background, many*2*time.Millisecond/2)
		err := s.NameSources(ctx, named(prefix))
		cancel()
		if err != nil {
			t.Fatalf("%s: %v", prefix, err)
		}
	}
	server.SetDelay(0)
	all := must(s.Sources(background))(t)
	want(t, "sources", len(all), many)
	for _, st := range all {
		if !strings.HasPrefix(st.Name, "Форум ") || st.Place != "p" {
			t.Fatalf("%+v", st)
		}
	}
}

func testSources(t *testing.T, open opener) {
	s := open(t)
	st := must(s.Source(background, "forum"))(t)
	want(t, "never polled", fmt.Sprintf("%+v", st), fmt.Sprintf("%+v", mention.SourceState{Name: "forum"}))
	in := intakeOf()
	in.Baseline = true
	ingest(t, s, in)
	st.Cursor, st.LastPoll, st.LastSuccess, st.LastNew = `{"etag":"x"}`, t0, t0.Add(1000), t0.Add(2000)
	st.LastError, st.Failures, st.SuspendedUntil, st.Every, st.Health = "down", 3, t0.Add(time.Hour), time.Minute, []byte(`{"a":1}`)
	for range 2 {
		mustDo(t, s.SaveSource(background, st)) // st was read before the baseline was done
	}
	st.Key, st.Baselined = "forum", true
	want(t, "loaded", fmt.Sprintf("%+v", must(s.Source(background, "forum"))(t)), fmt.Sprintf("%+v", st))
	mustDo(t, s.SaveSource(background, mention.SourceState{Name: "another"}))
	list := must(s.Sources(background))(t)
	want(t, "all", len(list), 2)
	want(t, "by key", list[0].Name, "another")
	want(t, "another key is another source", must(s.Source(background, "renamed"))(t).Baselined, false)
}
