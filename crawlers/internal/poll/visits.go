package poll

import (
	"maps"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
)

// Links resolves the links of one HTML page. The zero value knows no page.
type Links struct {
	Base  *url.URL // what relative links are relative to
	Apart Apart    // what only looks like the name of a visit
	// Seen are the page's visits as Visits gives them, for the next poll.
	Seen map[string]string
	kept map[string]string // cleaned address → the one that leads there
}

// PageLinks looks at all links of a page. visits is what looked like a visit in the
// page at the last poll: what has the same value again names none, and Written gives
// it back to the links that have it.
//
// A page is no feed: it links to one thing many times, and people write links in
// their posts with the session of some other day, or without any. So the visit is
// the one value that stands in most links, of at least two different things; a link
// with another value is another link.
func PageLinks(doc *html.Node, base *url.URL, visits map[string]string) Links {
	l := Links{Base: base}
	count := map[visitParam]map[string]map[string]bool{}
	var found []string
	looked := map[string]bool{}
	take := func(ref string) {
		if !mayNameVisit(ref) {
			return
		}
		if ref = WithoutFragment(ref); looked[ref] {
			return
		}
		if looked[ref] = true; countVisits(base, ref, count) {
			found = append(found, ref)
		}
	}
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			if a.Key != "src" && a.Key != "srcset" {
				take(a.Val)
			}
		}
		if n.DataAtom == atom.Script && n.FirstChild != nil && strings.Contains(htmltext.Attr(n, "type"), "ld+json") {
			for part := range strings.SplitSeq(n.FirstChild.Data, `"`) { // of JSON-LD
				take(strings.ReplaceAll(part, `\/`, "/"))
			}
		}
	}
	if len(found) == 0 {
		return l
	}
	l.Apart, l.Seen = Apart{}, map[string]string{}
	for param, values := range count {
		visit, ok := visitOf(param.name, values)
		if ok && (base == nil || strings.EqualFold(param.host, base.Host)) {
			l.Seen[param.name] = markOf(visit)
		}
		for value := range values {
			if !ok || value != visit {
				l.Apart[param.name+"="+value] = true
			}
		}
	}
	fixed := maps.Clone(l.Apart)
	for name, mark := range l.Seen {
		if visits[name] == mark {
			fixed[name] = true
		}
	}
	if len(fixed) == len(l.Apart) {
		return l
	}
	l.kept = make(map[string]string, len(found))
	for _, href := range found {
		l.kept[WithoutFragment(l.Resolve(href))] = WithoutFragment(fixed.Resolve(base, href))
	}
	return l
}

// visitParam is a parameter of one site that looks like the name of a visit.
type visitParam struct{ host, name string }

// countVisits takes down what looks like a visit in one link: by parameter and value
// the addresses that have it, without it.
func countVisits(base *url.URL, ref string, count map[visitParam]map[string]map[string]bool) bool {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil {
		return false
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if !IsWeb(u) {
		return false
	}
	u.Fragment, u.RawFragment = "", ""
	found := sessionsOf(u)
	for name, value := range found {
		param := visitParam{strings.ToLower(u.Host), name}
		if count[param] == nil {
			count[param] = map[string]map[string]bool{}
		}
		if count[param][value] == nil {
			count[param][value] = map[string]bool{}
		}
		count[param][value][cleanParsed(u, nil)] = true
	}
	return len(found) > 0
}

// visitOf is the value that names the visit; ok is false where none does.
func visitOf(name string, values map[string]map[string]bool) (visit string, ok bool) {
	all, most := 0, 0
	for value, addresses := range values {
		if all += len(addresses); len(addresses) > most {
			most, visit = len(addresses), value
		}
	}
	if all == 1 { // one link tells no more than its look; the next poll does
		const hash = 32 // letters of the names PHP gives to visits
		return visit, technical(name, visit) || len(visit) >= hash
	}
	return visit, most > 1 && 2*most > all
}

// mayNameVisit is a look at the link's text, which spares reading most links.
func mayNameVisit(href string) bool {
	if strings.IndexByte(href, '=') < 0 {
		return false // classes, numbers, words: nearly all that is looked at
	}
	start := -1 // of a parameter's name
	for i := 0; i <= len(href); i++ {
		if i < len(href) && href[i] != '?' && href[i] != '&' && href[i] != ';' && href[i] != '#' {
			continue
		}
		if start >= 0 && start < i {
			if name, value, _ := strings.Cut(href[start:i], "="); sessionParam(strings.ToLower(name), value) {
				return true
			}
		}
		if i < len(href) && (start >= 0 || href[i] == '?' || href[i] == ';') {
			start = i + 1
		}
	}
	return false
}

// Learn takes over what other pages of the same poll told, and adds to it: a list
// names its threads, a thread alone does not tell what names it.
func (l *Links) Learn(told Apart) {
	merged := maps.Clone(told)
	for param := range told {
		if name, value, _ := strings.Cut(param, "="); l.Seen[name] == markOf(value) {
			delete(merged, param)
		}
	}
	maps.Copy(told, l.Apart)
	maps.Copy(merged, l.Apart)
	l.Apart = merged
}

// Resolve is the function Resolve for a link of the page. It is what things are
// named by: the same at every poll.
func (l Links) Resolve(ref string) string { return l.Apart.Resolve(l.Base, ref) }

// Written gives an address that Resolve made the parameters back that it needs to
// lead there.
func (l Links) Written(address string) string {
	if len(l.kept) == 0 || address == "" {
		return address
	}
	bare := WithoutFragment(address)
	if full, ok := l.kept[bare]; ok && full != "" {
		return full + address[len(bare):]
	}
	return address
}
