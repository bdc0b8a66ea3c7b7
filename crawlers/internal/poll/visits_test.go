package poll

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func linksOf(t testing.TB, page string, visits map[string]string) Links {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return PageLinks(doc, &url.URL{Scheme: "https", Host: "board.example", Path: "/"}, visits)
}

func TestPageLinks(t *testing.T) {
	const visit, old = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
	tests := []struct{ name, page, ref, want string }{
		{"the visit of all links", `<a href="/t?id=1&amp;sid=` + visit + `">1</a><a href="/t?id=2&amp;sid=` + visit + `">2</a>`, "/t?id=2&sid=" + visit, "https://board.example/t?id=2"},
		{"with a link of another day among them", `<a href="/t?id=1&amp;sid=` + visit + `">1</a><a href="/t?id=2&amp;sid=` + visit + `">2</a><a href="/t?id=2&amp;sid=` + old + `">2</a>`, "/t?id=2&sid=" + visit, "https://board.example/t?id=2"},
		{"that link stays another one", `<a href="/t?id=1&amp;sid=` + visit + `">1</a><a href="/t?id=2&amp;sid=` + visit + `">2</a><a href="/t?id=2&amp;sid=` + old + `">2</a>`, "/t?id=2&sid=" + old, "https://board.example/t?id=2&sid=" + old},
		{"a thing that is linked to many times", `<a href="/t?sid=` + visit + `">1</a><a href="/t?sid=` + visit + `#last">1</a><a href="/t?sid=` + visit + `">1</a><a href="/t?sid=` + old + `">2</a>`, "/t?sid=" + visit, "https://board.example/t?sid=" + visit},
		{"another site's visits are its own", `<a href="https://shop.example/a?zenid=1">1</a><a href="https://shop.example/a?zenid=2">2</a>`, "/t?zenid=3", "https://board.example/t"},
	}
	for _, test := range tests {
		if got := linksOf(t, test.page, nil).Resolve(test.ref); got != test.want {
			t.Errorf("%s: %s became %s, want %s", test.name, test.ref, got, test.want)
		}
	}
}

// What has the same value at the next poll names no visit: the links get it back, the
// names of things stay.
func TestPageLinksSameAtTheNextPoll(t *testing.T) {
	page := func(value string) string {
		return `<a href="/r/1?sessionid=` + value + `">1</a><a href="/r/2?sessionid=` + value + `">2</a>`
	}
	first := linksOf(t, page("shop-77"), nil)
	for value, want := range map[string]string{"shop-77": "https://board.example/r/1?sessionid=shop-77#c5", "shop-78": "https://board.example/r/1#c5"} {
		next := linksOf(t, page(value), first.Seen)
		bare := next.Resolve("/r/1?sessionid=" + value + "#c5")
		if bare != "https://board.example/r/1#c5" {
			t.Errorf("the name of a thing changed to %s", bare)
		}
		if got := next.Written(bare); got != want {
			t.Errorf("%s: the link is %s, want %s", value, got, want)
		}
	}
}

// Links of one page that differ in more than the page's one visit stay apart.
func FuzzPageLinks(f *testing.F) {
	f.Add("phpsessid", "1", "2", "3")
	f.Add("sid", "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef", "x")
	f.Add("s", "0123456789abcdef0", "0123456789abcdef1", "")
	f.Fuzz(func(t *testing.T, name, a, b, c string) {
		var page strings.Builder
		refs := map[string]string{}
		for i, v := range []string{a, b, c} {
			ref := "https://board.example/t?" + url.QueryEscape(name) + "=" + url.QueryEscape(v)
			refs[v] = ref
			fmt.Fprintf(&page, `<a href="%s">%d</a>`, html.EscapeString(ref), i)
		}
		if len(refs) < 3 {
			return
		}
		l := linksOf(t, page.String(), nil)
		cleaned := map[string]string{}
		for v, ref := range refs {
			u := l.Resolve(ref)
			if other, twice := cleaned[u]; twice && sessionParam(strings.ToLower(url.QueryEscape(name)), url.QueryEscape(v)) {
				t.Errorf("%s and %s became %s", ref, other, u)
			}
			cleaned[u] = ref
		}
	})
}
