package jsonapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
)

// TestStreamsAreBounded: nothing is inflated that was not asked for, and a reading holds
// a bounded number of bytes whatever the events are.
func TestStreamsAreBounded(t *testing.T) {
	long := strings.Repeat("x", 300<<10)
	var encoding atomic.Value
	var sent atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		encoding.Store(r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 1000 {
			if _, err := fmt.Fprintf(w, "id: %d%s\ndata: {\"id\":\"%d%s\",\"t\":\"%s\",\"u\":\"https://e.example/%s\"}\n\n", i, long[:1000], i, long[:5000], long, long[:5000]); err != nil {
				return
			}
			sent.Add(1)
		}
	}))
	t.Cleanup(server.Close)
	client := fetch.New(fetch.Options{APIGap: new(time.Duration), AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(client.Close)
	st, err := NewStream(crawlers.Env{Fetch: client.For(server.URL), Now: time.Now, Source: "s"}, StreamOptions{Address: server.URL, Fields: Fields{ID: ".id", Text: ".t", URL: ".u"}}, poll.Values{}, config.Section{})
	if err != nil {
		t.Fatal(err)
	}
	r := streamReading{st: st, began: time.Now(), quiet: time.NewTimer(time.Hour)}
	r.ctx, r.cancel = context.WithCancel(t.Context())
	defer r.cancel()
	if err := st.listen(r.ctx, client.For(server.URL), "", r.event); !errors.Is(err, errEnough) {
		t.Errorf("the reading ended with %v", err)
	}
	if asked := encoding.Load(); asked != "" {
		t.Errorf("asked for %q", asked)
	}
	if r.bytes > 40<<20 || sent.Load() > 200 {
		t.Errorf("took %d bytes, %d events were sent", r.bytes, sent.Load())
	}
	for _, p := range r.posts {
		if len(p.ID) > 512 || len(p.URL) > 2<<10 || len(p.Text) > 256<<10 {
			t.Fatalf("a post is held with an id of %d, an address of %d and a text of %d bytes", len(p.ID), len(p.URL), len(p.Text))
		}
	}
	if len(r.place) > 512 {
		t.Errorf("the place in the stream has %d bytes", len(r.place))
	}
}
