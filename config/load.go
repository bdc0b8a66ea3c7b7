package config

import (
	"maps"
	"os"
	"reflect"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// Kinds are the source kinds that exist: the kind key to its options struct, a
// zero value of it or a pointer to one. A nil value accepts any options.
type Kinds map[string]any

// options is the struct that the options of a kind fill; nil where any are accepted.
func (k Kinds) options(kind string) reflect.Type {
	t := reflect.TypeOf(k[kind])
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// Load reads and checks a watchlist, with the secrets and files it names. It is one file
// or several, and folders, of which the files named *.yaml or *.yml count in the order of
// their names: lists are put together, and everything else may stand in one of them.
// Relative paths are relative to the folder of the file that writes them. The error is an
// *Errors that holds every mistake; when a file cannot be read it is that.
func Load(paths []string, kinds Kinds) (*Config, error) {
	c, _, err := load(paths, reading{env: os.LookupEnv, kinds: kinds})
	return c, err
}

// LoadForReading is Load for those who only read, with env as the environment: a secret
// that is not set is a warning and stays empty. Who opens the database asks NoDatabase first.
func LoadForReading(paths []string, env func(string) (string, bool), kinds Kinds) (*Config, error) {
	c, _, err := load(paths, reading{env: env, kinds: kinds, lenient: true})
	return c, err
}

// Parse checks a watchlist of one file that is already in memory. name stands in
// positions, and its folder is what relative paths are relative to. env looks up a
// variable and says whether it is set; nil means none is.
func Parse(name string, src []byte, env func(string) (string, bool), kinds Kinds) (*Config, error) {
	c, _, err := parse([]File{{name, src}}, reading{env: env, kinds: kinds})
	return c, err
}

// ParseForReading is Parse of one file or several as LoadForReading is Load.
func ParseForReading(files []File, env func(string) (string, bool), kinds Kinds) (*Config, error) {
	c, _, err := parse(files, reading{env: env, kinds: kinds, lenient: true})
	return c, err
}

// reading is how a watchlist is read.
type reading struct {
	env     func(string) (string, bool) // nil: no variable is set
	lenient bool                        // secrets that are not there are left empty
	kinds   Kinds
}

// load also returns what the result depends on, whether it is good or not.
func load(paths []string, how reading) (*Config, inputs, error) {
	in := inputs{}
	files, err := readFiles(paths, in)
	if err != nil {
		return nil, in, err
	}
	c, all, err := parse(files, how)
	if c != nil {
		c.Warnings = append(c.Warnings, exposed(all)...)
	}
	maps.Copy(in, all.files)
	if c != nil {
		c.inputs = in
	}
	return c, in, err
}

func parse(files []File, how reading) (*Config, *whole, error) {
	all := &whole{env: how.env, lenient: how.lenient, files: inputs{}}
	if all.env == nil {
		all.env = func(string) (string, bool) { return "", false }
	}
	problems := &Errors{}
	for _, f := range files {
		problems.Add(all.newDocument(f.Name, f.Text))
	}
	if problems.Err() != nil {
		return nil, all, problems
	}
	c := &Config{Path: namesOf(files), doc: all.documents[0]}
	c.Store.Database = NewSecret(defaultDatabase, "")
	c.Store.Retention = defaultRetention
	c.Fetch.Gap = defaultGap
	c.Slack.APIURL = defaultSlackAPI
	c.Web.Inbox = true
	d := newDecoder(c.doc, how.kinds)
	d.decodeAll(c, all.documents)
	all.positions = d.at
	problems = &Errors{List: d.problems, Partial: c}
	problems.sort()
	problems.addUnlisted(d.mistakes-maxErrors, false)
	problems.addUnlisted(d.warnings-maxErrors, true)
	if err := problems.Err(); err != nil {
		return nil, all, err
	}
	c.Warnings = problems.List
	return c, all, nil
}

// decodeAll decodes and checks the files of a watchlist.
func (d *decoder) decodeAll(c *Config, documents []*document) {
	d.earlier = map[string]int{}
	empty := true
	for _, doc := range documents {
		d.doc = doc
		d.findDoors(doc.root)
	}
	for _, doc := range documents {
		d.doc = doc
		// A tag or an anchor before everything is no reason to check less.
		root := d.unwrap(doc.root)
		doc.root = root
		if root != nil && root.Type() != ast.NullType {
			empty = false
			d.value(root, reflect.ValueOf(c).Elem(), "", field{name: "a watchlist"})
		}
	}
	d.doc = documents[0]
	if empty {
		d.wrong(d.doc.at(1, 0), "earshot init writes a first one", "the watchlist is empty")
		return
	}
	c.Sources = slices.DeleteFunc(c.Sources, func(src Source) bool { return src.Kind == "" })
	d.check(c)
	d.strayDatabase(c)
}

// exposed warns of files with secrets that everybody on this machine can read: those of
// the watchlist, and those it names that are ours to protect.
func exposed(all *whole) (warnings []Error) {
	said := map[string]bool{}
	look := func(at Pos, path string, ours bool, msg string) {
		if !said[path] && worldReadable(path, ours) {
			said[path] = true
			warnings = append(warnings, Error{Pos: at, Msg: msg, Hint: "run chmod 600 " + path, Warning: true, doc: all.documents[0].of(at)})
		}
	}
	for _, p := range all.pastedAt {
		look(p, p.File, false, "a secret stands in this file, and everybody on this machine can read it")
	}
	for _, r := range all.secretFiles {
		look(r.Pos, r.path, true, "everybody on this machine can read the file of this secret")
	}
	return warnings
}

// secretFile is a file that a ${file:} names, and where it is named.
type secretFile struct {
	Pos
	path string
}
