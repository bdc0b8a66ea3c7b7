package page_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/mention"
)

// TestDatesReadLate: a post whose date earlier versions could not read keeps the id that it had without one.
func TestDatesReadLate(t *testing.T) {
	read := func(date string) string {
		site := &rig.Pages{Bodies: map[string]string{"https://shop.example/help": `<script type="application/ld+json">{"@type":"Review","author":"Olha","reviewBody":"They keep my money","datePublished":"` + date + `"}</script>`}}
		posts := rig.Poll(t, rig.Crawler(t, "page: https://shop.example/help", site), "").Posts
		if len(posts) != 1 || posts[0].Published.IsZero() != (date == "") {
			t.Fatalf("%q: %+v", date, posts)
		}
		return posts[0].ID
	}
	undated := read("")
	for _, date := range []string{"2025-9-4 8:5:7", "4.9.2025 8:5", "4. 9. 2025", "the day before yesterday, 16:50", "вчера в 8:05 вечера", "4 сентября в 9 вечера",
		"від 4 вересня", "/Date(1756972807000)/", "вчера в 8.05", "5 min ·"} {
		if id := read(date); id != undated {
			t.Errorf("%q makes it another post", date)
		}
	}
	for _, date := range []string{"2025-09-04 08:05:07", "4.9.2025 8:05"} {
		if id := read(date); id == undated {
			t.Errorf("%q was read before, and is not its name any more", date)
		}
	}
	for _, date := range []string{"4.9.2025 8:05 вечера", "4.9.2025 8:05 следобед", "4.9.2025 8:05\u00a0вечера", "4.9.2025 8:05вечера", "4.9.2025 в 8:05 (вечера)"} {
		if id := read(date); id != read("4.9.2025 8:05") {
			t.Errorf("%q makes it another post", date)
		}
	}
	for _, date := range []string{"4.9.2025 14:05 МСК+2", "4.9.2025 14:05 (МСК +2)"} {
		if read(date) != read("4.9.2025 14:05 +02:00") {
			t.Errorf("%q: another zone makes it another post", date)
		}
	}
}

// TestEmojiStars: stars put by hand are a rating, and a post that was named when they were none keeps its name.
func TestEmojiStars(t *testing.T) {
	read := func(stars string) mention.Post {
		site := &rig.Pages{Bodies: map[string]string{"https://shop.example/help": `<div class="r"><b>Olha</b><i>` + stars + `</i><p>Cold</p></div>`}}
		posts := rig.Poll(t, rig.Crawler(t, "page: https://shop.example/help\nselect: {item: .r, author: b, rating: i, text: p}", site), "").Posts
		if len(posts) != 1 {
			t.Fatalf("%q: %+v", stars, posts)
		}
		return posts[0]
	}
	for stars, want := range map[string]float64{"⭐": 1, "⭐️⭐️": 2, "⭐⭐⭐☆☆": 3, "🌟🌟 ✩✩✩": 2, "⭐⭐⭐⭐⭐": 5} {
		p := read(stars)
		if p.Rating == nil || *p.Rating != (mention.Rating{Value: want, Best: 5}) {
			t.Errorf("%s: %v, want %v of 5", stars, p.Rating, want)
		}
		if p.ID != read("").ID {
			t.Errorf("%s makes it another post", stars)
		}
	}
	if p := read("★★"); p.ID == read("").ID {
		t.Error("signs were read before, and are not its name any more")
	}
}

// TestWordsReadLate: a post keeps the id that it had when only the first of its texts and ratings was read, and those as they were escaped.
func TestWordsReadLate(t *testing.T) {
	read := func(rest string) string {
		site := &rig.Pages{Bodies: map[string]string{"https://shop.example/help": `<script type="application/ld+json">{"@type":"Review","author":"Olha",` + rest + `}</script>`}}
		posts := rig.Poll(t, rig.Crawler(t, "page: https://shop.example/help", site), "").Posts
		if len(posts) != 1 {
			t.Fatalf("%q: %+v", rest, posts)
		}
		return posts[0].ID
	}
	for now, before := range map[string]string{
		`"reviewBody":["They keep my money","for three weeks"]`:                                          `"reviewBody":"They keep my money"`,
		`"reviewBody":"The &amp;quot;best&amp;quot; shop"`:                                               `"reviewBody":"The quot best quot shop"`,
		`"reviewBody":"Cold","reviewRating":[{"reviewAspect":"Food","ratingValue":4},{"ratingValue":1}]`: `"reviewBody":"Cold","reviewRating":4`,
		`"reviewRating":1,"negativeNotes":"They keep my money"`:                                          `"reviewRating":1`,
		`"reviewBody":"Cold","reviewRating":1,"cons":["Rude","Late"]`:                                    `"reviewBody":"Cold","reviewRating":1`,
	} {
		if got, want := read(now), read(before); got != want {
			t.Errorf("%s is %s, and was %s", now, got, want)
		}
	}
}

// TestAnsweredReviewsReadAnew: a review without a date that got another name, for its answer was a part of it, is no
// news at the first poll after an upgrade, nor is the answer, and one beside it is.
func TestAnsweredReviewsReadAnew(t *testing.T) {
	const answered = `<div class="r"><p>They keep my money</p><div class="owner reply"><p>We are sorry</p></div></div>`
	site := &rig.Pages{Bodies: map[string]string{"https://r.example/list": `<div class="r"><p>All good</p></div>`}}
	c := rig.Crawler(t, reviewBlock, site)
	first := rig.Poll(t, c, "")
	site.Bodies["https://r.example/list"] += answered + `<div class="r"><p>They lost it</p></div>`
	got := rig.Poll(t, c, crawlers.Cursor(strings.Replace(string(first.Next), `"rules":2`, `"rules":1`, 1)))
	if len(got.Posts) != 3 || !slices.Equal(got.Past, []string{got.Posts[0].ID, got.Posts[0].ID + "#answer"}) || got.Posts[0].Text != "They keep my money" || got.Posts[2].Text != "We are sorry" {
		t.Errorf("of the past are %q of %+v", got.Past, got.Posts)
	}
}

// TestReadByOtherRules: the first poll after an upgrade says so, once, where any words are other ones now, and those of
// a new source never do.
func TestReadByOtherRules(t *testing.T) {
	for _, other := range []string{"",
		`<script type="application/ld+json">{"@type":"Review","author":"Olha","reviewBody":["They keep my money","for three weeks"]}</script>`,
		`<script type="application/ld+json">{"@type":"Review","author":"Olha","reviewRating":[{"reviewAspect":"Food","ratingValue":4},{"ratingValue":1}]}</script>`,
		`<div class="r"><p>They keep my money</p><div class="owner reply"><p>We are sorry</p></div></div>`,
		`<div class="r"><p>They keep my money</p><div class="answer"><b>Ответ компании</b><p>We are sorry</p></div></div>`,
		`<div itemscope itemtype="https://schema.org/Review"><div itemprop="reviewBody">They keep my money<div class="owner-reply">We are sorry</div></div></div>`,
	} {
		site := &rig.Pages{Bodies: map[string]string{"https://r.example/list": reviewList(9, 7, "") + other}}
		c := rig.Crawler(t, reviewBlock, site)
		first := rig.Poll(t, c, "")
		site.Bodies["https://r.example/list"] = reviewList(10, 8, "") + other
		upgraded := rig.Poll(t, c, crawlers.Cursor(strings.Replace(string(first.Next), `"rules":2`, `"rules":1`, 1)))
		site.Bodies["https://r.example/list"] = reviewList(11, 9, "") + other
		if next := rig.Poll(t, c, upgraded.Next); first.Anew || upgraded.Anew != (other != "") || next.Anew {
			t.Errorf("%s read anew: %v, %v, %v", other, first.Anew, upgraded.Anew, next.Anew)
		}
	}
}

// TestTextsBesideMarkup: a review whose JSON-LD has more parts than the page shows is one, and is named by what was read of both at first.
func TestTextsBesideMarkup(t *testing.T) {
	read := func(body, shown string) []mention.Post {
		site := &rig.Pages{Bodies: map[string]string{"https://shop.example/help": `<script type="application/ld+json">{"@type":"Review","author":"Olha","reviewBody":` + body + `}</script>
			<div itemscope itemtype="https://schema.org/Review"><b itemprop="author">Olha</b><p itemprop="reviewBody">` + shown + `</p></div>`}}
		return rig.Poll(t, rig.Crawler(t, "page: https://shop.example/help", site), "").Posts
	}
	const first, second, rest = "They keep my money and do not answer the phone at all", "Second: the courier was rude, too, and left", ", as ever"
	for _, shown := range []string{first, first + rest} {
		before, now := read(`"`+first+`"`, shown), read(`["`+first+`","`+second+`"]`, shown)
		if len(before) != 1 || len(now) != 1 || now[0].ID != before[0].ID || !strings.Contains(now[0].Text, second) {
			t.Errorf("%q: %+v, and was %+v", shown, now, before)
		}
	}
	for said, want := range map[string]string{
		`["They keep it","They keep it","for weeks"]`:        "They keep it\nfor weeks",
		`"Under &lt;3 days &amp;quot;or less&amp;quot;\nNo"`: "Under <3 days \"or less\"\nNo",
	} {
		if posts := read(said, ""); len(posts) != 1 || posts[0].Text != want {
			t.Errorf("%s: %+v, want %q", said, posts, want)
		}
	}
}
