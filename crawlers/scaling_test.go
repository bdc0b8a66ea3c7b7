package crawlers_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

// hostilePages are pages of n parts that have made a walker visit a part once for
// each other one, or would, if it looked at its neighbours, parents or children
// anew for every element.
var hostilePages = map[string]func(n int) string{
	"breaks":           func(n int) string { return item("A", strings.Repeat("<br>\n", n)+"x") },
	"breaks and words": func(n int) string { return item("A", strings.Repeat("Anna wrote:<br>\n", n)+"x") },
	"comments":         func(n int) string { return item("A", strings.Repeat("<!-- --> ", n)+"x") },
	"spans":            func(n int) string { return item("A", strings.Repeat("<span></span>", n)+"x") },
	"heads":            func(n int) string { return item("A", strings.Repeat("<b>Anna wrote:</b>", n)+"x") },
	"heads and quotes": func(n int) string {
		return item("A", strings.Repeat("<p>Anna wrote:</p><blockquote>x</blockquote>", n)+"x")
	},
	"quotes only": func(n int) string { return item("A", strings.Repeat("<blockquote>x</blockquote>", n)) },
	"folds":       func(n int) string { return item("A", "short"+strings.Repeat(`<i class="more" hidden>rest</i>`, n)) },
	"buttons":     func(n int) string { return item("A", "text"+strings.Repeat(`<a href="#">Reply</a>`, n)) },
	"frames":      func(n int) string { return "<frameset>" + strings.Repeat("<div>", n) + strings.Repeat("</a>", n) },
	"unclosed":    func(n int) string { return strings.Repeat("<div><a>", n) + strings.Repeat("</span></div>", n) },
	"items": func(n int) string {
		return each(n, func(i int) string { return item(fmt.Sprint("A", i), fmt.Sprint("words of number ", i)) })
	},
	"nested items":  func(n int) string { return nest(n, `<div class="rv"><b class="nm">A</b><p class="tx">x</p>`, "</div>") },
	"things":        func(n int) string { return each(n, func(i int) string { return thing(fmt.Sprint("A", i), "", "") }) },
	"nested things": func(n int) string { return nest(n, `<div itemprop="comment" `+thing("A", "", "")[5:], "</div>") },
	"itemref": func(n int) string {
		return `<div id="a">` + strings.Repeat("<i></i>", n) + "</div>" + strings.Repeat(thing("B", ` itemref="a"`, ""), 40)
	},
	"itemref list": func(n int) string {
		return thing("A", ` itemref="`+strings.Repeat("a ", n)+`"`, "") + `<i id="a">x</i>`
	},
	"json comments": func(n int) string {
		return ld(strings.Repeat("/* x */", n) + `{"@type":"Review","reviewBody":"x","author":"a"}`)
	},
	"json commas": func(n int) string { return ld("[" + strings.Repeat(" , ", n) + "]") },
	"json reviews": func(n int) string {
		return ld("[" + strings.Repeat(`{"@type":"Review","reviewBody":"abc","author":"a"},`, n) + "{}]")
	},
	"json refs": func(n int) string {
		return ld("[" + each(n, func(i int) string {
			return fmt.Sprintf(`{"@id":"#%d","@type":"Review","reviewBody":"x%d","author":{"@type":"Person","@id":"#%d"}},`, i, i, i+1)
		}) + "{}]")
	},
	"numbered posts": func(n int) string {
		return each(n, func(i int) string {
			return fmt.Sprintf(`<div class="post" id="p%d"><a href="/user/%d">u%d</a><time datetime="2026-11-01">1</time><p>word %d of it</p></div>`, i, i, i, i)
		})
	},
	"rows without numbers": func(n int) string {
		return "<table>" + each(n, func(i int) string {
			return fmt.Sprintf(`<tr><td><b>u%d</b><td><i>20.11.2026 10:00</i><p>word %d of it</p></tr>`, i, i)
		}) + "</table>"
	},
	"rows of many looks": func(n int) string {
		return each(n, func(i int) string {
			return fmt.Sprintf(`<div class="a%c%c%c"><b>u%d</b><i>20.11.2026 10:00</i><p>word %d</p></div>`, 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26, i, i)
		})
	},
	"dates before answers": func(n int) string {
		return `<h1>x</h1><div><a href="/users/7">Ivan</a> ` + strings.Repeat("<span>05.04.2025</span>", n) + "</div>" + answers
	},
	"heads of quotes": func(n int) string { return strings.Repeat("<div class=quotetop></div>", n) + answers },
	"pager": func(n int) string {
		return each(n, func(i int) string {
			return fmt.Sprintf(`<a href="/romashka?page=%d">%d</a> <a href="/romashka/x">Next</a>`, i, i)
		})
	},
	"slugs": func(n int) string {
		return each(n, func(i int) string { return fmt.Sprintf(`<li><a href="/t/a-%c%d">Two words</a> 3</li>`, 'a'+i%26, i) })
	},
	"stars": func(n int) string {
		return `<div class="rv"><b class="nm">A</b><p class="tx">x</p><u class="st">` + strings.Repeat(`<i class="star"></i>`, n) + "</u></div>"
	},
	"bbcode": func(n int) string { return item("A", strings.Repeat("[quote=a]", n)+strings.Repeat("x[/quote]", n)) },
	"lines":  func(n int) string { return item("A", strings.Repeat("_________<br>x<br>", n)) },
	"classes": func(n int) string {
		return `<div class="` + strings.Repeat("a ", n) + `">` + strings.Repeat("<p>y</p>", 300) + "</div>"
	},
}

// answers are two posts of a board of no known make.
const answers = `<div class="post" id="post-1"><b class="author"><a href="/users/1">Olha</a></b> <i class="date">06.04.2025 14:35</i><p class="body">They keep my money</p></div>
<div class="post" id="post-2"><b class="author"><a href="/users/2">Ira</a></b> <i class="date">07.04.2025 14:35</i><p class="body">And mine, for weeks</p></div>`

func item(author, text string) string {
	return `<div class="rv" id="p1"><b class="nm">` + author + `</b><time datetime="2026-11-01T10:00:00Z">1</time><div class="tx">` + text + "</div></div>"
}

func thing(author, attrs, more string) string {
	return `<div itemscope itemtype="https://schema.org/Review"` + attrs + `><i itemprop="author">` + author + `</i><p itemprop="reviewBody">words of ` + author + `</p>` + more + "</div>"
}

func ld(json string) string { return `<script type="application/ld+json">` + json + "</script>" }

func each(n int, f func(int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(f(i))
	}
	return b.String()
}

// nest puts parts into one another as deep as HTML goes, side by side after that.
func nest(n int, open, end string) string {
	const deep = 100
	return strings.Repeat(strings.Repeat(open, deep)+strings.Repeat(end, deep), n/deep)
}

// TestWalkersAreLinear reads each hostile page at n, 2n and 4n parts: twice the page
// may cost about twice the processor time. Only a growth that is seen three times
// counts, and only where it costs anybody anything.
func TestWalkersAreLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("parses some ten megabytes")
	}
	blocks := map[string]string{
		"page":  "page: https://otzyv.example/romashka\nselect: {item: .rv, author: .nm, time: time, text: .tx, rating: .st}",
		"forum": "forum: https://otzyv.example/romashka",
	}
	for engine, block := range blocks {
		for name, page := range hostilePages {
			t.Run(engine+"/"+name, func(t *testing.T) {
				const n = 2000
				const doubt = 400 * time.Millisecond
				four := tripled(t, n, doubt, func(n int) time.Duration { return cost(t, block, page(n)) })
				if four > 20*time.Second {
					t.Errorf("%d parts cost %v", 4*n, four)
				}
			})
		}
	}
}

// tripled fails the test when the cost of n, 2n and 4n parts trebles twice, whenever it is
// looked at, and 4n cost more than doubt. It returns what 4n cost at best.
func tripled(t *testing.T, n int, doubt time.Duration, cost func(n int) time.Duration) time.Duration {
	t.Helper()
	four := cost(4 * n)
	for try := 0; four >= doubt; try++ { // parts that cost the square would take seconds
		one, two := cost(n), cost(2*n)
		four = min(four, cost(4*n))
		t.Logf("%v, %v, %v", one, two, four)
		if four <= 3*two || two <= 3*one {
			break
		}
		if try == 2 {
			t.Errorf("%d, %d, %d parts cost %v, %v, %v: more than what is read grows", n, 2*n, 4*n, one, two, four)
			break
		}
	}
	return four
}

// cost is the processor time of one poll of the page; what it links to is not there.
func cost(t *testing.T, block, body string) time.Duration {
	t.Helper()
	html := []byte("<!doctype html><html><body>" + body + "</body></html>")
	if strings.HasPrefix(body, "<frameset>") || strings.HasPrefix(body, "<div><a>") {
		html = []byte(body)
	}
	f := rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
		if r.URL != "https://otzyv.example/romashka" {
			return nil, &fetch.StatusError{Status: http.StatusNotFound, URL: r.URL}
		}
		return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: html, At: rig.Now}, nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	start := testkit.Processor(t)
	_, _ = rig.Crawler(t, block, f).Poll(ctx, crawlers.Cursor("")) // what it says of such a page is no matter here
	return testkit.Processor(t) - start
}
