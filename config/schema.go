package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/earshot/earshot/internal/hours"
)

// Schema returns the JSON Schema of the whole watchlist, with the options of
// these kinds, for editors. It is made from the same structs and tags that the
// file is checked against. The schema is wider than the check: a file that
// breaks it is wrong, one that keeps it may still be.
func Schema(kinds Kinds) ([]byte, error) {
	s := schemer{defs: jsonschema.Definitions{}}
	s.defs["expr"] = s.exprSchema()
	root := s.object(fieldsOf(reflect.TypeFor[Config]()), reflect.TypeFor[Config]())
	root.Version = jsonschema.Version
	root.Title = "earshot watchlist"
	root.Required = []string{"contact", "watch", "sources"}
	sources, _ := root.Properties.Get("sources")
	sources.Type = "array"
	sources.Items = &jsonschema.Schema{}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		s.defs["source_"+name] = s.sourceSchema(name, kinds[name])
		sources.Items.AnyOf = append(sources.Items.AnyOf, &jsonschema.Schema{Ref: "#/$defs/source_" + name})
	}
	root.Definitions = s.defs
	out, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return append(out, '\n'), nil
}

type schemer struct{ defs jsonschema.Definitions }

// object describes a struct by its fields.
func (s schemer) object(fields []field, t reflect.Type) *jsonschema.Schema {
	out := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, f := range fields {
		out.Properties.Set(f.name, s.field(f, t.FieldByIndex(f.index).Type))
		if f.required {
			out.Required = append(out.Required, f.name)
		}
	}
	return out
}

// field describes one key with its words for people.
func (s schemer) field(f field, t reflect.Type) *jsonschema.Schema {
	out := s.value(f, t)
	if out.Ref != "" || out == jsonschema.TrueSchema {
		out = &jsonschema.Schema{AllOf: []*jsonschema.Schema{out}}
	}
	out.Description = f.doc
	if f.example != "" {
		out.Examples = []any{f.example}
	}
	return out
}

// value describes one type.
func (s schemer) value(f field, t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[Text](), reflect.TypeFor[hours.Holiday]():
		return text()
	case reflect.TypeFor[Secret](), reflect.TypeFor[hours.Hours](), reflect.TypeFor[hours.Moment](), reflect.TypeFor[netip.Prefix]():
		return &jsonschema.Schema{Type: "string"}
	case reflect.TypeFor[time.Duration]():
		return &jsonschema.Schema{Type: "string", Pattern: `^((\d+(\.\d+)?(ms|s|m|h|d|w))+|0)$`}
	case reflect.TypeFor[backfill]():
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "boolean"}, s.value(f, reflect.TypeFor[time.Duration]())}}
	case reflect.TypeFor[Expr]():
		return &jsonschema.Schema{Ref: "#/$defs/expr"}
	case reflect.TypeFor[[]Source]():
		return &jsonschema.Schema{}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.value(f, t.Elem())
	case reflect.Struct:
		return s.structure(t)
	case reflect.Slice:
		items := s.value(f, t.Elem())
		list := &jsonschema.Schema{Type: "array", Items: items}
		if items.Type == "object" {
			return list
		}
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{list, items}}
	case reflect.Map:
		elem := f
		elem.doc, elem.example = "", ""
		return &jsonschema.Schema{Type: "object", PropertyNames: enum(f.keys), AdditionalProperties: s.value(elem, t.Elem())}
	case reflect.Bool:
		return &jsonschema.Schema{Type: "boolean"}
	case reflect.Float32, reflect.Float64:
		return &jsonschema.Schema{Type: "number"}
	case reflect.String:
		if words := enum(f.format); words != nil {
			return words
		}
		return text()
	case reflect.Interface:
		return jsonschema.TrueSchema
	}
	return &jsonschema.Schema{Type: "integer"}
}

// structure describes a struct, and its short form if it has one.
func (s schemer) structure(t reflect.Type) *jsonschema.Schema {
	fields := fieldsOf(t)
	long := s.object(fields, t)
	for _, f := range fields {
		if f.short {
			return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{s.value(f, t.FieldByIndex(f.index).Type), long}}
		}
	}
	return long
}

// text is what the decoder takes as a text: numbers are taken as written.
func text() *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, {Type: "number"}, {Type: "boolean"}}}
}

// enum describes the formats that have a few words only; nil for the others.
func enum(format string) *jsonschema.Schema {
	var words []string
	switch format {
	case "lang":
		words = Langs()
	case "postkind":
		words = PostKinds()
	case "severity":
		words = Severities()
	default:
		return nil
	}
	out := &jsonschema.Schema{}
	for _, w := range words {
		out.Enum = append(out.Enum, w)
	}
	return out
}

// exprSchema describes one operand of any, all and none.
func (s schemer) exprSchema() *jsonschema.Schema {
	list := func() *jsonschema.Schema {
		one := &jsonschema.Schema{Ref: "#/$defs/expr"}
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "array", Items: one}, one}}
	}
	group := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, key := range []string{"any", "all", "none"} {
		group.Properties.Set(key, list())
	}
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{text(), group}}
}

// sourceSchema describes the block of one kind: the kind key in its short or
// long form, the keys every source has, and the kind's own beside it.
func (s schemer) sourceSchema(kind string, options any) *jsonschema.Schema {
	commons := reflect.TypeFor[common]()
	out := s.object(fieldsOf(commons), commons)
	out.Required = []string{kind}
	t := reflect.TypeOf(options)
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		out.Properties.Set(kind, jsonschema.TrueSchema)
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
			key = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{short, long}}
			continue
		}
		if !slices.Contains(commonKeys, f.name) && f.name != kind {
			out.Properties.Set(f.name, s.field(f, t.FieldByIndex(f.index).Type))
		}
	}
	out.Properties.Set(kind, key)
	return out
}
