package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Kinds are the source kinds that exist: the kind key to its options struct, a
// zero value of it or a pointer to one. A nil value accepts any options.
type Kinds map[string]any

// Load reads and checks the watchlist at path, with the secrets and files it
// names. Relative paths in it are relative to its folder. The error is an
// *Errors that holds every mistake; when the file cannot be read it is that.
func Load(path string, kinds Kinds) (*Config, error) {
	c, _, err := load(path, kinds)
	return c, err
}

// Parse checks a watchlist that is already in memory. name stands in positions,
// and its folder is what relative paths are relative to. env looks up a variable
// and says whether it is set; nil means none is.
func Parse(name string, src []byte, env func(string) (string, bool), kinds Kinds) (*Config, error) {
	c, _, err := parse(name, src, env, false, kinds)
	return c, err
}

// ParseForReading is Parse for those who only read: a secret that is not set is a
// warning and stays empty.
func ParseForReading(name string, src []byte, env func(string) (string, bool), kinds Kinds) (*Config, error) {
	c, _, err := parse(name, src, env, true, kinds)
	return c, err
}

// load also returns what the result depends on, whether it is good or not.
func load(path string, kinds Kinds) (*Config, inputs, error) {
	in := newInputs()
	src, err := readBounded(path, maxFile)
	in.note(path, src, err)
	if errors.Is(err, errTooLarge) {
		err = fmt.Errorf("%s: the file is larger than %d KiB", path, maxFile>>10)
	}
	if err != nil {
		return nil, in, unreadable(err)
	}
	c, doc, err := parse(path, src, os.LookupEnv, false, kinds)
	maps.Copy(in.sums, doc.files.sums)
	if c != nil {
		c.inputs = in
	}
	return c, in, err
}

func parse(name string, src []byte, env func(string) (string, bool), lenient bool, kinds Kinds) (*Config, *document, error) {
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
	doc, err := newDocument(name, src, env)
	if err != nil {
		problems := &Errors{}
		problems.Add(err)
		return nil, doc, problems
	}
	doc.lenient = lenient
	d := newDecoder(doc, kinds)
	c := &Config{Path: name, doc: doc}
	c.Store.Database = NewSecret(defaultDatabase, "")
	c.Store.Retention = defaultRetention
	c.Fetch.Gap = defaultGap
	c.Slack.APIURL = defaultSlackAPI
	// A tag or an anchor before everything is no reason to check less.
	root, done := d.unwrap(doc.root)
	defer done()
	doc.root = root
	if root == nil || root.Type() == ast.NullType {
		d.wrong(position{Pos: doc.pos(1, 1), width: 1}, "earshot init writes a first one", "the watchlist is empty")
	} else {
		d.value(doc.root, reflect.ValueOf(c).Elem(), "", field{name: "a watchlist"})
		d.check(c)
		d.strayDatabase(c)
	}
	c.doc.positions = d.at
	problems := &Errors{List: d.problems, Partial: c}
	problems.sort()
	if d.lost > 0 {
		problems.List = append(problems.List, Error{Msg: fmt.Sprintf("… and %d more", d.lost)})
	}
	if err := problems.Err(); err != nil {
		return nil, doc, err
	}
	c.Warnings = problems.List
	return c, doc, nil
}

// Written reports whether the file writes the key at a path such as
// "digest.weekly" or "routes.notify", in any entry of a list, and where first.
func (c *Config) Written(path string) (Pos, bool) {
	found := Pos{}
	for at, m := range c.doc.positions {
		if withoutIndexes(at) != path+"?" {
			continue
		}
		if found == (Pos{}) || m.Line < found.Line || m.Line == found.Line && m.Column < found.Column {
			found = m.Pos
		}
	}
	return found, found != Pos{}
}

// At returns the place of the value at a path such as "routes[2].to", or of the
// nearest thing around it.
func (c *Config) At(path string) Pos {
	d := decoder{doc: c.doc, at: c.doc.positions}
	return d.place(path).Pos
}

// Problem makes an Error at a place in this watchlist that another package found,
// so that it is shown with its line like all others.
func (c *Config) Problem(pos Pos, msg, hint string) Error {
	return Error{Pos: pos, Msg: msg, Hint: hint, doc: c.doc, width: c.doc.widthAt(pos)}
}

// Database is store.database as it is opened: a relative path of SQLite is relative to
// the watchlist, as all paths in it are.
func (c *Config) Database() string {
	address := c.Store.Database.Reveal()
	path, ok := strings.CutPrefix(address, sqlitePrefix)
	if !ok {
		return address
	}
	return sqlitePrefix + c.doc.abs(path)
}

const sqlitePrefix = "sqlite:"

// strayDatabase warns of a database that stands where relative paths led before: in the
// folder that earshot is started in.
func (d *decoder) strayDatabase(c *Config) {
	path, ok := strings.CutPrefix(c.Store.Database.Reveal(), sqlitePrefix)
	if !ok || filepath.IsAbs(path) || d.doc.abs(path) == path {
		return
	}
	here, err := filepath.Abs(path)
	if there, err2 := filepath.Abs(d.doc.abs(path)); err != nil || err2 != nil || here == there {
		return
	}
	if _, err := os.Stat(here); err == nil {
		d.warn(d.place("store.database"), "move it there, or write its whole path", "%s stands in this folder and is not used: the path is relative to the watchlist", path)
	}
}

// unreadable is the error of a watchlist that cannot be read.
func unreadable(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("watchlist: %w; earshot init writes a first one, -c names another", err)
	}
	return fmt.Errorf("watchlist: %w", err)
}
