package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// seenSet is what every seen set promises; the interface itself lives with the monitor.
type seenSet interface {
	Lookup(ctx context.Context, keys []mention.PostKey) ([]uint32, error)
	Mark(ctx context.Context, keys []mention.PostKey, hashes []uint32) error
}

// commitAndMark is the order of a poll: committed first, marked then.
func commitAndMark(t testing.TB, s *Store, seen seenSet, posts ...mention.Post) {
	t.Helper()
	var found []mention.AnalyzedPost
	for _, p := range posts {
		found = append(found, heard(p))
	}
	ingest(t, s, intakeOf(found...))
	mustDo(t, seen.Mark(background, keysOf(posts), hashesOf(posts)))
}

func keysOf(posts []mention.Post) []mention.PostKey {
	keys := make([]mention.PostKey, len(posts))
	for i, p := range posts {
		keys[i] = p.Key()
	}
	return keys
}

func hashesOf(posts []mention.Post) []uint32 {
	hashes := make([]uint32, len(posts))
	for i, p := range posts {
		hashes[i] = p.ContentHash()
	}
	return hashes
}

func posts(from, n int) []mention.Post {
	list := make([]mention.Post, n)
	for i := range list {
		list[i] = post(from + i)
	}
	return list
}

func lookup(t testing.TB, seen seenSet, posts ...mention.Post) []uint32 {
	t.Helper()
	hashes, err := seen.Lookup(background, keysOf(posts))
	if err != nil {
		t.Fatal(err)
	}
	return hashes
}

// seenContract is what a seen set promises. A new case is one entry here.
var seenContract = map[string]func(t *testing.T, s *Store, seen seenSet){
	"unknown is 0": func(t *testing.T, _ *Store, seen seenSet) {
		want(t, "hashes", fmt.Sprint(lookup(t, seen, posts(1, 3)...)), "[0 0 0]")
	},
	"marked is known by its content": func(t *testing.T, s *Store, seen seenSet) {
		commitAndMark(t, s, seen, post(1), post(2))
		got := lookup(t, seen, post(2), post(3), post(1))
		want(t, "hashes", fmt.Sprint(got), fmt.Sprint([]uint32{post(2).ContentHash(), 0, post(1).ContentHash()}))
	},
	"marking again is harmless": func(t *testing.T, s *Store, seen seenSet) {
		commitAndMark(t, s, seen, post(1))
		commitAndMark(t, s, seen, post(1))
		want(t, "hash", lookup(t, seen, post(1))[0], post(1).ContentHash())
	},
	"an edit is a new content": func(t *testing.T, s *Store, seen seenSet) {
		commitAndMark(t, s, seen, post(1))
		edited := post(1)
		edited.Text = "other"
		commitAndMark(t, s, seen, edited)
		want(t, "hash", lookup(t, seen, post(1))[0], edited.ContentHash())
	},
	"one source's posts are not another's": func(t *testing.T, s *Store, seen seenSet) {
		commitAndMark(t, s, seen, post(1))
		other := post(1)
		other.Source = "mirror"
		want(t, "hash", lookup(t, seen, other)[0], 0)
	},
	"nothing is nothing": func(t *testing.T, _ *Store, seen seenSet) {
		want(t, "hashes", len(lookup(t, seen)), 0)
		if err := seen.Mark(background, nil, nil); err != nil {
			t.Error(err)
		}
	},
	"the same key twice": func(t *testing.T, s *Store, seen seenSet) {
		commitAndMark(t, s, seen, post(1))
		got := lookup(t, seen, post(1), post(1))
		want(t, "hashes", got[0], got[1])
	},
	"many at once": func(t *testing.T, s *Store, seen seenSet) {
		commitAndMark(t, s, seen, posts(0, 1000)...)
		for i, h := range lookup(t, seen, posts(0, 1001)...) {
			if known := h != 0; known != (i < 1000) {
				t.Fatalf("post %d: %d", i, h)
			}
		}
	},
	"many callers": func(t *testing.T, s *Store, seen seenSet) {
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for n := range 20 {
					commitAndMark(t, s, seen, post(w*1000+n))
					want(t, "hash", lookup(t, seen, post(w*1000+n))[0], post(w*1000+n).ContentHash())
				}
			})
		}
		wg.Wait()
	},
	"a caller that gives up": func(t *testing.T, _ *Store, seen seenSet) {
		ctx, cancel := context.WithCancel(background)
		cancel()
		if _, err := seen.Lookup(ctx, keysOf(posts(1, 1))); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	},
}

// runSeenContract holds a seen set to its promises.
func runSeenContract(t *testing.T, open func(t *testing.T, s *Store) seenSet) {
	for name, test := range seenContract {
		t.Run(name, func(t *testing.T) {
			s := openFile(t)
			test(t, s, open(t, s))
		})
	}
}

func TestTableSeen(t *testing.T) {
	runSeenContract(t, func(_ *testing.T, s *Store) seenSet { return s.Seen() })
}

func TestRedisSeen(t *testing.T) {
	address := redisAddress(t)
	runSeenContract(t, func(t *testing.T, s *Store) seenSet { return openRedis(t, s, address, nil) })
}

func TestFilterSeen(t *testing.T) {
	address := redisAddress(t)
	runSeenContract(t, func(t *testing.T, s *Store) seenSet { return openFilter(t, s, openRedis(t, s, address, nil)) })
}

// TestFilterSeenAway holds the filter to the same promises while Redis is away.
func TestFilterSeenAway(t *testing.T) {
	runSeenContract(t, func(t *testing.T, s *Store) seenSet {
		return openFilter(t, s, openRedis(t, s, "redis://127.0.0.1:1/0", nil))
	})
}

// redisAddress is a Redis of this test, or the one that EARSHOT_TEST_REDIS names.
// Every store has an install key of its own, so tests that share one do not meet.
func redisAddress(t *testing.T) string {
	if address := os.Getenv("EARSHOT_TEST_REDIS"); address != "" {
		return address
	}
	return testkit.Redis(t).URL()
}

// notes collects log lines.
type notes struct{ testkit.Output }

func (n *notes) log() *slog.Logger { return slog.New(slog.NewTextHandler(n, nil)) }

func openRedis(t testing.TB, s *Store, address string, change func(*RedisOptions)) *RedisSeen {
	t.Helper()
	opt := RedisOptions{URL: address, InstallKey: must(s.InstallKey(background))(t), Now: func() time.Time { return t0 }}
	if change != nil {
		change(&opt)
	}
	r, err := OpenRedis(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func openFilter(t testing.TB, s *Store, r *RedisSeen) *Filter {
	t.Helper()
	f, err := NewFilter(background, r, s.Seen())
	if err != nil {
		t.Fatal(err)
	}
	return f
}
