package config

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"

	words "github.com/earshot/earshot/internal/text"
)

// scalar decodes into the plain Go kinds.
func (d *decoder) scalar(n ast.Node, v reflect.Value, m position, f field) {
	switch v.Kind() {
	case reflect.String:
		d.string(n, v, m, f)
	case reflect.Bool:
		if b, ok := n.(*ast.BoolNode); ok {
			v.SetBool(b.Value)
		} else {
			d.wrong(m, yesOrNo[strings.ToLower(d.word(n))], "%s wants true or false, not %s", f.name, kindOf(n))
		}
	case reflect.Float64:
		if x, ok := number(n); ok {
			v.SetFloat(x)
		} else {
			d.wrongNumber(n, m, f)
		}
	case reflect.Int, reflect.Int64:
		d.integer(n, v, m, f)
	default:
		d.wrong(m, "", "%s cannot be set here", f.name)
	}
}

// string decodes a text in the form of its field.
func (d *decoder) string(n ast.Node, v reflect.Value, m position, f field) {
	s, ok := d.text(n, m, f)
	if !ok {
		return
	}
	if f.format == "url" {
		s.value = pastedAddress(s.value)
	}
	if f.format == "destination" || f.format == "door of a fallback" {
		if route, ok := d.doorOf(s, m, f); ok {
			v.SetString(route)
			return
		}
	}
	if msg, hint := checkFormat(f.format, s.value); msg != "" {
		if hint == "" && f.format == "door of a fallback" {
			hint = d.doorHint(s.value)
		}
		if f.format == "destination" && !strings.HasPrefix(s.value, "#") {
			hint = cmp.Or(d.wayHint(s.value), hint)
		}
		_, hint = s.unquoted(msg, hint) // it may repeat the value
		d.wrong(m, hint, "%s: %q %s", f.name, s.raw, msg)
		return
	}
	v.SetString(s.value)
	if f.format == "url" && !s.secret {
		d.keyInAddress(s.value, m, f)
	}
	if s.curlyQuoted() {
		d.warn(m, plainQuotes, "%s: these quotes become a part of the text", f.name)
	}
	if f.format == "" {
		d.endsInComma(n, m, f, s)
		d.cutByHash(n, m, f)
	}
	if end := strings.TrimRight(s.value, ".,;:"); f.format == "url" && end != s.value && !s.secret {
		d.warn(m, didYouMean(end), "%s: the address ends in %q", f.name, s.value[len(end):])
	}
}

// text decodes a scalar as a text. Numbers and true are taken as they are
// written: a brand may be called 360 or True.
func (d *decoder) text(n ast.Node, m position, f field) (written, bool) {
	return d.textOf(n, m, f, func(s string) bool { return isPublic(f.format, s) })
}

// textOf is text where public says which texts hold no secret.
func (d *decoder) textOf(n ast.Node, m position, f field, public func(string) bool) (written, bool) {
	raw := ""
	switch t := n.(type) {
	case *ast.StringNode:
		raw = t.Value
	case *ast.LiteralNode:
		raw = t.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		raw = n.GetToken().Value
	case *ast.SequenceNode:
		if f.several {
			d.wrong(m, "write one entry for each", "%s wants %s, not a list", f.name, wanted(f))
			return written{}, false
		}
		d.wrongType(n, m, f.name, wanted(f))
		return written{}, false
	default:
		d.wrongType(n, m, f.name, wanted(f))
		return written{}, false
	}
	if strings.ContainsFunc(raw, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		d.wrong(m, "delete it", "%s: a control character", f.name)
		return written{}, false
	}
	return d.expand(raw, m, f.name, public)
}

func wanted(f field) string {
	if f.example != "" {
		return "a value such as " + f.example
	}
	return "a text"
}

func number(n ast.Node) (float64, bool) {
	switch t := n.(type) {
	case *ast.IntegerNode:
		switch x := t.Value.(type) {
		case int64:
			return float64(x), true
		case uint64:
			return float64(x), true
		}
	case *ast.FloatNode:
		return t.Value, !math.IsNaN(t.Value) && !math.IsInf(t.Value, 0)
	}
	return 0, false
}

func (d *decoder) integer(n ast.Node, v reflect.Value, m position, f field) {
	t, ok := n.(*ast.IntegerNode)
	if !ok {
		if _, isFloat := n.(*ast.FloatNode); isFloat {
			d.wrong(m, "", "%s wants a whole number", f.name)
			return
		}
		d.wrongNumber(n, m, f)
		return
	}
	x, fits := t.Value.(int64)
	if u, positive := t.Value.(uint64); positive {
		x, fits = int64(u), u <= math.MaxInt64
	}
	if !fits || v.OverflowInt(x) {
		d.wrong(m, "", "%s: this number is out of range", f.name)
		return
	}
	v.SetInt(x)
}

// anything decodes into plain Go values, for options that are free in form.
func (d *decoder) anything(n ast.Node, path string) any {
	m := d.doc.positionOf(n)
	ok, leave := d.enter(m)
	defer leave()
	if !ok {
		return nil
	}
	n = d.unwrap(n)
	switch t := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		out := map[string]any{}
		for _, p := range d.pairs(n, path) {
			out[p.name] = d.anything(p.value, join(path, p.name))
		}
		return out
	case *ast.SequenceNode:
		out := make([]any, 0, len(t.Values))
		for i, item := range t.Values {
			out = append(out, d.anything(item, fmt.Sprintf("%s[%d]", path, i)))
		}
		return out
	case *ast.BoolNode:
		return t.Value
	case *ast.IntegerNode:
		if x, ok := t.Value.(uint64); ok && x <= math.MaxInt64 {
			return int64(x)
		}
		return t.Value
	case *ast.FloatNode:
		return t.Value
	case *ast.StringNode, *ast.LiteralNode:
		s, _ := d.text(n, m, field{name: path})
		return s.value
	}
	return nil
}

// maxDuration is ten years: anything longer is a slip.
const maxDuration = 10 * 366 * 24 * time.Hour

// parseDuration reads 90s, 5m, 1h30m, 7d, 2w. msg is empty when it is fine.
func parseDuration(s string) (v time.Duration, msg, hint string) {
	const how = "write it like 30s, 5m, 2h or 7d"
	written := strings.TrimSpace(s)
	if written == "0" {
		return 0, "", ""
	}
	if _, err := strconv.ParseFloat(written, 64); err == nil {
		return 0, fmt.Sprintf("%q has no unit", written), fmt.Sprintf("write %ss, %sm, %sh or %sd", written, written, written, written)
	}
	v, ok := words.Length(written)
	switch {
	case written == "":
		return 0, "the length of time is empty", how
	case !ok:
		if meant := words.MeantLength(written); meant != "" {
			return 0, fmt.Sprintf("%q is not a length of time", written), didYouMean(meant)
		}
		return 0, fmt.Sprintf("%q is not a length of time", written), how
	case v > maxDuration:
		return 0, fmt.Sprintf("%q is more than ten years", written), ""
	}
	return v, "", ""
}

// parsePrefix reads a network; a single address is the network of itself.
func parsePrefix(s string) (p netip.Prefix, msg, hint string) {
	if addr, err := netip.ParseAddr(s); err == nil && addr.Zone() == "" {
		return netip.PrefixFrom(addr, addr.BitLen()), "", ""
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return p, fmt.Sprintf("%q is not a network", s), "write it like 10.1.0.0/16 or 127.0.0.1/32"
	}
	if p.Masked() != p {
		return p, fmt.Sprintf("%q has bits after the slash's length", s), didYouMean(p.Masked().String())
	}
	return p, "", ""
}

// brief writes a duration the way people write it: 5m, not 5m0s.
func brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
