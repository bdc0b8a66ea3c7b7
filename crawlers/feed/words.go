package feed

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/mention"
)

// personName is the name in what stands where a name should: plain text, a link, or
// elements of their own. Mail addresses are not names, and personal data that is
// not kept.
func personName(raw string) string {
	if strings.Contains(raw, "<") || strings.Contains(raw, "&lt;") {
		raw = namedIn(raw)
	}
	name := htmltext.Line(raw)
	if open := strings.LastIndex(name, " ("); open > 0 && strings.HasSuffix(name, ")") && strings.Contains(name[:open], "@") {
		name = name[open+2 : len(name)-1] // "mail@example.org (Name)", as RSS asks for
	}
	if before, rest, ok := strings.Cut(name, " <"); ok && strings.Contains(rest, "@") && strings.HasSuffix(rest, ">") {
		name = strings.Trim(before, "\" ") // "Name <mail@example.org>"
	}
	if strings.Contains(name, "@") && strings.Contains(name, ".") && !strings.Contains(name, " ") || onlyMarkup.MatchString(name) {
		return ""
	}
	return name
}

var (
	nameElement = regexp.MustCompile(`(?is)<(?:[\w.-]+:)?(?:name|displayname|nick|fn)(?:\s[^<>]{0,200})?>(.{0,400}?)</`)
	anyElement  = regexp.MustCompile(`(?s)<[/!?]?[A-Za-z][^<>]{0,400}>`)
	cdata       = regexp.MustCompile(`(?s)<!\[CDATA\[(.{0,400}?)\]\]>`)
	onlyMarkup  = regexp.MustCompile(`^[<>\s]*$|^<[^>]*>$`)
)

// namedIn finds the name among elements: the one that says so, else the first words.
func namedIn(raw string) string {
	const longest = 4 << 10
	raw = raw[:min(len(raw), longest)]
	if strings.Contains(raw, "&lt;") && !strings.Contains(raw, "<") {
		raw = strings.NewReplacer("&lt;", "<", "&gt;", ">").Replace(raw)
	}
	raw = cdata.ReplaceAllString(raw, "$1")
	if m := nameElement.FindStringSubmatch(raw); m != nil {
		raw = m[1]
	}
	if strings.Contains(raw, "@") && strings.Contains(raw, "<") && !strings.Contains(raw, "</") {
		return raw // "Name <mail@example.org>"
	}
	for _, words := range anyElement.Split(raw, -1) {
		if strings.TrimSpace(words) != "" {
			return words
		}
	}
	return ""
}

// media is a word of Media RSS: of the item itself, of its group, or of its content.
func media(item *gofeed.Item, name string) string {
	var find func(byName map[string][]ext.Extension, depth int) string
	find = func(byName map[string][]ext.Extension, depth int) string {
		for _, e := range byName[name] {
			if v := strings.TrimSpace(e.Value); v != "" {
				return v
			}
		}
		for _, inside := range []string{"group", "content"} {
			for _, e := range byName[inside] {
				if depth > 2 {
					break
				}
				if v := find(e.Children, depth+1); v != "" {
					return v
				}
			}
		}
		return ""
	}
	return find(item.Extensions["media"], 0)
}

// authorsWords are the words of an entry without what it repeats of others. In
// forums and comments every quote is somebody else's. Elsewhere a bare blockquote is
// what the entry is about, as in a link blog, and only the marked ones of forum
// software are not. What would be nothing without its quotes keeps them.
func (r *reader) authorsWords(raw string, p *mention.Post) string {
	cut := raw
	if !r.isTalk(p) {
		cut = keepBareQuotes(raw)
	}
	if words := htmltext.PlainAuthorText(cut); words != "" || strings.TrimSpace(raw) == "" {
		return words
	}
	return htmltext.Plain(raw)
}

// isTalk reports whether the entry is one of a talk: a forum's, a comment, a reply.
func (r *reader) isTalk(p *mention.Post) bool {
	kind := cmp.Or(r.env.PostKind, p.Kind, r.env.DefaultKind)
	return kind == mention.Forum || kind == mention.Comment || p.IsReply || p.ReplyTo != "" || r.isTopic() || redditThread.MatchString(p.URL)
}

// redditThread is a post of Reddit, whose feeds say nothing else of themselves.
var redditThread = regexp.MustCompile(`^https?://(?:[a-z]+\.)?reddit\.com/r/[^/]+/comments/`)

var (
	quoteTag    = regexp.MustCompile(`(?i)<blockquote(\s[^<>]*)?>|</blockquote\s*>`)
	forumsQuote = regexp.MustCompile(`(?i)uncited|bb-?code|bbc_|mycode|quotecontent|ipsquote|ipsblockquote|data-(?:post|author|quote|ips)`)
	citeFirst   = regexp.MustCompile(`(?i)^\s*(?:<(?:div|p)[^<>]{0,80}>\s*)?<cite[\s>]`)
)

// keepBareQuotes makes the blockquotes that no forum software marked plain blocks.
func keepBareQuotes(raw string) string {
	if !strings.Contains(raw, "lockquote") && !strings.Contains(raw, "LOCKQUOTE") {
		return raw
	}
	var b strings.Builder
	var bare []bool // of the open ones
	at := 0
	for _, m := range quoteTag.FindAllStringSubmatchIndex(raw, -1) {
		with := "<div>"
		if raw[m[0]+1] == '/' {
			if with = "</div>"; len(bare) == 0 {
				continue
			}
			is := bare[len(bare)-1]
			if bare = bare[:len(bare)-1]; !is {
				continue
			}
		} else {
			const near = 200
			attrs, after := "", raw[m[1]:min(len(raw), m[1]+near)]
			if m[2] >= 0 {
				attrs = raw[m[2]:m[3]]
			}
			is := !forumsQuote.MatchString(attrs) && !citeFirst.MatchString(after)
			if bare = append(bare, is); !is {
				continue
			}
		}
		b.WriteString(raw[at:m[0]] + with)
		at = m[1]
	}
	return b.String() + raw[at:]
}
