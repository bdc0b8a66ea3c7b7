package forum

import (
	"context"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers/internal/phrases"
	"github.com/earshot/earshot/internal/fetch"
)

// oddRows are posts as boards of their own write them, which no class and no number tells.
var oddRows = map[string]struct{ before, row, after string }{
	"votes where a name may stand":           {`<ul>`, `<li class="item"><span class="who">{who}</span> <span class="when" title="{when}">2 mo.</span><div class="rate">▲ {n} ▼</div><div class="txt">{said}</div><div class="btns"><span>Відповісти</span></div></li>`, `</ul>`},
	"who and when below":                     {``, `<div class="z"><p>{said}</p><p class="by">— {who}, {when}</p></div>`, ``},
	"a table of two rows each":               {`<table>`, `<tr bgcolor="#ccc"><td><b>{who}</b><br><font size="1">Сообщений: {n}</font></td><td><font size="1">Добавлено: {when}</font></td></tr><tr><td></td><td>{said}</td></tr>`, `</table>`},
	"the same below a row of heads":          {`<table><tr><th>Автор</th><th>Сообщение</th></tr>`, `<tr><td><b>{who}</b></td><td>{when}</td></tr><tr><td></td><td>{said}</td></tr>`, `</table>`},
	"a list of terms":                        {`<dl>`, `<dt><b>{who}</b> — {when}</dt><dd>{said}</dd>`, `</dl>`},
	"a line below that says who, and when":   {``, `<div class="reply"><div class="reply-text"><p>{said}</p></div><div class="byline">Написал <a href="/user/{n}">{who}</a> в {when}</div></div>`, ``},
	"a day with a comma behind a name":       {`<dl>`, `<dt><strong>{who}</strong> <em>{date}, {clock}</em></dt><dd>{said}</dd>`, `</dl>`},
	"who, when, and how many read it":        {``, `<div class="row"><p class="x"><a href="/user/{n}">{who}</a> · {when} · {n} просмотров</p><div class="y">{said}</div></div>`, ``},
	"cells that are called after the user":   {`<table>`, `<tr><td class="user_name"><a href="/profile.php?id={n}">{who}</a></td><td class="post_date"><a id="post_{n}" href="#post_{n}">#{n}</a> {when}</td></tr><tr><td class="user_info">Сообщений: {n}<br>Регистрация: 12.03.19</td><td class="user_post">{said}</td></tr><tr><td></td><td class="user_bar">Цитата</td></tr>`, `</table>`},
	"a link to sign in":                      {``, `<div class="comment" id="comment-{n}"><p class="by"><span typeof="schema:Person" about="/user/{n}" property="schema:name">{who}</span></p><p class="at">{when}</p><div class="in"><p>{said}</p><a href="/user/login?destination=/5">Войдите</a> или <a href="/user/register?destination=/5">зарегистрируйтесь</a></div></div>`, ``},
	"a quote that a line announces":          {``, `<div class="m" id="m{n}"><b class="nick">{who}</b> <i>{when}</i><div class="said"><i>Вера писала:</i><br><div class="quote">Они молчат.</div>{said}</div></div>`, ``},
	"only the head of a quote is called one": {``, `<table><tr><td class="nick"><b>{who}</b></td><td><i>{when}</i></td></tr><tr><td>Сообщений: {n}</td><td class="postcolor"><div class="box"><div class="htop quotetop">Вера писала:</div><div class="hmain">Они молчат.</div></div>{said}</td></tr></table>`, ``},
	"a line is drawn below the words":        {``, `<div class="wrap"><a name="entry{n}"></a><table><tr><td><span class="normalname"><a href="index.php?showuser={n}">{who}</a></span></td><td><span class="postdetails">{when}</span></td></tr><tr><td class="post1"><span class="postdetails">Новичок<br>Группа: Пользователи<br></span></td><td class="post1"><div class="postcolor" id="post-{n}">{said}</div><br>----------------------------------------<br></td></tr></table></div>`, ``},
	"facts of the author beside the name":    {``, `<div class="wrap" id="post-{n}"><div class="left"><div class="author-name">{who}</div><div class="author-info">Дописи: {n}2Балів: {n}20Реєстрація: 0{n}.02.2019</div><div class="author-from">Звідки: Київ {n}</div></div><div class="when">{when}</div><div class="post-text">{said}</div></div>`, ``},
	"a guest's own address":                  {``, `<div class="gb"><b><a href="mailto:x{n}@example.org">{who}</a></b> <small>{when}</small><div>{said}</div></div>`, ``},
	"a guest's own site":                     {``, `<div class="gb"><b><a href="https://guest{n}.example/">{who}</a></b> <small>{when}</small><div>{said}</div></div>`, ``},
	"names and dates with labels":            {``, `<div class="item"><p class="author">Автор сообщения: {who}</p><p class="date">Дата: {when}</p><p class="text">{said}</p></div>`, ``},
	"a status in the name's class":           {``, `<div class="wrap" id="post-{n}"><span class="author registered">{who}</span><span class="author-posts">{n}2 дописів</span><i>{when}</i><div class="post-text">{said}</div></div>`, ``},
	"cards of complaints":                    {``, `<div class="card"><div class="in"><h3><a href="/zhaloby/{n}.html">Жалоба номер {n}</a></h3><p class="text">{said}</p></div><div class="foot"><a href="/users/{n}">{who}</a> <span>{when}</span> <a href="/zhaloby/{n}.html#c">Комментарии (2)</a></div></div>`, ``},
	"votes between words and who wrote":      {``, `<div class="p"><div class="said">{said} <a href="/t/{n}">As here</a></div><div>+{n}</div><div><a href="/users/{n}">{who}</a> {when}</div></div>`, ``},
	"cards with votes, of no known number":   {``, `<div class="p"><div class="said"><h3><a href="/z/{n}">Жалоба</a></h3><p class="text">{said}</p></div><div>{n}</div><div><a href="/users/{n}">{who}</a> {when}</div></div>`, ``},
	"a moment for machines":                  {``, `<div class="card"><div class="card-body"><p class="card-text">{said}</p></div><div class="card-footer"><a href="/user/{n}">{who}</a> <span data-ts="{unix}">{n} mo</span></div></div>`, ``},
}

// TestOddRows reads them: every post once, and who wrote it.
func TestOddRows(t *testing.T) {
	lines := [][]string{ // who, when, unix, words
		{"Анна", "20.09.2025 14:05", "1758377100", "Курьер бросил коробку у двери и ушёл."},
		{"boris_77", "21.09.2025 09:00", "1758445200", "Жалуйтесь на горячую линию."},
		{"Анна", "22.09.2025 10:30", "1758537000", "Жаловалась, толку ноль."},
		{"Вера", "23.09.2025 11:00", "1758625200", "У нас та же беда."},
	}
	for name, test := range oddRows {
		var b strings.Builder
		for i, l := range lines {
			b.WriteString(strings.NewReplacer("{n}", string(rune('1'+i)), "{who}", l[0], "{when}", l[1], "{date}", l[1][:10], "{clock}", l[1][11:], "{unix}", l[2], "{said}", l[3]).Replace(test.row))
		}
		posts := guessed(t, test.before+b.String()+test.after)
		if len(posts) != len(lines) {
			t.Errorf("%s: %d posts of %d", name, len(posts), len(lines))
			continue
		}
		for i, p := range posts {
			if l := lines[i]; p.Author != l[0] || p.Published.Format("02.01.2006 15:04") != l[1] || strings.TrimSuffix(p.Text, " As here") != l[3] {
				t.Errorf("%s: %q by %q at %v, want %q", name, p.Text, p.Author, p.Published, l)
			}
		}
	}
}

// TestRowsNobodyCanTell: nobody is told to have written what stands in the row between two names.
func TestRowsNobodyCanTell(t *testing.T) {
	const name, said = `<tr><td><b>{who}</b></td><td>0{n}.09.2025 14:05</td></tr>`, `<tr><td></td><td>Words of {who}, number {n}</td></tr>`
	for _, rows := range []string{said + name, said + name + said + name + `<tr><td>foot</td></tr>`, `<tr><td>head</td></tr>` + said + name} {
		var b strings.Builder
		for i, who := range []string{"Olha", "Petro", "Ivan", "Vira"} {
			b.WriteString(strings.NewReplacer("{n}", string(rune('1'+i)), "{who}", who).Replace(rows))
		}
		for _, p := range guessed(t, "<table>"+b.String()+"</table>") {
			if !strings.Contains(p.Text, p.Author) {
				t.Errorf("%q by %s", p.Text, p.Author)
			}
		}
	}
}

// TestNewerAndOlder: which way such words lead is told by the address.
func TestNewerAndOlder(t *testing.T) {
	for _, word := range []string{"Newer posts", "Новіші повідомлення", "Более новые →", "По-нови мнения"} {
		if !phrases.IsNextPage(word) || !phrases.IsPrevPage(word) {
			t.Errorf("%q leads nowhere", word)
		}
	}
	const two = `<div class="post" id="post-{n}1"><b class="author">Olha</b> <i class="date">06.04.2025 14:35</i><p class="body">They keep my money</p></div>
		<div class="post" id="post-{n}2"><b class="author">Petro</b> <i class="date">07.05.2025 18:32</i><p class="body">Same here</p></div>`
	first := page(t, "https://board.example/t/9", strings.ReplaceAll(two, "{n}", "1")+`<a href="/t/9/p2">Новіші повідомлення</a>`)
	second := page(t, "https://board.example/t/9/p2", strings.ReplaceAll(two, "{n}", "2")+`<a href="/t/9">Старіші повідомлення</a><a href="/t/9">1</a>`)
	if first.Next != "https://board.example/t/9/p2" || first.Prev != "" || second.Prev != "https://board.example/t/9" || second.Next != "" {
		t.Errorf("the first page goes on at %q, behind %q, the second at %q, behind %q", first.Next, first.Prev, second.Next, second.Prev)
	}
}

// TestMoreOfThem: where only a part of the answers is shown, a link says that there are more, or a picture does.
func TestMoreOfThem(t *testing.T) {
	const two = `<div class="post" id="post-1"><b class="author">Olha</b> <i class="date">06.04.2025 14:35</i><p class="body">They keep my money</p></div>
		<div class="post" id="post-2"><b class="author">Petro</b> <i class="date">07.05.2025 18:32</i><p class="body">Same here</p></div>`
	for link, want := range map[string]bool{
		`<a href="/t/9?offset=2">Показати ще</a>`: true, `<a href="/t/9?offset=2">Показать ещё 20 комментариев</a>`: true,
		`<a href="/t/9?offset=2">Load more replies (5)</a>`: true, `<a href="/t/9?offset=2">Зареди още…</a>`: true,
		`<a href="/t/9?page=2"><img src="r.gif" alt="Вперёд"></a>`: true, `<a href="/t/9?page=2"><img src="r.gif" alt=""></a>`: false,
		`<a href="/t/10">Показати ще</a>`: false, `<a href="/t/9?like=2">20</a>`: false,
	} {
		if p := page(t, "https://board.example/t/9", two+link); (p.Next != "") != want {
			t.Errorf("%s: the next page is %q", link, p.Next)
		}
	}
}

// TestThreadsWithoutPosts: that the threads of a list hold nothing that can be read is told.
func TestThreadsWithoutPosts(t *testing.T) {
	list := `<html><body><h1>Talk</h1><table>`
	for _, row := range []string{"/t/lost-parcel-1", "/t/late-courier-2", "/t/no-refund-3"} {
		list += `<tr><td><a href="` + row + `">They keep my money ` + row[3:] + `</a></td><td>3 answers</td></tr>`
	}
	f, err := newCrawler(testEnv(fetcherFunc(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
		if strings.Contains(req.URL, "/t/") {
			return answer(req, `<html><body><h1>Lost</h1><p>Words without anybody who wrote them</p></body></html>`), nil
		}
		return answer(req, list+`</table></body></html>`), nil
	})), boardAt+"/talk")
	if err != nil {
		t.Fatal(err)
	}
	batch, err := f.Poll(t.Context(), "")
	if err != nil || len(batch.Posts) > 0 || !strings.Contains(strings.Join(batch.Observed.Notes, "\n"), "pages of 3 threads") {
		t.Errorf("%d posts, notes %q, %v", len(batch.Posts), batch.Observed.Notes, err)
	}
	w := f.walk(t.Context(), batch.Next)
	w.wordless = 1 // one that was closed says nothing of a board
	if batch, err = w.batch("", nil); err != nil || len(batch.Observed.Notes) > 0 {
		t.Errorf("at the next poll notes %q, %v", batch.Observed.Notes, err)
	}
}

// TestListsInPairs: threads with who, when and a description below each are a list, and no posts.
func TestListsInPairs(t *testing.T) {
	for name, row := range map[string]string{
		"who beside the title": `<tr><td><a href="/viewtopic.php?t={n}">Parcel {n} is lost</a></td><td><b>{who}</b></td><td>0{n}.09.2025 14:05</td></tr><tr><td></td><td>It never came, number {n}</td></tr>`,
		"nobody":               `<tr><td><b><a href="/topic/lost-parcel-{n}">{who} lost it</a></b></td><td>0{n}.09.2025 14:05</td></tr><tr><td></td><td>It never came, number {n}</td></tr>`,
	} {
		var b strings.Builder
		for i, who := range []string{"Olha", "Petro", "Ivan", "Vira"} {
			b.WriteString(strings.NewReplacer("{n}", string(rune('1'+i)), "{who}", who).Replace(row))
		}
		if p := page(t, "https://board.example/talk", "<table>"+b.String()+"</table>"); len(p.Posts) > 0 || len(p.Threads) != 4 {
			t.Errorf("%s: %d threads, %+v", name, len(p.Threads), p.Posts)
		}
	}
}

// TestNamesWithoutLetters: who calls himself by signs is heard, and a sum of votes is nobody.
func TestNamesWithoutLetters(t *testing.T) {
	const row = `<div class="msg"><b class="author">{who}</b> <i class="date">0{n}.09.2025 14:05</i><p class="body">They keep my money {n}</p></div>`
	for who, want := range map[string]int{"🔥🔥": 4, "▲ 3 ▼": 3, "👍 3": 3, "+3": 3} {
		var b strings.Builder
		for i, name := range []string{"Olha", "Petro", who, "Vira"} {
			b.WriteString(strings.NewReplacer("{n}", string(rune('1'+i)), "{who}", name).Replace(row))
		}
		if posts := guessed(t, b.String()); len(posts) != want {
			t.Errorf("%s: %d posts, want %d", who, len(posts), want)
		}
	}
}

// TestGuestAmongMembers: who has no page on the board is named where the others are, in front of the same words.
func TestGuestAmongMembers(t *testing.T) {
	const member, guest = `<a href="/user/{n}">Olha{n}</a>`, `<span>Гість Олег</span>`
	for _, last := range []string{guest, `Гість Олег`, `<b>Гість Олег</b>`} {
		var b strings.Builder
		for i, who := range []string{member, member, last, member} {
			b.WriteString(strings.NewReplacer("{n}", string(rune('1'+i))).Replace(`<tr class="post"><td class="author">` + who + `<div class="info">Реєстрація: 12.03.2019<br>Повідомлень: 12</div></td><td><i class="date">20.11.2026, 10:0{n}</i><div class="body">Words number {n}</div></td></tr>`))
		}
		posts := guessed(t, "<table>"+b.String()+"</table>")
		if len(posts) != 4 || posts[2].Author != "Гість Олег" || posts[2].AuthorURL != "" || posts[2].Text != "Words number 3" || posts[3].Author != "Olha4" {
			t.Errorf("%s: %+v", last, posts)
		}
	}
}
