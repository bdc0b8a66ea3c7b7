package feed_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/dates"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// corpusAddress is where the feeds of the corpora are said to be.
const corpusAddress = "https://corpus.example/feeds/feed.xml"

// TestCorpora reads every feed of the recorded test corpora of other projects:
// none may crash, hang or break a promise.
func TestCorpora(t *testing.T) {
	root := filepath.Join(testkit.Shared(t), "captures", "feeds")
	folders, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%-32s files  read  posts  refused  not a feed", "corpus")
	for _, folder := range folders {
		var files, read, posts, refused, none int
		err := filepath.WalkDir(filepath.Join(root, folder.Name()), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || isTwin(path) {
				return err
			}
			files++
			body, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			began := time.Now()
			batch, err := newFeedFor(t, corpusAddress, body).Poll(t.Context(), "")
			took := time.Since(began)
			for try := 0; took > 2*time.Second && try < 4; try++ { // of the feed, or of a busy machine?
				began = time.Now()
				_, _ = newFeedFor(t, corpusAddress, body).Poll(t.Context(), "")
				took = min(took, time.Since(began))
			}
			if took > 2*time.Second {
				t.Errorf("%s took %v", path, took)
			}
			rig.CheckPosts(t, batch.Posts)
			switch {
			case err == nil:
				read++
				posts += len(batch.Posts)
			case strings.Contains(err.Error(), "not a feed") || strings.Contains(err.Error(), "no feed"):
				none++
				t.Logf("  not a feed: %s", filepath.Base(path))
			default:
				refused++
				t.Logf("  refused %s: %v", filepath.Base(path), err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%-32s %5d %5d %6d %8d %11d", folder.Name(), files, read, posts, refused, none)
	}
}

func newFeedFor(t testing.TB, address string, body []byte) crawlers.Crawler {
	return rig.Crawler(t, "feed: "+address, rig.ServeFeed(address, http.Header{}, body))
}

// isTwin reports whether a file is the JSON another file must parse to.
func isTwin(path string) bool {
	if strings.HasSuffix(path, "_expected.json") {
		return true
	}
	base, ok := strings.CutSuffix(path, ".json")
	if !ok {
		return false
	}
	_, err := os.Stat(base + ".xml")
	return err == nil
}

// twin is the part of gofeed's RSS, Atom and JSON feeds that earshot uses.
type twin struct {
	Items   []twinItem `json:"items"`
	Entries []twinItem `json:"entries"`
}

type twinItem struct {
	Title         string          `json:"title"`
	Link          string          `json:"link"`
	URL           string          `json:"url"`
	Author        json.RawMessage `json:"author"`
	Authors       []twinPerson    `json:"authors"`
	Description   string          `json:"description"`
	Summary       string          `json:"summary"`
	Content       json.RawMessage `json:"content"`
	ContentHTML   string          `json:"content_html"`
	ContentText   string          `json:"content_text"`
	PubDate       *time.Time      `json:"pubDateParsed"`
	Published     *time.Time      `json:"publishedParsed"`
	Updated       *time.Time      `json:"updatedParsed"`
	DatePublished string          `json:"date_published"`
	Links         []any           `json:"links"`
	DC            struct {
		Creator     []string `json:"creator"`
		Author      []string `json:"author"`
		Date        []string `json:"date"`
		Title       []string `json:"title"`
		Description []string `json:"description"`
	} `json:"dcExt"`
	ITunes struct {
		Author  string `json:"author"`
		Summary string `json:"summary"`
	} `json:"itunesExt"`
}

type twinPerson struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// TestGofeedPairs compares what earshot reads with the JSON twin of each feed.
func TestGofeedPairs(t *testing.T) {
	root := filepath.Join(testkit.Shared(t), "captures", "feeds")
	t.Logf("%-14s pairs  agree", "corpus")
	pairs, agree := 0, 0
	for _, name := range []string{"gofeed-rss", "gofeed-atom", "gofeed-json"} {
		n, good := 0, 0
		twins, err := filepath.Glob(filepath.Join(root, name, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range twins {
			feedPath := strings.TrimSuffix(path, ".json") + ".xml"
			if base, ok := strings.CutSuffix(path, "_expected.json"); ok {
				feedPath = base + ".json"
			}
			body, err := os.ReadFile(feedPath)
			if err != nil {
				continue // no pair
			}
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			n++
			if problem := comparePair(t, body, src); problem != "" {
				t.Logf("  %s/%s: %s", name, filepath.Base(feedPath), problem)
				continue
			}
			good++
		}
		pairs, agree = pairs+n, agree+good
		t.Logf("%-14s %5d %6d", name, n, good)
	}
	t.Logf("%-14s %5d %6d", "all", pairs, agree)
	if agree*100 < pairs*97 {
		t.Errorf("%d of %d pairs agree", agree, pairs)
	}
}

func comparePair(t *testing.T, body, src []byte) string {
	t.Helper()
	var want twin
	if err := json.Unmarshal(src, &want); err != nil {
		return "twin: " + err.Error()
	}
	batch, err := newFeedFor(t, corpusAddress, body).Poll(t.Context(), "")
	if err != nil {
		return err.Error()
	}
	var items []twinItem
	for _, item := range append(want.Items, want.Entries...) {
		if item.title() != "" || item.words() != "" {
			items = append(items, item)
		}
	}
	if len(items) != len(batch.Posts) {
		return "items differ in number"
	}
	posts := slices.Clone(batch.Posts)
	for _, item := range items {
		i := slices.IndexFunc(posts, func(p mention.Post) bool { return item.differs(p) == "" })
		if i < 0 {
			return item.differs(posts[0])
		}
		posts = slices.Delete(posts, i, i+1)
	}
	return ""
}

func (i twinItem) title() string {
	if i.Title == "" && len(i.DC.Title) > 0 {
		return htmltext.Line(i.DC.Title[0])
	}
	return htmltext.Line(i.Title)
}

func (i twinItem) words() string {
	var content string
	if json.Unmarshal(i.Content, &content) != nil {
		var typed struct {
			Value string `json:"value"`
		}
		_ = json.Unmarshal(i.Content, &typed) // neither: no content
		content = typed.Value
	}
	all := []string{content, i.ContentHTML, i.ContentText, i.Description}
	all = append(all, i.DC.Description...)
	for _, s := range append(all, i.ITunes.Summary, i.Summary) {
		if strings.TrimSpace(s) != "" {
			if text := htmltext.PlainAuthorText(s); text != i.title() {
				return text
			}
			return ""
		}
	}
	return ""
}

func (i twinItem) author() string {
	var plain string
	var person twinPerson
	if json.Unmarshal(i.Author, &plain) != nil {
		_ = json.Unmarshal(i.Author, &person) // neither: no author
	}
	names := append(append(i.DC.Creator, i.DC.Author...), plain, person.Name)
	for _, p := range i.Authors {
		names = append(names, p.Name)
	}
	for _, n := range append(names, i.ITunes.Author) {
		if n = htmltext.Line(n); n != "" {
			return n
		}
	}
	return ""
}

func (i twinItem) moment() time.Time {
	for _, t := range []*time.Time{i.PubDate, i.Published, i.Updated} {
		if t != nil {
			return t.UTC()
		}
	}
	for _, s := range append(i.DC.Date, i.DatePublished) {
		if t, _, ok := dates.Parse(s, rig.Now, time.UTC); ok {
			return t
		}
	}
	return time.Time{}
}

func (i twinItem) address() string {
	for _, l := range []string{i.Link, i.URL} {
		if l != "" {
			return poll.CleanURL(l)
		}
	}
	for _, l := range i.Links {
		if m, ok := l.(map[string]any); ok && m["rel"] == "alternate" {
			href, _ := m["href"].(string)
			return poll.CleanURL(href)
		}
	}
	return ""
}

// differs says in what the post is not the item; "" when it is.
func (i twinItem) differs(p mention.Post) string {
	switch {
	case p.Title != i.title():
		return "title " + p.Title + ", want " + i.title()
	case p.Text != i.words():
		return "text " + p.Text + ", want " + i.words()
	case i.address() != "" && p.URL != i.address():
		return "link " + p.URL + ", want " + i.address()
	case !p.Published.Equal(poll.Plausible(i.moment(), rig.Now)):
		return "published " + p.Published.String() + ", want " + i.moment().String()
	case p.Author != i.author() && !strings.Contains(i.author(), "@"):
		return "author " + p.Author + ", want " + i.author()
	}
	return ""
}
