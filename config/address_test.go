package config

import "testing"

// TestPastedAddress: an address as people copy it is the address.
func TestPastedAddress(t *testing.T) {
	tests := []struct{ in, want string }{
		{"https://news.example/rss ", "https://news.example/rss"},
		{"\u00a0https://news.example/rss\u200b\n", "https://news.example/rss"},
		{"feed://news.example/rss", "http://news.example/rss"},
		{"FEED:https://news.example/rss", "https://news.example/rss"},
		{"itpc://news.example/pod", "http://news.example/pod"},
		{"https://news.example/a b", "https://news.example/a b"}, // refused elsewhere
		{"feed:", "feed:"},
		{"", ""},
	}
	for _, test := range tests {
		if got := pastedAddress(test.in); got != test.want {
			t.Errorf("pastedAddress(%q) = %q, want %q", test.in, got, test.want)
		}
	}
	for _, address := range []string{"feed://news.example/rss", " https://news.example/rss\t"} {
		c, err := Parse("w.yaml", []byte("contact: a@b.example\nwatch: [{name: Romashka, terms: [Romashka]}]\nsources:\n  - site: \""+address+"\"\n"), nil,
			Kinds{"site": &struct {
				Address string `yaml:"address" required:"true" format:"url" doc:"Where it is."`
			}{}})
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Sources) != 1 || c.Sources[0].Address != pastedAddress(address) {
			t.Errorf("%q became %+v", address, c.Sources)
		}
	}
}
