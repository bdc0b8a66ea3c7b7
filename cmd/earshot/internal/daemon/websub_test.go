package daemon

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fetch"
)

// TestHubsAreAskedByTheSourcesRules: a feed names its hub, and so could send earshot's requests
// to any address. Into a private network, or to a port that is not the web's, a hub is asked
// only where the source itself was written so.
func TestHubsAreAskedByTheSourcesRules(t *testing.T) {
	var site, victim atomic.Int32
	count := func(n *atomic.Int32) *httptest.Server {
		s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { n.Add(1) }))
		t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
		return s
	}
	own, inner := count(&site), count(&victim)
	list := check(t, strings.ReplaceAll(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{feed: "SITE/feed", name: news}]
fetch: {gap: 0s, allow_private: [127.0.0.0/8]}
`, "SITE", own.URL))
	client := watchlist.NewFetch(list.Config, "test", slog.New(slog.DiscardHandler))
	t.Cleanup(client.Close)
	var h hubClient
	h.fetch, h.config = new(atomic.Pointer[fetch.Client]), func() *config.Config { return list.Config }
	h.fetch.Store(client)
	form := url.Values{"hub.secret": {"s"}}
	for _, address := range []string{inner.URL + "/any/path?x=1", strings.Replace(inner.URL, "127.0.0.1", "localhost", 1), "https://" + strings.TrimPrefix(inner.URL, "http://")} {
		if err := h.Post(t.Context(), "news", address, form); err == nil || victim.Load() != 0 {
			t.Errorf("%s: %v, asked %d times", address, err, victim.Load())
		}
	}
	if err := h.Post(t.Context(), "another", own.URL+"/hub", form); err == nil {
		t.Error("a source that does not name the address may ask it")
	}
	if err := h.Post(t.Context(), "news", own.URL+"/hub", form); err != nil || site.Load() != 1 {
		t.Errorf("the source's own address: %v, asked %d times", err, site.Load())
	}
}
