package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// This file sees names that are written as other programs want a search: to earshot their signs
// and words are a part of the name, and a name of them stands in no post.

var (
	// wildcard is a star at an end of a word, or what only a pattern has.
	wildcard = regexp.MustCompile(`^\*\pL|[\pL\d]{2}\*$|[\pL\d]{2}\* |\.\*|\\[wWsSbBdD]|\[\pL\pL+\]|\pL\([^()|]*(?:\|[^()|]*)+\)|^/.+/[a-z]*$`)
	// operator is a word between others by which searches put them together.
	operator = regexp.MustCompile(`^(.*\S)\s+(OR|AND|NOT|ИЛИ|АБО|И НЕ|НЕ|ТА НЕ)\s+(\S.*)$`)
	// excluded is a word with the dash by which searches leave posts out.
	excluded = regexp.MustCompile(`^[-–—]\pL`)
	// behindHash is one word right behind a # that ends a plain text.
	behindHash = regexp.MustCompile(`^ +(#[\pL\d]+) *$`)
)

// lists of names, by their keys.
var nameLists = []string{"terms", "context", "ignore", "rivals", "any", "all", "none"}

// searched warns of a name that is written as a search, and reports whether it did.
func (d *decoder) searched(n *ast.StringNode, f field) bool {
	value := strings.TrimSpace(n.Value)
	if !slices.Contains(nameLists, f.name) || strings.HasPrefix(value, "=") {
		return false
	}
	m := d.doc.positionOf(n)
	parts := operator.FindStringSubmatch(value)
	switch {
	case wildcard.MatchString(value):
		d.warn(m, "write the name as a dictionary has it: its other forms are found by themselves", "%s: %q is looked for sign by sign, and not as a pattern", f.name, n.Value)
	case excluded.MatchString(value) && n.Token.Type == token.StringType: // quotes say that it is meant
		d.warn(m, "write under ignore what is somebody else; the dash of a list has a space behind it", "%s: the dash before %q leaves nothing out", f.name, strings.TrimLeft(value, "-–—"))
	case parts != nil && strings.ContainsFunc(parts[1]+parts[3], unicode.IsLower): // ROCK AND ROLL
		left, right := strconv.Quote(bareName(parts[1])), strconv.Quote(bareName(parts[3]))
		hint := fmt.Sprintf("write [%s, %s]", left, right)
		switch {
		case parts[2] == "AND":
			hint = fmt.Sprintf("write all: [%s, %s] in its place", left, right)
		case parts[2] != "OR" && parts[2] != "ИЛИ" && parts[2] != "АБО":
			hint = fmt.Sprintf("write %s, and under none: %s", left, right)
		}
		d.warn(m, hint, "%s: %q is looked for as one text", f.name, n.Value)
	default:
		return false
	}
	return true
}

// bareName is a part of a search without the brackets and quotes around it.
func bareName(s string) string { return strings.Trim(s, ` ()"'“”«»`) }

// cutByHash warns of a name that a # within it cuts: what was meant for a number or a tag is a
// comment.
func (d *decoder) cutByHash(n ast.Node, m position, f field) {
	text, ok := n.(*ast.StringNode)
	if !ok || text.Token.Type != token.StringType || f.name != "name" && !slices.Contains(nameLists, f.name) {
		return
	}
	line := d.doc.runes(m.Line)
	end := m.Column - 1 + len([]rune(text.Value))
	if end > len(line) {
		return
	}
	if found := behindHash.FindStringSubmatch(string(line[end:])); found != nil {
		d.warn(m, fmt.Sprintf("put it in quotes if it does: %q; a comment has a space behind #", text.Value+" "+found[1]), "%s: %s is a comment here, and does not belong to the text", f.name, found[1])
	}
}
