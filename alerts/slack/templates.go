package slack

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Under every text of the window with the replies is a button that makes a template of what
// stands there now: a window over it shows the text with the names taken out.

const (
	actSave     = "save_template" // its value is the block with the text
	askTemplate = "ask_template"
	inText      = "text"
	inTopic     = "topic"
	ownReply    = "own" // the block of one's own words
	anyTopic    = "*"
)

// maxReplyText is what an input of a modal holds.
const maxReplyText = 3000

// repliesAtMost is how many texts are offered: those of the watchlist and those that staff saved.
const repliesAtMost = 5

// repliesView offers the replies; saving says that what stands in a text may become a template.
func repliesView(l i18n.Lang, m mention.Mention, replies []string, saving bool) api.ModalViewRequest {
	var blocks []api.Block
	intro := l.Text("slack.replies.intro")
	if len(replies) == 0 {
		intro = l.Text("slack.replies.none", "lang", cmp.Or(l.Word("lang", m.Score.Lang), l.Text("slack.replies.unknown")))
	}
	blocks = append(blocks, api.NewSectionBlock(plainText(intro), nil, nil))
	for i, r := range replies[:min(len(replies), repliesAtMost)] {
		box := api.NewPlainTextInputBlockElement(nil, fmt.Sprintf("text%d", i)).WithMultiline(true).
			WithInitialValue(text.Cut(r, maxReplyText))
		label := plainText(l.Text("reply.text_n", "n", i+1))
		input := api.NewInputBlock(fmt.Sprintf("reply%d", i), label, nil, box)
		input.Optional = true
		blocks = append(blocks, input)
		if saving {
			blocks = append(blocks, saveButton(l, input.BlockID))
		}
	}
	if saving {
		own := api.NewInputBlock(ownReply, plainText(l.Text("slack.template.own")), nil, api.NewPlainTextInputBlockElement(nil, ownReply).WithMultiline(true))
		own.Optional = true
		blocks = append(blocks, own, saveButton(l, ownReply))
	}
	if link := webLink(m.Post.URL); link != "" {
		blocks = append(blocks, api.NewActionBlock("where", api.NewButtonBlockElement(actOpen, string(m.ID), plainText(l.Text("press.open"))).WithURL(link)))
	}
	return api.ModalViewRequest{Type: api.VTModal, Title: plainText(l.Text("reply.text")), Close: plainText(l.Text("press.close")), Blocks: api.Blocks{BlockSet: blocks}}
}

// saveButton stands under a text of the window with the replies.
func saveButton(l i18n.Lang, block string) api.Block {
	return api.NewActionBlock("save "+block, api.NewButtonBlockElement(actSave, block, plainText(l.Text("slack.button.save_template"))))
}

// templateOf is what stands in a text now.
func (c click) templateOf(block string) string {
	for _, in := range c.View.State.Values[block] {
		return in.Value
	}
	return ""
}

// openTemplate opens the window that shows a text as a template, over the one it was
// written in.
func (n *Notifier) openTemplate(ctx context.Context, c click, block string) {
	from, ours := c.under()
	if !ours {
		return
	}
	l := n.opt.Language(from.Lang)
	words, ok := n.admit(ctx, c)
	if !ok && words == "" {
		return
	}
	me := n.person(ctx, c)
	written := strings.TrimSpace(text.Clean(c.templateOf(block)))
	if ok {
		words = n.refuses(ctx, l, me, Roles.replies).words
	}
	if words == "" && written == "" {
		words = l.Text("slack.template.empty")
	}
	if words != "" {
		n.ephemeral(ctx, c, words)
		return
	}
	m, _, err := n.opt.Reader.Mention(ctx, from.ID)
	if err == nil {
		view := templateView(l, m, unfill(written, m, me.Name))
		view.PrivateMetadata = c.View.PrivateMetadata
		err = briefly(ctx, shortSilence, func() error {
			_, err := n.api.PushViewContext(ctx, c.TriggerID, view)
			return err
		})
	}
	if err != nil {
		n.opt.Log.Warn("a window cannot be opened", "window", askTemplate, "mention", from.ID, "err", n.sort("views.push", "", err))
		n.ephemeral(ctx, c, unopened(l, err))
	}
}

// templateLang is the language a template of a mention is offered in.
func templateLang(l i18n.Lang, m mention.Mention) string { return cmp.Or(m.Score.Lang, l.Code()) }

func templateView(l i18n.Lang, m mention.Mention, words string) api.ModalViewRequest {
	option := func(value, label string) *api.OptionBlockObject {
		return api.NewOptionBlockObject(value, plainText(label), nil)
	}
	all := option(anyTopic, l.Text("template.any"))
	options := []*api.OptionBlockObject{all}
	for _, topic := range m.Score.Topics[:min(len(m.Score.Topics), 5)] {
		options = append(options, option(topic, text.Cut(l.Word("topic", topic), 75)))
	}
	topic := api.NewRadioButtonsBlockElement(inTopic, options...)
	topic.InitialOption = all
	box := api.NewPlainTextInputBlockElement(nil, inText).WithMultiline(true).WithInitialValue(text.Cut(words, mention.MaxTemplate))
	code := templateLang(l, m)
	return window(l, askTemplate, l.Text("slack.template.title"), l.Text("template.save"),
		section(l.Text("slack.template.what", "lang", l.Word("lang", code))),
		api.NewInputBlock(inText, plainText(l.Text("template.text")), nil, box),
		api.NewInputBlock(inTopic, plainText(l.Text("slack.template.topic")), nil, topic))
}

// saveTemplate stores what was sent; words are what to tell the person.
func (n *Notifier) saveTemplate(ctx context.Context, c click, from asked) (words string) {
	l, me := n.lang(c), n.person(ctx, c)
	if words := n.refuses(ctx, l, me, Roles.replies).words; words != "" {
		n.pressed(me, "save template", from.ID, "may not")
		return words
	}
	m, _, err := n.opt.Reader.Mention(ctx, from.ID)
	if err == nil {
		topic := c.View.State.Values[inTopic][inTopic].Selected.Value
		if topic == anyTopic {
			topic = ""
		}
		err = n.opt.SaveTemplate(ctx, mention.Template{ID: rand.Text(), Lang: templateLang(l, m), Topic: topic, Text: strings.TrimSpace(text.Clean(c.templateOf(inText))), By: me, ChangedAt: n.opt.Now()})
	}
	var unfilled *mention.UnfilledError
	switch {
	case err == nil:
		n.pressed(me, "save template", from.ID, "done")
		words = l.Text("slack.template.saved", "lang", l.Word("lang", templateLang(l, m)))
		if page := n.inbox("/templates"); page != "" {
			words += " " + page
		}
		return words
	case errors.Is(err, mention.ErrTemplate):
		return l.Text("web.template.length", "max", mention.MaxTemplate)
	case errors.As(err, &unfilled):
		return l.Text("web.template.unfilled", "what", unfilled.What, "names", mention.Placeholders)
	case errors.Is(err, mention.ErrTemplates):
		return l.Text("web.template.full", "max", mention.MaxTemplates)
	}
	n.pressed(me, "save template", from.ID, "failed")
	n.opt.Log.Error("a template cannot be saved", "err", err)
	return l.Text("slack.command.failed")
}

// unfill puts the placeholders back where the names of one complaint stand as words of
// their own. Inflected names stay: the window shows the text before it is saved.
func unfill(words string, m mention.Mention, me string) string {
	for _, p := range []struct{ name, mark string }{{m.Post.URL, "{{link}}"}, {text.OneLine(m.Post.Title), "{{title}}"}, {text.OneLine(m.Post.Author), "{{author}}"}, {me, "{{me}}"}} {
		if utf8.RuneCountInString(p.name) >= 2 && !mention.IsNobody(p.name) {
			words = replaceWord(words, p.name, p.mark)
		}
	}
	return words
}

func replaceWord(words, name, mark string) string {
	var b strings.Builder
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for {
		i := strings.Index(words, name)
		if i < 0 {
			return b.String() + words
		}
		before, _ := utf8.DecodeLastRuneInString(words[:i])
		after, _ := utf8.DecodeRuneInString(words[i+len(name):])
		b.WriteString(words[:i])
		if letter(before) || letter(after) {
			b.WriteString(name)
		} else {
			b.WriteString(mark)
		}
		words = words[i+len(name):]
	}
}
