package daemon

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers/push"
)

// TestSenderByTheShortForm: what stands behind push: is what the sender is called, with its options beside it.
func TestSenderByTheShortForm(t *testing.T) {
	list := check(t, strings.Replace(strings.Replace(quietWatchlist, "DIR", t.TempDir(), 1), `{feed: "https://news.example/rss", name: news}`, `{push: crm, token: "${env:PUSH_TOKEN}"}, {push: n8n, token: "of another sender", name: our n8n}`, 1))
	for i, want := range []string{"crm", "our n8n"} {
		if got := list.Config.Sources[i].Name; got != want {
			t.Errorf("called %q, want %q", got, want)
		}
	}
	d := openTo(t, &printed{}, list, time.Now)
	d.pushed.Use(d.inUse.Load().sources)
	for token, want := range map[string]int{"token PUSH_TOKEN": http.StatusOK, "of another sender": http.StatusOK, "crm": http.StatusUnauthorized} {
		r := httptest.NewRequest(http.MethodPost, push.Path, strings.NewReader(`{"id":1,"text":"x"}`))
		r.Header.Set("Authorization", "Bearer "+token)
		rw := httptest.NewRecorder()
		if d.pushed.ServeHTTP(rw, r); rw.Code != want {
			t.Errorf("%s: %d %s", token, rw.Code, rw.Body)
		}
	}
}
