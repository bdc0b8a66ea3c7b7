package listen

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/push"
	"github.com/earshot/earshot/internal/i18n"
)

// named refuses requests to names that are not earshot's. A page of a stranger whose name
// was pointed at this machine (DNS rebinding) runs in the browser of one who reaches
// earshot, and the browser says that name as Host. What proves itself needs no such check:
// the operator's token, posts that are handed in with theirs, and Slack's signature, which
// come through proxies and networks of containers under names of all kinds.
func (w *Server) named(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		proves := r.Method == http.MethodPost && (r.URL.Path == interactionsPath || r.URL.Path == push.Path)
		if !proves && !w.ourName(r.Host) && !w.operator(r) {
			http.Error(rw, w.lang(r).Text("web.error.name"), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(rw, r)
	})
}

// lang is the language of who is refused.
func (w *Server) lang(r *http.Request) i18n.Lang {
	if w.Asked == nil {
		return i18n.Lang{}
	}
	return w.Asked(r)
}

// ourName reports whether the Host of a request is earshot's: an address, a name of this
// machine for itself, a name in listen or admin_listen, the host of public_url. Who says
// none is no browser.
func (w *Server) ourName(host string) bool {
	name, ok := hostName(host)
	if !ok {
		return false
	}
	if _, err := netip.ParseAddr(name); err == nil || name == "" || config.Loopback(name) {
		return true // an address cannot be pointed elsewhere
	}
	ours := []string{w.Web.Listen, w.Web.AdminListen}
	if u, err := url.Parse(w.Web.PublicURL); err == nil {
		ours = append(ours, u.Host)
	}
	for _, our := range ours {
		if our, ok := hostName(our); ok && our == name {
			return true
		}
	}
	return false
}

// hostName is the name or address in HOST or HOST:PORT, in lower case; ok is false when it
// is neither.
func hostName(host string) (name string, ok bool) {
	u, err := url.Parse("//" + host)
	if err != nil || u.Host != host || u.User != nil {
		return "", false
	}
	return strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), true
}
