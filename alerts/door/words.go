package door

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

const (
	// maxText is the longest text in bytes: Telegram takes 4096, the title before it.
	maxText  = 3800
	maxQuote = 700 // in runes
	maxName  = 80
	maxLink  = 500
	maxLine  = 160 // of an e-mail, in runes; RFC 5322 allows 998 bytes
	maxWord  = 990 // of an e-mail, in bytes: longer ones are no address any more
)

// words are a message: its title in one line, and the text.
type words struct{ title, text string }

// words says the alert in plain text.
func (n *Notifier) words(m alerts.Message) words {
	l, kind := m.Lang, m.Alert.Kind
	var b []string
	add := func(lines ...string) {
		for _, line := range lines {
			if line != "" {
				b = append(b, line)
			}
		}
	}
	if instead := m.Details.Instead; instead != nil {
		kind = instead.Kind
		add(l.Text("door.instead", "route", text.Line(instead.Route, maxName)))
	}
	if m.Repeat {
		add("(" + l.Text("alert.may_repeat") + ")")
	}
	said := calm(text.Clean(m.Threadless())) // sites say of their trouble what they like
	title := l.Text("console.notice")
	switch kind {
	case mention.Complaint, mention.Duplicate:
		title = headline(m)
		add(complaint(m)...)
	case mention.Escalation:
		title = headline(m)
		add(said)
		if m.Mention.ID != "" {
			add(complaint(m)...)
		} else {
			title = text.Line(said, maxName)
		}
	case mention.Digest:
		title = l.Text("console.digest")
		add(gathered(m), said)
	case mention.Burst:
		title = l.Text("console.storm")
		add(said, l.Text("storm.door"))
	case mention.Changed:
		title = headline(m)
		add(calm(m.News()))
		add(complaint(m)...)
	default:
		add(said)
	}
	title = "earshot: " + calm(text.Line(title, 3*maxName))
	links := n.links(m, kind)
	room := maxText - len(title) - len("\n") - len(links)
	return words{title, fit(strings.Join(b, "\n"), n.service.most-utf8.RuneCountInString(links), room) + links}
}

// fit shortens a text to so many characters, where there is such a limit, and bytes.
func fit(s string, runes, bytes int) string {
	if runes > 0 {
		s = text.Cut(s, runes)
	}
	for len(s) > bytes {
		s = text.Cut(s, utf8.RuneCountInString(s)*bytes/len(s))
	}
	return s
}

// links are the lines by which somebody can act: they stand below the text, however long that is.
func (n *Notifier) links(m alerts.Message, kind mention.AlertKind) string {
	lines := ""
	shows := kind == mention.Complaint || kind == mention.Duplicate || kind == mention.Changed || kind == mention.Escalation && m.Mention.ID != ""
	if link := text.Line(m.Mention.Post.URL, maxLink+1); shows && link != "" && utf8.RuneCountInString(link) <= maxLink && webAddress(link) {
		lines += "\n" + m.Lang.Text("door.post", "link", link)
	}
	if inbox := n.inbox(m); inbox != "" {
		lines += "\n" + m.Lang.Text("door.inbox", "link", inbox)
	}
	return lines
}

// inbox is where the complaint can be taken.
func (n *Notifier) inbox(m alerts.Message) string {
	switch {
	case n.opt.Inbox == "":
		return ""
	case m.Mention.ID == "":
		return n.opt.Inbox + "/inbox"
	}
	return n.opt.Inbox + "/case/" + string(m.Mention.ID)
}

// headline is what a locked screen must tell: how loud, about whom, where.
func headline(m alerts.Message) string {
	return strings.Join([]string{m.Lang.Word("severity_title", m.Severity().String()), text.Line(m.Mention.Watch, maxName), whoWhere(m)}, " · ")
}

func whoWhere(m alerts.Message) string {
	site := alerts.Site(m.Mention.Post)
	if author := text.Line(m.Mention.Post.Author, maxName); author != "" {
		return m.Lang.Text("alert.on", "author", author, "site", site)
	}
	return site
}

// complaint is what happened, in lines: since when, what the author says, why it is one.
func complaint(m alerts.Message) []string {
	l, p := m.Lang, m.Mention.Post
	first := l.Ago(m.Now.Sub(alerts.Since(m.Mention, m.Case)))
	if stars := alerts.Stars(l, p.Rating); stars != "" {
		first = stars + " · " + first
	}
	out := []string{first, m.Details.Record(l), quote(m)}
	if why := alerts.Why(l, m.Mention.Score); len(why) > 0 {
		out = append(out, l.Text("alert.why", "why", calm(text.Line(strings.Join(why, ", "), 300))))
	}
	if m.Case.Status != mention.Open {
		out = append(out, calm(text.Line(alerts.State(l, m.Zone, m.Mention, m.Case), 3*maxName)))
	}
	return out
}

func quote(m alerts.Message) string {
	if gone := alerts.Gone(m.Lang, m.Mention); gone != "" {
		return gone
	}
	var b strings.Builder
	pieces, cut := alerts.Quote(m.Mention, maxQuote)
	for _, piece := range pieces {
		b.WriteString(piece.Text)
	}
	if b.Len() == 0 {
		return ""
	}
	words := calm(b.String())
	if cut > 0 {
		words += "…"
	}
	return m.Lang.Quote(words)
}

// gathered is what one message stands for.
func gathered(m alerts.Message) string {
	if g := m.Gathered; g.Count > 0 {
		return m.Lang.Plural("alert.gathered", g.Count, "watches", calm(text.Line(strings.Join(g.Watches, ", "), 3*maxName)))
	}
	return ""
}

// webAddress reports whether a link is one of the web and nothing more: whoever wrote it is
// a stranger. Below its host it may name an account, as in Mastodon, but call no room.
func webAddress(link string) bool {
	scheme, rest, ok := strings.Cut(link, "://")
	if !ok || scheme != "http" && scheme != "https" || strings.ContainsAny(link, " <>\"'()[]|\\^`{}") {
		return false
	}
	host := until(rest, func(r rune) bool { return strings.ContainsRune("/?#", r) })
	accounts := strings.Split(strings.ToLower(rest[len(host):]), "@")[1:]
	return !strings.Contains(host, "@") && !slices.ContainsFunc(accounts, callsRoom)
}

// callsRoom reports whether an @ before these words calls everybody who is there. Discord looks at
// how they begin alone.
func callsRoom(words string) bool {
	name := until(words, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
	})
	name = strings.TrimRight(name, "._-") // the end of a sentence, for Mattermost
	return strings.HasPrefix(name, "everyone") || strings.HasPrefix(name, "here") || name == "all" || name == "channel"
}

// until is what stands in s before the first sign that ends it.
func until(s string, ends func(rune) bool) string {
	if at := strings.IndexFunc(s, ends); at >= 0 {
		return s[:at]
	}
	return s
}

// marks are what calls people or makes a link of words in one of the services, in plain
// text, Markdown or their own: @all, <!channel>, <https://a|b>, [b](https://a), #channel.
const marks = "@<[]#|`*_~\\"

// calm takes the power from the words of strangers: behind each of the marks stands
// something that is not seen, so that they call nobody and hide no link.
func calm(s string) string {
	if !strings.ContainsAny(s, marks) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
		if strings.ContainsRune(marks, r) {
			b.WriteRune('\u200b')
		}
	}
	return b.String()
}

// lines breaks a text as mail servers need it.
func lines(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		n := 0
		for _, word := range strings.SplitAfter(line, " ") {
			for len(word) > maxWord {
				if n > 0 {
					b.WriteByte('\n')
				}
				at := max(len(text.Clip(word, maxWord)), 1)
				b.WriteString(word[:at])
				word, n = word[at:], maxLine
			}
			if w := utf8.RuneCountInString(word); n > 0 && n+w > maxLine {
				b.WriteByte('\n')
				n = 0
			}
			b.WriteString(word)
			n += utf8.RuneCountInString(word)
		}
	}
	return b.String()
}
