package page_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
)

// reviewList is a page of reviews n, n-1, … down to last, newest first.
func reviewList(n, last int, next string) string {
	var b strings.Builder
	b.WriteString("<html><body>")
	for i := n; i >= last; i-- {
		fmt.Fprintf(&b, `<div class=r><a class=l href=/r/%d>x</a><time datetime=2026-11-%02dT10:00Z></time><p>review %d</p></div>`, i, i, i)
	}
	if next != "" {
		b.WriteString(`<a class=next href="` + next + `">older</a>`)
	}
	return b.String() + "</body></html>"
}

const reviewBlock = "page: https://r.example/list\nselect: {item: .r, link: a.l, time: time, text: p, next: a.next}"

func TestPageFollowsOlderPagesOnlyToKnownPosts(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{
		"https://r.example/list":     reviewList(9, 7, "/list?p=2"),
		"https://r.example/list?p=2": reviewList(6, 4, "/list?p=3"),
		"https://r.example/list?p=3": reviewList(3, 1, "/list?p=1"),
		"https://r.example/list?p=1": reviewList(9, 7, "/list?p=2"),
	}}
	c := rig.Crawler(t, reviewBlock+"\npages: 3", site)
	first := rig.Poll(t, c, "")
	if len(first.Posts) != 9 || len(site.Asked) != 3 {
		t.Fatalf("%d posts of %d requests, want 9 of 3", len(first.Posts), len(site.Asked))
	}
	if first.Posts[0].Text != "review 1" {
		t.Errorf("first post %q, want the oldest", first.Posts[0].Text)
	}
	// One new review: the page still ends in known ones.
	site.Asked = nil
	site.Bodies["https://r.example/list"] = reviewList(10, 8, "/list?p=2")
	second := rig.Poll(t, c, first.Next)
	if len(second.Posts) != 1 || second.Posts[0].Text != "review 10" || len(site.Asked) != 1 {
		t.Errorf("posts %d, requests %v, want review 10 alone of one request", len(second.Posts), site.Asked)
	}
	// More new ones than a page holds: the next page is read too.
	site.Asked = nil
	site.Bodies["https://r.example/list"] = reviewList(14, 12, "/list?p=2")
	site.Bodies["https://r.example/list?p=2"] = reviewList(11, 9, "/list?p=3")
	third := rig.Poll(t, c, second.Next)
	if len(third.Posts) != 4 || len(site.Asked) != 2 {
		t.Errorf("%d posts, requests %v, want 11 to 14 of two requests", len(third.Posts), site.Asked)
	}
}

// TestCardThatIsPutAbove: a site shows the most useful review, or a paid one, a second time
// above its list, cut short. That is the review that was known, and not two new ones.
func TestCardThatIsPutAbove(t *testing.T) {
	card := func(n int, words string) string {
		return fmt.Sprintf(`<div class=r id=r%d><b>Олена</b><a class=l href=/r/%d>x</a><time datetime=2026-11-%02dT10:00Z></time><p>%s</p></div>`, n, n, n, words)
	}
	const words = "Третій тиждень банк не повертає гроші, підтримка мовчить, я вже написала три скарги."
	for name, block := range map[string]string{
		"by link": "page: https://r.example/list\nselect: {item: .r, author: b, link: a.l, time: time, text: p}",
		"by id":   "page: https://r.example/list\nselect: {item: .r, author: b, id: '@id', link: a.l, time: time, text: p}",
	} {
		t.Run(name, func(t *testing.T) {
			list := card(12, "Дякую за швидку допомогу.") + card(11, words)
			site := &rig.Pages{Bodies: map[string]string{"https://r.example/list": list}}
			c := rig.Crawler(t, block, site)
			first := rig.Poll(t, c, "")
			site.Bodies["https://r.example/list"] = `<div class=top>` + card(11, "Третій тиждень банк не повертає гроші, під…") + `</div>` + list
			if again := rig.Poll(t, c, first.Next); len(again.Posts) != 0 {
				t.Errorf("put above the list: %+v", again.Posts)
			}
			site.Bodies["https://r.example/list"] = `<div class=top>` + card(12, "Дякую за швидку допомогу.") + `</div>` + card(13, words) + list
			if again := rig.Poll(t, c, first.Next); len(again.Posts) != 1 || again.Posts[0].URL != "https://r.example/r/13" {
				t.Errorf("beside what looks alike: %+v, want review 13 alone", again.Posts)
			}
		})
	}
}

// TestDayInWordsBecomesADate: a site without links and ids says "today, 15:00" of a review,
// then "yesterday, 15:00", then the date. It is one review for all those days.
func TestDayInWordsBecomesADate(t *testing.T) {
	zone := time.FixedZone("site", 2*60*60)
	for _, author := range []string{"Гость", ""} {
		now := time.Date(2026, 11, 16, 16, 0, 0, 0, zone)
		site := &rig.Pages{Bodies: map[string]string{}}
		c := rig.Crawler(t, "page: https://r.example/list\nselect: {item: .r, author: b, time: i, text: p}", site, func(e *crawlers.Env) {
			e.Zone, e.Now = zone, func() time.Time { return now }
		})
		var since crawlers.Cursor
		for day, said := range []string{"Сегодня, 15:00", "Вчера, 15:00", "16 ноября 2026, 15:00", "16.11.2026 15:00"} {
			site.Bodies["https://r.example/list"] = `<div class=r><b>` + author + `</b><i>` + said + `</i><p>Карта не работает</p></div>`
			batch := rig.Poll(t, c, since)
			if new := len(batch.Posts); (new == 1) != (day == 0) {
				t.Errorf("%q, %s: %d new posts", author, said, new)
			}
			since, now = batch.Next, now.AddDate(0, 0, 1)
		}
	}
}

// TestPageThatDoesNotGoByDate: what is new on a page that shows the most useful reviews first
// may stand where nobody reads it. Who sets the source up is told.
func TestPageThatDoesNotGoByDate(t *testing.T) {
	for name, test := range map[string]struct {
		days []int
		next string
		told bool
	}{
		"newest first":       {[]int{20, 18, 15, 12, 9, 6, 3, 1}, "/2", false},
		"newest last":        {[]int{1, 3, 6, 9, 12, 15, 18, 20}, "/2", false},
		"two that are paid":  {[]int{4, 2, 20, 18, 15, 12, 9, 6}, "/2", false},
		"most useful first":  {[]int{9, 2, 20, 6, 15, 1, 18, 12, 3}, "/2", true},
		"all of them":        {[]int{9, 2, 20, 6, 15, 1, 18, 12, 3}, "", false},
		"of one day or two":  {[]int{9, 8, 9, 8, 9, 8, 9, 8, 9}, "/2", false},
		"too few to tell by": {[]int{9, 2, 20, 6}, "/2", false},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for i, day := range test.days {
				fmt.Fprintf(&b, `<div class=r><a class=l href=/r/%d>x</a><time datetime=2026-11-%02d></time><p>review %d</p></div>`, i, day, i)
			}
			if test.next != "" {
				b.WriteString(`<a class=next href="` + test.next + `">older</a>`)
			}
			c := rig.Crawler(t, reviewBlock, &rig.Pages{Bodies: map[string]string{"https://r.example/list": b.String()}})
			batch := rig.Poll(t, c, "")
			told := slices.ContainsFunc(batch.Observed.Notes, func(n string) bool { return strings.Contains(n, "newest first") })
			if told != test.told {
				t.Errorf("notes %q, told: want %v", batch.Observed.Notes, test.told)
			}
		})
	}
}

// TestDetailsAtANewHome: a site that moved sends the watchlist's address on. The pages behind
// its reviews are at the new home, too, and are read there; those of other sites are not.
func TestDetailsAtANewHome(t *testing.T) {
	const words = "The bank keeps my money for the third week and nobody answers."
	site := &rig.Pages{Bodies: map[string]string{
		"https://new.example/list":  `<div class=r><a class=l href=/r/1>x</a><p>The bank keeps…</p></div><div class=r><a class=l href=https://other.example/r/2>x</a><p>Elsewhere…</p></div>`,
		"https://new.example/r/1":   `<p class=full>` + words + `</p>`,
		"https://other.example/r/2": `<p class=full>not to be asked for</p>`,
	}}
	c := rig.Crawler(t, "page: https://old.example/list\nselect: {item: .r, link: a.l, text: p}\ndetail: {text: .full}", moved{site, "https://old.example", "https://new.example"})
	batch := rig.Poll(t, c, "")
	if len(batch.Posts) != 2 || batch.Posts[0].Text != words || batch.Posts[1].Text != "Elsewhere…" {
		t.Errorf("posts %+v of requests %q", batch.Posts, site.Asked)
	}
}

// moved is a site at a new address, to which the old one leads.
type moved struct {
	site    *rig.Pages
	was, is string
}

func (m moved) Do(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	r.URL = strings.Replace(r.URL, m.was, m.is, 1)
	return m.site.Do(ctx, r)
}

// TestGuestsUnderOneAddress: where each review leads to the branch that it is about, guests of
// one branch who begin alike are two, and not one card that is shown twice.
func TestGuestsUnderOneAddress(t *testing.T) {
	card := func(words string) string {
		return `<div class=r><b>Гість</b><a class=l href=/branch/5>Львів</a><time datetime=2026-11-12></time><p>` + words + `</p></div>`
	}
	site := &rig.Pages{Bodies: map[string]string{"https://r.example/list": card("Жах") + card("Жахливо! Списали гроші двічі")}}
	c := rig.Crawler(t, "page: https://r.example/list\nselect: {item: .r, author: b, link: a.l, time: time, text: p}", site)
	got := rig.Poll(t, c, "")
	if len(got.Posts) != 2 {
		t.Errorf("two guests: %+v", got.Posts)
	}
}

// TestOlderPagesThatAreClosed: many sites close their second pages to programs, or have
// none behind the link. That costs what stands there, and neither the first page nor the
// baseline.
func TestOlderPagesThatAreClosed(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		ends bool // it is the end of the list and no failure
	}{
		"robots.txt": {fmt.Errorf("fetch: %w", fetch.ErrRobots), true},
		"not there":  {&fetch.StatusError{Status: 404, URL: "x"}, true},
		"refused":    {&fetch.BlockedError{Status: 403, URL: "x"}, true},
		"no such":    {&fetch.StatusError{Status: 400, URL: "x"}, true},
		"trouble":    {&fetch.StatusError{Status: 500, URL: "x"}, false},
		"a pause":    {&fetch.RetryError{Status: 429, URL: "x"}, false},
	} {
		for kind, block := range map[string]string{
			"page": reviewBlock,
			"json": "json: \"https://r.example/list{?p=page}\"\nlist: .items[]\nfields: {id: .id, text: .t}\npager: {by: page, from: 1}",
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				site := &rig.Pages{Bodies: map[string]string{
					"https://r.example/list":     reviewList(9, 7, "/list?p=2"),
					"https://r.example/list?p=1": `{"items":[{"id":1,"t":"one"},{"id":2,"t":"two"},{"id":3,"t":"three"}]}`,
				}}
				c := rig.Crawler(t, block, rig.Fetcher(func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
					if r.URL == "https://r.example/list?p=2" {
						return nil, test.err
					}
					return site.Do(ctx, r)
				}))
				batch, err := c.Poll(t.Context(), "")
				if len(batch.Posts) != 3 || (err == nil) != test.ends {
					t.Fatalf("%d posts, %v", len(batch.Posts), err)
				}
				if test.ends && (len(batch.Observed.Notes) == 0 || batch.Next == "") {
					t.Errorf("notes %q, cursor %q", batch.Observed.Notes, batch.Next)
				}
			})
		}
	}
}

// TestBaselineOfAPatientHost: a host whose Crawl-delay leaves no time for the older pages
// within one poll has its baseline all the same, and what comes after it is news.
func TestBaselineOfAPatientHost(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{"https://r.example/list": reviewList(9, 7, "/list?p=2")}}
	slow := rig.Fetcher(func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		if r.URL != "https://r.example/list" {
			return nil, &fetch.RetryError{URL: r.URL, After: 20 * time.Minute}
		}
		return site.Do(ctx, r)
	})
	full := rig.Crawler(t, reviewBlock+"\ndetail: {text: .full}", slow)
	if batch := rig.Poll(t, full, ""); len(batch.Posts) != 3 || batch.Next == "" {
		t.Errorf("with pages behind its posts: %d posts, cursor %q", len(batch.Posts), batch.Next)
	}
	c := rig.Crawler(t, reviewBlock, slow)
	first, err := c.Poll(t.Context(), "")
	if err != nil || len(first.Posts) != 3 || len(first.Observed.Notes) == 0 {
		t.Fatalf("first poll: %d posts, notes %q, %v", len(first.Posts), first.Observed.Notes, err)
	}
	site.Bodies["https://r.example/list"] = reviewList(10, 8, "/list?p=2")
	if second := rig.Poll(t, c, first.Next); len(second.Posts) != 1 || second.Posts[0].Text != "review 10" {
		t.Errorf("second poll: %+v", second.Posts)
	}
	site.Bodies["https://r.example/list"] = reviewList(14, 12, "/list?p=2")
	if third, err := c.Poll(t.Context(), first.Next); err == nil || len(third.Posts) != 3 {
		t.Errorf("more new ones than were read: %d posts, %v", len(third.Posts), err)
	}
}

// TestPinnedReview: an old review that stands above the new ones does not hide that a
// page holds nothing else that is known.
func TestPinnedReview(t *testing.T) {
	pin := func(page string) string {
		return strings.Replace(page, "<body>", "<body><div class=r><a class=l href=/r/pinned>x</a><time datetime=2020-01-01T10:00Z></time><p>pinned</p></div>", 1)
	}
	site := &rig.Pages{Bodies: map[string]string{
		"https://r.example/list":     pin(reviewList(9, 7, "/list?p=2")),
		"https://r.example/list?p=2": reviewList(6, 4, ""),
	}}
	c := rig.Crawler(t, reviewBlock, site)
	first := rig.Poll(t, c, "")
	site.Bodies["https://r.example/list"] = pin(reviewList(14, 12, "/list?p=2"))
	site.Bodies["https://r.example/list?p=2"] = reviewList(11, 9, "")
	if second := rig.Poll(t, c, first.Next); len(second.Posts) != 5 {
		t.Errorf("%d posts, want 10 to 14", len(second.Posts))
	}
}

func TestPageTellsAnEditedReview(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{"https://r.example/list": reviewList(3, 1, "")}}
	c := rig.Crawler(t, reviewBlock, site)
	first := rig.Poll(t, c, "")
	if again := rig.Poll(t, c, first.Next); !again.Unchanged || len(again.Posts) > 0 {
		t.Errorf("unchanged bytes gave %+v", again)
	}
	site.Bodies["https://r.example/list"] = strings.Replace(reviewList(3, 1, ""), "review 2", "review two", 1)
	second := rig.Poll(t, c, first.Next)
	if len(second.Posts) != 1 || second.Posts[0].Text != "review two" || second.Posts[0].ID != "https://r.example/r/2" {
		t.Errorf("got %+v, want the edited review under its old id", second.Posts)
	}
}

// TestPageDetails: more new posts than a poll reads whole, and one whose own page is
// broken, cost no other post, also where the list stays as it is.
func TestPageDetails(t *testing.T) {
	const block = "page: https://r.example/list\nselect: {item: .r, link: a.l, time: time, text: p}\ndetail: {text: .full}"
	list := func(n int) string {
		var b strings.Builder
		for i := n; i >= 1; i-- {
			fmt.Fprintf(&b, `<div class=r><a class=l href=/r/%d>x</a><time datetime=2026-10-01T10:%02dZ></time><p>review %d</p></div>`, i, i, i)
		}
		return "<html><body>" + b.String() + "</body></html>"
	}
	site := &rig.Pages{Bodies: map[string]string{"https://r.example/list": list(30)}}
	for i := 1; i <= 60; i++ {
		site.Bodies[fmt.Sprintf("https://r.example/r/%d", i)] = fmt.Sprintf("<html><body><p class=full>review %d in full</p></body></html>", i)
	}
	trouble := &fetch.StatusError{Status: 500, URL: "x"}
	broken := map[string]error{
		"https://r.example/r/33": trouble, "https://r.example/r/35": fmt.Errorf("x: %w", fetch.ErrRobots), "https://r.example/r/37": &fetch.BlockedError{Status: 403, URL: "x"},
		"https://r.example/r/39": trouble, "https://r.example/r/40": trouble, "https://r.example/r/41": trouble, "https://r.example/r/42": trouble,
	}
	c := rig.Crawler(t, block, rig.Fetcher(func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		if err := broken[r.URL]; err != nil {
			return nil, err
		}
		return site.Do(ctx, r)
	}))
	first := rig.Poll(t, c, "")
	if len(first.Posts) != 30 {
		t.Errorf("%d posts of the first poll, want all: what it leaves out would be news to the next", len(first.Posts))
	}
	if again := rig.Poll(t, c, first.Next); len(again.Posts) > 0 {
		t.Errorf("%d posts again", len(again.Posts))
	}
	site.Bodies["https://r.example/list"] = list(58)
	second := rig.Poll(t, c, first.Next)
	delete(broken, "https://r.example/r/33")
	third := rig.Poll(t, c, second.Next)
	fourth := rig.Poll(t, c, third.Next)
	var got []string
	for _, batch := range []crawlers.Batch{second, third, fourth, rig.Poll(t, c, fourth.Next)} {
		for _, p := range batch.Posts {
			got = append(got, p.Text)
		}
	}
	slices.Sort(got)
	var want []string
	for i := 31; i <= 58; i++ {
		full := " in full"
		if i == 35 || i == 37 || i >= 39 && i <= 42 {
			full = "" // its page may not be read, or cannot be for good
		}
		want = append(want, fmt.Sprintf("review %d%s", i, full))
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPageThatAlwaysEndsInTheMiddle(t *testing.T) {
	whole := reviewList(3, 1, "")
	cut := whole[:strings.Index(whole, "review 1")+4]
	site := &rig.Pages{Bodies: map[string]string{"https://r.example/list": cut}}
	c := rig.Crawler(t, reviewBlock, site)
	first := rig.Poll(t, c, "")
	if len(first.Posts) != 2 || len(first.Observed.Notes) == 0 {
		t.Errorf("%d posts, notes %q: the last post must wait", len(first.Posts), first.Observed.Notes)
	}
	second := rig.Poll(t, c, first.Next)
	if len(second.Posts) != 1 {
		t.Errorf("%d posts: the same bytes twice are how the page is", len(second.Posts))
	}
	if third := rig.Poll(t, c, second.Next); len(third.Posts) > 0 {
		t.Errorf("%d posts again", len(third.Posts))
	}
}

func TestCursorOfAnotherVersion(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{"https://r.example/list": reviewList(3, 1, "")}}
	c := rig.Crawler(t, reviewBlock, site)
	for _, cursor := range []crawlers.Cursor{"garbage", `{"seen":"!!!"}`, `{"seen":7}`, "[]"} {
		if batch := rig.Poll(t, c, cursor); len(batch.Posts) != 3 {
			t.Errorf("cursor %q: %d posts, want all", cursor, len(batch.Posts))
		}
	}
}

// TestPageOfPictures: a channel that shows a page of pictures without a word has the posts
// before them on the next page, and what was known is known still.
func TestPageOfPictures(t *testing.T) {
	channel := func(from, to int, word func(int) string, older string) string {
		var b strings.Builder
		b.WriteString(`<html><body><div class="tgme_channel_info"></div>` + older)
		for i := from; i <= to; i++ {
			fmt.Fprintf(&b, `<div class="tgme_widget_message" data-post="romashka/%d">%s<a class="tgme_widget_message_date" href="https://t.me/romashka/%[1]d"><time datetime="2026-11-22T10:%02[1]d:00+00:00"></time></a></div>`, i, word(i))
		}
		return b.String() + "</body></html>"
	}
	words := func(i int) string { return fmt.Sprintf(`<div class="tgme_widget_message_text">post %d</div>`, i) }
	picture := func(int) string { return `<a class="tgme_widget_message_photo_wrap"></a>` }
	const older = `<a class="tme_messages_more" data-before="%d" href="/s/romashka?before=%[1]d"></a>`
	site := &rig.Pages{Bodies: map[string]string{"https://t.me/s/romashka": channel(1, 4, words, "")}}
	c := rig.Crawler(t, "telegram: romashka", site)
	first := rig.Poll(t, c, "")
	if len(first.Posts) != 4 {
		t.Fatalf("%d posts", len(first.Posts))
	}
	site.Bodies["https://t.me/s/romashka"] = channel(6, 9, picture, fmt.Sprintf(older, 6))
	site.Bodies["https://t.me/s/romashka?before=6"] = channel(2, 5, words, fmt.Sprintf(older, 2))
	second := rig.Poll(t, c, first.Next)
	if len(second.Posts) != 1 || second.Posts[0].Text != "post 5" {
		t.Errorf("got %+v, want the post before the pictures", second.Posts)
	}
	site.Bodies["https://t.me/s/romashka"] = channel(6, 9, picture, "")
	third := rig.Poll(t, c, second.Next)
	site.Bodies["https://t.me/s/romashka"] = channel(2, 5, words, "")
	if fourth := rig.Poll(t, c, third.Next); len(fourth.Posts) > 0 {
		t.Errorf("%d posts again", len(fourth.Posts))
	}
}
