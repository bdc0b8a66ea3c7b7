package schemaorg

import (
	"regexp"
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
	for _, read := range []func(*html.Node, string) *mention.Rating{spoken, wide, classed} {
		for _, n := range nodes {
			for _, c := range near(n) {
				if r := read(c, best); r != nil {
					return r
				}
			}
		}
	}
	return icons(nodes, best)
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

// wide reads the coloured part of a strip of stars.
func wide(n *html.Node, best string) *mention.Rating {
	m := widthStyle.FindStringSubmatch(htmltext.Attr(n, "style"))
	if m == nil {
		return nil
	}
	percent, err := strconv.ParseFloat(m[1], 64)
	if err != nil || percent > 100 {
		return nil
	}
	top := float64(defaultBest)
	if b := numbers(best); len(b) > 0 && b[0] > 0 {
		top = b[0]
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

// icons counts full and empty icons.
func icons(nodes []*html.Node, best string) *mention.Rating {
	var full, total float64
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
			switch {
			case halfWord.MatchString(look):
				full, total = full+0.5, total+1
			case emptyWord.MatchString(look):
				total++
			case fullWord.MatchString(look), iconWord.MatchString(look) && leaf(c):
				full, total = full+1, total+1
			}
		}
	}
	top := float64(defaultBest)
	if b := numbers(best); len(b) > 0 && b[0] > 0 {
		top = b[0]
	} else if total > top && total <= 10 {
		top = total
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

func leaf(n *html.Node) bool { return n.FirstChild == nil }
