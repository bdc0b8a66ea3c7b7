// Package watchlist makes of a watchlist what works by it: compiled terms, crawlers, rules, a scorer and
// an analyzer. It says what is wrong with all of these at once, beside the mistakes that config finds in
// the file itself.
//
// Commands and the daemon read a watchlist through it alone. It polls nothing, stores nothing and sends
// nothing: what runs is in daemon.
package watchlist

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/match"
	"github.com/earshot/earshot/mention"
)

// List is a watchlist that was checked as a whole, with its terms compiled.
type List struct {
	*config.Config
	Terms  *match.Set
	Rivals *match.Set // the rivals of each watch, under its name; nil when there are none

	accounts *match.Set          // the accounts of the own people of each watch, under its name; nil when there are none
	owners   map[string][]string // by source
	AsOf     time.Time           // what was off at this time is not among the terms
}

// Mentions returns the watches a post is a mention of: those that it names, and those
// that its source belongs to. The latter have no spans when the post does not name them.
func (l List) Mentions(post mention.Post) []match.Hit {
	hits := l.Terms.Match(post.Title, post.Text)
	for _, watch := range l.Owners(post.Source) {
		if !slices.ContainsFunc(hits, func(h match.Hit) bool { return h.Watch == watch }) {
			hits = append(hits, match.Hit{Watch: watch})
		}
	}
	return hits
}

// Owners returns the watches that every post of the source of this name is about.
func (l List) Owners(source string) []string { return l.owners[source] }

// owners lists the watches of the sources that belong to some, by the source's name;
// watches that are off own nothing.
func owners(cfg *config.Config, now time.Time) map[string][]string {
	off := map[string]bool{}
	for _, w := range cfg.Watches {
		off[w.Name] = w.Off(now)
	}
	out := map[string][]string{}
	for _, src := range cfg.Sources {
		for _, w := range src.Watches {
			if off[w.Value] {
				continue
			}
			out[src.Name] = append(out[src.Name], w.Value)
		}
	}
	return out
}

// Load reads and checks a watchlist of files and folders: what config alone cannot know (the options
// of the kinds, the terms) is checked here too, so that all mistakes are reported
// at once. Mistakes are a *config.Errors.
func Load(paths ...string) (List, error) {
	cfg, err := config.Load(paths, Kinds())
	return Check(cfg, err)
}

// Check adds the mistakes of terms and source options to those of the file itself
// (what config returned), also when the file has mistakes of its own.
func Check(cfg *config.Config, loadErr error) (List, error) {
	return CheckAt(cfg, loadErr, time.Now())
}

// CheckAt is Check for what rests at a time.
func CheckAt(cfg *config.Config, loadErr error, now time.Time) (List, error) {
	var unread *config.ReadError
	if errors.As(loadErr, &unread) {
		return List{}, loadErr
	}
	all := &config.Errors{}
	all.Add(loadErr)
	understood := cfg
	if cfg == nil {
		understood = all.Partial
	}
	list := List{Config: cfg, AsOf: now}
	if understood != nil {
		names, err := match.NewLanguages() // once for all lists
		if err != nil {
			return List{}, err
		}
		set, problems, _ := compileWatches(names, understood, understood.Watches) // the problems say all that the error does
		list.Terms = set
		if on := watchesOn(understood.Watches, now); len(on) < len(understood.Watches) {
			list.Terms, _, _ = compileWatches(names, understood, on) // all were compiled already, for their mistakes
		}
		if named := rivals(understood.Watches); len(named) > 0 {
			var more []config.Error
			list.Rivals, more, _ = compileWatches(names, understood, named)
			problems = append(problems, ofRivals(more)...)
		}
		if named := accounts(understood.Watches); len(named) > 0 {
			list.accounts, _, _ = compileWatches(names, understood, named) // they are letters and digits, in which nothing is wrong
		}
		said := all.List
		if cfg != nil {
			said = cfg.Warnings
		}
		for _, p := range slices.DeleteFunc(problems, func(p config.Error) bool { return saidThere(said, p) }) {
			if p.Warning && cfg != nil {
				cfg.Warnings = append(cfg.Warnings, p)
			} else {
				all.Add(p)
			}
		}
		list.owners = owners(understood, now)
		checkSources(understood, all)
		checkDoors(understood, all)
		if cfg != nil {
			cfg.Warnings = append(cfg.Warnings, sourceWarnings(cfg)...)
		}
	}
	if err := all.Err(); err != nil {
		return List{}, err
	}
	if cfg == nil {
		return List{}, loadErr
	}
	return list, nil
}

// saidThere reports whether a problem as grave was said of the place of p already: config and the
// names both look at the terms. The one that stays gets what p says to do, if it says nothing itself.
func saidThere(list []config.Error, p config.Error) bool {
	i := slices.IndexFunc(list, func(one config.Error) bool { return one.Pos == p.Pos && one.Pos.Line > 0 && one.Warning == p.Warning })
	if i < 0 {
		return false
	}
	list[i].Hint = cmp.Or(list[i].Hint, p.Hint)
	return true
}

// Kinds are the source kinds for config: kind key → options struct.
func Kinds() config.Kinds {
	kinds := config.Kinds{}
	for _, k := range presets.Kinds() {
		kinds[k.Name] = k.Options()
	}
	return kinds
}

// CompileTerms compiles watches that were made, not read from a file: their
// places in the watchlist are unknown, and so are its warnings.
func CompileTerms(cfg *config.Config) (*match.Set, error) {
	names, err := match.NewLanguages()
	if err != nil {
		return nil, err
	}
	set, _, err := compileWatches(names, cfg, cfg.Watches)
	return set, err
}

func watchesOn(list []config.Watch, now time.Time) []config.Watch {
	return slices.DeleteFunc(slices.Clone(list), func(w config.Watch) bool { return w.Off(now) })
}

// rivals are watches that look for the rivals of those that have some.
func rivals(list []config.Watch) []config.Watch {
	var out []config.Watch
	for _, w := range list {
		if len(w.Rivals) > 0 {
			out = append(out, config.Watch{Name: w.Name, Terms: w.Rivals, Pos: w.Pos})
		}
	}
	return out
}

// accounts are watches that look for the accounts of their own people: for handles, which are nobody else's name.
func accounts(list []config.Watch) []config.Watch {
	var out []config.Watch
	for _, w := range list {
		var handles []config.Text
		for _, a := range w.Official {
			for _, name := range []string{a.Name, a.Profile} {
				written, is := strings.CutPrefix(name, "@")
				handle, _, _ := strings.Cut(written, "@") // without its server: so people write it
				if is && text.Letters(handle) != "" {
					handles = append(handles, config.Text{Value: "@" + handle, Pos: w.Pos})
				}
			}
		}
		if len(handles) > 0 {
			out = append(out, config.Watch{Name: w.Name, Terms: handles, Pos: w.Pos})
		}
	}
	return out
}

// Places are where a post names the brand of a watch and its rivals, in the post's Body.
type Places struct{ Brand, Rivals []mention.Span }

// Places returns the places in a post that the watch was found in, by these hits. Who writes to an account of
// the watch's own people names the brand, too.
func (l List) Places(watch string, post mention.Post, hits []mention.Span) Places {
	brand := slices.Concat(hits, placesOf(l.accounts, watch, post))
	slices.SortStableFunc(brand, func(a, b mention.Span) int { return cmp.Compare(a.Start, b.Start) }) // long texts are read around them in order
	return Places{
		Brand:  brand,
		Rivals: placesOf(l.Rivals, watch, post),
	}
}

// placesOf returns where the post names what set, which may be nil, has for the watch.
func placesOf(set *match.Set, watch string, post mention.Post) []mention.Span {
	if set == nil {
		return nil
	}
	for _, hit := range set.Match(post.Title, post.Text) {
		if hit.Watch == watch {
			return hit.Spans
		}
	}
	return nil
}

// ofRivals are problems of rivals' names, which have no context words.
func ofRivals(problems []config.Error) []config.Error {
	for i := range problems {
		if p := &problems[i]; p.Warning && strings.HasPrefix(p.Hint, "add context") {
			p.Hint = "use the rival's full name"
		}
	}
	return problems
}

// compileWatches compiles the watches; problems are mistakes and warnings with
// their places in the watchlist.
func compileWatches(names *match.Languages, cfg *config.Config, list []config.Watch) (*match.Set, []config.Error, error) {
	places := map[string]config.Pos{}
	place := func(p config.Pos) string {
		places[p.String()] = p
		return p.String()
	}
	terms := func(list []config.Text) []match.Term {
		out := make([]match.Term, len(list))
		for i, t := range list {
			out[i] = match.Term{Text: t.Value, Pos: place(t.Pos)}
		}
		return out
	}
	var exprs func(list []config.Expr) []match.Expr
	exprs = func(list []config.Expr) []match.Expr {
		out := make([]match.Expr, len(list))
		for i, e := range list {
			out[i] = match.Expr{Term: match.Term{Text: e.Term.Value, Pos: place(e.Term.Pos)}, Any: exprs(e.Any), All: exprs(e.All), None: exprs(e.None)}
		}
		return out
	}
	watches := make([]match.Watch, len(list))
	for i, w := range list {
		watches[i] = match.Watch{
			Name: w.Name, Terms: terms(w.Terms), Context: terms(w.Context), Ignore: terms(w.Ignore), Rivals: terms(w.Rivals),
			Any: exprs(w.Any), All: exprs(w.All), None: exprs(w.None),
		}
	}
	set, found, err := names.Compile(watches)
	problems := make([]config.Error, len(found))
	for i, p := range found {
		problems[i] = cfg.Problem(places[p.Pos], p.Message, p.Hint)
		problems[i].Warning = !p.Fatal
	}
	return set, problems, err
}
