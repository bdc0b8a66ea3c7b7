package slack

import (
	"cmp"
	"fmt"
	"unicode/utf8"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// The windows of an answer. What strangers and colleagues wrote stands in rich text, as in
// messages; only what goes out is not cleaned: it is shown as it will be published.

const (
	maxComplaint = 1200 // of the complaint above an answer, in characters
	maxMoments   = 6    // of its history, the newest
	maxAccount   = 200  // of the account's name
	maxReason    = 1000 // of a sentence of a site
	// maxAnswerShown is the longest answer that a window shows whole, in characters. What is
	// longer was written in the inbox, and is decided about there.
	maxAnswerShown = 10000
)

// answerView asks for the words of an answer.
func answerView(a toAnswer) api.ModalViewRequest {
	l := a.l
	blocks := a.warning()
	blocks = append(blocks, section(l.Text("slack.answer.what", "site", alerts.Site(a.m.Post), "account", text.Line(a.way.Account, maxAccount))))
	blocks = append(blocks, a.edits()...)
	if a.way.Approve {
		blocks = append(blocks, section(l.Text("slack.answer.approve")))
	}
	message := alerts.Message{Mention: a.m, Lang: l}
	blocks = append(blocks, api.NewRichTextBlock("complaint", who(message), quote(message, maxComplaint)))
	if moments := a.history(); len(moments) > 0 {
		blocks = append(blocks, api.NewRichTextBlock("history", moments...))
	}
	if a.tooLong() {
		blocks = append(blocks, section(l.Text("slack.answer.not_offered")))
	}
	blocks = append(blocks, a.input(l.Text("slack.answer.text")))
	return window(l, askAnswer, l.Text("web.answer"), l.Text("slack.answer.preview"), blocks...)
}

// againView asks for the words once more, where nothing is known of the complaint.
func againView(a toAnswer) api.ModalViewRequest {
	l := a.l
	return window(l, askAnswer, l.Text("web.answer"), l.Text("slack.answer.preview"), append(a.warning(), a.input(l.Text("slack.answer.text")))...)
}

// warning says why the words could not go out as they were.
func (a toAnswer) warning() []api.Block {
	if a.why == "" {
		return nil
	}
	return []api.Block{section("⚠ " + text.Line(a.why, maxReason))}
}

// edits says that the answer takes the place of the one that stands there.
func (a toAnswer) edits() []api.Block {
	if _, edits := a.way.Begins(a.all, nil); !edits {
		return nil
	}
	return []api.Block{section(a.l.Text("web.answer_edits"))}
}

// tooLong says that the words do not fit into an input. Whoever was offered their beginning
// would publish it.
func (a toAnswer) tooLong() bool { return utf8.RuneCountInString(a.words) > maxReplyText }

// input holds the words, if it can hold all of them.
func (a toAnswer) input(label string) api.Block {
	box := api.NewPlainTextInputBlockElement(nil, inAnswer).WithMultiline(true).WithMaxLength(maxReplyText)
	if !a.tooLong() {
		box = box.WithInitialValue(a.words)
	}
	var hint *api.TextBlockObject
	if a.way.Limit.Max > 0 {
		hint = plainText(alerts.AnswerMost(a.l, a.way.Limit))
	}
	return api.NewInputBlock(inAnswer, plainText(label), hint, box)
}

// history is what happened to the case, the oldest first.
func (a toAnswer) history() (out []api.RichTextElement) {
	all := a.file.History
	for _, e := range all[max(0, len(all)-maxMoments):] {
		line := []api.RichTextSectionElement{date(a.l, e.At), textElement("  "), bold(a.l.Word("web.event", e.Kind))}
		if e.By.Name != "" {
			line = append(line, textElement("  "+text.Line(e.By.Name, maxName)))
		}
		detail := ""
		switch e.Kind {
		case string(mention.Note):
			detail = text.Line(e.Detail, maxContext)
		case "reply_refused", "reply_unclear", "reply_put_off":
			detail = text.Line(alerts.AnswerReason(a.l, e.Detail), maxContext)
		}
		if detail != "" {
			line = append(line, textElement(" · "+detail))
		}
		out = append(out, api.NewRichTextSection(append(line, textElement("\n"))...))
	}
	return out
}

// exactly is a text as it goes out, and nothing of it is read by Slack.
func exactly(words string) api.Block {
	return api.NewRichTextBlock("exactly", &api.RichTextPreformatted{Type: api.RTEPreformatted, Elements: []api.RichTextSectionElement{textElement(words)}})
}

// sendView shows an answer as it goes out.
func sendView(a toAnswer) api.ModalViewRequest {
	l := a.l
	blocks := append(a.warning(),
		section(l.Text("slack.answer.so", "site", alerts.Site(a.m.Post), "account", text.Line(a.way.Account, maxAccount))),
		exactly(a.words))
	blocks = append(blocks, a.edits()...)
	if limit := a.way.Limit; limit.Max > 0 {
		blocks = append(blocks, api.NewContextBlock("length", plainText(fmt.Sprintf("%s / %s", l.Number(limit.Count(a.words)), l.Number(limit.Max)))))
	}
	submit := l.Text("slack.answer.send")
	if a.way.Approve {
		submit = l.Text("slack.answer.hand_in")
		blocks = append(blocks, section(l.Text("slack.answer.approve")))
	}
	blocks = append(blocks, a.input(l.Text("slack.answer.change")))
	return window(l, sendAnswer, l.Text("web.answer"), submit, blocks...)
}

// stateView shows the open answer of a case, and what this person may decide about it.
func stateView(a toAnswer) api.ModalViewRequest {
	l, r := a.l, a.last()
	state, why := alerts.AnswerState(l, r)
	if why != "" {
		state += ": " + why
	}
	blocks := []api.Block{
		section(l.Text("slack.answer.written", "who", text.Line(r.By.Name, maxName), "site", alerts.Site(a.m.Post), "account", text.Line(r.Account, maxAccount))),
		exactly(text.Cut(cmp.Or(r.Text, noWords(l)), maxAnswerShown)),
		section(text.Capital(text.Line(state, maxReason))),
	}
	whole := utf8.RuneCountInString(r.Text) <= maxAnswerShown
	if !whole {
		blocks = append(blocks, section(l.Text("slack.answer.long")))
	}
	button := func(action, key string) *api.ButtonBlockElement {
		return api.NewButtonBlockElement(action, r.ID, plainText(l.Text(key)))
	}
	var row []api.BlockElement
	switch r.Status {
	case mention.ReplyDraft:
		row = append(row, button(actWithdraw, "web.answer.withdraw"))
	case mention.ReplyUnclear:
		row = append(row, button(actStands, "web.answer.stands"), button(actMissing, "web.answer.missing"))
	}
	if link := webLink(a.m.Post.URL); link != "" {
		row = append(row, api.NewButtonBlockElement(actOpen, string(a.m.ID), plainText(l.Text("press.open"))).WithURL(link))
	}
	if len(row) > 0 {
		blocks = append(blocks, api.NewActionBlock("decide", row...))
	}
	if r.AwaitsApproval() && r.By.ID != a.me.ID && !a.own && whole && a.bars.words == "" {
		return window(l, askApprove, l.Text("web.answer"), l.Text("web.answer.approve"), blocks...)
	}
	return closing(l, blocks...)
}

// closing is a window that can only be closed.
func closing(l i18n.Lang, blocks ...api.Block) api.ModalViewRequest {
	return api.ModalViewRequest{Type: api.VTModal, Title: plainText(l.Text("web.answer")), Close: plainText(l.Text("press.close")), Blocks: api.Blocks{BlockSet: blocks}}
}

func toldView(l i18n.Lang, words string) api.ModalViewRequest { return closing(l, section(words)) }
