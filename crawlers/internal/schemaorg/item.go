package schemaorg

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/dates"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Item is a post on its way out of a page.
type Item struct {
	Post     mention.Post
	DateText string          // as the page shows it
	moment   time.Time       // what that says alone; zero where it takes the page to understand it
	Native   string          // the site's own id, when it shows one
	Chosen   bool            // native is what the user's selector found: it names the post
	parent   *Item           // what a comment is under
	context  bool            // an article: no post, only the parent of comments
	asksFor  bool            // a question that its own page asks: no post either, and answered by the page unless somebody signs
	first    *Item           // the same post further up on the page; nil: this is it
	Node     *html.Node      // where a selected item stands
	named    string          // the words that name it, where earlier versions read others than Post.Text
	unsaid   bool            // the same where they read none
	stars    *mention.Rating // the same of Post.Rating; zero where they read none
	Shorn    bool            // the company's answer was left out of the words: earlier versions read it with them
	Answer   Answer          // the company's, which stands below it
	by       []string        // of a review in JSON-LD: what kinds of thing its author is,
	about    map[string]any  // and what it is about; nil: it does not say
	// Elsewhere are the other parts of the page it is made of; nil among them is one
	// that is not there.
	Elsewhere []*html.Node

	name, words  string // letters of the author and the text, once asked for
	firstWords   string // the same of firstText
	isNormalized bool
}

// owns reports an answer that the page gives to a question of its own.
func (i *Item) owns(answer *mention.Post) bool {
	return i != nil && i.asksFor && answer.Author == "" && answer.Published.IsZero()
}

// Quotes says whose words a bare <blockquote> is in the posts of a source: in
// forums and comments somebody else's. kind is what the page itself says, if it does.
func Quotes(e crawlers.Env, kind mention.PostKind) htmltext.Quotes {
	if kind = cmp.Or(e.PostKind, kind, e.DefaultKind); kind == mention.Forum || kind == mention.Comment {
		return htmltext.Bare
	}
	return htmltext.Marked
}

// MaxItems bounds the posts of one page: comparing two readings of a page
// takes the square of it.
const MaxItems = 2000

// Dated reads when the post was published, and reports whether the text says it. What the rest
// of the page tells of its dates may be gone tomorrow: a post without a name of its
// own is named by what its date says alone, or it would be another one then.
func (i *Item) Dated(page Page, date string) bool {
	at, day := page.Date(date)
	if at.IsZero() {
		return false
	}
	i.Post.Published, i.Post.DateOnly, i.DateText, i.moment = at, day, date, at
	i.moment, _ = poll.Date(page.Env, date, dates.Early)
	if lateForms.MatchString(date) {
		i.moment = time.Time{}
	}
	return true
}

// Rated takes the rating that a text says. Earlier versions read none in emoji, and named posts without.
func (i *Item) Rated(r *mention.Rating, said string) {
	i.Post.Rating = r
	if r != nil && SignStars(said) != said {
		i.stars = &mention.Rating{}
	}
}

// lateForms are dates that could not be read at first: posts with one keep the names they had without.
var lateForms = regexp.MustCompile(`(?i)\d:\d(?:\D|$)|\d\. \d{1,2}\. \d{4}|day before yesterday`)

func (i *Item) normalized() (name, words string) {
	if !i.isNormalized {
		i.name, i.words, i.isNormalized = text.Letters(i.Post.Author), text.Letters(i.Post.Text), true
		if i.firstWords = i.words; i.named != "" || i.unsaid {
			i.firstWords = text.Letters(i.firstText())
		}
	}
	return i.name, i.words
}

// Merge adds the items of another reading of the same page. What both readings
// found stays one item, with the first one's words and the other's extra facts.
func Merge(items, more []*Item) []*Item {
	items, more = items[:min(len(items), MaxItems)], more[:min(len(more), MaxItems)]
	known := len(items) // items of one reading are never twins of each other
	taken := make([]bool, known)
	for _, m := range more {
		i := twin(items[:known], m, taken)
		if i < 0 {
			items = append(items, m)
			continue
		}
		taken[i] = true
		items[i].add(m)
	}
	return items
}

// Otherwise reports that earlier versions read other words or another rating.
func (i *Item) Otherwise() bool { return i.Shorn || i.named != "" || i.unsaid || i.stars != nil }

// firstText is the text as the first versions read it.
func (i *Item) firstText() string {
	if i.unsaid {
		return ""
	}
	return cmp.Or(i.named, i.Post.Text)
}

// add takes the facts of another reading of the same post.
func (i *Item) add(m *Item) {
	have := &i.Post
	have.Author = cmp.Or(have.Author, m.Post.Author)
	if have.Published.IsZero() {
		have.Published, have.DateOnly, i.DateText, i.moment = m.Post.Published, m.Post.DateOnly, m.DateText, m.moment
	}
	have.Rating, have.URL = cmp.Or(have.Rating, m.Post.Rating), cmp.Or(have.URL, m.Post.URL)
	first := longer(i.firstText(), m.firstText())
	have.Text = longer(have.Text, m.Post.Text) // JSON-LD is often cut short
	if i.named, i.isNormalized = first, false; first == have.Text {
		i.named = ""
	}
	i.unsaid = first == "" && have.Text != ""
	i.Native = cmp.Or(i.Native, m.Native)
	i.Shorn = i.Shorn || m.Shorn
	if i.Answer.Text == "" || m.Answer.Named {
		i.Answer = m.Answer
	}
}

func longer(a, b string) string {
	if len(b) > len(a) {
		return b
	}
	return a
}

// twin finds m among the items of another reading, -1 when it is not there. Of two
// that look alike the one that has no twin yet.
func twin(items []*Item, m *Item, taken []bool) int {
	found := -1
	for i, have := range items {
		if !sameItem(have, m) {
			continue
		}
		if !taken[i] {
			return i
		}
		if found < 0 {
			found = i
		}
	}
	return found
}

// enough words are not two people's by chance: bytes of letters, about four words.
const enough = 40

// sameItem reports whether two readings of a page found the same post.
func sameItem(a, b *Item) bool {
	nameA, x := a.normalized()
	nameB, y := b.normalized()
	if (a.named != "" || b.named != "") && !strings.Contains(y, x) && !strings.Contains(x, y) { // the page may show one of several texts
		x, y = a.firstWords, b.firstWords
	}
	if nameA != "" && nameB != "" && nameA != nameB {
		return false
	}
	if !a.Post.Published.IsZero() && !b.Post.Published.IsZero() {
		if gap := a.Post.Published.Sub(b.Post.Published).Abs(); gap > 36*time.Hour {
			return false
		}
	}
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) >= enough {
		return strings.Contains(y, x)
	}
	if x != y {
		return strings.HasPrefix(y, x) && x != "" && a.Post.Author != "" && a.Post.Author == b.Post.Author
	}
	// A few words alike are one post when they are one person's and of one moment; a
	// copy that says the day only, or nothing, speaks of no other moment.
	return nameA == nameB && (a.Post.Published.Equal(b.Post.Published) || sameDay(a, b) || sameDay(b, a))
}

// sameDay reports whether a says no more about its time than that it is b's day.
func sameDay(a, b *Item) bool {
	switch {
	case a.Post.Author == "" && len(a.words) < 8: // two strangers who say "ok"
		return false
	case a.Post.Published.IsZero():
		return true
	case !a.Post.DateOnly || b.Post.Published.IsZero():
		return false
	}
	// The day is midnight of some zone, so the moment is up to 36 hours behind or 12
	// before it.
	gap := b.Post.Published.Sub(a.Post.Published)
	return gap >= -12*time.Hour && gap < 36*time.Hour
}

// foldTwice finds the posts that stand on the page twice under one address or id: the most
// useful review, a pinned or a sponsored one, above the list and in it, mostly cut short
// above. Each is one post, as before it was put there. An address may be that of what many
// write about: there guests who begin alike are two.
func foldTwice(items []*Item, source, page string) {
	by := make(map[string]*Item, len(items))
	for _, i := range items {
		key := i.Post.URL
		switch {
		case i.Chosen:
			key = "id " + i.Native
		case key == "" || key == page || key == source:
			continue
		}
		first, twice := by[key]
		switch {
		case !twice:
			by[key] = i
		case sameItem(first, i) && (i.Chosen || !mention.IsNobody(i.Post.Author) || min(len(first.words), len(i.words)) >= enough):
			first.add(i)
			i.first = first
		}
	}
}

// Name gives the items their names and addresses. source is the source's own
// address: it stays the same when an item moves from page one to page two.
func Name(items []*Item, source, page string) []mention.Post {
	foldTwice(items, source, page)
	shared := map[string]int{}
	for _, i := range items {
		if i.Post.URL != "" && i.first == nil {
			shared[i.Post.URL]++
		}
	}
	taken := map[string]*Item{}
	var posts []mention.Post
	for _, i := range items {
		p := &i.Post
		if i.first != nil {
			p.ID = i.first.Post.ID // for what is under it
			continue
		}
		// A review with the page's address may soon be one of several; a discussion
		// is what its page is about.
		discussion := p.Kind == mention.Forum && i.parent == nil
		own := p.URL != "" && shared[p.URL] == 1 && (discussion || p.URL != page && p.URL != source)
		switch {
		case i.Chosen:
			p.ID = text.Clip(i.Native, 512)
		case own:
			p.ID = p.URL
		case i.Native != "":
			p.ID = source + "#" + text.Clip(i.Native, 200)
		default:
			p.ID = source + "#" + i.derivedID(false)
			if other := taken[p.ID]; other != nil && text.Letters(other.Post.Text) != text.Letters(p.Text) {
				p.ID = source + "#" + i.derivedID(true)
			}
		}
		taken[p.ID] = i
		if p.URL == "" {
			p.URL = page
		}
		if i.parent != nil {
			if !i.parent.context {
				p.ReplyTo = i.parent.Post.ID
			}
			if p.ThreadURL == "" {
				p.ThreadURL = page
			}
		}
		posts = append(posts, *p)
	}
	return posts
}

// derivedID names an item that has neither link nor id. An author writes one
// post a moment, so that moment stays the name when the text is edited. Without
// a moment the words are the name: a day read from "2 days ago" may be another
// one tomorrow.
func (i *Item) derivedID(words bool) string {
	p := i.Post
	if !words && p.Author != "" && !i.moment.IsZero() && !p.DateOnly && !dates.RelativeDate(i.DateText) {
		return poll.HashID("moment", text.Letters(p.Author), i.moment.Format(time.RFC3339))
	}
	letters := text.Letters(p.Title + " " + i.firstText())
	const telling = 60 // bytes of letters that two people do not write alike
	if len(letters) >= telling {
		return poll.HashID("words", text.Letters(p.Author), letters)
	}
	day := ""
	if !i.moment.IsZero() && !dates.RelativeDate(i.DateText) {
		day = i.moment.Format(time.DateOnly)
	}
	stars := ""
	if r := cmp.Or(i.stars, p.Rating); r != nil && r.Best > 0 {
		stars = poll.NumberText(r.Value) + "/" + poll.NumberText(r.Best)
	}
	return poll.HashID("short", text.Letters(p.Author), letters, day, stars)
}
