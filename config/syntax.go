package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"
)

// This file says what is wrong with a file that is no YAML. The parser notices late, and complains of
// something else: each look at the lines around the place knows some of what people do.

// complaint is what the parser says, and of which place.
type complaint struct {
	position
	said         string
	token        *token.Token
	text, next   string // the line, and the one below it
	before, rest string // the line up to the place, and from there on
}

// syntax turns the parser's error into ours, with help for what people do.
func (d *document) syntax(err error) error {
	var se *yaml.SyntaxError
	if !errors.As(err, &se) || se.Token == nil {
		return d.problem(d.at(1, 0), "", noYAML)
	}
	c := complaint{position: d.positionOfToken(se.Token), said: se.Message, token: se.Token}
	line := d.runes(c.Line)
	c.text, c.next, c.before, c.rest = string(line), d.line(c.Line+1), string(line[:c.Column-1]), string(line[c.Column-1:])
	for _, look := range []func(complaint) (at position, msg, hint string){d.endedEarly, d.noColon, d.leftOpen, d.sign, d.letter, d.slip} {
		if at, msg, hint := look(c); msg != "" {
			return d.problem(at, hint, "%s", msg)
		}
	}
	msg, hint := c.inOurWords()
	if strings.ContainsAny(c.text, "“”„‟") {
		hint = plainQuotes // a comma or a colon is within them
	}
	if open := d.opened(c.Line); msg == noYAML && open.Line == c.Line {
		return d.neverClosed(open)
	}
	if quote, ok := d.openQuote(c.Pos); ok && msg != quoteOpen && strings.HasSuffix(msg, "is never closed") {
		return d.problem(quote, "", quoteOpen)
	}
	return d.problem(c.position, hint, "%s", msg)
}

const noYAML = "this cannot be read as YAML"

const afterComplete = "this text stands after a value that is already complete"

// endedEarly looks whether the quotes before a text end where they were not meant to: at an
// apostrophe or at quotes within the text, or only at those of a line below.
func (d *document) endedEarly(c complaint) (at position, msg, hint string) {
	quotes, before := c.token.Prev, strings.TrimRight(c.before, " ")
	if c.token.Type != token.StringType || quotes == nil || strings.TrimRight(before, `"'`) == before || strings.HasPrefix(c.rest, ",") || ended.MatchString(c.rest) {
		return at, "", ""
	}
	switch {
	case quotes.Type != token.SingleQuoteType && quotes.Type != token.DoubleQuoteType:
		return at, "", ""
	case quotes.Position.Line != c.Line:
		return d.positionOfToken(quotes), quoteOpen, ""
	case quotes.Type == token.SingleQuoteType:
		return c.position, afterComplete, `put the whole value in "double quotes"`
	}
	return c.position, afterComplete, "put the whole value in 'single quotes'"
}

var (
	// noComment begins a comment elsewhere.
	noComment = regexp.MustCompile(`^ *(?://|--[^-]|/\*|;)`)
	// assigned is a key and its value as settings of other programs have them.
	assigned = regexp.MustCompile(`^ *(?:- +)?[\pL_]+ *(=)(?: |$)`)
	// secondKey is one behind the value of another, outside of braces.
	secondKey = regexp.MustCompile(`^ *(?:- +)?[\pL_]+: +[^\s{\[&*!|>"'].*?[ ,;]+([a-z_]+): +\S`)
	// oneWord is a line with nothing but a word.
	oneWord = regexp.MustCompile(`^( *)(?:- +)?[\pL_]+ *$`)
)

// isKey reports whether a word is a key somewhere in a watchlist: a name may have a colon, too.
func isKey(word string) bool { return slices.Contains(commonKeys, word) || homeOf(word) != "" }

// noColon looks for a line that is no YAML since it has no colon, or one too many: a comment, a
// setting, a key, two of them.
func (d *document) noColon(c complaint) (at position, msg, hint string) {
	text := c.text
	word, second := oneWord.FindStringSubmatch(text), secondKey.FindStringSubmatchIndex(text)
	switch {
	case second != nil && isKey(text[second[2]:second[3]]):
		return d.at(c.Line, second[2]), "a second key on one line", "write each key on a line of its own"
	case noComment.MatchString(text):
		return d.at(c.Line, indent(text)), "no comment begins like this", "begin a comment with #"
	case assigned.MatchString(text):
		return d.at(c.Line, assigned.FindStringSubmatchIndex(text)[2]), keyExpected, "write a colon and a space in its place"
	case word != nil && (strings.HasPrefix(c.next, word[1]+" ") || strings.HasPrefix(c.next, word[1]+"- ")):
		return d.at(c.Line, len(strings.TrimRight(text, " "))), keyExpected, "write a colon behind the key"
	}
	return at, "", ""
}

const keyExpected = "a key and its value are expected here"

// leftOpen looks for a bracket above a place that nothing closes: what follows it is read as its
// content, far down the file. A # that hides its end is the usual cause.
func (d *document) leftOpen(c complaint) (at position, msg, hint string) {
	open := d.opened(c.Line - 1)
	if open.Line == 0 {
		return at, "", ""
	}
	text := d.line(open.Line)
	if found := commented.FindStringSubmatchIndex(text); found != nil {
		return d.at(open.Line, found[2]), hiddenByComment, hintOfHash
	}
	if indent(c.text) <= indent(text) && (keyed.MatchString(c.text) || beginsEntry(c.text)) {
		p := d.neverClosed(open)
		return position{Pos: p.Pos, width: 1}, p.Msg, ""
	}
	return at, "", ""
}

// indent is how many spaces a line begins with.
func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// neverClosed tells a bracket, or the quote within it that takes the closing one along.
func (d *document) neverClosed(bracket Pos) Error {
	if quote, ok := d.openQuote(bracket); ok {
		return d.problem(quote, "", quoteOpen)
	}
	return d.problem(position{Pos: bracket, width: 1}, "", "this %c is never closed", d.runes(bracket.Line)[bracket.Column-1])
}

// openQuote is the quote behind a bracket that its line does not close.
func (d *document) openQuote(bracket Pos) (position, bool) {
	var quote, before rune
	at := 0
	for i, r := range d.runes(bracket.Line) {
		switch {
		case i+1 < bracket.Column:
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case strings.ContainsRune(`"'`, r) && strings.ContainsRune("[{,: ", before):
			quote, at = r, i+1
		}
		before = r
	}
	return position{Pos: d.pos(bracket.Line, at), width: 1}, quote != 0
}

const quoteOpen = "this quote is never closed"

const (
	hiddenByComment = "# begins a comment, so the value is missing here"
	hintOfHash      = `put it in quotes: "#mentions"`
)

// opened is the last bracket that is open where a line ends, read by signs alone: within brackets
// each counts, outside of them one that a value begins with. The zero Pos is none.
func (d *document) opened(last int) Pos {
	var open []Pos
	for n := 1; n <= last; n++ {
		quote, before := rune(0), ' '
		value := utf8.RuneCountInString(valueBegins.FindString(d.line(n)))
		for i, r := range d.runes(n) {
			begins := before == ' ' || len(open) > 0 && strings.ContainsRune("[{,", before)
			switch {
			case quote != 0:
				if r == quote {
					quote = 0
				}
			case r == '#' && before == ' ':
				quote = '\n' // to the end of the line
			case strings.ContainsRune(`"'`, r) && begins:
				quote = r
			case strings.ContainsRune("[{", r) && (len(open) > 0 || i == value):
				open = append(open, d.pos(n, i+1))
			case strings.ContainsRune("]}", r) && len(open) > 0:
				open = open[:len(open)-1]
			}
			before = r
		}
	}
	if len(open) == 0 {
		return Pos{}
	}
	return open[len(open)-1]
}

// valueBegins is what stands on a line before a value.
var valueBegins = regexp.MustCompile(`^ *(?:- +)*(?:[^\s:\[\]{}]+: +)?`)

// taken is a text whose ! takes the bracket behind it along.
var taken = regexp.MustCompile(`[\[{,:] *(!)[^\s,]*[\]}]`)

// sign looks for a text whose first sign means something to YAML, and that spoils what follows.
func (d *document) sign(c complaint) (at position, msg, hint string) {
	switch {
	case strings.HasPrefix(c.rest, "```"):
		return c.position, notPart, "delete it"
	case strings.HasPrefix(c.rest, "*"):
		return d.at(c.Line, len(strings.TrimRight(c.before, "*"))), "a text cannot begin with * here", "put it in quotes"
	case taken.MatchString(c.text) && (strings.Contains(c.said, "end token") || strings.Contains(c.said, "tag character")):
		return d.at(c.Line, taken.FindStringSubmatchIndex(c.text)[2]), "a text cannot begin with ! here", "put it in quotes"
	}
	return at, "", ""
}

var (
	// commented is a # with something right behind it where a value belongs: a channel, a hashtag.
	commented = regexp.MustCompile(`(?:[:,] +|\[ *)(#)[^\s#]`)
	// signed is an entry whose first sign means something to YAML.
	signed = regexp.MustCompile(`(?:^|[\[{,:-]) *([!&|>])[^\s,\]}]*,? *$`)
	// glued is a line whose key has its value right behind the colon, or a wide colon. An address
	// has a slash there.
	glued = regexp.MustCompile(`^ *(?:- +)?[\pL_]+(:[^\s/]|：)`)
	// ended is what follows a value that is complete: the end of a line as other notations write it.
	ended = regexp.MustCompile(`^[;,.]\s*(?:#.*)?$`)
	// keyed is a line that begins with a key.
	keyed = regexp.MustCompile(`^ *(?:- +)?[\p{L}_]+:(?: |$)`)
)

// slip looks at the line and the one below it for what people do wrong.
func (d *document) slip(c complaint) (at position, msg, hint string) {
	first := strings.TrimSpace(c.before) == ""
	says := func(part string) bool { return strings.Contains(c.said, part) }
	const outOfLine, asBeside = "this line is not in line with those above it", "indent it as the lines beside it are, with spaces"
	switch tab := strings.IndexByte(c.text, '\t'); {
	case tab >= 0 && tab == indent(c.text):
		return d.at(c.Line, tab), "a tab in the indentation", "indent with spaces"
	case commented.MatchString(c.text) && (says("end token") || says("could not find map value")):
		return d.at(c.Line, commented.FindStringSubmatchIndex(c.text)[2]), hiddenByComment, hintOfHash
	case glued.MatchString(c.text):
		colon := glued.FindStringSubmatchIndex(c.text)[2]
		hint := "write a space after the colon"
		if c.text[colon] != ':' {
			hint = "write a plain colon and a space behind it"
		}
		return d.at(c.Line, colon), keyExpected, hint
	case strings.Contains(c.text, ": {{"):
		return c.position, "a text that begins with {{ is not understood", "put the whole text in quotes"
	case strings.Contains(c.text, ": ${") && says("must be specified"): // within { }
		return d.at(c.Line, strings.Index(c.text, ": ${")+2), "a text that begins with ${ is not understood", "put the whole text in quotes"
	case c.rest != "" && strings.Contains("@`%|>", c.rest[:1]):
		return c.position, fmt.Sprintf("a text cannot begin with %s here", c.rest[:1]), "put it in quotes"
	case signed.MatchString(c.before):
		found := signed.FindStringSubmatchIndex(c.before)
		return d.at(c.Line, found[2]), fmt.Sprintf("a text cannot begin with %s here", c.before[found[2]:found[3]]), "put it in quotes"
	case beginsEntry(c.text) && !strings.HasPrefix(strings.TrimSpace(c.text), "- ") && !strings.HasPrefix(c.text, "--"):
		return d.at(c.Line, indent(c.text)), notAnEntry, withDash
	case first && c.Line > 1 && says("value is not allowed in this context"), first && says("non-map value"):
		return c.position, outOfLine, asBeside
	case !first && !strings.Contains(c.rest, ": ") && keyed.MatchString(c.next) && says("mapping value is not allowed"):
		return d.at(c.Line+1, indent(c.next)), outOfLine, asBeside
	}
	return at, "", ""
}

const (
	notPart    = "this line is no part of a watchlist"
	notAnEntry = "no entry of a list begins like this"
	withDash   = "begin each entry with a dash and a space"
)

var (
	// prose is a line of words at the left margin, such as a title or a greeting.
	prose = regexp.MustCompile(`^\pL[^:#=\[\]{}"]*[ ,!]\pL[^:#=\[\]{}"]*$`)
	// spacedScheme begins an address with a space that was typed, or put there by a phone.
	spacedScheme = regexp.MustCompile(`^https?: +/`)
	// numbers begin the entries of a list as office programs do.
	numbers = regexp.MustCompile(`^ *\d{1,2}[.)] +\S`)
)

// letter looks for what a letter or a message has, and no list of keys.
func (d *document) letter(c complaint) (at position, msg, hint string) {
	for _, n := range []int{c.Line, c.Line - 1} {
		if numbers.MatchString(d.line(n)) {
			return d.at(n, indent(d.line(n))), notAnEntry, withDash
		}
	}
	switch {
	case strings.HasPrefix(c.text, "> ") && (c.next == "" || strings.HasPrefix(c.next, ">")):
		return c.position, "this line begins as a quotation does", "delete the > at the beginning of each line"
	case prose.MatchString(c.text):
		return c.position, notPart, "delete it, or begin a comment with #"
	}
	return at, "", ""
}

// inOurWords says what the parser does.
func (c complaint) inOurWords() (msg, hint string) {
	has := func(part string) bool { return strings.Contains(c.said, part) }
	switch {
	case has("end character of"):
		return quoteOpen, ""
	case has("mapping value is not allowed") && spacedScheme.MatchString(c.rest):
		return "a key and its value do not fit here", "an address has no space in it: https://…"
	case has("mapping value is not allowed"):
		return "a key and its value do not fit here", "check the indentation, and put a text with a colon in quotes"
	case has("unexpected key name"), has("non-map value"), has("could not find expected ':'"):
		return keyExpected, "check the indentation, and the space after the colon or the dash"
	case has("value is not allowed in this context"):
		hint := "put the whole value in quotes"
		if ended.MatchString(c.rest) {
			hint = "delete it"
		} else if strings.IndexAny(c.rest, `,"'`) == 0 {
			hint = "write one entry for each"
		}
		return afterComplete, hint
	case has("flow mapping end token"):
		return "this { is never closed", ""
	case has("sequence end token"):
		return "this [ is never closed", ""
	case has("must be specified"):
		return "a , or a closing bracket is missing before this", ""
	case has("unknown escape character"):
		return "an unknown \\ sequence", `write \\ for a backslash, or use 'single quotes'`
	}
	return noYAML, "check the indentation, and put a text with a colon in quotes"
}
