package alerts

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/mention"
)

// What a stranger wrote is shown as text and as nothing else. Everything that
// could hide, reorder or pile up characters is taken out here, for every channel.

const (
	// maxMarks is how many combining marks may follow one letter; more climb over the
	// lines around them.
	maxMarks = 4
	// maxStrong bounds the emphasised places of one quote.
	maxStrong = 40
)

// Piece is a piece of a post's words. Strong pieces decided the score.
type Piece struct {
	Text   string
	Strong bool
}

// Clean returns text without control, format and bidirectional characters, with
// at most two line ends in a row and no spaces around.
func Clean(text string) string {
	var b strings.Builder
	for _, p := range pieces(text, nil, len(text)) {
		b.WriteString(p.Text)
	}
	return b.String()
}

// Line is Clean on one line, cut to max runes with "…".
func Line(text string, max int) string {
	return Cut(strings.Join(strings.Fields(Clean(text)), " "), max)
}

// Cut shortens text to max runes, the last of them "…".
func Cut(text string, max int) string {
	if utf8.RuneCountInString(text) <= max {
		return text
	}
	return strings.TrimRightFunc(string([]rune(text)[:max-1]), unicode.IsSpace) + "…"
}

// Quote returns the author's words with the decisive ones strong, cut to max
// runes. cut is how many runes were left out.
func Quote(m mention.Mention, max int) (quote []Piece, cut int) {
	body := m.Post.Body()
	from := 0
	if m.Post.IsReply || strings.HasPrefix(Clean(m.Post.Text), Clean(m.Post.Title)) {
		from = len(m.Post.Title) + 1 // the thread's title, or a title that only repeats
	}
	quote = pieces(body[from:], decisive(body, from, m.Score.Why), max)
	if max >= len(body) {
		return quote, 0
	}
	whole := runes(pieces(body[from:], nil, len(body)))
	return quote, whole - runes(quote)
}

func runes(all []Piece) (n int) {
	for _, p := range all {
		n += utf8.RuneCountInString(p.Text)
	}
	return n
}

// span is a half-open range of bytes.
type span struct{ start, end int }

// decisive returns the places of the words that made the score negative, in
// order, apart, as offsets in body[from:]. Evidence that does not fit the text is left out.
func decisive(body string, from int, why []mention.Hit) []span {
	var spans []span
	for _, h := range why {
		if h.Weight >= 0 || len(spans) >= maxStrong || h.Start < from || h.End > len(body) || h.Start >= h.End || body[h.Start:h.End] != h.Text {
			continue
		}
		spans = append(spans, span{h.Start - from, h.End - from})
	}
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	apart := spans[:0]
	for _, s := range spans {
		if n := len(apart); n > 0 && s.start <= apart[n-1].end {
			apart[n-1].end = max(apart[n-1].end, s.end)
			continue
		}
		apart = append(apart, s)
	}
	return apart
}

// pieces cleans text in one pass and keeps track of which runes are strong.
func pieces(text string, strong []span, limit int) []Piece {
	w := &writer{limit: limit}
	for i, r := range text {
		for len(strong) > 0 && i >= strong[0].end {
			strong = strong[1:]
		}
		w.rune(r, len(strong) > 0 && i >= strong[0].start)
	}
	return w.done()
}

// writer puts runes together that may be shown.
type writer struct {
	out   []Piece
	now   strings.Builder
	bold  bool
	n     int
	limit int
	marks int  // combining marks in a row
	ends  int  // line ends in a row
	space rune // white space that waits for what follows; 0: none
}

func (w *writer) rune(r rune, strong bool) {
	switch {
	case r == '\n' || r == '\u2028' || r == '\u2029':
		if w.n > 0 {
			w.space = '\n'
			w.ends++
		}
		return
	case unicode.IsSpace(r):
		if w.space == 0 && w.n > 0 {
			w.space = ' '
		}
		return
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs), r == '\u115f', r == '\u1160', r == '\u3164', r == '\uffa0':
		return
	case unicode.In(r, unicode.Mn, unicode.Me):
		if w.marks++; w.marks > maxMarks {
			return
		}
	default:
		w.marks = 0
	}
	if w.space != 0 {
		if w.space == '\n' && w.ends > 1 {
			w.put('\n', w.bold)
		}
		w.put(w.space, w.bold && strong)
	}
	w.space, w.ends = 0, 0
	w.put(r, strong)
}

func (w *writer) put(r rune, strong bool) {
	if w.n >= w.limit {
		return
	}
	if strong != w.bold {
		w.flush()
		w.bold = strong
	}
	w.now.WriteRune(r) // invalid bytes arrive as U+FFFD and stay visible as such
	w.n++
}

func (w *writer) flush() {
	if w.now.Len() > 0 {
		w.out = append(w.out, Piece{Text: w.now.String(), Strong: w.bold})
		w.now.Reset()
	}
}

func (w *writer) done() []Piece {
	w.flush()
	return w.out
}
