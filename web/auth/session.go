package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/earshot/earshot/mention"
)

// How long things are good.
const (
	Idle      = 12 * time.Hour     // a session after its last request
	Longest   = 7 * 24 * time.Hour // any session: then the provider is asked again
	LinkLives = 10 * time.Minute
	// seeEvery is how often a session's last request is written down.
	seeEvery = 5 * time.Minute
)

// The ways in, as sessions store them.
const (
	waySlack = "slack"
	wayOIDC  = "oidc"
	wayLink  = "link" // a link that waits to be opened
	wayOnce  = "once" // who opened it
)

// secretSize is what a browser holds, in bytes: nobody guesses it.
const secretSize = 32

func newSecret() string {
	var b [secretSize]byte
	_, _ = rand.Read(b[:]) // never fails, says its documentation
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashOf is what the store knows of a secret. A link is no session and the other way round.
func hashOf(kind, secret string) (hash [32]byte, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(secret)
	if err != nil || len(raw) != secretSize {
		return hash, false
	}
	return sha256.Sum256(append([]byte("earshot "+kind+" "), raw...)), true
}

// NewLink stores a link for a person, good once and for LinkLives, and returns the path that
// opens it.
func NewLink(ctx context.Context, to Sessions, p mention.Person, now time.Time) (path string, err error) {
	secret := newSecret()
	hash, _ := hashOf(wayLink, secret)
	err = to.AddSession(ctx, mention.Session{Hash: hash, Way: wayLink, Person: p, MadeAt: now, SeenAt: now})
	return "/login/once?k=" + secret, err
}

// cookieName is the name under which a browser holds something. Over https no other host
// of the domain and no page without https can put it there.
func (a *Auth) cookieName(r *http.Request, name string) string {
	if a.secure(r) {
		return "__Host-earshot" + name
	}
	return "earshot" + name
}

const (
	sessionCookie = ""
	loginCookie   = "-login"
)

// keep has the browser hold a value; an age of 0 takes it away.
func (a *Auth) keep(w http.ResponseWriter, r *http.Request, name, value string, age time.Duration) {
	c := &http.Cookie{Name: a.cookieName(r, name), Value: value, Path: "/", MaxAge: int(age / time.Second), Secure: a.secure(r), HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if age == 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// held returns what the browser holds under the name.
func (a *Auth) held(r *http.Request, name string) string {
	c, err := r.Cookie(a.cookieName(r, name))
	if err != nil {
		return ""
	}
	return c.Value
}

// signedIn finds the session of a request: mention.ErrNotFound for none.
func (a *Auth) signedIn(r *http.Request) (visitor, error) {
	hash, ok := hashOf(sessionCookie, a.held(r, sessionCookie))
	if !ok {
		return visitor{}, mention.ErrNotFound
	}
	s, err := a.opt.Sessions.Session(r.Context(), hash)
	if err != nil {
		if !errors.Is(err, mention.ErrNotFound) && r.Context().Err() == nil {
			a.opt.Log.Error("a session cannot be read", "err", err)
		}
		return visitor{}, err
	}
	now := a.opt.Now()
	if now.Sub(s.SeenAt) > Idle || now.Sub(s.MadeAt) > Longest || !a.offered(s) {
		return visitor{}, mention.ErrNotFound
	}
	if now.Sub(s.SeenAt) > seeEvery {
		if err := a.opt.Sessions.SeeSession(r.Context(), hash, now); err != nil && r.Context().Err() == nil {
			a.opt.Log.Warn("a session cannot be kept alive", "err", err) // the database is busy; the next request tries again
		}
	}
	return visitor{person: s.Person, email: s.Email}, nil
}

// offered reports whether the session's person could come in by its way today: a way or an
// address that was taken out of the watchlist lets nobody go on.
func (a *Auth) offered(s mention.Session) bool {
	switch s.Way {
	case waySlack:
		return a.slack != nil
	case wayOIDC:
		return a.oidc != nil && a.listed(s.Email)
	}
	return true // by a link of the operator's
}

// signIn begins a session. One that the browser has already ends: nobody goes on in what
// another put there.
func (a *Auth) signIn(w http.ResponseWriter, r *http.Request, way string, p mention.Person, email, back string) {
	_ = a.endSession(r) // logged; it ends by itself
	secret, now := newSecret(), a.opt.Now()
	hash, _ := hashOf(sessionCookie, secret)
	if err := a.opt.Sessions.AddSession(r.Context(), mention.Session{Hash: hash, Way: way, Person: p, Email: email, MadeAt: now, SeenAt: now}); err != nil {
		a.opt.Log.Error("a sign-in cannot be stored", "err", err)
		a.problem(w, r, http.StatusServiceUnavailable, "login.failed_busy")
		return
	}
	a.opt.Log.Info("signed in", "who", p.ID, "name", p.Name, "by", way)
	a.keep(w, r, sessionCookie, secret, Longest)
	if _, ok := ownPath(back); !ok {
		back = home
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// endSession ends the session of a request, if there is one.
func (a *Auth) endSession(r *http.Request) error {
	hash, ok := hashOf(sessionCookie, a.held(r, sessionCookie))
	if !ok {
		return nil
	}
	if _, err := a.opt.Sessions.TakeSession(r.Context(), hash); err != nil && !errors.Is(err, mention.ErrNotFound) {
		a.opt.Log.Error("a session cannot be ended", "err", err)
		return err
	}
	return nil
}

// Current is the hash of the session that a request comes in; ok is false when it comes in
// none, as through a proxy.
func (a *Auth) Current(r *http.Request) (hash [32]byte, ok bool) {
	return hashOf(sessionCookie, a.held(r, sessionCookie))
}

// endOne ends another session of the same person, by the hash that a form says.
func (a *Auth) endOne(w http.ResponseWriter, r *http.Request, which string) {
	raw, err := hex.DecodeString(which)
	if err != nil || len(raw) != sha256.Size {
		http.Error(w, "no such session", http.StatusBadRequest) // no form of ours says so
		return
	}
	hash := [sha256.Size]byte(raw)
	v, err := a.visitor(r)
	if errors.Is(err, mention.ErrNotFound) {
		a.problem(w, r, http.StatusUnauthorized, "login.first")
		return
	}
	var s mention.Session
	if err == nil {
		s, err = a.opt.Sessions.Session(r.Context(), hash)
	}
	if err == nil && s.Person.ID == v.person.ID {
		if _, err = a.opt.Sessions.TakeSession(r.Context(), hash); err == nil {
			a.opt.Log.Info("signed out elsewhere", "who", v.person.ID)
		}
	}
	if err != nil && !errors.Is(err, mention.ErrNotFound) { // ended meanwhile is ended
		a.opt.Log.Error("a session cannot be ended", "err", err)
		a.problem(w, r, http.StatusServiceUnavailable, "login.failed_busy")
		return
	}
	http.Redirect(w, r, "/me", http.StatusSeeOther)
}

// logout ends the session, or with everywhere all sessions of the person, or with session
// another one of the person's.
func (a *Auth) logout(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
	if which := r.FormValue("session"); which != "" {
		a.endOne(w, r, which)
		return
	}
	var err error
	if r.FormValue("everywhere") != "" {
		err = a.endAll(r)
	}
	if err == nil {
		err = a.endSession(r)
	}
	if err != nil { // who reads "You are signed out." leaves the machine
		a.problem(w, r, http.StatusServiceUnavailable, "login.failed_busy")
		return
	}
	a.keep(w, r, sessionCookie, "", 0)
	http.Redirect(w, r, "/login?out=1", http.StatusSeeOther)
}

// endAll ends all sessions of the person of a request; of nobody there are none.
func (a *Auth) endAll(r *http.Request) error {
	v, err := a.signedIn(r)
	if errors.Is(err, mention.ErrNotFound) {
		return nil
	}
	var n int
	if err == nil {
		n, err = a.opt.Sessions.EndSessions(r.Context(), v.person.ID)
	}
	if err != nil {
		a.opt.Log.Error("sessions cannot be ended", "err", err)
		return err
	}
	a.opt.Log.Info("signed out everywhere", "who", v.person.ID, "sessions", n)
	return nil
}

// once signs in who opens a link on the machine where earshot runs.
func (a *Auth) once(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet { // HEAD comes from programs that look at links
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	if !onThisMachine(r) {
		a.problem(w, r, http.StatusForbidden, "login.failed_place")
		return
	}
	hash, ok := hashOf(wayLink, r.URL.Query().Get("k"))
	if !ok {
		a.problem(w, r, http.StatusForbidden, "login.failed_link")
		return
	}
	s, err := a.opt.Sessions.TakeSession(r.Context(), hash)
	switch {
	case err != nil && !errors.Is(err, mention.ErrNotFound):
		a.opt.Log.Error("a link cannot be looked up", "err", err)
		a.problem(w, r, http.StatusServiceUnavailable, "login.failed_busy")
	case err != nil || s.Way != wayLink || a.opt.Now().Sub(s.MadeAt) > LinkLives:
		a.problem(w, r, http.StatusForbidden, "login.failed_link")
	default:
		a.signIn(w, r, wayOnce, s.Person, "", "")
	}
}
