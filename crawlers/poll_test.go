package crawlers_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// pages is a site in memory: address to body. It counts what is asked for and
// answers unchanged bodies as the real client does.
type pages struct {
	bodies map[string]string
	asked  []string
}

func (p *pages) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	p.asked = append(p.asked, r.URL)
	body, ok := p.bodies[r.URL]
	if !ok {
		return nil, &fetch.StatusError{Status: http.StatusNotFound, URL: r.URL}
	}
	res := &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(body), At: driverNow,
		Validators: fetch.Validators{BodyHash: fmt.Sprintf("%x", sha256.Sum256([]byte(body)))}}
	if r.Validators == res.Validators {
		res.NotModified, res.Body = true, nil
	}
	return res, nil
}

func mustPoll(t *testing.T, c crawlers.Crawler, since crawlers.Cursor) crawlers.Batch {
	t.Helper()
	batch, err := c.Poll(t.Context(), since)
	if err != nil {
		t.Fatal(err)
	}
	checkPosts(t, batch.Posts)
	return batch
}

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
	site := &pages{bodies: map[string]string{
		"https://r.example/list":     reviewList(9, 7, "/list?p=2"),
		"https://r.example/list?p=2": reviewList(6, 4, "/list?p=3"),
		"https://r.example/list?p=3": reviewList(3, 1, "/list?p=1"),
		"https://r.example/list?p=1": reviewList(9, 7, "/list?p=2"),
	}}
	c := crawlerOf(t, reviewBlock+"\npages: 3", site)
	first := mustPoll(t, c, "")
	if len(first.Posts) != 9 || len(site.asked) != 3 {
		t.Fatalf("%d posts of %d requests, want 9 of 3", len(first.Posts), len(site.asked))
	}
	if first.Posts[0].Text != "review 1" {
		t.Errorf("first post %q, want the oldest", first.Posts[0].Text)
	}
	// One new review: the page still ends in known ones.
	site.asked = nil
	site.bodies["https://r.example/list"] = reviewList(10, 8, "/list?p=2")
	second := mustPoll(t, c, first.Next)
	if len(second.Posts) != 1 || second.Posts[0].Text != "review 10" || len(site.asked) != 1 {
		t.Errorf("posts %d, requests %v, want review 10 alone of one request", len(second.Posts), site.asked)
	}
	// More new ones than a page holds: the next page is read too.
	site.asked = nil
	site.bodies["https://r.example/list"] = reviewList(14, 12, "/list?p=2")
	site.bodies["https://r.example/list?p=2"] = reviewList(11, 9, "/list?p=3")
	third := mustPoll(t, c, second.Next)
	if len(third.Posts) != 4 || len(site.asked) != 2 {
		t.Errorf("%d posts, requests %v, want 11 to 14 of two requests", len(third.Posts), site.asked)
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
			site := &pages{bodies: map[string]string{"https://r.example/list": list}}
			c := crawlerOf(t, block, site)
			first := mustPoll(t, c, "")
			site.bodies["https://r.example/list"] = `<div class=top>` + card(11, "Третій тиждень банк не повертає гроші, під…") + `</div>` + list
			if again := mustPoll(t, c, first.Next); len(again.Posts) != 0 {
				t.Errorf("put above the list: %+v", again.Posts)
			}
			site.bodies["https://r.example/list"] = `<div class=top>` + card(12, "Дякую за швидку допомогу.") + `</div>` + card(13, words) + list
			if again := mustPoll(t, c, first.Next); len(again.Posts) != 1 || again.Posts[0].URL != "https://r.example/r/13" {
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
		site := &pages{bodies: map[string]string{}}
		c := crawlerOf(t, "page: https://r.example/list\nselect: {item: .r, author: b, time: i, text: p}", site, func(e *crawlers.Env) {
			e.Zone, e.Now = zone, func() time.Time { return now }
		})
		var since crawlers.Cursor
		for day, said := range []string{"Сегодня, 15:00", "Вчера, 15:00", "16 ноября 2026, 15:00", "16.11.2026 15:00"} {
			site.bodies["https://r.example/list"] = `<div class=r><b>` + author + `</b><i>` + said + `</i><p>Карта не работает</p></div>`
			batch := mustPoll(t, c, since)
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
			c := crawlerOf(t, reviewBlock, &pages{bodies: map[string]string{"https://r.example/list": b.String()}})
			batch := mustPoll(t, c, "")
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
	site := &pages{bodies: map[string]string{
		"https://new.example/list":  `<div class=r><a class=l href=/r/1>x</a><p>The bank keeps…</p></div><div class=r><a class=l href=https://other.example/r/2>x</a><p>Elsewhere…</p></div>`,
		"https://new.example/r/1":   `<p class=full>` + words + `</p>`,
		"https://other.example/r/2": `<p class=full>not to be asked for</p>`,
	}}
	c := crawlerOf(t, "page: https://old.example/list\nselect: {item: .r, link: a.l, text: p}\ndetail: {text: .full}", moved{site, "https://old.example", "https://new.example"})
	batch := mustPoll(t, c, "")
	if len(batch.Posts) != 2 || batch.Posts[0].Text != words || batch.Posts[1].Text != "Elsewhere…" {
		t.Errorf("posts %+v of requests %q", batch.Posts, site.asked)
	}
}

// moved is a site at a new address, to which the old one leads.
type moved struct {
	site    *pages
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
	site := &pages{bodies: map[string]string{"https://r.example/list": card("Жах") + card("Жахливо! Списали гроші двічі")}}
	c := crawlerOf(t, "page: https://r.example/list\nselect: {item: .r, author: b, link: a.l, time: time, text: p}", site)
	got := mustPoll(t, c, "")
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
				site := &pages{bodies: map[string]string{
					"https://r.example/list":     reviewList(9, 7, "/list?p=2"),
					"https://r.example/list?p=1": `{"items":[{"id":1,"t":"one"},{"id":2,"t":"two"},{"id":3,"t":"three"}]}`,
				}}
				c := crawlerOf(t, block, fetcherFunc(func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
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
	site := &pages{bodies: map[string]string{"https://r.example/list": reviewList(9, 7, "/list?p=2")}}
	slow := fetcherFunc(func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		if r.URL != "https://r.example/list" {
			return nil, &fetch.RetryError{URL: r.URL, After: 20 * time.Minute}
		}
		return site.Do(ctx, r)
	})
	full := crawlerOf(t, reviewBlock+"\ndetail: {text: .full}", slow)
	if batch := mustPoll(t, full, ""); len(batch.Posts) != 3 || batch.Next == "" {
		t.Errorf("with pages behind its posts: %d posts, cursor %q", len(batch.Posts), batch.Next)
	}
	c := crawlerOf(t, reviewBlock, slow)
	first, err := c.Poll(t.Context(), "")
	if err != nil || len(first.Posts) != 3 || len(first.Observed.Notes) == 0 {
		t.Fatalf("first poll: %d posts, notes %q, %v", len(first.Posts), first.Observed.Notes, err)
	}
	site.bodies["https://r.example/list"] = reviewList(10, 8, "/list?p=2")
	if second := mustPoll(t, c, first.Next); len(second.Posts) != 1 || second.Posts[0].Text != "review 10" {
		t.Errorf("second poll: %+v", second.Posts)
	}
	site.bodies["https://r.example/list"] = reviewList(14, 12, "/list?p=2")
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
	site := &pages{bodies: map[string]string{
		"https://r.example/list":     pin(reviewList(9, 7, "/list?p=2")),
		"https://r.example/list?p=2": reviewList(6, 4, ""),
	}}
	c := crawlerOf(t, reviewBlock, site)
	first := mustPoll(t, c, "")
	site.bodies["https://r.example/list"] = pin(reviewList(14, 12, "/list?p=2"))
	site.bodies["https://r.example/list?p=2"] = reviewList(11, 9, "")
	if second := mustPoll(t, c, first.Next); len(second.Posts) != 5 {
		t.Errorf("%d posts, want 10 to 14", len(second.Posts))
	}
}

func TestPageTellsAnEditedReview(t *testing.T) {
	site := &pages{bodies: map[string]string{"https://r.example/list": reviewList(3, 1, "")}}
	c := crawlerOf(t, reviewBlock, site)
	first := mustPoll(t, c, "")
	if again := mustPoll(t, c, first.Next); !again.Unchanged || len(again.Posts) > 0 {
		t.Errorf("unchanged bytes gave %+v", again)
	}
	site.bodies["https://r.example/list"] = strings.Replace(reviewList(3, 1, ""), "review 2", "review two", 1)
	second := mustPoll(t, c, first.Next)
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
	site := &pages{bodies: map[string]string{"https://r.example/list": list(30)}}
	for i := 1; i <= 60; i++ {
		site.bodies[fmt.Sprintf("https://r.example/r/%d", i)] = fmt.Sprintf("<html><body><p class=full>review %d in full</p></body></html>", i)
	}
	trouble := &fetch.StatusError{Status: 500, URL: "x"}
	broken := map[string]error{
		"https://r.example/r/33": trouble, "https://r.example/r/35": fmt.Errorf("x: %w", fetch.ErrRobots), "https://r.example/r/37": &fetch.BlockedError{Status: 403, URL: "x"},
		"https://r.example/r/39": trouble, "https://r.example/r/40": trouble, "https://r.example/r/41": trouble, "https://r.example/r/42": trouble,
	}
	c := crawlerOf(t, block, fetcherFunc(func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		if err := broken[r.URL]; err != nil {
			return nil, err
		}
		return site.Do(ctx, r)
	}))
	first := mustPoll(t, c, "")
	if len(first.Posts) != 30 {
		t.Errorf("%d posts of the first poll, want all: what it leaves out would be news to the next", len(first.Posts))
	}
	if again := mustPoll(t, c, first.Next); len(again.Posts) > 0 {
		t.Errorf("%d posts again", len(again.Posts))
	}
	site.bodies["https://r.example/list"] = list(58)
	second := mustPoll(t, c, first.Next)
	delete(broken, "https://r.example/r/33")
	third := mustPoll(t, c, second.Next)
	fourth := mustPoll(t, c, third.Next)
	var got []string
	for _, batch := range []crawlers.Batch{second, third, fourth, mustPoll(t, c, fourth.Next)} {
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
	site := &pages{bodies: map[string]string{"https://r.example/list": cut}}
	c := crawlerOf(t, reviewBlock, site)
	first := mustPoll(t, c, "")
	if len(first.Posts) != 2 || len(first.Observed.Notes) == 0 {
		t.Errorf("%d posts, notes %q: the last post must wait", len(first.Posts), first.Observed.Notes)
	}
	second := mustPoll(t, c, first.Next)
	if len(second.Posts) != 1 {
		t.Errorf("%d posts: the same bytes twice are how the page is", len(second.Posts))
	}
	if third := mustPoll(t, c, second.Next); len(third.Posts) > 0 {
		t.Errorf("%d posts again", len(third.Posts))
	}
}

func TestTelegramPreviewOff(t *testing.T) {
	site := &pages{bodies: map[string]string{"https://t.me/s/closed": `<html><body><div class="tgme_page"><div class="tgme_page_title">Closed</div></div></body></html>`}}
	_, err := crawlerOf(t, "telegram: closed", site).Poll(t.Context(), "")
	if err == nil || !strings.Contains(err.Error(), "preview is switched off by the channel's owner") || !crawlers.ClassifyError(err).Blocked {
		t.Errorf("error %v, want the reason and a block", err)
	}
}

func TestPresetOnAnotherHost(t *testing.T) {
	site := &pages{bodies: map[string]string{"http://127.0.0.1:9/s/c?q=x": `<html><body><div class="tgme_channel_info"></div></body></html>`}}
	mustPoll(t, crawlerOf(t, "telegram: {channel: c, query: x}\nbase: http://127.0.0.1:9", site), "")
}

func TestFeedIsFoundAgainWhenItMoves(t *testing.T) {
	const feed = `<rss version="2.0"><channel><title>N</title><item><title>%s</title><link>https://n.example/%s</link></item></channel></rss>`
	site := &pages{bodies: map[string]string{
		"https://n.example/":    `<html><head><link rel=alternate type=application/rss+xml href=/old></head></html>`,
		"https://n.example/old": fmt.Sprintf(feed, "one", "1"),
	}}
	c := crawlerOf(t, "feed: https://n.example/", site)
	first := mustPoll(t, c, "")
	delete(site.bodies, "https://n.example/old")
	site.bodies["https://n.example/"] = `<html><head><link rel=alternate type=application/rss+xml href=/new></head></html>`
	site.bodies["https://n.example/new"] = fmt.Sprintf(feed, "two", "2")
	second := mustPoll(t, c, first.Next)
	if len(second.Posts) != 1 || second.Posts[0].Title != "two" {
		t.Errorf("got %+v, want the post of the new feed", second.Posts)
	}
}

// TestFeedAnswersWithAPageForAWhile: a page of maintenance with status 200 in the place of
// a feed must not lead to another feed of the site for good.
func TestFeedAnswersWithAPageForAWhile(t *testing.T) {
	const feed = `<rss version="2.0"><channel><title>N</title><item><title>%s</title><link>https://n.example/%s</link></item></channel></rss>`
	const address = "https://n.example/shop/comments/feed/"
	for name, page := range map[string]string{
		"announces another": `<html><head><title>Back soon</title><link rel=alternate type=application/rss+xml href=/feed/></head></html>`,
		"announces none":    `<html><head><title>Back soon</title></head></html>`,
	} {
		t.Run(name, func(t *testing.T) {
			site := &pages{bodies: map[string]string{
				address:                         fmt.Sprintf(feed, "one", "1"),
				"https://n.example/feed/":       fmt.Sprintf(feed, "news", "news"),
				"https://n.example/rss.xml":     fmt.Sprintf(feed, "news", "news"),
				"https://n.example/shop/2/feed": fmt.Sprintf(feed, "news", "news"),
			}}
			c := crawlerOf(t, "feed: "+address, site)
			first := mustPoll(t, c, "")
			site.bodies[address] = page
			batch, err := c.Poll(t.Context(), first.Next)
			if err == nil || len(batch.Posts) > 0 || !strings.Contains(err.Error(), "Back soon") {
				t.Errorf("%d posts, %v: want an error that quotes the page", len(batch.Posts), err)
			}
			site.bodies[address] = fmt.Sprintf(feed, "two", "2")
			since := first.Next
			if err == nil {
				since = batch.Next
			}
			if batch := mustPoll(t, c, since); len(batch.Posts) != 1 || batch.Posts[0].Title != "two" {
				t.Errorf("got %+v, want the post of the feed", batch.Posts)
			}
		})
	}
}

func TestFeedCommentsOfAnArticle(t *testing.T) {
	site := &pages{bodies: map[string]string{"https://n.example/a/feed/": `<rss version="2.0"><channel><title>Comments on: A</title><item><title>By: Ann</title><link>https://n.example/a/#comment-1</link><description>No answer.</description></item></channel></rss>`}}
	c := crawlerOf(t, "feed: https://n.example/rss", site)
	batch, err := c.(crawlers.Threader).Thread(t.Context(), mention.Post{URL: "https://n.example/a/", ThreadHint: "https://n.example/a/feed/"}, "")
	if err != nil || len(batch.Posts) != 1 {
		t.Fatal(batch, err)
	}
	if p := batch.Posts[0]; p.Title != "A" || !p.IsReply || p.Kind != mention.Comment || p.ThreadURL != "https://n.example/a/" {
		t.Errorf("got %+v", p)
	}
	// Many sites lead from such an address to the article: what that announces is the news.
	site.bodies["https://n.example/b/feed/"] = `<html><head><link rel=alternate type=application/rss+xml href=/rss></head></html>`
	site.bodies["https://n.example/rss"] = `<rss version="2.0"><channel><title>N</title><item><title>Other news</title><link>https://n.example/c/</link></item></channel></rss>`
	batch, err = c.(crawlers.Threader).Thread(t.Context(), mention.Post{URL: "https://n.example/b/", ThreadHint: "https://n.example/b/feed/"}, "")
	if err == nil || len(batch.Posts) > 0 {
		t.Errorf("got %+v, %v: want no news among the comments", batch.Posts, err)
	}
}

func TestJSONBackoff(t *testing.T) {
	site := &pages{bodies: map[string]string{
		"https://api.example/q?page=0": `{"items":[{"id":1,"t":"one"}],"backoff":30,"more":true}`,
		"https://api.example/q?page=1": `{"items":[{"id":2,"t":"two"}],"more":false}`,
	}}
	c := crawlerOf(t, "json: https://api.example/q?page={page}\nlist: .items[]\nfields: {id: .id, text: .t}\nbackoff: .backoff\npager: {by: page, more: .more}", site)
	first := mustPoll(t, c, "")
	if len(first.Posts) != 1 || len(site.asked) != 1 {
		t.Errorf("%d posts of %d requests: a backoff ends the poll", len(first.Posts), len(site.asked))
	}
	_, err := c.Poll(t.Context(), first.Next)
	if got := crawlers.ClassifyError(err).RetryAfter; got != 30*time.Second || len(site.asked) != 1 {
		t.Errorf("error %v, wait %v, requests %v", err, got, site.asked)
	}
}

// TestJSONValueThatIsNotThere: an app that one of the countries does not sell costs the
// others neither their baseline nor their memory.
func TestJSONValueThatIsNotThere(t *testing.T) {
	site := &pages{bodies: map[string]string{"https://api.example/ua": `{"items":[{"id":1,"t":"one"}]}`}}
	c := crawlerOf(t, "json: https://api.example/{country}\neach: {country: [xx, ua]}\nlist: .items[]\nfields: {id: .id, text: .t}", site)
	first := mustPoll(t, c, "")
	if len(first.Posts) != 1 || first.Next == "" || len(first.Observed.Unread) != 1 || !strings.Contains(first.Observed.Unread[0], "country xx") {
		t.Errorf("%d posts, cursor %q, unread %q", len(first.Posts), first.Next, first.Observed.Unread)
	}
	if again := mustPoll(t, c, first.Next); len(again.Posts) > 0 {
		t.Errorf("%d posts again", len(again.Posts))
	}
	delete(site.bodies, "https://api.example/ua")
	if _, err := c.Poll(t.Context(), first.Next); err == nil || !strings.Contains(err.Error(), "country xx") {
		t.Errorf("none of them is there: %v", err)
	}
}

// TestPresetListAsText: several values that stand as one text, as people write them without
// brackets, are several: no country, group or number has a comma or a space in it.
func TestPresetListAsText(t *testing.T) {
	for _, countries := range []string{"ua, bg", "[ua, bg]", `"ua; bg"`, "ua bg"} {
		site := &pages{}
		c := crawlerOf(t, "appstore:\n  id: 123456789\n  countries: "+countries, site)
		_, _ = c.Poll(t.Context(), "")
		if len(site.asked) != 2 || !strings.Contains(site.asked[0], "/ua/") || !strings.Contains(site.asked[1], "/bg/") {
			t.Errorf("countries: %s: asked for %q", countries, site.asked)
		}
	}
}

// TestJSONBackoffInTheMiddle: the pages that a backoff kept a poll from are read once it
// is over.
func TestJSONBackoffInTheMiddle(t *testing.T) {
	list := func(n, last int, rest string) string {
		var items []string
		for ; n >= last; n-- {
			items = append(items, fmt.Sprintf(`{"id":%d,"t":"post %d"}`, n, n))
		}
		return `{"items":[` + strings.Join(items, ",") + `]` + rest + `}`
	}
	site := &pages{bodies: map[string]string{"https://api.example/q?page=0": list(2, 1, "")}}
	c := crawlerOf(t, "json: https://api.example/q?page={page}\nlist: .items[]\nfields: {id: .id, text: .t}\nbackoff: .backoff\npager: {by: page, more: .more}", site)
	first := mustPoll(t, c, "")
	site.bodies["https://api.example/q?page=0"] = list(6, 5, `,"backoff":30,"more":true`)
	site.bodies["https://api.example/q?page=1"] = list(4, 3, `,"more":true`)
	second := mustPoll(t, c, first.Next)
	site.bodies["https://api.example/q?page=0"] = list(6, 5, `,"more":true`)
	at := strings.Index(string(second.Next), `"wait":"`)
	third := mustPoll(t, c, second.Next[:at]+`"wait":"2001-01-01T00:00:00Z"}`)
	got := map[string]bool{}
	for _, p := range slices.Concat(second.Posts, third.Posts) {
		got[p.Text] = true
	}
	if len(got) != 4 {
		t.Errorf("got %v, want posts 3 to 6", got)
	}
}

func TestJSONSaysWhatFails(t *testing.T) {
	tests := []struct {
		body, want string
		blocked    bool
	}{
		{`{"error":{"error_code":6,"error_msg":"Too many requests"}}`, "the site says: Too many requests", false},
		{`{"closed":"captcha needed"}`, "cannot be read: captcha needed", true},
		{`<html>Just a page</html>`, "a web page, not JSON", false},
		{`{"items":[`, "cut off or no JSON", false},
		{`{"items":7}`, "list finds nothing", false},
	}
	for _, test := range tests {
		site := &pages{bodies: map[string]string{"https://api.example/q": test.body}}
		c := crawlerOf(t, "json: https://api.example/q\nlist: .items[]\nfields: {id: .id}\nfails: .error.error_msg\nclosed: .closed", site)
		_, err := c.Poll(t.Context(), "")
		if err == nil || !strings.Contains(err.Error(), test.want) || crawlers.ClassifyError(err).Blocked != test.blocked {
			t.Errorf("%s: error %v, want %q", test.body, err, test.want)
		}
	}
}

func TestClassifyError(t *testing.T) {
	wrap := func(err error) error { return fmt.Errorf("page: %w", err) }
	tests := []struct {
		err  error
		want crawlers.Failure
	}{
		{errors.New("broken"), crawlers.Failure{}},
		{wrap(&fetch.BlockedError{Status: 403}), crawlers.Failure{Blocked: true}},
		{wrap(fetch.ErrRobots), crawlers.Failure{Blocked: true}},
		{wrap(&fetch.StatusError{Status: 410}), crawlers.Failure{Blocked: true, Gone: true}},
		{wrap(&fetch.RetryError{After: time.Minute}), crawlers.Failure{RetryAfter: time.Minute}},
		{wrap(&fetch.StatusError{Status: 500, RetryAfter: time.Second}), crawlers.Failure{RetryAfter: time.Second}},
	}
	for _, test := range tests {
		if got := crawlers.ClassifyError(test.err); got != test.want {
			t.Errorf("ClassifyError(%v) = %+v, want %+v", test.err, got, test.want)
		}
	}
}

func TestCursorOfAnotherVersion(t *testing.T) {
	site := &pages{bodies: map[string]string{"https://r.example/list": reviewList(3, 1, "")}}
	c := crawlerOf(t, reviewBlock, site)
	for _, cursor := range []crawlers.Cursor{"garbage", `{"seen":"!!!"}`, `{"seen":7}`, "[]"} {
		if batch := mustPoll(t, c, cursor); len(batch.Posts) != 3 {
			t.Errorf("cursor %q: %d posts, want all", cursor, len(batch.Posts))
		}
	}
}

// TestManyPosts makes sure that a source with more posts than a cursor remembers
// is still not read to its end, nor returned again, at every poll.
func TestManyPosts(t *testing.T) {
	asked := 0
	c := crawlerOf(t, "json: \"https://api.example/posts?page=1{&x=cursor}\"\nlist: .posts[]\nfields: {id: .id, url: .url, time: .at, text: .text}\npager: {by: cursor, next: .next, pages: 10}",
		fetcherFunc(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
			asked++
			from := 0
			if i := strings.Index(r.URL, "x="); i >= 0 {
				from, _ = strconv.Atoi(r.URL[i+2:])
			}
			var posts []string
			for n := from; n < from+100; n++ {
				at := driverNow.Add(-time.Duration(n) * time.Minute).Format(time.RFC3339)
				posts = append(posts, fmt.Sprintf(`{"id":%d,"url":"https://api.example/%d","at":%q,"text":"post %d"}`, n, n, at, n))
			}
			body := fmt.Sprintf(`{"posts":[%s],"next":"%d"}`, strings.Join(posts, ","), from+100)
			return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(body), At: driverNow}, nil
		}))
	first, err := c.Poll(t.Context(), "")
	if err != nil || len(first.Posts) != 1000 || asked != 10 {
		t.Fatalf("%d posts by %d requests, %v", len(first.Posts), asked, err)
	}
	again, err := c.Poll(t.Context(), first.Next)
	if err != nil || len(again.Posts) != 0 || asked != 11 {
		t.Errorf("then %d posts by %d more requests, %v", len(again.Posts), asked-10, err)
	}
}
