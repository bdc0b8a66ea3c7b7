package presets_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// TestOwnAccountsCanBeNamed: a name alone closes nothing in a network, so what the site
// says of the account must be in the post, for profile: under official: to name it.
func TestOwnAccountsCanBeNamed(t *testing.T) {
	const comment = `{"data":{"children":[{"kind":"t1","data":{"name":"t1_a","author":"romashka_help","permalink":"/r/ukraine/comments/x/y/a/","link_permalink":"https://www.reddit.com/r/ukraine/comments/x/y/","parent_id":"t1_b","created_utc":1795172400.0,"edited":false,"link_title":"Lost","body":"We look","selftext":"We look","title":"T"}}],"after":null}}`
	for block, test := range map[string]struct{ body, want string }{
		"reddit: {subreddits: [ukraine], token: \"${env:REDDIT_TOKEN}\"}": {comment, "romashka_help https://www.reddit.com/user/romashka_help"},
		"reddit: {query: romashka, token: \"${env:REDDIT_TOKEN}\"}":       {comment, "romashka_help https://www.reddit.com/user/romashka_help"},
		"stackexchange: romashka": {`{"items":[{"item_type":"answer","answer_id":6,"question_id":5,"title":"T","excerpt":"We look","creation_date":1795172400,"owner":{"display_name":"Romashka","user_type":"registered","user_id":7,"link":"https://stackoverflow.com/users/7/romashka"}}],"has_more":false}`,
			"Romashka https://stackoverflow.com/users/7/romashka"},
		// The address that a browser shows of a page: what people copy.
		"bluesky: {appview: view.example, query: romashka, token: \"${env:BLUESKY_TOKEN}\"}": {`{"posts":[{"uri":"at://did:plc:b/app.bsky.feed.post/1","author":{"did":"did:plc:b","handle":"romashka.example"},"record":{"text":"We look","createdAt":"2026-11-21T09:00:00Z"},"indexedAt":"2026-11-21T09:00:01Z"},
			{"uri":"at://did:plc:c/app.bsky.feed.post/1","author":{"did":"did:plc:c","handle":"handle.invalid"},"record":{"text":"Romashka","createdAt":"2026-11-21T09:01:00Z"},"indexedAt":"2026-11-21T09:01:01Z"}]}`,
			"romashka.example https://bsky.app/profile/romashka.example; did:plc:c https://bsky.app/profile/did:plc:c"},
		"vk: {query: romashka, token: t}": {`{"response":{"items":[{"id":1,"owner_id":-55,"from_id":-55,"date":1795255200,"text":"We look"},{"id":2,"owner_id":-55,"from_id":900,"date":1795255201,"text":"Lost"},{"id":3,"owner_id":-55,"from_id":901,"date":1795255202,"text":"Lost, too"}],
			"profiles":[{"id":900,"first_name":"Olena","last_name":"K","screen_name":"olena_k"}],"groups":[{"id":55,"name":"Romashka","screen_name":"romashka_bank"}]}}`,
			"Romashka https://vk.com/romashka_bank; Olena K https://vk.com/olena_k;  https://vk.com/id901"},
		// The same name at another server is somebody else's.
		"lemmy: {server: lemmy.example, query: romashka}": {`{"posts":[],"comments":[
			{"comment":{"id":1,"ap_id":"https://lemmy.example/comment/1","content":"We look","path":"0.1","published":"2026-11-21T09:00:00Z"},"post":{"ap_id":"https://lemmy.example/post/9","name":"Lost"},"creator":{"name":"romashka","local":true,"actor_id":"https://lemmy.example/u/romashka"}},
			{"comment":{"id":2,"ap_id":"https://evil.example/comment/7","content":"Pay me","path":"0.2","published":"2026-11-21T09:01:00Z"},"post":{"ap_id":"https://lemmy.example/post/9","name":"Lost"},"creator":{"name":"romashka","local":false,"actor_id":"https://evil.example/u/romashka"}}]}`,
			"romashka https://lemmy.example/u/romashka; romashka@evil.example https://evil.example/u/romashka"},
		// Others have numbers that are this page's own for them and lead nowhere.
		"facebookpage: {page: romashka, token: \"${env:FACEBOOK_PAGE_TOKEN}\"}": {`{"data":[{"id":"102_1","message":"News","created_time":"2026-11-19T08:00:00+0000","permalink_url":"https://www.facebook.com/102/posts/1","from":{"id":"102","name":"Romashka"},"comments":{"data":[
			{"id":"1_11","message":"My card","created_time":"2026-11-20T10:00:00+0000","from":{"id":"77","name":"Romashka"}},{"id":"1_12","message":"We look","created_time":"2026-11-20T10:05:00+0000","from":{"id":"102","name":"Romashka"},"parent":{"id":"1_11"}},{"id":"1_13","message":"Same here","created_time":"2026-11-20T10:06:00+0000"}]}}]}`,
			"Romashka https://www.facebook.com/romashka; Romashka ; Romashka https://www.facebook.com/romashka;  "},
	} {
		t.Run(block, func(t *testing.T) {
			c := rig.Crawler(t, block, rig.Says("", test.body))
			var got []string
			for _, p := range rig.Poll(t, c, "").Posts {
				got = append(got, fmt.Sprintf("%s %s", p.Author, p.AuthorURL))
			}
			if text := strings.Join(got, "; "); text != test.want {
				t.Errorf("%s\nwant %s", text, test.want)
			}
		})
	}
}

// TestCommentsOnAWall: what people write under the posts of a group is heard, and what stood there
// before earshot read comments, when nothing but the wall was known, is no news.
func TestCommentsOnAWall(t *testing.T) {
	t.Run("comments that are not given cost no posts", func(t *testing.T) {
		c := rig.Crawler(t, "vk: {group: romashka, token: t}", rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
			body := `{"response":{"items":[{"id":1,"owner_id":-55,"from_id":-55,"date":1795340000,"text":"News"}]}}`
			if strings.Contains(r.URL, "/execute?") {
				body = `{"error":{"error_code":13,"error_msg":"Runtime error occurred during code invocation"}}`
			}
			return &fetch.Response{URL: r.URL, Status: http.StatusOK, Header: http.Header{}, Body: []byte(body), At: rig.Now}, nil
		}))
		b, err := c.Poll(t.Context(), "")
		if err != nil || len(b.Posts) != 1 || !strings.Contains(strings.Join(b.Observed.Notes, "; "), "Runtime error") {
			t.Errorf("%d posts, notes %q, %v", len(b.Posts), b.Observed.Notes, err)
		}
	})
	c := rig.Crawler(t, "vk: {group: romashka, token: t}", rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
		body := `{"response":{"items":[{"id":1,"owner_id":-55,"from_id":-55,"date":1795000000,"text":"News","comments":{"count":2}}]}}`
		switch {
		case strings.Contains(r.URL, "/execute?"):
			body = `{"response":[{"items":[{"id":3,"owner_id":-55,"post_id":1,"from_id":900,"date":1795340000,"text":"My card is lost"},{"id":2,"owner_id":-55,"post_id":1,"from_id":901,"date":1795000100,"text":"Never again"}]}]}`
		case strings.Contains(r.URL, "offset=100"):
			body = `{"response":{"items":[]}}`
		}
		return &fetch.Response{URL: r.URL, Status: http.StatusOK, Header: http.Header{}, Body: []byte(body), At: rig.Now}, nil
	}))
	for name, test := range map[string]struct {
		cursor crawlers.Cursor
		want   string
	}{
		"a new source":         {"", "-55_1: News; -55_2: Never again; -55_3: My card is lost"},
		"read before for long": {wallAlone(t, rig.Poll(t, c, "").Next), "-55_3: My card is lost"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range rig.Poll(t, c, test.cursor).Posts {
				got = append(got, p.ID+": "+p.Text)
			}
			if found := strings.Join(got, "; "); found != test.want {
				t.Errorf("found %s\nwant %s", found, test.want)
			}
		})
	}
}

// wallAlone is the cursor of an earlier version, which asked for the wall and not for what is said under it.
func wallAlone(t *testing.T, since crawlers.Cursor) crawlers.Cursor {
	t.Helper()
	var state struct {
		Parts map[string]json.RawMessage `json:"parts"`
	}
	if err := json.Unmarshal([]byte(since), &state); err != nil {
		t.Fatal(err)
	}
	return crawlers.Cursor(fmt.Sprintf(`{"parts":{"":%s}}`, state.Parts["wall.get"]))
}

// TestWhatGitHubIsAskedFor: what is sent with a token is JSON, whatever is looked for, and GraphQL's own
// braces are none of a placeholder's.
func TestWhatGitHubIsAskedFor(t *testing.T) {
	var asked []string
	c := rig.Crawler(t, `github: {query: 'Romashka "Pay"', token: t}`, rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
		var body struct {
			Query     string
			Variables struct{ Q string }
		}
		if err := json.Unmarshal(r.Body, &body); err != nil {
			t.Errorf("%s: %v", r.Body, err)
		}
		if strings.Count(body.Query, "{") != strings.Count(body.Query, "}") {
			t.Errorf("a brace is missing: %s", body.Query)
		}
		asked = append(asked, r.Method+" "+r.URL+" "+r.Header.Get("Authorization")+": "+body.Variables.Q)
		return &fetch.Response{URL: r.URL, Status: http.StatusOK, Header: http.Header{}, Body: []byte(`{"data":{"search":{"nodes":[]}}}`), At: rig.Now}, nil
	}))
	rig.Poll(t, c, "")
	const want = `POST https://api.github.com/graphql Bearer t: "Romashka "Pay"" is:issue in:title,body,comments updated:>=2026-11-15 sort:updated-desc; ` +
		`POST https://api.github.com/graphql Bearer t: "Romashka "Pay"" is:pull-request in:title,body,comments updated:>=2026-11-15 sort:updated-desc`
	if got := strings.Join(asked, "; "); got != want {
		t.Errorf("asked %s\nwant %s", got, want)
	}
}

// TestDeletedOnReddit: what its author deleted there is forgotten here, by the terms of Reddit's API; of an
// account that is gone the words still stand.
func TestDeletedOnReddit(t *testing.T) {
	const thread = `[{"data":{"children":[{"kind":"t3","data":{"name":"t3_a","author":"[deleted]","selftext":%q,"title":"Lost"}}]}},{"data":{"children":[
		{"kind":"t1","data":{"name":"t1_b","author":"[deleted]","body":%q,"replies":""}},{"kind":"t1","data":{"name":"t1_c","author":"ann","body":"Same","replies":""}}]}}]`
	for words, want := range map[string]string{"[deleted]": "t3_a true; t1_b true; t1_c false", "My money is gone": "t1_c false"} {
		site := rig.Crawler(t, "reddit: {query: romashka, token: t}", rig.Says("", fmt.Sprintf(thread, words, words)))
		found, err := site.(crawlers.Threader).Thread(t.Context(), mention.Post{ID: "t3_a", ThreadHint: "https://oauth.reddit.com/comments/a?sort=new"}, "")
		var got []string
		for _, p := range found.Posts {
			got = append(got, fmt.Sprint(p.ID, " ", p.Deleted))
		}
		if text := strings.Join(got, "; "); err != nil || text != want {
			t.Errorf("%q: found %s, %v", words, text, err)
		}
	}
}
