package forum

import (
	"context"
	"testing"

	"github.com/earshot/earshot/internal/fetch"
)

// TestQuotesInTheirOwnMarkup: what stands between two quotes that a board left as they were
// typed is the author's.
func TestQuotesInTheirOwnMarkup(t *testing.T) {
	for words, want := range map[string]string{
		"[quote=Ганна]Гарний банк[/quote]Мені карту заблокували. [quote=Остап]Телефонуйте[/quote]Не відповідають.": "Мені карту заблокували. Не відповідають.",
		"[quote=a][quote=b]x[/quote]y[/quote] own":    "own",
		"[QUOTE]x[/QUOTE]\n[quote]y[/quote]\nown":     "own",
		"[quote=a][quote=b]x[/quote] own":             "own",
		"[quote]x and no end":                         "[quote]x and no end",
		"own [/quote] and [quote]x[/quote] own again": "own [/quote] and own again",
	} {
		post := `<html><body id="phpbb"><h2 class="topic-title"><a href="/viewtopic.php?t=1">T</a></h2>` +
			`<div id="p1" class="post"><div class="postbody"><p class="author">by <a class="username" href="#">ann</a></p><div class="content">` + words + `</div></div></div></body></html>`
		f, err := newCrawler(testEnv(onePage(post)), boardAt+"/viewtopic.php?t=1")
		if err != nil {
			t.Fatal(err)
		}
		batch, err := f.Poll(t.Context(), "")
		if err != nil || len(batch.Posts) != 1 || batch.Posts[0].Text != want {
			t.Errorf("%q: %+v, %v, want %q", words, batch.Posts, err, want)
		}
	}
}

// onePage answers everything with one page.
type onePage string

// Do implements crawlers.Fetcher.
func (p onePage) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	return answer(r, string(p)), nil
}
