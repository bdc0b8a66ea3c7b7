package main

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

// hosts are sites with two feeds each, every one at an address of its own, that see whether
// they are asked politely: one request at a time, with the gap between two, and no feed
// more often than its rhythm.
type hosts struct {
	addresses []string
	gap       time.Duration
	every     time.Duration

	mu    sync.Mutex
	seen  []hostSeen
	polls int // all requests but those for robots.txt
	wrong []string

	atOnce  int           // requests while another was being answered
	early   int           // requests too soon after the last one
	soonest time.Duration // by how much the worst of them
}

type hostSeen struct {
	now    int
	ended  time.Time
	asked  [2]time.Time // the last request of each feed
	posted [2][]string  // complaints, by feed
}

const feedsPerHost = 2

// newHosts starts n of them; net keeps those of two tests apart.
func newHosts(t *testing.T, network, n int, gap, every time.Duration) *hosts {
	t.Helper()
	s := &hosts{gap: gap, every: every, seen: make([]hostSeen, n)}
	for h := range n {
		at, err := net.Listen("tcp", fmt.Sprintf("127.%d.%d.%d:0", network, h/250+1, h%250+1))
		if err != nil {
			t.Fatal(err)
		}
		server := &httptest.Server{Listener: at, Config: &http.Server{Handler: s.host(h)}}
		server.Start()
		t.Cleanup(server.Close)
		s.addresses = append(s.addresses, server.URL)
	}
	return s
}

// sources are the feeds as lines of a watchlist.
func (s *hosts) sources() string {
	var b strings.Builder
	for h, address := range s.addresses {
		for i := range feedsPerHost {
			fmt.Fprintf(&b, "  - {feed: \"%s/%d\", name: host%d-%d, every: %s, kind: forum}\n", address, i, h, i, s.every)
		}
	}
	return b.String()
}

func (s *hosts) host(h int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		feed := strings.Index("01", strings.TrimPrefix(r.URL.Path, "/"))
		body := s.enter(h, feed)
		time.Sleep(5 * time.Millisecond)
		s.leave(h)
		if feed < 0 {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, body)
	}
}

// enter notes a request for a feed, or for something else, and returns the feed.
func (s *hosts) enter(h, feed int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, now := &s.seen[h], time.Now()
	if one.now++; one.now > 1 {
		s.atOnce++
		s.wrong = append(s.wrong, fmt.Sprintf("host %d sees %d requests at once", h, one.now))
	}
	if rest := now.Sub(one.ended); !one.ended.IsZero() && rest < s.gap-time.Millisecond {
		s.early++
		s.soonest = max(s.soonest, s.gap-rest)
		s.wrong = append(s.wrong, fmt.Sprintf("host %d is asked after a rest of %s, want %s", h, rest, s.gap))
	}
	if feed < 0 {
		return ""
	}
	s.polls++
	one.asked[feed] = now
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>Town talk</title>` + testkit.FeedItem(h))
	for i, text := range one.posted[feed] {
		fmt.Fprintf(&b, `<item><guid>%d-%d-%d</guid><title>Case</title><description>%s</description></item>`, h, feed, i, text)
	}
	return b.String() + `</channel></rss>`
}

func (s *hosts) leave(h int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[h].now--
	s.seen[h].ended = time.Now()
}

// publish puts a complaint into the feed of one of the hosts.
func (s *hosts) publish(i int, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one := &s.seen[i%len(s.seen)]
	feed := i / len(s.seen) % feedsPerHost
	one.posted[feed] = append(one.posted[feed], text)
}

// count is how often feeds were asked for.
func (s *hosts) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.polls
}

// keptPromises fails the test for requests that were not polite.
func (s *hosts) keptPromises(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.wrong[:min(5, len(s.wrong))] {
		t.Error(w)
	}
	t.Logf("%d hosts, %d requests for feeds: %d beside another, %d too soon, the worst by %s", len(s.seen), s.polls, s.atOnce, s.early, s.soonest.Round(time.Millisecond))
}
