package jsonapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/internal/text"
)

// jetstream is a WebSocket server that sends events from a cursor on, as
// Jetstream does.
type jetstream struct {
	mu     sync.Mutex // what a connection goes by is what stood here when it began
	events [][]byte
	stay   bool     // stay connected after the last event
	asked  []string // the query of each connection
	drop   int      // end the connection after so many events; 0: after all
}

// with changes what the next connection gets.
func (j *jetstream) with(change func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	change()
}

func (j *jetstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	j.mu.Lock()
	j.asked = append(j.asked, r.URL.RawQuery)
	events, stay, drop := j.events, j.stay, j.drop
	j.mu.Unlock()
	if r.UserAgent() == "" || strings.HasPrefix(r.UserAgent(), "Go-") {
		http.Error(w, "say who you are", http.StatusForbidden)
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = conn.CloseNow() }()
	from, _ := strconv.ParseInt(r.URL.Query().Get("cursor"), 10, 64)
	sent := 0
	for _, event := range events {
		var head struct {
			TimeUS int64 `json:"time_us"`
		}
		_ = json.Unmarshal(event, &head)
		if head.TimeUS < from {
			continue
		}
		if err := conn.Write(r.Context(), websocket.MessageText, event); err != nil {
			return
		}
		if sent++; drop > 0 && sent == drop {
			return
		}
	}
	if stay {
		<-conn.CloseRead(r.Context()).Done()
	}
}

// startStream serves h and returns the block of a source that reads it.
func startStream(t *testing.T, h http.Handler) (string, crawlers.Fetcher) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	none := time.Duration(0)
	client := fetch.New(fetch.Options{Contact: "test@earshot.example", Gap: &none, APIGap: &none,
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(client.Close)
	return "bluesky: {stream: \"ws" + strings.TrimPrefix(server.URL, "http") + "/subscribe\"}", client.For(server.URL)
}

// event is one event; created is in seconds before it.
func event(at int64, op, rkey, text string, created int64) []byte {
	record := ""
	if op != "delete" {
		said := time.UnixMicro(at - created*1e6).UTC().Format(time.RFC3339)
		record = fmt.Sprintf(`,"record":{"$type":"app.bsky.feed.post","createdAt":%q,"langs":["uk"],"text":%q}`, said, text)
	}
	return fmt.Appendf(nil, `{"did":"did:plc:ganna","time_us":%d,"kind":"commit","commit":{"rev":"r","operation":%q,"collection":"app.bsky.feed.post","rkey":%q%s}}`, at, op, rkey, record)
}

func TestStreamResumes(t *testing.T) {
	const start = int64(1_795_255_200_000_000) // 2026-11-21T10:00:00Z
	at := func(second int64) int64 { return start + second*1e6 }
	j := &jetstream{events: [][]byte{
		event(at(0), "create", "aa", "ромашка раз", 0),
		event(at(1), "create", "bb", "щось інше", 0),
		event(at(2), "create", "cc", "ромашка два", 0),
		event(at(3), "update", "aa", "ромашка раз, виправлено", 3),
		event(at(4), "delete", "cc", "", 0),
		event(at(5), "delete", "zz", "", 0), // nobody heard of it
	}, drop: 3}
	block, client := startStream(t, j)
	c := rig.Crawler(t, block, client, watched("ромашка"))

	first, err := c.Poll(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if ids := idsOf(first); ids != "aa cc" {
		t.Errorf("first: %s", ids)
	}
	if first.Posts[0].Author != "did:plc:ganna" || first.Posts[0].URL != "https://bsky.app/profile/did:plc:ganna/post/aa" {
		t.Errorf("first post %+v", first.Posts[0])
	}
	j.mu.Lock()
	j.drop = 0
	j.mu.Unlock()
	second, err := c.Poll(t.Context(), first.Next)
	if err != nil {
		t.Fatal(err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if want := fmt.Sprintf("cursor=%d", at(2)-5_000_000); len(j.asked) != 2 || !strings.Contains(j.asked[1], want) {
		t.Errorf("asked %v, want %s", j.asked, want)
	}
	if ids := idsOf(second); ids != "aa -cc" {
		t.Errorf("second: %s", ids)
	}
	for _, p := range second.Posts {
		if !p.Deleted && !p.Edited.Equal(time.UnixMicro(at(3)).UTC()) {
			t.Errorf("edited at %v", p.Edited)
		}
	}
	if _, ok := c.(crawlers.Streamer); !ok {
		t.Error("the stream is none")
	}
}

// watched makes a stream drop what does not hold word.
func watched(word string) func(*crawlers.Env) {
	return func(env *crawlers.Env) {
		env.Interest = func(_, text string) bool { return strings.Contains(text, word) }
	}
}

func idsOf(b crawlers.Batch) string {
	var ids []string
	for _, p := range b.Posts {
		id := p.ID[strings.LastIndex(p.ID, "/")+1:]
		if p.Deleted {
			id = "-" + id
		}
		ids = append(ids, id)
	}
	return strings.Join(ids, " ")
}

// TestStreamRefused makes sure that a refusal means to a stream what it means to
// every other request.
func TestStreamRefused(t *testing.T) {
	for _, test := range []struct {
		status int
		want   crawlers.Failure
	}{
		{http.StatusForbidden, crawlers.Failure{Blocked: true}},
		{http.StatusTooManyRequests, crawlers.Failure{RetryAfter: 77 * time.Second}},
		{http.StatusInternalServerError, crawlers.Failure{RetryAfter: 77 * time.Second}},
	} {
		for _, form := range []string{"ws", "http"} {
			block, client := startStream(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "77")
				w.WriteHeader(test.status)
			}))
			block = strings.Replace(block, `"ws:`, `"`+form+`:`, 1)
			_, err := rig.Crawler(t, block, client).Poll(t.Context(), "")
			if err == nil {
				t.Fatalf("%s %d: no error", form, test.status)
			}
			if got := crawlers.ClassifyError(err); got != test.want {
				t.Errorf("%s %d: %+v of %v", form, test.status, got, err)
			}
		}
	}
}

func TestStreamCancelled(t *testing.T) {
	j := &jetstream{stay: true}
	block, client := startStream(t, j)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := rig.Crawler(t, block, client).Poll(ctx, ""); err == nil || ctx.Err() == nil {
		t.Errorf("error %v", err)
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v to stop", took)
	}
}

// TestCapturedJetstream replays what the real program sent.
func TestCapturedJetstream(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(testkit.Shared(t), "captures", "bluesky-jetstream", "events.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	j := &jetstream{}
	alive := map[string]string{} // text by id, as it stands at the end
	gone := map[string]bool{}
	for line := range bytes.Lines(src) {
		line = bytes.TrimSpace(line)
		var e struct {
			DID    string
			Commit struct {
				Operation, Collection, RKey string
				Record                      struct{ Text string }
			}
		}
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		j.events = append(j.events, line)
		if e.Commit.Collection != "app.bsky.feed.post" {
			continue
		}
		id := "at://" + e.DID + "/app.bsky.feed.post/" + e.Commit.RKey
		if e.Commit.Operation == "delete" {
			gone[id] = true
			delete(alive, id)
		} else {
			alive[id] = e.Commit.Record.Text
		}
	}
	block, client := startStream(t, j)
	c := rig.Crawler(t, block, client)
	batch, err := c.Poll(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	rig.CheckPosts(t, batch.Posts)
	if want := len(alive) + len(gone); len(batch.Posts) != want {
		t.Errorf("%d posts, want %d", len(batch.Posts), want)
	}
	for _, p := range batch.Posts {
		words, ok := alive[p.ID]
		switch {
		case p.Deleted && !gone[p.ID]:
			t.Errorf("%s is not deleted", p.ID)
		case !p.Deleted && (!ok || text.Letters(words) != text.Letters(p.Text)):
			t.Errorf("%s: %q, want %q", p.ID, p.Text, words)
		case !p.Deleted && p.Published.Year() != 2026:
			t.Errorf("%s: published %v, which its author invented", p.ID, p.Published)
		}
	}
	again, err := c.Poll(t.Context(), batch.Next)
	if err == nil && len(again.Posts) > 0 {
		t.Errorf("%d posts come again", len(again.Posts))
	}
	t.Logf("%s: %d events, %d posts alive, %d deleted", batch.Observed.What, len(j.events), len(alive), len(gone))
}
