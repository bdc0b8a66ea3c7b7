package sentiment

import (
	"runtime"
	"testing"
	"unsafe"
)

// TestInfoFillsALine: what is read of every word is one fetch from memory.
func TestInfoFillsALine(t *testing.T) {
	if size := unsafe.Sizeof(info{}); size != 64 {
		t.Errorf("an info takes %d bytes, want the 64 of a cache line", size)
	}
}

// TestMemory holds the loaded tables of all languages to the promised 32 MiB.
func TestMemory(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	s := newScorer(t)
	for i := range s.Languages() {
		s.table(i)
	}
	used := float64(heap()-before) / (1 << 20)
	runtime.KeepAlive(s)
	t.Logf("all languages: %.1f MiB", used)
	if used > 32 {
		t.Errorf("the tables take %.1f MiB, at most 32", used)
	}
}
