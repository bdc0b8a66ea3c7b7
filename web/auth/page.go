package auth

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/earshot/earshot/internal/i18n"
)

//go:embed login.html
var loginHTML string

//go:embed login.css
var loginCSS []byte

var loginPage = template.Must(template.New("login").Parse(loginHTML))

// policy is what the page of signing in may load: its own style.
const policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// sign is what the page shows.
type sign struct {
	i18n.Lang
	Problem string
	Name    string // of who is signed in; empty for nobody
	Proxy   bool   // a proxy signed that person in
	Out     bool   // just signed out
	Ways    []wayIn
}

type wayIn struct{ Href, Text string }

// page shows who is signed in, or the ways to sign in.
func (a *Auth) page(w http.ResponseWriter, r *http.Request) { a.show(w, r, http.StatusOK, "") }

// nowhere shows it to who asks for a page below it that is none.
func (a *Auth) nowhere(w http.ResponseWriter, r *http.Request) {
	a.problem(w, r, http.StatusNotFound, "web.error.no_page")
}

// problem shows the page with what went wrong.
func (a *Auth) problem(w http.ResponseWriter, r *http.Request, status int, key string, pairs ...any) {
	a.show(w, r, status, a.lang(r).Text(key, pairs...))
}

func (a *Auth) show(w http.ResponseWriter, r *http.Request, status int, problem string) {
	s := sign{Lang: a.lang(r), Problem: problem, Out: r.URL.Query().Get("out") != ""}
	if problem == "" {
		if v, err := a.visitor(r); err == nil {
			s.Name, s.Proxy, s.Out = v.person.Name, v.proxy, false
		}
	}
	query := ""
	if back, ok := ownPath(r.URL.Query().Get("back")); ok {
		query = "?" + url.Values{"back": {back}}.Encode()
	}
	if a.slack != nil {
		s.Ways = append(s.Ways, wayIn{"/login/slack" + query, s.Text("login.slack")})
	}
	if a.oidc != nil {
		s.Ways = append(s.Ways, wayIn{"/login/oidc" + query, s.Text("login.oidc", "host", a.oidc.host())})
	}
	var out bytes.Buffer
	if err := loginPage.Execute(&out, s); err != nil {
		a.opt.Log.Error("the page of signing in cannot be drawn", "err", err)
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // the asker is gone if this fails
}

func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(loginCSS) // the asker is gone if this fails
}

// toLogin has a person sign in first. Who fetches something to use it must not get the page of
// signing in for it.
func (a *Auth) toLogin(w http.ResponseWriter, r *http.Request) {
	switch {
	case !looks(r):
		http.Error(w, a.lang(r).Text("login.first"), http.StatusUnauthorized)
	case !safe(r.Method): // a form; the browser keeps what was written in it
		a.problem(w, r, http.StatusUnauthorized, "login.first")
	default:
		target := "/login"
		if back, ok := ownPath(r.URL.RequestURI()); ok && back != home {
			target += "?" + url.Values{"back": {back}}.Encode()
		}
		http.Redirect(w, r, target, http.StatusSeeOther)
	}
}

// looks reports whether somebody looks at the answer, and no script or program works with it.
// By plain http a browser says no more than that it takes HTML. Who asks for a page and says
// nothing of what it should be may be one that watches whether the site is up.
func looks(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	switch dest := r.Header.Get("Sec-Fetch-Dest"); {
	case r.Header.Get("HX-Request") != "":
		return false
	case dest != "":
		return dest == "document"
	case strings.Contains(accept, "text/html"):
		return true
	}
	page := path.Ext(r.URL.Path) == "" // a table has one: .csv
	return page && safe(r.Method) && (accept == "" || strings.Contains(accept, "*/*"))
}

// home is where people go on who came from no other page.
const home = "/inbox"

// maxBack bounds the way back, in bytes: it travels in a cookie.
const maxBack = 1000

// ownPath reports whether people may be sent to a path after they signed in: one of this
// site, and none of signing in or out.
func ownPath(back string) (string, bool) {
	if len(back) == 0 || len(back) > maxBack || back[0] != '/' || strings.HasPrefix(back, "//") || strings.ContainsAny(back, "\\\r\n\t\x00") {
		return "", false
	}
	u, err := url.Parse(back)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || u.Path == "/logout" || u.Path == "/login" || strings.HasPrefix(u.Path, "/login/") || strings.HasPrefix(u.Path, "//") {
		return "", false
	}
	return back, true
}
