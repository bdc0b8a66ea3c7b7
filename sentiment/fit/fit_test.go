package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestFilesAreFitted: what is fitted in the lexicon is what the program makes
// of the labelled posts, to the byte.
func TestFilesAreFitted(t *testing.T) {
	if testing.Short() || testkit.Race {
		t.Skip("fits for some seconds, or minutes under the race detector: .ci/run does it without")
	}
	eval := filepath.Join(testkit.Shared(t), "eval")
	d, err := load([]string{filepath.Join(eval, "stream"), "../testdata/stream"}, eval, "../testdata/hand")
	if err != nil {
		t.Fatal(err)
	}
	made := makeFiles(d)
	for name, want := range made {
		got, err := os.ReadFile(filepath.Join("..", "lexicon", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is not what the program makes of the texts and the lexicon: go run ./sentiment/fit", name)
		}
	}
}
