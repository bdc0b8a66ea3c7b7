package forum_test

import (
	"context"
	"net/http"
	"os"
	"testing"

	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
)

func benchmarkForum(b *testing.B, path, address string) {
	body, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	f := forumCrawler(b, rig.Fetcher(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
		return &fetch.Response{URL: req.URL, Status: 200, Header: http.Header{}, Body: body, At: recordedNow}, nil
	}), address)
	first, err := f.Poll(b.Context(), "")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Poll(b.Context(), first.Next); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkForumThread polls a thread whose bytes changed and whose posts did not.
func BenchmarkForumThread(b *testing.B) {
	benchmarkForum(b, "../testdata/forum/smf21-thread/p2.html", "https://smf.example/index.php?topic=3.4")
}

// BenchmarkForumList polls a list on which nothing happened.
func BenchmarkForumList(b *testing.B) {
	benchmarkForum(b, "../testdata/forum/phpbb33-list/list.html", "https://forum.example/board/viewforum.php?f=2")
}
