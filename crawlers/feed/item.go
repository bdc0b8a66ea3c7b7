package feed

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/cespare/xxhash/v2"
	"github.com/mmcdole/gofeed"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/dates"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/phrases"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// reader turns the items of one parsed feed into posts.
type reader struct {
	env   crawlers.Env
	feed  *gofeed.Feed
	base  *url.URL // relative links resolve against it
	page  string   // the web page the feed belongs to
	guids map[string]int
	links map[string]int
	apart poll.Apart // parameters that tell these links apart
	fixed poll.Apart // and those that are the same in every answer: a link needs them, an ID does not
	visit map[string]string
	tails tails                   // what stands at the end of most items
	read  map[*gofeed.Item]string // words of the items learnTails asked
}

// Posts reads the posts of an answer that is a feed, in its order.
func Posts(res *fetch.Response, env crawlers.Env) ([]mention.Post, error) {
	parsed, err := parse(res)
	if err != nil {
		return nil, err
	}
	r := newReader(parsed, res.URL, env)
	r.learnTails()
	posts := make([]mention.Post, 0, len(parsed.Items))
	for _, item := range parsed.Items {
		posts = append(posts, r.post(item))
	}
	return posts, nil
}

// newReader prepares the reading of a feed. The feed's own language is no
// hint: blog engines say en-US over anything.
func newReader(parsed *gofeed.Feed, feedURL string, env crawlers.Env) *reader {
	r := reader{env: env, feed: parsed, guids: map[string]int{}, links: map[string]int{}}
	r.base, _ = url.Parse(feedURL)
	r.page = poll.Resolve(r.base, withScheme(r.base, parsed.Link))
	if u, err := url.Parse(r.page); err == nil && r.page != "" {
		r.base = u
	}
	if r.page == "" {
		r.page = poll.CleanURL(fetch.SafeURL(feedURL)) // the query may hold a key
		if r.base != nil {
			r.base.RawQuery = ""
		}
	}
	var links, guids []string // an item's guid may well be its link
	for _, item := range parsed.Items {
		link := writtenLink(item)
		r.guids[item.GUID]++
		r.links[link]++
		if strings.ContainsAny(link+item.GUID, "?;") {
			links, guids = append(links, link), append(guids, item.GUID)
		}
	}
	if len(links) > 0 {
		r.apart = poll.TellApart(r.base, links)
		maps.Copy(r.apart, poll.TellApart(nil, guids))
		r.visit = poll.Visits(links)
	}
	r.fixed = r.apart
	return &r
}

// known takes what looked like a visit in the last answer: what has the same value
// again names none.
func (r *reader) known(visits map[string]string) {
	r.fixed = maps.Clone(r.apart)
	for name, value := range r.visit {
		if visits[name] == value {
			r.fixed[name] = true
		}
	}
}

// stable is an address without what changes from visit to visit.
func (r *reader) stable(address string) string {
	if strings.ContainsAny(address, "?;") {
		if u := r.apart.Clean(address); u != "" {
			return u
		}
	}
	return address
}

// markItem is the mark of an item as the feed holds it: an item that comes again
// byte for byte needs no reading. Title, date and words tell what it is where they
// are all there: some servers make a new guid, or a new token in the link, for
// every answer.
//
// full is the whole text where a feed has it apart; "" is the mark that earlier versions gave, which did
// not read it.
func (r *reader) markItem(item *gofeed.Item, full string) uint64 {
	h := xxhash.New()
	guid, link := r.stable(item.GUID), r.stable(writtenLink(item))
	if item.Title != "" && item.Published != "" && link != "" {
		guid, link = "", withoutTokens(link)
	}
	for _, part := range []string{guid, link, item.Title, item.Published, item.Updated, item.Content, item.Description, extension(item, "media", "group", "description")} {
		_, _ = h.WriteString(part) // never fails
		_, _ = h.Write([]byte{0})
	}
	_, _ = h.WriteString(full)
	for _, a := range item.Authors {
		if a != nil {
			_, _ = h.WriteString(a.Name)
		}
	}
	return h.Sum64()
}

// named is as much of a post as its name is made of.
func (r *reader) named(item *gofeed.Item) mention.Post {
	p := mention.Post{
		Author: r.author(item),
		Title:  htmltext.Line(item.Title),
	}
	if p.Title == "" {
		p.Title = htmltext.Line(media(item, "title"))
	}
	p.URL = r.link(item)
	p.ID = r.id(item, p)
	return p
}

func (r *reader) post(item *gofeed.Item) mention.Post {
	p := r.named(item)
	p.Published, p.DateOnly = r.when(item)
	if r.feed.FeedType != "rss" {
		if edited, _ := r.date(item.Updated, item.UpdatedParsed); edited.Sub(p.Published) > time.Minute {
			p.Edited = edited
		}
	}
	title := p.Title
	r.thread(item, &p)
	r.words(item, &p)
	if p.Text == title { // with the words of software around it
		p.Text = ""
	}
	if p.URL == "" {
		p.URL = r.page
	}
	return p
}

// fullTexts are the elements in which the article stands whole, beside a description that is a teaser: as news sites
// hand it to aggregators, and as hand-made feeds call it. Those without a prefix are Custom.
var fullTexts = []struct{ prefix, name string }{
	{"yandex", "full-text"}, {"rambler", "fulltext"}, {"mailru", "full-text"}, {"", "full-text"}, {"", "fulltext"}, {"", "content"},
}

// fullText is the article whole; turbo:content is a page with the title on top.
func fullText(item *gofeed.Item) string {
	for _, of := range fullTexts {
		words := ""
		if of.prefix == "" {
			words = strings.TrimSpace(item.Custom[of.name])
		} else {
			words = extension(item, of.prefix, of.name)
		}
		if words != "" {
			return words
		}
	}
	page := extension(item, "turbo", "content")
	if _, below, ok := strings.Cut(page, "</header>"); ok && strings.HasPrefix(page, "<header") {
		return below
	}
	return page
}

// words fills in the text: content before description, since the description is
// often its beginning only. A content without words is a picture or a frame.
func (r *reader) words(item *gofeed.Item, p *mention.Post) {
	words, read := r.read[item]
	for _, raw := range []string{item.Content, fullText(item), item.Description, media(item, "description")} {
		if strings.TrimSpace(raw) == "" {
			continue
		}
		raw = dropStatistics(raw, p.Author)
		raw, replyTo := dropReplyNote(raw)
		if replyTo != "" {
			p.ReplyTo = poll.CleanURL(replyTo)
		}
		if !read {
			words = r.authorsWords(dropOwnLinks(raw, r.ownLinks(item, p)), p)
		}
		if words != "" {
			break
		}
	}
	if r.read != nil {
		r.read[item] = words
	}
	p.Text = r.tails.off(words, p, r.isTalk(p))
	if p.Text == p.Title {
		p.Text = ""
	}
}

// writtenLink is the link as the item has it: its own, or Atom's under whatever
// prefix.
func writtenLink(item *gofeed.Item) string {
	if item.Link != "" {
		return item.Link
	}
	for _, l := range atomLinks(item.Extensions) {
		if rel := l.Attrs["rel"]; rel == "" || rel == "alternate" {
			return l.Attrs["href"]
		}
	}
	return ""
}

// link is where a reader finds the post.
func (r *reader) link(item *gofeed.Item) string {
	candidates := []string{extension(item, "feedburner", "origLink"), writtenLink(item)}
	if poll.CleanURL(item.GUID) != "" { // relative ones are names
		candidates = append(candidates, item.GUID)
	}
	for _, l := range append(candidates, item.Links...) {
		if u := r.fixed.Resolve(r.base, withScheme(r.base, l)); u != "" {
			return behindCounter(u)
		}
	}
	return ""
}

// id is the guid, else the link, else what the item says. A guid or link that
// several items share names none of them.
func (r *reader) id(item *gofeed.Item, p mention.Post) string {
	guid := strings.TrimSpace(item.GUID)
	if guid != "" && r.guids[item.GUID] == 1 && !madeUpGUID.MatchString(guid) && (guid != strings.TrimSpace(writtenLink(item)) || withoutTokens(guid) == guid) {
		if u := r.apart.Clean(guid); u != "" {
			return u
		}
		return text.Clip(guid, 512)
	}
	if p.URL != "" && r.links[writtenLink(item)] <= 1 {
		p.URL = r.stable(p.URL)
		if bare := withoutTokens(p.URL); bare != p.URL && p.Title != "" && item.Published != "" {
			return poll.HashID(bare, item.Published, p.Title)
		}
		return p.URL
	}
	if p.Title != "" && item.Published != "" {
		return poll.HashID(p.Author, item.Published, p.Title) // the same when the text is edited
	}
	return poll.HashID(p.Author, item.Published, p.Title, item.Description, item.Content)
}

// author is dc:creator before author. MyBB puts an HTML link there: its text is
// the name. Mail addresses are not names, and personal data that is not kept.
func (r *reader) author(item *gofeed.Item) string {
	var names []string
	if dc := item.DublinCoreExt; dc != nil {
		names = append(names, dc.Creator...)
		names = append(names, dc.Author...)
	}
	names = append(names, item.Custom[customAuthor])
	for _, a := range item.Authors {
		if a != nil {
			names = append(names, a.Name)
		}
	}
	names = append(names, extension(item, "News", "Source"), extension(item, "news", "Source"), // Bing
		extension(item, "lj", "poster")) // who wrote in a diary of many
	for _, name := range names {
		if name = personName(name); name != "" {
			return name
		}
	}
	return ""
}

// when finds the time of an item: what the parser knows as its date, else the
// elements other vocabularies have for it.
func (r *reader) when(item *gofeed.Item) (time.Time, bool) {
	if t, day := r.date(item.Published, item.PublishedParsed); !t.IsZero() {
		return t, day
	}
	others := []string{item.Updated}
	for _, name := range []string{"created", "issued", "available", "date", "modified"} {
		others = append(others, extension(item, "dcterms", name))
	}
	for _, name := range []string{"published", "updated", "modified", "created", "issued"} { // and of Atom 0.3
		others = append(others, extension(item, "atom", name), extension(item, "atom03", name))
	}
	others = append(others, extension(item, "prism", "publicationDate"), item.Custom["date"], item.Custom["published"])
	for _, text := range others {
		if text == "" {
			continue
		}
		if t, day := r.date(text, nil); !t.IsZero() {
			return t, day
		}
	}
	return time.Time{}, false
}

// date reads a date in the source's zone; gofeed takes UTC where none is named, or
// where it does not know the zone.
func (r *reader) date(text string, parsed *time.Time) (time.Time, bool) {
	if t, day, ok := dates.Parse(text, r.env.Now(), r.env.Zone, r.env.Lang, r.feed.Language); ok {
		return t, day
	}
	if parsed != nil && !endsInZone.MatchString(text) { // a form only gofeed knows, or the future: finish clamps it
		return parsed.UTC(), false
	}
	return time.Time{}, false
}

// endsInZone finds the name of a zone behind a time; Greenwich's are known to all.
var endsInZone = regexp.MustCompile(`\d\s*\(?(?:[A-FH-TV-Z][A-Z]{1,5}|G[A-LN-Z][A-Z]*|U[A-SU-Z][A-Z]*|[A-Z][a-z]+/[A-Za-z_/]+)\)?\s*$`)

// thread finds out whether the item is a comment or a reply, and of what.
func (r *reader) thread(item *gofeed.Item, p *mention.Post) {
	p.ThreadHint = poll.Resolve(r.base, cmp.Or(extension(item, "wfw", "commentRss"), item.Custom[customReplies]))
	if ref := extensionAttr(item, "thr", "in-reply-to", "ref"); ref != "" && p.ReplyTo == "" {
		p.ReplyTo = ref
		if u := poll.CleanURL(ref); u != "" {
			p.ReplyTo = u
		} else if page := poll.Resolve(r.base, extensionAttr(item, "thr", "in-reply-to", "href")); page != "" {
			r.bloggers(item, p, page)
		}
	}
	if before, _, ok := strings.Cut(p.URL, "#comment-"); ok {
		p.Kind, p.IsReply, p.ThreadURL = mention.Comment, true, before
		if title := commentTitle(p.Title, htmltext.Line(r.feed.Title), p.Author); title != "" {
			p.Title = title
		}
		p.ReplyTo = cmp.Or(p.ReplyTo, p.ThreadURL)
		return
	}
	if title, ok := replyTitle(p.Title); ok {
		p.Title, p.IsReply = title, true
		if r.isTopic() {
			p.ThreadURL = r.page
		}
	}
}

// bloggers makes the comment of an entry of Blogger's that answers what stands on page. That is
// always the article; a comment that is answered is named by a link.
func (r *reader) bloggers(item *gofeed.Item, p *mention.Post, page string) {
	blog, _, ok := strings.Cut(p.ReplyTo, ".post-")
	if !ok {
		return
	}
	p.Kind = mention.Comment
	p.ThreadURL = poll.WithoutFragment(page)
	if _, parent, ok := strings.Cut(item.Custom[customAnswers], "/comments/default/"); ok {
		parent, _, _ = strings.Cut(parent, "?")
		p.ReplyTo = blog + ".post-" + parent
	}
}

// isTopic reports whether the feed is one discussion of a NodeBB forum. Its
// channel's description is the opening post, but without author, time and link
// of its own: nothing to alert on.
func (r *reader) isTopic() bool {
	return r.feed.Generator == "RSS for Node" && strings.Contains(r.page, "/topic/")
}

// replyTitle takes the marks of a reply off a thread's title.
func replyTitle(title string) (string, bool) {
	if rest, ok := strings.CutPrefix(title, "Reply to "); ok { // NodeBB: "Reply to TITLE on DATE"
		if i := strings.LastIndex(rest, " on "); i > 0 {
			if _, err := time.Parse(time.RFC1123, rest[i+4:]); err == nil {
				return rest[:i], true
			}
		}
		return rest, true
	}
	rest := title
	if i := strings.Index(title, " • "); i >= 0 { // phpBB: "FORUM • Re: TITLE"
		rest = title[i+len(" • "):]
	}
	if at := replyMark.FindStringIndex(rest); at != nil {
		return rest[at[1]:], true
	}
	return title, false
}

// replyMark is how software marks the title of an answer.
var replyMark = regexp.MustCompile(`^(?i:` + phrases.Pattern(phrases.ReplyMark) + `): `)

// commentTitle finds the article's title in "Comment on TITLE by AUTHOR" or in
// the feed's own "Comments on: TITLE". Empty when it is in neither.
func commentTitle(title, feedTitle, author string) string {
	if article, ok := phrases.CommentOn(title, author); ok {
		return article
	}
	article, _ := phrases.CommentsOn(feedTitle)
	return article
}

// dropStatistics takes off the line phpBB puts under each entry: its last
// paragraph before a rule, with the author's name.
func dropStatistics(raw, author string) string {
	trimmed := strings.TrimSpace(raw)
	for _, rule := range []string{"<hr />", "<hr/>", "<hr>"} {
		body, ok := strings.CutSuffix(trimmed, rule)
		if !ok {
			continue
		}
		body = strings.TrimSpace(body)
		i := strings.LastIndex(body, "<p>")
		if i >= 0 && strings.HasSuffix(body, "</p>") && author != "" && strings.Contains(htmltext.Line(body[i:]), author) {
			return body[:i]
		}
	}
	return raw
}

// dropReplyNote takes off the line WordPress puts above an answer ("In reply to
// NAME.") and returns the link in it.
func dropReplyNote(raw string) (rest, replyTo string) {
	if !strings.Contains(raw, "#comment-") {
		return raw, ""
	}
	trimmed := strings.TrimSpace(raw)
	end := strings.Index(trimmed, "</p>")
	if end < 0 || !strings.HasPrefix(trimmed, "<p>") {
		return raw, ""
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(trimmed[:end]))
	if err != nil {
		return raw, ""
	}
	link := doc.Find("a[href*='#comment-']")
	if link.Length() != 1 {
		return raw, ""
	}
	const note = 40 // bytes of "In reply to ." in any language, with room
	if line := doc.Text(); len(line)-len(link.Text()) > note {
		return raw, ""
	}
	return trimmed[end+len("</p>"):], link.AttrOr("href", "")
}

// extension returns the text of a namespaced element, one or more levels deep.
func extension(item *gofeed.Item, ns string, path ...string) string {
	byName := item.Extensions[ns]
	for i, name := range path {
		found := byName[name]
		if len(found) == 0 {
			return ""
		}
		if i == len(path)-1 {
			return strings.TrimSpace(found[0].Value)
		}
		byName = found[0].Children
	}
	return ""
}

func extensionAttr(item *gofeed.Item, ns, name, key string) string {
	if found := item.Extensions[ns][name]; len(found) > 0 {
		return strings.TrimSpace(found[0].Attrs[key])
	}
	return ""
}
