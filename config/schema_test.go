package config

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func schemaOf(t *testing.T) map[string]any {
	t.Helper()
	out, err := Schema(testKinds(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatal(err)
	}
	again, _ := Schema(testKinds(), nil)
	if string(again) != string(out) {
		t.Error("the schema is different each time: it could not be checked in")
	}
	return s
}

// TestSchemaTakesWhatIsValid holds every good file against the schema.
func TestSchemaTakesWhatIsValid(t *testing.T) {
	s := schemaOf(t)
	files, _ := filepath.Glob("testdata/valid/*.yaml")
	for _, path := range files {
		if why := validate(s, s, document2any(t, path), "$"); why != "" {
			t.Errorf("%s: %s", path, why)
		}
	}
}

// TestSchemaRefuses shows that the schema is not just "anything".
func TestSchemaRefuses(t *testing.T) {
	s := schemaOf(t)
	for _, name := range []string{"unknown-key", "missing-contact", "no-sources", "threshold-unknown-kind", "source-option-misspelt", "source-unknown-kind", "wrong-type-deep", "source-bad-common-keys", "unknown-key-in-flow", "deadline-bad-duration", "watch-without-name", "watch-no-list"} {
		if why := validate(s, s, document2any(t, "testdata/invalid/"+name+".yaml"), "$"); why == "" {
			t.Errorf("%s fits the schema", name)
		}
	}
}

// TestEveryKeyIsExplained fails for a key without words for people.
func TestEveryKeyIsExplained(t *testing.T) {
	guide, err := os.ReadFile("../docs/watchlist.md")
	if err != nil {
		t.Fatal(err)
	}
	var walk func(rt reflect.Type, path string)
	walk = func(rt reflect.Type, path string) {
		for rt.Kind() == reflect.Slice || rt.Kind() == reflect.Map {
			rt = rt.Elem()
		}
		if rt.Kind() != reflect.Struct || !isEntry(rt) || rt == reflect.TypeFor[Source]() && path != "sources" {
			return
		}
		for _, f := range fieldsOf(rt) {
			at := join(path, f.name)
			if f.doc == "" || !strings.HasSuffix(f.doc, ".") {
				t.Errorf("%s: no sentence says what it is", at)
			}
			if !regexp.MustCompile("`(\\w+\\.)*" + f.name + "`|\n## " + f.name + "\n").Match(guide) {
				t.Errorf("%s is not in docs/watchlist.md", at)
			}
			walk(rt.FieldByIndex(f.index).Type, at)
		}
	}
	walk(reflect.TypeFor[Config](), "")
	walk(reflect.TypeFor[Source](), "sources")
	sources, err := os.ReadFile("../docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	_, shared, _ := strings.Cut(string(sources), "\nCommon to all: ")
	shared, _, _ = strings.Cut(shared, ";")
	for _, key := range commonKeys {
		if !strings.Contains(shared, "`"+key+"`") {
			t.Errorf("docs/sources.md does not name %s among what is common to all", key)
		}
	}
}

func document2any(t *testing.T, path string) any {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	text := strings.ReplaceAll(strings.TrimPrefix(string(src), "\uFEFF"), "\r\n", "\n")
	if err := yaml.Unmarshal([]byte(plainBlanks(strings.Split(text, "\n"))), &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(out, &v)
	return v
}

// validate is as much of JSON Schema as our schema uses.
func validate(root, s map[string]any, v any, at string) string {
	if ref, ok := s["$ref"].(string); ok {
		s = root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	if forms, ok := s["anyOf"].([]any); ok {
		fits := slices.ContainsFunc(forms, func(one any) bool { return validate(root, one.(map[string]any), v, at) == "" })
		if !fits {
			return at + ": fits none of the forms"
		}
	}
	if enum, ok := s["enum"].([]any); ok && !slices.Contains(enum, v) {
		return at + ": not one of the words"
	}
	switch x := v.(type) {
	case string:
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(x) {
			return at + ": pattern"
		}
		return wrongKind(s, at, "string")
	case float64:
		if s["type"] == "integer" && x == float64(int64(x)) {
			return ""
		}
		return wrongKind(s, at, "number")
	case bool:
		return wrongKind(s, at, "boolean")
	case []any:
		if why := wrongKind(s, at, "array"); why != "" {
			return why
		}
		items, _ := s["items"].(map[string]any)
		for _, one := range x {
			if why := validate(root, items, one, at+"[]"); why != "" {
				return why
			}
		}
	case map[string]any:
		return validateObject(root, s, x, at)
	}
	return ""
}

func wrongKind(s map[string]any, at, kind string) string {
	if want, ok := s["type"].(string); ok && want != kind {
		return at + ": a " + kind + " instead of " + want
	}
	return ""
}

func validateObject(root, s, x map[string]any, at string) string {
	if why := wrongKind(s, at, "object"); why != "" {
		return why
	}
	required, _ := s["required"].([]any)
	for _, key := range required {
		if _, ok := x[key.(string)]; !ok {
			return at + ": no " + key.(string)
		}
	}
	props, _ := s["properties"].(map[string]any)
	for key, one := range x {
		if names, ok := s["propertyNames"].(map[string]any); ok {
			if why := validate(root, names, key, at+"."+key); why != "" {
				return why
			}
		}
		sub, ok := props[key].(map[string]any)
		if !ok {
			if props[key] == true {
				continue
			}
			switch more := s["additionalProperties"].(type) {
			case bool:
				if !more {
					return at + ": unknown key " + key
				}
				continue
			case map[string]any:
				sub = more
			default:
				continue
			}
		}
		if why := validate(root, sub, one, at+"."+key); why != "" {
			return why
		}
	}
	return ""
}

// ofForm are the mistakes that a schema can see: of keys, of types and of words.
var ofForm = regexp.MustCompile(`^(?:unknown key "[^"]*"(?: here)?$|"\w+" is missing here|\S+ wants (?:keys|a list|true|a number)|(?:lang|language|kind|severity|at_least|at_most): ".*" is not known|unknown topic)`)

// TestSchemaAgrees: an editor marks what check refuses, as far as a schema can: who is told nothing
// while they write should not be told at the start.
func TestSchemaAgrees(t *testing.T) {
	s := schemaOf(t)
	files, _ := filepath.Glob("testdata/invalid/*.yaml")
	seen := 0
	beside := "testdata/invalid/source-option-missing.yaml" // what a kind needs may stand inside it or beside it, so a schema asks for it at neither
	for _, path := range slices.DeleteFunc(files, func(path string) bool { return path == beside }) {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = parseFile(t, path)
		var wrong *Errors
		if !errors.As(err, &wrong) {
			continue
		}
		i := slices.IndexFunc(wrong.List, func(e Error) bool { return !e.Warning && ofForm.MatchString(e.Msg) })
		var v any
		if i < 0 || yaml.Unmarshal([]byte(plainBlanks(strings.Split(string(src), "\n"))), &v) != nil {
			continue
		}
		out, err := json.Marshal(v)
		if err != nil {
			continue
		}
		_ = json.Unmarshal(out, &v)
		seen++
		if why := validate(s, s, v, "$"); why == "" {
			t.Errorf("%s fits the schema, and check says: %s", path, wrong.List[i].Msg)
		}
	}
	if seen < 40 {
		t.Errorf("only %d files were held against the schema", seen)
	}
}
