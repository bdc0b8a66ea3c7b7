package jsonapi_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/testkit"
)

// TestJSONTexts: a text that is plain keeps what looks like HTML in it, Markdown the words that its author
// hides, and neither is the word of an author where there is none.
func TestJSONTexts(t *testing.T) {
	for name, test := range map[string]struct{ options, item, want string }{
		"plain":                {"plain: true\n", `"t":"if a<b && c>d\n<script>say</script> it's 5 &lt; 6"`, "if a<b && c>d\n<script>say</script> it's 5 < 6"},
		"HTML":                 {"", `"t":"<p>if a</p>b"`, "if a\nb"},
		"spoiler":              {"markdown: true\n", `"t":">!they lie!<\n> they do not\n~~~\ncode\n~~~\nsee >!here!<"`, "they lie\nsee here"},
		"a line of waves":      {"markdown: true\n", `"t":"Worst bank ever\n~~~~~~~~\nThey keep my money"`, "Worst bank ever\n~~~~~~~~\nThey keep my money"},
		"one fence in another": {"markdown: true\n", "\"t\":\"```\\n~~~\\n```\\nThey keep my money\"", "They keep my money"},
	} {
		t.Run(name, func(t *testing.T) {
			c := rig.Crawler(t, "json: https://api.example/\n"+test.options+"list: .items[]\nfields: {id: .id, text: .t}", rig.Says("", `{"items":[{"id":1,`+test.item+`}]}`))
			posts := rig.Poll(t, c, "").Posts
			if len(posts) != 1 || posts[0].Text != test.want {
				t.Errorf("got %+v, want %q", posts, test.want)
			}
		})
	}
}

// TestJSONNothingInATextWithHoles: an id, a link or a name that is put together of what is not there is none.
func TestJSONNothingInATextWithHoles(t *testing.T) {
	c := rig.Crawler(t, "json: https://api.example/posts\nlist: .items[]\n"+
		`fields: {id: '"\(.owner)_\(.id)"', url: '"https://site.example/\(.slug)" // "https://site.example/"', author: '.n', author_url: '"https://site.example/u/\(.n)"', text: .t, rating: .r}`,
		rig.Says("", `{"items":[{"id":1,"owner":9007199254740993,"slug":"a","n":"Ann","t":"one","r":0},{"id":2,"owner":2,"t":"two"},{"id":3,"t":"three"},{"id":4,"t":"four"}]}`))
	batch := rig.Poll(t, c, "")
	if len(batch.Posts) != 2 || len(batch.Observed.Notes) != 1 {
		t.Fatalf("got %+v", batch)
	}
	one, two := batch.Posts[0], batch.Posts[1]
	if one.ID != "9007199254740993_1" || one.URL != "https://site.example/a" || one.AuthorURL != "https://site.example/u/Ann" || one.Rating != nil {
		t.Errorf("got %+v", one)
	}
	if two.URL != "https://site.example/" || two.AuthorURL != "" {
		t.Errorf("got %+v", two)
	}
}

// TestJSONWordsWithAHole: words of which one part is missing are the other part; a rating says its scale.
func TestJSONWordsWithAHole(t *testing.T) {
	c := rig.Crawler(t, "json: https://api.example/posts\nlist: .items[]\n"+
		`fields: {id: .id, author: '"\(.first) \(.last)"', text: '"\(.pros)\n\(.cons)"', rating: '"\(.nps)/10"'}`,
		rig.Says("", `{"items":[{"id":1,"first":"Ann","pros":null,"cons":"They keep my money","nps":0}]}`))
	posts := rig.Poll(t, c, "").Posts
	if len(posts) != 1 || posts[0].Text != "They keep my money" || posts[0].Author != "Ann" || posts[0].Rating == nil || posts[0].Rating.Stars() > 1 {
		t.Errorf("got %+v", posts)
	}
}

// TestJSONOneOddItem: an item that the list program fails on costs itself alone, wherever it stands; an answer of
// such items alone has another form, which is said.
func TestJSONOneOddItem(t *testing.T) {
	const good, odd = `{"id":%d,"by":{"n":"Ann"},"t":"words"}`, `{"id":%d,"by":[],"t":"words"}`
	const block = "json: https://api.example/\nlist: '.users as $u | .data.items[] | .who = .by.n | .of = ($u | length)'\nfields: {id: .id, author: .who, text: .t, title: .of}"
	for name, test := range map[string]struct {
		items string
		want  int
	}{
		"first":  {odd + "," + good + "," + good, 2},
		"middle": {good + "," + odd + "," + odd + "," + good, 2},
		"last":   {good + "," + good + "," + odd, 2},
		"all":    {odd + "," + odd, 0},
		"only":   {odd, 0},
		"none":   {good + "," + good, 2},
	} {
		t.Run(name, func(t *testing.T) {
			items := test.items
			for n := 1; strings.Contains(items, "%d"); n++ {
				items = strings.Replace(items, "%d", strconv.Itoa(n), 1)
			}
			batch, err := rig.Crawler(t, block, rig.Says("", `{"users":[1,2,3,4,5],"data":{"items":[`+items+`]}}`)).Poll(t.Context(), "")
			if len(batch.Posts) != test.want || (err != nil) != (test.want == 0) {
				t.Errorf("%d posts, %v", len(batch.Posts), err)
			}
			if told := strings.Contains(strings.Join(batch.Observed.Notes, ""), "left out"); told != (err == nil && strings.Contains(items, "[]")) {
				t.Errorf("said %q", batch.Observed.Notes)
			}
			for _, p := range batch.Posts {
				if p.Title != "5" {
					t.Errorf("%s was read from a part of the answer", p.ID)
				}
			}
		})
	}
}

// TestJSONOddItemsAreLinear: trying the items of an answer one by one costs as much as there are.
func TestJSONOddItemsAreLinear(t *testing.T) {
	c := func(n int) crawlers.Crawler {
		var body strings.Builder
		body.WriteString(`{"items":[`)
		for range n {
			body.WriteString(`{"a":7},`)
		}
		body.WriteString(`{"a":{}}]`)
		for i := range n { // lists that are none of the posts
			fmt.Fprintf(&body, `,"k%d":[1,2]`, i)
		}
		body.WriteString("}")
		return rig.Crawler(t, "json: https://api.example/\nlist: .items[] | .a.b = 1\nfields: {id: .id}", rig.Says("", body.String()))
	}
	testkit.Linear(t, "items", 200, func(n int) { _, _ = c(n).Poll(t.Context(), "") })
}
