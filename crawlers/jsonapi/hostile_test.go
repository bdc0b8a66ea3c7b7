package jsonapi

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/testkit"
)

// TestStreamsAreWithstood reads every pattern as a stream, as an event of it, and as the fields of one.
func TestStreamsAreWithstood(t *testing.T) {
	for name, in := range map[string]func(string) string{
		"stream":   func(s string) string { return s + "\n\n" },
		"an event": func(s string) string { return "id: " + oneLine(s) + "\ndata: " + oneLine(s) + "\n\n" },
		"lines of an event": func(s string) string {
			return "data: " + strings.Join(strings.SplitAfter(strings.ReplaceAll(s, "\n", ""), ">"), "\ndata: ") + "\n\n"
		},
		"fields": func(s string) string {
			s = strings.NewReplacer(`"`, `\"`, "\n", `\n`, "\x00", `\u0000`, "\x1b", `\u001b`, "\x07", `\u0007`).Replace(s)
			return `data: {"id":"` + s + `","t":"` + s + `","u":"https://e.example/` + s + "\"}\n\n"
		},
	} {
		t.Run(name, func(t *testing.T) {
			st, err := NewStream(crawlers.Env{Now: time.Now, Source: "s"}, StreamOptions{Address: "https://e.example/s", Fields: Fields{ID: ".id", Text: ".t", URL: ".u"}}, poll.Values{}, config.Section{})
			if err != nil {
				t.Fatal(err)
			}
			testkit.Withstand(t, func(t *testing.T, body string) (out int) {
				r := streamReading{st: st, began: time.Now(), quiet: time.NewTimer(time.Hour)}
				r.ctx, r.cancel = context.WithCancel(t.Context())
				defer r.cancel()
				_ = readEvents(strings.NewReader(in(body)), r.event) // an end is an answer, too
				for _, p := range r.posts {
					out += len(p.ID) + len(p.URL) + len(p.Text)
				}
				return out + len(r.place)
			})
		})
	}
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", " ") }

// TestLineInPieces: a line that comes letter by letter costs no more than one that comes at once.
func TestLineInPieces(t *testing.T) {
	testkit.Linear(t, "a line of one event", 96<<10, func(n int) {
		taken := 0
		body := iotest.OneByteReader(strings.NewReader("data:" + strings.Repeat("x", n) + "\n\n"))
		if err := readEvents(body, func(_ string, data []byte) error { taken += len(data); return nil }); err != io.EOF || taken != n {
			t.Fatalf("%d of %d bytes: %v", taken, n, err)
		}
	})
}
