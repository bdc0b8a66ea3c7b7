package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestSchemaIsFresh compares the checked-in schema with the one of this program.
// EARSHOT_UPDATE=1 writes it.
func TestSchemaIsFresh(t *testing.T) {
	var out bytes.Buffer
	if err := (&schemaCmd{languageFlag{"en"}}).Run(terminal{out: &out, lookup: func(string) (string, bool) { return "", false }}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(testkit.Root(t), "docs", "watchlist.schema.json")
	if os.Getenv("EARSHOT_UPDATE") != "" {
		if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, out.Bytes()) {
		t.Errorf("%s is not what the program prints: make docs writes it anew", path)
	}
}
