// Package web is the inbox in a browser: what waits, one case with its history, and the
// verbs of the desk, which decides here as it does for Slack.
//
// A request comes to Handler, which knows the addresses, and by known (visit.go) to the file of
// its page, as the visit of a person: inbox.go and filter.go with row.go, casefile.go, reports.go
// with tables.go and charts.go, sources.go, templates.go, me.go; what is pressed to verbs.go,
// bulk.go and answer.go. Each reads by an interface of Options, makes a page of words alone and
// has show draw it by its template in pages/, or returns an error, which fail says to the person.
// Open pages are told of changes by events.go, from what live.go reads.
//
// Pages are made on the server and work without scripts; what a script adds is speed. It
// must not decide anything about a case, know how people sign in (Who says who asks), or
// send anything to another site.
package web

import (
	"context"
	"crypto/sha256"
	"embed"
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
	// Retention is how long names are kept.
	Retention func() time.Duration
	Templates Templates // that staff write; among what Replies returns
	Answers   Answers
	Log       *slog.Logger
	Now       func() time.Time
}

// Inbox serves the pages. It may be used by several goroutines.
type Inbox struct {
	opt   Options
	pages *template.Template
	marks map[string]string // of the static files, by name: browsers keep what they have for good
	live  *live
	csrf  *http.CrossOriginProtection
	count chan struct{} // full while as many reports are counted as may be

	mu       sync.Mutex
	people   []mention.Person // who worked on cases lately, as of peopleAt
	peopleAt time.Time
}

//go:embed pages static
var embedded embed.FS

// New returns an inbox. Run must run for pages to stay up to date by themselves.
func New(opt Options) (*Inbox, error) {
	in := &Inbox{opt: opt, marks: map[string]string{}, live: newLive(opt.Cases, opt.Log, opt.Now), csrf: http.NewCrossOriginProtection(), count: make(chan struct{}, countsAtOnce)}
	in.csrf.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, in.language(Person{}, r).Text("web.error.other_site"), http.StatusForbidden)
	}))
	if opt.Origin != "" {
		if err := in.csrf.AddTrustedOrigin(opt.Origin); err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
	}
	for _, name := range []string{"app.css", "app.js", "htmx.min.js"} {
		body, err := embedded.ReadFile("static/" + name)
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		in.marks[name] = fmt.Sprintf("%x", sha256.Sum256(body))
	}
	var err error
	if in.pages, err = template.New("").Funcs(template.FuncMap{"static": in.static, "capital": text.Capital, "to": row.to}).ParseFS(embedded, "pages/*.gohtml"); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return in, nil
}

// Run keeps open pages up to date until ctx ends, and then ends them.
func (in *Inbox) Run(ctx context.Context) { in.live.run(ctx) }

// Changed says that cases changed in this process, so that open pages hear of it at once.
func (in *Inbox) Changed() { in.live.wake() }

// policy is what a page may do: its own files, and nothing written by anybody else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Handler serves all pages of the inbox.
func (in *Inbox) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/{name}", in.serveFile)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/inbox", http.StatusSeeOther) })
	for pattern, answer := range map[string]answerer{
		nowhere:                  above(mux),
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

// nowhere is the pattern of addresses that are no page's.
const nowhere = "GET /"

// above leads from the address of a button to the page that has it: a browser that was closed over
// the answer to a button asks for that address again. Others are of no page.
func above(mux *http.ServeMux) answerer {
	answers := func(method, at string) bool {
		_, pattern := mux.Handler(&http.Request{Method: method, URL: &url.URL{Path: at}})
		return pattern != "" && pattern != nowhere
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

// static is the address of a static file.
func (in *Inbox) static(name string) string { return "/static/" + name + "?v=" + in.marks[name] }

func (in *Inbox) serveFile(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if mark := r.URL.Query().Get("v"); mark != "" && mark == in.marks[name] {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeFileFS(w, r, embedded, "static/"+name)
}
