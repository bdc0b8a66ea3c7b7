package feed

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestTidyLeavesOthersAlone: a feed without anything odd passes byte for byte.
func TestTidyLeavesOthersAlone(t *testing.T) {
	for _, src := range []string{
		`<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item><title>a</title><link>x</link></item></channel></rss>`,
		`<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="a/b"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x</div></content></entry></feed>`,
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item/></rdf:RDF>`,
		`<rss><channel><item><description><![CDATA[<p xmlns="x">a</p>]]></description></item></channel></rss>`,
		`text`, `<`, ``,
	} {
		if got := tidy([]byte(src), "https://a.example/"); string(got) != src {
			t.Errorf("%s\nbecame\n%s", src, got)
		}
	}
}

// TestPersonName: a name is never markup and never an address.
func TestPersonName(t *testing.T) {
	for raw, want := range map[string]string{
		"Ivan P.": "Ivan P.", " Олена\n К. ": "Олена К.",
		"<name>Diana Ch.</name><title>Manager</title>":                  "Diana Ch.",
		"<a:name xmlns:a='x'>Diana</a:name>":                            "Diana",
		"<title>Dr.</title><name>Diana</name>":                          "Diana",
		`<a href="/u/7">Стоян</a>`:                                      "Стоян",
		`&lt;a href="/u/7"&gt;Стоян&lt;/a&gt;`:                          "Стоян",
		"<![CDATA[Марія]]>":                                             "Марія",
		"<rdf:Description><foaf:name>Ann</foaf:name></rdf:Description>": "Ann",
		"mail@example.org (Ann B.)":                                     "Ann B.",
		"Ann B. <mail@example.org>":                                     "Ann B.",
		"mail@example.org":                                              "", "<br/>": "", "<name></name>": "", "": "",
	} {
		if got := personName(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

// TestBehindCounter: what only looks like a counter stays.
func TestBehindCounter(t *testing.T) {
	for link, want := range map[string]string{
		"https://www.google.com/url?sa=t&url=https://n.example/a%3Fb%3D1":          "https://n.example/a?b=1",
		"https://www.google.bg/url?q=https://n.example/":                           "https://n.example/",
		"https://l.facebook.com/l.php?u=https%3A%2F%2Fn.example%2F&h=AT":           "https://n.example/",
		"http://www.bing.com/news/apiclick.aspx?ref=x&url=https%3a%2f%2fn.example": "https://n.example/",
		"https://google.evil.example/url?q=https://n.example/":                     "",
		"https://n.example/url?url=https://x.example/":                             "",
		"https://www.google.com/url?q=javascript:x":                                "",
		"https://www.google.com/search?q=https://n.example/":                       "",
	} {
		if want == "" {
			want = link
		}
		if got := behindCounter(link); got != want {
			t.Errorf("%s leads to %s, want %s", link, got, want)
		}
	}
}

// FuzzRead: whatever comes, what is read of a feed is text, and tidying and saving
// end.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		`<rss version="2.0" xmlns="x"><channel><title>N</title><item><title>A</title><guid>1</guid><description>wo`,
		`<feed xml:base="https://a.example/x"><entry xml:base="y/"><link href="z"/><id>1</id><h:p xmlns:h="http://www.w3.org/1999/xhtml">a`,
		`{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"authors":[{"name":2}]},{"id`,
		`<rss><channel><item><description><![CDATA[a]]></description><item><title>b</title></item></channel>`,
		`<rdf:RDF xmlns:rdf="r" xmlns="q"><item></item>`,
		`<!--a--b--><rss><channel><item><title>5 < 6 <? <!-- <!-- x --> &#55357;&#xDE21;</title><description><iframe/><a b="<c></description></item>`,
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	testkit.AttackSeeds(func(body string) { f.Add([]byte(body), true) })
	f.Fuzz(func(t *testing.T, body []byte, last bool) {
		if len(body) > 1<<16 {
			return
		}
		if bytes.HasPrefix(body, []byte("{")) {
			if s, err := readJSON(body); err == nil && s.feed == nil {
				t.Fatal("no error and no feed")
			}
			return
		}
		s, err := readXML(tidy(legal(body), "https://a.example/feed"), last)
		if err == nil && s.feed == nil {
			t.Fatal("no error and no feed")
		}
		if err != nil {
			return
		}
		for _, item := range s.feed.Items {
			if strings.Contains(item.Title, "\x00") {
				t.Errorf("title %q", item.Title)
			}
		}
	})
}

// FuzzTails: what is left of a text is its beginning, and never nothing.
func FuzzTails(f *testing.F) {
	f.Add("First.\nRead more", "Title", true)
	f.Add("Слова… Читати далі", "", false)
	f.Fuzz(func(t *testing.T, words, title string, talk bool) {
		if !utf8.ValidString(words) || strings.TrimSpace(words) == "" || len(words) > 1<<12 {
			return
		}
		p := mention.Post{Title: title}
		for _, end := range tailsOf(words, &p, talk) {
			got := tails{end.key: true}.off(words, &p, talk)
			if got == "" || !strings.HasPrefix(words, got) {
				t.Errorf("%q became %q", words, got)
			}
		}
	})
}
