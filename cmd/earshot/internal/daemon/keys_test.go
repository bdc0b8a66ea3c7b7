package daemon

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// TestAssignKeys: "name@place=key" for every source that is known, "name@place", or
// "name@place=former", for every source of the watchlist, behind a bar for those that rest, and
// what they become.
func TestAssignKeys(t *testing.T) {
	for _, c := range []struct{ what, known, list, want string }{
		{"first start", "", "a@1 b@2", "a@1=a b@2=b"},
		{"nothing changes", "a@1=a b@2=b", "b@2 a@1", "b@2=b a@1=a"},
		{"a name", "https@1=https", "Reviews@1", "Reviews@1=https"},
		{"names change places", "a@1=a b@2=b", "b@1 a@2", "b@1=a a@2=b"},
		{"a name moves on", "a@1=a b@2=b", "b@1 c@2", "b@1=a c@2=b"},
		{"another place under the name", "a@1=a", "a@2", "a@2=a@2 a · 2026-11-26@1=a"},
		{"and back again", "a@2=a@2 a · 2026-11-26@1=a", "a@1", "a@1=a a · 2026-11-26 (2)@2=a@2"},
		{"from before places were known", "a@=a", "a@1", "a@1=a"},
		{"from before, and renamed at once", "a@=a", "b@1", "b@1=b"},
		{"gone, and here again", "a@1=a b@2=b", "a@1 c@2", "a@1=a c@2=b"},
		{"a second one at the place", "a@1=a", "a@1 b@1", "a@1=a b@1=b"},
		{"two at one place, one renamed", "a@1=a b@1=b", "a@1 c@1", "a@1=a c@1=c"},
		{"two at one place, one gone", "a@1=a b@1=b", "b@1", "b@1=b"},
		{"a new source called as an old one was first", "b@1=a", "b@1 a@2", "b@1=a a@2=a@2"},
		{"displaced twice in a day", "a@2=a@2 a · 2026-11-26@1=a", "a@3", "a@3=a@3 a · 2026-11-26 (2)@2=a@2"},
		{"a place that is told in another way now", "a@1=a b@1=b", "a@2=1 b@3=1", "a@2=a b@3=b"},
		{"the same, and another name at once", "a@1=a", "b@2=1", "b@2=a"},
		{"an earlier earshot came back for a while", "a@1=a@1 a · 2026-11-26@2=a", "a@2=1", "a@2=a a · 2026-11-26 (2)@1=a@1"},
		{"another place, which was told as this one", "a@2=a", "a@3=1", "a@3=a@3 a · 2026-11-26@2=a"},
		{"one that rests is renamed", "a@1=a b@2=b", "b@2 | c@1", "b@2=b c@1=a"},
		{"its name moves on", "a@1=a", "a@2 | b@1", "a@2=a@2 b@1=a"},
		{"a copy is in use, the first one rests", "a@1=a", "b@1 | a@1", "b@1=a a@1=a@1"},
		{"no place can be told", "a@1=a", "a@", "a@=a@ a · 2026-11-26@1=a"},
	} {
		t.Run(c.what, func(t *testing.T) {
			now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
			used, rests, _ := strings.Cut(c.list, "|")
			var lists [2][]monitor.Source
			for i, text := range []string{used, rests} {
				for _, st := range sourcesOf(text) {
					lists[i] = append(lists[i], monitor.Source{Name: st.Name, Place: st.Place, Former: st.Key})
				}
			}
			var got []string
			for _, id := range assignKeys(sourcesOf(c.known), lists[0], lists[1], now) {
				got = append(got, fmt.Sprintf("%s@%s=%s", id.Name, id.Place, id.Key))
			}
			if got := strings.Join(got, " "); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func sourcesOf(text string) (list []mention.SourceState) {
	text = strings.ReplaceAll(text, " · ", "·") // a blank is between sources
	for _, one := range strings.Fields(strings.ReplaceAll(text, " (", "(")) {
		name, rest, _ := strings.Cut(one, "@")
		place, key, _ := strings.Cut(rest, "=")
		list = append(list, mention.SourceState{Name: strings.ReplaceAll(name, "·", " · "), Place: place, Key: key})
	}
	return list
}

// TestSourcesKeepTheirKeys: across restarts, under another name, and not at another place.
func TestSourcesKeepTheirKeys(t *testing.T) {
	dir := t.TempDir()
	text := reloadList(t, dir, "Alpha", ".post")
	d := open(t, text)
	place := d.inUse.Load().sources[0].Place
	d.close()
	d = open(t, strings.Replace(text, "name: news", "name: newspaper", 1))
	if got := d.inUse.Load().sources[0]; got.Key != "news" || got.Name != "newspaper" || got.Place != place {
		t.Errorf("renamed: %s %s at %s, want key news, its new name, and the place %s", got.Key, got.Name, got.Place, place)
	}
	st, err := d.store.Source(t.Context(), "news")
	if err != nil || st.Name != "newspaper" || st.Place != place {
		t.Errorf("stored: %+v, %v", st, err)
	}
	d.close()
	d = open(t, strings.Replace(text, "news.example", "other.example", 1))
	if got := d.inUse.Load().sources[0]; got.Key == "news" || got.Name != "news" || got.Place == place {
		t.Errorf("another place has key %s, name %s", got.Key, got.Name)
	}
}

// TestRestingSourceIsRenamed: what rests is called as the watchlist calls it, keeps its own when
// another gets its name, and what was never polled is not known yet.
func TestRestingSourceIsRenamed(t *testing.T) {
	dir := t.TempDir()
	text := reloadList(t, dir, "Alpha", ".post")
	open(t, text).close()
	resting := strings.Replace(text, "name: news", "name: magazine, enabled: false", 1)
	resting = strings.Replace(resting, "sources: [", `sources: [{feed: "https://other.example/rss", name: news}, {feed: "https://third.example/rss", name: never, enabled: false}, `, 1)
	d := open(t, resting)
	st, err := d.store.Source(t.Context(), "news")
	if err != nil || st.Name != "magazine" {
		t.Errorf("what rests is called %q (%v)", st.Name, err)
	}
	if got := d.inUse.Load().sources[0]; len(d.inUse.Load().sources) != 1 || got.Name != "news" || got.Key == "news" {
		t.Errorf("the other one: %+v", got)
	}
	if all, err := d.store.Sources(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("known: %+v, %v", all, err)
	}
	d.close()
	d = open(t, strings.Replace(resting, "name: magazine, enabled: false", "name: magazine", 1))
	if i := slices.IndexFunc(d.inUse.Load().sources, func(s monitor.Source) bool { return s.Name == "magazine" }); i < 0 || d.inUse.Load().sources[i].Key != "news" {
		t.Errorf("back again: %+v", d.inUse.Load().sources)
	}
}

// TestSourcesFromBefore: an earlier earshot took two tags of one server for one place. They
// keep what is known of them, and are two from then on.
func TestSourcesFromBefore(t *testing.T) {
	key := []byte("key")
	for block, place := range map[string]string{ // as the earlier one told them
		`page: https://a.example/r`:                                                         "90e2a3e75091237b",
		`page: {address: "https://a.example/r"}`:                                            "e7d6bd2cb29eb30a",
		`github: {query: "romashka"}`:                                                       "bbd2265e49c16b00",
		`mastodon: {server: "https://m.example", tag: romashka}`:                            "870ad4efe023a323",
		`rozetka: [1, 2]`:                                                                   "158dc175ebac10fc",
		`{lemmy: "https://a.example", query: romashka}`:                                     "312884038b2b7154",
		`vk: {group: a, token: "${env:X}"}`:                                                 "29611eca90a7160c",
		`telegrambot: {token: "${env:X}"}`:                                                  "1165d5384ebe093f",
		`json: {address: "https://a.example/x", list: ".x[]", fields: {id: .id, text: .t}}`: "0eaa4ee5b12e3a47",
	} {
		if got := watchlist.FormerPlace(key, source(t, block)); got != place {
			t.Errorf("%s: former place %s, want %s", block, got, place)
		}
	}

	dir := t.TempDir()
	list := func(names, tags [2]string) string {
		return fmt.Sprintf("contact: a@example.com\nwatch: [{name: R, terms: [Romashka]}]\nstore: {database: \"sqlite:%s/e.db\"}\nsources:\n"+
			"  - {name: %s, mastodon: {server: \"https://m.example\", tag: %s}}\n  - {name: %s, mastodon: {server: \"https://m.example\", tag: %s}}\n",
			dir, names[0], tags[0], names[1], tags[1])
	}
	d := open(t, list([2]string{"a", "b"}, [2]string{"romashka", "bank"}))
	var before []mention.SourceState
	for _, src := range d.inUse.Load().sources {
		before = append(before, mention.SourceState{Key: src.Key, Name: src.Name, Place: src.Former})
	}
	if before[0].Place != before[1].Place {
		t.Fatal("an earlier earshot told them apart")
	}
	if err := d.store.NameSources(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	d.close()
	for _, c := range []struct {
		what        string
		names, tags [2]string
		kept        bool
	}{
		{"as it was", [2]string{"a", "b"}, [2]string{"romashka", "bank"}, true},
		{"a name", [2]string{"a", "c"}, [2]string{"romashka", "bank"}, true},
		{"a tag", [2]string{"a", "c"}, [2]string{"romashka", "tulip"}, false},
	} {
		d := open(t, list(c.names, c.tags))
		if a, b := d.inUse.Load().sources[0], d.inUse.Load().sources[1]; a.Key != "a" || (b.Key == "b") != c.kept || a.Place == b.Place {
			t.Errorf("%s: keys %s, %s", c.what, a.Key, b.Key)
		}
		d.close()
	}
}

// TestGroupOfASource: sources of one host are one group in whatever form they are written, so
// that it is asked for one thing at a time.
func TestGroupOfASource(t *testing.T) {
	for block, want := range map[string]string{
		`feed: https://www.a.example/rss`:                                             "www.a.example",
		`feed: {address: "https://www.a.example/rss"}`:                                "www.a.example",
		`{feed: {address: "https://www.a.example/rss"}, base: "http://127.0.0.1:80"}`: "127.0.0.1",
		`hackernews: romashka`:                                                        "hackernews",
	} {
		if got := politenessGroup(source(t, block)); got != want {
			t.Errorf("%s: group %q, want %q", block, got, want)
		}
	}
}

// source is the source of this block, unchecked.
func source(t *testing.T, block string) config.Source {
	t.Helper()
	env := func(name string) (string, bool) { return "secret " + name, true }
	cfg, err := config.Parse("w.yaml", []byte("contact: a@b.example\nwatch: [{name: W, terms: [Romashka]}]\nsources:\n  - "+block+"\n"), env, watchlist.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	return cfg.Sources[0]
}
