package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// Answers sends what people write to the sites.
type Answers interface {
	// Way returns how the mention's post is answered; false: not from here.
	Way(m mention.Mention) (reply.Way, bool)
	// Replies returns those to the post of a case, the first one first.
	Replies(ctx context.Context, id mention.ID) ([]mention.SiteReply, error)
	// Write takes down a reply: *reply.LengthError, reply.ErrNoWay, reply.ErrChanged, mention.ErrReplyOpen.
	Write(ctx context.Context, id mention.ID, w reply.Written) error
	// Decide carries out what a person decides about one that is open.
	Decide(ctx context.Context, id mention.ID, key string, v reply.Verdict, by mention.Person) error
}

// answerForm is where a person writes to the site.
type answerForm struct {
	Nth     int
	Account string
	Unit    string // chars, bytes or graphemes; with Max, for the count that the script shows
	Max     int
	Most    string // the same in words
	Approve bool
	Edits   bool   // it takes the place of the one that stands there
	Text    string // what is begun with, or was refused, to be changed
	Why     string // it was
}

// siteReply is one reply, with what this person may decide about it.
type siteReply struct {
	ID, Who, At, Stamp, Account, Text string
	State, Why, Link                  string
	Approve, Withdraw, Unclear        bool
}

// rights are what a person may do about the answers of a case.
type rights struct {
	way    reply.Way
	sends  bool // write to the site, and approve what a colleague wrote
	settle bool // withdraw what is open, or say how it ended, also where nothing goes out any more
}

// mayAnswer says what the person may do about the answers of this case: whoever has it, or
// anybody while nobody does, or while one is open.
func (in *Inbox) mayAnswer(v visit, m mention.Mention, c mention.Case, all []mention.SiteReply) rights {
	if !v.who.Reply || reply.Theirs(c, reply.Last(all), v.who.Person) != nil {
		return rights{}
	}
	way, ok := in.opt.Answers.Way(m)
	return rights{way: way, sends: ok && (way.Allow == nil || v.who.Listed == nil || v.who.Listed(way.Allow)), settle: true}
}

// answers are the replies to the post of a case and the form for the next; nil where there is none. offered are
// the templates.
func (in *Inbox) answers(ctx context.Context, v visit, m mention.Mention, c mention.Case, offered []string) (form *answerForm, list []siteReply) {
	all, err := in.opt.Answers.Replies(ctx, m.ID)
	if err != nil {
		in.opt.Log.Warn("replies cannot be read", "err", err)
		return nil, nil // who cannot see them shall write none
	}
	may := in.mayAnswer(v, m, c, all)
	for _, r := range all {
		list = append(list, newSiteReply(v, r, may))
	}
	if !may.sends || reply.First(c, all) != nil {
		return nil, list
	}
	way := may.way
	form = &answerForm{Nth: reply.Next(all), Account: way.Account, Unit: string(way.Limit.Unit), Max: way.Limit.Max, Approve: way.Approve}
	form.Text, form.Edits = way.Begins(all, offered)
	if form.Max > 0 {
		form.Most = alerts.AnswerMost(v.lang, way.Limit)
	}
	return form, list
}

func newSiteReply(v visit, r mention.SiteReply, may rights) siteReply {
	out := siteReply{ID: r.ID, Who: text.Line(r.By.Name, maxLine), At: v.lang.DateTime(r.MadeAt.In(v.zone)), Stamp: r.MadeAt.UTC().Format(time.RFC3339), Account: text.Line(r.Account, maxLine), Text: r.Text}
	out.State, out.Why = alerts.AnswerState(v.lang, r)
	switch {
	case r.AwaitsApproval():
		out.Approve, out.Withdraw = may.sends && !reply.Own(r, v.who.Person, v.who.Email), may.settle
	case r.Status == mention.ReplyDraft:
		out.Withdraw = may.settle
	case r.Status == mention.ReplyUnclear:
		out.Unclear = may.settle
	}
	out.Link = webLink(r.URL)
	return out
}

// answer takes what a person wrote to the site.
func (in *Inbox) answer(w http.ResponseWriter, r *http.Request, v visit) error {
	id := mention.ID(r.PathValue("id"))
	file, all, err := in.answered(r.Context(), id)
	if err != nil {
		return err
	}
	written := answerOf(r, v)
	back := backOf(r.PostForm.Get("back"), id)
	if may := in.mayAnswer(v, file.Mention, file.Case, all); !may.sends && !written.Again(all) {
		if written.Text == "" || asksForPart(r) { // the script's page has it still
			return errNoWay
		}
		return in.answerAgain(w, r, v, http.StatusForbidden, file, back, written.Text, v.lang.Text(errNoWay.key))
	}
	if written.Nth == 0 {
		return badForm("nth")
	}
	err = in.opt.Answers.Write(r.Context(), id, written)
	in.opt.Log.Info("an answer was written", "who", v.who.ID, "name", v.who.Name, "mention", id, "as", written.Account, "outcome", alerts.AnswerOutcome(err), "door", "web")
	if why := alerts.AnswerRefusal(v.lang, err); why != "" {
		return in.answerAgain(w, r, v, http.StatusConflict, file, back, written.Text, why)
	}
	return in.answerDone(w, r, v, id, back, err)
}

// answerOf reads the form of an answer.
func answerOf(r *http.Request, v visit) reply.Written {
	nth, _ := strconv.Atoi(r.PostForm.Get("nth")) // no answer is the 0th
	return reply.Written{Nth: nth, Account: r.PostForm.Get("account"), Approve: r.PostForm.Get("approve") != "", By: v.who.Person, Text: reply.Clean(r.PostForm.Get("text"))}
}

// answerAgain shows the case once more, with what was written and why it cannot be sent.
func (in *Inbox) answerAgain(w http.ResponseWriter, r *http.Request, v visit, status int, file mention.CaseFile, back, wrote, why string) error {
	out := in.casePage(r.Context(), v, file, listOf(back))
	if out.Answer != nil {
		out.Answer.Text, out.Answer.Why = cmp.Or(wrote, out.Answer.Text), why
	} else {
		out.Row.Refused, out.Unsent = why, wrote
	}
	return in.showCase(w, r, status, out)
}

// decideAnswer carries out what a person decides about a reply.
func (in *Inbox) decideAnswer(w http.ResponseWriter, r *http.Request, v visit) error {
	id := mention.ID(r.PathValue("id"))
	verdict := reply.Verdict(r.PathValue("verdict"))
	file, all, err := in.answered(r.Context(), id)
	if err != nil {
		return err
	}
	if may := in.mayAnswer(v, file.Mention, file.Case, all); !may.settle || verdict == reply.Approve && !may.sends {
		return errNoWay
	}
	err = mention.ErrReplyOpen // nobody approves what they wrote, or may have written by another id
	if verdict != reply.Approve || !reply.Own(reply.Last(all), v.who.Person, v.who.Email) {
		err = in.opt.Answers.Decide(r.Context(), id, r.PostForm.Get("reply"), verdict, v.who.Person)
	}
	in.opt.Log.Info("an answer was decided about", "who", v.who.ID, "name", v.who.Name, "mention", id, "verdict", verdict, "outcome", alerts.AnswerOutcome(err), "door", "web")
	back := backOf(r.PostForm.Get("back"), id)
	if errors.Is(err, mention.ErrReplyOpen) || errors.Is(err, mention.ErrNotFound) {
		return in.answerAgain(w, r, v, http.StatusConflict, file, back, "", v.lang.Text("web.error.reply_open"))
	}
	return in.answerDone(w, r, v, id, back, err)
}

// answered reads a case with its replies.
func (in *Inbox) answered(ctx context.Context, id mention.ID) (file mention.CaseFile, all []mention.SiteReply, err error) {
	if file, err = in.file(ctx, id); err == nil {
		all, err = in.opt.Answers.Replies(ctx, id)
	}
	return file, all, err
}

// answerDone leads back to the case after what a form asked for, or returns why that was not done.
func (in *Inbox) answerDone(w http.ResponseWriter, r *http.Request, v visit, id mention.ID, back string, err error) error {
	switch {
	case err != nil:
		return err
	case asksForPart(r):
		return in.answerRow(w, r, v, id, back, "")
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
	return nil
}
