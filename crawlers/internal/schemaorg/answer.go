package schemaorg

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/phrases"
)

// Rules of this file: what the company answers below a review is known by what the page calls it, or, where the name
// says that it is an answer and not whose, by its heading too. Words that may be the customer's are left to him.

// answerClass is what pages call the company's answer below a review. In two words "service comment" is the customer's, of
// the service.
var answerClass = regexp.MustCompile(`(?i)(?:^|[\s_-])(?:(?:owner|company|shop|store|seller|merchant|vendor|manager|business|brand|official|admin|support|staff|service)(?:[-_ ]*(?:reply|response|answer)|[-_]*comment)|(?:reply|response|answer)[-_ ]*(?:of|from|by|is)?[-_ ]*(?:the[-_]*)?(?:owner|company|shop|store|seller|merchant|vendor|manager|business|brand|official|admin|support|staff)|(?:review|feedback)[-_]+(?:reply|response|answer))(?:$|[\s_-])`)

// mayAnswer is what pages call any answer, in any language's letters.
var mayAnswer = regexp.MustCompile(`(?i)answer|reply|response|otvet|vidpovid|otgovor`)

// IsAnswer reports the company's answer inside of a review.
func IsAnswer(n *html.Node) bool {
	class := htmltext.Attr(n, "class")
	return answerClass.MatchString(class) || mayAnswer.MatchString(class) && phrases.IsCompanyAnswer(heading(n))
}

// heading is what n begins with and says whose words follow: a text in an element of its own, or one that ends in a
// colon. Words that go on are no heading.
func heading(n *html.Node) string {
	const longest, near = 120, 40 // bytes: "Response from the owner", a name and a day; and elements
	left := near
	for c := range n.Descendants() {
		if left--; left < 0 {
			return ""
		}
		words := strings.TrimSpace(c.Data)
		if c.Type != html.TextNode || words == "" {
			continue
		}
		if first, _, ok := strings.Cut(words[:min(len(words), longest)], ":"); ok {
			return first
		}
		if c.Parent == n || len(words) > longest {
			return ""
		}
		return words
	}
	return ""
}
