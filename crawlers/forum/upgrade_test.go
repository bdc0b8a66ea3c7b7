package forum

import (
	"context"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	words "github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// TestNamesOfBefore: what an earlier version read with another author or address keeps the id that it is stored
// under: it would be told twice, and the complaint that is followed be taken for deleted.
func TestNamesOfBefore(t *testing.T) {
	const text = "They keep my money for three weeks now"
	byWords := func(author string) string { return poll.HashID("words", words.Letters(author), words.Letters(text)) }
	for name, test := range map[string]struct{ row, id string }{
		"a link to answer was its address": {`<div class="comment"><a id="comment-{n}"></a><b class="username">{who}</b> <i class="date">06.04.2025 14:35</i><p class="comment-body">{text}</p><a href="/comment/reply/9/{n}">reply</a></div>`, "https://board.example/comment/reply/9/1"},
		"it was read by its shape":         {`<div id="comment-{n}"><b>{who}</b> <i>06.04.2025 14:35</i><p class="k">{text}</p></div>`, byWords("Olha")},
		"the date belonged to the name":    {`<div class="item"><span class="author">{who} , 06.04.2025 14:35</span><p class="k">{text}</p></div>`, byWords("Olha , 06.04.2025 14:35")},
	} {
		var page strings.Builder
		for _, c := range [][3]string{{"1", "Olha", text}, {"2", "Petro", "Same here, and nobody answers"}, {"3", "Ivan", "It took a month with me"}} {
			page.WriteString(strings.NewReplacer("{n}", c[0], "{who}", c[1], "{text}", c[2]).Replace(test.row))
		}
		posts := guessed(t, `<div class="comments">`+page.String()+`</div>`)
		if len(posts) != 3 || posts[0].ID != test.id || posts[0].Author != "Olha" {
			t.Errorf("%s: %+v, want the first to be %s", name, posts, test.id)
		}
	}
}

// TestReadByOtherRules: the first poll after an upgrade says so, once, and those of a new source never do, nor those
// of an engine that is read as before.
func TestReadByOtherRules(t *testing.T) {
	for _, test := range []struct {
		at   string
		was  int // the rules
		anew bool
	}{{"/viewtopic.php?t=7", 3, true}, {"/viewforum.php?f=2", 3, true}, {"/viewtopic.php?t=7", 4, false}, {"/viewforum.php?f=2", 4, false}} {
		at, b := test.at, newBoard(t)
		b.add(7, 1, "post 1")
		r := b.reader(boardAt + at)
		anew := func() bool {
			batch, err := r.f.Poll(t.Context(), r.cursor)
			if err != nil {
				t.Fatal(err)
			}
			r.cursor = batch.Next
			return batch.Anew
		}
		if first, next := anew(), anew(); first || next {
			t.Errorf("%s: a new source is read anew: %v, %v", at, first, next)
		}
		var st cursorState
		poll.DecodeCursor(r.cursor, &st)
		st.Rules = test.was // as an earlier version wrote it
		for key, thread := range st.Threads {
			thread.Rules = test.was
			st.Threads[key] = thread
		}
		r.cursor = poll.EncodeCursor(st)
		b.add(7, 2, "post 2")
		first := anew()
		b.add(7, 3, "post 3")
		if next := anew(); first != test.anew || next {
			t.Errorf("%s: after an upgrade from %d %v, then %v", at, test.was, first, next)
		}
	}
	for engine, rules := range map[string]int{"phpBB": 4, "MyBB": 1, "WordPress": 3, unknownEngine: readingRules} {
		if got := (&walk{engine: engine}).rules(); got != rules {
			t.Errorf("%s is read by rules %d, want %d", engine, got, rules)
		}
	}
}

// TestRowsThatWerePosts: where earlier rules took the rows of a list for posts, what stands in its threads is no news.
func TestRowsThatWerePosts(t *testing.T) {
	rows := ""
	for _, n := range []string{"1", "2", "3"} {
		rows += `<tr class="row"><td><a href="/topic/` + n + `">Romashka keeps money ` + n + `</a><div>What it is about, number ` + n + `</div></td><td><a href="/users/` + n + `">Olha</a><br>0` + n + `.09.2026 10:00</td></tr>`
	}
	site := fetcherFunc(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
		body := `<h1>Romashka keeps money</h1><p>x</p>` + answersTo
		if strings.HasSuffix(req.URL, "/list") {
			body = `<table>` + rows + `</table>`
		}
		return answer(req, `<!doctype html><html><body>`+body+`</body></html>`), nil
	})
	f, err := newCrawler(testEnv(site), boardAt+"/list")
	if err != nil {
		t.Fatal(err)
	}
	since := poll.EncodeCursor(cursorState{Since: readAt.AddDate(0, -1, 0), Rules: readingRules - 1})
	for i, anew := range []bool{true, false} {
		b, err := f.Poll(t.Context(), since)
		if err != nil || b.Anew != anew || i == 0 && len(b.Posts) == 0 {
			t.Errorf("poll %d: %+v, %v, want read anew: %v", i+1, b, err, anew)
		}
		since = b.Next
	}
}

// TestFollowedUnderAnotherName: a followed complaint that an earlier version knew by another name is not gone, and
// what answers it answers it.
func TestFollowedUnderAnotherName(t *testing.T) {
	const at, said = boardAt + "/romashka/", "They keep my money for three weeks now"
	page := `<html><head><link rel="https://api.w.org/" href="/wp-json/"></head><body class="single postid-3"><h1>Romashka</h1><ol class="commentlist">
		<li id="li-comment-7" class="comment"><div id="comment-7" class="comment"><div class="comcontent"><p>` + said + `</p></div><div class="comment-meta"><ul><li>&mdash; Olha on November 20, 2026 2:05 pm</li></ul></div></div>
		<ul class="children"><li id="li-comment-8" class="comment"><div id="comment-8" class="comment"><div class="comcontent"><p>The money is on its way, we are sorry</p></div><div class="comment-meta"><ul><li>&mdash; Romashka on November 20, 2026 3:05 pm</li></ul></div></div></li></ul></li></ol></body></html>`
	f, err := newCrawler(testEnv(onePage(page)), boardAt)
	if err != nil {
		t.Fatal(err)
	}
	followed := mention.Post{ID: "sha256:59149d5aa7ed8dc8ea223582", URL: at, ThreadURL: at, Author: "Reply", Text: said}
	batch, err := f.Thread(t.Context(), followed, "")
	if err != nil || len(batch.Posts) != 2 || !batch.Anew {
		t.Fatalf("%+v, %v, want two posts that are read anew", batch, err)
	}
	for _, p := range batch.Posts {
		if p.Deleted || p.Text == said != (p.ID == followed.ID) || p.Text != said && p.ReplyTo != followed.ID {
			t.Errorf("%+v", p)
		}
	}
	if batch, err = f.Thread(t.Context(), followed, batch.Next); err != nil || len(batch.Posts) > 0 || batch.Anew {
		t.Errorf("at the next visit %+v, %v", batch, err)
	}
}

// TestFirstVisitIsNoUpgrade: at the first visit to a thread nothing was read by other rules, so that an edit there is one.
func TestFirstVisitIsNoUpgrade(t *testing.T) {
	const page = `<html><body id="phpbb"><h2 class="topic-title"><a href="/viewtopic.php?t=1">T</a></h2>` +
		`<div id="p1" class="post"><div class="postbody"><p class="author">by <a class="username" href="#">ann</a></p><div class="content">They keep my money, awful liars all of them.</div></div></div></body></html>`
	f, err := newCrawler(testEnv(onePage(page)), boardAt+"/viewtopic.php?t=1")
	if err != nil {
		t.Fatal(err)
	}
	at := boardAt + "/viewtopic.php?t=1"
	batch, err := f.Thread(t.Context(), mention.Post{ID: "1", URL: at, ThreadURL: at, Text: "They keep my money for weeks now."}, "")
	if err != nil || len(batch.Posts) != 1 || batch.Anew {
		t.Errorf("%+v, %v, want the post, and nothing that is read anew", batch, err)
	}
}

// TestEngineKnownSince: what was read as a board of no known make, with names made of words, is no news when its engine
// is known, whatever its date; what was written since then is.
func TestEngineKnownSince(t *testing.T) {
	said := []string{"They keep my money for three weeks now", "Same here, and nobody answers", "Nobody answers me either"}
	site := func(known bool, n int) fetcherFunc {
		return func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
			var rows strings.Builder
			for i, text := range said[:n] {
				id := string(rune('1' + i))
				rows.WriteString(`<tr><td class="row1"><span class="name"><a name="50` + id + `"></a><b>Olha` + id + `</b></span></td><td class="row1"><table><tr><td width="100%"><span class="postdetails">Posted: Wed Nov 18, 2026 09:0` + id + `</span></td></tr><tr><td colspan="2"><hr></td></tr><tr><td colspan="2"><span class="postbody">` + text + `</span></td></tr></table></td></tr><tr><td class="row1"></td></tr>`)
			}
			page := `<title>Romashka</title><a class="maintitle" href="viewtopic.php?t=5">Where is my money</a><table class="forumline">` + rows.String() + `</table>`
			if known {
				page += `<span class="copyright">Powered by <a href="http://www.phpbb.com/">phpBB</a></span>`
			}
			return answer(req, `<!doctype html><html><body>`+page+`</body></html>`), nil
		}
	}
	poll := func(site fetcherFunc, since crawlers.Cursor) crawlers.Batch {
		f, err := newCrawler(testEnv(site), boardAt+"/viewtopic.php?t=5")
		if err != nil {
			t.Fatal(err)
		}
		b, err := f.Poll(t.Context(), since)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	before := poll(site(false, 2), "")
	if len(before.Posts) != 2 || !strings.HasPrefix(before.Posts[0].ID, "sha256:") {
		t.Fatalf("%+v", before)
	}
	after := poll(site(true, 3), before.Next)
	if len(after.Posts) != 3 || !after.Anew || strings.Join(after.Past, " ") != "501 502" {
		t.Errorf("%d posts, anew %v, of the past %v, want three, of which 501 and 502 are known", len(after.Posts), after.Anew, after.Past)
	}
}
