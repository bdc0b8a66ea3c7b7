package web

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/earshot/earshot/mention"
)

// torn is a number, but no year, no time and none behind №, that a browser may part from what it counts: "8 h",
// "30 Nov", "9 complaints", "№ 2".
var torn = regexp.MustCompile(`(?:^|[^\d:\x{a0}])\d{1,3} \p{L}|№ \d`)

// whole says whether a browser may not break the text of an element between its words, or they
// are a stranger's or a colleague's.
func whole(n *html.Node) bool {
	if slices.Contains([]atom.Atom{atom.Textarea, atom.Option, atom.Script, atom.Title, atom.Svg, atom.Mark}, n.DataAtom) {
		return true
	}
	for _, a := range n.Attr {
		if a.Key == "class" && slices.ContainsFunc(strings.Fields(a.Val), func(class string) bool {
			return slices.Contains([]string{"words", "quote", "detail", "brief", "verdict", "was"}, class)
		}) {
			return true
		}
	}
	return false
}

// tornIn are the numbers of a page that a line may end after.
func tornIn(t *testing.T, page string) (found []string) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var look func(n *html.Node)
	look = func(n *html.Node) {
		if n.Type == html.TextNode && torn.MatchString(n.Data) {
			found = append(found, strings.TrimSpace(n.Data))
		}
		if n.Type == html.ElementNode && whole(n) {
			return
		}
		for c := range n.ChildNodes() {
			look(c)
		}
	}
	look(doc)
	return found
}

// A line does not end between a number and what it counts, on any page, in any language.
func TestNumbersStayWithWhatTheyCount(t *testing.T) {
	w := newWorld(t)
	sights := w.fewCases()
	w.ingest(time.Now().Add(-50*time.Hour), mention.Mention{Watch: bank, Score: mention.Score{Lang: "uk", Complaint: 0.7},
		Post: mention.Post{Source: "forum", ID: "old", Author: "Олена К.", Text: "Не повертають гроші"}})
	sights = append(sights, sight{name: "reports", path: "/reports"}, sight{name: "me", path: "/me"}, sight{name: "old", path: "/case/" + string(w.ids[len(w.ids)-1])})
	for _, lang := range languages {
		for _, s := range sights {
			who := s.who
			if who == "" {
				who = "Ira"
			}
			_, page := w.ask("GET", s.path, who, nil, "Accept-Language", lang)
			for _, each := range tornIn(t, page) {
				t.Errorf("%s %s: %q", lang, s.name, each)
			}
		}
	}
}
