package daemon

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// TestAssignKeys: "name@place=key" for every source that is known, "name@place" for every
// source of the watchlist, and what they become.
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
		{"no place can be told", "a@1=a", "a@", "a@=a@ a · 2026-11-26@1=a"},
	} {
		t.Run(c.what, func(t *testing.T) {
			now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
			var list []monitor.Source
			for _, st := range sourcesOf(c.list) {
				list = append(list, monitor.Source{Name: st.Name, Place: st.Place})
			}
			var got []string
			for _, id := range assignKeys(sourcesOf(c.known), list, now) {
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
	place := d.first.sources[0].Place
	d.close()
	d = open(t, strings.Replace(text, "name: news", "name: newspaper", 1))
	if got := d.first.sources[0]; got.Key != "news" || got.Name != "newspaper" || got.Place != place {
		t.Errorf("renamed: %s %s at %s, want key news, its new name, and the place %s", got.Key, got.Name, got.Place, place)
	}
	st, err := d.store.Source(t.Context(), "news")
	if err != nil || st.Name != "newspaper" || st.Place != place {
		t.Errorf("stored: %+v, %v", st, err)
	}
	d.close()
	d = open(t, strings.Replace(text, "news.example", "other.example", 1))
	if got := d.first.sources[0]; got.Key == "news" || got.Name != "news" || got.Place == place {
		t.Errorf("another place has key %s, name %s", got.Key, got.Name)
	}
}
