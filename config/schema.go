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
	config, expr := reflect.TypeFor[Config](), reflect.TypeFor[Expr]()
	s := schemer{map[string]*schema{}, &schema{}, explain}
	s.defs["expr"] = &schema{AnyOf: []*schema{text(), s.object(fieldsOf(expr), expr)}}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		s.defs["source_"+name] = s.sourceSchema(name, kinds.options(name))
		s.source.AnyOf = append(s.source.AnyOf, &schema{Ref: "#/$defs/source_" + name})
	}
	root := s.object(fieldsOf(config), config)
	root.Version = "https://json-schema.org/draft/2020-12/schema"
	root.Title = "earshot watchlist"
	root.Required = []string{"contact", "watch", "sources"}
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
	source  *schema // of any kind
	explain func(english string) string
}

// object describes a struct by its fields.
func (s schemer) object(fields []field, t reflect.Type) *schema {
	out := &schema{Type: "object", AdditionalProperties: nothing()}
	for _, f := range fields {
		out.Properties = append(out.Properties, property{f.name, s.field(f, t.FieldByIndex(f.index).Type)})
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
	if form := single[t]; form != nil {
		return form()
	}
	switch t {
	case reflect.TypeFor[time.Duration]():
		length := &schema{Type: "string", Pattern: `^((\d+(\.\d+)?(ms|s|m|h|d|w))+|0)$`}
		if f.format == "backfill" {
			return &schema{AnyOf: []*schema{{Type: "boolean"}, length}}
		}
		return length
	case reflect.TypeFor[[]Source]():
		return &schema{Type: "array", Items: s.source}
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

// single are the structs that are written as one value, and what an editor takes for each.
var single = map[reflect.Type]func() *schema{
	reflect.TypeFor[Text]():          text,
	reflect.TypeFor[hours.Holiday](): text,
	reflect.TypeFor[Secret]():        aString,
	reflect.TypeFor[hours.Hours]():   aString,
	reflect.TypeFor[hours.Moment]():  aString,
	reflect.TypeFor[netip.Prefix]():  aString,
	reflect.TypeFor[Pause]():         aString,
	reflect.TypeFor[Expr]():          func() *schema { return &schema{Ref: "#/$defs/expr"} },
}

func aString() *schema { return &schema{Type: "string"} }

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
		out.Properties = append(out.Properties, property{kind, anything()})
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
			out.Properties = append(out.Properties, property{f.name, s.field(f, t.FieldByIndex(f.index).Type)})
		}
	}
	out.Properties = append(out.Properties, property{kind, key})
	return out
}
