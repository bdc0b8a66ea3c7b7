package rig

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

// Recorded pages and feeds of real systems are kept beside the repository: tests of them
// are skipped where they are absent. The bytes are served under the addresses they were
// recorded at.

// Capture is what X.expect.json or X.meta.json says of the answer X beside it.
type Capture struct {
	URL      string            `json:"url"`
	FinalURL string            `json:"final_url"`
	Headers  map[string]string `json:"headers"`
	Items    []CapturedItem    `json:"expected_items"`

	File string `json:"-"` // the name of X
	Body []byte `json:"-"`
}

// CapturedItem is one post that must come out.
type CapturedItem struct {
	ID        string    `json:"id"`
	Author    string    `json:"author"`
	Time      time.Time `json:"time"`
	Unix      int64     `json:"unix"`
	TimeRaw   *string   `json:"time_raw"`
	Text      string    `json:"text"`
	Marker    string    `json:"marker"`
	Kind      string    `json:"kind"`
	Permalink string    `json:"permalink"`
	Title     *string   `json:"title"`
	Rating    any       `json:"rating"`
	Best      any       `json:"best"`
}

// Captures reads every answer the pattern names, with what is said of it.
func Captures(t *testing.T, pattern string) []*Capture {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(testkit.Shared(t), "captures", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no captures: %v", pattern, err)
	}
	var all []*Capture
	for _, path := range paths {
		if strings.HasSuffix(path, ".expect.json") || strings.HasSuffix(path, ".meta.json") {
			continue
		}
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		said, err := os.ReadFile(path + ".expect.json")
		if errors.Is(err, fs.ErrNotExist) {
			said, err = os.ReadFile(path + ".meta.json")
		}
		if err != nil {
			t.Fatalf("%s has no description: %v", path, err)
		}
		c := &Capture{File: filepath.Base(path), Body: body}
		if err := json.Unmarshal(said, c); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, c)
	}
	return all
}

// ServeFeed is a site that has body at address alone, and answers an unchanged one as the
// real client does.
func ServeFeed(address string, header http.Header, body []byte) Fetcher {
	return func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if r.URL != address {
			return nil, &fetch.StatusError{Status: 404, URL: r.URL}
		}
		return answer(r, header, body), nil
	}
}

// HeaderOf is a header as a description has it.
func HeaderOf(m map[string]string) http.Header {
	h := http.Header{}
	for k, v := range m {
		h.Set(k, v)
	}
	return h
}
