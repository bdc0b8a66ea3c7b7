package web

import (
	"errors"
	"net/http"
)

// refusal is why something is not shown or done, in the words of the catalogue.
type refusal struct {
	status int
	key    string
	pairs  []any
}

func (r *refusal) Error() string { return r.key }

var (
	errNobody = no(http.StatusUnauthorized, "web.error.nobody")
	errNoPage = no(http.StatusNotFound, "web.error.no_page")
	errNoCase = no(http.StatusNotFound, "web.error.no_case")
	errMayNot = no(http.StatusForbidden, "web.error.may_not") // what the team keeps for others
	errNoWay  = no(http.StatusForbidden, "web.error.reply_no_way")
	errBusy   = no(http.StatusServiceUnavailable, "web.error.failed")
)

func no(status int, key string, pairs ...any) *refusal { return &refusal{status, key, pairs} }

// badInput is what people chose and cannot be: it means nothing, or not together.
func badInput(key string, pairs ...any) *refusal { return no(http.StatusBadRequest, key, pairs...) }

// badForm says which field of a form means nothing, badKey which key of an address.
func badForm(field string) *refusal { return badInput("web.error.form", "field", field) }
func badKey(key, value string) *refusal {
	return badInput("web.error.filter", "key", key, "value", value)
}

// fail answers a request with what kept it from being answered.
func (in *Inbox) fail(w http.ResponseWriter, r *http.Request, v visit, err error) {
	var said *refusal
	if !errors.As(err, &said) {
		if r.Context().Err() == nil { // else the asker is gone, or cut off as earshot stops: then they wait
			in.opt.Log.Error("a page cannot be shown", "path", r.URL.Path, "err", err)
		}
		said = errBusy
	}
	in.refuse(w, r, v, said.status, v.lang.Text(said.key, said.pairs...))
}

// refuse is a page, or a row, with one sentence.
func (in *Inbox) refuse(w http.ResponseWriter, r *http.Request, v visit, status int, why string) {
	if asksForPart(r) {
		w.Header().Set("HX-Reswap", "none") // the sentence takes no row's place
		http.Error(w, why, status)
		return
	}
	if err := in.show(w, status, "refused", refusedPage{in.frame(v, "", why), why}); err != nil {
		in.opt.Log.Error("a page cannot be made", "path", r.URL.Path, "err", err)
		http.Error(w, why, status)
	}
}

// asksForPart reports whether the script wants a part of a page.
func asksForPart(r *http.Request) bool {
	return r.Header.Get("HX-Request") != "" || r.URL.Query().Get("part") != ""
}

type refusedPage struct {
	frame
	Why string
}
