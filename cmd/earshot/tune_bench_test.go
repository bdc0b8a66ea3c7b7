package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/tune"
)

// manyTaught are so many texts of each verdict: the labelled posts, again and again with a few words of their own.
func manyTaught(b *testing.B, each int) (in tune.Input) {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(testkit.SharedDir(b), "eval", "stream", "??.tsv"))
	if err != nil {
		b.Fatal(err)
	}
	of := map[tune.Verdict][]mention.Mention{}
	for _, l := range labelledPosts(b, files) {
		of[l.verdict()] = append(of[l.verdict()], l.Mention)
	}
	in, _ = untaught(b)
	for _, verdict := range []tune.Verdict{tune.Confirmed, tune.NotNegative} {
		list := of[verdict]
		for i := range each {
			m := list[i%len(list)]
			m.ID, m.Simhash = mention.ID(fmt.Sprint(verdict, i)), uint64(i+1)*0x9E3779B97F4A7C15
			m.Post.Text += fmt.Sprintf(" №%d.", i)
			in.Examples = append(in.Examples, tune.Example{Mention: m, Verdict: verdict})
		}
	}
	return in
}

// BenchmarkTune reports the time and the most memory that a plan takes, by the texts of each verdict.
func BenchmarkTune(b *testing.B) {
	for _, each := range []int{300, 1000, 3000} {
		b.Run(fmt.Sprint(each), func(b *testing.B) {
			in := manyTaught(b, each)
			for b.Loop() {
				done, most := make(chan struct{}), make(chan uint64)
				go func() { most <- mostHeap(done) }()
				if _, err := tune.Propose(b.Context(), in, newLexicon(in, watchlist.List{}), noMatch{}, learner{"", newLexicon(in, watchlist.List{})}); err != nil {
					b.Fatal(err)
				}
				close(done)
				b.ReportMetric(float64(<-most)/1e6, "MB")
			}
		})
	}
}

// mostHeap is the most that the heap held until done.
func mostHeap(done <-chan struct{}) (most uint64) {
	for {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapInuse)
		select {
		case <-done:
			return most
		case <-time.After(100 * time.Millisecond):
		}
	}
}
