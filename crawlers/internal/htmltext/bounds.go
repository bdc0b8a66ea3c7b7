package htmltext

import (
	"bytes"
	"errors"
	"fmt"
)

// Rules of this file: a parser is never given what would take it hundreds of
// megabytes. The bodies are bounded by fetch already; what counts here is what
// they become. A bound that is hit is an error with a name.

// ErrTooComplex is wrapped by the errors of bodies that are refused unread.
var ErrTooComplex = errors.New("has more parts than any real answer")

const (
	// maxTags bounds the elements of a page or feed: a forum page has thousands,
	// a podcast's whole history a hundred thousand. A node is about 250 bytes.
	maxTags = 400_000
	// maxAttrs bounds their attributes.
	maxAttrs = 800_000
	// maxJSONParts bounds the values of a JSON answer: an API page of a hundred
	// posts has some thousands. A value is up to 1 KB in gofeed's structs.
	maxJSONParts = 150_000
	// maxCopies bounds the nodes HTML's rules copy into every block: formatting
	// elements that were opened and never closed.
	maxCopies = 200_000
	// maxOpen is x/net/html's bound on open elements.
	maxOpen = 512
)

// CheckTags refuses HTML and XML with too many elements or attributes.
func CheckTags(body []byte) error {
	if len(body) < maxTags { // each takes more than a byte
		return nil
	}
	if n := bytes.Count(body, []byte("<")); n > maxTags {
		return fmt.Errorf("%w: %d elements", ErrTooComplex, n)
	}
	if n := bytes.Count(body, []byte("=")); n > maxAttrs {
		return fmt.Errorf("%w: %d attributes", ErrTooComplex, n)
	}
	return nil
}

// CheckJSON refuses JSON with too many values.
func CheckJSON(src string) error {
	if len(src) < maxJSONParts {
		return nil
	}
	n, inString := 0, false
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case c == '"':
			inString = !inString
		case c == '\\' && inString:
			i++
		case !inString && (c == ',' || c == '{' || c == '['):
			n++
		}
	}
	if n > maxJSONParts {
		return fmt.Errorf("%w: %d values", ErrTooComplex, n)
	}
	return nil
}

// stripUnclosedFormatting returns the body without its formatting elements when so many are
// left open that a parser would copy them into every block until memory ends
// ("<b a=1><b a=2>…<p><p>…"). Each tag becomes a space: text and structure stay.
func stripUnclosedFormatting(body []byte) []byte {
	var opened, closed, blocks int
	eachTag(body, func(_, _ int, name []byte, end bool) {
		switch {
		case !formatting(name):
			blocks++
		case end:
			closed++
		default:
			opened++
		}
	})
	if left := min(opened-closed, maxOpen); left*blocks <= maxCopies && opened <= maxCopies {
		return body
	}
	calm := bytes.Clone(body)
	eachTag(body, func(start, length int, name []byte, _ bool) {
		if formatting(name) {
			for i := start; i < start+length; i++ {
				calm[i] = ' '
			}
		}
	})
	return calm
}

// eachTag calls f for everything that may be read as a tag, also inside comments
// and scripts: too many is safe, too few is not.
func eachTag(body []byte, f func(start, length int, name []byte, end bool)) {
	for i := 0; ; {
		next := bytes.IndexByte(body[i:], '<')
		if next < 0 {
			return
		}
		start := i + next
		i = start + 1
		end := i < len(body) && body[i] == '/'
		if end {
			i++
		}
		from := i
		for i < len(body) && (body[i]|0x20 >= 'a' && body[i]|0x20 <= 'z' || body[i] >= '0' && body[i] <= '9') {
			i++
		}
		if i == from {
			continue
		}
		f(start, i-start, body[from:i], end)
	}
}

// formatting reports the elements HTML reopens in the next block when they were
// left open. <a> is one too, but only one of it can be open.
func formatting(name []byte) bool {
	switch len(name) {
	case 1:
		switch name[0] | 0x20 {
		case 'b', 'i', 's', 'u':
			return true
		}
	case 2, 3, 4, 5, 6:
		switch string(bytes.ToLower(name)) {
		case "em", "tt", "big", "code", "font", "nobr", "small", "strike", "strong":
			return true
		}
	}
	return false
}
