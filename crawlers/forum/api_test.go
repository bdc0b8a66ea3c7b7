package forum

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
)

// TestEndpoints: people give the address they stand at.
func TestEndpoints(t *testing.T) {
	for kind, list := range map[string]map[string]string{
		"discourse": {
			"https://d.example":                   "/posts.json /latest.json",
			"https://d.example/categories":        "/posts.json /latest.json",
			"https://d.example/forum/top":         "/forum/posts.json /forum/latest.json",
			"https://d.example/c/support/5":       "/c/support/5.json",
			"https://d.example/tag/refund":        "/tag/refund.json",
			"https://d.example/latest?order=x":    "/latest.json?order=x",
			"https://d.example/forum/t/a-b/12/45": "/forum/t/12.json",
			"https://d.example/t/12.json":         "/t/12.json",
			"https://d.example/c/x/l/top.json":    "/c/x/l/top.json",
		},
		"flarum": {
			"https://f.example/all":                      "/api/posts?" + flarumPosts,
			"https://f.example/forum/tags":               "/forum/api/posts?" + flarumPosts,
			"https://f.example/d/12-a/45":                "/api/posts?filter%5Bdiscussion%5D=12&" + flarumPosts,
			"https://f.example/forum/api/discussions/12": "/forum/api/posts?filter%5Bdiscussion%5D=12&" + flarumPosts,
			"https://f.example/forum/t/Підтримка/":       "/forum/api/discussions?filter%5Btag%5D=%D0%9F%D1%96%D0%B4%D1%82%D1%80%D0%B8%D0%BC%D0%BA%D0%B0&sort=-lastPostedAt",
			"https://f.example/api/discussions?sort=x":   "/api/discussions?sort=x",
		},
		"nodebb": {
			"https://n.example/":                  "/api/recent",
			"https://n.example/forum/categories":  "/forum/api/recent",
			"https://n.example/api":               "/api/recent",
			"https://n.example/forum/topic/3/a/9": "/forum/api/topic/3",
			"https://n.example/category/2/x?lang": "/api/category/2/x?lang",
			"https://n.example/api/user/ann/best": "/api/user/ann/best",
		},
		"wordpress": {
			"https://w.example/?p=7": "/wp-json/wp/v2/comments?per_page=100&order=desc&orderby=date_gmt&_embed=up&post=7" +
				" /?rest_route=/wp/v2/comments&per_page=100&order=desc&orderby=date_gmt&_embed=up&post=7 /?feed=rss2&p=7",
			"https://w.example/a/wp-json/wp/v2/comments?x=1": "/a/wp-json/wp/v2/comments?x=1",
			"https://w.example/?rest_route=/wp/v2/comments":  "/?rest_route=/wp/v2/comments",
		},
	} {
		endpoints := map[string]func(*url.URL) []string{"discourse": discourseEndpoints, "flarum": flarumEndpoints, "nodebb": nodebbEndpoints, "wordpress": wordpressEndpoints}[kind]
		for address, want := range list {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range endpoints(u) {
				got = append(got, strings.TrimPrefix(e, u.Scheme+"://"+u.Host))
			}
			if s := strings.Join(got, " "); s != want {
				t.Errorf("%s: %s\n got %s\nwant %s", kind, address, s, want)
			}
		}
	}
}

// says answers every request with the same body.
func says(body string) fetcherFunc {
	return func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
		res := answer(req, body)
		res.Header = http.Header{"Content-Type": {"application/json"}}
		return res, nil
	}
}

// TestSaidInWords: what a site says instead of posts is told to people, and what it says of nothing is no fault.
func TestSaidInWords(t *testing.T) {
	for body, want := range map[string]string{
		`{"errors":["You need to be logged in to do that."],"error_type":"not_logged_in"}`:                    "You need to be logged in to do that.",
		`{"errors":[{"status":"401","code":"not_authenticated"}]}`:                                            "not_authenticated",
		`{"errors":[{"status":"404","title":"Not Found","detail":"Обговорення немає"}]}`:                      "Обговорення немає",
		`{"code":"rest_login_required","message":"REST API restricted to authenticated users.","data":{}}`:    "REST API restricted to authenticated users.",
		`{"status":{"code":"not-authorised","message":"A valid login session was not found."},"response":{}}`: "A valid login session was not found.",
		`{"path":"/category/4","loggedIn":false,"error":"<b>Няма достъп</b>","title":"[[global:403.title]]"}`: "Няма достъп",
		`{"name":"somebody's","items":[1,2]}`:                                                                 "of no forum that is known",
		`[{"a":1}]`:                                                                                           "of no forum that is known",
		`{"latest_posts":[{"id":1,"post_number":1`:                                                            "cut off",
		`{"latest_posts":[]}`: "",
		`{"posts":[],"topics":[],"grouped_search_result":{"more_posts":null}}`:                       "",
		`{"topic_list":{"topics":[]}}`:                                                               "",
		`{"links":{"first":"https://f.example/api/posts"},"data":[]}`:                                "",
		`{"topics":[],"relative_path":"","template":{"name":"recent"},"pagination":{"pageCount":1}}`: "",
		`[]`: "",
	} {
		f, err := newCrawler(testEnv(says(body)), boardAt+"/posts.json")
		if err != nil {
			t.Fatal(err)
		}
		b, err := f.Poll(t.Context(), "")
		switch {
		case len(b.Posts) > 0:
			t.Errorf("%s: posts %+v", body, b.Posts)
		case want == "" && err != nil:
			t.Errorf("%s: %v", body, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

// TestGuestsNames: what a guest calls himself may be an account's name.
func TestGuestsNames(t *testing.T) {
	const post = `{"posts":[{"pid":1,"tid":3,"timestampISO":"2026-11-20T10:00:00Z","content":"x","user":{"username":"Romashka","userslug":%s}}],"tid":3,"slug":"3/x"}`
	for slug, free := range map[string]bool{`"romashka"`: false, `""`: true, `null`: true} {
		f, err := newCrawler(testEnv(says(fmt.Sprintf(post, slug))), boardAt+"/api/topic/3")
		if err != nil {
			t.Fatal(err)
		}
		b, err := f.Poll(t.Context(), "")
		if err != nil || len(b.Posts) != 1 || b.Posts[0].FreeName != free {
			t.Errorf("%s: %+v, %v, want a free name: %v", slug, b.Posts, err, free)
		}
	}
}

// TestDiscourseWindows: old versions answer before= with the posts of fifty ids, most of which may be of
// messages that nobody is shown: an empty page is not the end.
func TestDiscourseWindows(t *testing.T) {
	shown := []int{1000, 990}
	var asked []string
	f, err := newAPICrawler(testEnv(fetcherFunc(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
		u, _ := url.Parse(req.URL)
		asked = append(asked, u.RawQuery)
		before := slices.Max(shown)
		fmt.Sscan(u.Query().Get("before"), &before)
		var posts []string
		for _, id := range shown {
			if id <= before && id > before-50 {
				posts = append(posts, fmt.Sprintf(`{"id":%d,"username":"ann","created_at":"2026-11-20T10:00:00Z","cooked":"<p>post %d</p>","post_number":%d,"post_type":1,"topic_id":7}`, id, id, id))
			}
		}
		return answer(req, `{"latest_posts":[`+strings.Join(posts, ",")+`]}`), nil
	})), boardAt, discourseEndpoints)
	if err != nil {
		t.Fatal(err)
	}
	first, err := f.Poll(t.Context(), "")
	if err != nil || len(first.Posts) != 2 {
		t.Fatal(first.Posts, err)
	}
	shown = []int{1210, 1040, 1000, 990}
	second, err := f.Poll(t.Context(), first.Next)
	if err != nil || len(second.Posts) != 2 {
		t.Errorf("%+v, %v: want both new posts, asked %q", second.Posts, err, asked)
	}
	asked = nil
	if third, err := f.Poll(t.Context(), second.Next); err != nil || len(third.Posts) != 0 || len(asked) != 1 {
		t.Errorf("%+v, %v, asked %q: want nothing of one page", third.Posts, err, asked)
	}
}

// TestNodeBBTurnedAround: on a board that shows the newest posts first, or those with most votes, what is new is found.
func TestNodeBBTurnedAround(t *testing.T) {
	const perPage = 3
	for _, order := range []string{"newest_to_oldest", "most_votes", oldestFirst} {
		for _, api := range []bool{true, false} {
			t.Run(fmt.Sprint(order, api), func(t *testing.T) {
				count := 5
				site := fetcherFunc(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
					u, _ := url.Parse(req.URL)
					sort, page := order, 1
					if s := u.Query().Get("sort"); s != "" {
						sort = s
					}
					fmt.Sscan(u.Query().Get("page"), &page)
					pages := (count + perPage - 1) / perPage
					if page > pages {
						return nil, &fetch.StatusError{Status: http.StatusNotFound, URL: req.URL}
					}
					return answer(req, nodebbAnswer(nodebbOrder(count, sort)[(page-1)*perPage:min(page*perPage, count)], sort, page, pages, api)), nil
				})
				var got []string
				var since crawlers.Cursor
				poll := func() {
					t.Helper()
					c, err := newAPICrawler(testEnv(site), boardAt+"/topic/3/x", nodebbEndpoints)
					if err != nil {
						t.Fatal(err)
					}
					var b crawlers.Batch
					if api {
						b, err = c.Poll(t.Context(), since)
					} else {
						f, _ := newCrawler(testEnv(site), boardAt+"/topic/3/x")
						b, err = f.Poll(t.Context(), since)
					}
					if err != nil {
						t.Fatal(err)
					}
					since = b.Next
					for _, p := range b.Posts {
						got = append(got, p.ID)
					}
				}
				for count = 2; count < 12; count++ {
					poll()
				}
				slices.Sort(got)
				if want := []string{"1", "10", "11", "2", "3", "4", "5", "6", "7", "8", "9"}; !slices.Equal(got, want) {
					t.Errorf("posts %q, want each once", got)
				}
			})
		}
	}
}

// nodebbOrder is how a topic of so many posts is shown: the opening one first.
func nodebbOrder(count int, sort string) []int {
	order := []int{1}
	for id := 2; id <= count; id++ {
		switch sort {
		case oldestFirst:
			order = append(order, id)
		case "most_votes": // the old ones have more of them, but for one
			if id == 3 {
				order = slices.Insert(order, 1, id)
				continue
			}
			order = append(order, id)
		default:
			order = slices.Insert(order, 1, id)
		}
	}
	return order
}

func nodebbAnswer(ids []int, sort string, page, pages int, api bool) string {
	var posts []string
	for _, id := range ids {
		posts = append(posts, fmt.Sprintf(`{"pid":%d,"tid":3,"index":%d,"timestampISO":"2026-11-20T10:%02d:00Z","content":"<p>post %d</p>","user":{"username":"ann","userslug":"ann"}}`, id, id-1, id, id))
	}
	data := fmt.Sprintf(`{"tid":3,"slug":"3/x","title":"T","posts":[%s],"pagination":{"currentPage":%d,"pageCount":%d},"sortOption":%q}`, strings.Join(posts, ","), page, pages, sort)
	if api {
		return data
	}
	return `<html><head><meta name="generator" content="NodeBB"></head><body><script id="ajaxify-data" type="application/json">` + data + `</script></body></html>`
}
