package page_test

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/testkit"
)

// TestAnswersInAnItem: the company's answer is left out of a review, and what the customer says of its service is not.
func TestAnswersInAnItem(t *testing.T) {
	const words = "They keep my money"
	for class, whose := range map[string]string{
		"reply official": "the company's", "support answer": "the company's", "shop-comment": "the company's", "owner reply": "the company's",
		"service comment": "the customer's", "shop comment": "the customer's",
	} {
		page := `<div class="r"><b class="n">Olha</b><div class="t"><p class="food comment">The food was fine</p><div class="` + class + `"><p>` + words + `</p></div></div></div>`
		site := &rig.Pages{Bodies: map[string]string{"https://shop.example/help": page}}
		posts := rig.Poll(t, rig.Crawler(t, "page: https://shop.example/help\nselect: {item: .r, author: .n, text: .t}", site), "").Posts
		if len(posts) != 1 || strings.Contains(posts[0].Text, words) != (whose == "the customer's") {
			t.Errorf("%q is %s: %+v", class, whose, posts)
		}
	}
}

// TestOrderThatThePageShows: what people see tells the order of days and months before what machines are told.
func TestOrderThatThePageShows(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{"https://shop.example/help": `<script type="application/ld+json">{"@type":"Offer","priceValidUntil":"12/31/2026","validFrom":"12/30/2025"}</script>
		<div class="r"><b>Olha</b><i>07/08/2025</i><p>They keep my money</p></div><div class="r"><b>Ira</b><i>23/08/2025</i><p>Same here</p></div>`}}
	for _, p := range rig.Poll(t, rig.Crawler(t, "page: https://shop.example/help\nselect: {item: .r, author: b, time: i, text: p}", site), "").Posts {
		if p.Published.Month() != 8 {
			t.Errorf("%s wrote in %v", p.Author, p.Published)
		}
	}
}

// TestManyWordsBelowLongClasses: which of many elements stand in an answer is asked of each one around them once.
func TestManyWordsBelowLongClasses(t *testing.T) {
	testkit.Linear(t, "words below long classes", 500, func(n int) {
		const deep = 20
		page := `<div class="r"><b class="n">Olha</b>` + strings.Repeat(`<div class="`+strings.Repeat("shop ", n/10)+`">`, deep) + strings.Repeat(`<p class="t">Bad</p>`, n) + strings.Repeat(`</div>`, deep) + `</div>`
		site := &rig.Pages{Bodies: map[string]string{"https://shop.example/help": page}}
		rig.Poll(t, rig.Crawler(t, "page: https://shop.example/help\nselect: {item: .r, author: .n, text: .t}", site), "")
	})
}
