package config

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// This file refuses what no watchlist is before the parser sees it, which is foreign code and takes more
// than such a file is worth.

// Bounds of a watchlist. They are far above what people write by hand and far
// below what hurts: the parser takes some 300 bytes for a byte of the file.
const (
	maxFile   = 1 << 20 // bytes of the watchlist: some 8,000 sources
	maxSecret = 1 << 16 // bytes of a ${file:…}
	maxDepth  = 40      // of nesting; the deepest sensible watchlist has 10
	maxSigns  = 200_000 // brackets, commas, anchors and aliases: each costs the parser a kilobyte
	maxKeys   = 2000    // in one mapping
	maxValues = 500_000 // met on the way, so that aliases of aliases end; no other file of maxFile has as many
	maxErrors = 200     // problems shown; the rest is one line
)

// checkText refuses what is no text at all.
func (d *document) checkText(text string) error {
	if len(text) > maxFile {
		return d.problem(d.at(1, 0), "", "the file is larger than %d KiB", maxFile>>10)
	}
	if msg, hint := otherFile(text); msg != "" {
		return d.problem(d.at(1, 0), hint, "%s", msg)
	}
	signs := 0
	for i, line := range d.lines {
		for _, sign := range []string{"[", "]", "{", "}", ",", "*", "&"} {
			signs += strings.Count(line, sign)
		}
		if signs > maxSigns {
			return d.problem(d.at(i+1, 0), "", "more than %d brackets and commas up to this line", maxSigns)
		}
		if good := strings.IndexByte(strings.ToValidUTF8(line, "\x00"), 0); good >= 0 { // UTF-16 without its mark has a zero beside each letter
			return d.problem(d.at(i+1, good), "save the file as UTF-8", "this is not UTF-8 text")
		}
		if at := strings.IndexFunc(line, isBreak); at >= 0 {
			return d.problem(d.at(i+1, at), "press Enter in its place", "a line break that only text editors know")
		}
		if at := strings.IndexFunc(line, isControl); at >= 0 {
			return d.problem(d.at(i+1, at), "delete it", "a control character that no text has")
		}
	}
	return nil
}

// isBreak reports what office programs write for a new line within a paragraph, or for a new page.
func isBreak(r rune) bool { return r == '\v' || r == '\f' || r == '\u2028' || r == '\u2029' }

// isControl reports what YAML does not allow as a character.
func isControl(r rune) bool {
	return (r < 0x20 && r != '\t') || (r >= 0x7f && r < 0xa0 && r != 0x85) || r == 0xfffe || r == 0xffff
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

// checkShape bounds the nesting, the keys of one mapping and the documents
// before the parser sees them, which is recursive in all three.
func (d *document) checkShape(tokens token.Tokens) error {
	s := shape{}
	for _, t := range tokens {
		if t.Position == nil {
			continue
		}
		if msg := s.take(t); msg != "" {
			return d.problem(d.positionOfToken(t), "", "%s", msg)
		}
	}
	return nil
}

// shape follows the tokens of a file as far as nesting goes. A deeper block
// begins in a higher column; brackets, dashes, keys, anchors and tags on one
// line nest as well.
type shape struct {
	blocks    []block
	flow      []int // the commas within each open brace; of a bracket fewer than none
	run       int
	line      int
	opens     bool // the next token may begin a block
	documents int
}

type block struct{ column, keys int }

// take adds one token and says what is too much, if anything is.
func (s *shape) take(t *token.Token) string {
	if t.Position.Line != s.line {
		s.line, s.opens = t.Position.Line, true
	}
	begins := s.opens
	s.opens = false
	switch t.Type {
	case token.MappingStartType:
		s.flow = append(s.flow, 0)
	case token.SequenceStartType:
		s.flow = append(s.flow, -maxSigns)
	case token.MappingEndType, token.SequenceEndType:
		s.flow = s.flow[:max(0, len(s.flow)-1)]
	case token.SequenceEntryType, token.MappingKeyType:
		begins, s.opens = true, true
	case token.DocumentHeaderType, token.DirectiveType:
		if s.documents++; s.documents > 10 {
			return "too many lines that begin a document"
		}
	}
	switch t.Type {
	case token.AnchorType, token.TagType:
		s.run++
	case token.MappingValueType, token.SequenceEntryType, token.CollectEntryType:
		s.run = 0
	}
	if begins && len(s.flow) == 0 {
		for len(s.blocks) > 0 && s.blocks[len(s.blocks)-1].column > t.Position.Column {
			s.blocks = s.blocks[:len(s.blocks)-1]
		}
		if n := len(s.blocks); n == 0 || s.blocks[n-1].column < t.Position.Column {
			s.blocks = append(s.blocks, block{column: t.Position.Column})
		}
	}
	if s.countKey(t) > maxKeys {
		return fmt.Sprintf("more than %d keys in one place", maxKeys)
	}
	if len(s.blocks)+len(s.flow)+s.run > maxDepth {
		return fmt.Sprintf("this is nested more than %d levels deep", maxDepth)
	}
	return ""
}

// countKey counts the keys of the mapping that the token is in: by their colons, and in braces by the
// commas, since a key may stand there alone.
func (s *shape) countKey(t *token.Token) int {
	counted := (*int)(nil)
	switch {
	case len(s.flow) > 0 && t.Type == token.CollectEntryType:
		counted = &s.flow[len(s.flow)-1]
	case len(s.flow) == 0 && len(s.blocks) > 0 && t.Type == token.MappingValueType:
		counted = &s.blocks[len(s.blocks)-1].keys
	default:
		return 0
	}
	*counted++
	return *counted
}
