package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// verbs are the last parts of addresses.
var verbs = map[string]mention.Verb{
	"claim": mention.Claim, "release": mention.Release, "takeover": mention.TakeOver, "assign": mention.Assign, "replied": mention.Reply,
	"dismiss": mention.Dismiss, "snooze": mention.Snooze, "wake": mention.Wake, "reopen": mention.Reopen, "undo": mention.Undo, "note": mention.Note,
}

// reasons are the words of forms for why a case is dismissed.
var reasons = map[string]string{"not_us": mention.NotUs, "not_negative": mention.NotNegative, "spam": mention.Spam, "mute_author": mention.MutedAuthor, "gone": mention.Gone}

// act does one verb to one case.
func (in *Inbox) act(w http.ResponseWriter, r *http.Request, v visit) error {
	id := mention.ID(r.PathValue("id"))
	a, err := in.action(r.Context(), r.PathValue("verb"), r.PostForm, v)
	if err != nil {
		return err
	}
	back := backOf(r.PostForm.Get("back"), id)
	err = in.do(r.Context(), id, a)
	why := refused(v, err)
	switch {
	case err != nil && why == "":
		return err
	case asksForPart(r):
		return in.answerRow(w, r, v, id, back, why)
	case why != "":
		in.refuse(w, r, v, http.StatusConflict, why)
	default:
		http.Redirect(w, r, afterwards(back, id, a.Verb), http.StatusSeeOther)
	}
	return nil
}

// do asks the desk. A verb that changes nothing was done before.
func (in *Inbox) do(ctx context.Context, id mention.ID, a mention.Action) error {
	_, err := in.opt.Desk.Do(ctx, id, a)
	outcome := "done"
	switch {
	case errors.Is(err, mention.ErrNothingToDo):
		outcome, err = "already so", nil
	case err != nil:
		outcome = err.Error()
	}
	in.opt.Log.Info("a button was pressed", "who", a.By.ID, "name", a.By.Name, "verb", a.Verb, "mention", id, "outcome", outcome, "door", "web")
	if errors.Is(err, mention.ErrNotFound) {
		err = errNoCase
	}
	return err
}

// answerRow is the row as it is now, with why the verb was not done.
func (in *Inbox) answerRow(w http.ResponseWriter, r *http.Request, v visit, id mention.ID, back, why string) error {
	file, err := in.file(r.Context(), id)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if why != "" {
		status = http.StatusConflict
	}
	if partOf(r) == "case" {
		out := in.casePage(r.Context(), v, file, listOf(back))
		out.Row.Refused = why
		return in.showCase(w, r, status, out)
	}
	out := newRow(v, file.MentionRecord, back)
	out.Refused = why
	return in.show(w, status, "row", out)
}

// action reads a verb with its fields.
func (in *Inbox) action(ctx context.Context, verb string, form url.Values, v visit) (a mention.Action, err error) {
	var known bool
	if a.Verb, known = verbs[verb]; !known {
		return a, badForm("verb")
	}
	a.By = v.who.Person
	switch a.Verb {
	case mention.TakeOver:
		a.From = form.Get("owner")
	case mention.Assign:
		a.From = form.Get("owner")
		a.To, err = in.colleague(ctx, v, form.Get("to"))
	case mention.Dismiss:
		if a.Reason, known = reasons[form.Get("reason")]; !known {
			return a, badForm("reason")
		}
		if seen := form.Get("version"); seen != "" {
			if a.Version, err = strconv.ParseInt(seen, 10, 64); err != nil {
				err = badForm("version")
			}
		}
	case mention.Snooze:
		if a.Until = snoozeUntil(form.Get("until"), v); a.Until.IsZero() {
			return a, badForm("until")
		}
	case mention.Note:
		a.Text = text.Clean(strings.ReplaceAll(form.Get("text"), "\r\n", "\n"))
	}
	if err == nil && v.who.May != nil && !v.who.May(a) {
		err = errMayNot
	}
	return a, err
}

// snoozeUntil reads a length, or a moment in the person's zone; zero for none. Of two moments that
// the clock shows alike it is the first that is still to come.
func snoozeUntil(until string, v visit) time.Time {
	if at := alerts.SnoozeUntil(alerts.SnoozeLength(until), v.now, v.zone); !at.IsZero() {
		return at
	}
	clock, err := time.Parse("2006-01-02T15:04", until)
	if err != nil {
		return time.Time{}
	}
	first, last := hours.Shown(clock, v.zone)
	if first.After(v.now) {
		return first
	}
	return last
}

// colleague is the person with this id, who has worked on cases before.
func (in *Inbox) colleague(ctx context.Context, v visit, id string) (mention.Person, error) {
	if id == v.who.ID {
		return v.who.Person, nil
	}
	all, err := in.colleagues(ctx, v)
	if err != nil {
		return mention.Person{}, err
	}
	i := slices.IndexFunc(all, func(p mention.Person) bool { return p.ID == id })
	if i < 0 {
		return mention.Person{}, badForm("to")
	}
	return all[i], nil
}

const (
	// peopleFor is how long the list of colleagues is kept.
	peopleFor = time.Minute
	// colleagueFor is how long somebody who does nothing any more is still given cases: the audit
	// knows those who left for two years.
	colleagueFor = 90 * 24 * time.Hour
)

// colleagues are those who worked on cases lately, and whoever asks.
func (in *Inbox) colleagues(ctx context.Context, v visit) ([]mention.Person, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.peopleAt.IsZero() || v.now.Sub(in.peopleAt) > peopleFor {
		all, err := in.opt.Cases.People(ctx, v.now.Add(-colleagueFor))
		if err != nil {
			return nil, err
		}
		in.people, in.peopleAt = all, v.now
	}
	if slices.ContainsFunc(in.people, func(p mention.Person) bool { return p.ID == v.who.ID }) {
		return in.people, nil
	}
	return append([]mention.Person{v.who.Person}, in.people...), nil
}

// refused says why the desk did not do it, naming who was first; empty when it is the
// database's fault.
func refused(v visit, err error) string {
	var taken *mention.TakenError
	switch {
	case errors.Is(err, mention.ErrNote):
		return v.lang.Text("web.error.note", "max", mention.MaxNote)
	case errors.Is(err, mention.ErrChanged):
		return v.lang.Text("web.error.changed")
	case errors.Is(err, mention.ErrUntil):
		return alerts.Refusal(v.lang, err, v.now)
	case !errors.As(err, &taken):
		return ""
	case !slices.Contains([]mention.Status{mention.Claimed, mention.Replied, mention.Dismissed}, taken.Status):
		return v.lang.Text("web.error.changed")
	}
	by := *taken
	by.By.Name = text.Line(by.By.Name, maxLine)
	return alerts.Refusal(v.lang, &by, v.now)
}
