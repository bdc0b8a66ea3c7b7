// Package charset turns the body of an answer into UTF-8, whatever the site says
// it is. It knows encodings and the letters of the languages, nothing of pages.
package charset

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"

	"github.com/earshot/earshot/internal/fetch"
)

// Which charset a body is in: byte order mark, then Content-Type, then what the
// document says of itself, then the bytes. Sites lie, in four ways that are
// repaired here because each would otherwise be mojibake without any error:
//
//	says utf-8, is not           a Cyrillic charset by letter frequency, or windows-1252
//	says a single-byte charset,  utf-8: text in such a charset is practically
//	is utf-8                     never valid utf-8 by chance, but for a torn character or two
//	says latin-1, is Cyrillic    the server's default was never changed: letter frequency
//	says one Cyrillic charset,   letter frequency, when it is sure
//	is another
//
// What comes out is always valid UTF-8; bytes that fit nothing become U+FFFD.

// HTML is the body in UTF-8, for an HTML parser.
func HTML(r *fetch.Response) []byte {
	return toUTF8(r.Body, r.Header.Get("Content-Type"), metaCharset)
}

// XML is the body in UTF-8 with an XML declaration that agrees, so that a feed
// parser that decodes by the declaration does not decode twice.
func XML(r *fetch.Response) []byte {
	out := toUTF8(r.Body, r.Header.Get("Content-Type"), xmlCharset)
	head := out[:min(len(out), xmlHead)]
	m := xmlDeclaration.FindSubmatchIndex(head)
	if m == nil {
		return out
	}
	fixed := make([]byte, 0, len(out)+5)
	fixed = append(fixed, out[:m[2]]...)
	fixed = append(fixed, "utf-8"...)
	return append(fixed, out[m[3]:]...)
}

// Text is the body in UTF-8, for JSON and plain text.
func Text(r *fetch.Response) []byte {
	return toUTF8(r.Body, r.Header.Get("Content-Type"), func([]byte) string { return "" })
}

const (
	xmlHead  = 1 << 10 // junk before the declaration is common, more than this is not
	metaHead = 4 << 10 // four times what the HTML standard reads: old sites put scripts first
)

// torn is how many whole characters stand for each torn one in utf-8 whose software cuts
// texts by bytes. In a single-byte charset nearly every letter is a broken one.
const torn = 20

var xmlDeclaration = regexp.MustCompile(`<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:\-]{1,40})["']`)

// toUTF8 decodes body. said reads what the document says of itself.
func toUTF8(body []byte, contentType string, said func([]byte) string) []byte {
	if enc, n := byteOrderMark(body); n > 0 {
		return decode(enc, body[n:])
	}
	if enc := wideWithoutMark(body); enc != nil {
		return decode(enc, body)
	}
	enc, name := lookup(headerCharset(contentType))
	if enc == nil || name == "windows-1252" {
		// No header, or the default that servers send for everything: the document knows better.
		if e, n := lookup(said(body)); e != nil {
			enc, name = e, n
		}
	}
	if strings.HasPrefix(name, "utf-16") {
		enc, name = nil, "" // it has no zero bytes, so it is not
	}
	valid, multi, broken := shape(body)
	switch {
	case valid && (name == "" || name == "utf-8" || singleByte(enc)):
		return body
	case singleByte(enc) && torn*broken <= multi:
		return decode(nil, body)
	case name == "" || name == "utf-8":
		if broken <= multi { // a utf-8 page with some torn characters
			return decode(nil, body)
		}
		if g := guessCyrillic(body, nil); g != nil {
			return decode(g, body)
		}
		return decode(charmap.Windows1252, body)
	}
	if doubtful(name) {
		if g := guessCyrillic(body, enc); g != nil {
			enc = g
		}
	}
	return decode(enc, body)
}

// decode never fails: what cannot be decoded becomes U+FFFD. A nil encoding is UTF-8.
func decode(enc encoding.Encoding, body []byte) []byte {
	if enc == nil || enc == unicode.UTF8 {
		return bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	out, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		out = body
	}
	if !utf8.Valid(out) {
		return bytes.ToValidUTF8(out, []byte("\uFFFD"))
	}
	return out
}

func byteOrderMark(b []byte) (encoding.Encoding, int) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return nil, 3
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2
	}
	return nil, 0
}

// wideWithoutMark sees UTF-16 by the zero bytes around the first "<", "{" or "[".
func wideWithoutMark(b []byte) encoding.Encoding {
	if len(b) < 4 {
		return nil
	}
	markup := func(c byte) bool { return c == '<' || c == '{' || c == '[' }
	switch {
	case markup(b[0]) && b[1] == 0 && b[2] != 0 && b[3] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case b[0] == 0 && markup(b[1]) && b[2] == 0 && b[3] != 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return nil
}

// lookup finds a charset by any of its names; latin-1 is windows-1252, as in browsers, and
// koi8-r is koi8-u, which has the same Russian letters.
func lookup(label string) (encoding.Encoding, string) {
	if label == "" {
		return nil, ""
	}
	enc, err := htmlindex.Get(strings.Trim(label, " \t\"'"))
	if err != nil {
		return nil, ""
	}
	name, err := htmlindex.Name(enc)
	if err != nil || name == "replacement" || name == "x-user-defined" {
		return nil, ""
	}
	if enc == charmap.KOI8R { // Ukrainians say it too, and mean the letters that koi8-u has for box drawing
		return charmap.KOI8U, "koi8-u"
	}
	return enc, name
}

func headerCharset(contentType string) string {
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		return params["charset"]
	}
	// Broken headers ("text/html; charset=windows-1251;;") still say what they mean.
	_, after, ok := strings.Cut(strings.ToLower(contentType), "charset=")
	if !ok {
		return ""
	}
	after, _, _ = strings.Cut(after, ";")
	return after
}

func xmlCharset(body []byte) string {
	if m := xmlDeclaration.FindSubmatch(body[:min(len(body), xmlHead)]); m != nil {
		return string(m[1])
	}
	return ""
}

// metaCharset reads <meta charset> and <meta http-equiv=content-type>, or the
// declaration of XHTML. Comments and scripts are not markup, so a tokenizer reads them.
func metaCharset(body []byte) string {
	z := html.NewTokenizer(bytes.NewReader(body[:min(len(body), metaHead)]))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return xmlCharset(body)
		case html.StartTagToken, html.SelfClosingTagToken:
			tag, more := z.TagName()
			switch string(tag) {
			case "body":
				return xmlCharset(body)
			case "meta":
				if cs := metaAttr(z, more); cs != "" {
					return cs
				}
			}
		}
	}
}

func metaAttr(z *html.Tokenizer, more bool) string {
	var content, equiv string
	for more {
		var k, v []byte
		k, v, more = z.TagAttr()
		switch string(k) {
		case "charset":
			return string(v)
		case "content":
			content = string(v)
		case "http-equiv":
			equiv = string(v)
		}
	}
	if strings.EqualFold(equiv, "content-type") {
		return headerCharset(content)
	}
	return ""
}

// shape counts the characters of more than one byte and the bytes that are no UTF-8.
func shape(b []byte) (valid bool, multi, broken int) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			broken++
		} else {
			multi++
		}
		i += n
	}
	return broken == 0, multi, broken
}

// doubtful are the charsets that are often named wrongly: the default of servers,
// and one Cyrillic charset for another. Greek or Polish ones are named on purpose.
func doubtful(name string) bool {
	switch name {
	case "windows-1252", "windows-1251", "koi8-u", "ibm866", "iso-8859-5":
		return true
	}
	return false
}

func singleByte(enc encoding.Encoding) bool {
	_, ok := enc.(*charmap.Charmap)
	return ok
}
