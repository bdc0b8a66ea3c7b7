package charset

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

const (
	russian   = "Заказ не привезли, деньги не вернули. Оператор бросил трубку, а в чате отвечает робот."
	ukrainian = "Замовлення не привезли, гроші не повернули. Її підтримка мовчить, у чаті відповідає робот."
	bulgarian = "Поръчката не пристигна, парите не са върнати. Операторът затвори, а в чата отговаря робот."
	french    = "La livraison n'est pas arrivée, déjà trois semaines. Très déçu, où est mon colis ?"
	german    = "Das Päckchen ist nicht angekommen, der Händler schweigt. Für das Geld völlig unmöglich."
)

func in(t testing.TB, enc encoding.Encoding, s string) []byte {
	t.Helper()
	if enc == nil {
		return []byte(s)
	}
	b, err := enc.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTornCharacter: software that cuts texts by bytes tears a character of a page. The
// rest of it is utf-8 all the same, whatever the server says.
func TestTornCharacter(t *testing.T) {
	page := "<html><body>" + strings.Repeat(russian, 3) + "\xd0</body></html>"
	for _, header := range []string{"", "utf-8", "windows-1251", "windows-1250", "koi8-r", "iso-8859-1", "iso-8859-5"} {
		r := &fetch.Response{Header: http.Header{"Content-Type": {"text/html; charset=" + header}}, Body: []byte(page)}
		if got := string(HTML(r)); !strings.Contains(got, russian) {
			t.Errorf("%s: %.80q", header, got)
		}
	}
}

func TestHTML(t *testing.T) {
	w1251, koi8, latin := charmap.Windows1251, charmap.KOI8U, charmap.Windows1252
	for _, c := range []struct {
		name   string
		header string
		meta   string
		enc    encoding.Encoding
		text   string
	}{
		{"plain utf-8", "text/html; charset=utf-8", "utf-8", nil, russian},
		{"header alone", "text/html; charset=windows-1251", "", w1251, russian},
		{"broken header", "text/html; charset=windows-1251;;=", "", w1251, russian},
		{"quoted header", `text/html; charset="koi8-r"`, "", charmap.KOI8R, russian},
		{"meta alone", "text/html", "windows-1251", w1251, bulgarian},
		{"koi8-r with Ukrainian letters", "text/html; charset=koi8-r", "", koi8, ukrainian},
		{"header beats meta", "text/html; charset=koi8-u", "windows-1251", koi8, ukrainian},
		{"nobody says", "", "", w1251, russian},
		{"nobody says, koi8", "", "", koi8, ukrainian},
		{"nobody says, cp866", "", "", charmap.CodePage866, russian},
		{"nobody says, iso", "", "", charmap.ISO8859_5, bulgarian},
		{"nobody says, utf-8", "", "", nil, ukrainian},
		{"says utf-8, is 1251", "text/html; charset=utf-8", "utf-8", w1251, ukrainian},
		{"says utf-8, is koi8", "text/html; charset=utf-8", "", koi8, russian},
		{"says utf-8, is french latin-1", "text/html; charset=utf-8", "", latin, french},
		{"says 1251, is utf-8", "text/html; charset=windows-1251", "windows-1251", nil, russian},
		{"says latin-1, is utf-8", "text/html; charset=iso-8859-1", "", nil, french},
		{"says latin-1, meta says 1251", "text/html; charset=iso-8859-1", "windows-1251", w1251, bulgarian},
		{"says latin-1, is 1251", "text/html; charset=iso-8859-1", "", w1251, russian},
		{"says latin-1 and is", "text/html; charset=iso-8859-1", "", latin, german},
		{"says 1251, is koi8", "text/html; charset=windows-1251", "", koi8, russian},
		{"says koi8, is 1251", "text/html; charset=koi8-r", "", w1251, bulgarian},
		{"capitals in 1251", "", "", w1251, strings.ToUpper(russian)},
		{"meta says utf-16, cannot be", "text/html", "utf-16", nil, russian},
		{"unknown name", "text/html; charset=cp-1251-ru", "", w1251, russian},
		{"utf-16 with a mark", "text/html", "", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), russian},
		{"utf-16 without", "text/html", "", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), russian},
	} {
		t.Run(c.name, func(t *testing.T) {
			meta := ""
			if c.meta != "" {
				meta = `<!-- <meta charset="koi8-r"> --><meta http-equiv="Content-Type" content="text/html; charset=` + c.meta + `">`
			}
			page := "<html><head>" + meta + "<title>x</title></head><body>" + c.text + "</body></html>"
			r := &fetch.Response{Header: http.Header{"Content-Type": {c.header}}, Body: in(t, c.enc, page)}
			if got := string(HTML(r)); got != page {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestHTMLKeepsATornPageUTF8(t *testing.T) {
	page := []byte("<p>" + russian + "</p>")
	torn := append(bytes.Clone(page[:len(page)-20]), page[len(page)-19:]...)
	r := &fetch.Response{Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: torn}
	got := string(HTML(r))
	if !utf8.ValidString(got) || !strings.Contains(got, "Заказ не привезли") {
		t.Errorf("got %s", got)
	}
}

func TestXML(t *testing.T) {
	feed := func(decl string) string {
		return `<?xml version="1.0"` + decl + `?><rss version="2.0"><channel><title>` + russian + `</title></channel></rss>`
	}
	for _, c := range []struct {
		name, header, decl string
		enc                encoding.Encoding
	}{
		{"utf-8", "application/rss+xml", ` encoding="utf-8"`, nil},
		{"no declaration", "text/xml", "", nil},
		{"declared 1251", "application/xml", ` encoding="windows-1251"`, charmap.Windows1251},
		{"header 1251, declared 1251: decoded once", "text/xml; charset=windows-1251", ` encoding='windows-1251'`, charmap.Windows1251},
		{"declared utf-8, is 1251", "text/xml", ` encoding="UTF-8"`, charmap.Windows1251},
		{"declared koi8, is koi8", "text/xml", ` encoding = "koi8-r"`, charmap.KOI8R},
		{"declared 1251, is utf-8", "text/xml", ` encoding="windows-1251"`, nil},
		{"declared utf-16, is utf-8", "text/xml", ` encoding="utf-16"`, nil},
		{"utf-16", "text/xml", ` encoding="utf-16"`, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &fetch.Response{Header: http.Header{"Content-Type": {c.header}}, Body: in(t, c.enc, feed(c.decl))}
			f, err := gofeed.NewParser().Parse(bytes.NewReader(XML(r)))
			if err != nil || f.Title != russian {
				t.Errorf("title %v, %v, from %.60q", f, err, XML(r))
			}
		})
	}
}

// The pages of testdata/lies are written by hand in the charset that their name
// says last, and claim the one that it says first.
func TestLyingPages(t *testing.T) {
	files, err := filepath.Glob("testdata/lies/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			body, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(f, ".html") + ".want")
			if err != nil {
				t.Fatal(err)
			}
			r := &fetch.Response{Header: http.Header{"Content-Type": {"text/html"}}, Body: body}
			if got := HTML(r); !strings.Contains(string(got), strings.TrimSpace(string(want))) {
				t.Errorf("got %s", got)
			}
		})
	}
}

func FuzzCharset(f *testing.F) {
	for _, s := range []string{russian, ukrainian, french, "<?xml version='1.0' encoding='koi8-r'?><a/>", "<meta charset=utf-16>", "\xff\xfe<\x00", "\x00<\x00a"} {
		f.Add([]byte(s), "text/html; charset=windows-1251")
		f.Add(in(f, charmap.Windows1251, strings.Map(func(r rune) rune {
			if _, ok := charmap.Windows1251.EncodeRune(r); !ok {
				return '?'
			}
			return r
		}, s)), "text/html; charset=utf-8")
	}
	testkit.AttackSeeds(func(body string) { f.Add([]byte(body), body) })
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		r := &fetch.Response{Header: http.Header{"Content-Type": {contentType}}, Body: body}
		for name, out := range map[string][]byte{"html": HTML(r), "xml": XML(r), "text": Text(r)} {
			if !utf8.Valid(out) {
				t.Errorf("%s is not valid UTF-8: %q", name, out)
			}
		}
		if m := xmlDeclaration.FindSubmatch(XML(r)); m != nil && bytes.Index(XML(r), m[0]) < xmlHead-300 && !bytes.EqualFold(m[1], []byte("utf-8")) {
			t.Errorf("the declaration still says %s", m[1])
		}
	})
}

func BenchmarkHTML(b *testing.B) {
	page := in(b, charmap.Windows1251, "<html><body>"+strings.Repeat("<p>"+russian+"</p>", 1000))
	r := &fetch.Response{Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: page}
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		HTML(r)
	}
}
