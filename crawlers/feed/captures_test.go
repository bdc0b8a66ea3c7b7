package feed_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// feedTally is what one capture came to.
type feedTally struct {
	want, found, invented, twice          int
	author, moment, link, text, titleGood int
}

func (a *feedTally) add(b feedTally) {
	a.want += b.want
	a.found += b.found
	a.invented += b.invented
	a.twice += b.twice
	a.author += b.author
	a.moment += b.moment
	a.link += b.link
	a.text += b.text
	a.titleGood += b.titleGood
}

func (a feedTally) String() string {
	return fmt.Sprintf("%4d %6d %9d %6d %7d %6d %10d %6d %6d", a.want, a.found, a.invented, a.twice, a.author, a.moment, a.link, a.text, a.titleGood)
}

const feedTallyHead = "want  found  invented  twice  author   time  permalink   text  title"

// feedMarker finds the unique sign the recorded posts carry: "(№9-1)".
func feedMarker(text string) string {
	i := strings.Index(text, "(№")
	if i < 0 {
		return ""
	}
	rest := text[i+1:]
	if end := strings.IndexByte(rest, ')'); end > 0 {
		return rest[:end]
	}
	return ""
}

// compareFeed matches posts with what was expected by the markers in them.
func compareFeed(t *testing.T, posts []mention.Post, want []rig.CapturedItem) feedTally {
	t.Helper()
	got := map[string][]mention.Post{}
	for _, p := range posts {
		got[feedMarker(p.Text)] = append(got[feedMarker(p.Text)], p)
	}
	var n feedTally
	for _, e := range want {
		n.want++
		found := got[e.Marker]
		delete(got, e.Marker)
		if len(found) == 0 {
			t.Errorf("missing: %s %s", e.Marker, e.Permalink)
			continue
		}
		n.found++
		n.twice += len(found) - 1
		p := found[0]
		good := func(ok bool, count *int, what string, got, want any) {
			if ok {
				*count++
			} else {
				t.Errorf("%s: %s %q, want %q", e.Marker, what, got, want)
			}
		}
		good(p.Author == e.Author, &n.author, "author", p.Author, e.Author)
		good(p.Published.Unix() == e.Unix, &n.moment, "time", p.Published, time.Unix(e.Unix, 0).UTC())
		good(p.URL == e.Permalink, &n.link, "permalink", p.URL, e.Permalink)
		// An article goes on where the list of expected posts stops.
		good(text.Letters(p.Text) == text.Letters(e.Text) || e.Kind == "post" && strings.HasPrefix(p.Text, e.Text), &n.text, "text", p.Text, e.Text)
		if e.Title == nil || text.Letters(p.Title) == text.Letters(*e.Title) {
			n.titleGood++
		}
	}
	for marker, posts := range got {
		for _, p := range posts {
			n.invented++
			t.Errorf("invented: %s %q at %s", p.URL, p.Text[:min(len(p.Text), 80)], marker)
		}
	}
	return n
}

func TestCapturedFeeds(t *testing.T) {
	var all feedTally
	t.Logf("%-44s %s", "feed", feedTallyHead)
	for _, pattern := range []string{"wordpress-*/*.xml", "mybb-*/*.xml", "phpbb-*/*.xml", "nodebb-*/*.xml"} {
		for _, rec := range rig.Captures(t, pattern) {
			name := strings.TrimSuffix(pattern, "*.xml") + rec.File
			t.Run(name, func(t *testing.T) {
				c := rig.Crawler(t, "feed: "+rec.FinalURL, rig.ServeFeed(rec.FinalURL, rig.HeaderOf(rec.Headers), rec.Body))
				batch, err := c.Poll(t.Context(), "")
				if err != nil {
					t.Fatal(err)
				}
				rig.CheckPosts(t, batch.Posts)
				if len(rec.Items) == 0 {
					t.Logf("%-44s %d posts, nothing expected", name, len(batch.Posts))
					return
				}
				n := compareFeed(t, batch.Posts, rec.Items)
				all.add(n)
				t.Logf("%-44s %s", name, n)
			})
		}
	}
	t.Logf("%-44s %s", "all", all)
}
