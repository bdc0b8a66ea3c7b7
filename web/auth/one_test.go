package auth

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"testing"

	"github.com/earshot/earshot/mention"
)

// TestSignOutElsewhere: a form ends one other session of the same person; nobody's form ends
// another person's, and what is no session ends nothing.
func TestSignOutElsewhere(t *testing.T) {
	s := newSite(t, nil)
	in := func(b *http.Client) bool {
		s.browser = b
		code, _, at := s.get("/inbox")
		return code == http.StatusOK && at == "/inbox"
	}
	session := func(b *http.Client) string {
		r, err := http.NewRequest(http.MethodGet, s.srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range b.Jar.Cookies(must(url.Parse(s.srv.URL))) {
			r.AddCookie(c)
		}
		hash, ok := s.auth.Current(r)
		if !ok {
			t.Fatal("no session")
		}
		return hex.EncodeToString(hash[:])
	}
	here := s.browser
	s.link(ira)
	there, other := newBrowser(t, here.Transport), newBrowser(t, here.Transport)
	s.browser = there
	s.link(ira)
	s.browser = other
	s.link(mention.Person{ID: "slack:U000OLEH", Name: "Oleh"})

	if s.post("/logout", url.Values{"session": {session(here)}}); !in(here) {
		t.Error("another person signs me out")
	}
	for _, no := range []string{"", "xx", "00", session(here) + "00"} {
		s.browser = here
		if code := s.post("/logout", url.Values{"session": {no}}); no != "" && code != http.StatusBadRequest {
			t.Errorf("session %q: %d", no, code)
		}
		if no == "" { // that is the plain form
			s.link(ira)
		}
	}
	s.browser = here
	s.post("/logout", url.Values{"session": {session(there)}})
	if !in(here) || in(there) || !in(other) {
		t.Errorf("in here %t, there %t, another %t; want true, false, true", in(here), in(there), in(other))
	}
	s.browser = newBrowser(t, here.Transport)
	if code := s.post("/logout", url.Values{"session": {session(here)}}); code != http.StatusBadRequest || !in(here) {
		t.Errorf("who is signed in nowhere ends a session: %d", code)
	}
}
