package auth

import (
	"context"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestSignOutElsewhere: a form ends one other session of the same person; nobody's form ends
// another person's, and what is no session ends nothing.
func TestSignOutElsewhere(t *testing.T) {
	var log testkit.Output
	s := newSite(t, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
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

	if s.post("/logout", url.Values{"session": {session(here)}}); !in(here) || strings.Contains(log.String(), "elsewhere") {
		t.Errorf("another person signs me out, or is said to:\n%s", log.String())
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
	if code := s.post("/logout", url.Values{"session": {session(here)}}); code != http.StatusUnauthorized || !in(here) {
		t.Errorf("who is signed in nowhere ends a session: %d", code)
	}
}

// away is a database that can go away.
type away struct {
	Sessions
	gone bool
}

func (a *away) Session(ctx context.Context, hash [32]byte) (mention.Session, error) {
	if a.gone {
		return mention.Session{}, errors.New("connection refused")
	}
	return a.Sessions.Session(ctx, hash)
}

func (a *away) TakeSession(ctx context.Context, hash [32]byte) (mention.Session, error) {
	if a.gone {
		return mention.Session{}, errors.New("connection refused")
	}
	return a.Sessions.TakeSession(ctx, hash)
}

// TestSessionsCannotBeRead: while the database is away people are not sent to sign in, which
// would be in vain, but told to try again; with it back they are who they were.
func TestSessionsCannotBeRead(t *testing.T) {
	db := &away{Sessions: newMemory()}
	s := newSite(t, func(o *Options) { o.Sessions = db })
	s.link(ira)
	db.gone = true
	if code, body, at := s.get("/inbox"); code != http.StatusServiceUnavailable || at != "/inbox" || !strings.Contains(body, "try again in a moment") {
		t.Errorf("a page: %d at %s: %s", code, at, body)
	}
	if code := s.post("/case/1/claim", url.Values{}); code != http.StatusServiceUnavailable {
		t.Errorf("a verb: %d", code)
	}
	for _, form := range []url.Values{{}, {"everywhere": {"1"}}, {"session": {strings.Repeat("00", 32)}}} {
		if code := s.post("/logout", form); code != http.StatusServiceUnavailable {
			t.Errorf("signing out with %v: %d", form, code)
		}
	}
	s.browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if code, _, _ := s.get("/reports"); code != http.StatusServiceUnavailable {
		t.Errorf("a page: %d", code)
	}
	db.gone = false
	if code, body, at := s.get("/inbox"); code != http.StatusOK || at != "/inbox" {
		t.Errorf("the database is back: %d at %s: %s", code, at, body)
	}
}
