package forum

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/mention"
)

// TestDatesOfThemes reads when comments of WordPress were written, as themes and plugins print it,
// and where they stand: also one that leads to a comment of another blog.
func TestDatesOfThemes(t *testing.T) {
	for name, when := range map[string]string{
		"on a link":             `<p><span class="author">Olha</span> &bull; <a href="#comment-7" class="stamp" datetime="2026-09-22T14:05:00+00:00">8 weeks ago</a></p>`,
		"in a broken attribute": `<div class="epoch-comment-author"><a class="author-link">Olha</a> · <a href="#comment-7"><time datetime="comment_date">September 22, 2026 at 2:05 PM</time></a></div>`,
		"without a link":        `<div class="comment_author">Olha</div><div class="comment-date">22.09.2026 14:05</div>`,
		"as the address":        `<div class="comment_author">Olha</div><div class="below"><a href="#comment-7">22.09.2026 о 14:05</a> | <a href="#">Відповісти</a></div>`,
	} {
		page := `<html><head><link rel="https://api.w.org/" href="/wp-json/"></head><body class="single postid-3"><h1>Romashka</h1>
			<ol class="commentlist"><li id="comment-7" class="comment even depth-1">` + when + `<div class="comment-text"><p>They keep my money, <a href="https://other.example/x/#comment-5">as there</a></p></div></li></ol></body></html>`
		got, ok := onlyComment(t, page)
		if !ok {
			t.Errorf("%s: not one comment", name)
			continue
		}
		if got.Published.Format("2006-01-02 15:04") != "2026-09-22 14:05" || got.Text != "They keep my money, as there" || got.Author != "Olha" {
			t.Errorf("%s: %q by %q at %v", name, got.Text, got.Author, got.Published)
		} else if want := boardAt + "/romashka/#comment-7"; got.URL != want {
			t.Errorf("%s: the address is %s, want %s", name, got.URL, want)
		}
	}
}

// TestNamesOfThemes reads who wrote comments of WordPress, and what, as themes print it.
func TestNamesOfThemes(t *testing.T) {
	for name, inside := range map[string]string{
		"strong in the line above, words beside it": `<div class="post-meta comment-meta"><strong>Olha</strong> &#8212; <time pubdate datetime="2026-09-22T14:05:00Z">September 22, 2026 @ 2:05 pm</time> <a class="comment-reply-link" href="#comment-7">Reply</a></div><p>They keep my money</p>`,
		"a linked name and content":                 `<div class="comment-head"><time datetime="2026-09-22T14:05:00Z">September 22</time> <strong><a href="https://o.example" class="url">Olha</a></strong></div><div class="comment-content"><p>They keep my money</p></div>`,
		"a heading":                                 `<div class="media-body"><div class="comment-header"><h5 class="media-heading">Olha</h5><div class="comment-meta"><time datetime="2026-09-22T14:05:00Z">22</time> | <a class="comment-reply-link" href="#">Answer</a></div></div><p>They keep my money</p></div>`,
		"short names of classes":                    `<div class="commeta"><div class="comauth">Olha</div><div class="comdate">September 22, 2026 2:05 pm</div></div><div class="comcontent"><p>They keep my money</p></div>`,
		"a date within the author":                  `<div class="comment-content"><div class="comment-author"><span class="comment-link">Olha </span><span class="comment-meta commentmetadata"><span class="comment-date">September 22, 2026, 2:05 pm</span> <a class="comment-reply-link" href="#">Reply</a></span></div><div class="comment-entry"><div class="comment-content"><p>They keep my money</p></div></div></div>`,
		"a date in words beside the name":           `<div class="commentmeta"><strong>Olha</strong> &#8212; 22 сентября 2026 в 14:05</div><div class="comment-body"><p>They keep my money</p></div>`,
		"classes of its own":                        `<div class="c-head"><span class="author-name">Olha</span><span class="posted-on">September 22, 2026 at 2:05 pm</span></div><div class="c-text"><p>They keep my money</p></div>`,
		"no class for the words":                    `<b class="author-name">Olha</b><span class="posted-on">September 22, 2026 at 2:05 pm</span><p>They keep my money</p>`,
		"a signature below":                         `<div class="comcontent"><p>They keep my money</p></div><div class="comment-meta"><ul><li>&mdash; Olha on September 22, 2026 2:05 pm</li><li><a class="comment-reply-link" href="#">Reply</a></li></ul></div>`,
	} {
		page := `<html><head><link rel="https://api.w.org/" href="/wp-json/"></head><body class="single postid-3"><h1>Romashka</h1>
			<ol class="commentlist"><li id="li-comment-7" class="comment even depth-1"><div id="comment-7" class="comment">` + inside + `</div></li></ol></body></html>`
		got, ok := onlyComment(t, page)
		if !ok {
			t.Errorf("%s: not one comment", name)
			continue
		}
		if got.Published.Format("2006-01-02 15:04") != "2026-09-22 14:05" || got.Text != "They keep my money" || got.Author != "Olha" {
			t.Errorf("%s: %q by %q at %v", name, got.Text, got.Author, got.Published)
		}
	}
}

// TestWordsOfThemes: of a comment that nothing calls the words of, all that is no button, no name and not its date is
// the author's.
func TestWordsOfThemes(t *testing.T) {
	for name, inside := range map[string]string{
		"paragraphs of a class":  `<p class="text">Hello.</p><p class="text">They keep my money</p>`,
		"a class in a button":    `<a class="like" href="#"><span class="btn-text">Reply</span></a><p>Hello.</p><p>They keep my money</p>`,
		"a class above":          `<p class="message">Hello.</p><p>They keep my money</p>`,
		"a date that they hold":  `<p>Hello.</p><p class="update">They keep my money</p>`,
		"a day of what they say": `<p>Hello.</p><p class="update">They keep my money: 01.09.2026 9:05</p>`,
		"nothing but that day":   `<p>Hello.</p><p>They keep my money:</p><p class="update">01.09.2026 9:05</p>`,
	} {
		got, ok := onlyComment(t, `<html><head><link rel="https://api.w.org/" href="/wp-json/"></head><body class="single postid-3"><h1>Romashka</h1>
			<ol class="commentlist"><li id="comment-7" class="comment"><b class="author-name">Olha</b><span class="posted-on">September 22, 2026 at 2:05 pm</span>`+inside+`</li></ol></body></html>`)
		said := strings.Join(strings.Fields(got.Text), " ")
		if want := "Hello. They keep my money"; !ok || !strings.HasPrefix(said, want) || strings.HasSuffix(inside, "9:05</p>") != strings.HasSuffix(said, "9:05") {
			t.Errorf("%s: %q", name, got.Text)
		}
	}
}

// onlyComment reads a page that shows one comment.
func onlyComment(t *testing.T, page string) (p mention.Post, ok bool) {
	t.Helper()
	f, err := newCrawler(testEnv(onePage(page)), boardAt+"/romashka/")
	if err != nil {
		t.Fatal(err)
	}
	batch, err := f.Poll(t.Context(), "")
	if err != nil || len(batch.Posts) != 1 {
		t.Logf("%d posts, %v", len(batch.Posts), err)
		return p, false
	}
	return batch.Posts[0], true
}
