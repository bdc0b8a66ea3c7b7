package jsonapi_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
)

func TestJSONBackoff(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{
		"https://api.example/q?page=0": `{"items":[{"id":1,"t":"one"}],"backoff":30,"more":true}`,
		"https://api.example/q?page=1": `{"items":[{"id":2,"t":"two"}],"more":false}`,
	}}
	c := rig.Crawler(t, "json: https://api.example/q?page={page}\nlist: .items[]\nfields: {id: .id, text: .t}\nbackoff: .backoff\npager: {by: page, more: .more}", site)
	first := rig.Poll(t, c, "")
	if len(first.Posts) != 1 || len(site.Asked) != 1 {
		t.Errorf("%d posts of %d requests: a backoff ends the poll", len(first.Posts), len(site.Asked))
	}
	_, err := c.Poll(t.Context(), first.Next)
	if got := crawlers.ClassifyError(err).RetryAfter; got != 30*time.Second || len(site.Asked) != 1 {
		t.Errorf("error %v, wait %v, requests %v", err, got, site.Asked)
	}
}

// TestJSONValueThatIsNotThere: an app that one of the countries does not sell costs the
// others neither their baseline nor their memory.
func TestJSONValueThatIsNotThere(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{"https://api.example/ua": `{"items":[{"id":1,"t":"one"}]}`}}
	c := rig.Crawler(t, "json: https://api.example/{country}\neach: {country: [xx, ua]}\nlist: .items[]\nfields: {id: .id, text: .t}", site)
	first := rig.Poll(t, c, "")
	if len(first.Posts) != 1 || first.Next == "" || len(first.Observed.Unread) != 1 || !strings.Contains(first.Observed.Unread[0], "country xx") {
		t.Errorf("%d posts, cursor %q, unread %q", len(first.Posts), first.Next, first.Observed.Unread)
	}
	if again := rig.Poll(t, c, first.Next); len(again.Posts) > 0 {
		t.Errorf("%d posts again", len(again.Posts))
	}
	delete(site.Bodies, "https://api.example/ua")
	if _, err := c.Poll(t.Context(), first.Next); err == nil || !strings.Contains(err.Error(), "country xx") {
		t.Errorf("none of them is there: %v", err)
	}
}

// TestJSONBackoffInTheMiddle: the pages that a backoff kept a poll from are read once it
// is over.
func TestJSONBackoffInTheMiddle(t *testing.T) {
	list := func(n, last int, rest string) string {
		var items []string
		for ; n >= last; n-- {
			items = append(items, fmt.Sprintf(`{"id":%d,"t":"post %d"}`, n, n))
		}
		return `{"items":[` + strings.Join(items, ",") + `]` + rest + `}`
	}
	site := &rig.Pages{Bodies: map[string]string{"https://api.example/q?page=0": list(2, 1, "")}}
	c := rig.Crawler(t, "json: https://api.example/q?page={page}\nlist: .items[]\nfields: {id: .id, text: .t}\nbackoff: .backoff\npager: {by: page, more: .more}", site)
	first := rig.Poll(t, c, "")
	site.Bodies["https://api.example/q?page=0"] = list(6, 5, `,"backoff":30,"more":true`)
	site.Bodies["https://api.example/q?page=1"] = list(4, 3, `,"more":true`)
	second := rig.Poll(t, c, first.Next)
	site.Bodies["https://api.example/q?page=0"] = list(6, 5, `,"more":true`)
	at := strings.Index(string(second.Next), `"wait":"`)
	third := rig.Poll(t, c, second.Next[:at]+`"wait":"2001-01-01T00:00:00Z"}`)
	got := map[string]bool{}
	for _, p := range slices.Concat(second.Posts, third.Posts) {
		got[p.Text] = true
	}
	if len(got) != 4 {
		t.Errorf("got %v, want posts 3 to 6", got)
	}
}

func TestJSONSaysWhatFails(t *testing.T) {
	tests := []struct {
		body, want string
		blocked    bool
	}{
		{`{"error":{"error_code":6,"error_msg":"Too many requests"}}`, "the site says: Too many requests", false},
		{`{"closed":"captcha needed"}`, "cannot be read: captcha needed", true},
		{`<html>Just a page</html>`, "a web page, not JSON", false},
		{`{"items":[`, "cut off or no JSON", false},
		{`{"items":7}`, "list finds nothing", false},
	}
	for _, test := range tests {
		site := &rig.Pages{Bodies: map[string]string{"https://api.example/q": test.body}}
		c := rig.Crawler(t, "json: https://api.example/q\nlist: .items[]\nfields: {id: .id}\nfails: .error.error_msg\nclosed: .closed", site)
		_, err := c.Poll(t.Context(), "")
		if err == nil || !strings.Contains(err.Error(), test.want) || crawlers.ClassifyError(err).Blocked != test.blocked {
			t.Errorf("%s: error %v, want %q", test.body, err, test.want)
		}
	}
}

// TestManyPosts makes sure that a source with more posts than a cursor remembers
// is still not read to its end, nor returned again, at every poll.
func TestManyPosts(t *testing.T) {
	asked := 0
	c := rig.Crawler(t, "json: \"https://api.example/posts?page=1{&x=cursor}\"\nlist: .posts[]\nfields: {id: .id, url: .url, time: .at, text: .text}\npager: {by: cursor, next: .next, pages: 10}",
		rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
			asked++
			from := 0
			if i := strings.Index(r.URL, "x="); i >= 0 {
				from, _ = strconv.Atoi(r.URL[i+2:])
			}
			var posts []string
			for n := from; n < from+100; n++ {
				at := rig.Now.Add(-time.Duration(n) * time.Minute).Format(time.RFC3339)
				posts = append(posts, fmt.Sprintf(`{"id":%d,"url":"https://api.example/%d","at":%q,"text":"post %d"}`, n, n, at, n))
			}
			body := fmt.Sprintf(`{"posts":[%s],"next":"%d"}`, strings.Join(posts, ","), from+100)
			return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(body), At: rig.Now}, nil
		}))
	first, err := c.Poll(t.Context(), "")
	if err != nil || len(first.Posts) != 1000 || asked != 10 {
		t.Fatalf("%d posts by %d requests, %v", len(first.Posts), asked, err)
	}
	again, err := c.Poll(t.Context(), first.Next)
	if err != nil || len(again.Posts) != 0 || asked != 11 {
		t.Errorf("then %d posts by %d more requests, %v", len(again.Posts), asked-10, err)
	}
}

// TestJSONPageThatIsLeftOut: an answer of which the list leaves out all is not the last
// where the API says that there is more.
func TestJSONPageThatIsLeftOut(t *testing.T) {
	for name, pager := range map[string]string{
		"cursor": "{by: cursor, next: .next}", "more": "{by: page, from: 1, more: .more}", "next": "{by: next, next: .link}",
	} {
		t.Run(name, func(t *testing.T) {
			site := &rig.Pages{Bodies: map[string]string{}}
			asks := func(address, body string) {
				for _, a := range []string{address, strings.Replace(address, "?cursor=", "?page=", 1)} {
					site.Bodies["https://api.example/q"+a] = body
				}
			}
			const old = `{"id":1,"t":"one"}`
			asks("", `{"items":[`+old+`]}`)
			asks("?cursor=1", `{"items":[`+old+`]}`)
			c := rig.Crawler(t, "json: \"https://api.example/q{?cursor}{?page}\"\nlist: .items[] | select(.hidden | not)\nfields: {id: .id, text: .t}\npager: "+pager, site)
			first := rig.Poll(t, c, "")
			hidden := `{"items":[{"id":3,"t":"three","hidden":true}],"next":"2","more":true,"link":"/q?cursor=2"}`
			asks("", hidden)
			asks("?cursor=1", hidden)
			asks("?cursor=2", `{"items":[{"id":2,"t":"two"},`+old+`],"more":false}`)
			second := rig.Poll(t, c, first.Next)
			if len(second.Posts) != 1 || second.Posts[0].Text != "two" {
				t.Errorf("got %+v of %q, want the post behind what is left out", second.Posts, site.Asked)
			}
		})
	}
}
