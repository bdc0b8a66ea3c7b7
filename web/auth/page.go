package auth

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"

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

// lang is the language the browser asks for, or else the watchlist's.
func (a *Auth) lang(r *http.Request) i18n.Lang {
	return a.opt.Catalog.Asked(r.Header.Get("Accept-Language"), a.opt.Lang())
}

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
