package page

import (
	"fmt"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

func proposed(t testing.TB, body string) []Proposal {
	t.Helper()
	list, err := Propose(tryEnv(), &fetch.Response{URL: "https://p.example/r", Status: 200, Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var complaints = []string{
	"They lost my card and nobody answers the telephone since Monday.",
	"The courier came two days late and the box was open.",
	"Wonderful people, I will come again with the children.",
	"Вклад закрыли без предупреждения, деньги вернули через неделю.",
	"Грошей на рахунку немає, підтримка мовчить третій день.",
}

func repeated(item func(n int, words string) string) string {
	var b strings.Builder
	b.WriteString(`<html><body><ul class="menu"><li><a href="/">Home page of the site</a></li><li><a href="/about">About us and our partners</a></li></ul><div id="list">`)
	for n, words := range complaints {
		b.WriteString(item(n+1, words))
	}
	return b.String() + `</div></body></html>`
}

// What is proposed reads the posts of the page, with the parts it names.
func TestProposeFindsRepeatedBlocks(t *testing.T) {
	for name, c := range map[string]struct {
		item  func(n int, words string) string
		parts []string
		want  Select
	}{
		"classes": {func(n int, words string) string {
			return fmt.Sprintf(`<div class="card review-%d review" data-id="%d"><div class="head"><span class="user-name">Ann %d</span><span class="stars-wrap"><i style="width:%d%%"></i></span><a class="perma" href="/r/%d"><time datetime="2026-11-%02dT10:00:00Z">yesterday</time></a></div><div class="text"><p>%s</p></div><div class="foot"><a href="#">Reply</a></div></div>`, n, n, n, n*20, n, n, words)
		}, []string{"author", "time", "rating", "text", "link", "id"},
			Select{Item: "div.card", Author: []string{".user-name"}, Time: []string{"time@datetime"}, Rating: []string{".stars-wrap"}, Text: []string{".text"}, Link: []string{".perma"}, ID: []string{"@data-id"}}},
		"dates in words": {func(n int, words string) string {
			return fmt.Sprintf(`<article><h3 class="t"><a href="/o/%d">Отзыв %d</a></h3><span class="author">Иван</span> <em class="d">%d ноября 2026</em><section class="msg">%s<br>%s</section></article>`, n, n, n, words, words)
		}, []string{"author", "time", "text", "title", "link"}, Select{Item: "div#list > article", Text: []string{".msg"}, Time: []string{".d"}, Author: []string{".author"}, Title: []string{".t"}}},
		"a table": {func(n int, words string) string {
			return fmt.Sprintf(`<tr class="row"><td class="when">%02d.11.2026 12:30</td><td class="nick">ann%d</td><td class="body">%s</td></tr>`, n, n, words)
		}, []string{"author", "time", "text"}, Select{Item: "tr.row", Text: []string{".body"}, Time: []string{".when"}, Author: []string{".nick"}}},
	} {
		t.Run(name, func(t *testing.T) {
			body := repeated(c.item)
			if name == "a table" {
				body = strings.NewReplacer(`<div id="list">`, "<table>", "</div></body>", "</table></body>").Replace(body)
			}
			list := proposed(t, body)
			if len(list) == 0 {
				t.Fatal("nothing is proposed")
			}
			got := list[0]
			if got.Items != len(complaints) {
				t.Errorf("%d items, want %d", got.Items, len(complaints))
			}
			for _, part := range c.parts {
				if got.Parts[part] != len(complaints) {
					t.Errorf("%s is found in %d of %d: %+v", part, got.Parts[part], len(complaints), got.Select)
				}
			}
			s := got.Select
			for _, pair := range [][2]string{{s.Item, c.want.Item}, {fmt.Sprint(s.Text), fmt.Sprint(c.want.Text)}, {fmt.Sprint(s.Time), fmt.Sprint(c.want.Time)}, {fmt.Sprint(s.Author), fmt.Sprint(c.want.Author)}} {
				if pair[0] != pair[1] {
					t.Errorf("proposed %s, want %s", pair[0], pair[1])
				}
			}
		})
	}
}

// A page without posts gets no proposal.
func TestProposeNothing(t *testing.T) {
	for name, body := range map[string]string{
		"empty":         "",
		"one post":      `<div class="r"><i>12.11.2026</i><p>They lost my card and nobody answers.</p></div>`,
		"without dates": repeated(func(n int, words string) string { return `<div class="r"><p>` + words + `</p></div>` }),
		"without words": repeated(func(n int, _ string) string { return fmt.Sprintf(`<div class="r"><i>%d.11.2026</i></div>`, n) }),
	} {
		if list := proposed(t, body); len(list) > 0 {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

// TestProposeIsLinear: twice the page costs about twice the time.
func TestProposeIsLinear(t *testing.T) {
	for name, page := range map[string]func(n int) string{
		"deep": func(n int) string {
			return strings.Repeat("<div>", 400) + "<b>1 May 2026</b>" + strings.Repeat("<i></i>", 20*n) + strings.Repeat("</div>", 400)
		},
		"classes": func(n int) string {
			return strings.Repeat(`<p class="`+strings.Repeat("a1 b ", n/10)+`"><i>1 May 2026</i> they lost my card and nobody answers</p>`, 60)
		},
		"wide": func(n int) string {
			return strings.Repeat(`<p><i>1 May 2026</i> they lost my card and nobody answers</p>`, n)
		},
		"nested": func(n int) string {
			return strings.Repeat(`<ul><li><i>1 May 2026</i> they lost my card and nobody answers<li>x`, n/10)
		},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Linear(t, name, 1000, func(n int) {
				_, _ = Propose(tryEnv(), &fetch.Response{URL: "https://p.example/r", Status: 200, Body: []byte(page(n))})
			})
		})
	}
}

func FuzzPropose(f *testing.F) {
	f.Add(repeated(func(n int, words string) string {
		return fmt.Sprintf(`<li class="r"><i>%d.11.2026</i><p>%s</p></li>`, n, words)
	}))
	f.Add(`<p><time datetime="x"><p>`)
	testkit.AttackSeeds(func(body string) { f.Add(body) })
	f.Fuzz(func(t *testing.T, body string) {
		list, err := Propose(tryEnv(), &fetch.Response{URL: "https://p.example/r", Status: 200, Body: []byte(body)})
		if err != nil {
			return
		}
		for _, p := range list {
			if p.Items < 2 || p.Parts["text"] == 0 || p.Select.Item == "" {
				t.Errorf("proposed %+v", p)
			}
		}
	})
}
