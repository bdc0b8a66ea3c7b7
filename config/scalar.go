package config

import (
	"cmp"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	words "github.com/earshot/earshot/internal/text"
)

// kindOf names what somebody wrote.
func kindOf(n ast.Node) string {
	switch n.Type() {
	case ast.NullType:
		return "nothing"
	case ast.BoolType:
		return "true or false"
	case ast.IntegerType, ast.FloatType, ast.InfinityType, ast.NanType:
		return "a number"
	case ast.SequenceType:
		return "a list"
	case ast.MappingType, ast.MappingValueType:
		return "keys and values"
	}
	return "a text"
}

// gluedWord is a key with its value right behind the colon. An address has a slash there.
var gluedWord = regexp.MustCompile(`^[\pL_]+:[^\s/]`)

var (
	wideColon = regexp.MustCompile(`^[\pL_]+：`)
	quotedKey = regexp.MustCompile(`^[\pL_]+: `)
)

// aloneAddress is the address that stands where a source belongs, also behind something that is
// no key: feed = https://news.example/rss.
func aloneAddress(word string) string {
	word = word[max(0, strings.Index(word, "http")):]
	if !strings.Contains(word, ".") || strings.ContainsFunc(word, unicode.IsSpace) {
		return ""
	}
	return word
}

// textHints is what to write in place of a text, by the key it stands at.
var textHints = map[string]string{
	"digest": `write digest: {to: "#pr-digest", daily: 09:00 Europe/Kyiv}`,
	"store":  "write it under store, as database: or redis:",
	"select": "write {item: …, text: …}, with a selector for each",
}

// fromTo is the text in place of a beginning and an end that were written apart.
func fromTo(d *decoder, n ast.Node) string {
	var from, to, zone string
	for _, entry := range entriesOf(n) {
		name, _ := keyName(entry.Key)
		switch strings.ToLower(name) {
		case "from", "start", "begin", "с", "з", "від", "от":
			from = d.word(entry.Value)
		case "to", "end", "until", "till", "до", "по":
			to = d.word(entry.Value)
		case "zone", "timezone", "tz":
			zone = d.word(entry.Value)
		}
	}
	if from == "" || to == "" {
		return ""
	}
	return fmt.Sprintf("write hours: %s-%s %s", from, to, cmp.Or(zone, "Europe/Kyiv"))
}

// hintForText is what to write in place of a text where keys and values belong.
func hintForText(word, name string) string {
	switch {
	case gluedWord.MatchString(word):
		return "write a space after the colon"
	case wideColon.MatchString(word):
		return "write a plain colon and a space behind it"
	case quotedKey.MatchString(word):
		return "write it without quotes"
	case name == "a source" && aloneAddress(word) != "":
		return fmt.Sprintf("earshot add %s says what it is and writes it", aloneAddress(word))
	case assigned.MatchString(word):
		return "write a colon and a space in place of ="
	case name == "routes":
		return fmt.Sprintf("write to: %q", word)
	}
	return ""
}

// wrongType reports a value of the wrong type and guesses at the slip of the pen.
// known are the keys that are wanted, where keys are.
func (d *decoder) wrongType(n ast.Node, m position, name, want string, known ...string) {
	hint := ""
	line := d.doc.line(m.Line)
	switch n.Type() {
	case ast.NullType:
		if strings.Contains(line, " #") {
			hint = "# begins a comment: put the value in quotes"
		} else if n.GetToken().Type == token.NullType { // null is written, and may be meant as a word
			hint = "put it in quotes"
		}
		d.wrong(m, hint, "%s is empty", name)
		return
	case ast.MappingType, ast.MappingValueType:
		flow := strings.HasPrefix(string(d.doc.runes(m.Line)[m.Column-1:]), "{")
		if entries := entriesOf(n); strings.Contains(line, "{{") || len(entries) == 1 && !flow && d.doc.positionOf(entries[0].Value).Line == m.Line && !strings.HasPrefix(want, "keys") {
			hint = "put the text in quotes" // Acme: the bank
		}
		hint = cmp.Or(hint, fromTo(d, n))
	case ast.SequenceType:
		switch {
		case !strings.HasPrefix(want, "keys") && d.list.at == m.Pos:
			hint = "write its entries into the list itself"
		case !strings.HasPrefix(want, "keys"):
			hint = "only one value may stand here"
		case d.dashed(n, known):
			hint = "delete the dashes"
		}
	case ast.StringType:
		if strings.HasPrefix(want, "keys and values") {
			hint = cmp.Or(textHints[name], hintForText(n.GetToken().Value, name))
		}
	}
	if hint == "" { // one number for all is what people think of first
		hint = map[string]string{"alert_above": "write it like {review: 0.4, forum: 0.6}", "alert_below": "write it like {review: -0.4, forum: -0.6}", "doors": doorsLike}[name]
	}
	if hint == "" && want == "keys and values" {
		switch {
		case name == "watch" && n.Type() == ast.StringType:
			hint = fmt.Sprintf("write name: %q, and terms: under it", n.GetToken().Value)
		case name == "watch":
			hint = "write watch: with a name and terms"
		case len(known) > 0:
			hint = "known here: " + shortList(known)
		}
	}
	d.wrong(m, hint, "%s wants %s, not %s", name, want, kindOf(n))
}

// text decodes a scalar as a text. Numbers and true are taken as they are
// written: a brand may be called 360 or True.
func (d *decoder) text(n ast.Node, m position, f field) (written, bool) {
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
	return d.expand(raw, m, f.name)
}

func wanted(f field) string {
	if f.example != "" {
		return "a value such as " + f.example
	}
	return "a text"
}

// sqliteFile is how SQLite itself writes the address of a database.
var sqliteFile = regexp.MustCompile(`\.(?:db|sqlite3?)(?:\?.*)?$`)

// secret decodes a Secret and warns of one that is written out.
func (d *decoder) secret(n ast.Node, into *Secret, m position, f field) {
	s, ok := d.text(n, m, f)
	if !ok {
		if f.format == "database" && d.doc.lenient {
			d.doc.noDatabase = slices.Clone(d.problems[max(0, len(d.problems)-1):])
		}
		return
	}
	aFile := strings.HasPrefix(s.value, "file:/") && !(f.format == "database" && sqliteFile.MatchString(s.value))
	if !s.secret && (shellStyle.MatchString(s.value) || otherStyle.MatchString(s.value) || aFile) {
		d.notUnderstood(s.value, m, f.name)
		return
	}
	s.value = strings.TrimRight(s.value, "\n") // of a value that is written under its key
	if f.format == "url" {
		s.value = pastedAddress(s.value)
	}
	*into = NewSecret(s.value, s.origin)
	if msg, hint := checkFormat(f.format, s.value); msg != "" {
		*into = Secret{}
		if f.format == "url" {
			hint = wholeAddress // the one that was meant is the secret
		}
		_, hint = s.unquoted(msg, hint)
		d.wrong(m, hint, "%s: this %s", f.name, msg)
		if f.format == "door" {
			return // it is none, and so no secret
		}
	} else if s.curlyQuoted() {
		d.wrong(m, plainQuotes, "%s: these quotes become a part of the text", f.name)
	}
	if s.secret {
		return
	}
	password := pastedPassword.FindStringSubmatch(s.value)
	whole := f.format != "database" && f.format != "redis" // of their addresses the password alone is secret
	if whole || password != nil {
		d.doc.notePasted(m.Pos)
	}
	switch {
	case strings.HasPrefix(s.value, "xox"), strings.HasPrefix(s.value, "xapp-"):
		d.doc.hide(s.value)
		d.warn(m, fmt.Sprintf("write ${env:SLACK_%s} instead", strings.ToUpper(f.name)), "%s: the secret itself stands in this file", f.name)
	case whole:
		d.doc.hide(s.value)
	}
	if password != nil {
		d.doc.hide(password[1])
		d.warn(m, ownPlace, "%s: the password itself stands in this file", f.name)
	}
}

const ownPlace = "write ${env:NAME} in its place"

// queryKey is a key of its reader's in an address: whoever sees the address has it.
var queryKey = regexp.MustCompile(`(?i)[?&](?:access_?token|auth_?token|token|api_?key|secret|password|passwd|signature)=([^&#\s{]{6,})`)

// keyInAddress warns of a password or a key in an address that is shown: it is what a source is
// called by where nobody names it.
func (d *decoder) keyInAddress(address string, m position, f field) {
	for _, form := range []*regexp.Regexp{pastedPassword, queryKey} {
		if found := form.FindStringSubmatch(address); found != nil {
			d.doc.hide(found[1])
			d.doc.notePasted(m.Pos)
			d.warn(m, ownPlace, "%s: the password itself stands in this file", f.name)
			return
		}
	}
}

// scalar decodes into the plain Go kinds.
func (d *decoder) scalar(n ast.Node, v reflect.Value, m position, f field) {
	switch v.Kind() {
	case reflect.String:
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
	case reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			hint := ""
			switch t := n.(type) {
			case *ast.StringNode:
				hint = yesOrNo[strings.ToLower(t.Value)]
			case *ast.IntegerNode:
				hint = yesOrNo[t.GetToken().Value]
			}
			d.wrong(m, hint, "%s wants true or false, not %s", f.name, kindOf(n))
			return
		}
		v.SetBool(b.Value)
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

// yesOrNo is what to write for words that people answer with, in the languages of the guide.
var yesOrNo = map[string]string{
	"yes": "write true", "on": "write true", "да": "write true", "так": "write true", "1": "write true", "true": "write it without quotes",
	"no": "write false", "off": "write false", "нет": "write false", "ні": "write false", "не": "write false", "0": "write false", "false": "write it without quotes",
}

func (d *decoder) wrongNumber(n ast.Node, m position, f field) {
	hint := ""
	if s, ok := n.(*ast.StringNode); ok {
		if share, ok := strings.CutSuffix(s.Value, "%"); ok {
			if x, err := strconv.ParseFloat(strings.TrimSpace(share), 64); err == nil {
				hint = fmt.Sprintf("write %v", x/100)
			}
		}
		if _, err := strconv.ParseFloat(strings.Replace(s.Value, ",", ".", 1), 64); err == nil {
			hint = "write it without quotes"
			if strings.Contains(s.Value, ",") {
				hint = "write it with a point and without quotes"
			}
		}
	}
	if n.Type() == ast.NullType {
		d.wrongType(n, m, f.name, "a number")
		return
	}
	d.wrong(m, hint, "%s wants a number, not %s", f.name, kindOf(n))
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
	n, done := d.unwrap(n)
	defer done()
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
