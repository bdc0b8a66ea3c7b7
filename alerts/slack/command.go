package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"strings"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// /earshot is acknowledged first and answered afterwards, to the one who asked alone and
// in their language. It decides about no complaint: those have buttons.

// command is what Slack sends of a slash command, as far as earshot reads it.
type command struct {
	Text        string `json:"text"`
	UserID      string `json:"user_id"`
	UserName    string `json:"user_name"`
	Team        string `json:"team_id"`
	App         string `json:"api_app_id"`
	Channel     string `json:"channel_id"`
	ChannelName string `json:"channel_name"` // of a public channel
	ResponseURL string `json:"response_url"`
}

// commandOf reads a signed form; ok is false when it is none of a command.
func commandOf(form url.Values) (c command, ok bool) {
	c = command{Text: form.Get("text"), UserID: form.Get("user_id"), UserName: form.Get("user_name"), Team: form.Get("team_id"),
		App: form.Get("api_app_id"), Channel: form.Get("channel_id"), ChannelName: form.Get("channel_name"), ResponseURL: form.Get("response_url")}
	return c, form.Get("command") != "" && c.UserID != ""
}

// commandPayload reads what comes over the socket.
func (n *Notifier) commandPayload(payload []byte, ack func()) {
	ack()
	var c command
	if err := json.Unmarshal(payload, &c); err != nil || c.UserID == "" {
		n.opt.Log.Warn("a command from slack cannot be read", "err", err)
		return
	}
	n.command(c)
}

// unescaped is what somebody typed: Slack escapes these three, as in every text.
var unescaped = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// command answers a command that is acknowledged.
func (n *Notifier) command(c command) {
	n.after(func(ctx context.Context) {
		l := n.spoken(ctx, c.UserID, n.routeOf(c.Channel, c.ChannelName))
		press := click{AppID: c.App, ResponseURL: c.ResponseURL, lang: l.Code()}
		press.Team.ID, press.User.ID, press.User.Username, press.Channel.ID = c.Team, c.UserID, c.UserName, c.Channel
		words, ok := n.admit(ctx, press)
		if !ok {
			if words != "" {
				n.tellAsker(ctx, press, page{{{text: words}}})
			}
			return
		}
		q := question{lang: l, by: n.person(ctx, press)}
		asked := unescaped.Replace(c.Text)
		answer, outcome := n.answer(ctx, q, asked)
		n.opt.Log.Info("a command was asked", "who", q.by.ID, "name", q.by.Name, "command", verbOfCommand(asked), "outcome", outcome)
		n.tellAsker(ctx, press, answer)
	})
}

// tellAsker shows a page to the one who asked, in whatever channel that was: at the
// command's own address, for earshot need not be in that channel.
func (n *Notifier) tellAsker(ctx context.Context, c click, p page) {
	if n.answerable(c.ResponseURL) {
		m := &api.WebhookMessage{Text: escaped(p.text()), Blocks: &api.Blocks{BlockSet: p.blocks()}, ResponseType: api.ResponseTypeEphemeral}
		err := api.PostWebhookCustomHTTPContext(ctx, c.ResponseURL, n.opt.HTTP, m)
		if err == nil {
			return
		}
		n.opt.Log.Warn("a command cannot be answered at its address; trying the channel", "person", c.User.ID, "err", err)
	}
	c.ResponseURL = ""
	n.ephemeral(ctx, c, p.text())
}

// spoken is the language of one who asks: of their Slack where that is one of the
// catalogue, else of the channel, else of the watchlist. Slack itself speaks neither
// Ukrainian nor Bulgarian, so an English Slack says nothing about its user.
func (n *Notifier) spoken(ctx context.Context, user, route string) i18n.Lang {
	if l, ok := n.ownLang(ctx, user); ok {
		return l
	}
	if n.opt.Spoken == nil {
		return i18n.Lang{}
	}
	return n.opt.Spoken(route)
}

// ownLang is the language of a person's Slack; ok is false when that is not of the catalogue,
// or English.
func (n *Notifier) ownLang(ctx context.Context, user string) (l i18n.Lang, ok bool) {
	who, _ := n.people.profile(ctx, user)
	locale, _, _ := strings.Cut(strings.ReplaceAll(who.locale, "_", "-"), "-")
	l = n.opt.Language(locale)
	return l, locale != "" && l.Code() == locale && locale != (i18n.Lang{}).Code()
}

// routeOf is the route that a channel is called by in the watchlist, as far as it has a language of its
// own: its id, its name, or what it was called when it was last looked at or written to.
func (n *Notifier) routeOf(channel, name string) string {
	if n.opt.Spoken == nil {
		return channel
	}
	routes := []string{channel, "#" + name}
	n.mu.Lock()
	for route, id := range n.channels {
		if id == channel {
			routes = append(routes, route)
		}
	}
	n.mu.Unlock()
	for _, route := range routes {
		if n.opt.Spoken(route).Code() != n.opt.Spoken("").Code() {
			return route
		}
	}
	return channel
}

// question is who asks, and in which language to answer.
type question struct {
	lang i18n.Lang
	by   mention.Person
}

// commands are the words behind /earshot, in the order of the help.
var commands = []struct {
	name  string
	usage string // key of the catalogue
	run   func(n *Notifier, ctx context.Context, q question, rest string) (page, string)
}{
	{"find", "slack.help.find", (*Notifier).findCases},
	{"status", "slack.help.status", (*Notifier).status},
	{"mutes", "slack.help.mutes", (*Notifier).mutes},
	{"pause", "slack.help.pause", (*Notifier).pause},
	{"resume", "slack.help.resume", (*Notifier).resume},
	{"ignore", "slack.help.ignore", (*Notifier).proposeIgnore},
	{"add", "slack.help.add", (*Notifier).proposeAdd},
	{"help", "slack.help.help", nil},
}

// maxCommand bounds what is read of a command, in characters: Slack takes as much as a message.
const maxCommand = 500

// verbOfCommand is the first word, for the log: no more, for people write names.
func verbOfCommand(line string) string {
	verb, _, _ := strings.Cut(text.Line(line, maxCommand), " ")
	return cmp.Or(text.Cut(strings.ToLower(verb), 20), "help")
}

// answer says what to show, and for the log what came of it.
func (n *Notifier) answer(ctx context.Context, q question, line string) (page, string) {
	line = text.Line(line, maxCommand)
	verb, rest, _ := strings.Cut(line, " ")
	verb = strings.ToLower(verb)
	var names []string
	for _, c := range commands {
		if c.name == verb && c.run != nil {
			return c.run(n, ctx, q, strings.TrimSpace(rest))
		}
		names = append(names, c.name)
	}
	if verb == "" || verb == "help" {
		return help(q.lang), "done"
	}
	words := q.lang.Text("slack.command.unknown", "command", text.Cut(verb, 40))
	if near := text.Nearest(verb, names); near != "" {
		words += " " + q.lang.Text("slack.command.nearest", "command", "/earshot "+near)
	}
	return append(page{{{text: words}}}, help(q.lang)...), "unknown"
}

// help lists what there is.
func help(l i18n.Lang) page {
	out := page{{{text: l.Text("slack.help.title"), strong: true}}}
	for _, c := range commands {
		usage, what, _ := strings.Cut(l.Text(c.usage), " | ")
		out = append(out, line{{text: usage, strong: true}, {text: l.Aside("", what)}})
	}
	return append(out, line{{text: l.Text("slack.help.end")}})
}

// piece is a part of a line.
type piece struct {
	text   string
	link   string // where it leads; empty: nowhere
	strong bool
}

// line is one line of a page, page what one person is shown. Its words may be a stranger's:
// they go into rich text alone, which Slack does not parse.
type (
	line []piece
	page []line
)

func (l line) elements() []api.RichTextSectionElement {
	var out []api.RichTextSectionElement
	for _, p := range l {
		switch link := webLink(p.link); {
		case p.text == "":
		case link != "":
			out = append(out, api.NewRichTextSectionLinkElement(link, p.text, nil))
		case p.strong:
			out = append(out, bold(p.text))
		default:
			out = append(out, textElement(p.text))
		}
	}
	return out
}

// section is the line as a part of a rich text block.
func (l line) section() api.RichTextElement { return api.NewRichTextSection(l.elements()...) }

func (p page) blocks() []api.Block {
	var sections []api.RichTextElement
	for _, l := range p {
		if len(l.elements()) > 0 {
			sections = append(sections, l.section())
		}
	}
	return []api.Block{api.NewRichTextBlock("words", sections...)}
}

// text is the page for what cannot show blocks; it is not escaped.
func (p page) text() string {
	var b strings.Builder
	for _, l := range p {
		for _, piece := range l {
			b.WriteString(piece.text)
		}
		b.WriteByte('\n')
	}
	return strings.TrimSpace(b.String())
}
