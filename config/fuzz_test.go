package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// FuzzLoad reads any bytes as a watchlist. It must not panic, every mistake must
// stand in the file, and no secret may be in what is shown.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/valid/*.yaml", "testdata/invalid/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, path := range files {
			src, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	testkit.AttackSeeds(func(body string) { f.Add([]byte(body)) })
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := Parse("w.yaml", src, testEnv, testKinds())
		if err == nil {
			for _, s := range c.Sources {
				if s.Name == "" || s.Kind == "" || s.Pos.Line < 1 {
					t.Errorf("a source without name, kind or place: %+v", s)
				}
				if k := testKinds()[s.Kind]; k != nil {
					if err := s.Section.Errorf("address", "x"); err == nil {
						t.Error("no error")
					}
				}
			}
			if len(c.Watches) == 0 || len(c.Sources) == 0 || c.Contact == "" {
				t.Errorf("half a watchlist was taken: %d watches, %d sources", len(c.Watches), len(c.Sources))
			}
			return
		}
		var many *Errors
		if !errors.As(err, &many) || len(many.List) == 0 {
			t.Fatalf("%T: %v", err, err)
		}
		checkPositions(t, "w.yaml", many)
		var b strings.Builder
		_ = many.Render(&b, true)
		for _, hidden := range []string{"xoxb-bot-value", "xapp-app-value"} {
			if strings.Contains(b.String(), hidden) {
				t.Errorf("a secret is shown: %s", b.String())
			}
		}
	})
}

// big is a watchlist of n sources, as an agency would have.
func big(n int) []byte {
	var b strings.Builder
	b.WriteString("contact: pr@romashka.example\nwatch:\n")
	for i := range n / 10 {
		fmt.Fprintf(&b, "  - name: Brand %d\n    terms: [\"Ромашка %d\", romashka%d]\n    context: [банк, карта]\n", i, i, i)
	}
	b.WriteString("sources:\n")
	for i := range n {
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, "  - feed: https://news%d.example/rss\n    every: 5m\n", i)
		case 1:
			fmt.Fprintf(&b, "  - page: https://reviews%d.example/romashka\n    select: {item: .review, author: .name, time: \"time@datetime\"}\n", i)
		default:
			fmt.Fprintf(&b, "  - appstore: {id: %d, countries: [ua, bg]}\n", i)
		}
	}
	return []byte(b.String())
}

func BenchmarkLoad(b *testing.B) {
	src := big(2000)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("w.yaml", src, testEnv, testKinds()); err != nil {
			b.Fatal(err)
		}
	}
}
