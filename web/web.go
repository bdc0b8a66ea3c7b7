// Package web is the inbox in a browser: what waits, one case with its history, and the
// verbs of the desk, which decides here as it does for Slack.
//
// Pages are made on the server and work without scripts; what a script adds is speed. It
// must not decide anything about a case, know how people sign in (Who says who asks), or
// send anything to another site.
package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"sync"
	"time"

	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Cases is what the inbox reads.
type Cases interface {
	// List returns one page of cases; Count how many there are, no further than atMost.
	List(ctx context.Context, q mention.Query) (mention.Page, error)
	Count(ctx context.Context, q mention.Query, atMost int) (int, error)
	// CaseFile returns one case with all that belongs to it, mention.ErrNotFound for none.
	CaseFile(ctx context.Context, id mention.ID) (mention.CaseFile, error)
	// People returns who worked on cases since then.
	People(ctx context.Context, since time.Time) ([]mention.Person, error)
	Changes
}

// Desk decides what people do to cases.
type Desk interface {
	// Do applies the action or returns why not: *mention.TakenError names who was first.
	Do(ctx context.Context, id mention.ID, a mention.Action) (mention.Case, error)
}

// Person is who asks for a page.
type Person struct {
	mention.Person
	Lang string         // of the pages: en, ru, uk, bg; empty: what the browser asks for
	Zone *time.Location // of the times; nil: that of the team
	// Email is empty where it is not known.
	Email string
	// May says whether the person may do this; nil: everything.
	May func(mention.Action) bool
	// Sources says whether the person may see the sources, and poll them.
	Sources bool
	// Reply says whether the person may send replies to the sites, and change the templates.
	Reply bool
	// Listed says whether the person is among those whom a list names by e-mail address or
	// Slack id; nil: in every list.
	Listed func(list []string) bool
}

// Who says who sent a request; ok is false for nobody.
type Who func(r *http.Request) (p Person, ok bool)

// View is a filter with a name, for the whole team.
type View struct {
	Name  string
	Query string // as it stands behind the ? of the inbox's address
}

// Places are the names that the filter offers.
type Places struct {
	Watches, Sources []string
	Topics           []string
}

// Options are what the inbox is made of. All but Origin and Network are required.
type Options struct {
	// Origin is the scheme, host and port under which people reach the pages, where the Host
	// of their requests does not say it: a proxy may leave the port out.
	Origin  string
	Cases   Cases
	Numbers Numbers
	Mine    Mine
	Desk    Desk
	Who     Who
	Texts   *i18n.Catalog
	Lang    func() string         // of those whose browser asks for none of ours
	Zone    func() *time.Location // where people mean "tomorrow 9:00"
	Views   func() []View         // of the watchlist in use
	Places  func() Places         // of the watchlist in use
	Sources func() []Source       // of the watchlist in use, in its order
	PollNow func(ctx context.Context, source string)
	// Session is the hash of the session that a request comes in; ok is false for none.
	Session func(r *http.Request) (hash [32]byte, ok bool)
	Replies func(m mention.Mention, me string) []string
	// Network is what the network of a source is called, by the source's name; nil: as it.
	Network func(source string) string
	// ReplyWithin is within how much open time a complaint must be answered; 0: no such
	// deadline.
	ReplyWithin func(mention.Severity) (within time.Duration, open hours.Hours)
	// Retention is how long names are kept; nil: for good.
	Retention func() time.Duration
	// Templates are those that staff write; among what Replies returns.
	Templates Templates
	// Answers sends replies to the sites.
	Answers Answers
	Log     *slog.Logger
	Now     func() time.Time
}

// Inbox serves the pages. It may be used by several goroutines.
type Inbox struct {
	opt   Options
	pages *template.Template
	files map[string]file // by name
	live  *live
	csrf  *http.CrossOriginProtection
	count chan struct{} // full while as many reports are counted as may be

	mu       sync.Mutex
	people   []mention.Person // who worked on cases lately, as of peopleAt
	peopleAt time.Time
}

//go:embed pages static
var embedded embed.FS

// file is one static file with its mark, by which browsers keep it for good.
type file struct {
	body []byte
	kind string
	mark string
}

// New returns an inbox. Run must run for pages to stay up to date by themselves.
func New(opt Options) (*Inbox, error) {
	in := &Inbox{opt: opt, files: map[string]file{}, live: newLive(opt.Cases, opt.Log, opt.Now), csrf: http.NewCrossOriginProtection(), count: make(chan struct{}, countsAtOnce)}
	in.csrf.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, in.language(Person{}, r).Text("web.error.other_site"), http.StatusForbidden)
	}))
	if opt.Origin != "" {
		if err := in.csrf.AddTrustedOrigin(opt.Origin); err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
	}
	const css, js = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
	for name, kind := range map[string]string{"app.css": css, "app.js": js, "htmx.min.js": js} {
		body, err := embedded.ReadFile("static/" + name)
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		sum := sha256.Sum256(body)
		in.files[name] = file{body: body, kind: kind, mark: hex.EncodeToString(sum[:6])}
	}
	var err error
	in.pages, err = template.New("").Funcs(template.FuncMap{"static": in.static, "capital": text.Capital, "to": row.to}).ParseFS(embedded, "pages/*.gohtml")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return in, nil
}

// Run keeps open pages up to date until ctx ends, and then ends them.
func (in *Inbox) Run(ctx context.Context) { in.live.run(ctx) }

// Changed says that cases changed in this process, so that open pages hear of it at once.
func (in *Inbox) Changed() { in.live.wake() }

// static is the address of a static file.
func (in *Inbox) static(name string) string { return "/static/" + name + "?v=" + in.files[name].mark }

// policy is what a page may do: its own files, and nothing written by anybody else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Handler serves all pages of the inbox.
func (in *Inbox) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/{name}", in.serveFile)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/inbox", http.StatusSeeOther) })
	for pattern, answer := range map[string]answerer{
		"GET /":                  above(mux),
		"GET /inbox":             in.list,
		"GET /inbox.csv":         in.csv,
		"GET /case/{id}":         in.caseFile,
		"POST /case/{id}/{verb}": in.act,
		"POST /cases":            in.bulk,

		"POST /case/{id}/reply":           in.answer,
		"POST /case/{id}/reply/{verdict}": in.decideAnswer,

		"GET /events":        in.events,
		"GET /reports":       in.reports,
		"GET /reports.csv":   in.reportCSV,
		"GET /sources":       in.sources,
		"POST /sources/poll": in.pollNow,
		"GET /me":            in.me,
		"POST /me":           in.setMe,

		"GET /templates":              in.templates,
		"POST /templates":             in.saveTemplate,
		"POST /templates/{id}":        in.saveTemplate,
		"POST /templates/{id}/delete": in.deleteTemplate,
	} {
		mux.HandleFunc(pattern, in.known(answer))
	}
	return guarded(in.csrf.Handler(mux))
}

// above leads from the address of a button to the page that has it: a browser that was closed over
// the answer to a button asks for that address again. Others are of no page.
func above(mux *http.ServeMux) answerer {
	answers := func(method, at string) bool {
		_, pattern := mux.Handler(&http.Request{Method: method, URL: &url.URL{Path: at}})
		return pattern != "" && pattern != "GET /"
	}
	return func(w http.ResponseWriter, r *http.Request, _ visit) error {
		at := r.URL.Path
		if !answers(http.MethodPost, at) {
			return errNoPage
		}
		for !answers(http.MethodGet, at) {
			at = path.Dir(at)
		}
		http.Redirect(w, r, (&url.URL{Path: at}).String(), http.StatusSeeOther)
		return nil
	}
}

// guarded adds what holds for every answer.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// maxForm bounds the body of a request: a page of ids is 4 KB, a note 8.
const maxForm = 1 << 20

func (in *Inbox) serveFile(w http.ResponseWriter, r *http.Request) {
	f, ok := in.files[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	if r.URL.Query().Get("v") == f.mark {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(f.body) // the asker is gone if this fails
}

// visit is one request of a known person.
type visit struct {
	who  Person
	lang i18n.Lang
	zone *time.Location // of the times that the person reads
	team *time.Location // of the days in addresses: a link shows everybody the same
	now  time.Time
}

// answerer answers a request of a known person, or returns why not: then nothing was written yet.
type answerer func(w http.ResponseWriter, r *http.Request, v visit) error

// known lets people in, in their language; who is nobody is told so.
func (in *Inbox) known(answer answerer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, ok := in.opt.Who(r)
		v := visit{who: who, lang: in.language(who, r), zone: who.Zone, team: in.opt.Zone(), now: in.opt.Now()}
		if v.zone == nil {
			v.zone = v.team
		}
		err := error(errNobody)
		if ok {
			err = answer(w, r, v)
		} else {
			v.who = Person{}
		}
		if err != nil {
			in.fail(w, r, v, err)
		}
	}
}

// language is the person's own, or else one that the browser asks for.
func (in *Inbox) language(who Person, r *http.Request) i18n.Lang {
	if who.Lang != "" {
		return in.opt.Texts.In(who.Lang)
	}
	return in.opt.Texts.Asked(r.Header.Get("Accept-Language"), in.opt.Lang())
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

func (in *Inbox) frame(v visit, page, title string) frame {
	return frame{T: v.lang, Title: title, Page: page, Me: v.who.Person, Sees: v.who.Sources}
}
