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

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// maxBulk bounds what one press changes: more is a decision for which somebody should look
// at the list once more.
const maxBulk = 1000

// bulkSlack is how long one case of many may take, with the answer: the server's own limit is
// for one page.
const bulkSlack = 30 * time.Second

// bulkVerbs are those that make sense for many cases at once.
var bulkVerbs = map[string]bool{"claim": true, "release": true, "replied": true, "dismiss": true, "snooze": true, "wake": true, "reopen": true}

// bulkPage says what became of every case.
type bulkPage struct {
	frame
	Back    string
	Verb    string
	Done    int
	Refused int
	Results []result
}

// result is what became of one case.
type result struct {
	ID    mention.ID
	Title string // who wrote where
	Why   string // why it was not done; empty when it was
}

// chosen is one case of a bulk with the version that the person saw.
type chosen struct {
	id      mention.ID
	version int64
	title   string
}

// bulk does one verb to many cases: those that were chosen, or all of a list whose number
// is still the one that was shown, and in which nothing has happened since.
func (in *Inbox) bulk(w http.ResponseWriter, r *http.Request, v visit) {
	if err := r.ParseForm(); err != nil {
		in.refuse(w, r, v, http.StatusBadRequest, v.lang.Text("web.error.form", "field", "id"))
		return
	}
	verb, reason, _ := strings.Cut(r.PostForm.Get("verb"), ":") // dismiss:spam, snooze:hour
	form := url.Values{"reason": {reason}, "until": {reason}}
	a, err := in.action(r.Context(), verb, form, v)
	if err == nil && !bulkVerbs[verb] {
		err = &badFormError{"verb"}
	}
	if err != nil {
		in.refuse(w, r, v, formStatus(err), formError(v.lang, err))
		return
	}
	list, status, why := in.chosenOf(r, v)
	if why != "" {
		in.refuse(w, r, v, status, why)
		return
	}
	out := bulkPage{frame: in.frame(v, "bulk", v.lang.Text("web.bulk.title")), Back: backOf(r.PostForm.Get("back"), ""), Verb: verbName(v.lang, verb, reason)}
	control := http.NewResponseController(w)
	for _, one := range list {
		_ = control.SetWriteDeadline(time.Now().Add(bulkSlack)) // else nobody is told what became of them
		a.Version = one.version
		_, err := in.do(r.Context(), one.id, a)
		res := result{ID: one.id, Title: one.title}
		switch {
		case errors.Is(err, mention.ErrNotFound):
			res.Why = v.lang.Text("web.error.no_case")
		case err != nil:
			if res.Why = refused(v, err); res.Why == "" {
				res.Why = v.lang.Text("web.error.failed")
			}
		}
		if res.Why == "" {
			out.Done++
		} else {
			out.Refused++
		}
		out.Results = append(out.Results, res)
	}
	in.show(w, r, http.StatusOK, "bulk", out)
}

// chosenOf reads which cases are meant; why says why none are.
func (in *Inbox) chosenOf(r *http.Request, v visit) (list []chosen, status int, why string) {
	form := r.PostForm
	q := mention.Query{}
	seen := map[mention.ID]int64{}
	if form.Get("all") == "1" {
		values, err := url.ParseQuery(form.Get("filter"))
		if err != nil {
			return nil, http.StatusBadRequest, v.lang.Text("web.error.form", "field", "filter")
		}
		f, err := readFilter(values)
		if err != nil {
			return nil, http.StatusBadRequest, wrongKey(v.lang, err)
		}
		q = f.first().query(v.who.ID, v.zone)
	} else {
		for _, each := range form["id"] {
			id, version, _ := strings.Cut(each, ".")
			n, err := strconv.ParseInt(version, 10, 64)
			if err != nil || id == "" {
				return nil, http.StatusBadRequest, v.lang.Text("web.error.form", "field", "id")
			}
			if _, twice := seen[mention.ID(id)]; !twice {
				q.IDs = append(q.IDs, mention.ID(id))
			}
			seen[mention.ID(id)] = n
		}
		if len(q.IDs) == 0 {
			return nil, http.StatusBadRequest, v.lang.Text("web.bulk.none")
		}
	}
	if len(q.IDs) > maxBulk {
		return nil, http.StatusBadRequest, v.lang.Text("web.bulk.too_many", "max", maxBulk)
	}
	q.Limit = maxBulk
	page, err := in.opt.Cases.List(r.Context(), q)
	if err != nil {
		in.opt.Log.Error("a list cannot be read", "err", err)
		return nil, http.StatusServiceUnavailable, v.lang.Text("web.error.failed")
	}
	if q.IDs == nil {
		if status, why := in.otherList(r.Context(), v, form, page); why != "" {
			return nil, status, why
		}
	}
	for _, e := range page.Entries {
		version, ticked := seen[e.Mention.ID]
		if !ticked { // nothing has happened in the list since it was shown
			version = e.Case.Version
		}
		list = append(list, chosen{id: e.Mention.ID, version: version, title: bulkTitle(v.lang, e.Mention)})
	}
	return list, 0, ""
}

// otherList says why a list is not the one that the form was shown with; empty when it is.
// The number alone does not tell: one may have gone, and one come that nobody saw.
func (in *Inbox) otherList(ctx context.Context, v visit, form url.Values, page mention.Page) (status int, why string) {
	shown, err := strconv.Atoi(form.Get("count"))
	since, noSince := strconv.ParseInt(form.Get("since"), 10, 64)
	switch {
	case err != nil:
		return http.StatusBadRequest, v.lang.Text("web.error.form", "field", "count")
	case noSince != nil:
		return http.StatusBadRequest, v.lang.Text("web.error.form", "field", "since")
	case page.Next != "":
		return http.StatusBadRequest, v.lang.Text("web.bulk.too_many", "max", maxBulk)
	case shown != len(page.Entries):
		return http.StatusConflict, v.lang.Text("web.bulk.other_count", "was", shown, "is", len(page.Entries))
	}
	changes, err := in.opt.Cases.Changes(ctx, since, maxBehind)
	if err != nil {
		in.opt.Log.Error("what changed in a list cannot be read", "err", err)
		return http.StatusServiceUnavailable, v.lang.Text("web.error.failed")
	}
	listed := map[mention.ID]bool{}
	for _, e := range page.Entries {
		listed[e.Mention.ID] = true
	}
	if len(changes) == maxBehind || slices.ContainsFunc(changes, func(c mention.CaseChange) bool { return listed[c.ID] }) {
		return http.StatusConflict, v.lang.Text("web.bulk.changed")
	}
	return 0, ""
}

func bulkTitle(l i18n.Lang, m mention.Mention) string {
	author := text.Line(m.Post.Author, maxLine)
	if author == "" {
		author = l.Text("alert.somebody")
	}
	return author + ": " + text.Line(m.Post.Body(), maxLine)
}

// verbName is how a verb is called, with its reason or length.
func verbName(l i18n.Lang, verb, detail string) string {
	name := l.Word("web.verb", verb)
	switch verb {
	case "dismiss":
		return name + ": " + l.Word("dismissed", detail)
	case "snooze":
		return name + ": " + l.Word("web.until", detail)
	}
	return name
}
