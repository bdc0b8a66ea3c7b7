package forum

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// guessed reads a page that no preset knows.
func guessed(t *testing.T, body string) []mention.Post {
	t.Helper()
	return page(t, "https://board.example/talk", body).Posts
}

// page reads a page of such a board.
func page(t *testing.T, address, body string) *pageData {
	t.Helper()
	doc, err := htmltext.Parse([]byte("<!doctype html><html><body><h1>Romashka</h1>" + body + "</body></html>"))
	if err != nil {
		t.Fatal(err)
	}
	res := &fetch.Response{URL: address, Header: http.Header{}, At: readAt}
	return newDocument(&pageReader{env: testEnv(nil)}, res, doc).generic()
}

// oddComments are comments as sites of their own make write them: each line is who, when and the words.
var oddComments = map[string]struct {
	row   string // of one comment
	lines []string
	want  string // of the first: author, moment, link
}{
	"the day and the time stand apart": {
		`<div class="comment" id="comment-{n}"><b class="username">{1}</b><p class="comment-body">{3}</p>
		<ul class="inline"><li class="date"><span>{day}</span></li><li class="time"><span>{clock}</span></li></ul></div>`,
		[]string{"Olha|April 6, 2025 2:35 PM|They keep my money for three weeks now", "Petro|May 7, 2025 6:32 PM|Same here, and nobody answers", "Ivan|May 9, 2025 11:02 AM|It took a month with me"},
		"Olha 2025-04-06T14:35 https://board.example/talk#comment-1",
	},
	"the time before the day": {
		`<div class="comment" id="comment-{n}"><b class="username">{1}</b> <i class="time">{clock}</i> <i class="day">{day}</i><p class="comment-body">{3}</p></div>`,
		[]string{"Olha|06.04.2025 14:35|They keep my money for three weeks now", "Petro|07.05.2025 18:32|Same here, and nobody answers", "Ivan|09.05.2025 11:02|It took a month with me"},
		"Olha 2025-04-06T14:35 https://board.example/talk#comment-1",
	},
	"no space between the day and the time": {
		`<div class="comment" id="comment-{n}"><b class="username">{1}</b><span class="when" title="Time of writing"><span>{day}</span><span>{clock}</span></span><p class="comment-body">{3}</p></div>`,
		[]string{"Olha|06.04.25 14:35|They keep my money for three weeks now", "Petro|07.05.25 18:32|Same here, and nobody answers", "Ivan|09.05.25 11:02|It took a month with me"},
		"Olha 2025-04-06T14:35 https://board.example/talk#comment-1",
	},
	"a name and a date in one element": {
		`<div class="comment" id="comment-{n}"><span class="comment-author">{1} , {2}</span><p class="comment-body">{3}</p></div>`,
		[]string{"Olha|06.04.2025 14:35|They keep my money for three weeks now", "Petro|07.05.2025 18:32|Same here, and nobody answers", "Ivan|09.05.2025 11:02|It took a month with me"},
		"Olha 2025-04-06T14:35 https://board.example/talk#comment-1",
	},
	"an empty paragraph before the words": {
		`<div class="comment" id="comment-{n}"><b class="username">{1}</b> <i class="date">{2}</i><p><p>{3}</p></p></div>`,
		[]string{"Olha|06.04.2025 14:35|They keep my money for three weeks now", "Petro|07.05.2025 18:32|Same here, and nobody answers", "Ivan|09.05.2025 11:02|It took a month with me"},
		"Olha 2025-04-06T14:35 https://board.example/talk#comment-1",
	},
	"a link to answer": {
		`<div class="comment"><a id="comment-{n}"></a><b class="username">{1}</b> <i class="date">{2}</i><p class="comment-body">{3}</p><a href="/comment/reply/9/{n}">reply</a></div>`,
		[]string{"Olha|06.04.2025 14:35|They keep my money for three weeks now", "Petro|07.05.2025 18:32|Same here, and nobody answers", "Ivan|09.05.2025 11:02|It took a month with me"},
		"Olha 2025-04-06T14:35 https://board.example/talk#comment-1",
	},
	"who and when in one line": {
		`<div class="post" id="p{n}"><h3><a href="/t9-romashka#{n}">Re: Romashka</a></h3><p class="author"><img alt="" src="/i.gif">&nbsp;автор&nbsp;<span style="color:#900"><strong>{1}</strong></span> {2}</p><div class="entry"><div>{3}</div></div></div>`,
		[]string{"Olha|Пт 06 Май 2022, 14:35|Третью неделю не возвращают деньги", "Petro|Пт 13 Май 2022, 18:32|И у меня, и никто не отвечает", "Ivan|Пн 16 Май 2022, 11:02|Ждал месяц, вернули половину"},
		"Olha 2022-05-06T14:35 https://board.example/t9-romashka#1",
	},
	"a long line of who and when in Cyrillic": {
		`<div class="comment" id="comment-{n}"><p class="head">Автор отзыва: <b class="username">{1}</b>, {2}</p><p class="comment-body">{3}</p></div>`,
		[]string{"Ольга Александровна|6 апреля 2025 в 14:35|Третью неделю не возвращают деньги", "Пётр|7 мая 2025 в 18:32|И у меня, и никто не отвечает", "Иван|9 мая 2025 в 11:02|Ждал месяц, вернули половину"},
		"Ольга Александровна 2025-04-06T14:35 https://board.example/talk#comment-1",
	},
	"names that nothing says are names": {
		`<li><a name="comment-{n}"></a><div class="k1"><strong class="k2">{1}</strong> says:<br><time datetime="{ms}">{2}</time><br><div class="k3">{3}</div><button>answer</button>
		<ul><li><a name="comment-9{n}"></a><div class="k1"><strong class="k2"><a>Romashka {n}</a></strong> says:<br><time datetime="{ms}">{2}</time><br><div class="k3">Please write to us, number {n}</div><button>answer</button><ul></ul></div></li></ul></div></li>`,
		[]string{"Olha|06.04.2025 14:35|They keep my money for three weeks now", "Petro|07.05.2025 18:32|Same here, and nobody answers", "Ivan|09.05.2025 11:02|It took a month with me"},
		"Olha 2025-04-06T14:35 https://board.example/talk#comment-1",
	},
}

// TestOddComments reads them.
func TestOddComments(t *testing.T) {
	for name, test := range oddComments {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for i, line := range test.lines {
				cells := strings.Split(line, "|")
				cut := strings.LastIndexByte(strings.TrimSuffix(strings.TrimSuffix(cells[1], " PM"), " AM"), ' ')
				n := string(rune('1' + i))
				b.WriteString(strings.NewReplacer("{n}", n, "{ms}", "174395010000"+n, "{1}", cells[0], "{2}", cells[1],
					"{day}", cells[1][:cut], "{clock}", cells[1][cut+1:], "{3}", cells[2]).Replace(test.row))
			}
			posts := guessed(t, b.String())
			for _, p := range posts {
				t.Logf("%s %v %s: %s", p.Author, p.Published, p.URL, p.Text)
			}
			at := 0
			for i, line := range test.lines {
				cells := strings.Split(line, "|")
				for at < len(posts) && posts[at].Text != cells[2] {
					at++
				}
				if at == len(posts) {
					t.Fatalf("%q is not among %d posts", cells[2], len(posts))
				}
				if p := posts[at]; p.Author != cells[0] {
					t.Errorf("author %q, want %q", p.Author, cells[0])
				} else if got := p.Author + " " + p.Published.Format("2006-01-02T15:04") + " " + p.URL; i == 0 && got != test.want {
					t.Errorf("read %s, want %s", got, test.want)
				}
			}
		})
	}
}

// TestCommentaryIsNoComment: what is told minute by minute is nobody's comment, and no month is a person.
func TestCommentaryIsNoComment(t *testing.T) {
	for _, class := range []string{"commentary", "comments"} {
		posts := guessed(t, `<div class="`+class+`"><div class="ball" id="item-comment-1"><b>November</b><i>02.11.2025 14:35</i><p class="k">He runs and he scores</p></div>
			<div class="ball" id="item-comment-2"><b>November</b><i>02.11.2025 14:37</i><p class="k">And he is out, what a pity</p></div></div>`)
		if len(posts) > 0 {
			t.Errorf("%s: %q is said to have written %q", class, posts[0].Author, posts[0].Text)
		}
	}
}

// TestAClockAlone: a time without a day is of today, where no day stands beside it.
func TestAClockAlone(t *testing.T) {
	posts := guessed(t, `<div class="comment" id="comment-1"><b class="username">Olha</b> <i class="time">2:05 AM</i> <i>reply</i><p class="comment-body">They keep my money</p></div>
		<div class="comment" id="comment-2"><b class="username">Petro</b> <i class="time">2:07 AM</i> <i>reply</i><p class="comment-body">Same here</p></div>`)
	if want := readAt.Truncate(24 * time.Hour).Add(2*time.Hour + 5*time.Minute); len(posts) != 2 || !posts[0].Published.Equal(want) {
		t.Errorf("%d posts, %+v, want the first at %v", len(posts), posts, want)
	}
}
