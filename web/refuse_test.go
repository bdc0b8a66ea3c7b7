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
