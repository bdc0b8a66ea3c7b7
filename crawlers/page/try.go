package page

import (
	"fmt"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/charset"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/schemaorg"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
)

// Trial is what selectors find on a page, for people who write them.
type Trial struct {
	Items int           // elements that Select.Item finds
	First [][]TriedPart // of the first items, in the order of the documentation
}

// TriedPart is what one selector finds inside one item.
type TriedPart struct {
	Part, Selector string // "time", "time@datetime"
	Elements       int    // that the selector finds
	Found          string // the text or attribute, at most 100 characters; an element without text as it is written
	Read           string // what is understood of a date or of stars; empty for other parts
	Trouble        string // why it gives nothing; empty when it does
}

// Try reads a page with selectors and returns what each of them finds in the first items,
// at most so many. Errors about the selectors carry positions in section.
func Try(env crawlers.Env, s Select, section config.Section, res *fetch.Response, most int) (Trial, error) {
	rules, err := compileSelect(s, section, "select")
	if err != nil {
		return Trial{}, err
	}
	if rules.item == nil {
		return Trial{}, section.Errorf("select", "item is missing: say which element is one post")
	}
	doc, release, err := htmltext.Open(charset.HTML(res))
	if err != nil {
		return Trial{}, fmt.Errorf("page: %w", err)
	}
	defer release()
	items := doc.FindMatcher(rules.item)
	page := pageOf(env.WithDefaults(), doc, res.URL, nil, new(string))
	tr := tryReader{rules: rules, page: page, own: newOwnFinder(rules, page)}
	trial := Trial{Items: items.Length()}
	items.EachWithBreak(func(n int, item *goquery.Selection) bool {
		if n >= most {
			return false
		}
		tr.own.in(item, nil)
		parts := append(tr.part(item, "reply", rules.reply), tr.part(item, "own", rules.own)...) // they may stand in what is dropped
		if rules.drop != nil {
			item.FindMatcher(rules.drop).Remove()
		}
		trial.First = append(trial.First, append(tr.item(item), parts...))
		return true
	})
	return trial, nil
}

// tryReader tries the selectors of a page's items.
type tryReader struct {
	rules *selectReader
	page  schemaorg.Page
	own   ownFinder
}

func (t tryReader) item(item *goquery.Selection) (list []TriedPart) {
	r := t.rules
	for _, part := range []chosenPart{{"author", r.author}, {"time", r.time}, {"edited", r.edited}, {"rating", r.rating}, {"best", r.best}, {"text", r.text},
		{"title", r.title}, {"link", r.link}, {"id", r.id}, {"thread", r.thread}, {"lang", r.lang}} {
		list = append(list, t.part(item, part.name, part.list)...)
	}
	return list
}

// part tries each selector of a part by itself.
func (t tryReader) part(item *goquery.Selection, name string, list selectors) (tried []TriedPart) {
	for _, s := range list {
		nodes := s.nodes(item)
		one := TriedPart{Part: name, Selector: s.text, Elements: len(nodes)}
		switch {
		case len(nodes) == 0:
			one.Trouble = "finds nothing"
		default:
			t.read(item, selectors{s}, &one)
			if one.Found == "" {
				one.Found = text.Line(outline(nodes[0]), 100)
			}
		}
		tried = append(tried, one)
	}
	return tried
}

// read fills in what the selector gives and what is understood of it.
func (t tryReader) read(item *goquery.Selection, list selectors, one *TriedPart) {
	value := list.value(item)
	switch one.Part {
	case "time", "edited":
		dates := list.dates(item)
		value = strings.Join(dates, " ")
		one.Trouble = "no date that can be read"
		for _, words := range dates {
			if at, day := t.page.Date(words); !at.IsZero() {
				one.Trouble, one.Read = "", readDate(at, day)
				break
			}
		}
	case "rating":
		sub := *t.rules
		sub.rating = list
		rating, _ := sub.stars(item)
		if one.Trouble = "no rating that can be read"; rating != nil {
			one.Trouble, one.Read = "", fmt.Sprintf("%g of %g", rating.Value, rating.Best)
		}
	case "text":
		value, _ = list.prose(item, schemaorg.Quotes(t.page.Env, ""), t.own.answers)
	case "own":
		sub := *t.rules
		sub.own = list
		answer := newOwnFinder(&sub, t.page).in(item, nil)
		if value = answer.Text; value == "" {
			one.Trouble = "no answer that people read there"
		} else if !answer.Published.IsZero() {
			one.Read = readDate(answer.Published, answer.DateOnly)
		}
	case "link", "thread", "reply":
		if link := list.link(item, t.page.Links); link != "" {
			value = link
		}
	}
	one.Found = text.Line(value, 100)
	if value == "" && one.Trouble == "" && one.Read == "" {
		one.Trouble = "is empty"
	}
}

// readDate is what is understood of a date.
func readDate(at time.Time, day bool) string {
	if day {
		return at.Format("2006-01-02") + ", the day only"
	}
	return at.UTC().Format("2006-01-02 15:04 MST")
}

// outline is how an element is written, without what is inside.
func outline(n *html.Node) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<%s", n.Data)
	for _, a := range n.Attr {
		fmt.Fprintf(&b, " %s=%q", a.Key, a.Val)
	}
	return b.String() + ">"
}
