package crawlers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/config"
)

// TestPresets reads every preset and its block as a watchlist would be read.
func TestPresets(t *testing.T) {
	files, err := filepath.Glob("presets/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no presets: %v", err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			p, err := parsePreset(name, src)
			if err != nil {
				t.Fatal(err)
			}
			for _, way := range p.ways {
				if _, err := way.source(); err != nil {
					t.Error(err)
				}
			}
			if p.About == "" || p.Status == "" || p.Limits == "" || p.Terms == "" {
				t.Error("about, status, limits and terms must be said")
			}
			shorts := 0
			for _, o := range p.Options {
				if o.Doc == "" {
					t.Errorf("option %s has no doc", o.Name)
				}
				if o.Short {
					shorts++
				}
			}
			if shorts > 1 {
				t.Error("more than one option is the short form")
			}
		})
	}
}

func TestExpand(t *testing.T) {
	v := values{text: map[string]string{"channel": "a b/c", "query": "гроші & co", "none": "", "server": "https://a.example", "stream": "wss://a.example/s?x=1"}}
	tests := []struct{ in, want string }{
		{"https://t.me/s/{channel}", "https://t.me/s/a%20b%2Fc"},
		{"https://t.me/s/x{?q=query}", "https://t.me/s/x?q=%D0%B3%D1%80%D0%BE%D1%88%D1%96+%26+co"},
		{"https://t.me/s/x{?none}", "https://t.me/s/x"},
		{"https://t.me/s/x?a=1{&query}{&none}{&page}", "https://t.me/s/x?a=1&query=%D0%B3%D1%80%D0%BE%D1%88%D1%96+%26+co{&page}"},
		{"https://t.me/?q={channel}&x={unknown}", "https://t.me/?q=a+b%2Fc&x={unknown}"},
		{"https://t.me/{", "https://t.me/{"},
		{"{server}/api?q={query}", "https://a.example/api?q=%D0%B3%D1%80%D0%BE%D1%88%D1%96+%26+co"},
		{"{stream}?y=2{&cursor}", "wss://a.example/s?x=1&y=2{&cursor}"},
	}
	for _, test := range tests {
		if got := v.expand(test.in); got != test.want {
			t.Errorf("expand(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

// TestSchema makes sure that config can describe every kind's options.
func TestSchema(t *testing.T) {
	kinds := config.Kinds{}
	for _, k := range Kinds() {
		kinds[k.Name] = k.Options()
	}
	if _, err := config.Schema(kinds); err != nil {
		t.Fatal(err)
	}
}

// TestWays makes sure that what the user wrote chooses the block of a preset,
// and that what is missing is said.
func TestWays(t *testing.T) {
	tests := []struct{ block, want string }{
		{"mastodon: {server: a.example, tag: x}", ""},
		{"mastodon: {server: \"http://127.0.0.1:3000/\", tag: x}", ""},
		{"mastodon: {server: a.example}", "mastodon needs tag, or query with token"},
		{"mastodon: {server: a.example, query: x}", "mastodon needs token beside query"},
		{"mastodon: {server: \"https://a.example/@someone\", tag: x}", "want a server alone"},
		{"bluesky: {appview: view.example}", "bluesky needs query beside appview"},
		{"reddit: {token: \"${env:T}\"}", "reddit needs feed, or subreddits with token, or query with token"},
		{"rozetka: {goods: [1]}", "i_accept_the_terms: true"},
	}
	for _, test := range tests {
		s := sourceOf(t, test.block)
		_, err := New(Env{Now: func() time.Time { return driverNow }}, s.Kind, s.Section)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.block, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v, want %q", test.block, err, test.want)
		}
	}
}
