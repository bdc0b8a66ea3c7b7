package alerts

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// maxStrong bounds the emphasised places of one quote.
const maxStrong = 40

// Piece is a piece of a post's words. Strong pieces decided the score.
type Piece struct {
	Text   string
	Strong bool
}

// Quote returns the author's words with the decisive ones strong, cut to max
// runes. cut is how many runes were left out.
func Quote(m mention.Mention, max int) (quote []Piece, cut int) {
	body := m.Post.Body()
	from := 0
	if m.Post.IsReply || strings.HasPrefix(text.Clean(m.Post.Text), text.Clean(m.Post.Title)) {
		from = len(m.Post.Title) + 1 // the thread's title, or a title that only repeats
	}
	quote = pieces(body[from:], decisive(body, from, m.Score.Why), max)
	if max >= len(body) {
		return quote, 0
	}
	whole := runes(pieces(body[from:], nil, len(body)))
	return quote, whole - runes(quote)
}

// Gone says why no words of the author are shown any more; empty while they are.
func Gone(l i18n.Lang, m mention.Mention) string {
	switch {
	case m.Erased:
		return l.Text("alert.erased")
	case m.Post.Deleted:
		return l.Text("news.deleted")
	}
	return ""
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
	wholeNumbers(body[from:], spans)
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

// number is a number as people write it, in groups of thousands or not.
var number = regexp.MustCompile(`\d{1,3}(?:[ \x{a0}\x{202f}.,']\d{3})+\b|\d+`)

// wholeNumbers widens spans that end inside a number: "12" of "12 000" is another one.
func wholeNumbers(body string, spans []span) {
	if len(spans) == 0 {
		return
	}
	for _, n := range number.FindAllStringIndex(body, -1) {
		for i, s := range spans {
			if s.start < n[1] && n[0] < s.end {
				spans[i] = span{min(s.start, n[0]), max(s.end, n[1])}
			}
		}
	}
}

// pieces cleans text in one pass and keeps track of which runes are strong.
func pieces(body string, strong []span, limit int) []Piece {
	w := &writer{limit: limit}
	for i, r := range body {
		for len(strong) > 0 && i >= strong[0].end {
			strong = strong[1:]
		}
		w.rune(r, len(strong) > 0 && i >= strong[0].start)
	}
	return w.done()
}

// writer puts the runes together that may be shown.
type writer struct {
	clean text.Cleaner
	out   []Piece
	now   strings.Builder
	bold  bool
	n     int
	limit int
}

func (w *writer) rune(r rune, strong bool) {
	space, show := w.clean.Next(r)
	if !show {
		return
	}
	if len(space) > 1 {
		w.put('\n', w.bold)
	}
	if space != "" {
		w.put(rune(space[len(space)-1]), w.bold && strong)
	}
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
