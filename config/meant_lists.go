package config

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// This file sees by the neighbours of an entry or a key where it was meant to stand, and lists
// that were written as something else.

// entry is one entry of a list.
type entry struct {
	list []ast.Node
	i    int
	at   Pos
}

// enterEntry says which entry of a list is decoded, until leave is called.
func (d *decoder) enterEntry(list []ast.Node, i int) (leave func()) {
	outer := d.list
	d.list = entry{list, i, d.doc.positionOf(list[i]).Pos}
	return func() { d.list = outer }
}

const oneDash = "a dash begins another entry: delete it where the lines belong together"

// apart reports whether the entry at m looks like a part of one beside it, with a dash of its
// own before every key: the two have no key in common, and the other has what is missing here.
func (d *decoder) apart(m position, missing func(key string) bool) bool {
	e := d.list
	if e.at != m.Pos || d.lost > 0 {
		return false
	}
	own := d.blockKeys(e.list[e.i])
	for _, i := range []int{e.i - 1, e.i + 1} {
		if i < 0 || i >= len(e.list) || len(own) == 0 {
			continue
		}
		other := d.blockKeys(e.list[i])
		if slices.ContainsFunc(other, missing) && !slices.ContainsFunc(other, func(key string) bool { return slices.Contains(own, key) }) {
			return true
		}
	}
	return false
}

// blockKeys are the keys of an entry that is not written in braces.
func (d *decoder) blockKeys(n ast.Node) (keys []string) {
	if m, ok := n.(*ast.MappingNode); ok && m.IsFlowStyle {
		return nil
	}
	for _, mv := range d.unwrappedEntries(n) {
		if name, ok := keyName(mv.Key); ok {
			keys = append(keys, name)
		}
	}
	return keys
}

func underHint(key string) string {
	return fmt.Sprintf("indent it further, so that it stands under %s", key)
}

// openAbove is the key that an unknown one was meant to stand under: nothing does, it stands
// above, and it knows such a key. "" for none.
func (d *decoder) openAbove(above []pair, name string, v reflect.Value, fields []field) string {
	for _, p := range slices.Backward(above) {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == p.name })
		if i < 0 {
			continue // another one that was meant to
		}
		t := v.FieldByIndex(fields[i].index).Type()
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch {
		case p.value.Type() != ast.NullType:
		case t.Kind() == reflect.Map, t.Kind() == reflect.Struct && slices.Contains(fieldNames(d.fields(t)), name):
			return p.name
		}
		return ""
	}
	return ""
}

// besideOpen reports an entry of a list that was meant to stand under the last key of the entry
// above it. open is that key's path while nothing stands under it.
func (d *decoder) besideOpen(item ast.Node, at string, open *string) bool {
	if entries := d.unwrappedEntries(item); len(entries) > 0 {
		*open = ""
		for len(entries) > 0 {
			last := entries[len(entries)-1]
			name, _ := keyName(last.Key)
			line := d.doc.line(d.doc.positionOf(last.Key).Line)
			if at = join(at, name); last.Value.Type() == ast.NullType && !commentedOut.MatchString(line) {
				*open = at
			}
			entries = entriesOf(last.Value)
		}
		return false
	}
	if *open == "" || item.Type() == ast.NullType {
		return false
	}
	d.broken[*open] = true
	key := (*open)[strings.LastIndexByte(*open, '.')+1:]
	d.wrong(d.doc.positionOf(item), underHint(key), "this stands beside %s, not under it", key)
	return true
}

// bare reports whether a key in braces has no colon behind it.
func (d *document) bare(n ast.Node, key position) bool {
	if m, ok := n.(*ast.MappingNode); !ok || !m.IsFlowStyle {
		return false
	}
	line := d.runes(key.Line)
	for _, r := range line[min(key.Column-1+key.width, len(line)):] {
		if r != ' ' && r != '\t' {
			return r != ':'
		}
	}
	return true
}

// decimalPart are the decimals of a number, with or without a unit of time.
var decimalPart = regexp.MustCompile(`^\d+[smhdw]?$`)

// bareKey reports what stands behind a comma in braces and is no key: another value, or the
// decimals of a number: then the value before is cut off, and tells nothing.
func (d *decoder) bareKey(key position, name string, before ast.Node) (cut bool) {
	hint := "several values stand in brackets: [a, b]"
	decimals := before.Type() == ast.IntegerType && decimalPart.MatchString(name)
	if decimals {
		hint = fmt.Sprintf("write %s.%s", before.GetToken().Value, name)
	}
	d.wrong(key, hint, "%q stands alone behind a comma, where a key and its value belong", name)
	return decimals
}

// runTogether reports entries of a list that YAML reads as one text, since their dashes are
// missing, or the spaces behind them, or the brackets: a name that is looked for so is found
// nowhere. whole says that n stands where the list should.
func (d *decoder) runTogether(n ast.Node, elem reflect.Type, f field, whole bool) {
	text, ok := n.(*ast.StringNode)
	if !ok {
		return
	}
	plain := text.Token.Type == token.StringType
	lines := strings.Split(strings.TrimSpace(text.Token.Origin), "\n")
	if plain && (whole && (len(lines) > 1 || beginsEntry(lines[0])) || slices.ContainsFunc(lines[1:], beginsEntry)) {
		d.wrong(d.doc.positionOf(n), withDash, "%s: all of this is read as one text", f.name)
		return
	}
	if d.searched(text, f) {
		return
	}
	names := f.name != "ignore" && slices.Contains(nameLists, f.name) // of people an official name may have a comma
	if !names && (!whole || !plain || f.name != "ignore" && elem != reflect.TypeFor[Author]()) || strings.HasPrefix(text.Value, "=") {
		return
	}
	value := text.Value
	if strings.HasPrefix(value, "(") && strings.HasSuffix(value, ")") {
		value = value[1 : len(value)-1]
	}
	parts := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ';' || r == '|' })
	quoted := make([]string, len(parts))
	for i, part := range parts {
		if !strings.ContainsFunc(part, unicode.IsLetter) || legalForm.MatchString(part) || strings.Count(part, "«") != strings.Count(part, "»") || strings.Count(part, `"`)%2 == 1 {
			return // 1,5; a firm by its full name; «Сыр, вино»
		}
		quoted[i] = strconv.Quote(strings.TrimSpace(part))
	}
	if len(parts) > 1 {
		d.warn(d.doc.positionOf(n), "if these are several, write ["+strings.Join(quoted, ", ")+"]", "%s: %q is looked for as one text", f.name, text.Value)
	}
}

// legalForm is what stands behind a comma in the name of one firm. Looked for by itself it would
// be found in every post about any firm.
var legalForm = regexp.MustCompile(`(?i)^\s*(?:ООО|[ОЗП]?АО|ИП|ТОВ|ФОП|АТ|ПрАТ|ПАТ|ТДВ|Е?ООД|Е?АД|ЕТ|Inc|Ltd|Limited|LL[CP]|PLC|GmbH|AG|Corp|Co|S\.?A)\.?\s*$`)

// endsInComma warns of a text that keeps the comma by which other notations part entries.
func (d *decoder) endsInComma(n ast.Node, m position, f field, s written) {
	if text, ok := n.(*ast.StringNode); !ok || text.Token.Type != token.StringType { // quotes say that it is meant
		return
	}
	if end := strings.TrimRight(s.raw, ",; "); end != s.raw && end != "" {
		d.warn(m, didYouMean(end), "%s: the text ends in %q", f.name, s.raw[len(end):])
	}
}

// dashHint is what to write where the list of this key is wanted; known are the keys of an entry.
func (d *decoder) dashHint(n ast.Node, list string, known []string) string {
	if word := d.word(n); list == "watch" && word != "" {
		return fmt.Sprintf("write - name: %q, and terms: under it", word)
	}
	for i, entry := range entriesOf(n) {
		name, _ := keyName(entry.Key)
		switch {
		case beginsEntry(name):
			return withDash
		case i == 0 && !slices.Contains(known, name) && d.near(name, known) == "" && wordFor(name, keyWords, known) == "":
			if hint := entryFor(list, name, entry.Value); hint != "" {
				return hint
			}
		}
	}
	return "begin each entry with a dash"
}

// entryForms are entries of lists that are written as keys and values of one's own: names of
// watches with their terms, languages with their texts.
var entryForms = map[string]string{
	"watch":    "write - name: %q, and terms: under it",
	"webhooks": "write - {name: %q, url: …}",
	"views":    "write - {name: %q, query: …}",
	"replies":  "write - {lang: %q, text: …}",
}

// entryFor is the entry that was meant by such a key and its value; "" for none.
func entryFor(list, name string, value ast.Node) string {
	block := value.Type() == ast.MappingType || value.Type() == ast.MappingValueType
	switch {
	case block && slices.Contains([]string{"watch", "sources", "webhooks", "views"}, list):
		return fmt.Sprintf("write - name: %q, and its keys under it", name)
	case block:
		return ""
	case list == "routes" && slices.Contains(Severities(), name):
		return fmt.Sprintf(`write - {severity: %s, to: "#channel"}`, name)
	case list == "routes" && slices.Contains(Topics(), name):
		return fmt.Sprintf(`write - {topic: %s, to: "#channel"}`, name)
	case list == "official":
		return "write [{name: …, profile: …}], one for each account"
	case entryForms[list] != "":
		return fmt.Sprintf(entryForms[list], name)
	}
	return ""
}

// namesAlone is a list of names in place of keys and values, as people write it who tell the
// languages of a name apart.
func (d *decoder) namesAlone(n ast.Node) string {
	var names []string
	for _, entry := range entriesOf(n) {
		word := d.word(entry.Value)
		if word == "" {
			return ""
		}
		names = append(names, strconv.Quote(word))
	}
	if len(names) == 0 {
		return ""
	}
	return "write the names alone: [" + strings.Join(names, ", ") + "]"
}

// dashed reports whether a list stands where keys and values belong, and is nothing but these: the
// known ones, or where any may be one each.
func (d *decoder) dashed(n ast.Node, known []string) bool {
	list, ok := n.(*ast.SequenceNode)
	if !ok || len(list.Values) == 0 {
		return false
	}
	for _, item := range list.Values {
		entries := d.unwrappedEntries(item)
		if len(known) == 0 && len(entries) != 1 || len(entries) == 0 {
			return false
		}
		for _, entry := range entries {
			if name, _ := keyName(entry.Key); len(known) > 0 && !slices.Contains(known, name) {
				return false
			}
		}
	}
	return true
}

// beginsEntry reports whether a line begins with what people write for the dash of a list.
func beginsEntry(line string) bool {
	line = strings.TrimLeft(line, " ")
	return strings.IndexAny(line, "-–—•·*") == 0
}
