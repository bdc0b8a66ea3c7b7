package main

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/config"
)

// screen is the only way to a stream that people read. Names, texts and errors come from
// strangers: what would move the cursor, set a title or turn text around is written as
// \u and its number, which means the same in JSON. Colours pass where they are shown.
// Secrets of the watchlist are hidden in what is written at once.
type screen struct {
	to     io.Writer
	hidden *config.Redactor // nil: nothing
	colour bool

	mu   sync.Mutex // logs of several sources write at once
	tail string     // of the last write: the beginning of a character or of a colour
	lost error      // why what was written did not arrive, the first time it did not
}

// failed is why not all that was written arrived; nil: it did.
func (s *screen) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost
}

// colourCode is how colours are switched; colourBegun is one that was cut anywhere.
var (
	colourCode  = regexp.MustCompile(`^\x1b\[[0-9;]{0,12}m`)
	colourBegun = regexp.MustCompile(`^\x1b(\[[0-9;]{0,12})?$`)
)

// Write writes what may be seen of p.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.hidden.Redact(s.tail + string(p))
	s.tail = ""
	var b strings.Builder
	for text != "" {
		if s.colour && text[0] == '\x1b' {
			if code := colourCode.FindString(text); code != "" {
				b.WriteString(code)
				text = text[len(code):]
				continue
			}
			if colourBegun.MatchString(text) {
				break
			}
		}
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && !utf8.FullRuneInString(text) {
			break
		}
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r) // U+FFFD for what is no UTF-8
		}
		text = text[size:]
	}
	s.tail = text
	if _, err := io.WriteString(s.to, b.String()); err != nil {
		s.lost = cmp.Or(s.lost, err)
		return 0, err
	}
	return len(p), nil
}
