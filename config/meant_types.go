package config

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// This file guesses at the slip of the pen behind a value of the wrong type.

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

// textHints is what to write in place of a text, by the key it stands at.
var textHints = map[string]string{
	"digest": `write digest: {to: "#pr-digest", daily: 09:00 Europe/Kyiv}`,
	"store":  "write it under store, as database: or redis:",
	"select": "write {item: …, text: …}, with a selector for each",
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

// yesOrNo is what to write for words that people answer with, in the languages of the guide.
var yesOrNo = map[string]string{
	"yes": "write true", "on": "write true", "да": "write true", "так": "write true", "1": "write true", "true": "write it without quotes",
	"no": "write false", "off": "write false", "нет": "write false", "ні": "write false", "не": "write false", "0": "write false", "false": "write it without quotes",
}
