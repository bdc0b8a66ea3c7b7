package forum

import (
	"fmt"
	"testing"
)

// TestOldestThreadsAreForgotten: the cursor keeps so many threads, those that were on a list last.
func TestOldestThreadsAreForgotten(t *testing.T) {
	w := &walk{st: cursorState{Threads: map[string]visitedThread{"b": {Poll: 1}, "a": {Poll: 1}, "c": {Poll: 2}}}}
	for i := range maxKept - 1 {
		w.st.Threads[fmt.Sprint(i)] = visitedThread{Poll: 3}
	}
	w.forget()
	if _, ok := w.st.Threads["c"]; !ok || len(w.st.Threads) != maxKept {
		t.Errorf("%d threads are kept, c among them: %v; want %d and true", len(w.st.Threads), ok, maxKept)
	}
	w.st.Threads["0"] = visitedThread{Poll: 1}
	w.st.Threads["d"] = visitedThread{Poll: 1}
	w.forget()
	if _, ok := w.st.Threads["0"]; ok {
		t.Error("of two as old the later name was forgotten")
	}
}
