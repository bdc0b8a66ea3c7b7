package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestCutOff: who is cut off as earshot stops is told that nothing was done. An empty page with 200
// would say, to a person and to a script, that it was.
func TestCutOff(t *testing.T) {
	w := newWorld(t)
	id := string(w.say("Олена К.", "Третій тиждень не повертають гроші"))
	ctx, cut := context.WithCancel(t.Context())
	cut()
	for path, form := range map[string]url.Values{
		"/cases":                  {"verb": {"claim"}, "id": {id + ".1"}},
		"/case/" + id + "/claim":  {},
		"/case/" + id + "/assign": {"to": {"web:Oleh"}},
	} {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		w.inbox.Handler().ServeHTTP(answer, r)
		if answer.Code != http.StatusServiceUnavailable || !strings.Contains(answer.Body.String(), "earshot could not do that") {
			t.Errorf("%s: %d %q", path, answer.Code, answer.Body)
		}
	}
}

// TestAddressOfAButton: who loads the answer to a button again, as a browser does that was closed
// over it, comes to the page that has the button; a program that errs is told so.
func TestAddressOfAButton(t *testing.T) {
	w := newWorld(t)
	for path, to := range map[string]string{
		"/case/x/claim": "/case/x", "/case/x/reply": "/case/x", "/case/x/reply/approve": "/case/x", "/cases": "/", "/sources/poll": "/sources", "/templates/x": "/templates", "/templates/x/delete": "/templates",
	} {
		if res, _ := w.ask("GET", path, "Ira", nil); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != to {
			t.Errorf("%s leads to %q (%d), want %q", path, res.Header.Get("Location"), res.StatusCode, to)
		}
	}
	for _, path := range []string{"/nowhere", "/case/x/reply/approve/more", "/cases/x", "/reports/x"} {
		if res, body := w.ask("GET", path, "Ira", nil); res.StatusCode != http.StatusNotFound || !strings.Contains(body, "There is no such page.") {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
	if res, _ := w.ask("DELETE", "/case/x/claim", "Ira", nil); res.StatusCode != http.StatusMethodNotAllowed || !strings.Contains(res.Header.Get("Allow"), "POST") {
		t.Errorf("DELETE: %d, Allow %q", res.StatusCode, res.Header.Get("Allow"))
	}
}
