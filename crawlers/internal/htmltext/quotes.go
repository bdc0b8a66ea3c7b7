package htmltext

import (
	"regexp"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/earshot/earshot/crawlers/internal/phrases"
)

// Rules of this file: what the author of a post wrote is told from what is quoted,
// signed or pressed. A text never becomes empty by it: what is nothing without
// its quotes is read with them. What a caller points at is the author's, whatever
// element it is.

// Quotes says which quotes are somebody else's words.
type Quotes int

const (
	// Marked: only what the page calls a quote by its class. A bare <blockquote> is
	// how reviews, news and posts of social networks set off words of their own.
	Marked Quotes = iota
	// Bare: a <blockquote> too, as in forums and comments.
	Bare
)

var (
	// markedQuotes finds what is a quote, or the preview of a link, by its class.
	markedQuotes = cascadia.MustCompile(`aside.quote, .quotecontent, .quotetitle, .quoteheader, .quotefooter, ` +
		`.bbCodeBlock--quote, .bbcode_quote, .ipsQuote, .quote-wrapper, .mycode_quote, .quote-inline, ` +
		`aside.onebox, .bbCodeBlock--unfurl`)
	// signatures finds what stands under every post of the same author.
	signatures = cascadia.MustCompile(`.signature, .sig, .message-signature, .post-signature, .ipsSignature`)
)

// IsQuote reports an element that repeats somebody else's words.
func IsQuote(n *html.Node) bool { return Bare.match(n) }

func (q Quotes) match(n *html.Node) bool {
	return q == Bare && n.DataAtom == atom.Blockquote || markedQuotes.Match(n)
}

// IsSignature reports what stands under every post of the same author.
func IsSignature(n *html.Node) bool { return signatures.Match(n) }

// Text is what the author wrote in s: without quotes, signatures and the buttons
// below, and without the elements that also reports, which may be nil. What a page
// hides behind "read more" is read.
func (q Quotes) Text(s *goquery.Selection, also func(*html.Node) bool) string {
	parts := make([]string, 0, len(s.Nodes))
	for _, n := range s.Nodes {
		if text := q.ofElement(n, also); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n")
}

func (q Quotes) ofElement(n *html.Node, also func(*html.Node) bool) string {
	skip := notOwn{quotes: q, dropQuotes: true, page: true, also: also}
	if text := unfolded(n, skip.is); text != "" {
		return text
	}
	skip.dropQuotes = false
	return unfolded(n, skip.is)
}

// Plain is what the author wrote in an HTML fragment or in plain text.
func (q Quotes) Plain(fragment string) string {
	if !HasTag(fragment) {
		once := fragmentText(fragment, visible)
		if !HasTag(once) {
			return once
		}
		fragment = once
	}
	return fragmentText(fragment, func(s *goquery.Selection) string {
		if text := Text(s, notOwn{quotes: q, dropQuotes: true}.is); text != "" {
			return text
		}
		return Text(s, notOwn{quotes: q}.is)
	})
}

// PlainAuthorText is Plain of a forum or a comment.
func PlainAuthorText(fragment string) string { return Bare.Plain(fragment) }

// notOwn says which elements hold what is not the author's own words.
type notOwn struct {
	quotes     Quotes
	dropQuotes bool
	page       bool                  // a part of a page, with buttons in it
	also       func(*html.Node) bool // left out besides; may be nil
}

func (o notOwn) is(n *html.Node) bool {
	if signatures.Match(n) || o.page && IsControl(n) || o.also != nil && o.also(n) {
		return true
	}
	return o.dropQuotes && (o.quotes.match(n) || o.quotes.isHead(n))
}

// quoteHead is a line that says whose words follow.
var quoteHead = regexp.MustCompile(`(?i)` + phrases.Pattern(phrases.QuoteVerb) + `(?:\([а-яіїєґ]+\)|/[\p{L}]+)?\s*:$`)

// dropQuoteHead is the text of n without its last line when that names the
// author of the quote that follows ("Anna wrote:" before a blockquote).
func dropQuoteHead(n *html.Node) string {
	text := strings.TrimRight(n.Data, " \t\r\n")
	if !strings.HasSuffix(text, ":") || !Bare.follows(n) {
		return n.Data
	}
	const longest = 120 // bytes: a name and a few words
	start := strings.LastIndexByte(text, '\n') + 1
	if line := strings.TrimSpace(text[start:]); len(line) > longest || !quoteHead.MatchString(line) {
		return n.Data
	}
	return text[:start]
}

// farQuote bounds how many neighbours may stand between a line and the quote it
// announces: a break or two with the white space around them. Without it a run of
// line breaks costs the square of its length.
const farQuote = 8

// follows reports whether a quote is the next thing behind n.
func (q Quotes) follows(n *html.Node) bool {
	next := n.NextSibling
	for range farQuote {
		switch {
		case next == nil:
			return false
		case next.Type == html.CommentNode, next.Type == html.TextNode && strings.TrimSpace(next.Data) == "", next.DataAtom == atom.Br:
			next = next.NextSibling
		default:
			return next.Type == html.ElementNode && q.match(next)
		}
	}
	return false
}

// IsQuoteHead reports the line "Anna wrote:" that stands before a quote and
// outside of it.
func IsQuoteHead(n *html.Node) bool { return Bare.isHead(n) }

func (q Quotes) isHead(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Cite:
		return q.follows(n)
	case atom.Div, atom.P, atom.Span, atom.B, atom.Strong, atom.I, atom.Em, atom.H4, atom.Small, atom.A:
		if !q.follows(n) {
			return false
		}
		head := Short(n)
		return len(head) > 0 && len(head) < 120 && strings.HasSuffix(head, ":")
	}
	return false
}
