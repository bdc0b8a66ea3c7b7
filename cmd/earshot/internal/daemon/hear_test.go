package daemon

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// askedSites are hosts with a feed each that know who asks them, by the version in the
// User-Agent, and whether one is asked too often.
type askedSites struct {
	servers []*httptest.Server

	mu    sync.Mutex
	asked map[string]int // by version
	busy  []bool         // by host
	last  []time.Time    // the last start, by host
	every time.Duration
	wrong []string
}

func newAskedSites(t *testing.T, hosts int) *askedSites {
	t.Helper()
	s := &askedSites{asked: map[string]int{}, busy: make([]bool, hosts), last: make([]time.Time, hosts)}
	for i := range hosts {
		server := httptest.NewUnstartedServer(s.host(i))
		at, err := net.Listen("tcp", fmt.Sprintf("127.0.%d.1:0", 40+i)) // a host is an address without its port
		if err != nil {
			t.Fatal(err)
		}
		server.Listener.Close()
		server.Listener = at
		server.Start()
		t.Cleanup(server.Close)
		s.servers = append(s.servers, server)
	}
	return s
}

// watchlist is of a source a host, each polled so often, for replicas.
func (s *askedSites) watchlist(t *testing.T, every time.Duration) string {
	t.Helper()
	s.setEvery(every)
	list := strings.Replace(`contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
fetch: {gap: 0s, allow_private: [127.0.0.0/8]}
store: {database: "DB"}
sources:
`, "DB", testkit.Postgres(t).URL, 1)
	for i, server := range s.servers {
		list += fmt.Sprintf("  - {feed: %q, name: news%d, every: %s}\n", server.URL+"/rss", i, every)
	}
	return list
}

func (s *askedSites) setEvery(every time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.every = every
}

// host is one of them.
func (s *askedSites) host(i int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		defer s.leave(i)
		if s.enter(i, r); r.URL.Path != "/rss" {
			http.NotFound(w, r)
			return
		}
		time.Sleep(20 * time.Millisecond)
		fmt.Fprint(w, `<rss version="2.0"><channel><title>n</title>`, testkit.FeedItem(1), `</channel></rss>`)
	}
}

func (s *askedSites) enter(i int, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[i] {
		s.wrong = append(s.wrong, fmt.Sprintf("host %d is asked while it is being asked", i))
	}
	s.busy[i] = true
	if r.URL.Path != "/rss" {
		return
	}
	for _, version := range []string{"1.1.1", "2.2.2", "3.3.3"} {
		if strings.Contains(r.UserAgent(), version) {
			s.asked[version]++
		}
	}
	now := time.Now()
	if gap := now.Sub(s.last[i]); !s.last[i].IsZero() && gap < s.every*8/10 {
		s.wrong = append(s.wrong, fmt.Sprintf("host %d is asked again after %s, want %s", i, gap, s.every))
	}
	s.last[i] = now
}

func (s *askedSites) leave(i int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy[i] = false // before the asker has read the end
}

// count is how often the version asked; empty: all of them.
func (s *askedSites) count(version string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for who, asked := range s.asked {
		if version == "" || who == version {
			n += asked
		}
	}
	return n
}

func (s *askedSites) keptPromises(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.wrong {
		t.Error(w)
	}
	s.wrong = nil
}

// TestReplicasShareThePolls: two replicas poll, each host by one at a time and each source
// no more often than one replica would, also where a clock is wrong; when one is gone the other has all.
func TestReplicasShareThePolls(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	t.Parallel()
	sites := newAskedSites(t, 12)
	list := sites.watchlist(t, 4*time.Second) // a busy machine asks some tenths too late, and then seems to ask too soon
	first := replicaOf(t, "first", "1.1.1", list, 0)
	eventually(t, "the first polls", func() bool { return sites.count("1.1.1") > 12 })
	second := replicaOf(t, "second", "2.2.2", list, 5*time.Minute) // its clock is wrong
	eventually(t, "both poll", func() bool { return sites.count("2.2.2") > 6 })
	one, other, began := sites.count("1.1.1"), sites.count("2.2.2"), time.Now()
	eventually(t, "both go on", func() bool { return sites.count("1.1.1") > one+6 && sites.count("2.2.2") > other+6 })
	took := time.Since(began)
	sites.keptPromises(t)
	sites.setEvery(0) // what is under way when the first stops is asked again
	first.stop()
	other = sites.count("2.2.2")
	eventually(t, "the second has all", func() bool { return sites.count("2.2.2") > other+24 })
	second.stop()
	sites.keptPromises(t)
	t.Logf("polls of the first %d, of the second %d; both went on for %s", sites.count("1.1.1"), sites.count("2.2.2"), took)
}

// TestAnyReplicaIsPinged: a hub's ping comes to any replica, also to one that waits for its
// watchlist and polls nothing, and the source is read.
func TestAnyReplicaIsPinged(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	t.Parallel()
	sites := newAskedSites(t, 1)
	list := sites.watchlist(t, time.Hour)
	first := replicaOf(t, "first", "1.1.1", list, 0)
	eventually(t, "the first polls", func() bool { return sites.count("") == 1 })
	second := replicaOf(t, "second", "2.2.2", list, 0)
	eventually(t, "the second works", second.works.Load)
	second.pollNow(t.Context(), "news0")
	eventually(t, "the source is read", func() bool { return sites.count("") > 1 })
	third := replicaOf(t, "third", "3.3.3", strings.Replace(list, "name: Romashka", "name: Romaska", 1), 0)
	eventually(t, "the others wait", func() bool { return third.works.Load() && !first.works.Load() && !second.works.Load() })
	eventually(t, "the third is pinged through the second", func() bool {
		second.pollNow(t.Context(), "news0")
		return sites.count("3.3.3") > 0
	})
	third.stop()
	second.stop()
	first.stop()
}
