package web

import (
	"cmp"
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
var bulkVerbs = map[string]bool{"claim": true, "takeover": true, "release": true, "replied": true, "dismiss": true, "snooze": true, "wake": true, "reopen": true}

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

// chosen is one case of a bulk with the version that the person saw, and who had it then; empty where
// it has changed since: whom a case is taken from was seen.
type chosen struct {
	id      mention.ID
	version int64
	owner   string
	title   string
}

// bulk does one verb to many cases: those that were chosen, or all of a list whose number
// is still the one that was shown, and in which nothing has happened since.
func (in *Inbox) bulk(w http.ResponseWriter, r *http.Request, v visit) error {
	verb, detail, _ := strings.Cut(r.PostForm.Get("verb"), ":") // dismiss:spam, snooze:hour
	if !bulkVerbs[verb] {
		return badForm("verb")
	}
	a, err := in.action(r.Context(), verb, url.Values{"reason": {detail}, "until": {detail}}, v)
	if err != nil {
		return err
	}
	choose := in.ticked
	if r.PostForm.Get("all") == "1" {
		choose = in.wholeList
	}
	list, err := choose(r.Context(), v, r.PostForm)
	if err != nil {
		return err
	}
	out := bulkPage{frame: v.frame("bulk", v.lang.Text("web.bulk.title")), Back: backOf(r.PostForm.Get("back"), ""), Verb: verbName(v.lang, verb, detail)}
	control := http.NewResponseController(w)
	for _, one := range list {
		_ = control.SetWriteDeadline(time.Now().Add(bulkSlack)) // else nobody is told what became of them
		a.Version, a.From = one.version, one.owner
		res := result{ID: one.id, Title: one.title}
		if err := in.do(r.Context(), one.id, a); err == nil {
			out.Done++
		} else {
			out.Refused++
			res.Why = bulkRefused(v, err)
		}
		out.Results = append(out.Results, res)
	}
	return in.show(w, http.StatusOK, "bulk", out)
}

// bulkRefused says why one of many was not done.
func bulkRefused(v visit, err error) string {
	if errors.Is(err, errNoCase) {
		return v.lang.Text(errNoCase.key)
	}
	return cmp.Or(refused(v, err), v.lang.Text(errBusy.key))
}

// ticked are the cases that the person chose, each with the version that was shown.
func (in *Inbox) ticked(ctx context.Context, v visit, form url.Values) (list []chosen, err error) {
	q := mention.Query{Limit: maxBulk}
	versions := map[mention.ID]int64{}
	for _, each := range form["id"] {
		id, version, _ := strings.Cut(each, ".")
		n, err := strconv.ParseInt(version, 10, 64)
		if err != nil || id == "" {
			return nil, badForm("id")
		}
		if _, twice := versions[mention.ID(id)]; !twice {
			q.IDs = append(q.IDs, mention.ID(id))
		}
		versions[mention.ID(id)] = n
	}
	switch {
	case len(q.IDs) == 0:
		return nil, badInput("web.bulk.none")
	case len(q.IDs) > maxBulk:
		return nil, badInput("web.bulk.too_many", "max", maxBulk)
	}
	page, err := in.opt.Cases.List(ctx, q)
	titles, owners := map[mention.ID]string{}, map[mention.ID]string{}
	for _, e := range page.Entries {
		id := e.Mention.ID
		if titles[id] = bulkTitle(v.lang, e.Mention); e.Case.Version == versions[id] {
			owners[id] = e.Case.Owner.ID
		}
	}
	for _, id := range q.IDs { // in the order of the list; what has gone meanwhile is told by its id
		list = append(list, chosen{id, versions[id], owners[id], cmp.Or(titles[id], string(id))})
	}
	return list, err
}

// wholeList are all cases of the list that the form was shown with. Its number alone does not
// tell that it is still that one: a case may have gone, and one come that nobody saw.
func (in *Inbox) wholeList(ctx context.Context, v visit, form url.Values) (list []chosen, err error) {
	values, err := url.ParseQuery(form.Get("filter"))
	if err != nil {
		return nil, badForm("filter")
	}
	f, err := readFilter(values)
	if err != nil {
		return nil, err
	}
	shown, err := strconv.Atoi(form.Get("count"))
	if err != nil {
		return nil, badForm("count")
	}
	since, err := strconv.ParseInt(form.Get("since"), 10, 64)
	if err != nil {
		return nil, badForm("since")
	}
	q := f.first().query(v.who.ID, v.team)
	q.Limit = maxBulk
	page, err := in.opt.Cases.List(ctx, q)
	switch {
	case err != nil:
		return nil, err
	case page.Next != "":
		return nil, badInput("web.bulk.too_many", "max", maxBulk)
	case shown != len(page.Entries):
		return nil, no(http.StatusConflict, "web.bulk.other_count", "was", shown, "is", len(page.Entries))
	}
	changes, err := in.opt.Cases.Changes(ctx, since, maxBehind)
	if err != nil {
		return nil, err
	}
	changed := len(changes) == maxBehind // what changed before is not told
	for _, e := range page.Entries {
		changed = changed || slices.ContainsFunc(changes, func(c mention.CaseChange) bool { return c.ID == e.Mention.ID })
		list = append(list, chosen{e.Mention.ID, e.Case.Version, e.Case.Owner.ID, bulkTitle(v.lang, e.Mention)})
	}
	if changed {
		return nil, no(http.StatusConflict, "web.bulk.changed")
	}
	return list, nil
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
	name := l.Word("verb", verb)
	switch verb {
	case "dismiss":
		return name + ": " + l.Word("dismissed", detail)
	case "snooze":
		return name + ": " + l.Word("until", detail)
	}
	return name
}
