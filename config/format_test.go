package config

import "testing"

// TestCountries: a store asked for a country that is none answers with nothing, so that nobody
// would hear of it.
func TestCountries(t *testing.T) {
	for written, hint := range map[string]string{
		"ua": "", "US": "", "ua, bg": "",
		"uk": `write "ua" for Ukraine, or "gb" for Britain`, "en": `write "us" or "gb"`, "ua, uk": `write "ua" for Ukraine, or "gb" for Britain`,
		"Bulgaria": `write its two letters, such as "ua" or "bg"`, "уа": `write its two letters, such as "ua" or "bg"`,
	} {
		if msg, said := checkFormat("country", written); said != hint || (msg == "") != (hint == "") {
			t.Errorf("%q: said %q, %q", written, msg, said)
		}
	}
}

// TestAddresses: an address that works is none the worse for its query, and what a hint names works.
func TestAddresses(t *testing.T) {
	for _, right := range []string{
		"https://news.example/rss?tags=a,b&url=https://other.example/rss", "https://merge.example/?urls=https://a.example/rss,https://b.example/rss",
		"https://proxy.example/fetch?u=http://a.example;v=http://b.example", "https://web.archive.example/web/2020/https://news.example/rss",
		"https://news.example/?q=👨\u200d👩\u200d👧", "https://news.example/?q=می\u200cخواهم", "https://[2001:db8::1]:8443/a(b);c", "HTTPS://News.Example/rss",
		"https://новини.example/стрічка", "https://news.example/redirect?to=https//x.example/a",
	} {
		if msg, hint := checkFormat("url", right); msg != "" {
			t.Errorf("%q %s: %s", right, msg, hint)
		}
	}
	const each, whole = "write one entry for each", "write the whole address, with https://"
	for written, want := range map[string]string{
		"https//x.example/?u=https://y.example/a":              "https://x.example/?u=https://y.example/a",
		"https.//news.example/rss":                             "https://news.example/rss",
		`https:\\news.example\rss`:                             "https://news.example/rss",
		"https://https://news.example/rss":                     "https://news.example/rss",
		"http://https//news.example/rss":                       "https://news.example/rss",
		"[https://news.example/rss](https://news.example/rss)": "https://news.example/rss",
		"RSS: https://news.example/rss":                        "https://news.example/rss",
		"news.example/rss;":                                    "https://news.example/rss",
		"//news.example/rss":                                   "https://news.example/rss",
		"https:///news.example/rss":                            "https://news.example/rss",
		"https://news\u200b.example/rss":                       "https://news.example/rss",
		"https://news\u200d.example/rss":                       "https://news.example/rss",
		"view-source:https://news.example/rss":                 "https://news.example/rss",
		"https://news.example:port/rss":                        whole,
		"https:///":                                            whole,
		"https://news.example /rss":                            whole,
		"https://a.example/rss,https://b.example/rss":          each,
		"https://a.example/rss?x=1 https://b.example/rss":      each,
		"https://a.example/rss; https://b.example/rss":         each,
	} {
		if want != each && want != whole {
			if msg, hint := checkFormat("url", want); msg != "" {
				t.Errorf("%q would be told, which %s: %s", want, msg, hint)
			}
			want = didYouMean(want)
		}
		if msg, hint := checkFormat("url", written); msg == "" || hint != want {
			t.Errorf("%q: %q, %q; want %q", written, msg, hint, want)
		}
	}
}

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
