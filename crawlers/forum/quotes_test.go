package forum

import (
	"context"
	"fmt"
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

// TestQuotesWithoutAddress: many boards say over a quote whose it is and not where it stands. Its words stand in a post of the
// page, which is the one that is answered: the answer to one of several complaints is for that one.
func TestQuotesWithoutAddress(t *testing.T) {
	const olena, petro = "Третій тиждень не повертають гроші за скасоване замовлення.", "Курʼєр нагрубив, кинув пакунок під двері й розбив телефон."
	for quote, want := range map[string]string{
		`<blockquote><div><cite>Петро писав:</cite>` + petro + `</div></blockquote>`:                                               "2",
		`<blockquote><p>Олена пише:<br>` + olena + `</p></blockquote>`:                                                             "1",
		`<blockquote>Кинув пакунок під двері й розбив</blockquote>`:                                                                "2",
		`<blockquote><cite>Петро писав:</cite><blockquote><cite>Олена:</cite>` + olena + `</blockquote>` + petro + `</blockquote>`: "2",
		`<blockquote>` + olena + `</blockquote>Уже повернули. <blockquote>` + petro + `</blockquote>`:                              "1",
		`<blockquote>розбив телефон</blockquote>`:                                                                                  "",
		`<blockquote>Правила форуму забороняють образи учасників.</blockquote>`:                                                    "",
		``: "",
	} {
		page := `<html><body id="phpbb"><h2 class="topic-title"><a href="/viewtopic.php?t=1">T</a></h2>`
		for i, words := range []string{olena, petro, quote + "Вибачте, перевіряємо."} {
			page += fmt.Sprintf(`<div id="p%d" class="post"><div class="postbody"><p class="author">by <a class="username" href="#">u%d</a></p><div class="content">%s</div></div></div>`, i+1, i+1, words)
		}
		f, err := newCrawler(testEnv(onePage(page+`</body></html>`)), boardAt+"/viewtopic.php?t=1")
		if err != nil {
			t.Fatal(err)
		}
		batch, err := f.Poll(t.Context(), "")
		if err != nil || len(batch.Posts) != 3 || batch.Posts[2].ReplyTo != want {
			t.Errorf("%q: %+v, %v, want %q", quote, batch.Posts, err, want)
		}
	}
}

// onePage answers everything with one page.
type onePage string

// Do implements crawlers.Fetcher.
func (p onePage) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	return answer(r, string(p)), nil
}
