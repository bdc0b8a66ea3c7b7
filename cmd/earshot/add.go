package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

type addCmd struct {
	watchlistFlag
	Watch   string   `help:"The watch everything there is about, named or not." placeholder:"NAME"`
	Address []string `arg:"" help:"An address, a handle (@channel), or a text that holds one."`
}

// Run says what an address is, what it shows now, and writes it into the watchlist.
func (c *addCmd) Run(ctx context.Context, term terminal) error {
	s := speechOf(term)
	a, err := newAdder(c.Config, term, s)
	if err != nil {
		return err
	}
	a.says = speechOf(term) // the watchlist may name the language
	if a.owner = c.Watch; a.owner != "" && !slices.ContainsFunc(a.list.Watches, func(w config.Watch) bool { return w.Name == a.owner }) {
		return usageError{a.says.Text("add.no_watch", "watch", strconv.Quote(a.owner), "file", a.list.Path)}
	}
	found, err := a.look(ctx, strings.Join(c.Address, " "))
	if err != nil {
		return err
	}
	return a.write(found)
}

// adder puts one place into a watchlist.
type adder struct {
	path  string // of the file that sources are written into
	files []config.File
	list  watchlist.List
	term  terminal
	says  speech
	in    *bufio.Reader
	owner string // the watch that a place of one company belongs to
}

func newAdder(paths []string, term terminal, s speech) (*adder, error) {
	for _, path := range paths {
		if !fileExists(path) {
			return nil, usageError{s.Text("add.no_file", "file", path)}
		}
	}
	list, err := loadForReading(paths, term)
	if err != nil {
		return nil, err
	}
	files, err := config.ReadFiles(paths)
	if err != nil {
		return nil, err
	}
	path := list.Sources[len(list.Sources)-1].Pos.File // of several files, the last with sources
	return &adder{path: path, files: files, list: list, term: term, says: s, in: bufio.NewReader(term.in)}, nil
}

// found is a place with the block that reads it.
type found struct {
	what   string // in words
	block  string
	source config.Source
	seen   *polled          // nil when it was not asked
	needs  []presets.Option // what only the user can fill in
	key    string
}

// look finds out what the input is. It prints what it found.
func (a *adder) look(ctx context.Context, input string) (found, error) {
	out := a.term.out
	if name, why, instead, ok := presets.Unreadable(input); ok {
		fmt.Fprintln(out, a.says.Text("add.unreadable", "place", a.says.place(name), "why", a.says.place(why)))
		fmt.Fprintln(out, a.says.Text("add.instead", "instead", a.says.place(instead)))
		return found{}, errSaid
	}
	if config.Refers(input) {
		return found{}, usageError{a.says.reference(input)}
	}
	if place, ok := presets.Recognize(input, a.query()); ok {
		return a.lookPreset(ctx, place)
	}
	address := presets.Address(input)
	host, _, _ := strings.Cut(address, "/") // a mail address has an account in it
	if !strings.Contains(address, ".") || strings.ContainsAny(address, " \n") || strings.Contains(host, "@") {
		return found{}, usageError{a.says.Text("add.no_address", "text", strconv.Quote(input))}
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	fmt.Fprintln(out, a.says.Text("add.looking", "address", text.OneLine(address)))
	return a.lookEngines(ctx, address)
}

// reference says why an address with a reference to a secret is not added: whoever sent it would be
// sent the secret, by the look that add takes already.
func (s speech) reference(input string) string {
	return s.Text("add.reference", "text", strconv.Quote(input), "what", "${env:…}")
}

// query is what a site is searched for: the first term of the first watch.
func (a *adder) query() string {
	for _, w := range a.list.Watches {
		for _, t := range w.Terms {
			return strings.TrimPrefix(t.Value, "=")
		}
	}
	return a.list.Watches[0].Name
}

// lookPreset looks at a place that a preset knows.
func (a *adder) lookPreset(ctx context.Context, place presets.Place) (found, error) {
	owner := a.owner
	if place.Kind.Subject {
		owner = cmp.Or(owner, a.askOwner())
	}
	if ctx.Err() != nil { // at the question whose it is
		return found{}, ctx.Err()
	}
	f := found{what: place.Kind.About, block: place.Block(owner), needs: place.Missing, key: a.says.key(place.Kind)}
	fmt.Fprintf(a.term.out, "%s: %s\n", place.Kind.Name, a.says.place(place.Kind.About))
	if err := a.fit(&f); err != nil {
		return found{}, err
	}
	if a.ready(&f) {
		p := a.poll(ctx, f.source)
		f.seen = &p
	}
	a.show(f)
	return f, nil
}

// ready reports whether the place can be asked already: nothing is missing but secrets
// whose variables are set.
func (a *adder) ready(f *found) bool {
	var open []presets.Option
	for _, o := range f.needs {
		if name, ok := strings.CutPrefix(o.Value, "${env:"); ok {
			if v, set := a.term.lookup(strings.TrimSuffix(name, "}")); set && v != "" {
				continue
			}
		} else if name, ok := strings.CutPrefix(o.Value, "${file:"); ok && fileExists(strings.TrimSuffix(name, "}")) {
			continue
		}
		open = append(open, o)
	}
	f.needs = open
	return len(open) == 0
}

// askOwner returns the watch that a page of one company belongs to: the only one there
// is, or the one that is chosen on a terminal.
func (a *adder) askOwner() string {
	if len(a.list.Watches) == 1 {
		return a.list.Watches[0].Name
	}
	if !a.term.interactive() {
		return ""
	}
	fmt.Fprintln(a.term.out, a.says.Text("add.whose"))
	for i, w := range a.list.Watches {
		fmt.Fprintf(a.term.out, "  %d %s\n", i+1, text.OneLine(w.Name))
	}
	for {
		answer, err := ask(a.in, a.term.out, a.says.Text("add.number"))
		if answer == "" || err != nil {
			return ""
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(a.list.Watches) {
			return a.list.Watches[n-1].Name
		}
		fmt.Fprintln(a.term.out, a.says.Text("add.number_please", "n", strconv.Itoa(len(a.list.Watches))))
	}
}

// unknownEngine begins what forum says of a page it only guesses at.
const unknownEngine = "unknown engine"

// lookEngines tries the engines on an address no preset knows, best reader first: a forum
// that is recognised, reviews that are marked up, a feed, a forum that is guessed at.
func (a *adder) lookEngines(ctx context.Context, address string) (found, error) {
	var tried []attempt
	var guess *found
	for _, kind := range []string{"forum", "page", "feed"} {
		f := found{block: kind + ": " + strconv.Quote(address)}
		if a.owner != "" {
			f.block += "\nwatch: " + strconv.Quote(a.owner)
		}
		if err := a.fit(&f); err != nil {
			return found{}, err
		}
		p := a.poll(ctx, f.source)
		f.seen, f.what = &p, p.batch.Observed.What
		switch {
		case ctx.Err() != nil:
			return found{}, ctx.Err()
		case p.err != nil:
			tried = append(tried, attempt{kind, a.says.unread("", p.err), p.err})
			continue
		case len(p.batch.Posts) == 0 && p.batch.Observed.Items == 0 && !emptyFeed(kind, f.what):
			tried = append(tried, attempt{kind: kind})
			continue
		case kind == "forum" && strings.HasPrefix(f.what, unknownEngine):
			guess = &f
			continue
		}
		a.show(f)
		return f, nil
	}
	if guess != nil {
		a.show(*guess)
		return *guess, nil
	}
	a.nothing(address, tried)
	return found{}, errSaid
}

// attempt is how one engine fared at an address.
type attempt struct {
	kind, why string
	err       error // nil: it found nothing
}

// nothing says that an address shows no posts: why, where all engines were answered the same, and
// that somebody points at the posts, where they were shown a page.
func (a *adder) nothing(address string, tried []attempt) {
	address = text.OneLine(address)
	if first := tried[0]; first.err != nil && !slices.ContainsFunc(tried, func(t attempt) bool { return t.why != first.why }) {
		if word, _ := crawlers.Reason(first.err); word != "changed" && word != "garbled" { // these are what an engine makes of a page
			fmt.Fprintln(a.term.err, a.says.Text("add.not_now", "why", text.OneLine(first.why)))
			return
		}
	}
	fmt.Fprintln(a.term.err, a.says.Text("add.nothing", "address", address))
	for _, t := range tried {
		line := a.says.Text("add.tried_nothing", "kind", t.kind)
		if word, _ := crawlers.Reason(t.err); t.err != nil && word != "changed" { // to look at it with earshot add is what is done here
			line = a.says.Text("add.tried", "kind", t.kind, "why", t.why)
		}
		fmt.Fprintf(a.term.err, "  %s\n", text.OneLine(line))
	}
	fmt.Fprintln(a.term.err, a.says.Text("add.point"))
}

// emptyFeed reports whether what a crawler sees is a feed: one that holds nothing yet is one, too.
func emptyFeed(kind, sees string) bool {
	return kind == "feed" && (strings.HasPrefix(sees, "RSS") || strings.HasPrefix(sees, "Atom") || strings.HasPrefix(sees, "JSON Feed"))
}

// blockFile is the file that mistakes of a block stand in before it is written.
const blockFile = "block"

// fit reads the block as a source of a watchlist with the same watches.
func (a *adder) fit(f *found) error {
	var scratch strings.Builder
	scratch.WriteString("contact: add@earshot.example\nwatch:\n")
	for _, w := range a.list.Watches {
		fmt.Fprintf(&scratch, "- {name: %s, terms: [any]}\n", strconv.Quote(w.Name))
	}
	fmt.Fprintf(&scratch, "sources:\n- %s\n", indented(f.block))
	cfg, err := config.ParseForReading([]config.File{{Name: blockFile, Text: []byte(scratch.String())}}, a.term.lookup, watchlist.Kinds())
	if err != nil {
		return a.says.placeless(blockFile, "", err)
	}
	f.source = cfg.Sources[0]
	for _, old := range a.list.Sources {
		if old.Kind == f.source.Kind && old.Address != "" && old.Address == f.source.Address {
			return usageError{a.says.Text("add.have", "file", old.Pos.File, "source", old.Kind+": "+old.Address, "line", strconv.Itoa(old.Pos.Line))}
		}
	}
	return nil
}

func indented(block string) string { return strings.ReplaceAll(block, "\n", "\n  ") }

// insert returns the file with the block in it, its line, and whether a secret stands in
// the file then.
func (a *adder) insert(f found) (next string, line int, secret bool, err error) {
	changed := slices.Clone(a.files)
	i := slices.IndexFunc(changed, func(f config.File) bool { return f.Name == a.path })
	if i < 0 { // it was renamed in this moment
		return "", 0, false, errors.New(a.says.Text("add.gone"))
	}
	next, line, err = config.AddSource(string(changed[i].Text), f.block)
	if err != nil {
		return "", 0, false, err
	}
	changed[i].Text = []byte(next)
	cfg, err := config.ParseForReading(changed, a.term.lookup, watchlist.Kinds()) // what is not set yet does no harm
	if err == nil && len(cfg.Sources) != len(a.list.Sources)+1 {
		err = errors.New(a.says.Text("add.no_place"))
	}
	return next, line, err == nil && cfg.HoldsSecret(a.path), err
}

// poll asks the place once.
func (a *adder) poll(ctx context.Context, src config.Source) polled {
	for p := range pollOnce(ctx, a.list.Config, []config.Source{src}, a.term) {
		return p
	}
	return polled{src: src, err: ctx.Err()}
}

const (
	samples      = 3
	sampleLength = 100 // runes
)

// show prints what the place is, what it shows now and the block.
func (a *adder) show(f found) {
	out := a.term.out
	switch {
	case f.seen == nil:
	case f.seen.err != nil:
		fmt.Fprintln(out, a.says.Text("add.not_now", "why", text.OneLine(a.says.unread("", f.seen.err))))
	default:
		sees := f.seen.batch.Observed
		posts := len(f.seen.batch.Posts)
		what := cmp.Or(a.says.observed(text.OneLine(sees.What)), a.says.Plural("add.posts", posts, "count", strconv.Itoa(posts)))
		words := a.says.Text("add.shows", "what", what)
		if !sees.Newest.IsZero() {
			words = a.says.Text("add.shows_newest", "what", what, "ago", a.says.ago(time.Since(sees.Newest)))
		}
		fmt.Fprintln(out, words)
		for _, p := range newestPosts(f.seen.batch.Posts) {
			who := cmp.Or(text.Line(p.Author, 30), a.says.Text("alert.somebody"))
			fmt.Fprintf(out, "  %s: %s\n", who, text.Cut(text.Headed(p.Title, p.Text), sampleLength))
		}
		for _, note := range sees.Notes {
			fmt.Fprintf(out, "  (%s)\n", text.OneLine(a.says.place(note)))
		}
	}
	fmt.Fprintf(out, "\n  - %s\n\n", strings.ReplaceAll(f.block, "\n", "\n    "))
}

func newestPosts(posts []mention.Post) []mention.Post {
	if len(posts) > samples {
		posts = posts[len(posts)-samples:]
	}
	return posts
}

// write puts the block into the file, on a terminal after a question.
func (a *adder) write(f found) error {
	out := a.term.out
	if len(f.needs) > 0 {
		fmt.Fprintln(out, a.says.Text("add.needs"))
		for _, o := range f.needs {
			fmt.Fprintf(out, "  %s: %s\n", o.Name, a.says.option(o.Doc))
		}
		if f.key != "" {
			fmt.Fprintln(out, a.says.Text("add.key", "how", f.key))
		}
		fmt.Fprintln(out, a.says.Text("add.by_hand", "file", a.path))
		return errSaid
	}
	if f.seen != nil && f.seen.err != nil {
		fmt.Fprintln(out, a.says.Text("add.later", "file", a.path))
		return errSaid
	}
	if a.term.interactive() {
		answer, err := ask(a.in, a.term.out, a.says.Text("add.write", "file", a.path))
		if errors.Is(err, context.Canceled) {
			fmt.Fprintln(out)
			return errors.New(a.says.Text("add.not_written"))
		}
		if first, _ := utf8.DecodeRuneInString(strings.ToLower(answer)); err != nil || answer != "" && !strings.ContainsRune("y"+a.says.Text("add.yes"), first) {
			fmt.Fprintln(out, a.says.Text("add.not_written"))
			return nil
		}
	}
	next, line, secret, err := a.insert(f)
	if err != nil {
		return fmt.Errorf("%s: %w", a.path, err)
	}
	if err := replaceFile(a.path, next, secret); err != nil {
		return errors.New(a.says.Text("cli.not_written", "file", a.path, "why", a.says.cause(err)))
	}
	fmt.Fprintln(out, a.says.Text("add.written", "file", a.path, "line", strconv.Itoa(line)))
	return nil
}
