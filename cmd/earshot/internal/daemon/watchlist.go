package daemon

import (
	"log/slog"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/match"
	"github.com/earshot/earshot/mention"
)

// Watchlist is a watchlist that was checked as a whole, with its terms compiled.
type Watchlist struct {
	*config.Config
	Terms  *match.Set
	Rivals *match.Set // the rivals of each watch, under its name; nil when there are none
}

// Load reads and checks a watchlist: what config alone cannot know (the options
// of the kinds, the terms) is checked here too, so that all mistakes are reported
// at once. Mistakes are a *config.Errors.
func Load(path string) (Watchlist, error) {
	cfg, err := config.Load(path, KindOptions())
	return Check(cfg, err)
}

// Check adds the mistakes of terms and source options to those of the file itself
// (what config returned), also when the file has mistakes of its own.
func Check(cfg *config.Config, loadErr error) (Watchlist, error) {
	all := &config.Errors{}
	all.Add(loadErr)
	understood := cfg
	if cfg == nil {
		understood = all.Partial
	}
	list := Watchlist{Config: cfg}
	if understood != nil {
		set, problems, _ := compileWatches(understood, understood.Watches) // the problems say all that the error does
		list.Terms = set
		if named := rivals(understood.Watches); len(named) > 0 {
			var more []config.Error
			list.Rivals, more, _ = compileWatches(understood, named)
			problems = append(problems, more...)
		}
		for _, p := range problems {
			if p.Warning && cfg != nil {
				cfg.Warnings = append(cfg.Warnings, p)
			} else {
				all.Add(p)
			}
		}
		checkSources(understood, all)
	}
	if err := all.Err(); err != nil {
		return Watchlist{}, err
	}
	if cfg == nil {
		return Watchlist{}, loadErr
	}
	return list, nil
}

// checkSources makes every crawler once and adds what is wrong with their options.
func checkSources(cfg *config.Config, all *config.Errors) {
	probe := crawlers.Env{Log: slog.New(slog.DiscardHandler), Now: time.Now}
	for _, src := range cfg.Sources {
		if _, known := presets.Lookup(src.Kind); !known {
			continue // said already
		}
		if _, err := NewCrawler(probe, src); err != nil {
			all.Add(err)
		}
	}
}

// KindOptions are the source kinds for config: kind key → options struct.
func KindOptions() config.Kinds {
	kinds := config.Kinds{}
	for _, k := range presets.Kinds() {
		kinds[k.Name] = k.Options()
	}
	return kinds
}

// CompileTerms compiles watches that were made, not read from a file: their
// places in the watchlist are unknown, and so are its warnings.
func CompileTerms(cfg *config.Config) (*match.Set, error) {
	set, _, err := compileWatches(cfg, cfg.Watches)
	return set, err
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

// RivalsIn returns the places where a post names rivals of the watch.
func (l Watchlist) RivalsIn(watch string, post mention.Post) []mention.Span {
	if l.Rivals == nil {
		return nil
	}
	for _, hit := range l.Rivals.Match(post.Title, post.Text) {
		if hit.Watch == watch {
			return hit.Spans
		}
	}
	return nil
}

// compileWatches compiles the watches; problems are mistakes and warnings with
// their places in the watchlist.
func compileWatches(cfg *config.Config, list []config.Watch) (*match.Set, []config.Error, error) {
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
			Name: w.Name, Pos: place(w.Pos), Terms: terms(w.Terms), Context: terms(w.Context), Ignore: terms(w.Ignore),
			Any: exprs(w.Any), All: exprs(w.All), None: exprs(w.None),
		}
	}
	set, found, err := match.Compile(watches)
	problems := make([]config.Error, len(found))
	for i, p := range found {
		problems[i] = cfg.Problem(places[p.Pos], p.Message, p.Hint)
		problems[i].Warning = !p.Fatal
	}
	return set, problems, err
}
