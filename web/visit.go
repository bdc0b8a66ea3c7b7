package web

import (
	"bytes"
	"errors"
	"net/http"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// visit is one request of a known person.
type visit struct {
	who  Person
	lang i18n.Lang
	zone *time.Location // of the times that the person reads
	team *time.Location // of the days in addresses: a link shows everybody the same
	now  time.Time
}

// answerer answers a request of a known person, a form being read, or returns why not: then nothing
// was written yet.
type answerer func(w http.ResponseWriter, r *http.Request, v visit) error

// known lets people in, in their language; who is nobody is told so.
func (in *Inbox) known(answer answerer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, ok := in.opt.Who(r)
		v := visit{who: who, lang: in.language(who, r), zone: who.Zone, team: in.opt.Zone(), now: in.opt.Now()}
		if v.zone == nil {
			v.zone = v.team
		}
		var err error
		switch {
		case !ok:
			v.who, err = Person{}, errNobody
		case r.Method == http.MethodPost && r.ParseForm() != nil:
			err = badForm("POST")
		default:
			err = answer(w, r, v)
		}
		if err != nil {
			in.fail(w, r, v, err)
		}
	}
}

// language is the person's own, or else one that the browser asks for.
func (in *Inbox) language(who Person, r *http.Request) i18n.Lang {
	if who.Lang != "" {
		return in.opt.Texts.In(who.Lang).Tied()
	}
	return in.opt.Texts.Asked(r.Header.Get("Accept-Language"), in.opt.Lang()).Tied()
}

// show writes a page, or one part of it.
func (in *Inbox) show(w http.ResponseWriter, status int, name string, data any) error {
	var page bytes.Buffer // a page that fails half way is none
	if err := in.pages.ExecuteTemplate(&page, name, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = page.WriteTo(w) // the asker is gone if this fails
	return nil
}

// frame is what every page shows around its content.
type frame struct {
	T     i18n.Lang
	Title string
	Page  string // the one of the navigation that it is; empty for another
	Me    mention.Person
	Sees  bool  // the page of sources
	Live  bool  // the page hears of changes
	Since int64 // the last one that it shows
}

func (v visit) frame(page, title string) frame {
	return frame{T: v.lang, Title: title, Page: page, Me: v.who.Person, Sees: v.who.Sources}
}

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
	errMayNot = no(http.StatusForbidden, "press.may_not") // what the team keeps for others
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
	if err := in.show(w, status, "refused", refusedPage{v.frame("", why), why}); err != nil {
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
