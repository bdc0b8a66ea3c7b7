package config

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/internal/hours"
)

// This file answers what other packages ask of a watchlist that was read.

// At returns the place of the value at a path such as "routes[2].to", or of the
// nearest thing around it.
func (c *Config) At(path string) Pos {
	d := decoder{doc: c.doc, at: c.doc.positions}
	return d.place(path).Pos
}

// Problem makes an Error at a place in this watchlist that another package found,
// so that it is shown with its line like all others.
func (c *Config) Problem(pos Pos, msg, hint string) Error {
	doc := c.doc.of(pos)
	return Error{Pos: pos, Msg: msg, Hint: hint, doc: doc, width: doc.widthAt(pos)}
}

// Doubt is Problem for what is allowed but probably not meant.
func (c *Config) Doubt(pos Pos, msg, hint string) Error {
	e := c.Problem(pos, msg, hint)
	e.Warning = true
	return e
}

// Database is store.database as it is opened: a relative path of SQLite is relative to
// the file that writes it, as all paths of a watchlist are, or to the first file.
func (c *Config) Database() string {
	address := c.Store.Database.Reveal()
	path, ok := strings.CutPrefix(address, sqlitePrefix)
	if !ok {
		return address
	}
	return sqlitePrefix + c.doc.of(c.At("store.database")).abs(path)
}

const sqlitePrefix = "sqlite:"

// NoDatabase is why Database is not the one that the watchlist names, after LoadForReading:
// a secret in its address is not set. The default in its place is another database, and
// what was asked for there would be done to the wrong one.
func (c *Config) NoDatabase() error {
	e := &Errors{}
	for _, one := range c.doc.noDatabase {
		one.Warning, one.Hint = false, "this command needs the database: set it first"
		e.Add(one)
	}
	return e.Err()
}

// HoldsSecret reports whether a secret itself stands in a file of this watchlist, so that
// others may not read it.
func (c *Config) HoldsSecret(file string) bool {
	c.doc.mu.Lock()
	defer c.doc.mu.Unlock()
	return slices.ContainsFunc(c.doc.pastedAt, func(p Pos) bool { return p.File == file })
}

// KindOf is the kind of the source of this name; empty when there is none.
func (c *Config) KindOf(source string) string {
	for _, src := range c.Sources {
		if src.Name == source {
			return src.Kind
		}
	}
	return ""
}

// Spoken are the languages of the destinations that have one of their own, by what routes
// call them. What else goes to the same place, an escalation or a digest, is in it too.
func (c *Config) Spoken() map[string]string {
	out := map[string]string{}
	for _, r := range c.Routes {
		if r.Language != "" {
			out[r.To] = r.Language
		}
	}
	return out
}

// Zone is the time zone of the people who work with the watchlist: that of the deadlines,
// or else of the quiet hours, or of the digest; this machine's where none says one.
func (c *Config) Zone() *time.Location {
	clocks := []hours.Hours{c.Deadlines.Hours}
	for _, severity := range slices.Sorted(maps.Keys(c.Deadlines.Severity)) {
		clocks = append(clocks, c.Deadlines.Severity[severity].Hours)
	}
	for _, h := range append(clocks, c.QuietHours.Hours) {
		if h.Zoned() {
			return h.Zone()
		}
	}
	for _, m := range []hours.Moment{c.Digest.Daily, c.Digest.Weekly} {
		if !m.IsZero() {
			return m.Zone()
		}
	}
	return time.Local
}

// Groups are the user groups of Slack by which the watchlist lets people do something, each as it is written.
func (c *Config) Groups() []string {
	r := c.Web.Roles
	who := slices.Concat(r.Mute, r.Dismiss, r.Reply, r.Sources)
	for _, s := range c.Sources {
		if s.Reply != nil {
			who = append(who, s.Reply.Allow...)
		}
	}
	return slices.DeleteFunc(who, func(entry string) bool { return !IsGroup(entry) })
}

// Resting is an entry with a pause, for those who look at the ends of pauses.
type Resting struct {
	What  string // "source" or "watch"
	Name  string
	Until time.Time
}

// Pauses lists the pauses of the watchlist, in its order; those of entries that are
// switched off as well do not count.
func (c *Config) Pauses() (list []Resting) {
	add := func(what, name string, r Rest) {
		if until := r.Until(); !until.IsZero() {
			list = append(list, Resting{what, name, until})
		}
	}
	for _, w := range c.Watches {
		add("watch", w.Name, w.Rest)
	}
	for _, s := range c.Sources {
		add("source", s.Name, s.Rest)
	}
	return list
}

// TextWithout is what the watchlist says, secrets as they are written, without comments,
// empty lines, and the top-level entries of these names: two files with the same text say
// the same. It is no file to be read again.
func (c *Config) TextWithout(names ...string) string {
	var b strings.Builder
	for _, doc := range c.doc.documents {
		for _, e := range entriesOf(doc.root) {
			if slices.Contains(names, e.Key.GetToken().Value) {
				continue
			}
			for line := range strings.Lines(e.String()) {
				if line = strings.TrimRight(line, " \t\n"); line != "" {
					b.WriteString(line)
					b.WriteByte('\n')
				}
			}
		}
	}
	return b.String()
}
