package presets_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// TestThreadsOfAPIs follows one post on each API that can be asked for its
// discussion. The answers are written after the documented shapes.
func TestThreadsOfAPIs(t *testing.T) {
	tests := []struct {
		block, list, hint, answer string
		sent                      string // what is asked for beside the hint
		asks                      string // the body of the question; "": none
		want                      string // author > what it answers: text, and the address where that is looked at
	}{
		{
			block:  "mastodon: {server: social.example, tag: romashka}",
			list:   `[{"id":"7","uri":"https://social.example/u/7","url":"https://social.example/@a/7","visibility":"public","created_at":"2026-11-21T10:00:00Z","content":"<p>lost</p>","account":{"acct":"a"}}]`,
			hint:   "https://social.example/api/v1/statuses/7/context",
			answer: `{"ancestors":[],"descendants":[{"id":"8","uri":"https://social.example/u/8","url":"https://social.example/@bank/8","in_reply_to_id":"7","visibility":"public","created_at":"2026-11-21T11:00:00Z","content":"<p>We look</p>","account":{"acct":"bank"}},{"id":"9","uri":"https://social.example/u/9","url":"https://social.example/@a/9","in_reply_to_id":"8","visibility":"public","created_at":"2026-11-21T12:00:00Z","content":"<p>Thanks</p>","account":{"acct":"a"}}]}`,
			want:   "bank > : We look; a > https://social.example/u/8: Thanks",
		},
		{
			block:  "hackernews: romashka",
			list:   `{"hits":[{"objectID":"102","author":"ann","story_title":"Lost","comment_text":"Same","story_id":101,"parent_id":101,"created_at_i":1795258800}],"page":0,"nbPages":1}`,
			hint:   "https://hn.algolia.com/api/v1/items/101",
			answer: `{"id":101,"type":"story","title":"Lost","author":"pg2","created_at_i":1795255200,"children":[{"id":102,"type":"comment","author":"ann","text":"Same","parent_id":101,"created_at_i":1795258800,"children":[{"id":103,"type":"comment","author":"bank","text":"Sorry","parent_id":102,"created_at_i":1795259800,"children":[]}]}]}`,
			want:   "pg2 > : ; ann > 101: Same; bank > 102: Sorry",
		},
		{
			block:  "github: romashka",
			list:   `{"items":[{"html_url":"https://github.com/e/a/issues/1","comments_url":"https://api.github.com/repos/e/a/issues/1/comments","title":"Fails","user":{"login":"o"},"created_at":"2026-11-21T10:00:00Z","body":"It fails"}]}`,
			hint:   "https://api.github.com/repos/e/a/issues/1/comments?per_page=100",
			answer: `[{"html_url":"https://github.com/e/a/issues/1#issuecomment-5","user":{"login":"bank"},"created_at":"2026-11-21T11:00:00Z","body":"> It fails\n\nFixed"}]`,
			want:   "bank > : Fixed",
		},
		{ // the first page holds the oldest comments, and the answer is none of them
			block:  "github: a long discussion",
			list:   `{"items":[{"html_url":"https://github.com/e/a/issues/2","comments_url":"https://api.github.com/repos/e/a/issues/2/comments","comments":230,"title":"Fails","user":{"login":"o"},"created_at":"2026-01-21T10:00:00Z","updated_at":"2026-11-21T10:00:00Z","body":"It fails"}]}`,
			hint:   "https://api.github.com/repos/e/a/issues/2/comments?per_page=100&since=2026-11-21T10:00:00Z",
			answer: `[{"html_url":"https://github.com/e/a/issues/2#issuecomment-9","user":{"login":"bank"},"created_at":"2026-11-21T11:00:00Z","body":"Fixed"}]`,
			want:   "bank > : Fixed",
		},
		{ // with a token the comments come along, and what is said after them is asked for
			block:  "github: {query: romashka, token: t}",
			list:   `{"data":{"search":{"nodes":[{"url":"https://github.com/e/a/pull/2","title":"Fails","body":"It fails","createdAt":"2026-11-21T10:00:00Z","updatedAt":"2026-11-21T10:00:00Z","author":{"login":"o"},"comments":{"totalCount":61,"nodes":[]}}]}}}`,
			hint:   "https://api.github.com/repos/e/a/issues/2/comments?per_page=100&since=2026-11-21T10:00:00Z",
			answer: `[{"html_url":"https://github.com/e/a/pull/2#issuecomment-9","issue_url":"https://api.github.com/repos/e/a/issues/2","user":{"login":"bank"},"created_at":"2026-11-21T11:00:00Z","updated_at":"2026-11-21T11:00:00Z","body":"Fixed"}]`,
			want:   "bank > : Fixed",
		},
		{
			block:  "lemmy: {server: lemmy.example, query: romashka}",
			list:   `{"posts":[{"post":{"id":12,"name":"Lost","ap_id":"https://lemmy.example/post/12","published":"2026-11-21T09:00:00Z"},"creator":{"name":"o"}}],"comments":[]}`,
			hint:   "https://lemmy.example/api/v3/comment/list?post_id=12&type_=All&sort=New&limit=50",
			answer: `{"comments":[{"comment":{"ap_id":"https://lemmy.example/comment/5","content":"Fixed","published":"2026-11-21T11:00:00Z"},"post":{"id":12,"name":"Lost","ap_id":"https://lemmy.example/post/12"},"creator":{"name":"bank"}}]}`,
			want:   "bank > https://lemmy.example/post/12: Fixed",
		},
		{
			block:  "bluesky: {appview: view.example, query: romashka}",
			list:   `{"posts":[{"uri":"at://did:plc:o/app.bsky.feed.post/1","author":{"did":"did:plc:o","handle":"o.example"},"record":{"text":"lost","createdAt":"2026-11-21T09:00:00Z"},"indexedAt":"2026-11-21T09:00:01Z"}]}`,
			hint:   "https://view.example/xrpc/app.bsky.feed.getPostThread?depth=100&uri=at%3A%2F%2Fdid%3Aplc%3Ao%2Fapp.bsky.feed.post%2F1",
			answer: `{"thread":{"post":{"uri":"at://did:plc:o/app.bsky.feed.post/1","author":{"did":"did:plc:o","handle":"o.example"},"record":{"text":"lost","createdAt":"2026-11-21T09:00:00Z"},"indexedAt":"2026-11-21T09:00:01Z"},"replies":[{"post":{"uri":"at://did:plc:b/app.bsky.feed.post/2","author":{"did":"did:plc:b","handle":"bank.example"},"record":{"text":"sorry","createdAt":"2026-11-21T10:00:00Z","reply":{"root":{"uri":"at://did:plc:o/app.bsky.feed.post/1"},"parent":{"uri":"at://did:plc:o/app.bsky.feed.post/1"}}},"indexedAt":"2026-11-21T10:00:01Z"},"replies":[]},{"notFound":true}]}}`,
			want:   "o.example > : lost; bank.example > at://did:plc:o/app.bsky.feed.post/1: sorry",
		},
		{
			block: "vk: {query: romashka, token: t}",
			list:  `{"response":{"items":[{"id":101,"owner_id":-55,"from_id":900,"date":1795255200,"text":"lost"}],"profiles":[{"id":900,"first_name":"Olena","last_name":"K"}]}}`,
			hint:  "https://api.vk.com/method/wall.getComments?owner_id=-55&post_id=101&extended=1&count=100&sort=desc&thread_items_count=10&v=5.131",
			answer: `{"response":{"count":3,"items":[{"id":104,"owner_id":-55,"post_id":101,"deleted":true},{"id":102,"owner_id":-55,"post_id":101,"from_id":-55,"date":1795258800,"text":"sorry",
				"thread":{"count":1,"items":[{"id":103,"owner_id":-55,"post_id":101,"from_id":900,"reply_to_comment":102,"date":1795259800,"text":"[club55|Bank], thanks"}]}}],
				"profiles":[{"id":900,"first_name":"Olena","last_name":"K"}],"groups":[{"id":55,"name":"Bank"}]}}`,
			want: "Bank > -55_101: sorry; Olena K > -55_102: Bank, thanks",
		},
		{ // the search finds posts; what stands under them is asked for
			block:  "reddit: {query: romashka, token: t}",
			list:   `{"data":{"children":[{"kind":"t3","data":{"name":"t3_a","author":"o","permalink":"/r/ukraine/comments/a/lost/","created_utc":1795255200.0,"title":"Lost","selftext":"My money"}}],"after":null}}`,
			hint:   "https://oauth.reddit.com/comments/a?sort=new&limit=100&raw_json=1",
			answer: `[{"data":{"children":[{"kind":"t3","data":{"name":"t3_a"}}]}},{"data":{"children":[{"kind":"t1","data":{"name":"t1_b","author":"romashka_help","parent_id":"t3_a","link_id":"t3_a","permalink":"/r/ukraine/comments/a/lost/b/","created_utc":1795258800.0,"body":"Sorry","replies":{"data":{"children":[{"kind":"t1","data":{"name":"t1_c","author":"o","parent_id":"t1_b","link_id":"t3_a","permalink":"/r/ukraine/comments/a/lost/c/","created_utc":1795259800.0,"body":"Thanks","replies":""}}]}}}},{"kind":"more","data":{"name":"t1_d"}}]}}]`,
			want:   "romashka_help > t3_a: Sorry; o > t1_b: Thanks",
		},
		{ // below a comment in a long thread
			block:  "reddit: {subreddits: [ukraine], token: t}",
			list:   `{"data":{"children":[{"kind":"t1","data":{"name":"t1_b","author":"o","link_id":"t3_a","parent_id":"t3_a","permalink":"/r/ukraine/comments/a/lost/b/","link_permalink":"https://www.reddit.com/r/ukraine/comments/a/lost/","created_utc":1795255200.0,"body":"My money"}}],"after":null}}`,
			hint:   "https://oauth.reddit.com/comments/a?sort=new&limit=100&raw_json=1&comment=b",
			answer: `[{"data":{"children":[{"kind":"t3","data":{"name":"t3_a"}}]}},{"data":{"children":[{"kind":"t1","data":{"name":"t1_b","author":"o","parent_id":"t3_a","link_id":"t3_a","permalink":"/r/ukraine/comments/a/lost/b/","created_utc":1795255200.0,"body":"My money","replies":{"data":{"children":[{"kind":"t1","data":{"name":"t1_c","author":"romashka_help","parent_id":"t1_b","link_id":"t3_a","permalink":"/r/ukraine/comments/a/lost/c/","created_utc":1795259800.0,"body":"Sorry","replies":""}}]}}}}]}}]`,
			want:   "o > t3_a: My money; romashka_help > t1_b: Sorry",
		},
		{ // the thread shows some answers alone, and an answer does not say under which video it stands
			block:  `youtube: {channel: UCromashka, key: k}`,
			list:   `{"items":[{"snippet":{"videoId":"v1","topLevelComment":{"id":"UgA","snippet":{"textOriginal":"Lost","authorDisplayName":"@o","publishedAt":"2026-11-21T10:00:00Z"}}}}]}`,
			hint:   "https://www.googleapis.com/youtube/v3/comments?part=snippet&parentId=UgA&maxResults=100&textFormat=plainText",
			sent:   "&key=k",
			answer: `{"items":[{"id":"UgA.9","snippet":{"textOriginal":"Sorry","authorDisplayName":"@bank","parentId":"UgA","publishedAt":"2026-11-21T11:00:00Z"}}]}`,
			want:   "@bank > UgA: Sorry https://www.youtube.com/watch?v=v1&lc=UgA.9",
		},
		{ // the key is for what is asked about a discussion, too, and is not stored with its address
			block:  `stackexchange: {query: romashka, key: k}`,
			list:   `{"items":[{"item_type":"question","question_id":5,"title":"Fails","excerpt":"It fails","creation_date":1795255200}],"has_more":false}`,
			hint:   "https://api.stackexchange.com/2.3/questions/5/answers?order=desc&sort=creation&pagesize=100&site=stackoverflow&filter=withbody",
			sent:   "&key=k",
			answer: `{"items":[{"answer_id":6,"question_id":5,"owner":{"display_name":"bank"},"body":"<p>Fixed</p>","creation_date":1795258800}],"has_more":false}`,
			want:   "bank > q5: Fixed",
		},
		{
			block:  "stackexchange: romashka",
			list:   `{"items":[{"item_type":"question","question_id":5,"title":"Fails","excerpt":"It fails","creation_date":1795255200}],"has_more":false}`,
			hint:   "https://api.stackexchange.com/2.3/questions/5/answers?order=desc&sort=creation&pagesize=100&site=stackoverflow&filter=withbody",
			answer: `{"items":[{"answer_id":6,"question_id":5,"owner":{"display_name":"bank"},"body":"<p>Fixed</p>","creation_date":1795258800}],"has_more":false}`,
			want:   "bank > q5: Fixed",
		},
		{ // under no name, and without what it answers: the review that was asked for
			block:  "ozon: {client: '1', key: k}",
			list:   `{"reviews":[{"id":"018f-1","sku":14,"text":"lost","rating":1,"published_at":"2026-11-21T09:00:00Z"}],"has_next":false}`,
			hint:   "https://api-seller.ozon.ru/v1/review/comment/list",
			asks:   `{"review_id": "018f-1", "limit": 100, "offset": 0, "sort_dir": "DESC"}`,
			answer: `{"comments":[{"id":"c2","text":"me too","is_owner":false,"published_at":"2026-11-21T10:00:00Z"},{"id":"c1","text":"sorry","is_owner":true,"is_official":true,"published_at":"2026-11-21T10:00:00Z"}],"offset":0}`,
			want:   " > 018f-1: sorry",
		},
		{
			block: "yandexmarket: {business: '5', key: k}",
			list:  `{"status":"OK","result":{"feedbacks":[{"feedbackId":9001,"createdAt":"2026-11-20T12:00:00+03:00","author":"Olena","description":{"comment":"lost"},"statistics":{"rating":1}}],"paging":{}}}`,
			hint:  "https://api.partner.market.yandex.ru/v2/businesses/5/goods-feedback/comments?limit=50",
			asks:  `{"feedbackId": 9001}`,
			answer: `{"status":"OK","result":{"comments":[{"id":7,"text":"me too","author":{"type":"USER","name":"Ivan"},"status":"PUBLISHED","feedbackId":9001},{"id":9,"text":"we look","author":{"type":"BUSINESS"},"status":"UNMODERATED","feedbackId":9001},
				{"id":8,"text":"sorry","author":{"type":"BUSINESS","name":"Romashka"},"status":"PUBLISHED","feedbackId":9001}],"paging":{}}}`,
			want: " > 9001: sorry",
		},
	}
	for _, test := range tests {
		name, _, _ := strings.Cut(test.block, ":")
		t.Run(name, func(t *testing.T) {
			gone := false
			c := rig.Crawler(t, test.block, rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
				body := test.list
				switch {
				case r.URL == test.hint+test.sent && gone:
					return nil, &fetch.StatusError{Status: http.StatusNotFound, URL: r.URL}
				case r.URL == test.hint+test.sent:
					body = test.answer
					if string(r.Body) != test.asks || (r.Method == http.MethodPost) != (test.asks != "") || test.asks != "" && r.Header.Get("Content-Type") != "application/json" {
						t.Errorf("%s with %s, want %s", r.Method, r.Body, test.asks)
					}
				case strings.Contains(r.URL, "max_id="):
					body = "[]"
				}
				return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(body), At: rig.Now}, nil
			}))
			batch, err := c.Poll(t.Context(), "")
			if err != nil || len(batch.Posts) == 0 {
				t.Fatalf("%d posts, %v", len(batch.Posts), err)
			}
			p := batch.Posts[0]
			if p.ThreadHint != test.hint {
				t.Errorf("hint %s, want %s", p.ThreadHint, test.hint)
			}
			threader := c.(crawlers.Threader)
			found, err := threader.Thread(t.Context(), p, "")
			if err != nil {
				t.Fatal(err)
			}
			rig.CheckPosts(t, found.Posts)
			var got []string
			for _, f := range found.Posts {
				if f.Own && (f.URL != p.URL || f.ThreadURL != p.ThreadURL || f.ID == p.ID) {
					t.Errorf("the owner's answer %s stands at %s in %s", f.ID, f.URL, f.ThreadURL)
				}
				line := fmt.Sprintf("%s > %s: %s", f.Author, f.ReplyTo, f.Text)
				if f.URL != "" && strings.HasSuffix(test.want, " "+f.URL) {
					line += " " + f.URL
				}
				got = append(got, line)
			}
			if text := strings.Join(got, "; "); text != test.want {
				t.Errorf("found %s\nwant %s", text, test.want)
			}
			again, err := threader.Thread(t.Context(), p, found.Next)
			if err != nil || len(again.Posts) != 0 {
				t.Errorf("again %d posts, %v", len(again.Posts), err)
			}
			gone = true
			after, err := threader.Thread(t.Context(), p, found.Next)
			if err != nil || len(after.Posts) != 1 || !after.Posts[0].Deleted || after.Posts[0].ID != p.ID {
				t.Errorf("gone: %+v, %v", after.Posts, err)
			}
			elsewhere := mention.Post{ID: "x", ThreadHint: "https://elsewhere.example/"}
			if b, err := threader.Thread(t.Context(), elsewhere, ""); err != nil || !b.Unchanged {
				t.Errorf("another host is asked: %+v, %v", b, err)
			}
		})
	}
}

// TestGoneInWords: an API that says with 400 that a post is not there any more says that it is
// gone; of an answer in a discussion whose first post is gone it says nothing, and any other
// refusal is one.
func TestGoneInWords(t *testing.T) {
	const post = `{"posts":[{"uri":"at://did:plc:o/app.bsky.feed.post/2","author":{"did":"did:plc:o","handle":"o.example"},"record":{"text":"lost","createdAt":"2026-11-21T09:00:00Z"%s},"indexedAt":"2026-11-21T09:00:01Z"}]}`
	const inside = `,"reply":{"root":{"uri":"at://did:plc:p/app.bsky.feed.post/1"},"parent":{"uri":"at://did:plc:p/app.bsky.feed.post/1"}}`
	for name, test := range map[string]struct {
		post, says string
		gone       bool
	}{
		"gone":                    {post: "", says: `{"error":"NotFound","message":"Post not found: at://did:plc:o/app.bsky.feed.post/2"}`, gone: true},
		"the first post is gone":  {post: inside, says: `{"error":"NotFound","message":"Post not found: at://did:plc:p/app.bsky.feed.post/1"}`},
		"the address is not good": {post: "", says: `{"error":"InvalidRequest","message":"Error: uri must be a valid at-uri"}`},
		"no JSON":                 {post: "", says: "NotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			c := rig.Crawler(t, "bluesky: {appview: view.example, query: romashka}", rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
				if strings.Contains(r.URL, "getPostThread") {
					return nil, &fetch.StatusError{Status: http.StatusBadRequest, URL: r.URL, Body: []byte(test.says)}
				}
				return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(fmt.Sprintf(post, test.post)), At: rig.Now}, nil
			}))
			batch, err := c.Poll(t.Context(), "")
			if err != nil || len(batch.Posts) != 1 || batch.Posts[0].Deleted {
				t.Fatalf("%+v, %v", batch.Posts, err)
			}
			found, err := c.(crawlers.Threader).Thread(t.Context(), batch.Posts[0], "")
			gone := err == nil && len(found.Posts) == 1 && found.Posts[0].Deleted
			if gone != test.gone || !gone && err == nil {
				t.Errorf("gone: %v, %+v, %v", gone, found.Posts, err)
			}
		})
	}
}

// TestTroubleIsNotGone: a program that knows a deleted post by what it lacks, as no author, is true
// of every answer that is no post; and a server in trouble says nothing of one.
func TestTroubleIsNotGone(t *testing.T) {
	for deleted, statuses := range map[string][]int{
		".author == null": {http.StatusBadRequest, http.StatusInternalServerError},
		".error != null":  {http.StatusInternalServerError},
	} {
		for _, status := range statuses {
			c := rig.Crawler(t, `json: {address: "https://api.example/q", list: ".posts[]", fields: {id: .id, text: .text, author: .author, deleted: "`+deleted+`", comments: '"https://api.example/of/\(.id)"'}, follow: ".[]"}`,
				rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
					if strings.Contains(r.URL, "/of/") {
						return nil, &fetch.StatusError{Status: status, URL: r.URL, Body: []byte(`{"error":"try again"}`)}
					}
					return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(`{"posts":[{"id":1,"text":"lost","author":"o"}]}`), At: rig.Now}, nil
				}))
			found, err := c.(crawlers.Threader).Thread(t.Context(), rig.Poll(t, c, "").Posts[0], "")
			if err == nil {
				t.Errorf("%s, %d: %+v", deleted, status, found.Posts)
			}
		}
	}
}

// TestComplaintsInsideOfDiscussions: what is found in a discussion may be a complaint of its
// own, which is followed in turn, and whose answer must be known for one.
func TestComplaintsInsideOfDiscussions(t *testing.T) {
	const lemmy = `{"comment":{"id":%d,"ap_id":%q,"path":%q,"content":"words","published":"2026-11-21T11:00:00Z"},"post":{"id":12,"name":"Lost","ap_id":"https://lemmy.example/post/12"},"creator":{"name":"bank"}}`
	for name, test := range map[string]struct {
		block, hint, answer string
		hints, answers      []string // of what is found
	}{
		"vk": {
			block: "vk: {query: romashka, token: t}",
			hint:  "https://api.vk.com/method/wall.getComments?owner_id=-55&post_id=101&extended=1&count=100&sort=desc&thread_items_count=10&v=5.131",
			answer: `{"response":{"count":1,"items":[{"id":102,"owner_id":-55,"post_id":101,"from_id":900,"date":1795258800,"text":"my money is gone",
				"thread":{"count":1,"items":[{"id":103,"owner_id":-55,"post_id":101,"from_id":-55,"reply_to_comment":102,"date":1795259800,"text":"sorry"}]}}]}}`,
			hints: []string{
				"https://api.vk.com/method/wall.getComments?owner_id=-55&post_id=101&extended=1&count=100&sort=desc&thread_items_count=10&v=5.131",
				"https://api.vk.com/method/wall.getComments?owner_id=-55&post_id=101&extended=1&count=100&sort=desc&thread_items_count=10&v=5.131",
			},
			answers: []string{"-55_101", "-55_102"},
		},
		"github": {
			block:   "github: romashka",
			hint:    "https://api.github.com/repos/e/a/issues/2/comments?per_page=100&since=2026-11-21T10:00:00Z",
			answer:  `[{"html_url":"https://github.com/e/a/issues/2#issuecomment-9","issue_url":"https://api.github.com/repos/e/a/issues/2","user":{"login":"o"},"created_at":"2026-11-21T11:00:00Z","updated_at":"2026-11-21T11:00:00Z","body":"Romashka fails"}]`,
			hints:   []string{"https://api.github.com/repos/e/a/issues/2/comments?per_page=100&since=2026-11-21T11:00:00Z"},
			answers: []string{""},
		},
		"lemmy": {
			block: "lemmy: {server: lemmy.example, query: romashka}",
			hint:  "https://lemmy.example/api/v3/comment/list?post_id=12&type_=All&sort=New&limit=50",
			answer: `{"comments":[` + fmt.Sprintf(lemmy, 7, "https://lemmy.example/comment/7", "0.4.7") + "," + fmt.Sprintf(lemmy, 6, "https://lemmy.example/comment/6", "0.5.6") + "," +
				fmt.Sprintf(lemmy, 5, "https://other.example/comment/99", "0.5") + `]}`,
			hints: slices.Repeat([]string{"https://lemmy.example/api/v3/comment/list?post_id=12&type_=All&sort=New&limit=50"}, 3),
			// 4 is not in the list: it has the server's own address, or one that nobody knows here.
			answers: []string{"https://lemmy.example/comment/4", "https://other.example/comment/99", "https://lemmy.example/post/12"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := rig.Crawler(t, test.block, rig.Says("", test.answer))
			found, err := c.(crawlers.Threader).Thread(t.Context(), mention.Post{ID: "x", ThreadHint: test.hint}, "")
			if err != nil {
				t.Fatal(err)
			}
			var hints, answers []string
			for _, p := range found.Posts {
				hints, answers = append(hints, p.ThreadHint), append(answers, p.ReplyTo)
			}
			if !slices.Equal(hints, test.hints) {
				t.Errorf("followed at %q\nwant %q", hints, test.hints)
			}
			if !slices.Equal(answers, test.answers) {
				t.Errorf("answers %q\nwant %q", answers, test.answers)
			}
		})
	}
}
