package slack

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// An answer to the site goes through two windows: the first asks for the words, the second
// shows them as they go out. The second holds the words once more in its input, because
// Slack gives back of a window only what stands in inputs as it was typed. The private data
// of the window holds a digest of what was shown; what differs from it is shown again, so
// that what is sent is what was seen, whichever process gets the press.

// Answers sends what people write to the sites; *reply.Engine is one.
type Answers interface {
	// Way returns how the mention's post is answered; false: not from here.
	Way(m mention.Mention) (reply.Way, bool)
	// Replies returns those to the post of a case, the first one first.
	Replies(ctx context.Context, id mention.ID) ([]mention.SiteReply, error)
	// Write takes down a reply: *reply.LengthError, *reply.OpenError, reply.ErrNoWay, reply.ErrChanged.
	Write(ctx context.Context, id mention.ID, w reply.Written) error
	// Decide carries out what a person decides about one that is open.
	Decide(ctx context.Context, id mention.ID, key string, v reply.Verdict, by mention.Person) error
}

// The callback ids of the windows, their input, and the buttons in them, whose value is the
// reply's id.
const (
	askAnswer  = "ask_answer"
	sendAnswer = "send_answer"
	askApprove = "ask_approve"

	inAnswer = "answer"

	actWithdraw = "answer_withdraw"
	actStands   = "answer_stands"
	actMissing  = "answer_missing"
)

// goesOn lists the windows of which something else may become when they are sent than that they close.
var goesOn = map[string]bool{askAnswer: true, sendAnswer: true, askApprove: true}

// verdicts are what the buttons mean.
var verdicts = map[string]reply.Verdict{actWithdraw: reply.Withdraw, actStands: reply.Stands, actMissing: reply.Missing}

// toAnswer is a complaint that a person is about to answer.
type toAnswer struct {
	l     i18n.Lang
	me    mention.Person
	m     mention.Mention
	way   reply.Way
	bars  refusal             // from writing, and from approving what a colleague wrote
	all   []mention.SiteReply // the replies to the post, the first one first
	own   bool                // the last of them waits for approval and is theirs, or may be
	file  mention.CaseFile    // zero where there is none
	words string              // that were written; empty: a template
	why   string              // they cannot go out
}

func (a toAnswer) last() mention.SiteReply { return reply.Last(a.all) }

// nth is which answer to the post is written next.
func (a toAnswer) nth() int { return reply.Next(a.all) }

// seen is a digest of an answer as it was shown.
func seen(nth int, account string, approve bool, words string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%t\x00%s\x00%s", nth, approve, account, words))
	return hex.EncodeToString(sum[:16])
}

// refusalOf is what an error of the database or the desk means.
func (n *Notifier) refusalOf(l i18n.Lang, err error) refusal {
	var taken *mention.TakenError
	return refusal{alerts.Refusal(l, err, n.opt.Now()), !errors.As(err, &taken) && !errors.Is(err, mention.ErrNotFound)}
}

// answering reads a complaint for one who wants to answer it. An answer that is open can be
// withdrawn, or settled, also where nothing goes out any more, by everybody with the role.
func (n *Notifier) answering(ctx context.Context, l i18n.Lang, me mention.Person, id mention.ID) (a toAnswer, no refusal) {
	a = toAnswer{l: l, me: me}
	noWay := refusal{words: l.Text("web.error.reply_no_way")}
	if n.opt.Answers == nil {
		return a, noWay
	}
	m, c, err := n.opt.Reader.Mention(ctx, id)
	if err != nil {
		return a, n.refusalOf(l, err)
	}
	a.m = m
	if no := n.refuses(ctx, l, me, Roles.replies); no.words != "" {
		return a, no
	}
	if a.all, err = n.opt.Answers.Replies(ctx, id); err != nil {
		return a, n.refusalOf(l, err)
	}
	if err := reply.Theirs(c, a.last(), me); err != nil {
		return a, n.refusalOf(l, err)
	}
	if a.last().AwaitsApproval() {
		who, _ := n.people.profile(ctx, strings.TrimPrefix(me.ID, "slack:"))
		a.own = reply.Own(a.last(), me, who.email)
	}
	var ok bool
	if a.way, ok = n.opt.Answers.Way(m); !ok {
		a.bars = noWay
	} else {
		a.bars = n.mayNotSend(ctx, l, me, a.way.Allow)
	}
	if a.last().Status.Open() {
		return a, refusal{}
	}
	if err := reply.First(c, a.all); err != nil {
		return a, refusal{words: alerts.AnswerRefusal(l, err)}
	}
	return a, a.bars
}

// mayNotSend says why a person with the role may not send what goes out by a way that names
// these.
func (n *Notifier) mayNotSend(ctx context.Context, l i18n.Lang, p mention.Person, allow []string) refusal {
	if allow == nil || n.opt.Listed == nil || n.opt.Listed(allow, p, "") {
		return refusal{}
	}
	who, known := n.people.profile(ctx, strings.TrimPrefix(p.ID, "slack:"))
	if who.email != "" && n.opt.Listed(allow, p, who.email) {
		return refusal{}
	}
	return denied(l, known)
}

// langOfPerson is the language in which a person reads windows: of their Slack, else of the
// message.
func (n *Notifier) langOfPerson(ctx context.Context, c click) i18n.Lang {
	if l, ok := n.ownLang(ctx, c.User.ID); ok {
		return l
	}
	return n.lang(c)
}

// openAnswer opens the window that fits how the answer stands: for the words, for what a
// colleague wrote, or for what nobody knows the end of.
func (n *Notifier) openAnswer(ctx context.Context, c click, l i18n.Lang, me mention.Person, id mention.ID) {
	a, no := n.answering(ctx, l, me, id)
	if no.words != "" {
		n.pressed(me, windowNames[actAnswer], id, "may not")
		n.ephemeral(ctx, c, no.words)
		return
	}
	if a.last().Status.Open() {
		n.show(ctx, c, l, me, actAnswer, asked{ID: id, Reply: a.last().ID}, stateView(a))
		return
	}
	n.show(ctx, c, l, me, actAnswer, asked{ID: id, Nth: a.nth()}, n.askView(ctx, a))
}

// askView is answerView with the template and the history.
func (n *Notifier) askView(ctx context.Context, a toAnswer) api.ModalViewRequest {
	if words, _ := a.way.Begins(a.all, n.opt.Replies(a.m, a.me.Name)); a.words == "" {
		a.words = words
	}
	if n.opt.Cases != nil {
		var err error
		if a.file, err = n.opt.Cases.CaseFile(ctx, a.m.ID); err != nil {
			n.opt.Log.Warn("a history cannot be read", "mention", a.m.ID, "err", err)
		}
	}
	return answerView(a)
}

// answered is what becomes of a window that was sent: it closes, it shows another view, or it
// stays and says why at its input.
type answered struct {
	view *api.ModalViewRequest // nil: it closes
	why  string
}

// told is a window that only says something.
func told(l i18n.Lang, words string) answered {
	view := toldView(l, words)
	return answered{view: &view}
}

// maxAcknowledged is how long what becomes of a window may be in an acknowledgement, in bytes:
// Slack drops what is longer than 20 KB on a socket.
const maxAcknowledged = 16 << 10

// response is what Slack is told with the acknowledgement; fits is false where it is too long
// for one.
func (a answered) response() (r *api.ViewSubmissionResponse, fits bool) {
	switch {
	case a.why != "":
		return api.NewErrorsViewSubmissionResponse(map[string]string{inAnswer: a.why}), true
	case a.view == nil:
		return nil, true
	}
	r = api.NewUpdateViewSubmissionResponse(a.view)
	raw, err := json.Marshal(r)
	return r, err == nil && len(raw) <= maxAcknowledged
}

// settleWindow is settle for a window that may go on. What comes too late for the
// acknowledgement, or is too long for one, comes by views.update.
func (n *Notifier) settleWindow(ctx context.Context, c click, from asked, acknowledge func(*api.ViewSubmissionResponse), decide func(ctx context.Context) answered) {
	l := n.opt.Language(c.lang)
	decided := make(chan answered, 1)
	n.later.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), decideWithin)
		defer cancel()
		words, ok := n.admit(ctx, c)
		switch {
		case ok:
			decided <- decide(ctx)
		case words != "" && c.View.CallbackID == askApprove:
			decided <- told(l, words)
		case words != "":
			decided <- kept(toAnswer{l: l, words: reply.Clean(c.templateOf(inAnswer)), why: words}, from)
		default:
			decided <- answered{}
		}
	})
	late := time.NewTimer(ackWithin)
	defer late.Stop()
	wait := toldView(l, l.Text("slack.answer.moment"))
	var out answered
	select {
	case out = <-decided:
		if r, fits := out.response(); fits {
			acknowledge(r)
			n.wantHome(c.User.ID, "", false)
			return
		}
		acknowledge(api.NewUpdateViewSubmissionResponse(&wait))
	case <-late.C:
		n.opt.Log.Warn("a window is acknowledged before it is decided: the database is slow", "window", c.View.CallbackID)
		acknowledge(api.NewUpdateViewSubmissionResponse(&wait))
		out = <-decided
	}
	n.after(func(ctx context.Context) {
		words := reply.Clean(c.templateOf(inAnswer))
		if out.view == nil {
			out, words = told(l, l.Text("slack.answer.taken")), ""
		}
		if !sleep(ctx, acknowledgedIn) {
			return
		}
		n.replace(ctx, c, l, *out.view, words)
	})
}

// acknowledgedIn is how long Slack is given to take in an acknowledgement, before what it
// shows is replaced: the two come by different ways.
const acknowledgedIn = 300 * time.Millisecond

// replace shows another view in a window that is open. Where that fails the person is told, and
// gets back the words that would be lost with the window; empty: there are none.
func (n *Notifier) replace(ctx context.Context, c click, l i18n.Lang, view api.ModalViewRequest, words string) {
	err := briefly(ctx, ackWithin, func() error {
		_, err := n.api.UpdateViewContext(ctx, view, "", "", c.View.ID)
		return err
	})
	if err != nil {
		n.opt.Log.Warn("a window cannot be changed", "err", n.sort("views.update", "", err))
		look := l.Text("slack.answer.look")
		if words == "" {
			n.ephemeral(ctx, c, look)
			return
		}
		n.ephemeral(ctx, c, look+"\n\n"+words, section(look), exactly(words))
	}
}

// written decides about words that were sent: what cannot go out is said at the input, what
// was not shown as it would go out is shown, and what was shown is taken down.
func (n *Notifier) written(ctx context.Context, c click, from asked) answered {
	l, me := n.opt.Language(from.Lang), n.person(ctx, c)
	words := reply.Clean(c.templateOf(inAnswer))
	a, no := n.answering(ctx, l, me, from.ID)
	a.words, a.why = words, no.words
	switch {
	case no.passing:
		n.pressed(me, "answer", from.ID, "not known whether they may")
		return kept(a, from)
	case no.words != "":
		n.pressed(me, "answer", from.ID, "may not")
		return told(l, no.words)
	}
	if last := a.last(); from.Nth != a.nth() || last.Status.Open() {
		if last.By.ID == me.ID && last.Nth == from.Nth && last.Text == words {
			return answered{} // Slack sent it twice
		}
		return n.refusedAnswer(a, from, &reply.OpenError{First: last})
	}
	if err := a.way.Limit.Check(words); err != nil {
		return n.refusedAnswer(a, from, err)
	}
	if digest := seen(from.Nth, a.way.Account, a.way.Approve, words); c.View.CallbackID != sendAnswer || from.Seen != digest {
		if from.Seen == seen(from.Nth, a.way.Account, !a.way.Approve, words) {
			a.why = alerts.AnswerRefusal(l, reply.ErrChanged)
		}
		from.Seen = digest
		return shown(sendView(a), from)
	}
	err := n.opt.Answers.Write(ctx, from.ID, reply.Written{Nth: from.Nth, Account: a.way.Account, Approve: a.way.Approve, Text: words, By: me})
	n.opt.Log.Info("an answer was written", "who", me.ID, "name", me.Name, "mention", from.ID, "as", a.way.Account, "outcome", alerts.AnswerOutcome(err), "door", "slack")
	if err != nil {
		return n.refusedAnswer(a, from, err)
	}
	return answered{}
}

// shown is a view that remembers where it came from.
func shown(view api.ModalViewRequest, from asked) answered {
	view.PrivateMetadata = from.encode()
	return answered{view: &view}
}

// stays is a window that stays and says at its input why nothing was done with the words; view
// comes in its place where that is too late. What is changed is shown again before it goes out.
func (a toAnswer) stays(view api.ModalViewRequest, from asked) answered {
	from.Seen = ""
	out := shown(view, from)
	out.why = a.why
	return out
}

// kept lets the words stay in their window where nothing is known of the complaint.
func kept(a toAnswer, from asked) answered { return a.stays(againView(a), from) }

// refusedAnswer lets the words stay where they are, and says why they cannot go out.
func (n *Notifier) refusedAnswer(a toAnswer, from asked, err error) answered {
	a.why = alerts.AnswerRefusal(a.l, err)
	if a.why == "" {
		n.opt.Log.Error("an answer cannot be taken down", "mention", from.ID, "err", err)
		a.why = a.l.Text("refusal.failed")
	}
	return a.stays(answerView(a), from)
}

// approve lets out what a colleague wrote.
func (n *Notifier) approve(ctx context.Context, c click, from asked) answered {
	l, me := n.opt.Language(from.Lang), n.person(ctx, c)
	words := n.verdict(ctx, l, me, from.ID, from.Reply, reply.Approve)
	if words == "" || n.approved(ctx, from, me) { // Slack sent it twice
		return answered{}
	}
	return told(l, words)
}

// approved reports whether a person let an answer out, which the site has not refused.
func (n *Notifier) approved(ctx context.Context, from asked, by mention.Person) bool {
	if n.opt.Answers == nil {
		return false
	}
	all, err := n.opt.Answers.Replies(ctx, from.ID)
	return err == nil && slices.ContainsFunc(all, func(r mention.SiteReply) bool {
		return r.ID == from.Reply && r.ApprovedBy.ID == by.ID && r.Status != mention.ReplyRefused
	})
}

// decideAnswer carries out what a button in a window says, and shows how the answer stands
// then.
func (n *Notifier) decideAnswer(ctx context.Context, c click, act action) {
	from, ours := c.under()
	if !ours {
		return
	}
	l := n.opt.Language(from.Lang)
	words, ok := n.admit(ctx, c)
	switch {
	case ok:
		words = n.verdict(ctx, l, n.person(ctx, c), from.ID, act.Value, verdicts[act.ActionID])
	case words == "":
		return
	}
	if words == "" {
		words = l.Text("slack.answer.taken")
	}
	n.replace(ctx, c, l, toldView(l, words), "")
}

// verdict carries out what a person decides about an answer; words say why not.
func (n *Notifier) verdict(ctx context.Context, l i18n.Lang, me mention.Person, id mention.ID, key string, v reply.Verdict) (words string) {
	a, no := n.answering(ctx, l, me, id)
	if v == reply.Approve && no.words == "" {
		no = a.bars
	}
	if no.words != "" {
		n.pressed(me, "answer: "+string(v), id, "may not")
		return no.words
	}
	if v == reply.Approve && a.own {
		n.pressed(me, "answer: "+string(v), id, "it is theirs, or may be")
		return l.Text("slack.answer.changed")
	}
	err := n.opt.Answers.Decide(ctx, id, key, v, me)
	n.opt.Log.Info("an answer was decided about", "who", me.ID, "name", me.Name, "mention", id, "verdict", v, "outcome", alerts.AnswerOutcome(err), "door", "slack")
	switch {
	case err == nil:
		return ""
	case errors.Is(err, mention.ErrReplyOpen), errors.Is(err, mention.ErrNotFound):
		return l.Text("slack.answer.changed")
	}
	n.opt.Log.Error("an answer cannot be decided about", "mention", id, "err", err)
	return l.Text("refusal.failed")
}
