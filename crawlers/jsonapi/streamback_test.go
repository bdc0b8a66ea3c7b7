package jsonapi_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
)

// TestStreamNeverGoesBack: what is read again when a stream is taken up is no way ahead:
// a connection that breaks within it brought nothing, and it does not use up what one
// reading takes.
func TestStreamNeverGoesBack(t *testing.T) {
	const start = int64(1_795_255_200_000_000) // 2026-11-21T10:00:00Z
	j := &jetstream{}
	for i := range int64(12) {
		j.events = append(j.events, event(start+i*1e6, "create", string(rune('a'+i)), fmt.Sprintf("post %d", i), 0))
	}
	block, client := startStream(t, j)
	drops := func(after int) {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.drop = after
	}

	t.Run("broken off", func(t *testing.T) {
		c := rig.Crawler(t, block, client)
		drops(10)
		first, err := c.Poll(t.Context(), "")
		if err != nil || len(first.Posts) != 10 {
			t.Fatalf("%d posts, %v", len(first.Posts), err)
		}
		drops(2)
		if batch, err := c.Poll(t.Context(), first.Next); err == nil || len(batch.Posts) > 0 {
			t.Errorf("%d posts, %v: want the trouble of the stream", len(batch.Posts), err)
		}
	})

	t.Run("few events a reading", func(t *testing.T) {
		drops(0)
		address, _, _ := strings.Cut(strings.TrimPrefix(block, "bluesky: {stream: \""), "\"}")
		c := rig.Crawler(t, "stream: \""+address+"?x=1{&cursor}\"\nfields: {id: .commit.rkey, text: .commit.record.text}\ncursor: .time_us\nrewind: 5000000\nevents: 4", client)
		next, heard := crawlers.Cursor(""), map[string]bool{}
		for range 3 {
			batch, err := c.Poll(t.Context(), next)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range batch.Posts {
				heard[p.ID] = true
			}
			next = batch.Next
		}
		if len(heard) != 12 {
			t.Errorf("heard %d of 12 posts", len(heard))
		}
	})
}

// TestStreamThatIsNone: a page in the place of a stream is said to be one.
func TestStreamThatIsNone(t *testing.T) {
	block, client := startStream(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<html><body>data: no\n\n</body></html>")
	}))
	_, err := rig.Crawler(t, strings.Replace(block, `"ws:`, `"http:`, 1), client).Poll(t.Context(), "")
	if err == nil || !strings.Contains(crawlers.Explain(err), "text/html and no stream of events") {
		t.Errorf("error %v", err)
	}
}

// TestStreamHearsAnswers: an answer need not name whom it is for. What answers a post that was
// heard is heard, in the same reading and in a later one; what answers others is not.
func TestStreamHearsAnswers(t *testing.T) {
	const start = int64(1_795_255_200_000_000) // 2026-11-21T10:00:00Z
	answer := func(at int64, rkey, parent string) []byte {
		uri := fmt.Sprintf(`{"uri":"at://did:plc:ganna/app.bsky.feed.post/%s","cid":"c"}`, parent)
		return []byte(strings.Replace(string(event(start+at*1e6, "create", rkey, "Вибачте, вже дивимось", 0)), `"text":`, `"reply":{"root":`+uri+`,"parent":`+uri+`},"text":`, 1))
	}
	j := &jetstream{events: [][]byte{
		event(start, "create", "aa", "ромашка раз", 0),
		event(start+1e6, "create", "bb", "щось інше", 0),
		answer(2, "cc", "aa"),
		answer(3, "dd", "bb"),
		event(start+4e6, "create", "ee", "ромашка два", 0),
		answer(5, "ff", "ee"),
	}, drop: 5}
	block, client := startStream(t, j)
	c := rig.Crawler(t, block, client, watched("ромашка"))
	first, err := c.Poll(t.Context(), "")
	if err != nil || idsOf(first) != "aa cc ee" {
		t.Errorf("%s, %v", idsOf(first), err)
	}
	j.mu.Lock()
	j.drop = 0
	j.mu.Unlock()
	second, err := c.Poll(t.Context(), first.Next)
	if err != nil || idsOf(second) != "ff" {
		t.Errorf("later %s, %v", idsOf(second), err)
	}
}
