package crawlers_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// TestWebsiteIsNoProfile: what people write into the field "website" of a comment is not the
// page that the site has of them. Who wrote the company's account there would speak for it.
func TestWebsiteIsNoProfile(t *testing.T) {
	const comment = `<div itemprop="comment" itemscope itemtype="https://schema.org/Comment"><p itemprop="author" itemscope itemtype="https://schema.org/Person"><span itemprop="name">%s</span></p>
		<time itemprop="datePublished" datetime="2026-11-20T10:00:00Z"></time><div itemprop="text">Nobody will pay you back.</div></div>`
	jsonLD := func(author string) string {
		return `<script type="application/ld+json">{"@type":"Comment","text":"Nobody will pay you back.","datePublished":"2026-11-20T10:00:00Z","url":"https://blog.example/a#c1","author":` + author + `}</script>`
	}
	for name, test := range map[string]struct{ body, want string }{
		// As themes of WordPress write the name over a comment.
		"website":                           {fmt.Sprintf(comment, `<a itemprop="url" rel="external nofollow ugc" class="url" href="https://www.facebook.com/romashka">Romashka</a>`), "Romashka "},
		"website, an older WordPress":       {fmt.Sprintf(comment, `<a itemprop="url" rel="external nofollow" class="url" href="https://www.facebook.com/romashka">Romashka</a>`), "Romashka "},
		"website, a page of this very site": {fmt.Sprintf(comment, `<a itemprop="url" rel="ugc" class="url" href="https://blog.example/author/romashka">Romashka</a>`), "Romashka "},
		"account":                           {fmt.Sprintf(comment, `<a itemprop="url" href="/author/romashka">Romashka</a>`), "Romashka https://blog.example/author/romashka"},
		"account, the site's own accounts":  {fmt.Sprintf(comment, `<a itemprop="url" href="https://id.blog.example/romashka">Romashka</a>`), "Romashka https://id.blog.example/romashka"},
		"JSON-LD, website":                  {jsonLD(`{"@type":"Person","name":"Romashka","url":"https://www.facebook.com/romashka"}`), "Romashka "},
		"JSON-LD, the same as":              {jsonLD(`{"@type":"Person","name":"Romashka","sameAs":["https://www.facebook.com/romashka"]}`), "Romashka "},
		"JSON-LD, account":                  {jsonLD(`{"@type":"Person","name":"Romashka","url":"https://blog.example/author/romashka"}`), "Romashka https://blog.example/author/romashka"},
	} {
		t.Run(name, func(t *testing.T) {
			c := rig.Crawler(t, "page: https://blog.example/a", rig.Says("", "<!doctype html><html><body>"+test.body+"</body></html>"))
			var got []string
			for _, p := range rig.Poll(t, c, "").Posts {
				got = append(got, p.Author+" "+p.AuthorURL)
			}
			if text := strings.Join(got, "; "); text != test.want {
				t.Errorf("%q, want %q", text, test.want)
			}
		})
	}
}

// TestWebsiteOfGuestIsNoProfile: bbPress links the name of a guest to what the guest wrote as
// the address of a website.
func TestWebsiteOfGuestIsNoProfile(t *testing.T) {
	page, err := os.ReadFile("testdata/forum/bbpress-thread/p1.html")
	if err != nil {
		t.Fatal(err)
	}
	body := strings.Replace(string(page), "https://bbp.example/users/0/", "https://www.facebook.com/romashka", 1)
	c := rig.Crawler(t, "forum: https://bbp.example/topic/romashka/", rig.Says("", body))
	got := map[string]string{}
	for _, p := range rig.Poll(t, c, "").Posts {
		got[p.Author] = p.AuthorURL
	}
	if got["Passer-by"] != "" || got["O'Brien"] != "https://bbp.example/users/8/" {
		t.Errorf("%q", got)
	}
}

// TestCommentsOfABlogAreComments: who comments on a blog writes whichever name he likes, so that a
// name alone is worth nothing there, also where the engine was found by itself.
func TestCommentsOfABlogAreComments(t *testing.T) {
	page, err := os.ReadFile("testdata/forum/wordpress-blocks/p1.html")
	if err != nil {
		t.Fatal(err)
	}
	for block, answer := range map[string]mention.PostKind{
		"forum: https://wp.example/romashka/":              mention.Comment,
		"forum: https://wp.example/romashka/\nkind: forum": mention.Forum, // the user's word
	} {
		c := rig.Crawler(t, block, rig.Says("", string(page)))
		posts := rig.Poll(t, c, "").Posts
		if len(posts) != 5 {
			t.Fatalf("%d posts", len(posts))
		}
		for _, p := range posts {
			if p.IsReply && p.Kind != answer || !p.IsReply && p.Kind != mention.Forum {
				t.Errorf("%s: %s of %s is %s", block, p.ID, p.Author, p.Kind)
			}
		}
	}
}

// TestNamesThatAnybodyMayTake: where an account calls itself what it likes, its name alone is
// worth nothing in a forum either; where the name is the account's own, it is.
func TestNamesThatAnybodyMayTake(t *testing.T) {
	const bbpress, flarum = "forum: https://bbp.example/topic/romashka/", "forum: https://fl.example/d/3-romashka"
	const comments = "forum: https://dle.example/news/7-romashka.html"
	for name, test := range map[string]struct {
		block, file, was, is string
		profile              string // of the account, where it is asked for
		free                 bool
	}{
		"bbPress":            {block: bbpress, file: "forum/bbpress-thread/p1.html", free: true},
		"Flarum, a nickname": {block: flarum, file: "forum/flarum-thread/p1.html", free: true},
		"Flarum, an account": {block: flarum, file: "forum/flarum-thread/p1.html", was: `"username": "u7"`, is: `"username": "Кот Матроскин"`},
		"phpBB":              {block: "forum: https://forum.example/board/viewtopic.php?t=3", file: "forum/phpbb33-thread/p1.html"},
		"comments, a guest":  {block: comments, file: "forum/guess-comments/p1.html", free: true},
		"comments, a typed address": {block: comments, file: "forum/guess-comments/p1.html", was: ">Ромашка Банк<",
			is: `><a rel="external nofollow ugc" href="https://dle.example/user/romashka/">Ромашка Банк</a><`, free: true},
		"comments, a member": {block: comments, file: "forum/guess-comments/p1.html", was: ">Ромашка Банк<", is: `><a href="/user/romashka/">Ромашка Банк</a><`, profile: "https://dle.example/user/romashka/"},
		"comments, a name that leads to the comment": {block: comments, file: "forum/guess-comments/p1.html", was: ">Ромашка Банк<",
			is: `><a href="https://dle.example/news/7-romashka.html#comments-tree-item-123">Ромашка Банк</a><`, free: true},
		"comments, an address that the site leads to": {block: comments, file: "forum/guess-comments/p1.html", was: ">Ромашка Банк<",
			is: `><a href="/go?to=https%3A%2F%2Ffacebook.com%2Fprofile%2Fromashka">Ромашка Банк</a><`, free: true},
		"comments, on a site called so": {block: "forum: https://authors.example/members/7-romashka.html", file: "forum/guess-comments/p1.html", was: ">Ромашка Банк<",
			is: `><a href="https://authors.example/members/7-romashka.html#c">Ромашка Банк</a><`, free: true},
		"reviews, a guest": {block: "forum: https://share.example/tema/7", file: "forum/guess-share-buttons/p1.html", was: "</h1>", is: `</h1><section class="otzyvy">`, free: true},
		"posts, a member": {block: "forum: https://share.example/tema/7", file: "forum/guess-share-buttons/p1.html", was: `>Матроскин<`,
			is: `><a rel="nofollow" href="/user/romashka/">Матроскин</a><`, profile: "https://share.example/user/romashka/"},
		"Stack Exchange": {block: "stackexchange: romashka", file: "stackexchange/excerpts/excerpts.json", free: true},
	} {
		t.Run(name, func(t *testing.T) {
			body, err := os.ReadFile("testdata/" + test.file)
			if err != nil {
				t.Fatal(err)
			}
			page := strings.Replace(string(body), test.was, test.is, 1)
			c := rig.Crawler(t, test.block, rig.Says("", page))
			posts := rig.Poll(t, c, "").Posts
			if len(posts) == 0 || posts[0].FreeName != test.free || test.profile != "" && posts[0].AuthorURL != test.profile {
				t.Errorf("%d posts, the first one: %+v", len(posts), posts[0])
			}
		})
	}
}

// TestWhatAPageTellsRenamesNobody: a page may tell how its dates are meant, or say its language, and
// tell nothing tomorrow, when another review stands on top. Its reviews are the same ones.
func TestWhatAPageTellsRenamesNobody(t *testing.T) {
	const review = `<div class="review"><b>%s</b><i>%s</i><p>%s</p></div>`
	const block = "page: https://r.example/romashka\nselect: {item: .review, author: b, time: i, text: p}"
	read := func(html string) map[string]mention.Post {
		c := rig.Crawler(t, block, rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
			body := html + fmt.Sprintf(review, "Ганна", "09/10/2026 14:05", "Не повертають гроші.") + fmt.Sprintf(review, "Олег", "05/08/2026", "Мовчать.") +
				fmt.Sprintf(review, "Марта", "3 год", "Третій тиждень не повертають гроші за чайник, підтримка мовчить.")
			return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(body), At: rig.Now}, nil
		}))
		posts := map[string]mention.Post{}
		for _, p := range rig.Poll(t, c, "").Posts {
			posts[p.Author] = p
		}
		return posts
	}
	plain := read("<!doctype html><html><body>")
	for told, want := range map[string]string{
		`<!doctype html><html lang="uk"><body>`: "Oct",
		"<!doctype html><html><body>" + fmt.Sprintf(review, "Остап", "25/09/2026 10:00", "Дякую."):   "Oct",
		`<!doctype html><html lang="uk"><body>` + fmt.Sprintf(review, "Ira", "09/25/2026", "Дякую."): "Sep",
	} {
		posts := read(told)
		if got := posts["Ганна"].Published.Format("Jan"); got != want {
			t.Errorf("%s: read as of %s, want %s", told, got, want)
		}
		for author, p := range plain {
			if posts[author].ID != p.ID {
				t.Errorf("%s: the review of %s has another name", told, author)
			}
		}
	}
}

// TestOrderOfDatesIsTheSites: a list told that the day comes first; the page of one review, where
// nothing tells it, is of the same site.
func TestOrderOfDatesIsTheSites(t *testing.T) {
	const item = `<div class="review"><b>%s</b><i>%s</i><p>Не повертають гроші.</p><a href="/r/%d">ще</a></div>`
	bodies := map[string]string{
		"https://r.example/romashka": `<!doctype html><html lang="en"><body>` + fmt.Sprintf(item, "Anna", "25/09/2026", 1) + fmt.Sprintf(item, "Ira", "09/10/2026", 2),
		"https://r.example/r/1":      `<!doctype html><html lang="en"><body><i>25/09/2026</i><p>Не повертають гроші за чайник.</p>`,
		"https://r.example/r/2":      `<!doctype html><html lang="en"><body><i>09/10/2026</i><p>Мовчать.</p>`,
	}
	c := rig.Crawler(t, "page: https://r.example/romashka\nselect: {item: .review, author: b, time: i, text: p, link: a}\ndetail: {time: i, text: p}", rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
		return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(bodies[r.URL]), At: rig.Now}, nil
	}))
	for _, p := range rig.Poll(t, c, "").Posts {
		if got := p.Published.Format("2 Jan"); p.Author == "Ira" && (got != "9 Oct" || p.Text != "Мовчать.") {
			t.Errorf("%s: %q", got, p.Text)
		}
	}
}
