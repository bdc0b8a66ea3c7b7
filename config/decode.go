package config

import (
	"cmp"
	"fmt"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/earshot/earshot/internal/hours"
)

// decoder walks the tree against a struct and collects every mistake on the way.
// Paths name places: "routes[2].to". A value's place is at its path, a key's
// place at the path and a question mark.
type decoder struct {
	doc      *document // the file that is decoded, or the first when all are
	at       map[string]position
	broken   map[string]bool // paths with a mistake at or under them
	wrongAt  map[Pos]bool
	problems []Error
	mistakes int // without warnings
	warnings int
	lost     int // mistakes and warnings beyond maxErrors of each
	depth    int
	values   int // met so far
	kinds    Kinds
	doors    map[string]bool          // the names under doors:
	hooks    []string                 // the names under webhooks:
	inline   map[string]inlined       // doors that stand in destinations, by the name they get
	earlier  map[string]int           // entries of the lists of the files before; nil for a part of a file
	beside   []string                 // keys that are known beside those of the struct at the top
	known    map[reflect.Type][]field // of the structs met so far
	list     entry                    // the innermost entry of a list that is decoded
}

func newDecoder(doc *document, kinds Kinds) *decoder {
	return &decoder{doc: doc, at: map[string]position{}, broken: map[string]bool{}, wrongAt: map[Pos]bool{}, kinds: kinds, known: map[reflect.Type][]field{}}
}

func (d *decoder) add(e Error) {
	n := &d.warnings
	if !e.Warning {
		d.wrongAt[e.Pos] = true
		n = &d.mistakes
	}
	if *n++; *n > maxErrors {
		d.lost++
		return
	}
	d.problems = append(d.problems, e)
}

// wrong records a mistake.
func (d *decoder) wrong(m position, hint, format string, args ...any) {
	d.add(d.doc.of(m.Pos).problem(m, hint, format, args...))
}

// warn records something that is allowed but probably not meant.
func (d *decoder) warn(m position, hint, format string, args ...any) {
	e := d.doc.of(m.Pos).problem(m, hint, format, args...)
	e.Warning = true
	d.add(e)
}

// place returns where the value at a path stands, or else the nearest thing
// around it.
func (d *decoder) place(path string) position {
	for {
		if m, ok := d.at[path]; ok {
			return m
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return d.doc.positionOf(d.doc.root)
		}
		path = path[:cut]
	}
}

// has reports whether the file writes a key at this path.
func (d *decoder) has(path string) bool {
	_, ok := d.at[path]
	return ok
}

// unwrap takes anchors and tags off a value and follows an alias.
func (d *decoder) unwrap(n ast.Node) ast.Node {
	for range maxDepth * 2 {
		switch t := n.(type) {
		case *ast.AnchorNode:
			n = t.Value
		case *ast.TagNode:
			n = t.Value
		case *ast.AliasNode:
			n = d.doc.aliases[t]
		default:
			return n
		}
	}
	return n
}

// enter bounds depth and the number of values, which aliases of aliases multiply; ok is false when it
// is enough. leave must be called in any case.
func (d *decoder) enter(m position) (ok bool, leave func()) {
	d.depth++
	d.values++
	leave = func() { d.depth-- }
	switch {
	case d.values == maxValues: // say it once
		d.wrong(m, "", "the aliases of this file expand to more than %d values", maxValues)
		return false, leave
	case d.values > maxValues:
		return false, leave
	case d.depth > maxDepth*2:
		d.wrong(m, "", "this is nested too deeply: an anchor inside itself?")
		return false, leave
	}
	return true, leave
}

// near is nearest, until there are so many mistakes that no more are shown.
func (d *decoder) near(word string, known []string) string {
	if d.lost > 0 {
		return ""
	}
	return nearest(word, known)
}

// meant is the hint that a known word was meant by what is written, or else another hint.
func (d *decoder) meant(written string, known []string, otherwise string) string {
	if word := cmp.Or(wordFor(written, valueWords, known), d.near(written, known)); word != "" {
		return meantFor(written, word)
	}
	return otherwise
}

// within narrows a position to a part of what stands there.
func (d *decoder) within(m position, part string) position {
	if d.lost > 0 {
		return m
	}
	return d.doc.of(m.Pos).within(m, part)
}

// value decodes one value into v. f describes the key it stands under.
func (d *decoder) value(n ast.Node, v reflect.Value, path string, f field) {
	before := d.mistakes
	defer func() {
		if d.mistakes > before {
			d.broken[path] = true
		}
	}()
	m := d.doc.positionOf(n)
	d.at[path] = m
	ok, leave := d.enter(m)
	defer leave()
	if !ok {
		return
	}
	if anchor, ok := n.(*ast.AnchorNode); ok && anchor.Value.Type() == ast.StringType && !d.doc.used(anchor.Value) {
		d.warn(m, "a text that begins with & needs quotes", "%s: nothing uses %s, and only what stands behind it is read", f.name, "&"+anchor.Name.String())
	}
	if anchor, ok := n.(*ast.AnchorNode); ok && anchor.Value.Type() == ast.NullType && !d.doc.used(anchor.Value) {
		d.wrong(m, "a text that begins with & needs quotes", "%s is empty", f.name)
		return
	}
	n = d.unwrap(n)
	if n == nil {
		return
	}
	if v.CanAddr() && d.special(n, v.Addr().Interface(), m, path, f) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		d.value(n, p.Elem(), path, f)
		v.Set(p)
	case reflect.Struct:
		d.structure(n, v, m, path, f)
	case reflect.Slice:
		d.slice(n, v, m, path, f)
	case reflect.Map:
		d.mapping(n, v, m, path, f)
	case reflect.Interface:
		if got := d.anything(n, path); got != nil {
			v.Set(reflect.ValueOf(got))
		}
	default:
		d.scalar(n, v, m, f)
	}
}

// special decodes the types that are more than their Go kind.
func (d *decoder) special(n ast.Node, into any, m position, path string, f field) bool {
	switch p := into.(type) {
	case *Text:
		if s, ok := d.text(n, m, f); ok {
			p.Value, p.Pos = s.value, m.Pos
			d.endsInComma(n, m, f, s)
			d.cutByHash(n, m, f)
		}
	case *Secret:
		d.secret(n, p, m, f)
	case *Expr:
		d.expr(n, p, m, path)
	case *Source:
		d.source(n, p, m, path)
	case *time.Duration:
		if f.format != "backfill" || !d.backfill(n, p, m, f) {
			parsed(d, n, p, m, f, parseDuration)
		}
	case *Pause:
		parsed(d, n, p, m, f, parsePause)
		p.at = m
	case *hours.Hours:
		parsedHours(d, n, p, m, f, hours.Parse)
	case *hours.Moment:
		parsedHours(d, n, p, m, f, func(s string) (hours.Moment, error) { return hours.ParseMoment(s, f.example) })
	case *hours.Holiday:
		parsedHours(d, n, p, m, f, hours.ParseHoliday)
	case *netip.Prefix:
		parsed(d, n, p, m, f, parsePrefix)
	default:
		return false
	}
	return true
}

// parsed decodes a text by a parser that says what is wrong with it, and what to do.
func parsed[T any](d *decoder, n ast.Node, into *T, m position, f field, parse func(string) (v T, msg, hint string)) {
	s, ok := d.textOf(n, m, f, func(s string) bool { _, msg, _ := parse(s); return msg == "" })
	if !ok {
		return
	}
	v, msg, hint := parse(s.value)
	if msg == "" {
		*into = v
		return
	}
	msg, hint = s.unquoted(msg, hint)
	d.wrong(m, hint, "%s: %s", f.name, msg)
}

// parsedHours decodes a text by a parser of package hours, and puts the caret under
// the part it does not understand.
func parsedHours[T any](d *decoder, n ast.Node, into *T, m position, f field, parse func(string) (T, error)) {
	s, ok := d.textOf(n, m, f, func(s string) bool { _, err := parse(s); return err == nil })
	if !ok {
		return
	}
	v, err := parse(s.value)
	if err == nil {
		*into = v
		return
	}
	msg, hint := err.Error(), ""
	if se, ok := err.(*hours.SyntaxError); ok {
		msg, hint = se.Msg, se.Hint
		if text := []rune(s.value); se.Offset+se.Length <= len(text) {
			whole := d.within(m, s.value)
			if whole.width == len(text) {
				m = position{Pos: d.doc.pos(whole.Line, whole.Column+se.Offset), width: se.Length}
			}
		}
	}
	msg, hint = s.unquoted(msg, hint)
	d.wrong(m, hint, "%s: %s", f.name, msg)
}

// structure decodes keys and values into a struct.
func (d *decoder) structure(n ast.Node, v reflect.Value, m position, path string, f field) {
	if pos := v.FieldByName("Pos"); pos.IsValid() && pos.Type() == reflect.TypeFor[Pos]() {
		pos.Set(reflect.ValueOf(m.Pos))
	}
	fields := d.fields(v.Type())
	switch n.(type) {
	case *ast.NullNode:
		if strings.HasSuffix(path, "]") {
			d.wrong(m, "", "an empty entry in %s", f.name)
		} else if strings.Contains(path, ".") && slices.ContainsFunc(fields, func(f field) bool { return f.required }) {
			d.wrongType(n, m, f.name, "keys and values") // left out it means something else
		}
		return
	case *ast.MappingNode, *ast.MappingValueNode:
		if hint := fromTo(d, n); hint != "" && shortField(fields) >= 0 && fields[shortField(fields)].name == "hours" {
			d.wrong(m, hint, "%s wants the hours as one text", f.name)
			return
		}
		d.keys(d.pairs(n, path), v, m, path, fields)
		return
	}
	if i := shortField(fields); i >= 0 {
		sub := fields[i]
		sub.name = f.name
		d.value(n, v.FieldByIndex(sub.index), join(path, fields[i].name), sub)
		return
	}
	d.wrongType(n, m, f.name, "keys and values", fieldNames(fields)...)
}

// isEntry reports whether a list of this type holds blocks of keys, rather than
// values that are written as one word.
func isEntry(t reflect.Type) bool { return t.Kind() == reflect.Struct && single[t] == nil }

// commentedOut is a key with a word right behind a #, and nothing else.
var commentedOut = regexp.MustCompile(`: +#[^\s#]`)

func (d *decoder) slice(n ast.Node, v reflect.Value, m position, path string, f field) {
	elem := v.Type().Elem()
	first := d.earlier[path]
	if _, null := n.(*ast.NullNode); null {
		if commentedOut.MatchString(d.doc.line(m.Line)) { // routes: #pr
			d.wrongType(n, m, f.name, "")
		}
		return
	}
	if first == 0 { // what is there is a default, not entries of another file
		v.SetZero()
	}
	switch t := n.(type) {
	case *ast.SequenceNode:
		out := reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()+len(t.Values)), v)
		open := ""
		for i, item := range t.Values {
			one := reflect.New(elem).Elem()
			at := fmt.Sprintf("%s[%d]", path, first+i)
			d.runTogether(item, elem, f, false)
			before := d.mistakes
			if !isEntry(elem) || !d.besideOpen(item, at, &open) {
				leave := d.enterEntry(t.Values, i)
				d.value(item, one, at, f)
				leave()
			}
			if d.mistakes == before || isEntry(elem) { // the place of an entry in its list must stay
				out = reflect.Append(out, one)
			}
		}
		v.Set(out)
		return
	case *ast.MappingNode, *ast.MappingValueNode:
		if elem != reflect.TypeFor[Expr]() {
			hint := ""
			if isEntry(elem) {
				hint = d.dashHint(n, f.name, d.keysOf(elem))
			} else if slices.Contains(nameLists, f.name) {
				hint = d.namesAlone(n)
			}
			d.wrong(m, hint, "%s wants a list, not %s", f.name, kindOf(n))
			return
		}
	}
	if isEntry(elem) && shortField(d.fields(elem)) < 0 {
		d.wrong(m, d.dashHint(n, f.name, d.keysOf(elem)), "%s wants a list, not %s", f.name, kindOf(n))
		return
	}
	one := reflect.New(elem).Elem() // a single value is a list of one
	d.runTogether(n, elem, f, true)
	before := d.mistakes
	d.value(n, one, fmt.Sprintf("%s[%d]", path, first), f)
	if d.mistakes == before {
		v.Set(reflect.Append(v, one))
	}
}

func (d *decoder) mapping(n ast.Node, v reflect.Value, m position, path string, f field) {
	switch n.(type) {
	case *ast.NullNode:
		return
	case *ast.MappingNode, *ast.MappingValueNode:
	default:
		d.wrongType(n, m, f.name, "keys and values")
		return
	}
	out := reflect.MakeMap(v.Type())
	elem := f
	for _, p := range d.pairs(n, path) {
		at := join(path, p.name)
		d.at[at+"?"] = p.key
		if msg, hint := checkFormat(f.keys, p.name); msg != "" {
			d.wrong(p.key, hint, "%s: %q %s", f.name, p.name, msg)
		}
		elem.name = join(f.name, p.name)
		one := reflect.New(v.Type().Elem()).Elem()
		d.value(p.value, one, at, elem)
		out.SetMapIndex(reflect.ValueOf(p.name).Convert(v.Type().Key()), one)
	}
	v.Set(out)
}

// expr decodes one operand of any, all and none.
func (d *decoder) expr(n ast.Node, into *Expr, m position, path string) {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
	default:
		if s, ok := d.text(n, m, field{name: "a term"}); ok {
			into.Term = Text{Value: s.value, Pos: m.Pos}
		}
		return
	}
	before, pairs := d.mistakes, d.pairs(n, path)
	d.keys(pairs, reflect.ValueOf(into).Elem(), m, path, d.fields(reflect.TypeFor[Expr]()))
	switch {
	case d.mistakes > before:
	case len(pairs) > 1:
		d.wrong(m, "write one entry for each", "one group has one of any, all and none")
	case len(into.Any)+len(into.All)+len(into.None) == 0:
		d.wrong(m, "", "an empty group")
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
