package poll

import (
	"net/url"
	"testing"
)

func TestCleanURL(t *testing.T) {
	tests := []struct{ in, want string }{
		{"https://Forum.Example:443/viewtopic.php?p=7&sid=0123456789abcdef0123456789abcdef#p7", "https://forum.example/viewtopic.php?p=7#p7"},
		{"http://forum.example/showthread.php?s=0123456789abcdef0123456789abcdef&t=5", "http://forum.example/showthread.php?t=5"},
		{"https://smf.example/index.php?PHPSESSID=abc;topic=12.0", "https://smf.example/index.php?topic=12.0"},
		{"https://smf.example/index.php?topic=12.0;msg=5;PHPSESSID=abc#msg5", "https://smf.example/index.php?topic=12.0;msg=5#msg5"},
		{"https://shop.example/a;jsessionid=AB12?x=1", "https://shop.example/a?x=1"},
		{"https://news.example/a?utm_source=x&id=3&fbclid=z&gclid=q", "https://news.example/a?id=3"},
		{"https://news.example/?s=query", "https://news.example/?s=query"},
		{"https://news.example/a?sid=12", "https://news.example/a?sid=12"},
		{"https://news.example", "https://news.example/"},
		{"https://news.example/a#comment-5", "https://news.example/a#comment-5"},
		{"https://news.example/a#:~:text=words", "https://news.example/a"},
		{"https://news.example/тема?q=слово", "https://news.example/%D1%82%D0%B5%D0%BC%D0%B0?q=%D1%81%D0%BB%D0%BE%D0%B2%D0%BE"},
		{"https://user:pass@news.example/a", "https://news.example/a"},
		{"https://news.example/a?x=1&amp;y=2", "https://news.example/a?x=1&y=2"},
		{"javascript:alert(1)", ""},
		{"mailto:a@b", ""},
		{"/relative", ""},
		{"", ""},
		{"http://[::1", ""},
	}
	for _, test := range tests {
		got := CleanURL(test.in)
		if got != test.want {
			t.Errorf("cleanURL(%q) = %q, want %q", test.in, got, test.want)
		}
		if again := CleanURL(got); again != got {
			t.Errorf("cleanURL(%q) = %q: cleaning twice differs", got, again)
		}
	}
}

func TestResolve(t *testing.T) {
	base, err := url.Parse("https://shop.example/blog/page?x=1")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ in, want string }{
		{"post/1", "https://shop.example/blog/post/1"},
		{"?page=2", "https://shop.example/blog/page?page=2"},
		{"//cdn.example/a", "https://cdn.example/a"},
		{"#c5", "https://shop.example/blog/page?x=1#c5"},
		{" /a ", "https://shop.example/a"},
		{"data:text/html,x", ""},
	}
	for _, test := range tests {
		if got := Resolve(base, test.in); got != test.want {
			t.Errorf("resolve(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}
