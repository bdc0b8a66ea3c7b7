package daemon

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// askedSite is a feed that counts who asks for it, by the version in the User-Agent, and a
// watchlist of it for replicas.
func askedSite(t *testing.T, every string) (list string, count func(version string) int) {
	t.Helper()
	var mu sync.Mutex
	asked := map[string]int{}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/rss" {
			http.NotFound(w, r)
			return
		}
		mu.Lock()
		for _, version := range []string{"1.1.1", "2.2.2"} {
			if strings.Contains(r.UserAgent(), version) {
				asked[version]++
			}
		}
		mu.Unlock()
		fmt.Fprint(w, `<rss version="2.0"><channel><title>n</title>`, testkit.FeedItem(1), `</channel></rss>`)
	}))
	t.Cleanup(site.Close)
	list = strings.NewReplacer("DB", testkit.Postgres(t).URL, "SITE", site.URL, "EVERY", every).Replace(`contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources: [{feed: "SITE/rss", name: news, every: EVERY}]
fetch: {gap: 0s, allow_private: [127.0.0.0/8]}
store: {database: "DB"}
`)
	return list, func(version string) int { mu.Lock(); defer mu.Unlock(); return asked[version] }
}

// TestOneReplicaPolls: of two replicas one asks the sites, and the other goes on when it
// is gone.
func TestOneReplicaPolls(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	t.Parallel()
	list, count := askedSite(t, "1s")
	first := replicaOf(t, "first", "1.1.1", list, 0)
	eventually(t, "the first polls", func() bool { return count("1.1.1") > 0 })
	second := replicaOf(t, "second", "2.2.2", list, 0)
	before := count("1.1.1")
	time.Sleep(4 * time.Second)
	if n := count("1.1.1") - before; n < 2 || n > 6 || count("2.2.2") > 0 {
		t.Errorf("in 4 s the first asked %d times and the second %d, want about 4 and 0", n, count("2.2.2"))
	}
	first.stop()
	eventually(t, "the second goes on", func() bool { return count("2.2.2") > 1 })
	second.stop()
}

// TestAnyReplicaIsPinged: a hub's ping comes to any replica, and the one that polls reads
// the source.
func TestAnyReplicaIsPinged(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	t.Parallel()
	list, count := askedSite(t, "1h")
	first := replicaOf(t, "first", "1.1.1", list, 0)
	eventually(t, "the first polls", func() bool { return count("1.1.1") == 1 })
	second := replicaOf(t, "second", "2.2.2", list, 0)
	eventually(t, "the second works", second.works.Load)
	eventually(t, "the first is pinged through the second", func() bool {
		second.pollNow(t.Context(), "news")
		return count("1.1.1") > 1
	})
	if n := count("2.2.2"); n > 0 {
		t.Errorf("the second asked %d times", n)
	}
	second.stop()
	first.stop()
}
