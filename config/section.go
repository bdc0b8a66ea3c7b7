package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Section is the block of one source as its kind sees it: the kind key with its
// value, and the keys beside it that are not common to all sources. It may be
// decoded any number of times, also at the same time.
type Section struct {
	doc  *document
	kind string
	key  position // of the kind key
	node ast.Node // the value of the kind key
	rest []pair   // the keys beside it
}

// Decode fills the options struct that into points to; what it held before
// stays where the block says nothing, so defaults go in first.
//
// The long form fills fields by their yaml tag, and so do the keys beside the
// kind key. The short form (feed: ADDRESS) fills the field tagged
// yaml:"address", or the one tagged short:"true". Tags that are understood:
// required:"true"; format:"url", "lang", "zone", "severity", "postkind" or
// "host", which is checked here; doc and example, which go into the schema.
// Fields may be strings, int, int64, float64, bools, time.Duration, netip.Prefix, Text,
// Secret, structs, pointers, maps with string keys, any, and slices of these; a
// list of one may be written without brackets.
//
// The error is an *Errors: every unknown or duplicate key, wrong type or form,
// with its place.
func (s Section) Decode(into any) error {
	if s.doc == nil {
		return nil
	}
	d := newDecoder(s.doc, nil)
	s.decode(d, into)
	e := &Errors{List: d.problems}
	e.sort()
	return e.Err()
}

func (s Section) decode(d *decoder, into any) {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("config: Section.Decode needs a pointer to a struct, not %T", into)) // a mistake in our own code
	}
	v = v.Elem()
	d.beside = commonKeys
	fields := slices.Clone(d.fields(v.Type()))
	m := s.doc.positionOf(s.node)
	node := d.unwrap(s.node)
	pairs := slices.Clone(s.rest)
	switch node.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		inner := d.pairs(node, s.kind)
		for _, p := range inner {
			if slices.Contains(commonKeys, p.name) && !slices.ContainsFunc(fields, func(f field) bool { return f.name == p.name }) {
				d.wrong(p.key, fmt.Sprintf("write it beside %s, not inside", s.kind), "the key %q belongs to the source", p.name)
				continue
			}
			if i := slices.IndexFunc(pairs, func(o pair) bool { return o.name == p.name }); i >= 0 {
				d.wrong(p.key, "", "the key %q is here twice: also in line %d", p.name, pairs[i].key.Line)
				continue
			}
			pairs = append(pairs, p)
		}
	default:
		i := shortField(fields)
		if i < 0 {
			d.wrongType(node, m, s.kind, "keys and values", fieldNames(fields)...)
			return
		}
		f := fields[i]
		f.name, f.several = s.kind, true
		d.value(s.node, v.FieldByIndex(f.index), fields[i].name, f)
		d.keys(pairs, v, s.key, "", slices.DeleteFunc(fields, func(f field) bool { return f.short }))
		return
	}
	d.keys(pairs, v, s.key, "", fields)
}

// Errorf returns an Error at the value of a field, at a field in a map with a
// dot ("select.item"), or at the block when field is "" or not written.
func (s Section) Errorf(field, format string, args ...any) error {
	if s.doc == nil {
		return Error{Msg: fmt.Sprintf(format, args...)}
	}
	return s.doc.problem(s.find(field), "", format, args...)
}

// Has reports whether the block writes a key of this name, inside its long form
// or beside the kind key.
func (s Section) Has(name string) bool {
	_, ok := s.lookup(name)
	return ok
}

// Redact hides every secret of the watchlist in a text: what a source says of itself
// may hold its own keys and, by a mistake, those of another.
func (s Section) Redact(text string) string {
	if s.doc == nil {
		return text
	}
	return maskPasted(s.doc.mask(text))
}

// Texts returns every text the block writes, secrets put in, in no order: what a source
// may ask for is what its block names.
func (s Section) Texts() []string {
	if s.doc == nil {
		return nil
	}
	d := newDecoder(s.doc, nil)
	all := textsIn(nil, d.anything(s.node, ""))
	for _, p := range s.rest {
		all = textsIn(all, d.anything(p.value, p.name))
	}
	return all
}

func textsIn(all []string, value any) []string {
	switch v := value.(type) {
	case string:
		return append(all, v)
	case []any:
		for _, item := range v {
			all = textsIn(all, item)
		}
	case map[string]any:
		for _, item := range v {
			all = textsIn(all, item)
		}
	}
	return all
}

// Pos returns where the block begins.
func (s Section) Pos() Pos { return s.key.Pos }

func (s Section) find(name string) position {
	if n, ok := s.lookup(name); ok {
		return s.doc.positionOf(n)
	}
	if name == "address" || name == "" || name == s.kind {
		if s.node != nil && s.node.Type() != ast.MappingType && s.node.Type() != ast.MappingValueType {
			return s.doc.positionOf(s.node)
		}
	}
	return s.key
}

// lookup is the value of an option, and whether it is written; a zero Section has none.
func (s Section) lookup(name string) (ast.Node, bool) {
	if s.doc == nil {
		return nil, false
	}
	first, more, nested := strings.Cut(name, ".")
	d := newDecoder(s.doc, nil)
	node := d.unwrap(s.node)
	for _, p := range append(d.pairs(node, ""), s.rest...) {
		if p.name != first {
			continue
		}
		if !nested {
			return p.value, true
		}
		inner := d.unwrap(p.value)
		for _, q := range d.pairs(inner, "") {
			if q.name == more {
				return q.value, true
			}
		}
		return p.value, true
	}
	return nil, false
}

// Written returns the value of an option as it stands in the watchlist, secrets not
// filled in; "" when it is not there.
func (s Section) Written(name string) string {
	n, ok := s.lookup(name)
	if !ok {
		return ""
	}
	return strings.TrimSpace(n.String())
}

// Word returns the value of an option as it stands in the watchlist, without quotes and with
// its secrets not filled in: of a list the first, of one that is the short form and written so
// that; "" when it is not there.
func (s Section) Word(name string, short bool) string {
	if s.doc == nil {
		return ""
	}
	d := newDecoder(s.doc, nil)
	n, ok := s.lookup(name)
	if !ok && short {
		n = s.node
	} else if !ok {
		return ""
	}
	n = d.unwrap(n)
	switch t := n.(type) {
	case *ast.SequenceNode:
		if len(t.Values) > 0 {
			n = t.Values[0]
		}
	case *ast.LiteralNode: // over several lines
		return strings.TrimSpace(t.Value.Value)
	}
	return d.word(n)
}
