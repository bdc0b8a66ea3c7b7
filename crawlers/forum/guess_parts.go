package forum

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/phrases"
)

// blockPart is one element of a block, or what it gave.
type blockPart struct {
	el    *goquery.Selection
	key   string // element name and classes: the same in every block
	value string
	whole string // of a name: all that its element says, where that is more
	at    time.Time
	day   bool
	found bool
}

// partsOf lists the elements of each block that are its own and in no quote.
func partsOf(group []postBlock) [][]blockPart {
	all := make([][]blockPart, len(group))
	for i := range group {
		b := &group[i]
		var walk func(n *html.Node)
		walk = func(n *html.Node) {
			if !isElement(n) || htmltext.InvisibleElement(n.DataAtom) || htmltext.IsQuote(n) || notOwn(n) || !b.owns(n) || len(all[i]) > 2000 {
				return
			}
			all[i] = append(all[i], blockPart{el: htmltext.Selection(n), key: partKey(n, n == b.el.Nodes[0])})
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		for _, n := range b.el.Nodes {
			walk(n)
		}
	}
	return all
}

// partKey is what an element has in common with its like in other blocks.
func partKey(n *html.Node, root bool) string {
	if root {
		return n.Data + "@root" // its classes tell the first from the last, the odd from the even
	}
	return n.Data + "." + changingNames.ReplaceAllString(htmltext.Attr(n, "class")+" "+htmltext.Attr(n, "itemprop")+" "+htmltext.Attr(n, "data-role"), "")
}

// notOwn reports elements that hold what is not the post: signatures,
// quotes, who edited it and when.
func notOwn(n *html.Node) bool {
	for _, word := range strings.Fields(htmltext.Attr(n, "class") + " " + htmltext.Attr(n, "data-role")) {
		if !strings.HasPrefix(word, "js-") && foreignClass.MatchString(word) {
			return true
		}
	}
	// What a site leaves out of quotes of its posts is no part of their words.
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "data-excludequote" })
}

var (
	changingNames = regexp.MustCompile(`\d+|\b(?:odd|even|first|last|alt|bg|row\w*)\b`)
	foreignClass  = regexp.MustCompile(`(?i)(?:^|[-_])sig$|sig-|signature|quot|edited|lastedit|postedit|toolbar|attachment`)
	rankClass     = regexp.MustCompile(`(?i)title|rank|group|_ip|ip$|status|stat|count|role|level|badge|[a-z_-]posts(?:\s|$)`)
	factLine      = regexp.MustCompile(`^\p{L}[\p{L} №#./-]{1,24}:\s*\S.{0,24}$`) // "Posts: 12", "From: Sofia"
	labelledCount = regexp.MustCompile(`\p{L}\s*:\s*[#№]?\d`)
	authorClass   = regexp.MustCompile(`(?i)author|avtor|user|poster|nick|member|(?:^|[\s_-])(?:by|name|fn)(?:$|[\s_-])`)
	profileLink   = regexp.MustCompile(`(?i)profil|member|/users?/|/u/|[?&;]u(?:id)?=\d|showuser|[?&;]user(?:id|name)?=|author`)
	timeClass     = regexp.MustCompile(`(?i)date|time|posted|when|ago`)
	textClass     = regexp.MustCompile(`(?i)content|body|text|message|msg|entry|comment|articlebody`)
	bodyClass     = regexp.MustCompile(`(?i)content|body|text`)
	noTextClass   = regexp.MustCompile(`(?i)head|foot|meta|info|author|avtor|user|profil|date|title|subject|name|control|button|action|tool|stat|rank|nav`)
	noProfileLink = regexp.MustCompile(`(?i)/(?:log[_-]?in|log[_-]?out|sign[_-]?in|sign[_-]?up|register|registration|password|auth)(?:[/?#.]|$)`)
	textToken     = regexp.MustCompile(`(?i)[^\s.]*[-_](?:post|message|msg|comment)(?:\s|$)`) // user_post, and not post_user
	authorLabel   = regexp.MustCompile(`(?i)^` + phrases.Pattern(phrases.AuthorLabel) + `\s*:\s*(\S.*)$`)
	membership    = regexp.MustCompile(`(?i)` + phrases.Pattern(phrases.Membership))
	noName        = regexp.MustCompile(`^[\d\s#.,:/+−–\x{2190}-\x{21FF}\x{25A0}-\x{25FF}👍👎-]*$`) // nor are votes: ▲ 3 ▼
	spaces        = regexp.MustCompile(`\s+`)
)

// bestAuthor settles which element names the author. leading says to take a name by its
// place, where nothing calls it one.
func bestAuthor(group []postBlock, parts [][]blockPart, leading bool) []blockPart {
	return vote(group, parts, func(b *postBlock, p blockPart) (blockPart, int) {
		n := p.el.Nodes[0]
		score := 0
		if rankClass.MatchString(htmltext.Attr(n, "class")) {
			return p, 0
		}
		switch class := htmltext.Attr(n, "class"); {
		case htmltext.Attr(n, "data-author")+htmltext.Attr(n, "data-username") != "":
			p.value, score = htmltext.Attr(n, "data-author")+htmltext.Attr(n, "data-username"), 9
		case htmltext.Attr(n, "itemprop") == "name" || htmltext.Attr(n, "itemprop") == "author" || htmltext.Attr(n, "rel") == "author":
			score = 8
		case isPerson(n):
			score = 8
		case n.DataAtom == atom.A && isProfile(htmltext.Attr(n, "href")) && authorClass.MatchString(class):
			score = 7
		case n.DataAtom == atom.A && isProfile(htmltext.Attr(n, "href")):
			score = 6
		case authorClass.MatchString(class):
			score = 4
		}
		switch {
		case p.value != "":
		case score > 0:
			p.whole = htmltext.Text(p.el, nil)
			p.value = b.name(p.el, p.whole)
		case leading && b.leadsIn(n):
			p.value = htmltext.Text(p.el, nil)
		}
		if n := utf8.RuneCountInString(p.value); n < 1 || n > 60 || strings.Contains(p.value, "\n") || noName.MatchString(p.value) || labelledCount.MatchString(p.value) ||
			len(spaces.FindAllString(p.value, -1)) > 5 {
			return p, 0
		}
		if score == 0 && leading {
			score = leadingName(b, n, p.value)
		}
		if factLine.MatchString(p.value) { // a label before it: of a name, or of where he is from
			score = min(score, 1)
		}
		return p, score
	})
}

// isProfile reports an address that may be a person's page: pages to sign in stand beside them.
func isProfile(href string) bool {
	return profileLink.MatchString(href) && !noProfileLink.MatchString(href)
}

// isPerson reports an element that the page itself calls a person, as Drupal does in RDFa.
func isPerson(n *html.Node) bool {
	kind := strings.ToLower(htmltext.Attr(n, "typeof"))
	return strings.HasSuffix(kind, "person") || strings.HasSuffix(kind, "useraccount")
}

// name is who an element with this text names. Of one that says when he wrote, too ("by Anna
// on 22 Sep 2026", "Anna, 22.09.2026") it is what stands out in it, or before the date.
func (b *postBlock) name(el *goquery.Selection, value string) string {
	const longest = 200 // bytes; what is longer is around more than a name and a date
	if len(value) > longest {
		return value
	}
	if m := authorLabel.FindStringSubmatch(value); m != nil {
		value = m[1]
	}
	name, date := b.signed(value)
	if _, _, ok := b.d.parse(value); !ok && date == "" {
		return value
	}
	if inner := htmltext.Text(el.Find("strong, b, a, [class*=name]").First(), nil); inner != "" {
		return inner
	}
	if date != "" {
		return name
	}
	return value
}

// vote gives every element a score and returns, for each block, the part of the
// kind that scores best over all blocks; nil when none is in most of them.
func vote(group []postBlock, parts [][]blockPart, judge func(*postBlock, blockPart) (blockPart, int)) []blockPart {
	found := map[string][]blockPart{}
	score := map[string]int{}
	blocks := map[string]int{}
	values := map[string]map[string]bool{}
	for i := range group {
		for _, part := range parts[i] {
			part, n := judge(&group[i], part)
			if n == 0 {
				continue
			}
			if found[part.key] == nil {
				found[part.key] = make([]blockPart, len(group))
			}
			if found[part.key][i].found {
				continue
			}
			part.found = true
			found[part.key][i] = part
			score[part.key] += n
			blocks[part.key]++
			if values[part.key] == nil {
				values[part.key] = map[string]bool{}
			}
			values[part.key][part.value+part.at.String()] = true
		}
	}
	best, most := "", 0
	for _, key := range slices.Sorted(maps.Keys(found)) {
		// What is the same in every post is the board's word and not the post's.
		if score[key] *= len(values[key]); blocks[key]*5 >= len(group)*3 && score[key] > most {
			best, most = key, score[key]
		}
	}
	if best == "" {
		return nil
	}
	// A guest's name is no link, and a moment may have another form in a few
	// blocks: what the best kind leaves open the next ones fill.
	chosen := found[best]
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if score[key]*3 < most {
			continue
		}
		for i := range chosen {
			if !chosen[i].found && found[key][i].found {
				chosen[i] = found[key][i]
			}
		}
	}
	fillFromAround(group, parts, chosen)
	return chosen
}

// fillFromAround gives a block that lacks the part the text of what stands around
// the part in the other blocks: a guest's name is in the same place, unlinked. Where more stands
// behind the part there, too, it is the first line.
func fillFromAround(group []postBlock, parts [][]blockPart, chosen []blockPart) {
	key, leads := "", true
	for _, c := range chosen {
		if c.found && c.value != "" && c.el.Parent().Length() > 0 {
			if key == "" {
				key = partKey(c.el.Nodes[0].Parent, false)
			}
			leads = leads && firstLine(htmltext.Text(c.el.Parent(), nil)) == c.value
		}
	}
	for i := range chosen {
		for _, p := range parts[i] {
			if chosen[i].found || key == "" || p.key != key {
				continue
			}
			whole := htmltext.Text(p.el, nil)
			if p.value = firstLine(whole); p.value != whole && (!leads || noName.MatchString(p.value) || membership.MatchString(p.value) || group[i].dated(p.value)) {
				continue
			}
			if n := utf8.RuneCountInString(p.value); n > 0 && n <= 60 {
				p.found = true
				chosen[i] = p
			}
		}
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(line)
}

// bestText settles which element holds the text: the one with the most words of
// its own that is neither around the author nor around the moment. Words that
// stand in most blocks are the board's.
func bestText(group []postBlock, parts [][]blockPart, author, moment []blockPart) []blockPart {
	common := commonLines(group)
	found := map[string][]blockPart{}
	length, blocks, depth := map[string]int{}, map[string]int{}, map[string]int{}
	for i := range group {
		for at, part := range parts[i] {
			n := part.el.Nodes[0]
			if around(n, author[i]) || around(n, moment[i]) || within(n, author[i]) || within(n, moment[i]) || notText(part.key) {
				continue
			}
			if found[part.key] == nil {
				found[part.key] = make([]blockPart, len(group))
			}
			had := found[part.key][i]
			if had.value != "" {
				continue
			}
			part.value = ownWords(part.el, textFilter{root: n, items: group[i].items, quotes: true, also: notOwn})
			if part.value == author[i].value || had.found && part.value == "" {
				continue
			}
			part.found = true
			found[part.key][i] = part
			if !had.found { // else an empty paragraph stood before
				blocks[part.key]++
				depth[part.key] += at
			}
			for _, line := range strings.Split(part.value, "\n") {
				if !common[line] && !factLine.MatchString(line) && strings.ContainsFunc(line, unicode.IsLetter) { // nor one that is drawn
					length[part.key] += len(line)
				}
			}
		}
	}
	best := ""
	weight := func(key string) int {
		if textClass.MatchString(key) || textToken.MatchString(key) {
			return 3 * length[key]
		}
		return length[key]
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if blocks[key]*5 < len(group)*4 || length[key] == 0 {
			continue
		}
		// Of two that hold much the same the inner one.
		if best == "" || weight(key)*10 > weight(best)*11 || weight(key)*11 >= weight(best)*10 && depth[key]*blocks[best] > depth[best]*blocks[key] {
			best = key
		}
	}
	if best == "" {
		return nil
	}
	return found[best]
}

// commonLines are the lines that stand in more than half of the blocks.
func commonLines(group []postBlock) map[string]bool {
	times := map[string]int{}
	for i := range group {
		seen := map[string]bool{}
		for _, line := range strings.Split(htmltext.Text(group[i].el, nil), "\n") {
			if !seen[line] {
				seen[line] = true
				times[line]++
			}
		}
	}
	common := map[string]bool{}
	for line, n := range times {
		common[line] = len(group) > 2 && n*2 > len(group)
	}
	return common
}

// around reports whether n is the part's element or stands around it.
func around(n *html.Node, part blockPart) bool {
	return part.found && htmltext.Within(part.el.Nodes[0], n)
}

// within reports whether n is inside of the part's element, when that is small:
// a whole post may carry the author in an attribute.
func within(n *html.Node, part blockPart) bool {
	return part.found && !strings.HasSuffix(part.key, "@root") && part.el.Children().Length() <= 3 && htmltext.Within(n.Parent, part.el.Nodes[0])
}

// notText reports kinds of elements that are called something else than a text.
func notText(key string) bool {
	return noTextClass.MatchString(textToken.ReplaceAllString(key, " ")) && !bodyClass.MatchString(key)
}
