package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

const (
	pageRows = 50
	maxCount = maxBulk // a list that is longer is said to be so
)

// listPage is the inbox.
type listPage struct {
	frame
	Filter  filter
	Path    string // of the list as it is shown
	Views   []link
	Selects []choice
	Rows    []row
	Count   int
	Many    bool // more than Count
	Next    string
	First   string // the first page, when this is another one
	CSV     string
	Undone  *row // what was dismissed or put off just now, and can be undone
	Closed  bool // the list shows what is closed, so it has other verbs
	Narrow  bool // the filter says more than which status
}

// link is a named address.
type link struct {
	Name, Path string
	Here       bool
}

// choice is one select of the filter.
type choice struct {
	Key, Label string
	Any        string // what nothing chosen is called; empty: something is
	Options    []option
}

type option struct {
	Value, Name string
	Chosen      bool
}

// list shows the inbox.
func (in *Inbox) list(w http.ResponseWriter, r *http.Request, v visit) error {
	values := r.URL.Query()
	if name := values.Get("view"); name != "" {
		return in.toView(w, r, name)
	}
	f, err := readFilter(values)
	if err != nil {
		return err
	}
	q := f.query(v.who.ID, v.team)
	if id := values.Get("match"); id != "" {
		return in.match(w, r, q, mention.ID(id))
	}
	q.Limit = pageRows
	_, since, err := in.opt.Cases.ChangeRange(r.Context()) // before the list: what changes meanwhile is told
	if err != nil {
		return err
	}
	page, err := in.opt.Cases.List(r.Context(), q)
	if err != nil && f.After != "" {
		http.Redirect(w, r, f.first().path(), http.StatusSeeOther) // a page mark of another list
		return nil
	}
	if err != nil {
		return err
	}
	if len(page.Entries) == 0 && f.After != "" { // all of this page was dealt with, which says nothing of the others
		http.Redirect(w, r, undoable(f.first().path(), mention.ID(values.Get("undo"))), http.StatusSeeOther)
		return nil
	}
	q.After = ""
	count, err := in.opt.Cases.Count(r.Context(), q, maxCount+1)
	if err != nil {
		return err
	}
	out := listPage{frame: v.frame("inbox", v.lang.Text("web.inbox")), Filter: f, Path: f.path(), Count: min(count, maxCount), Many: count > maxCount,
		Views: in.views(v, f), Selects: in.selects(r.Context(), v, f), Closed: !slices.Contains([]string{"", mention.ListClaimed, mention.ListSnoozed}, f.Status), CSV: "/inbox.csv?" + f.first().String()}
	out.Live, out.Since = true, since
	bare := f.first()
	bare.Status = ""
	if slices.Contains(owners, bare.Owner) { // the views above say it
		bare.Owner = ""
	}
	out.Narrow = bare != filter{}
	for _, e := range page.Entries {
		out.Rows = append(out.Rows, newRow(v, e, out.Path))
	}
	if page.Next != "" {
		next := f
		next.After = page.Next
		out.Next = next.path()
	}
	if f.After != "" {
		out.First = f.first().path()
	}
	out.Undone = in.undone(r, v, mention.ID(values.Get("undo")), out.Path)
	return in.show(w, http.StatusOK, "inbox", out)
}

// toView leads to the address of a view.
func (in *Inbox) toView(w http.ResponseWriter, r *http.Request, name string) error {
	for _, view := range in.opt.Views() {
		if view.Name == name {
			http.Redirect(w, r, viewFilter(view).path(), http.StatusSeeOther)
			return nil
		}
	}
	return no(http.StatusNotFound, "web.error.view", "name", name)
}

// match answers whether a case belongs to a list: the script asks it of what was heard.
func (in *Inbox) match(w http.ResponseWriter, r *http.Request, q mention.Query, id mention.ID) error {
	q.IDs, q.After = []mention.ID{id}, ""
	n, err := in.opt.Cases.Count(r.Context(), q, 1)
	switch {
	case err != nil:
		return err
	case n == 0:
		w.WriteHeader(http.StatusNotFound)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
	return nil
}

// undone is the case that a form without a script has just closed, as long as that can be
// taken back.
func (in *Inbox) undone(r *http.Request, v visit, id mention.ID, back string) *row {
	if id == "" {
		return nil
	}
	file, err := in.opt.Cases.CaseFile(r.Context(), id)
	if err != nil || !file.Case.Undoable(v.who.Person, v.now) {
		return nil
	}
	out := newRow(v, file.MentionRecord, back)
	return &out
}

func viewFilter(view View) filter {
	values, _ := url.ParseQuery(strings.TrimPrefix(view.Query, "?")) // the watchlist was checked
	f, _ := readFilter(values)
	return f
}

// views are those that everybody needs, and the team's own.
func (in *Inbox) views(v visit, f filter) []link {
	here := f.first()
	var out []link
	add := func(name string, f filter) {
		out = append(out, link{Name: name, Path: f.path(), Here: f == here})
	}
	add(v.lang.Text("web.view.waiting"), filter{})
	add(v.lang.Text("web.view.free"), filter{Owner: "none"})
	add(v.lang.Text("web.view.mine"), filter{Owner: "me"})
	for _, view := range in.opt.Views() {
		add(view.Name, viewFilter(view))
	}
	add(v.lang.Text("web.view.snoozed"), filter{Status: mention.ListSnoozed})
	add(v.lang.Text("web.view.all"), filter{Status: mention.ListAll})
	return out
}

// owners are the words of the filter that stand for no one person.
var owners = []string{"me", "none"}

// selects are the filter's lists of words.
func (in *Inbox) selects(ctx context.Context, v visit, f filter) []choice {
	places := in.opt.Places()
	whose, named := slices.Clone(owners), said(v.lang, "web.owner")
	names := map[string]string{}
	people, _ := in.colleagues(ctx, v) // without them nobody is offered by name
	for _, p := range people {
		if names[p.ID] = p.Name; p.ID != v.who.ID {
			whose = append(whose, p.ID)
		}
	}
	owner := func(word string) string {
		return cmp.Or(names[word], named(word))
	}
	return []choice{
		v.choice("status", f.Status, mention.Lists[1:], said(v.lang, "web.status")),
		v.choice("owner", f.Owner, whose, owner),
		v.choice("severity", f.Severity, severities[1:], said(v.lang, "severity")),
		v.choice("watch", f.Watch, places.Watches, asItIs),
		v.choice("source", f.Source, places.Sources, asItIs),
		v.choice("topic", f.Topic, places.Topics, said(v.lang, "topic")),
		v.choice("kind", f.Kind, kinds(), said(v.lang, "web.kind")),
		v.choice("lang", f.Lang, languages, said(v.lang, "web.language")),
	}
}

// asItIs and said are how the words of an address are called: as they are, or as a list of the
// catalogue has them.
func asItIs(word string) string { return word }

func said(l i18n.Lang, list string) func(string) string {
	return func(word string) string { return l.Word(list, word) }
}

// choice is one select; name says how its words are called.
func (v visit) choice(key, chosen string, words []string, name func(string) string) choice {
	c := choice{Key: key, Label: v.lang.Word("web.label", key), Any: v.lang.Word("web.any", key)}
	if chosen != "" && !slices.Contains(words, chosen) {
		words = append(slices.Clone(words), chosen) // of another watchlist, or a person
	}
	for _, word := range words {
		c.Options = append(c.Options, option{word, name(word), word == chosen})
	}
	return c
}
