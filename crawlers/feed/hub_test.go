package feed_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
)

func TestFeedTellsItsHub(t *testing.T) {
	const item = `<item><title>Words</title><link>https://n.example/1</link></item>`
	const entry = `<entry><id>1</id><title>Words</title><link href="https://n.example/1"/></entry>`
	rss := func(links string) string {
		return `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>N</title>` + links + item + `</channel></rss>`
	}
	atom := func(links string) string {
		return `<feed xmlns="http://www.w3.org/2005/Atom"><title>N</title>` + links + entry + `</feed>`
	}
	both := crawlers.Hub{URL: "https://hub.example/", Topic: "https://n.example/feed?a=1&utm_source=x"}
	cases := map[string]struct {
		body string
		link []string
		want crawlers.Hub
	}{
		"atom": {body: atom(`<link rel="self" href="https://n.example/feed?a=1&amp;utm_source=x"/><link rel="hub" href="https://hub.example/"/>`), want: both},
		"rss":  {body: rss(`<atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="https://n.example/feed?a=1&amp;utm_source=x"/>`), want: both},
		"header": {body: rss(""), want: both,
			link: []string{`<https://hub.example/>; rel="hub", <https://n.example/feed?a=1&utm_source=x>; title="a,b"; rel=self`}},
		"headers":          {body: atom(""), link: []string{`<https://hub.example/>; rel=hub`, `</feed?a=1&utm_source=x>; rel="self"`}, want: both},
		"relative":         {body: atom(`<link rel="self" href="/feed"/><link rel="hub" href="/hub"/>`), want: crawlers.Hub{URL: "https://n.example/hub", Topic: "https://n.example/feed"}},
		"no self":          {body: atom(`<link rel="hub" href="https://hub.example/"/>`)},
		"no hub":           {body: atom(`<link rel="self" href="https://n.example/feed"/>`)},
		"no web address":   {body: atom(`<link rel="self" href="https://n.example/feed"/><link rel="hub" href="file:///etc/passwd"/>`)},
		"a password in it": {body: atom(`<link rel="self" href="https://n.example/feed"/><link rel="hub" href="https://a:b@hub.example/"/>`)},
		// An address that ends in nothing of its own is the polled one, key and all.
		"a self of a fragment": {body: atom(`<link rel="self" href="#x"/><link rel="hub" href="https://hub.example/"/>`)},
		"a self of nothing":    {body: atom(`<link rel="self" href=" "/><link rel="hub" href="https://hub.example/"/>`)},
		"a self of a query":    {body: rss(`<atom:link rel="self" href="?n=1"/><atom:link rel="hub" href="https://hub.example/"/>`)},
		"a self of a folder":   {body: atom(`<link rel="self" href="./feed"/><link rel="hub" href="https://hub.example/"/>`), want: crawlers.Hub{URL: "https://hub.example/", Topic: "https://n.example/feed"}},
		"a hub of a fragment":  {body: rss(""), link: []string{`<#hub>; rel=hub, </feed>; rel=self`}},
		"an unfinished link":   {body: rss(""), link: []string{`<https://hub.example/`, `<>`, `;rel=hub`}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			asked := 0
			site := rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
				res := &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, At: rig.Now, Validators: fetch.Validators{ETag: "x"}}
				if asked++; asked > 1 {
					res.NotModified = true
					return res, nil
				}
				for _, line := range c.link {
					res.Header.Add("Link", line)
				}
				res.Body = []byte(c.body)
				return res, nil
			})
			feed := rig.Crawler(t, "feed: https://n.example/feed.xml?key=SECRETKEY1", site)
			first := rig.Poll(t, feed, "")
			if first.Hub != c.want || len(first.Posts) != 1 {
				t.Errorf("%d posts, hub %+v, want 1 and %+v", len(first.Posts), first.Hub, c.want)
			}
			// An answer without a body does not take the hub away.
			if again := rig.Poll(t, feed, first.Next); !again.Unchanged || again.Hub != c.want {
				t.Errorf("unchanged: hub %+v, want %+v", again.Hub, c.want)
			}
		})
	}
}
