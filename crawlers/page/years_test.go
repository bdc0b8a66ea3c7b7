package page_test

import (
	"context"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// book is a list of reviews over time: whichever way it goes, whatever stands above it, and however the site answers.
type book struct {
	rand    *rand.Rand
	now     time.Time
	written []time.Time // of review 0, 1 …
	size    int         // of a page
	asc     bool        // the oldest first
	chat    bool        // the newest of a page stand below, as in a messenger
	pinned  bool        // the first review stands above each page
	days    bool        // dates are days
	trouble bool        // answers fail, or break off
}

const bookAddress = "https://r.example/list"

func (b *book) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	if b.trouble && b.rand.Intn(5) == 0 {
		return nil, []error{&fetch.StatusError{Status: 500, URL: r.URL}, &fetch.RetryError{Status: 429, URL: r.URL}, &fetch.RetryError{URL: r.URL, After: time.Minute}}[b.rand.Intn(3)]
	}
	page := 1
	_, _ = fmt.Sscanf(r.URL, bookAddress+"?p=%d", &page)
	body := b.page(page)
	if body == "" {
		return nil, &fetch.StatusError{Status: 404, URL: r.URL}
	}
	site := rig.Pages{Bodies: map[string]string{r.URL: body}}
	if b.trouble && b.rand.Intn(8) == 0 { // it breaks off inside a tag
		ends := strings.Split(body, "<div")
		site.Bodies[r.URL] = strings.Join(ends[:1+b.rand.Intn(len(ends)-1)], "<div") + "<div cla"
	}
	return site.Do(context.Background(), r)
}

func (b *book) page(page int) string {
	var list []int
	for i := range b.written {
		list = append(list, i)
	}
	if !b.asc {
		slices.Reverse(list)
	}
	if (page-1)*b.size >= len(list) {
		return ""
	}
	rest := list[(page-1)*b.size:]
	shown := slices.Clone(rest[:min(b.size, len(rest))])
	if b.chat {
		slices.Reverse(shown)
	}
	if b.pinned {
		shown = append([]int{0}, shown...)
	}
	var html strings.Builder
	for _, i := range shown {
		date := b.written[i].Format("2006-01-02 15:04")
		if b.days {
			date = date[:len("2006-01-02")]
		}
		fmt.Fprintf(&html, `<div class="r"><b>Reader %[1]d</b><i>%[2]s</i><p>Review %[1]d: they keep my money for weeks and do not answer my letters</p></div>`, i, date)
	}
	if len(rest) > b.size {
		fmt.Fprintf(&html, `<div><a rel="next" href="/list?p=%d">more</a></div>`, page+1)
	}
	return "<html><body>" + html.String() + "</body></html>"
}

// grow lets time pass and people write.
func (b *book) grow() {
	b.now = b.now.Add(time.Duration(10+b.rand.Intn(600)) * time.Minute)
	for range b.rand.Intn(4) {
		b.written = append(b.written, b.now)
	}
}

// TestListsOverTime: of a list that grows for days, each new review comes, under one name, though some answers fail and
// some break off.
func TestListsOverTime(t *testing.T) {
	for seed := range int64(120) { // each mix of the kinds below twice
		b := &book{rand: rand.New(rand.NewSource(seed)), now: rig.Now, asc: seed%2 == 0, chat: seed%6 == 3, pinned: seed%5 == 0, days: seed%3 == 0, trouble: seed%4 > 1}
		b.size = 5 + b.rand.Intn(8)
		for i := range 3 + b.rand.Intn(25) {
			b.written = append(b.written, rig.Now.Add(time.Duration(i-40)*time.Hour))
		}
		c := rig.Crawler(t, "page: "+bookAddress+"\nselect: {item: .r, author: b, time: i, text: p}", b, func(e *crawlers.Env) { e.Now = func() time.Time { return b.now } })
		names := map[string]map[string]bool{}
		var cursor crawlers.Cursor
		poll := func() error {
			batch, err := c.Poll(t.Context(), cursor)
			for _, p := range batch.Posts {
				if names[p.Author] == nil {
					names[p.Author] = map[string]bool{}
				}
				names[p.Author][p.ID] = true
			}
			if err == nil {
				cursor = batch.Next
			}
			return err
		}
		for poll() != nil {
		}
		old := len(b.written)
		for range 20 {
			_ = poll() // as the site lets it
			b.grow()
		}
		b.trouble = false
		for range 4 { // a list that was lost sight of is read from its beginning on, five pages a poll
			if err := poll(); err != nil {
				t.Fatal(err)
			}
		}
		for i := old; i < len(b.written); i++ {
			if names[fmt.Sprint("Reader ", i)] == nil {
				t.Errorf("%d: of %d reviews, %d a page, ascending %v, pinned %v, by days %v, number %d did not come", seed, len(b.written), b.size, b.asc, b.pinned, b.days, i)
			}
		}
		for who, ids := range names {
			if len(ids) > 1 {
				t.Errorf("%d: %s has the names %v", seed, who, ids)
			}
		}
	}
}

// TestPagesOfOneDay: where all that was written is of one day, the dates tell no way, and the new reviews come on a page
// behind, while the first one stays as it is.
func TestPagesOfOneDay(t *testing.T) {
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	b := &book{rand: rand.New(rand.NewSource(1)), now: rig.Now, size: 3, asc: true, days: true, written: []time.Time{at.AddDate(0, 0, -1), at, at}}
	c := rig.Crawler(t, "page: "+bookAddress+"\nselect: {item: .r, author: b, time: i, text: p}", b)
	since := rig.Poll(t, c, "").Next
	for i := range 9 {
		b.written = append(b.written, at)
		batch := rig.Poll(t, c, since)
		if since = batch.Next; !slices.ContainsFunc(batch.Posts, func(p mention.Post) bool { return p.Author == fmt.Sprint("Reader ", i+3) }) {
			t.Errorf("review %d did not come", i+3)
		}
	}
}
