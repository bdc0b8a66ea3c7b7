package jsonapi_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
)

// TestJSONBody: placeholders in what is sent, the one behind the first brace as well, are
// filled in as JSON or a form wants them.
func TestJSONBody(t *testing.T) {
	const head = "json: https://api.example/q\nmethod: POST\nlist: .items[]\nfields: {id: .id, text: .t}\neach: {name: ['Банк \"Р&К\"']}\n"
	for name, test := range map[string]struct {
		block string
		want  []string
	}{
		"ozon": {"ozon: {client: c, key: k}", []string{
			`{"limit": 100, "sort_dir": "DESC", "status": "ALL", "last_id": ""}`,
			`{"limit": 100, "sort_dir": "DESC", "status": "ALL", "last_id": "ab/c+d=="}`,
		}},
		"json": {head + "body: '{\"page\": {page}, \"filter\": {\"name\": \"{name}\", \"after\": \"{since_time}\"}, \"ask\": \"?\"}'\npager: {by: page, pages: 2}", []string{
			`{"page": 0, "filter": {"name": "Банк \"Р\u0026К\"", "after": "2026-11-15T12:00:00Z"}, "ask": "?"}`,
			`{"page": 1, "filter": {"name": "Банк \"Р\u0026К\"", "after": "2026-11-15T12:00:00Z"}, "ask": "?"}`,
		}},
		"form": {head + "body: 'name={name}{&cursor}'\nheaders: {Content-Type: application/x-www-form-urlencoded}\npager: {by: cursor, next: .last_id, pages: 2}", []string{
			`name=%D0%91%D0%B0%D0%BD%D0%BA+%22%D0%A0%26%D0%9A%22`,
			`name=%D0%91%D0%B0%D0%BD%D0%BA+%22%D0%A0%26%D0%9A%22&cursor=ab%2Fc%2Bd%3D%3D`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var sent []string
			c := rig.Crawler(t, test.block, rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
				sent = append(sent, string(r.Body))
				return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(`{"items":[{"id":1,"t":"one"}],"reviews":[{"id":"1","text":"one"}],"has_next":true,"last_id":"ab/c+d=="}`)}, nil
			}))
			rig.Poll(t, c, "")
			if !slices.Equal(sent, test.want) {
				t.Errorf("sent %q", sent)
			}
		})
	}
}

// TestMarkdownLines: a line of Markdown stays one where HTML stands among them.
func TestMarkdownLines(t *testing.T) {
	for said, want := range map[string]string{
		`### Summary\r\n<!-- what\nfailed -->\r\nThe app **fails**\n> quoted\n<img\n src=\"x\">\n\nNo refund`: "### Summary\nThe app **fails**\nNo refund",
		`a < b\n<b>c</b>`:    "a < b\nc",
		"one\\ntwo &amp; 3":  "one\ntwo & 3",
		`<p>one\ntwo</p>now`: "one\ntwo\nnow",
	} {
		site := &rig.Pages{Bodies: map[string]string{"https://api.example/q": `{"items":[{"id":"1","t":"` + said + `"}]}`}}
		posts := rig.Poll(t, rig.Crawler(t, "json: https://api.example/q\nmarkdown: true\nlist: .items[]\nfields: {id: .id, text: .t}", site), "").Posts
		if len(posts) != 1 || posts[0].Text != want {
			t.Errorf("%q: %+v, want %q", said, posts, want)
		}
	}
}
