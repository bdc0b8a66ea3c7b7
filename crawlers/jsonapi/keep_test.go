package jsonapi_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
)

// inbox is an API whose messages are read once: asking behind one confirms all before it.
type inbox struct {
	first, last int // updates that are kept
	asked       []string
}

func (i *inbox) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	_, query, _ := strings.Cut(r.URL, "getUpdates?")
	i.asked = append(i.asked, query)
	if _, offset, ok := strings.Cut(query, "offset="); ok {
		if _, err := fmt.Sscan(offset, &i.first); err != nil {
			return nil, err
		}
	}
	var list []string
	for n := i.first; n <= i.last; n++ {
		list = append(list, fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"from":{"first_name":"A"},"chat":{"id":-1001,"type":"group"},"date":1795172400,"text":"message %d"}}`, n, n, n))
	}
	return &fetch.Response{URL: r.URL, Body: []byte(`{"ok":true,"result":[` + strings.Join(list, ",") + `]}`)}, nil
}

// TestInbox: what a bot read is confirmed by the poll after the one that returned it, not
// before; an answer without messages forgets nothing.
func TestInbox(t *testing.T) {
	api := &inbox{first: 500, last: 502}
	c := rig.Crawler(t, "telegrambot: {token: \"${env:TELEGRAM_BOT_TOKEN}\"}", api)
	var cursor crawlers.Cursor
	poll := func(wantPosts int, wantQuery string) {
		t.Helper()
		before := len(api.asked)
		batch, err := c.Poll(t.Context(), cursor)
		if err != nil {
			t.Fatal(err)
		}
		if asked := api.asked[before:]; len(batch.Posts) != wantPosts || len(asked) != 1 || !strings.HasSuffix(asked[0], wantQuery) {
			t.Errorf("%d posts, asked %q; want %d and one request that ends with %q", len(batch.Posts), asked, wantPosts, wantQuery)
		}
		cursor = batch.Next
	}
	lost := cursor
	poll(3, "%5D")
	cursor = lost // killed before the cursor was stored
	poll(3, "%5D")
	poll(0, "&offset=503")
	api.last = 504
	poll(2, "&offset=503")
	poll(0, "&offset=505")
	poll(0, "&offset=505")
}

// TestInboxKeepsTheLastWord: who posts and adds to it before the next poll, or while earshot
// is away, is heard with what they added. An inbox is read once.
func TestInboxKeepsTheLastWord(t *testing.T) {
	const update = `{"update_id":%d,%q:{"message_id":7,"from":{"first_name":"A"},"chat":{"id":-1001,"type":"group"},"date":1795172400,"edit_date":%d,"text":%q}}`
	c := rig.Crawler(t, "telegrambot: {token: \"${env:TELEGRAM_BOT_TOKEN}\"}", rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
		list := []string{fmt.Sprintf(update, 1, "message", 0, "Hello, Romashka"), fmt.Sprintf(update, 2, "edited_message", 1795172405, "Hello, Romashka. My card was charged twice and nobody answers")}
		return &fetch.Response{URL: r.URL, Body: []byte(`{"ok":true,"result":[` + strings.Join(list, ",") + `]}`)}, nil
	}))
	batch := rig.Poll(t, c, "")
	if len(batch.Posts) != 1 || !strings.Contains(batch.Posts[0].Text, "charged twice") || batch.Posts[0].Edited.IsZero() {
		t.Errorf("%+v", batch.Posts)
	}
}
