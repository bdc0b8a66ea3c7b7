package config

import (
	"errors"
	"strings"
	"testing"
)

func TestAddSource(t *testing.T) {
	for name, test := range map[string]struct {
		text, want string
		line       int
	}{
		"at the end of the list": {
			"contact: a\nsources:\n  - feed: x # the news\n    every: 5m\n  # - feed: old\n\n# routes below\nroutes:\n  - {to: console}\n",
			"contact: a\nsources:\n  - feed: x # the news\n    every: 5m\n  # - feed: old\n  - telegram: \"y\"\n    watch: \"R\"\n\n# routes below\nroutes:\n  - {to: console}\n", 6},
		"dashes at the margin": {
			"sources:\n- feed: x\nroutes:\n- to: console\n",
			"sources:\n- feed: x\n- telegram: \"y\"\n  watch: \"R\"\nroutes:\n- to: console\n", 3},
		"last in the file, no line end": {
			"sources:\n    - feed: x",
			"sources:\n    - feed: x\n    - telegram: \"y\"\n      watch: \"R\"\n", 3},
		"none yet":      {"contact: a\n", "contact: a\n\nsources:\n  - telegram: \"y\"\n    watch: \"R\"\n", 4},
		"an empty list": {"sources: # later\nroutes: []\n", "sources: # later\n  - telegram: \"y\"\n    watch: \"R\"\nroutes: []\n", 2},
		"a comment before the first": {
			"sources:\n    # our own\n    - feed: x\n",
			"sources:\n    # our own\n    - feed: x\n    - telegram: \"y\"\n      watch: \"R\"\n", 4},
		"a comment before the first, dashes at the margin": {
			"sources:\n  # our own\n- feed: x\n- page:\n    - z\n",
			"sources:\n  # our own\n- feed: x\n- page:\n    - z\n- telegram: \"y\"\n  watch: \"R\"\n", 6},
		"first in the file, behind a byte order mark": {
			"\ufeffsources:\n- feed: x\nroutes:\n- to: console\n",
			"\ufeffsources:\n- feed: x\n- telegram: \"y\"\n  watch: \"R\"\nroutes:\n- to: console\n", 3},
		"the end of the document is marked": {
			"---\nsources:\n- feed: x\n---\n",
			"---\nsources:\n- feed: x\n- telegram: \"y\"\n  watch: \"R\"\n---\n", 4},
		"Windows": {"sources:\r\n  - feed: x\r\n", "sources:\r\n  - feed: x\r\n  - telegram: \"y\"\r\n    watch: \"R\"\r\n", 3},
	} {
		got, line, err := AddSource(test.text, "telegram: \"y\"\nwatch: \"R\"")
		if err != nil || got != test.want || line != test.line {
			t.Errorf("%s: line %d, %v\n%q\nwant\n%q", name, line, err, got, test.want)
		}
	}
	if _, _, err := AddSource("sources: [{feed: x}]\n", "feed: y"); !errors.Is(err, ErrFlowSources) {
		t.Errorf("in brackets: %v", err)
	}
}

// FuzzAddSource: every line of the file stays, in its order.
func FuzzAddSource(f *testing.F) {
	f.Add("sources:\n  - feed: x\nroutes: []\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, line, err := AddSource(text, "feed: \"NEW\"")
		if err != nil {
			return
		}
		lines := strings.Split(got, "\n")
		if !strings.Contains(lines[line-1], "feed: \"NEW\"") {
			t.Fatalf("line %d of %q", line, got)
		}
	})
}
