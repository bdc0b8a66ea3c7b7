package page_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
)

// redirects are addresses of a site that lead to others.
type redirects struct {
	site *rig.Pages
	to   map[string]string
}

func (r redirects) Do(ctx context.Context, q fetch.Request) (*fetch.Response, error) {
	if to, ok := r.to[q.URL]; ok {
		q.URL = to
	}
	return r.site.Do(ctx, q)
}

// TestPageThatLeadsToTheStartPage: a company's page that was taken down leads to the site's start
// page or its list of companies, where the newest reviews of others stand. They are not ours.
func TestPageThatLeadsToTheStartPage(t *testing.T) {
	const asked = "https://r.example/banks/romashka"
	for name, test := range map[string]struct {
		first, to string // where the address leads at first and later
		shows     string // what stands there then
		ours      bool
	}{
		"the start page":                {"", "https://r.example/", reviewList(30, 24, ""), false},
		"a list above":                  {"", "https://r.example/banks/", reviewList(30, 24, ""), false},
		"of the new domain":             {"", "https://new.example/", reviewList(30, 24, ""), false},
		"with reviews that are known":   {"", "https://r.example/", reviewList(10, 5, ""), true},
		"one of ours among others":      {"", "https://r.example/", reviewList(16, 9, ""), false},
		"another page of the company":   {"", "https://r.example/banks/romashka/reviews", reviewList(30, 24, ""), true},
		"as it led from the first poll": {"https://r.example/", "https://r.example/", reviewList(30, 24, ""), true},
		"nothing":                       {"", "https://r.example/", "<html><body>Welcome</body></html>", true}, // an empty page has words of its own
	} {
		t.Run(name, func(t *testing.T) {
			site := &rig.Pages{Bodies: map[string]string{asked: reviewList(9, 3, ""), test.first: reviewList(9, 3, "")}}
			to := map[string]string{}
			c := rig.Crawler(t, strings.Replace(reviewBlock, "https://r.example/list", asked, 1), redirects{site, to})
			if test.first != "" {
				to[asked] = test.first
			}
			first := rig.Poll(t, c, "")
			to[asked], site.Bodies[test.to] = test.to, test.shows
			got, err := c.Poll(t.Context(), first.Next)
			if (err == nil) != test.ours || err != nil && len(got.Posts) > 0 {
				t.Fatalf("%d posts, %v", len(got.Posts), err)
			}
			if word, _ := crawlers.Reason(err); err != nil && word != "changed" {
				t.Errorf("%v: the word for it is %q", err, word)
			}
			delete(to, asked) // back after the repairs
			site.Bodies[asked] = reviewList(11, 5, "")
			if again := rig.Poll(t, c, first.Next); len(again.Posts) != 2 {
				t.Errorf("back again: %d posts, want 10 and 11", len(again.Posts))
			}
		})
	}
}

// oldestFirst is a list of comments of ten a page, the newest on the last one.
type oldestFirst struct {
	n, chat int // chat: the pages go back in time, as a messenger shows them
	asked   []string
	falling bool             // the newest of a page stands above
	endless bool             // there is a page after the last one: it once more
	fails   map[string]error // addresses that cannot be read
}

func (o *oldestFirst) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	o.asked = append(o.asked, r.URL)
	if err := o.fails[r.URL]; err != nil {
		return nil, err
	}
	page := 1
	_, _ = fmt.Sscanf(r.URL, "https://r.example/list?p=%d", &page)
	next := page + 1
	if o.endless {
		page = min(page, (o.n+9)/10)
	}
	var b strings.Builder
	b.WriteString("<html><body>")
	from, to, last := (page-1)*10+1, min(page*10, o.n), page*10 >= o.n
	if o.chat > 0 {
		from, to, last = max(o.n-page*10+1, 1), o.n-(page-1)*10, page*10 >= o.n
	}
	for k := from; k <= to; k++ {
		i := k
		if o.falling {
			i = from + to - k
		}
		at := rig.Now.Add(time.Duration(i-74) * 4 * time.Hour)
		fmt.Fprintf(&b, `<div class=r><a class=l href=/r/%d>x</a><time datetime=%s></time><p>comment %d</p></div>`, i, at.Format(time.RFC3339), i)
	}
	if !last || o.endless {
		fmt.Fprintf(&b, `<a class=next href="/list?p=%d">on</a>`, next)
	}
	site := &rig.Pages{Bodies: map[string]string{r.URL: b.String()}}
	return site.Do(context.Background(), r)
}

// TestPageThatShowsTheOldestFirst: new comments stand at the end of the last page, and that is where
// they are read. What stood between the pages of the first poll and the end is no news.
func TestPageThatShowsTheOldestFirst(t *testing.T) {
	site := &oldestFirst{n: 73}
	c := rig.Crawler(t, reviewBlock, site)
	batch := rig.Poll(t, c, "")
	if len(batch.Posts) != 50 {
		t.Fatalf("first poll: %d posts", len(batch.Posts))
	}
	batch = rig.Poll(t, c, batch.Next)
	if len(batch.Posts) != 23 || len(batch.Past) != 23 {
		t.Fatalf("on to the end: %d posts, %d of them of the past", len(batch.Posts), len(batch.Past))
	}
	for _, more := range []int{1, 8, 0, 3} {
		site.n, site.asked = site.n+more, nil
		batch = rig.Poll(t, c, batch.Next)
		if len(batch.Posts) != more || len(batch.Past) != 0 || len(site.asked) > 3 {
			t.Errorf("%d more: %d posts, %d of them of the past, of %q", more, len(batch.Posts), len(batch.Past), site.asked)
		}
	}
	site.n = 75 // ten were deleted, and the last page with them
	gone := rig.Poll(t, c, batch.Next)
	site.n = 76
	if again := rig.Poll(t, c, gone.Next); len(again.Posts) == 0 || again.Posts[len(again.Posts)-1].Text != "comment 76" {
		t.Errorf("after the last page went: %d posts", len(again.Posts))
	}
}

// TestPageThatWasReadAtItsBeginning: an earlier earshot stayed on the first page of such a list.
func TestPageThatWasReadAtItsBeginning(t *testing.T) {
	site := &oldestFirst{n: 73}
	c := rig.Crawler(t, reviewBlock, site)
	first := rig.Poll(t, c, "")
	var b strings.Builder // without what only this earshot stores
	for part := range strings.SplitSeq(strings.Trim(string(first.Next), "{}"), ",") {
		if !strings.HasPrefix(part, `"since`) && !strings.HasPrefix(part, `"last`) && !strings.HasPrefix(part, `"behind`) && !strings.HasPrefix(part, `"way`) && !strings.HasPrefix(part, `"at`) {
			b.WriteString("," + part)
		}
	}
	batch := rig.Poll(t, c, crawlers.Cursor("{"+strings.TrimPrefix(b.String(), ",")+"}"))
	batch = rig.Poll(t, c, batch.Next)
	site.n = 74
	if batch = rig.Poll(t, c, batch.Next); len(batch.Posts) != 1 || len(batch.Past) != 0 {
		t.Errorf("%d posts, %d of them of the past", len(batch.Posts), len(batch.Past))
	}
}

// TestChatIsNoListOfTheOldestFirst: a channel shows the oldest of a page above, and leads to the
// messages before. Its newest page is the first.
func TestChatIsNoListOfTheOldestFirst(t *testing.T) {
	site := &oldestFirst{n: 73, chat: 1}
	c := rig.Crawler(t, reviewBlock, site)
	first := rig.Poll(t, c, "")
	site.n, site.asked = 75, nil
	if second := rig.Poll(t, c, first.Next); len(second.Posts) != 2 || len(site.asked) != 1 {
		t.Errorf("%d posts of %q", len(second.Posts), site.asked)
	}
}

// TestGapOfAPlace: a place of which nothing was known says so, where it is read in order and in whole.
func TestGapOfAPlace(t *testing.T) {
	items := func(n, last int) string {
		var b strings.Builder
		for i := n; i >= last; i-- {
			fmt.Fprintf(&b, `{"id":%d,"t":"post %d"},`, i, i)
		}
		return `{"items":[` + strings.TrimSuffix(b.String(), ",") + `]}`
	}
	rss := func(n, last int) string {
		var b strings.Builder
		for i := n; i >= last; i-- {
			fmt.Fprintf(&b, `<item><title>post %d</title><link>https://r.example/%d</link></item>`, i, i)
		}
		return `<rss version="2.0"><channel><title>n</title>` + b.String() + `</channel></rss>`
	}
	const second = "https://r.example/list?p=2"
	for name, test := range map[string]struct {
		block string
		body  func(n, last int) string
	}{
		"page": {reviewBlock + "\npages: 2", func(n, last int) string { return reviewList(n, last, "/list?p=2") }},
		"feed": {"feed: https://r.example/list", rss},
		"json": {"json: \"https://r.example/list{?p=page}\"\nlist: .items[]\nfields: {id: .id, text: .t}\npager: {by: page, from: 1, pages: 2}", items},
	} {
		t.Run(name, func(t *testing.T) {
			site := &rig.Pages{Bodies: map[string]string{}}
			show := func(n int) {
				first := test.body(n, n-2)
				site.Bodies["https://r.example/list"], site.Bodies["https://r.example/list?p=1"], site.Bodies[second] = first, first, test.body(n-3, n-5)
			}
			c := rig.Crawler(t, test.block, site)
			show(8)
			first := rig.Poll(t, c, "")
			if first.Observed.Gap {
				t.Error("the first poll has a gap")
			}
			show(10)
			near := rig.Poll(t, c, first.Next)
			show(28)
			far := rig.Poll(t, c, near.Next)
			if near.Observed.Gap || !far.Observed.Gap {
				t.Errorf("two more: a gap %v; eighteen more: a gap %v", near.Observed.Gap, far.Observed.Gap)
			}
		})
	}
}

// TestPartsOfPosts: a poll counts what the posts of a place have, those that are known as well.
func TestPartsOfPosts(t *testing.T) {
	const card = `<div class=r><b>Олена</b><a class=l href=/r/%d>x</a><time datetime=2026-11-12></time><p>review %d</p></div>`
	site := &rig.Pages{Bodies: map[string]string{"https://r.example/list": fmt.Sprintf(card+card, 2, 2, 1, 1)}}
	c := rig.Crawler(t, "page: https://r.example/list\nselect: {item: .r, author: b, link: a.l, time: time, text: p}", site)
	first := rig.Poll(t, c, "")
	if want := (crawlers.Parts{Of: 2, Author: 2, Time: 2, Text: 2}); first.Observed.Parts != want {
		t.Errorf("%+v", first.Observed.Parts)
	}
	site.Bodies["https://r.example/list"] = strings.ReplaceAll(site.Bodies["https://r.example/list"], "<b>", "<i>")
	second := rig.Poll(t, c, first.Next)
	if want := (crawlers.Parts{Of: 2, Time: 2, Text: 2}); second.Observed.Parts != want || len(second.Posts) > 0 {
		t.Errorf("%+v, %d posts", second.Observed.Parts, len(second.Posts))
	}
}

// TestOldReviewThatIsPutAbove: a site puts a review of last year above its list, or shows one more of
// them where a newer one was deleted. It is shown for the first time, and is no news.
func TestOldReviewThatIsPutAbove(t *testing.T) {
	now := rig.Now
	card := func(n int, at time.Time) string {
		return fmt.Sprintf(`<div class=r><a class=l href=/r/%d>x</a><time datetime=%s></time><p>review %d</p></div>`, n, at.Format(time.RFC3339), n)
	}
	list := card(9, now.AddDate(0, 0, -1)) + card(8, now.AddDate(0, 0, -2))
	site := &rig.Pages{Bodies: map[string]string{"https://r.example/list": list}}
	c := rig.Crawler(t, reviewBlock, site)
	first := rig.Poll(t, c, "")
	site.Bodies["https://r.example/list"] = card(3, now.AddDate(-1, 0, 0)) + card(10, now) + card(7, now.AddDate(0, 0, -3)) + list
	got := rig.Poll(t, c, first.Next)
	if len(got.Posts) != 3 || len(got.Past) != 1 || got.Past[0] != "https://r.example/r/3" {
		t.Errorf("%d posts, of the past: %q", len(got.Posts), got.Past)
	}
}

// turned is a list that a site turns about: by and by the newest stand on another page.
type turned struct{ newest, oldest *oldestFirst }

func (s *turned) Do(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	if s.oldest != nil {
		return s.oldest.Do(ctx, r)
	}
	return s.newest.Do(ctx, r)
}

// TestListThatIsTurnedAbout: a list that was read at its end shows the newest first one day. Nothing else
// would say that its last page holds nothing new for ever.
func TestListThatIsTurnedAbout(t *testing.T) {
	site := &turned{oldest: &oldestFirst{n: 33}}
	c := rig.Crawler(t, reviewBlock, site)
	batch := rig.Poll(t, c, rig.Poll(t, c, "").Next)
	site.oldest, site.newest = nil, &oldestFirst{n: 33, chat: 1}
	for _, more := range []int{1, 0, 12, 3} {
		site.newest.n += more
		batch = rig.Poll(t, c, batch.Next)
		heard := 0
		for _, p := range batch.Posts {
			var n int
			if _, err := fmt.Sscanf(p.Text, "comment %d", &n); err == nil && n > site.newest.n-more {
				heard++
			}
		}
		if heard != more {
			t.Errorf("%d of %d new ones: %d posts", heard, more, len(batch.Posts))
		}
	}
}

// TestListThatBeginsWithTheOldest: the newest stood first, and all that the first page shows now is known:
// the new ones come behind it.
func TestListThatBeginsWithTheOldest(t *testing.T) {
	site := &turned{newest: &oldestFirst{n: 23, chat: 1, falling: true}}
	c := rig.Crawler(t, reviewBlock, site)
	batch := rig.Poll(t, c, "")
	site.oldest = &oldestFirst{n: 24}
	for i := range 2 {
		if batch = rig.Poll(t, c, batch.Next); len(batch.Posts) != 1 {
			t.Errorf("%d: %d posts", i, len(batch.Posts))
		}
		site.oldest.n++
	}
}

// TestListThatShowsItsLastPageForEver: behind the end some sites show it again, with a page after it.
func TestListThatShowsItsLastPageForEver(t *testing.T) {
	site := &oldestFirst{n: 23, endless: true}
	c := rig.Crawler(t, reviewBlock, site)
	batch := rig.Poll(t, c, "")
	for _, more := range []int{0, 2, 1} {
		site.n, site.asked = site.n+more, nil
		if batch = rig.Poll(t, c, batch.Next); len(batch.Posts) != more || len(batch.Past) != 0 || len(site.asked) > 3 {
			t.Errorf("%d more: %d posts, %d of the past, of %q", more, len(batch.Posts), len(batch.Past), site.asked)
		}
	}
}

// TestPageBehindThatIsSlow: where the host wants longer pauses than a poll may take, or has trouble with
// the page behind a known one, which was only to tell the way of the list, the poll is well; and the
// next one goes on with a list that shows the oldest first.
func TestPageBehindThatIsSlow(t *testing.T) {
	slow := &fetch.RetryError{URL: "https://r.example/list?p=2", After: time.Hour}
	site := &oldestFirst{n: 73, chat: 1, fails: map[string]error{"https://r.example/list?p=2": slow}}
	c := rig.Crawler(t, reviewBlock, site)
	first := rig.Poll(t, c, "")
	for i, err := range []error{slow, &fetch.StatusError{Status: 500}} {
		site.n, site.fails["https://r.example/list?p=2"] = 74+i, err
		if first = rig.Poll(t, c, first.Next); len(first.Posts) != 1 {
			t.Errorf("%v: %d posts", err, len(first.Posts))
		}
	}
	site = &oldestFirst{n: 33, fails: map[string]error{"https://r.example/list?p=3": slow}}
	c = rig.Crawler(t, reviewBlock, site)
	batch := rig.Poll(t, c, "")
	site.fails, site.n = nil, 34
	if batch = rig.Poll(t, c, batch.Next); len(batch.Posts) != 14 || len(batch.Past) != 14 { // they stood there before
		t.Errorf("%d posts, %d of the past", len(batch.Posts), len(batch.Past))
	}
}
