package match

import (
	"reflect"
	"sync"
	"testing"
)

// TestSeveralAtOnce: of languages that are read once two sets are compiled side by side, and one set answers several at
// once. It is what the race detector looks at here.
func TestSeveralAtOnce(t *testing.T) {
	watches := inventedWatches(4 * jobsAtOnce)
	text := mixedText(2<<10) + watches[0].Terms[0].Text + ", " + watches[len(watches)-1].Terms[0].Text
	set := mustCompile(t, watches)
	want := set.Match("", text)
	if len(want) < 2 {
		t.Fatalf("%d watches are named, want two", len(want))
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 10 {
				if got := set.Match("", text); !reflect.DeepEqual(got, want) {
					t.Errorf("beside others %v is found, want %v", got, want)
				}
			}
		})
	}
	languages := languagesOf(t)
	for range 2 {
		all.Go(func() {
			other, _, err := languages.Compile(watches)
			if err != nil || !reflect.DeepEqual(other.Match("", text), want) {
				t.Errorf("compiled beside others it finds something else: %v", err)
			}
		})
	}
	all.Wait()
}
