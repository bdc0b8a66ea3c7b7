package feed

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestItemsBegun: items are counted as the expression says that the scan stands for, in odd tags and in every
// body there is to read.
func TestItemsBegun(t *testing.T) {
	begun := regexp.MustCompile(`(?i)<(?:item|entry)[\s>]`)
	bodies := map[string][]byte{}
	for _, odd := range []string{"", "<", "<item", "<item>", "<ITEM>", "<Entry\f>", "<item/>", "<items>", "<itemize >", "</item>", "<<item>", "<item<entry >", "<media:item>", "< item>", "<entry\v>", "<item\u00a0>", "<!-- <item> --><![CDATA[<entry>]]>", "<\xff<item\t"} {
		bodies[odd] = []byte(odd)
	}
	files, err := filepath.Glob("../testdata/feed/*/*.*ml")
	if err != nil || len(files) == 0 {
		t.Fatal("no bodies to read", err)
	}
	for _, name := range files {
		if bodies[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	for name, body := range bodies {
		if got, want := itemsBegun(body), len(begun.FindAllIndex(body, -1)); got != want {
			t.Errorf("%q: %d items begin, want %d", name, got, want)
		}
	}
}
