package jsonapi_test

import (
	"testing"

	"github.com/earshot/earshot/crawlers/internal/rig"
)

// TestJSONTexts: a text that is plain keeps what looks like HTML in it, Markdown the words that its author
// hides, and neither is the word of an author where there is none.
func TestJSONTexts(t *testing.T) {
	for name, test := range map[string]struct{ options, item, want string }{
		"plain":   {"plain: true\n", `"t":"if a<b && c>d\n<script>say</script> it's 5 &lt; 6"`, "if a<b && c>d\n<script>say</script> it's 5 < 6"},
		"HTML":    {"", `"t":"<p>if a</p>b"`, "if a\nb"},
		"spoiler": {"markdown: true\n", `"t":">!they lie!<\n> they do not\n~~~\ncode\n~~~\nsee >!here!<"`, "they lie\nsee here"},
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
