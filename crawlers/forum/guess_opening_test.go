package forum

import (
	"context"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/fetch"
)

// answersTo are two answers to a question, as boards of their own show them.
const answersTo = `<h2>Ответы</h2><ol class="answers"><li class="answer" id="answer-7"><a class="u" href="/profile/7">Пётр</a> <i class="date">21.11.2026, 10:00</i><div class="answer-text"><p>И у меня, третий день.</p></div></li>
	<li class="answer" id="answer-8"><a class="u" href="/profile/8">Вера</a> <i class="date">21.11.2026, 11:00</i><div class="answer-text"><p>Пишите в банк.</p></div></li></ol>`

// TestOpeningOfAnotherShape: the question is read as its answers are, and what only looks like one is not.
func TestOpeningOfAnotherShape(t *testing.T) {
	const (
		meta  = `<p class="meta"><a href="/profile/1">Анна77</a>, 20.11.2026, 09:05 · 12 просмотров</p>`
		words = `<div class="q"><p>Ромашка не возвращает деньги.</p><p>Молчат третью неделю, а <a href="/profile/9">@support</a> обещал.</p></div>`
		said  = "Ромашка не возвращает деньги.\nМолчат третью неделю, а @support обещал."
	)
	for name, test := range map[string]struct{ body, want string }{
		"beside the headline":              {`<h1>T</h1>` + meta + words + answersTo, said},
		"in a block":                       {`<div><h1>T</h1><div class="box">` + meta + words + `</div></div>` + answersTo, said},
		"around the answers":               {`<h1>T</h1><article class="node"><footer>` + meta + `</footer><div class="content">` + words + `<section>` + answersTo + `</section></div></article>`, said},
		"below a head with people":         {`<div class="side"><a href="/profile/30">Kot</a> 21.11.2026, 08:00 <p>Words of somebody else entirely, in the news</p></div><h1>T</h1>` + meta + words + answersTo, said},
		"a person in RDFa":                 {`<h1>T</h1><p>Опубликовано <span typeof="schema:Person" about="/profile/1">Анна77</span>, 20.11.2026 - 09:05</p>` + words + answersTo, said},
		"a name in front of the headline":  {`<section><a class="u" href="/profile/1">Анна77</a><b>Ученик (12)</b><span>20.11.2026, 09:05</span><h1>T</h1>` + words + `</section>` + answersTo, said},
		"a picture leads to the same page": {`<h1>T</h1><a href="/profile/1"><img src="/a.png" alt=""></a>` + meta + words + answersTo, said},
		"the moment below the words":       {`<div class="card"><h1>T</h1><div class="who"><a href="/profile/1">Анна77</a></div>` + words + `<div><p>Рейтинг 5</p><time datetime="2026-11-20T09:05:00Z">вчера</time></div></div>` + answersTo, said},
		"somebody edited it below":         {`<h1>T</h1>` + meta + words + `<p class="m">Отредактировано: <a href="/profile/9">модератор</a>, 20.11.2026</p>` + answersTo, said},
		"a later page":                     {`<h1>T</h1>` + meta + words + answersTo + `<a rel="prev" href="/t/5?page=1">Назад</a>`, ""},
		"shown again among the answers":    {`<h1>T</h1>` + meta + `<div class="q"><p>И у меня, третий день.</p></div>` + answersTo, ""},
		"nobody is named":                  {`<h1>T</h1><p>20.11.2026, 09:05</p>` + words + answersTo, ""},
		"two people are named":             {`<h1>T</h1>` + meta + `<p>Последний ответ: <a href="/profile/8">Вера</a></p>` + words + answersTo, ""},
		"no moment":                        {`<h1>T</h1><p class="meta"><a href="/profile/1">Анна77</a></p>` + words + answersTo, ""},
		"after its answers":                {`<h1>T</h1>` + strings.Replace(meta, "20.11.2026, 09:05", "21.11.2026, 12:05", 1) + words + answersTo, ""},
		"a page of another kind":           {`<h1>T</h1>` + strings.Replace(meta, "/profile/1", "/shops/1", 1) + words + answersTo, ""},
		"no words but links":               {`<h1>T</h1>` + meta + `<div class="q"><a href="/a">Другая тема</a> <a href="/b">Ещё одна тема</a></div>` + answersTo, ""},
		"the answers are all there":        {`<h1>T</h1>` + answersTo, ""},
	} {
		p := page(t, "https://board.example/t/5", strings.Replace(test.body, "<h1>T</h1>", "<h1>Romashka keeps money</h1>", 1))
		var got string
		for _, post := range p.Posts {
			if post.Author == "Анна77" && !post.IsReply && post.Published.Format("02.01 15:04") == "20.11 09:05" && post.URL == "https://board.example/t/5" && post.AuthorURL == "https://board.example/profile/1" {
				got = post.Text
			}
		}
		if answers := len(p.Posts); got != test.want || test.want == "" && answers != 2 || test.want != "" && (answers != 3 || !p.Posts[1].IsReply) {
			t.Errorf("%s: %q, want %q; %+v", name, got, test.want, p.Posts)
		}
	}
}

// TestQuestionWithoutAnswers: where answers told once how people are linked, a question is read before it is answered.
func TestQuestionWithoutAnswers(t *testing.T) {
	const question = `<div class="question"><h1>Romashka keeps money</h1><p class="meta"><a href="/profile/{n}">Anna{n}</a>, 20.11.2026, 09:0{n}</p><div class="q"><p>They keep my money, number {n}.</p></div></div>`
	pages := map[string]string{
		"/topic/1": question + answersTo,
		"/topic/2": strings.ReplaceAll(question, "{n}", "2") + `<aside><h3>Also</h3><p>Our board is for everybody, and these are its long rules about what may be said here and what may not.</p></aside>`,
		"/topic/3": `<div><h1>Rules</h1><p>20.11.2026</p><div class="q"><p>Be kind.</p></div></div>`,
	}
	pages["/topic/1"] = strings.ReplaceAll(pages["/topic/1"], "{n}", "1")
	rows := ""
	for _, t := range []string{"3", "2", "1"} {
		rows = `<li><a href="/topic/` + t + `">Romashka keeps money ` + t + `</a></li>` + rows
	}
	pages["/"] = `<ul>` + rows + `</ul>`
	site := fetcherFunc(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
		return answer(req, "<!doctype html><html><body>"+pages[strings.TrimPrefix(req.URL, boardAt)]+"</body></html>"), nil
	})
	f, err := newCrawler(testEnv(site), boardAt+"/")
	if err != nil {
		t.Fatal(err)
	}
	first, err := f.Poll(t.Context(), "")
	if err != nil || len(first.Posts) != 4 {
		t.Fatalf("%+v, %v: want both questions and both answers", first.Posts, err)
	}
	pages["/topic/4"] = strings.ReplaceAll(question, "{n}", "4")
	pages["/"] = `<ul><li><a href="/topic/4">Romashka keeps money 4</a></li>` + rows + `</ul>`
	second, err := f.Poll(t.Context(), first.Next)
	if err != nil || len(second.Posts) != 1 || second.Posts[0].Author != "Anna4" || second.Posts[0].Text != "They keep my money, number 4." {
		t.Errorf("%+v, %v: want the new question, which stands first", second.Posts, err)
	}
}
