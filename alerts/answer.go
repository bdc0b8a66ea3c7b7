package alerts

import (
	"errors"
	"fmt"
	"strings"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// Answer is how a post can be answered from here, and what became of it.
type Answer struct {
	Way  bool              // the watchlist lets it be answered from here
	Last mention.SiteReply // the newest answer to the post; zero: none
}

// AnswerState says where an answer stands on its way to the site, and why it does not stand
// there. Empty for none.
func AnswerState(l i18n.Lang, r mention.SiteReply) (state, why string) {
	if r.Status == "" {
		return "", ""
	}
	word := string(r.Status)
	switch {
	case r.AwaitsApproval():
		word = "waits"
	case r.Status == mention.ReplySent && r.Held:
		word = "held"
	}
	if r.Status != mention.ReplySent {
		why = text.Line(AnswerReason(l, r.Reason), maxWhy)
	}
	return l.Word("web.answer_state", word), why
}

// AnswerReason says in a language why an answer does not stand on the site, where earshot said
// it; what the site said stays as it is. The status of the site's answer, or the technical
// part of the sentence, stays behind it.
func AnswerReason(l i18n.Lang, reason string) string {
	for _, end := range []int{len(reason), strings.Index(reason, ": "), strings.LastIndex(reason, " (")} {
		if end <= 0 {
			continue
		}
		if said := l.Word("reply_reason", reason[:end]); said != reason[:end] {
			return said + reason[end:]
		}
	}
	return reason
}

// AnswerRefusal says why what a person wrote was not taken down as an answer; empty when that
// is the database's fault.
func AnswerRefusal(l i18n.Lang, err error) string {
	var length *reply.LengthError
	var open *reply.OpenError
	switch {
	case errors.As(err, &open):
		return l.Text("web.error.reply_open_by", "who", text.Line(open.First.By.Name, maxWho))
	case errors.Is(err, mention.ErrReplyOpen):
		return l.Text("web.error.reply_open")
	case errors.Is(err, reply.ErrNoWay):
		return l.Text("web.error.reply_no_way")
	case errors.Is(err, reply.ErrChanged):
		return l.Text("web.error.reply_changed")
	case errors.As(err, &length) && length.Have == 0:
		return l.Text("web.error.reply_empty")
	case errors.As(err, &length):
		return l.Text("web.error.reply_long", "have", fmt.Sprint(length.Have), "most", AnswerMost(l, length.Limit))
	}
	return ""
}

// AnswerOutcome says for the log what became of what a person asked for an answer.
func AnswerOutcome(err error) string {
	if err != nil {
		return err.Error()
	}
	return "done"
}

// AnswerMost says how long an answer may be.
func AnswerMost(l i18n.Lang, limit reply.Limit) string {
	return l.Plural("web.answer_most."+string(limit.Unit), limit.Max)
}

// maxWho is how much of a colleague's name is shown, in characters.
const maxWho = 80

// maxWhy is how much of a site's reason is shown, in characters.
const maxWhy = 500

// AnswerWords is the line under a message about the newest answer to its post; empty when
// there is none, or when the message says already that it was seen on the site.
func (m Message) AnswerWords() string {
	r, l := m.Answer.Last, m.Lang
	state, why := AnswerState(l, r)
	who := text.Line(r.By.Name, maxWho)
	switch {
	case state == "", r.Status == mention.ReplySent && m.Case.AnswerVerified:
		return ""
	case why != "":
		return l.Text("alert.own_answer_why", "who", who, "state", state, "why", why)
	}
	return l.Text("alert.own_answer", "who", who, "state", state)
}
