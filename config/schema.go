package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"time"

	"github.com/earshot/earshot/internal/hours"
)

// Schema returns the JSON Schema of the whole watchlist, with the options of
// these kinds, for editors. It is made from the same structs and tags that the
// file is checked against. The schema is wider than the check: a file that
// breaks it is wrong, one that keeps it may still be. explain says the English explanation of a
// key in the reader's language; nil: in English.
func Schema(kinds Kinds, explain func(english string) string) ([]byte, error) {
	s := schemer{map[string]*schema{}, explain}
	expr := reflect.TypeFor[Expr]()
	s.defs["expr"] = &schema{AnyOf: []*schema{text(), s.object(fieldsOf(expr), expr)}}
	root := s.object(fieldsOf(reflect.TypeFor[Config]()), reflect.TypeFor[Config]())
	root.Version = "https://json-schema.org/draft/2020-12/schema"
	root.Title = "earshot watchlist"
	root.Required = []string{"contact", "watch", "sources"}
	sources := root.Properties.get("sources")
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		s.defs["source_"+name] = s.sourceSchema(name, kinds.options(name))
		sources.Items.AnyOf = append(sources.Items.AnyOf, &schema{Ref: "#/$defs/source_" + name})
	}
	root.Definitions = s.defs
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return append(out, '\n'), nil
}

// schema is as much of JSON Schema (draft 2020-12) as a watchlist needs. The
// keywords are written in this order, so the checked-in file changes only with
// what it says.
type schema struct {
	Version              string             `json:"$schema,omitempty"`
	Ref                  string             `json:"$ref,omitempty"`
	Definitions          map[string]*schema `json:"$defs,omitempty"`
	AllOf                []*schema          `json:"allOf,omitempty"`
	AnyOf                []*schema          `json:"anyOf,omitempty"`
	Items                *schema            `json:"items,omitempty"`
	Properties           properties         `json:"properties,omitempty"`
	AdditionalProperties *schema            `json:"additionalProperties,omitempty"`
	PropertyNames        *schema            `json:"propertyNames,omitempty"`
	Type                 string             `json:"type,omitempty"`
	Enum                 []string           `json:"enum,omitempty"`
	Pattern              string             `json:"pattern,omitempty"`
	Required             []string           `json:"required,omitempty"`
	Title                string             `json:"title,omitempty"`
	Description          string             `json:"description,omitempty"`
	Examples             []string           `json:"examples,omitempty"`

	only string // "true" or "false": the schema is this word alone
}

func anything() *schema { return &schema{only: "true"} }

func nothing() *schema { return &schema{only: "false"} }

// MarshalJSON writes the word or the keywords.
func (s *schema) MarshalJSON() ([]byte, error) {
	if s.only != "" {
		return []byte(s.only), nil
	}
	type keywords schema // without this method
	return json.Marshal((*keywords)(s))
}

// properties are the keys of an object in the order of the struct, which is the
// order that people should read them in.
type properties []property

type property struct {
	name string
	is   *schema
}

// get returns the schema of a key; nil when there is none.
func (p properties) get(name string) *schema {
	for _, x := range p {
		if x.name == name {
			return x.is
		}
	}
	return nil
}

// set describes a key. A key described before keeps its place.
func (p *properties) set(name string, is *schema) {
	for i := range *p {
		if (*p)[i].name == name {
			(*p)[i].is = is
			return
		}
	}
	*p = append(*p, property{name, is})
}

// MarshalJSON writes an object with the keys in their order.
func (p properties) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, x := range p {
		if i > 0 {
			out.WriteByte(',')
		}
		name, err := json.Marshal(x.name)
		if err != nil {
			return nil, err
		}
		is, err := json.Marshal(x.is)
		if err != nil {
			return nil, err
		}
		out.Write(name)
		out.WriteByte(':')
		out.Write(is)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

type schemer struct {
	defs    map[string]*schema
	explain func(english string) string
}

// object describes a struct by its fields.
func (s schemer) object(fields []field, t reflect.Type) *schema {
	out := &schema{Type: "object", AdditionalProperties: nothing()}
	for _, f := range fields {
		out.Properties.set(f.name, s.field(f, t.FieldByIndex(f.index).Type))
		if f.required {
			out.Required = append(out.Required, f.name)
		}
	}
	return out
}

// field describes one key with its words for people.
func (s schemer) field(f field, t reflect.Type) *schema {
	out := s.value(f, t)
	if out.Ref != "" || out.only != "" {
		out = &schema{AllOf: []*schema{out}}
	}
	out.Description = f.doc
	if f.doc != "" && s.explain != nil {
		out.Description = s.explain(f.doc)
	}
	if f.example != "" {
		out.Examples = []string{f.example}
	}
	return out
}

// value describes one type.
func (s schemer) value(f field, t reflect.Type) *schema {
	switch t {
	case reflect.TypeFor[Text](), reflect.TypeFor[hours.Holiday]():
		return text()
	case reflect.TypeFor[Secret](), reflect.TypeFor[hours.Hours](), reflect.TypeFor[hours.Moment](), reflect.TypeFor[netip.Prefix](), reflect.TypeFor[Pause]():
		return &schema{Type: "string"}
	case reflect.TypeFor[time.Duration]():
		length := &schema{Type: "string", Pattern: `^((\d+(\.\d+)?(ms|s|m|h|d|w))+|0)$`}
		if f.format == "backfill" {
			return &schema{AnyOf: []*schema{{Type: "boolean"}, length}}
		}
		return length
	case reflect.TypeFor[Expr]():
		return &schema{Ref: "#/$defs/expr"}
	case reflect.TypeFor[[]Source]():
		return &schema{Type: "array", Items: &schema{}} // Schema fills it
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.value(f, t.Elem())
	case reflect.Struct:
		return s.structure(t)
	case reflect.Slice:
		items := s.value(f, t.Elem())
		list := &schema{Type: "array", Items: items}
		if items.Type == "object" {
			return list
		}
		return &schema{AnyOf: []*schema{list, items}}
	case reflect.Map:
		elem := f
		elem.doc, elem.example = "", ""
		return &schema{Type: "object", PropertyNames: enum(f.keys), AdditionalProperties: s.value(elem, t.Elem())}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Float64:
		return &schema{Type: "number"}
	case reflect.String:
		if words := enum(f.format); words != nil {
			return words
		}
		return text()
	case reflect.Interface:
		return anything()
	}
	return &schema{Type: "integer"}
}

// structure describes a struct, and its short form if it has one.
func (s schemer) structure(t reflect.Type) *schema {
	fields := fieldsOf(t)
	long := s.object(fields, t)
	if i := shortField(fields); i >= 0 {
		return &schema{AnyOf: []*schema{s.value(fields[i], t.FieldByIndex(fields[i].index).Type), long}}
	}
	return long
}

// text is what the decoder takes as a text: numbers are taken as written.
func text() *schema {
	return &schema{AnyOf: []*schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}}}
}

// enum describes the formats that have a few words only; nil for the others.
func enum(format string) *schema {
	if words := wordsOf(format); words != nil {
		return &schema{Enum: words}
	}
	return nil
}

// sourceSchema describes the block of one kind: the kind key in its short or
// long form, the keys every source has, and the kind's own beside it.
func (s schemer) sourceSchema(kind string, t reflect.Type) *schema {
	source := reflect.TypeFor[Source]()
	out := s.object(fieldsOf(source), source)
	out.Required = []string{kind}
	if t == nil {
		out.Properties.set(kind, anything())
		out.AdditionalProperties = nil
		return out
	}
	fields := fieldsOf(t)
	long := s.object(fields, t)
	long.Required = nil // they may stand beside the kind key instead
	key := long
	for _, f := range fields {
		if f.short {
			short := s.field(f, t.FieldByIndex(f.index).Type)
			key = &schema{AnyOf: []*schema{short, long}}
			continue
		}
		if !slices.Contains(commonKeys, f.name) && f.name != kind {
			out.Properties.set(f.name, s.field(f, t.FieldByIndex(f.index).Type))
		}
	}
	out.Properties.set(kind, key)
	return out
}
