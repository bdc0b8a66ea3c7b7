package jsonapi

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// fetcher answers from a function and remembers what was asked.
type fetcher struct {
	answer func(fetch.Request) *fetch.Response
	asked  []fetch.Request
}

func (f *fetcher) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	f.asked = append(f.asked, r)
	return f.answer(r), nil
}

// TestHeadersStayAtTheirOrigin: the key in the headers is for the address of the
// watchlist, whatever the answers name as their next page.
func TestHeadersStayAtTheirOrigin(t *testing.T) {
	const first = "https://api.example/p"
	for name, tt := range map[string]struct {
		address, led, next string // led: where the first page was redirected to
		want               string // what is asked next, with its key; "" nothing
	}{
		"the same origin":             {first, first, "https://api.example/p?page=2", "https://api.example/p?page=2 key"},
		"relative":                    {first, first, "?page=2", "https://api.example/p?page=2 key"},
		"the port written out":        {first, first, "https://api.example:443/p?page=2", "https://api.example/p?page=2 key"},
		"a proxy forgot its https":    {first, first, "http://api.example/p?page=2", "https://api.example/p?page=2 key"},
		"the same on a port":          {"https://api.example:8443/p", "https://api.example:8443/p", "http://api.example:8443/p?page=2", "https://api.example:8443/p?page=2 key"},
		"moved up to https":           {"http://api.example/p", first, "https://api.example/p?page=2", "https://api.example/p?page=2 key"},
		"moved up, the link did not":  {"http://api.example/p", first, "http://api.example/p?page=2", "http://api.example/p?page=2 key"}, // as the watchlist says
		"redirected to another host":  {first, "https://evil.example/p", "https://evil.example/p?page=2", "https://evil.example/p?page=2 "},
		"and back":                    {first, "https://evil.example/p", "https://api.example/p?page=2", "https://api.example/p?page=2 key"},
		"redirected down to http":     {first, "http://api.example/p", "http://api.example/p?page=2", "https://api.example/p?page=2 key"},
		"www is another host":         {first, first, "https://www.api.example/p?page=2", ""},
		"another port":                {first, first, "https://api.example:8443/p?page=2", ""},
		"http on another port":        {first, first, "http://api.example:8080/p?page=2", ""},
		"another host":                {first, first, "https://evil.example/p?page=2", ""},
		"another host after redirect": {first, "https://evil.example/p", "https://worse.example/p?page=2", ""},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			web := &fetcher{answer: func(q fetch.Request) *fetch.Response {
				n++
				at := q.URL
				if n == 1 {
					at = tt.led
				}
				return &fetch.Response{URL: at, Status: 200, Header: http.Header{}, Body: fmt.Appendf(nil, `{"items":[{"id":%d,"t":"x"}],"next":%q}`, n, tt.next)}
			}}
			c := keyedAPI(t, web, tt.address, Options{})
			if _, err := c.Poll(t.Context(), ""); err != nil {
				t.Fatal(err)
			}
			if got := web.asked[0].Header.Get("X-Key"); got != "key" {
				t.Errorf("the first page was asked with the key %q", got)
			}
			got := ""
			if len(web.asked) > 1 {
				got = web.asked[1].URL + " " + web.asked[1].Header.Get("X-Key")
			}
			if got != tt.want {
				t.Errorf("then asked %q, want %q", got, tt.want)
			}
		})
	}
}

// TestThreadsKeepHeadersAtTheirOrigin: the address of a discussion is the site's word.
func TestThreadsKeepHeadersAtTheirOrigin(t *testing.T) {
	for hint, want := range map[string]string{
		"https://api.example/t/1":      "https://api.example/t/1 key",
		"http://api.example/t/1":       "https://api.example/t/1 key",
		"https://www.api.example/t/1":  "",
		"https://api.example:8443/t/1": "",
		"https://evil.example/t/1":     "",
	} {
		web := &fetcher{answer: func(q fetch.Request) *fetch.Response {
			return &fetch.Response{URL: q.URL, Status: 200, Header: http.Header{}, Body: []byte(`{"items":[]}`)}
		}}
		c := keyedAPI(t, web, "https://api.example/p", Options{Follow: ".items[]"})
		if _, err := c.(crawlers.Threader).Thread(t.Context(), mention.Post{ID: "1", ThreadHint: hint}, ""); err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(web.asked) > 0 {
			got = web.asked[0].URL + " " + web.asked[0].Header.Get("X-Key")
		}
		if got != want {
			t.Errorf("%s: asked %q, want %q", hint, got, want)
		}
	}
}

// TestBodiesStayAtTheirOrigin: a key may stand in the body just as well.
func TestBodiesStayAtTheirOrigin(t *testing.T) {
	web := &fetcher{answer: func(fetch.Request) *fetch.Response {
		return &fetch.Response{URL: "https://evil.example/p", Status: 200, Header: http.Header{}, Body: []byte(`{"items":[{"id":1,"t":"x"}],"next":"https://evil.example/p?page=2"}`)}
	}}
	c := keyedAPI(t, web, "https://api.example/p", Options{Method: "POST", Body: `{"key":"s3cret"}`})
	if _, err := c.Poll(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if len(web.asked) != 1 {
		t.Errorf("the body went on to %s", web.asked[1].URL)
	}
}

// keyedAPI reads items and follows their next links with a key in a header.
func keyedAPI(t *testing.T, web crawlers.Fetcher, address string, o Options) crawlers.Crawler {
	t.Helper()
	o.Address, o.API, o.List = address, true, ".items[]"
	o.Fields, o.Pager = Fields{ID: ".id", Text: ".t"}, Pager{By: "next", Next: ".next", Pages: 2}
	o.Headers = map[string]config.Secret{"X-Key": config.NewSecret("key", "")}
	c, err := New(crawlers.Env{Fetch: web, Now: time.Now, Source: "s"}, o, poll.Values{}, config.Section{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
