package forum

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/fetch"
)

// TestShapesInventNothing gives pages that look like a discussion and are none.
func TestShapesInventNothing(t *testing.T) {
	rows := func(format string, lines ...string) string {
		var b strings.Builder
		for _, line := range lines {
			cells := strings.Split(line, "|")
			b.WriteString(strings.NewReplacer("{1}", cells[0], "{2}", cells[1], "{3}", cells[2]).Replace(format))
		}
		return b.String()
	}
	tests := map[string]string{
		"news": rows(`<div class="n"><a href="/n/{1}">{2}</a> <span>{3}</span></div>`,
			"bank|Банк підняв тарифи|20.11.2026 10:00", "mist|У місті відкрили міст|20.11.2026 11:00", "sklad|Новий склад|20.11.2026 12:00"),
		"threads": rows(`<tr class="t"><td><a href="/{1}">{2}</a></td><td>12</td><td>{3}</td></tr>`,
			"a|Romashka keeps my money, what now|20.11.2026 10:00", "b|Where is my parcel, dear Romashka|20.11.2026 11:00"),
		"threads with short titles": rows(`<tr><td><a href="/forum/{1}.html">{2}</a></td><td>12</td><td>{3}</td></tr>`,
			"tema-5|Ромашка мовчить|20.11.2026 10:00", "tema-6|Де моя посилка|20.11.2026 11:00"),
		"threads and who wrote last": rows(`<tr class="row"><td><a href="/forum/{1}.html">{2}</a><div class="desc">What the moderator says of {1}</div></td><td>12</td><td><a href="/users/{1}">Olha</a><br>{3}</td></tr>`,
			"tema-5|Ромашка мовчить|20.11.2026 10:00", "tema-6|Де моя посилка, шановні|20.11.2026 11:00"),
		"the same without a table": rows(`<div class="row"><div class="title"><a href="/forum/{1}.html">{2}</a><div class="desc">What the moderator says of {1}</div></div><div class="n">12</div><div class="last"><a href="/users/{1}">Olha</a> <span>{3}</span></div></div>`,
			"tema-5|Ромашка мовчить|20.11.2026 10:00", "tema-6|Де моя посилка, шановні|20.11.2026 11:00"),
		"boards of an index": rows(`<tr id="topic_{3}"><td><a href="/forum/{1}/">{2}</a><div class="d">Здесь говорят: {2}</div></td><td>{3}</td><td><a href="/forum/{1}/x">Последняя тема {3}</a><br><a href="/users/{3}">Olha</a>, 20.11.2026 10:0{3}</td></tr>`,
			"zhaloby|Жалобы|1", "kurilka|Курилка|2", "birzha|Объявления|3"),
		"shop": rows(`<li><b>{2}</b><i>{1} грн</i><p>{3}</p></li>`, "10|Чайник|Білий чайник на два літри води", "20|Миска|Глибока миска для супу і каші"),
		"events": rows(`<div class="e"><time>{3}</time><p>{2} {1}</p></div>`,
			"concert|We play in the park, come all of you|20.11.2026 10:00", "talk|A talk about books and their readers|21.11.2026 10:00"),
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			f := fetcherFunc(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
				return &fetch.Response{URL: r.URL, Status: 200, Body: []byte("<!doctype html><html><body><h1>x</h1><table>" + body + "</table></body></html>"), At: readAt}, nil
			})
			c, err := newCrawler(testEnv(f), "https://board.example/list")
			if err != nil {
				t.Fatal(err)
			}
			batch, err := c.Poll(t.Context(), "")
			if len(batch.Posts) > 0 {
				t.Errorf("invented %d posts, the first is %q by %q", len(batch.Posts), batch.Posts[0].Text, batch.Posts[0].Author)
			}
			if err == nil || !strings.Contains(err.Error(), "select: {item: .message") {
				t.Errorf("want a refusal with an example of select, got %v", err)
			}
		})
	}
}

// TestPagerSteps asks which links lead to the next page of the same discussion.
func TestPagerSteps(t *testing.T) {
	tests := []struct {
		here, to string
		sure     bool
		want     bool
	}{
		{"/t/15", "/t/15?page=2", false, true},
		{"/t/15", "/t/15/2", false, true},
		{"/t/15", "/t/15/page-2", false, true},
		{"/t/15", "/t/16", false, false},
		{"/t/15", "/t/16?page=2", false, false},
		{"/t/15?page=2", "/t/15?page=3", true, true},
		{"/t/15?page=2", "/t/15?page=3", false, false},
		{"/t/15?page=3", "/t/15?page=2", true, false},
		{"/tema/romashka", "/tema/romashka/2", false, true},
		{"/tema/romashka.html", "/tema/romashka-2.html", false, true},
		{"/f/3/t/15", "/f/3/t/16", false, false},
	}
	for _, test := range tests {
		here, to := pathOf(t, test.here), pathOf(t, test.to)
		if got := here.step(to, 1, test.sure); got != test.want {
			t.Errorf("%s → %s (sure %v): got %v, want %v", test.here, test.to, test.sure, got, test.want)
		}
	}
}

func pathOf(t *testing.T, path string) pagedAddress {
	t.Helper()
	u, err := url.Parse("https://board.example" + path)
	if err != nil {
		t.Fatal(err)
	}
	return pageAddress(u)
}
