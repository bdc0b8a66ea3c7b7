package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// What a poll hands over at most times: a page of a hundred posts.
const benchPage = 100

func perID(b *testing.B, ids int) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(ids), "ns/id")
	b.ReportMetric(float64(ids)/b.Elapsed().Seconds(), "ids/s")
}

func BenchmarkTableSeen(b *testing.B) {
	s := openFile(b)
	for n := range 100 {
		ingest(b, s, foundOnly(n*benchPage, benchPage))
	}
	seen := s.Seen()
	for name, from := range map[string]int{"dup": 500, "new": 1 << 20} {
		keys := keysOf(posts(from, benchPage))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must(seen.Lookup(background, keys))(b)
			}
			perID(b, b.N*benchPage)
		})
	}
}

// BenchmarkTableSize reports what one post costs on disk for good: with its words
// pruned, as the seen set keeps it.
func BenchmarkTableSize(b *testing.B) {
	const ids = 50_000
	for b.Loop() {
		s := openFile(b)
		for n := 0; n < ids; n += 1000 {
			ingest(b, s, foundOnly(n, 1000))
		}
		var posts, fingerprints, bodies float64
		err := s.read.QueryRowContext(background, `SELECT
 (SELECT SUM(pgsize) FROM dbstat WHERE name = 'posts'),
 (SELECT SUM(pgsize) FROM dbstat WHERE name = 'posts_fingerprint'),
 (SELECT SUM(pgsize) FROM dbstat WHERE name IN ('bodies', 'bodies_kept', 'sqlite_autoindex_bodies_1'))`).Scan(&posts, &fingerprints, &bodies)
		if err != nil {
			b.Skip("this SQLite has no dbstat: ", err)
		}
		b.ReportMetric((posts+fingerprints)/ids, "bytes/id")
		b.ReportMetric(posts/ids, "bytes/id-without-fingerprint")
		b.ReportMetric(bodies/ids, "bytes/words")
	}
}

func BenchmarkRedisSeen(b *testing.B) {
	server := testkit.Redis(b)
	s := openFile(b)
	r := openRedis(b, s, server.URL(), nil)
	for n := range 1000 {
		list := posts(n*benchPage, benchPage)
		mustDo(b, r.Mark(background, keysOf(list), hashesOf(list)))
	}
	for name, from := range map[string]int{"dup": 500, "new": 1 << 20} {
		keys := keysOf(posts(from, benchPage))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must(r.Lookup(background, keys))(b)
			}
			perID(b, b.N*benchPage)
		})
	}
	b.Run("mark", func(b *testing.B) {
		keys, hashes := make([]mention.PostKey, benchPage), make([]uint32, benchPage)
		n := 0
		for b.Loop() {
			for i := range keys {
				n++
				keys[i], hashes[i] = mention.PostKey{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}, 1
			}
			mustDo(b, r.Mark(background, keys, hashes))
		}
		perID(b, b.N*benchPage)
	})
}

// BenchmarkRedisSize reports the memory of one id when the buckets are as full as
// the month of a large installation makes them.
func BenchmarkRedisSize(b *testing.B) {
	for _, ids := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(ids), func(b *testing.B) {
			for b.Loop() {
				server := testkit.Redis(b)
				r := openRedis(b, openFile(b), server.URL(), nil)
				before := usedMemory(b, r)
				const page = 2000
				keys, hashes := make([]mention.PostKey, page), make([]uint32, page)
				for n := 0; n < ids; n += page {
					for i := range keys {
						k := n + i
						keys[i], hashes[i] = mention.PostKey{byte(k), byte(k >> 8), byte(k >> 16), byte(k >> 24)}, uint32(k)|1<<31
					}
					mustDo(b, r.Mark(background, keys, hashes))
				}
				b.ReportMetric((usedMemory(b, r)-before)/float64(ids), "bytes/id")
			}
		})
	}
}

func usedMemory(b *testing.B, r *RedisSeen) float64 {
	b.Helper()
	info := must(r.client.InfoMap(background, "memory").Result())(b)
	var n float64
	must(fmt.Sscan(info["Memory"]["used_memory"], &n))(b)
	return n
}

// foundOnly is a poll of posts that name nothing.
func foundOnly(from, n int) mention.PollResult {
	var found []mention.AnalyzedPost
	for _, p := range posts(from, n) {
		found = append(found, heard(p))
	}
	return intakeOf(found...)
}

// BenchmarkIngest: new posts, one in ten a complaint, as one commit.
func BenchmarkIngest(b *testing.B) {
	for _, size := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := openFile(b)
			next := 0
			for b.Loop() {
				in := foundOnly(next, size)
				for i := 0; i < size; i += 10 {
					in.Posts[i] = heard(in.Posts[i].Post, "Romashka")
				}
				next += size
				ingest(b, s, in)
			}
			perID(b, b.N*size)
		})
	}
	b.Run("100 known", func(b *testing.B) {
		s := openFile(b)
		in := foundOnly(0, benchPage)
		for b.Loop() {
			ingest(b, s, in)
		}
		perID(b, b.N*benchPage)
	})
}

func BenchmarkDueAlerts(b *testing.B) {
	for _, waiting := range []int{0, 100, 10_000} {
		b.Run(fmt.Sprintf("%d waiting", waiting), func(b *testing.B) {
			s := openFile(b)
			list := make([]mention.Alert, waiting)
			for i := range list {
				list[i] = notice(fmt.Sprint(i), mention.Severity(1+i%4), t0.Add(time.Duration(i)))
				if i%2 == 0 {
					list[i].NotBefore = t0.Add(time.Hour)
				}
			}
			mustDo(b, s.Enqueue(background, list...))
			for b.Loop() {
				must(s.DueAlerts(background, t0.Add(time.Second), 20))(b)
			}
		})
	}
}

// BenchmarkClaim is a click that wins, BenchmarkLostClaim one that loses.
func BenchmarkClaim(b *testing.B) {
	s := openFile(b)
	ingest(b, s, intakeOf(heard(post(1), "Romashka")))
	id := mentionID(post(1), "Romashka")
	verbs := []mention.Verb{mention.Claim, mention.Release}
	n := 0
	for b.Loop() {
		must(act(s, id, mention.Action{Verb: verbs[n%2], By: person("ira"), At: t0}))(b)
		n++
	}
}

func BenchmarkLostClaim(b *testing.B) {
	s := openFile(b)
	ingest(b, s, intakeOf(heard(post(1), "Romashka")))
	id := mentionID(post(1), "Romashka")
	must(act(s, id, mention.Action{Verb: mention.Claim, By: person("ira"), At: t0}))(b)
	for b.Loop() {
		if _, err := act(s, id, mention.Action{Verb: mention.Claim, By: person("oleh"), At: t0}); err == nil {
			b.Fatal("two winners")
		}
	}
}

// BenchmarkTwins looks for near texts among ten thousand alerted mentions.
func BenchmarkTwins(b *testing.B) {
	s := openFile(b)
	for n := 0; n < 10_000; n += 1000 {
		in := foundOnly(n, 1000)
		for i := range in.Posts {
			in.Posts[i] = heard(in.Posts[i].Post, "Romashka")
			in.Posts[i].Mentions[0].Simhash = uint64(n+i+1) * 0x9E3779B97F4A7C15
		}
		ingest(b, s, in)
	}
	for b.Loop() {
		must(s.view().Duplicates(background, "Romashka", 0x123456789ABCDEF, 3, t0.Add(-time.Hour)))(b)
	}
}

// BenchmarkPruneAgain is the hourly look at what is old when nothing is to go: the bodies of 20,000 complaints.
func BenchmarkPruneAgain(b *testing.B) {
	s := openFile(b)
	for n := 0; n < 20_000; n += 100 {
		in := foundOnly(n, 100)
		for i := range in.Posts {
			in.Posts[i] = heard(in.Posts[i].Post, "Romashka")
		}
		in.At = t0.AddDate(0, 0, -40).Add(time.Duration(n) * time.Second) // a poll after the other
		ingest(b, s, in)
	}
	keep := DefaultRetention(t0)
	must(s.Prune(background, keep))(b)
	for b.Loop() {
		must(s.Prune(background, keep))(b)
	}
}
