package schemaorg

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/mention"
)

// Rules of this file: sites that show stars without a number show them as a
// label for those who do not see, as the width of a coloured strip, as a class
// with a number, or as so many full and empty icons. Each is read only when it
// leaves no doubt.

// Stars reads a rating from how the elements look. best is the top of the scale
// when it is known, or empty. It returns nil when they show none.
func Stars(nodes []*html.Node, best string) *mention.Rating {
	each := func(read func(*html.Node, string) *mention.Rating) *mention.Rating {
		for _, n := range nodes {
			for _, c := range near(n) {
				if r := read(c, best); r != nil {
					return r
				}
			}
		}
		return nil
	}
	if r := each(spoken); r != nil {
		return r
	}
	if r := wide(nodes, best); r != nil {
		return r
	}
	if r := each(classed); r != nil {
		return r
	}
	return icons(nodes, best)
}

// StarsOrText reads a rating from the text of an element, else from how it looks. A strip
// of full stars alone may be what lies below the coloured ones, or all there can be, so
// there the look comes first, and where some of the stars look otherwise nothing is read.
func StarsOrText(value, best string, nodes []*html.Node) *mention.Rating {
	strip := strings.Count(value, "★") >= defaultBest && strings.Trim(value, "★ ") == ""
	if strip {
		if r := Stars(nodes, best); r != nil || unlike(nodes) {
			return r
		}
	}
	if r := ParseRating(value, best); r != nil || strip {
		return r
	}
	return Stars(nodes, best)
}

// emojiStars are the stars that people put by hand, as the signs they stand for.
var emojiStars = strings.NewReplacer("⭐\ufe0f", "★", "⭐", "★", "🌟", "★", "✩", "☆", "✰", "☆")

// SignStars is a rating with signs in place of emoji.
func SignStars(value string) string { return emojiStars.Replace(value) }

// unlike reports whether the stars stand in elements that look different.
func unlike(nodes []*html.Node) bool {
	looks := map[string]bool{}
	for _, n := range nodes {
		for _, c := range near(n) {
			if c.FirstChild != nil && c.FirstChild.Type == html.TextNode && strings.Contains(c.FirstChild.Data, "★") {
				looks[htmltext.Attr(c, "class")+"\x00"+htmltext.Attr(c, "style")] = true
			}
		}
	}
	return len(looks) > 1
}

// near is the element and those inside of it: a rating has few.
func near(n *html.Node) []*html.Node {
	const most = 60
	list := []*html.Node{n}
	seen := 0
	for c := range n.Descendants() {
		if seen++; seen > 2*most || len(list) > most {
			break
		}
		if c.Type == html.ElementNode {
			list = append(list, c)
		}
	}
	return list
}

// spoken reads "4 out of 5 stars" from a label. An icon's own label ("star") has
// no number.
func spoken(n *html.Node, best string) *mention.Rating {
	for _, key := range []string{"data-rating", "data-score", "data-stars", "data-rate", "data-value", "aria-label", "aria-valuenow", "title", "alt"} {
		v := htmltext.Attr(n, key)
		if v == "" || len(v) > 80 {
			continue
		}
		if key == "aria-valuenow" && best == "" {
			best = htmltext.Attr(n, "aria-valuemax")
		}
		if r := ParseRating(v, best); r != nil {
			return r
		}
	}
	return nil
}

var widthStyle = regexp.MustCompile(`(?i)(?:^|[;\s])width\s*:\s*(\d{1,3}(?:\.\d+)?)\s*%`)

// wide reads the coloured part of a strip of stars. The strip may have a width, too: all of
// it. One width for each star is how much of that star is coloured.
func wide(nodes []*html.Node, best string) *mention.Rating {
	var widths []float64
	for _, n := range nodes {
		for _, c := range near(n) {
			m := widthStyle.FindStringSubmatch(htmltext.Attr(c, "style"))
			if m == nil {
				continue
			}
			if percent, err := strconv.ParseFloat(m[1], 64); err == nil && percent <= 100 {
				widths = append(widths, percent)
			}
		}
	}
	if len(widths) == 0 {
		return nil
	}
	top := topOf(best)
	if top <= 0 {
		top = defaultBest
	}
	percent, sum := slices.Min(widths), 0.0
	for _, w := range widths {
		sum += w
	}
	switch {
	case len(widths) == int(top):
		percent = sum / top
	case slices.ContainsFunc(widths, func(w float64) bool { return w != percent && w != 100 }):
		return nil
	}
	// A strip of five stars is drawn in halves and tenths.
	value := float64(int(percent/100*top*10+0.5)) / 10
	return &mention.Rating{Value: value, Best: top}
}

// classNumber is a class with the number of stars in it: stars-4, rating_3_5,
// star-rating--2, r45 of a file name.
var classNumber = regexp.MustCompile(`(?i)(?:stars?|rating|rate|score|grade|mark)[a-z]*[-_]*(?:is|of|value)?[-_]*(\d{1,3})(?:[-_.](\d))?(?:$|[^\d\w])`)

func classed(n *html.Node, best string) *mention.Rating {
	for _, v := range []string{htmltext.Attr(n, "class"), lastOfPath(htmltext.Attr(n, "src"))} {
		m := classNumber.FindStringSubmatch(v)
		if m == nil {
			continue
		}
		value := m[1]
		if m[2] != "" {
			value += "." + m[2]
		}
		if f, err := strconv.ParseFloat(value, 64); err == nil && best == "" && f > defaultBest && f <= 50 && int(f)%5 == 0 {
			return &mention.Rating{Value: f / 10, Best: defaultBest} // stars-35 is three and a half
		}
		if r := ParseRating(value, best); r != nil {
			return r
		}
	}
	return nil
}

func lastOfPath(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address[strings.LastIndexByte(address, '/')+1:]
}

var (
	iconWord  = regexp.MustCompile(`(?i)star|icon|ico\b|heart|rate|rating`)
	fullWord  = regexp.MustCompile(`(?i)(?:^|[\s_./-])(?:full|filled?|on|active|solid|checked|selected|yellow|gold|orange|yes|fas|lit|positive)(?:$|[\s_./-])`)
	emptyWord = regexp.MustCompile(`(?i)(?:^|[\s_./-])(?:empty|off|inactive|outline|blank|unchecked|gr[ae]y|none|no|far|border|o|negative|void|disabled)(?:$|[\s_./-])`)
	halfWord  = regexp.MustCompile(`(?i)(?:^|[\s_./-])half(?:$|[\s_./-])`)
)

// icons counts full and empty icons. Where some are marked as full and none as empty, those
// without a mark are the empty ones; a mark behind one of those is another sign than that.
func icons(nodes []*html.Node, best string) *mention.Rating {
	var full, total, marked, empty, bare float64
	seen := map[*html.Node]bool{}
	for _, n := range nodes {
		for _, c := range near(n) {
			if seen[c] || !iconElement(c) {
				continue
			}
			seen[c] = true
			look := htmltext.Attr(c, "class") + " " + lastOfPath(htmltext.Attr(c, "src")) + " " + htmltext.Attr(c, "href")
			if look = strings.TrimSpace(look); look == "" || c.FirstChild != nil && c.DataAtom != atom.Svg && c.FirstChild.NextSibling != nil {
				continue
			}
			n := signs(c)
			switch {
			case halfWord.MatchString(look):
				full, total = full+0.5, total+1
			case emptyWord.MatchString(look):
				total, empty = total+n, empty+n
			case fullWord.MatchString(look):
				if bare > 0 && empty == 0 {
					return nil
				}
				full, total, marked = full+n, total+n, marked+n
			case iconWord.MatchString(look) && leaf(c):
				full, total, bare = full+1, total+1, bare+1
			}
		}
	}
	if marked > 0 && empty == 0 {
		full -= bare
	}
	top := topOf(best)
	if top <= 0 {
		if top = defaultBest; total > top && total <= 10 {
			top = total
		}
	}
	if total == 0 || total > top || full == 0 && total < top {
		return nil
	}
	return &mention.Rating{Value: full, Best: top}
}

func iconElement(n *html.Node) bool {
	switch n.DataAtom {
	case atom.I, atom.Span, atom.Img, atom.Li, atom.B, atom.Em, atom.Svg, atom.Div, atom.A:
		return true
	}
	return n.Data == "use"
}

// signs is how many stars an element is: one, or those that stand in it as text.
func signs(n *html.Node) float64 {
	if leaf(n) || n.FirstChild.Type != html.TextNode {
		return 1
	}
	return float64(max(1, strings.Count(n.FirstChild.Data, "★")))
}

func leaf(n *html.Node) bool { return n.FirstChild == nil }
