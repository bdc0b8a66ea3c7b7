package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"
)

// This file knows keys: those a struct has, and those a block of the file writes.

// field is one key a struct knows.
type field struct {
	name     string
	index    []int
	doc      string
	example  string
	format   string
	keys     string
	required bool
	short    bool
	several  bool // of a list each may be an entry of its own
}

// fieldsOf lists the keys of a struct, those of inlined structs included.
func fieldsOf(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case !f.IsExported() || name == "-":
		case opts == "inline" || (f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct):
			for _, in := range fieldsOf(f.Type) {
				in.index = append([]int{i}, in.index...)
				out = append(out, in)
			}
		default:
			if name == "" {
				name = strings.ToLower(f.Name)
			}
			out = append(out, field{
				name: name, index: f.Index, doc: f.Tag.Get("doc"), example: f.Tag.Get("example"),
				format: f.Tag.Get("format"), keys: f.Tag.Get("keys"),
				required: f.Tag.Get("required") == "true",
				short:    f.Tag.Get("short") == "true" || name == "address",
			})
		}
	}
	return out
}

// shortField is the index of the field that a value written without keys fills; -1 for none.
func shortField(fields []field) int {
	return slices.IndexFunc(fields, func(f field) bool { return f.short })
}

// fields is fieldsOf, remembered: a list may have thousands of entries.
func (d *decoder) fields(t reflect.Type) []field {
	known, ok := d.known[t]
	if !ok {
		known = fieldsOf(t)
		d.known[t] = known
	}
	return known
}

// keysOf are the keys that an entry of this type may have.
func (d *decoder) keysOf(t reflect.Type) []string {
	keys := fieldNames(d.fields(t))
	if t == reflect.TypeFor[Source]() {
		keys = append(slices.Sorted(maps.Keys(d.kinds)), keys...)
	}
	return keys
}

// pair is one key and its value.
type pair struct {
	name   string
	key    position
	value  ast.Node
	merged bool // came through <<
}

// entriesOf lists the entries of a mapping; none of anything else.
func entriesOf(n ast.Node) []*ast.MappingValueNode {
	switch t := n.(type) {
	case *ast.MappingNode:
		return t.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{t}
	}
	return nil
}

// unwrappedEntries is entriesOf what is behind anchors, tags and aliases.
func (d *decoder) unwrappedEntries(n ast.Node) []*ast.MappingValueNode {
	n = d.unwrap(n)
	return entriesOf(n)
}

// pairs lists the keys of a mapping in order, duplicates reported and dropped.
func (d *decoder) pairs(n ast.Node, path string) []pair {
	var out []pair
	seen := map[string]int{}
	entries := entriesOf(n)
	for at, mv := range entries {
		if mv.Key != nil && mv.Key.IsMergeKey() {
			for _, p := range d.mergedPairs(mv.Value, path) {
				if _, ok := seen[p.name]; !ok {
					seen[p.name] = len(out)
					out = append(out, p)
				}
			}
			continue
		}
		key := d.doc.positionOf(mv.Key)
		name, ok := keyName(mv.Key)
		if !ok {
			d.wrong(key, "", "a key must be a plain word")
			continue
		}
		if at > 0 && mv.Value.Type() == ast.NullType && d.doc.bare(n, key) {
			if d.bareKey(key, name, entries[at-1].Value) && len(out) > 0 {
				out = out[:len(out)-1]
			}
			continue
		}
		p := pair{name: name, key: key, value: mv.Value}
		if i, ok := seen[name]; ok {
			if out[i].merged {
				out[i] = p
			} else {
				hint := ""
				if out[i].value.Type() == ast.SequenceType && mv.Value.Type() == ast.SequenceType {
					hint = "move its entries under the first"
				}
				d.wrong(key, hint, "the key %q is here twice: first in line %d", name, out[i].key.Line)
			}
			continue
		}
		seen[name] = len(out)
		out = append(out, p)
	}
	return out
}

// mergedPairs lists what << brings: the keys of a mapping, or of several.
func (d *decoder) mergedPairs(n ast.Node, path string) []pair {
	ok, leave := d.enter(d.doc.positionOf(n))
	defer leave()
	if !ok {
		return nil
	}
	m := d.doc.positionOf(n)
	n = d.unwrap(n)
	var out []pair
	switch t := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		out = d.pairs(n, path)
	case *ast.SequenceNode:
		for _, item := range t.Values {
			out = append(out, d.mergedPairs(item, path)...)
		}
	default:
		d.wrong(m, "", "<< takes keys and values of another entry, such as *name")
	}
	for i := range out {
		out[i].merged = true
	}
	return out
}

// keyName returns the text of a key.
func keyName(k ast.MapKeyNode) (string, bool) {
	var n ast.Node = k
	for {
		switch t := n.(type) {
		case *ast.MappingKeyNode:
			n = t.Value
			continue
		case *ast.AnchorNode:
			n = t.Value
			continue
		case *ast.StringNode:
			return t.Value, true
		case ast.ScalarNode:
			if tok := t.GetToken(); tok != nil && n.Type() != ast.MappingType && n.Type() != ast.SequenceType {
				return tok.Value, true
			}
		}
		return "", false
	}
}

// keys decodes pairs into the fields of v.
func (d *decoder) keys(pairs []pair, v reflect.Value, m position, path string, fields []field) {
	excused := map[string]bool{}
	for at, p := range pairs {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == p.name })
		if i < 0 {
			if open := d.openAbove(pairs[:at], p.name, v, fields); open != "" {
				d.wrong(p.key, underHint(open), "unknown key %q here", p.name)
				continue
			}
			known := fieldNames(fields)
			if path == "" {
				known = append(known, d.beside...)
			}
			meant := d.unknownKey(p, path, known, pairs)
			again := excused[meant]
			excused[meant] = true
			if i = d.readAs(meant, pairs, fields); i < 0 || again {
				continue
			}
			p.name = meant
		}
		at := join(path, p.name)
		into := v.FieldByIndex(fields[i].index)
		if path == "" && d.earlier != nil && !d.fits(p, into.Kind()) {
			continue
		}
		if _, ok := d.at[at+"?"]; !ok { // of a list in several files, the first
			d.at[at+"?"] = p.key
		}
		d.value(p.value, into, at, fields[i])
		if path == "" && d.earlier != nil {
			d.earlier[at] += d.entries(p.value)
		}
	}
	for _, f := range fields {
		if f.required && !excused[f.name] && !slices.ContainsFunc(pairs, func(p pair) bool { return p.name == f.name }) {
			hint := exampleHint(f)
			if d.apart(m, func(key string) bool { return key == f.name }) {
				hint = oneDash
			}
			d.wrong(m, hint, "%q is missing here", f.name)
		}
	}
}

// readAs is the field that an unknown key is read as, so that what is wrong below it is said at
// once, and nothing is said of what it leaves out: the one that was meant, where the block does not
// write that one too. -1 for none.
func (d *decoder) readAs(meant string, beside []pair, fields []field) int {
	if meant == "" || d.lost > 0 || slices.ContainsFunc(beside, func(p pair) bool { return p.name == meant }) {
		return -1
	}
	return slices.IndexFunc(fields, func(f field) bool { return f.name == meant })
}

func exampleHint(f field) string {
	if f.example == "" {
		return ""
	}
	return fmt.Sprintf("write %s: %s", f.name, f.example)
}

func fieldNames(fields []field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

// unknownKey reports a key nobody knows and returns the known one that was
// probably meant, or "". A word for a key that is beside it already means something else.
func (d *decoder) unknownKey(p pair, path string, known []string, beside []pair) string {
	meant := wordFor(p.name, keyWords, known)
	if slices.ContainsFunc(beside, func(other pair) bool { return other.name == meant }) {
		meant = ""
	}
	if meant == "" {
		meant = d.near(p.name, known)
	}
	switch home, other := homeOf(p.name), elsewhere(p.name, known); {
	case strings.HasPrefix(p.name, "//"), strings.HasPrefix(p.name, "/*"):
		d.wrong(p.key, "begin a comment with #", "no comment begins like this")
		_, behind, _ := strings.Cut(p.name, `"`) // in JSON the key stands on the next line
		return d.near(strings.TrimRight(behind, `" `), known)
	case slices.Contains(remarks, strings.ToLower(p.name)):
		d.wrong(p.key, "begin a comment with #", "unknown key %q", p.name)
		return ""
	case meant != "":
		d.wrong(p.key, meantFor(p.name, meant), "unknown key %q", p.name)
	case slices.Contains(known, "enabled") && slices.Contains([]string{"off", "on", "pause", "paused", "disabled", "active"}, p.name):
		d.wrong(p.key, "write enabled: false, or paused_until: 2026-12-24 09:00, since a pause needs an end", "unknown key %q", p.name)
	case strings.Contains(p.name, ":"):
		d.wrong(p.key, "write a space after the colon", "unknown key %q", p.name)
	case path == "" && d.kinds[p.name] != nil && !slices.Contains(known, "every"):
		d.wrong(p.key, "it belongs under sources", "unknown key %q here", p.name)
	case home != "":
		d.wrong(p.key, home, "unknown key %q here", p.name)
	case slices.Contains([]string{"include", "import", "includes", "imports", "extends"}, p.name):
		d.wrong(p.key, severalFiles, "unknown key %q", p.name)
	case p.value.Type() == ast.AnchorType:
		d.wrong(p.key, fmt.Sprintf("write &%s where its value stands first", p.value.(*ast.AnchorNode).Name), "unknown key %q", p.name)
	case other != "":
		d.wrong(p.key, other, "unknown key %q here", p.name)
	default:
		slices.Sort(known)
		d.wrong(p.key, "known here: "+shortList(known), "unknown key %q", p.name)
	}
	return meant
}

const severalFiles = "a watchlist of several files is a folder, or -c given several times"

// elsewhere says where a word that people write for a key belongs, when it is not one of those
// that are known here.
func elsewhere(word string, known []string) string {
	for _, key := range slices.Sorted(maps.Keys(keyWords)) {
		if slices.Contains(known, key) {
			continue
		}
		home, under := strings.CutPrefix(homeOf(key), "it belongs under ")
		if under && wordFor(word, keyWords, []string{key}) != "" {
			return fmt.Sprintf("it belongs under %s, as %s", home, key)
		}
	}
	return ""
}

func shortList(names []string) string {
	if len(names) > 16 {
		return strings.Join(names[:16], ", ") + " …"
	}
	return strings.Join(names, ", ")
}

// homeOf says where a key of the watchlist belongs, for those written one level
// too high or too low; "" for what is no key.
func homeOf(name string) string { return homes()[name] }

// homes are made once: a file may have thousands of keys that nobody knows.
var homes = sync.OnceValue(func() map[string]string {
	out, top := map[string]string{}, fieldsOf(reflect.TypeFor[Config]())
	for _, f := range slices.Backward(top) { // of several places the first counts
		t := reflect.TypeFor[Config]().FieldByIndex(f.index).Type
		if t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || t == reflect.TypeFor[Source]() {
			continue
		}
		for _, in := range fieldsOf(t) {
			out[in.name] = "it belongs under " + f.name
		}
	}
	for _, f := range top {
		out[f.name] = "it belongs at the left margin, outside every entry"
	}
	return out
})

// fits reports whether a key at the left margin may stand in this file too: of a list the
// entries of all files count, and everything else has one place.
func (d *decoder) fits(p pair, kind reflect.Kind) bool {
	first, ok := d.at[p.name+"?"]
	if ok && kind != reflect.Slice {
		d.wrong(p.key, "write it once; only lists may be in several files", "the key %q is here twice: first in %s", p.name, p.key.toward(first.Pos))
		return false
	}
	return true
}

// entries counts what a list has, or a value that stands for a list of one.
func (d *decoder) entries(n ast.Node) int {
	n = d.unwrap(n)
	switch t := n.(type) {
	case *ast.SequenceNode:
		return len(t.Values)
	case *ast.NullNode:
		return 0
	}
	return 1
}
