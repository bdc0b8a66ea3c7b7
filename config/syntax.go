package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"
)

// This file says what is wrong with a file that is no YAML.

// syntax turns the parser's error into ours, with help for what people do.
func (d *document) syntax(err error) error {
	var se *yaml.SyntaxError
	if !errors.As(err, &se) || se.Token == nil {
		return d.problem(position{Pos: d.pos(1, 1)}, "", noYAML)
	}
	m := d.positionOfToken(se.Token)
	if at, msg, hint := d.endedEarly(m, se.Token); msg != "" {
		return d.problem(at, hint, "%s", msg)
	}
	if at, msg, hint := d.noColon(m); msg != "" {
		return d.problem(at, hint, "%s", msg)
	}
	if at, msg, hint := d.leftOpen(m); msg != "" {
		return d.problem(at, hint, "%s", msg)
	}
	if at, msg, hint := d.sign(m, se.Message); msg != "" {
		return d.problem(at, hint, "%s", msg)
	}
	if at, msg, hint := d.letter(m); msg != "" {
		return d.problem(at, hint, "%s", msg)
	}
	if at, msg, hint := d.slip(m, se.Message); msg != "" {
		return d.problem(at, hint, "%s", msg)
	}
	msg, hint := complaint(se.Message, string(d.runes(m.Line)[m.Column-1:]))
	if strings.ContainsAny(d.line(m.Line), "“”„‟") {
		hint = plainQuotes // a comma or a colon is within them
	}
	if open := d.opened(m.Line); msg == noYAML && open.Line == m.Line {
		return d.neverClosed(open)
	}
	if quote, ok := d.openQuote(m.Pos); ok && msg != quoteOpen && strings.HasSuffix(msg, "is never closed") {
		return d.problem(quote, "", quoteOpen)
	}
	return d.problem(m, hint, "%s", msg)
}

// otherFiles are the beginnings of what people save or copy in place of a watchlist: RTF, as a Mac
// writes it, archives with the documents of office programs, PDF, web pages.
var otherFiles = regexp.MustCompile(`(?i)^\s*(?:({\\rtf|PK\x03\x04|%PDF-)|<(?:!doctype|html))`)

// otherFile says what a file is that was never meant as YAML.
func otherFile(text string) (msg, hint string) {
	found := otherFiles.FindStringSubmatch(text[:min(len(text), 200)])
	switch {
	case found == nil:
		return "", ""
	case found[1] != "":
		return "this is a document of an office program", "save it as plain text, in UTF-8"
	}
	return "this is a web page, and no watchlist", "save the file itself, not the page that shows it"
}

const noYAML = "this cannot be read as YAML"

const afterComplete = "this text stands after a value that is already complete"

// endedEarly looks whether the quotes before a text end where they were not meant to: at an
// apostrophe or at quotes within the text, or only at those of a line below.
func (d *document) endedEarly(m position, t *token.Token) (at position, msg, hint string) {
	quotes, line := t.Prev, d.runes(m.Line)
	before, rest := strings.TrimRight(string(line[:m.Column-1]), " "), string(line[m.Column-1:])
	if t.Type != token.StringType || quotes == nil || strings.TrimRight(before, `"'`) == before || strings.HasPrefix(rest, ",") || ended.MatchString(rest) {
		return m, "", ""
	}
	switch within := quotes.Position.Line == m.Line; {
	case quotes.Type != token.SingleQuoteType && quotes.Type != token.DoubleQuoteType:
		return m, "", ""
	case !within:
		return d.positionOfToken(quotes), quoteOpen, ""
	case quotes.Type == token.SingleQuoteType:
		return m, afterComplete, `put the whole value in "double quotes"`
	}
	return m, afterComplete, "put the whole value in 'single quotes'"
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
func (d *document) noColon(m position) (at position, msg, hint string) {
	text, next := d.line(m.Line), d.line(m.Line+1)
	on := func(byteOffset int) position {
		return position{Pos: d.pos(m.Line, utf8.RuneCountInString(text[:byteOffset])+1), width: 1}
	}
	word, second := oneWord.FindStringSubmatch(text), secondKey.FindStringSubmatchIndex(text)
	switch {
	case second != nil && isKey(text[second[2]:second[3]]):
		return on(second[2]), "a second key on one line", "write each key on a line of its own"
	case noComment.MatchString(text):
		return on(len(text) - len(strings.TrimLeft(text, " "))), "no comment begins like this", "begin a comment with #"
	case assigned.MatchString(text):
		return on(assigned.FindStringSubmatchIndex(text)[2]), keyExpected, "write a colon and a space in its place"
	case word != nil && (strings.HasPrefix(next, word[1]+" ") || strings.HasPrefix(next, word[1]+"- ")):
		return on(len(strings.TrimRight(text, " "))), keyExpected, "write a colon behind the key"
	}
	return m, "", ""
}

const keyExpected = "a key and its value are expected here"

// leftOpen looks for a bracket above a place that nothing closes: what follows it is read as its
// content, far down the file. A # that hides its end is the usual cause.
func (d *document) leftOpen(m position) (at position, msg, hint string) {
	open := d.opened(m.Line - 1)
	if open.Line == 0 {
		return m, "", ""
	}
	text := d.line(open.Line)
	if found := commented.FindStringSubmatchIndex(text); found != nil {
		return position{Pos: d.pos(open.Line, utf8.RuneCountInString(text[:found[2]])+1), width: 1}, hiddenByComment, `put it in quotes: "#mentions"`
	}
	deep := func(n int) int { return len(d.line(n)) - len(strings.TrimLeft(d.line(n), " ")) }
	if deep(m.Line) <= deep(open.Line) && (keyed.MatchString(d.line(m.Line)) || beginsEntry(d.line(m.Line))) {
		p := d.neverClosed(open)
		return position{Pos: p.Pos, width: 1}, p.Msg, ""
	}
	return m, "", ""
}

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

const hiddenByComment = "# begins a comment, so the value is missing here"

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
func (d *document) sign(m position, complaint string) (at position, msg, hint string) {
	line := d.runes(m.Line)
	text, before, rest := string(line), string(line[:m.Column-1]), string(line[m.Column-1:])
	on := func(byteOffset int) position {
		return position{Pos: d.pos(m.Line, utf8.RuneCountInString(text[:byteOffset])+1), width: 1}
	}
	switch {
	case strings.HasPrefix(rest, "```"):
		return m, notPart, "delete it"
	case strings.HasPrefix(rest, "*"):
		return on(len(strings.TrimRight(before, "*"))), "a text cannot begin with * here", "put it in quotes"
	case taken.MatchString(text) && (strings.Contains(complaint, "end token") || strings.Contains(complaint, "tag character")):
		return on(taken.FindStringSubmatchIndex(text)[2]), "a text cannot begin with ! here", "put it in quotes"
	}
	return m, "", ""
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

// slip looks at the lines around what the parser complains of for what people do wrong: the
// parser notices later, and of something else.
func (d *document) slip(m position, complaint string) (at position, msg, hint string) {
	line := d.runes(m.Line)
	text, before, rest := string(line), string(line[:m.Column-1]), string(line[m.Column-1:])
	first := strings.TrimSpace(before) == ""
	unclosed := strings.Contains(complaint, "end token")
	on := func(n, column int) position { return position{Pos: d.pos(n, column), width: 1} }
	next := d.line(m.Line + 1)
	switch tab := strings.IndexByte(text, '\t'); {
	case tab >= 0 && strings.Trim(text[:tab], " ") == "":
		return on(m.Line, tab+1), "a tab in the indentation", "indent with spaces"
	case commented.MatchString(text) && (unclosed || strings.Contains(complaint, "could not find map value")):
		found := commented.FindStringSubmatchIndex(text)
		return on(m.Line, utf8.RuneCountInString(text[:found[2]])+1), hiddenByComment, `put it in quotes: "#mentions"`
	case glued.MatchString(text):
		found := glued.FindStringSubmatchIndex(text)
		hint := "write a space after the colon"
		if text[found[2]] != ':' {
			hint = "write a plain colon and a space behind it"
		}
		return on(m.Line, utf8.RuneCountInString(text[:found[2]])+1), keyExpected, hint
	case strings.Contains(text, ": {{"):
		return m, "a text that begins with {{ is not understood", "put the whole text in quotes"
	case strings.Contains(text, ": ${") && strings.Contains(complaint, "must be specified"): // within { }
		return on(m.Line, utf8.RuneCountInString(text[:strings.Index(text, ": ${")])+3), "a text that begins with ${ is not understood", "put the whole text in quotes"
	case strings.HasPrefix(rest, "@"), strings.HasPrefix(rest, "`"), strings.HasPrefix(rest, "%"):
		return m, fmt.Sprintf("a text cannot begin with %s here", rest[:1]), "put it in quotes"
	case strings.HasPrefix(rest, "|"), strings.HasPrefix(rest, ">"):
		return m, fmt.Sprintf("a text cannot begin with %s here", rest[:1]), "put it in quotes"
	case signed.MatchString(before):
		found := signed.FindStringSubmatchIndex(before)
		return on(m.Line, utf8.RuneCountInString(before[:found[2]])+1), fmt.Sprintf("a text cannot begin with %s here", before[found[2]:found[3]]), "put it in quotes"
	case beginsEntry(text) && !strings.HasPrefix(strings.TrimSpace(text), "- ") && !strings.HasPrefix(text, "--"):
		return on(m.Line, strings.IndexFunc(text, func(r rune) bool { return r != ' ' })+1), notAnEntry, "begin each entry with a dash and a space"
	case first && m.Line > 1 && strings.Contains(complaint, "value is not allowed in this context"), first && strings.Contains(complaint, "non-map value"):
		return m, "this line is not in line with those above it", "indent it as the lines beside it are, with spaces"
	case !first && !strings.Contains(rest, ": ") && keyed.MatchString(next) && strings.Contains(complaint, "mapping value is not allowed"):
		return on(m.Line+1, strings.IndexFunc(next, func(r rune) bool { return r != ' ' })+1), "this line is not in line with those above it", "indent it as the lines beside it are, with spaces"
	}
	return m, "", ""
}

const (
	notPart    = "this line is no part of a watchlist"
	notAnEntry = "no entry of a list begins like this"
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
func (d *document) letter(m position) (at position, msg, hint string) {
	text, next := d.line(m.Line), d.line(m.Line+1)
	switch n := d.numberedAt(m.Line); {
	case n > 0:
		return position{Pos: d.pos(n, strings.IndexFunc(d.line(n), unicode.IsDigit)+1), width: 1}, notAnEntry, "begin each entry with a dash and a space"
	case strings.HasPrefix(text, "> ") && (next == "" || strings.HasPrefix(next, ">")):
		return m, "this line begins as a quotation does", "delete the > at the beginning of each line"
	case prose.MatchString(text):
		return m, notPart, "delete it, or begin a comment with #"
	}
	return m, "", ""
}

// numberedAt is the line with a number in place of a dash: this one, or the one above it; 0 for none.
func (d *document) numberedAt(line int) int {
	for _, n := range []int{line, line - 1} {
		if numbers.MatchString(d.line(n)) {
			return n
		}
	}
	return 0
}

// complaint says what the parser does, in our words. rest is the line from there on.
func complaint(said, rest string) (msg, hint string) {
	has := func(part string) bool { return strings.Contains(said, part) }
	switch {
	case has("end character of"):
		return quoteOpen, ""
	case has("mapping value is not allowed") && spacedScheme.MatchString(rest):
		return "a key and its value do not fit here", "an address has no space in it: https://…"
	case has("mapping value is not allowed"):
		return "a key and its value do not fit here", "check the indentation, and put a text with a colon in quotes"
	case has("unexpected key name"), has("non-map value"), has("could not find expected ':'"):
		return keyExpected, "check the indentation, and the space after the colon or the dash"
	case has("value is not allowed in this context"):
		hint := "put the whole value in quotes"
		if ended.MatchString(rest) {
			hint = "delete it"
		} else if strings.IndexAny(rest, `,"'`) == 0 {
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
