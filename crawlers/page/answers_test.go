package page_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
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
		posts := reviewsOf(rig.Poll(t, rig.Crawler(t, "page: https://shop.example/help\nselect: {item: .r, author: .n, text: .t}", site), "").Posts)
		if len(posts) != 1 || strings.Contains(posts[0].Text, words) != (whose == "the customer's") {
			t.Errorf("%q is %s: %+v", class, whose, posts)
		}
	}
}

// reviewsOf are posts without the company's answers below them.
func reviewsOf(posts []mention.Post) []mention.Post {
	return slices.DeleteFunc(slices.Clone(posts), mention.Post.OwnersAnswer)
}

// TestAnswersWithAHeading: what the page calls an answer is the company's where its heading says so, in each language.
// Who writes of an answer answers nobody.
func TestAnswersWithAHeading(t *testing.T) {
	const mine = "They keep my money"
	for answer, whose := range map[string]string{
		`<div class="answer"><b>Response from the owner</b> Call us</div>`:                             "the company's",
		`<div class="reviews__answer"><p><i>Ответ компании «Ромашка»</i></p><p>Call us</p></div>`:      "the company's",
		`<div class="comment-reply">Відповідь магазину: Call us</div>`:                                 "the company's",
		`<div class="ReviewItem_answer__x7Yz"><span>— Отговор от Ромашка, 28.11</span>Call us</div>`:   "the company's",
		`<div class="otvet"><img src="/logo.png"><b>Официальный ответ</b><div>Call us</div></div>`:     "the company's",
		`<div class="answer">Ответ компании пришёл через неделю: Call us</div>`:                        "the customer's",
		`<div class="answer"><b>Ответ от магазина, 28 ноября</b> Call us</div>`:                        "the company's",
		`<div class="answer"><b>Відповідь представника компанії Ромашка</b> Call us</div>`:             "the company's",
		`<div class="answer">Ответ магазина ждала неделю. Call us</div>`:                               "the customer's",
		`<div class="answer"><p>Ответ банка — отказ. Call us</p></div>`:                                "the customer's",
		`<div class="answer"><p>Відповідь підтримки? Її немає. Call us</p></div>`:                      "the customer's",
		`<div class="answer"><p>Response from the company... none. Call us</p></div>`:                  "the customer's",
		`<div class="answer"><b>Ответ компании — Ромашка, 28 ноября</b> Call us</div>`:                 "the company's",
		`<div class="comment">Відповідь магазину: Call us</div>`:                                       "the customer's",
		`<div class="answer"><b>Плюсы</b> Call us</div>`:                                               "the customer's",
		`<div class="answer"><b>Ответственности никакой</b> Call us</div>`:                             "the customer's",
		`<div class="answer">` + strings.Repeat("<i></i>", 60) + `<b>Official reply</b> Call us</div>`: "the customer's",
	} {
		page := `<div class="r"><b class="n">Olha</b><div class="t">` + mine + answer + `</div></div>`
		site := &rig.Pages{Bodies: map[string]string{"https://shop.example/help": page}}
		posts := reviewsOf(rig.Poll(t, rig.Crawler(t, "page: https://shop.example/help\nselect: {item: .r, author: .n, text: .t}", site), "").Posts)
		if len(posts) != 1 || !strings.HasPrefix(posts[0].Text, mine) || strings.Contains(posts[0].Text, "Call us") != (whose == "the customer's") {
			t.Errorf("%s is %s: %+v", answer, whose, posts)
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
